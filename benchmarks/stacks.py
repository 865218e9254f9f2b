"""The two stacks that are compared: how each is started, and what is seen while it starts."""

import json
import re
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml

from benchmarks.chat import Chat, fetch
from benchmarks.children import Child, environment_of, free_port
from bot.wording import read_wording
from learning.paths import ROOT, newest_model

STEP = 0.05
"""Seconds between two looks at a stack that is starting."""
LONGEST_START = 300.0
FIRST_WORDS = "你好"

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Start:
    """Seconds from the command to each step.

    ``cpu``: processor seconds used until the first reply; ``announces``: the page says that it is
    getting ready.
    """

    page: float
    ready: float
    reply: float
    cpu: float
    announces: bool


class Stack(ABC):
    """A stack under test.

    Args:
        started: every process that is started is put in here too, for whoever must stop them.
    """

    name = ""

    def __init__(self, home: Path, started: list[Child]) -> None:
        self.home = home
        self.port = free_port()
        self.children: list[Child] = []
        self._started = started
        self.highest = 0
        self._began = 0.0

    @abstractmethod
    def start(self) -> Start:
        """Start everything and wait for the first reply.

        Raises:
            ChildFailed: a process has ended instead.
            TimeoutError: it took too long.
        """

    def resident(self) -> int:
        """Bytes of resident memory of all its processes."""
        return sum(child.resident() for child in self.children)

    def cpu_seconds(self) -> float:
        """Processor seconds that it has used so far."""
        return sum(child.cpu_seconds() for child in self.children)

    def written(self) -> dict[str, int]:
        """How many bookings and cases there are now: proof that the work was done."""
        with closing(sqlite3.connect(f"file:{self.home / 'xinqiao.db'}?mode=ro", uri=True)) as db:
            return {
                table: int(db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])
                for table in ("appointment", "case")
            }

    def _run(self, name: str, *arguments: str) -> None:
        child = Child(arguments, environment_of(self.home), self.home / f"{name}.log")
        self.children.append(child)
        self._started.append(child)

    def _until(self, look: Callable[[], Seen | None]) -> Seen:
        """Look until there is something to be seen.

        Raises:
            ChildFailed: a process has ended instead.
            TimeoutError: there was nothing in time.
        """
        while self._elapsed() < LONGEST_START:
            for child in self.children:
                child.check()
            self.highest = max(self.highest, self.resident())
            seen = look()
            if seen is not None:
                return seen
            time.sleep(STEP)
        raise TimeoutError(f"{self.name} did not start in {LONGEST_START:.0f} s")

    def _elapsed(self) -> float:
        return time.perf_counter() - self._began

    def _first_reply(self) -> float:
        """Ask as soon as somebody listens, as an impatient patient does."""
        waiting = read_wording()["getting_ready"].strip()
        with closing(Chat(self.port, f"{self.name}-first")) as chat:
            while True:
                _, messages = chat.say(FIRST_WORDS)
                if any(one.get("text") != waiting for one in messages):
                    return self._elapsed()


class Ours(Stack):
    """心桥 as it is run: one process."""

    name = "xinqiao"

    def start(self) -> Start:
        self._began = time.perf_counter()
        self._run("xinqiao", "-m", "bot", "run", "--port", str(self.port))
        html = self._until(lambda: fetch(self.port, "/"))
        page = self._elapsed()
        with ThreadPoolExecutor(1) as pool:
            reply = pool.submit(self._first_reply)
            try:
                self._until(self._is_ready)
            except BaseException:
                # The pool waits for its thread, and that for an answer which nobody wants now.
                for child in self.children:
                    child.stop()
                raise
            ready = self._elapsed()
            return Start(page, ready, reply.result(), self.cpu_seconds(), _announces(html))

    def _is_ready(self) -> bool | None:
        return json.loads(fetch(self.port, "/health") or "{}").get("ready") or None


def _announces(html: str) -> bool:
    """Whether the banner with the sentence is there and shown."""
    banner = re.search(r'<p id="preparing"([^>]*)>(.*?)</p>', html, re.DOTALL)
    if banner is None:
        return False
    return "hidden" not in banner[1] and read_wording()["getting_ready"].strip() in banner[2]


class Stock(Stack):
    """``rasa run`` beside ``rasa run actions``, dialogues in SQLite by Rasa's own store."""

    name = "stock"

    def start(self) -> Start:
        model = newest_model(self.home / "models")
        actions = free_port()
        endpoints = self._write_endpoints(actions)
        self._began = time.perf_counter()
        self._run(
            "actions", "-m", "rasa", "run", "actions", "--actions", "actions", "-p", str(actions)
        )
        self._run(
            *("rasa", "-m", "rasa", "run", "--enable-api", "-m", str(model)),
            *("-i", "127.0.0.1", "-p", str(self.port), "--endpoints", str(endpoints)),
            *("--credentials", str(ROOT / "credentials.yml")),
        )
        # Rasa listens once its model is loaded: its first page and being ready are one moment.
        self._until(lambda: fetch(self.port, "/"))
        page = self._elapsed()
        self._until(lambda: fetch(actions, "/health"))
        ready = self._elapsed()
        return Start(page, ready, self._first_reply(), self.cpu_seconds(), announces=False)

    def _write_endpoints(self, actions: int) -> Path:
        path = self.home / "endpoints.yml"
        content = {
            "action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"},
            "tracker_store": {
                "type": "SQL",
                "dialect": "sqlite",
                "db": str(self.home / "tracker.db"),
                # Rasa's own default here, None, is more than SQLAlchemy 2 takes.
                "query": {},
            },
        }
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path
