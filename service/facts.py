"""What a message says about the patient: age, sex, pregnancy."""

import re
from dataclasses import dataclass

from service.honorifics import sex_of_relation

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"两": 2, "〇": 0}
_AGE = re.compile(
    r"(?:今年|年龄|年纪|刚满|刚|快|都|已经|才|虚岁)?\s*(\d{1,3}|[一二三四五六七八九两]?十[一二三四五六七八九]?|"
    r"[一二三四五六七八九两])\s*(?:多|来)?\s*(周岁|岁|歲)"
)
_AGE_WORDS = re.compile(r"([五六七八九])十(?:多|来|几|出头|好几)?(?:了|的人|岁|$|，|,)")
_INFANT = re.compile(
    r"(\d{1,2}|[一二三四五六七八九十两]+)\s*(?:个)?(?:多)?(?:月大|个月的?(?:宝宝|孩子|娃|婴儿)|月龄|天大)|满月|新生儿"
    r"|(?:宝宝|孩子|娃|婴儿|小孩)(?:才|刚|今年)?\s*(?:\d{1,2}|[一二三四五六七八九十两]+)\s*个(?:多|半)?月"
)
_CHILD = [
    "孩子",
    "宝宝",
    "小孩",
    "小朋友",
    "娃",
    "幼儿",
    "婴儿",
    "宝贝",
    "小家伙",
    "小娃",
    "崽",
    "上幼儿园",
    "小学生",
    "一年级",
    "二年级",
    "三年级",
    "四年级",
    "五年级",
    "六年级",
]
_NOT_CHILD = re.compile(
    r"(?:生|怀|要|备|打|带|有过?|想要|坐|喂|奶)(?:了|过|完|个|着|不上)?(?:孩子|宝宝|小孩|娃)|孩子(?:他|她)?(?:爸|妈|爷|奶)|没孩子|孩子上大学"
    r"|娃娃脸|(?:二|头|第一|第二)胎"
)
_PREGNANT = re.compile(
    r"怀孕|怀着|怀上|有孕|孕妇|孕期|孕早期|孕中期|孕晚期|孕\d|孕[一二三四五六七八九十]|\d+周(?:孕|了)?(?=.*(?:胎|产检|见红))|胎动|产检|大肚子|身孕|临产"
)
_NOT_PREGNANT = re.compile(
    r"(?:没|不|未|难|备|准备|想|要|一直|老是|怎么|能|能否|避|打算|再次|才能|再|不易)(?:有|能|好|上|法|容易|想)*怀孕|没怀|怀不上|备孕|不孕|怀孕前|想怀|生完|产后|流产后|怀孕概率|是不是怀孕|是否怀孕|会不会怀孕"
)
_FEMALE = re.compile(
    r"女(?:性|的|生|孩|，|,|\s|\d|士)|月经|例假|大姨妈|姨妈|白带|阴道|子宫|卵巢|绝经|更年期|痛经|来事"
)
_MALE = re.compile(
    r"男(?:性|的|生|孩|，|,|\s|\d|士)|前列腺|阴茎|睾丸|勃起|阳痿|早泄|包皮|精液|遗精|龟头"
)


@dataclass(frozen=True)
class PatientFacts:
    """What is known; None where nothing was said. Age in whole years."""

    age: int | None = None
    sex: str | None = None
    pregnant: bool | None = None

    @property
    def is_child(self) -> bool:
        """14 and under. Source: department finding, 14 and under go to 儿科."""
        return self.age is not None and self.age <= 14

    def or_else(self, other: "PatientFacts") -> "PatientFacts":
        """These facts, filled up with others."""
        return PatientFacts(
            other.age if self.age is None else self.age,
            self.sex or other.sex,
            other.pregnant if self.pregnant is None else self.pregnant,
        )


def read_facts(text: str) -> PatientFacts:
    """Age, sex and pregnancy, as far as the words tell."""
    text = text[:500]
    pregnant = bool(_PREGNANT.search(text)) and not _NOT_PREGNANT.search(text)
    return PatientFacts(
        age=_age(text), sex="F" if pregnant else _sex(text), pregnant=True if pregnant else None
    )


def _age(text: str) -> int | None:
    if _INFANT.search(text):
        return 0
    match = _AGE.search(text)
    if match:
        age = _number(match[1])
        return age if age <= 120 else None
    match = _AGE_WORDS.search(text)
    if match:
        return _DIGITS[match[1]] * 10
    if any(word in text for word in _CHILD) and not _NOT_CHILD.search(text):
        return 7
    if re.search(r"(?:老爷子|老太太|爷爷|奶奶|姥姥|姥爷|外公|外婆|老父亲|老母亲)", text):
        return 70
    return None


def _number(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.partition("十")
    if not ten:
        return _DIGITS[written]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _sex(text: str) -> str | None:
    female, male = bool(_FEMALE.search(text)), bool(_MALE.search(text))
    if female != male:
        return "F" if female else "M"
    return sex_of_relation(text)
