"""Runs the whole program as a child, as ``make run`` does, on a home folder of the test's own."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
SECRET = "of-the-end-to-end-tests"
START_TIME = 180.0
"""Seconds in which a model must be loaded, also on a machine that is busy with other things."""
STOP_TIME = 20.0

Health = dict[str, Any]


class NotRunning(Exception):
    """The program has ended, or is not ready in time; holds the last lines that it wrote."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's own variables, but of the program's settings only those that are given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("XINQIAO_", "TELEGRAM_"))
    }
    return {
        **kept,
        "XINQIAO_HOME": str(home),
        "XINQIAO_SECRET": SECRET,
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **more,
    }


class Child:
    """A process of ours with a log file; ended by its own id and no other way."""

    def __init__(self, command: list[str], log: Path, variables: dict[str, str]) -> None:
        self._command, self._variables = command, variables
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start; returns at once."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C or a service manager does, and wait until it has."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIME)
        except subprocess.TimeoutExpired:
            self.kill()
            raise NotRunning(f"did not stop in time: {self.last_lines()}") from None
        self._process = None

    def kill(self) -> None:
        """End it on the spot (SIGKILL): it gets no chance to put anything in order."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def written(self) -> str:
        """All that it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.written().splitlines()[-count:])


class Program(Child):
    """``python -m bot run`` on a free port.

    Args:
        home: its ``XINQIAO_HOME``; the database, the log and the model lie there.
        models: the folder of a trained model.
        options: such as ``--rehearse``.
        settings: further environment variables.
    """

    def __init__(self, home: Path, models: Path, *options: str, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        take_model(models, home / "models")
        command = [sys.executable, "-m", "bot", "run", "--port", str(self.port), *options]
        super().__init__(command, home / "program.log", environment(home, **settings))

    async def until_answering(self) -> None:
        """Wait for the page: it is there before the model is loaded."""
        await self._until(lambda health: health is not None, 60)

    async def until_ready(self) -> None:
        """Wait until messages can be understood."""
        await self._until(lambda health: bool(health and health["ready"]), START_TIME)

    async def _until(self, satisfied: Callable[[Health | None], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        async with httpx.AsyncClient(base_url=self.url) as client:
            while not satisfied(await _health(client)):
                if not self.running or time.monotonic() > deadline:
                    raise NotRunning(self.last_lines())
                await asyncio.sleep(0.05)


async def _health(client: httpx.AsyncClient) -> Health | None:
    try:
        health: Health = (await client.get("/health")).json()
    except httpx.TransportError:
        return None
    return health


def take_model(models: Path, into: Path) -> None:
    """Have a folder's models in another one; what happens to the first is no matter then."""
    into.mkdir(parents=True, exist_ok=True)
    for model in models.glob("*.tar.gz"):
        try:
            os.link(model, into / model.name)
        except OSError:
            # On another file system.
            shutil.copy2(model, into / model.name)
