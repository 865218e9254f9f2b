"""Choosing one clinic session: by department or doctor, day, half-day; full ones get alternatives."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from actions.turn import ASKS_WHY, Buttons, Turn
from actions.wishes import PERIOD_NAMES, ClinicWish, Heard, day_words, days_words, yuan
from service import sessions
from service.appointments import find_session
from service.errors import NotFound
from service.model import ClinicSession, Department
from service.triage import find_departments

_OTHER_DOCTOR = re.compile(
    r"(?:换|改)(?:一?个|位|一下)?(?:别的)?(?:医生|大夫|专家|人|主任)|别的(?:医生|大夫)|(?:医生|大夫)(?:想|要|能)?(?:换|改)|不要(?:这个|他|她)(?:医生)?"
    r"|(?:挂|换|约|看)(?:一?个)?(?:别的|其他)(?!时|日|天|科)"
)
_OTHER_DAY = re.compile(
    r"(?:换|改)(?:一?个|一?天|一下)?(?:别的)?(?:时间|日子|日期|天|时候)|(?:换|改)(?:一?天|期)|别的(?:时间|日子|天)|(?:时间|那天|这天).{0,4}(?:不行|不合适|没空|来不了|不对|错了)"
)
_OTHER_DEPARTMENT = re.compile(r"(?:换|改)(?:一?个)?(?:别的)?科室?$|科室?(?:错了|不对)|别的科")
_ANY = re.compile(
    r"(?:随便|最早的?|最近的?|越早越好|尽早|都行|都可以|哪个都|谁都|听你|你(?:看着|定|安排)|帮我选|不挑|无所谓)"
)


SOONEST = re.compile(r"最早|最近(?:的|能)|[越尽](?:早|快)|赶紧|尽量早")


class SessionChooser:
    """Works on a draft: its ``wish``, the ``session`` chosen, and what was said about doctors."""

    def __init__(self, turn: Turn, draft: dict[str, Any]) -> None:
        self._turn = turn
        self._draft = draft

    @property
    def _wish(self) -> ClinicWish:
        return ClinicWish.of(self._draft.get("wish"))

    def _keep(self, wish: ClinicWish) -> None:
        self._draft["wish"] = wish.kept()

    async def read_pressed(self) -> bool:
        """A session's own button."""
        chosen = self._turn.values.get("session")
        if chosen is None:
            return False
        try:
            session = await find_session(self._turn.services.db, int(chosen))
        except NotFound:
            return False
        self._take(session)
        self._draft.pop("list_doctors", None)
        self._draft.pop("not_doctor", None)
        wish = self._wish
        wish.department = session.practitioner.department.name
        self._keep(wish)
        return True

    def _take(self, session: ClinicSession) -> None:
        self._draft["session"] = session.id
        self._draft["doctor_shown"] = session.practitioner_id

    def note(self, heard: Heard) -> None:
        """Keep what must be said about a wish before going on."""
        if self._turn.typed and SOONEST.search(self._turn.text):
            self._draft["soonest"] = True
        if heard.doctors or heard.when.days or heard.departments:
            self._draft.pop("list_doctors", None)
        if heard.doctors or heard.departments:
            self._draft.pop("not_doctor", None)
        if heard.unknown_doctor:
            self._draft["unknown_doctor"] = heard.unknown_doctor
        if heard.when.ask:
            self._draft["ask_when"] = heard.when.reason or "unclear"

    def reads_other_doctor(self) -> bool:
        """换个医生: the one that was shown is put back, and the others are listed."""
        turn, wish = self._turn, self._wish
        wants = _OTHER_DOCTOR.search(turn.text) and not ASKS_WHY.search(turn.text)
        if turn.values.get("change") != "doctor" and not wants:
            return False
        shown = self._draft.pop("doctor_shown", None)
        if shown is not None:
            self._draft["not_doctor"] = shown
        self._draft["list_doctors"] = True
        self._draft.pop("session", None)
        wish.doctors = []
        self._keep(wish)
        return True

    def reads_other_wish(self) -> bool:
        """换个医生, 换个时间, 换个科: what was chosen is put back."""
        if self.reads_other_doctor():
            return True
        turn, wish = self._turn, self._wish
        change = turn.values.get("change")
        if change == "day" or (turn.typed and _OTHER_DAY.search(turn.text)):
            if not turn.when().days:
                wish.days, wish.period = [], ""
        elif turn.typed and _OTHER_DEPARTMENT.search(turn.text):
            wish = ClinicWish(days=wish.days, period=wish.period)
            self._draft["other_department"] = True
        elif turn.values.get("any") or (turn.typed and _ANY.search(turn.text)):
            near = self._draft.get("near")
            self._draft.update({"session": near} if near else {"any": True})
            if SOONEST.search(self._turn.text):
                self._draft["soonest"] = True
            return True
        else:
            return False
        self._draft.pop("session", None)
        self._keep(wish)
        return True

    async def ask(self) -> str:
        """Ask for what is missing to choose a session; nothing when one is chosen."""
        turn, draft, wish = self._turn, self._draft, self._wish
        handbook = await turn.handbook()
        draft.pop("near", None)
        unknown = draft.pop("unknown_doctor", "")
        if unknown and not wish.doctors:
            turn.say("doctor_unknown", doctor=unknown)
        if draft.get("session"):
            return ""
        department = handbook.department(wish.department)
        if department is None and not wish.doctors:
            return await self._which_department()
        if department is not None and not department.bookable:
            return self._walk_in(department)
        if len(wish.doctors) > 1 and not draft.get("any"):
            return await self._which_doctor(wish)
        reason = draft.pop("ask_when", "")
        if reason:
            turn.say(f"when_{reason}")
            if not wish.days:
                return await self._ask_day(wish)
        return await self._choose(wish)

    async def _which_department(self) -> str:
        """Ask for a department; a complaint in the words suggests some."""
        turn = self._turn
        advice = find_departments(await turn.handbook(), turn.text, may_ask=False)
        bookable = [one.department for one in advice.suggestions if one.department.bookable]
        if turn.typed and bookable:
            self._draft["suggested"] = [one.name for one in bookable]
            turn.say(
                "booking_suggest_department",
                [(one.name, _payload("inform", department=one.name)) for one in bookable],
            )
        else:
            turn.say("booking_ask_department", _FIRST_DEPARTMENTS)
        return "clinic"

    def _walk_in(self, department: Department) -> str:
        self._turn.say(
            "booking_walk_in",
            department=department.name,
            place=department.location,
            phone=department.phone,
        )
        wish = self._wish
        self._keep(ClinicWish(days=wish.days, period=wish.period))
        self._turn.say("booking_ask_department", _FIRST_DEPARTMENTS)
        return "clinic"

    async def _which_doctor(self, wish: ClinicWish) -> str:
        handbook = await self._turn.handbook()
        doctors = [one for one in handbook.practitioners if one.id in wish.doctors]
        self._turn.say(
            "booking_which_doctor",
            [
                (
                    f"{one.name} {one.department.name}",
                    _payload("inform", doctors=[one.id], department=one.department.name),
                )
                for one in doctors[:6]
            ],
        )
        return "doctor"

    async def _choose(self, wish: ClinicWish) -> str:
        turn, draft = self._turn, self._draft
        handbook = await turn.handbook()
        beyond = self._too_far(wish)
        if beyond is not None:
            last = sessions.last_released_day(turn.services.clock, turn.services.settings)
            turn.say("booking_too_far", day=day_words(beyond), last=day_words(last, turn.today))
            wish.days = []
            self._keep(wish)
        free = await self._find(wish.sessions(handbook))
        if not free and wish.doctors and wish.kind and not await self._all_sessions(wish):
            # 换个便宜的: this doctor never has such numbers, others do.
            wish.doctors = []
            self._keep(wish)
            free = await self._find(wish.sessions(handbook))
        skipped = draft.get("not_doctor")
        listed = draft.get("list_doctors", False) and not draft.get("any")
        if skipped is not None and free:
            others = [one for one in free if one.practitioner_id != skipped]
            if not others:
                draft.pop("not_doctor")
                draft.pop("list_doctors", None)
                listed = False
                turn.say("booking_no_other_doctor")
            free = others or free
        if not free:
            return await self._none(wish)
        if not wish.days and not draft.get("any"):
            return self._offer_days(wish, free)
        if listed:
            return self.offer(free, "booking_choose")
        shown = draft.get("doctor_shown")
        asked = self._settle(wish, free)
        if not asked:
            await self._say_why_another(wish, shown)
        return asked

    async def _say_why_another(self, wish: ClinicWish, shown: int | None) -> None:
        """The doctor who was shown before is not there at the new time: say so."""
        turn, handbook = self._turn, await self._turn.handbook()
        chosen = await find_session(turn.services.db, self._draft["session"])
        before = next((one for one in handbook.practitioners if one.id == shown), None)
        if before is None or before.id == chosen.practitioner_id or wish.doctors or wish.kind:
            return
        there = ClinicWish(
            before.department.name, [before.id], [chosen.day.isoformat()], chosen.period
        )
        moved = before.department.name != chosen.practitioner.department.name
        if moved or await self._find(there.sessions(handbook)):
            return
        turn.say(
            await self._why_none(there),
            who=before.name,
            when=day_words(chosen.day, turn.today) + PERIOD_NAMES[chosen.period],
            kind="号",
        )

    async def _find(self, wish: sessions.SessionWish) -> list[ClinicSession]:
        services = self._turn.services
        found = await sessions.find_sessions(
            services.db, wish, services.clock, services.settings, with_numbers=True
        )
        return [one for one in found if one.id != self._draft.get("not_session")]

    def _settle(self, wish: ClinicWish, free: Sequence[ClinicSession]) -> str:
        """One session when the wish is plain enough; else the one question that decides."""
        draft = self._draft
        periods = sorted({one.period for one in free}, key=list(PERIOD_NAMES).index)
        first = free[0].day
        same_day = [one for one in free if one.day == first]
        if not wish.period and len(wish.days) == 1 and len(periods) > 1 and not draft.get("any"):
            self._turn.say(
                "booking_ask_period",
                [
                    (
                        f"{PERIOD_NAMES[period]}（余{_left(same_day, period)}个号）",
                        _payload("inform", days=wish.days, period=period),
                    )
                    for period in periods
                ],
                day=day_words(first, self._turn.today),
            )
            return "period"
        if len(wish.days) > 1 and len({one.day for one in free}) > 1 and not draft.get("any"):
            return self._offer_days(wish, free)
        prefer, soonest = draft.get("prefer"), draft.pop("soonest", False)
        if soonest:
            earliest = min(one.starts_at for one in same_day)
            same_day = [one for one in same_day if one.starts_at == earliest]
        chosen = min(
            same_day,
            key=lambda one: (one.practitioner_id != prefer, one.fee, one.starts_at, -one.left),
        )
        draft.pop("any", None)
        self._take(chosen)
        return ""

    def _offer_days(self, wish: ClinicWish, free: Sequence[ClinicSession]) -> str:
        """The nearest days with numbers; a doctor's own sessions when a doctor is wished."""
        if wish.doctors:
            return self.offer(free, "booking_doctor_days")
        days: dict[tuple[date, str], int] = {}
        for one in free:
            if wish.period in ("", one.period):
                days[one.day, one.period] = days.get((one.day, one.period), 0) + one.left
        self._turn.say(
            "booking_ask_day",
            [
                (
                    f"{day_words(day)}{PERIOD_NAMES[period]}（余{left}）",
                    _payload("inform", days=[day.isoformat()], period=period),
                )
                for (day, period), left in list(days.items())[:4]
            ],
            department=wish.department,
        )
        return "day"

    async def _ask_day(self, wish: ClinicWish) -> str:
        handbook = await self._turn.handbook()
        free = await self._find(wish.sessions(handbook))
        return self._offer_days(wish, free) if free else await self._none(wish)

    async def _none(self, wish: ClinicWish) -> str:
        """Nothing is left for the wish: the nearest alternatives, then the waiting list."""
        turn = self._turn
        handbook = await turn.handbook()
        names = [one.name for one in handbook.practitioners if one.id in wish.doctors]
        who = "、".join(names) or wish.department
        near = await self._nearest(wish)
        if not near:
            turn.say(
                "booking_all_full",
                [
                    ("候补，有号叫我", _payload("join_waitlist", department=wish.department)),
                    ("找人工", "/ask_human"),
                    ("换个科室", "/find_department"),
                ],
                who=who,
            )
            self._keep_full(wish)
            return "clinic"
        when = days_words(wish.days, turn.today) if wish.days else "近14天"
        if not turn.resuming:
            turn.say(
                await self._why_none(wish),
                who=who,
                when=when + PERIOD_NAMES.get(wish.period, ""),
                kind=wish.kind or "号",
            )
        self._draft["near"] = near[0].id
        return self.offer(near, "booking_alternatives", waitlist=True)

    def _keep_full(self, wish: ClinicWish) -> None:
        """The department goes on; the waiting list is for the doctor and day that were wished."""
        before = ClinicWish.of(self._draft.get("full"))
        if not wish.doctors and before.department == wish.department:
            wish.doctors = before.doctors
        self._draft["full"] = wish.kept()
        self._keep(ClinicWish(department=wish.department))

    async def _why_none(self, wish: ClinicWish) -> str:
        """Full, cancelled, or no clinic at all: three things to a patient."""
        found = await self._all_sessions(wish)
        if not found:
            return "booking_none" if wish.kind else "booking_no_clinic"
        return "booking_cancelled" if all(one.cancelled for one in found) else "booking_none"

    async def _all_sessions(self, wish: ClinicWish) -> list[ClinicSession]:
        """The sessions of a wish, full and cancelled ones as well."""
        services = self._turn.services
        handbook = await self._turn.handbook()
        found = await sessions.find_sessions(
            services.db, wish.sessions(handbook), services.clock, services.settings
        )
        return list(found)

    async def _nearest(self, wish: ClinicWish) -> list[ClinicSession]:
        """Up to four sessions that miss the wish by as little as can be."""
        handbook = await self._turn.handbook()
        looser = [
            ClinicWish(wish.department, wish.doctors, wish.days),
            ClinicWish(wish.department, [], wish.days, wish.period),
            ClinicWish(wish.department, wish.doctors),
            ClinicWish(wish.department, [], [], wish.period),
            ClinicWish(wish.department),
        ]
        # 专家号: other days' numbers of that kind come before other kinds.
        of_kind = [replace(one, kind=wish.kind) for one in looser] if wish.kind else []
        found: list[ClinicSession] = []
        for one in (*of_kind, *looser):
            if not (one.department or one.doctors):
                continue
            for session in self._of_others(await self._find(one.sessions(handbook)))[:2]:
                if session.id not in [known.id for known in found]:
                    found.append(session)
        return sorted(found[:4], key=lambda one: one.starts_at)

    def _of_others(self, free: list[ClinicSession]) -> list[ClinicSession]:
        """Sessions of other doctors than the one who is not wished, if there are any."""
        refused = self._draft.get("not_doctor")
        return [one for one in free if one.practitioner_id != refused] or free

    def offer(self, free: Sequence[ClinicSession], response: str, *, waitlist: bool = False) -> str:
        """Offer sessions as buttons, at most five."""
        today = self._turn.today
        buttons: Buttons = [
            (session_line(one, today), _payload("inform", session=one.id)) for one in free[:5]
        ]
        if waitlist or not free:
            department = self._wish.department
            buttons.append(("候补，有号叫我", _payload("join_waitlist", department=department)))
        self._turn.say(response, buttons)
        return "session"

    def _too_far(self, wish: ClinicWish) -> date | None:
        services = self._turn.services
        last = sessions.last_released_day(services.clock, services.settings)
        days = [date.fromisoformat(day) for day in wish.days]
        return days[0] if days and days[0] > last else None


def session_line(session: ClinicSession, today: date, *, doctor: bool = True) -> str:
    """A session in one line: 12月1日周二上午 王建华 50元 余6."""
    when = f"{day_words(session.day)}{PERIOD_NAMES[session.period]}"
    if not doctor:
        return f"{day_words(session.day, today)}{PERIOD_NAMES[session.period]}"
    return f"{when} {session.practitioner.name} {yuan(session.fee)}"


def _left(free: Sequence[ClinicSession], period: str) -> int:
    return sum(one.left for one in free if one.period == period)


def _payload(intent: str, **values: Any) -> str:
    return f"/{intent}{json.dumps(values, ensure_ascii=False)}"


_FIRST_DEPARTMENTS: Buttons = [
    ("不知道看什么科", "/find_department"),
    ("骨科", '/inform{"department": "骨科"}'),
    ("儿科", '/inform{"department": "儿科"}'),
    ("妇科", '/inform{"department": "妇科"}'),
]
