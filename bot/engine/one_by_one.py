"""Two wishes in one message, taken one after the other: 挂明天的骨科，顺便问下停车多少钱.

The model hears one intent in a message. Where both halves are plainly different wishes, the first
is answered alone and the second waits in the dialogue until no errand is open any more.
"""

import re
from dataclasses import replace
from typing import Any, Protocol

from bot.engine import Engine, Question, Response
from service.conversations import Reply

_BESIDES = re.compile(
    r"^(?P<first>.{3,}?)[，,。；;！!\s]*(?P<later>(?:顺便|顺带|另外|同时|还想|然后再?|再(?=[帮给约挂问查])).{2,})$",
    re.DOTALL,
)
_WORD = re.compile(r"^(?:顺便|顺带|另外|同时|然后)[，,\s]*")
_PLAIN = 0.5
_ERRANDS = (
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "request_exam_booking",
    "request_escort",
    "join_waitlist",
)
_QUESTIONS = (
    "ask_doctor_schedule",
    "check_appointment",
    "ask_fees",
    "ask_insurance",
    "ask_directions",
    "ask_hours",
    "ask_report",
    "ask_visit_preparation",
)
# What a complaint or a description of an illness says besides belongs to it.
_FIRST = (*_ERRANDS, *_QUESTIONS)
_LATER = (*_FIRST, "file_complaint", "give_suggestion", "give_praise", "ask_human")


class ParsingEngine(Engine, Protocol):
    """An engine that also tells what it understands, without answering."""

    async def parse(self, text: str) -> dict[str, Any]: ...


class OneByOne:
    """An engine for people who say two things at once.

    Args:
        engine: answers each of them.
        kept: said when the second one has to wait.
    """

    def __init__(self, engine: ParsingEngine, kept: Reply) -> None:
        self._engine = engine
        self._kept = kept

    async def respond(self, question: Question) -> Response:
        waiting = str(question.dialogue.get("later", ""))
        first, later = await self._parted(question)
        response = await self._engine.respond(replace(question, text=first))
        later = later or waiting
        if not later:
            return response
        if response.dialogue.get("loop"):
            said = () if later == waiting else (self._kept,)
            dialogue = {**response.dialogue, "later": later}
            return replace(response, dialogue=dialogue, replies=(*said, *response.replies))
        further = await self._engine.respond(
            replace(question, text=later, press=None, dialogue=response.dialogue)
        )
        return replace(
            further,
            replies=(*response.replies, *further.replies),
            flags=(*response.flags, *further.flags),
            honorific=further.honorific or response.honorific,
            understanding=response.understanding,
        )

    async def _parted(self, question: Question) -> tuple[str, str]:
        """The first wish and the second one; inside an errand a message is one answer."""
        match = _BESIDES.match(question.text)
        if question.press is not None or question.dialogue.get("loop") or match is None:
            return question.text, ""
        first, later = match["first"], _WORD.sub("", match["later"])
        wishes = [await self._wish(one) for one in (first, later)]
        other = wishes[0] != wishes[1] or set(wishes) == {"book_appointment"}
        if wishes[0] in _FIRST and wishes[1] in _LATER and other:
            return first, later
        return question.text, ""

    async def _wish(self, text: str) -> str:
        intent = (await self._engine.parse(text)).get("intent") or {}
        return str(intent.get("name")) if float(intent.get("confidence") or 0) >= _PLAIN else ""

    async def close(self) -> None:
        await self._engine.close()
