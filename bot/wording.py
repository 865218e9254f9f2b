"""What the door itself says, outside of Rasa's dialogue: read from ``wording.yml``."""

from collections.abc import Sequence
from importlib import resources
from typing import Any

import yaml

from service.conversations import Button, Reply


class Wording:
    """The door's own sentences.

    Args:
        texts: the content of ``wording.yml``.
    """

    def __init__(self, texts: dict[str, Any]) -> None:
        self._texts = texts

    @property
    def feedback_buttons(self) -> Sequence[tuple[str, bool]]:
        """The two small buttons under an answer, and whether each means helpful."""
        return [(one["title"], one["helpful"]) for one in self._texts["feedback"]]

    def __getitem__(self, name: str) -> str:
        return str(self._texts[name])

    def reply(self, name: str) -> Reply:
        """A message by its name, with its buttons."""
        entry = self._texts[name]
        if isinstance(entry, str):
            return Reply(entry.strip())
        buttons = tuple(Button(one["title"], {"say": one["say"]}) for one in entry["buttons"])
        return Reply(entry["text"].strip(), buttons)

    def danger(self, kind: str, interrupted: bool) -> list[Reply]:
        """What to do now, action first; and, when an errand was interrupted, that it is kept."""
        texts = self._texts["danger"]
        replies = [Reply(texts.get(kind, texts["other"]).strip())]
        if interrupted:
            replies.append(Reply(texts["interrupted"].strip()))
        return replies

    def instruction(self, kind: str) -> Reply:
        """What to do now, without the lines that say that staff were alerted."""
        text = self.danger(kind, interrupted=False)[0].text
        alerted = self["alerted"]
        return Reply("\n".join(line for line in text.splitlines() if not line.startswith(alerted)))

    def after_alarm(self, news: str, kind: str, interrupted: bool) -> list[Reply]:
        """The answer to how it goes on; ``interrupted``: an errand was kept, to be taken up."""
        texts = self._texts["after_alarm"]
        replies = [Reply(texts.get(f"{news}_{kind}", texts[news]).strip())]
        if interrupted and news == "over":
            replies.append(Reply(texts["resume"].strip()))
        return replies


def read_wording() -> Wording:
    """The sentences that come with the program."""
    text = resources.files("bot").joinpath("wording.yml").read_text(encoding="utf-8")
    return Wording(yaml.safe_load(text))
