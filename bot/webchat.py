"""Our own chat page: its messages, its files, and the stream of what is new.

A chat belongs to whoever holds its cookie; nothing else names it to a browser.
"""

import asyncio
import json
import logging
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from weakref import WeakValueDictionary

import anyio
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from bot.conversation import Conversations
from bot.outage import heard_meanwhile
from bot.webinput import (
    MAX_FILE,
    MAX_FORM,
    TOKEN,
    check_same_origin,
    client_id,
    file_kind,
    file_name,
    is_blank,
    keep_file,
    read_json,
    refusal,
    within,
)
from bot.wording import Wording
from service import conversations as store
from service import outbox
from service.clock import Clock
from service.conversations import Incoming
from service.database import Database
from service.errors import DatabaseUnavailable
from service.model import Message
from service.settings import Settings

logger = logging.getLogger(__name__)

CHANNEL = "web"
COOKIE = "xinqiao_chat"
COOKIE_LIFE = 400 * 24 * 3600
"""Seconds; browsers keep no cookie for longer."""
ADDRESS = re.compile(r"[A-Za-z0-9_-]{22}")
LOOK_AGAIN = 2.0
"""Seconds after which the database is asked for what other processes have written."""
LOOK_AGAIN_LOADING = 0.5
PING = 15
GRACE = 5
"""Seconds in which streams end by themselves when the server is told to stop."""
OVERLAP = 50
"""Ids looked back over: of two messages written at once, the earlier one may appear later."""
MAX_ID = 2**31 - 1


@dataclass
class _View:
    """What one open page has been told."""

    address: str
    start: int
    last: int
    told: set[int] = field(default_factory=set)
    conversation: int | None = None
    inbound: int | None = None
    """The patient's last message, while it may be open."""
    typing: bool | None = None
    ready: bool | None = None


class ChatPage:
    """The page and what it talks to."""

    def __init__(
        self,
        conversations: Conversations,
        db: Database,
        clock: Clock,
        settings: Settings,
        wording: Wording,
    ) -> None:
        self._conversations = conversations
        self._db = db
        self._clock = clock
        self._settings = settings
        self._wording = wording
        self._templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
        self._newcomers: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()
        self._streams: set[anyio.Event] = set()
        # At debug level this library logs what it sends: patients' words.
        logging.getLogger("sse_starlette").setLevel(logging.INFO)

    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/chat/messages", self.take_message, methods=["POST"]),
            Route("/chat/files", self.take_file, methods=["POST"]),
            Route("/chat/history", self.history),
            Route("/chat/events", self.events),
        ]

    def close(self) -> None:
        """End all event streams; pages then connect again."""
        for stop in self._streams:
            stop.set()

    async def page(self, request: Request) -> Response:
        context = {
            "ready": self._conversations.ready,
            "getting_ready": self._wording["getting_ready"],
            "rehearsal": self._wording["rehearsal"] if self._settings.rehearsal else "",
            "zone": self._settings.zone.key,
            "now": self._clock.now().isoformat(),
        }
        answer = self._templates.TemplateResponse(request, "chat.html", context)
        if _address(request) is None:
            answer.set_cookie(
                COOKIE,
                secrets.token_urlsafe(16),
                max_age=COOKIE_LIFE,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        return answer

    async def take_message(self, request: Request) -> Response:
        """Keep a message or a pressed button; the same client id again is the same message."""
        check_same_origin(request)
        address = _known_address(request)
        body = await read_json(request)
        kind, text = _content(body)
        return await self._take(
            Incoming(
                channel=CHANNEL,
                update_key=f"{address}:{client_id(body.get('id'))}",
                address=address,
                kind=kind,
                text=text,
            )
        )

    async def take_file(self, request: Request) -> Response:
        """Keep a picture or a PDF below the attachments, and that it was sent."""
        check_same_origin(request)
        address = _known_address(request)
        async with within(request, MAX_FORM).form(max_files=1, max_fields=4) as form:
            upload, name = form.get("file"), client_id(form.get("id"))
            if not isinstance(upload, UploadFile):
                raise refusal(400, "no file")
            if (upload.size or 0) > MAX_FILE:
                raise refusal(413, "too large")
            kind = file_kind(await upload.read(16))
            if kind is None:
                raise refusal(415, "file kind")
            await upload.seek(0)
            chat = await store.conversation_for(self._db, self._clock, CHANNEL, address)
            path = f"{chat}/{name}.{kind[1]}"
            await self._keep(upload.file, path)
            return await self._take(
                Incoming(
                    channel=CHANNEL,
                    update_key=f"{address}:{name}",
                    address=address,
                    kind=kind[0],
                    file=path,
                    name=file_name(upload.filename or ""),
                )
            )

    async def _keep(self, source: BinaryIO, path: str) -> None:
        try:
            await asyncio.to_thread(keep_file, source, self._settings.attachments / path)
        except OSError as error:
            logger.error("an upload was not kept: %s", error)
            raise refusal(503, "no room") from error

    async def _take(self, incoming: Incoming) -> Response:
        try:
            inbound, conversation = await self._conversations.receive(incoming)
        except DatabaseUnavailable as error:
            logger.warning("a message was not kept: %s", error)
            texts = heard_meanwhile(self._wording, incoming.text, "outage_page")
            return JSONResponse({"detail": "\n".join(texts)}, 503, {"retry-after": "5"})
        newcomer = self._newcomers.pop(incoming.address, None)
        if newcomer is not None:
            newcomer.set()
        # The chat's other open pages show it at once, and that it is being answered.
        self._conversations.tell(conversation)
        return JSONResponse({"inbound": inbound}, 202)

    async def history(self, request: Request) -> Response:
        """The messages of this chat, oldest first; what waited to be fetched is sent by this."""
        rows = await store.history(self._db, CHANNEL, _known_address(request))
        shown = [self._shown(one, _titles(rows)) for one in rows]
        await self._note_sent(rows)
        return JSONResponse(shown)

    async def events(self, request: Request) -> Response:
        """What is new in this chat, as it comes."""
        address, after = _known_address(request), _last_event(request)
        view, stop = _View(address, start=after, last=after), anyio.Event()
        return EventSourceResponse(
            self._stream(view, stop),
            shutdown_event=stop,
            shutdown_grace_period=GRACE,
            ping=PING,
            # An event and not a comment, so that the page notices a connection gone silent.
            ping_message_factory=lambda: ServerSentEvent("{}", event="ping"),
        )

    async def _stream(self, view: _View, stop: anyio.Event) -> AsyncIterator[ServerSentEvent]:
        self._streams.add(stop)
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                known = view.conversation
                news = asyncio.create_task(self._news(view))
                try:
                    # Listening must have begun before we look, or news in between would be missed.
                    await asyncio.sleep(0)
                    async for event in self._untold(view):
                        yield event
                    if view.conversation == known:
                        # A chat just found was not listened to yet: look again first.
                        await asyncio.wait({news, stopping}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    news.cancel()
        finally:
            self._streams.discard(stop)
            stopping.cancel()

    async def _untold(self, view: _View) -> AsyncIterator[ServerSentEvent]:
        """What the page does not know yet: readiness, and what the database has."""
        if view.ready is not self._conversations.ready:
            view.ready = self._conversations.ready
            yield _event("ready" if view.ready else "preparing", {"ready": view.ready})
        try:
            events, fresh = await self._look(view)
            for event in events:
                yield event
            await self._note_sent(fresh)
        except DatabaseUnavailable as error:
            logger.warning("an event stream waits for the database: %s", error)

    async def _news(self, view: _View) -> None:
        """Wait until it is worth looking again."""
        pause = LOOK_AGAIN if self._conversations.ready else LOOK_AGAIN_LOADING
        if view.conversation is not None:
            await self._conversations.wait_for(view.conversation, pause)
            return
        first_message = self._newcomers.setdefault(view.address, asyncio.Event())
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await first_message.wait()

    async def _look(self, view: _View) -> tuple[list[ServerSentEvent], list[Message]]:
        """Messages and typing, as far as the page does not know them yet."""
        events = []
        first = view.typing is None
        after = 0 if first else max(0, view.last - OVERLAP)
        rows = await store.history(self._db, CHANNEL, view.address, after=after)
        fresh = [one for one in rows if _is_fresh(one, view)]
        typing = await self._is_open(rows if first else fresh, view)
        for one in fresh:
            view.told.add(one.id)
            view.last = max(view.last, one.id)
            events.append(_event("message", self._shown(one, _titles(rows)), view.last))
        view.told = {one for one in view.told if one > view.last - OVERLAP}
        if typing is not view.typing:
            view.typing = typing
            events.append(_event("typing", {"typing": typing}))
        return events, fresh

    async def _is_open(self, rows: Sequence[Message], view: _View) -> bool:
        """Whether the patient's last message is still to be answered."""
        for one in rows:
            view.conversation = one.conversation_id
            if one.direction == "in":
                view.inbound = one.inbound_id
        if view.inbound is None:
            return False
        if await store.replies_to(self._db, view.inbound) is not None:
            view.inbound = None
        return view.inbound is not None

    async def _note_sent(self, messages: Sequence[Message]) -> None:
        await outbox.note_sent(self._db, [one.id for one in messages if _is_pending(one)])

    def _shown(self, message: Message, titles: dict[str, str]) -> dict[str, Any]:
        """A message as the page gets it: nothing about who among the staff wrote it."""
        kind, text = "text", message.text
        if message.direction == "in" and TOKEN.fullmatch(text.strip()):
            kind, text = "press", titles.get(text.strip(), "")
        elif message.direction == "in" and not text:
            kind = "file"
        return {
            "id": message.id,
            "inbound": message.inbound_id if message.direction == "in" else None,
            "direction": message.direction,
            "author": message.author if message.author in ("patient", "bot") else "staff",
            "kind": kind,
            "text": text,
            "buttons": [{**one, "aside": bool(one.get("aside"))} for one in message.buttons],
            "at": message.at.isoformat(),
        }


def _address(request: Request) -> str | None:
    address = request.cookies.get(COOKIE, "")
    return address if ADDRESS.fullmatch(address) else None


def _known_address(request: Request) -> str:
    address = _address(request)
    if address is None:
        raise refusal(401, "no chat")
    return address


def _content(body: dict[str, Any]) -> tuple[str, str]:
    text, press = body.get("text"), body.get("press")
    if isinstance(text, str) and press is None:
        if is_blank(text):
            raise refusal(400, "no content")
        return "text", text
    if isinstance(press, str) and text is None and TOKEN.fullmatch(press):
        return "press", press
    raise refusal(400, "no content")


def _last_event(request: Request) -> int:
    """Where a page left off: browsers send the header when they connect again by themselves."""
    given = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return min(int(given), MAX_ID) if re.fullmatch("[0-9]{1,18}", given) else 0


def _titles(rows: Sequence[Message]) -> dict[str, str]:
    """Buttons' words by their tokens."""
    return {one["payload"]: one["title"] for row in rows for one in row.buttons}


def _is_pending(message: Message) -> bool:
    return message.direction == "out" and message.state == "pending"


def _is_fresh(message: Message, view: _View) -> bool:
    return message.id not in view.told and (message.id > view.start or _is_pending(message))


def _event(name: str, data: dict[str, Any], key: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(
        json.dumps(data), event=name, id=None if key is None else str(key), retry=2000
    )
