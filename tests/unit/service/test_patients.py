"""Names and phone numbers as people type them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.errors import BadValue
from service.patients import clean_name, clean_phone

TYPED = st.one_of(
    st.text(),
    st.text(alphabet="0123456789０１２３４５６７８９٣٨ +-—()（）电话"),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=6),
)


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("13800138001", "13800138001"),
        (" 138 0013 8001\n", "13800138001"),
        ("138-0013-8001", "13800138001"),
        ("+86 13800138001", "13800138001"),
        ("8613800138001", "13800138001"),
        ("１３８００１３８００１", "13800138001"),
        ("0600-8120001", "06008120001"),
        ("（0600）8120001", "06008120001"),
        ("010—62345678", "01062345678"),
    ],
)
def test_a_phone_number_is_read_however_it_is_typed(typed: str, phone: str) -> None:
    assert clean_phone(typed) == phone


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "电话",
        "1380013800",
        "138001380011",
        "12800138001",
        "YY20261201-0012",
        "110105196401011234",
        "120",
        "13٨00138001",
        "١٣٨٠٠١٣٨٠٠١",
    ],
)
def test_what_cannot_be_a_phone_number_is_refused(typed: str) -> None:
    with pytest.raises(BadValue) as refused:
        clean_phone(typed)
    assert refused.value.field == "phone"


@given(TYPED)
@example("13٨00138001")
def test_no_text_breaks_the_reading_of_phone_numbers(typed: str) -> None:
    try:
        phone = clean_phone(typed)
    except BadValue:
        return
    assert phone.isascii()
    assert phone.isdigit()
    assert 10 <= len(phone) <= 12
    assert clean_phone(phone) == phone


@pytest.mark.parametrize(
    "typed",
    ["王秀英", " 李建国 ", "欧阳娜娜", "阿不都热合曼·买买提", "㐂䶮", "王𬎆", "John O'Neil-Smith"],
)
def test_a_name_is_kept_as_it_is_typed(typed: str) -> None:
    assert clean_name(typed) == typed.strip()


@pytest.mark.parametrize(
    "typed",
    ["", "王", "··", "王·", "王秀英123", "13800138001", "王秀英。", "👵", "王\x00英", "王" * 13],
)
def test_what_cannot_be_a_name_is_refused(typed: str) -> None:
    with pytest.raises(BadValue) as refused:
        clean_name(typed)
    assert refused.value.field == "name"


@given(TYPED)
def test_no_text_breaks_the_reading_of_names(typed: str) -> None:
    try:
        name = clean_name(typed)
    except BadValue:
        return
    assert 2 <= len(name) <= 41
    assert name == name.strip()
    assert name.isprintable()
    assert name.encode()
