"""The patient's side: one connection over which turns are sent and timed."""

import http.client
import json
import time
from contextlib import closing
from typing import Any

HOST = "127.0.0.1"
PATIENCE = 180.0
"""Seconds after which an answer is no longer waited for."""
_WEBHOOK = "/webhooks/rest/webhook"


class Chat:
    """One patient's chat over Rasa's REST channel.

    It speaks with the standard library's own client, whose share in a turn is some tenths of a
    millisecond.
    """

    def __init__(self, port: int, sender: str) -> None:
        self._sender = sender
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        # Opening a connection is no part of a turn: browsers keep theirs.
        self._connection.connect()

    def say(self, text: str) -> tuple[float, list[dict[str, Any]]]:
        """Send one message.

        Returns:
            The milliseconds until the answer was read, and its messages.

        Raises:
            OSError: there was no answer, or none of success.
        """
        body = json.dumps({"sender": self._sender, "message": text}).encode()
        began = time.perf_counter()
        self._connection.request("POST", _WEBHOOK, body, {"content-type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise OSError(f"{_WEBHOOK} answered {answer.status}")
        messages: list[dict[str, Any]] = json.loads(content)
        return took, messages

    def close(self) -> None:
        self._connection.close()


def fetch(port: int, path: str) -> str | None:
    """A page's text, or nothing while nobody answers there with success."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return None
        return text if answer.status == 200 else None
