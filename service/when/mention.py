"""What a stretch of text says of days, and what the readers of such stretches share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from service.when.almanac import Days, plus, span
from service.when.text import NUMERAL

Again = Callable[[date], Days]


@dataclass(frozen=True)
class Present:
    """What the readers know of the present; open wishes reach ``horizon`` days, today included."""

    now: datetime
    horizon: int

    @property
    def day(self) -> date:
        return self.now.date()

    @property
    def open_days(self) -> Days:
        return span(self.day, plus(self.day, max(self.horizon, 1) - 1))

    @property
    def last_day(self) -> date:
        """The last day that can be booked."""
        return plus(self.day, self.horizon)


class Said(NamedTuple):
    """What a reader makes of its words; ``kind`` decides how it combines with its neighbours.

    ``again`` finds the next such days on or after another day: for bare 周三, 5号, 12月5号.
    """

    kind: str
    days: Days = ()
    again: Again | None = None
    time: str | None = None


@dataclass(frozen=True)
class Mention:
    """A stretch of the text that says days."""

    start: int
    end: int
    kind: str
    days: Days = ()
    again: Again | None = None
    time: str | None = None


Reader = Callable[[re.Match[str], Present], Said | None]
Readers = list[tuple[re.Pattern[str], Reader]]

LIMITS = ("from", "until")  # kinds of mentions that bound others
WIDE = ("span", "month", "range", *LIMITS)  # kinds that a later, narrower one may narrow
IMPOSSIBLE = Said("impossible")
WEEKDAYS = {sign: n for n, sign in enumerate("一二三四五六日")}
WEEKDAYS |= {sign: n for n, sign in enumerate("1234567")} | {"七": 6}
FREE = r"(?:行|可|成|好|有空|有时间|方便|能(?![退查取打])|没问题|一样|中|得|要得|随|无所谓|ok|OK)"
YEAR = r"(?:(?P<year>(?:[去今本明后]|\d{4}|\d\d|[零〇一二三四五六七八九]{4})年)的?)?"
WHICH = r"(?P<which>(?:[上下]一?个?)+|这一?个?|[本今当])"
UNBROKEN = r"(?<![\d.:/零一二三四五六七八九十第])"
NUMBER = rf"{UNBROKEN}(?<!-)(?P<n>{NUMERAL})"
MONTH = rf"{UNBROKEN}(?P<month>(?!两){NUMERAL})"
DAY = rf"(?P<day>{NUMERAL})"
LATER = r"(?:(?:之|以|过)后|后(?![背脑颈腰悔面天]|来(?:[又就还才发变越疼痛]|一直|开始)))"
TO = r"[到至~—–-]+"
PART = r"(?P<part>初|底|末|头几?天?|尾|上中旬|中下旬|上旬|中旬?|下旬)"
NO_MORE = r"(?![\d零一二三四五六七八九十个点月年天周.:/])"
NO_UNIT = (
    r"(?!\d|[.:/%~]\d|-\d+[天个片岁次人年点]|(?![aApP][mM])[a-zA-Z]"
    r"|[点时天个片岁次年周月楼层元块度℃毫克斤倍分小多万毛千折])"
)


def table(readers: Readers) -> Callable[..., Callable[[Reader], Reader]]:
    """A decorator that gives a table's readers their patterns, in the order of their writing."""

    def reads(*patterns: str) -> Callable[[Reader], Reader]:
        def register(reader: Reader) -> Reader:
            readers.extend((re.compile(pattern), reader) for pattern in patterns)
            return reader

        return register

    return reads


def on_days(kind: str, *days: date | None) -> Said:
    found = tuple(sorted({day for day in days if day}))
    return Said(kind, found) if found else IMPOSSIBLE


def coming(kind: str, present: Present, again: Again) -> Said:
    """A day that comes again and again: the next of them."""
    days = again(present.day)
    return Said(kind, days, again) if days else IMPOSSIBLE


def some(day: date | None) -> Days:
    return (day,) if day else ()


def steps(which: str | None) -> int:
    """How many weeks or months 下下个 goes forward."""
    return (which or "").count("下") - (which or "").count("上")
