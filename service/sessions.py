"""Clinic sessions: made from the timetables, found by wish, counted down by bookings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, at_local, today
from service.database import Database
from service.model import (
    ClinicSession,
    KeptSetting,
    Practitioner,
    Schedule,
    ScheduleException,
)
from service.races import settled
from service.settings import Settings

CLINIC_HOURS = {
    "morning": ("08:00", "12:00"),
    "afternoon": ("14:00", "17:30"),
    "evening": ("18:00", "20:30"),
}
_RELEASED = "released_until"
_FROM_TIMETABLE = ("kind", "fee", "starts_at", "ends_at", "room", "capacity", "outside")


@dataclass(frozen=True)
class SessionWish:
    """Which sessions are looked for; an empty field means any."""

    department_id: int | None = None
    practitioner_ids: tuple[int, ...] = ()
    days: tuple[date, ...] = ()
    period: str | None = None
    kind: str | None = None


def last_released_day(clock: Clock, settings: Settings) -> date:
    """The last day whose numbers are out: the furthest one is released at a set time of day."""
    now = clock.now()
    out = now >= at_local(now.date(), settings.release_time, clock)
    return now.date() + timedelta(days=settings.booking_days - (0 if out else 1))


async def release_numbers(db: Database, clock: Clock, settings: Settings) -> int:
    """Make the sessions of all released days from the timetables and the exceptions.

    Doing it again changes nothing but what exceptions and timetables have changed since; where
    somebody has booked, fee, room and time stay as promised.

    Returns:
        How many sessions are new.
    """
    return await settled(db, lambda session: _release(session, clock, settings))


async def _release(session: AsyncSession, clock: Clock, settings: Settings) -> int:
    first, last = today(clock), last_released_day(clock, settings)
    schedules = (await session.scalars(select(Schedule))).all()
    exceptions = (await session.scalars(_exceptions(first))).all()
    known = list(await session.scalars(select(ClinicSession).where(ClinicSession.day >= first)))
    wanted = _wanted(schedules, exceptions, _days(first, last), clock)
    have = {_origin(row): row for row in known}
    new = [row for row in wanted if _origin(row) not in have]
    session.add_all(new)
    await _follow_timetable(session, _outdated(have, wanted, clock))
    for exception in exceptions:
        _apply(exception, [*known, *new])
    await session.merge(KeptSetting(name=_RELEASED, value=last.isoformat()))
    return len(new)


async def booked_otherwise(db: Database, clock: Clock, settings: Settings) -> list[ClinicSession]:
    """Sessions to come that differ from the timetable because somebody has booked in them."""
    first, last = today(clock), last_released_day(clock, settings)
    async with db.reading() as session:
        schedules = (await session.scalars(select(Schedule))).all()
        exceptions = (await session.scalars(_exceptions(first))).all()
        known = await session.scalars(
            select(ClinicSession)
            .where(ClinicSession.day >= first, ClinicSession.taken > 0)
            .order_by(ClinicSession.starts_at, ClinicSession.id)
        )
        wanted = _wanted(schedules, exceptions, _days(first, last), clock)
        return [row for row, _ in _outdated({_origin(one): one for one in known}, wanted, clock)]


def _exceptions(first: date) -> Select[tuple[ScheduleException]]:
    return select(ScheduleException).where(ScheduleException.last_day >= first)


def _wanted(
    schedules: Sequence[Schedule],
    exceptions: Sequence[ScheduleException],
    days: Sequence[date],
    clock: Clock,
) -> list[ClinicSession]:
    """The sessions as the timetables and the exceptions have them now."""
    return [*_usual(schedules, days, clock), *_extra(exceptions, schedules, days, clock)]


def _origin(session: ClinicSession) -> tuple[int | None, int | None, date]:
    return session.schedule_id, session.exception_id, session.day


def _outdated(
    have: Mapping[Any, ClinicSession], wanted: Sequence[ClinicSession], clock: Clock
) -> list[tuple[ClinicSession, dict[str, Any]]]:
    """Sessions that have not begun and differ from the timetable, with what it says now."""
    outdated = []
    for row in wanted:
        known = have.get(_origin(row))
        if known is None or known.starts_at <= clock.now():
            continue
        now = {name: getattr(row, name) for name in _FROM_TIMETABLE}
        if any(getattr(known, name) != value for name, value in now.items()):
            outdated.append((known, now))
    return outdated


async def _follow_timetable(
    session: AsyncSession, outdated: Sequence[tuple[ClinicSession, dict[str, Any]]]
) -> None:
    for row, values in outdated:
        # Asked of the database itself: somebody may be booking just now.
        await session.execute(
            update(ClinicSession)
            .where(ClinicSession.id == row.id, ClinicSession.taken == 0)
            .values(values)
        )


def _usual(
    schedules: Sequence[Schedule], days: Sequence[date], clock: Clock
) -> Iterable[ClinicSession]:
    for schedule in schedules:
        for day in days:
            if schedule.weekday == day.isoweekday():
                yield _session(schedule, day, clock)


def _extra(
    exceptions: Sequence[ScheduleException],
    schedules: Sequence[Schedule],
    days: Sequence[date],
    clock: Clock,
) -> Iterable[ClinicSession]:
    """Extra clinics take fee, numbers and room from the doctor's usual row nearest to them."""
    for exception in exceptions:
        rows = [row for row in schedules if row.practitioner_id == exception.practitioner_id]
        if exception.kind != "extra" or not rows:
            continue
        usual = next((row for row in rows if row.period == exception.period), rows[0])
        for day in days:
            if exception.first_day <= day <= exception.last_day:
                extra = _session(usual, day, clock)
                extra.schedule_id, extra.exception_id = None, exception.id
                extra.period = exception.period or usual.period
                starts, ends = CLINIC_HOURS[extra.period]
                extra.starts_at = at_local(day, starts, clock)
                extra.ends_at = at_local(day, ends, clock)
                yield extra


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _session(schedule: Schedule, day: date, clock: Clock) -> ClinicSession:
    return ClinicSession(
        schedule_id=schedule.id,
        practitioner_id=schedule.practitioner_id,
        day=day,
        period=schedule.period,
        kind=schedule.kind,
        fee=schedule.fee,
        starts_at=at_local(day, schedule.starts, clock),
        ends_at=at_local(day, schedule.ends, clock),
        room=schedule.room,
        capacity=schedule.capacity,
        outside=schedule.outside,
        taken=0,
        given=0,
        cancelled=False,
        note="",
    )


def _apply(exception: ScheduleException, sessions: Sequence[ClinicSession]) -> None:
    for session in sessions:
        if exception.kind == "extra" or session.practitioner_id != exception.practitioner_id:
            continue
        if not exception.first_day <= session.day <= exception.last_day:
            continue
        if exception.period not in (None, session.period):
            continue
        session.note = exception.reason
        if exception.kind == "cancelled":
            session.cancelled = True
        elif exception.substitute_id is not None:
            session.practitioner_id = exception.substitute_id


async def find_sessions(
    db: Database,
    wish: SessionWish,
    clock: Clock,
    settings: Settings,
    *,
    with_numbers: bool = False,
    limit: int | None = None,
) -> list[ClinicSession]:
    """Sessions that are still to come and fit the wish, in the order of time.

    Args:
        with_numbers: only those that take place and have a number left.
    """
    query = _released(clock, settings)
    if wish.department_id is not None:
        query = query.where(Practitioner.department_id == wish.department_id)
    if wish.practitioner_ids:
        query = query.where(ClinicSession.practitioner_id.in_(wish.practitioner_ids))
    if wish.days:
        query = query.where(ClinicSession.day.in_(wish.days))
    if wish.period is not None:
        query = query.where(ClinicSession.period == wish.period)
    if wish.kind is not None:
        query = query.where(ClinicSession.kind == wish.kind)
    if with_numbers:
        left = ClinicSession.capacity - ClinicSession.outside - ClinicSession.taken
        # A session that is nearly over has no turn left for somebody who is still on the way.
        soon = clock.now() + timedelta(hours=1)
        query = query.where(
            ClinicSession.cancelled.is_(False), left > 0, ClinicSession.ends_at > soon
        )
    async with db.reading() as session:
        return list(await session.scalars(query.limit(limit)))


def _released(clock: Clock, settings: Settings) -> Select[tuple[ClinicSession]]:
    return (
        select(ClinicSession)
        .join(ClinicSession.practitioner)
        .where(
            ClinicSession.ends_at > clock.now(),
            ClinicSession.day <= last_released_day(clock, settings),
        )
        .order_by(ClinicSession.starts_at, ClinicSession.fee, ClinicSession.id)
    )


async def alternatives(
    session: AsyncSession, full: ClinicSession, clock: Clock, settings: Settings
) -> list[ClinicSession]:
    """Up to three sessions with numbers, nearest to one that has none.

    First the same doctor, then the same department on the same day, then the department's next.
    """
    left = ClinicSession.capacity - ClinicSession.outside - ClinicSession.taken
    query = _released(clock, settings).where(
        Practitioner.department_id == full.practitioner.department_id,
        ClinicSession.cancelled.is_(False),
        left > 0,
        ClinicSession.id != full.id,
    )
    free = list(await session.scalars(query))
    groups = (
        [one for one in free if one.practitioner_id == full.practitioner_id],
        [one for one in free if one.day == full.day],
        free,
    )
    nearest: list[ClinicSession] = []
    for group in groups:
        fresh = [one for one in group if one not in nearest]
        fresh.sort(key=lambda one: abs(one.starts_at - full.starts_at))
        nearest.extend(fresh[:1])
    return sorted(nearest, key=lambda one: one.starts_at)


async def keep_released(db: Database, clock: Clock, settings: Settings) -> int:
    """Release numbers when a new day of them is due; cheap when there is nothing to do.

    Returns:
        How many sessions are new.
    """
    until = last_released_day(clock, settings).isoformat()
    async with db.reading() as session:
        kept = await session.get(KeptSetting, _RELEASED)
        if kept is not None and kept.value == until:
            return 0
    return await release_numbers(db, clock, settings)
