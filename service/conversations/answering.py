"""The second step: one worker at a time has a conversation, and answers its messages in order."""

from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Outcome, Turn
from service.conversations.offers import is_token, pressed
from service.conversations.sending import put_out, replies_in
from service.database import Database
from service.handover import in_crisis, raise_flag
from service.model import Conversation, Feedback, InboundUpdate, Message
from service.settings import Settings

LEASE = timedelta(seconds=20)
"""What a process that died was answering waits this long.

A turn that takes longer is safe: ``finish`` locks, and sees that another worker was quicker.
"""


class Leased(Exception):
    """Another worker is answering this conversation just now."""


async def open_conversations(db: Database, clock: Clock) -> list[int]:
    """Conversations with messages not yet answered that nobody is answering."""
    async with db.reading() as session:
        rows = await session.scalars(
            select(InboundUpdate.conversation_id)
            .join(Conversation, Conversation.id == InboundUpdate.conversation_id)
            .where(
                InboundUpdate.done_at.is_(None),
                or_(Conversation.leased_until.is_(None), Conversation.leased_until < clock.now()),
            )
            .distinct()
        )
        return list(rows)


async def next_turn(
    db: Database, clock: Clock, conversation_id: int, worker: str = ""
) -> Turn | None:
    """The oldest message of a conversation that is not answered yet, counted as attempted.

    Args:
        worker: takes or renews the lease as well; ``finish`` gives it up after the last message.

    Raises:
        Leased: another worker has the conversation.
    """
    async with db.transaction() as session:
        if await _oldest_open(session, conversation_id) is None:
            return None
        if worker and not await _lease(session, clock, conversation_id, worker):
            raise Leased(conversation_id)
        # Again: who had the lease may have answered it while we waited for the lease.
        inbound_id = await _oldest_open(session, conversation_id)
        if inbound_id is None:
            await _give_up_lease(session, conversation_id, worker)
            return None
        inbound = await session.get_one(InboundUpdate, inbound_id)
        inbound.attempts += 1
        return await _turn(session, clock, inbound, worker)


async def finish(
    db: Database, clock: Clock, settings: Settings, turn: Turn, outcome: Outcome
) -> list[int]:
    """Write all that an answer consists of; done once, a second time changes nothing.

    The turn's lease is given up unless there is more to answer.

    Returns:
        The ids of the messages that go out.
    """
    async with db.transaction() as session:
        # Locked: a worker that was too slow for its lease may be finishing just now. A message
        # that is just being received need not wait for it.
        conversation = await session.get_one(
            Conversation, turn.conversation_id, with_for_update={"key_share": True}
        )
        inbound = await session.get_one(InboundUpdate, turn.inbound_id)
        if inbound.done_at is not None:
            sent = [one.id for one in await replies_in(session, turn.inbound_id)]
        else:
            inbound.done_at = clock.now()
            sent = await _write(session, clock, settings, conversation, turn, outcome)
        if turn.worker and await _oldest_open(session, conversation.id) is None:
            await _give_up_lease(session, conversation.id, turn.worker)
        return sent


async def give_up_leases(db: Database, worker: str) -> None:
    """Let others have all conversations of a worker that stops."""
    async with db.transaction() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.leased_by == worker)
            .values(leased_by="", leased_until=None)
        )


async def note_feedback(db: Database, clock: Clock, message_id: int, helpful: bool) -> None:
    """Keep 有帮助 or 没帮助; the last word counts."""
    async with db.transaction() as session:
        known = await session.scalar(select(Feedback).where(Feedback.message_id == message_id))
        if known is None:
            session.add(Feedback(message_id=message_id, helpful=helpful, at=clock.now()))
        else:
            known.helpful, known.at = helpful, clock.now()


async def _lease(session: AsyncSession, clock: Clock, conversation_id: int, worker: str) -> bool:
    now = clock.now()
    taken = await session.scalar(
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            or_(
                Conversation.leased_until.is_(None),
                Conversation.leased_until < now,
                Conversation.leased_by == worker,
            ),
        )
        .values(leased_by=worker, leased_until=now + LEASE)
        .returning(Conversation.id)
    )
    return taken is not None


async def _give_up_lease(session: AsyncSession, conversation_id: int, worker: str) -> None:
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.leased_by == worker)
        .values(leased_by="", leased_until=None)
    )


async def _oldest_open(session: AsyncSession, conversation_id: int) -> int | None:
    oldest: int | None = await session.scalar(
        select(InboundUpdate.id)
        .where(InboundUpdate.conversation_id == conversation_id, InboundUpdate.done_at.is_(None))
        .order_by(InboundUpdate.id)
        .limit(1)
    )
    return oldest


async def _turn(session: AsyncSession, clock: Clock, inbound: InboundUpdate, worker: str) -> Turn:
    conversation = await session.get_one(Conversation, inbound.conversation_id)
    message = (
        await session.scalars(
            select(Message).where(Message.inbound_id == inbound.id, Message.direction == "in")
        )
    ).one()
    kind, text = str(inbound.content["kind"]), str(inbound.content["text"])
    button = await pressed(session, clock, conversation.id, kind, text)
    if button is not None:
        message.text = button.title
    return Turn(
        inbound_id=inbound.id,
        message_id=message.id,
        conversation_id=conversation.id,
        channel=conversation.channel,
        address=conversation.address,
        kind=kind,
        text=button.title if button else text,
        press={**button.payload, "offered_with": button.message_id} if button else None,
        expired_press=button is None and (kind == "press" or is_token(text)),
        further=await _is_further(session, inbound),
        said=await _said_before(session, inbound),
        in_crisis=await in_crisis(session, clock, conversation.id),
        dialogue=conversation.dialogue,
        honorific=conversation.honorific,
        misunderstood=conversation.misunderstood,
        owner=conversation.owner,
        attempts=inbound.attempts,
        worker=worker,
    )


async def _said_before(session: AsyncSession, inbound: InboundUpdate) -> tuple[str, ...]:
    before = await session.scalar(
        select(InboundUpdate.id)
        .where(
            InboundUpdate.conversation_id == inbound.conversation_id,
            InboundUpdate.id < inbound.id,
        )
        .order_by(InboundUpdate.id.desc())
        .limit(1)
    )
    return () if before is None else tuple(one.text for one in await replies_in(session, before))


async def _is_further(session: AsyncSession, inbound: InboundUpdate) -> bool:
    """Whether the message before this one belongs to the same album."""
    # Messages that were kept by an earlier version have no such entry.
    album = inbound.content.get("album")
    if not album:
        return False
    before = await session.scalar(
        select(InboundUpdate)
        .where(
            InboundUpdate.conversation_id == inbound.conversation_id,
            InboundUpdate.id < inbound.id,
        )
        .order_by(InboundUpdate.id.desc())
        .limit(1)
    )
    return before is not None and before.content.get("album") == album


async def _write(
    session: AsyncSession,
    clock: Clock,
    settings: Settings,
    conversation: Conversation,
    turn: Turn,
    outcome: Outcome,
) -> list[int]:
    if outcome.dialogue is not None:
        conversation.dialogue = outcome.dialogue
    if outcome.misunderstood is not None:
        conversation.misunderstood = outcome.misunderstood
    if outcome.honorific is not None:
        conversation.honorific = outcome.honorific
    message = await session.get_one(Message, turn.message_id)
    message.understanding = outcome.understanding
    for flag in outcome.flags:
        await raise_flag(session, clock, settings, conversation.id, flag, turn.inbound_id)
    return [
        await put_out(session, clock, conversation, reply, inbound_id=turn.inbound_id)
        for reply in outcome.replies
    ]
