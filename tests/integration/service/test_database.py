"""The database: whole units of work, moments that stay moments, and a plain word when it is away."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import IntegrityError, StatementError

from service.database import AsyncSession, Database
from service.errors import AlreadyBooked, DatabaseUnavailable
from service.migrations import upgrade
from service.model import Base, Conversation, KeptSetting
from service.sqlite_driver import DRIVER
from tests.cast import WANG_XIUYING
from tests.fakes import FixedClock
from tests.integration.service.desk import Desk


async def test_a_new_database_gets_all_tables_and_keeps_its_rows_when_asked_again(
    bare: Database,
) -> None:
    await upgrade(bare)
    async with bare.transaction() as session:
        session.add(KeptSetting(name="kept", value="yes"))
    await upgrade(bare)
    async with bare.migrating() as connection:
        tables = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert tables == {*Base.metadata.tables, "alembic_version"}
    async with bare.reading() as session:
        assert (await session.get_one(KeptSetting, "kept")).value == "yes"


async def test_the_migrations_make_what_the_models_say(db: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with db.migrating() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_unit_that_fails_leaves_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as session:
            session.add(KeptSetting(name="half", value="done"))
            await session.flush()
            raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        await fail()
    async with db.reading() as session:
        assert await session.get(KeptSetting, "half") is None


async def test_a_rule_that_is_broken_is_not_called_an_outage(db: Database) -> None:
    async def keep(value: str) -> None:
        async with db.transaction() as session:
            session.add(KeptSetting(name="once", value=value))

    await keep("1")
    with pytest.raises(IntegrityError):
        await keep("2")


async def test_a_row_that_an_error_carries_can_be_read_afterwards(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    wang, clinic = await desk.patient(WANG_XIUYING), await desk.clinic()
    booked = await desk.book(wang, clinic, chat=chat)
    with pytest.raises(AlreadyBooked) as refused:
        await desk.book(wang, clinic, chat=chat)
    standing = refused.value.appointment
    assert standing.number == booked.number
    assert standing.session.practitioner.department.name == "心血管内科"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/New_York"])
async def test_a_moment_comes_back_as_the_same_moment(desk: Desk, zone: str) -> None:
    moment = datetime(2026, 12, 1, 23, 59, 59, 123456, tzinfo=ZoneInfo(zone))
    chat = await desk.chat(WANG_XIUYING)
    kept = await desk.one(Conversation, Conversation.id == chat)
    await desk.change(kept, opted_out_at=moment)
    read = (await desk.one(Conversation)).opted_out_at
    assert read == moment
    assert read.tzinfo == UTC
    assert await desk.count(Conversation, Conversation.opted_out_at == moment) == 1
    second = timedelta(seconds=1)
    assert await desk.count(Conversation, Conversation.opted_out_at < moment + second) == 1
    assert await desk.count(Conversation, Conversation.opted_out_at < moment) == 0


async def test_a_moment_without_a_zone_is_refused(desk: Desk) -> None:
    await desk.chat(WANG_XIUYING)
    with pytest.raises(StatementError, match="without a zone"):
        await desk.change(await desk.one(Conversation), opted_out_at=datetime(2026, 12, 1))


async def test_who_reads_does_not_wait_for_who_writes(db: Database) -> None:
    async with db.transaction() as session:
        session.add(KeptSetting(name="slow", value="1"))
        await session.flush()
        async with asyncio.timeout(5), db.reading() as other:
            assert await other.get(KeptSetting, "slow") is None


async def test_many_writers_wait_for_each_other_and_all_get_through(desk: Desk) -> None:
    async def write(n: int) -> None:
        async with desk.db.transaction() as session:
            await session.merge(KeptSetting(name=f"row {n}", value="1"))

    await asyncio.gather(*(write(n) for n in range(20)))
    assert await desk.count(KeptSetting) == 20


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+inloop:///{folder}/away/xinqiao.db",
        "postgresql+psycopg://postgres@/xinqiao?host={folder}",
        "postgresql+psycopg://postgres@127.0.0.1:1/xinqiao",
    ],
)
async def test_a_database_out_of_reach_is_called_that_and_serves_again_later(
    tmp_path: Path, clock: FixedClock, url: str
) -> None:
    away = Database(url.format(folder=tmp_path))
    folder = tmp_path / "away"
    if folder.exists():
        folder.rmdir()
    for use in (away.transaction, away.reading):
        with pytest.raises(DatabaseUnavailable):
            await _look(use())
    with pytest.raises(DatabaseUnavailable):
        await upgrade(away)
    if url.startswith("sqlite"):
        folder.mkdir()
        await upgrade(away)
        assert await _look(away.reading()) is None
    await away.close()


async def _look(unit: AbstractAsyncContextManager[AsyncSession]) -> KeptSetting | None:
    async with unit as session:
        return await session.get(KeptSetting, "any")


@pytest.fixture
async def beside(tmp_path: Path) -> AsyncIterator[tuple[Database, sqlite3.Connection]]:
    """A SQLite database, and another process's connection to it that is writing."""
    db = Database(f"{DRIVER}:///{tmp_path / 'xinqiao.db'}")
    await upgrade(db)
    other = sqlite3.connect(tmp_path / "xinqiao.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield db, other
    other.close()
    await db.close()


async def _keep(db: Database) -> None:
    async with db.transaction() as session:
        session.add(KeptSetting(name="mine", value="1"))


async def test_who_writes_waits_for_another_process_and_holds_up_nobody(
    beside: tuple[Database, sqlite3.Connection],
) -> None:
    db, other = beside
    writing = asyncio.create_task(_keep(db))
    async with asyncio.timeout(5):
        for _ in range(10):
            await asyncio.sleep(0.01)
            assert await _look(db.reading()) is None
    assert not writing.done()
    other.execute("COMMIT")
    await writing


async def test_a_database_that_another_process_holds_for_too_long_is_out_of_reach(
    beside: tuple[Database, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.sqlite_driver.PATIENCE", 0.1)
    db, other = beside
    with pytest.raises(DatabaseUnavailable):
        await _keep(db)
    other.execute("ROLLBACK")
    await _keep(db)


async def test_a_long_transaction_gives_way_to_others(tmp_path: Path) -> None:
    db = Database(f"{DRIVER}:///{tmp_path / 'xinqiao.db'}")
    await upgrade(db)
    turns: list[float] = []

    async def others() -> None:
        while True:
            turns.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    async with db.transaction() as session:
        began = asyncio.get_running_loop().time()
        for number in range(2000):
            session.add(KeptSetting(name=f"row {number}", value="1"))
            await session.flush()
    beside.cancel()
    await db.close()
    assert sum(began < turn for turn in turns) > 3
