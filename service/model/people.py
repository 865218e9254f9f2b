"""Patients and their errands: bookings, requests, cases."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.model.base import Base
from service.model.hospital import ClinicSession


class Patient(Base):
    """A person for whom a chat books 就诊人; one chat may have several."""

    __tablename__ = "patient"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    name_sealed: Mapped[str]
    name_hash: Mapped[str] = mapped_column(index=True)
    phone_sealed: Mapped[str | None]
    phone_hash: Mapped[str | None] = mapped_column(index=True)
    relation: Mapped[str] = mapped_column(default="")
    sex: Mapped[str | None]
    birth_year: Mapped[int | None]
    booking_paused_until: Mapped[date | None]
    removed_at: Mapped[datetime | None]
    made_at: Mapped[datetime]


class Appointment(Base):
    """A number taken in a session. ``state``: booked, cancelled, arrived, fulfilled, noshow."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_patient_state", "patient_id", "state"),
        Index(
            "uq_appointment_one_a_half_day",
            "person",
            "day",
            "period",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("clinic_session.id"), index=True)
    person: Mapped[str]
    """The patient across chats: a keyed hash of name and phone."""
    day: Mapped[date]
    period: Mapped[str]
    queue_number: Mapped[int]
    window_starts: Mapped[datetime]
    window_ends: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="booked")
    origin: Mapped[str] = mapped_column(unique=True)
    """The inbound message and verb that made it, so that a replay finds it again."""
    made_at: Mapped[datetime]
    moved_by: Mapped[str] = mapped_column(default="")
    """The origin of the last move, for the same reason."""
    ended_at: Mapped[datetime | None]
    patient: Mapped[Patient] = relationship(lazy="joined")
    session: Mapped[ClinicSession] = relationship(lazy="joined")


class ServiceRequest(Base):
    """Something that a person arranges: exam, admission, consultation, referral, escort, waitlist,
    deletion of data. ``state``: waiting, working, done, cancelled.
    """

    __tablename__ = "service_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    kind: Mapped[str] = mapped_column(index=True)
    details: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    answer_by: Mapped[datetime] = mapped_column(index=True)
    origin: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]


class Case(Base):
    """A complaint, a suggestion or praise.

    ``state``: registered, classified, assigned, investigating, answered, closed, reopened, archived.
    """

    __tablename__ = "case"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    kind: Mapped[str] = mapped_column(index=True)
    category: Mapped[str]
    severe: Mapped[bool] = mapped_column(default=False)
    medical_dispute: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)
    facts: Mapped[dict[str, Any]]
    """what, when, where, who, wish: in the patient's own words."""
    contact_sealed: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="registered", index=True)
    answer: Mapped[str] = mapped_column(default="")
    answer_by: Mapped[datetime] = mapped_column(index=True)
    origin: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]


class CaseEvent(Base):
    """One step in the life of a case."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


class Counter(Base):
    """The last number given in a series, such as the bookings of one day."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
