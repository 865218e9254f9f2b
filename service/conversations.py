"""The way of a message through the database: received, answered once, delivered.

A message is stored before its channel may forget it (``receive``). Whoever answers takes the whole
conversation for a while (``lease``), and everything an answer consists of is written in one last
transaction (``finish``): where the dialogue stands, what goes out, which flags are raised, and
that this message is done. A crash before it leaves the message open, to be answered again.
"""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock
from service.database import Database
from service.handover import RaisedFlag, raise_flag
from service.model import (
    Attachment,
    AuditEntry,
    Conversation,
    Feedback,
    InboundUpdate,
    Message,
    Offer,
    Outbox,
)
from service.settings import Settings

LEASE = timedelta(seconds=60)
OFFER_LIFE = timedelta(days=7)
MAX_TEXT = 5_000


class Leased(Exception):
    """Another worker is answering this conversation just now."""


@dataclass(frozen=True)
class Incoming:
    """What a channel delivered.

    ``kind``: text, press, picture, document, voice, sticker, edited, other.
    """

    channel: str
    update_key: str
    address: str
    kind: str = "text"
    text: str = ""
    file: str = ""
    name: str = ""


@dataclass(frozen=True)
class Button:
    """A choice offered with a message; the payload never leaves the house."""

    title: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """One message to the patient."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One open message and what is needed to answer it."""

    inbound_id: int
    message_id: int
    conversation_id: int
    channel: str
    address: str
    kind: str
    text: str
    press: dict[str, Any] | None
    expired_press: bool
    dialogue: dict[str, Any]
    honorific: str
    misunderstood: int
    owner: str
    attempts: int


@dataclass(frozen=True)
class Outcome:
    """What answering one message amounts to."""

    replies: Sequence[Reply] = ()
    dialogue: dict[str, Any] | None = None
    understanding: dict[str, Any] = field(default_factory=dict)
    flags: Sequence[RaisedFlag] = ()
    misunderstood: int | None = None
    honorific: str | None = None


async def receive(db: Database, clock: Clock, incoming: Incoming) -> tuple[int, int]:
    """Keep what a channel delivered; the same update again is kept once.

    Returns:
        The ids of the inbound update and of its conversation.

    Raises:
        DatabaseUnavailable: nothing was kept; the channel must not be told that it was.
    """
    for _attempt in range(3):
        try:
            async with db.transaction() as session:
                return await _receive(session, clock, incoming)
        except IntegrityError:
            # Two deliveries at once: the other one has written it by now.
            continue
    raise RuntimeError("an update could be neither kept nor found")


async def _receive(session: AsyncSession, clock: Clock, incoming: Incoming) -> tuple[int, int]:
    known = await session.scalar(
        select(InboundUpdate).where(
            InboundUpdate.channel == incoming.channel,
            InboundUpdate.update_key == incoming.update_key,
        )
    )
    if known is not None:
        return known.id, known.conversation_id
    conversation = await session.scalar(
        select(Conversation).where(
            Conversation.channel == incoming.channel, Conversation.address == incoming.address
        )
    )
    now = clock.now()
    if conversation is None:
        conversation = Conversation(
            channel=incoming.channel, address=incoming.address, dialogue={}, made_at=now
        )
        session.add(conversation)
        await session.flush()
    conversation.unreachable_at = None
    inbound = InboundUpdate(
        channel=incoming.channel,
        update_key=incoming.update_key,
        conversation_id=conversation.id,
        content={
            "kind": incoming.kind,
            "text": _clean(incoming.text),
            "file": _clean(incoming.file),
            "name": _clean(incoming.name),
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


def _clean(text: str) -> str:
    """Without what no database and no screen can show: NUL, control characters, lone surrogates."""
    kept = "".join(
        character if character.isprintable() or character in "\n\t" else " " for character in text
    )
    return kept.encode("utf-8", "ignore").decode()[:MAX_TEXT]


async def lease(db: Database, clock: Clock, conversation_id: int, worker: str) -> bool:
    """Take a conversation for this worker; false while another one has it."""
    async with db.transaction() as session:
        return await _lease(session, clock, conversation_id, worker)


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


async def give_up_lease(db: Database, conversation_id: int, worker: str) -> None:
    """Let others have the conversation."""
    async with db.transaction() as session:
        await _give_up_lease(session, conversation_id, worker)


async def _give_up_lease(session: AsyncSession, conversation_id: int, worker: str) -> None:
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.leased_by == worker)
        .values(leased_by="", leased_until=None)
    )


async def give_up_leases(db: Database, worker: str) -> None:
    """Let others have all conversations of a worker that stops."""
    async with db.transaction() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.leased_by == worker)
            .values(leased_by="", leased_until=None)
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
        worker: takes or renews the lease as well, and gives it up when nothing is open.

    Raises:
        Leased: another worker has the conversation.
    """
    async with db.transaction() as session:
        if worker and not await _lease(session, clock, conversation_id, worker):
            raise Leased(conversation_id)
        inbound = await session.scalar(
            select(InboundUpdate)
            .where(
                InboundUpdate.conversation_id == conversation_id,
                InboundUpdate.done_at.is_(None),
            )
            .order_by(InboundUpdate.id)
            .limit(1)
        )
        if inbound is None:
            if worker:
                await _give_up_lease(session, conversation_id, worker)
            return None
        inbound.attempts += 1
        conversation = await session.get_one(Conversation, conversation_id)
        message = (
            await session.scalars(
                select(Message).where(Message.inbound_id == inbound.id, Message.direction == "in")
            )
        ).one()
        text = str(inbound.content["text"])
        offer = await _offer(session, conversation_id, inbound.content["kind"], text, clock)
        if offer is not None:
            message.text = offer.title
        return Turn(
            inbound_id=inbound.id,
            message_id=message.id,
            conversation_id=conversation_id,
            channel=conversation.channel,
            address=conversation.address,
            kind=str(inbound.content["kind"]),
            text=offer.title if offer else text,
            press={**offer.payload, "offered_with": offer.message_id} if offer else None,
            expired_press=offer is None
            and (inbound.content["kind"] == "press" or bool(_TOKEN.fullmatch(text.strip()))),
            dialogue=conversation.dialogue,
            honorific=conversation.honorific,
            misunderstood=conversation.misunderstood,
            owner=conversation.owner,
            attempts=inbound.attempts,
        )


async def _offer(
    session: AsyncSession, conversation_id: int, kind: str, text: str, clock: Clock
) -> Offer | None:
    """The button that a message presses: by its token, or by its words just after it was offered.

    A token that was offered elsewhere presses nothing here, and is noted.
    """
    text = text.strip()
    if text.startswith(TOKEN_MARK):
        offer = await session.get(Offer, text)
        if offer is not None and offer.conversation_id != conversation_id:
            session.add(
                AuditEntry(
                    at=clock.now(),
                    actor=f"conversation {conversation_id}",
                    verb="pressed another chat's button",
                    subject=f"message {offer.message_id}",
                    detail={},
                )
            )
            return None
        return offer if offer is not None and offer.expires_at > clock.now() else None
    if kind != "text" or not text or len(text) > 40:
        return None
    last = await session.scalar(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == "out",
            Message.author == "bot",
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    if last is None:
        return None
    order = {button["payload"]: place for place, button in enumerate(last.buttons)}
    rows = await session.scalars(
        select(Offer).where(Offer.message_id == last.id, Offer.expires_at > clock.now())
    )
    offers = sorted(rows, key=lambda one: order[one.token])
    return next((one for one in offers if one.title == text), None) or _by_ordinal(offers, text)


TOKEN_MARK = "#"
_TOKEN = re.compile(r"#[\w-]{16}")
_ORDINALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}


def _by_ordinal(offers: Sequence[Offer], text: str) -> Offer | None:
    """第二个 presses the second button; a bare number does when the buttons are numbered."""
    inner = text.removeprefix("选").removeprefix("就").removesuffix("吧")
    if inner.startswith("第") and inner[2:] in ("个", "项", "条", "种"):
        inner = inner[1]
    elif len(inner) != 1 or not inner.isdigit():
        return None
    place = _ORDINALS.get(inner, unicodedata.digit(inner, 0))
    choices = [one for one in offers if not one.payload.get("aside")]
    return choices[place - 1] if 1 <= place <= len(choices) else None


async def finish(
    db: Database, clock: Clock, settings: Settings, turn: Turn, outcome: Outcome
) -> list[int]:
    """Write all that an answer consists of; done once, a second time changes nothing.

    Returns:
        The ids of the messages that go out.
    """
    now = clock.now()
    async with db.transaction() as session:
        # Locked: a worker that was too slow for its lease may be finishing just now.
        inbound = await session.get_one(InboundUpdate, turn.inbound_id, with_for_update=True)
        if inbound.done_at is not None:
            return await _replies_to(session, turn.inbound_id)
        inbound.done_at = now
        conversation = await session.get_one(Conversation, turn.conversation_id)
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
    shown = []
    for button in reply.buttons:
        token = TOKEN_MARK + secrets.token_urlsafe(12)
        shown.append({"title": button.title, "payload": token})
        session.add(
            Offer(
                token=token,
                conversation_id=conversation.id,
                message_id=message.id,
                title=button.title,
                payload=button.payload,
                expires_at=now + OFFER_LIFE,
            )
        )
    message.buttons = shown
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
        ids = await _replies_to(session, inbound_id)
        rows = await session.scalars(
            select(Message).where(Message.id.in_(ids)).order_by(Message.id)
        )
        return list(rows)


async def _replies_to(session: AsyncSession, inbound_id: int) -> list[int]:
    rows = await session.scalars(
        select(Message.id)
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


async def note_feedback(db: Database, clock: Clock, message_id: int, helpful: bool) -> None:
    """Keep 有帮助 or 没帮助; the last word counts."""
    async with db.transaction() as session:
        known = await session.scalar(select(Feedback).where(Feedback.message_id == message_id))
        if known is None:
            session.add(Feedback(message_id=message_id, helpful=helpful, at=clock.now()))
        else:
            known.helpful, known.at = helpful, clock.now()


async def keep_attachment(
    db: Database, *, conversation_id: int, message_id: int, kind: str
) -> None:
    """Keep that a patient sent a file; once for each message."""
    async with db.transaction() as session:
        known = await session.scalar(select(Attachment).where(Attachment.message_id == message_id))
        if known is not None:
            return
        message = await session.get_one(Message, message_id)
        inbound = await session.get_one(InboundUpdate, message.inbound_id)
        session.add(
            Attachment(
                conversation_id=conversation_id,
                message_id=message_id,
                kind=kind,
                name=str(inbound.content["name"]),
                # The web door lays a file down itself; other channels' are fetched later.
                path=str(inbound.content["file"]) if inbound.channel == "web" else "",
                channel_file=str(inbound.content["file"]),
            )
        )


async def conversation_for(db: Database, clock: Clock, channel: str, address: str) -> int:
    """The id of a chat's conversation, made when there is none."""
    async with db.transaction() as session:
        known = await session.scalar(
            select(Conversation.id).where(
                Conversation.channel == channel, Conversation.address == address
            )
        )
        if known is not None:
            return known
        conversation = Conversation(
            channel=channel, address=address, dialogue={}, made_at=clock.now()
        )
        session.add(conversation)
        await session.flush()
        return conversation.id


async def set_attachment_path(db: Database, channel_file: str, path: str) -> bool:
    """Note where a file that was fetched from its channel lies, below ``Settings.attachments``.

    Returns:
        False when there is no attachment of that file (yet).
    """
    async with db.transaction() as session:
        noted = await session.scalars(
            update(Attachment)
            .where(Attachment.channel_file == channel_file)
            .values(path=path)
            .returning(Attachment.id)
        )
        return bool(noted.all())
