"""What the hospital announces: which notice is meant, and which line of it answers."""

import re
from collections.abc import Sequence
from datetime import date

from service.handbook import Handbook
from service.model import Notice


def standing_notices(handbook: Handbook, day: date) -> list[Notice]:
    """The notices and events that are not over on a day, the next one first."""
    return [one for one in handbook.notices if one.last_day >= day]


def find_notice(notices: Sequence[Notice], text: str) -> Notice | None:
    """The notice whose title shares at least two telling characters with a question."""
    shared = [len((set(one.title) - _SAID_BY_ALL) & set(text)) for one in notices]
    best = max(shared, default=0)
    return notices[shared.index(best)] if best > 1 else None


def notice_line(notice: Notice, text: str) -> str:
    """The line of a notice that answers a question about it, or nothing."""
    said = _READS_AS_PLACE.sub("地点", _READS_AS_TIME.sub("时间", text))
    pairs = {said[at : at + 2] for at in range(len(said) - 1)}
    lines = notice.text.strip().splitlines()
    telling = [sum(pair in line for pair in pairs) for line in lines]
    best = max(telling, default=0)
    return lines[telling.index(best)] if best else ""


_SAID_BY_ALL = frozenset("免费开通知医院活动有在几的天")
_READS_AS_TIME = re.compile(r"几点|什么时候|啥时候|哪天|几号")
_READS_AS_PLACE = re.compile(r"在哪[里儿]?|几楼|什么地方|哪里")
