"""Holidays and lunar days, as the library ``jionlp`` knows them."""

import contextlib
import importlib
import io
from datetime import date, datetime
from functools import lru_cache
from typing import Any

NAMES = (
    r"元旦|新年第一天|春节|除夕|大?年三十|大?年二十[四五六七八九]|大年夜|大年(?:初[一二三四五六七八九十])|(?<![上读升念正月历])初[一二三四五六七八九十](?=[上下中]午|[早晚]上|那天|有号|有门诊|开门|能[看挂来]|去看|过?来看)|元宵|正月(?:初[一二三四五六七八九十]|十[一二三四五六])"
    r"|腊月(?:初[一二三四五六七八九十]|二?十[一二三四五六七八九]?)|腊八|清明|劳动节|端午|跨年(?:夜|(?=[那当]天))|七夕|中秋|重阳"
    r"|双十[一二]|双1[12]|520(?=[那当]天)|国庆|圣诞|平安夜|情人节|妇女节|儿童节|母亲节|父亲节|教师节|护士节|感恩节|万圣节"
    r"|立春|立夏|立秋|立冬|夏至|冬至|春分|秋分"
    r"|(?<![一二三四五六七八九十周\d])(?:五一(?![号月点日一二三四五六七八九])|三八节?(?=妇|节)|六一(?=儿|节)"
    r"|十一(?=黄金|长假|假期|放假|期间|国庆))"
)
# Holidays of several days, from their first: (name of the first day, days).
LONG = {
    "元旦": ("元旦", 3),
    "春节": ("除夕", 8),
    "清明": ("清明", 3),
    "五一": ("五一", 5),
    "劳动节": ("五一", 5),
    "端午": ("端午", 3),
    "中秋": ("中秋", 3),
    "国庆": ("国庆", 7),
    "十一": ("国庆", 7),
}
_OTHER_NAMES = {
    "新年第一天": "元旦",
    "年三十": "除夕",
    "大年三十": "除夕",
    "大年夜": "除夕",
    "跨年": "12月31日",
    "跨年夜": "12月31日",
    "双十一": "11月11日",
    "双11": "11月11日",
    "双十二": "12月12日",
    "双12": "12月12日",
    "520": "5月20日",
    **{f"{big}年二十{day}": f"腊月二十{day}" for big in ("", "大") for day in "四五六七八九"},
    "平安夜": "12月24日",
    **{f"初{day}": f"正月初{day}" for day in "一二三四五六七八九十"},
    "三八": "妇女节",
    "六一": "儿童节",
}


@lru_cache(maxsize=512)
def holiday(name: str, today: date, year: int | None = None) -> date | None:
    """The day of a holiday in a year, or the next one to come; nothing when it is unknown."""
    if year is not None:
        return _day(name, year, today)
    # Lunar December lies in the next January: the year before may hold the next one to come.
    found = (_day(name, today.year + n, today) for n in (-1, 0, 1))
    return min((day for day in found if day and day >= today), default=None)


def _day(name: str, year: int, today: date) -> date | None:
    expression = f"{year}年{_OTHER_NAMES.get(name, name)}"
    try:
        read = _library().parse_time(expression, time_base=datetime(today.year, today.month, 1))
        return date.fromisoformat(str(read["time"][0])[:10])
    except Exception:  # whatever it stumbles over, the day is unknown
        return None


@lru_cache(maxsize=1)
def _library() -> Any:
    """Imported at first use: it takes a second, and it prints an advertisement."""
    with contextlib.redirect_stdout(io.StringIO()):
        return importlib.import_module("jionlp")
