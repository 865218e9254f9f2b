"""How a word of the rule files is read.

A word is plain Chinese with a few signs:

==========  ======================================================================
``(a|b)``   either; ``(a|)`` or ``(a)?`` may be left out, ``(a)*`` repeated
``…``       up to six other characters of the same clause
``……``      up to fifteen other characters of the same sentence
``<组>``    any word of that group
``^`` ``$`` the beginning and the end of a clause
``(?!…)``   not followed by; ``(?<!…)`` not preceded by (all choices equally long)
``[0-9]``   any one of these characters
``re:…``    the rest is a regular expression (for numbers)
==========  ======================================================================
"""

import re
from collections.abc import Iterator, Mapping

from service.safety.spelling import fold

CLAUSE_END = "，"
SENTENCE_END = "。"

_SIGNS = {
    "……": "[^。]{0,15}?",
    "…": "[^，。]{0,6}?",
    "^": "(?:^|(?<=[，。]))",
    "$": "(?=[，。]|$)",
    "(": "(?:",
    ")": ")",
    "|": "|",
    "?": "?",
    "*": "*",
    "(?!": "(?!",
    "(?=": "(?=",
    "(?<!": "(?<!",
}
_TOKEN = re.compile(r"……|\(\?(?:<?!|=)|\[[^\]]+\]|[…^$()|?*]|<[^>]+>|.", re.DOTALL)
_LEADING_CHOICE = re.compile(r"\((?!\?)([^()]*)\)(?![?*])(.*)", re.DOTALL)
_GROUP = re.compile(r"<([^<>]+)>")


class UnknownGroup(LookupError):
    """A rule names a group that no file defines."""


class Words:
    """All groups of words, each compiled when it is first looked for."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        self._groups = groups
        self._compiled: dict[str, re.Pattern[str]] = {}

    def group(self, name: str) -> re.Pattern[str]:
        if name not in self._compiled:
            self._compiled[name] = self.compile(self._words(name))
        return self._compiled[name]

    def compile(self, words: str) -> re.Pattern[str]:
        """One expression for a block of words separated by white space."""
        by_first: dict[str, list[str]] = {}
        for word in self._spread(words):
            for single in _without_leading_choice(word):
                # Grouped by first character, so that the regex engine can skip quickly.
                first = single[0] if _is_plain(single) else ""
                by_first.setdefault(first, []).append(self._expression(single)[len(first) :])
        branches = [
            re.escape(first) + "(?:" + "|".join(endings) + ")"
            for first, endings in by_first.items()
        ]
        return re.compile("|".join(branches))

    def _spread(self, words: str) -> Iterator[str]:
        """The words, those of a whole ``<组>`` in its place."""
        for word in words.split():
            if whole := _GROUP.fullmatch(word):
                yield from self._spread(self._words(whole[1]))
            else:
                yield word

    def expression(self, words: str) -> str:
        return "|".join(self._expression(word) for word in words.split())

    def _words(self, name: str) -> str:
        try:
            return self._groups[name]
        except KeyError:
            raise UnknownGroup(name) from None

    def _expression(self, word: str) -> str:
        if word.startswith("re:"):
            return f"(?:{fold(word[3:])})"
        return "".join(self._token(token) for token in _TOKEN.findall(word))

    def _token(self, token: str) -> str:
        if token in _SIGNS:
            return _SIGNS[token]
        if token.startswith("[") and len(token) > 1:
            return token
        if token.startswith("<"):
            return f"(?:{self.expression(self._words(token[1:-1]))})"
        return re.escape(fold(token))


def _without_leading_choice(word: str) -> list[str]:
    match = _LEADING_CHOICE.fullmatch(word)
    if match is None:
        return [word]
    return [choice + match[2] for choice in match[1].split("|") if choice + match[2]]


def _is_plain(word: str) -> bool:
    return (
        not word.startswith(("re:", "…", "^", "$", "(", "<"))
        and word[1:2] not in ("?", "*")
        and fold(word[0]) == word[0]
    )
