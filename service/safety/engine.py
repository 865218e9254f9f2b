"""Applying the rules to one message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from service.safety.context import Context
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
    even_if_better: bool


def check(text: str) -> Danger | None:
    """The danger to life that this message tells of, or None. Never raises, whatever the text."""
    context, rules = _rules()
    reading = context.read(normalise(text))
    seen: dict[tuple[re.Pattern[str], bool], list[Span]] = {}

    def spans(pattern: re.Pattern[str], better: bool) -> list[Span]:
        key = pattern, better
        if key not in seen:
            target = reading.told if better else reading.now
            seen[key] = [match.span() for match in pattern.finditer(target)]
        return seen[key]

    for rule in rules:
        better = rule.even_if_better
        if any(not spans(pattern, better) for pattern in rule.together):
            continue
        if any(spans(pattern, better) for pattern in rule.unless):
            continue
        if _near([spans(pattern, better) for pattern in rule.together], rule.within):
            return rule.danger
    return None


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


@cache
def _rules() -> tuple[Context, tuple[Rule, ...]]:
    folder = resources.files("service.safety")
    files = [_load(folder.joinpath("rules", f"{kind}.yml")) for kind in KINDS]
    groups = dict(_load(folder.joinpath("words.yml")))
    for data in files:
        groups |= data.get("groups", {})
    words = Words(groups)
    rules = tuple(rule for data in files for rule in _read(data, words))
    return Context(_load(folder.joinpath("context.yml")), words), rules


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
            unless=tuple(words.group(name) for name in entry.get("unless", ())),
            within=entry.get("within", _NEAR),
            even_if_better=data.get("even_if_better", False),
        )
