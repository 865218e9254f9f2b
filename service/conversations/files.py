"""Pictures and documents that patients sent, and where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select, update

from service.database import Database
from service.model import Attachment, InboundUpdate, Message


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


@dataclass(frozen=True)
class MissingFile:
    """A file that a patient sent and that was not fetched from its channel yet."""

    channel_file: str
    conversation_id: int
    inbound_id: int


async def missing_files(db: Database, channel: str, limit: int = 100) -> Sequence[MissingFile]:
    """What is still to be fetched from a channel: the newest first, so many at most.

    Messages that are not answered yet are among them: answering makes their attachments.
    """
    unfetched = and_(Attachment.path == "", Attachment.channel_file != "")
    unanswered = and_(
        InboundUpdate.done_at.is_(None), InboundUpdate.content["file"].as_string() != ""
    )
    async with db.reading() as session:
        rows = await session.scalars(
            select(InboundUpdate)
            .outerjoin(Message, Message.inbound_id == InboundUpdate.id)
            .outerjoin(Attachment, Attachment.message_id == Message.id)
            .where(InboundUpdate.channel == channel, or_(unfetched, unanswered))
            .order_by(InboundUpdate.id.desc())
            .limit(limit)
        )
        return [MissingFile(str(row.content["file"]), row.conversation_id, row.id) for row in rows]
