"""What neighbouring days mean together: ranges, lists, doubles, and 之后, 之前, 左右."""

import re
from dataclasses import replace
from datetime import date

from service.when.almanac import Days, monday, plus, span
from service.when.mention import Mention, Present
from service.when.reading import LIST, Reading
from service.when.story import is_story
from service.when.text import NUMERAL, numeral

_REFUSED = re.compile(r".{0,4}(?:不行|不可以|没空|没时间|来不了)的?话?,?就?")
_THAT_WEEK = re.compile("□*(?:那一?个?周的?)")
_FIRST_AFTER = re.compile(r"□*(?:[之以过]?后)的?(?:第?一个|头一个)")
_RANGE = re.compile(r"□*(?:起|开始)?(?:到|至|~|-|—|–)+")
_APPOSITION = re.compile(
    r"[的吧,，?(（\[【:□]*(?:也?就是|也?就|都|已经是?|即|是|那天|那个|剩下的?|余下的?|里的?|内的?)?"
)
_AFTER = re.compile(
    r"(?:那天)?(?:(?P<later>[,，]?[之以]后(?=我?都|随时|哪天|随便)|[之以过]后|后(?![背脑颈腰悔面天来])|往后)|起(?![床来疹])|开始)"
)
_BEFORE = re.compile(r"[之以]前|前(?![天面几后台列来往])")
_AROUND = re.compile(r"左右|前后|上下|附近")
_UNTIL = re.compile(r"(?:为|截)?止")
_NEIGHBOUR = re.compile(
    r"的?(?:(?P<before>[前头]一天)|[后第][一二]天|(?P<end>(?:[之以过]后|后)的?[第头]一天))"
)
_LATEST = re.compile(r"(?:最[晚迟]|不晚于|不超过|截[止至]到?|[待呆留](?=到))(?:是|到|在)?$")
_PASSED = re.compile(r"过[了完]?$")
_DAYS_FROM = re.compile(
    rf"(?:起|开始)的?我?(?:连着|连续|往后|头|[请休放]了?)?(?P<n>{NUMERAL})(?:天|个?(?P<weeks>周))"
)
_SHIFTED = re.compile(
    r"□*(?:那个|的)?(?:号|预约)?,?(?:我?想|能|可以|给我|帮我)*(?:(?P<sooner>提前|往前[提挪])|推迟|顺延|延[后期]|往?后[推延挪])"
    rf"(?P<n>{NUMERAL})(?:天|个?(?P<weeks>周))"
)


def combined(reading: Reading, present: Present) -> list[Mention]:
    """The mentions with ranges closed, doubles agreed and 之后, 之前, 左右 worked in."""
    result: list[Mention] = []
    for mention in _from_an_hour_of_today(reading, present):
        last = result[-1] if result else None
        together = _together(reading, last, mention) if last else None
        if together:
            result[-1] = together
        else:
            result.append(_in_the_week_of(reading, last, mention))
    return [_widened(reading, mention, present) for mention in result]


def _from_an_hour_of_today(reading: Reading, present: Present) -> list[Mention]:
    """2点到明天4点 begins today."""
    mentions = _these_days(reading)
    first = mentions[0] if mentions else None
    opens = first and any(
        hour.end < first.start and _RANGE.fullmatch(reading.rest[hour.end : first.start])
        for hour in reading.hours
    )
    if first and opens and first.days and first.days[0] > present.day:
        days = span(present.day, min(first.days[-1], present.open_days[-1]))
        mentions[0] = replace(first, days=days, kind="range")
    return mentions


def _these_days(reading: Reading) -> list[Mention]:
    """这三天 after days that were said means those, else the next three."""
    mentions: list[Mention] = []
    for one in reading.mentions:
        if one.kind != "these":
            mentions.append(one)
        elif not any(before.days and before.days[-1] >= one.days[0] for before in mentions):
            mentions.append(replace(one, kind="span"))
    return mentions


def _together(reading: Reading, one: Mention, other: Mention) -> Mention | None:
    gap = reading.between(one, other)
    if not one.days or not other.days:
        return None
    if _RANGE.fullmatch(gap):
        return _range(one, other)
    if _FIRST_AFTER.fullmatch(gap) and other.again:
        return Mention(one.start, other.end, "date", other.again(plus(one.days[-1], 1))[:1])
    if _THAT_WEEK.fullmatch(gap) and other.kind == "weekday" and other.again:
        return Mention(one.start, other.end, "date", other.again(monday(one.days[0])))
    if not _APPOSITION.fullmatch(gap):
        return None
    if one.kind == "relative" and other.kind == "span" and set(one.days) < set(other.days):
        return replace(one, end=other.end)  # 明天周末了
    if one.kind in ("span", "month") and (len(other.days) == 1 or other.kind == "workdays"):
        return one if gap == "是" else _part_of(one, other)
    if one.kind != other.kind and len(one.days) == len(other.days) == 1:
        return _agreed(one, other, strict="," not in gap and "，" not in gap)
    return None


def _range(one: Mention, other: Mention) -> Mention:
    first = one.days[0]
    last = other.again(first)[-1] if other.again else other.days[-1]
    if one.kind == "weekday" and one.again is None and other.kind == "weekday" and other.again:
        last = other.again(first)[-1]
    days = span(first, last) if first <= last <= plus(first, 366) else ()
    return Mention(one.start, other.end, "range" if days else "conflict", days)


def _part_of(one: Mention, other: Mention) -> Mention | None:
    """下周，周三 or 周末（12月5号): the day within the span."""
    days: Days = tuple(day for day in one.days if day in other.days)
    if other.kind in ("weekday", "workdays") and other.again:
        weekdays = {day.weekday() for day in other.days}
        days = tuple(day for day in one.days if day.weekday() in weekdays)
    return Mention(one.start, other.end, other.kind, days) if days else None


def _agreed(one: Mention, other: Mention, strict: bool) -> Mention | None:
    """下周一（12月7号）is one day; 周三12号 contradicts itself unless the 12th is a Wednesday."""
    whole = Mention(one.start, other.end, "date", one.days)
    if one.days == other.days:
        return whole
    for bare, sure in ((one, other), (other, one)):
        fits = bare.days[0].weekday() == sure.days[0].weekday()
        if bare.kind == "weekday" and bare.again and fits:
            return replace(whole, days=sure.days)
    contradiction = strict or {one.kind, other.kind} == {"weekday", "date"}
    return replace(whole, kind="conflict", days=()) if contradiction else None


def _in_the_week_of(reading: Reading, last: Mention | None, mention: Mention) -> Mention:
    """下周一或周三: both of next week; 12月5号或8号: both of December."""
    if not last or not last.days or not mention.again or last.kind != mention.kind:
        return mention
    gap = reading.between(last, mention)
    if not (LIST.fullmatch(gap) or _REFUSED.fullmatch(gap)):
        return mention
    if mention.kind == "date":
        return replace(mention, days=mention.again(last.days[-1]))
    if last.again is None:
        return replace(mention, days=mention.again(monday(last.days[0])), again=None)
    return mention


def _widened(reading: Reading, mention: Mention, present: Present) -> Mention:
    """The mention with what follows it: 12号之后, 周五前, 15号左右, 元旦前一天."""
    if not mention.days or mention.kind == "open":
        return mention
    words, days = reading.rest[mention.end :], mention.days
    if neighbour := _NEIGHBOUR.match(words):
        step = -1 if neighbour["before"] else 1
        day = days[-1] if neighbour["end"] else days[0]
        return _grown(mention, neighbour, (plus(day, step),))
    if several := _DAYS_FROM.match(words):
        length = numeral(several["n"]) * (7 if several["weeks"] else 1)
        return _grown(mention, several, span(days[0], plus(days[0], length - 1)))
    if shifted := _SHIFTED.match(words):
        step = numeral(shifted["n"]) * (7 if shifted["weeks"] else 1)
        step = -step if shifted["sooner"] else step
        return _grown(mention, shifted, tuple(plus(day, step) for day in days))
    if around := _AROUND.match(words):
        return _grown(mention, around, span(plus(days[0], -1), plus(days[-1], 1)))
    lead = reading.before(mention.start)
    after, passed = _AFTER.match(words), _PASSED.search(lead)
    if (after or passed) and not is_story(reading, mention, present):
        exclusive = passed or (after and after["later"])
        first = plus(days[-1], 1) if exclusive else days[0]
        return _grown(mention, after, _from(first, present), "from")
    until = _UNTIL.match(words)
    if until or _LATEST.search(lead):
        return _grown(mention, until, _until(days[-1], present), "until")
    if before := _BEFORE.match(words):
        last = days[-1] if mention.kind == "month" else plus(days[0], -1)
        return _grown(mention, before, _until(last, present), "until")
    return mention


def _from(first: date, present: Present) -> Days:
    """To the end of the open days, or as many days from one that lies beyond them."""
    last = present.last_day
    return span(first, last if first <= last else plus(first, present.horizon - 1))


def _until(last: date, present: Present) -> Days:
    return span(present.day, min(last, present.last_day))


def _grown(
    mention: Mention, words: re.Match[str] | None, days: Days, kind: str = "span"
) -> Mention:
    end = mention.end + (words.end() if words else 0)
    return Mention(mention.start, end, kind if days else "relative", days or mention.days)
