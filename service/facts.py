"""What a message says about the patient: age, sex, pregnancy."""

import re
import unicodedata
from dataclasses import dataclass

from service.honorifics import sex_of_relation

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"两": 2, "俩": 2, "〇": 0}
_NUMBER = r"(?:\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九两])"
_KIN = r"爸爸|爸|妈妈|妈|爷爷|奶奶|爷|奶|公公|婆婆|外公|外婆|公|婆|伯|父亲|母亲|父|母|姨|姑|舅|叔|婶|伴|老头子?|老太太?|老爷子|老汉|老人|老人家|岳父|岳母|丈人|姥姥|姥爷|大爷|大妈|大娘|丈夫|老公|哥|姐|儿子|女儿|闺女|孩子|孙子|孙女"
_AGE = re.compile(rf"({_NUMBER})\s*(?:多|来|几)?\s*(?:周岁|岁|歲)")
# 我妈78了, 外公87，, 今年六十多: an age without 岁.
_BARE_AGE = re.compile(
    rf"(?:(?:{_KIN}|我|俺|今年|年纪|岁数|年龄|虚岁)(?:今年)?(?:已经|都|快|有|才|是|就要)*|(?:都|快)|(?:^|[，,。\s])[男女]性?[，,\s]*)"
    rf"([1-9]\d|[一二三四五六七八九]?十[一二三四五六七八九]?)(?:多|来|几|出头|好几)?"
    r"(?=了|啦|的人|[，,。！!？?\s]|$|[男女]|得了|还|就)"
)
_ONLY_AGE = re.compile(
    r"(?:今年|年纪|都|快)*([1-9]\d|[二三四五六七八九]?十[一二三四五六七八九]?)(?:多|来|几|岁|了|啦|[。！])*"
)
_AGE_THEN_SEX = re.compile(r"(?<!\d)([1-9]\d)[，,\s]*(?:多)?[，,\s]*[男女](?!科)")
_ROUND_AGE = re.compile(r"([四五六七八九])(?:十(?:多|来|几|出头|好几)(?:了|的人|岁|$|[，,\s])|旬)")
_NOT_AGE = re.compile(r"\d+\s*(?:/|度|斤|公斤|毫米|mm|cm|次|分|多斤|点)")
_OLD = re.compile(
    r"老爷子|老太太|爷爷|奶奶|姥姥|姥爷|外公|外婆|老父亲|老母亲|老人|老两口|高龄(?!产|孕)|八九十"
)

_INFANT = re.compile(
    rf"(?:{_NUMBER}|半)\s*个?(?:多|半)?(?:月大|个月的?(?:宝宝|孩子|娃|婴儿|小孩|男宝|女宝)|月龄|天大)"
    r"|满月(?!脸)|新生儿|百天|刚出生|出生(?:才|刚)?\s*\d*[一二三四五六七八九十几半]*(?:天|个月|周)"
    rf"|(?:宝宝|孩子|娃娃?|婴儿|小孩|宝贝|孙子|孙女|儿子|女儿|闺女|二宝|大宝)(?:现在|今年|才|刚|也|都|快|还不到|不到)*\s*(?:{_NUMBER}|半)\s*个?(?:多|半)?月"
)
_CHILD = re.compile(
    r"孩子|宝宝|小孩|小朋友|娃|幼儿|婴儿|宝贝|小家伙|崽|囡囡|伢|幺儿|孙子|孙女|外孙|小宝|二宝|大宝|男宝|女宝|小学生"
    r"|小儿子|小女儿|小闺女|小丫头|小姑娘|小男孩|小女孩"
)
_SCHOOL = re.compile(
    r"(?P<kindergarten>幼儿园|学前班|小班|中班|大班)|(?:小学)?(?P<grade>[一二三四五六1-6])年级"
    r"|(?P<primary>小学)|(?P<junior>初[一二])|(?P<middle>初中生|上初中|读初中)"
)
_ANY_CHILD = re.compile(
    _CHILD.pattern
    + "|儿子|女儿|闺女|丫头|男孩|女孩|弟弟|妹妹|学生|学校|同学|班里|个月大|月龄|出生|满月|婴|小儿|儿童"
)
# Not the patient: somebody's wish, work or joy.
_OTHERS_CHILD = re.compile(
    r"(?:生|怀|要|备|打|喂|奶|想要|坐|没|没有|有|养|看见|看到|看着|对着?|冲着?|吼|骂|揍|辅导|照顾|管|为了?|因为|哄)"
    r"(?:了|过|完|着|不上|不了|不到|自己的|健康的?|一)*(?:[一二两俩三四几]?个|[一二两俩三四]|俩)?(?:孩子|宝宝|小孩|娃)"
    r"|(?:带|抱|背|接|送|陪)(?:了|过|着)?(?:[两俩二]个?|个)?(?:孩子|宝宝|小孩|娃|孙子|孙女|外孙)(?!来|去|看|挂|检查|瞧|打|做)"
    r"|(?:孩子|娃|宝宝)(?:他|她|的)?(?:爸|妈|爷|奶|姥)|娃娃脸|娃娃音|[一二三头]胎|第[一二三]胎"
    r"|(?:孩子|娃|宝宝)(?:不想要|不要了|保不住|没保住|没了|流掉|掉了)|肚子?里的?(?:孩子|宝宝|娃|小宝宝)"
    r"|(?:孩子|娃|小孩|儿子|女儿|闺女)(?:们)?(?:都|已经|也|现在|正|刚|在)*(?:上|读|念|考)?(?:大学|研究生|工作|上班|结婚|成家|成年|当兵|高考|高[一二三中])"
    r"|(?:传染|传|遗传|影响|伤到?|过)(?:给|到)?(?:我|我家|自己|肚里的?)?(?:的)?(?:孩子|宝宝|小孩|娃|孙子|孙女)"
    r"|(?:爷爷|奶奶|姥姥|姥爷|外公|外婆|孩子|小孩)(?:们)?都(?:不在身边|大了|在外)"
)
# Of a mother's own complaint; a child's age is not hers.
_MOTHER = re.compile(
    r"产后|月子|生完|生过|刚生|喂奶|哺乳|奶水|[涨胀堵]奶|漏尿|恶露|回奶|侧切|怀不上|备孕|再要|二胎"
)
_CHILD_ILL = re.compile(
    r"(?:孩子|宝宝|小孩|娃|婴儿|儿子|女儿|闺女|宝贝)[^，。,]{0,8}(?:吐|拉|咳|烧|哭|黄|疹|湿疹|不吃|鼻|喘|肚子|便|痒|抽)"
)
_CHILD_AGED = re.compile(
    rf"(?:孩子|宝宝|娃|小孩|儿子|女儿|闺女|大宝|二宝)(?:都|已经|也|现在|才|刚|快)*\s*{_NUMBER}\s*(?:多|半)?(?:岁|个月|个多月|周岁)(?:多|半)?(?:了|大)?"
)

_PREGNANT = re.compile(
    r"怀孕|怀着|怀上|怀了|有孕|孕妇|孕期|孕早期|孕中期|孕晚期|(?<!避)孕\d|(?<!避)孕[一二三四五六七八九十]|胎动|产检|大肚子|身孕|临产"
    r"|(?<!\d)(?:1[2-9]|2\d|3\d|4[012])周|[二三]十[一二三四五六七八九]?周|(?:\d+|[一二三四五六七八九十]+)周(?:了|多)?(?=.*(?:胎|产检|见红|孕|宫缩))"
)
_NOT_PREGNANT = re.compile(
    r"(?:没|不|未|难|备|准备|想|要|一直|老是|怎么|能|能否|避|打算|再次|才能|再|不易)(?:有|能|好|上|法|容易|想)*(?:怀孕|怀上|怀了)"
    r"|没怀|怀不上|备孕|不孕|怀孕前|想怀|生完|产后|流产后|怀孕概率|是不是怀孕|(?:可以|能|适合|影响|对|容易|会|敢|宜|以后|将来|还能|再)(?:再)?怀孕|是否怀孕|会不会怀孕|是不是怀了|是不是有了|宫外孕"
    r"|怀孕那?(?:的)?时候?.{0,8}(?:长的|留下|落下|得的|有过|开始)|(?:生|怀)(?:了|过)[^，]{0,4}(?:孩子|娃|胎)"
)
_BEFORE, _AFTER = (
    r"(?:^|(?<=[，,。、\s\d岁(（]))",
    r"(?=[，,。、\s\d性生士的孩）)一二三四五六七八九]|$)",
)
_FEMALE = re.compile(
    rf"{_BEFORE}女{_AFTER}|女性(?!激素)|女的|女生|女孩|女士|月经|例假|大姨妈|姨妈(?!家)|白带|阴道|子宫|宫颈|卵巢|绝经|更年期|痛经|来事|姑娘|上环|取环|流产|产后|坐月子|生完|生过|刚生|喂奶|哺乳"
)
_MALE = re.compile(
    rf"{_BEFORE}男{_AFTER}|男性|男的|男生|男孩|男士|小伙|前列腺|阴茎|睾丸|蛋蛋|勃起|阳痿|早泄|包皮|精液|遗精|龟头|阴囊|射精|晨勃"
)
# A husband or wife who is spoken of, but is not the patient.
_SPOUSE = re.compile(
    r"(?:老婆|媳妇儿?|妻子|爱人|对象|女朋友|老公|丈夫|男朋友)(?:有意见|嫌|说|怪|抱怨|埋怨|让|叫|不满|查|检查|都|也|想|要|没毛病|没问题|正常|陪|着急|生气|闹)"
    r"|(?:跟|和|与|对|同)(?:我)?(?:老婆|媳妇儿?|妻子|爱人|对象|女朋友|老公|丈夫|男朋友|婆婆|妈|爸)"
    r"|(?:我)?(?:妈|爸|奶奶|姐)(?:说|让|叫|有|也有|得过|是)"
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
    text = unicodedata.normalize("NFKC", text[:500])
    pregnant = bool(pregnancy_words(text))
    return PatientFacts(
        age=_age(text), sex="F" if pregnant else _sex(text), pregnant=True if pregnant else None
    )


def stated_age(text: str) -> int | None:
    """An age said in so many words (45岁), never one that is only guessed."""
    match = _AGE.search(unicodedata.normalize("NFKC", text[:500]))
    age = _number(match[1]) if match else None
    return age if age is not None and age <= 120 else None


def bare_age(text: str) -> int | None:
    """The age that a message is, when it is nothing else: 65, 76了, 七十多."""
    match = _ONLY_AGE.fullmatch(text.strip())
    return _number(match[1]) if match else None


def pregnancy_words(text: str) -> str:
    """The words that tell of a pregnancy, or nothing."""
    match = _PREGNANT.search(text)
    return match[0] if match and not _NOT_PREGNANT.search(text) else ""


def child_words(text: str) -> str:
    """The words that tell of a child who is the patient, or nothing."""
    text = _without_others(text)
    for pattern in (_INFANT, _AGE, _SCHOOL, _CHILD):
        if match := pattern.search(text):
            return match[0].strip()
    return ""


def tells_of_child(text: str) -> bool:
    """Whether a child who may be the patient is spoken of, with or without an age."""
    return bool(_ANY_CHILD.search(_without_others(text)))


def _without_others(text: str) -> str:
    """The text without the children of a grown patient."""
    if _MOTHER.search(text) and not _CHILD_ILL.search(text):
        text = _CHILD_AGED.sub("", text)
        text = re.sub(r"生完?(?:孩子|娃|宝宝)?\s*\S{0,3}个(?:多)?月", "", text)
    return _OTHERS_CHILD.sub("", text)


def _age(text: str) -> int | None:
    text = _without_others(text)
    if _INFANT.search(text):
        return 0
    if match := _AGE.search(text):
        age = _number(match[1])
        return age if age <= 120 else None
    bare = _bare_age(_NOT_AGE.sub(" ", text))
    return _told_age(text) if bare is None else bare


def _bare_age(text: str) -> int | None:
    for pattern in (_BARE_AGE, _AGE_THEN_SEX):
        if match := pattern.search(text):
            return _number(match[1])
    match = _ROUND_AGE.search(text)
    return _DIGITS[match[1]] * 10 if match else None


def _told_age(text: str) -> int | None:
    """The age that school, kin or the word for a child tells, about."""
    if match := _SCHOOL.search(text):
        return _school_age(match)
    if _CHILD.search(text) and not _MOTHER.search(text):
        return 7
    if _CHILD_ILL.search(text) and not re.search("儿子|女儿|闺女", text):
        return 7
    return 70 if _OLD.search(text) else None


def _school_age(match: re.Match[str]) -> int:
    if match["grade"]:
        return 6 + _number(match["grade"])
    ages = {"kindergarten": 5, "primary": 9, "junior": 13, "middle": 13}
    return ages[match.lastgroup or "primary"]


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
    return None if female else sex_of_relation(_SPOUSE.sub("", text))
