"""Another time for a request that stands 改时间: which request, to when, a yes, the change."""

import re
from datetime import date

from actions.appointments import own_bookings, request_buttons
from actions.errand import DONE, Draft
from actions.request_kinds import (
    KINDS,
    WORDS,
    is_too_soon,
    lines_of,
    named_requests,
    own_requests,
    spoken_days,
)
from actions.request_words import lasting
from actions.turn import Turn
from actions.wishes import day_words, hear
from service.errors import NotFound, NotYours, TooSoon
from service.model import ServiceRequest
from service.requests import change_request

_CHANGEABLE = tuple(kind.name for kind in KINDS.values())
"""The kinds of requests whose time a patient may change."""
_A_NUMBER = re.compile(r"预约|挂的?号|门诊")


class RequestTime:
    """Works on the draft of a move: ``request``, ``several``, ``new_when``, ``yes``."""

    def __init__(self, turn: Turn, draft: Draft) -> None:
        self._turn = turn
        self._draft = draft

    @property
    def is_meant(self) -> bool:
        """Whether a request is to be changed, rather than a booking."""
        return bool(self._draft.get("request") or self._draft.get("several"))

    async def read(self) -> bool:
        """A request that is meant, and the time that is wished for it."""
        draft = self._draft
        requests = [one for one in await own_requests(self._turn) if one.kind in _CHANGEABLE]
        number = await self._number(requests)
        if number and number != draft.get("request"):
            draft["request"] = number
            for key in ("booking", "several", "yes"):
                draft.pop(key, None)
        elif not self.is_meant:
            return False
        if await self._read_time(requests):
            return True
        return bool(number) or (bool(draft.get("several")) and not draft.get("asked_several"))

    async def _number(self, requests: list[ServiceRequest]) -> str:
        """The request that is pressed, named, just spoken of, or all there is."""
        turn, draft = self._turn, self._draft
        known = {one.number for one in requests}
        fitting = named_requests(turn.text, requests) if turn.typed else []
        number = str(turn.values.get("request", ""))
        if not number and len(fitting) == 1:
            number = fitting[0].number
        if not number and not draft.get("request") and not draft.get("booking"):
            just = str((turn.slot("topic") or {}).get("request", ""))
            alone = not await own_bookings(turn)
            if just in known and (alone or not await self._names_booking()):
                number = just
            elif alone and len(requests) == 1:
                number = requests[0].number
            elif (alone and requests) or len(fitting) > 1:
                draft["several"] = True
        return number if number in known else ""

    async def _names_booking(self) -> bool:
        """Whether the words speak of a booking rather than of the request just made."""
        heard = await hear(self._turn)
        return bool(heard.departments or heard.doctors or _A_NUMBER.search(self._turn.text))

    async def _read_time(self, requests: list[ServiceRequest]) -> bool:
        turn, draft = self._turn, self._draft
        heard = await hear(turn)
        request = next((one for one in requests if one.number == draft.get("request")), None)
        if request is not None and request.kind == "escort" and is_too_soon(turn, heard):
            draft["too_soon"] = True
        elif heard.when.days and not heard.when.ask:
            draft["new_when"] = spoken_days(turn, heard)
            draft["new_days"] = [day.isoformat() for day in heard.when.days]
        elif heard.when.ask:
            draft["ask_when"] = heard.when.reason or "unclear"
        elif draft.get("new_when") and turn.denies:
            draft.pop("new_when")
        else:
            return False
        return True

    async def ask(self) -> str:
        """Which request, to when, a yes, and the change."""
        turn, draft = self._turn, self._draft
        requests = [one for one in await own_requests(turn) if one.kind in _CHANGEABLE]
        if not draft.get("request"):
            draft["asked_several"] = True
            turn.say("request_change_which", request_buttons(requests))
            return "booking"
        request = next((one for one in requests if one.number == draft["request"]), None)
        if request is None:
            turn.say("request_not_found", number=draft["request"])
            return DONE
        reason = draft.pop("ask_when", "")
        if reason:
            turn.say(f"when_{reason}")
            return "day"
        if draft.pop("too_soon", False):
            turn.say("request_escort_too_soon", [("找人工", "/ask_human")])
        if not draft.get("new_when"):
            turn.say("request_change_when")
            return "day"
        if not draft.pop("yes", False):
            turn.say(
                "request_change_sure",
                [("确认修改", "/affirm"), ("不改了", '/deny{"stop": true}')],
                word=WORDS[request.kind],
                old=request.details.get("when") or "没有定",
                new=draft["new_when"],
            )
            return "confirm"
        return await self._change(request.number)

    async def _change(self, number: str) -> str:
        turn, draft, services = self._turn, self._draft, self._turn.services
        try:
            changed = await change_request(
                services.db,
                services.clock,
                services.settings,
                conversation_id=await turn.conversation_id(),
                number=number,
                details={"when": lasting(draft["new_when"])},
                days=[date.fromisoformat(day) for day in draft.get("new_days", ())],
            )
        except TooSoon:
            turn.say("request_escort_too_soon", [("找人工", "/ask_human")])
            draft.pop("new_when")
            return "day"
        except (NotYours, NotFound):
            turn.say("request_not_found", number=number)
            return DONE
        by = changed.answer_by.astimezone(services.settings.zone)
        turn.say(
            "request_changed",
            number=changed.number,
            lines=await lines_of(turn, changed.details),
            by=f"{day_words(by.date(), turn.today)}{by:%H:%M}",
        )
        return DONE
