"""Two who write the same row at once: the slower one looks again and finds it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import Database

ATTEMPTS = 3

Result = TypeVar("Result")


async def settled(db: Database, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Work in one transaction; again from the start when somebody else has just written the row.

    Args:
        work: looks for what it is about to write, so that it finds it the next time.

    Raises:
        IntegrityError: each time, so that it is no race but a mistake.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            async with db.transaction() as session:
                return await work(session)
        except IntegrityError:
            continue
    async with db.transaction() as session:
        return await work(session)
