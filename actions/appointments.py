"""One's own bookings: look them up, move them, give them back, wait for a free number."""

import re
from datetime import date

from rasa_sdk.events import EventType

from actions.choosing import session_line
from actions.errand import DONE, Draft, Errand
from actions.following import about_own
from actions.request_kinds import WORDS, own_requests, request_line
from actions.turn import Turn, TurnAction
from actions.wishes import ClinicWish, Heard, day_words, hear
from service import appointments
from service.errors import (
    NotFound,
    NotYours,
)
from service.model import Appointment, ServiceRequest
from service.person_names import RELATIONS
from service.when import read_when

LONGEST_TITLE = 12
_NUMBER = re.compile(r"YY\d{8}-\d{4,}", re.IGNORECASE)
_NOT_THAT = re.compile(r"不(?:想|要)?(?:是|取消|退|改)[^，,。！!\s是]*")
"""不是康复科的, 是中医科的: what is refused is not what is meant."""
_WRONG_ONE = re.compile(
    r"不是(?!要?(?:取消|退|改))|不对|错了|弄错|搞错|选错|另(?:外)?一?个|(?:别|其他|其它)的?那?个|换一?个(?!时间|医生|日子)"
)
_KEEPS = re.compile(r"不(?:想|要|用)?(?:取消|退|改)|留着|保留|别(?:取消|退|改)")
_WAYS_TO_SAY = [
    set(words.split())
    for words in (
        "老爸 爸爸 父亲 老爷子 爸 爹",
        "老妈 妈妈 母亲 老太太 妈 娘",
        "老婆 爱人 媳妇 妻子 对象 老伴",
        "老公 丈夫 爱人 对象 老伴",
        "儿子 孩子 宝宝 小孩 娃",
        "女儿 闺女 孩子 宝宝 小孩 娃",
        "姥姥 外婆",
        "姥爷 外公",
    )
]
_MOVED_FROM = re.compile(r"(.+?)(?:改|换|挪|调|推迟|提前)(?:到|成|为|至)")
_RELATIVE = re.compile(RELATIONS)
_MYSELF = re.compile(r"我自己|本人|自己的")


async def own_bookings(turn: Turn) -> list[Appointment]:
    """The bookings of this chat that are still to come."""
    services = turn.services
    return await appointments.standing(services.db, services.clock, await turn.conversation_id())


async def patient_name(turn: Turn, patient_id: int) -> str:
    """The name of one of this chat's patients."""
    return next((card.name for card in await turn.patients() if card.id == patient_id), "")


class CheckAppointments(TurnAction):
    """我的预约: each booking in two lines."""

    called = "action_check_appointments"

    async def act(self, turn: Turn) -> list[EventType]:
        about = None if turn.loop else await about_own(turn)
        if about is not None:
            return about
        number = _NUMBER.search(turn.text)
        if number and not await _is_own(turn, number[0]):
            turn.say("booking_not_found", number=number[0].upper())
        bookings = await own_bookings(turn)
        requests = await own_requests(turn)
        if requests:
            turn.say(
                "requests",
                [("撤回申请", "/cancel_appointment")],
                count=len(requests),
                lines="\n".join(request_line(turn, one) for one in requests[:4]),
            )
        if not bookings:
            if turn.loop in ("booking_form", "request_form"):
                turn.say("booking_not_yet")
            elif not requests:
                turn.say(
                    "bookings_none", [("预约挂号", "/book_appointment"), ("找人工", "/ask_human")]
                )
            return []
        lines = [await booking_lines(turn, one) for one in bookings[:5]]
        turn.say(
            "bookings",
            [
                ("改时间", "/reschedule_appointment"),
                ("取消预约", "/cancel_appointment"),
                ("再约一个", "/book_appointment"),
            ],
            count=len(bookings),
            lines="\n".join(lines),
        )
        return []


async def booking_lines(turn: Turn, booking: Appointment) -> str:
    """One booking as a patient reads it."""
    zone = turn.services.settings.zone
    session = booking.session
    doctor = session.practitioner
    window = f"{booking.window_starts.astimezone(zone):%H:%M}"
    name = await patient_name(turn, booking.patient_id)
    note = "（这次门诊已停诊，请改期）" if session.cancelled else ""
    return (
        f"{name}：{day_words(session.day, turn.today)} {window}起，{doctor.department.name}"
        f"{doctor.name}，{doctor.department.location}{session.room}，{booking.queue_number}号，"
        f"编号 {booking.number}{note}"
    )


async def _is_own(turn: Turn, number: str) -> bool:
    try:
        await appointments.find_appointment(turn.services.db, await turn.conversation_id(), number)
    except (NotFound, NotYours):
        return False
    return True


class WithBooking(Errand):
    """An errand about one of the chat's own bookings."""

    verb = ""

    async def read_booking(self, turn: Turn, draft: Draft) -> bool:
        """Which booking is meant: by number, button, or by what is said of it.

        One that was chosen already gives way to another one that is plainly named.
        """
        if "booking" in turn.values:
            return self._take(draft, str(turn.values["booking"]))
        number = _NUMBER.search(turn.text)
        if number:
            if await _is_own(turn, number[0]):
                return self._take(draft, number[0].upper())
            draft["not_found"] = number[0].upper()
            return True
        if not turn.typed and draft.get("booking"):
            return False
        bookings = await own_bookings(turn)
        heard = await hear(turn)
        fitting = await self._fitting(
            turn, bookings, heard, again=bool(draft.get("booking") or draft.get("refused"))
        )
        if draft.get("booking"):
            others = len(fitting) == 1 and fitting[0].number != draft["booking"]
            return others and self._take(draft, fitting[0].number)
        named = bool(heard.departments or heard.doctors)
        if len(fitting) == 1:
            return self._take(draft, fitting[0].number)
        if len(bookings) == 1 and not named and not draft.get("refused"):
            draft["booking"] = bookings[0].number
        elif named and not fitting and self.verb == "cancel" and not draft.get("refused"):
            draft["not_named"] = True
            return True
        return False

    def _take(self, draft: Draft, number: str) -> bool:
        """Another booking than before begins anew; the wished day stays."""
        if draft.get("booking") != number:
            for key in _OF_ONE_BOOKING:
                draft.pop(key, None)
            wish = ClinicWish.of(draft.get("wish"))
            draft["wish"] = ClinicWish(days=wish.days, period=wish.period).kept()
        draft["booking"] = number
        return True

    async def refuses_it(self, turn: Turn, draft: Draft) -> bool:
        """不是这个: another one of several is meant, and which one is asked."""
        if not turn.typed or not _WRONG_ONE.search(turn.text) or _KEEPS.search(turn.text):
            return False
        several = len(await own_bookings(turn)) + len(await own_requests(turn)) > 1
        if several:
            for key in ("booking", "request", *_OF_ONE_BOOKING):
                draft.pop(key, None)
            draft["refused"] = True
        return several

    async def _fitting(
        self, turn: Turn, bookings: list[Appointment], heard: Heard, *, again: bool
    ) -> list[Appointment]:
        """The bookings that the words fit best; for one chosen already a day names no other."""
        cards = {card.id: card for card in await turn.patients()}
        said = _NOT_THAT.sub("", turn.text) if again else turn.text
        handbook = await turn.handbook()
        departments = handbook.find_departments(said) if again else heard.departments
        doctors = handbook.find_doctors(said) if again else heard.doctors
        days = heard.when.days if self.verb == "cancel" and not again else self._moved_from(turn)
        scores: list[tuple[int, Appointment]] = []
        for one in bookings:
            doctor = one.session.practitioner
            card = cards.get(one.patient_id)
            marks = [
                bool(departments) and doctor.department.name == departments[0].name,
                doctor.id in [known.id for known in doctors],
                card is not None and (card.name in said or _is_relative(card.relation, said)),
                one.session.day in days,
            ]
            scores.append((sum(marks), one))
        best = max((score for score, _ in scores), default=0)
        return [one for score, one in scores if best and score == best]

    def _moved_from(self, turn: Turn) -> tuple[date, ...]:
        """The day of the booking that is to be moved: 把周三的改到周五."""
        match = _MOVED_FROM.match(turn.text)
        return () if match is None else read_when(match[1], turn.now).days

    async def ask_booking(self, turn: Turn, draft: Draft) -> str:
        """Ask which booking; nothing when it is known."""
        missing = draft.pop("not_found", "")
        if missing:
            turn.say("booking_not_found", number=missing)
        if draft.pop("not_named", False):
            turn.say("booking_not_such")
        if draft.get("booking"):
            return ""
        bookings = await own_bookings(turn)
        if not bookings:
            turn.say("bookings_none", [("预约挂号", "/book_appointment"), ("找人工", "/ask_human")])
            return DONE + "none"
        await self.ask_which(turn, draft, bookings)
        return "booking"

    async def ask_which(self, turn: Turn, draft: Draft, bookings: list[Appointment]) -> None:
        """The bookings as buttons, and the requests beside them once one was refused."""
        buttons = [
            (
                f"{await patient_name(turn, one.patient_id)} {session_line(one.session, turn.today)}",
                f'/inform{{"booking": "{one.number}"}}',
            )
            for one in bookings[:5]
        ]
        if draft.pop("refused", False):
            buttons += request_buttons(await own_requests(turn))
        turn.say(f"{self.verb}_which", buttons)

    async def booking(self, turn: Turn, draft: Draft) -> Appointment:
        """The chosen booking."""
        return await appointments.find_appointment(
            turn.services.db, await turn.conversation_id(), draft["booking"]
        )


def request_buttons(requests: list[ServiceRequest]) -> list[tuple[str, str]]:
    """Requests to choose from."""
    return [(_title(one), f'/inform{{"request": "{one.number}"}}') for one in requests[:4]]


def _title(request: ServiceRequest) -> str:
    """检查预约：胃镜, or its number when nothing was told."""
    what = str(request.details.get("what") or request.number).replace("\n", " ")
    return f"{WORDS[request.kind]}：{what[:LONGEST_TITLE]}"


def _is_relative(relation: str, text: str) -> bool:
    """Whether a text speaks of the patient by the relation: 我爱人的 is 老婆's."""
    if _MYSELF.search(text):
        return relation == "本人"
    said = _RELATIVE.search(text)
    if said is None or not relation:
        return False
    return said[0] == relation or any({said[0], relation} <= group for group in _WAYS_TO_SAY)


_OF_ONE_BOOKING = ("session", "yes", "no", "named", "wished", "prefer", "any", "not_session")


def say_past_cutoff(turn: Turn) -> None:
    """Too close to the clinic's start: a person can still help."""
    turn.say(
        "booking_past_cutoff",
        [("找人工", "/ask_human")],
        hours=turn.services.settings.cancel_hours,
    )
    turn.flag("human", "booking past cutoff")


ACTIONS = (CheckAppointments,)
