"""SQLite's driver with one step a statement.

SQLAlchemy's aiosqlite driver goes to the connection's thread and back four times for each
statement: make a cursor, execute, fetch, close. Here it goes once. All else is as there.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Holds what one statement gave; nothing of it stays in the connection's thread."""

    __slots__ = ()

    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._run(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._run(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def _run(self, statement: Callable[[sqlite3.Cursor], object]) -> None:
        connection: Any = self._connection
        try:
            # aiosqlite itself runs everything this way; it has no public name for it.
            ran = self.await_(connection._execute(partial(_in_thread, connection, statement)))
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self.description, self.rowcount, self.lastrowid, rows = ran
        self._rows = deque(rows)


def _in_thread(
    connection: Any, statement: Callable[[sqlite3.Cursor], object]
) -> tuple[Any, int, int | None, list[Any]]:
    cursor = connection._conn.cursor()
    try:
        statement(cursor)
        rows = cursor.fetchall() if cursor.description else []
        return cursor.description, cursor.rowcount, cursor.lastrowid, rows
    finally:
        cursor.close()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    def cursor(self, server_side: bool = False) -> AsyncAdapt_aiosqlite_cursor:
        return super().cursor(server_side=True) if server_side else _Cursor(self)


class OneStepDriver(AsyncAdapt_aiosqlite_dbapi):
    """What ``create_async_engine`` takes as ``module``."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **options: Any) -> AsyncAdapt_aiosqlite_connection:
        made = super().connect(*arguments, **options)
        return _Connection(self, made._connection)
