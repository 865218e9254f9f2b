"""The engine as a stock Rasa server: ``rasa run --enable-api`` beside ``rasa run actions``.

Where a dialogue stands is put into Rasa's tracker before each turn and read from it afterwards, so
that the server keeps nothing that we need, and may be restarted or replaced at any time.
"""

from typing import Any

import httpx

from bot.engine import (
    EngineFailed,
    EngineNotReady,
    Question,
    Response,
    collect,
    harmless,
    parse_press,
)
from bot.engine.snapshot import TURN, kept_slots, turn_of, understanding

TIMEOUT = 30.0


class ServerEngine:
    """Speaks to a Rasa server.

    Args:
        url: such as ``http://localhost:5005``.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=url.rstrip("/"), timeout=TIMEOUT)

    async def respond(self, question: Question) -> Response:
        sender = str(question.conversation_id)
        path = f"/conversations/{sender}/tracker"
        await self._call("PUT", f"{path}/events", json=_events(question))
        if question.press is None:
            messages = await self._say(sender, question.text)
        else:
            messages = await self._press(sender, question.press)
        tracker = await self._call("GET", path, params={"include_events": "NONE"})
        loop = (tracker.get("active_loop") or {}).get("name")
        parsed = parse_press(question.press) if question.press else tracker["latest_message"]
        return Response(
            dialogue={"slots": kept_slots(tracker["slots"], loop), "loop": loop},
            understanding=understanding(parsed, "server"),
            **collect(messages),
        )

    async def parse(self, text: str) -> dict[str, Any]:
        """What the model understands in a text: ``intent``, ``intent_ranking``, ``entities``."""
        parsed: dict[str, Any] = await self._call(
            "POST", "/model/parse", json={"text": harmless(text)}
        )
        return parsed

    async def _say(self, sender: str, text: str) -> list[dict[str, Any]]:
        said = {"sender": sender, "message": harmless(text)}
        messages: list[dict[str, Any]] = await self._call(
            "POST", "/webhooks/rest/webhook", json=said
        )
        return messages

    async def _press(self, sender: str, payload: str) -> list[dict[str, Any]]:
        """A payload written as a message would come to the actions like typed words."""
        parsed = parse_press(payload)
        # Actions tell a press by its values: without any of its own it gets one.
        entities = parsed["entities"] or [{"entity": "pressed", "value": True}]
        wish = {"name": parsed["intent"]["name"], "entities": entities}
        answer = await self._call("POST", f"/conversations/{sender}/trigger_intent", json=wish)
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    async def _call(self, method: str, path: str, **arguments: Any) -> Any:
        try:
            answer = await self._client.request(method, path, **arguments)
        except httpx.TransportError as error:
            raise EngineNotReady(type(error).__name__) from error
        if answer.status_code == 409 or answer.status_code >= 500:
            raise EngineNotReady(f"Rasa answered {answer.status_code}")
        if answer.status_code != 200:
            raise EngineFailed(f"Rasa answered {answer.status_code} to {method}")
        return answer.json()

    async def close(self) -> None:
        await self._client.aclose()


def _events(question: Question) -> list[dict[str, Any]]:
    slots = {**question.dialogue.get("slots", {}), TURN: turn_of(question)}
    events: list[dict[str, Any]] = [
        {"event": "action", "name": "action_session_start"},
        {"event": "session_started"},
        *({"event": "slot", "name": name, "value": value} for name, value in slots.items()),
    ]
    if question.dialogue.get("loop"):
        events.append({"event": "active_loop", "name": question.dialogue["loop"]})
    return [*events, {"event": "action", "name": "action_listen"}]
