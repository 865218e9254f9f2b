"""One's own bookings: look them up, move them, give them back, wait for a free number."""

import re
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.booking import say_already_booked, say_receipt
from actions.choosing import SessionChooser, session_line
from actions.errand import DONE, Draft, Errand
from actions.turn import Turn, TurnAction
from actions.wishes import ClinicWish, Heard, apply, day_words, hear
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

_NUMBER = re.compile(r"YY\d{8}-\d{4,}", re.IGNORECASE)
_ALL = re.compile(r"全部|都(?:取消|退)|所有")


async def own_bookings(turn: Turn) -> list[Appointment]:
    """The bookings of this chat that are still to come."""
    services = turn.services
    return await appointments.standing(services.db, services.clock, await turn.conversation_id())


async def patient_name(turn: Turn, patient_id: int) -> str:
    """The name of one of this chat's patients."""
    return next((card.name for card in await turn.patients() if card.id == patient_id), "")


class CheckAppointments(TurnAction):
    """我的预约: each booking in two lines."""

    called = "action_check_appointments"

    async def act(self, turn: Turn) -> list[EventType]:
        number = _NUMBER.search(turn.text)
        if number and not await _is_own(turn, number[0]):
            turn.say("booking_not_found", number=number[0].upper())
        bookings = await own_bookings(turn)
        if not bookings:
            turn.say("bookings_none", [("预约挂号", "/book_appointment")])
            return []
        lines = [await booking_lines(turn, one) for one in bookings[:5]]
        turn.say(
            "bookings",
            [
                ("改时间", "/reschedule_appointment"),
                ("取消预约", "/cancel_appointment"),
                ("再约一个", "/book_appointment"),
            ],
            count=len(bookings),
            lines="\n".join(lines),
        )
        return []


async def booking_lines(turn: Turn, booking: Appointment) -> str:
    """One booking as a patient reads it."""
    zone = turn.services.settings.zone
    session = booking.session
    doctor = session.practitioner
    window = f"{booking.window_starts.astimezone(zone):%H:%M}"
    name = await patient_name(turn, booking.patient_id)
    note = "（这次门诊已停诊，请改期）" if session.cancelled else ""
    return (
        f"{name}：{day_words(session.day, turn.today)} {window}起，{doctor.department.name}"
        f"{doctor.name}，{doctor.department.location}{session.room}，{booking.queue_number}号，"
        f"编号 {booking.number}{note}"
    )


async def _is_own(turn: Turn, number: str) -> bool:
    try:
        await appointments.find_appointment(turn.services.db, await turn.conversation_id(), number)
    except (NotFound, NotYours):
        return False
    return True


class _WithBooking(Errand):
    """An errand about one of the chat's own bookings."""

    verb = ""

    async def read_booking(self, turn: Turn, draft: Draft) -> bool:
        """Which booking is meant: by number, button, or by what is said of it."""
        if "booking" in turn.values:
            draft["booking"] = str(turn.values["booking"])
            return True
        number = _NUMBER.search(turn.text)
        if number:
            if await _is_own(turn, number[0]):
                draft["booking"] = number[0].upper()
            else:
                draft["not_found"] = number[0].upper()
            return True
        if draft.get("booking"):
            return False
        bookings = await own_bookings(turn)
        heard = await hear(turn)
        fitting = await self._fitting(turn, bookings, heard)
        named = bool(heard.departments or heard.doctors)
        if len(fitting) == 1:
            draft["booking"] = fitting[0].number
            return True
        if len(bookings) == 1 and not named:
            draft["booking"] = bookings[0].number
        elif named and not fitting and self.verb == "cancel":
            draft["not_named"] = True
            return True
        return False

    async def _fitting(
        self, turn: Turn, bookings: list[Appointment], heard: Heard
    ) -> list[Appointment]:
        names = {one.patient_id: await patient_name(turn, one.patient_id) for one in bookings}
        fitting = []
        for one in bookings:
            doctor = one.session.practitioner
            marks = [
                bool(heard.departments) and doctor.department.name == heard.departments[0].name,
                bool(heard.doctors) and doctor.id in [known.id for known in heard.doctors],
                bool(names[one.patient_id]) and names[one.patient_id] in turn.text,
                self.verb == "cancel" and one.session.day in heard.when.days,
            ]
            if any(marks):
                fitting.append(one)
        return fitting

    async def ask_booking(self, turn: Turn, draft: Draft) -> str:
        """Ask which booking; nothing when it is known."""
        missing = draft.pop("not_found", "")
        if missing:
            turn.say("booking_not_found", number=missing)
        if draft.pop("not_named", False):
            turn.say("booking_not_such")
        if draft.get("booking"):
            return ""
        bookings = await own_bookings(turn)
        if not bookings:
            turn.say("bookings_none", [("预约挂号", "/book_appointment")])
            return DONE + "none"
        turn.say(
            f"{self.verb}_which",
            [
                (
                    f"{await patient_name(turn, one.patient_id)} "
                    f"{session_line(one.session, turn.today)}",
                    f'/inform{{"booking": "{one.number}"}}',
                )
                for one in bookings[:5]
            ],
        )
        return "booking"

    async def booking(self, turn: Turn, draft: Draft) -> Appointment:
        """The chosen booking."""
        return await appointments.find_appointment(
            turn.services.db, await turn.conversation_id(), draft["booking"]
        )


class CancelBooking(_WithBooking):
    """取消预约: which one, are you sure, done."""

    form = "cancel_form"
    word = "取消预约"
    opens = ("cancel_appointment",)
    verb = "cancel"

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if step == "confirm" and turn.affirms:
            draft["yes"] = True
            return True
        if step == "confirm" and turn.denies:
            draft["no"] = True
            return True
        found = await self.read_booking(turn, draft)
        return found

    async def ask(self, turn: Turn, draft: Draft) -> str:
        asked = await self.ask_booking(turn, draft)
        if asked:
            return DONE if asked.endswith("none") else asked
        if draft.pop("no", False):
            turn.say("cancel_kept")
            return DONE
        try:
            booking = await self.booking(turn, draft)
            if not draft.get("yes"):
                turn.say(
                    "cancel_confirm",
                    [("确认取消", "/affirm"), ("不取消", "/deny")],
                    line=await booking_lines(turn, booking),
                )
                return "confirm"
            done = await appointments.cancel(
                turn.services.db,
                turn.services.clock,
                turn.services.settings,
                conversation_id=await turn.conversation_id(),
                number=booking.number,
            )
        except (NotYours, NotFound):
            turn.say("booking_not_found", number=draft["booking"])
            return DONE
        except PastCutoff:
            say_past_cutoff(turn)
            return DONE
        turn.say(
            "cancel_done",
            [("重新预约", "/book_appointment")],
            number=done.number,
            patient=await patient_name(turn, done.patient_id),
            when=session_line(done.session, turn.today),
            department=done.session.practitioner.department.name,
        )
        return DONE


def say_past_cutoff(turn: Turn) -> None:
    """Too close to the clinic's start: a person can still help."""
    turn.say(
        "booking_past_cutoff",
        [("找人工", "/ask_human")],
        hours=turn.services.settings.cancel_hours,
    )
    turn.flag("human", "booking past cutoff")


class MoveBooking(_WithBooking):
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


class RememberTopic(TurnAction):
    """Base for actions that leave behind what was spoken of, for a booking right after."""

    def topic(self, wish: ClinicWish) -> list[EventType]:
        kept: dict[str, Any] = wish.kept()
        return [SlotSet("topic", kept)]


ACTIONS = (CheckAppointments, CancelBooking, MoveBooking)
