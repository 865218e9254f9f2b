"""取消: a booking given back, or a request or a place on the waiting list taken back."""

import json
import re

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import request_words as words
from actions.appointments import (
    booking_lines,
    own_bookings,
    patient_name,
    request_buttons,
    say_past_cutoff,
)
from actions.choosing import session_line
from actions.errand import DONE, Draft
from actions.questions import AnswerQuestion
from actions.request_kinds import WORDS, just_made, named_requests, own_requests, request_line
from actions.turn import Turn
from actions.which import WithBooking
from service import appointments
from service.errors import NotFound, NotYours, PastCutoff
from service.requests import withdraw_request

_NUMBER = re.compile(r"FW\d{8}-\d{4,}", re.IGNORECASE)
_OF_MONEY = re.compile(r"退(?:钱|费|款|挂号费)|扣(?:钱|费|款)|收(?:钱|费)|手续费")
_CANCELS = re.compile(
    r"(?:那|就|还是|嗯|是的?|对|好的?|要|我要|确认|确定|帮我|[，,\s])*"
    r"(?:取消|退)(?:了|掉|吧|它|啊|这个|预约|[。！!\s])*"
)
_ALL = re.compile(
    r"(?<![不别])(?:都|全部?|所有的?|[两三]个)[^不别，,。]{0,4}(?:取消|退|不[要去看]了)|(?<![不别])(?:取消|退)[^，,。]{0,2}(?:全部|所有|[两三]个)"
)
_KEEPS = re.compile(r"(?:那|我|还是|先|都)*(?:不|别)(?:取消|退)(?:了|吧|[。！!])*")
_MOVES_INSTEAD = re.compile(
    r"(?<!不)(?:改|换)(?:个|一下|一个|到)?(?:时间|日子|期(?!待)|天|周|星期|礼拜|明|后天|下周|\d)"
)


class CancelBooking(WithBooking):
    """取消预约: which one, are you sure, done."""

    form = "cancel_form"
    word = "取消"
    opens = ("cancel_appointment",)
    replaces = ("move_form",)
    verb = "cancel"

    async def act(self, turn: Turn) -> list[EventType]:
        """不取消了，改时间 moves the booking instead; 退号能退钱吗 is a question, and takes nothing back."""
        kept = turn.slot("draft") or {}
        booking = kept.get("values", {}).get("booking")
        open_here = kept.get("form") == self.form
        moves = turn.typed and _MOVES_INSTEAD.search(turn.text)
        if open_here and turn.loop_is_asking and booking and moves:
            over = [SlotSet("draft", None), SlotSet("requested_slot", None)]
            return [SlotSet("topic", {"booked": booking}), *over, FollowupAction("move_form")]
        of_money = turn.typed and _OF_MONEY.search(turn.text) and words.asks(turn.text)
        if not open_here and of_money:
            return self.hand_on(turn, await AnswerQuestion().act(turn))
        return await super().act(turn)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if turn.typed and _ALL.search(turn.text):
            draft["all"] = True
        elif step == "booking" and turn.typed and _KEEPS.fullmatch(turn.text.strip()):
            draft["no"] = True
            return True
        if step == "confirm" and (turn.affirms or _CANCELS.fullmatch(turn.text.strip())):
            draft["yes"] = True
            return True
        if step == "confirm" and turn.typed and await self.refuses_it(turn, draft):
            await self._read_meant(turn, draft)
            return True
        if await self._read_meant(turn, draft):
            return True
        if step == "confirm" and (turn.denies or turn.stops):
            draft["no"] = True
            return True
        return False

    def ends(self, turn: Turn, step: str) -> bool:
        """取消吧 to the question itself is a yes, and 不取消了 its no."""
        return step != "confirm" and super().ends(turn, step)

    async def _read_meant(self, turn: Turn, draft: Draft) -> bool:
        """The booking or the request that the words mean; the one rules the other out."""
        if await self._read_request(turn, draft):
            draft.pop("booking", None)
            return True
        if await self.read_booking(turn, draft):
            draft.pop("request", None)
            return True
        return False

    async def _read_request(self, turn: Turn, draft: Draft) -> bool:
        """A request that is meant: pressed, by its number, by its kind, or as all there is."""
        if "request" in turn.values:
            draft["request"] = str(turn.values["request"])
            return True
        number = _NUMBER.search(turn.text)
        if number:
            draft["request"] = number[0].upper()
            return True
        requests = await own_requests(turn)
        fitting = named_requests(turn.text, requests)
        if draft.get("request") or draft.get("booking"):
            other = len(fitting) == 1 and fitting[0].number != draft.get("request")
            if other and not turn.denies:
                draft["request"] = fitting[0].number
            return other and not turn.denies
        if not fitting and not draft.get("refused"):
            fitting = await just_made(turn, requests)
        if not fitting and "申请" in turn.text:
            fitting = requests
        if not fitting and requests and not draft.get("refused") and not await own_bookings(turn):
            fitting = requests
        if len(fitting) == 1:
            draft["request"] = fitting[0].number
        elif fitting:
            draft["several"] = True
        return bool(fitting)

    async def ask(self, turn: Turn, draft: Draft) -> str:
        alone = draft.get("refused") and not await own_bookings(turn)
        if draft.pop("several", False) or alone:
            draft.pop("refused", None)
            turn.say("cancel_which", request_buttons(await own_requests(turn)))
            return "booking"
        if draft.get("request"):
            return await self._ask_request(turn, draft)
        if draft.pop("no", False):
            turn.say("cancel_kept")
            return DONE
        standing = await own_bookings(turn)
        if draft.get("all") and not draft.get("booking") and standing:
            draft["booking"] = standing[0].number
        asked = await self.ask_booking(turn, draft)
        if asked:
            return DONE if asked.endswith("none") else asked
        try:
            booking = await self.booking(turn, draft)
            if not draft.get("yes"):
                turn.say(
                    "cancel_confirm",
                    [("确认取消", "/affirm"), ("不取消", "/deny")],
                    line=await booking_lines(turn, booking),
                )
                return "confirm"
            done = await appointments.cancel(
                turn.services.db,
                turn.services.clock,
                turn.services.settings,
                conversation_id=await turn.conversation_id(),
                number=booking.number,
            )
        except (NotYours, NotFound):
            turn.say("booking_not_found", number=draft["booking"])
            return DONE
        except PastCutoff:
            say_past_cutoff(turn)
            return DONE
        draft.pop("booking")
        again = {"department": done.session.practitioner.department.name}
        turn.say(
            "cancel_done",
            [
                (
                    "重新预约",
                    f"/book_appointment{json.dumps({**again, 'patient': done.patient_id})}",
                )
            ],
            number=done.number,
            patient=await patient_name(turn, done.patient_id),
            when=session_line(done.session, turn.today),
            department=done.session.practitioner.department.name,
        )
        return await self._ask_next(turn, draft)

    async def _ask_next(self, turn: Turn, draft: Draft) -> str:
        """都取消: after one the next, each with its own yes."""
        draft.pop("yes", None)
        if not draft.get("all") or not await own_bookings(turn):
            return DONE
        return await self.ask(turn, draft)

    def left_behind(self, draft: Draft) -> Draft | None:
        """The request that stands after all, for what is said of it next."""
        return {"request": draft["kept"]} if draft.get("kept") else None

    async def _ask_request(self, turn: Turn, draft: Draft) -> str:
        number = str(draft["request"])
        request = next((one for one in await own_requests(turn) if one.number == number), None)
        if request is None:
            turn.say("request_not_found", number=number)
            return DONE
        if draft.pop("no", False):
            turn.say("cancel_kept")
            draft["kept"] = number
            return DONE
        if not draft.get("yes"):
            turn.say(
                "request_withdraw_sure",
                [("确认撤回", "/affirm"), ("不撤了", "/deny")],
                line=request_line(turn, request),
            )
            return "confirm"
        await withdraw_request(
            turn.services.db, turn.services.clock, await turn.conversation_id(), number
        )
        turn.say("request_withdrawn", number=number, word=WORDS[request.kind])
        return DONE


ACTIONS = (CancelBooking,)
