"""An intent classifier for short Chinese messages: weighed characters and words, linear, quick.

Without pretrained embeddings a linear model over character pairs and words does better on a few
thousand hand-written examples than a transformer does, and trains in seconds (docs/nlu.md). Words
of a lookup table (departments, doctors, symptoms) count for their table as well, so that a
department that no example names is still seen as one.
"""

import logging
import re
from typing import Any

import jieba
import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_RANKING = "intent_ranking"
jieba.setLogLevel(logging.WARNING)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CharacterIntentClassifier(GraphComponent, IntentClassifier):
    """Predicts the intent of a message from its characters, words and known names."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 30.0, "characters": 2, "words": 1, "ranking_length": 10}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: "_Model | None" = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "CharacterIntentClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples that have an intent."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        tables = {
            table["name"]: sorted(_elements(table), key=len, reverse=True)
            for table in training_data.lookup_tables
        }
        self._model = _Model(self._config, tables)
        self._model.fit([one.get(TEXT) for one in examples], [one.get(INTENT) for one in examples])
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, folder / "model.joblib", compress=3)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message."""
        for message in messages:
            text = message.get(TEXT)
            if not text or self._model is None:
                continue
            ranking = self._model.rank(text)[: self._config["ranking_length"]]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(_RANKING, ranking, add_to_output=True)
        return messages

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "CharacterIntentClassifier":
        with model_storage.read_from(resource) as folder:
            model = joblib.load(folder / "model.joblib")
        return cls(config, model_storage, resource, model)


def _elements(table: dict[str, Any]) -> list[str]:
    elements = table["elements"]
    return [elements] if isinstance(elements, str) else list(elements)


class _Model:
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

        cleaned = [_clean(text) for text in texts]
        features = hstack(
            [self._characters.fit_transform(cleaned), self._words.fit_transform(cleaned)]
        )
        self._classifier.fit(features.tocsr(), intents)

    def rank(self, text: str) -> list[dict[str, Any]]:
        from scipy.sparse import hstack

        cleaned = [_clean(text)]
        features = hstack([self._characters.transform(cleaned), self._words.transform(cleaned)])
        shares = self._classifier.predict_proba(features.tocsr())[0]
        order = shares.argsort()[::-1]
        return [
            {
                INTENT_NAME_KEY: str(self._classifier.classes_[place]),
                PREDICTED_CONFIDENCE_KEY: float(shares[place]),
            }
            for place in order
        ]

    def _split(self, text: str) -> list[str]:
        words = [f"<{name}>" for name, known in self._names.items() if known.search(text)]
        return [*words, *jieba.lcut(text.strip("^$"))]


_NUMBERS = re.compile(r"\d{6,}")


def _clean(text: str) -> str:
    """Lower case, no spaces, long numbers as one sign, with marks for beginning and end."""
    joined = re.sub(r"\s+", "", text.lower())[:300]
    return f"^{_NUMBERS.sub('№', joined)}$"
