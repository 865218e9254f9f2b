"""The terms of one short text, weighed as a fitted ``TfidfVectorizer`` weighs them.

Making sparse matrices of a single text takes longer than all that is then done with it.
"""

from collections import Counter
from typing import Any


class Terms:
    """A vectorizer's vocabulary, ready for one text at a time.

    Args:
        vectorizer: a fitted one with ``sublinear_tf`` and the usual norm (l2).
    """

    def __init__(self, vectorizer: Any) -> None:
        self._split = vectorizer.build_analyzer()
        self._columns: dict[str, int] = vectorizer.vocabulary_
        self._rarity = vectorizer.idf_

    def __len__(self) -> int:
        return len(self._columns)

    def weigh(self, text: str) -> tuple[list[int], Any]:
        """The columns of the terms that the text has, and an array of their weights."""
        # Imported here: a fifth of a second that only understanding needs.
        import numpy as np

        counts = Counter(self._columns[term] for term in self._split(text) if term in self._columns)
        weights = (1.0 + np.log(list(counts.values()))) * self._rarity[list(counts)]
        length = np.sqrt(weights @ weights)
        return list(counts), weights / (length or 1.0)
