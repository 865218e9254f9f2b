"""The service database: one place that opens it, and one that says when it is out of reach."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from service.errors import DatabaseUnavailable, ServiceError
from service.sqlite_driver import DRIVER, wait_to_write

_READ_ONLY = "xinqiao_read_only"


class Database:
    """An engine and its sessions. Opening is lazy: nothing is connected until the first use.

    Args:
        url: an address with an async driver, as ``Settings.database_url`` has it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _open(url)
        self._in_loop = url.startswith(DRIVER)
        self._reading = self.engine.execution_options(**{_READ_ONLY: True})

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One unit of work: committed when the block ends, rolled back when it raises.

        Raises:
            DatabaseUnavailable: the database cannot be reached or is busy too long.
        """
        with _Unavailability():
            async with self._session(self.engine) as session:
                try:
                    yield session
                    await session.commit()
                except ServiceError:
                    # Rows that an error carries must stay readable after the rollback.
                    session.expunge_all()
                    raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; writers are not kept waiting by it.

        Each statement sees what is committed at its moment, on both databases.
        """
        with _Unavailability():
            async with self._session(self._reading) as session:
                yield session

    @asynccontextmanager
    async def migrating(self) -> AsyncIterator[AsyncConnection]:
        """A bare connection on which tables may be made and changed."""
        with _Unavailability():
            async with self.engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def _session(self, bind: AsyncEngine) -> AsyncIterator[AsyncSession]:
        """A session; what it has not committed is rolled back."""
        session = AsyncSession(bind, expire_on_commit=False)
        try:
            yield session
        finally:
            # Where closing has to wait for a server, a task that is cancelled must not cut it off.
            await (session.close() if self._in_loop else asyncio.shield(session.close()))

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


class _Unavailability:
    """Translates the driver's connection errors, once for the whole program."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            return
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        if lost or isinstance(error, OperationalError | InterfaceError | PoolTimeout):
            raise DatabaseUnavailable(type(error).__name__) from error
        if isinstance(error, OSError):
            raise DatabaseUnavailable(str(error)) from error


def _open(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        return create_async_engine(
            url, pool_pre_ping=True, pool_size=5, max_overflow=10, hide_parameters=True
        )
    path = url.partition("///")[2]
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    # Without hide_parameters an error's text would carry patients' words into the log.
    engine = create_async_engine(url, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins too late for a consistent read before a write.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        # Short, since it holds up the loop; the long waiting is done by ``wait_to_write``.
        "busy_timeout=20",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A transaction that reads first and writes later would fail with "locked" beside another one.
    if not connection.get_execution_options().get(_READ_ONLY):
        wait_to_write(connection)


__all__ = ["AsyncConnection", "AsyncSession", "Database"]
