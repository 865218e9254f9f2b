"""What the program's database holds, read beside the running program with service functions."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from service import appointments, cases, handover, patients, requests, sessions
from service.clock import SystemClock
from service.conversations import conversation_for, history
from service.crypto import Vault
from service.database import Database
from service.handbook import Handbooks
from service.model import (
    Appointment,
    Base,
    Case,
    ClinicSession,
    Conversation,
    Flag,
    Message,
    ServiceRequest,
)
from service.patients import PatientCard
from service.settings import read_settings
from tests.e2e.chat import Chat
from tests.e2e.program import SECRET

PERIODS = {"morning": "上午", "afternoon": "下午", "evening": "晚上"}


class Records:
    """The database of a program.

    Args:
        home: the program's ``XINQIAO_HOME``.
        rehearsal: look at the rehearsal's scratch database.
    """

    def __init__(self, home: Path, *, rehearsal: bool = False) -> None:
        environment = {"XINQIAO_HOME": str(home), "XINQIAO_SECRET": SECRET}
        self.settings = read_settings(environment, rehearsal=rehearsal)
        self.db = Database(self.settings.database_url)
        self.clock = SystemClock(self.settings.zone)
        self.vault = Vault(self.settings.secret)

    async def close(self) -> None:
        await self.db.close()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def today(self) -> date:
        return self.now.date()

    async def free(
        self, department: str, *, doctor: str = "", after: int = 1
    ) -> list[ClinicSession]:
        """Sessions of a department that have numbers, from so many days ahead on."""
        handbook = await Handbooks(self.db).current()
        home = handbook.department(department)
        assert home is not None, department
        wish = sessions.SessionWish(department_id=home.id)
        found = await sessions.find_sessions(
            self.db, wish, self.clock, self.settings, with_numbers=True
        )
        return [
            one
            for one in found
            if (one.day - self.today).days >= after and doctor in ("", one.practitioner.name)
        ]

    def words(self, day: date) -> str:
        """A day as patients say it."""
        near = {0: "今天", 1: "明天", 2: "后天"}
        return near.get((day - self.today).days, f"{day.month}月{day.day}日")

    def half_day(self, clinic: ClinicSession) -> str:
        """A session's half-day as patients say it: 明天上午."""
        return self.words(clinic.day) + PERIODS[clinic.period]

    def shown(self, moment: date) -> str:
        """A day as it is shown to patients, without the year."""
        return f"{moment.month}月{moment.day}日周{'一二三四五六日'[moment.weekday()]}"

    async def conversation(self, chat: Chat) -> int:
        return await conversation_for(self.db, self.clock, "rest", chat.sender)

    async def bookings(self, chat: Chat) -> list[Appointment]:
        """The chat's bookings that stand, in the order of time."""
        return await appointments.standing(self.db, self.clock, await self.conversation(chat))

    async def booking(self, chat: Chat) -> Appointment:
        """The chat's only booking."""
        (only,) = await self.bookings(chat)
        return only

    async def cases(self, chat: Chat) -> list[Case]:
        return await cases.list_cases(self.db, await self.conversation(chat))

    async def requests(self, chat: Chat) -> list[ServiceRequest]:
        return await requests.list_requests(self.db, await self.conversation(chat))

    async def patients(self, chat: Chat) -> list[PatientCard]:
        return await patients.list_patients(self.db, self.vault, await self.conversation(chat))

    async def flags(self, chat: Chat) -> Sequence[Flag]:
        return await handover.open_flags(self.db, await self.conversation(chat))

    async def flag_kinds(self, chat: Chat) -> set[str]:
        return {one.kind for one in await self.flags(chat)}

    async def messages(self, chat: Chat) -> list[Message]:
        """All messages of the chat, oldest first."""
        return await history(self.db, "rest", chat.sender, limit=10_000)

    async def the_chat(self, chat: Chat) -> Conversation:
        async with self.db.reading() as session:
            return await session.get_one(Conversation, await self.conversation(chat))

    async def all(self, model: type[Any], *where: Any) -> list[Any]:
        """All rows of a table."""
        async with self.db.reading() as session:
            return list(await session.scalars(select(model).where(*where).order_by(model.id)))

    async def count(self, model: type[Base], *where: Any) -> int:
        async with self.db.reading() as session:
            query = select(func.count()).select_from(model).where(*where)
            return int(await session.scalar(query) or 0)
