"""SQLite without a thread: each statement runs where it is asked for, in the event loop.

The usual asynchronous driver hands every statement to a thread and waits for it; going there and
back takes longer than SQLite needs for one of ours. What may really take time does not hold up the
loop: ``wait_to_write`` waits for another process that is writing, and a long transaction, such as
loading a hospital, gives way between its statements.
"""

import asyncio
import sqlite3
from math import inf
from time import monotonic
from typing import Any

from sqlalchemy import URL, Connection, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import AsyncAdaptedQueuePool, StaticPool
from sqlalchemy.util import await_only

DRIVER = "sqlite+inloop"
"""How addresses of databases that this driver opens begin."""
PATIENCE = 10.0
"""Seconds for which another process may be writing before the database counts as out of reach."""
_LOOK_AGAIN = 0.005
_GIVE_WAY_AFTER = 0.03
"""Seconds of one transaction; a message's own are a tenth of it."""


class _Cursor(sqlite3.Cursor):
    def execute(self, *arguments: Any) -> Any:
        # SQLAlchemy takes a driver that never awaits for a wrong one.
        connection: Any = self.connection
        await_only(connection.give_way())
        return super().execute(*arguments)

    async def _async_soft_close(self) -> None:
        """What SQLAlchemy awaits once it has a result: here there is nothing to wait for."""


class _Connection(sqlite3.Connection):
    _since = inf
    """When the transaction that writes has begun, or given way the last time."""

    def begins(self) -> None:
        self._since = monotonic()

    async def give_way(self) -> None:
        if monotonic() - self._since > _GIVE_WAY_AFTER:
            await asyncio.sleep(0)
            self._since = monotonic()

    def commit(self) -> None:
        self._since = inf
        super().commit()

    def rollback(self) -> None:
        self._since = inf
        super().rollback()

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class InLoopSqlite(SQLiteDialect_pysqlite):
    """The standard library's SQLite, called from coroutines."""

    driver = "inloop"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        return AsyncAdaptedQueuePool if cls._is_url_file_db(url) else StaticPool

    def connect(self, *arguments: Any, **options: Any) -> Any:
        return super().connect(*arguments, factory=_Connection, **options)


def wait_to_write(connection: Connection) -> None:
    """Begin a transaction that writes, once no other process does.

    Raises:
        OperationalError: another process has been writing for too long.
    """
    until = monotonic() + PATIENCE
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if not _is_busy(error.orig) or monotonic() >= until:
                raise
        else:
            begun: Any = connection.connection.driver_connection
            begun.begins()
            return
        await_only(asyncio.sleep(_LOOK_AGAIN))


def _is_busy(error: object) -> bool:
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


registry.register("sqlite.inloop", __name__, InLoopSqlite.__name__)
