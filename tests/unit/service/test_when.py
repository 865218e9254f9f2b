"""When a patient wishes to come, read from what they write.

Unless a test says otherwise it is Wednesday, 25 November 2026, nine in the morning:

    Mo 23  Tu 24  We 25  Th 26  Fr 27  Sa 28  Su 29
    Mo 30  Tu  1  We  2  Th  3  Fr  4  Sa  5  Su  6   (December)
"""

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.when import When, read_when

WEDNESDAY = datetime(2026, 11, 25, 9, 0)
SUNDAY = datetime(2026, 11, 29, 10, 0)
TODAY = WEDNESDAY.date()


def days(words: str) -> tuple[date, ...]:
    """``"11-26 2027-01-01 12-01..12-03"``: days of 2026 unless a year is said."""
    found: list[date] = []
    for word in words.split():
        first, _, last = word.partition("..")
        day, end = _day(first), _day(last or first)
        while day <= end:
            found.append(day)
            day += timedelta(days=1)
    return tuple(found)


def _day(word: str) -> date:
    return date.fromisoformat(word if len(word) > 5 else f"2026-{word}")


OPEN = "11-25..12-08"  # the fourteen days from today


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # counted from today
        ("明天能看牙吗", "11-26"),
        ("今儿还有号没", "11-25"),
        ("明儿个我带孩子来", "11-26"),
        ("后儿吧", "11-27"),
        ("大后天行不", "11-28"),
        ("三天后复查", "11-28"),
        ("再过5天来换药", "11-30"),
        ("过两天来", "11-27"),
        ("两三天后吧", "11-27 11-28"),
        ("一个礼拜以后拆线", "12-02"),
        ("半个月后", "12-10"),
        ("一个月后复诊", "12-25"),
        ("两星期后的礼拜一", "12-07"),
        ("明后天都在家", "11-26 11-27"),
        ("今明两天想看上", "11-25 11-26"),
        ("这两天能安排吗", "11-25 11-26"),
        ("三天内", "11-25..11-27"),
        ("一周之内要看上", "11-25..12-01"),
        # weekdays: bare ones are the next to come, others count in calendar weeks
        ("周五挂骨科", "11-27"),
        ("下周专家号", "11-30..12-06"),
        ("周二的号", "12-01"),
        ("星期天有空", "11-29"),
        ("这个礼拜六带老人来", "11-28"),
        ("下周三", "12-02"),
        ("下个星期一", "11-30"),
        ("下下周五", "12-11"),
        ("礼拜4行吗", "11-26"),
        ("拜六有空", "11-28"),
        ("周一三五我都能来", "11-27 11-30 11-25"),
        ("每周四都行", "11-26 12-03"),
        ("这周六日", "11-28 11-29"),
        # weeks, weekends, months
        ("周末带娃来看", "11-28 11-29"),
        ("下个周末", "12-05 12-06"),
        ("这周看得上吗", "11-25..11-29"),
        ("下周找个时间", "11-30..12-06"),
        ("下周前半周", "11-30..12-02"),
        ("月底回老家前看一下", "11-26..11-30"),
        ("月初吧", "12-01..12-05"),
        ("下月初", "12-01..12-05"),
        ("十二月中旬", "12-11..12-20"),
        ("十二月第一周", "12-07..12-13"),
        ("下个月第二个周三", "12-09"),
        ("12月最后两天", "12-30 12-31"),
        # dates
        ("下个月3号", "12-03"),
        ("5号来", "12-05"),
        ("25号，就是今天", "11-25"),
        ("31号", "12-31"),
        ("12.9可以", "12-09"),
        ("12/9可以", "12-09"),
        ("12-9可以", "12-09"),
        ("十二月九号", "12-09"),
        ("12月9日", "12-09"),
        ("二零二七年一月六号", "2027-01-06"),
        ("2027/1/6", "2027-01-06"),
        ("20261209", "12-09"),
        ("明年3月8号", "2027-03-08"),
        ("3月8号体检", "2027-03-08"),
        ("元月六号", "2027-01-06"),
        ("十二月廿六号", "12-26"),
        # holidays
        ("元旦有门诊吗，挂一个", "2027-01-01"),
        ("除夕上午", "2027-02-05"),
        ("春节来看", "2027-02-06"),
        ("清明回来看", "2027-04-05"),
        ("五一", "2027-05-01"),
        ("端午节那天", "2027-06-09"),
        ("中秋", "2027-09-15"),
        ("国庆假期", "2027-10-01..2027-10-07"),
        ("圣诞节", "12-25"),
        ("正月初八", "2027-02-13"),
        ("元旦前一天", "12-31"),
        # as people type
        ("下 周 三", "12-02"),
        ("１２月９号", "12-09"),
        ("下禮拜三", "12-02"),
        ("後天可以嗎", "11-27"),
        ("明夭上午", "11-26"),
        ("周未有空", "11-28 11-29"),
        ("星其五", "11-27"),
        ("聽日", "11-26"),
    ],
)
def test_a_day_is_read_as_the_next_one_to_come(text: str, expected: str) -> None:
    when = read_when(text, WEDNESDAY)
    assert when.days == tuple(sorted(days(expected)))
    assert not when.ask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周一到周三随便一天", "11-30..12-02"),
        ("下周二至下周四", "12-01..12-03"),
        ("12号到15号我在", "12-12..12-15"),
        ("12-15号都可以", "12-12..12-15"),
        ("12月30号到1月2号", "12-30..2027-01-02"),
        ("后天到周日", "11-27..11-29"),
        ("周二或周四", "11-26 12-01"),
        ("下周一或者周三", "11-30 12-02"),
        ("5、6号", "12-05 12-06"),
        ("12月14、16号", "12-14 12-16"),
        ("明天、大后天都成", "11-26 11-28"),
        ("周五之前看上", "11-25 11-26"),
        ("最晚周五", "11-25..11-27"),
        ("到周五为止", "11-25..11-27"),
        ("月底前", "11-25..11-30"),
        ("从后天起都有空", "11-27..12-09"),
        ("下周三以后", "12-03..12-09"),
        ("过了这周再来", "11-30..12-09"),
        ("从下周一起，下周四前", "11-30..12-02"),
        ("明天起连着三天我都在", "11-26..11-28"),
        ("15号左右", "12-14..12-16"),
        ("元旦后的第一个周二", "2027-01-05"),
    ],
)
def test_ranges_include_both_ends_and_lists_every_day(text: str, expected: str) -> None:
    assert read_when(text, WEDNESDAY) == When(days=days(expected))


@pytest.mark.parametrize(
    "text",
    [
        "挂最早的",
        "最近的一天",
        "越快越好",
        "随便哪天",
        "我退休了，哪天都行",
        "啥时候都可以",
        "尽快帮我约上",
        "哪天有号挂哪天",
        "你看着安排",
        "都行",
    ],
)
def test_an_open_wish_is_all_days_of_the_horizon(text: str) -> None:
    assert read_when(text, WEDNESDAY).days == days(OPEN)
    assert read_when(text, WEDNESDAY, horizon=3).days == days("11-25..11-27")


@pytest.mark.parametrize("text", ["明天越早越好", "越快越好，最好明天", "明天最早的号"])
def test_a_day_beats_an_open_wish(text: str) -> None:
    assert read_when(text, WEDNESDAY).days == days("11-26")


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("除了周三都行", "11-25 12-02"),
        ("除了周二和周四哪天都可以", "11-26 12-01 12-03 12-08"),
        ("别约周一", "11-30 12-07"),
        ("周五不行，其他都可以", "11-27 12-04"),
        ("避开周末", "11-28 11-29 12-05 12-06"),
        ("工作日都行", "11-28 11-29 12-05 12-06"),
    ],
)
def test_an_excluded_day_leaves_the_others(text: str, refused: str) -> None:
    kept = tuple(day for day in days(OPEN) if day not in days(refused))
    assert read_when(text, WEDNESDAY) == When(days=kept)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明天不行，后天可以", "11-27"),
        ("周四周五都没空，周六吧", "11-28"),
        ("不是周四，是周五", "11-27"),
        ("周四，不对，周五", "11-27"),
        ("把周四的号改到下周一", "11-30"),
        ("我约了周四，想换成周五", "11-27"),
        ("下周除了周三都行", "11-30 12-01 12-03..12-06"),
        ("我周一到周五上班，周六可以吗", "11-28"),
        ("周四没号的话周五", "11-26 11-27"),
        ("下周一不行，周二周三都可以", "12-01 12-02"),
        ("后天吧，不，大后天", "11-28"),
        ("每周四都要透析，周五看", "11-27"),
        ("预产期12月20号，想约下周三产检", "12-02"),
    ],
)
def test_what_is_refused_or_taken_back_is_not_wished(text: str, expected: str) -> None:
    assert read_when(text, WEDNESDAY).days == days(expected)


@pytest.mark.parametrize(
    ("text", "period", "clock"),
    [
        ("明天上午吧", "morning", None),
        ("明天早上", "morning", None),
        ("后天一早", "morning", None),
        ("5号早", "morning", None),
        ("明天中午", "afternoon", None),
        ("下午的号", "afternoon", None),
        ("傍晚前", "afternoon", None),
        ("周五下班以后", "evening", None),
        ("今晚", "evening", None),
        ("夜门诊", "evening", None),
        ("明天下午三點半", "afternoon", "15:30"),
        ("周五三点", "afternoon", "15:00"),  # a clinic sees nobody at three in the night
        ("9点", "morning", "09:00"),
        ("六点", "afternoon", "18:00"),
        ("12点", "afternoon", "12:00"),
        ("明天18点", "evening", "18:00"),
        ("明晚7点", "evening", "19:00"),
        ("明早八点", "morning", "08:00"),
        ("十点一刻", "morning", "10:15"),
        ("8点多能到", "morning", "08:00"),
        ("15:40", "afternoon", "15:40"),
        ("中午11点半", "morning", "11:30"),
        ("下午两点到四点之间", "afternoon", "14:00"),
        ("明天2-4点", "afternoon", "14:00"),
        ("上午10点到12点", "morning", "10:00"),
        ("明天 PM", "afternoon", None),
        ("不要上午", "afternoon", None),
        ("上午没空，下午可以", "afternoon", None),
        # two half-days, or none at all
        ("上午下午都行", None, None),
        ("上下午都可以", None, None),
        ("早上八点到下午五点都有空", None, None),
        ("明天上午或者后天下午", None, None),
        ("明天晚点来", None, None),
        ("早点看上", None, None),
        ("上午好，我想挂号", None, None),
    ],
)
def test_half_days_and_clock_times_are_those_of_a_clinic(
    text: str, period: str | None, clock: str | None
) -> None:
    when = read_when(text, WEDNESDAY)
    assert (when.period, when.time) == (period, clock)


@pytest.mark.parametrize(
    "text",
    [
        # numbers
        "13912345678",
        "138 1234 5678",
        "YY20261201-0012",
        "我今年65",
        "孩子三岁半",
        "宝宝8个月大",
        "孩子18月了",
        "1958年3月5号生的",
        "出生日期1990-05-06",
        "一天三次，每次两片",
        "血压130/80",
        "血糖7.5",
        "体温38.5",
        "挂号费12.5元",
        "怀孕28周",
        # the story of an illness
        "疼了三天",
        "有两个月了",
        "上周开始疼",
        "昨天开始发烧",
        "从上个月就不舒服",
        "昨晚吐了两回",
        "晚上咳得睡不着",
        "今天头疼得厉害",
        "这两天老是头晕",
        "最近总是失眠",
        "周一做的手术",
        "十月份查出来的结节",
        # people and places
        "周医生",
        "周大夫有号吗",
        "周一鸣医生",
        "王国庆",
        "五一路怎么走",
        "一号线能到吗",
        "3号楼在哪",
        "12号窗口",
        "排到20号了",
        # words that look like times
        "挂号",
        "专家号",
        "几号有号",
        "有号吗",
        "好一点了",
        "一点点",
        "有点疼",
        "后天性的",
        "退费要几个工作日",
        "提前几天能挂号",
        "建议随时能退",
        "现在怎么报销",
        "等有号了通知我",
        "三年前的片子",
        "赔了俩月没动静",
        "提两点意见",
        "随便哪个医生",
        "我想投诉",
        "",
    ],
)
def test_what_is_no_time_says_nothing(text: str) -> None:
    assert read_when(text, WEDNESDAY) == When()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("昨天开始发烧，想明天上午看", When(days("11-26"), "morning")),
        ("夜里咳得厉害，挂后天下午的", When(days("11-27"), "afternoon")),
        ("周一做的手术，周五来复查", When(days("11-27"))),
        ("周医生周五的号", When(days("11-27"))),
        ("我爸今年71，下周三上午", When(days("12-02"), "morning")),
        ("13912345678，5号下午", When(days("12-05"), "afternoon")),
        ("孕28周，周四产检", When(days("11-26"))),
        ("周五要上班，晚上行吗", When(days("11-27"), "evening")),
        ("周一早上要抽血，顺便挂个号", When(days("11-30"), "morning")),
        ("帮我妈约个号，她这几天心慌，下周二", When(days("12-01"))),
    ],
)
def test_the_wish_is_taken_from_a_longer_story(text: str, expected: When) -> None:
    assert read_when(text, WEDNESDAY) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2月31日", "impossible"),
        ("11月31号", "impossible"),
        ("下个月32号", "impossible"),
        ("13月5号", "impossible"),
        ("昨天", "past"),
        ("约昨天下午的号", "past"),
        ("上周三的号", "past"),
        ("这周一", "past"),
        ("这个月3号", "past"),
        ("11月3号上午", "past"),  # of the running month: hardly next year
        ("周三12号", "conflict"),  # 12 December is a Saturday
        ("明天周五", "conflict"),
        ("下周二12月2号", "conflict"),
        ("过阵子", "vague"),
        ("过几天再说", "vague"),
        ("改天吧", "vague"),
        ("年后再看", "vague"),
        ("等我有空", "vague"),
        ("明天不行", "unclear"),
        ("周末没空", "unclear"),
    ],
)
def test_a_careful_receptionist_asks_back(text: str, reason: str) -> None:
    when = read_when(text, WEDNESDAY)
    assert (when.days, when.ask, when.reason) == ((), True, reason)


@pytest.mark.parametrize(
    "text",
    [
        "能不能约周五",
        "周五能不能来",
        "周五行不行",
        "周五有没有空的号",
        "要不要周五来",
        "周五方不方便",
        "周五可不可以",
        "王主任周五在不在",
    ],
)
def test_a_question_is_no_refusal(text: str) -> None:
    assert read_when(text, WEDNESDAY) == When(days("11-27"))


@pytest.mark.parametrize("text", ["明天25点", "明天上午两点", "明天下午九点"])
def test_an_hour_that_cannot_be_is_asked_back_and_the_day_kept(text: str) -> None:
    when = read_when(text, WEDNESDAY)
    assert (when.days, when.time, when.reason) == (days("11-26"), None, "unclear")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("下周一（11月30号）", "11-30"),
        ("12月9号，周三", "12-09"),
        ("周六12号", "12-12"),  # the date decides which Saturday
        ("明天就是周四", "11-26"),
        ("这周末12月5号", "11-28 11-29 12-05"),
    ],
)
def test_a_day_said_twice_is_one_day(text: str, expected: str) -> None:
    assert read_when(text, WEDNESDAY).days == days(expected)


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        # today counts while its half-day is still to come
        ("周三上午", "2026-11-25T09:00", "11-25"),
        ("周三上午", "2026-11-25T13:00", "12-02"),
        ("周三下午", "2026-11-25T13:00", "11-25"),
        ("周三", "2026-11-25T13:00", "11-25"),
        ("周三", "2026-11-25T22:00", "12-02"),
        ("25号上午", "2026-11-25T13:00", "12-25"),
        # on a Sunday the week is not over, and the next one begins tomorrow
        ("周日", "2026-11-29T10:00", "11-29"),
        ("礼拜一上午", "2026-11-29T10:00", "11-30"),
        ("下周三", "2026-11-29T10:00", "12-02"),
        ("周末", "2026-11-29T10:00", "11-29 12-05 12-06"),
        ("周末", "2026-11-29T21:00", "12-05 12-06"),
        ("这周末", "2026-11-29T10:00", "11-29"),
        ("下个周末", "2026-11-29T10:00", "12-05 12-06"),
        ("周末", "2026-11-28T10:00", "11-28 11-29"),
        # ends of months and years, leap days
        ("月底", "2026-11-30T10:00", "11-30"),
        ("月初", "2026-12-03T10:00", "12-03..12-05"),
        ("1号", "2026-12-31T10:00", "2027-01-01"),
        ("下个月5号", "2026-12-31T10:00", "2027-01-05"),
        ("2月29号", "2027-12-01T10:00", "2028-02-29"),
        ("31号", "2027-02-10T10:00", "2027-03-31"),
        ("除夕", "2027-02-10T10:00", "2028-01-25"),
    ],
)
def test_the_moment_of_asking_decides(text: str, now: str, expected: str) -> None:
    assert read_when(text, datetime.fromisoformat(now)).days == days(expected)


def test_this_sunday_of_the_running_week_that_is_past_is_asked_back() -> None:
    assert read_when("这周五", SUNDAY).reason == "past"


def test_a_half_day_of_today_that_is_over_is_asked_back() -> None:
    when = read_when("今天上午", datetime(2026, 11, 25, 15, 0))
    assert when == When(period="morning", ask=True, reason="past")


def test_eight_o_clock_today_said_in_the_afternoon_is_in_the_evening() -> None:
    when = read_when("今天八点", datetime(2026, 11, 25, 16, 0))
    assert when == When((TODAY,), "evening", "20:00")


def test_some_hours_from_now_is_a_clock_time_of_today() -> None:
    when = read_when("两个小时后到", WEDNESDAY)
    assert (when.days, when.time) == ((TODAY,), "11:00")


def test_the_hospital_s_aware_time_is_as_good() -> None:
    now = WEDNESDAY.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert read_when("后天下午", now) == When(days("11-27"), "afternoon")


def test_the_library_s_advertisement_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from service.when import holidays

    holidays._library.cache_clear()
    holidays.holiday.cache_clear()
    read_when("春节", WEDNESDAY)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "text",
    [
        "1" * 5000,
        "周三" * 2500,
        "😀\0" * 2500,
        "12.5" * 1250,
        "周一到" * 1600,
        "等" * 5000,
        "\n" * 5000,
    ],
)
def test_a_flood_of_text_is_read_at_once(text: str) -> None:
    started = time.perf_counter()
    read_when(text, WEDNESDAY)
    assert time.perf_counter() - started < 1


def test_the_end_of_a_long_message_is_read_too() -> None:
    assert read_when("我妈腿疼。" * 500 + "挂后天下午", WEDNESDAY) == When(
        days("11-27"), "afternoon"
    )


WORDS = [
    *"下上这周月年号日天后前到或和不今明大一二三十两半几0239点分:./-早晚挂改疼第个内起末底初每（），、",
    *(
        "上午",
        "下午",
        "除了",
        "都行",
        "没空",
        "开始",
        "元旦",
        "春节",
        "农历",
        "小时",
        "最后",
        "周末",
    ),
    *("2027年", "9999年", "礼拜", "左右", "为止", "最晚", "工作日", "前一天", "第一个", "连着"),
]


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=400), st.lists(st.sampled_from(WORDS), max_size=30).map("".join)),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31)),
)
def test_no_text_raises_and_no_day_is_past(text: str, now: datetime) -> None:
    when = read_when(text, now)
    assert all(day >= now.date() for day in when.days)
    assert list(when.days) == sorted(set(when.days))
    assert when.period in (None, "morning", "afternoon", "evening")
    assert when.time is None or datetime.strptime(when.time, "%H:%M")
    assert when.ask == bool(when.reason)
