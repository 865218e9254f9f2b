"""Requests that a person arranges: each gets a number, a promise, and waits for somebody."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, at_local, today
from service.database import Database
from service.errors import NotFound, NotYours
from service.handover import RaisedFlag, answer_by, raise_flag
from service.model import ServiceRequest
from service.numbers import next_number
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
) -> ServiceRequest:
    """Record a request and put the chat before a person.

    Args:
        kind: one of ``KINDS``.
        details: what the patient told, by name, in the patient's own words.
        origin: the message and verb that ask for it; the same again returns the same request.
    """

    async def found_or_made(session: AsyncSession) -> ServiceRequest:
        known: ServiceRequest | None = await session.scalar(
            select(ServiceRequest).where(ServiceRequest.origin == origin)
        )
        if known is not None:
            return known
        request = ServiceRequest(
            number=await next_number(session, "request", today(clock)),
            conversation_id=conversation_id,
            patient_id=patient_id,
            kind=kind,
            details=details,
            state="waiting",
            answer_by=answer_by(clock, settings),
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
                ServiceRequest.conversation_id == conversation_id,
                ServiceRequest.state.in_(("waiting", "working")),
            )
            .order_by(ServiceRequest.id.desc())
        )
        return list(rows)


async def withdraw_request(db: Database, conversation_id: int, number: str) -> ServiceRequest:
    """Take a request of this chat back; twice is once.

    Raises:
        NotFound: there is none, or it was done already.
        NotYours: it belongs to another chat.
    """
    async with db.transaction() as session:
        request = await session.scalar(
            select(ServiceRequest).where(ServiceRequest.number == number.strip().upper())
        )
        if request is None:
            raise NotFound("request")
        if request.conversation_id != conversation_id:
            raise NotYours("request")
        if request.state == "done":
            raise NotFound("request")
        request.state = "cancelled"
        return request


async def change_request(
    db: Database,
    clock: Clock,
    settings: Settings,
    *,
    conversation_id: int,
    number: str,
    details: dict[str, Any],
) -> ServiceRequest:
    """Change what was told of a request of this chat; what stood before is kept beside it for the
    person who arranges it, who is asked to look again. The same change again is none.

    Args:
        details: the facts that are new, by name.

    Raises:
        NotFound: there is none, or it is over.
        NotYours: it belongs to another chat.
    """
    async with db.transaction() as session:
        request = await session.scalar(
            select(ServiceRequest).where(ServiceRequest.number == number.strip().upper())
        )
        if request is None:
            raise NotFound("request")
        if request.conversation_id != conversation_id:
            raise NotYours("request")
        if request.state not in ("waiting", "working"):
            raise NotFound("request")
        before = {name: request.details.get(name, "") for name in details}
        if before != details:
            earlier = [
                *request.details.get("earlier", []),
                {"until": clock.now().isoformat()} | before,
            ]
            request.details = {**request.details, **details, "earlier": earlier}
            flag = RaisedFlag("human", f"request {request.number} changed")
            await raise_flag(session, clock, settings, conversation_id, flag)
        return request


def earliest_escort_day(clock: Clock) -> datetime:
    """The first day that can still be ordered for: orders close the day before."""
    now = clock.now()
    closed = now >= at_local(now.date(), ESCORT_CLOSES, clock)
    return now + timedelta(days=2 if closed else 1)
