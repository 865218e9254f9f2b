"""The first step: what a channel delivered is kept, once, before the channel may forget it."""

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Incoming
from service.database import Database
from service.model import Conversation, InboundUpdate, Message
from service.races import settled

MAX_TEXT = 5_000

_SAME_UPDATE = and_(
    InboundUpdate.channel == bindparam("channel"),
    InboundUpdate.update_key == bindparam("update_key"),
)
_UPDATE = select(InboundUpdate).where(_SAME_UPDATE)
_CHAT_AND_UPDATE = (
    select(Conversation, InboundUpdate)
    .outerjoin(InboundUpdate, _SAME_UPDATE)
    .where(
        Conversation.channel == bindparam("channel"), Conversation.address == bindparam("address")
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
    found = (await session.execute(_CHAT_AND_UPDATE, look)).one_or_none()
    conversation, known = found or (None, await session.scalar(_UPDATE, look))
    if known is not None:
        return known.id, known.conversation_id
    if conversation is None:
        conversation = await _made(session, clock, incoming.channel, incoming.address)
    conversation.unreachable_at = None
    now = clock.now()
    inbound = InboundUpdate(
        channel=incoming.channel,
        update_key=incoming.update_key,
        conversation_id=conversation.id,
        content={
            "kind": incoming.kind,
            "text": _clean(incoming.text),
            "file": _clean(incoming.file),
            "name": _clean(incoming.name),
            "album": _clean(incoming.album),
        },
        received_at=now,
    )
    session.add(inbound)
    await session.flush()
    session.add(
        Message(
            conversation_id=conversation.id,
            direction="in",
            author="patient",
            text=_clean(incoming.text),
            buttons=[],
            inbound_id=inbound.id,
            at=now,
            state="received",
        )
    )
    return inbound.id, conversation.id


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
