"""Telling staff that a conversation needs a person: a log line, and their group if there is one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.delivery import TryLater, Unreachable
from service.clock import Clock
from service.database import Database
from service.errors import DatabaseUnavailable
from service.handover import URGENT, note_alerted, unalerted

logger = logging.getLogger(__name__)

IDLE = 5.0


class StaffAlerts:
    """Alerts to each new flag once; urgent ones go to the staff's group as well.

    Args:
        send: sends a text to the staff's group; None when there is no group.
    """

    def __init__(
        self, db: Database, clock: Clock, send: Callable[[str], Awaitable[None]] | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self.send = send
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that a flag was raised."""
        self._woken.set()

    async def run(self) -> None:
        """Alert until cancelled."""
        while True:
            try:
                await self.alert_new()
            except (DatabaseUnavailable, TryLater, Unreachable) as error:
                logger.warning("alerts wait: %s", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE):
                    await self._woken.wait()
            self._woken.clear()

    async def alert_new(self) -> int:
        """Alert to what nobody was alerted to; returns how many flags that were."""
        flags = await unalerted(self._db)
        for flag in flags:
            level = logging.WARNING if flag.kind == URGENT else logging.INFO
            logger.log(level, "flag %s on conversation %s", flag.kind, flag.conversation_id)
            if flag.kind == URGENT and self.send is not None:
                # The patient's words stay in the house: only where to look is sent.
                await self.send(
                    f"【紧急】会话 {flag.conversation_id} 需要马上处理（{flag.reason}）"
                )
            await note_alerted(self._db, self._clock, flag.id)
        return len(flags)
