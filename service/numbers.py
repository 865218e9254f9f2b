"""The numbers that patients quote: ``YY20261201-0012`` for a booking, ``TS…`` for a complaint."""

from datetime import date

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.model import Counter

SERIES = {
    "appointment": "YY",
    "complaint": "TS",
    "suggestion": "JY",
    "praise": "BY",
    "request": "FW",
}


async def next_number(session: AsyncSession, kind: str, day: date) -> str:
    """The next number of a series on a day; unique however many processes ask at once."""
    prefix = f"{SERIES[kind]}{day:%Y%m%d}"
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    await session.execute(
        insert(Counter).values(name=prefix, value=0).on_conflict_do_nothing(index_elements=["name"])
    )
    value = await session.scalar(
        update(Counter)
        .where(Counter.name == prefix)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
    )
    return f"{prefix}-{value:04d}"
