"""Everything around the errands: greetings, a person wanted, not understood, danger seen late."""

import re
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.cases import take_back
from actions.choosing import SOONEST
from actions.complaint_reading import VENTS
from actions.desk import ASKS_NOTICES, tell_notices, tell_of_booking, tell_phone
from actions.doctors import ShowSchedule
from actions.following import about_own, told_at_once
from actions.people import LONGEST_NAME
from actions.questions import MEDICAL, AnswerQuestion
from actions.turn import Buttons, Turn, TurnAction
from actions.which import errand_of_own
from actions.wishes import ClinicWish, apply, hear
from service import safety
from service.answer_words import is_elliptical
from service.answers import WELL, find_answers, find_further, is_clear, merged_question
from service.facts import PatientFacts, read_facts
from service.handover import answer_by
from service.person_names import find_name
from service.triage import TYPICAL, find_departments

_START: Buttons = [
    ("看什么科", "/find_department"),
    ("预约挂号", "/book_appointment"),
    ("出诊时间", "/ask_doctor_schedule"),
    ("我的预约", "/check_appointment"),
    ("投诉建议", "/file_complaint"),
    ("找人工", "/ask_human"),
]


class Greet(TurnAction):
    """你好, with what can be done here."""

    called = "action_greet"

    async def act(self, turn: Turn) -> list[EventType]:
        if is_foreign(turn.text):
            turn.say("foreign")
            return []
        if turn.typed and not turn.loop and _ASKS_TO_BOOK.search(turn.text):
            return [FollowupAction("booking_form")]
        name = str(turn.metadata.get("honorific") or "")
        hour = turn.now.hour
        part = "早上好" if 5 <= hour < 11 else "晚上好" if hour >= 18 or hour < 5 else "您好"
        greeting = f"{name}，{part}" if name else part
        turn.say("greet", [] if turn.loop else _START, greeting=greeting)
        return []


class AskHuman(TurnAction):
    """A person: recorded as waiting, with the true time."""

    called = "action_ask_human"

    async def act(self, turn: Turn) -> list[EventType]:
        if turn.typed and (told := await tell_phone(turn)) is not None:
            return told
        by = answer_by(turn.services.clock, turn.services.settings)
        soon = (by - turn.now).total_seconds() <= turn.services.settings.answer_minutes * 60
        turn.say(
            "human_soon" if soon else "human_later",
            minutes=turn.services.settings.answer_minutes,
            by=f"{by:%H:%M}" if by.date() == turn.today else f"明天{by:%H:%M}",
        )
        turn.flag("human", "asked")
        return [] if turn.loop else [SlotSet("topic", {"human": True})]


class NotUnderstood(TurnAction):
    """First the two likeliest meanings; the second time a person is offered and told."""

    called = "action_not_understood"

    async def act(self, turn: Turn) -> list[EventType]:
        if is_foreign(turn.text):
            turn.say("foreign")
            return []
        events = None if turn.loop else await about_own(turn)
        if events is not None:
            return events
        handbook = await turn.handbook()
        topic = turn.slot("topic") or {}
        if topic.get("question") and len(turn.text) <= LONGEST_FOLLOW_UP:
            asked = str(topic["question"])
            found = find_further(handbook, turn.text, asked, str(topic.get("asked", "")))
            if is_clear(found):
                question = merged_question(turn.text, asked)
                return await AnswerQuestion().tell(turn, found[0].answer, question)
        if await tell_of_booking(turn, topic):
            return []
        plain = find_answers(handbook, turn.text)
        if is_clear(plain) and plain[0].score >= WELL and not is_elliptical(turn.text):
            return await AnswerQuestion().tell(turn, plain[0].answer, turn.text)
        if not turn.loop and topic.get("department") and read_facts(turn.text) != PatientFacts():
            return await Inform().act(turn)
        if (topic.get("department") or topic.get("doctors")) and _BOOKS_IT.search(turn.text):
            return [FollowupAction("booking_form")]
        form = await errand_of_own(turn)
        if form:
            return [FollowupAction(form)]
        if (told := await tell_phone(turn)) is not None:
            return told
        if ASKS_NOTICES.search(turn.text):
            return tell_notices(turn, handbook)
        if MEDICAL.search(turn.text):
            turn.say("no_diagnosis")
            return []
        if not turn.loop and (
            handbook.find_departments(turn.text) or handbook.find_doctors(turn.text)
        ):
            return await Inform().act(turn)
        bare = not turn.loop and len(turn.text) <= LONGEST_FOLLOW_UP
        if bare and find_departments(handbook, turn.text).suggestions:
            # 腰: less than a complaint, yet nothing else.
            return [FollowupAction("finding_form")]
        before = int(turn.metadata.get("misunderstood") or 0)
        turn.signal(misunderstood=before + 1)
        if before >= 1:
            turn.say(
                "not_understood_again",
                [("找人工", "/ask_human"), ("看看能办什么", "/bot_challenge")],
            )
            turn.flag("misunderstood")
            return []
        likely = [
            one["name"]
            for one in turn.ranking
            if one["name"] in _MEANINGS and one["name"] != "nlu_fallback"
        ][:2]
        buttons = [(_MEANINGS[name], f"/{name}") for name in likely]
        turn.say("not_understood", [*buttons, ("都不是", "/deny")])
        return []


class OutOfScope(TurnAction):
    """Not a hospital's business: said once; the second time a person is offered."""

    called = "action_out_of_scope"

    async def act(self, turn: Turn) -> list[EventType]:
        if is_foreign(turn.text):
            turn.say("foreign")
            return []
        if (told := await tell_phone(turn)) is not None:
            return told
        if ASKS_NOTICES.search(turn.text):
            return tell_notices(turn, await turn.handbook())
        if self._hears_anger(turn):
            return []
        if _OURS.search(turn.text):
            turn.say("answer_menu", [("找人工", "/ask_human")])
            return []
        before = int(turn.metadata.get("misunderstood") or 0)
        turn.signal(misunderstood=before + 1)
        turn.say("out_of_scope_again" if before else "out_of_scope")
        return []

    def _hears_anger(self, turn: Turn) -> bool:
        """气死我了, 滚: somebody to listen to, not an errand that is none of ours."""
        text = turn.text.strip()
        if not (VENTS.fullmatch(text) or _ABUSE.search(text)):
            return False
        turn.say("angry", [("我要投诉", "/file_complaint"), ("找人工", "/ask_human")])
        turn.flag("angry")
        return True


def is_foreign(text: str) -> bool:
    """Whether a message is written in words of Latin letters, with nothing Chinese in it."""
    return len(_LATIN_WORD.findall(text)) > 2 and not _CHINESE.search(text)


_ASKS_TO_BOOK = re.compile(r"挂(?:个|一个|上)?号|约(?:个|一个)?号|预约")
_ABUSE = re.compile(r"滚|他妈|妈的|傻[逼比瓜X]|混蛋|王八|畜生|垃圾|狗屁|去死吧|有病吧|废物|骗子")
_OURS = re.compile(
    r"检测|检查|化验|疫苗|打针|健康证|证明|打胎|流产|手术|药|医生|病|[Ww][Ii]-?[Ff][Ii]|无线网|医院"
)
"""A hospital's business of which no entry tells: for a person, not refused."""
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÿ']+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MEANINGS = {
    "find_department": "问看什么科",
    "ask_doctor_schedule": "查出诊时间",
    "ask_doctor_info": "了解医生",
    "book_appointment": "预约挂号",
    "reschedule_appointment": "改预约时间",
    "cancel_appointment": "取消预约",
    "check_appointment": "查我的预约",
    "join_waitlist": "候补等号",
    "file_complaint": "投诉",
    "check_complaint": "查投诉进度",
    "give_suggestion": "提建议",
    "give_praise": "表扬",
    "ask_human": "找人工",
    "ask_fees": "问费用",
    "ask_insurance": "问医保",
    "ask_directions": "问路和位置",
    "ask_hours": "问上班时间",
    "ask_visit_preparation": "问就诊准备",
    "ask_report": "问报告",
    "request_exam_booking": "约检查",
    "request_admission": "住院手术",
    "request_consultation": "约会诊",
    "request_referral": "转诊",
    "request_escort": "陪诊便民",
    "ask_aftercare": "出院后护理",
    "manage_patient": "就诊人和我的数据",
    "stop_messages": "停发消息",
}


LONGEST_FOLLOW_UP = 8
"""外地的？ after a question about insurance: few words that only the question before explains."""
_BOOK_ON: Buttons = [("预约", "/affirm"), ("换个科室", "/find_department")]
_BOOKS_IT = re.compile(r"(?:约|挂|预约)(?:他|她|这|那|上|吧|一个|个|了|$)|就(?:他|她|这)")
_PHONE = re.compile(r"1[3-9]\d(?:[\s-]?\d){8}")
_BOOKING = re.compile(r"挂|约|号|1[3-9]\d{9}")


class Inform(TurnAction):
    """Bare facts outside of an errand: a department or doctor leads to clinic times."""

    called = "action_inform"

    async def act(self, turn: Turn) -> list[EventType]:
        events = None if turn.loop else await about_own(turn)
        if events is None and not turn.loop:
            events = told_at_once(turn)
        if events is not None:
            return events
        form = await errand_of_own(turn)
        if form:
            return [FollowupAction(form)]
        topic: dict[str, Any] = turn.slot("topic") or {}
        heard = await hear(turn, str(topic.get("department", "")))
        wish = ClinicWish.of(topic)
        apply(wish, heard)
        if turn.resumes:
            return await Resume().act(turn)
        if turn.loop:
            turn.say("not_caught")
            return []
        person = find_name(turn.text, bare=len(turn.text.strip()) <= LONGEST_NAME)
        person = "" if person in [one.name for one in heard.doctors] else person
        phone = _PHONE.search(turn.text)
        clinic = heard.departments or heard.doctors
        if turn.typed and (clinic or person) and _BOOKING.search(turn.text):
            return [FollowupAction("booking_form")]
        spoken_of = topic.get("department") or topic.get("doctors")
        if turn.typed and ((clinic and person) or (spoken_of and SOONEST.search(turn.text))):
            return [FollowupAction("booking_form")]
        if turn.typed and topic.get("department") and (person or phone):
            # Clinic times were just shown, and a name follows: that is a booking.
            return [FollowupAction("booking_form")]
        if clinic or (spoken_of and (heard.when.days or heard.when.period)):
            return await ShowSchedule().show(turn, wish)
        if heard.unknown_doctor:
            turn.say("doctor_unknown", doctor=heard.unknown_doctor)
        if topic.get("department") and read_facts(turn.text) != PatientFacts():
            turn.say("noted_go_on", _BOOK_ON, department=str(topic["department"]))
            return []
        advice = find_departments(await turn.handbook(), turn.text)
        if advice.question or (advice.suggestions and advice.suggestions[0].score >= TYPICAL):
            return [FollowupAction("finding_form")]
        if not (person or phone or heard.anything):
            turn.say("inform_what_for", _START[:4])
            return []
        turn.say("inform_kept", _START[:4])
        told = {"name": person, "phone": phone[0] if phone else "", **wish.kept()}
        return [SlotSet("topic", {**topic, **{key: one for key, one in told.items() if one}})]


class Affirm(TurnAction):
    """A yes outside of an errand: take up what was left, or what was just offered."""

    called = "action_affirm"

    async def act(self, turn: Turn) -> list[EventType]:
        if turn.resumes or (turn.slot("paused") or {}).get("offered"):
            return await Resume().act(turn)
        if turn.loop:
            turn.say("not_caught")
            return []
        topic = turn.slot("topic") or {}
        if "take_back" in topic:
            return await take_back(turn, str(topic["take_back"]))
        if topic.get("department") or topic.get("doctors"):
            return [FollowupAction("booking_form")]
        turn.say("what_next", _START[:4])
        return []


class Deny(TurnAction):
    """A no outside of an errand; within one it is only not what was asked for."""

    called = "action_deny"

    async def act(self, turn: Turn) -> list[EventType]:
        events = None if turn.loop else await about_own(turn)
        if events is not None:
            return events
        form = await errand_of_own(turn)
        if form:
            return [FollowupAction(form)]
        turn.say("not_caught" if turn.loop else "deny")
        return []


class Resume(TurnAction):
    """继续: the errand that was put aside goes on where it stood."""

    called = "action_resume"

    async def act(self, turn: Turn) -> list[EventType]:
        paused = turn.slot("paused")
        if not paused:
            turn.say("nothing_paused", _START[:4])
            return []
        return [
            SlotSet("draft", {**paused, "resumed": True}),
            SlotSet("paused", paused.get("before")),
            FollowupAction(str(paused["form"])),
        ]


class Emergency(TurnAction):
    """What the rules did not see but the model surely did: the same instruction, the same alert.

    Where the model is less than sure it is a complaint like any other, for a department.
    """

    called = "action_emergency"

    async def act(self, turn: Turn) -> list[EventType]:
        if turn.typed and not safety.believes(turn.text, turn.intent, turn.confidence):
            return [FollowupAction("finding_form")]
        turn.say("emergency")
        turn.flag("danger", "model")
        return []


ACTIONS = (Greet, AskHuman, NotUnderstood, OutOfScope, Inform, Affirm, Deny, Resume, Emergency)
