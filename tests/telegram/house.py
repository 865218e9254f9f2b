"""The house as a patient on Telegram meets it: real database, real HTTP, real Telegram library."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.conversation import Conversations
from bot.delivery import Courier
from bot.telegram import TelegramDoor
from bot.wording import Wording, read_wording
from service import conversations as store
from service.clock import MovableClock
from service.database import Database
from service.migrations import upgrade
from service.model import Attachment, Message
from service.settings import Settings, read_settings
from tests.fakes import EchoEngine, QuietAlerts
from tests.telegram.proxy import BotApi

PATIENCE = 15.0
_people = itertools.count(70_001)


class Person:
    """Somebody with a Telegram account, in a private chat with the bot or in a group.

    Args:
        chat: the group in which this person writes; the private chat with the bot when not given.
    """

    def __init__(self, api: BotApi, name: str, chat: dict[str, Any] | None = None) -> None:
        self._api = api
        self.account = {"id": next(_people), "is_bot": False, "first_name": name}
        self.chat = chat or {"id": self.account["id"], "type": "private", "first_name": name}

    @property
    def address(self) -> str:
        return str(self.chat["id"])

    async def sends(self, **content: Any) -> None:
        """Send a message of any kind, in the Bot API's own words."""
        message = {"from": self.account, "chat": self.chat, "date": int(time.time()), **content}
        await self._api.as_client("sendMessage", {"botToken": self._api.token, **message})

    async def says(self, text: str) -> None:
        await self.sends(text=text)

    async def commands(self, text: str) -> None:
        length = len(text.split()[0])
        entities = [{"type": "bot_command", "offset": 0, "length": length}]
        await self.sends(text=text, entities=entities)

    async def presses(self, title: str) -> None:
        """Press a button under the last message that has one of this title."""
        for message in reversed(await self.inbox()):
            for button in buttons_of(message):
                if button["text"] == title:
                    await self.presses_data(button["callback_data"], message["messageId"])
                    return
        raise AssertionError(f"no button {title}")

    async def presses_data(self, data: str, message_id: int = 1) -> None:
        message = {"message_id": message_id, "date": int(time.time()), "chat": self.chat}
        callback = {"from": self.account, "message": message, "data": data}
        await self._api.as_client("sendCallback", {"botToken": self._api.token, **callback})

    async def inbox(self) -> list[dict[str, Any]]:
        """What telegram-test-api holds of the bot's messages to this chat."""
        everything = await self._api.as_client("getUpdatesHistory", {"token": self._api.token})
        return [
            one
            for one in everything
            if "message" in one and str(one["message"].get("chat_id")) == self.address
        ]

    async def has_heard(self) -> list[str]:
        """The texts of the bot's messages so far."""
        return [one["message"]["text"] for one in await self.inbox()]

    async def hears(self, count: int = 1) -> list[str]:
        """Wait for so many messages in all; more than that is a failure of the test."""

        async def enough() -> bool:
            return len(await self.has_heard()) >= count

        await until(enough)
        heard = await self.has_heard()
        assert len(heard) == count, heard
        return heard


def buttons_of(message: dict[str, Any]) -> list[dict[str, str]]:
    rows = (message["message"].get("reply_markup") or {}).get("inline_keyboard", [])
    return list(itertools.chain.from_iterable(rows))


async def until(holds: Callable[[], Awaitable[Any]], patience: float = PATIENCE) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + patience
    while not await holds():
        assert time.monotonic() < end, "it did not come to hold in time"
        await asyncio.sleep(0.02)


async def quiet(seconds: float = 0.6) -> None:
    """Let pass what must not happen: longer than any of the loops needs for a round."""
    await asyncio.sleep(seconds)


@dataclass
class House:
    """A running Telegram door and what lies behind it."""

    home: Path
    settings: Settings
    db: Database
    clock: MovableClock
    wording: Wording
    conversations: Conversations
    engine: EchoEngine
    alerts: QuietAlerts
    door: TelegramDoor

    async def messages(self, person: Person) -> Sequence[Message]:
        """All that is kept of a person's chat."""
        return await store.history(self.db, "telegram", person.address)

    async def kept(self, person: Person) -> list[str]:
        """What is kept of a person's own words."""
        return [one.text for one in await self.messages(person) if one.direction == "in"]

    async def attachment(self, channel_file: str) -> Attachment | None:
        """What is kept of a file."""
        async with self.db.reading() as session:
            found = select(Attachment).where(Attachment.channel_file == channel_file)
            return await session.scalar(found)

    def later(self, seconds: float) -> None:
        """So much time passes, for everything that asks the clock."""
        self.clock.offset += timedelta(seconds=seconds)
        self.conversations.outgoing.set()

    async def at_rest(self) -> None:
        """Wait until no query is under way.

        A query that is cut off leaves its connection to the garbage collector, which warns.
        """
        pool: Any = self.db.engine.pool
        while pool.checkedout():
            await asyncio.sleep(0.005)

    async def lose_database(self) -> None:
        """From now on the database cannot be opened."""
        await self.at_rest()
        self.database_folder.rename(self.home / "away")
        await self.db.close()

    def find_database(self) -> None:
        (self.home / "away").rename(self.database_folder)

    @property
    def database_folder(self) -> Path:
        return self.home / "database"


@asynccontextmanager
async def opened(
    home: Path,
    api: BotApi,
    engine: EchoEngine | None = None,
    *,
    environment: dict[str, str] | None = None,
) -> AsyncIterator[House]:
    """A house with a Telegram door; opened again on the same folder, it is the house restarted."""
    settings = read_settings(
        {
            "XINQIAO_HOME": str(home),
            "TELEGRAM_BOT_TOKEN": api.token,
            "TELEGRAM_API_BASE_URL": api.url,
            **(environment or {}),
        }
    )
    db = Database(f"sqlite+inloop:///{home / 'database' / 'xinqiao.db'}")
    await upgrade(db)
    clock, wording, alerts = MovableClock(settings.zone), read_wording(), QuietAlerts()
    conversations = Conversations(db, clock, settings, wording, alerts)
    engine = engine or EchoEngine()
    conversations.use(engine)
    door = TelegramDoor(settings, db, clock, conversations, wording)
    courier = asyncio.create_task(Courier(db, clock, door, conversations).run())
    await door.start()
    await conversations.wake_open()
    house = House(home, settings, db, clock, wording, conversations, engine, alerts, door)
    try:
        yield house
    finally:
        await house.at_rest()
        courier.cancel()
        with suppress(asyncio.CancelledError):
            await courier
        await house.at_rest()
        await door.stop()
        await house.at_rest()
        await conversations.close()
        await db.close()
