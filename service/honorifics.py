"""Honorifics 尊称: surname and a title that is known to fit, never the bare name."""

COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "慕容", "尉迟", "皇甫", "令狐", "东方", "夏侯")


def surname(name: str) -> str:
    """The surname of a Chinese name."""
    return name[:2] if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else name[:1]


def honorific(name: str, *, sex: str | None = None, age: int | None = None) -> str:
    """How a person is addressed, as far as is known: 王大爷, 李阿姨, 张女士, 小朋友.

    Source: working rules of the service department, honorifics fit age, sex and occupation.
    """
    if age is not None and age <= 14:
        return "小朋友"
    if not name or not "\u3400" <= name[0] <= "\u9fff" or sex not in ("M", "F"):
        return ""
    if age is not None and age >= 60:
        return surname(name) + ("大爷" if sex == "M" else "阿姨")
    return surname(name) + ("先生" if sex == "M" else "女士")


_MALE_IN_LAWS = ("姑父", "姑夫", "姨父", "姨夫", "姐夫", "妹夫", "女婿")
_MALE = (
    "爸",
    "父亲",
    "爷",
    "公公",
    "老公",
    "丈夫",
    "儿子",
    "孙子",
    "哥",
    "弟",
    "叔",
    "舅",
    "伯",
    "老头",
    "岳父",
    "姥爷",
    "外公",
    "老爷子",
)
_FEMALE = (
    "妈",
    "母亲",
    "奶",
    "婆婆",
    "老婆",
    "妻子",
    "媳妇",
    "女儿",
    "孙女",
    "姐",
    "妹",
    "姑",
    "姨",
    "婶",
    "岳母",
    "姥姥",
    "外婆",
    "闺女",
    "老太",
    "嫂",
    "伯母",
)


def sex_of_relation(relation: str) -> str | None:
    """M or F where the word for a relative says so: 我妈 is F, 孩子 says nothing."""
    if any(word in relation for word in _MALE_IN_LAWS):
        return "M"
    if any(word in relation for word in _FEMALE):
        return "F"
    return "M" if any(word in relation for word in _MALE) else None
