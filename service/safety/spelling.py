"""Bringing a message to one spelling before the rules look at it."""

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

import yaml

# Words that mean the same to every rule: written once in the rule files, read either way.
_SAME = str.maketrans("痛得她它您俺", "疼的他他你我")

_CHINESE = "\u3400-\u9fff〇"
_SENTENCE = re.compile(r"[。!?;\n\r]+")
_CLAUSE = re.compile(r"[^\w。%./:+-]+|_+")
_DOT = re.compile(r"(?<![0-9])[./:+-]+|[./:+-]+(?![0-9])")
_SPACE = re.compile(rf"(?<=[{_CHINESE}]{{4}})\s+(?=[{_CHINESE}]{{4}})")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\ufe0f]")
_SPELLED_OUT = re.compile(rf"(?:^|(?<=[，。]))[{_CHINESE}](?:[，。][{_CHINESE}]){{2,}}(?=[，。]|$)")
_REPEATED = re.compile(r"(.)\1{2,}")
_ENDS = re.compile(r"[，。]*。[，。]*")


def fold(word: str) -> str:
    """A word of the rules in the spelling that messages are brought to."""
    return word.translate(_SAME)


def normalise(text: str) -> str:
    """The message in one spelling: simplified, half-width, ``，`` and ``。`` the only stops."""
    traditional, slips, pattern = _table()
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower().translate(traditional)
    text = _REPEATED.sub(r"\1\1", text).replace("、", "和")
    text = _SPACE.sub("，", text.replace("\n", "。"))
    text = re.sub(r"\s+", "", text)
    text = _SENTENCE.sub("。", text)
    text = _CLAUSE.sub("，", _DOT.sub("，", text))
    text = _SPELLED_OUT.sub(lambda run: re.sub("[，。]", "", run[0]), text)
    text = _ENDS.sub("。", text)
    text = pattern.sub(lambda slip: slips[slip[0]], text)
    return fold(text).strip("，。")


@cache
def _table() -> tuple[dict[int, str], dict[str, str], re.Pattern[str]]:
    source = resources.files("service.safety").joinpath("spelling.yml")
    data: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    traditional = {
        ord(old): new
        for pair in data["traditional"].split()
        for new, old in [(pair[0], each) for each in pair[1:]]
    }
    slips = dict(data["slips"])
    return traditional, slips, re.compile("|".join(sorted(slips, key=len, reverse=True)))
