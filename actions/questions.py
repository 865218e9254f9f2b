"""Questions, answered from the hospital's own entries: never from a guess."""

import json
import re
from collections.abc import Sequence

from rasa_sdk.events import EventType, SlotSet

from actions.cases import about_complaint
from actions.desk import (
    ASKS_NOTICES,
    names_nothing_else,
    say_place,
    tell_notices,
    tell_of_booking,
    tell_phone,
)
from actions.further import LONGEST, SHORT, Topic, offered_answer
from actions.request_kinds import KINDS
from actions.turn import Buttons, Turn, TurnAction
from actions.wishes import ClinicWish, yuan
from service.answer_words import is_elliptical, subjects_of
from service.answers import (
    AND_THAT,
    TOPICS,
    find_answers,
    find_further,
    is_about,
    is_clear,
    merged_question,
    topic_answers,
)
from service.appointments import find_session
from service.handbook import Handbook
from service.model import Answer, Department
from service.sessions import find_sessions

_WHERE = re.compile(
    r"在哪|哪里|哪儿|怎么走|几楼|几层|哪个楼|哪栋|位置|哪块|咋走|怎么去|哪边|啥地方|什么地方|找不到"
)
MEDICAL = re.compile(
    r"是不是(?:得了?|患|有)?.{0,6}(?:病|癌|瘤|炎|症)|是.{1,8}(?:病|癌|瘤|炎|症)吗|得了?什么病|什么病|几片|几粒|几颗|多少片|多少毫克|剂量|加量|减量|该吃什么药|吃什么药(?:好|管用|见效)|开(?:点|个|些)药"
)
_DESK = re.compile(r"电话|联系方式|打给|号码")


class AnswerQuestion(TurnAction):
    """Fees, insurance, ways, hours, preparation, reports."""

    called = "action_answer"

    async def act(self, turn: Turn) -> list[EventType]:
        about = await about_complaint(turn) if turn.typed and not turn.loop else None
        if about is not None:
            return about
        handbook = await turn.handbook()
        topic: Topic = turn.slot("topic") or {}
        code = turn.values.get("answer") or offered_answer(handbook, topic, turn.text)
        if code:
            chosen = next((one for one in handbook.answers if one.code == code), None)
            if chosen is not None:
                return await self.tell(turn, chosen)
        about_notice = "notice" in topic and len(turn.text) <= SHORT
        if turn.typed and (ASKS_NOTICES.search(turn.text) or about_notice):
            return tell_notices(turn, handbook)
        if turn.typed and (told := await tell_phone(turn)) is not None:
            return told
        if turn.typed and await tell_of_booking(turn, topic):
            return []
        departments = handbook.find_departments(turn.text) or _spoken_of(turn, handbook)
        asks_place = turn.intent == "ask_directions" and _is_about_place(turn.text)
        if departments and (asks_place or ("place" in topic and AND_THAT.fullmatch(turn.text))):
            return say_place(turn, departments[0])
        if turn.typed and _asks_fee(turn) and await self._fee_of_clinic(turn, topic):
            return []
        before, intent = _spoken_before(turn, topic)
        found = find_further(handbook, turn.text, before, intent) if turn.typed else []
        question = merged_question(turn.text, before) if found else turn.text
        found = found or find_answers(handbook, turn.text, turn.intent)
        if is_clear(found) and is_about(found[0], question):
            return await self.tell(turn, found[0].answer, question)
        offered = [one.answer for one in found[:4]]
        if offered:
            turn.say("answer_which", _titles(turn, offered))
        else:
            buttons = _titles(turn, topic_answers(handbook, turn.intent)[:5])
            turn.say("answer_menu", [*buttons, ("找人工", "/ask_human")])
        return _asked(turn, question, offered)

    async def _fee_of_clinic(self, turn: Turn, topic: Topic) -> bool:
        """多少钱 at the confirmation of a booking, or of a doctor who was shown: that number's fee."""
        values = (turn.slot("draft") or {}).get("values", {})
        if len(turn.text) > SHORT:
            return False
        if turn.loop == "booking_form" and "session" in values:
            session = await find_session(turn.services.db, values["session"])
        elif len(him := topic.get("doctors") or topic.get("him") or []) == 1 and not (
            turn.loop or "question" in topic
        ):
            wish = ClinicWish(doctors=him).sessions(await turn.handbook())
            found = await find_sessions(
                turn.services.db, wish, turn.services.clock, turn.services.settings
            )
            if not found:
                return False
            session = found[0]
        else:
            return False
        turn.say(
            "booking_fee",
            doctor=session.practitioner.name,
            kind=session.kind,
            fee=yuan(session.fee),
        )
        return True

    async def tell(self, turn: Turn, answer: Answer, question: str = "") -> list[EventType]:
        """One entry, with the phone that answers more."""
        handbook = await turn.handbook()
        home = next((one for one in handbook.departments if one.id == answer.department_id), None)
        phone = answer.phone or (home.phone if home else "")
        if phone and phone not in answer.text:
            turn.say("answer_with_phone", content=answer.text.strip(), phone=phone)
        else:
            turn.say("answer", content=answer.text.strip())
        return _asked(turn, question or answer.title)


def _asked(turn: Turn, question: str, offered: Sequence[Answer] = ()) -> list[EventType]:
    """What a short question after this one goes on from."""
    asked = turn.intent if turn.intent in _QUESTIONS else ""
    before: Topic = turn.slot("topic") or {}
    kept = {
        "question": question[:60],
        "asked": asked or before.get("asked", ""),
        "offered": [one.code for one in offered],
    }
    still_place = turn.intent == "ask_directions"
    kept_on = {name: value for name, value in before.items() if name != "place" or still_place}
    return [SlotSet("topic", {**kept_on, **kept})]


def _asks_fee(turn: Turn) -> bool:
    """多少钱 and its kin: of a number or a doctor, not of a treatment that is named."""
    asks = turn.intent == "ask_fees" or _FEE.search(turn.text)
    return bool(asks) and (
        is_elliptical(turn.text, spare=0) or bool(_OF_A_NUMBER.search(turn.text))
    )


def _spoken_before(turn: Turn, topic: Topic) -> tuple[str, str]:
    """What a short question goes on from, and the kind of question: the errand that is open, else
    what was asked before, else the clinic that was shown."""
    if len(turn.text) > LONGEST:
        return "", turn.intent
    values = (turn.slot("draft") or {}).get("values", {}) if turn.loop else {}
    if not turn.loop and "arranged" in topic and "question" not in topic:
        return str(topic["arranged"]), turn.intent
    if turn.loop == "request_form":
        kind = KINDS[str(values.get("kind", "request_exam_booking"))].name
        return f"{ARRANGED.get(kind, '')}{values.get('what', '')}"[:30], turn.intent
    another = AND_THAT.fullmatch(turn.text)
    before = str(topic.get("question", "")) if not turn.loop else ""
    clinic = turn.loop in _OF_A_CLINIC or topic.get("department") or topic.get("doctors")
    if clinic and is_elliptical(turn.text) and not another and not subjects_of(before):
        return "挂号费" if _asks_fee(turn) else "看病", turn.intent
    own = turn.intent in _QUESTIONS and not another
    return before, turn.intent if own else str(topic.get("asked", turn.intent))


ARRANGED = {
    "consultation": "会诊",
    "escort": "陪诊",
    "admission": "住院",
    "referral": "转诊",
    "waitlist": "挂号费",
}
"""What a request is called where its questions are answered; an examination by its own name."""
_OF_A_CLINIC = ("booking_form", "finding_form")
_OF_A_NUMBER = re.compile(r"[他她号]|这位|那位")
_FEE = re.compile(r"多少钱|[要收花]钱[吗么嘛不]|几块钱?|挂号费|贵不贵|贵吗|怎么收费")
_QUESTIONS = tuple(name for name in TOPICS if name.startswith("ask_"))


def _spoken_of(turn: Turn, handbook: Handbook) -> list[Department]:
    """在几楼啊 right after a booking or in one: the department that was spoken of."""
    if len(turn.text) > SHORT or not names_nothing_else(turn.text):
        return []
    topic = turn.slot("topic") or {}
    wish = (turn.slot("draft") or {}).get("values", {}).get("wish", {})
    name = wish.get("department") or topic.get("at") or topic.get("department") or ""
    department = handbook.department(str(name))
    return [department] if department else []


def _is_about_place(text: str) -> bool:
    return bool(_WHERE.search(text)) or bool(_DESK.search(text))


def _titles(turn: Turn, answers: list[Answer]) -> Buttons:
    intent = turn.intent if turn.intent.startswith("ask_") else "ask_hours"
    return [
        (one.title, f"/{intent}{json.dumps({'answer': one.code}, ensure_ascii=False)}")
        for one in answers
    ]


ACTIONS = (AnswerQuestion,)
