"""By how many days a booking shall be put off or brought forward: 推迟一天, 提前一周."""

import re

from service.when.text import NUMERAL, numeral

_SHIFT = re.compile(
    r"(?:(?P<sooner>提前|往前[提挪推移]|早)|推迟|推后|顺延|延[后期]|往?后[推延挪移]|晚|错后)(?:个|一下)?"
    rf"(?P<n>{NUMERAL})(?:天|日|个?(?P<weeks>周|星期|礼拜))"
)


def before_shift(text: str) -> str:
    """What stands before such words: 把周三的 of 把周三的推迟一天; nothing without them."""
    match = _SHIFT.search(text)
    return text[: match.start()] if match else ""


def read_shift(text: str) -> int:
    """Days from the booked day on, negative for sooner; 0 when the words shift nothing."""
    match = _SHIFT.search(text)
    if match is None:
        return 0
    days = numeral(match["n"]) * (7 if match["weeks"] else 1)
    return -days if match["sooner"] else days
