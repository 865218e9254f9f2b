"""Which notice a question is about, and what of it answers."""

from datetime import date

from service.model import Notice
from service.notices import find_notice, notice_line

_DAY = date(2026, 12, 1)


def _notice(title: str, text: str = "") -> Notice:
    return Notice(code=title, title=title, text=text, first_day=_DAY, last_day=_DAY)


_CLINIC = _notice("高血压免费义诊", "时间：当天09:00–11:00\n地点：A座1层大厅，不用挂号\n请带药盒。")
_CLASS = _notice("孕妈妈课堂开课")


def test_a_notice_is_named_by_two_of_its_characters() -> None:
    assert find_notice([_CLINIC, _CLASS], "孕妇课几点") is _CLASS
    assert find_notice([_CLINIC, _CLASS], "义诊要挂号吗") is _CLINIC


def test_another_course_is_none_of_them() -> None:
    assert find_notice([_CLINIC, _CLASS], "急救培训课有吗") is None
    assert find_notice([], "孕妇课几点") is None


def test_a_question_is_answered_by_its_line() -> None:
    assert "09:00" in notice_line(_CLINIC, "几点")
    assert "A座" in notice_line(_CLINIC, "在哪儿")
    assert "不用挂号" in notice_line(_CLINIC, "要挂号吗")
    assert notice_line(_CLINIC, "行") == ""
