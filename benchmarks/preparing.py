"""Scratch homes: a model, and a database with the fictional hospital, the same for both stacks."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.children import Child, environment_of
from learning.paths import newest_model
from service.settings import read_settings


def installed_model() -> Path | None:
    """The model that the installation answers with, or nothing."""
    # A secret that is given keeps the settings from making and storing one.
    settings = read_settings({**os.environ, "XINQIAO_SECRET": "not used here"})
    return newest_model(settings.models)


def prepare(
    scratch: Path, model: Path | None, children: list[Child], tell: Callable[[str], None]
) -> tuple[Path, Path]:
    """Two equal homes.

    Args:
        model: the model to answer with; one is trained when there is none.
        children: what is started is put in here, to be stopped if this is interrupted.

    Raises:
        ChildFailed: the database or the model could not be made.
    """
    home = scratch / "prepared"
    (home / "models").mkdir(parents=True)
    if model is None:
        tell("no model yet: training one")
        _run(home, children, "-m", "bot", "train")
    else:
        tell(f"model: {model.name}")
        shutil.copy2(model, home / "models")
        _run(home, children, "-m", "bot", "db", "upgrade")
        _run(home, children, "-m", "bot", "load", "hospital")
        # The stack that starts first would else read all of Rasa from a cold disk.
        _run(home, children, "-c", "import bot.engine.embedded")
    homes = scratch / "xinqiao", scratch / "stock"
    for copy in homes:
        shutil.copytree(home, copy)
    return homes


def _run(home: Path, children: list[Child], *arguments: str) -> None:
    child = Child(arguments, environment_of(home), home / "prepare.log")
    children.append(child)
    child.finish()
