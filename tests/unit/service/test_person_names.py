"""A patient's name and relation in what was written."""

import pytest

from service.person_names import find_name, same_relation


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("再给我儿子挂儿科，明天下午，叫张小宝，6岁", "张小宝"),
        ("叫王秀英", "王秀英"),
        ("帮我叫车", ""),
        ("儿科明天下午", ""),
    ],
)
def test_a_name_may_be_told_with_called_alone(text: str, name: str) -> None:
    assert find_name(text) == name


def test_a_mother_has_many_names_and_a_son_is_none_of_them() -> None:
    assert same_relation("妈", "母亲")
    assert same_relation("儿子", "孩子")
    assert not same_relation("妈", "儿子")
