"""Rasa's CRF entity extractor, kept trained.

Rasa 3.6 keeps the examples in the model and trains on them at every start: half of the time until
the first answer. Here the trained tagger is kept.
"""

from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor, CRFToken

_FILE = "taggers.joblib"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class TrainedEntityExtractor(CRFEntityExtractor):
    """Finds what Rasa's own extractor finds; takes the same settings."""

    def persist(self, dataset: list[list[CRFToken]]) -> None:
        """Keep the taggers; the examples are not needed any more."""
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((self.crf_order, self.entity_taggers), folder / _FILE, compress=3)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "TrainedEntityExtractor":
        with model_storage.read_from(resource) as folder:
            order, taggers = joblib.load(folder / _FILE)
        extractor = cls(config, model_storage, resource, taggers)
        extractor.crf_order = order
        return extractor
