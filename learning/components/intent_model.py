"""The linear model behind the intent classifier: its vocabulary, its weights, the known names."""

import logging
import re
from typing import Any

import jieba
import numpy as np
from scipy.special import expit

from service.weighing import Terms

jieba.setLogLevel(logging.WARNING)


class IntentModel:
    """The vocabulary, the weights and the known names."""

    def __init__(self, config: dict[str, Any], tables: dict[str, list[str]]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        self._names = {
            name: re.compile("|".join(map(re.escape, words)))
            for name, words in tables.items()
            if words
        }
        self._characters = TfidfVectorizer(
            analyzer="char", ngram_range=(1, config["characters"]), sublinear_tf=True
        )
        self._words = TfidfVectorizer(
            analyzer=self._split, ngram_range=(1, config["words"]), sublinear_tf=True
        )
        # One classifier an intent: seconds where the multinomial form takes minutes.
        self._classifier = LogisticRegression(
            solver="liblinear", multi_class="ovr", C=config["C"], random_state=1
        )

    def fit(self, texts: list[str], intents: list[str]) -> None:
        from scipy.sparse import hstack

        cleaned = [clean(text) for text in texts]
        features = hstack(
            [self._characters.fit_transform(cleaned), self._words.fit_transform(cleaned)]
        )
        self._classifier.fit(features.tocsr(), intents)

    @property
    def vectorizers(self) -> tuple[Any, Any]:
        """What makes features of a text: from its characters, and from its words."""
        return self._characters, self._words

    @property
    def classifier(self) -> Any:
        return self._classifier

    def _split(self, text: str) -> list[str]:
        words = [f"<{name}>" for name, known in self._names.items() if known.search(text)]
        return [*words, *jieba.lcut(text.strip("^$"))]


class Ranker:
    """Ranks the intents of one short text by a trained model's weights.

    The same figures as the classifier's own ``predict_proba``, without the sparse matrices: making
    them of a single text takes longer than weighing it.
    """

    def __init__(self, model: IntentModel) -> None:
        characters, words = model.vectorizers
        self._characters, self._words = Terms(characters), Terms(words)
        self._intents = [str(name) for name in model.classifier.classes_]
        self._coefficients = model.classifier.coef_
        self._intercept = model.classifier.intercept_

    def rank(self, text: str) -> list[dict[str, Any]]:
        """All intents with their share of certainty, the likeliest first."""
        cleaned = clean(text)
        columns, weights = self._characters.weigh(cleaned)
        more, their_weights = self._words.weigh(cleaned)
        columns += [len(self._characters) + column for column in more]
        scores = self._coefficients[:, columns] @ np.concatenate([weights, their_weights])
        shares = expit(scores + self._intercept)
        shares /= shares.sum()
        return [
            {"name": self._intents[place], "confidence": float(shares[place])}
            for place in shares.argsort()[::-1]
        ]


_NUMBERS = re.compile(r"\d{6,}")


def clean(text: str) -> str:
    """Lower case, no spaces, long numbers as one sign, with marks for beginning and end."""
    joined = re.sub(r"\s+", "", text.lower())[:300]
    return f"^{_NUMBERS.sub('№', joined)}$"
