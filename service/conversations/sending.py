"""The last step: what goes out is written into the outbox, and every door reads it from there."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Reply
from service.conversations.offers import offers, shown
from service.database import Database
from service.model import Conversation, InboundUpdate, Message, Outbox


async def put_out(
    session: AsyncSession,
    clock: Clock,
    conversation: Conversation,
    replies: Sequence[Reply],
    *,
    inbound_id: int | None = None,
    author: str = "bot",
) -> list[int]:
    """Put messages into the outbox, with tokens for their buttons.

    A chat that cannot be reached gets nothing: the messages are kept as failed.

    Returns:
        The messages' ids.
    """
    now = clock.now()
    state, error = (
        ("pending", "") if conversation.unreachable_at is None else ("failed", "unreachable")
    )
    messages = [
        Message(
            conversation_id=conversation.id,
            direction="out",
            author=author,
            text=reply.text,
            buttons=shown(reply.buttons),
            inbound_id=inbound_id,
            at=now,
            state=state,
        )
        for reply in replies
    ]
    session.add_all(messages)
    # Their ids are needed from here on.
    await session.flush()
    for message, reply in zip(messages, replies, strict=True):
        session.add_all(offers(clock, message, reply.buttons))
        session.add(
            Outbox(
                message_id=message.id,
                conversation_id=conversation.id,
                channel=conversation.channel,
                state=state,
                due_at=now,
                error=error,
            )
        )
    return [message.id for message in messages]


async def push(
    db: Database, clock: Clock, conversation_id: int, reply: Reply, *, author: str = "bot"
) -> int:
    """Send a message that answers no message."""
    async with db.transaction() as session:
        conversation = await session.get_one(Conversation, conversation_id)
        (message_id,) = await put_out(session, clock, conversation, [reply], author=author)
        return message_id


async def replies_to(db: Database, inbound_id: int) -> list[Message] | None:
    """The messages that answered an update, or nothing while it is not done."""
    async with db.reading() as session:
        inbound = await session.get(InboundUpdate, inbound_id)
        if inbound is None or inbound.done_at is None:
            return None
        return await replies_in(session, inbound_id)


async def not_sent(db: Database, conversation_id: int) -> list[Message]:
    """The messages of a chat that wait to be delivered, oldest first."""
    async with db.reading() as session:
        rows = await session.scalars(
            select(Message)
            .join(Outbox, Outbox.message_id == Message.id)
            .where(Outbox.conversation_id == conversation_id, Outbox.state == "pending")
            .order_by(Message.id)
        )
        return list(rows)


async def replies_in(session: AsyncSession, inbound_id: int) -> list[Message]:
    """The messages that answered an update, as far as they are written."""
    rows = await session.scalars(
        select(Message)
        .where(Message.inbound_id == inbound_id, Message.direction == "out")
        .order_by(Message.id)
    )
    return list(rows)


async def history(
    db: Database, channel: str, address: str, *, after: int = 0, limit: int = 200
) -> list[Message]:
    """The last messages of a chat, oldest first.

    Args:
        after: only messages with a higher id.
    """
    async with db.reading() as session:
        rows = await session.scalars(
            select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(
                Conversation.channel == channel,
                Conversation.address == address,
                Message.id > after,
            )
            .order_by(Message.id.desc())
            .limit(limit)
        )
        return list(rows)[::-1]
