"""After an alarm, and in a crisis: what is answered until it is over."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
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
_ERRANDS = (
    "book_",
    "ask_",
    "check_",
    "cancel_",
    "reschedule_",
    "join_",
    "request_",
    "file_",
    "manage_",
    "stop_",
)
_RESUMES = re.compile("继续|接着")
_WHICH_CLINIC = re.compile("[挂看](?:什么|哪个|哪|啥)[科号]")
_KEPT = "alarm"
# Where a person talks with them at once and calm words are no sign that it is over; and what is
# to be seen today, but by no ambulance.
_NOT_FOLLOWED = frozenset({SUICIDE, "violence", "stool", "show"})
_ENDS = (News.NOT_MEANT, News.CLEARED)
_QUESTIONS = (News.WHERE, News.BRING)


@dataclass(frozen=True)
class Alarm:
    """An instruction that was given a short while ago, kept with where the dialogue stands.

    ``news``: how it went on, as last told. ``reminded``: an errand came since, and was answered
    with a word that help goes first.
    """

    kind: str
    at: datetime
    news: str = ""
    reminded: bool = False

    @classmethod
    def of(cls, dialogue: Mapping[str, Any], now: datetime) -> Self | None:
        """The alarm that a dialogue holds, if it is not long past."""
        kept = dialogue.get(_KEPT)
        if not kept:
            return None
        alarm = cls(**{**kept, "at": datetime.fromisoformat(kept["at"])})
        return alarm if now - alarm.at < LASTS else None

    @property
    def helped(self) -> bool:
        """Whether help was called or is there, or none is needed at once."""
        return self.news in (News.COMING, News.ARRIVED, News.OVER)

    @property
    def holds(self) -> bool:
        """Whether it is neither over nor in the hands of those who help."""
        return self.news not in (News.ARRIVED, News.OVER)

    @property
    def stay(self) -> str:
        """The name of what is said to words that are no business of ours."""
        return "alarm_over" if self.news == News.OVER else "alarm_stay"

    def after(self, news: News, dialogue: Mapping[str, Any]) -> dict[str, Any]:
        """The dialogue after news of this alarm; a question tells nothing of how it goes on."""
        if news in _ENDS:
            return {**dialogue, _KEPT: None}
        told = self if news in _QUESTIONS else replace(self, news=news.value)
        return told.kept_in(dialogue)

    def kept_in(self, dialogue: Mapping[str, Any]) -> dict[str, Any]:
        """The dialogue with this alarm in it."""
        return {**dialogue, _KEPT: {**asdict(self), "at": self.at.isoformat()}}

    def is_meant_by(self, danger: Danger, news: News | None) -> bool:
        """Whether a danger that was just seen is this one, for which help was called."""
        return news in (News.COMING, News.ARRIVED, News.NO_ANSWER) and danger.kind in (
            self.kind,
            "other",
        )


def kept_alarm(danger: Danger, now: datetime, dialogue: Mapping[str, Any]) -> dict[str, Any] | None:
    """The dialogue with a new alarm in it; None for a kind that is not followed."""
    return None if danger.kind in _NOT_FOLLOWED else Alarm(danger.kind, now).kept_in(dialogue)


def is_business(turn: Turn, response: Response) -> bool:
    """Whether words after an alarm or in a crisis are about the hospital's business all the same.

    They surely are an errand or take one up, or a step of one was taken, or a clinic was found
    for them. What only might be a complaint is not asked after. Whether a program answers is
    said whenever it is asked.
    """
    if turn.press is not None or is_plain_errand(response) or _RESUMES.match(turn.text.strip()):
        return True
    if _intent(response, PLAIN_ERRAND) == "bot_challenge" or _asks_for_another(turn, response):
        return True
    loop, after = turn.dialogue.get("loop"), response.dialogue.get("loop")
    if loop:
        return after in (loop, None) and _step(turn.dialogue) != _step(response.dialogue)
    if after:
        # A name after clinic times, a yes to a booking that was offered.
        return after != "finding_form" and _intent(response, PLAIN_ERRAND) in ("inform", "affirm")
    talk = _intent(response, PLAIN_TALK) in _TALK and not _names_clinic(response)
    return not talk and _offers_clinic(response)


def is_first_aid(response: Response) -> bool:
    """Whether words may ask what to do for a body in danger: 能喝水吗 is no question of ours then."""
    return _intent(response, 0) in ("ask_visit_preparation", "ask_aftercare")


def is_plain_errand(response: Response) -> bool:
    """Whether a message surely is an errand, whatever was said before."""
    return _intent(response, PLAIN_ERRAND).startswith(_ERRANDS)


def _step(dialogue: Mapping[str, Any]) -> tuple[Any, Any]:
    """What an errand knows, and what it asks for."""
    draft = dialogue.get("slots", {}).get("draft") or {}
    return draft.get("values"), draft.get("step")


def _asks_for_another(turn: Turn, response: Response) -> bool:
    """我爸要看病挂什么科: whoever was in danger is not meant."""
    entities = response.understanding.get("entities", ())
    return bool(_WHICH_CLINIC.search(turn.text)) and any(
        one["entity"] == "person" for one in entities
    )


def _names_clinic(response: Response) -> bool:
    entities = response.understanding.get("entities", ())
    return any(one["entity"] in ("department", "doctor") for one in entities)


def _offers_clinic(response: Response) -> bool:
    return any(
        str(button.payload.get("say", "")).startswith("/book_appointment{")
        for reply in response.replies
        for button in reply.buttons
    )


def _intent(response: Response, least: float) -> str:
    """The intent that the model has at least so much confidence in, or nothing."""
    sure = float(response.understanding.get("confidence", 0)) >= least
    return str(response.understanding.get("intent", "")) if sure else ""
