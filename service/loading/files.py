"""Reading and checking a hospital's data files, without touching the database."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from service.loading.fields import KINDS, Field


@dataclass(frozen=True)
class BadRow:
    """One thing that is wrong, and where."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行：{self.problem}"


class BadFiles(ValueError):
    """The files cannot be loaded; carries every bad row."""

    def __init__(self, rows: list[BadRow]) -> None:
        super().__init__("\n".join(str(row) for row in rows))
        self.rows = rows


@dataclass(frozen=True)
class FileRow:
    """One checked row: its kind, its key and its values."""

    kind: str
    code: str
    file: str
    line: int
    values: dict[str, Any] = field(compare=False)


_CSV = {
    "departments.csv": "department",
    "doctors.csv": "practitioner",
    "timetables.csv": "schedule",
    "exceptions.csv": "exception",
}
_YAML = {"answers": "answer", "aftercare": "aftercare", "triage": "triage"}


def read_folder(folder: Path) -> list[FileRow]:
    """All rows of a hospital's data folder, in an order in which they can be stored.

    Raises:
        BadFiles: at least one row is bad; all bad rows are carried.
    """
    bad: list[BadRow] = []
    rows: list[FileRow] = []
    for name, kind in _CSV.items():
        rows.extend(_checked(kind, name, _csv_rows(folder / name, name, bad), bad))
    for directory, kind in _YAML.items():
        for path in sorted((folder / directory).glob("*.yml")):
            name = f"{directory}/{path.name}"
            here = "question" if name == "triage/questions.yml" else kind
            found = list(_checked(here, name, _yaml_rows(path, name, bad), bad))
            for row in found:
                if here == "answer":
                    row.values["topic"] = path.stem
            rows.extend(found)
    if (folder / "notices.yml").exists():
        notices = _yaml_rows(folder / "notices.yml", "notices.yml", bad)
        rows.extend(_checked("notice", "notices.yml", notices, bad))
    bad.extend(_cross_check(rows))
    if bad:
        raise BadFiles(bad)
    return rows


def _csv_rows(path: Path, name: str, bad: list[BadRow]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                yield reader.line_num, row
    except FileNotFoundError:
        bad.append(BadRow(name, 0, "没有这个文件"))
    except UnicodeDecodeError:
        bad.append(BadRow(name, 0, "应为 UTF-8 编码的 CSV 文件"))


class _LineLoader(yaml.SafeLoader):
    """Notes for every mapping the line on which it starts."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        mapping = super().construct_mapping(node, deep=True)
        mapping["__line__"] = node.start_mark.line + 1
        return mapping


def _without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_lines(item) for key, item in value.items() if key != "__line__"}
    return [_without_lines(item) for item in value] if isinstance(value, list) else value


def _yaml_rows(path: Path, name: str, bad: list[BadRow]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        bad.append(BadRow(name, line, "不是正确的 YAML"))
        return
    entries = content if isinstance(content, list) else [content]
    for entry in entries:
        if not isinstance(entry, dict):
            bad.append(BadRow(name, 0, "应为条目的列表"))
            continue
        yield entry["__line__"], _without_lines(entry)


def _checked(
    kind: str, file: str, raw: Iterable[tuple[int, dict[str, Any]]], bad: list[BadRow]
) -> Iterator[FileRow]:
    seen: dict[str, int] = {}
    for line, cells in raw:
        problems = list(_problems(KINDS[kind], cells))
        if problems:
            bad.extend(BadRow(file, line, problem) for problem in problems)
            continue
        values = {name: _read(spec, cells.get(name)) for name, spec in KINDS[kind].items()}
        code = _code(kind, values)
        if code in seen:
            bad.append(BadRow(file, line, f"{code} 与第 {seen[code]} 行重复"))
            continue
        seen[code] = line
        yield FileRow(kind, code, file, line, values)


def _problems(fields: dict[str, Field], cells: dict[str, Any]) -> Iterator[str]:
    for name in cells:
        if name not in fields:
            yield f"不认识的列 {name}"
    for name, spec in fields.items():
        value = cells.get(name)
        try:
            _read(spec, value)
        except (ValueError, KeyError, TypeError):
            yield f"{name}={value!r}：应为{spec.expected}"


def _read(spec: Field, value: Any) -> Any:
    if value is None or value == "":
        if spec.optional:
            return None
        raise ValueError(value)
    return spec.read(value)


def _code(kind: str, values: dict[str, Any]) -> str:
    if kind == "schedule":
        return f"{values['doctor']}/{values['weekday']}/{values['period']}"
    return str(values["department"] if kind == "triage" else values["code"])


def _cross_check(rows: list[FileRow]) -> Iterator[BadRow]:
    departments = {row.code for row in rows if row.kind == "department"}
    names = {row.values["name"] for row in rows if row.kind == "department"}
    doctors = {row.code for row in rows if row.kind == "practitioner"}
    for row in rows:
        values = row.values
        if row.kind == "practitioner" and values["department"] not in departments:
            yield _unknown(row, "department", "departments.csv 里的科室代码")
        if row.kind in ("schedule", "exception") and values["doctor"] not in doctors:
            yield _unknown(row, "doctor", "doctors.csv 里的医生代码")
        if row.kind == "exception" and values["substitute"] not in doctors | {None}:
            yield _unknown(row, "substitute", "doctors.csv 里的医生代码")
        if row.kind == "answer" and values["department"] not in departments | {None}:
            yield _unknown(row, "department", "departments.csv 里的科室代码")
        if row.kind in ("triage", "aftercare") and values["department"] not in names | {None}:
            yield _unknown(row, "department", "departments.csv 里的科室名称")
        if row.kind == "schedule" and not values["starts"] < values["ends"]:
            yield _unknown(row, "ends", "比 starts 晚的时间")
        if row.kind == "schedule" and values["outside"] > values["capacity"]:
            yield _unknown(row, "outside", "不大于 capacity 的数")
        if row.kind == "question":
            for choice in values["choices"]:
                for name in set(choice["departments"]) - names:
                    yield BadRow(row.file, row.line, f"departments={name!r}：应为科室名称")


def _unknown(row: FileRow, column: str, expected: str) -> BadRow:
    return BadRow(row.file, row.line, f"{column}={row.values[column]!r}：应为{expected}")
