"""The chat and everything that passes through it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.model.base import Base


class Conversation(Base):
    """One chat account on one channel, and where its dialogue stands."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    """The chat id on Telegram, the sender on the web."""
    dialogue: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What Rasa must remember: slots and the active form. One bounded value."""
    honorific: Mapped[str] = mapped_column(default="")
    misunderstood: Mapped[int] = mapped_column(default=0)
    """Messages not understood in a row."""
    owner: Mapped[str] = mapped_column(default="")
    """Who of the staff has this chat; empty while the bot has it."""
    opted_out_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    leased_by: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[datetime | None]
    made_at: Mapped[datetime]


class InboundUpdate(Base):
    """What a channel delivered, kept before it is acknowledged."""

    __tablename__ = "inbound_update"
    __table_args__ = (
        UniqueConstraint("channel", "update_key"),
        Index("ix_inbound_update_open", "done_at", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    update_key: Mapped[str]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    content: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]


class Message(Base):
    """One message, either way. ``direction``: in, out."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_conversation", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    direction: Mapped[str]
    author: Mapped[str]
    """patient, bot, or a member of staff."""
    text: Mapped[str]
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    """For each button its title and token."""
    understanding: Mapped[dict[str, Any]] = mapped_column(default=dict)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_update.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="received")
    """received; or pending, sent, failed for what goes out."""
    channel_message: Mapped[str] = mapped_column(default="")


class Offer(Base):
    """A button that was offered to one conversation; its token is worth nothing anywhere else."""

    __tablename__ = "offer"

    token: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    title: Mapped[str]
    payload: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]


class Outbox(Base):
    """A message on its way to a channel."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    channel: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    """pending, sent, failed."""
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(default="")


class Flag(Base):
    """Why a conversation needs a person: human, danger, complaint, misunderstood, angry, voice,
    failure. Open until ``closed_at``.
    """

    __tablename__ = "flag"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    kind: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(default="")
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_update.id"))
    raised_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    alerted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Feedback(Base):
    """有帮助 or 没帮助 under an answer."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    helpful: Mapped[bool]
    at: Mapped[datetime]


class Attachment(Base):
    """A picture or a document that a patient sent."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    path: Mapped[str]
    """Below ``Settings.attachments``; empty until fetched from the channel."""
    channel_file: Mapped[str] = mapped_column(default="")


class AuditEntry(Base):
    """What should be seen again: forged buttons, looks at a patient, changes by staff."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    verb: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


class KeptSetting(Base):
    """A value that must outlive the process and be seen by all of them, such as a moved clock."""

    __tablename__ = "kept_setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
