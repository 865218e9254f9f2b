"""The last step: what goes out is written into the outbox, and every door reads it from there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Reply
from service.conversations.offers import offers, shown
from service.conversations.rows import (
    CHANGED_MESSAGE,
    NEW_MESSAGE,
    NEW_OFFER,
    NEW_OUTBOX,
    OUTBOX,
    new_id,
)
from service.database import Database
from service.model import Conversation, InboundUpdate, Message, Outbox

_TO_HAND_OVER = (
    select(Message, (Outbox.state == "pending").label("pending"))
    .join(Outbox, Outbox.message_id == Message.id)
    .where(
        Outbox.conversation_id == bindparam("conversation"),
        or_(Outbox.state == "pending", Message.inbound_id == bindparam("inbound")),
    )
    .order_by(Message.id)
    .with_for_update(of=Outbox)
)
_DONE = select(InboundUpdate.done_at).where(InboundUpdate.id == bindparam("inbound"))
_OUTBOX_SENT = (
    update(OUTBOX)
    .where(OUTBOX.c.message_id == bindparam("message"))
    .values(state="sent", leased_until=None)
)


@dataclass(frozen=True)
class Addressee:
    """Where messages go out: a conversation, its channel, and whether it can be reached."""

    id: int
    channel: str
    reachable: bool


async def put_out(
    session: AsyncSession,
    clock: Clock,
    to: Addressee,
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
    state, error = ("pending", "") if to.reachable else ("failed", "unreachable")
    ids: list[int] = []
    offered: list[dict[str, Any]] = []
    for reply in replies:
        buttons = shown(reply.buttons)
        message = {
            "conversation_id": to.id,
            "direction": "out",
            "author": author,
            "text": reply.text,
            "buttons": buttons,
            "inbound_id": inbound_id,
            "at": now,
            "state": state,
        }
        ids.append(await new_id(session, NEW_MESSAGE, message))
        offered += offers(clock, to.id, ids[-1], buttons, reply.buttons)
    if offered:
        await session.execute(NEW_OFFER, offered)
    if ids:
        await session.execute(
            NEW_OUTBOX,
            [
                {
                    "message_id": one,
                    "conversation_id": to.id,
                    "channel": to.channel,
                    "state": state,
                    "due_at": now,
                    "error": error,
                }
                for one in ids
            ],
        )
    return ids


async def push(
    db: Database, clock: Clock, conversation_id: int, reply: Reply, *, author: str = "bot"
) -> int:
    """Send a message that answers no message."""
    async with db.transaction() as session:
        conversation = await session.get_one(Conversation, conversation_id)
        to = Addressee(conversation.id, conversation.channel, conversation.unreachable_at is None)
        (message_id,) = await put_out(session, clock, to, [reply], author=author)
        return message_id


async def replies_to(db: Database, inbound_id: int) -> list[Message] | None:
    """The messages that answered an update, or nothing while it is not done."""
    async with db.reading() as session:
        inbound = await session.get(InboundUpdate, inbound_id)
        if inbound is None or inbound.done_at is None:
            return None
        return await replies_in(session, inbound_id)


async def hand_over(
    db: Database, conversation_id: int, inbound_id: int, awaited: Collection[int] = ()
) -> list[Message] | None:
    """For a door that answers a request: what answered an update, and what waits besides.

    All of it counts as sent from then on.

    Args:
        awaited: updates whose answers other requests wait for.

    Returns:
        The messages, oldest first; nothing while the update is not done.
    """
    look = {"conversation": conversation_id, "inbound": inbound_id}
    async with db.transaction() as session:
        rows = (await session.execute(_TO_HAND_OVER, look)).all()
        answered = any(row.Message.inbound_id == inbound_id for row in rows)
        # An answer may be without words, as when a person has the chat.
        if not answered and await session.scalar(_DONE, look) is None:
            return None
        mine = [
            row
            for row in rows
            if row.Message.inbound_id == inbound_id or row.Message.inbound_id not in awaited
        ]
        await mark_sent(session, [row.Message.id for row in mine if row.pending])
        return [row.Message for row in mine]


async def mark_sent(
    session: AsyncSession, message_ids: Sequence[int], channel_message: str = ""
) -> None:
    """Write that messages have reached their channel."""
    if not message_ids:
        return
    await session.execute(_OUTBOX_SENT, [{"message": one} for one in message_ids])
    sent = {"state": "sent", "channel_message": channel_message}
    await session.execute(CHANGED_MESSAGE, [{"message": one, **sent} for one in message_ids])


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
