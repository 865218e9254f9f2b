"""Messages on their way to a channel: claimed, delivered, tried again, or given up with a reason."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from service.clock import Clock
from service.conversations.sending import mark_sent
from service.database import Database
from service.model import Conversation, Message, Outbox

LEASE = timedelta(seconds=60)
FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=10)
GIVE_UP_AFTER = 30


@dataclass(frozen=True)
class Delivery:
    """One message to be delivered now."""

    outbox_id: int
    message_id: int
    conversation_id: int
    address: str
    text: str
    buttons: list[dict[str, Any]]
    attempts: int


async def claim(db: Database, clock: Clock, channel: str, limit: int = 20) -> list[Delivery]:
    """Take messages that are due; of each conversation only the oldest, so that order holds."""
    now = clock.now()
    async with db.transaction() as session:
        oldest = (
            select(Outbox.id)
            .where(Outbox.channel == channel, Outbox.state == "pending")
            .order_by(Outbox.conversation_id, Outbox.id)
        )
        heads: dict[int, int] = {}
        for head, of in await session.execute(oldest.add_columns(Outbox.conversation_id)):
            heads.setdefault(of, head)
        if not heads:
            return []
        free = or_(Outbox.leased_until.is_(None), Outbox.leased_until < now)
        due = (
            select(Outbox)
            .where(
                Outbox.id.in_(heads.values()),
                # Again: another worker may have sent it since.
                Outbox.state == "pending",
                Outbox.due_at <= now,
                free,
            )
            .order_by(Outbox.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claimed = list(await session.scalars(due))
        deliveries = []
        for row in claimed:
            row.leased_until, row.attempts = now + LEASE, row.attempts + 1
            message = await session.get_one(Message, row.message_id)
            conversation = await session.get_one(Conversation, row.conversation_id)
            deliveries.append(
                Delivery(
                    outbox_id=row.id,
                    message_id=message.id,
                    conversation_id=conversation.id,
                    address=conversation.address,
                    text=message.text,
                    buttons=message.buttons,
                    attempts=row.attempts,
                )
            )
        return deliveries


async def note_sent(db: Database, message_ids: list[int], channel_message: str = "") -> None:
    """Say that messages have reached their channel."""
    if message_ids:
        async with db.transaction() as session:
            await mark_sent(session, message_ids, channel_message)


async def note_later(
    db: Database, clock: Clock, delivery: Delivery, reason: str, after: timedelta | None = None
) -> None:
    """Try a delivery again later: when the channel says, else after a growing pause."""
    pause = after or min(FIRST_RETRY * 2 ** min(delivery.attempts, 12), LONGEST_RETRY)
    if after is None and delivery.attempts >= GIVE_UP_AFTER:
        await note_failed(db, clock, delivery, reason)
        return
    async with db.transaction() as session:
        await session.execute(
            update(Outbox)
            .where(Outbox.id == delivery.outbox_id)
            .values(due_at=clock.now() + pause, leased_until=None, error=reason)
        )


async def note_failed(
    db: Database, clock: Clock, delivery: Delivery, reason: str, *, unreachable: bool = False
) -> None:
    """Give a delivery up; an unreachable chat gets nothing more until the patient writes again."""
    async with db.transaction() as session:
        ids = [delivery.outbox_id]
        if unreachable:
            conversation = await session.get_one(Conversation, delivery.conversation_id)
            conversation.unreachable_at = clock.now()
            waiting = await session.scalars(
                select(Outbox.id).where(
                    Outbox.conversation_id == delivery.conversation_id,
                    Outbox.state == "pending",
                )
            )
            ids = [*ids, *waiting]
        rows = list(await session.scalars(select(Outbox).where(Outbox.id.in_(ids))))
        for row in rows:
            row.state, row.error, row.leased_until = "failed", reason, None
        await session.execute(
            update(Message)
            .where(Message.id.in_([row.message_id for row in rows]))
            .values(state="failed")
        )
