"""Who may book what, and when: released days, missed visits, sex and age, clinics that are off."""

import pytest

from service.errors import BookingPaused, NotBookable, SessionCancelled, WrongPatient
from service.model import Appointment, Patient
from tests.cast import LI_JIANGUO, STRANGER, WANG_XIUYING, Person
from tests.integration.service.desk import Desk


async def test_a_day_that_is_not_released_yet_cannot_be_booked(desk: Desk) -> None:
    chat, wang = await desk.chat(WANG_XIUYING), await desk.patient(WANG_XIUYING)
    with pytest.raises(NotBookable):
        await desk.book(wang, await desk.clinic(days=15), chat=chat)
    furthest = await desk.clinic(days=14)
    desk.clock.set("06:59")
    with pytest.raises(NotBookable):
        await desk.book(wang, furthest, chat=chat)
    desk.clock.set("07:00")
    assert await desk.book(wang, furthest, chat=chat)


async def test_a_clinic_that_is_over_cannot_be_booked(desk: Desk) -> None:
    chat, wang = await desk.chat(WANG_XIUYING), await desk.patient(WANG_XIUYING)
    clinic = await desk.clinic(days=0)
    desk.clock.set("12:00")
    with pytest.raises(NotBookable):
        await desk.book(wang, clinic, chat=chat)


async def test_three_missed_visits_within_ninety_days_pause_booking(desk: Desk) -> None:
    chat, wang = await desk.chat(WANG_XIUYING), await desk.patient(WANG_XIUYING)
    for days in (1, 2, 3):
        await _missed(desk, await desk.book(wang, await desk.clinic(days=days), chat=chat))
    desk.clock.go_on(days=10)
    clinic = await desk.clinic()
    with pytest.raises(BookingPaused):
        await desk.book(wang, clinic, chat=chat)
    hers_elsewhere = await desk.chat(STRANGER)
    with pytest.raises(BookingPaused):
        await desk.book(
            await desk.patient(WANG_XIUYING, hers_elsewhere), clinic, chat=hers_elsewhere
        )
    assert await desk.book(await desk.patient(LI_JIANGUO, chat), clinic, chat=chat)

    desk.clock.go_on(days=80)
    with pytest.raises(BookingPaused):
        await desk.book(wang, await desk.clinic(), chat=chat)
    desk.clock.go_on(days=1)
    assert await desk.book(wang, await desk.clinic(), chat=chat), "the first is out of the window"


async def test_two_missed_visits_pause_nothing(desk: Desk) -> None:
    chat, wang = await desk.chat(WANG_XIUYING), await desk.patient(WANG_XIUYING)
    for days in (1, 2):
        await _missed(desk, await desk.book(wang, await desk.clinic(days=days), chat=chat))
    desk.clock.go_on(days=3)
    assert await desk.book(wang, await desk.clinic(), chat=chat)


async def test_a_pause_that_somebody_set_holds_until_its_day_is_over(desk: Desk) -> None:
    chat, wang = await desk.chat(WANG_XIUYING), await desk.patient(WANG_XIUYING)
    await desk.change(await desk.one(Patient), booking_paused_until=desk.day(1))
    clinic = await desk.clinic(days=5)
    for _day in (0, 1):
        with pytest.raises(BookingPaused):
            await desk.book(wang, clinic, chat=chat)
        desk.clock.go_on(days=1)
    assert await desk.book(wang, clinic, chat=chat)


async def test_a_department_for_women_takes_no_man_and_takes_whose_sex_is_not_known(
    desk: Desk,
) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic(department=await desk.department("妇科", sex="F"), doctor="陈雅琴")
    with pytest.raises(WrongPatient) as refused:
        await desk.book(await desk.patient(LI_JIANGUO, chat), clinic, chat=chat)
    assert (refused.value.department, refused.value.reason) == ("妇科", "sex")
    assert await desk.book(await desk.patient(WANG_XIUYING, chat), clinic, chat=chat)
    unknown = await desk.patient(STRANGER, chat)
    await desk.change(await desk.one(Patient, Patient.id == unknown.id), sex=None)
    assert await desk.book(unknown, clinic, chat=chat)


@pytest.mark.parametrize(
    ("birth_year", "treated"),
    [
        (2025, True),
        (2012, True),
        (2011, True),  # 14 until the birthday, which may still be to come
        (2010, False),
        (1939, False),
    ],
)
async def test_a_department_for_children_takes_children(
    desk: Desk, birth_year: int, treated: bool
) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic(
        department=await desk.department("儿科", max_age=14), doctor="苏小梅"
    )
    child = await desk.patient(Person("王小宝", "13800138001", "M", birth_year, "wang"), chat)
    if treated:
        assert await desk.book(child, clinic, chat=chat)
    else:
        with pytest.raises(WrongPatient) as refused:
            await desk.book(child, clinic, chat=chat)
        assert (refused.value.department, refused.value.reason) == ("儿科", "too old")


async def test_a_department_for_the_old_does_not_take_the_young(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic(
        department=await desk.department("老年医学科", min_age=60), doctor="郑松年"
    )
    with pytest.raises(WrongPatient) as refused:
        await desk.book(await desk.patient(STRANGER, chat), clinic, chat=chat)
    assert refused.value.reason == "too young"
    assert await desk.book(await desk.patient(WANG_XIUYING, chat), clinic, chat=chat)


async def test_a_clinic_that_does_not_take_place_says_so_and_shows_others(desk: Desk) -> None:
    chat, wang = await desk.chat(WANG_XIUYING), await desk.patient(WANG_XIUYING)
    cancelled, other = await desk.clinic(cancelled=True), await desk.clinic(doctor="王慧敏")
    with pytest.raises(SessionCancelled) as refused:
        await desk.book(wang, cancelled, chat=chat)
    assert [one.id for one in refused.value.alternatives] == [other.id]
    assert await desk.count(Appointment) == 0


async def _missed(desk: Desk, appointment: Appointment) -> None:
    await desk.change(appointment, state="noshow")
