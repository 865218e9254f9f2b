"""Finding the terms of a table in what a patient wrote: longest first, aware of negation.

A term is a piece of text. ``A+B`` wants both, anywhere; ``a|b`` takes either: ``膝盖|膝关节+疼|肿``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Owner = TypeVar("Owner")

_NEGATIONS = ("没有", "没", "不是", "并不", "不", "无", "未", "否认", "也不", "从不")
_CLAUSE_ENDS = set("，。！？；,.!?;\n ")


@dataclass(frozen=True)
class Hit(Generic[Owner]):
    """A term found for an owner, with the patient's own words."""

    owner: Owner
    term: str
    words: tuple[str, ...]
    weight: float


class TermTable(Generic[Owner]):
    """Terms of several owners, with weights.

    Args:
        terms: for each owner its terms and their weights.
    """

    def __init__(self, terms: Mapping[Owner, Mapping[str, float]]) -> None:
        self._combinations: list[tuple[Owner, str, tuple[tuple[str, ...], ...], float]] = []
        self._words: set[str] = set()
        for owner, weights in terms.items():
            for term, weight in weights.items():
                parts = tuple(
                    tuple(word.strip() for word in part.split("|") if word.strip())
                    for part in term.split("+")
                )
                self._combinations.append((owner, term, parts, weight))
                self._words.update(word for part in parts for word in part)
        self._longest = max((len(word) for word in self._words), default=0)

    def find(self, text: str) -> list[Hit[Owner]]:
        """The terms that the text contains and does not deny."""
        present = self._present(text)
        hits = []
        for owner, term, parts, weight in self._combinations:
            words = tuple(next((word for word in part if word in present), "") for part in parts)
            if all(words):
                hits.append(Hit(owner, term, words, weight))
        return _without_covered(hits)

    def _present(self, text: str) -> set[str]:
        found: set[str] = set()
        for start in range(len(text)):
            for length in range(1, min(self._longest, len(text) - start) + 1):
                word = text[start : start + length]
                if word in self._words and not is_denied(text, start):
                    found.add(word)
        return found


def is_denied(text: str, start: int) -> bool:
    """Whether a negation stands right before a place, in the same clause: 没有胸痛, 不怎么疼."""
    before = ""
    for character in reversed(text[max(0, start - 4) : start]):
        if character in _CLAUSE_ENDS:
            break
        before = character + before
    return before.endswith(_NEGATIONS) or (
        before[:-2].endswith(_NEGATIONS)
        and before[-2:]
        in (
            "怎么",
            "觉得",
            "什么",
            "太过",
        )
    )


def _without_covered(hits: Iterable[Hit[Owner]]) -> list[Hit[Owner]]:
    """For one owner a term inside a longer one counts once: 头疼 within 偏头疼."""
    by_owner: dict[Owner, list[Hit[Owner]]] = defaultdict(list)
    for hit in hits:
        by_owner[hit.owner].append(hit)
    kept: list[Hit[Owner]] = []
    for owned in by_owner.values():
        owned.sort(key=lambda hit: (-hit.weight, -sum(len(word) for word in hit.words)))
        seen: list[str] = []
        for hit in owned:
            if all(any(word in longer for longer in seen) for word in hit.words):
                continue
            seen.extend(hit.words)
            kept.append(hit)
    return kept
