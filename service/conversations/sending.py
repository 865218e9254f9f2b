"""The last step: what goes out is written into the outbox, and every door reads it from there."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Reply
from service.conversations.offers import offer
from service.database import Database
from service.model import Conversation, InboundUpdate, Message, Outbox


async def put_out(
    session: AsyncSession,
    clock: Clock,
    conversation: Conversation,
    reply: Reply,
    *,
    inbound_id: int | None = None,
    author: str = "bot",
) -> int:
    """Put a message into the outbox and issue tokens for its buttons.

    A chat that cannot be reached gets nothing: the message is kept as failed.
    """
    now = clock.now()
    state = "pending" if conversation.unreachable_at is None else "failed"
    message = Message(
        conversation_id=conversation.id,
        direction="out",
        author=author,
        text=reply.text,
        buttons=[],
        inbound_id=inbound_id,
        at=now,
        state=state,
    )
    session.add(message)
    await session.flush()
    message.buttons = offer(session, clock, message, reply.buttons)
    session.add(
        Outbox(
            message_id=message.id,
            conversation_id=conversation.id,
            channel=conversation.channel,
            state=state,
            due_at=now,
            error="" if state == "pending" else "unreachable",
        )
    )
    await session.flush()
    return message.id


async def push(
    db: Database, clock: Clock, conversation_id: int, reply: Reply, *, author: str = "bot"
) -> int:
    """Send a message that answers no message."""
    async with db.transaction() as session:
        conversation = await session.get_one(Conversation, conversation_id)
        return await put_out(session, clock, conversation, reply, author=author)


async def replies_to(db: Database, inbound_id: int) -> list[Message] | None:
    """The messages that answered an update, or nothing while it is not done."""
    async with db.reading() as session:
        inbound = await session.get(InboundUpdate, inbound_id)
        if inbound is None or inbound.done_at is None:
            return None
        return await replies_in(session, inbound_id)


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
