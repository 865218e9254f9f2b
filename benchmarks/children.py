"""Child processes: started, watched, and stopped by their own ids whatever happens."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # It has no types of its own.

from learning.paths import ROOT

PATIENCE = 15.0
"""Seconds in which a child that is told to stop may do so by itself."""
_LAST = 2_000
"""Characters of a child's log that are shown when it has failed."""


class ChildFailed(Exception):
    """A process ended before it was told to; carries the end of what it said."""


class Child:
    """A running process with its own descendants.

    Args:
        arguments: what follows ``python``.
        log: the file that takes what the process says.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as file:
            self._popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for us; we stop the children ourselves.
                start_new_session=True,
            )
        self._process = psutil.Process(self._popen.pid)

    def check(self) -> None:
        """Raise when the process is gone.

        Raises:
            ChildFailed: with the end of its log.
        """
        code = self._popen.poll()
        if code is not None:
            said = self._log.read_text(encoding="utf-8", errors="replace")[-_LAST:]
            raise ChildFailed(f"{self._log.stem} ended with {code}:\n{said}")

    def finish(self) -> None:
        """Wait until the process has done its work.

        Raises:
            ChildFailed: its work failed.
        """
        if self._popen.wait() != 0:
            self.check()

    def resident(self) -> int:
        """Bytes of resident memory, descendants included."""
        return sum(int(one.memory_info().rss) for one in self._family())

    def cpu_seconds(self) -> float:
        """Processor seconds used so far, descendants included."""
        times = [one.cpu_times() for one in self._family()]
        return sum(float(one.user + one.system) for one in times)

    def _family(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]

    def stop(self) -> None:
        """End the process and its descendants; a second time changes nothing."""
        family: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            family = self._family()
        if self._popen.poll() is None:
            self._popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(PATIENCE)
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._popen.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def environment_of(home: Path) -> dict[str, str]:
    """The environment of a child that works in a home of its own.

    Settings of the installation stay out: a benchmark must not write into its database, nor talk
    to its Telegram.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("XINQIAO_", "TELEGRAM_"))
    }
    return {
        **kept,
        "XINQIAO_HOME": str(home),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
