"""The people a chat books for 就诊人: kept encrypted, found again by keyed hash."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, today
from service.crypto import Vault, masked_phone
from service.database import Database
from service.errors import BadValue, NotYours
from service.model import Appointment, Patient

_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}[0-9]{7,8}")
PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9](?:[\s-]?\d){9}(?!\d)")
"""A mobile number as it stands in a message."""
_HAN = r"\u3400-\u9fff\U00020000-\U0003ffff"
_NAME = re.compile(rf"[{_HAN}][{_HAN}·]{{0,10}}[{_HAN}]|[A-Za-z][A-Za-z .'-]{{1,40}}")


@dataclass(frozen=True)
class PatientCard:
    """A patient in clear, for the chat that the patient belongs to."""

    id: int
    name: str
    phone: str
    relation: str
    sex: str | None
    birth_year: int | None

    def age(self, day: date) -> int | None:
        """Whole years on a day, as far as the year of birth tells."""
        return None if self.birth_year is None else day.year - self.birth_year


def written_digits(text: str) -> str:
    """Spoken digits as figures: 一三八，幺三九, as voice input writes a phone number."""
    return _SPOKEN.sub(lambda run: run[0].translate(_SPOKEN_DIGITS), text)


_SPOKEN = re.compile(r"[零〇一二三四五六七八九幺两](?:[\s-]?[零〇一二三四五六七八九幺两]){6,}")
_SPOKEN_DIGITS = str.maketrans("零〇一二三四五六七八九幺两", "0012345678912")


def clean_phone(text: str) -> str:
    """The phone number in a text.

    Raises:
        BadValue: there is none that can be right.
    """
    digits = re.sub(r"[\s\-－—()（）+]", "", text.translate(_FULL_WIDTH))
    digits = re.sub(r"^(86)(?=1\d{10}$)", "", digits)
    if not _PHONE.fullmatch(digits):
        raise BadValue("phone")
    return digits


_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


def mask_phones(text: str) -> str:
    """A text in which mobile numbers are masked; the numbers themselves are kept sealed."""
    return PHONE.sub(lambda said: masked_phone(re.sub(r"\D", "", said[0])[-11:]), text)


def clean_name(text: str) -> str:
    """A person's name.

    Raises:
        BadValue: it cannot be a name.
    """
    name = text.strip()
    if not _NAME.fullmatch(name):
        raise BadValue("name")
    return name


async def add_patient(
    db: Database,
    vault: Vault,
    clock: Clock,
    *,
    conversation_id: int,
    name: str,
    phone: str,
    relation: str = "",
    sex: str | None = None,
    birth_year: int | None = None,
) -> PatientCard:
    """Keep a patient for a chat; the same name again is the same patient, with what is new.

    Raises:
        BadValue: the name or the phone cannot be right.
    """
    name, phone = clean_name(name), clean_phone(phone)
    async with db.transaction() as session:
        patient = await _by_name(session, vault, conversation_id, name)
        if patient is None:
            patient = Patient(
                conversation_id=conversation_id,
                name_sealed=vault.seal(name),
                name_hash=vault.fingerprint(name),
                relation=relation,
                made_at=clock.now(),
            )
            session.add(patient)
        _set_phone(patient, vault, phone)
        patient.relation = relation or patient.relation
        patient.sex = sex or patient.sex
        patient.birth_year = birth_year or patient.birth_year
        await session.flush()
        return _card(patient, vault)


async def change_patient(
    db: Database,
    vault: Vault,
    *,
    conversation_id: int,
    patient_id: int,
    name: str | None = None,
    phone: str | None = None,
    sex: str | None = None,
    birth_year: int | None = None,
) -> PatientCard:
    """Correct what is stored about a patient.

    Raises:
        BadValue: the name or the phone cannot be right.
        NotYours: the patient belongs to another chat.
    """
    async with db.transaction() as session:
        patient = await own_patient(session, conversation_id, patient_id)
        if name is not None:
            name = clean_name(name)
            patient.name_sealed, patient.name_hash = vault.seal(name), vault.fingerprint(name)
        if phone is not None:
            _set_phone(patient, vault, clean_phone(phone))
        patient.sex = sex or patient.sex
        patient.birth_year = birth_year or patient.birth_year
        return _card(patient, vault)


async def remove_patient(
    db: Database, clock: Clock, *, conversation_id: int, patient_id: int
) -> list[Appointment]:
    """Take a patient off a chat's list; bookings that stand keep it there.

    Returns:
        The bookings that stand in the way; the patient is removed when there are none.

    Raises:
        NotYours: the patient belongs to another chat.
    """
    async with db.transaction() as session:
        patient = await own_patient(session, conversation_id, patient_id)
        standing = await session.scalars(
            select(Appointment).where(
                Appointment.patient_id == patient.id,
                Appointment.state == "booked",
                Appointment.day >= today(clock),
            )
        )
        in_the_way = list(standing)
        if not in_the_way:
            patient.removed_at = clock.now()
        return in_the_way


async def list_patients(db: Database, vault: Vault, conversation_id: int) -> list[PatientCard]:
    """The patients of a chat, first added first."""
    async with db.reading() as session:
        rows = await session.scalars(_of_chat(conversation_id))
        return [_card(row, vault) for row in rows]


async def own_patient(session: AsyncSession, conversation_id: int, patient_id: int) -> Patient:
    """A patient of this chat.

    Raises:
        NotYours: there is none of this id in this chat.
    """
    patient = await session.get(Patient, patient_id)
    if patient is None or patient.conversation_id != conversation_id or patient.removed_at:
        raise NotYours("patient")
    return patient


def person_key(patient: Patient) -> str:
    """The same for one person in whatever chat: name and phone, hashed."""
    return f"{patient.name_hash[:32]}{(patient.phone_hash or '')[:32]}"


def _of_chat(conversation_id: int):  # type: ignore[no-untyped-def]
    return (
        select(Patient)
        .where(Patient.conversation_id == conversation_id, Patient.removed_at.is_(None))
        .order_by(Patient.id)
    )


async def _by_name(
    session: AsyncSession, vault: Vault, conversation_id: int, name: str
) -> Patient | None:
    found: Sequence[Patient] = (
        await session.scalars(
            _of_chat(conversation_id).where(Patient.name_hash == vault.fingerprint(name))
        )
    ).all()
    return found[0] if found else None


def _set_phone(patient: Patient, vault: Vault, phone: str) -> None:
    patient.phone_sealed, patient.phone_hash = vault.seal(phone), vault.fingerprint(phone)


def _card(patient: Patient, vault: Vault) -> PatientCard:
    return PatientCard(
        id=patient.id,
        name=vault.open(patient.name_sealed),
        phone=vault.open(patient.phone_sealed) if patient.phone_sealed else "",
        relation=patient.relation,
        sex=patient.sex,
        birth_year=patient.birth_year,
    )
