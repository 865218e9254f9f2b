"""What time it is, for everything that asks: the machine's clock, or a rehearsal's moved one.

Rules never read the machine's clock; they are given a ``Clock``.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time; ``now`` is aware, in the hospital's zone."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock in the hospital's zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def now(self) -> datetime:
        return datetime.now(UTC).astimezone(self._zone)


class MovableClock:
    """The machine's clock plus an offset: a rehearsal's clock."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC).astimezone(self._zone) + self.offset


def today(clock: Clock) -> date:
    """The hospital's calendar day."""
    return clock.now().date()


def at_local(day: date, time: str, clock: Clock) -> datetime:
    """The moment of ``HH:MM`` on a day, in the clock's zone; ``24:00`` is the end of the day."""
    hours, minutes = (int(part) for part in time.split(":"))
    midnight = datetime(day.year, day.month, day.day, tzinfo=clock.now().tzinfo)
    return midnight + timedelta(hours=hours, minutes=minutes)
