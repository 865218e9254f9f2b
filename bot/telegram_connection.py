"""The line to Telegram's server: settings checked, connected with patience, updates received."""

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

from telegram import BotCommand, Update, User
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import AIORateLimiter, ExtBot, Updater
from telegram.request import HTTPXRequest

from bot.telegram_reading import MENU, UPDATES
from service.errors import DatabaseUnavailable
from service.settings import SettingError, Settings

logger = logging.getLogger(__name__)

LONG_POLL = timedelta(seconds=20)
POLL_PAUSE = 0.1
LONGEST_PAUSE = 60.0
STOP_PATIENCE = 3.0

Keep = Callable[[Update], Awaitable[None]]
"""Keeps an update, or raises DatabaseUnavailable."""

Unkept = Callable[[Sequence[Update]], None]
"""Is told which updates must wait while the database is away."""


class PatientBot(ExtBot[int]):
    """A bot whose polling outlives a server that says 401 or 404 for a while.

    Updater takes either for a wrong token and ends the polling for good, unseen.
    """

    _fetched: tuple[Update, ...] = ()

    def since(self, update: Update) -> Sequence[Update]:
        """An update and those that were fetched together with it and come after it."""
        return [one for one in self._fetched if one.update_id >= update.update_id]

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        try:
            self._fetched = await super().get_updates(*args, **kwargs)
            return self._fetched
        except InvalidToken as error:
            raise NetworkError("the token was not accepted") from error


class Connection:
    """A bot that receives updates by polling or webhook, from when Telegram can be reached.

    Args:
        keep: is given each update; Telegram forgets it only after this has returned.
        unkept: is given what polling has fetched and cannot keep, each time it is fetched.

    Raises:
        SettingError: the token is missing, or a webhook is wanted that cannot be served safely.
    """

    def __init__(self, settings: Settings, keep: Keep, unkept: Unkept) -> None:
        _check(settings)
        # Opts in to durations as timedelta; without it the library warns at every use.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._settings = settings
        self.bot = _build(settings)
        self._updater = Updater(
            self.bot, _Inbox(keep, lambda update: unkept(self.bot.since(update)))
        )
        self._connecting: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        """Set when Telegram was reached for the first time."""

    @property
    def me(self) -> User | None:
        """The bot's own account; None before the first connection."""
        try:
            return self.bot.bot
        except RuntimeError:
            return None

    def start(self) -> None:
        """Connect in the background, trying until it succeeds."""
        # At INFO, httpx logs every address it calls, and Telegram's contain the token.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._connecting = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        """Stop receiving and close all connections."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._updater.running:
            # While Telegram is away, Updater sleeps up to half a minute before it sees the stop.
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_PATIENCE):
                    await self._updater.stop()
        await self._updater.shutdown()
        await self.bot.shutdown()

    async def _connect(self) -> None:
        pause = 1.0
        while True:
            try:
                await self._updater.initialize()
                await self._begin_receiving()
                break
            except InvalidToken:
                logger.error("Telegram does not accept TELEGRAM_BOT_TOKEN")
            except TelegramError as error:
                logger.warning("Telegram cannot be reached yet: %s", type(error).__name__)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                logger.error("TELEGRAM_API_BASE_URL: no Bot API there (%s)", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        logger.info("Telegram is connected")
        self.connected.set()
        try:
            await self.bot.set_my_commands([BotCommand(*entry) for entry in MENU.items()])
        except TelegramError as error:
            logger.warning("the commands menu was not set: %s", type(error).__name__)

    async def _begin_receiving(self) -> None:
        if self._settings.telegram_webhook:
            await self.bot.set_webhook(
                self._settings.telegram_webhook,
                secret_token=self._settings.telegram_webhook_secret,
                allowed_updates=UPDATES,
            )
            return
        await self._updater.start_polling(
            poll_interval=POLL_PAUSE,
            timeout=LONG_POLL,
            bootstrap_retries=-1,
            allowed_updates=UPDATES,
            error_callback=_note_polling_error,
        )


class _Inbox(asyncio.Queue[object]):
    """What Updater takes for a queue: an update that was put here is in the database."""

    def __init__(self, keep: Keep, unkept: Callable[[Update], None]) -> None:
        super().__init__()
        self._keep = keep
        self._unkept = unkept

    async def put(self, item: object) -> None:
        """Keep an update.

        Raises:
            NetworkError: not kept. Any other exception would end the polling for good; after this
                one the update is fetched again.
        """
        if not isinstance(item, Update):
            return
        try:
            await self._keep(item)
        except DatabaseUnavailable as error:
            # Updater stops at the first one: nobody behind it would hear anything.
            self._unkept(item)
            raise NetworkError("the database is away") from error
        except Exception as error:
            # The error's own text may hold the patient's, so only its type is logged.
            logger.error("update %s was not kept: %s", item.update_id, type(error).__name__)
            raise NetworkError("an update could not be kept") from error


def _build(settings: Settings) -> PatientBot:
    api = settings.telegram_api.rstrip("/") or "https://api.telegram.org"
    return PatientBot(
        token=settings.telegram_token,
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=HTTPXRequest(connect_timeout=10, read_timeout=20, pool_timeout=10),
        get_updates_request=HTTPXRequest(connection_pool_size=1, read_timeout=15),
        # No retries here: the outbox remembers what is to be tried again, also over a restart.
        rate_limiter=AIORateLimiter(max_retries=0),
    )


def _check(settings: Settings) -> None:
    if not settings.telegram_token:
        _refuse("TELEGRAM_BOT_TOKEN", "", "the token that @BotFather gave")
    if not settings.telegram_webhook:
        return
    address = urlsplit(settings.telegram_webhook)
    if not address.hostname or address.path in ("", "/"):
        expected = "an address with a path, such as https://hospital.example/telegram"
        _refuse("TELEGRAM_WEBHOOK_URL", settings.telegram_webhook, expected)
    secret = settings.telegram_webhook_secret
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        # The value itself is not repeated: this text ends up in logs.
        expected = "1 to 256 of A-Z, a-z, 0-9, _ and -; without it anybody could post messages"
        _refuse("TELEGRAM_WEBHOOK_SECRET", "…" if secret else "", expected)


def _refuse(name: str, value: str, expected: str) -> NoReturn:
    raise SettingError(f"{name}={value!r}: expected {expected}")


def _note_polling_error(error: TelegramError) -> None:
    logger.warning("polling waits: %s", type(error).__name__)
