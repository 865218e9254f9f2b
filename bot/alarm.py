"""After an alarm, and in a crisis: what is answered until it is over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from bot.engine import Response
from service.conversations import Turn
from service.safety import SUICIDE, Danger, News

LASTS = timedelta(hours=2)
PLAIN_ERRAND = 0.7
"""The model's confidence from which a message is the errand that it seems, in a crisis as well."""
PLAIN_TALK = 0.5
"""The same for words about how somebody is."""
_TALK = (
    "find_department",
    "report_emergency",
    "out_of_scope",
    "greet",
    "goodbye",
    "thank",
    "bot_challenge",
)
_ERRANDS = ("book_", "ask_", "check_", "cancel_", "reschedule_", "join_", "request_")
_RESUMES = re.compile("继续|接着")
_KEPT = "alarm"
# Where a person talks with them at once and calm words are no sign that it is over; and what is
# to be seen today, but by no ambulance.
_NOT_FOLLOWED = frozenset({SUICIDE, "violence", "stool"})


@dataclass(frozen=True)
class Alarm:
    """An instruction that was given a short while ago, kept with where the dialogue stands.

    ``reminded``: an errand came since, and was answered with a word that help goes first.
    """

    kind: str
    at: datetime
    reminded: bool = False

    @classmethod
    def of(cls, dialogue: Mapping[str, Any], now: datetime) -> Self | None:
        """The alarm that a dialogue holds, if it is not long past."""
        kept = dialogue.get(_KEPT)
        if not kept:
            return None
        alarm = cls(kept["kind"], datetime.fromisoformat(kept["at"]), kept["reminded"])
        return alarm if now - alarm.at < LASTS else None

    def kept_in(self, dialogue: Mapping[str, Any]) -> dict[str, Any]:
        """The dialogue with this alarm in it."""
        kept = {"kind": self.kind, "at": self.at.isoformat(), "reminded": self.reminded}
        return {**dialogue, _KEPT: kept}

    def with_reminder(self) -> Self:
        return replace(self, reminded=True)

    def is_meant_by(self, danger: Danger, news: News | None) -> bool:
        """Whether a danger that was just seen is this one, for which help was called."""
        return news in (News.COMING, News.ARRIVED, News.NO_ANSWER) and danger.kind in (
            self.kind,
            "other",
        )


def kept_alarm(danger: Danger, now: datetime, dialogue: Mapping[str, Any]) -> dict[str, Any] | None:
    """The dialogue with a new alarm in it; None for a kind that is not followed."""
    return None if danger.kind in _NOT_FOLLOWED else Alarm(danger.kind, now).kept_in(dialogue)


def without_alarm(dialogue: Mapping[str, Any]) -> dict[str, Any]:
    """The dialogue after an alarm that is over."""
    return {name: value for name, value in dialogue.items() if name != _KEPT}


def is_business(turn: Turn, response: Response) -> bool:
    """Whether words after an alarm or in a crisis are about the hospital's business all the same.

    They surely are an errand or take one up, or a step of one was taken, or a clinic was found
    for them. What only might be a complaint is not asked after.
    """
    if turn.press is not None or is_plain_errand(response) or _RESUMES.match(turn.text.strip()):
        return True
    if _intent(response, PLAIN_TALK) in _TALK or response.dialogue.get("loop") == "finding_form":
        return False
    before, after = turn.dialogue.get("slots", {}), response.dialogue.get("slots", {})
    moved = any(before.get(name) != after.get(name) for name in ("draft", "topic"))
    return moved or any(
        str(button.payload.get("say", "")).startswith("/book_appointment{")
        for reply in response.replies
        for button in reply.buttons
    )


def is_plain_errand(response: Response) -> bool:
    """Whether a message surely is an errand, whatever was said before."""
    return _intent(response, PLAIN_ERRAND).startswith(_ERRANDS)


def _intent(response: Response, least: float) -> str:
    """The intent that the model has at least so much confidence in, or nothing."""
    sure = float(response.understanding.get("confidence", 0)) >= least
    return str(response.understanding.get("intent", "")) if sure else ""
