"""Names of departments and doctors in a patient's words, also when they are typed by ear.

First the exact names, the longest one at each place; when there is none, names that sound the same
(王建化 for 王建华), compared by their syllables.
"""

from collections.abc import Iterable
from functools import lru_cache


class NameFinder:
    """Finds which of the given names a text contains.

    Args:
        names: the names, at least two characters each to be found by ear.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._longest = max((len(name) for name in self._names), default=0)
        self._by_sound = {_sound(name): name for name in self._names if len(name) >= 3}

    def find(self, text: str) -> list[str]:
        """The names in the order of their places in the text."""
        return self._exact(text) or self._by_ear(text)

    def _exact(self, text: str) -> list[str]:
        found: list[str] = []
        start = 0
        while start < len(text):
            for length in range(min(self._longest, len(text) - start), 0, -1):
                name = text[start : start + length]
                if name in self._names:
                    found.append(name)
                    start += length
                    break
            else:
                start += 1
        return found

    def _by_ear(self, text: str) -> list[str]:
        text = text[:60]
        for start in range(len(text)):
            for length in range(3, min(self._longest, len(text) - start) + 1):
                name = self._by_sound.get(_sound(text[start : start + length]))
                if name is not None:
                    return [name]
        return []


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    # Imported here: its table of readings costs a tenth of a second that most commands do not need.
    from pypinyin import Style, lazy_pinyin

    return str(lazy_pinyin(character, style=Style.NORMAL)[0])


def _sound(text: str) -> str:
    return " ".join(_syllable(character) for character in text)
