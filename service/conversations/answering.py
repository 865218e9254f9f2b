"""The second step: one worker at a time has a conversation, and answers its messages in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.conversations.messages import Finished, Outcome, Turn
from service.conversations.offers import is_token, pressed
from service.conversations.rows import (
    CHANGED_CONVERSATION,
    CHANGED_MESSAGE,
    CONVERSATIONS,
    MESSAGES,
    UPDATES,
)
from service.conversations.sending import Addressee, put_out, replies_in
from service.database import Database
from service.handover import CRISIS, is_in_crisis, raise_flag
from service.model import Conversation, Feedback, InboundUpdate
from service.settings import Settings

LEASE = timedelta(seconds=20)
"""What a process that died was answering waits this long.

A turn that takes longer is safe: ``finish`` locks, and sees that another worker was quicker.
"""


class Leased(Exception):
    """Another worker is answering this conversation just now."""


# Every turn runs these; made once, since making one takes longer than the database needs for it.

_COLUMNS = [
    CONVERSATIONS.c.id,
    CONVERSATIONS.c.channel,
    CONVERSATIONS.c.address,
    CONVERSATIONS.c.dialogue,
    CONVERSATIONS.c.honorific,
    CONVERSATIONS.c.misunderstood,
    CONVERSATIONS.c.owner,
]
_ANY_CONVERSATION = select(*_COLUMNS).where(CONVERSATIONS.c.id == bindparam("conversation"))
_LEASE = (
    CHANGED_CONVERSATION.where(
        or_(
            CONVERSATIONS.c.leased_until.is_(None),
            CONVERSATIONS.c.leased_until < bindparam("now"),
            CONVERSATIONS.c.leased_by == bindparam("worker"),
        )
    )
    .values(leased_by=bindparam("worker"), leased_until=bindparam("until"))
    .returning(*_COLUMNS)
)
_NO_LEASE: dict[str, Any] = {"leased_by": "", "leased_until": None}

_open = UPDATES.alias()
_OLDEST_OPEN = (
    select(_open.c.id)
    .where(_open.c.conversation_id == bindparam("conversation"), _open.c.done_at.is_(None))
    .order_by(_open.c.id)
    .limit(1)
    .scalar_subquery()
)
_ATTEMPT = (
    update(UPDATES)
    .where(UPDATES.c.id == _OLDEST_OPEN)
    .values(attempts=UPDATES.c.attempts + 1)
    .returning(UPDATES.c.id, UPDATES.c.content, UPDATES.c.attempts)
)

_before = UPDATES.alias()
_BEFORE = (
    select(func.max(_before.c.id))
    .where(
        _before.c.conversation_id == bindparam("conversation"), _before.c.id < bindparam("inbound")
    )
    .scalar_subquery()
)
_said = MESSAGES.alias()
_LAST_SAID = (
    select(_said.c.id)
    .where(
        _said.c.conversation_id == bindparam("conversation"),
        _said.c.direction == "out",
        _said.c.author == "bot",
    )
    .order_by(_said.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_AROUND = (
    select(
        MESSAGES.c.id,
        MESSAGES.c.direction,
        MESSAGES.c.text,
        MESSAGES.c.buttons,
        (MESSAGES.c.inbound_id == bindparam("inbound")).label("this"),
        (MESSAGES.c.inbound_id == _BEFORE).label("before"),
        is_in_crisis(bindparam("conversation"), bindparam("since")).label("crisis"),
    )
    .where(
        or_(
            MESSAGES.c.inbound_id == bindparam("inbound"),
            MESSAGES.c.inbound_id == _BEFORE,
            MESSAGES.c.id == _LAST_SAID,
        )
    )
    .order_by(MESSAGES.c.id)
)

_MORE_OPEN = (
    select(_open.c.id)
    .where(
        _open.c.conversation_id == bindparam("conversation"),
        _open.c.done_at.is_(None),
        _open.c.id != bindparam("inbound"),
    )
    .exists()
)
_TO_FINISH = (
    select(
        CONVERSATIONS.c.leased_by,
        CONVERSATIONS.c.unreachable_at,
        UPDATES.c.done_at,
        _MORE_OPEN.label("more"),
    )
    .join(UPDATES, UPDATES.c.conversation_id == CONVERSATIONS.c.id)
    .where(UPDATES.c.id == bindparam("inbound"))
    # A worker that was too slow for its lease may be finishing just now. A message that is just
    # being received need not wait for it.
    .with_for_update(key_share=True, of=(CONVERSATIONS, UPDATES))
)
_FINISHED = (
    update(UPDATES).where(UPDATES.c.id == bindparam("inbound")).values(done_at=bindparam("now"))
)


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
        # The lease first: who had it may be answering the message that we would find now.
        conversation = await _lease(session, clock, conversation_id, worker)
        if conversation is None:
            if await session.scalar(select(_OLDEST_OPEN), {"conversation": conversation_id}):
                raise Leased(conversation_id)
            return None
        inbound = (await session.execute(_ATTEMPT, {"conversation": conversation_id})).one_or_none()
        if inbound is None:
            if worker:
                await session.execute(
                    CHANGED_CONVERSATION, {"conversation": conversation_id, **_NO_LEASE}
                )
            return None
        return await _turn(session, clock, conversation, inbound, worker)


async def finish(
    db: Database, clock: Clock, settings: Settings, turn: Turn, outcome: Outcome
) -> Finished:
    """Write all that an answer consists of; done once, a second time changes nothing.

    The turn's lease is given up unless there is more to answer.
    """
    async with db.transaction() as session:
        look = {"conversation": turn.conversation_id, "inbound": turn.inbound_id}
        row = (await session.execute(_TO_FINISH, look)).one()
        changes = _dialogue(outcome) if row.done_at is None else {}
        if turn.worker and row.leased_by == turn.worker and not row.more:
            changes |= _NO_LEASE
        if changes:
            await session.execute(
                CHANGED_CONVERSATION, {"conversation": turn.conversation_id, **changes}
            )
        if row.done_at is not None:
            sent = [one.id for one in await replies_in(session, turn.inbound_id)]
        else:
            now = clock.now()
            await session.execute(_FINISHED, {"inbound": turn.inbound_id, "now": now})
            to = Addressee(turn.conversation_id, turn.channel, row.unreachable_at is None)
            sent = await _write(session, clock, settings, to, turn, outcome)
        return Finished(sent, row.more)


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


async def _lease(
    session: AsyncSession, clock: Clock, conversation_id: int, worker: str
) -> Row[Any] | None:
    """The conversation, if it is free for this worker; without a worker it always is."""
    look: dict[str, Any] = {"conversation": conversation_id}
    if not worker:
        return (await session.execute(_ANY_CONVERSATION, look)).one()
    now = clock.now()
    look |= {"worker": worker, "now": now, "until": now + LEASE}
    return (await session.execute(_LEASE, look)).one_or_none()


async def _turn(
    session: AsyncSession, clock: Clock, conversation: Row[Any], inbound: Row[Any], worker: str
) -> Turn:
    around = await _around(session, clock, conversation.id, inbound.id)
    kind, text = str(inbound.content["kind"]), str(inbound.content["text"])
    button = await pressed(session, clock, conversation.id, kind, text, around.buttons)
    if button is not None:
        words = {"message": around.message_id, "text": button.title}
        await session.execute(CHANGED_MESSAGE, words)
    return Turn(
        inbound_id=inbound.id,
        message_id=around.message_id,
        conversation_id=conversation.id,
        channel=conversation.channel,
        address=conversation.address,
        kind=kind,
        text=button.title if button else text,
        press={**button.payload, "offered_with": button.message_id} if button else None,
        expired_press=button is None and (kind == "press" or is_token(text)),
        further=await _is_further(session, conversation.id, inbound),
        said=around.said,
        in_crisis=around.in_crisis,
        dialogue=conversation.dialogue,
        honorific=conversation.honorific,
        misunderstood=conversation.misunderstood,
        owner=conversation.owner,
        attempts=inbound.attempts,
        worker=worker,
    )


@dataclass(frozen=True)
class _Around:
    """A message, and what stands around it in the chat."""

    message_id: int
    said: tuple[str, ...]
    """The texts that answered the message before."""
    buttons: Sequence[dict[str, Any]]
    """Those of the bot's last message, whatever it answered."""
    in_crisis: bool


async def _around(
    session: AsyncSession, clock: Clock, conversation_id: int, inbound_id: int
) -> _Around:
    look = {"conversation": conversation_id, "inbound": inbound_id, "since": clock.now() - CRISIS}
    rows = (await session.execute(_AROUND, look)).all()
    out = [row for row in rows if row.direction == "out"]
    return _Around(
        message_id=next(row.id for row in rows if row.this and row.direction == "in"),
        said=tuple(row.text for row in out if row.before),
        buttons=out[-1].buttons if out else (),
        in_crisis=bool(rows[0].crisis),
    )


async def _is_further(session: AsyncSession, conversation_id: int, inbound: Row[Any]) -> bool:
    """Whether the message before this one belongs to the same album."""
    # Messages that were kept by an earlier version have no such entry.
    album = inbound.content.get("album")
    if not album:
        return False
    before = await session.scalar(
        select(InboundUpdate)
        .where(InboundUpdate.conversation_id == conversation_id, InboundUpdate.id < inbound.id)
        .order_by(InboundUpdate.id.desc())
        .limit(1)
    )
    return before is not None and before.content.get("album") == album


def _dialogue(outcome: Outcome) -> dict[str, Any]:
    """What of the conversation an outcome changes."""
    said = {
        "dialogue": outcome.dialogue,
        "misunderstood": outcome.misunderstood,
        "honorific": outcome.honorific,
    }
    return {name: value for name, value in said.items() if value is not None}


async def _write(
    session: AsyncSession,
    clock: Clock,
    settings: Settings,
    to: Addressee,
    turn: Turn,
    outcome: Outcome,
) -> list[int]:
    if outcome.understanding:
        understood = {"message": turn.message_id, "understanding": outcome.understanding}
        await session.execute(CHANGED_MESSAGE, understood)
    for flag in outcome.flags:
        await raise_flag(session, clock, settings, to.id, flag, turn.inbound_id)
    return await put_out(session, clock, to, outcome.replies, inbound_id=turn.inbound_id)
