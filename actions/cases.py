"""One's own complaints: how they stand, more to say, taken back; nobody else's is ever told."""

import re

from rasa_sdk.events import EventType, SlotSet

from actions.request_words import asks_of_what_stands
from actions.turn import Turn, TurnAction, echo
from actions.wishes import day_words
from service import cases
from service.errors import NotFound, NotYours
from service.model import Case
from service.patients import PHONE, clean_phone, mask_phones
from service.person_names import find_name

LONGEST_NAME = 6
"""With a phone beside it, a longer rest is more than a name."""
PLAIN = 0.7
"""A confidence from which another wish is taken for one."""

_ADDS = re.compile(
    r"补充|再(?:加|说|补)(?:一?[点条句个]|上)|还有(?:一?[点件条]|个事|要说)|追加|漏(?:说|了)|(?:加|多说|补)(?:上)?(?:一|两|几)?[句点条](?!号)"
)
_ADDS_TO_COMPLAINT = re.compile(
    r".{0,4}(?:补充|追加)|(?:补充|加|追加).{0,8}投诉|投诉.{0,6}(?:补充|加一?[句点条]|追加)"
)
TAKES_BACK = re.compile(
    r"(?:撤(?:销|回|诉|掉|了)?|取消|不要|不想?|放弃)(?:我的?|那个|刚才的?|这个)?投诉|撤诉|投诉.{0,5}(?:撤|取消|不要了|算了|作废)"
)
_GOES_ON = re.compile(r"还有|而且|另外|对了|当时|忘了说|后来|那个(?:医生|护士|人)|他|她|名字|时间")
"""How words go on about what was just said."""
_ANOTHER = re.compile(r"再投诉|另一?个|还要投诉|也要投诉|又|别的")
_GIVES_UP = re.compile(r"(?:那|还是|我|就|都)*(?:算了|不投诉了|不追究了|撤了?吧|撤回|别查了)")
_NO_PHONE = r"不(?:太?想|愿意?|打算|方便|用|要|必)?留(?:下|任何)?(?:我的?)?(?:电话|手机|号码|联系方式|名字?|姓名?)"
SAYS_ANONYMOUS = re.compile(rf"(?<!不)(?<!不用)(?<!不要)匿名|{_NO_PHONE}")
ONLY_ANONYMOUS = re.compile(
    rf"(?:我|想|要|可以|能|就|请|也|都|那)*(?:匿名|{_NO_PHONE})(?:投诉|举报|号码?|吧|的|了|吗|可不可以|行不行|可以|行|好|[，。！!？?\s])*"
)
KNOWN_WHO = re.compile(
    r"(?:告诉|透露|泄露|说出去).{0,8}(?:是谁|我)(?:说|讲|投诉|反映|举报|告)|(?:查|知道|看|认|猜)(?:得|不)?(?:到|出|见)?.{0,3}(?:我是谁|是我(?:说|讲|投诉|反映|举报|告))|(?:知道|看到|看见|泄露|暴露|透露).{0,4}我的?(?:名字|姓名|电话|身份|信息)"
)
_PHONE_SAID = re.compile(r"[我的是改成换为应该错不对了呢新号码手机电话联系方式打留，,。：:\s]+")
_ONLY_ADDS = re.compile(
    r"(?:我|还|想|要|能|可以|再){0,6}(?:补充|追加|加一?[句点条])(?:一下|一点|点|内容|投诉|材料|情况)*[吗啊吧。！!，,：:]*"
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
            _tell(turn, case)
            return []
        about = await about_complaint(turn) if turn.typed else None
        if about is None and turn.typed and _ADDS.search(turn.text):
            about = await add(turn) if await open_complaint(turn) else None
        if about is not None:
            return about
        own = await cases.list_cases(turn.services.db, await turn.conversation_id())
        if not own:
            turn.say("case_none", [("我要投诉", "/file_complaint"), ("找人工", "/ask_human")])
        for case in own[:2]:
            _tell(turn, case)
        return []


def _tell(turn: Turn, case: Case) -> None:
    turn.say(
        "case_answered" if case.answer else "case_ended" if case.state == "closed" else "case",
        [("找人工", "/ask_human")],
        number=case.number,
        state=_STATES[case.state],
        by=_by(turn, case),
        answer=case.answer,
    )


async def about_complaint(turn: Turn) -> list[EventType] | None:
    """What words do for the complaint of this chat that stands: more to say, a phone, 算了不投诉了,
    when do I hear.

    Returns:
        The events of the answer; None when the message is about something else.
    """
    just = (turn.slot("topic") or {}).get("case")
    if not just and not _speaks_of_complaint(turn.text):
        return None
    case = await open_complaint(turn)
    if case is None:
        return None
    if TAKES_BACK.search(turn.text):
        return await ask_to_take_back(turn)
    if just == case.number:
        return await _about_the_last(turn, case)
    return await add(turn) if _ADDS_TO_COMPLAINT.match(turn.text) else None


def _speaks_of_complaint(text: str) -> bool:
    return bool(TAKES_BACK.search(text) or _ADDS_TO_COMPLAINT.match(text))


async def _about_the_last(turn: Turn, case: Case) -> list[EventType] | None:
    """What is said right after a complaint was registered."""
    text = turn.text.strip()
    if _GIVES_UP.match(text):
        return await ask_to_take_back(turn)
    if KNOWN_WHO.search(text):
        turn.say("case_anonymous" if case.anonymous else "case_not_anonymous")
        return [SlotSet("topic", {"case": case.number})]
    phone = PHONE.search(text)
    if phone and len(_PHONE_SAID.sub("", PHONE.sub("", text))) <= LONGEST_NAME:
        return await _set_contact(turn, case, phone[0])
    if SAYS_ANONYMOUS.search(text):
        turn.say("case_anonymous" if case.anonymous else "case_not_anonymous")
        return [SlotSet("topic", {"case": case.number})]
    if asks_of_what_stands(text):
        _tell(turn, case)
        return [SlotSet("topic", {"case": case.number})]
    return await add(turn) if _goes_on(turn) else None


def _goes_on(turn: Turn) -> bool:
    """Whether words right after a complaint are more of it, and not another wish."""
    if _ADDS.search(turn.text):
        return True
    if turn.intent == "file_complaint":
        return not _ANOTHER.search(turn.text)
    other = turn.intent not in _SAYS_LITTLE and turn.confidence >= PLAIN
    return not other and bool(_GOES_ON.match(turn.text))


_SAYS_LITTLE = ("inform", "nlu_fallback", "deny", "affirm", "out_of_scope", "check_complaint")


async def _set_contact(turn: Turn, case: Case, phone: str) -> list[EventType]:
    name = find_name(_PHONE_SAID.sub("", PHONE.sub("", turn.text)), bare=True)
    await cases.set_contact(
        turn.services.db,
        turn.services.vault,
        turn.services.clock,
        await turn.conversation_id(),
        case.number,
        f"{name} {clean_phone(phone)}".strip(),
    )
    turn.say("case_contact", number=case.number, by=_by(turn, case))
    return [SlotSet("topic", {"case": case.number})]


async def open_complaint(turn: Turn) -> Case | None:
    """The newest complaint of this chat that is not over."""
    own = await cases.list_cases(turn.services.db, await turn.conversation_id(), kind="complaint")
    return next((one for one in own if one.state not in ("closed", "archived")), None)


async def add(turn: Turn) -> list[EventType]:
    """Keep what is added to the newest open complaint."""
    case = await open_complaint(turn)
    if case is None or _ONLY_ADDS.fullmatch(turn.text.strip()):
        turn.say("case_add_what")
        return [] if case is None else [SlotSet("topic", {"case": case.number})]
    await cases.add_to_case(
        turn.services.db,
        turn.services.clock,
        await turn.conversation_id(),
        case.number,
        turn.text.strip(),
    )
    said = echo(mask_phones(turn.text.strip()))
    other = [("这是另一件事", "/file_complaint")] if turn.intent == "file_complaint" else []
    turn.say("case_added", other, number=case.number, said=said, by=_by(turn, case))
    return [SlotSet("topic", {"case": case.number})]


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
