"""Where models and training data lie; importing this imports no Rasa."""

from pathlib import Path

ROOT = Path(__file__).parent.parent


def newest_model(models: Path) -> Path | None:
    """The model that was trained last, or nothing."""
    found = sorted(models.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None
