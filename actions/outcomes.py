"""What comes of taking a number: the receipt, or why it could not be taken and what would help."""

import json

from actions.appointments import is_own
from actions.choosing import SessionChooser, session_line
from actions.errand import DONE, Draft
from actions.turn import Turn
from actions.wishes import ClinicWish, day_words, yuan
from service.errors import (
    AlreadyBooked,
    BookingPaused,
    NotBookable,
    ServiceError,
    SessionFull,
    WrongPatient,
)
from service.model import Appointment

REFUSALS = (SessionFull, AlreadyBooked, NotBookable, WrongPatient, BookingPaused)


async def say_refusal(turn: Turn, draft: Draft, error: ServiceError) -> str:
    """Say what stood in the way of the session in a draft, and ask for what would help.

    Returns:
        The step that was asked for; ``DONE`` when nothing more can be done here.
    """
    draft.pop("session", None)
    chooser = SessionChooser(turn, draft)
    match error:
        case SessionFull():
            return chooser.offer(error.alternatives, "booking_just_full")
        case AlreadyBooked():
            await say_already_booked(turn, error.appointment)
            return "session"
        case WrongPatient():
            put_back_department(turn, draft, error)
            return await chooser.ask()
        case BookingPaused():
            turn.say("booking_paused", [("找人工", "/ask_human")])
            turn.flag("human", "booking paused")
            return DONE
        case _:
            turn.say("booking_over")
            return await chooser.ask() or DONE


def put_back_department(turn: Turn, draft: Draft, error: WrongPatient) -> None:
    """The department does not treat this person; the day that was wished stays."""
    wish = ClinicWish.of(draft.get("wish"))
    draft.pop("session", None)
    draft["wish"] = ClinicWish(days=wish.days, period=wish.period).kept()
    draft["other_department"] = True
    turn.say(f"booking_wrong_{error.reason.replace(' ', '_')}", department=error.department)


async def say_already_booked(turn: Turn, appointment: Appointment) -> None:
    """The person has a number in this half-day; of one made in another chat nothing more is told."""
    if not await is_own(turn, appointment.number):
        turn.say(
            "booking_already_elsewhere",
            [("换时间", '/inform{"change": "day"}'), ("找人工", "/ask_human")],
        )
        return
    booking = json.dumps({"booking": appointment.number})
    turn.say(
        "booking_already",
        [
            ("改到别的时间", f"/reschedule_appointment{booking}"),
            ("我的预约", "/check_appointment"),
        ],
        when=session_line(appointment.session, turn.today),
        department=appointment.session.practitioner.department.name,
        number=appointment.number,
    )


def say_receipt(turn: Turn, appointment: Appointment, name: str, moved: bool = False) -> None:
    """Number, time window, place and what to bring, right after it is written."""
    session = appointment.session
    department = session.practitioner.department
    zone = turn.services.settings.zone
    starts = appointment.window_starts.astimezone(zone)
    ends = appointment.window_ends.astimezone(zone)
    turn.say(
        "booking_moved" if moved else "booking_done",
        number=appointment.number,
        patient=name,
        department=department.name,
        doctor=f"{session.practitioner.name} {session.practitioner.title}",
        day=day_words(session.day, turn.today),
        window=f"{starts:%H:%M}–{ends:%H:%M}",
        queue=appointment.queue_number,
    )
    turn.say(
        "booking_bring",
        place=f"{department.location} {session.room}",
        fee=yuan(session.fee),
        hours=turn.services.settings.cancel_hours,
    )
