"""Patients: kept encrypted, found by hash, one chat's list is its own."""

from datetime import date
from typing import Any

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import text

from service.cases import CaseFacts, open_case
from service.crypto import Vault
from service.errors import BadValue, NotYours
from service.model import Appointment, Case, Patient
from service.patients import PatientCard, add_patient, change_patient, list_patients, remove_patient
from tests.cast import LI_JIANGUO, STRANGER, WANG_XIUYING
from tests.integration.service.desk import Desk


async def test_neither_name_nor_phone_stands_in_the_database(desk: Desk) -> None:
    await desk.patient(WANG_XIUYING)
    async with desk.db.reading() as session:
        (row,) = (await session.execute(text("SELECT * FROM patient"))).all()
    written = " ".join(str(value) for value in row)
    for secret in (WANG_XIUYING.name, "秀英", WANG_XIUYING.phone, "8001"):
        assert secret not in written


async def test_no_table_holds_name_or_phone_of_who_booked(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await desk.book(await desk.patient(WANG_XIUYING), await desk.clinic(), chat=chat)
    async with desk.db.reading() as session:
        (row,) = (await session.execute(text("SELECT * FROM appointment"))).all()
    written = " ".join(str(value) for value in row)
    assert WANG_XIUYING.name not in written
    assert WANG_XIUYING.phone not in written


async def test_patients_are_found_again_by_their_hash(desk: Desk) -> None:
    card = await desk.patient(WANG_XIUYING)
    found = await desk.one(Patient, Patient.name_hash == desk.vault.fingerprint("王秀英"))
    assert found.id == card.id
    found = await desk.one(Patient, Patient.phone_hash == desk.vault.fingerprint("13800138001"))
    assert found.id == card.id


async def test_with_another_secret_nothing_can_be_read(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await desk.patient(WANG_XIUYING)
    with pytest.raises(InvalidToken):
        await list_patients(desk.db, Vault("another secret"), chat)


async def test_a_chat_lists_its_patients_in_the_order_they_came(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await desk.patient(WANG_XIUYING)
    await desk.patient(LI_JIANGUO, chat)
    wang, li = await list_patients(desk.db, desk.vault, chat)
    assert (wang.name, wang.phone, wang.relation) == ("王秀英", "13800138001", "本人")
    assert (li.name, li.sex, li.age(date(2026, 12, 1))) == ("李建国", "M", 87)
    assert await list_patients(desk.db, desk.vault, await desk.chat(STRANGER)) == []


async def test_the_same_name_again_is_the_same_patient_with_what_is_new(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    first = await _add(desk, chat, phone="13800138001", relation="本人", birth_year=1964)
    again = await _add(desk, chat, phone="138 0013 8002", sex="F")
    assert again.id == first.id
    assert (again.phone, again.relation) == ("13800138002", "本人")
    assert (again.sex, again.birth_year) == ("F", 1964)


async def test_the_same_name_in_another_chat_is_that_chat_s_own_patient(desk: Desk) -> None:
    hers = await desk.patient(WANG_XIUYING)
    other = await desk.patient(WANG_XIUYING, await desk.chat(STRANGER))
    assert hers.id != other.id


async def test_what_cannot_be_right_is_not_kept(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    with pytest.raises(BadValue) as refused:
        await _add(desk, chat, phone="12345")
    assert refused.value.field == "phone"
    assert await desk.count(Patient) == 0


async def test_a_patient_can_be_corrected(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    card = await desk.patient(WANG_XIUYING)
    changed = await _change(desk, chat, card.id, name="王绣英", phone="13800138002")
    assert (changed.name, changed.phone, changed.sex) == ("王绣英", "13800138002", "F")
    assert await list_patients(desk.db, desk.vault, chat) == [changed]
    with pytest.raises(BadValue):
        await _change(desk, chat, card.id, name="?")


async def test_outsiders_neither_correct_nor_remove_a_patient(desk: Desk) -> None:
    card = await desk.patient(WANG_XIUYING)
    strange = await desk.chat(STRANGER)
    with pytest.raises(NotYours):
        await _change(desk, strange, card.id, phone="13700137003")
    with pytest.raises(NotYours):
        await remove_patient(desk.db, desk.clock, conversation_id=strange, patient_id=card.id)
    with pytest.raises(NotYours):
        await _change(desk, strange, 999, phone="13700137003")


async def test_a_patient_with_a_booking_stays_on_the_list_until_it_is_given_back(
    desk: Desk,
) -> None:
    chat = await desk.chat(WANG_XIUYING)
    card = await desk.patient(WANG_XIUYING)
    booked = await desk.book(card, await desk.clinic(), chat=chat)
    in_the_way = await _remove(desk, chat, card.id)
    assert [one.number for one in in_the_way] == [booked.number]
    assert await list_patients(desk.db, desk.vault, chat)

    await desk.cancel(booked, chat=chat)
    assert await _remove(desk, chat, card.id) == []
    assert await list_patients(desk.db, desk.vault, chat) == []


async def test_who_was_removed_can_be_added_again(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await _remove(desk, chat, (await desk.patient(WANG_XIUYING)).id)
    card = await desk.patient(WANG_XIUYING)
    assert await list_patients(desk.db, desk.vault, chat) == [card]


async def test_a_contact_left_with_a_complaint_is_sealed(desk: Desk) -> None:
    await open_case(
        desk.db,
        desk.vault,
        desk.clock,
        desk.settings,
        conversation_id=await desk.chat(WANG_XIUYING),
        kind="complaint",
        facts=CaseFacts("等了三个小时", contact=WANG_XIUYING.phone),
        origin="1:case",
    )
    case = await desk.one(Case)
    assert WANG_XIUYING.phone not in case.contact_sealed
    assert desk.vault.open(case.contact_sealed) == WANG_XIUYING.phone


async def _add(desk: Desk, chat: int, **values: Any) -> PatientCard:
    return await add_patient(
        desk.db, desk.vault, desk.clock, conversation_id=chat, name="王秀英", **values
    )


async def _change(desk: Desk, chat: int, patient: int, **values: Any) -> PatientCard:
    return await change_patient(
        desk.db, desk.vault, conversation_id=chat, patient_id=patient, **values
    )


async def _remove(desk: Desk, chat: int, patient: int) -> list[Appointment]:
    return await remove_patient(desk.db, desk.clock, conversation_id=chat, patient_id=patient)
