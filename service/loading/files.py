"""Reading and checking a hospital's data files, without touching the database."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from service.loading.fields import KINDS, Field, RelativeDay


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


@dataclass
class _Reading:
    """What has been read so far, and what was wrong with it."""

    rows: list[FileRow] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    codes: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    """By kind, those of bad rows as well: a row that refers to a bad one is not bad itself."""
    unread: set[str] = field(default_factory=set)
    """Kinds of which a file could not be read, so that nothing can be said of references to them."""
    places: dict[tuple[str, str], FileRow] = field(default_factory=dict)

    def knows(self, kind: str, code: str | None) -> bool:
        """Whether a reference leads somewhere, as far as can be told."""
        file = "department" if kind == "name" else kind
        return code is None or file in self.unread or code in self.codes[kind]


def read_folder(folder: Path) -> list[FileRow]:
    """All rows of a hospital's data folder, in an order in which they can be stored.

    Raises:
        BadFiles: at least one row is bad; all bad rows are carried.
    """
    reading = _Reading()
    for name, kind in _CSV.items():
        _check(reading, kind, name, _csv_rows(folder / name, name, kind, reading))
    for directory, kind in _YAML.items():
        for path in sorted((folder / directory).glob("*.yml")):
            name = f"{directory}/{path.name}"
            here = "question" if name == "triage/questions.yml" else kind
            _check(reading, here, name, _yaml_rows(path, name, reading))
    if (folder / "notices.yml").exists():
        notices = _yaml_rows(folder / "notices.yml", "notices.yml", reading)
        _check(reading, "notice", "notices.yml", notices)
    for row in reading.rows:
        reading.bad.extend(_cross_check(row, reading))
    if reading.bad:
        raise BadFiles(reading.bad)
    return reading.rows


def _csv_rows(
    path: Path, name: str, kind: str, reading: _Reading
) -> Iterator[tuple[int, dict[str, Any]]]:
    problem = ""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                yield reader.line_num, row
    except FileNotFoundError:
        problem = "没有这个文件"
    except UnicodeDecodeError:
        problem = "应为 UTF-8 编码的 CSV 文件"
    except csv.Error:
        problem = "不是正确的 CSV"
    if problem:
        reading.bad.append(BadRow(name, 0, problem))
        reading.unread.add(kind)


class _LineLoader(yaml.SafeLoader):
    """Notes for every mapping the line on which it starts."""

    # Days stay text: the loader's own dates fail on 2026-13-31 without a line.
    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        mapping = super().construct_mapping(node, deep=True)
        mapping["__line__"] = node.start_mark.line + 1
        return mapping


def _without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_lines(item) for key, item in value.items() if key != "__line__"}
    return [_without_lines(item) for item in value] if isinstance(value, list) else value


def _yaml_rows(path: Path, name: str, reading: _Reading) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)
    except UnicodeDecodeError:
        reading.bad.append(BadRow(name, 0, "应为 UTF-8 编码的 YAML 文件"))
        return
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        reading.bad.append(BadRow(name, mark.line + 1 if mark else 0, "不是正确的 YAML"))
        return
    entries = content if isinstance(content, list) else [content]
    for entry in entries:
        if not isinstance(entry, dict):
            reading.bad.append(BadRow(name, 0, "应为条目的列表"))
            continue
        yield entry["__line__"], _without_lines(entry)


def _check(
    reading: _Reading, kind: str, file: str, raw: Iterable[tuple[int, dict[str, Any]]]
) -> None:
    for line, cells in raw:
        reading.codes[kind].add(str(cells.get("code")).strip())
        if kind == "department":
            reading.codes["name"].add(str(cells.get("name")).strip())
        problems = list(_problems(KINDS[kind], cells))
        if problems:
            reading.bad.extend(BadRow(file, line, problem) for problem in problems)
            continue
        values = {name: _read(spec, cells.get(name)) for name, spec in KINDS[kind].items()}
        if kind == "answer":
            values["topic"] = Path(file).stem
        row = FileRow(kind, _code(kind, values), file, line, values)
        problem = _repeated(row, reading)
        if problem:
            reading.bad.append(BadRow(file, line, problem))
            continue
        reading.rows.append(row)


def _repeated(row: FileRow, reading: _Reading) -> str:
    keys = [(row.kind, row.code)]
    if row.kind == "department":
        keys.append(("name", row.values["name"]))
    for key in keys:
        first = reading.places.setdefault(key, row)
        if first is not row:
            where = "" if first.file == row.file else f" {first.file} "
            return f"{key[1]} 与{where}第 {first.line} 行重复"
    return ""


def _problems(fields: dict[str, Field], cells: dict[str, Any]) -> Iterator[str]:
    for name in cells:
        if name is None:
            yield f"多出的内容 {'、'.join(cells[name])}"
        elif name not in fields:
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


_REFERENCES = {
    "practitioner": (("department", "department", "departments.csv 里的科室代码"),),
    "schedule": (("doctor", "practitioner", "doctors.csv 里的医生代码"),),
    "exception": (
        ("doctor", "practitioner", "doctors.csv 里的医生代码"),
        ("substitute", "practitioner", "doctors.csv 里的医生代码"),
    ),
    "answer": (("department", "department", "departments.csv 里的科室代码"),),
    "triage": (("department", "name", "departments.csv 里的科室名称"),),
    "aftercare": (("department", "name", "departments.csv 里的科室名称"),),
}


def _cross_check(row: FileRow, reading: _Reading) -> Iterator[BadRow]:
    values = row.values
    for column, kind, expected in _REFERENCES.get(row.kind, ()):
        if not reading.knows(kind, values[column]):
            yield _unknown(row, column, expected)
    if row.kind == "schedule" and not values["starts"] < values["ends"]:
        yield _unknown(row, "ends", "比 starts 晚的时间")
    if row.kind == "schedule" and values["outside"] > values["capacity"]:
        yield _unknown(row, "outside", "不大于 capacity 的数")
    if row.kind in ("exception", "notice") and _ends_first(values["from"], values["until"]):
        yield BadRow(row.file, row.line, "until：应为不早于 from 的日期")
    if row.kind == "question":
        for choice in values["choices"]:
            for name in choice["departments"]:
                if not reading.knows("name", name):
                    yield BadRow(row.file, row.line, f"departments={name!r}：应为科室名称")


def _ends_first(first: date | RelativeDay, last: date | RelativeDay) -> bool:
    if isinstance(first, date) and isinstance(last, date):
        return last < first
    if isinstance(first, RelativeDay) and isinstance(last, RelativeDay):
        return last.days < first.days
    return False


def _unknown(row: FileRow, column: str, expected: str) -> BadRow:
    return BadRow(row.file, row.line, f"{column}={row.values[column]!r}：应为{expected}")
