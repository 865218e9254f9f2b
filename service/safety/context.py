"""What takes the danger out of words: figures of speech, negation, the past, stories, questions.

Each veto replaces the words that it makes harmless by ``〇``; what is left is what the patient
says of now. So a veto silences its own words and never another danger in the same message.
"""

import re
from dataclasses import dataclass
from typing import Any

from service.safety.notation import Words

_HIDDEN = "〇"
_SENTENCES = re.compile(r"[^。]+")
_CLAUSES = re.compile(r"[^，。]+")


@dataclass(frozen=True)
class Reading:
    """A message with its harmless words hidden.

    ``told`` still holds what has passed over by itself, ``now`` does not.
    """

    told: str
    now: str


class Context:
    """The vetoes of ``context.yml``."""

    def __init__(self, data: dict[str, Any], words: Words) -> None:
        self._figure = words.compile(data["figures"])
        self._negated = _negation(data, words)
        self._past = words.compile(data["past"])
        self._past_end = words.compile(data["past_at_the_end"])
        self._today = words.compile(data["today"])
        self._again = words.compile(data["again"])
        self._acute = words.compile(data["acute"])
        self._story = words.compile(data["stories"])
        self._topic = words.compile(data["topics"])
        self._clause_topic = words.compile(data["clause_topics"])
        self._not_a_person = words.compile(data["not_a_person"])
        self._better = words.compile(data["better"])
        self._worse = words.compile(data["worse"])

    def read(self, text: str) -> Reading:
        text = self._figure.sub(_hide, text)
        text = self._negated.sub(_hide, text)
        text = self._without_stories(text)
        text = _SENTENCES.sub(lambda sentence: self._without_past(sentence[0]), text)
        text = _SENTENCES.sub(lambda sentence: self._without_topics(sentence[0]), text)
        text = _CLAUSES.sub(lambda clause: self._without_asides(clause[0]), text)
        now = _SENTENCES.sub(lambda sentence: self._without_better(sentence[0]), text)
        return Reading(told=text, now=now)

    def _without_stories(self, text: str) -> str:
        if self._story.search(text) and not self._acute.search(text):
            return _blank(text)
        return text

    def _without_past(self, sentence: str) -> str:
        """Hide what follows a word of the past, until a word of today."""
        kept: list[str] = []
        position = 0
        while match := self._past.search(sentence, position):
            end = self._back_to_now(sentence, match)
            kept += [sentence[position : match.start()], _blank(sentence[match.start() : end])]
            position = end
        sentence = "".join(kept) + sentence[position:]
        return _CLAUSES.sub(lambda clause: self._without_late_past(clause[0]), sentence)

    def _back_to_now(self, sentence: str, past: re.Match[str]) -> int:
        ends = [len(sentence)]
        if today := self._today.search(sentence, past.end()):
            ends.append(today.start())
        comma = sentence.find("，", past.end())
        if comma >= 0 and (again := self._again.search(sentence, comma)):
            ends.append(again.start())
        return min(ends)

    def _without_late_past(self, clause: str) -> str:
        late = self._past_end.search(clause)
        if late is None or self._acute.search(clause):
            return clause
        return _blank(clause[: late.end()]) + clause[late.end() :]

    def _without_topics(self, sentence: str) -> str:
        if self._topic.search(sentence) and not self._acute.search(sentence):
            return _blank(sentence)
        return sentence

    def _without_asides(self, clause: str) -> str:
        if self._not_a_person.search(clause):
            return _blank(clause)
        if self._clause_topic.search(clause) and not self._acute.search(clause):
            return _blank(clause)
        return clause

    def _without_better(self, sentence: str) -> str:
        """Hide what has passed over: all that comes before 止住了, unless it came back."""
        last = None
        for last in self._better.finditer(sentence):
            pass
        if last is None or self._worse.search(sentence, last.end()):
            return sentence
        return _blank(sentence[: last.end()]) + sentence[last.end() :]


def _negation(data: dict[str, Any], words: Words) -> re.Pattern[str]:
    signs = words.expression(data["negatable"])
    return re.compile(
        f"(?<![是有会要能用在该])(?:{words.expression(data['negations'])})"
        f"(?:{words.expression(data['between'])})*"
        f"(?:{signs})(?:(?:{words.expression(data['lists'])})*(?:{signs}))*"
    )


def _blank(text: str) -> str:
    return re.sub("[^，。]", _HIDDEN, text)


def _hide(match: re.Match[str]) -> str:
    return _blank(match[0])
