"""Which of one's own bookings is meant, when it is to be moved or given back."""

import re
from collections.abc import Collection, Sequence
from datetime import date

from actions.appointments import (
    BOOKING_NUMBER,
    is_own,
    own_bookings,
    patient_name,
    request_buttons,
)
from actions.choosing import session_line
from actions.errand import DONE, MISBOOKED, Draft, Errand
from actions.request_kinds import own_requests
from actions.turn import Turn
from actions.wishes import ClinicWish, hear
from service import appointments
from service.honorifics import sex_of_relation
from service.model import Appointment
from service.patients import PatientCard
from service.person_names import RELATIONS, same_relation
from service.when import read_when
from service.when.shift import before_shift

_NOT_THAT = re.compile(r"不(?:想|要)?(?:是|取消|退|改)[^，,。！!\s是]*")
"""不是康复科的, 是中医科的: what is refused is not what is meant."""
_WRONG_ONE = re.compile(
    r"不是(?!要?(?:取消|退|改))|不对|错了|弄错|搞错|选错|另(?:外)?一?个|(?:别|其他|其它)的?那?个|换一?个(?!时间|医生|日子)"
)
_KEEPS = re.compile(r"不(?:想|要|用)?(?:取消|退|改)|留着|保留|别(?:取消|退|改)")
_MOVED = re.compile(r"(.*?)(?:改|换|挪|调|推迟|提前)(?:到|成|为|至|去|看|挂|约)(.*)", re.DOTALL)
_WRONG = re.compile(r"(.*?(?:挂|约|选|点|订)错[^，,。\s]*)(.*)", re.DOTALL)
_MISTAKEN = re.compile(r"(.*?)(?:挂|约|选|点|订)成(.*)", re.DOTALL)
_CHANGED = re.compile(
    r"(.*?)(?:改|换)(?!.*(?:的|那|这|号|预约|时间|日子|期|一下|天))(.+)", re.DOTALL
)
MOVES = re.compile(r"(?:改|换|挪|调|推迟|提前)(?:到|成|为|至)")
_GIVES_BACK = re.compile(r"(?<![不别])(?:取消|退)(?:了|掉|吧|它)?|不(?:要|去|看|挂|约|来)了")
_STAYS_AWAY = re.compile(r"(?:那|我|就|都|还是|先)*不(?:去|来)(?:看)?了[吧啊。！!]*")
_A_NUMBER = re.compile(r"预约|挂的?号|门诊")
_RELATIVE = re.compile(RELATIONS)
_SOMEBODYS = re.compile(rf"(?<![他特你])({RELATIONS})(?=的|那|挂|约|预约|[，,。！!\s]*$)")
_MYSELF = re.compile(r"我自己|本人|自己的")
_MINE = re.compile(r"我的(?!预约|号|挂号)")
_OF_ONE_BOOKING = (
    "session",
    "yes",
    "no",
    "named",
    "wished",
    "prefer",
    "any",
    "not_session",
    "same_day",
    "shift",
    "other_department",
)


def parts_of_move(text: str) -> tuple[str, str]:
    """What a message says of the booking to be moved, and of where it shall go.

    把周三的改到眼科 is 把周三的 and 眼科; without such a word each part is the whole of it.
    """
    if match := _MOVED.match(text) or _WRONG.match(text):
        return match[1], match[2]
    if match := _MISTAKEN.match(text):
        return match[2], match[1]
    match = _CHANGED.match(text)
    return (match[1], match[2]) if match else (text, text)


async def described(
    turn: Turn, bookings: Sequence[Appointment], said: str, days: Collection[date] = ()
) -> list[Appointment]:
    """The bookings that the words fit best; never one of somebody else than is spoken of."""
    cards = {card.id: card for card in await turn.patients()}
    handbook = await turn.handbook()
    departments, doctors = handbook.find_departments(said), handbook.find_doctors(said)
    scores: list[tuple[int, Appointment]] = []
    for one in bookings:
        doctor, card = one.session.practitioner, cards.get(one.patient_id)
        if card is not None and not _may_be(card, said):
            continue
        marks = [
            bool(departments) and doctor.department.name == departments[0].name,
            doctor.id in [known.id for known in doctors],
            card is not None and (card.name in said or _is_relative(card.relation, said)),
            one.session.day in days,
        ]
        scores.append((sum(marks), one))
    best = max((score for score, _ in scores), default=0)
    return [one for score, one in scores if best and score == best]


def _may_be(card: PatientCard, said: str) -> bool:
    """Whether a patient can be the one whose booking is spoken of: 我儿子的 is not my mother's."""
    spoken = _SOMEBODYS.search(said)
    relation = "本人" if _MYSELF.search(said) else spoken[1] if spoken else ""
    if not relation or card.name in said:
        return True
    if card.relation:
        return same_relation(card.relation, relation)
    return len({card.sex, sex_of_relation(relation)} - {None}) < 2


def _is_relative(relation: str, text: str) -> bool:
    """Whether a text speaks of the patient by the relation: 我爱人的 is 老婆's."""
    if _MYSELF.search(text):
        return relation == "本人"
    said = _RELATIVE.search(text)
    return said is not None and bool(relation) and same_relation(said[0], relation)


async def errand_of_own(turn: Turn) -> str:
    """The form that words outside of an errand mean when a booking stands: 改成周四下午, 取消吧.

    不挂了 and its kin say so little that they mean only what was just booked or asked for; 不去了 is
    said of a booking.
    """
    topic = turn.slot("topic") or {}
    if not turn.typed or turn.loop or "case" in topic:
        return ""
    # 不要了 to "the next one?" or "go on with the other?" is the answer to that.
    asked = topic.get("department") or (turn.slot("paused") or {}).get("offered")
    just = not asked and (topic.get("booked") or topic.get("request"))
    gives_back = _GIVES_BACK.search(turn.text)
    if MOVES.search(turn.text) or (topic.get("booked") and MISBOOKED.search(turn.text)):
        form = "move_form"
    elif (not asked and _STAYS_AWAY.fullmatch(turn.text.strip())) or (
        gives_back and (just or "取消" in gives_back[0])
    ):
        form = "cancel_form"
    else:
        return ""
    return form if await own_bookings(turn) or topic.get("request") else ""


class WithBooking(Errand):
    """An errand about one of the chat's own bookings."""

    verb = ""

    async def read_booking(self, turn: Turn, draft: Draft) -> bool:
        """Which booking is meant: by number, button, or by what is said of it.

        One that was chosen already gives way to another one that is plainly named.
        """
        if "booking" in turn.values:
            return self._take(draft, str(turn.values["booking"]))
        number = BOOKING_NUMBER.search(turn.text)
        if number:
            if await is_own(turn, number[0]):
                return self._take(draft, number[0].upper())
            draft["not_found"] = number[0].upper()
            return True
        if not turn.typed and draft.get("booking"):
            return False
        return await self._read_described(turn, draft)

    async def _read_described(self, turn: Turn, draft: Draft) -> bool:
        bookings = await own_bookings(turn)
        again = bool(draft.get("booking") or draft.get("refused"))
        said = turn.text if self.verb == "cancel" else parts_of_move(turn.text)[0]
        said = _NOT_THAT.sub("", said) if again else said
        fitting = await described(turn, bookings, said, self._days(turn, again))
        if len(fitting) == 1:
            return draft.get("booking") != fitting[0].number and self._take(
                draft, fitting[0].number
            )
        if again:
            return False
        if not fitting and await self._names_none(turn, bookings, said):
            draft["not_named"] = True
            return True
        likely = await self._likely(turn, bookings, said)
        if await self._is_guess(turn, likely, said):
            return False
        if len(likely) == 1:
            draft["booking"] = likely[0].number
        elif not fitting and turn.typed and not _A_NUMBER.search(turn.text):
            just = (turn.slot("topic") or {}).get("booked")
            if just in [one.number for one in likely]:
                draft["booking"] = just
        return False

    async def _likely(
        self, turn: Turn, bookings: list[Appointment], said: str
    ) -> list[Appointment]:
        """The bookings of whoever is spoken of, 我的 being nobody's who is a relative; else all."""
        mine = bool(_MINE.search(said))
        cards = {
            card.id
            for card in await turn.patients()
            if _may_be(card, said) and not (mine and card.relation not in ("", "本人"))
        }
        return [one for one in bookings if one.patient_id in cards] or bookings

    async def _is_guess(self, turn: Turn, likely: list[Appointment], said: str) -> bool:
        """我儿子的, when nobody who is booked is known to be a son: which one, is asked."""
        if _MYSELF.search(said) or not _SOMEBODYS.search(said):
            return False
        patients = {one.patient_id for one in likely}
        return any(card.id in patients and not card.relation for card in await turn.patients())

    async def _names_none(self, turn: Turn, bookings: list[Appointment], said: str) -> bool:
        """Whether the words describe a booking, and there is no such one."""
        heard = await hear(turn, said=said)
        cards = await turn.patients()
        names = [card for card in cards if card.name in said]
        booked = [one.patient_id for one in bookings]
        nobodys = bookings and not any(_may_be(card, said) for card in cards if card.id in booked)
        return bool(turn.typed and (heard.departments or heard.doctors or names or nobodys))

    def _days(self, turn: Turn, again: bool) -> tuple[date, ...]:
        """The days that describe a booking; for one chosen already a day names no other."""
        if self.verb == "cancel":
            return () if again else turn.when().days
        match = _MOVED.match(turn.text)
        moved = match[1] if match else before_shift(turn.text)
        return read_when(moved, turn.now).days if moved else ()

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

    async def ask_booking(self, turn: Turn, draft: Draft) -> str:
        """Ask which booking; nothing when it is known."""
        missing = draft.pop("not_found", "")
        if missing:
            turn.say("booking_not_found", number=missing)
        not_named = draft.pop("not_named", False)
        if draft.get("booking"):
            return ""
        bookings = await own_bookings(turn)
        if not bookings:
            turn.say("bookings_none", [("预约挂号", "/book_appointment"), ("找人工", "/ask_human")])
            return DONE + "none"
        if not_named:
            turn.say("booking_not_such")
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

    def left_behind(self, draft: Draft) -> Draft | None:
        """The booking that 取消吧 right after is about."""
        return {"booked": draft["booking"]} if draft.get("booking") else None
