"""Finding the words of the rules in a text, quickly although there are thousands of them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

Span = tuple[int, int]


class Word:
    """One word of the rules and the characters of which a text must have one to hold it."""

    def __init__(self, expression: str, needs: frozenset[str]) -> None:
        self.needs = needs
        self._expression = expression

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # Compiled when first needed: compiling all words at once takes seconds.
        return re.compile(self._expression)

    def spans(self, text: str) -> list[Span]:
        return [match.span() for match in self._pattern.finditer(text)]


class Expression:
    """Any of several words."""

    def __init__(self, words: Iterable[Word]) -> None:
        self.words = tuple(words)

    @cached_property
    def _by_character(self) -> dict[str, list[Word]]:
        by_character: dict[str, list[Word]] = defaultdict(list)
        for word in self.words:
            for character in word.needs or {""}:
                by_character[character].append(word)
        return dict(by_character)

    def spans(self, text: str) -> list[Span]:
        """Where the words stand in the text, from left to right."""
        characters = {"", *text}
        words = {
            word: None
            for character in characters & self._by_character.keys()
            for word in self._by_character[character]
        }
        return sorted(span for word in words for span in word.spans(text))

    def found_in(self, text: str) -> bool:
        return bool(self.spans(text))

    def first(self, text: str, start: int = 0) -> Span | None:
        return next((span for span in self.spans(text) if span[0] >= start), None)

    def hide(self, text: str, mask: str) -> str:
        """The text with every place of the words replaced by the mask, stops excepted."""
        letters = list(text)
        for start, end in self.spans(text):
            letters[start:end] = [c if c in "，。" else mask for c in letters[start:end]]
        return "".join(letters)


class Index:
    """All expressions of the rules at once: each word is looked for only once in a text."""

    def __init__(self, expressions: Iterable[Expression]) -> None:
        owners: dict[Word, list[Expression]] = defaultdict(list)
        for expression in dict.fromkeys(expressions):
            for word in expression.words:
                owners[word].append(expression)
        self._by_character: dict[str, dict[Word, list[Expression]]] = defaultdict(dict)
        for word, holders in owners.items():
            for character in word.needs or {""}:
                self._by_character[character][word] = holders

    def spans(self, text: str) -> dict[Expression, list[Span]]:
        """Where each expression stands in the text; those that do not are left out."""
        found: dict[Expression, list[Span]] = defaultdict(list)
        candidates: dict[Word, list[Expression]] = {}
        for character in {"", *text} & self._by_character.keys():
            candidates |= self._by_character[character]
        for word, holders in candidates.items():
            if spans := word.spans(text):
                for expression in holders:
                    found[expression] += spans
        return found
