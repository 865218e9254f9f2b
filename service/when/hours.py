"""Half-days and clock times: 上午, 下班后, 九点半, 14:30, and what they mean in a clinic."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time

from service.when.text import HIDDEN, NUMERAL, numeral

# When each half-day's clinics are over.
ENDS = {"morning": time(12), "afternoon": time(17, 30), "evening": time(20, 30)}

_AFTER_DAY = rf"(?<={HIDDEN})"
_WORDS = (
    (
        r"中午(?:之|以)?前|午前|上午|[前头上]晌|头午|午饭前|上半[天日]|赶早|天一亮|(?<!十)一(?:上班|开门)|朝头?早|早上|早晨|清晨|凌晨|[大一清]+早|早班|早间|早饭后|(?<![A-Za-z])[aA]\.?[mM](?![A-Za-z])",
        "morning",
    ),
    (
        r"(?:傍晚|天黑)(?:之|以)?前|下午|中午|午[后间]|后半?晌|晌午|[下后]半[天日]|下昼|晏昼|吃[完过]午饭|午[休觉]后|放学(?:之|以)?后|午饭后|(?<![A-Za-z])[pP]\.?[mM](?![A-Za-z])",
        "afternoon",
    ),
    (
        r"晚上|傍晚|夜[里间晚到]|夜门?诊|晚间|下班(?:了|(?:之|以)?后)|下了班|[放收]工(?:了|(?:之|以)?后)|[擦傍]黑|吃[完过]晚饭|晚班|晚饭后",
        "evening",
    ),
    (rf"{_AFTER_DAY}(?:早(?![期搏产孕泄就已日餐饭])|晨)|早(?=\d|[五六七八九十]+点)", "morning"),
    (rf"{_AFTER_DAY}晚(?![期年饭餐])|晚(?=\d|[五六七八九十]+[点:])", "evening"),
)
_HALF_DAY = "|".join(f"(?P<h{n}>{pattern})" for n, (pattern, _) in enumerate(_WORDS))
_HOURS = r"(?P<hour>\d{1,2}|[零一二两三四五六七八九十]{1,3})"
_ONES = "[一二三四五六七八九]"
_MINUTES = rf"(?P<minute>[0-5]\d(?!\d)|[二三四五]?十{_ONES}?|零{_ONES}|[一三13]刻|半)"
_RANGE_END = r"(?:[-~到至、](?:\d{1,2}|[一二两三四五六七八九十]{1,3}))?"
_CLOCK = (
    rf"(?<![\d.:-])(?:{_HOURS}{_RANGE_END}(?:点(?![\d一二三四五六七八九](?![\d十分刻个]))|时(?![候间常段刻不而期]))"
    rf"{_MINUTES}?)"
)
_COLON = r"(?<![\d:.])(?P<hour24>[01]?\d|2[0-4]):(?P<minute60>[0-5]\d)(?![\d:])"
_DOTTED = r"(?<=[午上晚早])(?P<hour_dot>\d{1,2})\.(?P<minute_dot>[0-5]\d)(?!\d)"
_PATTERN = re.compile(f"{_HALF_DAY}|{_COLON}|{_DOTTED}|{_CLOCK}")
_TO = re.compile(r"\d{0,2}分?钟?(?:到|至|-|~|—|–)+")
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45, "1刻": 15, "3刻": 45}


@dataclass(frozen=True)
class Hour:
    """A half-day or clock time at a place in the text.

    ``said``: in words, not from the clock alone; ``doubtful``: no such hour (25点, 上午两点).
    """

    start: int
    end: int
    period: str
    time: str | None = None
    said: bool = True
    doubtful: bool = False


def read_hours(text: str) -> list[Hour]:
    """All half-days and clock times of a text whose days are hidden; 下午三点 is one of them."""
    hours: list[Hour] = []
    for match in _PATTERN.finditer(text):
        word = _period_word(match)
        if word:
            hours.append(Hour(match.start(), match.end(), word))
            continue
        before = hours[-1] if hours else None
        own = before if before and not before.time and match.start() - before.end <= 1 else None
        if not _is_a_time(text, match, own is not None):
            continue
        hour = _clock_hour(text, match, own)
        if hour:
            hours[len(hours) - (own is not None) :] = [hour]
    return list(_without_range_ends(text, hours))


def _period_word(match: re.Match[str]) -> str | None:
    for n, (_, period) in enumerate(_WORDS):
        if match[f"h{n}"]:
            return period
    return None


def _is_a_time(text: str, match: re.Match[str], has_half_day: bool) -> bool:
    """一点 is mostly "a little": it needs a half-day, a minute, or a place of its own."""
    if not match["hour"] or match["hour"] not in "一1" or match["minute"]:
        return True
    alone = match.start() == 0 or text[match.start() - 1] in f",，。到至-~{HIDDEN}"
    return has_half_day or alone or text[match.end() : match.end() + 1] in tuple("钟多左整")


def _clock_hour(text: str, match: re.Match[str], own: Hour | None) -> Hour | None:
    """The clock time in clinic sense, 2 o'clock being 14:00; nothing when it is no hour."""
    words = match["hour24"] or match["hour_dot"] or match["hour"]
    said = _number(words)
    if said is None:
        return None
    start, spoken = own.start if own else match.start(), own is not None
    if said > 30:
        return None  # 38点5: a temperature
    if said > 24 or (own and _contradicts(text[own.start : own.end], own.period, said)):
        period = own.period if own else _half_day(said, said)
        return Hour(start, match.end(), period, None, spoken, doubtful=True)
    hour = said if words.startswith("0") else _clinic_hour(said, own.period if own else None)
    period = _half_day(said, hour)
    if own and text[own.start : own.end] != "中午":
        period = own.period
    clock = f"{hour % 24:02d}:{_minute(match):02d}"
    return Hour(start, match.end(), period, clock, spoken)


def _contradicts(words: str, period: str, said: int) -> bool:
    """上午两点, 下午九点."""
    if period == "morning" and words != "凌晨":
        return not 5 <= said <= 12
    return period == "afternoon" and 8 <= said <= 11 and words not in ("中午", "晌午")


def _clinic_hour(said: int, period: str | None) -> int:
    if period == "afternoon":
        return said + 12 if said < 11 else said
    if period == "evening":
        return said + 12 if said < 12 else said
    return said + 12 if period is None and 1 <= said <= 6 else said


def _half_day(said: int, hour: int) -> str:
    """1-6 o'clock belongs to the afternoon, 18:00 to the evening."""
    if hour < 12:
        return "morning"
    return "evening" if said >= 18 else "afternoon"


def _number(words: str) -> int | None:
    if re.fullmatch(NUMERAL, words):
        return numeral(words)
    if words == "零":
        return 0
    pair = re.fullmatch(r"([一二两三四五六七八九])[二三四五六七八九]", words)  # 八九点
    return numeral(pair[1]) if pair else None


def _minute(match: re.Match[str]) -> int:
    words = match["minute60"] or match["minute_dot"] or match["minute"] or ""
    if words in _QUARTERS:
        return _QUARTERS[words]
    return numeral(words.lstrip("零")) if words else 0


def _without_range_ends(text: str, hours: list[Hour]) -> Iterator[Hour]:
    """两点到五点 starts at two; 八点到下午五点 is a whole day and says no half-day."""
    first: Hour | None = None
    for hour in hours:
        if first is None:
            first = hour
        elif not _TO.fullmatch(text[first.end : hour.start]):
            yield first
            first = hour
        elif hour.said and hour.period != first.period:
            first = None
        else:
            first = replace(first, end=hour.end)
    if first:
        yield first
