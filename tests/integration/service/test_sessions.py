"""Clinic sessions: the numbers of fourteen days, and what exceptions make of them."""

import asyncio
from datetime import date, timedelta

import pytest

from service.database import Database
from service.errors import SessionFull
from service.loading import load_hospital
from service.migrations import upgrade
from service.model import (
    ClinicSession,
    Department,
    Practitioner,
    Schedule,
    ScheduleException,
)
from service.sessions import (
    SessionWish,
    booked_otherwise,
    find_sessions,
    keep_released,
    last_released_day,
    release_numbers,
)
from tests.cast import WANG_XIUYING
from tests.databases import HOSPITAL
from tests.integration.service.desk import Desk


async def test_numbers_of_today_and_fourteen_days_are_out(open_house: Desk) -> None:
    days = {one.day for one in await _found(open_house)}
    assert (min(days), max(days)) == (open_house.day(0), open_house.day(14))
    assert days == {open_house.day(n) for n in range(15)}


async def test_the_furthest_day_is_out_from_seven_o_clock_on(open_house: Desk) -> None:
    open_house.clock.set("06:59", days=1)
    assert await _release(open_house) == 0
    assert last_released_day(open_house.clock, open_house.settings) == date(2026, 12, 15)

    open_house.clock.set("07:00")
    new = await _release(open_house)
    assert new == await open_house.count(Schedule, Schedule.weekday == 3)
    assert {one.day for one in await _found(open_house, days=(open_house.day(14),))}


async def test_a_day_that_was_made_early_is_not_shown_before_seven(open_house: Desk) -> None:
    furthest = open_house.day(14)
    assert await _found(open_house, days=(furthest,))
    open_house.clock.set("06:59")
    assert await _found(open_house, days=(furthest,)) == []


async def test_releasing_again_changes_nothing(open_house: Desk) -> None:
    before = [_seen(one) for one in await open_house.all(ClinicSession)]
    assert await _release(open_house) == 0
    assert [_seen(one) for one in await open_house.all(ClinicSession)] == before


async def test_free_sessions_follow_a_changed_timetable_and_booked_ones_stay_as_promised(
    open_house: Desk,
) -> None:
    first, later = await _of_doctor(
        open_house, "沈国梁", days=(open_house.day(1), open_house.day(8))
    )
    chat = await open_house.chat(WANG_XIUYING)
    patient = await open_house.patient(WANG_XIUYING)
    booking = await open_house.book(patient, first, chat=chat)
    schedule = await open_house.one(Schedule, Schedule.id == first.schedule_id)
    await open_house.change(schedule, fee=12000, room="A305诊室", starts="08:30", capacity=16)
    assert await _release(open_house) == 0

    kept, followed = await _of_doctor(open_house, "沈国梁", days=(first.day, later.day))
    assert _terms(kept) == _terms(first)
    assert (followed.fee, followed.room, followed.left) == (12000, "A305诊室", 12)
    assert followed.starts_at == later.starts_at - timedelta(minutes=30)
    assert await _otherwise(open_house) == [first.id]

    await open_house.cancel(booking, chat=chat)
    assert await _release(open_house) == 0
    (free_again,) = await _of_doctor(open_house, "沈国梁", days=(first.day,))
    assert (free_again.fee, free_again.room) == (12000, "A305诊室")
    assert await _otherwise(open_house) == []


async def test_a_session_that_has_begun_stays_as_it_is(open_house: Desk) -> None:
    clinics = await _found(open_house, days=(open_house.day(0),))
    begun = next(one for one in clinics if one.starts_at < open_house.clock.now())
    to_come = next(one for one in clinics if one.starts_at > open_house.clock.now())
    for one in (begun, to_come):
        schedule = await open_house.one(Schedule, Schedule.id == one.schedule_id)
        await open_house.change(schedule, room="A399诊室")
    await _release(open_house)
    rooms = {one.id: one.room for one in await _found(open_house, days=(open_house.day(0),))}
    assert rooms[begun.id] == begun.room
    assert rooms[to_come.id] == "A399诊室"


async def test_releasing_again_keeps_the_bookings(open_house: Desk) -> None:
    (clinic, *_rest) = await _found(open_house, with_numbers=True)
    chat = await open_house.chat(WANG_XIUYING)
    await open_house.book(await open_house.patient(WANG_XIUYING), clinic, chat=chat)
    left = await open_house.left(clinic)
    await _release(open_house)
    assert await open_house.left(clinic) == left == clinic.left - 1


async def test_two_schedulers_at_once_release_each_session_once(open_house: Desk) -> None:
    open_house.clock.go_on(days=1)
    world = open_house.db, open_house.clock, open_house.settings
    new = await asyncio.gather(*(keep_released(*world) for _ in range(3)))
    assert sorted(new)[:2] == [0, 0]
    assert sum(new) == await open_house.count(
        ClinicSession, ClinicSession.day == open_house.day(14)
    )


async def test_a_new_day_is_released_when_it_is_due_and_once(open_house: Desk) -> None:
    world = open_house.db, open_house.clock, open_house.settings
    assert await keep_released(*world) == 0
    open_house.clock.go_on(days=1)
    assert await keep_released(*world) > 0
    assert await keep_released(*world) == 0


async def test_sessions_are_as_the_timetable_says(open_house: Desk) -> None:
    """d001,3,morning,专家号,100,09:00,11:30,12,4,A301诊室"""
    (clinic,) = await _of_doctor(open_house, "沈国梁", days=(open_house.day(1),))
    local = open_house.clock.now().tzinfo
    assert clinic.starts_at.astimezone(local).strftime("%a %H:%M") == "Wed 09:00"
    assert clinic.ends_at.astimezone(local).strftime("%H:%M") == "11:30"
    assert (clinic.kind, clinic.fee, clinic.room) == ("专家号", 10000, "A301诊室")
    assert clinic.left == 8, "four of the twelve are given out at the window"


async def test_a_cancelled_clinic_is_shown_with_its_reason_and_has_no_numbers(
    open_house: Desk,
) -> None:
    """x001,d012,+1,+7,,cancelled,,外出学习"""
    away = await _of_code(open_house, "d012", first=1, last=7)
    assert away
    assert all(one.cancelled and one.left == 0 and one.note == "外出学习" for one in away)
    later = await _of_code(open_house, "d012", first=8)
    assert later
    assert not any(one.cancelled for one in later)


async def test_a_cancelled_half_day_leaves_the_others_of_its_days(open_house: Desk) -> None:
    """x007,d084,+9,+11,morning,cancelled,,病房值班: Thursday to Saturday, Friday is a clinic."""
    cancelled = [one for one in await _of_code(open_house, "d084") if one.cancelled]
    assert [one.day for one in cancelled] == [date(2026, 12, 11)]


async def test_a_substitute_has_the_clinic_of_who_is_away(open_house: Desk) -> None:
    """x003,d045,+1,+7,,substituted,d046,出差"""
    assert await _of_code(open_house, "d045", first=1, last=7) == []
    by_substitute = [one for one in await _of_code(open_house, "d046") if one.note == "出差"]
    schedules = await open_house.all(Schedule)
    of_d045 = {one.id for one in schedules if one.practitioner.code == "d045"}
    assert len(by_substitute) == 4
    assert {one.schedule_id for one in by_substitute} <= of_d045
    assert await _of_code(open_house, "d045", first=8)


async def test_an_extra_clinic_is_there_on_its_day_only(open_house: Desk) -> None:
    """x006,d103,+6,+6,evening,extra,,加开夜门诊"""
    extra = [one for one in await _of_code(open_house, "d103") if one.period == "evening"]
    (evening,) = extra
    assert evening.day == open_house.day(6)
    local = open_house.clock.now().tzinfo
    assert evening.starts_at.astimezone(local).strftime("%H:%M") == "18:00"
    assert evening.left > 0


async def test_an_exception_that_is_made_later_holds_from_the_next_release(
    open_house: Desk,
) -> None:
    (clinic,) = await _of_doctor(open_house, "沈国梁", days=(open_house.day(1),))
    await open_house.keep(
        ScheduleException(
            code="x900",
            practitioner_id=clinic.practitioner_id,
            first_day=clinic.day,
            last_day=clinic.day,
            period=None,
            kind="cancelled",
            reason="临时停诊",
        )
    )
    assert await _release(open_house) == 0
    (again,) = await _of_doctor(open_house, "沈国梁", days=(clinic.day,))
    assert (again.cancelled, again.note) == (True, "临时停诊")


async def test_the_doctor_without_numbers_here_has_none_left(open_house: Desk) -> None:
    """All of d075's numbers are given out at the window."""
    sessions = await _of_code(open_house, "d075")
    assert sessions
    assert {one.left for one in sessions} == {0}


async def test_reproductive_medicine_has_no_numbers_left(open_house: Desk) -> None:
    department = await open_house.one(Department, Department.name == "生殖医学科")
    assert await _found(open_house, department_id=department.id)
    assert await _found(open_house, department_id=department.id, with_numbers=True) == []


async def test_who_wants_a_full_doctor_is_shown_the_same_department(open_house: Desk) -> None:
    (full, *_rest) = await _of_code(open_house, "d075", first=1)
    chat = await open_house.chat(WANG_XIUYING)
    with pytest.raises(SessionFull) as refused:
        await open_house.book(await open_house.patient(WANG_XIUYING), full, chat=chat)
    shown = refused.value.alternatives
    assert 1 <= len(shown) <= 3
    assert all(one.left > 0 for one in shown)
    department = full.practitioner.department.name
    assert {one.practitioner.department.name for one in shown} == {department}


async def test_nearest_are_the_same_doctor_the_same_day_and_the_next_chance(desk: Desk) -> None:
    full = await desk.clinic(days=5, numbers=0)
    same_doctor = await desk.clinic(days=7)
    same_day = await desk.clinic(days=5, period="afternoon", doctor="王慧敏")
    nearest = await desk.clinic(days=4, doctor="王慧敏")
    for farther in (1, 8, 12):
        await desk.clinic(days=farther)
    for farther in (2, 8):
        await desk.clinic(days=farther, doctor="王慧敏")
    orthopaedics = await desk.department("骨科")
    await desk.clinic(days=5, doctor="孙立平", department=orthopaedics)
    await desk.clinic(days=4, period="evening", doctor="王慧敏", cancelled=True)
    await desk.clinic(days=4, period="afternoon", doctor="王慧敏", numbers=0)
    chat = await desk.chat(WANG_XIUYING)
    with pytest.raises(SessionFull) as refused:
        await desk.book(await desk.patient(WANG_XIUYING), full, chat=chat)
    shown = [one.id for one in refused.value.alternatives]
    assert shown == [nearest.id, same_day.id, same_doctor.id]


async def test_where_nothing_is_left_nothing_is_shown(desk: Desk) -> None:
    full = await desk.clinic(numbers=0)
    await desk.clinic(days=15)
    chat = await desk.chat(WANG_XIUYING)
    with pytest.raises(SessionFull) as refused:
        await desk.book(await desk.patient(WANG_XIUYING), full, chat=chat)
    assert list(refused.value.alternatives) == []


async def test_a_wish_finds_what_fits_it_in_the_order_of_time(desk: Desk) -> None:
    await desk.clinic(days=3)
    tomorrow = await desk.clinic(days=1, period="afternoon")
    full = await desk.clinic(days=1, numbers=0, doctor="王慧敏")
    surgery = await desk.clinic(days=1, doctor="孙立平", department=await desk.department("骨科"))
    day = (desk.day(1),)
    assert await _ids(desk, days=day) == [full.id, surgery.id, tomorrow.id]
    assert await _ids(desk, days=day, with_numbers=True) == [surgery.id, tomorrow.id]
    assert await _ids(desk, days=day, period="afternoon") == [tomorrow.id]
    doctor = surgery.practitioner_id
    assert await _ids(desk, practitioner_ids=(doctor,)) == [surgery.id]
    assert await _ids(desk, kind="普通号") == []
    assert await _ids(desk, days=day, limit=1) == [full.id]


async def test_a_clinic_that_is_over_is_not_found(desk: Desk) -> None:
    running = await desk.clinic(days=0)
    assert await _ids(desk) == [running.id]
    desk.clock.set("12:00")
    assert await _ids(desk) == []


async def test_a_hospital_loaded_before_seven_gets_its_last_day_at_seven(
    bare: Database, desk: Desk
) -> None:
    await upgrade(bare)
    desk.clock.set("05:00")
    await load_hospital(bare, HOSPITAL, desk.clock, desk.settings)
    early = Desk(bare, desk.clock, desk.settings, desk.vault)
    assert max(one.day for one in await early.all(ClinicSession)) == desk.day(13)
    desk.clock.set("07:00")
    assert await keep_released(bare, desk.clock, desk.settings) > 0
    assert max(one.day for one in await early.all(ClinicSession)) == desk.day(14)


async def _release(desk: Desk) -> int:
    return await release_numbers(desk.db, desk.clock, desk.settings)


async def _found(
    desk: Desk, *, with_numbers: bool = False, limit: int | None = None, **wish: object
) -> list[ClinicSession]:
    return await find_sessions(
        desk.db,
        SessionWish(**wish),  # type: ignore[arg-type]
        desk.clock,
        desk.settings,
        with_numbers=with_numbers,
        limit=limit,
    )


async def _ids(
    desk: Desk, *, with_numbers: bool = False, limit: int | None = None, **wish: object
) -> list[int]:
    return [one.id for one in await _found(desk, with_numbers=with_numbers, limit=limit, **wish)]


async def _of_doctor(desk: Desk, name: str, days: tuple[date, ...]) -> list[ClinicSession]:
    doctor = await desk.one(Practitioner, Practitioner.name == name)
    return await _found(desk, practitioner_ids=(doctor.id,), days=days)


async def _of_code(desk: Desk, code: str, *, first: int = 0, last: int = 14) -> list[ClinicSession]:
    """The sessions of a doctor from so many days from now until so many days from now."""
    doctor = await desk.one(Practitioner, Practitioner.code == code)
    days = tuple(desk.day(n) for n in range(first, last + 1))
    return await _found(desk, practitioner_ids=(doctor.id,), days=days)


async def _otherwise(desk: Desk) -> list[int]:
    found = await booked_otherwise(desk.db, desk.clock, desk.settings)
    return [one.id for one in found]


def _terms(one: ClinicSession) -> tuple[object, ...]:
    return (one.fee, one.room, one.starts_at, one.ends_at, one.capacity, one.kind)


def _seen(one: ClinicSession) -> tuple[object, ...]:
    return (one.id, one.practitioner_id, one.starts_at, one.taken, one.cancelled, one.note)
