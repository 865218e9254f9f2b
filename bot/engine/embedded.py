"""The engine in this process: a Rasa agent that calls our actions directly.

A dialogue is remembered as one small snapshot (slots and the active form); every turn starts from
it and ends in it, so a turn costs the same on the first day of a chat and on the hundredth.
"""

import logging
import os
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

os.environ["RASA_TELEMETRY_ENABLED"] = "false"  # A hospital's program never phones home.

import structlog
from rasa.core.actions.action import (
    Action,
    ActionExecutionRejection,
    RemoteAction,
    action_for_name_or_text,
)
from rasa.core.actions.forms import FormAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.engine import EngineFailed, Question, Response, collect, harmless, parse_press
from bot.engine.runner import StraightRunner
from bot.engine.snapshot import TURN, kept_slots, turn_of, understanding

# Rasa's structured log writes patients' words at debug level, and debug is its default.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

_failure: ContextVar[list[BaseException]] = ContextVar("_failure")


class EmbeddedEngine:
    """A loaded model with our actions.

    Args:
        model: the file of a trained model.
        actions: the action classes or instances that the model may call.
    """

    def __init__(self, model: Path, actions: Iterable[Any]) -> None:
        executor = ActionExecutor()
        for action in actions:
            executor.register_action(action)
        self._store = SnapshotStore()
        self._agent = _Agent(tracker_store=self._store, action_endpoint=_InProcess(executor))
        self._agent.load_model(str(model))
        processor = self._agent.processor
        if processor is None:
            raise EngineFailed(f"no model in {model.name}")
        # The agent wraps its store so that failures are swallowed; here they must be seen.
        processor.tracker_store = self._store
        self._processor: MessageProcessor = processor

    async def respond(self, question: Question) -> Response:
        sender = str(question.conversation_id)
        slots = {**question.dialogue.get("slots", {}), TURN: turn_of(question)}
        self._store.snapshots[sender] = {**question.dialogue, "slots": slots}
        failures: list[BaseException] = []
        token = _failure.set(failures)
        try:
            output = CollectingOutputChannel()
            parsed = await self._parse(question)
            message = UserMessage(
                text=question.text,
                output_channel=output,
                sender_id=sender,
                parse_data=parsed,
            )
            await self._processor.handle_message(message)
            if failures:
                raise failures[0]
            return Response(
                dialogue=self._store.snapshots[sender],
                understanding=understanding(parsed, self._processor.model_filename),
                **collect(output.messages),
            )
        finally:
            _failure.reset(token)
            self._store.snapshots.pop(sender, None)

    async def parse(self, text: str) -> dict[str, Any]:
        """What the model understands in a text: ``intent``, ``intent_ranking``, ``entities``."""
        parsed: dict[str, Any] = await self._processor.parse_message(UserMessage(harmless(text)))
        return parsed

    async def _parse(self, question: Question) -> dict[str, Any]:
        if question.press is None:
            return {**await self.parse(question.text), "text": question.text}
        return {**parse_press(question.press), "text": question.text}

    async def close(self) -> None:
        return None


class SnapshotStore(TrackerStore):
    """Hands Rasa a tracker made from a snapshot, and takes the snapshot of what it became."""

    def __init__(self) -> None:
        super().__init__(None, None)
        self.snapshots: dict[str, dict[str, Any]] = {}

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        snapshot = self.snapshots.get(sender_id, {})
        return DialogueStateTracker.from_events(
            sender_id,
            snapshot_events(snapshot),
            slots=self.domain.slots,
            domain=self.domain,
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        self.snapshots[tracker.sender_id] = snapshot_of(tracker)

    async def keys(self) -> Iterable[str]:
        return self.snapshots.keys()


def snapshot_events(snapshot: dict[str, Any]) -> list[Event]:
    """The events that bring a fresh tracker to where the dialogue stands."""
    events: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
    events += [SlotSet(name, value) for name, value in snapshot.get("slots", {}).items()]
    if snapshot.get("loop"):
        events.append(ActiveLoop(snapshot["loop"]))
    return [*events, ActionExecuted("action_listen")]


def snapshot_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """All that must be remembered of a dialogue: its filled slots and the active form."""
    loop = tracker.active_loop_name
    return {"slots": kept_slots(tracker.current_slot_values(), loop), "loop": loop}


class _InProcess(EndpointConfig):
    """Where Rasa thinks the action server is: it is here."""

    def __init__(self, executor: ActionExecutor) -> None:
        super().__init__("local")
        self.executor = executor


class _Call(RemoteAction):
    """Runs one of our actions without HTTP, and without checking our own answer's JSON schema."""

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        call = {
            "next_action": self.name(),
            "sender_id": tracker.sender_id,
            "tracker": _state(tracker),
            "domain": {},
        }
        result = await self.action_endpoint.executor.run(call)
        events = await self._utter_responses(
            result.get("responses", []), output_channel, nlg, tracker
        )
        return [*events, *_events(result.get("events", []))]


def _state(tracker: DialogueStateTracker) -> dict[str, Any]:
    latest = tracker.latest_message or UserUttered("")
    return {
        "sender_id": tracker.sender_id,
        "slots": tracker.current_slot_values(),
        "latest_message": {
            "text": latest.text,
            "intent": latest.intent,
            "intent_ranking": latest.parse_data.get("intent_ranking", []),
            "entities": latest.entities,
            "metadata": latest.metadata,
        },
        "events": _since_the_message(tracker),
        "paused": False,
        "followup_action": None,
        "active_loop": {"name": tracker.active_loop_name} if tracker.active_loop_name else {},
        "latest_action_name": tracker.latest_action_name,
    }


def _since_the_message(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """The kinds of what happened in this turn so far; that is all that our actions ask for."""
    kinds: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        kinds.insert(0, {"event": event.type_name})
        if isinstance(event, UserUttered):
            break
    return kinds


def _events(raw: list[dict[str, Any]]) -> list[Event]:
    events = [Event.from_parameters(one) for one in raw]
    return [event for event in events if event is not None]


class _Watched(Action):
    """Notes what an action raises: Rasa logs it and goes on in silence."""

    def __init__(self, action: Action) -> None:
        super().__init__()
        self._action = action

    def name(self) -> str:
        name: str = self._action.name()
        return name

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        try:
            events: list[Event] = await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            _failure.get().append(error)
            raise
        return events

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> Event:
        return self._action.event_for_successful_execution(prediction)


class _Form(FormAction):
    """A Rasa form whose checks and questions run in this process."""

    async def validate_slots(
        self,
        slot_candidates: dict[str, Any],
        tracker: DialogueStateTracker,
        domain: Domain,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
    ) -> list[Any]:
        candidates = [SlotSet(name, value) for name, value in slot_candidates.items()]
        here = self._temporary_tracker(tracker, candidates, domain)
        call = _Call(f"validate_{self.name()}", self.action_endpoint)
        return await call.run(output_channel, nlg, here, domain)

    async def _ask_for_slot(
        self,
        domain: Domain,
        nlg: NaturalLanguageGenerator,
        output_channel: OutputChannel,
        slot_name: str,
        tracker: DialogueStateTracker,
    ) -> list[Event]:
        name = self._name_of_utterance(domain, slot_name)
        if name is None:
            return []
        action = _local(action_for_name_or_text(name, domain, self.action_endpoint))
        return await action.run(output_channel, nlg, tracker, domain)


def _local(action: Action) -> Action:
    if type(action) is RemoteAction:
        return _Call(action.name(), action.action_endpoint)
    if type(action) is FormAction:
        return _Form(action.name(), action.action_endpoint)
    return action


class _Processor(MessageProcessor):
    """Calls actions in this process, and lets a failing one fail the turn."""

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        return await super()._run_action(_Watched(action), tracker, output_channel, nlg, prediction)

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Nothing: a model and its domain come from one file, and looking takes as long as a rule."""

    def predict_next_with_tracker_if_should(
        self, tracker: DialogueStateTracker
    ) -> tuple[Action, PolicyPrediction]:
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        return _local(action), prediction


class _Agent(Agent):
    """An agent whose processor calls actions in this process."""

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        self.processor = _Processor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
        )
        self.processor.graph_runner = StraightRunner(self.processor.graph_runner)
        self.domain = self.processor.domain
        self.tracker_store.domain = self.domain
        self.nlg.responses = self.domain.responses
