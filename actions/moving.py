"""改期: one's own booking moved to another session; its number stays."""

from actions.appointments import WithBooking, patient_name, say_past_cutoff
from actions.booking import say_already_booked, say_receipt
from actions.choosing import SessionChooser, session_line
from actions.errand import DONE, Draft
from actions.turn import Turn
from actions.wishes import ClinicWish, apply, hear
from service import appointments
from service.errors import (
    AlreadyBooked,
    BookingPaused,
    NotBookable,
    NotFound,
    NotYours,
    PastCutoff,
    SessionFull,
    WrongPatient,
)
from service.model import Appointment


class MoveBooking(WithBooking):
    """改期: which one, to when, yes, done; the number stays."""

    form = "move_form"
    word = "改期"
    opens = ("reschedule_appointment",)
    own = ("book_appointment",)
    verb = "move"

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if step == "confirm" and turn.affirms:
            draft["yes"] = True
            return True
        chooser = SessionChooser(turn, draft, moving=True)
        if await chooser.read_pressed():
            return True
        found = await self.read_booking(turn, draft) if not draft.get("booking") else False
        wish = ClinicWish.of(draft.get("wish"))
        heard = await hear(turn, wish.department)
        if heard.when.days or heard.when.period or heard.when.ask or (heard.doctors and step):
            apply(wish, heard)
            chooser.note(heard)
            draft["wish"] = wish.kept()
            draft.pop("session", None)
            draft["wished"] = True
            draft["named"] = bool(heard.doctors)
            return True
        if step and chooser.reads_other_wish():
            draft["wished"] = True
            return True
        if step == "confirm" and turn.denies:
            draft.pop("session", None)
            draft["wish"] = {}
            return True
        return found

    async def ask(self, turn: Turn, draft: Draft) -> str:
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
        chooser = SessionChooser(turn, draft, moving=True)
        asked = await chooser.ask()
        if asked:
            return asked
        session = await appointments.find_session(turn.services.db, draft["session"])
        if not draft.pop("yes", False):
            turn.say(
                "move_confirm",
                [
                    ("确认改期", "/affirm"),
                    ("换时间", '/inform{"change": "day"}'),
                    ("不改了", '/deny{"stop": true}'),
                ],
                old=session_line(booking.session, turn.today),
                new=session_line(session, turn.today),
                patient=await patient_name(turn, booking.patient_id),
            )
            return "confirm"
        return await self._move(turn, draft, booking)

    def _is_the_same(self, draft: Draft, booking: Appointment) -> bool:
        """Whether the wish is for the half-day that is booked already."""
        wish, clinic = ClinicWish.of(draft.get("wish")), booking.session
        return (
            not draft.get("session")
            and not draft.get("named")
            and wish.days == [clinic.day.isoformat()]
            and wish.period in ("", clinic.period)
        )

    def _complete_wish(self, draft: Draft, booking: Appointment) -> None:
        """Same department, and the same doctor as long as nothing else is wished."""
        wish = ClinicWish.of(draft.get("wish"))
        doctor = booking.session.practitioner
        wish.department = wish.department or doctor.department.name
        draft["prefer"] = doctor.id
        if not wish.doctors and not draft.get("any") and not draft.get("wished"):
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
        except SessionFull as error:
            draft.pop("session")
            return SessionChooser(turn, draft).offer(error.alternatives, "booking_just_full")
        except AlreadyBooked as error:
            draft.pop("session")
            say_already_booked(turn, error.appointment)
            return "session"
        except (NotBookable, BookingPaused, WrongPatient):
            draft.pop("session")
            turn.say("booking_over")
            return await SessionChooser(turn, draft).ask() or DONE
        say_receipt(turn, moved, await patient_name(turn, moved.patient_id), moved=True)
        return DONE


ACTIONS = (MoveBooking,)
