"""What tests share: a clock that stands, settings, and real databases of both kinds."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from service.crypto import Vault
from service.database import Database
from service.settings import Settings, read_settings
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.fakes import FixedClock

TUESDAY_MORNING = datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def clock() -> FixedClock:
    """Half past nine on Tuesday, 1 December 2026."""
    return FixedClock(TUESDAY_MORNING)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults of HOSPITAL.md."""
    return read_settings({"XINQIAO_HOME": str(tmp_path / "home"), "XINQIAO_SECRET": "of-the-tests"})


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return Vault(settings.secret)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """Makes databases of one kind; the PostgreSQL server runs while its tests do."""
    folder = tmp_path_factory.mktemp("databases")
    kinds: dict[str, type[Databases]] = {"sqlite": SqliteDatabases, "postgresql": PostgresDatabases}
    made = kinds[request.param](folder, FixedClock(TUESDAY_MORNING))
    made.start()
    yield made
    made.stop()


@pytest_asyncio.fixture
async def db(databases: Databases) -> AsyncIterator[Database]:
    """A database of the test's own: all tables, no rows."""
    async with databases.fresh("empty") as fresh:
        yield fresh


@pytest_asyncio.fixture
async def hospital(databases: Databases) -> AsyncIterator[Database]:
    """A database of the test's own into which ``hospital/`` was loaded on Tuesday morning."""
    async with databases.fresh("hospital") as fresh:
        yield fresh


@pytest_asyncio.fixture
async def bare(databases: Databases) -> AsyncIterator[Database]:
    """A database of the test's own without a single table."""
    async with databases.fresh("bare") as fresh:
        yield fresh
