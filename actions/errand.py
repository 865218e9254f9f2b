"""An errand in several steps: what the patient tells is read, what is missing is asked, then done.

Each errand is a Rasa form whose validation action does all of it, so that one class tells the
whole errand. Its draft is one slot. A message in which an errand finds nothing for itself is a
side question: the rules answer it, and the open question is asked again.
"""

import copy
import re
from abc import abstractmethod
from typing import Any, ClassVar

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.following import about_own
from actions.turn import Turn, TurnAction

Draft = dict[str, Any]
DONE = ""
"""The step after the last one."""
HEARING = "hearing"
"""``resumed`` of an errand that reads the message by which it is taken up again."""
PLAIN = 0.7
"""A confidence from which another errand's opening is taken for one."""
OPENINGS = (
    "find_department",
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "file_complaint",
    "give_suggestion",
    "give_praise",
    "join_waitlist",
    "request_exam_booking",
    "request_admission",
    "request_consultation",
    "request_referral",
    "request_escort",
    "manage_patient",
)


def _tells(draft: Draft, before: Draft) -> bool:
    """Whether a message put a fact into the draft, rather than something to be cleared up."""
    return any(draft[key] != before.get(key) for key in draft if key not in _UNCLEAR and draft[key])


_UNCLEAR = (
    "ask_when",
    "bad_phone",
    "not_found",
    "not_named",
    "unknown_doctor",
    "too_soon",
    "another",
    "why",
    "who_knows",
    "unsure",
    "heard",
    "vents",
    "next",
    "several",
)


def put_aside(kept: Draft, paused: Draft | None) -> Draft:
    """An errand to be taken up again, with those that were put aside ``before`` it."""
    aside = {name: kept[name] for name in ("form", "values", "step")}
    return {**aside, "before": _without(paused, kept["form"])}


def _without(paused: Draft | None, *forms: Any) -> Draft | None:
    """What was put aside, but for the errands of these forms."""
    if not paused:
        return None
    before = _without(paused.get("before"), *forms)
    if paused["form"] in forms:
        return before
    return {**{name: paused[name] for name in ("form", "values", "step")}, "before": before}


def _was_misbooked(turn: Turn) -> bool:
    """挂错了，应该是产科 right after a booking: that one is changed, whatever else it sounds like."""
    just = (turn.slot("topic") or {}).get("booked")
    return bool(just and turn.typed and MISBOOKED.search(turn.text))


_OF_BOOKINGS = ("move_form", "cancel_form")
MISBOOKED = re.compile(r"(?:挂|约|选|点|订)错(?!.{0,4}(?:药|水|瓶|针|吊|人))|错科|(?:挂|约|订)成")
_SAYS_NOTHING = ("inform", "affirm", "deny", "nlu_fallback", "out_of_scope")


class Errand(TurnAction):
    """The base of all errands. ``form`` is the form's name in the domain."""

    form: ClassVar[str]
    word: ClassVar[str]
    """What the errand is called when it is mentioned: 预约, 投诉."""
    opens: ClassVar[tuple[str, ...]] = ()
    """Intents that open this errand; while it is open they only have it ask again."""
    replaces: ClassVar[tuple[str, ...]] = ()
    """Forms that need not be taken up again after this errand."""
    own: ClassVar[tuple[str, ...]] = ()
    """Intents that open an errand and yet belong to this one while it is open."""

    def name(self) -> str:
        return f"validate_{self.form}"

    async def begin(self, turn: Turn) -> Draft:
        """A new draft, with what is known from before this message."""
        return {}

    @abstractmethod
    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        """Put what the message tells into the draft.

        Args:
            step: the step that was asked for last; empty when the errand begins.

        Returns:
            Whether anything for this errand was in it.
        """

    @abstractmethod
    async def ask(self, turn: Turn, draft: Draft) -> str:
        """Ask for what is missing, or do the errand when nothing is.

        Returns:
            The step that was asked for; ``DONE`` when the errand is over.
        """

    async def act(self, turn: Turn) -> list[EventType]:
        kept = turn.slot("draft") or {}
        paused = turn.slot("paused")
        if not kept and paused and paused["form"] == self.form and turn.resumes:
            # 继续挂号 goes on with the booking that was put aside.
            kept, paused = {**paused, "resumed": True}, paused.get("before")
        resumed = bool(kept.get("resumed")) and kept.get("form") == self.form
        mine = kept.get("form") == self.form and (turn.loop_is_asking or resumed)
        draft: Draft = dict(kept.get("values", {})) if mine else await self.begin(turn)
        step = str(kept.get("step", "")) if mine else ""
        if not kept and self.form not in _OF_BOOKINGS and _was_misbooked(turn):
            return [SlotSet("requested_slot", None), FollowupAction("move_form")]
        before = copy.deepcopy(draft)
        told = False
        hears = not resumed or kept["resumed"] == HEARING
        if mine and not turn.resuming and hears:
            if self.ends(turn, step):
                turn.say(
                    "errand_stopped", [("继续办", '/affirm{"resume": true}')], errand=self.word
                )
                kept = {"form": self.form, "values": draft, "step": step}
                return self._over(draft, put_aside(kept, paused))
            if self._is_left_for(turn, step):
                return []
            other = await self.gives_way(turn, draft)
            if other:
                kept = {"form": self.form, "values": draft, "step": step}
                return [*self._over({}, put_aside(kept, paused)), FollowupAction(other)]
            heard = turn.resumes or await self.read(turn, draft, step)
            if not heard and turn.intent not in self.opens:
                return []
            told = turn.typed and _tells(draft, before)
        elif not mine:
            about = await about_own(turn)
            if about is not None and FollowupAction(self.form) not in about:
                return self.hand_on(turn, about)
            if kept.get("form") and kept["form"] != self.form and kept.get("step"):
                paused = put_aside(kept, paused)
            await self.read(turn, draft, "")
        misses = self._misses(turn, kept)
        asked = await self.ask(turn, draft)
        if told and asked == step != "confirm":
            # What was told is kept, though the question stays the same: say so.
            turn.say_first("noted")
        if asked == DONE:
            return self._over(draft, self._remind(turn, paused, draft))
        return [
            SlotSet("draft", {"form": self.form, "values": draft, "step": asked, "misses": misses}),
            SlotSet("paused", paused),
            SlotSet("requested_slot", asked),
        ]

    def hand_on(self, turn: Turn, events: list[EventType]) -> list[EventType]:
        """The events when what seemed to open this errand is seen to elsewhere: an open errand goes on
        afterwards, or waits for what follows.
        """
        kept, paused = turn.slot("draft") or {}, turn.slot("paused")
        waits = bool(kept.get("step")) and kept.get("form") != self.form
        over = [SlotSet("requested_slot", None)]
        if any(event["event"] == "followup" for event in events):
            paused = put_aside(kept, paused) if waits else paused
            return [*over, SlotSet("draft", None), SlotSet("paused", paused), *events]
        if waits:
            left = {name: kept[name] for name in ("form", "values", "step")}
            return [
                *over,
                SlotSet("draft", {**left, "resumed": True}),
                # What was asked aside is no topic: the same words would be answered from it again.
                *(one for one in events if one.get("name") != "topic"),
                FollowupAction(str(kept["form"])),
            ]
        return [*over, SlotSet("draft", None), *events]

    def ends(self, turn: Turn, step: str) -> bool:
        """Whether the patient gives this errand up."""
        return turn.stops

    async def gives_way(self, turn: Turn, draft: Draft) -> str:
        """The form of another errand that the words are about, whatever their intent."""
        return ""

    def _misses(self, turn: Turn, kept: Draft) -> int:
        """How often running the question got no answer; from the second time on two ways out."""
        if not turn.resuming:
            return 0
        misses = int(kept.get("misses", 0)) + (turn.intent in _SAYS_NOTHING)
        if misses > 1:
            turn.say("stuck", [("找人工", "/ask_human"), ("先放下", '/deny{"stop": true}')])
        return misses

    def _is_left_for(self, turn: Turn, step: str) -> bool:
        """Whether the message opens another errand: pressed, or plainly said."""
        if turn.intent not in OPENINGS or turn.intent in (*self.own, *self.opens):
            return False
        if step == "confirm" and turn.denies:
            return False
        return not turn.typed or turn.confidence >= PLAIN

    def _remind(self, turn: Turn, paused: Any, draft: Draft) -> Any:
        paused = _without(paused, self.form, *self.replaces, draft.get("settles"))
        if paused:
            turn.say(
                "errand_waiting",
                [("继续刚才的", '/affirm{"resume": true}')],
                errand=WORDS.get(paused["form"], "事"),
            )
            return {**paused, "offered": True}
        return None

    def left_behind(self, draft: Draft) -> dict[str, Any] | None:
        """What was spoken of, for a booking right after."""
        return None

    def _over(self, draft: Draft, paused: Any) -> list[EventType]:
        return [
            SlotSet("topic", self.left_behind(draft)),
            SlotSet("draft", None),
            SlotSet("paused", paused),
            SlotSet("requested_slot", None),
        ]


WORDS = {
    "booking_form": "预约",
    "move_form": "改期",
    "cancel_form": "取消预约",
    "finding_form": "找科室",
    "complaint_form": "投诉",
    "opinion_form": "意见",
    "request_form": "申请",
    "patient_form": "就诊人资料",
}
