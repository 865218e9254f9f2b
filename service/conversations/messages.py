"""What passes between the doors and the database: plain values, frozen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from service.handover import RaisedFlag


@dataclass(frozen=True)
class Incoming:
    """What a channel delivered.

    ``kind``: text, press, picture, document, voice, sticker, edited, other.
    ``album``: the channel's own name of the files that were sent as one; empty for a single one.
    """

    channel: str
    update_key: str
    address: str
    kind: str = "text"
    text: str = ""
    file: str = ""
    name: str = ""
    album: str = ""


@dataclass(frozen=True)
class Button:
    """A choice offered with a message; the payload never leaves the house."""

    title: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """One message to the patient."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One open message and what is needed to answer it."""

    inbound_id: int
    message_id: int
    conversation_id: int
    channel: str
    address: str
    kind: str
    text: str
    press: dict[str, Any] | None
    expired_press: bool
    further: bool
    """It belongs to an album whose first file came just before it."""
    said: tuple[str, ...]
    """The texts that answered the message before this one."""
    in_crisis: bool
    """Whether the patient spoke of not wanting to live a short while ago."""
    dialogue: dict[str, Any]
    honorific: str
    misunderstood: int
    owner: str
    attempts: int
    worker: str
    """Who has the conversation leased for this turn; empty when nobody has."""


@dataclass(frozen=True)
class Outcome:
    """What answering one message amounts to."""

    replies: Sequence[Reply] = ()
    dialogue: dict[str, Any] | None = None
    understanding: dict[str, Any] = field(default_factory=dict)
    flags: Sequence[RaisedFlag] = ()
    misunderstood: int | None = None
    honorific: str | None = None


@dataclass(frozen=True)
class Finished:
    """What became of an outcome: the ids of the messages that go out, and whether more waits."""

    sent: Sequence[int]
    more: bool
