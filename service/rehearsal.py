"""A rehearsal's clock: moved from the command line, followed by the running program."""

from datetime import UTC, datetime, timedelta

from service.clock import MovableClock
from service.database import Database
from service.model import KeptSetting

_OFFSET, _ALIVE = "clock_offset", "rehearsal_alive"
_SILENCE = timedelta(seconds=15)


class NoRehearsal(Exception):
    """No rehearsal is running, so there is no clock that may be moved."""


async def follow_clock(db: Database, clock: MovableClock) -> None:
    """Take over the offset that was set, and say that the rehearsal is alive."""
    async with db.transaction() as session:
        kept = await session.get(KeptSetting, _OFFSET)
        clock.offset = timedelta(seconds=float(kept.value)) if kept else timedelta(0)
        # The machine's own time, not the rehearsal's: the command line must be able to tell.
        await session.merge(KeptSetting(name=_ALIVE, value=datetime.now(UTC).isoformat()))


async def move_clock(
    db: Database, clock: MovableClock, *, to: datetime | None = None, by: timedelta | None = None
) -> datetime:
    """Set a running rehearsal's clock to a local time, or move it forward.

    Returns:
        What it shows now.

    Raises:
        NoRehearsal: none is running.
    """
    async with db.transaction() as session:
        alive = await session.get(KeptSetting, _ALIVE)
        if alive is None or datetime.now(UTC) - datetime.fromisoformat(alive.value) > _SILENCE:
            raise NoRehearsal
        kept = await session.get(KeptSetting, _OFFSET)
        clock.offset = timedelta(seconds=float(kept.value)) if kept else timedelta(0)
        now = clock.now()
        if to is not None:
            clock.offset += to.replace(tzinfo=now.tzinfo) - now
        if by is not None:
            clock.offset += by
        value = str(clock.offset.total_seconds())
        await session.merge(KeptSetting(name=_OFFSET, value=value))
    return clock.now()


async def end_rehearsal(db: Database) -> None:
    """Say that the rehearsal is over."""
    async with db.transaction() as session:
        alive = await session.get(KeptSetting, _ALIVE)
        if alive is not None:
            await session.delete(alive)
