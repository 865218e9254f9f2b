"""The numbers that patients quote: unique, in series, counted anew each day."""

import asyncio
from datetime import date

import pytest

from service.model import Counter
from service.numbers import next_number
from tests.integration.service.desk import Desk

FIRST = date(2026, 12, 1)


async def test_twenty_at_once_get_twenty_numbers_in_a_row(desk: Desk) -> None:
    numbers = await asyncio.gather(*(_number(desk, "appointment") for _ in range(20)))
    assert sorted(numbers) == [f"YY20261201-{n:04d}" for n in range(1, 21)]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("appointment", "YY20261201-0001"),
        ("complaint", "TS20261201-0001"),
        ("suggestion", "JY20261201-0001"),
        ("praise", "BY20261201-0001"),
        ("request", "FW20261201-0001"),
    ],
)
async def test_each_kind_has_a_series_of_its_own(desk: Desk, kind: str, number: str) -> None:
    await _number(desk, "request" if kind != "request" else "praise")
    assert await _number(desk, kind) == number


async def test_each_day_begins_with_one(desk: Desk) -> None:
    assert await _number(desk, "praise") == "BY20261201-0001"
    assert await _number(desk, "praise") == "BY20261201-0002"
    assert await _number(desk, "praise", date(2026, 12, 2)) == "BY20261202-0001"


async def test_a_number_of_a_unit_that_failed_is_not_lost(desk: Desk) -> None:
    async def fail() -> None:
        async with desk.db.transaction() as session:
            await next_number(session, "praise", FIRST)
            raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        await fail()
    assert await _number(desk, "praise") == "BY20261201-0001"


async def test_after_number_9999_comes_10000(desk: Desk) -> None:
    await desk.keep(Counter(name="BY20261201", value=9999))
    assert await _number(desk, "praise") == "BY20261201-10000"


async def _number(desk: Desk, kind: str, day: date = FIRST) -> str:
    async with desk.db.transaction() as session:
        return await next_number(session, kind, day)
