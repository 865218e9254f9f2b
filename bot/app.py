"""The composition root: everything is built here, started here, and stopped here."""

import asyncio
import gc
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.alerts import StaffAlerts
from bot.conversation import Conversations
from bot.delivery import Courier
from bot.engine import Engine
from bot.engine.one_by_one import OneByOne, ParsingEngine
from bot.wording import read_wording
from learning.paths import ROOT, newest_model
from scheduler.duties import Duty, build_scheduler
from service import safety
from service.answers import find_answers
from service.clock import Clock, MovableClock, SystemClock
from service.crypto import Vault
from service.database import Database
from service.errors import DatabaseUnavailable
from service.handbook import Handbooks
from service.loading import load_hospital
from service.migrations import upgrade
from service.rehearsal import end_rehearsal, follow_clock
from service.sessions import keep_released
from service.settings import Settings

logger = logging.getLogger(__name__)


class App:
    """All parts of the running program.

    Args:
        settings: what the hospital has set.
        telegram: whether messages may go to Telegram; a rehearsal keeps them in unless asked.
    """

    def __init__(self, settings: Settings, *, telegram: bool = True) -> None:
        self.settings = settings
        self.db = Database(settings.database_url)
        self.clock: Clock = (
            MovableClock(settings.zone) if settings.rehearsal else SystemClock(settings.zone)
        )
        self.handbooks = Handbooks(self.db)
        self.vault = Vault(settings.secret)
        self.wording = read_wording()
        self.alerts = StaffAlerts(self.db, self.clock)
        self.conversations = Conversations(self.db, self.clock, settings, self.wording, self.alerts)
        self.telegram = self._telegram() if telegram and settings.telegram_token else None

    def _telegram(self) -> Any:
        from bot.telegram import TelegramDoor

        door = TelegramDoor(self.settings, self.db, self.clock, self.conversations, self.wording)
        if self.settings.telegram_staff_group:
            self.alerts.send = door.alert_staff
        return door

    async def prepare_database(self) -> None:
        """Tables, the fictional hospital when there is none, and the numbers that are due."""
        await upgrade(self.db)
        if isinstance(self.clock, MovableClock):
            await follow_clock(self.db, self.clock)
        handbook = await self.handbooks.current()
        if not handbook.departments:
            await load_hospital(self.db, ROOT / "hospital", self.clock, self.settings)
        await keep_released(self.db, self.clock, self.settings)

    async def load_engine(self) -> Engine:
        """The engine: in this process, or the Rasa server that the settings name."""
        if self.settings.engine_url:
            from bot.engine.server import ServerEngine

            return self._one_by_one(ServerEngine(self.settings.engine_url))
        model = newest_model(self.settings.models) or await self._train()
        engine = await asyncio.to_thread(self._load_model, model)
        await self._warm_up()
        return self._one_by_one(engine)

    def _one_by_one(self, engine: ParsingEngine) -> Engine:
        return OneByOne(engine, self.wording.reply("later"))

    def _load_model(self, model: Path) -> ParsingEngine:
        from actions import all_actions
        from actions.services import Services, use
        from bot.engine.embedded import EmbeddedEngine

        use(Services(self.db, self.clock, self.settings, self.vault, self.handbooks))
        engine = EmbeddedEngine(model, all_actions())
        # Not on the loop that serves the page: the first message has the word list loaded.
        asyncio.run(engine.parse("您好"))
        # What is loaded now stays: without this the collector walks through all of it time and again.
        gc.collect()
        gc.freeze()
        return engine

    async def _warm_up(self) -> None:
        """Make now what is made at its first use, so that no patient waits for it."""
        await asyncio.to_thread(safety.check, "您好")
        with suppress(DatabaseUnavailable):
            await asyncio.to_thread(find_answers, await self.handbooks.current(), "您好")

    async def _train(self) -> Path:
        """Train in a process of its own, so that the page answers meanwhile."""
        logger.info("no model yet: training one, about a minute")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "train", cwd=ROOT
        )
        if await process.wait() != 0:
            raise RuntimeError("training failed; see the lines above")
        model = newest_model(self.settings.models)
        if model is None:
            raise RuntimeError("training made no model")
        return model

    async def serve(self) -> None:
        """Run until stopped: the page at once, the rest as soon as it is ready."""
        web = self._web()
        server = self._server(web)
        tasks = [asyncio.create_task(server.serve())]
        scheduler = None
        try:
            # The page first: a new database takes a while to be filled.
            while not server.started and not tasks[0].done():
                await asyncio.sleep(0.01)
            await self._retried(self.prepare_database)
            scheduler = build_scheduler(self.db, self.clock, self.settings, self._duties())
            scheduler.start()
            tasks += [asyncio.create_task(loop) for loop in await self._loops()]
            self.conversations.use(await self.load_engine())
            logger.info("ready at http://%s:%s", self.settings.host, self.settings.port)
            await self._retried(self.conversations.wake_open)
            await tasks[0]
        finally:
            # First: a server that is told to stop waits for open streams otherwise.
            web.state.close_streams()
            server.should_exit = True
            if scheduler is not None:
                scheduler.shutdown(wait=False)
            await self._stop(tasks)

    def _web(self) -> Starlette:
        from bot.web import build_web

        web = build_web(self.conversations, self.db, self.clock, self.settings, self.wording)
        if self.telegram is not None and self.settings.telegram_webhook:
            web.routes.append(self.telegram.route())
        return web

    def _server(self, web: Starlette) -> uvicorn.Server:
        config = uvicorn.Config(
            web,
            host=self.settings.host,
            port=self.settings.port,
            ws="none",  # uvicorn's websockets cannot start beside the version that Rasa needs.
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
        )
        return uvicorn.Server(config)

    def _duties(self) -> dict[str, tuple[int, Duty]]:
        duties: dict[str, tuple[int, Duty]] = {
            "open conversations": (5, self.conversations.wake_open)
        }
        clock = self.clock
        if isinstance(clock, MovableClock):
            duties["follow the clock"] = (1, lambda: follow_clock(self.db, clock))
        return duties

    async def _loops(self) -> Sequence[Any]:
        loops: list[Any] = [self.alerts.run()]
        if self.telegram is not None:
            await self.telegram.start()
            courier = Courier(self.db, self.clock, self.telegram, self.conversations)
            loops.append(courier.run())
        return loops

    async def _retried(self, step: Callable[[], Awaitable[object]]) -> None:
        """At a start the database may come up later than we do."""
        while True:
            try:
                await step()
                return
            except DatabaseUnavailable as error:
                logger.warning("the database cannot be reached yet: %s", error)
                await asyncio.sleep(2)

    async def _stop(self, tasks: Sequence["asyncio.Task[Any]"]) -> None:
        for task in tasks[1:]:
            task.cancel()
        if self.telegram is not None:
            await self.telegram.stop()
        await self.conversations.close()
        if self.settings.rehearsal:
            with suppress(DatabaseUnavailable):
                await end_rehearsal(self.db)
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.db.close()
