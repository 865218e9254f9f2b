"""Which of the days and half-days of a message are the wish, and which it refuses."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from service.when.almanac import span
from service.when.hours import ENDS, Hour
from service.when.mention import LIMITS, WIDE, Mention, Present
from service.when.reading import CLAUSE_ENDS, LIST, Reading
from service.when.story import is_other_event, is_statement, is_story, of_the_illness

_EXCEPT = re.compile(r"(?:除了?|除[去开]|不包括|只要不是)(?:我?在?)$")
_NOT = re.compile(
    r"(?:不要|(?<![特分])别|不是|[避躲错绕]开|不想|不能|不约|不挂|不在)(?:在|[再给帮]|我|[挂约弄排定选]|安排)*$"
)
_FULL = (
    r"(?P<full>号?(?:停诊|没有?号|[挂约抢]不[上到]|没[抢挂约][到上]|约?满|约完)了?"
    r"(?![了吗么嘛啊不没])(?!.{0,4}(?:就|的话|排|候补)))"
)
_QUEUES = re.compile("候补|排队|等号")
"""A half-day that is full and yet waited for: 周四上午满了，能候补吗."""
_BUSY = (
    r"(?P<busy>有事|得?要?上班(?!后|的|第)|出差|开会|有课|要?上课"
    r"|都?要(?:上学|透析|化疗|放疗|值班|接孩子))"
)
_CANNOT = re.compile(
    r"的?[我他她都也就可能实在的话又已经恐怕肯定是]{0,4}(?:不行|不可以|不能|不方便|没空|没有空|没时间|没有时间"
    r"|不在|不得闲|来不了|去不了|到不了|不成|(?:来不及|赶不[上及])了?(?![吗么嘛])|不要(?!□|挂|约)|不约|不去|不来"
    rf"|不合适|不想|以外|之外|除外|{_FULL}|{_BUSY})(?!就|的话)"
)
_OTHERS = re.compile(r"其[他它余]|别的|都[行可成能]|都有空|哪天都|随便|除|只要不是")
_NOT_AT_ALL = re.compile(
    r".{0,8}(?:没空|没有空|没时间|没有时间|来不了|去不了|到不了|走不[开脱]|不得闲|不方便|(?<!平时)(?:不[敢好让能]请假|请不[了到]假))(?!就|的话)"
)
_AVOIDED = re.compile(r"(?:不要|(?<![特分])别|[避躲错绕]开)(?:在|挂|约|给我)*$")
_MOVED = re.compile(
    r"(?:改|换|挪|调|移|推|延)[期约签号时间迟后前]{0,3}(?:到|成|为|至|去)?□*$|(?:提前|推迟|延期|延后)到?$"
)
_CORRECTED = re.compile(r"不对|说错|写错|打错|搞错|错了|哦不|噢不|啊不|算了|,不,|,不是")
_SAME_LIST = re.compile("□*(?:[、和跟及与]|以及|或者?)*")
_OR = re.compile("□*的?(?:[、和跟及与或]|或者|还是|要么|还有)*")
_DECIDED = re.compile(r"那就|要不就|[,，啊吗呀]那$")
_IN_CASE = re.compile("的话|如果|要是|万一|没有?号|约不[上到]|不行")
_TOLD = re.compile(r"(?:让|叫|嘱咐?|建议|要求)(?:我|她|他|们|过|在|再|的|是|我妈|我爸)*$")
_BESIDES = re.compile("尤其|特别是|也|包括|含")
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
        joined = excluding and _SAME_LIST.fullmatch(reading.between(excluding, mention))
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
    out = {day for one in refused for day in one.days}
    if all(set(one.days) <= out for one in wished):
        wished += [one for one in refused if _is_wished_still(reading, one)]
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


def _is_wished_still(reading: Reading, mention: Mention) -> bool:
    """Refused only for its working hours (周五要上班，晚上行吗), or called full (明天没号了)."""
    said = _CANNOT.match(reading.after(mention.end).lstrip("□"))
    return bool(said and (said["full"] or (said["busy"] and reading.hours)))


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
        if n and _takes_back(reading, wished[n - 1], mention):
            first = n
    kept = wished[first:]
    kept = _without_statements(reading, _without_asides(reading, kept))
    kept = [_in_the_week_before(one, kept) for one in kept]
    return [one for one in kept if not any(_narrows(reading, other, one) for other in kept)]


def _without_asides(reading: Reading, wished: list[Mention]) -> list[Mention]:
    aside = [one for one in wished if _is_aside(reading, one)]
    aside += _listed_before(reading, wished, aside)
    meant = [one for one in wished if one not in aside]
    return meant if any(one.days for one in meant) else wished


def _without_statements(reading: Reading, wished: list[Mention]) -> list[Mention]:
    """周一早上抽血，周二看结果吧: Tuesday; in a list, what is said of one day holds for all."""
    listed = {
        other.start
        for one, other in pairwise(wished)
        if _OR.fullmatch(reading.rest[one.end : other.start])
    }
    meant = [one for one in wished if one.start in listed or not is_statement(reading, one)]
    return meant if any(one.days and one.kind != "open" for one in meant) else wished


def _takes_back(reading: Reading, old: Mention, new: Mention) -> bool:
    lead = reading.between(old, new)
    if _MOVED.search(CLAUSE_ENDS.split(lead)[-1]) or _CORRECTED.search(lead):
        return True
    if old.days and _DECIDED.search(lead) and not _IN_CASE.search(lead):
        return True
    settled = re.match("[^,，]{0,4}(?:吧|好)", reading.after(new.end))
    return bool(settled and re.search("[,，].*还是$", lead))


def _is_aside(reading: Reading, mention: Mention) -> bool:
    """The day of the old booking, of the doctor's advice or of another event."""
    lead = reading.before(mention.start)
    told = mention.kind == "relative" and _TOLD.search(lead)
    return bool(_OLD.search(lead) or told) or is_other_event(reading, mention)


def _in_the_week_before(mention: Mention, wished: list[Mention]) -> Mention:
    """下周想来看，周二行吗: the Tuesday of that week."""
    if mention.kind != "weekday" or not mention.again:
        return mention
    weeks = [one for one in wished if one.end <= mention.start and _is_a_week(one)]
    return replace(mention, days=mention.again(weeks[-1].days[0]), again=None) if weeks else mention


def _is_a_week(mention: Mention) -> bool:
    return mention.kind == "span" and len(mention.days) == 7 and not mention.days[0].weekday()


def _narrows(reading: Reading, one: Mention, wide: Mention) -> bool:
    """月初来，3号他在: the 3rd; 下周都行，3号也行: all of them."""
    if wide.kind not in WIDE or one.kind in ("open", *LIMITS) or not one.days:
        return False
    if wide.kind in LIMITS and one.kind in WIDE:
        return False
    gap = reading.rest[wide.end : one.start]
    if one.start < wide.end or re.search("[或和跟]", gap):
        return False
    every_week = wide.days != span(wide.days[0], wide.days[-1])
    if len(wide.days) < 2 or (every_week and one.again):
        return False
    chosen = re.match("□*吧", reading.after(one.end)) or set(one.days) < set(wide.days)
    return bool(chosen) and not _BESIDES.search(reading.clause(one.start))


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
        return bool(re.fullmatch(r"(?:□|[的,，、那天在]|白天)*", reading.between(mention, hour)))
    if mention.start <= hour.start < mention.end:
        return True
    return hour.end == mention.start


def _is_refused_hour(reading: Reading, hour: Hour) -> bool:
    after = reading.after(hour.end)
    before = reading.rest[max(0, hour.start - 6) : hour.start]
    said = _CANNOT.match(after)
    if said and said["full"] and _QUEUES.search(reading.rest):
        return False
    return bool(said or _NOT.search(before) or _EXCEPT.search(before))


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
