"""Applying the rules to one message."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from service.safety.context import Context
from service.safety.expressions import Expression, Index, Span
from service.safety.notation import Words
from service.safety.spelling import normalise

# In this order the files are asked; the first rule that fires names the danger. A rule that asks
# for another instruction than its file has a ``kind`` of its own.
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
    "show",
    "stool",
    "abdomen",
    "metabolic",
    "breathing",
    "unconscious",
    "other",
)
_FOLDER = resources.files("service.safety")
_NEAR = 48
SUICIDE = "suicide"
SUICIDE_OF_ANOTHER = "suicide_of_another"
"""Told by whoever is with them: the words for somebody in despair are not for this reader."""
# Somebody who is found like this is treated first, whatever made them so.
_HURT = frozenset({"poisoning", "gas", "bleeding", "unconscious", "seizure", "breathing"})
# Old complaints and grumbling: what is sudden outweighs these groups.
_CALM = frozenset({"慢性", "抱怨"})
_SUDDEN = "急变"


@dataclass(frozen=True)
class Danger:
    """What kind of danger a message tells of, and the rule that saw it (safe to log)."""

    kind: str
    rule: str


@dataclass(frozen=True)
class Rule:
    """Fires when every group of ``together`` is met within ``within`` characters.

    ``unless`` silences it; ``unless_calm`` too, but not when something sudden is told.
    """

    danger: Danger
    together: tuple[Expression, ...]
    unless: tuple[Expression, ...]
    within: int
    unless_calm: tuple[Expression, ...]
    even_if_better: bool

    def expressions(self) -> tuple[Expression, ...]:
        return self.together + self.unless + self.unless_calm


def check(text: str) -> Danger | None:
    """The danger to life that this message tells of, or None. Never raises, whatever the text."""
    book = _book()
    reading = book.context.read(normalise(text))
    now = book.index.spans(reading.now)
    told = now if reading.told == reading.now else book.index.spans(reading.told)
    seen = (
        rule.danger
        for rule in book.rules
        if _fulfilled(rule, told if rule.even_if_better else now, book.sudden)
    )
    danger = next(seen, None)
    if danger is None or danger.kind != SUICIDE or not book.is_of_another(reading.told):
        return danger
    hurt = next((one for one in seen if one.kind in _HURT), None)
    return hurt or Danger(SUICIDE_OF_ANOTHER, danger.rule)


def excused(text: str) -> bool:
    """Whether part of the words is no danger now: long past, a question of knowledge, a story."""
    plain = normalise(text)
    return _book().context.read(plain).now != plain


def _fulfilled(rule: Rule, found: dict[Expression, list[Span]], sudden: Expression) -> bool:
    # Hundreds of rules are asked at every message, and most of them miss their first group.
    for expression in rule.together:
        if expression not in found:
            return False
    if any(expression in found for expression in rule.unless):
        return False
    if sudden not in found and any(expression in found for expression in rule.unless_calm):
        return False
    return _near([found[expression] for expression in rule.together], rule.within)


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
    index: Index
    sudden: Expression
    another: Expression
    oneself: Expression

    def is_of_another(self, text: str) -> bool:
        """Whether somebody else is in despair; when in doubt it is the writer."""
        return self.another.found_in(text) and not self.oneself.found_in(text)


@cache
def _book() -> Book:
    words = shared_words()
    rules = tuple(rule for data in _rule_files() for rule in _read(data, words))
    sudden = words.group(_SUDDEN)
    return Book(
        context=Context(_load(_FOLDER.joinpath("context.yml")), words),
        rules=rules,
        index=Index([sudden, *(each for rule in rules for each in rule.expressions())]),
        sudden=sudden,
        another=words.group("旁人"),
        oneself=words.group("自己"),
    )


@cache
def shared_words() -> Words:
    """The groups of words that all files of this package may name."""
    groups = dict(_load(_FOLDER.joinpath("words.yml")))
    for data in _rule_files():
        groups |= data.get("groups", {})
    groups["已好转"] = _load(_FOLDER.joinpath("context.yml"))["better"]
    return Words(groups)


@cache
def _rule_files() -> tuple[dict[str, Any], ...]:
    return tuple(_load(_FOLDER.joinpath("rules", f"{kind}.yml")) for kind in KINDS)


def _load(source: Traversable) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return data


def _read(data: dict[str, Any], words: Words) -> Iterator[Rule]:
    kind = data["kind"]
    for entry in data["rules"]:
        unless = entry.get("unless", ())
        yield Rule(
            danger=Danger(entry.get("kind", kind), f"{kind}.{entry['name']}"),
            together=(
                (words.read(entry["any"]),)
                if "any" in entry
                else tuple(words.group(name) for name in entry["all"])
            ),
            unless=tuple(words.group(name) for name in unless if name not in _CALM),
            unless_calm=tuple(words.group(name) for name in unless if name in _CALM),
            within=entry.get("within", _NEAR),
            even_if_better=data.get("even_if_better", False),
        )
