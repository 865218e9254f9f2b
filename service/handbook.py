"""The desk's handbook: departments, doctors, answers and the triage table, held in memory.

One snapshot serves every message until somebody changes what it was made from; each process asks
the database for the version only, so that an administrator's change is seen at the next message.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import Database
from service.honorifics import surname
from service.model import (
    AftercareText,
    Answer,
    Department,
    KeptSetting,
    Notice,
    Practitioner,
    TriageEntry,
    TriageQuestion,
    table_of,
)
from service.names import NameFinder

_VERSION = "handbook_version"
_KEPT = table_of(KeptSetting).c
_CURRENT_VERSION = select(_KEPT.value).where(_KEPT.name == _VERSION)
_TITLES = (
    "主任医师",
    "主任",
    "医生",
    "大夫",
    "教授",
    "专家",
    "医师",
    "老师",
    "院长",
    "博士",
    "先生",
)


async def touch_handbook(session: AsyncSession) -> None:
    """Say that something the handbook is made from has changed."""
    kept = await session.get(KeptSetting, _VERSION)
    if kept is None:
        session.add(KeptSetting(name=_VERSION, value="1"))
    else:
        kept.value = str(int(kept.value) + 1)


@dataclass(frozen=True, eq=False)
class Handbook:
    """A snapshot of what the desk knows."""

    version: str
    departments: Sequence[Department]
    practitioners: Sequence[Practitioner]
    answers: Sequence[Answer]
    aftercare: Sequence[AftercareText]
    notices: Sequence[Notice]
    triage: Sequence[TriageEntry]
    questions: Sequence[TriageQuestion]

    @cached_property
    def _departments_by_name(self) -> dict[str, Department]:
        return {
            name: department
            for department in self.departments
            for name in (department.name, *department.aliases)
        }

    @cached_property
    def _department_finder(self) -> NameFinder:
        return NameFinder(self._departments_by_name)

    @cached_property
    def _doctor_finder(self) -> NameFinder:
        return NameFinder({doctor.name for doctor in self.practitioners})

    @cached_property
    def _surname_with_title(self) -> re.Pattern[str]:
        """Finds the surname of a doctor of ours where a title follows: 王主任, 欧阳医生."""
        surnames = {surname(doctor.name) for doctor in self.practitioners}
        longest_first = sorted(map(re.escape, surnames), key=len, reverse=True)
        return re.compile(f"({'|'.join(longest_first)})(?:{'|'.join(_TITLES)})")

    def department(self, name: str) -> Department | None:
        """The department of a name or alias."""
        return self._departments_by_name.get(name)

    def find_departments(self, text: str) -> list[Department]:
        """The departments that a text names, in the order in which they stand."""
        found: list[Department] = []
        for name in self._department_finder.find(text):
            department = self._departments_by_name[name]
            if department not in found:
                found.append(department)
        return found

    def find_doctors(self, text: str, department: Department | None = None) -> list[Practitioner]:
        """The doctors that a text may mean: by full name, else by surname with a title.

        Args:
            department: prefer the doctors of this department when the words fit several.
        """
        names = set(self._doctor_finder.find(text))
        found = [one for one in self.practitioners if one.name in names] if names else []
        if not found:
            called = set(self._surname_with_title.findall(text))
            if called:
                found = [one for one in self.practitioners if surname(one.name) in called]
            chiefs = [doctor for doctor in found if "主任" in doctor.title]
            found = chiefs if chiefs and "主任" in text else found
        here = [one for one in found if department and one.department_id == department.id]
        return here or found

    def names_unknown_doctor(self, text: str) -> str:
        """The name of a doctor that a text gives and this hospital does not have, or nothing."""
        if self.find_doctors(text):
            return ""
        match = _ANY_DOCTOR.search(text)
        return match[0] if match else ""

    def doctors_of(self, department: Department) -> list[Practitioner]:
        """The doctors of a department, the highest title first."""
        order = ("主任医师", "副主任医师", "主治医师", "住院医师")
        found = [one for one in self.practitioners if one.department_id == department.id]
        return sorted(found, key=lambda one: order.index(one.title))


_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
    "阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧"
)
_ANY_DOCTOR = re.compile(
    rf"(?<![\u4e00-\u9fff])?[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?:主任|医生|大夫|教授|专家)"
)


class Handbooks:
    """Hands out the current handbook.

    Args:
        db: where it is made from.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._current: Handbook | None = None

    async def current(self) -> Handbook:
        """The handbook as the database has it now."""
        async with self._db.reading() as session:
            version = await session.scalar(_CURRENT_VERSION)
            if self._current is None or self._current.version != version:
                self._current = await _read(session, version or "")
        return self._current


async def _read(session: AsyncSession, version: str) -> Handbook:
    return Handbook(
        version=version,
        departments=(await session.scalars(select(Department).order_by(Department.id))).all(),
        practitioners=(await session.scalars(select(Practitioner).order_by(Practitioner.id))).all(),
        answers=(await session.scalars(select(Answer).order_by(Answer.id))).all(),
        aftercare=(await session.scalars(select(AftercareText).order_by(AftercareText.id))).all(),
        notices=(await session.scalars(select(Notice).order_by(Notice.first_day))).all(),
        triage=(await session.scalars(select(TriageEntry).order_by(TriageEntry.id))).all(),
        questions=(await session.scalars(select(TriageQuestion).order_by(TriageQuestion.id))).all(),
    )
