"""The way of a message, from stored to answered; read ``Conversations._answer`` first.

Each conversation is handled by one task at a time, in the order of arrival: a task of its own in
this process, a lease in the database between processes.
"""

import asyncio
import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from bot.alarm import Alarm, is_business, is_first_aid, is_plain_errand, kept_alarm
from bot.engine import Engine, EngineFailed, EngineNotReady, Question, Response
from bot.wording import Wording
from service import conversations as store
from service import safety
from service.clock import Clock
from service.conversations import Button, Incoming, Outcome, Reply, Turn
from service.database import Database
from service.errors import DatabaseUnavailable
from service.handover import URGENT, RaisedFlag
from service.safety import Danger, News
from service.settings import Settings

logger = logging.getLogger(__name__)

RETRY = timedelta(seconds=0.5)
LONGEST_RETRY = timedelta(seconds=15)
GIVE_UP_AFTER = 4
"""Attempts on one message, after which the patient gets an apology and a person."""


class Alerts(Protocol):
    """Tells staff that a conversation needs a person; never with the patient's words."""

    def wake(self) -> None: ...


def _model_sees_danger(text: str, response: Response) -> bool:
    understood = response.understanding
    return safety.believes(
        text, str(understood.get("intent", "")), float(understood.get("confidence", 0))
    )


async def heard(news: asyncio.Event, timeout: float) -> bool:
    """Wait for an event; false when it was not set in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await news.wait()
    return news.is_set()


class Conversations:
    """Answers what patients send.

    Args:
        engine: awaited when the first message needs it; None while the model is loading.
    """

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, wording: Wording, alerts: Alerts
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._wording = wording
        self._alerts = alerts
        self._worker = uuid.uuid4().hex
        self._engine: Engine | None = None
        self._engine_is_there = asyncio.Event()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._news: dict[int, set[asyncio.Event]] = {}
        self.outgoing = asyncio.Event()
        """Set when something was put into the outbox."""

    @property
    def ready(self) -> bool:
        """Whether messages can be understood already."""
        return self._engine is not None

    def use(self, engine: Engine) -> Engine | None:
        """Answer with this engine from the next message on; returns the one used so far."""
        before, self._engine = self._engine, engine
        self._engine_is_there.set()
        return before

    async def receive(self, incoming: Incoming) -> tuple[int, int]:
        """Keep a message and see to it that it is answered.

        Returns:
            The ids of the inbound update and of its conversation.

        Raises:
            DatabaseUnavailable: nothing was kept.
        """
        inbound_id, conversation_id = await store.receive(self._db, self._clock, incoming)
        self.wake(conversation_id)
        return inbound_id, conversation_id

    def wake(self, conversation_id: int) -> None:
        """See to the open messages of a conversation."""
        task = self._tasks.get(conversation_id)
        if task is not None and not task.done():
            self._again.add(conversation_id)
            return
        self._tasks[conversation_id] = asyncio.create_task(self._see_to(conversation_id))

    async def wake_open(self) -> None:
        """Take up what another process or an earlier run left unanswered."""
        for conversation_id in await store.open_conversations(self._db, self._clock):
            self.wake(conversation_id)

    async def wait_for(self, conversation_id: int, timeout: float) -> bool:
        """Wait for news in a conversation; false when none came in time."""
        with self.listening(conversation_id) as news:
            return await heard(news, timeout)

    @contextmanager
    def listening(self, conversation_id: int) -> Iterator[asyncio.Event]:
        """An event that is set by news in a conversation: for who must look before they wait."""
        event = asyncio.Event()
        self._news.setdefault(conversation_id, set()).add(event)
        try:
            yield event
        finally:
            waiting = self._news.get(conversation_id, set())
            waiting.discard(event)
            if not waiting:
                self._news.pop(conversation_id, None)

    def tell(self, conversation_id: int) -> None:
        """Say that a conversation has news."""
        for event in self._news.get(conversation_id, ()):
            event.set()
        self.outgoing.set()

    async def close(self) -> None:
        """Stop; what is not answered yet is answered after the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        with suppress(DatabaseUnavailable):
            await store.give_up_leases(self._db, self._worker)
        if self._engine is not None:
            await self._engine.close()

    async def _see_to(self, conversation_id: int) -> None:
        try:
            while True:
                self._again.discard(conversation_id)
                await self._answer_all(conversation_id)
                if conversation_id not in self._again:
                    return
        finally:
            self._tasks.pop(conversation_id, None)

    async def _answer_all(self, conversation_id: int) -> None:
        pause = RETRY
        while True:
            try:
                turn = await store.next_turn(self._db, self._clock, conversation_id, self._worker)
                if turn is None:
                    return
                outcome = await self._answered(turn)
                done = await store.finish(self._db, self._clock, self._settings, turn, outcome)
                self.tell(conversation_id)
                if outcome.flags:
                    self._alerts.wake()
                if not done.more:
                    # What came since then was announced to ``wake``, here or in its own process.
                    return
                pause = RETRY
            except store.Leased:
                await asyncio.sleep(RETRY.total_seconds())
            except (DatabaseUnavailable, EngineNotReady) as error:
                logger.warning("conversation %s waits: %s", conversation_id, type(error).__name__)
                await self._pause(pause)
                pause = min(pause * 2, LONGEST_RETRY)

    async def _pause(self, pause: timedelta) -> None:
        """Wait before the next attempt; who waits for the first engine goes on when it comes."""
        if self._engine is not None:
            await asyncio.sleep(pause.total_seconds())
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await self._engine_is_there.wait()

    async def _answered(self, turn: Turn) -> Outcome:
        """An outcome in any case: every turn answers, also when something of ours is broken."""
        try:
            return await self._answer(turn)
        except (DatabaseUnavailable, EngineNotReady):
            raise
        except Exception as error:
            logger.exception("turn failed in conversation %s", turn.conversation_id)
            if turn.attempts < GIVE_UP_AFTER and isinstance(error, EngineFailed):
                raise EngineNotReady from error
            return self._apology()

    async def _answer(self, turn: Turn) -> Outcome:
        """Danger first; then a person, if one has this chat; then what kind of message it is."""
        if turn.kind in ("picture", "document", "voice"):
            await self._keep_file(turn)
        danger = safety.check(turn.text)
        alarm = self._alarm(turn)
        news = safety.read_news(turn.text) if alarm and turn.press is None else None
        if danger is not None and not (alarm and alarm.is_meant_by(danger, news)):
            return self._warn(turn, danger)
        if turn.owner or (turn.further and not turn.text.strip()):
            # A person answers; or the first picture of the album has been answered for all.
            return Outcome()
        if turn.expired_press:
            return Outcome(replies=[self._wording.reply("expired")])
        if turn.press is not None and "helpful" in turn.press:
            return await self._thanks_for_feedback(turn)
        if turn.kind in ("picture", "document"):
            return await self._answer_file(turn)
        if turn.kind in ("voice", "sticker", "other"):
            flags = [RaisedFlag("voice")] if turn.kind == "voice" else []
            return Outcome(replies=[self._wording.reply(turn.kind)], flags=flags)
        if not any(character.isalnum() for character in turn.text):
            return Outcome(replies=[self._wording.reply("wordless")])
        if alarm and news and not (alarm.reminded and news is News.HEARD):
            return await self._hear(turn, alarm, news)
        return await self._ask_engine(turn)

    def _alarm(self, turn: Turn) -> Alarm | None:
        """The alarm in whose light this is heard; a crisis goes before."""
        return None if turn.in_crisis else Alarm.of(turn.dialogue, self._clock.now())

    def _warn(self, turn: Turn, danger: Danger) -> Outcome:
        """The instruction, the alert, and the errand kept as it stands."""
        logger.warning("danger %s in conversation %s", danger.rule, turn.conversation_id)
        return Outcome(
            replies=self._wording.danger(danger.kind, bool(turn.dialogue.get("loop"))),
            dialogue=kept_alarm(danger, self._clock.now(), turn.dialogue),
            understanding={"danger": danger.kind, "rule": danger.rule},
            flags=[RaisedFlag(URGENT, danger.kind)],
        )

    async def _hear(self, turn: Turn, alarm: Alarm, news: News) -> Outcome:
        """How it goes on after an alarm: what to do while waiting, and no second alert."""
        if news is News.HEARD:
            return self._stay(turn, alarm.stay, {"news": news.value})
        interrupted = bool(turn.dialogue.get("loop"))
        replies = self._wording.after_alarm(news, alarm.kind, interrupted)
        # Never within an errand: its next step might be a yes that nobody has said.
        if news is News.OVER and not interrupted:
            response = await self._response(turn)
            if is_plain_errand(response):
                # The errand that the same message brings is begun.
                outcome = self._outcome(turn, response)
                return replace(outcome, replies=[*replies, *outcome.replies])
        return Outcome(
            replies=replies,
            dialogue=alarm.after(news, turn.dialogue),
            understanding={"news": news.value},
            flags=[RaisedFlag(URGENT, alarm.kind)] if news is News.NO_ANSWER else [],
        )

    async def _ask_engine(self, turn: Turn) -> Outcome:
        response = await self._response(turn)
        if turn.press is None and _model_sees_danger(turn.text, response):
            return self._warn(turn, Danger("other", "model"))
        if turn.in_crisis:
            return self._answer_in_crisis(turn, response)
        alarm = self._alarm(turn)
        if alarm is not None:
            return self._answer_after_alarm(turn, response, alarm)
        return self._outcome(turn, response)

    def _answer_in_crisis(self, turn: Turn, response: Response) -> Outcome:
        """Business is answered with the crisis line at hand; on anything else we stay by them."""
        if not is_business(turn, response):
            return self._stay(turn, "crisis", response.understanding)
        outcome, line = self._outcome(turn, response), self._wording.reply("crisis_line")
        replies = outcome.replies if line.text in turn.said else [*outcome.replies, line]
        return replace(outcome, replies=replies)

    def _answer_after_alarm(self, turn: Turn, response: Response, alarm: Alarm) -> Outcome:
        """The first business after an alarm begins with a word of what goes first."""
        business = alarm.reminded or is_business(turn, response)
        if alarm.holds and is_first_aid(response):
            return self._say_again(turn, alarm, response.understanding)
        if not business:
            return self._stay(turn, alarm.stay, response.understanding)
        outcome = self._outcome(turn, response)
        if not (alarm.reminded or alarm.helped):
            line = self._wording.reply("alarm_first")
            outcome = replace(outcome, replies=[line, *outcome.replies])
        return replace(outcome, dialogue=replace(alarm, reminded=True).kept_in(response.dialogue))

    def _say_again(self, turn: Turn, alarm: Alarm, understanding: dict[str, Any]) -> Outcome:
        """要催吐吗: the instruction says so already; asked once more, the ambulance's voice does."""
        reply = self._wording.instruction(alarm.kind)
        if turn.said == (reply.text,):
            reply = self._wording.reply("alarm_stay_further")
        return Outcome(replies=[reply], understanding=understanding)

    async def _response(self, turn: Turn) -> Response:
        if self._engine is None:
            raise EngineNotReady
        question = Question(
            conversation_id=turn.conversation_id,
            inbound_id=turn.inbound_id,
            text=turn.text,
            press=turn.press.get("say") if turn.press else None,
            dialogue=turn.dialogue,
            honorific=turn.honorific,
            misunderstood=turn.misunderstood,
        )
        return await self._engine.respond(question)

    def _outcome(self, turn: Turn, response: Response) -> Outcome:
        if not response.replies:
            logger.error("no reply in conversation %s", turn.conversation_id)
            return self._apology(response)
        return Outcome(
            replies=self._not_twice(turn, self._with_feedback(response)),
            dialogue=response.dialogue,
            understanding=response.understanding,
            flags=response.flags,
            misunderstood=response.misunderstood,
            honorific=response.honorific,
        )

    def _stay(self, turn: Turn, name: str, understanding: dict[str, Any]) -> Outcome:
        """In distress nobody is asked what department it shall be, nor told the same twice."""
        reply = self._wording.reply(name)
        if turn.said == (reply.text,):
            reply = self._wording.reply(f"{name}_further")
        return Outcome(replies=[reply], understanding=understanding)

    def _apology(self, response: Response | None = None) -> Outcome:
        return Outcome(
            replies=[self._wording.reply("apology")],
            dialogue=response.dialogue if response else None,
            understanding=response.understanding if response else {},
            flags=[RaisedFlag("failure")],
        )

    def _with_feedback(self, response: Response) -> Sequence[Reply]:
        """Answers to questions carry 有帮助 and 没帮助; steps of an errand do not."""
        if not response.understanding.get("intent", "").startswith("ask_") or response.flags:
            return response.replies
        if response.dialogue.get("loop"):
            return response.replies
        *first, last = response.replies
        asides = tuple(
            Button(title, {"helpful": helpful, "aside": True})
            for title, helpful in self._wording.feedback_buttons
        )
        return [*first, Reply(last.text, (*last.buttons, *asides))]

    def _not_twice(self, turn: Turn, replies: Sequence[Reply]) -> Sequence[Reply]:
        """The same answer as the one before says that it is, and offers a person."""
        texts = tuple(reply.text for reply in replies)
        if turn.press is not None or texts != turn.said:
            return replies
        # A question that is put again may offer other choices: it is not the same.
        again = "" if texts[0].endswith("？") else self._wording["again"].strip()
        person = self._wording.reply("apology").buttons
        *before, last = replies
        known = {button.title for button in last.buttons}
        buttons = (*last.buttons, *(one for one in person if one.title not in known))
        last = Reply(last.text, buttons)
        first, *rest = [*before, last]
        return [Reply(f"{again}{first.text}", first.buttons), *rest]

    async def _thanks_for_feedback(self, turn: Turn) -> Outcome:
        press = turn.press or {}
        helpful = bool(press["helpful"])
        await store.note_feedback(self._db, self._clock, press["offered_with"], helpful)
        return Outcome(replies=[self._wording.reply("helpful" if helpful else "not_helpful")])

    async def _keep_file(self, turn: Turn) -> None:
        await store.keep_attachment(
            self._db,
            conversation_id=turn.conversation_id,
            message_id=turn.message_id,
            kind=turn.kind,
        )

    async def _answer_file(self, turn: Turn) -> Outcome:
        in_complaint = turn.dialogue.get("loop") == "complaint_form"
        name = "file_for_complaint" if in_complaint else "file"
        if turn.text.strip():
            outcome = await self._ask_engine(turn)
            return replace(outcome, replies=[self._wording.reply("file_kept"), *outcome.replies])
        return Outcome(replies=[self._wording.reply(name)])
