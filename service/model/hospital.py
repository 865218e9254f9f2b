"""The hospital as patients ask for it: departments, doctors, timetables, answers, texts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.model.base import Base

PERIODS = ("morning", "afternoon", "evening")


class Department(Base):
    """A department (FHIR HealthcareService)."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    aliases: Mapped[list[str]]
    group: Mapped[str]
    location: Mapped[str]
    phone: Mapped[str]
    treats: Mapped[str]
    sex: Mapped[str | None]
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    bookable: Mapped[bool]


class Practitioner(Base):
    """A doctor."""

    __tablename__ = "practitioner"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    sex: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    title: Mapped[str]
    fields: Mapped[list[str]]
    intro: Mapped[str]
    department: Mapped[Department] = relationship(lazy="joined")


class Schedule(Base):
    """One half-day of a doctor's weekly timetable. ``weekday`` is 1 (Monday) to 7."""

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("practitioner_id", "weekday", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), index=True)
    weekday: Mapped[int]
    period: Mapped[str]
    kind: Mapped[str]
    fee: Mapped[int]
    """In fen."""
    starts: Mapped[str]
    ends: Mapped[str]
    capacity: Mapped[int]
    outside: Mapped[int]
    """Numbers that are given out at the window and by phone, not here."""
    room: Mapped[str]
    practitioner: Mapped[Practitioner] = relationship(lazy="joined")


class ScheduleException(Base):
    """Days on which the timetable does not hold. ``kind``: cancelled, substituted, extra."""

    __tablename__ = "schedule_exception"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    period: Mapped[str | None]
    kind: Mapped[str]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))
    reason: Mapped[str]


class ClinicSession(Base):
    """One doctor's half-day with its numbers (a FHIR Schedule's Slots, counted)."""

    __tablename__ = "clinic_session"
    __table_args__ = (
        UniqueConstraint("schedule_id", "day"),
        UniqueConstraint("exception_id", "day"),
        Index("ix_clinic_session_doctor_day", "practitioner_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedule.id"))
    exception_id: Mapped[int | None] = mapped_column(ForeignKey("schedule_exception.id"))
    """Set for an extra clinic, which no timetable knows."""
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    day: Mapped[date] = mapped_column(index=True)
    period: Mapped[str]
    kind: Mapped[str]
    fee: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    room: Mapped[str]
    capacity: Mapped[int]
    outside: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    given: Mapped[int] = mapped_column(default=0)
    """The highest queue number given so far; a cancelled number is not given twice."""
    cancelled: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    practitioner: Mapped[Practitioner] = relationship(lazy="joined")

    @property
    def left(self) -> int:
        """How many numbers are left to be taken here."""
        return 0 if self.cancelled else max(0, self.capacity - self.outside - self.taken)


class Answer(Base):
    """An answer to a question that patients ask, edited by an administrator."""

    __tablename__ = "answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    topic: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    asks: Mapped[list[str]]
    keywords: Mapped[list[str]]
    text: Mapped[str]
    phone: Mapped[str]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))


class AftercareText(Base):
    """Approved general guidance for life after a stay, by kind of illness."""

    __tablename__ = "aftercare_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    aliases: Mapped[list[str]]
    department: Mapped[str]
    sections: Mapped[dict[str, Any]]


class Notice(Base):
    """A notice or an event of the hospital."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    text: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]


class TriageEntry(Base):
    """What speaks for one department in a patient's words; the head nurse's table."""

    __tablename__ = "triage_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    department: Mapped[str] = mapped_column(unique=True)
    decisive: Mapped[list[str]]
    typical: Mapped[list[str]]
    possible: Mapped[list[str]]


class TriageQuestion(Base):
    """One question that decides between departments when a complaint is vague."""

    __tablename__ = "triage_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    complaint: Mapped[list[str]]
    question: Mapped[str]
    choices: Mapped[list[Any]]
    unless: Mapped[list[str]]


class LoadedRow(Base):
    """What a row of a data file looked like when it was loaded, to tell later hand-made changes."""

    __tablename__ = "loaded_row"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    fingerprint: Mapped[str]
