"""Which entry of the hospital's answers fits a question."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from service.handbook import Handbook
from service.model import AftercareText, Answer, Notice

TOPICS = {
    "ask_fees": ("fees",),
    "ask_insurance": ("insurance",),
    "ask_directions": ("directions",),
    "ask_hours": ("hours",),
    "ask_visit_preparation": ("visit_preparation", "examination", "admission"),
    "ask_report": ("report",),
    "request_admission": ("admission",),
    "request_exam_booking": ("examination",),
    "bot_challenge": ("service",),
}
CERTAIN, POSSIBLE = 0.45, 0.16
CLOSE = 0.06
"""Two entries nearer to each other than this are both offered."""
_HOME_TOPIC = 0.15


@dataclass(frozen=True)
class Found:
    """An entry and how well it fits, 0 to about 1."""

    answer: Answer
    score: float


def find_answers(handbook: Handbook, text: str, intent: str = "", *, most: int = 4) -> list[Found]:
    """The entries that may answer a question, the best first.

    Args:
        intent: entries of its topics are preferred; others may still win by their words.
    """
    scores = _index(handbook).scores(text)
    topics = TOPICS.get(intent, ())
    found = [
        Found(answer, score + (_HOME_TOPIC if answer.topic in topics else 0))
        for answer, score in zip(handbook.answers, scores, strict=True)
        if score >= POSSIBLE
    ]
    return sorted(found, key=lambda one: -one.score)[:most]


def topic_answers(handbook: Handbook, intent: str) -> list[Answer]:
    """The entries of an intent's own topics, in the order of the hospital's files."""
    topics = TOPICS.get(intent, ())
    return [answer for answer in handbook.answers if answer.topic in topics]


def standing_notices(handbook: Handbook, day: date) -> list[Notice]:
    """The notices and events that are not over on a day, the next one first."""
    return [one for one in handbook.notices if one.last_day >= day]


def find_aftercare(handbook: Handbook, text: str) -> AftercareText | None:
    """The approved text for the illness that a message names, the longest name first."""
    best: tuple[int, AftercareText] | None = None
    for entry in handbook.aftercare:
        for alias in (entry.name, *entry.aliases):
            if alias in text and (best is None or len(alias) > best[0]):
                best = len(alias), entry
    return None if best is None else best[1]


_SECTIONS = {
    "diet": ("吃", "喝", "饮食", "忌口", "补", "营养", "汤", "水果", "酒", "烟"),
    "exercise": (
        "运动",
        "活动",
        "走路",
        "下地",
        "锻炼",
        "上班",
        "开车",
        "干活",
        "坐",
        "睡",
        "同房",
        "爬楼",
        "休息",
    ),
    "wound": ("伤口", "洗澡", "换药", "拆线", "疤", "渗", "皮肤", "袋", "沾水", "刀口", "护理"),
    "medicine": ("药", "停药", "吃几", "胰岛素", "打针"),
    "return": ("复查", "复诊", "多久来", "回来", "什么时候来", "拆"),
    "warning": ("正常吗", "要紧", "怎么办", "发烧", "出血", "疼", "肿", "发红", "严重"),
}


def aftercare_section(text: str, entry: AftercareText) -> str:
    """The section of an after-care text that a question is about, or nothing."""
    for section, words in _SECTIONS.items():
        if section in entry.sections and any(word in text for word in words):
            return section
    return ""


_FRAMES = re.compile(
    r"请问|麻烦|你们|我们|咱们|医院|需要|要不要|用不用|能不能|可不可以|可以|怎么样|怎么|怎样|什么|是不是|有没有|多少|一下|知道|想问|想|要|吗|呢|啊|呀|吧|的|了|我|您|你|[，。？！?!,. ]"
)


def _content(text: str) -> str:
    """What a question is about, without the frame that all questions share."""
    return _FRAMES.sub("", text) or text


class _Index:
    """Character n-grams of how each entry may be asked, weighed by rarity."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        # Imported here: a second that only answering needs.
        from sklearn.feature_extraction.text import TfidfVectorizer

        phrases = [
            (place, phrase)
            for place, answer in enumerate(answers)
            for phrase in (answer.title, *answer.asks)
        ]
        self._places = [place for place, _phrase in phrases]
        self._keywords = [tuple(answer.keywords) for answer in answers]
        # A word that speaks for one entry alone (胃镜) says more than one that stands in many (空腹).
        self._spread = Counter(word for keywords in self._keywords for word in keywords)
        self._vectorizer: Any = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 3), sublinear_tf=True
        )
        self._matrix: Any = self._vectorizer.fit_transform(
            [_content(phrase) for _place, phrase in phrases]
        )

    def scores(self, text: str) -> list[float]:
        text = text[:200]
        asked = self._vectorizer.transform([_content(text)])
        similar = (self._matrix @ asked.T).toarray().ravel()
        scores = [0.0] * len(self._keywords)
        for place, score in zip(self._places, similar, strict=True):
            scores[place] = max(scores[place], float(score))
        for place, keywords in enumerate(self._keywords):
            hits = sum(len(word) / self._spread[word] for word in keywords if word in text)
            scores[place] += min(0.45, 0.12 * hits)
        return scores


_indexes: WeakKeyDictionary[Handbook, _Index] = WeakKeyDictionary()


def _index(handbook: Handbook) -> _Index:
    index = _indexes.get(handbook)
    if index is None:
        index = _indexes[handbook] = _Index(handbook.answers)
    return index
