"""The real web door on a free port: real uvicorn, real SQLite file, in the test's own loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from bot.conversation import Conversations
from bot.engine import Engine
from bot.web import build_web
from bot.wording import read_wording
from service.clock import SystemClock
from service.database import Database
from service.migrations import upgrade
from service.settings import Settings, read_settings
from tests.fakes import QuietAlerts


@dataclass
class Hospital:
    """A running web door and what lies behind it."""

    home: Path
    settings: Settings
    db: Database
    clock: SystemClock
    conversations: Conversations
    alerts: QuietAlerts
    rest_patience: float
    port: int = 0
    url: str = ""
    app: Starlette = field(init=False, repr=False)
    _server: uvicorn.Server | None = field(default=None, repr=False)
    _serving: asyncio.Task[None] | None = field(default=None, repr=False)

    async def serve(self) -> None:
        """Answer requests; on the same port as before, if there was one."""
        self.app = build_web(
            self.conversations,
            self.db,
            self.clock,
            self.settings,
            read_wording(),
            rest_patience=self.rest_patience,
        )
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(self.app, ws="none", lifespan="off", log_level="warning")
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve([listener]))
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Answer no more requests; the port is free afterwards."""
        assert self._server is not None and self._serving is not None
        self.app.state.close_streams()
        self._server.should_exit = True
        await self._serving

    async def stopped(self) -> None:
        """Wait until something else, such as a signal, has stopped it."""
        assert self._serving is not None
        await asyncio.wait({self._serving})

    async def lose_database(self) -> None:
        """From now on the database cannot be opened."""
        self.database_folder.rename(self.home / "away")
        await self.db.close()

    async def find_database(self) -> None:
        (self.home / "away").rename(self.database_folder)

    @property
    def database_folder(self) -> Path:
        return self.home / "database"


@asynccontextmanager
async def hospital(
    home: Path, engine: Engine | None, *, rehearsal: bool = False, rest_patience: float = 60.0
) -> AsyncIterator[Hospital]:
    """A web door that answers; without an engine its model is still being loaded."""
    settings = read_settings({"XINQIAO_HOME": str(home)}, rehearsal=rehearsal)
    db = Database(f"sqlite+inloop:///{home / 'database' / 'xinqiao.db'}")
    await upgrade(db)
    clock, alerts = SystemClock(settings.zone), QuietAlerts()
    conversations = Conversations(db, clock, settings, read_wording(), alerts)
    if engine is not None:
        conversations.use(engine)
    running = Hospital(home, settings, db, clock, conversations, alerts, rest_patience)
    await running.serve()
    try:
        yield running
    finally:
        await running.stop()
        await conversations.close()
        await db.close()
