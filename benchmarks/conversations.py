"""The conversation set: what patients write, turn by turn."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Conversation:
    """One chat; ``{phone}`` in a turn stands for the patient's own number."""

    name: str
    turns: tuple[str, ...]

    def said_by(self, phone: str) -> tuple[str, ...]:
        """The turns as the patient with this phone writes them."""
        return tuple(turn.replace("{phone}", phone) for turn in self.turns)


def read_conversations() -> list[Conversation]:
    """The set that comes with the program."""
    text = Path(__file__).with_name("conversations.yml").read_text(encoding="utf-8")
    return [Conversation(one["name"], tuple(one["turns"])) for one in yaml.safe_load(text)]


def phones() -> Iterator[str]:
    """Phone numbers, each one once.

    A patient who came again would already have a number for that half-day, and the same chat
    would go another way than the first time.
    """
    for number in range(10**8):
        yield f"138{number:08}"
