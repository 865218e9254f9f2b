"""Databases for tests, quickly: each is a copy of a template that is made once a session."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from service.database import Database
from service.loading import load_hospital
from service.migrations import upgrade
from service.model import Base
from service.settings import read_settings
from tests.fakes import FixedClock

HOSPITAL = Path(__file__).parent.parent / "hospital"


class Databases(Protocol):
    """Makes databases of one kind. Templates: ``bare``, ``empty`` (tables), ``hospital`` (rows)."""

    def __init__(self, folder: Path, clock: FixedClock) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def fresh(self, template: str) -> Any:
        """A context that holds an open database, a copy of a template; gone afterwards."""
        ...


async def _fill(url: str, template: str, folder: Path, clock: FixedClock) -> None:
    db = Database(url)
    await upgrade(db)
    if template == "hospital":
        settings = read_settings({"XINQIAO_HOME": str(folder), "XINQIAO_SECRET": "of-the-tests"})
        await load_hospital(db, HOSPITAL, clock, settings)
    await db.close()


class SqliteDatabases:
    """Files in a folder."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self._folder, self._clock = folder, clock
        self._count = itertools.count()

    def start(self) -> None:
        return None

    def stop(self) -> None:
        return None

    @asynccontextmanager
    async def fresh(self, template: str) -> AsyncIterator[Database]:
        path = self._folder / f"{next(self._count)}.db"
        if template != "bare":
            shutil.copyfile(await self._template(template), path)
        db = Database(_sqlite_url(path))
        try:
            yield db
        finally:
            await db.close()
            path.unlink(missing_ok=True)

    async def _template(self, name: str) -> Path:
        path = self._folder / f"{name}.template"
        if not path.exists():
            # Closing the last connection brings the write-ahead log into the file.
            await _fill(_sqlite_url(path), name, self._folder, self._clock)
        return path


def _sqlite_url(path: Path) -> str:
    return f"sqlite+inloop:///{path}"


class PostgresDatabases:
    """Databases of one real server, which runs from ``start`` to ``stop``."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self._folder, self._clock = folder, clock
        self._count = itertools.count()
        self._made: set[str] = set()

    def start(self) -> None:
        with warnings.catch_warnings():
            # It asks for a runtime folder when it is imported; without a login there is none.
            warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
            from pgserver.postgres_server import get_server

        # Not below pytest's own folder, which the server's user may not enter.
        self._data = Path(tempfile.mkdtemp(prefix="xinqiao-pg-"))
        self._server = get_server(self._data, cleanup_mode="delete")
        self._socket = self._server.get_uri().partition("host=")[2]
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("ALTER SYSTEM SET synchronous_commit = off")
        # A hospital's server shows local times; what is read must be the same moment all the same.
        self._run("ALTER SYSTEM SET timezone = 'Asia/Shanghai'")
        self._run("SELECT pg_reload_conf()")

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._data, ignore_errors=True)

    @asynccontextmanager
    async def fresh(self, template: str) -> AsyncIterator[Database]:
        name = await self._template(template)
        if template == "empty":
            # Emptying is ten times as quick as copying.
            self._empty(name)
        else:
            name = f"test_{next(self._count)}"
            self._run(f"CREATE DATABASE {name} TEMPLATE {await self._template(template)}")
        db = Database(self._url(name))
        try:
            yield db
        finally:
            # It stays until the server goes: dropping one waits for a checkpoint of all of them.
            await db.close()

    async def _template(self, name: str) -> str:
        if name == "bare":
            return "template1"
        if name not in self._made:
            self._run(f"CREATE DATABASE {name}")
            await _fill(self._url(name), name, self._folder, self._clock)
            self._made.add(name)
        return name

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket}"

    def _empty(self, name: str) -> None:
        tables = ", ".join(f'"{table}"' for table in Base.metadata.tables)
        self._run(f"TRUNCATE {tables} RESTART IDENTITY", name)

    def _run(self, statement: str, name: str = "postgres") -> None:
        address = f"postgresql://postgres@/{name}?host={self._socket}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET lock_timeout = '5s'")
            connection.execute(statement.encode())
