"""Ways that many conversations begin with; each is itself tested in test_booking_talk.py."""

from service.model import Appointment, ClinicSession
from tests.e2e.chat import Chat
from tests.e2e.records import Records


async def until_confirm(
    chat: Chat,
    records: Records,
    department: str,
    *,
    name: str = "王秀英",
    clinic: ClinicSession | None = None,
) -> ClinicSession:
    """Talk until a booking has to be confirmed; in the department's next half-day or a given one."""
    clinic = clinic or (await records.free(department))[0]
    await chat.tell("我要挂号", department, records.half_day(clinic), name, chat.phone)
    assert "请核对" in chat.offered, chat.offered
    return clinic


async def booked(
    chat: Chat, records: Records, department: str, *, name: str = "王秀英"
) -> Appointment:
    """Book two days ahead or more, so that the booking can still be changed."""
    clinic = (await records.free(department, after=2))[0]
    await until_confirm(chat, records, department, name=name, clinic=clinic)
    await chat.press("确认预约")
    return await records.booking(chat)
