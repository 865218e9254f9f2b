"""One's own bookings: look them up, move them, give them back, wait for a free number."""

import re

from rasa_sdk.events import EventType

from actions.choosing import session_line
from actions.errand import DONE, Draft, Errand
from actions.requests import own_requests, request_line
from actions.turn import Turn, TurnAction
from actions.wishes import Heard, day_words, hear
from service import appointments
from service.errors import (
    NotFound,
    NotYours,
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
        requests = await own_requests(turn)
        if requests:
            turn.say(
                "requests",
                [("撤回申请", "/cancel_appointment")],
                count=len(requests),
                lines="\n".join(request_line(turn, one) for one in requests[:4]),
            )
        if not bookings:
            if turn.loop == "booking_form":
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


async def _is_own(turn: Turn, number: str) -> bool:
    try:
        await appointments.find_appointment(turn.services.db, await turn.conversation_id(), number)
    except (NotFound, NotYours):
        return False
    return True


class WithBooking(Errand):
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
            turn.say("bookings_none", [("预约挂号", "/book_appointment"), ("找人工", "/ask_human")])
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


def say_past_cutoff(turn: Turn) -> None:
    """Too close to the clinic's start: a person can still help."""
    turn.say(
        "booking_past_cutoff",
        [("找人工", "/ask_human")],
        hours=turn.services.settings.cancel_hours,
    )
    turn.flag("human", "booking past cutoff")


ACTIONS = (CheckAppointments,)
