"""Bookings: a number is taken, moved, given back; never twice, never another's."""

import asyncio
from datetime import timedelta

import pytest

from service import appointments
from service.errors import (
    AlreadyBooked,
    NotFound,
    NotYours,
    PastCutoff,
    SessionFull,
)
from service.model import Appointment
from service.patients import change_patient, remove_patient
from tests.cast import LI_JIANGUO, STRANGER, WANG_XIUYING, Person
from tests.integration.service.desk import Desk


async def test_a_booking_has_a_number_a_place_in_the_queue_and_half_an_hour(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic(outside=4)
    booked = await desk.book(await desk.patient(WANG_XIUYING), clinic, chat=chat)

    assert booked.number == "YY20261201-0001"
    assert booked.queue_number == 5, "the first four are given out at the window"
    assert booked.window_starts == clinic.starts_at
    assert booked.window_ends == clinic.starts_at + timedelta(minutes=30)
    assert booked.patient.conversation_id == chat
    assert booked.session.practitioner.name == "沈国梁"
    assert await desk.left(clinic) == 9


async def test_all_half_hours_lie_within_the_session_and_none_goes_back(desk: Desk) -> None:
    clinic = await desk.clinic(period="afternoon", numbers=9, outside=3)
    chat = await desk.chat(WANG_XIUYING)
    booked = [
        await desk.book(await desk.patient(person, chat), clinic, chat=chat) for person in _crowd(9)
    ]

    assert [one.queue_number for one in booked] == list(range(4, 13))
    starts = [one.window_starts for one in booked]
    assert starts == sorted(starts)
    assert starts[0] == clinic.starts_at
    assert len(set(starts)) == 7, "spread over all half-hours from 14:00 to 17:30"
    for one in booked:
        assert clinic.starts_at <= one.window_starts < one.window_ends <= clinic.ends_at


async def test_who_books_while_the_clinic_runs_is_not_called_into_the_past(desk: Desk) -> None:
    clinic = await desk.clinic(days=0)
    desk.clock.set("10:10")
    chat = await desk.chat(WANG_XIUYING)
    booked = await desk.book(await desk.patient(WANG_XIUYING), clinic, chat=chat)
    assert booked.window_ends > desk.clock.now()
    assert booked.window_ends <= clinic.ends_at


async def test_of_two_who_want_the_last_number_one_gets_it_and_one_is_shown_others(
    desk: Desk,
) -> None:
    clinic = await desk.clinic(numbers=1)
    other = await desk.clinic(days=2, numbers=1)
    hers, his = await desk.chat(WANG_XIUYING), await desk.chat(LI_JIANGUO)
    wang, li = await desk.patient(WANG_XIUYING), await desk.patient(LI_JIANGUO)

    outcomes = await asyncio.gather(
        desk.book(wang, clinic, chat=hers),
        desk.book(li, clinic, chat=his),
        return_exceptions=True,
    )

    (refused,) = [one for one in outcomes if isinstance(one, SessionFull)]
    assert [one.id for one in refused.alternatives] == [other.id]
    assert len([one for one in outcomes if isinstance(one, Appointment)]) == 1
    assert await desk.left(clinic) == 0


async def test_twenty_at_once_never_get_more_numbers_than_there_are(desk: Desk) -> None:
    clinic = await desk.clinic(numbers=7)
    chat = await desk.chat(WANG_XIUYING)
    people = [await desk.patient(person, chat) for person in _crowd(20)]

    outcomes = await asyncio.gather(
        *(desk.book(person, clinic, chat=chat) for person in people), return_exceptions=True
    )

    booked = [one for one in outcomes if isinstance(one, Appointment)]
    refused = [one for one in outcomes if isinstance(one, SessionFull)]
    assert (len(booked), len(refused)) == (7, 13)
    assert sorted(one.queue_number for one in booked) == list(range(1, 8))
    assert len({one.number for one in booked}) == 7
    assert await desk.left(clinic) == 0


async def test_one_person_has_one_number_in_a_half_day(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang = await desk.patient(WANG_XIUYING)
    first = await desk.book(wang, await desk.clinic(), chat=chat)
    with pytest.raises(AlreadyBooked) as refused:
        await desk.book(wang, await desk.clinic(doctor="王慧敏"), chat=chat)
    assert refused.value.appointment.number == first.number
    assert await desk.book(wang, await desk.clinic(period="afternoon"), chat=chat)


async def test_the_same_person_is_known_in_another_chat(desk: Desk) -> None:
    """王秀英 books for her father, who has booked for himself."""
    hers, his = await desk.chat(WANG_XIUYING), await desk.chat(LI_JIANGUO, "telegram")
    clinic = await desk.clinic()
    await desk.book(await desk.patient(LI_JIANGUO, his), clinic, chat=his)
    with pytest.raises(AlreadyBooked):
        await desk.book(await desk.patient(LI_JIANGUO, hers), clinic, chat=hers)
    assert await desk.left(clinic) == 9


async def test_two_chats_at_once_book_one_person_once(desk: Desk) -> None:
    hers, his = await desk.chat(WANG_XIUYING), await desk.chat(LI_JIANGUO)
    clinic, other = await desk.clinic(), await desk.clinic(doctor="王慧敏")
    in_hers, in_his = await desk.patient(LI_JIANGUO, hers), await desk.patient(LI_JIANGUO, his)

    outcomes = await asyncio.gather(
        desk.book(in_hers, clinic, chat=hers),
        desk.book(in_his, other, chat=his),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyBooked", "Appointment"]
    assert await desk.left(clinic) + await desk.left(other) == 19


async def test_a_new_phone_number_does_not_make_another_person(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang = await desk.patient(WANG_XIUYING)
    await desk.book(wang, await desk.clinic(), chat=chat)
    await change_patient(
        desk.db, desk.vault, conversation_id=chat, patient_id=wang.id, phone="13600136006"
    )
    with pytest.raises(AlreadyBooked):
        await desk.book(wang, await desk.clinic(doctor="王慧敏"), chat=chat)


async def test_the_same_wish_again_is_the_same_booking(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang, clinic = await desk.patient(WANG_XIUYING), await desk.clinic()
    first = await desk.book(wang, clinic, chat=chat, origin="17:book")
    again = await desk.book(wang, clinic, chat=chat, origin="17:book")
    assert again.number == first.number
    assert await desk.left(clinic) == 9


async def test_the_same_wish_from_two_processes_at_once_is_one_booking(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang, clinic = await desk.patient(WANG_XIUYING), await desk.clinic()
    booked = await asyncio.gather(
        *(desk.book(wang, clinic, chat=chat, origin="17:book") for _ in range(4))
    )
    assert len({one.number for one in booked}) == 1
    assert await desk.left(clinic) == 9


async def test_a_moved_booking_keeps_its_number_and_frees_its_place(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    old, new = await desk.clinic(), await desk.clinic(days=3, period="afternoon")
    booked = await desk.book(await desk.patient(WANG_XIUYING), old, chat=chat)

    moved = await desk.move(booked, new, chat=chat)

    assert moved.number == booked.number
    assert (moved.session_id, moved.day, moved.period) == (new.id, new.day, "afternoon")
    assert new.starts_at <= moved.window_starts < moved.window_ends <= new.ends_at
    assert (await desk.left(old), await desk.left(new)) == (10, 9)


async def test_the_same_move_twice_is_one_move(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    old, new = await desk.clinic(), await desk.clinic(days=3)
    booked = await desk.book(await desk.patient(WANG_XIUYING), old, chat=chat)
    await desk.move(booked, new, chat=chat, origin="18:move")
    again = await desk.move(booked, new, chat=chat, origin="18:move")
    assert again.session_id == new.id
    assert (await desk.left(old), await desk.left(new)) == (10, 9)


async def test_a_move_within_the_half_day_to_another_doctor_goes_through(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    old, new = await desk.clinic(), await desk.clinic(doctor="王慧敏")
    booked = await desk.book(await desk.patient(WANG_XIUYING), old, chat=chat)
    moved = await desk.move(booked, new, chat=chat)
    assert moved.session.practitioner.name == "王慧敏"


async def test_a_move_into_a_full_session_leaves_the_booking_where_it_is(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    old, full = await desk.clinic(), await desk.clinic(days=2, numbers=0)
    booked = await desk.book(await desk.patient(WANG_XIUYING), old, chat=chat)
    with pytest.raises(SessionFull):
        await desk.move(booked, full, chat=chat)
    assert (await _again(desk, booked)).session_id == old.id
    assert await desk.left(old) == 9


async def test_a_move_into_a_half_day_that_is_taken_is_refused(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang = await desk.patient(WANG_XIUYING)
    first = await desk.book(wang, await desk.clinic(), chat=chat)
    second = await desk.book(wang, await desk.clinic(days=2), chat=chat)
    with pytest.raises(AlreadyBooked) as refused:
        await desk.move(first, await desk.clinic(days=2, doctor="王慧敏"), chat=chat)
    assert refused.value.appointment.number == second.number


async def test_of_two_moves_at_once_into_one_half_day_one_goes_through(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang = await desk.patient(WANG_XIUYING)
    booked = [await desk.book(wang, await desk.clinic(days=days), chat=chat) for days in (1, 2)]
    wanted = [await desk.clinic(days=3, doctor=name) for name in ("沈国梁", "王慧敏")]

    outcomes = await asyncio.gather(
        *(desk.move(one, new, chat=chat) for one, new in zip(booked, wanted, strict=True)),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["AlreadyBooked", "Appointment"]
    assert sum([await desk.left(one) for one in wanted]) == 19


async def test_moving_to_where_it_is_already_says_so(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic()
    booked = await desk.book(await desk.patient(WANG_XIUYING), clinic, chat=chat)
    with pytest.raises(AlreadyBooked):
        await desk.move(booked, clinic, chat=chat)


async def test_people_who_change_places_at_once_all_get_there(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    mornings = await desk.clinic(numbers=20), await desk.clinic(days=2, numbers=20)
    booked = [
        await desk.book(await desk.patient(person, chat), mornings[n % 2], chat=chat)
        for n, person in enumerate(_crowd(12))
    ]

    await asyncio.gather(
        *(desk.move(one, mornings[(n + 1) % 2], chat=chat) for n, one in enumerate(booked))
    )

    assert [await desk.left(one) for one in mornings] == [14, 14]
    for n, one in enumerate(booked):
        assert (await _again(desk, one)).session_id == mornings[(n + 1) % 2].id


async def test_a_booking_given_back_twice_frees_one_place(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic()
    booked = await desk.book(await desk.patient(WANG_XIUYING), clinic, chat=chat)
    await desk.book(await desk.patient(LI_JIANGUO, chat), clinic, chat=chat)
    await desk.cancel(booked, chat=chat)
    again = await desk.cancel(booked, chat=chat)
    assert again.state == "cancelled"
    assert await desk.left(clinic) == 9


async def test_a_booking_given_back_by_several_at_once_frees_one_place(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic()
    booked = await desk.book(await desk.patient(WANG_XIUYING), clinic, chat=chat)
    await desk.book(await desk.patient(LI_JIANGUO, chat), clinic, chat=chat)
    await asyncio.gather(*(desk.cancel(booked, chat=chat) for _ in range(5)))
    assert await desk.left(clinic) == 9


async def test_the_same_move_by_several_at_once_is_one_move(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    old, new = await desk.clinic(), await desk.clinic(days=3)
    booked = await desk.book(await desk.patient(WANG_XIUYING), old, chat=chat)
    moved = await asyncio.gather(
        *(desk.move(booked, new, chat=chat, origin="18:move") for _ in range(5))
    )
    assert {one.session_id for one in moved} == {new.id}
    assert (await desk.left(old), await desk.left(new)) == (10, 9)


async def test_a_number_that_was_given_back_can_be_had_and_its_place_in_the_queue_not(
    desk: Desk,
) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic(numbers=1)
    booked = await desk.book(await desk.patient(WANG_XIUYING), clinic, chat=chat)
    await desk.cancel(booked, chat=chat)
    next_one = await desk.book(await desk.patient(LI_JIANGUO, chat), clinic, chat=chat)
    assert next_one.queue_number != booked.queue_number
    assert next_one.number != booked.number


async def test_who_gave_a_number_back_may_book_the_half_day_again(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang, clinic = await desk.patient(WANG_XIUYING), await desk.clinic()
    await desk.cancel(await desk.book(wang, clinic, chat=chat), chat=chat)
    assert (await desk.book(wang, clinic, chat=chat)).state == "booked"


async def test_bookings_stand_from_two_hours_before_the_clinic(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    clinic = await desk.clinic(days=0, period="afternoon")
    other = await desk.clinic(days=2)
    booked = await desk.book(await desk.patient(WANG_XIUYING), clinic, chat=chat)
    desk.clock.set("12:00")
    desk.clock.go_on(seconds=1)
    with pytest.raises(PastCutoff):
        await desk.cancel(booked, chat=chat)
    with pytest.raises(PastCutoff):
        await desk.move(booked, other, chat=chat)
    assert await desk.left(clinic) == 9

    desk.clock.set("12:00")
    assert (await desk.cancel(booked, chat=chat)).state == "cancelled"


async def test_what_belongs_to_another_chat_is_not_touched_and_not_told(desk: Desk) -> None:
    hers, strange = await desk.chat(WANG_XIUYING), await desk.chat(STRANGER)
    wang, clinic = await desk.patient(WANG_XIUYING), await desk.clinic()
    booked = await desk.book(wang, clinic, chat=hers)
    with pytest.raises(NotYours):
        await desk.book(wang, await desk.clinic(days=2), chat=strange)
    with pytest.raises(NotYours):
        await desk.cancel(booked, chat=strange)
    with pytest.raises(NotYours):
        await desk.move(booked, await desk.clinic(days=3), chat=strange)
    with pytest.raises(NotYours):
        await appointments.find_appointment(desk.db, strange, booked.number)
    assert await appointments.standing(desk.db, desk.clock, strange) == []
    assert await desk.left(clinic) == 9


async def test_a_patient_who_was_taken_off_the_list_is_not_booked_for(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    li = await desk.patient(LI_JIANGUO, chat)
    await remove_patient(desk.db, desk.clock, conversation_id=chat, patient_id=li.id)
    with pytest.raises(NotYours):
        await desk.book(li, await desk.clinic(), chat=chat)


async def test_a_number_that_does_not_exist_is_not_found(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    with pytest.raises(NotFound):
        await appointments.find_appointment(desk.db, chat, "YY20261201-9999")
    with pytest.raises(NotFound):
        await appointments.find_session(desk.db, 999)


async def test_a_booking_is_found_by_its_number_as_people_type_it(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    booked = await desk.book(await desk.patient(WANG_XIUYING), await desk.clinic(), chat=chat)
    found = await appointments.find_appointment(desk.db, chat, f" {booked.number.lower()} ")
    assert found.id == booked.id


async def test_what_is_still_to_come_is_listed_in_the_order_of_time(desk: Desk) -> None:
    chat, wang = await desk.chat(WANG_XIUYING), await desk.patient(WANG_XIUYING)
    later = await desk.book(wang, await desk.clinic(days=3), chat=chat)
    sooner = await desk.book(wang, await desk.clinic(days=1, period="afternoon"), chat=chat)
    given_back = await desk.book(wang, await desk.clinic(days=2), chat=chat)
    await desk.cancel(given_back, chat=chat)

    listed = await appointments.standing(desk.db, desk.clock, chat)
    assert [one.number for one in listed] == [sooner.number, later.number]
    assert listed[0].window_starts == sooner.window_starts

    desk.clock.go_on(days=2)
    listed = await appointments.standing(desk.db, desk.clock, chat)
    assert [one.number for one in listed] == [later.number]


def _crowd(number: int) -> list[Person]:
    """People who are not known by name."""
    digits = "零一二三四五六七八九"
    return [
        Person(f"赵{digits[n // 10]}{digits[n % 10]}", f"135001350{n:02d}", "F", 1980, "crowd")
        for n in range(number)
    ]


async def _again(desk: Desk, appointment: Appointment) -> Appointment:
    found: Appointment = await desk.one(Appointment, Appointment.id == appointment.id)
    return found
