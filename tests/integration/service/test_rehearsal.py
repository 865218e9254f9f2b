"""A rehearsal's clock is moved from outside while the rehearsal runs, and only then."""

from datetime import UTC, datetime, timedelta

import pytest

from service.clock import MovableClock
from service.model import KeptSetting
from service.rehearsal import NoRehearsal, end_rehearsal, follow_clock, move_clock
from tests.integration.service.desk import Desk

A_BREATH = timedelta(seconds=20)


async def test_no_clock_is_moved_when_no_rehearsal_runs(desk: Desk) -> None:
    with pytest.raises(NoRehearsal):
        await move_clock(desk.db, _clock(desk), by=timedelta(days=1))
    assert await desk.count(KeptSetting) == 0


async def test_a_running_rehearsal_follows(desk: Desk) -> None:
    running, outside = _clock(desk), _clock(desk)
    await follow_clock(desk.db, running)
    before = running.now()
    shown = await move_clock(desk.db, outside, by=timedelta(days=3))
    assert abs(shown - before - timedelta(days=3)) < A_BREATH
    assert abs(running.now() - before) < A_BREATH, "not before it has looked"
    await follow_clock(desk.db, running)
    assert abs(running.now() - shown) < A_BREATH


async def test_moves_add_up(desk: Desk) -> None:
    running = _clock(desk)
    await follow_clock(desk.db, running)
    before = running.now()
    for _again in range(2):
        await move_clock(desk.db, _clock(desk), by=timedelta(hours=5))
    await follow_clock(desk.db, running)
    assert abs(running.now() - before - timedelta(hours=10)) < A_BREATH


async def test_the_clock_can_be_set_to_a_local_time(desk: Desk) -> None:
    await follow_clock(desk.db, _clock(desk))
    shown = await move_clock(desk.db, _clock(desk), to=datetime(2027, 2, 5, 6, 59))
    assert abs(shown.replace(tzinfo=None) - datetime(2027, 2, 5, 6, 59)) < A_BREATH
    assert shown.utcoffset() == timedelta(hours=8)


async def test_after_its_end_the_clock_is_not_moved(desk: Desk) -> None:
    await follow_clock(desk.db, _clock(desk))
    await end_rehearsal(desk.db)
    with pytest.raises(NoRehearsal):
        await move_clock(desk.db, _clock(desk), by=timedelta(days=1))


async def test_a_rehearsal_that_fell_silent_does_not_run(desk: Desk) -> None:
    await follow_clock(desk.db, _clock(desk))
    a_while_ago = datetime.now(UTC) - timedelta(seconds=16)
    async with desk.db.transaction() as session:
        alive = await session.get_one(KeptSetting, "rehearsal_alive")
        alive.value = a_while_ago.isoformat()
    with pytest.raises(NoRehearsal):
        await move_clock(desk.db, _clock(desk), by=timedelta(days=1))


def _clock(desk: Desk) -> MovableClock:
    return MovableClock(desk.settings.zone)
