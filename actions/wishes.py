"""What a message wishes of a clinic: department, doctor, day, half-day, kind of number."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from actions.turn import Turn
from service.handbook import Handbook
from service.model import Department, Practitioner
from service.sessions import SessionWish
from service.when import When

_EXPERT = re.compile(
    r"专家|知名|(?:主任|教授)(?:医师)?(?:级别?)?的?号"
    r"|(?:有没有|有|要|想要|挂|约|看|换|换成|改成)(?:一?个|一?位|别的)?(?:正|副)?(?:主任|教授)(?:医师)?(?=$|的|吗|嘛|呢|吧|[，。？?\s])"
)
_NO_EXPERT = re.compile(r"(?:不|别|甭)(?:要|想|用|挂|需要)*(?:挂|约)?(?:专家|主任|教授)")
_ORDINARY = re.compile(r"普通号|普号|一般的?号|便宜(?:点|的)")
_REFUSED = re.compile(
    r"不(?:是|想?要|想?挂|想?看|想?约|找)[^，,。；;！!\s]+?(?=换|改|应该|要|是|[，,。；;！!\s]|$)"
)
"""不是骨科，是神经内科: what is refused is not what is wished."""


@dataclass
class ClinicWish:
    """A wish as it can be kept in a slot: names and ids, days as ISO texts."""

    department: str = ""
    doctors: list[int] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    period: str = ""
    kind: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any] | None) -> "ClinicWish":
        """A wish from what was kept of it; unknown keys are left out."""
        known = cls.__dataclass_fields__
        return cls(**{key: value for key, value in (kept or {}).items() if key in known})

    def kept(self) -> dict[str, Any]:
        """The filled fields."""
        return {key: value for key, value in vars(self).items() if value}

    def sessions(self, handbook: Handbook) -> SessionWish:
        """The wish as the sessions are asked for."""
        department = handbook.department(self.department)
        return SessionWish(
            department_id=department.id if department else None,
            practitioner_ids=tuple(self.doctors),
            days=tuple(date.fromisoformat(day) for day in self.days),
            period=self.period or None,
            kind=self.kind or None,
        )


@dataclass(frozen=True)
class Heard:
    """What one message says of a clinic."""

    departments: tuple[Department, ...] = ()
    doctors: tuple[Practitioner, ...] = ()
    unknown_doctor: str = ""
    when: When = field(default_factory=When)
    kind: str = ""

    @property
    def is_open(self) -> bool:
        """尽快, 哪天都行: any of the next days will do."""
        return len(self.when.days) > 10

    @property
    def anything(self) -> bool:
        """Whether anything was said at all."""
        return bool(
            self.departments
            or self.doctors
            or self.unknown_doctor
            or self.when.days
            or self.when.period
            or self.when.ask
            or self.kind
        )


async def hear(turn: Turn, department: str = "", *, said: str | None = None) -> Heard:
    """Read a message, typed or pressed.

    Args:
        department: the department that is spoken of already; its doctors are preferred.
        said: the part of a typed message that speaks of the clinic; all of it by default.
    """
    handbook = await turn.handbook()
    if not turn.typed:
        return _pressed(turn, handbook)
    text = turn.text if said is None else said
    wished = _REFUSED.sub("", text)
    if not (handbook.find_departments(wished) or handbook.find_doctors(wished)):
        wished = text
    departments = tuple(handbook.find_departments(wished))
    here = departments[0] if departments else handbook.department(department)
    doctors = tuple(handbook.find_doctors(wished, here))
    kind = "专家号" if _EXPERT.search(text) else ""
    if _ORDINARY.search(text) or _NO_EXPERT.search(text):
        kind = "普通号"
    return Heard(
        departments=departments,
        doctors=doctors,
        unknown_doctor="" if doctors else handbook.names_unknown_doctor(text),
        when=turn.when(text),
        kind=kind,
    )


def _pressed(turn: Turn, handbook: Handbook) -> Heard:
    values = turn.values
    department = handbook.department(str(values.get("department", "")))
    return Heard(
        departments=(department,) if department else (),
        doctors=tuple(one for one in handbook.practitioners if one.id in values.get("doctors", ())),
        when=turn.when(),
        kind=str(values.get("kind", "")),
    )


def apply(wish: ClinicWish, heard: Heard) -> None:
    """Put what was heard into a wish: what is new replaces what no longer fits beside it."""
    if heard.departments:
        if wish.department and wish.department != heard.departments[0].name:
            wish.doctors = []
        wish.department = heard.departments[0].name
    if heard.doctors:
        wish.doctors = [doctor.id for doctor in heard.doctors]
        names = {doctor.department.name for doctor in heard.doctors}
        if len(names) == 1:
            wish.department = names.pop()
        wish.kind = ""
    if heard.is_open:
        pass
    elif heard.when.days and not heard.when.ask:
        days = [day.isoformat() for day in heard.when.days]
        # The same day said again takes back nothing.
        wish.period = heard.when.period or (wish.period if days == wish.days else "")
        wish.days = days
    elif heard.when.period:
        wish.period = heard.when.period
    if heard.kind:
        wish.kind = heard.kind


_WEEKDAYS = "一二三四五六日"
PERIOD_NAMES = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}


def day_words(day: date, today: date | None = None) -> str:
    """A day as patients read it, always with the weekday: 明天（12月1日周二）."""
    plain = f"{day.month}月{day.day}日周{_WEEKDAYS[day.weekday()]}"
    near = {0: "今天", 1: "明天", 2: "后天"}
    if today is not None and (day - today).days in near and day >= today:
        return f"{near[(day - today).days]}（{plain}）"
    if today is not None and abs(day - today) > timedelta(days=300):
        return f"{day.year}年{plain}"
    return plain


def days_words(days: list[str], today: date) -> str:
    """Several days in few words."""
    parsed = [date.fromisoformat(day) for day in days]
    if len(parsed) > 3:
        return f"{day_words(parsed[0])}到{day_words(parsed[-1])}"
    return "、".join(day_words(day, today) for day in parsed)


def yuan(fen: int) -> str:
    """Money as patients read it: 50元, 12.5元."""
    return f"{fen / 100:g}元"
