"""``python -m bot``: the same as ``xinqiao``."""

from bot.cli import app

app()
