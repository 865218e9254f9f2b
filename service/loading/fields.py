"""How a cell of a data file is read, and what is said when it cannot be."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Field:
    """One column: how it is read and, in Chinese, what is expected of it."""

    read: Callable[[Any], Any]
    expected: str
    optional: bool = False


@dataclass(frozen=True)
class RelativeDay:
    """A day counted from the day of loading: ``+3``."""

    days: int


def text(value: Any) -> str:
    result = str(value).strip()
    if not result:
        raise ValueError(value)
    return result


def pattern(expression: str) -> Callable[[Any], str]:
    compiled = re.compile(expression)

    def read(value: Any) -> str:
        result = str(value).strip()
        if not compiled.fullmatch(result):
            raise ValueError(value)
        return result

    return read


def one_of(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        result = str(value).strip()
        if result not in allowed:
            raise ValueError(value)
        return result

    return read


def whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = int(str(value).strip())
        if not low <= number <= high:
            raise ValueError(value)
        return number

    return read


def fen(value: Any) -> int:
    """Yuan, with up to two places, as integer fen."""
    match = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,2}))?", str(value).strip())
    if match is None:
        raise ValueError(value)
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def parts(value: Any) -> list[str]:
    """Texts separated by ``;``."""
    return [part.strip() for part in re.split("[;；]", str(value)) if part.strip()]


def texts(value: Any) -> list[str]:
    """A list of texts."""
    if not isinstance(value, list) or not value:
        raise ValueError(value)
    return [text(item) for item in value]


def sections(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or "warning" not in value:
        raise ValueError(value)
    return {str(key): text(item) for key, item in value.items()}


def choices(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        raise ValueError(value)
    return [
        {"label": text(item["label"]), "departments": texts(item["departments"])} for item in value
    ]


def yes_no(value: Any) -> bool:
    return {"yes": True, "no": False}[str(value).strip().lower()]


def day(value: Any) -> date | RelativeDay:
    written = str(value).strip()
    if re.fullmatch(r"\+\d{1,3}", written):
        return RelativeDay(int(written[1:]))
    return date.fromisoformat(written)


_CLOCK = pattern(r"([01]\d|2[0-3]):[0-5]\d")
_CODE = Field(pattern(r"[a-z0-9][a-z0-9_-]*"), "小写字母、数字和 - 组成的代码，如 cardiology")
_TEXT = Field(text, "不能为空的文字")
_OPTIONAL = Field(lambda value: str(value).strip(), "文字", optional=True)
_AGE = Field(whole(0, 120), "岁数，如 14，或留空", optional=True)
_PHONE = Field(pattern(r"[\d-]{5,20}"), "电话号码，如 0600-8121001")
_DAY = Field(day, "日期，如 2026-12-01，或 +3（加载后第 3 天）")
_PERIOD = one_of("morning", "afternoon", "evening")

KINDS: dict[str, dict[str, Field]] = {
    "department": {
        "code": _CODE,
        "name": _TEXT,
        "aliases": Field(parts, "用 ; 隔开的别名", optional=True),
        "group": _TEXT,
        "location": _TEXT,
        "phone": _PHONE,
        "treats": _TEXT,
        "sex": Field(one_of("F", "M"), "F、M 或留空", optional=True),
        "min_age": _AGE,
        "max_age": _AGE,
        "bookable": Field(yes_no, "yes 或 no"),
    },
    "practitioner": {
        "code": _CODE,
        "name": _TEXT,
        "sex": Field(one_of("F", "M"), "F 或 M"),
        "department": _CODE,
        "title": Field(
            one_of("主任医师", "副主任医师", "主治医师", "住院医师"),
            "主任医师、副主任医师、主治医师或住院医师",
        ),
        "fields": Field(parts, "用 ; 隔开的专长"),
        "intro": _TEXT,
    },
    "schedule": {
        "doctor": _CODE,
        "weekday": Field(whole(1, 7), "1（周一）到 7（周日）"),
        "period": Field(_PERIOD, "morning、afternoon 或 evening"),
        "kind": Field(one_of("普通号", "专家号"), "普通号或专家号"),
        "fee": Field(fen, "以元计的金额，如 50 或 12.5"),
        "starts": Field(_CLOCK, "时间，如 08:00"),
        "ends": Field(_CLOCK, "时间，如 12:00"),
        "capacity": Field(whole(0, 500), "号源总数，如 30"),
        "outside": Field(whole(0, 500), "窗口和电话放出的号数，如 10"),
        "room": _TEXT,
    },
    "exception": {
        "code": _CODE,
        "doctor": _CODE,
        "from": _DAY,
        "until": _DAY,
        "period": Field(_PERIOD, "morning、afternoon、evening 或留空（全天）", optional=True),
        "kind": Field(
            one_of("cancelled", "substituted", "extra"), "cancelled、substituted 或 extra"
        ),
        "substitute": Field(_CODE.read, "代班医生的代码", optional=True),
        "reason": _TEXT,
    },
    "answer": {
        "code": _CODE,
        "title": _TEXT,
        "asks": Field(texts, "问法的列表"),
        "keywords": Field(texts, "关键词的列表"),
        "text": _TEXT,
        "department": Field(_CODE.read, "departments.csv 里的科室代码，或留空", optional=True),
        "phone": _OPTIONAL,
    },
    "aftercare": {
        "code": _CODE,
        "name": _TEXT,
        "aliases": Field(texts, "别名的列表"),
        "department": Field(text, "科室名称，或留空", optional=True),
        "sections": Field(sections, "各节文字，至少有 warning"),
    },
    "notice": {"code": _CODE, "title": _TEXT, "text": _TEXT, "from": _DAY, "until": _DAY},
    "triage": {
        "department": _TEXT,
        "decisive": Field(texts, "词语的列表"),
        "typical": Field(texts, "词语的列表"),
        "possible": Field(texts, "词语的列表", optional=True),
    },
    "question": {
        "code": _CODE,
        "complaint": Field(texts, "词语的列表"),
        "question": _TEXT,
        "choices": Field(choices, "2 到 4 个选项，各有 label 和 departments"),
        "unless": Field(texts, "词语的列表", optional=True),
    },
}
