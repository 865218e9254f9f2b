"""Days of a calendar whose weeks start on Monday."""

import calendar
from datetime import date, timedelta

Days = tuple[date, ...]
LAST_YEAR = 9000  # far from date.max, so that no step from a day can leave the calendar


def plus(day: date, days: int) -> date:
    return day + timedelta(days=days)


def span(first: date, last: date) -> Days:
    """All days from the first to the last, both included."""
    return tuple(plus(first, n) for n in range((last - first).days + 1))


def monday(day: date, weeks: int = 0) -> date:
    """Monday of the day's week, or of a week that many weeks later."""
    return plus(day, 7 * weeks - day.weekday())


def week(day: date, weeks: int = 0) -> Days:
    first = monday(day, weeks)
    return span(first, plus(first, 6))


def next_weekday(day: date, weekday: int) -> date:
    """The first such weekday on or after the day; Monday is 0."""
    return plus(day, (weekday - day.weekday()) % 7)


def month(year: int, number: int) -> Days:
    """All days of a month; month 13 is January of the next year, 0 the December before."""
    year, index = year + (number - 1) // 12, (number - 1) % 12 + 1
    return span(date(year, index, 1), date(year, index, calendar.monthrange(year, index)[1]))


def date_or_none(year: int, number: int, day: int) -> date | None:
    try:
        return date(year, number, day) if year <= LAST_YEAR else None
    except ValueError:
        return None


def next_date(base: date, number: int, day: int) -> date | None:
    """The first such date on or after the base; 29 February may be years ahead."""
    years = (date_or_none(base.year + n, number, day) for n in range(9))
    return next((found for found in years if found and found >= base), None)


def next_day_of_month(base: date, day: int) -> date | None:
    """The first such day of a month on or after the base; months that lack it are passed over."""
    months = (month(base.year, base.month + n) for n in range(3))
    days = (all_days[day - 1] for all_days in months if 1 <= day <= len(all_days))
    return next((found for found in days if found >= base), None)
