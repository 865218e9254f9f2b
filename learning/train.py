"""Training a model from nlu_data/, domain.yml and config.yml."""

import os
from pathlib import Path

from learning.lookups import write_lookups
from learning.paths import ROOT
from service.handbook import Handbook


class TrainingFailed(Exception):
    """Rasa made no model; what it said is in the log."""


def train(handbook: Handbook, models: Path) -> Path:
    """Train a model; takes about a minute, most of it loading Rasa.

    Args:
        handbook: whose names become the lookup tables.
        models: the folder that the model file is put into.

    Returns:
        The model file.

    Raises:
        TrainingFailed: no model was made.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    from rasa.model_training import train as rasa_train

    write_lookups(handbook, ROOT / "nlu_data" / "lookups")
    result = rasa_train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "nlu_data" / name) for name in ("nlu", "rules", "lookups")],
        output=str(models),
        force_training=True,
    )
    if result.model is None:
        raise TrainingFailed(f"code {result.code}")
    return Path(result.model)
