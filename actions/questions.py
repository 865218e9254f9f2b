"""Questions, answered from the hospital's own entries: never from a guess."""

import json
import re

from rasa_sdk.events import EventType, SlotSet

from actions.cases import about_complaint
from actions.turn import Buttons, Turn, TurnAction
from actions.wishes import day_words, yuan
from service.answers import (
    CERTAIN,
    CLOSE,
    Found,
    aftercare_section,
    find_aftercare,
    find_answers,
    standing_notices,
    topic_answers,
)
from service.appointments import find_session
from service.handbook import Handbook
from service.model import AftercareText, Answer, Department, Notice
from service.triage import TYPICAL, find_departments

_WHERE = re.compile(
    r"在哪|哪里|哪儿|怎么走|几楼|几层|哪个楼|哪栋|位置|哪块|咋走|怎么去|哪边|啥地方|什么地方|找不到"
)
MEDICAL = re.compile(
    r"是不是(?:得了?|患|有)?.{0,6}(?:病|癌|瘤|炎|症)|是.{1,8}(?:病|癌|瘤|炎|症)吗|得了?什么病|什么病|几片|几粒|几颗|多少片|多少毫克|剂量|加量|减量|该吃什么药|吃什么药(?:好|管用|见效)|开(?:点|个|些)药"
)
_WORRYING = re.compile(
    r"流水|渗(?:液|血|水|出)|流脓|化脓|裂开|发麻|抽筋|发烧|发热|出血|流血|肿得|红肿|发红|红了|有点红|有些红|变红|泛红|臭|疼得|越来越疼|剧痛|不通气|没排便|吐了|喘|发黑|发紫"
)
ASKS_NOTICES = re.compile(
    r"通知|公告|义诊|讲座|健康课|课堂|有(?:什么|啥|没有|哪些)(?:新闻|活动|消息|安排)|医院(?:最近|这几天|近期)?.{0,4}(?:活动|新闻|消息|停电|停水)"
)
"""A question about what the hospital announces."""
SHORT = 8
_ASKS_PHONE = re.compile(
    r"(?:电话|联系方式|总机|热线|座机)(?:号码?)?(?:是)?(?:多少|几|啥|什么|有吗|有没有|呢|给我|告诉我|发我|打哪|$|[？?吗])"
    r"|(?:打|拨)(?:什么|哪个|啥|多少)电话|总机"
)
_OWN_PHONE = re.compile(r"我的?(?:手机|电话|号)|改|换|留|登记|绑定|投诉")
_DESK = re.compile(r"电话|联系方式|打给|号码")


class AnswerQuestion(TurnAction):
    """Fees, insurance, ways, hours, preparation, reports."""

    called = "action_answer"

    async def act(self, turn: Turn) -> list[EventType]:
        about = await about_complaint(turn) if turn.typed and not turn.loop else None
        if about is not None:
            return about
        handbook = await turn.handbook()
        code = turn.values.get("answer")
        if code is not None:
            chosen = next((one for one in handbook.answers if one.code == code), None)
            if chosen is not None:
                return await self._tell(turn, chosen)
        if turn.typed and ASKS_NOTICES.search(turn.text):
            tell_notices(turn, handbook)
            return []
        if turn.typed and await tell_phone(turn):
            return []
        departments = handbook.find_departments(turn.text) or _spoken_of(turn, handbook)
        if departments and turn.intent == "ask_directions" and _is_about_place(turn.text):
            say_place(turn, departments[0])
            return []
        if turn.intent == "ask_fees" and await self._fee_of_draft(turn):
            return []
        found = find_answers(handbook, turn.text, turn.intent)
        if found and (len(found) == 1 or _is_clear(found)):
            return await self._tell(turn, found[0].answer)
        if found:
            self._choose(turn, [one.answer for one in found])
        else:
            self._menu(turn, topic_answers(handbook, turn.intent))
        return []

    async def _fee_of_draft(self, turn: Turn) -> bool:
        """多少钱 at the confirmation of a booking: that booking's fee."""
        values = (turn.slot("draft") or {}).get("values", {})
        if turn.loop != "booking_form" or "session" not in values or len(turn.text) > SHORT:
            return False
        session = await find_session(turn.services.db, values["session"])
        turn.say("booking_fee", kind=session.kind, fee=yuan(session.fee))
        return True

    async def _tell(self, turn: Turn, answer: Answer) -> list[EventType]:
        handbook = await turn.handbook()
        home = next((one for one in handbook.departments if one.id == answer.department_id), None)
        phone = answer.phone or (home.phone if home else "")
        if phone and phone not in answer.text:
            turn.say("answer_with_phone", content=answer.text.strip(), phone=phone)
        else:
            turn.say("answer", content=answer.text.strip())
        asked = {"question": turn.text[:60], "asked": turn.intent, "answered": answer.code}
        return [SlotSet("topic", {**(turn.slot("topic") or {}), **asked})] if turn.typed else []

    def _choose(self, turn: Turn, answers: list[Answer]) -> None:
        turn.say("answer_which", _titles(turn, answers[:4]))

    def _menu(self, turn: Turn, answers: list[Answer]) -> None:
        turn.say("answer_menu", [*_titles(turn, answers[:5]), ("找人工", "/ask_human")])


def _spoken_of(turn: Turn, handbook: Handbook) -> list[Department]:
    """在几楼啊 right after a booking or in one: the department that was spoken of."""
    if len(turn.text) > SHORT:
        return []
    topic = turn.slot("topic") or {}
    wish = (turn.slot("draft") or {}).get("values", {}).get("wish", {})
    name = wish.get("department") or topic.get("at") or topic.get("department") or ""
    department = handbook.department(str(name))
    return [department] if department else []


def say_place(turn: Turn, department: Department) -> None:
    """Where a department is, and its phone."""
    turn.say(
        "department_place",
        department=department.name,
        place=department.location,
        phone=department.phone,
    )


async def tell_phone(turn: Turn) -> bool:
    """Answer 骨科电话多少, 总机多少; false when no phone is asked for."""
    if not _ASKS_PHONE.search(turn.text) or _OWN_PHONE.search(turn.text):
        return False
    handbook = await turn.handbook()
    departments = handbook.find_departments(turn.text)
    if departments:
        say_place(turn, departments[0])
    else:
        turn.say("hospital_phone")
    return True


def tell_notices(turn: Turn, handbook: Handbook) -> None:
    """What the hospital announces just now: a fitting notice in full, else all in one line each."""
    notices = standing_notices(handbook, turn.today)
    fitting = [one for one in notices if any(word in turn.text for word in _title_words(one))]
    for one in fitting[:1]:
        turn.say("notice", title=one.title, when=_span(turn, one), content=one.text.strip())
    if not fitting and notices:
        lines = "\n".join(f"{_span(turn, one)}：{one.title}" for one in notices[:5])
        turn.say("notices", lines=lines)
    elif not fitting:
        turn.say("notices_none")


def _title_words(notice: Notice) -> list[str]:
    """Pairs of characters of a title, but for what every notice says."""
    pairs = [notice.title[place : place + 2] for place in range(len(notice.title) - 1)]
    return [pair for pair in pairs if pair not in ("免费", "开课", "通知", "医院", "活动")]


def _span(turn: Turn, notice: Notice) -> str:
    first, last = day_words(notice.first_day), day_words(notice.last_day)
    if notice.first_day == notice.last_day:
        return first
    return f"{first}到{last}" if notice.first_day > turn.today else f"到{last}"


def _is_clear(found: list[Found]) -> bool:
    first, second = found[:2]
    return first.score >= CERTAIN and first.score - second.score >= CLOSE


def _is_about_place(text: str) -> bool:
    return bool(_WHERE.search(text)) or bool(_DESK.search(text))


def _titles(turn: Turn, answers: list[Answer]) -> Buttons:
    intent = turn.intent if turn.intent.startswith("ask_") else "ask_hours"
    return [
        (one.title, f"/{intent}{json.dumps({'answer': one.code}, ensure_ascii=False)}")
        for one in answers
    ]


class AnswerAftercare(TurnAction):
    """Life after a stay, from approved texts; anything worrying goes to a nurse."""

    called = "action_aftercare"

    async def act(self, turn: Turn) -> list[EventType]:
        handbook = await turn.handbook()
        code = turn.values.get("aftercare")
        if code:
            entry = _by_code(handbook, str(code))
        else:
            if MEDICAL.search(turn.text):
                turn.say("no_diagnosis")
                return []
            entry = find_aftercare(handbook, turn.text) or _aftercare_before(turn, handbook)
        if not code and _WORRYING.search(turn.text):
            turn.say("aftercare_nurse")
            turn.flag("human", "worrying after-care")
        if entry is None:
            turn.say(
                "aftercare_which",
                [
                    (one.name, f"/ask_aftercare{json.dumps({'aftercare': one.code})}")
                    for one in handbook.aftercare[:6]
                ],
            )
            return []
        section = str(turn.values.get("section", "")) or aftercare_section(turn.text, entry)
        if section not in entry.sections:
            section = next(iter(entry.sections)) if turn.typed and not code else "warning"
        known = (turn.slot("topic") or {}).get("aftercare") == entry.code
        self._tell(turn, entry, section, warn=not known)
        return [SlotSet("topic", {"aftercare": entry.code})]

    def _tell(self, turn: Turn, entry: AftercareText, section: str, *, warn: bool) -> None:
        """A section, and the warning signs unless they were just told; buttons for the others."""
        buttons: Buttons = [
            (
                _SECTIONS[name],
                f"/ask_aftercare{json.dumps({'aftercare': entry.code, 'section': name})}",
            )
            for name in entry.sections
            if name not in (section, "warning")
        ]
        buttons.append(("找护士", "/ask_human"))
        if section != "warning":
            told = f"{entry.name}·{_SECTIONS[section]}：{entry.sections[section].strip()}"
            turn.say("answer", None if warn else buttons, content=told)
        if section == "warning" or warn:
            turn.say("aftercare_warning", buttons, warning=entry.sections["warning"].strip())


def _aftercare_before(turn: Turn, handbook: Handbook) -> AftercareText | None:
    """能洗澡吗: what was spoken of before, unless the words name another part of the body."""
    if len(turn.text) > SHORT:
        return None
    advice = find_departments(handbook, turn.text, may_ask=False)
    if any(one.score >= TYPICAL for one in advice.suggestions):
        return None
    return _by_code(handbook, str((turn.slot("topic") or {}).get("aftercare", "")))


def _by_code(handbook: Handbook, code: str) -> AftercareText | None:
    return next((one for one in handbook.aftercare if one.code == code), None)


_SECTIONS = {
    "diet": "饮食",
    "exercise": "活动",
    "wound": "伤口和护理",
    "medicine": "用药",
    "return": "复查",
    "warning": "要当心的情况",
}
ACTIONS = (AnswerQuestion, AnswerAftercare)
