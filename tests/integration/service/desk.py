"""A desk at which tests stand: short words for what the service can do, on a real database."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from service import appointments, patients
from service.clock import at_local, today
from service.conversations import conversation_for
from service.crypto import Vault
from service.database import Database
from service.model import Appointment, Base, ClinicSession, Department, Practitioner
from service.patients import PatientCard
from service.sessions import CLINIC_HOURS
from service.settings import Settings
from tests.cast import Person
from tests.fakes import FixedClock

_counted = itertools.count(1)


@dataclass
class Desk:
    """The service with its database, its clock and its settings in hand."""

    db: Database
    clock: FixedClock
    settings: Settings
    vault: Vault

    async def chat(self, person: Person, channel: str = "web") -> int:
        """The id of a person's chat."""
        return await conversation_for(self.db, self.clock, channel, person.address)

    async def patient(self, person: Person, chat: int | None = None) -> PatientCard:
        """A person as patient: of the own chat, or of the one that is given."""
        return await patients.add_patient(
            self.db,
            self.vault,
            self.clock,
            conversation_id=await self.chat(person) if chat is None else chat,
            name=person.name,
            phone=person.phone,
            relation=person.relation,
            sex=person.sex,
            birth_year=person.birth_year,
        )

    async def department(self, name: str = "心血管内科", **rules: Any) -> Department:
        """A department, made when there is none of this name."""
        async with self.db.transaction() as session:
            known = await session.scalar(select(Department).where(Department.name == name))
            if known is not None:
                return known
            made = Department(
                code=f"department-{next(_counted)}",
                name=name,
                aliases=[],
                group="内科",
                location="门诊楼A座3层",
                phone="0600-8121001",
                treats="",
                bookable=True,
                **rules,
            )
            session.add(made)
            return made

    async def doctor(self, name: str = "沈国梁", department: Department | None = None) -> int:
        """The id of a doctor, made when there is none of this name."""
        department = department or await self.department()
        async with self.db.transaction() as session:
            known = await session.scalar(select(Practitioner.id).where(Practitioner.name == name))
            if known is not None:
                return int(known)
            made = Practitioner(
                code=f"doctor-{next(_counted)}",
                name=name,
                sex="M",
                department_id=department.id,
                title="主任医师",
                fields=[],
                intro="",
            )
            session.add(made)
            await session.flush()
            return made.id

    async def clinic(
        self,
        *,
        days: int = 1,
        period: str = "morning",
        numbers: int = 10,
        outside: int = 0,
        doctor: str = "沈国梁",
        department: Department | None = None,
        cancelled: bool = False,
    ) -> ClinicSession:
        """A session so many days from now, with so many numbers to be had here."""
        day = today(self.clock) + timedelta(days=days)
        starts, ends = CLINIC_HOURS[period]
        made = ClinicSession(
            practitioner_id=await self.doctor(doctor, department),
            day=day,
            period=period,
            kind="专家号",
            fee=5000,
            starts_at=at_local(day, starts, self.clock),
            ends_at=at_local(day, ends, self.clock),
            room="A301诊室",
            capacity=numbers + outside,
            outside=outside,
            cancelled=cancelled,
        )
        await self.keep(made)
        return made

    async def book(
        self,
        patient: PatientCard,
        clinic: ClinicSession,
        *,
        chat: int,
        origin: str | None = None,
    ) -> Appointment:
        """Book from a chat; a wish of its own when no origin is given."""
        return await appointments.book(
            self.db,
            self.clock,
            self.settings,
            conversation_id=chat,
            patient_id=patient.id,
            session_id=clinic.id,
            origin=origin or f"{next(_counted)}:book",
        )

    async def move(
        self,
        appointment: Appointment,
        clinic: ClinicSession,
        *,
        chat: int,
        origin: str | None = None,
    ) -> Appointment:
        """Move a booking from a chat."""
        return await appointments.move(
            self.db,
            self.clock,
            self.settings,
            conversation_id=chat,
            number=appointment.number,
            session_id=clinic.id,
            origin=origin or f"{next(_counted)}:move",
        )

    async def cancel(self, appointment: Appointment, *, chat: int) -> Appointment:
        """Give a booking back from a chat."""
        return await appointments.cancel(
            self.db, self.clock, self.settings, conversation_id=chat, number=appointment.number
        )

    async def left(self, clinic: ClinicSession) -> int:
        """How many numbers a session has left, as the database has it."""
        return (await appointments.find_session(self.db, clinic.id)).left

    async def keep(self, *rows: Base) -> None:
        """Put rows into the database."""
        async with self.db.transaction() as session:
            session.add_all(rows)

    async def change(self, row: Base, **values: Any) -> None:
        """Change a row by hand, past every rule."""
        async with self.db.transaction() as session:
            kept = await session.merge(row)
            for name, value in values.items():
                setattr(kept, name, value)

    async def remove(self, row: Base) -> None:
        """Remove a row by hand."""
        async with self.db.transaction() as session:
            await session.delete(await session.merge(row))

    async def all(self, model: type[Any], *where: Any) -> list[Any]:
        """All rows of a table, as the database has them."""
        async with self.db.reading() as session:
            return list(await session.scalars(select(model).where(*where).order_by(model.id)))

    async def one(self, model: type[Any], *where: Any) -> Any:
        """The only row."""
        (row,) = await self.all(model, *where)
        return row

    async def count(self, model: type[Base], *where: Any) -> int:
        """How many rows there are."""
        async with self.db.reading() as session:
            query = select(func.count()).select_from(model).where(*where)
            return int(await session.scalar(query) or 0)

    def day(self, days: int) -> date:
        """The day so many days from now."""
        return today(self.clock) + timedelta(days=days)
