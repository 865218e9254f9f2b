"""When the patient would come: the days, half-day and clock time that a Chinese message wishes.

A booking means the future: 周三 is the next Wednesday to come, and what is past, impossible or
contradictory is asked back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from service.when.almanac import Days, plus
from service.when.days import read_days
from service.when.hours import Hour, read_hours
from service.when.mention import LIMITS, WIDE, Mention, Present
from service.when.neighbours import combined
from service.when.reading import Reading
from service.when.text import hide, tidy
from service.when.wish import Sorted, is_over, others_are_fine, sort, this_evening, wished_hours

__all__ = ["When", "read_when"]

_LONG = ("open", "workdays", *WIDE)


@dataclass(frozen=True)
class When:
    """When the patient would come.

    Attributes:
        days: the days that the patient would accept, ascending; empty when no day was said.
        period: ``morning``, ``afternoon`` or ``evening``.
        time: ``HH:MM`` when a clock time was said.
        ask: a careful receptionist would ask back.
        reason: why: ``impossible`` (2月31日), ``past`` (昨天), ``conflict`` (周三12号 when the 12th
            is a Friday), ``vague`` (过阵子, 下个月) or ``unclear`` (25点, or only what does not suit).
    """

    days: tuple[date, ...] = ()
    period: str | None = None
    time: str | None = None
    ask: bool = False
    reason: str = ""


def read_when(text: str, now: datetime, *, horizon: int = 14) -> When:
    """What a message says about when, read at ``now`` (the hospital's local time); never raises.

    Open wishes (最早的, 哪天都行) are all days of the next ``horizon``, today included while its
    clinics last; 下周三以后 reaches to the last day that can be booked, ``horizon`` days ahead.
    """
    present = Present(now, horizon)
    plain = tidy(text)
    mentions, rest = read_days(plain, present)
    hours = read_hours(rest)
    for hour in hours:
        rest = hide(rest, hour.start, hour.end)
    reading = Reading(rest, tuple(mentions), tuple(hours))
    found = sort(reading, combined(reading, present), present)
    wished = this_evening(wished_hours(reading, found), found, present)
    period, time = _half_day(wished)
    time = time or next((one.time for one in found.wished if one.time), None)
    days, reason = _days(reading, found, period, present)
    if not reason and any(hour.doubtful for hour in wished):
        reason = "unclear"
    return When(days, period, time, bool(reason), reason)


def _half_day(hours: list[Hour]) -> tuple[str | None, str | None]:
    """The one half-day that is meant; two of them are none."""
    if len({hour.period for hour in hours}) != 1:
        return None, None
    return hours[0].period, next((hour.time for hour in hours if hour.time), None)


def _days(
    reading: Reading, found: Sorted, period: str | None, present: Present
) -> tuple[Days, str]:
    """The days, or why to ask back."""
    kinds = {mention.kind for mention in found.wished}
    for reason in ("impossible", "conflict"):
        if reason in kinds:
            return (), reason
    said = [one for one in found.wished if one.days and one.kind != "open"]
    if "open" not in kinds and all(_is_a_month_ahead(one, present) for one in said):
        said, kinds = [], kinds | ({"vague"} if said else set())
    if said:
        sure = {day for one in said if one.kind not in _LONG for day in one.days}
        days = _without(_accepted(said, period, present), found.refused, sure)
        return (tuple(sorted(days)), "") if days else ((), "past")
    if "open" in kinds or (found.refused and others_are_fine(reading, found.refused)):
        days = set(_left(present.open_days, period, present))
        return tuple(sorted(_without(days, found.refused))), ""
    if found.past:
        return (), "past"
    if "vague" in kinds:
        return (), "vague"
    return (), "unclear" if found.refused else ""


def _accepted(said: list[Mention], period: str | None, present: Present) -> set[date]:
    """All days said; 下周四起 and 12月6号前 limit each other and the longer spans."""
    limits = [
        set(_left(mention.days, period, present)) for mention in said if mention.kind in LIMITS
    ]
    first_limit = min((one.start for one in said if one.kind in LIMITS), default=0)
    bounds = set.intersection(*limits) if limits else set()
    days: set[date] = set()
    bounded = False
    for mention in said:
        if mention.kind in LIMITS:
            continue
        new = set(_to_come(mention, period, present))
        within = mention.kind in WIDE or mention.start < first_limit
        inside = new & bounds if within else set()
        days |= inside or new
        bounded = bounded or bool(inside)
    return days if bounded else days | bounds


def _to_come(mention: Mention, period: str | None, present: Present) -> Days:
    """The mention's days from today on; today only while the half-day is still to come."""
    today = present.day
    if mention.again and today in mention.days and is_over(period, present):
        left = [day for day in mention.days if day > today]
        return tuple(left) or mention.again(plus(today, 1))
    return _left(mention.days, period, present)


def _left(days: Days, period: str | None, present: Present) -> Days:
    """The days to come; today among them while its half-day is still to come.

    Today alone, without a half-day, stays even when its clinics are over.
    """
    today = present.day
    counts = not is_over(period, present) or (days == (today,) and not period)
    return tuple(day for day in days if day > today or (day == today and counts))


def _is_a_month_ahead(mention: Mention, present: Present) -> bool:
    """下个月: too long to choose a day from."""
    return mention.kind == "month" and len(mention.days) > 27 and present.day not in mention.days


def _without(
    days: set[date], refused: tuple[Mention, ...], sure: Collection[date] = ()
) -> set[date]:
    """Less the refused days; a bare weekday (除了周三) is refused in every week.

    ``sure``: days said one by one, refused only by their own mention: 周四停诊，下周四吧.
    """
    out = {day for mention in refused for day in mention.days}
    weekdays = {
        day.weekday()
        for mention in refused
        if mention.again and mention.kind != "date"
        for day in mention.days
    }
    return {
        day for day in days if day not in out and (day in sure or day.weekday() not in weekdays)
    }
