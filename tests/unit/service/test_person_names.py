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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是陈刚，想给我妈妈李秀兰约个心内科的号", "李秀兰"),
        ("我叫余波，我老婆叫沈兰", "沈兰"),
        ("我是陈刚，想给我妈妈约个号", ""),
        ("我是她女儿陈红，给我妈李秀兰挂个号", "李秀兰"),
        ("患者李秀兰，我儿子张强来办", "李秀兰"),
        ("我是陈刚，挂骨科", "陈刚"),
    ],
)
def test_who_writes_for_a_relative_is_not_the_patient(text: str, name: str) -> None:
    assert find_name(text, bare=True) == name


@pytest.mark.parametrize(
    ("text", "name"), [("曹大爷，曹德福", "曹德福"), ("吴老太", ""), ("错了，应该是 ", "")]
)
def test_neither_a_form_of_address_nor_a_filler_is_a_name(text: str, name: str) -> None:
    assert find_name(text, bare=True) == name


def test_a_mother_has_many_names_and_a_son_is_none_of_them() -> None:
    assert same_relation("妈", "母亲")
    assert same_relation("儿子", "孩子")
    assert not same_relation("妈", "儿子")
