"""Bringing what is in the outbox to a channel that must be called, such as Telegram.

A channel's ``Messenger`` delivers, or raises one of two kinds of failure; this loop decides what
follows from each. Web chats fetch their messages themselves and need none of this.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from bot.conversation import Conversations
from service import outbox
from service.clock import Clock
from service.database import Database
from service.errors import DatabaseUnavailable
from service.outbox import Delivery

logger = logging.getLogger(__name__)

IDLE = 1.0
"""Seconds after which the outbox is looked at even if nobody said that something is in it."""


class Unreachable(Exception):
    """The chat cannot be reached, now or later: blocked, deleted, wrong."""


class TryLater(Exception):
    """The channel did not take the message this time.

    Args:
        after: the pause that the channel itself asked for.
    """

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Messenger(Protocol):
    """One channel."""

    @property
    def channel(self) -> str: ...

    async def send(self, delivery: Delivery) -> str:
        """Deliver a message.

        Returns:
            The channel's own id of the message.

        Raises:
            Unreachable, TryLater.
        """
        ...


class Courier:
    """Delivers one channel's messages, in order within each conversation."""

    def __init__(
        self, db: Database, clock: Clock, messenger: Messenger, conversations: Conversations
    ) -> None:
        self._db = db
        self._clock = clock
        self._messenger = messenger
        self._conversations = conversations

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            try:
                if await self.deliver_due():
                    continue
            except DatabaseUnavailable as error:
                logger.warning("outbox waits: %s", error)
            self._conversations.outgoing.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE):
                    await self._conversations.outgoing.wait()

    async def deliver_due(self) -> int:
        """Deliver what is due now; returns how many messages were taken."""
        deliveries = await outbox.claim(self._db, self._clock, self._messenger.channel)
        await asyncio.gather(*(self._deliver(one) for one in deliveries))
        return len(deliveries)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            channel_message = await self._messenger.send(delivery)
        except Unreachable as error:
            logger.warning("message %s cannot be delivered: %s", delivery.message_id, error)
            await outbox.note_failed(self._db, self._clock, delivery, str(error), unreachable=True)
        except TryLater as error:
            logger.info("message %s is delivered later: %s", delivery.message_id, error)
            await outbox.note_later(self._db, self._clock, delivery, str(error), error.after)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            # Whatever else a channel's library may raise must not end the courier.
            logger.exception("message %s: %s", delivery.message_id, type(error).__name__)
            await outbox.note_later(self._db, self._clock, delivery, type(error).__name__)
        else:
            await outbox.note_sent(self._db, [delivery.message_id], channel_message)
