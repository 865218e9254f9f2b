"""Whether a chat wants to hear from us when it did not ask."""

from sqlalchemy import update

from service.clock import Clock
from service.database import Database
from service.model import Conversation


async def set_opted_out(
    db: Database, clock: Clock, conversation_id: int, *, opted_out: bool
) -> None:
    """Stop pushes to a chat, or allow them again."""
    async with db.transaction() as session:
        await session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(opted_out_at=clock.now() if opted_out else None)
        )
