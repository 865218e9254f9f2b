"""The port to Rasa: one message and where the dialogue stands in, replies and a new standing out.

Two adapters fill it: ``embedded`` (a Rasa agent in this process, actions too) and ``server`` (a
stock ``rasa run`` with ``rasa run actions``). Both keep nothing of a conversation between turns.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Protocol

from service.conversations import Button, Reply
from service.handover import RaisedFlag


class EngineNotReady(Exception):
    """The model is still being loaded, or the Rasa server does not answer. Try again later."""


class EngineFailed(Exception):
    """Rasa or an action failed on this message; nothing of the turn counts."""


@dataclass(frozen=True)
class Question:
    """One message for the engine.

    ``press`` is a payload that was offered with a button, such as ``/affirm``; text that a patient
    typed never takes that way.
    """

    conversation_id: int
    inbound_id: int
    text: str
    press: str | None = None
    dialogue: dict[str, Any] = field(default_factory=dict)
    honorific: str = ""
    misunderstood: int = 0


@dataclass(frozen=True)
class Response:
    """What the engine makes of a message.

    ``dialogue`` is all that must be remembered; ``understanding`` holds intent, confidence, ranking
    and entities.
    """

    replies: tuple[Reply, ...]
    dialogue: dict[str, Any]
    understanding: dict[str, Any]
    flags: tuple[RaisedFlag, ...] = ()
    misunderstood: int = 0
    honorific: str | None = None


class Engine(Protocol):
    """Understands and answers one message."""

    async def respond(self, question: Question) -> Response:
        """Answer one message.

        Raises:
            EngineNotReady: try again later.
            EngineFailed: this message cannot be answered by the engine.
            DatabaseUnavailable: an action needed the database.
        """
        ...

    async def close(self) -> None: ...


def collect(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What Rasa's messages hold: replies, and the signals that actions send beside them.

    Returns:
        Keyword arguments of ``Response``: replies, flags, misunderstood, honorific.
    """
    replies: list[Reply] = []
    flags: list[RaisedFlag] = []
    signals: dict[str, Any] = {}
    for message in messages:
        custom = message.get("custom") or {}
        if "flag" in custom:
            flags.append(RaisedFlag(custom["flag"], custom.get("reason", "")))
        signals.update(
            {key: custom[key] for key in ("misunderstood", "honorific") if key in custom}
        )
        if message.get("text"):
            replies.append(Reply(message["text"], tuple(_buttons(message.get("buttons") or []))))
    return {
        "replies": tuple(replies),
        "flags": tuple(flags),
        "misunderstood": signals.get("misunderstood", 0),
        "honorific": signals.get("honorific"),
    }


def _buttons(raw: list[dict[str, Any]]) -> list[Button]:
    return [
        Button(one["title"], {"say": one["payload"], "aside": bool(one.get("aside"))})
        for one in raw
    ]


def harmless(text: str) -> str:
    """Patient's text that Rasa cannot take for a command: ``/restart`` typed is only words."""
    stripped = text.lstrip()
    return f"“{text}" if stripped[:1] in ("/", "／", "⁄", "∕") else text


def parse_press(payload: str) -> dict[str, Any]:
    """The parsed message that a button's payload stands for: ``/intent{"entity": value}``."""
    name, brace, values = payload.removeprefix("/").partition("{")
    entities = json.loads(brace + values) if brace else {}
    return {
        "text": payload,
        "intent": {"name": name, "confidence": 1.0},
        "intent_ranking": [{"name": name, "confidence": 1.0}],
        "entities": [
            {"entity": key, "value": value, "start": 0, "end": 0} for key, value in entities.items()
        ],
    }
