"""Readers of open and vague wishes, and of days counted from today: 三天后, 这两天."""

import re
from datetime import timedelta

from service.when.almanac import monday, month, plus, span
from service.when.mention import (
    FREE,
    LATER,
    NUMBER,
    WEEKDAYS,
    Present,
    Readers,
    Said,
    on_days,
    table,
)
from service.when.text import NUMERAL, numeral

READERS: Readers = []
_reads = table(READERS)


@_reads(
    r"越[快早]越好|最[快早](?!.{0,4}(?:几点|什么时候))|尽[快早](?![回退处解联答核])|近期",
    rf"最近(?=的?(?:一天|一个|一次|哪天|时间|日期|号|有号|能|可以|几天都{FREE})|的?(?:$|[,，。!]))",
    r"随便(?:哪一?[天日]|(?:什么|啥|挑个)?时[候间]|挑一?天)|任[何意](?:一天|时间|时候)",
    rf"(?:每天|天天|随时)我?[都也]?{FREE}|(?:哪一?[天日]|(?:什么|啥|任何)?时[候间]|啥时|几号|周几|每天|天天|日[子期])我?[都也]{FREE}",
    r"(?:时间|日子|日期|哪天)(?:我?都?随便|不限|不挑|无所谓|随意|[您你]们?(?:看着|来)?(?:定|看|安排|挑))",
    r"哪天.{0,6}[挂约来去看就]哪天|[您你]们?看着(?:给我|帮我)?[安定办挂约]",
    rf"不[限挑](?:时间|日子|日期)|随时(?!能?[联通咨回打退])|哪天有号(?=就|挂|约|都|给)|有号就|我都{FREE}",
    rf"^(?:我?都{FREE})+(?=[,，])|^(?:我?都{FREE}|随便|无所谓|随意|[随听][您你])(?=[以的吧啊呀了,，。!]*$)",
)
def _open(_: re.Match[str], present: Present) -> Said:
    return Said("open", present.open_days)


@_reads(
    r"过(?:一?阵|一?段|些)(?:子|时间|日子|天|时候)?|过几[天日]|改[天日](?![期子])|再?等?几[天日]之?以?后",
    r"以后再[说看约来]|回头再|有[空时]间?了?再|看情况|(?:^|(?<=[,，]))再说(?=[吧了,，。!]|$)|等我?有[空时]|到时候?再?[说看]|再说吧|[晚迟](?:几天|些时候|些日子)",
    r"(?<![\d一二三四五六七八九十两几半多])年[底前后]|过完年|开春|(?:^|(?<=[,，。等过]))节[前后]|忙[完过]|往后推|明年(?=再|吧|$|[,，。])|以后有[时空]|三五[天日](?:[之以]?后)|十[来几]天[之以]?后",
    r"就(?:是|按)?(?:上[次回]|[你您]们?|之前|刚才?|原来)?(?:[说讲约定]好?)?的?那一?天|(?:上[次回]|之前|刚才?)[说讲约定]好?的?那一?天(?=吧|看|来|去|挂|行|[,，。]|$)|^那一?天(?=吧|就|$)",
    r"(?<!号)等(?!过了?|[了候级待号位着等很好半一太多这那得不退总报通排叫\d]|有[号人])[^,，。]{1,8}(?:了|[之以]?后|再|好[点些](?=吧|$))",
)
def _vague(_: re.Match[str], present: Present) -> Said:
    return Said("vague")


@_reads(rf"(?:{NUMBER}个?(?P<half>半)?|(?P<only>半)个?)(?:小时|钟头)(?:{LATER}|就?到)")
def _in_hours(match: re.Match[str], present: Present) -> Said:
    """两个小时后: a clock time of today, or of tomorrow."""
    hours = numeral(match["n"]) if match["n"] else 0
    then = present.now + timedelta(hours=hours, minutes=0 if not _half(match) else 30)
    return Said("relative", (then.date(),), time=f"{then:%H:%M}")


def _half(match: re.Match[str]) -> bool:
    return bool(match["half"] or match["only"])


@_reads(
    rf"{NUMBER}个?(?:小时|钟头)[之以]?内|(?:未来|接下来|还[剩有])的?\d+个?小时",
    r"(?<![到号])现在(?=过[来去]|[还就]?能?(?:可以)?[挂约去来](?!了)|能看|还?能|有号|起|到(?:□|[\d一二三四五六七八九十])|$)",
    r"马上(?=能|就?[挂看约来去])|立[刻即](?=[挂看约来去])",
)
def _now(_: re.Match[str], present: Present) -> Said:
    return on_days("relative", present.day)


@_reads(
    rf"(?:再?过)?{NUMBER}(?P<to>[二两三四五六七八])?[天日]{LATER}",
    rf"(?:再过|再等|过)(?P<n>{NUMERAL})(?P<to>[二两三四五六七八])?天(?!了)",
)
def _in_days(match: re.Match[str], present: Present) -> Said:
    """三天后, 过两天; 两三天后 is either, 三五天后 all between."""
    first = numeral(match["n"])
    last = max(first, numeral(match["to"])) if match["to"] else first
    return Said("relative", span(plus(present.day, first), plus(present.day, last)))


@_reads(rf"(?:再?过)?{NUMBER}个?周{LATER}(?:的?周(?P<weekday>[一二三四五六日])|的?今天)?")
@_reads(rf"(?:再过|再等|过)(?P<n>{NUMERAL})个?周(?!了|末|[一二三四五六日])(?P<weekday>)")
@_reads(r"(?P<n>下)个?周的?(?:今天|这个?时候)(?P<weekday>)")
def _in_weeks(match: re.Match[str], present: Present) -> Said:
    weeks = 1 if match["n"] == "下" else numeral(match["n"])
    if match["weekday"]:
        return on_days("relative", plus(monday(present.day, weeks), WEEKDAYS[match["weekday"]]))
    return on_days("relative", plus(present.day, 7 * weeks))


@_reads(rf"(?:再?过)?(?:半个?|{NUMBER}个)月{LATER}")
def _in_months(match: re.Match[str], present: Present) -> Said:
    if not match["n"]:
        return on_days("relative", plus(present.day, 15))
    days = month(present.day.year, present.day.month + numeral(match["n"]))
    return on_days("relative", days[min(present.day.day, len(days)) - 1])


@_reads(
    rf"{NUMBER}个?(?P<unit>[天日周]|(?<=个)月)(?:[之以]?内(?![分科镜]))",
    rf"(?:未来|接下来|今后|(?P<these>这)(?!一周)|近|往后)的?(?P<n>{NUMERAL}|几)个?(?P<unit>[天日周])(?!前)",
    r"(?P<n>半)个?(?P<unit>月)(?:[之以]?内)",
)
def _within(match: re.Match[str], present: Present) -> Said:
    """三天内, 未来一周, 这两天: that many days, today the first."""
    if match["n"] == "半":
        return on_days("span", *present.open_days)
    number = 3 if match["n"] == "几" else numeral(match["n"])
    length = number * {"天": 1, "日": 1, "周": 7, "月": 30}[match["unit"]]
    kind = "these" if match.groupdict().get("these") else "span"
    return Said(kind, span(present.day, plus(present.day, max(length, 1) - 1)))


@_reads(
    rf"(?:{NUMBER}|半|几)(?:天|个月|个?周)(?:之|以)?前|(?<![提周])前[几两三]天|上+个?周(?![一二三四五六日末])",
    rf"上+个?月(?!的?{NUMERAL}[号日]|[初底末头尾上中下])",
)
def _ago(_: re.Match[str], present: Present) -> Said:
    """A past: which day exactly does not matter."""
    return on_days("relative", plus(present.day, -1))


@_reads(rf"(?:{NUMBER}|半|几)年(?:之|以)?前|[去前]年(?!的?{NUMERAL}月)")
def _years_ago(_: re.Match[str], present: Present) -> Said:
    """Nobody books years back: a story."""
    return Said("story")


_STEPS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3, "大大后": 4}


@_reads(
    r"(?:今明后|今明|明后)[两三]?[天日]|大*后[天日]|(?<![以之])大?前[天日]|[今明昨][天日]|今[、和]明[两]?天|今明(?=都)",
    r"(?<![说证声])[今明昨](?=[早晚晨夜]|上午|下午|中午)|(?<=[,，])后(?=上午|下午)",
)
def _relative(match: re.Match[str], present: Present) -> Said:
    steps = re.findall("大*[前昨今明后]", match[0])
    return on_days("relative", *(plus(present.day, _STEPS[step]) for step in steps))
