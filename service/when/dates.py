"""Readers of dates, months and holidays: 12月5号, 5号, 12/5, 月底, 春节."""

import re
from datetime import date

from service.when import holidays
from service.when.almanac import (
    LAST_YEAR,
    Days,
    date_or_none,
    month,
    next_date,
    next_day_of_month,
    plus,
    span,
)
from service.when.mention import (
    DAY,
    IMPOSSIBLE,
    MONTH,
    NO_MORE,
    NO_UNIT,
    PART,
    TO,
    UNBROKEN,
    WHICH,
    YEAR,
    Present,
    Readers,
    Said,
    coming,
    on_days,
    some,
    steps,
    table,
)
from service.when.text import NUMERAL, numeral, year_of

READERS: Readers = []
_reads = table(READERS)


@_reads(
    rf"{YEAR}(?P<name>{holidays.NAMES})节?(?P<long>期间|小?长?假期?|放假|黄金周|[那这]?[几三五七]天(?![之以]?后))?",
    rf"{YEAR}(?P<name>(?:农历|阴历){NUMERAL}月(?:初|廿)?{NUMERAL})(?P<long>)",
)
def _holiday(match: re.Match[str], present: Present) -> Said | None:
    year = year_of(match["year"], present.day.year) if match["year"] else None
    first_name, length = match["name"], 1
    if match["long"]:
        first_name, length = holidays.LONG.get(first_name, (first_name, 1))
    day = holidays.holiday(first_name, present.day, year)
    return Said("holiday", span(day, plus(day, length - 1))) if day else None


@_reads(rf"{MONTH}月份?(?P<days>{NUMERAL}(?:[号日]?[、和或跟及]{NUMERAL})+)(?:[号日]|{NO_MORE})")
def _dates_of_a_month(match: re.Match[str], present: Present) -> Said:
    """12月14、16、17号."""
    number = numeral(match["month"])
    days = [numeral(words) for words in re.findall(NUMERAL, match["days"])]
    return on_days("date", *(next_date(present.day, number, day) for day in days))


@_reads(
    rf"(?:{MONTH}月份?)?{UNBROKEN}(?P<tens>[一二]?十)?(?P<one>[一二三四五六七八])(?P<other>[二三四五六七八九])[号日]"
)
def _one_or_the_next(match: re.Match[str], present: Present) -> Said | None:
    """二十八九号, 七八号."""
    tens = match["tens"] or ""
    days = [numeral(tens + match["one"]), numeral(tens + match["other"])]
    if days[1] != days[0] + 1:
        return None
    if match["month"]:
        return on_days("date", *(next_date(present.day, numeral(match["month"]), n) for n in days))
    return on_days("date", *(next_day_of_month(present.day, n) for n in days))


@_reads(
    rf"{YEAR}{MONTH}月份?{DAY}[号日]?{TO}(?P<last>{NUMERAL})(?:[号日]|{NO_MORE})",
    rf"{UNBROKEN}(?P<year>)(?P<month>)(?P<day>{NUMERAL})[号日]?{TO}(?P<last>{NUMERAL})[号日](?![内后])",
)
def _date_range(match: re.Match[str], present: Present) -> Said | None:
    """12月5号到8号, 12-15号; the end may lie in the next month."""
    if not match["month"] and "-" in match[0] and numeral(match["day"]) > numeral(match["last"]):
        return None  # 12-5号 is a month and a day
    first = _first_of_range(match, present)
    last = next_day_of_month(first, numeral(match["last"])) if first else None
    if not first or not last:
        return IMPOSSIBLE
    return Said("range", span(first, last))


def _first_of_range(match: re.Match[str], present: Present) -> date | None:
    day = numeral(match["day"])
    if not match["month"]:
        return next_day_of_month(present.day, day)
    if match["year"]:
        return date_or_none(year_of(match["year"], present.day.year), numeral(match["month"]), day)
    return next_date(present.day, numeral(match["month"]), day)


@_reads(
    r"(?<![\d.:/-])(\d{4}|\d\d?)[-./](\d\d?)[-./](\d{4}|\d\d?)(?![\d.:/-])",
    r"(?<!\d)(20\d\d)(\d\d)(\d\d)(?!\d)",
)
def _figures(match: re.Match[str], present: Present) -> Said | None:
    """2027-7-3, 27-7-3, 3-7-27, 20261205: the order of parts that makes a day to come."""
    one, two, three = (int(part) for part in match.groups())
    century = present.day.year // 100 * 100
    orders = ((_full(one, century), two, three), (_full(three, century), two, one))
    found = [day for day in (date_or_none(*order) for order in orders) if day]
    day = next((day for day in found if day >= present.day), None)
    if day is None and not found:
        return IMPOSSIBLE if one >= present.day.year else None
    recent = [day for day in found if day.year >= present.day.year - 1]
    return on_days("date", day or recent[0]) if day or recent else None


def _full(year: int, century: int) -> int:
    return year if year > 99 else century + year


@_reads(
    rf"{YEAR}{MONTH}月份?的?{DAY}(?:[号日]|{NO_MORE})",
    r"(?<![\d.:/])(?<![上下]午)(?<![早晚]上)(?P<month>1[0-2]|0?[1-9])(?P<sign>[./-])(?P<day>[1-3]\d|0?[1-9])(?:[号日]|"
    + NO_UNIT
    + ")",
)
def _date(match: re.Match[str], present: Present) -> Said | None:
    """2027年3月5号, 明年3月5号, 3月5号, 12/5: without a year, the next to come."""
    words = match.groupdict()
    number, day = numeral(match["month"]), numeral(match["day"])
    if words.get("year"):
        year = year_of(match["year"], present.day.year)
        born_or_long_ago = year < present.day.year - 1
        return None if born_or_long_ago else on_days("date", date_or_none(year, number, day))
    passed = date_or_none(present.day.year, number, day)
    if number == present.day.month and passed is None:
        return IMPOSSIBLE
    if not words.get("sign") and (just_passed := _just_passed(present.day, number, day)):
        return on_days("date", just_passed)
    said = coming("date", present, lambda base: some(next_date(base, number, day)))
    return None if said is IMPOSSIBLE and words.get("sign") == "." else said


def _just_passed(today: date, number: int, day: int) -> date | None:
    """11月3号, said up to a month later, is no wish for next year."""
    years = (date_or_none(today.year + n, number, day) for n in (0, -1))
    return next((one for one in years if one and plus(today, -30) <= one < today), None)


@_reads(
    rf"{WHICH}月的?{DAY}[号日]",
    rf"{WHICH}月的?(?P<day>\d\d?|[二三]?十[一二三四五六七八九]?){NO_MORE}",
    rf"{UNBROKEN}(?P<which>)(?P<day>{NUMERAL})号",
    r"(?<![\d.:/-])(?P<which>)(?P<day>[12]?\d|3[01])(?=[上下中]午|[早晚]上)",
    rf"{UNBROKEN}(?P<which>)(?P<day>\d\d?|[二三]?十[一二三四五六七八九]?|(?<=到)[一二三四五六七八九])日(?![内后])",
)
def _day_of_month(match: re.Match[str], present: Present) -> Said:
    day = numeral(match["day"])
    if match["which"]:
        days = month(present.day.year, present.day.month + steps(match["which"]))
        return on_days("date", days[day - 1]) if 1 <= day <= len(days) else IMPOSSIBLE
    return coming("date", present, lambda base: some(next_day_of_month(base, day)))


@_reads(rf"{UNBROKEN}(?<!-)(?:{NUMERAL}[号日]?[、或和])+(?=□)")
def _listed_days(match: re.Match[str], present: Present) -> Said | None:
    """The beginning of 28、29、30号, whose end is read already."""
    days = [numeral(words) for words in re.findall(NUMERAL, match[0])]
    return on_days("date", *(next_day_of_month(present.day, day) for day in days))


@_reads(
    rf"(?:(?P<year>[今明]年)|{WHICH}月|{MONTH}月份?)底?的?最后(?P<n>[一两二三四五])?天",
    r"月[底末]最后(?P<n>[一两二三])?天(?P<year>)(?P<month>)(?P<which>)",
)
def _last_days(match: re.Match[str], present: Present) -> Said:
    """今年最后一天, 十一月最后两天."""
    if match["year"]:
        days = month(year_of(match["year"], present.day.year), 12)
    elif match["month"]:
        again = next_date(present.day, numeral(match["month"]), 28)
        if again is None:
            return IMPOSSIBLE
        days = month(again.year, again.month)
    else:
        days = month(present.day.year, present.day.month + steps(match["which"]))
    return Said("span", days[-numeral(match["n"] or "一") :])


@_reads(
    rf"{WHICH}月(?:份?的?{PART})?(?P<year>)(?P<month>)",
    rf"(?P<which>){YEAR}{MONTH}月(?:份?的?{PART}|份)?(?![经子饼球嫂季])",
    r"(?P<which>)(?P<year>)(?P<month>)(?:(?<!\d)月(?P<part>初|底|末|头(?!疼|痛|晕)|尾|(?<!个月)中(?![药医]))|(?P<tens>[上中下]旬))",
)
def _month(match: re.Match[str], present: Present) -> Said | None:
    """月底, 下月初, 十二月中旬, 下个月: of the month said, else of the next that has days left."""
    year, number = year_of(match["year"] or "", present.day.year), present.day.month
    part = match["part"] or match.groupdict().get("tens")
    if match["which"]:
        return Said("month", _part(month(year, number + steps(match["which"])), part))
    if match["month"]:
        number = numeral(match["month"])
        if not 1 <= number <= 12 or not 1 <= year <= LAST_YEAR:
            return None  # 孩子18月: an age
    days = _part(month(year, number), part)
    if days[-1] < present.day and not match["year"]:
        days = _part(month(year, number + (12 if match["month"] else 1)), part)
    return Said("month", days)


def _part(days: Days, part: str | None) -> Days:
    if not part:
        return days
    if part in ("上中旬", "中下旬"):
        return days[:20] if part[0] == "上" else days[10:]
    parts = {"初": days[:5], "头": days[:5], "上": days[:10], "中": days[10:20], "下": days[20:]}
    return parts.get(part[0], days[-5:])
