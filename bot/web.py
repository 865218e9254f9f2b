"""The web door: Rasa's REST channel for any Rasa web widget, and our own chat page.

``build_web`` puts the application together; it answers at once, also while the model is loading.
"""

import asyncio
import hashlib
import json
import logging
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.conversation import Conversations, heard
from bot.outage import heard_meanwhile
from bot.webchat import ChatPage
from bot.webinput import DETAIL, is_blank, read_json, refusal
from bot.wording import Wording
from service import conversations as store
from service.clock import Clock
from service.conversations import Incoming
from service.database import Database
from service.errors import DatabaseUnavailable
from service.model import Message as ChatMessage
from service.settings import Settings

logger = logging.getLogger(__name__)

REST_PATIENCE = 60.0
"""Seconds for which Rasa's REST channel waits for an answer."""
LOOK_AGAIN = 1.0
"""Seconds after which the database is asked whether another process has answered."""

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def build_web(
    conversations: Conversations,
    db: Database,
    clock: Clock,
    settings: Settings,
    wording: Wording,
    *,
    rest_patience: float = REST_PATIENCE,
) -> Starlette:
    """The patients' web application.

    ``app.state.close_streams()`` ends the open pages' event streams: a server that is told to stop
    other than by a signal waits for them otherwise.

    Args:
        rest_patience: seconds for which the REST channel waits for an answer.
    """

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok", "ready": conversations.ready})

    page = ChatPage(conversations, db, clock, settings, wording)
    app = Starlette(
        routes=[
            Route("/health", health),
            *_RestChannel(conversations, db, wording, rest_patience).routes(),
            *page.routes(),
            Mount(
                "/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static"
            ),
        ],
        middleware=[Middleware(_Shell)],
        exception_handlers={
            DatabaseUnavailable: _Unavailable(wording["database_down"]),
            HTTPException: _refused,
        },
    )
    app.state.close_streams = page.close
    return app


class _Shell:
    """Around everything: security headers on every answer, and an answer to every failure."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Static files are asked for anew each time, so that an update is seen at once; the rest
        # holds what patients write.
        caching = "no-cache" if scope["path"].startswith("/static/") else "no-store"
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in (*SECURITY_HEADERS.items(), ("cache-control", caching)):
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except ClientDisconnect:
            logger.info("browser left: %s %s", scope["method"], scope["path"])
        except Exception:
            # Starlette's own answer to a failure lies outside of us and would lack the headers.
            logger.exception("request failed: %s %s", scope["method"], scope["path"])
            if not started:
                answer = JSONResponse({"detail": DETAIL["failed"]}, 500)
                await answer(scope, receive, send_on)


class _Unavailable:
    """Says that the database is away, and when to try again."""

    def __init__(self, detail: str) -> None:
        self._detail = detail

    async def __call__(self, request: Request, error: Exception) -> Response:
        logger.warning("%s waits for the database: %s", request.url.path, error)
        return JSONResponse({"detail": self._detail}, 503, {"retry-after": "5"})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = DETAIL["no page"] if error.status_code == 404 else error.detail
    return JSONResponse({"detail": detail}, error.status_code, error.headers)


class _RestChannel:
    """Rasa's REST channel: a message in, the list of its answers out.

    Source: rasa/core/channels/rest.py of Rasa 3.6.
    """

    def __init__(
        self, conversations: Conversations, db: Database, wording: Wording, patience: float
    ) -> None:
        self._conversations = conversations
        self._db = db
        self._wording = wording
        self._patience = patience
        self._awaited: set[int] = set()

    def routes(self) -> list[Route]:
        return [
            Route("/webhooks/rest/", self.status),
            Route("/webhooks/rest/webhook", self.webhook, methods=["POST"]),
        ]

    async def status(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def webhook(self, request: Request) -> Response:
        body = await read_json(request)
        sender, text = _sender(body), _text(body)
        if is_blank(text):
            return _answer(request, [_plain(sender, self._wording["empty"])])
        incoming = Incoming(
            channel="rest",
            update_key=_update_key(sender, body),
            address=sender,
            text=text,
        )
        try:
            inbound, conversation = await self._conversations.receive(incoming)
        except DatabaseUnavailable as error:
            logger.warning("a message was not kept: %s", error)
            texts = heard_meanwhile(self._wording, text, "database_down")
            return _answer(request, [_plain(sender, one) for one in texts])
        return _answer(request, await self._wait(request, sender, inbound, conversation))

    async def _wait(
        self, request: Request, sender: str, inbound: int, conversation: int
    ) -> list[dict[str, Any]]:
        self._awaited.add(inbound)
        try:
            messages = await self._messages(request, inbound, conversation)
        finally:
            self._awaited.discard(inbound)
        if messages is None:
            return [_plain(sender, self._wording["getting_ready"])]
        return [_shown(sender, one) for one in messages]

    async def _messages(
        self, request: Request, inbound: int, conversation: int
    ) -> list[ChatMessage] | None:
        """The answers to a message, and what was sent to this chat earlier and not fetched.

        None when there are none in time.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        while True:
            with self._conversations.listening(conversation) as news:
                # Most messages are answered by the time that it is our turn again.
                await asyncio.sleep(0)
                # While the database is away, the message is kept and its answer still to come.
                with suppress(DatabaseUnavailable):
                    messages = await store.hand_over(self._db, conversation, inbound, self._awaited)
                    if messages is not None:
                        return messages
                left = until - loop.time()
                if left <= 0:
                    return None
                await heard(news, min(LOOK_AGAIN, left))
            if await request.is_disconnected():
                # Nobody reads this answer: it goes out with the next one.
                return []


def _answer(request: Request, messages: list[dict[str, Any]]) -> Response:
    if request.query_params.get("stream", "").lower() == "true":
        lines = "".join(f"{json.dumps(one)}\n" for one in messages)
        return Response(lines, media_type="text/event-stream")
    return JSONResponse(messages)


def _sender(body: dict[str, Any]) -> str:
    sender = body.get("sender")
    if not isinstance(sender, str) or is_blank(sender):
        raise refusal(400, "no sender")
    if len(sender) > 255 or not sender.isprintable():
        raise refusal(400, "no sender")
    return sender


def _text(body: dict[str, Any]) -> str:
    text = body.get("message")
    if text is not None and not isinstance(text, str):
        raise refusal(400, "no text")
    return text or ""


def _update_key(sender: str, body: dict[str, Any]) -> str:
    """A repeated delivery's key is the same again; one sender's key is never another's."""
    metadata = body.get("metadata")
    given = body.get("message_id")
    if given is None and isinstance(metadata, dict):
        given = metadata.get("message_id")
    if not isinstance(given, str | int) or not str(given).strip():
        return uuid.uuid4().hex
    return hashlib.sha256(json.dumps([sender, str(given)]).encode()).hexdigest()


def _plain(sender: str, text: str) -> dict[str, Any]:
    return {"recipient_id": sender, "text": text.strip()}


def _shown(sender: str, message: ChatMessage) -> dict[str, Any]:
    """A message as Rasa sends it: no ``buttons`` where there are none."""
    shown = _plain(sender, message.text)
    if message.buttons:
        shown["buttons"] = [
            {"title": one["title"], "payload": one["payload"]} for one in message.buttons
        ]
    return shown
