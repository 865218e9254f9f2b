"""Booking 预约挂号: a department or doctor, a day and half-day, a patient, a yes, a number."""

import json
import re

from actions.appointments import own_bookings
from actions.choosing import SessionChooser, session_line
from actions.errand import DONE, Draft, Errand
from actions.outcomes import (
    REFUSALS,
    put_back_department,
    say_already_booked,
    say_receipt,
    say_refusal,
)
from actions.people import OTHER_PATIENT, PatientReader
from actions.several import TOLD_OF_A_PERSON, SeveralPeople, wish_of_next
from actions.turn import Turn
from actions.which import MOVES, described, parts_of_move
from actions.wishes import ClinicWish, Heard, apply, hear, yuan
from service import appointments
from service.crypto import masked_phone
from service.errors import WrongPatient
from service.model import Appointment
from service.patients import PatientCard
from service.triage import TYPICAL, find_departments


class Booking(Errand):
    """Asks only for what is missing, takes corrections at any step, confirms before it books."""

    form = "booking_form"
    word = "预约"
    opens = ("book_appointment",)
    own = ("reschedule_appointment", "manage_patient")

    async def begin(self, turn: Turn) -> Draft:
        """Start from what was just spoken of: the department found, the doctor looked up, a name."""
        topic = turn.slot("topic") or {}
        known = {**topic, **turn.values}
        told = {key: known[key] for key in TOLD_OF_A_PERSON if known.get(key)}
        wish = ClinicWish.of(topic)
        if turn.typed and _SAME_DEPARTMENT.search(turn.text):
            wish.department = wish.department or str(topic.get("at", ""))
        draft = {"wish": wish.kept(), **told}
        if topic.get("booked") and not _ONE_MORE.search(turn.text):
            draft["beside"] = topic["booked"]
        return draft

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        several = SeveralPeople(turn, draft)
        aside = bool(step) and self._is_aside(turn)
        if step and not aside and await several.read_next():
            return True
        if step in ("confirm", "change") and await self._read_answer(turn, draft, step):
            return True
        if aside:
            return False
        if "session" in draft and turn.typed and _THIS_ONE.fullmatch(turn.text.strip()):
            return True
        person = await PatientReader(turn, draft).read(step)
        chooser = SessionChooser(turn, draft)
        new = await chooser.read_pressed() or person
        heard = await self._heard(turn, draft, answer=person and step in _PERSON_STEPS)
        several.read_together()
        if step == "clinic":
            new = self._read_suggested(turn, draft, heard, new) or new
        new = await self._read_wish(turn, draft, step, heard) or new
        # 换人 is said of the patient, and of the doctor only once a booking stands.
        if step and not OTHER_PATIENT.search(turn.text) and chooser.reads_other_wish():
            new = True
        if step == "period" and turn.affirms and not new:
            # 行 to 上午还是下午: either will do.
            draft["any"] = new = True
        if step == "clinic" and turn.typed and not new:
            # A complaint instead of a department: it suggests one.
            advice = find_departments(await turn.handbook(), turn.text, may_ask=False)
            new = bool(advice.suggestions) and advice.suggestions[0].score >= TYPICAL
        if step and turn.intent == "find_department" and _BOOKS.search(turn.text):
            new = True
        if step and not new and turn.intent == "reschedule_appointment":
            # A change that was not understood, of this booking: no other one stands.
            new = not await own_bookings(turn)
            if new:
                turn.say("not_caught")
        if new:
            draft.pop("yes", None)
        return new

    def _is_aside(self, turn: Turn) -> bool:
        """A question, or one's data looked at; 名字错了，是罗莉 belongs to the booking."""
        if turn.intent == "manage_patient":
            return not (turn.typed and _CORRECTS.search(turn.text))
        if turn.typed and turn.intent == "ask_doctor_info" and _ASKS_OF_DOCTOR.search(turn.text):
            return True
        asks = turn.intent in _QUESTIONS and turn.confidence > 0.5
        return turn.typed and asks and not _CHEAPER.search(turn.text)

    async def _heard(self, turn: Turn, draft: Draft, *, answer: bool) -> Heard:
        """What is said of the clinic; in an answer about the person no name and no phone is."""
        department = ClinicWish.of(draft.get("wish")).department
        if not answer:
            return await hear(turn, department)
        said = turn.text.replace(draft.get("name") or "\0", " ")
        return await hear(turn, department, said=_NUMBERS.sub(" ", said))

    def _read_suggested(self, turn: Turn, draft: Draft, heard: Heard, new: bool) -> bool:
        """Who goes on without naming a department takes the one that was suggested."""
        goes_on = turn.affirms or heard.when.days or new or turn.intent == "book_appointment"
        if not draft.get("suggested") or heard.departments or heard.doctors or not goes_on:
            return False
        wish = ClinicWish.of(draft.get("wish"))
        wish.department = draft.pop("suggested")[0]
        draft["wish"] = wish.kept()
        return True

    async def _read_wish(self, turn: Turn, draft: Draft, step: str, heard: Heard) -> bool:
        """Another department, doctor, day or kind of number: what was chosen is put back."""
        wish = ClinicWish.of(draft.get("wish"))
        if not heard.anything or self._is_open_word(heard, wish, step):
            return False
        if not step and turn.typed and heard.departments and wish.department:
            wish = ClinicWish()
        if step == "doctor" and heard.departments and not heard.doctors:
            await self._narrow(turn, wish, heard)
        apply(wish, heard)
        if heard.is_open and not wish.days:
            draft["any"] = True
        SessionChooser(turn, draft).note(heard)
        draft["wish"] = wish.kept()
        draft.pop("session", None)
        return True

    def _is_open_word(self, heard: Heard, wish: ClinicWish, step: str) -> bool:
        """都行, 你看着办 when the day stands already: nothing about days was meant."""
        only_days = not (heard.departments or heard.doctors or heard.kind or heard.when.period)
        return (
            heard.is_open and only_days and (bool(wish.days) or step not in ("", "day", "clinic"))
        )

    async def _narrow(self, turn: Turn, wish: ClinicWish, heard: Heard) -> None:
        """妇科的: of several doctors of one name, the one of that department."""
        handbook = await turn.handbook()
        here = heard.departments[0].id
        wish.department = heard.departments[0].name
        wish.doctors = [
            one.id
            for one in handbook.practitioners
            if one.id in wish.doctors and one.department_id == here
        ]

    async def _read_answer(self, turn: Turn, draft: Draft, step: str) -> bool:
        """A yes; or a no, with what is wrong when it says so."""
        if turn.affirms:
            # Only to the question itself: 好的 to "what shall I change?" is shown all again.
            draft["yes"] = step == "confirm"
            return True
        if turn.denies and not (await hear(turn)).anything and turn.typed:
            if not await PatientReader(turn, draft).read(step):
                draft["unsure"] = True
            return True
        return False

    async def gives_way(self, turn: Turn, draft: Draft) -> str:
        """我妈的改到周一 in the middle of another booking: a standing one is meant, not this."""
        if "booking" in turn.values:
            return "move_form"
        if turn.intent != "reschedule_appointment" and not MOVES.search(turn.text):
            return ""
        moved, _ = parts_of_move(turn.text)
        standing = await described(turn, await own_bookings(turn), moved)
        handbook = await turn.handbook()
        clinic = handbook.find_departments(moved) or handbook.find_doctors(moved)
        others = [one for one in standing if clinic or one.patient_id != draft.get("patient")]
        return "move_form" if others else ""

    async def ask(self, turn: Turn, draft: Draft) -> str:
        await self._put_back_unfit(turn, draft)
        several = SeveralPeople(turn, draft)
        if draft.get("next"):
            several.announce()
        chooser = SessionChooser(turn, draft)
        asked = await chooser.ask()
        if asked:
            return asked
        several.announce()
        patients = PatientReader(turn, draft)
        asked = await patients.ask("booking")
        if asked:
            return asked
        taken = await self._taken(turn, draft)
        if taken is not None:
            draft.pop("session")
            await say_already_booked(turn, taken)
            return "session"
        if not draft.pop("yes", False):
            return await self._confirm(turn, draft)
        return await self._book(turn, draft, await patients.keep())

    async def _put_back_unfit(self, turn: Turn, draft: Draft) -> None:
        """Say before the yes, not after it, that a department does not treat this person."""
        handbook = await turn.handbook()
        wish = ClinicWish.of(draft.get("wish"))
        department = handbook.department(wish.department)
        if department is None:
            return
        try:
            appointments.check_fit(department, draft.get("sex"), draft.get("age"))
        except WrongPatient as error:
            put_back_department(turn, draft, error)

    async def _taken(self, turn: Turn, draft: Draft) -> Appointment | None:
        """What a known patient has booked already in the half-day that is wished."""
        if "patient" not in draft:
            return None
        return await appointments.taken_beside(
            turn.services.db, await turn.conversation_id(), draft["patient"], draft["session"]
        )

    async def _confirm(self, turn: Turn, draft: Draft) -> str:
        session = await appointments.find_session(turn.services.db, draft["session"])
        if draft.pop("unsure", False):
            turn.say("booking_what_to_change", _CHANGES)
            return "change"
        await self._mention_other(turn, draft)
        doctor = session.practitioner
        turn.say(
            "booking_confirm",
            [("确认预约", "/affirm"), *_CHANGES, ("算了", '/deny{"stop": true}')],
            patient=PatientReader(turn, draft).shown_name(),
            phone=masked_phone(str(draft["phone"])),
            department=doctor.department.name,
            doctor=f"{doctor.name} {doctor.title}",
            kind=f"{session.kind}{yuan(session.fee)}",
            when=session_line(session, turn.today, doctor=False),
        )
        return "confirm"

    async def _mention_other(self, turn: Turn, draft: Draft) -> None:
        """Who books again right away may mean this one instead of the one just made."""
        just = draft.pop("beside", "")
        for one in await own_bookings(turn):
            if one.number == just and one.patient_id == draft.get("patient"):
                values = json.dumps({"booking": just, "session": draft["session"]})
                turn.say(
                    "booking_beside",
                    [("换成这个", f"/reschedule_appointment{values}")],
                    when=session_line(one.session, turn.today, doctor=False),
                    department=one.session.practitioner.department.name,
                )

    async def _book(self, turn: Turn, draft: Draft, patient: PatientCard) -> str:
        try:
            appointment = await appointments.book(
                turn.services.db,
                turn.services.clock,
                turn.services.settings,
                conversation_id=await turn.conversation_id(),
                patient_id=patient.id,
                session_id=draft["session"],
                origin=turn.origin("book"),
            )
        except REFUSALS as error:
            return await say_refusal(turn, draft, error)
        draft["booked"] = appointment.number
        say_receipt(turn, appointment, patient.name)
        SeveralPeople(turn, draft).offer_next()
        return DONE

    def left_behind(self, draft: Draft) -> Draft | None:
        """What was booked and where, for a word after it; of several the next one's wish as well."""
        at = {"at": str((draft.get("wish") or {}).get("department", ""))}
        if draft.get("booked"):
            at["booked"] = draft["booked"]
        return {**wish_of_next(draft), **at}

    def _is_left_for(self, turn: Turn, step: str) -> bool:
        """那约感染科吧 stays here, though a department is named."""
        if turn.intent == "find_department" and _BOOKS.search(turn.text):
            return False
        return super()._is_left_for(turn, step)


_QUESTIONS = (
    "ask_fees",
    "ask_insurance",
    "ask_directions",
    "ask_hours",
    "ask_visit_preparation",
    "ask_report",
    "ask_aftercare",
)
_ASKS_OF_DOCTOR = re.compile(
    r"怎么样|咋样|好[吗不]|厉害|擅长|专长|看(?:什么|啥)|介绍|水平|经验|资历|口碑|是谁"
)
_THIS_ONE = re.compile(
    r"(?:那|好|行|嗯|[，,])*(?:就|定)(?:他|她|这个?|这位|这个医生)(?:了|吧|[。！])*"
)
_CHEAPER = re.compile(r"便宜[点的些](?!.*(?:多少|几))")
_SAME_DEPARTMENT = re.compile(r"也|错人")
_ONE_MORE = re.compile(r"再|还|另|也|加")
_PERSON_STEPS = ("name", "patient", "phone")
_CORRECTS = re.compile(r"错|换|不对|不是|应该|写成|改成|改一下|更正")
_NUMBERS = re.compile(r"\d[\d\s-]{4,}")
_BOOKS = re.compile(r"约|挂|换")
_CHANGES = [
    ("换时间", '/inform{"change": "day"}'),
    ("换医生", '/inform{"change": "doctor"}'),
    ("换就诊人", '/inform{"change": "patient"}'),
]


ACTIONS = (Booking,)
