"""A trained model for the tests, kept until anything that it was made from changes."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.program import ROOT, NotRunning, environment

CACHE = ROOT / "var" / "test-model"


def trained_model() -> Path:
    """The folder with a model of what the repository holds now; made when there is none yet.

    Raises:
        NotRunning: training failed; holds what it wrote.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        # Two test runs at once must not train the same model twice.
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = CACHE / fingerprint()
        if not any((home / "models").glob("*.tar.gz")):
            _forget_others()
            _train(home)
        return home / "models"


def fingerprint() -> str:
    """A hash of everything that a model is made from."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield from (ROOT / "domain.yml", ROOT / "config.yml")
    for folder in ("nlu", "rules"):
        yield from (ROOT / "nlu_data" / folder).rglob("*.yml")
    yield from (ROOT / "learning" / "components").rglob("*.py")
    yield from (ROOT / "hospital").glob("*.csv")
    yield from (ROOT / "hospital" / "triage").rglob("*.yml")


def _forget_others() -> None:
    for old in CACHE.iterdir():
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)


def _train(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "train"],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotRunning(f"training failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
