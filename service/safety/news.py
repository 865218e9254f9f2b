"""What is told after an alarm: help is on its way, nobody answers, or it has passed over."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

from service.safety.engine import shared_words
from service.safety.expressions import Expression
from service.safety.spelling import normalise


class News(StrEnum):
    """How it goes on; each value is a name in ``news.yml``, asked in this order."""

    WHERE = "where"
    """Which department it is for."""
    BRING = "bring"
    """What to take along."""
    NOT_MEANT = "not_meant"
    """A joke, a trial, a slip: there was no danger."""
    CLEARED = "cleared"
    """A doctor has seen them and let them go."""
    NO_ANSWER = "no_answer"
    """Neither the ambulance comes nor does anybody answer."""
    ARRIVED = "arrived"
    """They are with those who help, or on the way to them."""
    COMING = "coming"
    """Help was called."""
    OVER = "over"
    """It has passed over, as they say."""
    HEARD = "heard"
    """A word that says no more than that the instruction was read."""


@dataclass(frozen=True)
class _Sign:
    words: Expression
    unless: Expression


def read_news(text: str) -> News | None:
    """What a message tells of an alarm that was raised a short while ago, if it does."""
    plain = normalise(text)
    for news, sign in _signs().items():
        if sign.words.found_in(plain) and not sign.unless.found_in(plain):
            return news
    return None


@cache
def _signs() -> dict[News, _Sign]:
    source = resources.files("service.safety").joinpath("news.yml")
    data: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    words = shared_words()
    return {
        news: _Sign(words.read(data[news]["words"]), words.read(data[news]["unless"]))
        for news in News
    }
