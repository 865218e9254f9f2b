"""The words of a request: the wish without day, name and phone; taken back; changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from actions import request_words as words

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("told", "name", "wish"),
    [
        ("我要约CT，李建国13912370004，后天", "李建国", "CT"),
        (
            "想做核磁共振，腰椎，周四上午，姓名：李建国，电话 139 1237 0004",
            "李建国",
            "核磁共振，腰椎",
        ),
        ("后天上午要陪诊", "", "陪诊"),
        ("陪诊 周五下午三点 骨科 我妈 王秀英 13912370004", "王秀英", "陪诊，骨科"),
        ("尽快帮我约个24小时动态心电图", "", "尽快帮我约个24小时动态心电图"),
        ("24小时动态心电图，越快越好", "", "24小时动态心电图"),
        ("上腹部B超，12月9号", "", "上腹部B超"),
    ],
)
def test_a_wish_is_told_without_day_name_and_phone(told: str, name: str, wish: str) -> None:
    assert words.content(words.own_words(told, NOW, name)) == wish


@pytest.mark.parametrize(
    "text",
    ["转诊不办了", "退出候补", "我不想删了，留着吧", "会诊撤回", "不住院了", "算了，我自己去"],
)
def test_a_request_is_taken_back(text: str) -> None:
    assert words.withdraws(text)


@pytest.mark.parametrize("text", ["不要撤回", "别取消", "检查做完了", "不做胃镜能查出来吗"])
def test_a_request_stands(text: str) -> None:
    assert not words.withdraws(text)


@pytest.mark.parametrize(
    ("what", "text", "changed"),
    [
        ("颈部CT", "内容改成颈椎", "颈椎CT"),
        ("胃镜，加麻醉", "不做胃镜了，改成肠镜", "肠镜，加麻醉"),
        ("胃镜，医生开了单子", "能不能改无痛", "无痛胃镜，医生开了单子"),
        ("找人陪诊，要轮椅", "不要轮椅了，要人陪就行", "找人陪诊"),
    ],
)
def test_one_part_of_a_wish_is_changed(what: str, text: str, changed: str) -> None:
    correction = words.correction(text)
    assert correction is not None
    assert words.corrected(what, *correction) == changed


def test_a_spoken_day_is_still_right_tomorrow() -> None:
    assert words.lasting("后天（12月3日周四）上午9:00") == "12月3日周四上午9:00"
    assert words.lasting("尽快") == "尽快"
