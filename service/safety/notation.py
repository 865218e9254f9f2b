"""How a word of the rule files is read.

A word is plain Chinese with a few signs:

===========  =====================================================================
``(a|b)``    either; ``(a|)`` or ``(a)?`` may be left out, ``(a)*`` repeated
``…``        up to six other characters of the same clause
``……``       up to fifteen other characters of the same sentence
``<组>``     any word of that group
``^`` ``$``  the beginning and the end of a clause
``(?!…)``    not followed by; ``(?<!…)`` not preceded by (all choices equally long)
``[0-9]``    any one of these characters
``re:…``     the rest is a regular expression (for numbers)
===========  =====================================================================
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from service.safety.expressions import Expression, Word
from service.safety.spelling import fold

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
_GROUP = re.compile(r"<([^<>]+)>")
_INNERMOST = re.compile(r"\([^()]*\)(?:[?*+]|\{[^}]*\})?|\[[^\]]*\](?:[?*+]|\{[^}]*\})?|\\.")
_OPTIONAL = re.compile(r".(?:[?*]|\{[^}]*\})")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
Needs = frozenset[str]
_NOTHING: Needs = frozenset()


class UnknownGroup(LookupError):
    """A rule names a group that no file defines."""


class Words:
    """All groups of words that the rule files define."""

    def __init__(self, groups: Mapping[str, str]) -> None:
        self._groups = groups
        self._common = Counter(fold("".join(groups.values())))
        self._known: dict[str, Word] = {}
        self._expressions: dict[str, Expression] = {}

    def group(self, name: str) -> Expression:
        if name not in self._expressions:
            self._expressions[name] = self.read(self._words(name))
        return self._expressions[name]

    def read(self, words: str) -> Expression:
        """One expression for a block of words separated by white space."""
        return Expression(self._word(word) for word in dict.fromkeys(self._spread(words)))

    def pattern(self, words: str) -> str:
        """The words as one regular expression."""
        return "|".join(self._pattern(word) for word in words.split())

    def _spread(self, words: str) -> Iterator[str]:
        """The words, those of a whole ``<组>`` in its place."""
        for word in words.split():
            if whole := _GROUP.fullmatch(word):
                yield from self._spread(self._words(whole[1]))
            else:
                yield word

    def _words(self, name: str) -> str:
        try:
            return self._groups[name]
        except KeyError:
            raise UnknownGroup(name) from None

    def _word(self, word: str) -> Word:
        if word not in self._known:
            self._known[word] = Word(self._pattern(word), self._needs(word))
        return self._known[word]

    def _pattern(self, word: str) -> str:
        if word.startswith("re:"):
            return f"(?:{fold(word[3:])})"
        return "".join(self._sign(token) for token in _TOKEN.findall(word))

    def _sign(self, token: str) -> str:
        if token in _SIGNS:
            return _SIGNS[token]
        if token.startswith("[") and len(token) > 1:
            return token
        if group := _GROUP.fullmatch(token):
            return f"(?:{self.pattern(self._words(group[1]))})"
        return re.escape(fold(token))

    def _needs(self, word: str) -> Needs:
        """Characters of which a text must have one, else the word cannot be in it."""
        if word.startswith("re:"):
            return self._rarest([frozenset(char) for char in _literals(fold(word[3:]))])
        return self._branch_needs(iter([*_TOKEN.findall(word), ")"]))

    def _branch_needs(self, tokens: Iterator[str]) -> Needs:
        """The needs of what stands up to the closing bracket."""
        branches: list[list[Needs]] = [[]]
        for token in tokens:
            if token == ")":
                break
            if token == "|":
                branches.append([])
            elif token in ("?", "*"):
                branches[-1].pop()
            else:
                branches[-1].append(self._token_needs(token, tokens))
        rarest = [self._rarest(branch) for branch in branches]
        return frozenset().union(*rarest) if all(rarest) else _NOTHING

    def _token_needs(self, token: str, tokens: Iterator[str]) -> Needs:
        if token.startswith("("):
            inside = self._branch_needs(tokens)
            return inside if token == "(" else _NOTHING
        if group := _GROUP.fullmatch(token):
            each = [self._needs(word) for word in self._words(group[1]).split()]
            return frozenset().union(*each) if all(each) else _NOTHING
        if token in _SIGNS or token.startswith("["):
            return _NOTHING
        return frozenset(fold(token))

    def _rarest(self, needs: list[Needs]) -> Needs:
        """Of several needs the one that the fewest texts meet."""
        return min(
            (need for need in needs if need),
            key=lambda need: sum(self._common[char] for char in need),
            default=_NOTHING,
        )


def _literals(pattern: str) -> list[str]:
    """Chinese characters that stand in every match of a regular expression."""
    while (shorter := _INNERMOST.sub("", pattern)) != pattern:
        pattern = shorter
    return [] if "|" in pattern else _CHINESE.findall(_OPTIONAL.sub("", pattern))
