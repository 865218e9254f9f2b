"""改期: one's own booking moved to another session; its number stays."""

import re
from datetime import date

from actions.appointments import (
    WithBooking,
    own_bookings,
    patient_name,
    request_buttons,
    say_past_cutoff,
)
from actions.booking import say_already_booked, say_receipt
from actions.choosing import SessionChooser, session_line
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
from actions.wishes import ClinicWish, apply, day_words, hear
from service import appointments
from service.errors import (
    AlreadyBooked,
    BookingPaused,
    NotBookable,
    NotFound,
    NotYours,
    PastCutoff,
    SessionFull,
    TooSoon,
    WrongPatient,
)
from service.model import Appointment
from service.requests import change_request

KIND_NAMES = tuple(kind.name for kind in KINDS.values())
"""The kinds of requests whose time a patient may change."""
_A_NUMBER = re.compile(r"预约|挂的?号|门诊")
_OF_TIME = re.compile(r"时间|日子|日期|天|上午|下午|医生|大夫")


class MoveBooking(WithBooking):
    """改期: which one, to when, yes, done; the number stays."""

    form = "move_form"
    word = "改期"
    opens = ("reschedule_appointment",)
    own = ("book_appointment",)
    verb = "move"

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if step == "confirm" and turn.affirms:
            draft["yes"] = True
            return True
        refused = step == "confirm" and not _OF_TIME.search(turn.text)
        if refused and await self.refuses_it(turn, draft):
            await self._read_request(turn, draft)
            await self.read_booking(turn, draft)
            return True
        if await self._read_request(turn, draft):
            return True
        chooser = SessionChooser(turn, draft, moving=True)
        if await chooser.read_pressed():
            return True
        found = await self.read_booking(turn, draft)
        if found:
            draft.pop("request", None)
        wish = ClinicWish.of(draft.get("wish"))
        heard = await hear(turn, wish.department)
        if heard.when.days or heard.when.period or heard.when.ask or (heard.doctors and step):
            apply(wish, heard)
            if found:
                wish.department, wish.doctors = "", []
            else:
                chooser.note(heard)
            draft["wish"] = wish.kept()
            draft.pop("session", None)
            draft["wished"] = True
            draft["named"] = bool(heard.doctors) and not found
            return True
        if found:
            return True
        if step and chooser.reads_other_wish():
            draft["wished"] = True
            return True
        if step == "confirm" and turn.denies:
            draft.pop("session", None)
            draft["wish"] = {}
            return True
        return False

    async def _read_request(self, turn: Turn, draft: Draft) -> bool:
        """A request whose time is to change: pressed, named, just spoken of, or all there is."""
        requests = [one for one in await own_requests(turn) if one.kind in KIND_NAMES]
        known = {one.number for one in requests}
        fitting = named_requests(turn.text, requests) if turn.typed else []
        number = str(turn.values.get("request", ""))
        if not number and len(fitting) == 1:
            number = fitting[0].number
        if not number and not draft.get("request") and not draft.get("booking"):
            just = str((turn.slot("topic") or {}).get("request", ""))
            alone = not await own_bookings(turn)
            if just in known and (alone or not await self._names_booking(turn)):
                number = just
            elif alone and len(requests) == 1:
                number = requests[0].number
            elif (alone and requests) or len(fitting) > 1:
                draft["several"] = True
        if number in known and number != draft.get("request"):
            draft["request"] = number
            draft.pop("booking", None)
            draft.pop("several", None)
            draft.pop("yes", None)
        elif not draft.get("request") and not draft.get("several"):
            return False
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
            return bool(number) or (bool(draft.get("several")) and not draft.get("asked_several"))
        return True

    async def _names_booking(self, turn: Turn) -> bool:
        """Whether the words speak of a booking rather than of the request just made."""
        heard = await hear(turn)
        return bool(heard.departments or heard.doctors or _A_NUMBER.search(turn.text))

    async def _ask_request(self, turn: Turn, draft: Draft) -> str:
        """Which request, to when, a yes, and the change."""
        requests = [one for one in await own_requests(turn) if one.kind in KIND_NAMES]
        if draft.get("several") and not draft.get("request"):
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
        services = turn.services
        try:
            changed = await change_request(
                services.db,
                services.clock,
                services.settings,
                conversation_id=await turn.conversation_id(),
                number=request.number,
                details={"when": lasting(draft["new_when"])},
                days=[date.fromisoformat(day) for day in draft.get("new_days", ())],
            )
        except TooSoon:
            turn.say("request_escort_too_soon", [("找人工", "/ask_human")])
            draft.pop("new_when")
            return "day"
        except (NotYours, NotFound):
            turn.say("request_not_found", number=request.number)
            return DONE
        by = changed.answer_by.astimezone(services.settings.zone)
        turn.say(
            "request_changed",
            number=changed.number,
            lines=await lines_of(turn, changed.details),
            by=f"{day_words(by.date(), turn.today)}{by:%H:%M}",
        )
        return DONE

    def left_behind(self, draft: Draft) -> Draft | None:
        """The request that another change right after is about."""
        return {"request": draft["request"]} if draft.get("request") else None

    async def ask(self, turn: Turn, draft: Draft) -> str:
        if draft.get("request") or draft.get("several"):
            return await self._ask_request(turn, draft)
        asked = await self.ask_booking(turn, draft)
        if asked:
            return DONE if asked.endswith("none") else asked
        try:
            booking = await self.booking(turn, draft)
        except (NotYours, NotFound):
            turn.say("booking_not_found", number=draft["booking"])
            return DONE
        if self._is_the_same(draft, booking):
            turn.say("move_same", when=session_line(booking.session, turn.today, doctor=False))
            draft["wish"] = {}
        draft["not_session"] = booking.session_id
        self._complete_wish(draft, booking)
        chooser = SessionChooser(turn, draft, moving=True)
        asked = await chooser.ask()
        if asked:
            return asked
        session = await appointments.find_session(turn.services.db, draft["session"])
        if not draft.pop("yes", False):
            turn.say(
                "move_confirm",
                [
                    ("确认改期", "/affirm"),
                    ("换时间", '/inform{"change": "day"}'),
                    ("不改了", '/deny{"stop": true}'),
                ],
                old=session_line(booking.session, turn.today),
                new=session_line(session, turn.today),
                patient=await patient_name(turn, booking.patient_id),
            )
            return "confirm"
        return await self._move(turn, draft, booking)

    def _is_the_same(self, draft: Draft, booking: Appointment) -> bool:
        """Whether the wish is for the half-day that is booked already."""
        wish, clinic = ClinicWish.of(draft.get("wish")), booking.session
        return (
            not draft.get("session")
            and not draft.get("named")
            and wish.days == [clinic.day.isoformat()]
            and wish.period in ("", clinic.period)
        )

    def _complete_wish(self, draft: Draft, booking: Appointment) -> None:
        """Same department, and the same doctor as long as nothing else is wished."""
        wish = ClinicWish.of(draft.get("wish"))
        doctor = booking.session.practitioner
        wish.department = wish.department or doctor.department.name
        draft["prefer"] = doctor.id
        if not wish.doctors and not draft.get("any") and not draft.get("wished"):
            wish.doctors = [doctor.id]
        elif draft.get("wished") and wish.doctors == [doctor.id] and not draft.get("named"):
            wish.doctors = []
        draft["wish"] = wish.kept()

    async def _move(self, turn: Turn, draft: Draft, booking: Appointment) -> str:
        try:
            moved = await appointments.move(
                turn.services.db,
                turn.services.clock,
                turn.services.settings,
                conversation_id=await turn.conversation_id(),
                number=booking.number,
                session_id=draft["session"],
                origin=turn.origin("move"),
            )
        except PastCutoff:
            say_past_cutoff(turn)
            return DONE
        except SessionFull as error:
            draft.pop("session")
            return SessionChooser(turn, draft).offer(error.alternatives, "booking_just_full")
        except AlreadyBooked as error:
            draft.pop("session")
            say_already_booked(turn, error.appointment)
            return "session"
        except (NotBookable, BookingPaused, WrongPatient):
            draft.pop("session")
            turn.say("booking_over")
            return await SessionChooser(turn, draft).ask() or DONE
        say_receipt(turn, moved, await patient_name(turn, moved.patient_id), moved=True)
        return DONE


ACTIONS = (MoveBooking,)
