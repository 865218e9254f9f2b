"""What takes the danger out of words: figures of speech, negation, the past, stories, questions.

Each veto replaces the words that it makes harmless by ``〇``; what is left is what the patient
says of now. So a veto silences its own words and never another danger in the same message.
"""

import re
from dataclasses import dataclass
from typing import Any

from service.safety.expressions import Expression
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
        self._figure = words.read(data["figures"])
        self._negated = _negation(data, words)
        self._past = words.read(data["past"])
        self._past_end = words.read(data["past_at_the_end"])
        self._today = words.read(data["today"])
        self._again = words.read(data["again"])
        self._acute = words.read(data["acute"])
        self._story = words.read(data["stories"])
        self._topic = words.read(data["topics"])
        self._clause_topic = words.read(data["clause_topics"])
        self._not_a_person = words.read(data["not_a_person"])
        self._better = words.read(data["better"])
        self._worse = words.read(data["worse"])

    def read(self, text: str) -> Reading:
        text = self._figure.hide(text, _HIDDEN)
        text = self._negated.sub(lambda match: _blank(match[0]), text)
        text = self._without_stories(text)
        text = _SENTENCES.sub(lambda sentence: self._without_past(sentence[0]), text)
        text = _SENTENCES.sub(lambda sentence: self._without_topics(sentence[0]), text)
        text = _CLAUSES.sub(lambda clause: self._without_asides(clause[0]), text)
        now = _SENTENCES.sub(lambda sentence: self._without_better(sentence[0]), text)
        return Reading(told=text, now=now)

    def _without_stories(self, text: str) -> str:
        return _blank(text) if self._idle(self._story, text) else text

    def _idle(self, what: Expression, text: str) -> bool:
        return what.found_in(text) and not self._acute.found_in(text)

    def _without_past(self, sentence: str) -> str:
        """Hide what follows a word of the past, until a word of today."""
        kept: list[str] = []
        position = 0
        for past in self._past.spans(sentence):
            if past[0] < position:
                continue
            end = self._back_to_now(sentence, past[1])
            kept += [sentence[position : past[0]], _blank(sentence[past[0] : end])]
            position = end
        sentence = "".join(kept) + sentence[position:]
        return _CLAUSES.sub(lambda clause: self._without_late_past(clause[0]), sentence)

    def _back_to_now(self, sentence: str, past: int) -> int:
        ends = [len(sentence)]
        if today := self._today.first(sentence, past):
            ends.append(today[0])
        comma = sentence.find("，", past)
        if comma >= 0 and (again := self._again.first(sentence, comma)):
            ends.append(again[0])
        return min(ends)

    def _without_late_past(self, clause: str) -> str:
        late = self._past_end.first(clause)
        if late is None or self._acute.found_in(clause):
            return clause
        return _blank(clause[: late[1]]) + clause[late[1] :]

    def _without_topics(self, sentence: str) -> str:
        return _blank(sentence) if self._idle(self._topic, sentence) else sentence

    def _without_asides(self, clause: str) -> str:
        aside = self._not_a_person.found_in(clause) or self._idle(self._clause_topic, clause)
        return _blank(clause) if aside else clause

    def _without_better(self, sentence: str) -> str:
        """Hide what has passed over: all that comes before 止住了, unless it came back."""
        last = max((end for _, end in self._better.spans(sentence)), default=None)
        if last is None or self._worse.first(sentence, last):
            return sentence
        return _blank(sentence[:last]) + sentence[last:]


def _negation(data: dict[str, Any], words: Words) -> re.Pattern[str]:
    signs = words.pattern(data["negatable"])
    return re.compile(
        f"(?<![是有会要能用在该])(?:{words.pattern(data['negations'])})"
        f"(?:{words.pattern(data['between'])})*"
        f"(?:{signs})(?:(?:{words.pattern(data['lists'])})*(?:{signs}))*"
    )


def _blank(text: str) -> str:
    return re.sub("[^，。]", _HIDDEN, text)
