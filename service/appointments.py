"""Bookings 预约: take a number, move it, give it back; never two of one person in one half-day."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, today
from service.database import Database
from service.errors import (
    AlreadyBooked,
    BookingPaused,
    NotBookable,
    NotFound,
    NotYours,
    PastCutoff,
    SessionCancelled,
    SessionFull,
    WrongPatient,
)
from service.model import Appointment, ClinicSession, Department, Patient
from service.numbers import next_number
from service.patients import own_patient, person_key
from service.sessions import alternatives, last_released_day
from service.settings import Settings

WINDOW = timedelta(minutes=30)


async def book(
    db: Database,
    clock: Clock,
    settings: Settings,
    *,
    conversation_id: int,
    patient_id: int,
    session_id: int,
    origin: str,
) -> Appointment:
    """Take a number in a session for a patient of this chat.

    Args:
        origin: the message and verb that ask for it; the same origin again returns the same booking.

    Raises:
        NotYours: the patient belongs to another chat.
        SessionFull, SessionCancelled: carry the nearest alternatives.
        AlreadyBooked: the person has a number in this half-day.
        NotBookable: the session is over or not yet released.
        WrongPatient: the department does not treat this patient.
        BookingPaused: after too many missed visits.
    """
    try:
        async with db.transaction() as session:
            earlier = await _by_origin(session, origin)
            if earlier is not None:
                return earlier
            patient = await own_patient(session, conversation_id, patient_id)
            clinic = await _clinic(session, session_id)
            await _check(session, patient, clinic, clock, settings)
            appointment = Appointment(
                number=await next_number(session, "appointment", today(clock)),
                patient_id=patient.id,
                person=person_key(patient),
                origin=origin,
                state="booked",
                made_at=clock.now(),
            )
            await _take_number(session, appointment, clinic, clock, settings)
            session.add(appointment)
            await session.flush()
            await session.refresh(appointment, ["patient", "session"])
            return appointment
    except IntegrityError:
        return await _after_collision(db, conversation_id, patient_id, session_id, origin)


async def move(
    db: Database,
    clock: Clock,
    settings: Settings,
    *,
    conversation_id: int,
    number: str,
    session_id: int,
    origin: str,
) -> Appointment:
    """Move a booking of this chat to another session; its number stays, the old place is freed.

    Raises:
        PastCutoff: too close to the clinic's start; and as ``book`` does.
    """
    try:
        async with db.transaction() as session:
            appointment = await _own(session, conversation_id, number, lock=True)
            patient_id = appointment.patient_id
            if appointment.moved_by == origin:
                return appointment
            _check_open(appointment, clock, settings)
            clinic = await _clinic(session, session_id)
            if clinic.id == appointment.session_id:
                raise AlreadyBooked(appointment)
            patient = appointment.patient
            await _check(session, patient, clinic, clock, settings, moving=appointment.id)
            await _lock_sessions(session, appointment.session_id, clinic.id)
            await _give_back(session, appointment.session_id)
            await _take_number(session, appointment, clinic, clock, settings)
            appointment.moved_by = origin
            await session.flush()
            await session.refresh(appointment)
            return appointment
    except IntegrityError:
        return await _after_collision(db, conversation_id, patient_id, session_id, origin)


async def cancel(
    db: Database, clock: Clock, settings: Settings, *, conversation_id: int, number: str
) -> Appointment:
    """Give a booking of this chat back; cancelling it twice is once.

    Raises:
        NotYours, NotFound, PastCutoff.
    """
    async with db.transaction() as session:
        appointment = await _own(session, conversation_id, number, lock=True)
        if appointment.state == "cancelled":
            return appointment
        _check_open(appointment, clock, settings)
        appointment.state, appointment.ended_at = "cancelled", clock.now()
        await _give_back(session, appointment.session_id)
        return appointment


async def standing(db: Database, clock: Clock, conversation_id: int) -> list[Appointment]:
    """The bookings of this chat that are still to come, in the order of time."""
    async with db.reading() as session:
        rows = await session.scalars(
            select(Appointment)
            .join(Appointment.patient)
            .join(Appointment.session)
            .where(
                Patient.conversation_id == conversation_id,
                Appointment.state == "booked",
                ClinicSession.ends_at > clock.now(),
            )
            .order_by(ClinicSession.starts_at)
        )
        return list(rows)


async def find_appointment(db: Database, conversation_id: int, number: str) -> Appointment:
    """A booking of this chat by its number.

    Raises:
        NotYours: it belongs to another chat.
        NotFound: there is none.
    """
    async with db.reading() as session:
        return await _own(session, conversation_id, number)


async def find_session(db: Database, session_id: int) -> ClinicSession:
    """A session by its id.

    Raises:
        NotFound: there is none.
    """
    async with db.reading() as session:
        return await _clinic(session, session_id)


async def _check(
    session: AsyncSession,
    patient: Patient,
    clinic: ClinicSession,
    clock: Clock,
    settings: Settings,
    moving: int | None = None,
) -> None:
    now = clock.now()
    if clinic.ends_at <= now or clinic.day > last_released_day(clock, settings):
        raise NotBookable(clinic.id)
    age = None if patient.birth_year is None else clinic.day.year - patient.birth_year
    check_fit(clinic.practitioner.department, patient.sex, age)
    await _check_missed(session, patient, clock, settings)
    same = await _in_half_day(session, patient, clinic)
    if same is not None and same.id != moving:
        raise AlreadyBooked(same)


async def _in_half_day(
    session: AsyncSession, patient: Patient, clinic: ClinicSession
) -> Appointment | None:
    found: Appointment | None = await session.scalar(
        select(Appointment).where(
            _of_person(patient),
            Appointment.day == clinic.day,
            Appointment.period == clinic.period,
            Appointment.state == "booked",
        )
    )
    return found


def _of_person(patient: Patient) -> ColumnElement[bool]:
    """In whatever chat; and also when name or phone were corrected after the booking."""
    return or_(Appointment.person == person_key(patient), Appointment.patient_id == patient.id)


def check_fit(department: Department, sex: str | None, age: int | None) -> None:
    """See whether a department treats such a person; what is not known fits.

    Args:
        age: this year less the year of birth.

    Raises:
        WrongPatient: it does not.
    """
    if department.sex and sex and department.sex != sex:
        raise WrongPatient(department.name, "sex")
    if age is None:
        return
    # The year alone is known, so the birthday may still be to come: one year of grace.
    if department.max_age is not None and age > department.max_age + 1:
        raise WrongPatient(department.name, "too old")
    if department.min_age is not None and age < department.min_age:
        raise WrongPatient(department.name, "too young")


async def _check_missed(
    session: AsyncSession, patient: Patient, clock: Clock, settings: Settings
) -> None:
    if patient.booking_paused_until is not None and patient.booking_paused_until >= today(clock):
        raise BookingPaused(patient.id)
    missed = await session.scalar(
        select(func.count())
        .select_from(Appointment)
        .where(
            _of_person(patient),
            Appointment.state == "noshow",
            Appointment.day > today(clock) - timedelta(days=settings.no_show_days),
        )
    )
    if settings.no_show_limit and (missed or 0) >= settings.no_show_limit:
        raise BookingPaused(patient.id)


async def _take_number(
    session: AsyncSession,
    appointment: Appointment,
    clinic: ClinicSession,
    clock: Clock,
    settings: Settings,
) -> None:
    """Count one number off in the database itself, so that two at once cannot take the last one."""
    given = await session.scalar(
        update(ClinicSession)
        .where(
            ClinicSession.id == clinic.id,
            ClinicSession.cancelled.is_(False),
            ClinicSession.capacity - ClinicSession.outside - ClinicSession.taken > 0,
        )
        .values(taken=ClinicSession.taken + 1, given=ClinicSession.given + 1)
        .returning(ClinicSession.given)
        .execution_options(synchronize_session=False)
    )
    if given is None:
        near = await alternatives(session, clinic, clock, settings)
        raise (SessionCancelled if clinic.cancelled else SessionFull)(near)
    appointment.session_id = clinic.id
    appointment.day, appointment.period = clinic.day, clinic.period
    appointment.queue_number = clinic.outside + given
    starts = _window(clinic, given, clock.now())
    appointment.window_starts = starts
    appointment.window_ends = min(starts + WINDOW, clinic.ends_at)


def _window(clinic: ClinicSession, given: int, now: datetime) -> datetime:
    """The half-hour in which this number's turn falls, numbers spread evenly over the session."""
    windows = max(1, (clinic.ends_at - clinic.starts_at) // WINDOW)
    online = max(1, clinic.capacity - clinic.outside)
    starts = clinic.starts_at + min((given - 1) * windows // online, windows - 1) * WINDOW
    while starts + WINDOW <= now and starts + WINDOW < clinic.ends_at:
        starts += WINDOW
    return starts


async def _give_back(session: AsyncSession, session_id: int) -> None:
    await session.execute(
        update(ClinicSession)
        .where(ClinicSession.id == session_id)
        .values(taken=ClinicSession.taken - 1)
        .execution_options(synchronize_session=False)
    )


def _check_open(appointment: Appointment, clock: Clock, settings: Settings) -> None:
    if appointment.state != "booked":
        raise NotFound("appointment")
    cutoff = appointment.session.starts_at - timedelta(hours=settings.cancel_hours)
    if clock.now() > cutoff:
        raise PastCutoff(appointment.number)


async def _lock_sessions(session: AsyncSession, *ids: int) -> None:
    """In one order, so that two people who change places do not wait for each other for ever."""
    await session.execute(
        select(ClinicSession.id)
        .where(ClinicSession.id.in_(ids))
        .order_by(ClinicSession.id)
        .with_for_update()
    )


async def _own(
    session: AsyncSession, conversation_id: int, number: str, *, lock: bool = False
) -> Appointment:
    meant = Appointment.number == number.strip().upper()
    if lock:
        # Before it is read: what another process is just doing to it must be seen.
        await session.execute(select(Appointment.id).where(meant).with_for_update())
    appointment = await session.scalar(select(Appointment).where(meant))
    if appointment is None:
        raise NotFound("appointment")
    if appointment.patient.conversation_id != conversation_id:
        raise NotYours("appointment")
    return appointment


async def _clinic(session: AsyncSession, session_id: int) -> ClinicSession:
    clinic = await session.get(ClinicSession, session_id, populate_existing=True)
    if clinic is None:
        raise NotFound("session")
    return clinic


async def _by_origin(session: AsyncSession, origin: str) -> Appointment | None:
    found: Appointment | None = await session.scalar(
        select(Appointment).where(Appointment.origin == origin)
    )
    return found


async def taken_beside(
    db: Database, conversation_id: int, patient_id: int, session_id: int
) -> Appointment | None:
    """What the patient has booked already in a session's half-day, to say so before it is asked for.

    Raises:
        NotYours: the patient belongs to another chat.
    """
    async with db.reading() as session:
        patient = await own_patient(session, conversation_id, patient_id)
        return await _in_half_day(session, patient, await _clinic(session, session_id))


async def _after_collision(
    db: Database, conversation_id: int, patient_id: int, session_id: int, origin: str
) -> Appointment:
    """Another process was quicker by a breath: with this very wish, or for this half-day."""
    async with db.reading() as session:
        earlier = await _by_origin(session, origin)
        if earlier is not None:
            return earlier
        patient = await own_patient(session, conversation_id, patient_id)
        clinic = await _clinic(session, session_id)
        raise AlreadyBooked(await _in_half_day(session, patient, clinic))
