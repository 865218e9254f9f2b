"""Which of the days and half-days of a message are the wish, and which it refuses."""

import re
from dataclasses import dataclass, replace

from service.when.hours import ENDS, Hour
from service.when.mention import Mention, Present
from service.when.reading import CLAUSE_ENDS, LIST, Reading
from service.when.story import is_other_event, is_story, of_the_illness

_EXCEPT = re.compile(r"(?:除了?|除[去开]|不包括|只要不是)(?:我?在?)$")
_NOT = re.compile(
    r"(?:不要|(?<![特分])别|不是|[避躲错绕]开|不想|不能|不约|不挂|不在)(?:在|挂|约|给我)*$"
)
_CANNOT = re.compile(
    r"的?[我他她都也就可能实在的话又]{0,4}(?:不行|不可以|不能|不方便|没空|没有空|没时间|没有时间|不在|不得闲|来不了|去不了"
    r"|到不了|不成|不要(?!□|挂|约)|不约|不去|不来|不合适|不想|以外|之外|除外|(?P<busy>(?:有事|得?要?上班(?!后|的)|出差|开会|有课|要?上课|都?要(?:上学|透析|化疗|放疗|值班|接孩子))))"
    r"(?!就|的话)"
)
_OTHERS = re.compile(r"其[他它余]|别的|都[行可成能]|都有空|哪天都|随便|除")
_NOT_AT_ALL = re.compile(
    r".{0,8}(?:没空|没有空|没时间|没有时间|来不了|去不了|到不了|走不开|不得闲|不方便)(?!就|的话)"
)
_AVOIDED = re.compile(r"(?:不要|(?<![特分])别|[避躲错绕]开)(?:在|挂|约|给我)*$")
_MOVED = re.compile(
    r"(?:改|换|挪|调|移|推|延)[期约签号时间迟后前]{0,3}(?:到|成|为|至|去)?□*$|(?:提前|推迟|延期|延后)到?$"
)
_CORRECTED = re.compile(r"不对|说错|写错|打错|搞错|错了|哦不|噢不|啊不|算了|,不,|,不是")
_OLD = re.compile(
    r"(?:原来|原定|本来|原先|之前|约了|挂了|约好|约的是?|挂的是?|预定了|订了|原本|以前)(?:个|的|是|在|约|挂)*$"
)


@dataclass(frozen=True)
class Sorted:
    """The mentions by what they are for."""

    wished: tuple[Mention, ...]
    refused: tuple[Mention, ...]
    past: tuple[Mention, ...]
    story: tuple[Mention, ...]


def sort(reading: Reading, mentions: list[Mention], present: Present) -> Sorted:
    """Wishes apart from refusals (明天不行), past days, and the story of the illness."""
    wished, refused, past, story = [], [], [], []
    excluding: Mention | None = None
    for mention in mentions:
        joined = excluding and LIST.fullmatch(reading.between(excluding, mention))
        excluding = None
        if mention.kind in ("open", "vague", "impossible", "conflict"):
            wished.append(mention)
        elif mention.kind == "story":
            story.append(mention)
        elif joined or _EXCEPT.search(reading.before(mention.start)):
            refused.append(mention)
            excluding = mention
        elif is_story(reading, mention, present):
            story.append(mention)
        elif _is_refused(reading, mention):
            refused.append(mention)
        elif mention.days[-1] < present.day:
            past.append(mention)
        else:
            wished.append(mention)
    refused += _listed_before(reading, wished, refused)
    wished = [one for one in wished if one not in refused]
    if not wished and reading.hours:  # 周五要上班，晚上行吗
        wished = [one for one in refused if _is_busy(reading, one)]
        refused = [one for one in refused if one not in wished]
    return Sorted(tuple(_latest(reading, wished)), tuple(refused), tuple(past), tuple(story))


def _is_refused(reading: Reading, mention: Mention) -> bool:
    if _NOT.search(reading.before(mention.start)):
        return True
    after = reading.after(mention.end)
    if not (_CANNOT.match(after.lstrip("□")) or _NOT_AT_ALL.match(after.lstrip("□"))):
        return False
    only_a_half_day = after.startswith("□") and any(
        hour.start > mention.end + 1 and not _is_refused_hour(reading, hour)
        for hour in reading.hours
    )
    return not only_a_half_day


def _is_busy(reading: Reading, mention: Mention) -> bool:
    """Whether the day is refused only for its working hours."""
    said = _CANNOT.match(reading.after(mention.end).lstrip("□"))
    return bool(said and said["busy"])


def _listed_before(
    reading: Reading, wished: list[Mention], refused: list[Mention]
) -> list[Mention]:
    """周三周四都不行 refuses both."""
    more: list[Mention] = []
    for mention in reversed(wished):
        nexts = [one for one in (*refused, *more) if one.start >= mention.end]
        if nexts and mention.days:
            gap = reading.between(mention, min(nexts, key=lambda one: one.start))
            if re.fullmatch(r"□*[、和跟]?", gap):
                more.append(mention)
    return more


def _latest(reading: Reading, wished: list[Mention]) -> list[Mention]:
    """Without what was taken back: 把周三的号改到周五, 明天，不对，后天."""
    first = 0
    for n, mention in enumerate(wished):
        lead = reading.rest[wished[n - 1].end if n else 0 : mention.start]
        moved = _MOVED.search(CLAUSE_ENDS.split(lead)[-1])
        if n and (moved or _CORRECTED.search(lead)):
            first = n
    kept = wished[first:]
    new = [
        one
        for one in kept
        if not _OLD.search(reading.before(one.start)) and not is_other_event(reading, one)
    ]
    return new or kept


# Half-days


def wished_hours(reading: Reading, sorted_: Sorted) -> list[Hour]:
    """The half-days and clock times that are wished: those said with the days come first."""
    away = [*sorted_.refused, *sorted_.story, *(sorted_.past if sorted_.wished else ())]
    hours = [one for one in reading.hours if not any(_said_with(reading, m, one) for m in away)]
    begin = sorted_.wished[0].start if _was_moved(reading, sorted_) else 0
    hours = [
        one
        for one in hours
        if one.start >= begin
        and (_is_with_a_wish(reading, sorted_, one) or not of_the_illness(reading, one))
    ]
    refused = [one for one in hours if _is_refused_hour(reading, one)]
    kept = [one for one in hours if one not in refused]
    kept = [one for one in kept if not is_other_event(reading, one)] or kept
    for n, one in enumerate(kept):
        if n and _MOVED.search(reading.rest[kept[n - 1].end : one.start]):
            kept = kept[n:]
            break
    if refused and not kept:
        return [_other_half_day(one) for one in refused if one.period != "evening"]
    close = [one for one in kept if _is_with_a_wish(reading, sorted_, one)]
    chained = [
        one
        for one in kept
        if any(LIST.fullmatch(reading.between(c, one)) for c in close if c.end <= one.start)
    ]
    return sorted({*close, *chained}, key=lambda one: one.start) or kept


def _other_half_day(hour: Hour) -> Hour:
    """Not in the morning means in the afternoon."""
    other = "afternoon" if hour.period == "morning" else "morning"
    return replace(hour, period=other, time=None)


def _was_moved(reading: Reading, sorted_: Sorted) -> bool:
    wished = sorted_.wished
    return bool(wished) and bool(_MOVED.search(reading.before(wished[0].start)))


def _is_with_a_wish(reading: Reading, sorted_: Sorted, hour: Hour) -> bool:
    return any(_said_with(reading, mention, hour) for mention in sorted_.wished)


def _said_with(reading: Reading, mention: Mention, hour: Hour) -> bool:
    if hour.start >= mention.end:
        return bool(re.fullmatch(r"(?:□|[的,，、那天在])*", reading.between(mention, hour)))
    if mention.start <= hour.start < mention.end:
        return True
    return hour.end == mention.start


def _is_refused_hour(reading: Reading, hour: Hour) -> bool:
    after = reading.after(hour.end)
    before = reading.rest[max(0, hour.start - 6) : hour.start]
    return bool(_CANNOT.match(after) or _NOT.search(before) or _EXCEPT.search(before))


def this_evening(hours: list[Hour], sorted_: Sorted, present: Present) -> list[Hour]:
    """今天八点, said in the afternoon, is eight in the evening."""
    today_only = all(one.days == (present.day,) for one in sorted_.wished)
    if not sorted_.wished or not today_only or not is_over("morning", present):
        return hours
    return [_in_the_evening(one) for one in hours]


def _in_the_evening(hour: Hour) -> Hour:
    if hour.said or hour.time is None or not "07:00" <= hour.time < "09:00":
        return hour
    return replace(hour, period="evening", time=f"{int(hour.time[:2]) + 12}{hour.time[2:]}")


def is_over(period: str | None, present: Present) -> bool:
    """Whether today's half-day (today's clinics, when none is said) is over."""
    return present.now.time() >= ENDS[period or "evening"]


def others_are_fine(reading: Reading, refused: tuple[Mention, ...]) -> bool:
    """除了周三都行, 别约周一: all other days are wished; 周三不行 leaves that open."""
    avoided = (_AVOIDED.search(reading.before(one.start)) for one in refused)
    return bool(_OTHERS.search(reading.rest)) or any(avoided)
