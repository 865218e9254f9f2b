"""How a request begins: with what is known already, or not at all, when it only sounds like one."""

import re

from rasa_sdk.events import EventType, FollowupAction

from actions import request_words as words
from actions.errand import Draft
from actions.questions import AnswerQuestion
from actions.request_kinds import KINDS, named_kinds, own_requests
from actions.turn import Turn
from actions.wishes import PERIOD_NAMES, ClinicWish, days_words
from service.answers import CERTAIN, find_answers
from service.model import ServiceRequest

ANOTHER = re.compile(r"再|另外|另一|还(?:要|想|得)|也|第二|重新")
_MOVES = re.compile(r"(?:改|换|挪|推迟|提前)(?:到|成|为|至)|改(?:个|一下)?(?:时间|日期|期)")
_BOOKS = re.compile(r"约|挂")
_UNHAPPY = re.compile(
    r"不高兴|生气|气人|气死|态度|投诉|骂|吼|不满|不耐烦|没人管|不理|太差|寒心|委屈"
)
_WHICH_BED = re.compile(
    r"住(?:院)?(?:在|的是?)?(?:哪|几)(?:一)?(?:个|号|间|层|张|栋)?(?:床|病房|病区|房间|科室)"
)
"""Where somebody lies is told to nobody here."""
_ASKS_HOW = re.compile(
    r"怎么|多少|多久|什么|哪|几[天点个]|(?:疼|痛|难受|贵)吗|([^能可行好是要])不\1"
)
_WISHES = re.compile(r"约|申请|办|想|要|帮|安排|排队|排到|1[3-9]\d{9}")
LONG = 12
"""With more words than this it is not only said that something is not wanted."""
SURE = 0.6
"""From this confidence on the model's word is enough to open a request."""


async def just_spoken_of(turn: Turn) -> Draft:
    """A place on the waiting list is for what was full: nothing is asked twice."""
    kept = turn.slot("draft") or {}
    values = kept.get("values", {}) if kept.get("form") == "booking_form" else {}
    wish = ClinicWish.of(values.get("full") or values.get("wish") or turn.slot("topic"))
    handbook = await turn.handbook()
    names = [one.name for one in handbook.practitioners if one.id in wish.doctors]
    told = {
        "department": wish.department,
        "doctor": "、".join(names[:2]),
        "when": _spoken(wish, turn) if wish.days else "",
        "days": wish.days,
        **{key: values[key] for key in ("patient", "name", "phone", "sex") if key in values},
    }
    return {key: value for key, value in told.items() if value}


def _spoken(wish: ClinicWish, turn: Turn) -> str:
    return days_words(wish.days, turn.today) + PERIOD_NAMES.get(wish.period, "")


async def draft_of_change(turn: Turn, request: ServiceRequest) -> Draft:
    """A request that stands, as it is told while it is open."""
    kind = next(intent for intent, one in KINDS.items() if one.name == request.kind)
    draft: Draft = {"kind": kind, "changes": request.number, "shown": request.number, "begun": True}
    for key in ("what", "when", "department", "doctor"):
        if request.details.get(key):
            draft[key] = request.details[key]
    for card in await turn.patients():
        if card.id == request.patient_id:
            draft.update(patient=card.id, name=card.name, phone=card.phone, sex=card.sex)
    return draft


async def _only_asks(turn: Turn) -> bool:
    """Whether something is asked to which the hospital has an answer, and nothing wished: 胃镜疼不疼."""
    text = turn.text
    if not _ASKS_HOW.search(text) or _WISHES.search(text) or turn.when().days:
        return False
    found = find_answers(await turn.handbook(), text)
    return bool(found) and found[0].score >= CERTAIN


async def other_errand(turn: Turn) -> list[EventType] | None:
    """What only sounds like a request: 把陪诊改到周三 changes the time of the one that stands;
    护士叫我36床，我很不高兴 is a complaint; 明天能约不 after a department is a booking.
    """
    if _WHICH_BED.search(turn.text):
        turn.say("others_private")
        return []
    kind = KINDS[turn.intent]
    stands = any(one.kind == kind.name for one in await own_requests(turn))
    if not stands and await _only_asks(turn):
        return await AnswerQuestion().act(turn)
    if stands and _MOVES.search(turn.text) and turn.when().days:
        return [FollowupAction("move_form")]
    withdrawn = words.withdraws(turn.text) and not ANOTHER.search(turn.text)
    withdrawn = withdrawn and not stands and kind.name in named_kinds(turn.text)
    looked_for = turn.text.startswith("查") and not stands
    if looked_for or (withdrawn and len(turn.text) < LONG):
        turn.say("request_none", word=kind.word)
        return []
    if _UNHAPPY.search(turn.text) and kind.name in ("admission", "exam", "escort"):
        return [FollowupAction("complaint_form")]
    unsure = turn.confidence < SURE and not kind.told.search(turn.text)
    topic = turn.slot("topic") or {}
    if unsure and _BOOKS.search(turn.text) and (topic.get("department") or topic.get("doctors")):
        return [FollowupAction("booking_form")]
    return None
