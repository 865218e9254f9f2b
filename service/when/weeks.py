"""Readers of weekdays, weekends and weeks: 周三, 下周三, 周一三五, 十二月第一周."""

import re
from datetime import date

from service.when.almanac import LAST_YEAR, Days, monday, month, next_weekday, plus, span, week
from service.when.mention import (
    IMPOSSIBLE,
    MONTH,
    WEEKDAYS,
    WHICH,
    YEAR,
    Present,
    Readers,
    Said,
    coming,
    on_days,
    steps,
    table,
)
from service.when.text import numeral, year_of

READERS: Readers = []
_reads = table(READERS)


@_reads(
    rf"(?:{YEAR}(?:{MONTH}月份?|(?P<which>[上下]个?|这个?|本)月)的?"
    rf"|{YEAR.replace('year', 'only_year')})"
    rf"(?:第(?P<n>[一二三四五12345])|最后一?)个?周(?P<weekday>[一二三四五六日])?"
)
def _nth_of_month(match: re.Match[str], present: Present) -> Said | None:
    """十二月第一周 (starts on the month's first Monday), 十二月最后一周, 下个月第二个周三."""
    words = match["year"] or match["only_year"]
    if not (words or match["month"] or match["which"]):
        return None
    year = year_of(words or "", present.day.year)
    of_the_year = 1 if match["n"] else 12
    number = numeral(match["month"]) if match["month"] else of_the_year
    if match["which"]:
        number = present.day.month + steps(match["which"])
    elif not 1 <= number <= 12 or not 1 <= year <= LAST_YEAR:
        return IMPOSSIBLE
    days = _nth(match, month(year, number))
    if days[-1] < present.day and match["month"] and not words:
        days = _nth(match, month(year + 1, number))
    return Said("date" if match["weekday"] else "span", days)


def _nth(match: re.Match[str], days: Days) -> Days:
    weekday = WEEKDAYS[match["weekday"]] if match["weekday"] else 0
    first = next_weekday(days[0] if match["n"] else days[-7], weekday)
    if match["n"]:
        first = plus(first, 7 * (numeral(match["n"]) - 1))
    return (first,) if match["weekday"] else span(first, plus(first, 6))


@_reads(
    rf"(?:{WHICH}|(?P<every>每一?个?|哪个|任何一?个?|逢))?周(?P<weekdays>[一二三四五六日]"
    rf"(?:(?:[、和及]?[二三四五六七日])+(?![一二三四五六七八九十日号点时:月个位楼官甲院]))?)",
    rf"(?:{WHICH}|(?P<every>每一?个?))?(?<!\d)周(?P<weekdays>[1-7])(?![\d号点:.个天月次])",
)
def _weekdays(match: re.Match[str], present: Present) -> Said:
    """周三, 下周三, 周一三五, 每周三."""
    numbers = {WEEKDAYS[sign] for sign in match["weekdays"] if sign in WEEKDAYS}
    if match["every"]:
        return Said("span", tuple(day for day in present.open_days if day.weekday() in numbers))
    if match["which"]:
        first = monday(present.day, steps(match["which"]))
        return on_days("weekday", *(plus(first, number) for number in numbers))
    return coming(
        "weekday", present, lambda base: tuple(sorted(next_weekday(base, n) for n in numbers))
    )


@_reads(rf"(?:{WHICH}|(?P<every>每一?个?|哪个|任何一?个?))?(?:周末|双休日?)")
def _weekend(match: re.Match[str], present: Present) -> Said:
    if match["every"]:
        return Said("span", tuple(day for day in present.open_days if day.weekday() > 4))
    if match["which"]:
        return Said("span", _weekend_of(monday(present.day, steps(match["which"]))))
    days = _weekend_of(present.day)
    if days[-1] == present.day:  # on a Sunday: its rest, and the next one
        days += _weekend_of(plus(present.day, 1))
    return Said("span", days, _weekend_of)


def _weekend_of(day: date) -> Days:
    """Saturday and Sunday of the day's week."""
    first = monday(day)
    return span(plus(first, 5), plus(first, 6))


@_reads(
    rf"(?:{WHICH}周的?)?(?P<part>[上下前后]半)周",
    rf"{WHICH}周(?:的?(?P<part>初|[前后](?:半段?|几天)|前[两三]天))?(?:[之以]?内)?",
)
def _week(match: re.Match[str], present: Present) -> Said:
    days = week(present.day, steps(match["which"]))
    if match["part"] == "前两天":
        return Said("span", days[:2])
    parts = {"初": days[:2], "上": days[:3], "前": days[:3], "下": days[3:], "后": days[3:]}
    return Said("span", parts[match["part"][0]] if match["part"] else days)


@_reads(r"(?<!个)工作日|平[日时](?=里|[都可也就,，的]|$)|周内")
def _workdays(_: re.Match[str], present: Present) -> Said:
    days = tuple(day for day in present.open_days if day.weekday() < 5)
    return Said(
        "workdays", days, lambda base: tuple(sorted(next_weekday(base, n) for n in range(5)))
    )
