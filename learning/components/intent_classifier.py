"""An intent classifier for short Chinese messages: weighed characters and words, linear, quick.

Without pretrained embeddings a linear model over character pairs and words does better on a few
thousand hand-written examples than a transformer does, and trains in seconds (docs/nlu.md). Words
of a lookup table (departments, doctors, symptoms) count for their table as well, so that a
department that no example names is still seen as one.
"""

from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from learning.components.intent_model import IntentModel, Ranker

_RANKING = "intent_ranking"


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
        model: "IntentModel | None" = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._ranker = Ranker(model) if model is not None else None

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
        model = IntentModel(self._config, tables)
        model.fit([one.get(TEXT) for one in examples], [one.get(INTENT) for one in examples])
        self._ranker = Ranker(model)
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(model, folder / "model.joblib", compress=3)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set intent and ranking of each message."""
        for message in messages:
            text = message.get(TEXT)
            if not text or self._ranker is None:
                continue
            ranking = self._ranker.rank(text)[: self._config["ranking_length"]]
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
