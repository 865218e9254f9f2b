"""Long texts in parts, and buttons in rows."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram_sending import LONGEST_TEXT, keyboard, split_text


def test_a_short_text_stays_whole() -> None:
    assert split_text("您好。\n请说。") == ["您好。\n请说。"]


def test_a_text_of_nothing_but_blanks_has_no_parts() -> None:
    assert split_text(" \n ") == []


def test_a_long_text_is_cut_between_lines() -> None:
    assert split_text("一二三\n四五六\n七八九", limit=8) == ["一二三\n四五六", "七八九"]


def test_a_long_line_is_cut_between_sentences() -> None:
    assert split_text("挂号费五元。专家号二十元。请带证件。", limit=14) == [
        "挂号费五元。专家号二十元。",
        "请带证件。",
    ]


def test_a_paragraph_without_an_end_is_cut_off_after_its_heading() -> None:
    assert split_text("须知\n" + "字" * 15, limit=10) == ["须知", "字" * 10, "字" * 5]


def test_rare_characters_count_twice_as_telegram_may_count_them() -> None:
    assert split_text("𠮷" * 6, limit=8) == ["𠮷" * 4, "𠮷" * 2]


@given(st.text(alphabet="字。！\n 𠮷a", max_size=400), st.integers(min_value=8, max_value=60))
def test_parts_are_never_too_long_never_blank_and_lose_only_blanks(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(len(part.encode("utf-16-le")) // 2 <= limit for part in parts)
    assert all(part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_telegrams_limit_is_kept() -> None:
    assert [len(part) for part in split_text("字" * (LONGEST_TEXT + 1))] == [LONGEST_TEXT, 1]


def test_without_buttons_there_is_no_keyboard() -> None:
    assert keyboard([]) is None


def test_short_buttons_stand_in_pairs_and_long_ones_alone() -> None:
    titles = ["上午", "下午", "11月23日（周一）上午 李建国主任", "晚上", "不约了"]
    markup = keyboard([{"title": title, "payload": f"#{title}"} for title in titles])
    assert markup is not None
    rows = [[button.text for button in row] for row in markup.inline_keyboard]
    assert rows == [["上午", "下午"], ["11月23日（周一）上午 李建国主任"], ["晚上", "不约了"]]
