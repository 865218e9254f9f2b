"""Which entry of the hospital's answers fits a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from service.answer_words import (
    ASPECTS_ONLY,
    EMPTY_WORDS,
    KNOWN,
    NAMES,
    SIGNS,
    SUBJECTS,
    is_elliptical,
    read_words,
    subjects_of,
    unknown_words,
    without_aspects,
    without_subjects,
)
from service.handbook import Handbook
from service.model import Answer
from service.weighing import Terms

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
CERTAIN, POSSIBLE = 0.3, 0.12
CLOSE = 0.07
"""Two entries nearer to each other than this are both offered."""
_HOME_TOPIC = 0.15
_NEAREST, _LEARNED, _SMOOTHING = 0.4, 0.7, 0.5
_UNSAID_SUBJECT, _OTHER_SUBJECT = 0.12, 0.1
_BARE = 0.14
WELL, _ANY = 0.6, 99
_WORTH_OFFERING = 0.3
"""Of the best entry's score; a question that fits none well is asked back with at least two."""


AND_THAT = re.compile(
    r"(?:那么?|如果|要是)?(?P<what>(?!然后|还有|所以|之后|那|这)[^我你您他她它，。？?]{1,8}?)的?呢[？?]?"
)
"""核磁呢, 外地的呢: the question before, asked of something else."""
_BARE_FEE = re.compile(r"[^\s，。怎咋退交缴付收免自]{1,8}费")
"""挂号费 and nothing more asks what it is."""
_OUTPATIENT = "门诊"
"""The other half of 住院; only 门诊呢 makes it a subject, as most entries have it in passing."""


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
    if not handbook.answers:
        return []
    asked = f"{text}多少钱" if _BARE_FEE.fullmatch(text.strip()) else text
    scores = _index(handbook).scores(asked)
    topics = TOPICS.get(intent, ())
    found = [
        Found(answer, score + (_HOME_TOPIC if answer.topic in topics else 0))
        for answer, score in zip(handbook.answers, scores, strict=True)
    ]
    found.sort(key=lambda one: -one.score)
    if found[0].score < POSSIBLE:
        return []
    enough = _WORTH_OFFERING * found[0].score
    return [one for n, one in enumerate(found[:most]) if n < 2 or one.score >= enough]


def is_clear(found: Sequence[Found]) -> bool:
    """Whether the first entry is surely meant, and no other one nearly as much."""
    if not found:
        return False
    second = found[1].score if len(found) > 1 else 0.0
    return found[0].score >= CERTAIN and found[0].score - second >= CLOSE


def is_about(found: Found, text: str) -> bool:
    """Whether an entry speaks of what a question names: not the price of a number for 针灸多少钱."""
    said = unknown_words(text).strip("行好嗯哦费")
    if found.score >= WELL or not is_elliptical(text, spare=_ANY) or not said:
        return True
    return said in _whole(found.answer) if len(said) == 1 else _speaks_of(found.answer, text)


def find_further(
    handbook: Handbook, text: str, before: str, intent: str = "", *, most: int = 4
) -> list[Found]:
    """The entries for a question that goes on from what was spoken of: 核磁呢, 多少钱.

    Args:
        before: the question before, or what is being arranged (会诊).

    Returns:
        Nothing when the text explains itself.
    """
    if not handbook.answers or not before:
        return []
    another = AND_THAT.fullmatch(text.strip())
    about = read_words(another["what"])[1] & SUBJECTS if another else frozenset()
    if another and another["what"] == _OUTPATIENT:
        ways = [merged_question(text, before)]
    elif another:
        ways = [f"{text} {before}", merged_question(text, before)]
    elif read_words(text)[1] <= ASPECTS_ONLY or _asks_report(text, before):
        ways = [merged_question(text, before)]
    else:
        ways = [f"{text} {before}"]
    found = _ranked(handbook, ways, intent, about)
    if not another and not is_elliptical(text) and not _asks_report(text, before):
        found = [one for one in found if _speaks_of(one.answer, text)]
    if not found:
        return []
    alone = find_answers(handbook, text, intent)
    unsure = is_clear(alone) or not is_clear(found)
    if not about and unsure and not _goes_first(handbook, text, found, alone):
        return []
    return [one for one in found[:most] if one.score >= _WORTH_OFFERING * found[0].score]


def _speaks_of(answer: Answer, text: str) -> bool:
    """Whether an entry has a word of the question: 备案, but not 怎么办."""
    said, whole = unknown_words(text), _whole(answer)
    return any(said[at : at + 2] in whole for at in range(len(said) - 1))


def _whole(answer: Answer) -> str:
    return "，".join((answer.title, *answer.asks, *answer.keywords, answer.text))


def _asks_report(text: str, before: str) -> bool:
    """Whether 多久出报告 is of the examination that was spoken of."""
    named = read_words(text)[1]
    own = "报告" in named and named <= ASPECTS_ONLY | {"报告"}
    return own and bool(subjects_of(before)) and not is_elliptical(text, spare=_ANY)


def _goes_first(
    handbook: Handbook, text: str, further: Sequence[Found], alone: Sequence[Found]
) -> bool:
    """Whether the question before explains a text better than the text explains itself.

    几点上班 is clear by itself: it goes on only from what has hours, not from the car park.
    """
    if is_elliptical(text) and is_clear(further):
        told = _index(handbook).mentions[handbook.answers.index(further[0].answer)]
        if "多久" in told:
            told |= {"什么时候"}
        return not is_clear(alone) or read_words(text)[1] - EMPTY_WORDS <= told
    return not alone or further[0].score >= alone[0].score


def merged_question(text: str, before: str) -> str:
    """A question that goes on from another one, in full: 核磁多少钱 for 核磁呢 after CT多少钱."""
    another = AND_THAT.fullmatch(text.strip())
    if another is None:
        asks_else = read_words(text)[1]
        about = subjects_of(before) or (asks_else and without_aspects(before)) or before
        return f"{about}{text}"
    if another["what"] == _OUTPATIENT or read_words(another["what"])[1] & SUBJECTS:
        return another["what"] + without_subjects(before)
    return f"{another['what']} {before}"


def _ranked(
    handbook: Handbook, ways: Sequence[str], intent: str, about: frozenset[str]
) -> list[Found]:
    """Entries by their mean score over several ways of asking; only those that speak of a thing."""
    index = _index(handbook)
    topics = TOPICS.get(intent, ())
    scores = [sum(each) / len(ways) for each in zip(*map(index.scores, ways), strict=True)]
    found = [
        Found(answer, score + (_HOME_TOPIC if answer.topic in topics else 0))
        for place, (answer, score) in enumerate(zip(handbook.answers, scores, strict=True))
        if about <= index.mentions[place]
    ]
    found.sort(key=lambda one: -one.score)
    return found if found and found[0].score >= POSSIBLE else []


def topic_answers(handbook: Handbook, intent: str) -> list[Answer]:
    """The entries of an intent's own topics, in the order of the hospital's files."""
    topics = TOPICS.get(intent, ())
    return [answer for answer in handbook.answers if answer.topic in topics]


def _features(text: str) -> list[str]:
    """Runs of one to three characters; a known thing weighs more than the words around it."""
    said, named = read_words(text)
    runs = [said[at : at + size] for size in (1, 2, 3) for at in range(len(said) - size + 1)]
    return runs + [f"={name}" for name in sorted(named)] * 2


class _Index:
    """How each entry may be asked: the nearest of its wordings, and what was learned from all.

    The learned part (ridge regression over the likeness of wordings) knows which words tell
    the entries apart; the nearest wording stays right for an entry that has only one.
    """

    def __init__(self, answers: Sequence[Answer]) -> None:
        # Imported here: a second that only answering needs.
        import numpy as np
        from sklearn.feature_extraction.text import TfidfVectorizer

        phrases = [
            (place, phrase)
            for place, answer in enumerate(answers)
            for phrase in (answer.title, *answer.asks, " ".join(answer.keywords))
        ]
        places = [place for place, _phrase in phrases]
        self._titles = [read_words(answer.title)[1] for answer in answers]
        self.mentions = [  # what each entry speaks of anywhere
            read_words(" ".join((answer.title, *answer.asks, *answer.keywords, answer.text)))[1]
            for answer in answers
        ]
        vectorizer = TfidfVectorizer(analyzer=_features, sublinear_tf=True)
        self._matrix: Any = vectorizer.fit_transform([phrase for _place, phrase in phrases])
        self._terms = Terms(vectorizer)
        self._highest = np.maximum.reduceat
        self._firsts = [places.index(place) for place in range(len(answers))]
        self._empty: Any = np.zeros(len(self._terms))
        likeness = (self._matrix @ self._matrix.T).toarray()
        meant = np.eye(len(answers))[places]
        self._learned = np.linalg.solve(likeness + _SMOOTHING * np.eye(len(phrases)), meant)

    def scores(self, text: str) -> list[float]:
        text = text[:200]
        said, named = read_words(text)
        question = self._empty.copy()
        columns, weights = self._terms.weigh(text)
        question[columns] = weights
        similar = self._matrix @ question
        nearest = self._highest(similar, self._firsts).tolist()
        learned = (similar @ self._learned).tolist()
        scores = [
            _NEAREST * near + _LEARNED * known - self._strangeness(place, named)
            for place, (near, known) in enumerate(zip(nearest, learned, strict=True))
        ]
        bare = all(0 <= ord(sign) - SIGNS < len(NAMES) for sign in said)
        fitting = [
            title
            for title in self._titles
            if named <= title and (len(said) == 1 or title & SUBJECTS <= named)
        ]
        if bare and len(fitting) > 1:
            # Only things were named (发票), and several entries are about them: never certain.
            highest = max(*scores, _BARE)
            return [score * _BARE / highest for score in scores]
        return scores

    def _strangeness(self, place: int, named: frozenset[str]) -> float:
        """How far an entry's subject is from what is named: 急诊医保 when only 医保 was said."""
        own = self._titles[place] & SUBJECTS
        unsaid = _UNSAID_SUBJECT if own and not own & named else 0.0
        return unsaid + _OTHER_SUBJECT * len((named & KNOWN) - self.mentions[place])


_indexes: WeakKeyDictionary[Handbook, _Index] = WeakKeyDictionary()


def _index(handbook: Handbook) -> _Index:
    index = _indexes.get(handbook)
    if index is None:
        index = _indexes[handbook] = _Index(handbook.answers)
    return index
