"""The chat's tables as every turn writes them: past the unit of work, statement by statement.

The unit of work takes longer to find out what to write than the database to write it, and every
message passes here. Statements are made once, where they are used.
"""

from typing import Any

from sqlalchemy import CursorResult, Insert, bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.model import Conversation, InboundUpdate, Message, Offer, Outbox, table_of

CONVERSATIONS, UPDATES, MESSAGES, OFFERS, OUTBOX = map(
    table_of, (Conversation, InboundUpdate, Message, Offer, Outbox)
)

NEW_UPDATE, NEW_MESSAGE, NEW_OFFER, NEW_OUTBOX = map(insert, (UPDATES, MESSAGES, OFFERS, OUTBOX))

CHANGED_CONVERSATION = update(CONVERSATIONS).where(CONVERSATIONS.c.id == bindparam("conversation"))
"""Takes ``conversation`` and the columns to be set."""
CHANGED_MESSAGE = update(MESSAGES).where(MESSAGES.c.id == bindparam("message"))
"""Takes ``message`` and the columns to be set."""


async def new_id(session: AsyncSession, made: Insert, row: dict[str, Any]) -> int:
    """Insert a row and say which id it has got."""
    result: CursorResult[Any] = await session.execute(made, row)  # type: ignore[assignment]
    return int(result.inserted_primary_key[0])  # type: ignore[index]
