"""Doctors: who sits when, how many numbers are left, who is good at what."""

import json
from collections.abc import Sequence

from rasa_sdk.events import EventType, SlotSet

from actions.questions import tell_phone
from actions.turn import Buttons, Turn, TurnAction
from actions.wishes import PERIOD_NAMES, ClinicWish, apply, day_words, days_words, hear, yuan
from service.honorifics import surname
from service.model import ClinicSession, Practitioner
from service.sessions import find_sessions


class ShowSchedule(TurnAction):
    """出诊: of a department or a doctor, with what is left and what is cancelled."""

    called = "action_show_schedule"

    async def act(self, turn: Turn) -> list[EventType]:
        if turn.typed and await tell_phone(turn):
            return []
        topic = turn.slot("topic") or {}
        wish = ClinicWish()
        heard = await hear(turn, str(topic.get("department", "")))
        apply(wish, heard)
        if heard.unknown_doctor:
            turn.say("doctor_unknown", doctor=heard.unknown_doctor)
        if not wish.department and not wish.doctors:
            wish.department = str(topic.get("department", ""))
            wish.doctors = list(topic.get("doctors", []))
        if heard.when.ask and not wish.days:
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
        await self._show(turn, wish, doctors)
        return _remember(wish)

    async def _show(self, turn: Turn, wish: ClinicWish, doctors: list[Practitioner]) -> None:
        services = turn.services
        handbook = await turn.handbook()
        found = await find_sessions(
            services.db, wish.sessions(handbook), services.clock, services.settings
        )
        who = "、".join(f"{one.name}{one.title}" for one in doctors[:3]) or wish.department
        when = days_words(wish.days, turn.today) if wish.days else "近两周"
        when += PERIOD_NAMES.get(wish.period, "")
        free = [one for one in found if one.left > 0]
        if not found:
            await self._show_next(turn, wish, doctors, who, when)
            return
        shown = (free or found)[:5] if not wish.days else found[:6]
        lines = "\n".join(_line(one, len(doctors) == 1, turn) for one in shown)
        response = "schedule" if free else "schedule_full"
        if all(one.cancelled for one in found):
            response = "schedule_cancelled"
        turn.say(response, self._buttons(wish, free), who=who, when=when, lines=lines)

    async def _show_next(
        self, turn: Turn, wish: ClinicWish, doctors: list[Practitioner], who: str, when: str
    ) -> None:
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
            return
        lines = "\n".join(_line(one, len(doctors) == 1, turn) for one in free[:3])
        turn.say(
            "schedule_next", self._buttons(open_wish, free[:3]), who=who, when=when, lines=lines
        )

    def _buttons(self, wish: ClinicWish, free: list[ClinicSession]) -> Buttons:
        values = json.dumps(
            {key: value for key, value in wish.kept().items() if key != "kind"}, ensure_ascii=False
        )
        if free:
            sessions = [
                (f"预约{_short(one)}", f'/book_appointment{{"session": {one.id}}}')
                for one in free[:4]
            ]
            return [*sessions, ("看别的日子", _other_days(wish))]
        return [("候补，有号叫我", f"/join_waitlist{values}"), ("看别的日子", _other_days(wish))]


def _short(session: ClinicSession) -> str:
    period = PERIOD_NAMES[session.period]
    return f"{session.day.month}月{session.day.day}日{period} {session.practitioner.name}"


def _other_days(wish: ClinicWish) -> str:
    kept = {"department": wish.department, "doctors": wish.doctors}
    values = {key: value for key, value in kept.items() if value}
    return f"/ask_doctor_schedule{json.dumps(values, ensure_ascii=False)}"


def _line(session: ClinicSession, same_doctor: bool, turn: Turn) -> str:
    doctor = session.practitioner
    left = "停诊" if session.cancelled else f"余{session.left}" if session.left else "已满"
    note = f"（{session.note}）" if session.cancelled and session.note else ""
    who = "" if same_doctor else f" {doctor.name}{doctor.title}"
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
            doctors = _good_at(turn.text, handbook.practitioners)
        if not doctors and not wish.department and topic.get("doctors"):
            doctors = [one for one in handbook.practitioners if one.id in topic["doctors"]]
        if not doctors:
            department = handbook.department(wish.department or str(topic.get("department", "")))
            if not doctors and department is not None:
                doctors = handbook.doctors_of(department)
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
                doctors=[doctors[0].id] if len(doctors) == 1 else [],
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
                    else f"看{one.name}出诊",
                    "/ask_doctor_schedule"
                    + json.dumps(
                        {"doctors": [one.id], "department": one.department.name}, ensure_ascii=False
                    ),
                )
                for one in doctors
            ],
            lines=lines,
        )


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


def _remember(wish: ClinicWish) -> list[EventType]:
    """What was spoken of, for a booking right after."""
    return [SlotSet("topic", wish.kept())]


ACTIONS = (ShowSchedule, ShowDoctor)
