"""Time is the hospital's own: aware, in its zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.clock import MovableClock, SystemClock, at_local, today
from tests.fakes import FixedClock

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("clock", [SystemClock(SHANGHAI), MovableClock(SHANGHAI)])
def test_clocks_show_the_hospital_s_zone(clock: SystemClock | MovableClock) -> None:
    shown = clock.now()
    assert shown.utcoffset() == timedelta(hours=8)
    assert abs(shown - datetime.now(SHANGHAI)) < timedelta(seconds=5)


def test_a_movable_clock_is_off_by_its_offset() -> None:
    clock = MovableClock(SHANGHAI)
    clock.offset = timedelta(days=3)
    ahead = clock.now() - datetime.now(SHANGHAI)
    assert abs(ahead - timedelta(days=3)) < timedelta(seconds=5)


def test_the_day_is_the_hospital_s_and_not_that_of_greenwich() -> None:
    clock = FixedClock(datetime(2026, 12, 1, 0, 30, tzinfo=SHANGHAI))
    assert today(clock) == date(2026, 12, 1)


def test_a_time_of_day_is_the_hospital_s() -> None:
    clock = FixedClock(datetime(2026, 12, 1, 0, 30, tzinfo=SHANGHAI))
    assert at_local(date(2026, 12, 3), "07:05", clock).isoformat() == "2026-12-03T07:05:00+08:00"
    assert at_local(date(2026, 12, 3), "24:00", clock).isoformat() == "2026-12-04T00:00:00+08:00"
