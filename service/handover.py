"""Flags: why a conversation needs a person, until when one must answer, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, at_local
from service.database import Database
from service.model import Flag
from service.settings import Settings

URGENT = "danger"
CRISIS = timedelta(hours=2)
"""For so long every word is heard in the light of what was said."""


@dataclass(frozen=True)
class RaisedFlag:
    """A flag to be raised. ``kind``: human, danger, complaint, misunderstood, angry, voice, failure.

    ``reason`` is for staff and never holds the patient's words.
    """

    kind: str
    reason: str = ""


def answer_by(clock: Clock, settings: Settings) -> datetime:
    """When a person answers at the latest: minutes from now, or from the next staffed hour on."""
    now = clock.now()
    promise = timedelta(minutes=settings.answer_minutes)
    opens, closes = settings.staffed_hours.split("-")
    day = now.date()
    if now < at_local(day, opens, clock):
        return at_local(day, opens, clock) + promise
    if now >= at_local(day, closes, clock):
        return at_local(day + timedelta(days=1), opens, clock) + promise
    return now + promise


async def raise_flag(
    session: AsyncSession,
    clock: Clock,
    settings: Settings,
    conversation_id: int,
    flag: RaisedFlag,
    inbound_id: int | None = None,
) -> None:
    """Raise a flag; one for the same reason that is still open stands for both, danger excepted."""
    if flag.kind != URGENT:
        known = await session.scalar(
            select(Flag).where(
                Flag.conversation_id == conversation_id,
                Flag.kind == flag.kind,
                Flag.reason == flag.reason,
                Flag.closed_at.is_(None),
            )
        )
        if known is not None:
            return
    session.add(
        Flag(
            conversation_id=conversation_id,
            kind=flag.kind,
            reason=flag.reason,
            inbound_id=inbound_id,
            raised_at=clock.now(),
            answer_by=clock.now() if flag.kind == URGENT else answer_by(clock, settings),
        )
    )


async def close_flags(
    session: AsyncSession, clock: Clock, conversation_id: int, about: str
) -> None:
    """Close what was raised about one matter, such as ``case TS20261201-0001``: nobody has to see to
    what was taken back.
    """
    await session.execute(
        update(Flag)
        .where(
            Flag.conversation_id == conversation_id,
            or_(Flag.reason == about, Flag.reason.startswith(f"{about} ")),
            Flag.closed_at.is_(None),
        )
        .values(closed_at=clock.now())
    )


def is_in_crisis(
    conversation_id: ColumnElement[int], since: ColumnElement[datetime]
) -> ColumnElement[bool]:
    """Whether somebody who spoke of not wanting to live a short while ago still waits for a person.

    Args:
        since: a moment ``CRISIS`` ago.

    Returns:
        A condition, to be asked for together with what else a turn needs.
    """
    return (
        select(Flag.id)
        .where(
            Flag.conversation_id == conversation_id,
            Flag.kind == URGENT,
            Flag.reason == "suicide",
            Flag.closed_at.is_(None),
            Flag.raised_at > since,
        )
        .exists()
    )


async def open_flags(db: Database, conversation_id: int | None = None) -> Sequence[Flag]:
    """Flags that wait for a person, the urgent ones first, then the oldest."""
    query = select(Flag).where(Flag.closed_at.is_(None)).order_by(Flag.answer_by, Flag.id)
    if conversation_id is not None:
        query = query.where(Flag.conversation_id == conversation_id)
    async with db.reading() as session:
        return (await session.scalars(query)).all()


async def unalerted(db: Database) -> Sequence[Flag]:
    """Flags that nobody has been alerted to yet."""
    async with db.reading() as session:
        rows = await session.scalars(
            select(Flag)
            .where(Flag.alerted_at.is_(None), Flag.closed_at.is_(None))
            .order_by(Flag.answer_by, Flag.id)
        )
        return rows.all()


async def note_alerted(db: Database, clock: Clock, flag_id: int) -> None:
    """Say that somebody has been alerted to a flag."""
    async with db.transaction() as session:
        await session.execute(update(Flag).where(Flag.id == flag_id).values(alerted_at=clock.now()))
