"""One's own complaints: how they stand, more to say, taken back; nobody else's is ever told."""

import re

from rasa_sdk.events import EventType, SlotSet

from actions.turn import Turn, TurnAction
from actions.wishes import day_words
from service import cases
from service.errors import NotFound, NotYours
from service.model import Case
from service.patients import clean_phone
from service.person_names import find_name

LONGEST_NAME = 6
"""With a phone beside it, a longer rest is more than a name."""

ADDS = re.compile(
    r"补充|再(?:加|说|补)(?:一?[点条句个]|上)|还有(?:一?[点件条]|个事|要说)|追加|漏(?:说|了)"
)
"""More to say about a complaint that stands."""
TAKES_BACK = re.compile(
    r"(?:撤(?:销|回|诉|掉|了)?|取消|不要|不)(?:我的?|那个|刚才的?|这个)?投诉|撤诉"
)
GOES_ON = re.compile(r"还有|而且|另外|对了|当时|忘了说|后来|那个(?:医生|护士|人)|他|她|名字|时间")
"""How words go on about what was just said."""
_GIVES_UP = re.compile(r"(?:那|还是|我|就|都)*(?:算了|不投诉了|不追究了|撤了?吧|别查了)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9](?:[\s-]?\d){9}(?!\d)")
_ONLY_ADDS = re.compile(
    r".{0,6}(?:补充|追加)(?:一下|一点|点|内容|投诉|材料|情况)*[吗啊吧。！!，,：:]*"
)
_NUMBER = re.compile(r"(?:TS|JY|BY)\d{8}-\d{4,}", re.IGNORECASE)


class CheckComplaint(TurnAction):
    """How one's own case is going, and what may be done about it."""

    called = "action_check_complaint"

    async def act(self, turn: Turn) -> list[EventType]:
        if "take_back" in turn.values:
            return await take_back(turn, str(turn.values["take_back"]))
        number = _NUMBER.search(turn.text)
        if number:
            try:
                case = await cases.find_case(
                    turn.services.db, await turn.conversation_id(), number[0]
                )
            except (NotFound, NotYours):
                turn.say("case_not_found", [("找人工", "/ask_human")], number=number[0].upper())
                return []
            self._tell(turn, case)
            return []
        if turn.typed and await open_complaint(turn) is not None:
            if TAKES_BACK.search(turn.text):
                return await ask_to_take_back(turn)
            if ADDS.search(turn.text):
                return await add(turn)
        own = await cases.list_cases(turn.services.db, await turn.conversation_id())
        if not own:
            turn.say("case_none", [("我要投诉", "/file_complaint"), ("找人工", "/ask_human")])
        for case in own[:2]:
            self._tell(turn, case)
        return []

    def _tell(self, turn: Turn, case: Case) -> None:
        turn.say(
            "case_answered" if case.answer else "case_ended" if case.state == "closed" else "case",
            [("找人工", "/ask_human")],
            number=case.number,
            state=_STATES[case.state],
            by=_by(turn, case),
            answer=case.answer,
        )


def about_own_case(text: str) -> bool:
    """Whether words that the model does not know are surely about a complaint that stands."""
    return bool(TAKES_BACK.search(text) or re.match(r".{0,4}(?:补充|追加)", text))


async def follow_up(turn: Turn) -> list[EventType] | None:
    """What a message outside of an errand does for the complaint that was the last thing done:
    a phone and a name, more to say, 算了不投诉了.

    Returns:
        The events of the answer; None when the message is about something else.
    """
    case = await open_complaint(turn) if turn.typed else None
    if case is None:
        return None
    if TAKES_BACK.search(turn.text):
        return await ask_to_take_back(turn)
    if (turn.slot("topic") or {}).get("case") != case.number:
        return None
    if _GIVES_UP.match(turn.text.strip()):
        return await ask_to_take_back(turn)
    phone = _PHONE.search(turn.text)
    rest = _PHONE.sub("", turn.text).strip(" ，,。：:电话手机号是我的")
    if phone and len(rest) <= LONGEST_NAME:
        await cases.set_contact(
            turn.services.db,
            turn.services.vault,
            turn.services.clock,
            await turn.conversation_id(),
            case.number,
            f"{find_name(rest, bare=True)} {clean_phone(phone[0])}".strip(),
        )
        turn.say("case_contact", number=case.number, by=_by(turn, case))
        return []
    if ADDS.search(turn.text) or GOES_ON.match(turn.text):
        return await add(turn)
    return None


async def open_complaint(turn: Turn) -> Case | None:
    """The newest complaint of this chat that is not over."""
    own = await cases.list_cases(turn.services.db, await turn.conversation_id(), kind="complaint")
    return next((one for one in own if one.state not in ("closed", "archived")), None)


async def add(turn: Turn) -> list[EventType]:
    """Keep what is added to the newest open complaint."""
    case = await open_complaint(turn)
    if case is None or _ONLY_ADDS.fullmatch(turn.text.strip()):
        turn.say("case_add_what")
        return []
    await cases.add_to_case(
        turn.services.db,
        turn.services.clock,
        await turn.conversation_id(),
        case.number,
        turn.text.strip(),
    )
    turn.say("case_added", number=case.number, by=_by(turn, case))
    return []


async def ask_to_take_back(turn: Turn) -> list[EventType]:
    """Make sure before a complaint is taken back; a plain yes is understood next (``topic``)."""
    case = await open_complaint(turn)
    if case is None:
        turn.say("case_none", [("我要投诉", "/file_complaint")])
        return []
    turn.say(
        "case_take_back_sure",
        [
            ("确定撤回", f'/check_complaint{{"take_back": "{case.number}"}}'),
            ("不撤了", "/deny"),
        ],
        number=case.number,
    )
    return [SlotSet("topic", {"take_back": case.number})]


async def take_back(turn: Turn, number: str) -> list[EventType]:
    """Close a complaint because the patient wants so."""
    try:
        case = await cases.withdraw_case(
            turn.services.db, turn.services.clock, await turn.conversation_id(), number
        )
    except (NotFound, NotYours):
        turn.say("case_not_found", [("找人工", "/ask_human")], number=number)
        return []
    turn.say("case_taken_back", number=case.number)
    return [SlotSet("topic", None)]


def _by(turn: Turn, case: Case) -> str:
    by = case.answer_by.astimezone(turn.services.settings.zone)
    return f"{day_words(by.date())}{by:%H:%M}"


_STATES = {
    "registered": "已登记，等待分派",
    "classified": "已分类，等待分派",
    "assigned": "已分派给负责人",
    "investigating": "正在调查",
    "answered": "已有答复",
    "closed": "已办结",
    "reopened": "已重新办理，交由主管",
    "archived": "已归档",
}
ACTIONS = (CheckComplaint,)
