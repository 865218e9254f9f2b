"""Driving the conversation set through a stack, and what was measured on the way."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from benchmarks.chat import Chat
from benchmarks.conversations import Conversation
from benchmarks.stacks import Stack, Start


@dataclass
class Measured:
    """One stack's figures: a turn's milliseconds as the patient sees them, and what they cost."""

    start: Start
    turns: list[float] = field(default_factory=list)
    fastest: dict[tuple[str, int], float] = field(default_factory=dict)
    """Each turn of the set, by conversation and place, in the round in which it was fastest."""
    silent: list[str] = field(default_factory=list)
    """Where a turn got no reply: the conversation and the turn's place in it."""
    cpu: float = 0.0
    resident: int = 0
    highest: int = 0
    written: dict[str, int] = field(default_factory=dict)


def drive(
    stack: Stack, conversations: Sequence[Conversation], phones: Iterator[str], measured: Measured
) -> None:
    """Hold every conversation once, one after the other, each by a new patient."""
    before = stack.cpu_seconds()
    for conversation in conversations:
        _hold(stack, conversation, next(phones), measured)
    measured.cpu += stack.cpu_seconds() - before
    measured.resident = stack.resident()
    measured.highest = max(stack.highest, measured.highest, measured.resident)
    measured.written = stack.written()


def _hold(stack: Stack, conversation: Conversation, phone: str, measured: Measured) -> None:
    with closing(Chat(stack.port, f"{stack.name}-{phone}")) as chat:
        for place, text in enumerate(conversation.said_by(phone), start=1):
            took, messages = chat.say(text)
            measured.turns.append(took)
            known = measured.fastest.get((conversation.name, place), took)
            measured.fastest[conversation.name, place] = min(known, took)
            if not messages:
                measured.silent.append(f"{conversation.name}, turn {place}")
