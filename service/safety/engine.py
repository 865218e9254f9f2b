"""Applying the rules to one message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from service.safety.context import Context, Reading
from service.safety.notation import Words
from service.safety.spelling import normalise

# In this order the files are asked; the first rule that fires names the danger.
KINDS = (
    "suicide",
    "violence",
    "choking",
    "drowning",
    "electric",
    "burn",
    "poisoning",
    "allergy",
    "pregnancy",
    "infant",
    "heart",
    "stroke",
    "injury",
    "seizure",
    "bleeding",
    "abdomen",
    "metabolic",
    "breathing",
    "unconscious",
    "other",
)
_NEAR = 32
# The group of words for old complaints; what is sudden outweighs it.
_LONG_STANDING = "慢性"
_SUDDEN = "急变"
Span = tuple[int, int]


@dataclass(frozen=True)
class Danger:
    """What kind of danger a message tells of, and the rule that saw it (safe to log)."""

    kind: str
    rule: str


@dataclass(frozen=True)
class Rule:
    """Fires when every group of ``together`` is met within ``within`` characters."""

    danger: Danger
    together: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    within: int
    acute_only: bool
    even_if_better: bool


def check(text: str) -> Danger | None:
    """The danger to life that this message tells of, or None. Never raises, whatever the text."""
    book = _book()
    findings = Findings(book.context.read(normalise(text)))
    for rule in book.rules:
        if findings.fulfil(rule) and not (rule.acute_only and findings.are_old(book)):
            return rule.danger
    return None


class Findings:
    """Where each expression is met in one message, looked up once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen: dict[tuple[re.Pattern[str], bool], list[Span]] = {}

    def fulfil(self, rule: Rule) -> bool:
        better = rule.even_if_better
        groups = []
        for pattern in rule.together:
            groups.append(self._spans(pattern, better))
            if not groups[-1]:
                return False
        if any(self._spans(pattern, better) for pattern in rule.unless):
            return False
        return _near(groups, rule.within)

    def are_old(self, book: "Book") -> bool:
        """Whether the message tells of an old complaint and of nothing sudden."""
        return bool(self._spans(book.long_standing, False)) and not self._spans(book.sudden, False)

    def _spans(self, pattern: re.Pattern[str], better: bool) -> list[Span]:
        key = pattern, better
        if key not in self._seen:
            target = self._reading.told if better else self._reading.now
            self._seen[key] = [match.span() for match in pattern.finditer(target)]
        return self._seen[key]


def _near(groups: list[list[Span]], within: int) -> bool:
    """Whether one place of each group fits into a window: one sweep over all places."""
    if len(groups) == 1:
        return True
    places = sorted((span, number) for number, spans in enumerate(groups) for span in spans)
    latest: dict[int, Span] = {}
    for span, number in places:
        latest[number] = span
        if len(latest) == len(groups):
            end = max(place[1] for place in latest.values())
            if end - min(place[0] for place in latest.values()) <= within:
                return True
    return False


@dataclass(frozen=True)
class Book:
    """All that the rule files say, ready to be applied."""

    context: Context
    rules: tuple[Rule, ...]
    long_standing: re.Pattern[str]
    sudden: re.Pattern[str]


@cache
def _book() -> Book:
    folder = resources.files("service.safety")
    files = [_load(folder.joinpath("rules", f"{kind}.yml")) for kind in KINDS]
    groups = dict(_load(folder.joinpath("words.yml")))
    for data in files:
        groups |= data.get("groups", {})
    words = Words(groups)
    return Book(
        context=Context(_load(folder.joinpath("context.yml")), words),
        rules=tuple(rule for data in files for rule in _read(data, words)),
        long_standing=words.group(_LONG_STANDING),
        sudden=words.group(_SUDDEN),
    )


def _load(source: Traversable) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return data


def _read(data: dict[str, Any], words: Words) -> Iterator[Rule]:
    kind = data["kind"]
    for entry in data["rules"]:
        yield Rule(
            danger=Danger(kind, f"{kind}.{entry['name']}"),
            together=(
                (words.compile(entry["any"]),)
                if "any" in entry
                else tuple(words.group(name) for name in entry["all"])
            ),
            unless=tuple(
                words.group(name) for name in entry.get("unless", ()) if name != _LONG_STANDING
            ),
            within=entry.get("within", _NEAR),
            acute_only=_LONG_STANDING in entry.get("unless", ()),
            even_if_better=data.get("even_if_better", False),
        )
