"""Honorifics: surname and a title that is known to fit, never the bare name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.honorifics import honorific, sex_of_relation, surname


@pytest.mark.parametrize(
    ("name", "sex", "age", "title"),
    [
        ("王秀英", "F", 62, "王阿姨"),
        ("李建国", "M", 87, "李大爷"),
        ("王秀英", "F", 59, "王女士"),
        ("李建国", "M", 60, "李大爷"),
        ("李建国", "M", None, "李先生"),
        ("欧阳娜", "F", 30, "欧阳女士"),
        ("欧阳", "F", 30, "欧女士"),
        ("司马相如", "M", 70, "司马大爷"),
        ("王小宝", "M", 14, "小朋友"),
        ("王小宝", None, 0, "小朋友"),
        ("王小宝", "M", 15, "王先生"),
    ],
)
def test_the_title_fits_age_and_sex(name: str, sex: str | None, age: int, title: str) -> None:
    assert honorific(name, sex=sex, age=age) == title


@pytest.mark.parametrize(
    ("name", "sex", "age"),
    [
        ("王秀英", None, 62),
        ("", "F", 30),
        ("John Smith", "M", 40),
        ("王秀英", "X", 30),
        ("王秀英", None, None),
    ],
)
def test_a_title_that_is_not_known_to_fit_is_left_out(
    name: str, sex: str | None, age: int | None
) -> None:
    assert honorific(name, sex=sex, age=age) == ""


@given(st.text(), st.sampled_from(["M", "F", None]), st.none() | st.integers())
def test_nobody_is_addressed_by_the_bare_name(name: str, sex: str | None, age: int | None) -> None:
    title = honorific(name, sex=sex, age=age)
    assert title == "" or title.endswith(("大爷", "阿姨", "先生", "女士", "小朋友"))
    assert title.removesuffix("小朋友") in ("", surname(name) + title[-2:])


@pytest.mark.parametrize(
    ("relation", "sex"),
    [
        ("我妈", "F"),
        ("婆婆", "F"),
        ("外婆", "F"),
        ("老公", "M"),
        ("岳父", "M"),
        ("爷爷", "M"),
        ("姥爷", "M"),
        ("姑父", "M"),
        ("姨夫", "M"),
        ("姐夫", "M"),
        ("姑姑", "F"),
        ("嫂子", "F"),
        ("舅妈", "F"),
        ("伯母", "F"),
        ("叔叔", "M"),
        ("儿媳妇", "F"),
        ("女婿", "M"),
        ("孩子", None),
        ("朋友", None),
        ("本人", None),
        ("", None),
    ],
)
def test_the_word_for_a_relative_may_say_the_sex(relation: str, sex: str | None) -> None:
    assert sex_of_relation(relation) == sex
