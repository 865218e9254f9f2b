"""Questions, answered from the hospital's own entries: never from a guess."""

import json
import re

from rasa_sdk.events import EventType, SlotSet

from actions.turn import Buttons, Turn, TurnAction
from actions.wishes import day_words
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
from service.handbook import Handbook
from service.model import AftercareText, Answer, Department, Notice

_WHERE = re.compile(
    r"在哪|哪里|哪儿|怎么走|几楼|几层|哪个楼|哪栋|位置|哪块|咋走|怎么去|哪边|啥地方|什么地方|找不到"
)
_MEDICAL = re.compile(
    r"是不是(?:得了?|患|有)?.{0,6}(?:病|癌|瘤|炎|症)|是.{1,8}(?:病|癌|瘤|炎|症)吗|得了?什么病|什么病|几片|几粒|多少片|多少毫克|剂量|加量|减量|该吃什么药|吃什么药(?:好|管用|见效)|开(?:点|个|些)药"
)
_WORRYING = re.compile(
    r"流水|渗(?:液|血|水|出)|流脓|化脓|裂开|发麻|抽筋|发烧|发热|出血|流血|肿得|红肿|发红|红了|有点红|有些红|变红|泛红|臭|疼得|越来越疼|剧痛|不通气|没排便|吐了|喘|发黑|发紫"
)
ASKS_NOTICES = re.compile(
    r"通知|公告|义诊|讲座|健康课|课堂|有(?:什么|啥|没有|哪些)(?:新闻|活动|消息|安排)|医院(?:最近|这几天|近期)?.{0,4}(?:活动|新闻|消息|停电|停水)"
)
"""A question about what the hospital announces."""
_DESK = re.compile(r"电话|联系方式|打给|号码")


class AnswerQuestion(TurnAction):
    """Fees, insurance, ways, hours, preparation, reports."""

    called = "action_answer"

    async def act(self, turn: Turn) -> list[EventType]:
        handbook = await turn.handbook()
        code = turn.values.get("answer")
        if code is not None:
            chosen = next((one for one in handbook.answers if one.code == code), None)
            if chosen is not None:
                return await self._tell(turn, chosen)
        if turn.typed and ASKS_NOTICES.search(turn.text):
            tell_notices(turn, handbook)
            return []
        departments = handbook.find_departments(turn.text)
        if departments and turn.intent == "ask_directions" and _is_about_place(turn.text):
            self._place(turn, departments[0])
            return []
        found = find_answers(handbook, turn.text, turn.intent)
        if found and (len(found) == 1 or _is_clear(found)):
            return await self._tell(turn, found[0].answer)
        if found:
            self._choose(turn, [one.answer for one in found])
        else:
            self._menu(turn, topic_answers(handbook, turn.intent))
        return []

    def _place(self, turn: Turn, department: Department) -> None:
        turn.say(
            "department_place",
            department=department.name,
            place=department.location,
            phone=department.phone,
        )

    async def _tell(self, turn: Turn, answer: Answer) -> list[EventType]:
        handbook = await turn.handbook()
        home = next((one for one in handbook.departments if one.id == answer.department_id), None)
        phone = answer.phone or (home.phone if home else "")
        if phone and phone not in answer.text:
            turn.say("answer_with_phone", text=answer.text.strip(), phone=phone)
        else:
            turn.say("answer", text=answer.text.strip())
        asked = {"question": turn.text[:60], "asked": turn.intent, "answered": answer.code}
        return [SlotSet("topic", {**(turn.slot("topic") or {}), **asked})] if turn.typed else []

    def _choose(self, turn: Turn, answers: list[Answer]) -> None:
        turn.say("answer_which", _titles(turn, answers[:4]))

    def _menu(self, turn: Turn, answers: list[Answer]) -> None:
        turn.say("answer_menu", [*_titles(turn, answers[:5]), ("找人工", "/ask_human")])


def tell_notices(turn: Turn, handbook: Handbook) -> None:
    """What the hospital announces just now: a fitting notice in full, else all in one line each."""
    notices = standing_notices(handbook, turn.today)
    fitting = [one for one in notices if any(word in turn.text for word in _title_words(one))]
    for one in fitting[:1]:
        turn.say("notice", title=one.title, when=_span(turn, one), text=one.text.strip())
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
            if _MEDICAL.search(turn.text):
                turn.say("no_diagnosis")
                return []
            spoken_of = str((turn.slot("topic") or {}).get("aftercare", ""))
            entry = find_aftercare(handbook, turn.text) or _by_code(handbook, spoken_of)
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
        if section and section in entry.sections:
            turn.say(
                "answer",
                text=f"{entry.name}·{_SECTIONS[section]}：{entry.sections[section].strip()}",
            )
        elif not code and turn.typed:
            first = next(iter(entry.sections))
            turn.say(
                "answer", text=f"{entry.name}·{_SECTIONS[first]}：{entry.sections[first].strip()}"
            )
            section = first
        others = [name for name in entry.sections if name != section]
        turn.say(
            "aftercare_warning",
            [
                (
                    _SECTIONS[name],
                    f"/ask_aftercare{json.dumps({'aftercare': entry.code, 'section': name})}",
                )
                for name in others
                if name != "warning"
            ]
            + [("找护士", "/ask_human")],
            warning=entry.sections["warning"].strip(),
        )
        return [SlotSet("topic", {"aftercare": entry.code})]


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
