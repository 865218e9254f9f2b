"""Department finding 导诊: from a patient's words to at most three departments, or one question.

The head nurse's table says which words speak for which department; age, sex, pregnancy and fever
go before it. No illness is ever named that the patient did not name.

Source: HOSPITAL.md section 4, department finding.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from service.facts import PatientFacts, read_facts
from service.handbook import Handbook
from service.model import Department, TriageQuestion
from service.terms import TermTable

DECISIVE, TYPICAL, POSSIBLE = 5.0, 3.0, 1.0
MOST = 3
_ENOUGH = 3.0
"""A score from which a department is named without asking first."""
_WORTH_NAMING = 0.34
"""Of the first one's score: what is below is not named beside it."""

_FEVER = re.compile(
    r"发烧|发热|高烧|低烧|烧到|烧得|体温(?:有)?3[789]|(?<!\d)(?:3[89]|4[01])(?:\.\d)?\s*度"
)
_NO_FEVER = re.compile(
    r"(?:没|不|无|没有|并不|也不|未)(?:怎么)?(?:发烧|发热|烧)|退烧|(?:手心|脚心|胃|心|脸|小便|尿)(?:里)?(?:发热|发烧)|烧心"
)
# A child with one of these is well served by the specialist as well.
_CHILD_ALSO = ("眼科", "口腔科", "耳鼻喉科", "皮肤科", "骨科", "急诊科")


@dataclass(frozen=True)
class Suggestion:
    """A department with the patient's own words that speak for it."""

    department: Department
    words: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class Advice:
    """What the guide nurse would say: departments, best first; or one question before that."""

    suggestions: tuple[Suggestion, ...]
    question: TriageQuestion | None = None


def find_departments(
    handbook: Handbook,
    text: str,
    known: PatientFacts | None = None,
    *,
    may_ask: bool = True,
) -> Advice:
    """Departments for a description of complaints.

    Args:
        known: what is known of the patient from elsewhere; the text itself goes before it.
        may_ask: whether one question may be asked instead.
    """
    facts = read_facts(text).or_else(known or PatientFacts())
    table = _table(handbook)
    scores, words = _score(table, text)
    for named in handbook.find_departments(text):
        scores[named.name] += DECISIVE
        words[named.name].append(named.name)
    _drop_unfit(handbook, scores, facts)
    question = _question(handbook, text, scores, facts) if may_ask else None
    _apply_rules(scores, words, text, facts)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    best = ranked[0][1] if ranked else 0
    chosen = [
        Suggestion(department, tuple(dict.fromkeys(words[name]))[:3], score)
        for name, score in ranked
        if score >= best * _WORTH_NAMING and (department := handbook.department(name)) is not None
    ]
    return Advice(tuple(chosen[:MOST]), question)


def answered(
    handbook: Handbook, question: TriageQuestion, choice: str, text: str, facts: PatientFacts
) -> Advice:
    """The advice after the patient has answered the one question.

    Args:
        choice: the label of a choice, or the patient's own words.
        text: the description so far.
    """
    for option in question.choices:
        if option["label"] == choice:
            names = option["departments"]
            listed = [handbook.department(name) for name in names]
            words = (choice,)
            fit = [
                Suggestion(one, words, 1.0)
                for one in listed
                if one is not None and _fits(one, facts)
            ]
            if facts.is_child:
                break
            if fit:
                return Advice(tuple(fit[:MOST]))
    return find_departments(handbook, f"{text}，{choice}", facts, may_ask=False)


def match_choice(question: TriageQuestion, text: str) -> str:
    """The choice that typed words mean, or nothing: 上面 for 肚脐上面."""
    best, longest = "", 0
    for option in question.choices:
        label = option["label"]
        common = max(
            (
                len(label[start:end])
                for start in range(len(label))
                for end in range(start + 1, len(label) + 1)
                if label[start:end] in text
            ),
            default=0,
        )
        if common >= 2 and common > longest:
            best, longest = label, common
    return best


def _score(
    table: TermTable[str], text: str
) -> tuple[defaultdict[str, float], defaultdict[str, list[str]]]:
    scores: defaultdict[str, float] = defaultdict(float)
    words: defaultdict[str, list[str]] = defaultdict(list)
    for hit in sorted(table.find(text), key=lambda one: -one.weight):
        scores[hit.owner] += hit.weight * (1 + 0.05 * sum(len(word) for word in hit.words))
        words[hit.owner].append("".join(sorted(hit.words, key=text.find)))
    return scores, words


def _drop_unfit(handbook: Handbook, scores: defaultdict[str, float], facts: PatientFacts) -> None:
    for name in list(scores):
        department = handbook.department(name)
        if department is None or not _fits(department, facts):
            del scores[name]


def _fits(department: Department, facts: PatientFacts) -> bool:
    if department.sex and facts.sex and department.sex != facts.sex:
        return False
    if facts.age is None:
        return True
    if department.max_age is not None and facts.age > department.max_age:
        return False
    return department.min_age is None or facts.age >= department.min_age


def _apply_rules(
    scores: defaultdict[str, float],
    words: defaultdict[str, list[str]],
    text: str,
    facts: PatientFacts,
) -> None:
    """Age, fever and pregnancy go before the table."""
    top = max(scores.values(), default=0)
    fever = bool(_FEVER.search(text)) and not _NO_FEVER.search(text)
    if facts.is_child:
        for name in list(scores):
            if name not in (*_CHILD_ALSO, "儿科"):
                scores[name] *= 0.3
        _lead(scores, words, "儿科", top, "14岁及以下先看儿科")
    elif fever:
        _lead(scores, words, "发热门诊", top, "发烧")
        if facts.pregnant:
            scores["产科"] = max(scores["产科"], top)
            words["产科"].append("怀孕")
    elif facts.pregnant:
        _lead(scores, words, "产科", top, "怀孕")


def _lead(
    scores: defaultdict[str, float],
    words: defaultdict[str, list[str]],
    name: str,
    top: float,
    reason: str,
) -> None:
    scores[name] = max(top, _ENOUGH) * 1.2 + 0.1
    words[name].insert(0, reason)


def _question(
    handbook: Handbook, text: str, scores: defaultdict[str, float], facts: PatientFacts
) -> TriageQuestion | None:
    """The one question, when a vague complaint stands alone and the answer would differ."""
    if facts.is_child or facts.pregnant or (_FEVER.search(text) and not _NO_FEVER.search(text)):
        return None
    if any(score >= DECISIVE for score in scores.values()):
        return None
    for question in handbook.questions:
        complaint = next((word for word in question.complaint if word in text), None)
        if complaint is None or any(word in text for word in question.unless):
            continue
        if match_choice(question, text.replace(complaint, "")):
            continue
        return question
    return None


_tables: WeakKeyDictionary[Handbook, TermTable[str]] = WeakKeyDictionary()


def _table(handbook: Handbook) -> TermTable[str]:
    table = _tables.get(handbook)
    if table is None:
        table = _tables[handbook] = TermTable(
            {
                entry.department: {
                    **_weighed(entry.possible, POSSIBLE),
                    **_weighed(entry.typical, TYPICAL),
                    **_weighed(entry.decisive, DECISIVE),
                }
                for entry in handbook.triage
            }
        )
    return table


def _weighed(terms: Sequence[str], weight: float) -> dict[str, float]:
    return dict.fromkeys(terms, weight)
