"""Writing checked rows into the database, leaving alone what people changed there."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, today
from service.database import Database
from service.handbook import touch_handbook
from service.loading.fields import RelativeDay
from service.loading.files import FileRow, read_folder
from service.model import (
    AftercareText,
    Answer,
    Base,
    Department,
    LoadedRow,
    Notice,
    Practitioner,
    Schedule,
    ScheduleException,
    TriageEntry,
    TriageQuestion,
)
from service.sessions import booked_otherwise, release_numbers
from service.settings import Settings


@dataclass
class LoadReport:
    """What loading did, by kind and code."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    """Rows that were changed or removed in the database by hand, and differ from the files."""
    released: int = 0
    promised: list[str] = field(default_factory=list)
    """Sessions in which somebody has booked: not as the timetable is now, but as it was then."""


async def load_hospital(
    db: Database, folder: Path, clock: Clock, settings: Settings, *, replace: bool = False
) -> LoadReport:
    """Load a folder of data files, all or nothing, and release the numbers of its timetables.

    Args:
        replace: overwrite rows that were changed in the database by hand as well.

    Raises:
        BadFiles: nothing was loaded; carries every bad row.
    """
    rows = read_folder(folder)
    report = LoadReport()
    async with db.transaction() as session:
        loader = _Loader(session, clock, replace, report)
        for kind in _TABLES:
            await loader.load(kind, [row for row in rows if row.kind == kind])
        await touch_handbook(session)
    report.released = await release_numbers(db, clock, settings)
    for clinic in await booked_otherwise(db, clock, settings):
        report.promised.append(f"{clinic.practitioner.name} {clinic.day} {clinic.period}")
    return report


@dataclass(frozen=True)
class _Table:
    """How the rows of one kind are stored: the table, its key, and columns by other names."""

    model: type[Base]
    key: Callable[[Any], str]
    rename: dict[str, str] = field(default_factory=dict)
    references: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Column in the file: (column in the table, kind whose id it takes)."""


_TABLES = {
    "department": _Table(Department, lambda row: row.code),
    "practitioner": _Table(
        Practitioner,
        lambda row: row.code,
        references={"department": ("department_id", "department")},
    ),
    "schedule": _Table(
        Schedule,
        lambda row: f"{row.practitioner.code}/{row.weekday}/{row.period}",
        references={"doctor": ("practitioner_id", "practitioner")},
    ),
    "exception": _Table(
        ScheduleException,
        lambda row: row.code,
        rename={"from": "first_day", "until": "last_day"},
        references={
            "doctor": ("practitioner_id", "practitioner"),
            "substitute": ("substitute_id", "practitioner"),
        },
    ),
    "answer": _Table(
        Answer,
        lambda row: row.code,
        references={"department": ("department_id", "department")},
    ),
    "aftercare": _Table(AftercareText, lambda row: row.code),
    "notice": _Table(
        Notice, lambda row: row.code, rename={"from": "first_day", "until": "last_day"}
    ),
    "triage": _Table(TriageEntry, lambda row: row.department),
    "question": _Table(TriageQuestion, lambda row: row.code),
}
_EMPTY: dict[str, Any] = {
    "aliases": [],
    "possible": [],
    "unless": [],
    "phone": "",
    "department": "",
}


class _Loader:
    def __init__(
        self, session: AsyncSession, clock: Clock, replace: bool, report: LoadReport
    ) -> None:
        self._session = session
        self._clock = clock
        self._replace = replace
        self._report = report
        self._ids: dict[tuple[str, str], int] = {}

    async def load(self, kind: str, rows: Sequence[FileRow]) -> None:
        table = _TABLES[kind]
        stored = {table.key(row): row for row in (await self._session.scalars(select(table.model)))}
        loaded = {
            row.code: row
            for row in await self._session.scalars(select(LoadedRow).where(LoadedRow.kind == kind))
        }
        for row in rows:
            known = stored.get(row.code)
            if not self._has_references(table, row):
                self._report.kept.append(f"{row.kind} {row.code}（所指的行已在数据库中删除）")
                continue
            values = self._columns(table, row, known)
            stored[row.code] = self._store(table, row, values, known, loaded.get(row.code))
        await self._session.flush()
        for code, item in stored.items():
            if item is not None:
                self._ids[kind, code] = item.id  # type: ignore[attr-defined]

    def _store(
        self,
        table: _Table,
        row: FileRow,
        values: dict[str, Any],
        known: Base | None,
        loaded: LoadedRow | None,
    ) -> Any:
        name = f"{row.kind} {row.code}"
        wanted = _fingerprint(values)
        if known is None and loaded is not None and not self._replace:
            self._report.kept.append(f"{name}（已在数据库中删除）")
            return None
        if known is None:
            known = table.model(**values)
            self._session.add(known)
            self._report.added.append(name)
        else:
            present = _fingerprint({column: getattr(known, column) for column in values})
            if present == wanted:
                self._report.unchanged += 1
            elif self._replace or (loaded is not None and loaded.fingerprint == present):
                for column, value in values.items():
                    setattr(known, column, value)
                self._report.updated.append(name)
            else:
                self._report.kept.append(name)
                return known
        if loaded is None:
            loaded = LoadedRow(kind=row.kind, code=row.code)
            self._session.add(loaded)
        loaded.fingerprint = wanted
        return known

    def _has_references(self, table: _Table, row: FileRow) -> bool:
        """Whether all that a row refers to is still there; the files were found to be whole."""
        return all(
            row.values[name] is None or (kind, row.values[name]) in self._ids
            for name, (_column, kind) in table.references.items()
        )

    def _columns(self, table: _Table, row: FileRow, known: Any) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for name, value in row.values.items():
            if name in table.references:
                column, kind = table.references[name]
                columns[column] = None if value is None else self._ids[kind, value]
                continue
            column = table.rename.get(name, name)
            if isinstance(value, RelativeDay):
                value = self._day(value, getattr(known, column, None))
            columns[column] = _EMPTY.get(column) if value is None else value
        return columns

    def _day(self, value: RelativeDay, known: date | None) -> date:
        """Counted from the first loading: loading again does not move it."""
        return known or today(self._clock) + timedelta(days=value.days)


def _fingerprint(values: dict[str, Any]) -> str:
    written = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
