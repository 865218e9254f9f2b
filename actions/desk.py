"""What the desk tells at any time: a place, a phone, a notice, what belongs to a booking."""

import re

from rasa_sdk.events import EventType, SlotSet

from actions.appointments import own_bookings
from actions.further import LONGEST, SHORT, Topic
from actions.turn import Turn
from actions.wishes import day_words, yuan
from service.answer_words import is_elliptical, subjects_of
from service.handbook import Handbook
from service.model import Appointment, Department, Notice
from service.notices import find_notice, notice_line, standing_notices

ASKS_NOTICES = re.compile(
    r"通知|公告|义诊|讲座|健康课|课堂|有(?:什么|啥|没有|哪些)(?:新闻|活动|消息|安排)|医院(?:最近|这几天|近期)?.{0,4}(?:活动|新闻|消息|停电|停水)"
    r"|[训妇妈讲]课|课(?:几点|什么时候|啥时候|在哪|有吗|还有)"
)
"""A question about what the hospital announces."""
_ASKS_PHONE = re.compile(
    r"(?:电话|联系方式|总机|热线|座机|手机号?|微信号?)(?:号码?)?(?:是)?(?:多少|几|啥|什么|有吗|有没有|呢|给我|告诉我|发我|打哪|$|[？?吗])"
    r"|(?:打|拨)(?:什么|哪个|啥|多少)电话|总机"
)
_OWN_PHONE = re.compile(r"我的?(?:手机|电话|号)|改|换|留|登记|绑定|投诉")

_OF_BOOKING = {
    "bring": re.compile(r"带(?:点|些|上)?(?:什么|啥|哪些)|要带|带不带|准备(?:什么|啥)"),
    "when": re.compile(r"(?:几点|什么时候|啥时候|多早).{0,3}(?:到|来|去|取号|看|开始)|几点"),
    "where": re.compile(r"几楼|几层|在哪|哪里|哪儿|怎么走|去哪|哪个楼|哪栋"),
    "fee": re.compile(r"多少钱|几块|收费|贵"),
}
_OF_THE_VISIT = re.compile(r"诊室|科室|门诊|医生|看病|就诊|取号|签到|报到|挂号费?|[号科看]")
_OF_THE_HOSPITAL = re.compile(r"[上下]班|开门|关门|放号|[费号]处")
_MINE = re.compile(r"我(?:的|挂的|约的|那个)(?:号|预约|门诊|医生)")


def names_nothing_else(text: str) -> bool:
    """Whether 在几楼, 在哪个诊室 or 多少钱 is of what was spoken of: no 停车场, no 几点上班."""
    return not _OF_THE_HOSPITAL.search(text) and is_elliptical(_OF_THE_VISIT.sub("", text), spare=1)


async def tell_of_booking(turn: Turn, topic: Topic) -> bool:
    """要带什么, 几点到, 在几楼 after a receipt: answered from that booking."""
    asked = next((name for name, words in _OF_BOOKING.items() if words.search(turn.text)), "")
    if not asked or turn.loop or len(turn.text) > LONGEST:
        return False
    booking = await _booking_spoken_of(turn, topic)
    if booking is None:
        return False
    session = booking.session
    department = session.practitioner.department
    zone = turn.services.settings.zone
    turn.say(
        f"booking_{asked}",
        place=f"{department.location} {session.room}",
        department=department.name,
        phone=department.phone,
        day=day_words(session.day, turn.today),
        starts=f"{booking.window_starts.astimezone(zone):%H:%M}",
        queue=booking.queue_number,
        hours=turn.services.settings.cancel_hours,
        doctor=session.practitioner.name,
        kind=session.kind,
        fee=yuan(session.fee),
    )
    return True


async def _booking_spoken_of(turn: Turn, topic: Topic) -> Appointment | None:
    """The booking just made, the only one, or the only one of the day that is named."""
    mine = _MINE.search(turn.text)
    handbook = await turn.handbook()
    if handbook.find_departments(turn.text) and not mine:
        return None
    goes_on = len(turn.text) <= SHORT and names_nothing_else(turn.text)
    made = topic.get("at") if goes_on and "question" not in topic else ""
    days = turn.when().days
    if days and not mine and subjects_of(turn.text):
        return None  # 明天停车多少钱
    if not (made or mine or days):
        return None
    bookings = await own_bookings(turn)
    if days:
        bookings = [one for one in bookings if one.session.day in days]
    if made:
        here = [one for one in bookings if one.session.practitioner.department.name == made]
        return max(here, key=lambda one: one.id, default=None)
    return bookings[0] if len(bookings) == 1 else None


def say_place(turn: Turn, department: Department) -> list[EventType]:
    """Where a department is, and its phone; what is asked next is about this department."""
    turn.say(
        "department_place",
        department=department.name,
        place=department.location,
        phone=department.phone,
    )
    if turn.loop:
        return []
    topic: Topic = turn.slot("topic") or {}
    if topic.get("department") == department.name:
        return [SlotSet("topic", {**topic, "place": True})]
    return [SlotSet("topic", {"department": department.name, "place": True})]


async def tell_phone(turn: Turn) -> list[EventType] | None:
    """Answer 骨科电话多少, 总机多少; None when no phone is asked for."""
    if not _ASKS_PHONE.search(turn.text) or _OWN_PHONE.search(turn.text):
        return None
    handbook = await turn.handbook()
    departments = handbook.find_departments(turn.text) or [
        one.department for one in handbook.find_doctors(turn.text)
    ]
    if departments:
        return say_place(turn, departments[0])
    turn.say("hospital_phone")
    return []


def tell_notices(turn: Turn, handbook: Handbook) -> list[EventType]:
    """What the hospital announces just now: a fitting notice in full, else all in one line each.

    After one notice a short question is answered from it.
    """
    notices = standing_notices(handbook, turn.today)
    told = str((turn.slot("topic") or {}).get("notice", ""))
    one = find_notice(notices, turn.text)
    if one is None and not _OTHERS.search(turn.text) and not ASKS_NOTICES.search(turn.text):
        one = next((each for each in notices if each.code == told), None)
    if one is not None:
        line = notice_line(one, turn.text) if one.code == told else ""
        content = line or one.text.strip()
        turn.say("notice", title=one.title, when=_span(turn, one), content=content)
    elif notices:
        lines = "\n".join(f"{_span(turn, each)}：{each.title}" for each in notices[:5])
        turn.say("notices", lines=lines)
    else:
        turn.say("notices_none")
    return [] if turn.loop else [SlotSet("topic", {"notice": one.code if one else ""})]


_OTHERS = re.compile(r"还有|别的|其他|其它")


def _span(turn: Turn, notice: Notice) -> str:
    first, last = day_words(notice.first_day), day_words(notice.last_day)
    if notice.first_day == notice.last_day:
        return first
    return f"{first}到{last}" if notice.first_day > turn.today else f"到{last}"
