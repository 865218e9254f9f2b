"""Somebody with the chat page open, without a browser: what its scripts do, over real HTTP."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bot.webchat import COOKIE
from service import conversations as store
from service.conversations import Reply
from service.model import Message
from tests.web_server import Hospital


class Patient:
    """Somebody with the chat page open: a cookie, and what the page does with it."""

    def __init__(self, hospital: Hospital, client: httpx.AsyncClient) -> None:
        self.hospital = hospital
        self.client = client

    @property
    def address(self) -> str:
        return self.client.cookies[COOKIE]

    async def post(self, **body: Any) -> httpx.Response:
        return await self.client.post("/chat/messages", json={"id": str(uuid.uuid4()), **body})

    async def say(self, text: str) -> int:
        answer = await self.post(text=text)
        assert answer.status_code == 202, answer.text
        inbound: int = answer.json()["inbound"]
        return inbound

    async def send_file(self, content: bytes, name: str = "a", **more: str) -> httpx.Response:
        data = {"id": str(uuid.uuid4()), **more}
        return await self.client.post("/chat/files", data=data, files={"file": (name, content)})

    async def history(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/chat/history")
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()
        return messages

    async def stored(self) -> list[Message]:
        return await store.history(self.hospital.db, "web", self.address)

    async def answered(self) -> list[dict[str, Any]]:
        """The history, once the last word is the hospital's."""
        async with asyncio.timeout(10):
            while not (rows := await self.stored()) or rows[-1].direction == "in":
                await asyncio.sleep(0.02)
        return await self.history()

    async def pushed(self, text: str, author: str = "bot") -> int:
        conversation = (await self.stored())[0].conversation_id
        message = await store.push(
            self.hospital.db, self.hospital.clock, conversation, Reply(text), author=author
        )
        self.hospital.conversations.tell(conversation)
        return message

    @asynccontextmanager
    async def listening(self, after: int = 0, header: str = "") -> AsyncIterator["Stream"]:
        headers = {"Last-Event-ID": header} if header else {}
        async with self.client.stream(
            "GET", "/chat/events", params={"after": after}, headers=headers
        ) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield Stream(answer)


class Stream:
    """What comes through an event stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self.last_id = ""

    async def next(self, name: str = "", within: float = 5) -> dict[str, Any]:
        """The next event, or the next of this name."""
        async with asyncio.timeout(within):
            event, data = "", ""
            async for line in self._lines:
                key, _, value = line.partition(": ")
                if key == "event":
                    event = value
                elif key == "data":
                    data = value
                elif key == "id":
                    self.last_id = value
                elif not line and data and name in ("", event):
                    return {"event": event, **json.loads(data)}
                elif not line:
                    event, data = "", ""
        raise AssertionError("the stream ended")

    async def texts(self, count: int) -> list[str]:
        return [(await self.next("message"))["text"] for _ in range(count)]


@asynccontextmanager
async def a_patient(hospital: Hospital) -> AsyncIterator[Patient]:
    async with httpx.AsyncClient(base_url=hospital.url, timeout=20) as client:
        assert (await client.get("/")).status_code == 200
        yield Patient(hospital, client)
