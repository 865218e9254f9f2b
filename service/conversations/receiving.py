"""The first step: what a channel delivered is kept, once, before the channel may forget it."""

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Incoming
from service.conversations.rows import (
    CHANGED_CONVERSATION,
    CONVERSATIONS,
    NEW_MESSAGE,
    NEW_UPDATE,
    UPDATES,
    new_id,
)
from service.database import Database
from service.model import Conversation
from service.races import settled

MAX_TEXT = 5_000

_SAME_UPDATE = and_(
    UPDATES.c.channel == bindparam("channel"),
    UPDATES.c.update_key == bindparam("update_key"),
)
_UPDATE = select(UPDATES.c.id, UPDATES.c.conversation_id).where(_SAME_UPDATE)
_CONVERSATION_AND_UPDATE = (
    select(
        CONVERSATIONS.c.id.label("conversation"),
        CONVERSATIONS.c.unreachable_at,
        UPDATES.c.id,
        UPDATES.c.conversation_id,
    )
    .outerjoin(UPDATES, _SAME_UPDATE)
    .where(
        CONVERSATIONS.c.channel == bindparam("channel"),
        CONVERSATIONS.c.address == bindparam("address"),
    )
)
"""A chat that is known, and the update if it was kept already: one look for what all need."""


async def receive(db: Database, clock: Clock, incoming: Incoming) -> tuple[int, int]:
    """Keep what a channel delivered; the same update again is kept once.

    Returns:
        The ids of the inbound update and of its conversation.

    Raises:
        DatabaseUnavailable: nothing was kept; the channel must not be told that it was.
    """
    return await settled(db, lambda session: _receive(session, clock, incoming))


async def conversation_for(db: Database, clock: Clock, channel: str, address: str) -> int:
    """The id of a chat's conversation, made when there is none."""

    async def found_or_made(session: AsyncSession) -> int:
        return (await _conversation(session, clock, channel, address)).id

    return await settled(db, found_or_made)


async def _receive(session: AsyncSession, clock: Clock, incoming: Incoming) -> tuple[int, int]:
    look = {
        "channel": incoming.channel,
        "update_key": incoming.update_key,
        "address": incoming.address,
    }
    found = (await session.execute(_CONVERSATION_AND_UPDATE, look)).one_or_none()
    known = found or (await session.execute(_UPDATE, look)).one_or_none()
    if known is not None and known.id is not None:
        return known.id, known.conversation_id
    if found is None:
        conversation_id = (await _made(session, clock, incoming.channel, incoming.address)).id
    else:
        conversation_id = found.conversation
        if found.unreachable_at is not None:
            await session.execute(
                CHANGED_CONVERSATION, {"conversation": conversation_id, "unreachable_at": None}
            )
    return await _keep(session, clock, incoming, conversation_id), conversation_id


async def _keep(
    session: AsyncSession, clock: Clock, incoming: Incoming, conversation_id: int
) -> int:
    """Write the update and its message; returns the update's id."""
    now, text = clock.now(), _clean(incoming.text)
    kept = {
        "channel": incoming.channel,
        "update_key": incoming.update_key,
        "conversation_id": conversation_id,
        "content": {
            "kind": incoming.kind,
            "text": text,
            "file": _clean(incoming.file),
            "name": _clean(incoming.name),
            "album": _clean(incoming.album),
        },
        "received_at": now,
    }
    inbound_id = await new_id(session, NEW_UPDATE, kept)
    message = {
        "conversation_id": conversation_id,
        "direction": "in",
        "author": "patient",
        "text": text,
        "inbound_id": inbound_id,
        "at": now,
    }
    await session.execute(NEW_MESSAGE, message)
    return inbound_id


async def _conversation(
    session: AsyncSession, clock: Clock, channel: str, address: str
) -> Conversation:
    known: Conversation | None = await session.scalar(
        select(Conversation).where(Conversation.channel == channel, Conversation.address == address)
    )
    return known or await _made(session, clock, channel, address)


async def _made(session: AsyncSession, clock: Clock, channel: str, address: str) -> Conversation:
    made = Conversation(channel=channel, address=address, dialogue={}, made_at=clock.now())
    session.add(made)
    await session.flush()
    return made


def _clean(text: str) -> str:
    """Without what no database and no screen can show: NUL, control characters, lone surrogates."""
    kept = "".join(
        character if character.isprintable() or character in "\n\t" else " " for character in text
    )
    return kept.encode("utf-8", "ignore").decode()[:MAX_TEXT]
