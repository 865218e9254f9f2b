"""Which of several days in a message is the wish, and what is said beside it.

As in ``test_when`` it is Wednesday, 25 November 2026, nine in the morning, unless said otherwise.
"""

from datetime import datetime

import pytest

from service.when import When, read_when
from tests.unit.service.test_when import SUNDAY, WEDNESDAY, days

LATE = datetime(2026, 11, 25, 21, 30)


@pytest.mark.parametrize(
    "text",
    [
        "您好我想问一下那个我妈妈的话她想明天过去看看行不行",
        "不好意思打扰您一下就是我父亲他腿脚不好想明天过来让大夫瞧瞧不知道方不方便",
        "嗯那个我想呃明天吧看一下我这个老胃病",
    ],
)
def test_a_long_polite_sentence_keeps_its_day(text: str) -> None:
    assert read_when(text, WEDNESDAY) == When(days("11-26"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周四是我妹生日人多，还是周五来吧", "11-27"),
        ("周四停诊的话那周五呢", "11-26 11-27"),
        ("周四停诊啊，那周五呢", "11-27"),
        ("陈大夫周四停诊，那我改下周四", "12-03"),
        ("明天没抢到，后天呢", "11-27"),
        ("今天怕是来不及了，明天吧", "11-26"),
        ("改到下周一，原本是周五", "11-30"),
        ("把周五的号推迟一周", "12-04"),
        ("周五那个号能提前一天吗", "11-26"),
    ],
)
def test_the_day_decided_on_replaces_the_one_before(text: str, expected: str) -> None:
    assert read_when(text, WEDNESDAY) == When(days(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周六吧，周日要加班", "11-28"),
        ("27号考完试，28号来看牙", "11-28"),
        ("我出差到周五，周六去", "11-28"),
        ("周五才到家，周六去看", "11-28"),
        ("12月1号在苏州出差，3号看", "12-03"),
        ("周四老伴化疗，周五来", "11-27"),
        ("周四单位检查请不了假，周五吧", "11-27"),
        ("今天都25号了，月底看得上吗", "11-26..11-30"),
        ("周四早上抽血，周五上午看结果行吗", "11-27"),
        ("周五吧，周四限号我车进不了城", "11-27"),
        ("这周忙，下周二看", "12-01"),
        ("大夫让一个月后复查，我想提早，周五行吗", "11-27"),
    ],
)
def test_the_day_of_something_else_is_not_wished(text: str, expected: str) -> None:
    assert read_when(text, WEDNESDAY).days == days(expected)


@pytest.mark.parametrize("text", ["明天的号不要了", "明天那个号帮我退掉，来不了了"])
def test_the_day_of_a_booking_to_cancel_is_told(text: str) -> None:
    assert read_when(text, WEDNESDAY).days == days("11-26")


@pytest.mark.parametrize("text", ["周五满了吗", "明天停诊吗", "周五约满了"])
def test_a_day_that_may_be_full_is_wished_all_the_same(text: str) -> None:
    assert read_when(text, WEDNESDAY).days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("月底，29号或者30号", "11-29 11-30"),
        ("月初来，医生说3号他在", "12-03"),
        ("下周想来看腰，周一行不", "11-30"),
        ("下周带孩子来，周二到周四都行", "12-01..12-03"),
        ("下周都可以，最好周二", "12-01"),
        ("我只有每周六得闲，这周六行吗", "11-28"),
        ("周四以后都行，就这周", "11-27..11-29"),
        ("28号到30号随便，月底前看完", "11-28..11-30"),
        ("下周前三天", "11-30..12-02"),
        ("周五，最晚月底看上", "11-27"),
        # a list or an addition is no narrowing
        ("这周或者下周一", "11-25..11-29 11-30"),
        ("周五起都行，包括周五", "11-27..12-09"),
    ],
)
def test_a_narrower_day_said_later_is_meant(text: str, expected: str) -> None:
    assert read_when(text, WEDNESDAY) == When(days(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("27号28号我调休，这两天都行", "11-27 11-28"),
        ("周五开始请了三天假", "11-27..11-29"),
        ("从周五开始一个星期我都在", "11-27..12-03"),
        ("明天起到周日都有空", "11-26..11-29"),
        ("除了28号，27号到30号都行", "11-27 11-29 11-30"),
        ("下周几都行", "11-30..12-06"),
        ("元旦放假过后第一天", "2027-01-04"),
        ("十天后的那个周六", "12-05"),
        ("下下周，就是7号那周的周四", "12-10"),
        ("二十八九号", "11-28 11-29"),
        ("十二月中下旬", "12-11..12-31"),
        ("本月28", "11-28"),
        ("大下周一", "12-07"),
        ("五天后来拆线", "11-30"),
        ("跨年那天", "12-31"),
        ("腊月里太忙，年二十八来", "2027-02-04"),
    ],
)
def test_days_are_read_in_the_words_of_patients(text: str, expected: str) -> None:
    assert read_when(text, WEDNESDAY) == When(days(expected))


def test_a_day_of_the_weekend_is_not_the_whole_weekend() -> None:
    friday = datetime(2026, 11, 27, 9, 0)
    assert read_when("明天周末了，带娃来看看", friday) == When(days("11-28"))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("明早就来", "morning"),
        ("明天赶早", "morning"),
        ("明天一上班就来", "morning"),
        ("周五上半日", "morning"),
        ("周五下半日", "afternoon"),
        ("礼拜五夜到", "evening"),
        ("周五上午好些，下午他要睡觉", "morning"),
        ("今天上午的号没抢到，那下午的呢", "afternoon"),
        ("夜里睡不着，周五白天下午看", "afternoon"),
        ("夜里老抽筋，看哪个科", None),
    ],
)
def test_half_days_are_read_in_the_words_of_patients(text: str, period: str | None) -> None:
    assert read_when(text, WEDNESDAY).period == period


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("下个月想来", "vague"),
        ("大概十二月份吧", "vague"),
        ("就上次说的那天吧", "vague"),
        ("就那天", "vague"),
        ("看情况吧", "vague"),
        ("10月28号的号，给我再挂一次", "past"),
        ("明天就12月1号了吧，那就明天", "conflict"),
    ],
)
def test_what_names_no_bookable_day_is_asked_back(text: str, reason: str) -> None:
    when = read_when(text, WEDNESDAY)
    assert (when.days, when.reason) == ((), reason)


@pytest.mark.parametrize(
    "text",
    [
        "十二月的片子在哪拿，一天内分泌要排多久",
        "号码牌08号",
        "我昨天看完的，药怎么吃",
        "今天我爸可以出院了",
        "挂一天内分泌",
        "采血室几点收工",
    ],
)
def test_words_beside_a_visit_wish_no_day(text: str) -> None:
    when = read_when(text, WEDNESDAY)
    assert when.days == () and when.period is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今明两天", "11-26"),
        ("这周能看上就行", "11-26..11-29"),
        ("最晚周五", "11-26 11-27"),
        ("三天内", "11-26 11-27"),
        ("最近的号", "11-26..12-08"),
        (
            "今天",
            "11-25",
        ),  # asked for alone: that it is too late is told where the clinics are known
    ],
)
def test_today_is_left_out_of_several_days_when_its_clinics_are_over(
    text: str, expected: str
) -> None:
    assert read_when(text, LATE).days == days(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周末带娃看牙", "11-29 12-05 12-06"),
        ("周末两天都行，周一要上班", "11-29 12-05 12-06"),
        ("这周末就剩今天了，那下周六吧", "12-05"),
        ("只要不是周末", "11-30..12-04 12-07..12-11"),
    ],
)
def test_a_weekend_on_a_sunday_is_its_rest_and_the_next_one(text: str, expected: str) -> None:
    assert read_when(text, SUNDAY).days == days(expected)


@pytest.mark.parametrize(
    "text", ["骨科周四上午满了，能候补吗", "周四上午没号了，我想候补", "周四上午约满了帮我排队"]
)
def test_a_half_day_that_is_full_is_still_the_one_to_wait_for(text: str) -> None:
    assert read_when(text, WEDNESDAY) == When(days("11-26"), "morning")
