"""What is remembered of a dialogue, and what a turn is told: the same for both adapters."""

from typing import Any

from bot.engine import Question

TURN = "turn"
"""The slot through which actions learn about the message: a stock server hands on nothing else."""
_REQUESTED = "requested_slot"
_NOT_KEPT = (TURN, "session_started_metadata")


def turn_of(question: Question) -> dict[str, Any]:
    """What actions may know of the message beside its words."""
    return {
        "inbound": question.inbound_id,
        "honorific": question.honorific,
        "misunderstood": question.misunderstood,
    }


def kept_slots(slots: dict[str, Any], loop: str | None) -> dict[str, Any]:
    """The filled slots that must be remembered; a question is open only while a form is."""
    return {
        name: value
        for name, value in slots.items()
        if value is not None and name not in _NOT_KEPT and (loop or name != _REQUESTED)
    }


def understanding(parsed: dict[str, Any], model: str) -> dict[str, Any]:
    """Intent, confidence, ranking and entities, as they are stored with a message."""
    return {
        "intent": parsed["intent"]["name"],
        "confidence": round(float(parsed["intent"]["confidence"]), 4),
        "ranking": [
            [one["name"], round(float(one["confidence"]), 4)]
            for one in parsed.get("intent_ranking", [])[:4]
        ],
        "entities": [
            {"entity": one["entity"], "value": one["value"]} for one in parsed["entities"]
        ],
        "model": model,
    }
