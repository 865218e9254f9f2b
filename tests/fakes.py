"""Hand-written stand-ins for what lies outside of a test: an engine without Rasa, and staff."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.engine import Question, Response
from service.conversations import Button, Reply


class EchoEngine:
    """Answers ``收到：`` and the message.

    Args:
        offers: for a message, the titles of the buttons that its answer offers; pressing one
            says ``/<title>`` to the engine.
        pause: seconds that an answer takes.
        asks: messages that count as questions, whose answers carry 有帮助 and 没帮助.
    """

    def __init__(
        self,
        offers: Mapping[str, Sequence[str]] | None = None,
        *,
        pause: float = 0,
        asks: Sequence[str] = (),
    ) -> None:
        self.offers = offers or {}
        self.pause = pause
        self.asks = asks
        self.questions: list[Question] = []
        self.failures: list[Exception] = []
        """Raised one after the other, one for each message, before answers begin."""

    async def respond(self, question: Question) -> Response:
        self.questions.append(question)
        await asyncio.sleep(self.pause)
        if self.failures:
            raise self.failures.pop(0)
        buttons = tuple(
            Button(title, {"say": f"/{title}"}) for title in self.offers.get(question.text, ())
        )
        intent = "ask_hours" if question.text in self.asks else "inform"
        return Response(
            replies=(Reply(f"收到：{question.text}", buttons),),
            dialogue={},
            understanding={"intent": intent},
        )

    async def close(self) -> None:
        return None


class QuietAlerts:
    """Staff who are only counted how often they were woken."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


class FixedClock:
    """A clock that stands until it is set or moved.

    Args:
        moment: what it shows, aware and in the hospital's zone.
    """

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def set(self, hours_and_minutes: str, *, days: int = 0) -> None:
        """Show ``HH:MM`` of the same day, or of one so many days later."""
        hours, minutes = (int(part) for part in hours_and_minutes.split(":"))
        self.moment = self.moment.replace(hour=hours, minute=minutes, second=0, microsecond=0)
        self.moment += timedelta(days=days)

    def go_on(self, **passed: float) -> None:
        """Let time pass: ``go_on(days=7, seconds=1)``."""
        self.moment += timedelta(**passed)
