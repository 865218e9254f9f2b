"""One message as an action sees it, and the base of all actions."""

import re
from abc import ABC, abstractmethod
from datetime import date, datetime
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.further import action_for
from actions.services import Services, current
from service.conversations import conversation_for
from service.handbook import Handbook
from service.patients import PatientCard, list_patients, written_digits
from service.when import When, read_when

Buttons = list[tuple[str, str]]

_YES = re.compile(
    r"(?:嗯+|恩|好+|是|对|對|確認|確定|沒問題|行|中|可以|确认|确定|没问题|没错|要|成|OK|ok|Ok|就这样|就这个|就它|预约|约|挂|办|提交|同意|麻烦|谢谢|的|了|吧|呀|啊|呢|哒|滴|您|你|帮我|我|就|按|这样|这个|那|号|[，。！,.!\s])+"
)
_BARE_WORD = re.compile(r"[我您你帮的号]+")
"""我 answers who, and says yes to nothing."""
_NO = re.compile(r"(?:不|没(?!问题|错|事)|别|(?<!没)错|否|NO|no|No)")
_STOP = re.compile(
    r"(?:(?:那|还是|就|我|先|唉|哎|嗯|我再想想|想想|都)*(?:算了|算啦|不挂了|不约了|不预约了|不办了|不弄了|不要了|不投诉了|不取消了|不改了|不填了|不说了|不用了|退出|停|停止|结束|取消|放弃|"
    r"改天再说|下次再说|以后再说|再说吧|不看了|先不(?:挂|约|办|弄|说|投诉|填|看|改)了?)(?:了|吧|谢谢|你|您|啊|哈|呗|[，。！,.!\s]|我?再想想|再说)*)+"
)
_RESUME = re.compile(
    r"(?:(?:那|就|还是|我们?|把)*(?:刚才|刚刚|之前|前面|上面|上一?个)(?:的|那个|那件事?|说的|预约|挂号|事)*)?"
    r"(?:接着|继续)(?:吧|办|来|说|刚才的?|预约|挂号|填|[，。！,.!\s])*"
)
_SKIP = re.compile(
    r"(?:跳过|没有了?|无|不知道|不清楚|不记得|记不清|忘了|不想说|不方便说?|没别的|就这些|没什么|随便|都行|都可以|略|不用|不确定)(?:了|吧|的|呢|啊|[，。！,.!\s])*"
)


ASKS_WHY = re.compile(r"为什么|为啥|为何|怎么(?:又|就|会|老是)?(?:换|改)了?")
"""为什么换人 asks for a reason, and wishes no change."""
# A Rasa server is given /restart as “/restart, so that it takes it for words.
_QUOTE = re.compile(r"^“(?=\s*[/／⁄∕])")
LONGEST_ECHO = 40
_MARKUP = re.compile(r"[<>{}\s]+")


def echo(words: str) -> str:
    """The patient's own words as they are said back: in short, and without signs of markup."""
    plain = _MARKUP.sub(" ", words).strip()
    return plain if len(plain) <= LONGEST_ECHO else plain[:LONGEST_ECHO] + "…"


class Turn:
    """The latest message, where the dialogue stands, and how to answer."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        self._dispatcher = dispatcher
        self._tracker = tracker
        self.services: Services = current()
        message = tracker.latest_message
        self.text: str = written_digits(_QUOTE.sub("", message.get("text") or ""))
        self.intent: str = (message.get("intent") or {}).get("name") or ""
        self.confidence: float = (message.get("intent") or {}).get("confidence") or 0.0
        self.ranking: list[dict[str, Any]] = message.get("intent_ranking") or []
        self.metadata: dict[str, Any] = tracker.get_slot("turn") or {}
        self._entities: list[dict[str, Any]] = message.get("entities") or []
        self._conversation_id: int | None = None
        self._handbook: Handbook | None = None
        self._patients: list[PatientCard] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What a pressed button says, by name; empty for typed messages."""
        if any(entity.get("end") for entity in self._entities):
            return {}
        return {entity["entity"]: entity["value"] for entity in self._entities}

    def entities(self, name: str) -> list[str]:
        """The words that were found for an entity."""
        return [str(one["value"]) for one in self._entities if one["entity"] == name]

    def slot(self, name: str) -> Any:
        """A slot's value."""
        return self._tracker.get_slot(name)

    @property
    def loop(self) -> str:
        """The active form, or nothing."""
        return (self._tracker.active_loop or {}).get("name") or ""

    @property
    def loop_is_asking(self) -> bool:
        """Whether the active form has asked for something."""
        return bool(self.loop) and self.slot("requested_slot") is not None

    @property
    def resuming(self) -> bool:
        """Whether a side question of this very message was answered just before."""
        for event in reversed(self._tracker.events):
            if event["event"] == "user":
                return False
            if event["event"] == "action_execution_rejected":
                return True
        return False

    @property
    def typed(self) -> bool:
        """Whether the patient wrote this rather than pressed it."""
        return not self.values and self.confidence < 1.0

    async def conversation_id(self) -> int:
        """The conversation in the service database; a shell's own sender gets one as well."""
        if self._conversation_id is None:
            sender = self._tracker.sender_id
            self._conversation_id = (
                int(sender)
                if sender.isdigit()
                else await conversation_for(self.services.db, self.services.clock, "shell", sender)
            )
        return self._conversation_id

    async def handbook(self) -> Handbook:
        """The hospital's handbook as it is now."""
        if self._handbook is None:
            self._handbook = await self.services.handbooks.current()
        return self._handbook

    async def patients(self) -> list[PatientCard]:
        """The people of this chat, as they were when the turn began."""
        if self._patients is None:
            self._patients = await list_patients(
                self.services.db, self.services.vault, await self.conversation_id()
            )
        return self._patients

    @property
    def now(self) -> datetime:
        """The hospital's time."""
        return self.services.clock.now()

    @property
    def today(self) -> date:
        """The hospital's day."""
        return self.now.date()

    def origin(self, verb: str) -> str:
        """The key under which a write of this message is done once, however often it is replayed."""
        inbound = self.metadata.get("inbound")
        return f"{inbound or self._tracker.sender_id + self.now.isoformat()}:{verb}"

    def when(self, said: str | None = None) -> When:
        """The time that the message speaks of, or a part of it."""
        if not self.typed:
            days = tuple(date.fromisoformat(day) for day in self.values.get("days", ()))
            return When(days=days, period=self.values.get("period"))
        text = self.text if said is None else said
        return read_when(text, self.now, horizon=self.services.settings.booking_days)

    @property
    def affirms(self) -> bool:
        """A plain yes."""
        if self.intent == "affirm" and (not self.typed or not _NO.search(self.text)):
            return True
        text = self.text.strip()
        yes = _YES.fullmatch(text) and not _BARE_WORD.fullmatch(text)
        return bool(yes) and not _NO.search(text)

    @property
    def denies(self) -> bool:
        """A plain no."""
        return self.intent == "deny" or (len(self.text) <= 8 and bool(_NO.match(self.text)))

    @property
    def stops(self) -> bool:
        """算了 and its kin: end this errand."""
        if self.values.get("stop"):
            return True
        return self.typed and bool(_STOP.fullmatch(self.text.strip()))

    @property
    def resumes(self) -> bool:
        """继续: take the errand up again."""
        return bool(_RESUME.fullmatch(self.text.strip())) or bool(self.values.get("resume"))

    @property
    def skips(self) -> bool:
        """跳过, 不记得: go on without this."""
        if self.values.get("skip"):
            return True
        return self.typed and bool(_SKIP.fullmatch(self.text.strip()))

    def say(self, response: str, buttons: Buttons | None = None, **values: Any) -> None:
        """Say a response of the domain, with buttons as (title, payload)."""
        self._dispatcher.utter_message(
            response=f"utter_{response}",
            buttons=[{"title": title, "payload": payload} for title, payload in buttons or []],
            **values,
        )

    def say_first(self, response: str) -> None:
        """Say a response before what was said already in this turn."""
        self.say(response)
        said = self._dispatcher.messages
        said.insert(0, said.pop())

    def signal(self, **values: Any) -> None:
        """Send a signal beside the replies: a flag for staff, a count, an honorific."""
        self._dispatcher.utter_message(json_message=values)

    def flag(self, kind: str, reason: str = "") -> None:
        """Ask for a person."""
        self.signal(flag=kind, reason=reason)


class TurnAction(Action, ABC):
    """An action that is handed a ``Turn``. ``called`` is its name in the domain.

    Abstract, because ``rasa run actions`` registers every concrete class that it finds.
    """

    called: ClassVar[str] = ""

    def name(self) -> str:
        return self.called

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(dispatcher, tracker)
        other = await action_for(turn)
        if other and self.name() not in (other, f"validate_{other}"):
            # Also ends the form that the model's intent has just opened.
            return [SlotSet("requested_slot", None), FollowupAction(other)]
        events = await self.act(turn)
        if other and not any(event["event"] == "followup" for event in events):
            # The rules of the model's intent would have their say again.
            events = [*events, FollowupAction("action_listen")]
        return events

    @abstractmethod
    async def act(self, turn: Turn) -> list[EventType]:
        """Answer the turn; returns Rasa events such as ``SlotSet``."""
