"""The Telegram door: updates are kept before Telegram may forget them, replies are delivered.

Read ``TelegramDoor.take_in`` for the way in and ``TelegramDoor.send`` for the way out. Telegram
being out of reach never stops the program: the door keeps trying, and the web chat goes on.
"""

import asyncio
import hmac
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import CallbackQuery, InlineKeyboardMarkup, LinkPreviewOptions, Update
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.conversation import Conversations
from bot.outage import heard_meanwhile
from bot.telegram_connection import Connection
from bot.telegram_files import FileFetcher
from bot.telegram_reading import CHANNEL, calls_bot, is_private, read_update, unreadable
from bot.telegram_sending import delivery_errors, is_gone, keyboard, split_text
from bot.telegram_typing import Typing
from bot.wording import Wording
from service import safety
from service.clock import Clock
from service.conversations import Incoming
from service.database import Database
from service.errors import DatabaseUnavailable
from service.outbox import Delivery
from service.settings import Settings

logger = logging.getLogger(__name__)

REFUSAL_PAUSE = timedelta(minutes=1)
REMEMBERED = 1_000
"""How many deliveries and groups are remembered in memory."""


class TelegramDoor:
    """Telegram as a channel: receives by polling or webhook, delivers as a ``Messenger``.

    Args:
        settings: the token, the Bot API server, the webhook's address and secret, the staff group.

    Raises:
        SettingError: the token is missing, or a webhook is wanted that cannot be served safely.
    """

    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Clock,
        conversations: Conversations,
        wording: Wording,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._conversations = conversations
        self._wording = wording
        self._connection = Connection(settings, self.take_in, self._announce_outage)
        self._bot = self._connection.bot
        self._typing = Typing(self._bot, db, conversations)
        self._files = FileFetcher(self._bot, db, conversations, settings.attachments)
        self._staff_group = settings.telegram_staff_group
        self._background: set[asyncio.Task[None]] = set()
        self._delivered: OrderedDict[int, list[str]] = OrderedDict()
        self._refused: OrderedDict[int, datetime] = OrderedDict()
        self._told: set[str] = set()

    @property
    def channel(self) -> str:
        """The name under which conversations and the outbox know this channel."""
        return CHANNEL

    @property
    def webhook_path(self) -> str:
        """The path on which this program serves the webhook; empty when polling."""
        return urlsplit(self._settings.telegram_webhook).path

    async def start(self) -> None:
        """Begin to receive, as soon as Telegram can be reached; returns at once."""
        self._connection.start()
        self._in_background(self._fetch_missing_files())

    async def _fetch_missing_files(self) -> None:
        await self._connection.connected.wait()
        await self._files.fetch_missing()

    async def stop(self) -> None:
        """Stop receiving and delivering; what was kept is answered after the next start."""
        tasks = list(self._background)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._connection.stop()

    def route(self) -> Route:
        """The webhook's route, for the web application to include."""

        async def webhook(request: Request) -> Response:
            secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
            if not self._is_from_telegram(secret):
                return Response(status_code=403)
            try:
                body = await request.json()
            except ValueError:
                return Response(status_code=400)
            return Response(status_code=await self.handle_webhook(body, secret))

        return Route(self.webhook_path, webhook, methods=["POST"])

    async def handle_webhook(self, body: dict[str, Any], secret: str) -> int:
        """Keep one update that Telegram posted.

        Args:
            body: the posted JSON.
            secret: the header ``X-Telegram-Bot-Api-Secret-Token``; empty when missing.

        Returns:
            The HTTP status: 200 kept, 403 wrong secret, 400 not an update, 503 the database is
            away, so that Telegram posts it again.
        """
        if not self._is_from_telegram(secret):
            return 403
        try:
            update = Update.de_json(body, self._bot)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            logger.warning("the webhook got what is no update: %s", type(error).__name__)
            return 400
        try:
            await self.take_in(update)
        except DatabaseUnavailable:
            self._announce_outage([update])
            return 503
        return 200

    def _is_from_telegram(self, secret: str) -> bool:
        expected = self._settings.telegram_webhook_secret if self.webhook_path else ""
        return bool(expected) and hmac.compare_digest(secret.encode(), expected.encode())

    async def take_in(self, update: Update) -> None:
        """Keep an update and see to what goes with it; the same update again is kept once.

        Raises:
            DatabaseUnavailable: it was not kept; Telegram must not be told that it was.
        """
        incoming = _read(update)
        if incoming is None:
            self._refuse_group(update)
            return
        inbound_id, conversation_id = await self._conversations.receive(incoming)
        self._told.clear()
        self._in_background(self._typing.show(incoming.address, conversation_id, inbound_id))
        if update.callback_query is not None:
            self._in_background(self._acknowledge_press(update.callback_query))
        if incoming.file:
            self._in_background(self._files.fetch(incoming.file, conversation_id, inbound_id))

    async def send(self, delivery: Delivery) -> str:
        """Deliver a message, in parts when it is long, the buttons under the last one.

        What Telegram has taken is not sent again when the rest, or noting it, failed.

        Returns:
            Telegram's id of the last part.

        Raises:
            Unreachable, TryLater.
        """
        parts = split_text(delivery.text)
        done = self._delivered.setdefault(delivery.message_id, [])
        _shorten(self._delivered)
        for number, part in enumerate(parts[len(done) :], start=len(done) + 1):
            buttons = keyboard(delivery.buttons) if number == len(parts) else None
            with delivery_errors():
                done.append(await self._send_part(delivery, part, buttons))
        return done[-1] if done else ""

    async def _send_part(
        self, delivery: Delivery, text: str, buttons: InlineKeyboardMarkup | None
    ) -> str:
        try:
            return await self._say(delivery.address, text, buttons)
        except BadRequest as error:
            if buttons is None or is_gone(error):
                raise
            # Without its buttons a message can still be read, and answered by typing their words.
            logger.warning("buttons of message %s were refused", delivery.message_id)
            return await self._say(delivery.address, text)

    async def _say(self, chat: str, text: str, buttons: InlineKeyboardMarkup | None = None) -> str:
        # A preview makes Telegram open the link, which would use up a one-time link.
        no_preview = LinkPreviewOptions(is_disabled=True)
        try:
            message = await self._bot.send_message(
                chat, text, reply_markup=buttons, link_preview_options=no_preview
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # Telegram has the message, its answer cannot be read: trying again would double it.
            logger.warning("answer to sendMessage not understood: %s", type(error).__name__)
            return ""
        return str(message.message_id)

    async def alert_staff(self, text: str) -> None:
        """Tell the staff group; does nothing when there is none.

        Raises:
            Unreachable, TryLater.
        """
        if not self._staff_group:
            return
        with delivery_errors():
            for part in split_text(text):
                try:
                    await self._say(self._staff_group, part)
                except ChatMigrated as error:
                    self._staff_group = str(error.new_chat_id)
                    logger.error(
                        "staff group moved: set TELEGRAM_STAFF_GROUP=%s", self._staff_group
                    )
                    await self._say(self._staff_group, part)

    async def _acknowledge_press(self, query: CallbackQuery) -> None:
        """End the button's waiting sign, and take away buttons that were used."""
        try:
            await query.answer()
        except BadRequest as error:
            # Telegram waits some seconds for this; the press itself is kept all the same.
            logger.debug("a press was acknowledged too late: %s", error.message)
        if query.message is not None:
            chat, message = query.message.chat.id, query.message.message_id
            await self._bot.edit_message_reply_markup(chat, message, reply_markup=None)

    def _refuse_group(self, update: Update) -> None:
        """One polite refusal for those who call the bot in a group; nothing of it is kept."""
        message, me = update.message or update.channel_post, self._connection.me
        if message is None or me is None or is_private(message.chat):
            return
        group = message.chat.id
        if str(group) == self._staff_group or not calls_bot(message, me):
            return
        now = self._clock.now()
        if group in self._refused and now - self._refused[group] < REFUSAL_PAUSE:
            return
        self._refused[group] = now
        _shorten(self._refused)
        self._in_background(self._tell(str(group), self._wording["group"]))

    def _announce_outage(self, updates: Sequence[Update]) -> None:
        """Each patient hears once that it takes a while; danger is answered each time."""
        for update in updates:
            incoming = _read(update)
            if incoming is None:
                continue
            in_danger = safety.check(incoming.text) is not None
            key = incoming.update_key if in_danger else incoming.address
            if key not in self._told:
                self._told.add(key)
                texts = heard_meanwhile(self._wording, incoming.text, "outage_telegram")
                self._in_background(self._tell(incoming.address, *texts))

    async def _tell(self, chat: str, *texts: str) -> None:
        for text in texts:
            await self._say(chat, text)

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_tolerant(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _read(update: Update) -> Incoming | None:
    try:
        return read_update(update)
    except Exception as error:
        # One strange update must not keep all others waiting behind it. The error's own text may
        # hold the patient's, so only its type is logged.
        logger.error("update %s could not be read: %s", update.update_id, type(error).__name__)
        return unreadable(update)


def _shorten(remembered: OrderedDict[int, Any]) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)


async def _tolerant(work: Coroutine[Any, Any, None]) -> None:
    """Run what is not worth failing for, such as a typing sign."""
    try:
        await work
    except (TelegramError, DatabaseUnavailable) as error:
        logger.debug("left undone: %s", type(error).__name__)
    except Exception as error:
        logger.error("left undone, unexpectedly: %s", type(error).__name__)
