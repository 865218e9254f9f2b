"""What a message does for something that stands already, whatever the model takes it for.

A complaint is added to, a request taken back or changed, a name corrected in words of the patient's
own; the model was not taught most of them. So whoever is about to open something new, or has not
understood, asks here first.
"""

import re

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import request_words as words
from actions.cases import KNOWN_WHO, about_complaint
from actions.request_kinds import (
    WORDS,
    named_kinds,
    ordered,
    request_to_change,
    say_open,
    spoken_of,
)
from actions.turn import Turn
from service.cases import is_medical_dispute

_CORRECTS_PERSON = re.compile(
    r"(?<!打)(?:姓名|名字|名儿|手机号?|电话|号码)(?![里上]|打(?!错)).{0,6}(?:错|改|换|不对|变了|更正|应该是)|(?:改|换|更正)(?:一?下|个|成)?(?:我的?)?(?:姓名|名字|手机|电话)"
)
_OF_BOOKING = re.compile(r"预约|时间|挂号|日期|多少|哪")
_DECLINES = re.compile(
    r"(?:暂时|先|我|都|就)*(?:不用|不需要|不必|没有)了?(?:[，,。！!\s]*(?:谢谢|感谢)(?:您|你|了)?)?[。！!]*"
)
"""No to what was offered last, which is not the request itself."""
_KEEPS_ALL = re.compile(
    r"(?:我|先|还是|都)*(?:不要|别|不想|不)(?:给我)?(?:撤回?|撤销|取消|退)(?:了|吧|哦|啊|[。！!])*"
)
_TAKEN_BACK = re.compile(r"(?:我要?|把)?(?:取消|撤回|撤销|退出)")
_OWN_ONE = re.compile(r"我的|^查")
_CHANGES_OF_TIME = re.compile(r"(?:改|换|挪|推迟|提前|调)(?:到|成|为|至)")


async def about_own(turn: Turn) -> list[EventType] | None:
    """The answer to words about a complaint, a request or a person of this chat.

    Returns:
        The events of the answer; None when the message is about something else.
    """
    if not turn.typed:
        return None
    about = await about_complaint(turn)
    if about is None and turn.intent in _ILL and _tells_of_harm(turn.text):
        return [FollowupAction("complaint_form")]
    if about is None:
        about = await _about_request(turn)
    if about is None and _KEEPS_ALL.fullmatch(turn.text.strip()):
        turn.say("cancel_kept")
        return []
    if about is None and KNOWN_WHO.search(turn.text):
        return [FollowupAction("patient_form")]
    if about is None and _corrects_person(turn.text) and await turn.patients():
        return [FollowupAction("patient_form")]
    return about


def _corrects_person(text: str) -> bool:
    return bool(_CORRECTS_PERSON.search(text)) and not _OF_BOOKING.search(text)


async def _about_request(turn: Turn) -> list[EventType] | None:
    if turn.intent == "file_complaint" and turn.confidence > _SURELY_COMPLAINS:
        return None
    if await request_to_change(turn) is not None:
        return [FollowupAction("request_form")]
    text = turn.text
    spoken = await spoken_of(turn)
    lost = (_OWN_ONE.search(text) and words.asks_state(text)) or _TAKEN_BACK.match(text)
    if not spoken and named_kinds(text) and lost and not _OF_BOOKING.search(text):
        turn.say("request_none", word=WORDS[named_kinds(text)[0]])
        return []
    if not spoken:
        return None
    topic = SlotSet("topic", {"request": spoken[0].number})
    if words.keeps(text):
        turn.say("cancel_kept")
        return [topic]
    if words.withdraws(text) and not _DECLINES.fullmatch(text.strip()):
        return [FollowupAction("cancel_form")]
    if _CHANGES_OF_TIME.search(text) and turn.when().days:
        return [FollowupAction("move_form")]
    if spoken[0].kind == "escort" and words.asks_where_to_wait(text):
        turn.say("request_escort_note")
        return [topic]
    if words.asks_of_what_stands(text):
        say_open(turn, spoken[0])
        return [topic]
    return None


def _tells_of_harm(text: str) -> bool:
    """Whether somebody is blamed for harm: 手术把我妈神经切断了, and no help is asked for."""
    return is_medical_dispute(text) and bool(_BLAMES.search(text)) and not words.asks(text)


def told_at_once(turn: Turn) -> list[EventType] | None:
    """A request told all at once, which the model hears as bare facts or as an illness."""
    if turn.typed and ordered(turn.text):
        return [FollowupAction("request_form")]
    return None


_SURELY_COMPLAINS = 0.6
_ILL = ("find_department", "report_emergency", "request_admission", "request_exam_booking")
_BLAMES = re.compile(r"把(?:我|他|她|孩子|老人|病人)|错")
