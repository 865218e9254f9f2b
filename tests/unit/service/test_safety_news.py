"""What is told after an alarm: help is coming, it is over, or something else altogether."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.safety import News, read_news


@pytest.mark.parametrize(
    ("news", "text"),
    [
        (News.COMING, "已经打了120"),
        (News.COMING, "已经叫救护车了"),
        (News.COMING, "叫了车了"),
        (News.COMING, "邻居在打120"),
        (News.COMING, "120说马上到"),
        (News.ARRIVED, "已经上救护车了"),
        (News.ARRIVED, "救护车来了"),
        (News.ARRIVED, "在去医院的路上"),
        (News.ARRIVED, "我老公开车送我来"),
        (News.ARRIVED, "到了"),
        (News.NO_ANSWER, "120打不通"),
        (News.NO_ANSWER, "救护车还没来"),
        (News.OVER, "现在好了"),
        (News.OVER, "醒了 没事了"),
        (News.OVER, "吐出来了没事了"),
        (News.OVER, "缓过来了"),
        (News.OVER, "现在不疼了"),
        (News.OVER, "血止住了"),
        (News.OVER, "没什么事了"),
        (News.OVER, "劝下来了"),
        (News.WHERE, "不急，就是想看看挂什么科"),
        (News.WHERE, "不是我，是想问这种情况看什么科"),
        (News.WHERE, "到了挂什么号"),
        (News.BRING, "要带什么"),
        (News.BRING, "要带钱吗"),
        (News.NOT_MEANT, "骗你的，测试"),
        (News.CLEARED, "医生说没事，回家了"),
        (News.HEARD, "好的"),
        (News.HEARD, "知道了 马上去"),
        (News.HEARD, "谢谢"),
    ],
)
def test_how_it_goes_on_is_understood(news: News, text: str) -> None:
    assert read_news(text) is news


@pytest.mark.parametrize(
    "text",
    [
        "要不要打120",
        "昨天在急诊",
        "湿疹看什么科",
        "挂什么科，我爸腿疼",
        "做核酸测试",
        "检查前要带什么片子",
        "打120要钱吗",
        "救护车来了吗",
        "好了吗",
        "还没醒",
        "好了一点 但是还喘",
        "醒了又睡过去了",
        "人不太清醒了",
        "好像没气了",
        "好的 挂儿科",
        "挂儿科",
        "B超多少钱",
        "王秀英",
        "",
    ],
)
def test_a_question_or_an_errand_is_no_news(text: str) -> None:
    assert read_news(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read_news(text)
