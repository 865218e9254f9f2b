"""One's own bookings: looked up, and how they are told."""

import re

from rasa_sdk.events import EventType

from actions.following import about_own
from actions.request_kinds import WORDS, own_requests, request_line
from actions.turn import Turn, TurnAction
from actions.wishes import day_words
from service import appointments
from service.errors import (
    NotFound,
    NotYours,
)
from service.model import Appointment, ServiceRequest

LONGEST_TITLE = 12
BOOKING_NUMBER = re.compile(r"YY\d{8}-\d{4,}", re.IGNORECASE)


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
        about = None if turn.loop else await about_own(turn)
        if about is not None:
            return about
        number = BOOKING_NUMBER.search(turn.text)
        if number and not await is_own(turn, number[0]):
            turn.say("booking_not_found", number=number[0].upper())
        bookings = await own_bookings(turn)
        requests = await own_requests(turn)
        if requests:
            turn.say(
                "requests",
                [("撤回申请", "/cancel_appointment")],
                count=len(requests),
                lines="\n".join(request_line(turn, one) for one in requests[:4]),
            )
        if not bookings:
            if turn.loop in ("booking_form", "request_form"):
                turn.say("booking_not_yet")
            elif not requests:
                turn.say(
                    "bookings_none", [("预约挂号", "/book_appointment"), ("找人工", "/ask_human")]
                )
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


async def is_own(turn: Turn, number: str) -> bool:
    """Whether a booking of this number is this chat's."""
    try:
        await appointments.find_appointment(turn.services.db, await turn.conversation_id(), number)
    except (NotFound, NotYours):
        return False
    return True


def request_buttons(requests: list[ServiceRequest]) -> list[tuple[str, str]]:
    """Requests to choose from."""
    return [(_title(one), f'/inform{{"request": "{one.number}"}}') for one in requests[:4]]


def _title(request: ServiceRequest) -> str:
    """检查预约：胃镜, or its number when nothing was told."""
    what = str(request.details.get("what") or request.number).replace("\n", " ")
    return f"{WORDS[request.kind]}：{what[:LONGEST_TITLE]}"


def say_past_cutoff(turn: Turn) -> None:
    """Too close to the clinic's start: a person can still help."""
    turn.say(
        "booking_past_cutoff",
        [("找人工", "/ask_human")],
        hours=turn.services.settings.cancel_hours,
    )
    turn.flag("human", "booking past cutoff")


ACTIONS = (CheckAppointments,)
