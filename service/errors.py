"""What can stand in the way, in the hospital's words; each door turns each into wording once."""

from collections.abc import Sequence
from datetime import date
from typing import Any


class ServiceError(Exception):
    """A rule of the hospital stands in the way of a wish."""


class DatabaseUnavailable(Exception):
    """The database cannot be reached just now; the same call may go through later."""


class NotYours(ServiceError):
    """The booking, case or patient belongs to another chat. Nothing of it may be told."""


class NotFound(ServiceError):
    """There is no such thing in the database."""


class SessionFull(ServiceError):
    """No number is left; carries the nearest sessions that have one."""

    def __init__(self, alternatives: Sequence[Any] = ()) -> None:
        super().__init__("session full")
        self.alternatives = alternatives


class SessionCancelled(SessionFull):
    """The clinic does not take place; carries alternatives as well."""


class AlreadyBooked(ServiceError):
    """The patient has a number in this half-day already; carries that appointment."""

    def __init__(self, appointment: Any) -> None:
        super().__init__("already booked")
        self.appointment = appointment


class PastCutoff(ServiceError):
    """Too late: the clinic starts within the hours in which bookings stand."""


class NotBookable(ServiceError):
    """The session cannot be booked online: over, or not yet released."""


class BookingPaused(ServiceError):
    """Booking online is paused for this patient after too many missed visits."""


class WrongPatient(ServiceError):
    """The department does not treat this patient (sex or age); carries the department's name."""

    def __init__(self, department: str, reason: str) -> None:
        super().__init__(reason)
        self.department = department
        self.reason = reason


class TooSoon(ServiceError):
    """Orders for this day are closed; carries the first day that can still be ordered for."""

    def __init__(self, first: date) -> None:
        super().__init__("too soon")
        self.first = first


class BadValue(ServiceError):
    """A value has a form that cannot be right; carries the field."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field
