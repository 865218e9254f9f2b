"""What a message says about the patient: age, sex and pregnancy, and what only sounds like it."""

import pytest

from service.facts import (
    PatientFacts,
    bare_age,
    child_words,
    pregnancy_words,
    read_facts,
    tells_of_child,
)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("我今年四十五岁，腰酸", 45),
        ("我妈81了，走路不稳", 81),
        ("外婆年近七旬，胸闷", 70),
        ("他六十来岁，耳朵背", 60),
        ("男，33，胃胀", 33),
        ("26女 脸上长痘", 26),
        ("闺女两岁半，老揉眼睛", 2),
        ("宝宝7个月，拉稀", 0),
        ("小孙子刚满月，眼睛发黄", 0),
        ("小学五年级，看黑板眯眼", 11),
        ("幼儿园大班，流鼻涕", 5),
        ("小孩夜里咳", 7),
        ("爷爷手抖", 70),
    ],
)
def test_an_age_is_read_however_it_is_written(text: str, age: int) -> None:
    assert read_facts(text).age == age


@pytest.mark.parametrize(
    "text",
    [
        "我妈头昏",
        "烧到39了",
        "血压都180了",
        "我生过两个孩子，漏尿",
        "产后没养好，孩子都两岁了还怕风",
        "抱孩子抱得手腕酸",
        "孩子上大学以后我就睡不着",
        "结婚四年要不上孩子",
        "乙肝会不会传给孩子",
    ],
)
def test_what_is_not_the_patients_age_is_none(text: str) -> None:
    assert read_facts(text).age is None


def test_a_grown_son_is_not_a_child() -> None:
    assert read_facts("儿子30岁，老头疼").is_child is False


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("我爸腿肿", "M"),
        ("我妈腿肿", "F"),
        ("女，52，潮热", "F"),
        ("爱发火，没兴趣，男", "M"),
        ("时间短，老婆嫌我", None),
        ("胃胀", None),
    ],
)
def test_the_sex_is_the_patients_not_the_partners(text: str, sex: str | None) -> None:
    assert read_facts(text).sex == sex


@pytest.mark.parametrize("text", ["怀孕三个月老吐", "孕28周，脚肿", "33周了，肚子发硬"])
def test_a_pregnancy_is_read_and_makes_the_patient_a_woman(text: str) -> None:
    facts = read_facts(text)
    assert facts.pregnant is True
    assert facts.sex == "F"
    assert pregnancy_words(text) in text


@pytest.mark.parametrize(
    "text", ["备孕一年没怀上", "没避孕一直没动静", "得过乙肝能怀孕吗", "咳嗽两周"]
)
def test_a_wish_or_a_doubt_is_no_pregnancy(text: str) -> None:
    assert read_facts(text).pregnant is None


def test_the_words_that_tell_of_a_child_stand_in_the_text() -> None:
    assert child_words("我家娃三岁半，咳得厉害") == "三岁"
    assert child_words("抱孩子抱得腰疼") == ""


def test_a_child_may_be_spoken_of_without_an_age() -> None:
    assert tells_of_child("儿子尿床") is True
    assert tells_of_child("生过俩娃") is False


def test_the_text_goes_before_what_is_known() -> None:
    known = PatientFacts(age=70, sex="M")
    assert read_facts("我妈58岁，腰疼").or_else(known) == PatientFacts(58, "F")
    assert read_facts("腰疼").or_else(known) == known


@pytest.mark.parametrize(
    ("text", "age"),
    [("65", 65), ("76了", 76), ("七十多了", 70), ("今年八十", 80), ("3天了", None), ("5", None)],
)
def test_a_message_may_be_nothing_but_an_age(text: str, age: int | None) -> None:
    assert bare_age(text) == age
