"""Doctors: who sits when, how many numbers are left, who is good at what."""

import json
import re
from collections.abc import Collection, Sequence

from rasa_sdk.events import EventType, SlotSet

from actions.appointments import own_bookings
from actions.desk import tell_phone
from actions.turn import Buttons, Turn, TurnAction
from actions.wishes import PERIOD_NAMES, ClinicWish, apply, day_words, days_words, hear, yuan
from service.answers import AND_THAT
from service.appointments import find_session
from service.handbook import Handbook
from service.honorifics import surname
from service.model import ClinicSession, Practitioner
from service.sessions import find_sessions
from service.triage import find_departments

_WHY = re.compile(r"(?:怎么|为什么|为啥|咋|干嘛|原因).{0,3}停诊|停诊.{0,3}(?:原因|为什么|怎么)")


class ShowSchedule(TurnAction):
    """出诊: of a department or a doctor, with what is left and what is cancelled."""

    called = "action_show_schedule"

    async def act(self, turn: Turn) -> list[EventType]:
        if turn.typed and (told := await tell_phone(turn)) is not None:
            return told
        topic = turn.slot("topic") or {}
        wish = ClinicWish.of(topic) if AND_THAT.fullmatch(turn.text) else ClinicWish()
        heard = await hear(turn, str(topic.get("department", "")))
        apply(wish, heard)
        if heard.unknown_doctor:
            turn.say("doctor_unknown", doctor=heard.unknown_doctor)
        if not wish.department and not wish.doctors:
            wish.department = str(topic.get("department", ""))
            wish.doctors = await spoken_doctors(turn)
        if heard.when.reason == "past":
            turn.say("schedule_past")
        elif heard.when.ask and not wish.days:
            turn.say(f"when_{heard.when.reason or 'unclear'}")
        return await self.show(turn, wish)

    async def show(self, turn: Turn, wish: ClinicWish) -> list[EventType]:
        """Show the sessions of a wish, or ask for a department when it names none."""
        handbook = await turn.handbook()
        department = handbook.department(wish.department)
        if department is None and not wish.doctors:
            turn.say("schedule_ask_department", [("不知道看什么科", "/find_department")])
            return []
        if department is not None and not department.bookable:
            turn.say(
                "booking_walk_in",
                department=department.name,
                place=department.location,
                phone=department.phone,
            )
            return []
        doctors = [one for one in handbook.practitioners if one.id in wish.doctors]
        here = [one for one in doctors if department and one.department_id == department.id]
        doctors = here or doctors
        wish.doctors = [one.id for one in doctors]
        found = await self._show(turn, wish, doctors)
        return _remember(wish, {one.practitioner.id for one in found})

    async def _show(
        self, turn: Turn, wish: ClinicWish, doctors: list[Practitioner]
    ) -> list[ClinicSession]:
        services = turn.services
        handbook = await turn.handbook()
        found = await find_sessions(
            services.db, wish.sessions(handbook), services.clock, services.settings
        )
        who = "、".join(_named(one, doctors) for one in doctors[:3]) or wish.department
        when = days_words(wish.days, turn.today) if wish.days else "近两周"
        when += PERIOD_NAMES.get(wish.period, "")
        free = [one for one in found if one.left > 0]
        if not found:
            return await self._show_next(turn, wish, doctors, who, when)
        # Of one doctor also what is cancelled: whoever asks for that day must see why.
        all_of_it = wish.days or len(doctors) == 1
        wants_free = turn.typed and "有号" in turn.text
        shown = found[:6] if all_of_it and not wants_free else (free or found)[:5]
        why = next((one.note for one in found if one.cancelled and one.note), "")
        if why and free and turn.typed and _WHY.search(turn.text):
            lines = "\n".join(_line(one, doctors, turn) for one in free[:4])
            turn.say("schedule_why", self._buttons(wish, free), who=who, reason=why, lines=lines)
            return found
        lines = "\n".join(_line(one, doctors, turn) for one in shown)
        response = "schedule" if free else "schedule_full"
        if all(one.cancelled for one in found):
            response = "schedule_cancelled"
        turn.say(response, self._buttons(wish, free), who=who, when=when, lines=lines)
        return found

    async def _show_next(
        self, turn: Turn, wish: ClinicWish, doctors: list[Practitioner], who: str, when: str
    ) -> list[ClinicSession]:
        """No clinic then: the next ones, so that nobody has to ask again."""
        services = turn.services
        handbook = await turn.handbook()
        open_wish = ClinicWish(wish.department, wish.doctors, kind=wish.kind)
        found = await find_sessions(
            services.db, open_wish.sessions(handbook), services.clock, services.settings
        )
        free = [one for one in found if one.left > 0]
        if not free:
            turn.say("schedule_none", self._buttons(wish, free), who=who, when=when)
            return []
        lines = "\n".join(_line(one, doctors, turn) for one in free[:3])
        turn.say(
            "schedule_next", self._buttons(open_wish, free[:3]), who=who, when=when, lines=lines
        )
        return free

    def _buttons(self, wish: ClinicWish, free: list[ClinicSession]) -> Buttons:
        values = json.dumps(
            {key: value for key, value in wish.kept().items() if key != "kind"}, ensure_ascii=False
        )
        if free:
            titles = [_short(one) for one in free[:4]]
            sessions = [
                (
                    f"预约{title}" + _department_of(one) * (titles.count(title) > 1),
                    f'/book_appointment{{"session": {one.id}}}',
                )
                for title, one in zip(titles, free, strict=False)
            ]
            return [*sessions, ("看别的日子", _other_days(wish))]
        return [("候补，有号叫我", f"/join_waitlist{values}"), ("看别的日子", _other_days(wish))]


def _short(session: ClinicSession) -> str:
    period = PERIOD_NAMES[session.period]
    return f"{session.day.month}月{session.day.day}日{period} {session.practitioner.name}"


_FEW = 3
"""So many doctors are still meant by 他 or 他们; more are a department."""


def _department_of(session: ClinicSession) -> str:
    return f"（{session.practitioner.department.name}）"


def _named(doctor: Practitioner, doctors: Sequence[Practitioner]) -> str:
    """A doctor with the title; of two of one name also the department."""
    double = [one.name for one in doctors].count(doctor.name) > 1
    return f"{doctor.name}{doctor.title}" + f"（{doctor.department.name}）" * double


def _other_days(wish: ClinicWish) -> str:
    kept = {"department": wish.department, "doctors": wish.doctors}
    values = {key: value for key, value in kept.items() if value}
    return f"/ask_doctor_schedule{json.dumps(values, ensure_ascii=False)}"


def _line(session: ClinicSession, doctors: Sequence[Practitioner], turn: Turn) -> str:
    doctor = session.practitioner
    left = "停诊" if session.cancelled else f"余{session.left}" if session.left else "已满"
    note = f"（{session.note}）" if session.cancelled and session.note else ""
    who = "" if len(doctors) == 1 else f" {_named(doctor, doctors)}"
    when = f"{day_words(session.day)}{PERIOD_NAMES[session.period]}"
    return f"{when}{who} {session.kind}{yuan(session.fee)} {left}{note}"


class ShowDoctor(TurnAction):
    """Who a doctor is, or whom a department has for what."""

    called = "action_show_doctor"

    async def act(self, turn: Turn) -> list[EventType]:
        topic = turn.slot("topic") or {}
        handbook = await turn.handbook()
        heard = await hear(turn, str(topic.get("department", "")))
        wish = ClinicWish()
        apply(wish, heard)
        if heard.unknown_doctor:
            turn.say("doctor_unknown", doctor=heard.unknown_doctor)
        doctors = [one for one in handbook.practitioners if one.id in wish.doctors]
        if not doctors and not wish.department:
            doctors = _good_at(turn.text, handbook.practitioners) or _for_illness(
                turn.text, handbook
            )
        if not doctors and not wish.department:
            spoken = await spoken_doctors(turn)
            doctors = [one for one in handbook.practitioners if one.id in spoken]
            doctors = _meant_of(turn.text, doctors) or _wished_rank(turn.text, doctors)
        if not doctors:
            department = handbook.department(wish.department or str(topic.get("department", "")))
            if not doctors and department is not None:
                doctors = _wished_rank(turn.text, handbook.doctors_of(department))
            if not doctors:
                turn.say("doctor_ask", [("不知道看什么科", "/find_department")])
                return []
        if len(doctors) == 1:
            self._one(turn, doctors[0])
        else:
            self._several(turn, doctors[:4])
        names = {one.department.name for one in doctors}
        return _remember(
            ClinicWish(
                department=names.pop() if len(names) == 1 else "",
                doctors=[one.id for one in doctors] if len(doctors) <= _FEW else [],
            )
        )

    def _one(self, turn: Turn, doctor: Practitioner) -> None:
        values = json.dumps(
            {"doctors": [doctor.id], "department": doctor.department.name}, ensure_ascii=False
        )
        turn.say(
            "doctor",
            [
                ("出诊时间", f"/ask_doctor_schedule{values}"),
                ("预约", f"/book_appointment{values}"),
            ],
            name=doctor.name,
            title=doctor.title,
            department=doctor.department.name,
            fields="、".join(doctor.fields),
            intro=doctor.intro,
        )

    def _several(self, turn: Turn, doctors: list[Practitioner]) -> None:
        lines = "\n".join(
            f"{one.name} {one.title}（{one.department.name}）：{'、'.join(one.fields[:3])}"
            for one in doctors
        )
        turn.say(
            "doctors",
            [
                (
                    f"看{surname(one.name)}医生出诊"
                    if _single_surname(one, doctors)
                    else f"看{_named(one, doctors)}出诊",
                    "/ask_doctor_schedule"
                    + json.dumps(
                        {"doctors": [one.id], "department": one.department.name}, ensure_ascii=False
                    ),
                )
                for one in doctors
            ],
            lines=lines,
        )


async def spoken_doctors(turn: Turn) -> list[int]:
    """The doctors who are spoken of: in the booking that is open, just booked, or just shown."""
    topic = turn.slot("topic") or {}
    draft = turn.slot("draft") or {}
    if draft.get("form") == "booking_form" and draft.get("step"):
        values = draft.get("values", {})
        if "session" in values:
            session = await find_session(turn.services.db, values["session"])
            return [session.practitioner.id]
        return ClinicWish.of(values.get("wish")).doctors
    if topic.get("at"):
        booked = [one.session.practitioner for one in await own_bookings(turn)]
        return [one.id for one in booked if one.department.name == topic["at"]][-1:]
    return list(topic.get("doctors") or topic.get("him") or [])


def _wished_rank(text: str, doctors: list[Practitioner]) -> list[Practitioner]:
    """有几个主任, 最好的是谁: those of the highest title, when it is asked for."""
    if "主任" in text:
        return [one for one in doctors if "主任" in one.title] or doctors
    if re.search(r"最(?:好|厉害|有名|牛|强|权威)", text):
        chiefs = [one for one in doctors if one.title == "主任医师"]
        return chiefs or doctors
    return doctors


def _meant_of(text: str, doctors: Sequence[Practitioner]) -> list[Practitioner]:
    """她看近视吗, of two who were shown: whose fields share words with the question."""
    pairs = {text[at : at + 2] for at in range(len(text) - 1)}
    return [one for one in doctors if any(pair in "，".join(one.fields) for pair in pairs)]


def _for_illness(text: str, handbook: Handbook) -> list[Practitioner]:
    """看肝病的医生有哪些: by their fields, else those of the department for it."""
    told = _ILLNESS.search(text)
    if told is None:
        return []
    found = _meant_of(told[1], handbook.practitioners)
    felt = find_departments(handbook, told[1], may_ask=False).suggestions
    return (found or (handbook.doctors_of(felt[0].department) if felt else []))[:4]


_ILLNESS = re.compile(r"(?:看|治|管|擅长)([^的看治]{2,8})的?(?:专家|医生|大夫|主任|教授)")


def _single_surname(doctor: Practitioner, doctors: list[Practitioner]) -> bool:
    return [surname(one.name) for one in doctors].count(surname(doctor.name)) == 1


def _good_at(text: str, doctors: Sequence[Practitioner]) -> list[Practitioner]:
    """Doctors one of whose special fields the words name, the best match first."""
    scored = []
    for doctor in doctors:
        score = sum(len(field) for field in doctor.fields if field in text)
        if score:
            scored.append((score, doctor))
    return [doctor for _score, doctor in sorted(scored, key=lambda one: -one[0])][:4]


def _remember(wish: ClinicWish, shown: Collection[int] = ()) -> list[EventType]:
    """What was spoken of, for a booking right after; who alone was shown is meant by 他."""
    him = {"him": list(shown)} if len(shown) == 1 and not wish.doctors else {}
    return [SlotSet("topic", {**wish.kept(), **him})]


ACTIONS = (ShowSchedule, ShowDoctor)
