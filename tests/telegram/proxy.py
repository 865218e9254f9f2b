"""What telegram-test-api lacks of the official Bot API, and failures on demand.

The bot talks to this proxy over HTTP, the proxy to telegram-test-api. It completes answers, keeps
updates until their offset is confirmed (telegram-test-api forgets them at once), adds the secret
token to webhook calls and repeats refused ones, and refuses what Telegram refuses: texts that are
too long, callback data over 64 bytes, keyboards that are gone. Shapes: core.telegram.org/bots/api
"""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

Params = dict[str, Any]


class Refused(Exception):
    """An answer of the Bot API that is not ok."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.answer: Params = {"ok": False, "error_code": status, "description": description}
        if parameters:
            self.answer["parameters"] = parameters


def flood(seconds: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def broken() -> Refused:
    return Refused(500, "Internal Server Error")


def blocked() -> Refused:
    return Refused(403, "Forbidden: bot was blocked by the user")


@dataclass
class Call:
    """One call of the bot."""

    method: str
    params: Params
    at: float = field(default_factory=time.monotonic)


class BotApi:
    """The Bot API for one bot.

    Args:
        upstream: the address of telegram-test-api.
        token: the bot's token; anything else is 401.
    """

    def __init__(self, upstream: str, token: str) -> None:
        self.upstream = upstream
        self.token = token
        self.port = 0
        self.calls: list[Call] = []
        self.commands: list[Params] = []
        self.files: dict[str, bytes] = {}
        self.keyboards: dict[int, Any] = {}
        """The keyboard of each of the bot's messages."""
        self.webhook_statuses: list[int] = []
        self._failures: dict[str, list[Refused]] = {}
        self._updates: list[Params] = []
        self._presses: set[str] = set()
        self._webhook: Params = {}
        self._relaying: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()
        self._unconfirmed = 0
        self._meanwhile: dict[str, Callable[[], Awaitable[None]]] = {}

    async def start(self) -> None:
        """Begin to answer; after a stop again on the same port."""
        self._closing.clear()
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        app.router.add_post("/relay", self._relay)
        self._http = aiohttp.ClientSession()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        self._closing.set()
        for task in self._relaying:
            task.cancel()
        await asyncio.gather(*self._relaying, return_exceptions=True)
        await self._runner.cleanup()
        await self._http.close()

    def meanwhile(self, method: str, happens: Callable[[], Awaitable[None]]) -> None:
        """Let something happen once, after a call is carried out and before it is answered."""
        self._meanwhile[method] = happens

    def fail(self, method: str, *refusals: Refused) -> None:
        """Refuse the next calls of a method, one refusal for each."""
        self._failures.setdefault(method, []).extend(refusals)

    def lose_confirmations(self, count: int) -> None:
        """Hand out updates again although they were confirmed, this many times."""
        self._unconfirmed = count

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def as_client(self, path: str, body: Params) -> Any:
        """Call telegram-test-api's own routes for a person's side of the chat."""
        async with self._http.post(f"{self.upstream}/{path}", json=body) as response:
            return (await response.json())["result"]

    async def _answer(self, request: web.Request) -> web.Response:
        params = await _params(request)
        method = request.match_info["method"]
        self.calls.append(Call(method, params))
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            if self._failures.get(method):
                raise self._failures[method].pop(0)
            result = await self._own(method)(params)
            if method in self._meanwhile:
                await self._meanwhile.pop(method)()
        except Refused as refusal:
            return web.json_response(refusal.answer, status=refusal.status)
        return web.json_response({"ok": True, "result": result})

    def _own(self, method: str) -> Callable[[Params], Awaitable[Any]]:
        answers: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "sendMessage": self._send_message,
            "sendChatAction": self._yes,
            "setMyCommands": self._set_my_commands,
            "answerCallbackQuery": self._answer_callback_query,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getFile": self._get_file,
        }
        if method not in answers:
            raise Refused(404, "Not Found: method not found")
        return answers[method]

    async def _upstream(self, method: str, params: Params) -> Any:
        url = f"{self.upstream}/bot{self.token}/{method}"
        async with self._http.post(url, data=params) as response:
            return (await response.json())["result"]

    async def _yes(self, _params: Params) -> bool:
        return True

    async def _get_me(self, params: Params) -> Params:
        return {**await self._upstream("getMe", params), "is_bot": True}

    async def _get_updates(self, params: Params) -> list[Params]:
        if self._webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(params.get("offset", 0))
        if self._unconfirmed and self._updates:
            self._unconfirmed -= 1
            offset = 0
        self._updates = [one for one in self._updates if one["update_id"] >= offset]
        until = time.monotonic() + float(params.get("timeout", 0))
        while True:
            for update in await self._upstream("getUpdates", {}):
                self._updates.append(self._completed(update))
            if self._updates or time.monotonic() >= until or self._closing.is_set():
                return self._updates
            await asyncio.sleep(0.05)

    def _completed(self, update: Params) -> Params:
        """telegram-test-api knows no edits: a message with a date of edit stands for one."""
        if "callback_query" in update:
            self._presses.add(update["callback_query"]["id"])
            return {**update, "callback_query": {"chat_instance": "1", **update["callback_query"]}}
        message = update["message"]
        if "edit_date" not in message:
            return update
        edited = {**message, "message_id": message["edited_message_id"]}
        return {"update_id": update["update_id"], "edited_message": edited}

    async def _send_message(self, params: Params) -> Params:
        text = str(params.get("text", ""))
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refused(400, "Bad Request: message is too long")
        markup = json.loads(params.get("reply_markup", "null"))
        rows = markup["inline_keyboard"] if markup else []
        for button in itertools.chain.from_iterable(rows):
            if not 1 <= len(button["callback_data"].encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        message = await self._upstream("sendMessage", params)
        self.keyboards[message["message_id"]] = markup
        official = ("message_id", "chat", "text", "reply_markup")
        kept = {key: message[key] for key in official if key in message}
        return {**kept, "date": message["date"] // 1000}

    async def _set_my_commands(self, params: Params) -> bool:
        self.commands = json.loads(params["commands"])
        return True

    async def _answer_callback_query(self, params: Params) -> bool:
        if params["callback_query_id"] not in self._presses:
            raise Refused(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        await self._upstream("answerCallbackQuery", params)
        return True

    async def _edit_message_reply_markup(self, params: Params) -> Params:
        number = int(params["message_id"])
        markup = json.loads(params.get("reply_markup", "null"))
        if number not in self.keyboards:
            raise Refused(400, "Bad Request: message to edit not found")
        if self.keyboards[number] == markup:
            raise Refused(400, "Bad Request: message is not modified")
        await self._upstream("editMessageReplyMarkup", params)
        self.keyboards[number] = markup
        chat = {"id": int(params["chat_id"]), "type": "private"}
        return {"message_id": number, "date": int(time.time()), "chat": chat}

    async def _set_webhook(self, params: Params) -> bool:
        self._webhook = params
        await self._upstream("setWebhook", {"url": f"{self.url}/relay"})
        return True

    async def _delete_webhook(self, params: Params) -> bool:
        self._webhook = {}
        return bool(await self._upstream("deleteWebhook", params))

    async def _relay(self, request: web.Request) -> web.Response:
        # telegram-test-api ends when a webhook refuses, so it is answered at once.
        task = asyncio.create_task(self._post(self._completed(await request.json())))
        self._relaying.add(task)
        task.add_done_callback(self._relaying.discard)
        return web.Response()

    async def _post(self, update: Params) -> None:
        """Post an update to the bot's webhook until it is taken, as Telegram does."""
        secret = self._webhook.get("secret_token", "")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        while True:
            with suppress(aiohttp.ClientError):
                async with self._http.post(
                    self._webhook["url"], json=update, headers=headers
                ) as response:
                    self.webhook_statuses.append(response.status)
                    if response.ok:
                        return
            await asyncio.sleep(0.1)

    async def _get_file(self, params: Params) -> Params:
        path = params["file_id"]
        if path not in self.files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        unique = f"unique{path.replace('/', '').replace('.', '')}"
        size = len(self.files[path])
        return {"file_id": path, "file_unique_id": unique, "file_size": size, "file_path": path}

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["path"])
        if request.match_info["token"] != self.token or content is None:
            return web.json_response(Refused(404, "Not Found").answer, status=404)
        return web.Response(body=content)


async def _params(request: web.Request) -> Params:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {**request.query, **await request.post()}
