"""Requests that a person arranges: each gets a number, a promise, and waits for somebody."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, at_local, today
from service.database import Database
from service.errors import NotFound, NotYours, TooSoon
from service.handover import RaisedFlag, answer_by, close_flags, raise_flag
from service.model import ServiceRequest
from service.numbers import next_number
from service.patients import mask_phones
from service.races import settled
from service.settings import Settings

KINDS = (
    "exam",
    "admission",
    "consultation",
    "referral",
    "escort",
    "waitlist",
    "data_deletion",
)
OPEN = ("waiting", "working")
ESCORT_CLOSES = "16:00"
"""Source: escort and help, orders close at 16:00 the day before."""


async def open_request(
    db: Database,
    clock: Clock,
    settings: Settings,
    *,
    conversation_id: int,
    kind: str,
    details: dict[str, Any],
    origin: str,
    patient_id: int | None = None,
    days: Collection[date] = (),
) -> ServiceRequest:
    """Record a request and put the chat before a person.

    Args:
        kind: one of ``KINDS``.
        details: what the patient told, by name, in the patient's own words; phone numbers are masked.
        origin: the message and verb that ask for it; the same again returns the same request.
        days: the days that are wished, as far as they are days.

    Raises:
        TooSoon: an escort can no longer be ordered for these days.
    """

    async def found_or_made(session: AsyncSession) -> ServiceRequest:
        known: ServiceRequest | None = await session.scalar(
            select(ServiceRequest).where(ServiceRequest.origin == origin)
        )
        if known is not None:
            return known
        _check_days(clock, kind, days)
        request = ServiceRequest(
            number=await next_number(session, "request", today(clock)),
            conversation_id=conversation_id,
            patient_id=patient_id,
            kind=kind,
            details=_masked(details),
            state="waiting",
            answer_by=_promise(clock, settings, kind),
            origin=origin,
            made_at=clock.now(),
        )
        session.add(request)
        flag = RaisedFlag("human", f"request {request.number}")
        await raise_flag(session, clock, settings, conversation_id, flag)
        return request

    return await settled(db, found_or_made)


async def list_requests(db: Database, conversation_id: int) -> list[ServiceRequest]:
    """The requests of this chat that are not ended, the newest first."""
    async with db.reading() as session:
        rows = await session.scalars(
            select(ServiceRequest)
            .where(
                ServiceRequest.conversation_id == conversation_id, ServiceRequest.state.in_(OPEN)
            )
            .order_by(ServiceRequest.id.desc())
        )
        return list(rows)


async def withdraw_request(
    db: Database, clock: Clock, conversation_id: int, number: str
) -> ServiceRequest:
    """Take a request of this chat back, and what was raised about it; twice is once.

    Raises:
        NotFound: there is none, or it was done already.
        NotYours: it belongs to another chat.
    """
    async with db.transaction() as session:
        request = await _own_request(session, conversation_id, number)
        if request.state == "done":
            raise NotFound("request")
        request.state = "cancelled"
        await close_flags(session, clock, conversation_id, f"request {request.number}")
        return request


async def change_request(
    db: Database,
    clock: Clock,
    settings: Settings,
    *,
    conversation_id: int,
    number: str,
    details: dict[str, Any],
    patient_id: int | None = None,
    days: Collection[date] = (),
) -> ServiceRequest:
    """Change what was told of a request of this chat; what stood before is kept beside it for the
    person who arranges it, who is asked to look again. The same change again is none.

    Args:
        details: the facts that are new, by name.
        patient_id: for whom it is, when that is new.
        days: the days that are wished now, as far as they are days.

    Raises:
        NotFound: there is none, or it is over.
        NotYours: it belongs to another chat.
        TooSoon: as ``open_request``.
    """
    async with db.transaction() as session:
        request = await _own_request(session, conversation_id, number)
        if request.state not in OPEN:
            raise NotFound("request")
        _check_days(clock, request.kind, days)
        details = _masked(details)
        before = {name: request.details.get(name, "") for name in details}
        other = patient_id is not None and patient_id != request.patient_id
        if before != details or other:
            earlier = [
                *request.details.get("earlier", []),
                {"until": clock.now().isoformat(), "patient": request.patient_id} | before,
            ]
            request.details = {**request.details, **details, "earlier": earlier}
            request.patient_id = patient_id or request.patient_id
            flag = RaisedFlag("human", f"request {request.number} changed")
            await raise_flag(session, clock, settings, conversation_id, flag)
        return request


def earliest_escort_day(clock: Clock) -> datetime:
    """The first day that can still be ordered for: orders close the day before."""
    now = clock.now()
    closed = now >= at_local(now.date(), ESCORT_CLOSES, clock)
    return now + timedelta(days=2 if closed else 1)


async def _own_request(session: AsyncSession, conversation_id: int, number: str) -> ServiceRequest:
    request: ServiceRequest | None = await session.scalar(
        select(ServiceRequest).where(ServiceRequest.number == number.strip().upper())
    )
    if request is None:
        raise NotFound("request")
    if request.conversation_id != conversation_id:
        raise NotYours("request")
    return request


def _check_days(clock: Clock, kind: str, days: Collection[date]) -> None:
    first = earliest_escort_day(clock).date()
    if kind == "escort" and days and max(days) < first:
        raise TooSoon(first)


def _promise(clock: Clock, settings: Settings, kind: str) -> datetime:
    """Until when a person answers; what takes a supervisor's work is done within days."""
    if kind == "data_deletion":
        return clock.now() + timedelta(days=settings.case_days)
    return answer_by(clock, settings)


def _masked(details: dict[str, Any]) -> dict[str, Any]:
    return {
        name: mask_phones(told) if isinstance(told, str) else told for name, told in details.items()
    }
