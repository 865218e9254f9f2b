"""改期: one's own booking moved to another session; its number stays."""

import re
from dataclasses import replace
from datetime import timedelta

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.appointments import patient_name, say_past_cutoff
from actions.choosing import SessionChooser, session_line
from actions.errand import DONE, Draft
from actions.outcomes import REFUSALS, say_receipt, say_refusal
from actions.request_time import RequestTime
from actions.turn import Turn
from actions.which import WithBooking, parts_of_move
from actions.wishes import ClinicWish, Heard, apply, hear
from service import appointments
from service.errors import NotFound, NotYours, PastCutoff
from service.model import Appointment, ClinicSession
from service.triage import TYPICAL, find_departments
from service.when import When
from service.when.shift import read_shift

_OF_A_BOOKING = re.compile(r"改|换|挪|调|约|号|门诊|错|时间")
_OF_TIME = re.compile(r"时间|日子|日期|天|上午|下午|医生|大夫")
_WRONG_DEPARTMENT = re.compile(r"错科|科室?.{0,2}错|错.{0,2}科")


class MoveBooking(WithBooking):
    """改期: which one, to when or to whom, yes, done; the number stays.

    The time of a request is changed in the same way: see ``request_time``.
    """

    form = "move_form"
    word = "改期"
    opens = ("reschedule_appointment",)
    own = ("book_appointment",)
    verb = "move"

    async def act(self, turn: Turn) -> list[EventType]:
        """月经推迟了十天 speaks of no booking, though it sounds like one that was put off."""
        if turn.typed and not turn.loop_is_asking and not _OF_A_BOOKING.search(turn.text):
            advice = find_departments(await turn.handbook(), turn.text, may_ask=False)
            if advice.suggestions and advice.suggestions[0].score >= TYPICAL:
                return [SlotSet("requested_slot", None), FollowupAction("finding_form")]
        return await super().act(turn)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if step == "confirm" and turn.affirms:
            draft["yes"] = True
            return True
        request = RequestTime(turn, draft)
        refused = step == "confirm" and not _OF_TIME.search(turn.text)
        if refused and await self.refuses_it(turn, draft):
            await request.read()
            await self.read_booking(turn, draft)
            return True
        if await request.read():
            return True
        found = await self.read_booking(turn, draft)
        if found:
            draft.pop("request", None)
        chooser = SessionChooser(turn, draft)
        if await chooser.read_pressed():
            if found:
                # 换成这个 instead of one more booking.
                draft["settles"] = "booking_form"
            return True
        if await self._read_wish(turn, draft, step, found=found) or found:
            return True
        if chooser.reads_other_doctor():
            draft["wished"] = True
            draft["same_day"] = not step
            return True
        if step and chooser.reads_other_wish():
            draft["wished"] = True
            return True
        if step == "confirm" and turn.denies:
            draft.pop("session", None)
            draft["wish"] = {}
            return True
        return False

    async def _read_wish(self, turn: Turn, draft: Draft, step: str, *, found: bool) -> bool:
        """Where the booking shall go: another day or half-day, another doctor, another department."""
        wish = ClinicWish.of(draft.get("wish"))
        heard = await self._heard(turn, wish, found=found or bool(draft.get("not_named")))
        shift = read_shift(turn.text) if turn.typed else 0
        if shift:
            heard = replace(heard, when=When())
        elif not heard.anything:
            draft["other_department"] = bool(_WRONG_DEPARTMENT.search(turn.text))
            return False
        elsewhere = bool(heard.departments) and not heard.doctors
        apply(wish, heard)
        draft["wish"] = wish.kept()
        SessionChooser(turn, draft).note(heard)
        draft.pop("session", None)
        draft["wished"] = True
        draft["named"] = bool(heard.doctors)
        # 改成下午 and 改成眼科 leave the day as it is, 推迟一天 counts from it.
        draft["same_day"] = not heard.when.days and bool(elsewhere or not step or shift)
        draft["shift"] = shift
        return True

    async def _heard(self, turn: Turn, wish: ClinicWish, *, found: bool) -> Heard:
        """What is wished; what only describes the booking is left out."""
        moved, to = parts_of_move(turn.text)
        heard = replace(await hear(turn, wish.department, said=to), when=turn.when())
        if turn.typed and found and moved == to:
            return replace(heard, departments=(), doctors=(), unknown_doctor="")
        return heard

    def left_behind(self, draft: Draft) -> Draft | None:
        """What another change right after is about."""
        if draft.get("request"):
            return {"request": draft["request"]}
        return super().left_behind(draft)

    async def ask(self, turn: Turn, draft: Draft) -> str:
        request = RequestTime(turn, draft)
        if request.is_meant:
            return await request.ask()
        asked = await self.ask_booking(turn, draft)
        if asked:
            return DONE if asked.endswith("none") else asked
        try:
            booking = await self.booking(turn, draft)
        except (NotYours, NotFound):
            turn.say("booking_not_found", number=draft["booking"])
            return DONE
        if self._is_the_same(draft, booking):
            turn.say("move_same", when=session_line(booking.session, turn.today, doctor=False))
            draft["wish"] = {}
        draft["not_session"] = booking.session_id
        self._complete_wish(draft, booking)
        asked = await SessionChooser(turn, draft).ask()
        if asked:
            return asked
        session = await appointments.find_session(turn.services.db, draft["session"])
        if not draft.pop("yes", False):
            await self._confirm(turn, booking, session)
            return "confirm"
        return await self._move(turn, draft, booking)

    async def _confirm(self, turn: Turn, booking: Appointment, session: ClinicSession) -> None:
        departments = [one.practitioner.department.name for one in (booking.session, session)]
        old, new = departments if departments[0] != departments[1] else ("", "")
        turn.say(
            "move_confirm",
            [
                ("确认改期", "/affirm"),
                ("换时间", '/inform{"change": "day"}'),
                ("不改了", '/deny{"stop": true}'),
            ],
            old=f"{old} {session_line(booking.session, turn.today)}".strip(),
            new=f"{new} {session_line(session, turn.today)}".strip(),
            patient=await patient_name(turn, booking.patient_id),
        )

    def _is_the_same(self, draft: Draft, booking: Appointment) -> bool:
        """Whether the wish is for the half-day that is booked already."""
        wish, clinic = ClinicWish.of(draft.get("wish")), booking.session
        return (
            not draft.get("session")
            and not draft.get("named")
            and wish.department in ("", clinic.practitioner.department.name)
            and wish.days == [clinic.day.isoformat()]
            and wish.period in ("", clinic.period)
        )

    def _complete_wish(self, draft: Draft, booking: Appointment) -> None:
        """Same department, and the same doctor as long as nothing else is wished."""
        wish, clinic = ClinicWish.of(draft.get("wish")), booking.session
        doctor = clinic.practitioner
        if draft.pop("same_day", False) and not wish.doctors:
            day = clinic.day + timedelta(days=draft.pop("shift", 0))
            wish.days = [day.isoformat()]
            wish.period = wish.period or clinic.period
        if wish.department:
            draft.pop("other_department", None)
        elif not draft.get("other_department"):
            wish.department = doctor.department.name
        draft["prefer"] = doctor.id
        if draft.get("list_doctors"):
            draft.setdefault("not_doctor", doctor.id)
        if not wish.doctors and not any(draft.get(key) for key in _WISHED):
            wish.doctors = [doctor.id]
        elif draft.get("wished") and wish.doctors == [doctor.id] and not draft.get("named"):
            wish.doctors = []
        draft["wish"] = wish.kept()

    async def _move(self, turn: Turn, draft: Draft, booking: Appointment) -> str:
        try:
            moved = await appointments.move(
                turn.services.db,
                turn.services.clock,
                turn.services.settings,
                conversation_id=await turn.conversation_id(),
                number=booking.number,
                session_id=draft["session"],
                origin=turn.origin("move"),
            )
        except PastCutoff:
            say_past_cutoff(turn)
            return DONE
        except REFUSALS as error:
            return await say_refusal(turn, draft, error)
        say_receipt(turn, moved, await patient_name(turn, moved.patient_id), moved=True)
        return DONE


_WISHED = ("any", "wished", "other_department")
ACTIONS = (MoveBooking,)
