"""The kinds of requests, what they are called, and how one is said back to the patient."""

import re
from dataclasses import dataclass
from typing import Any

from actions import request_words as words
from actions.request_words import EXAMS
from actions.turn import Turn, echo
from actions.wishes import PERIOD_NAMES, Heard, day_words, days_words, hear
from service.model import ServiceRequest
from service.requests import earliest_escort_day, list_requests


@dataclass(frozen=True)
class Kind:
    """One kind of request. ``told`` finds in the opening words what need not be asked."""

    name: str
    word: str
    told: re.Pattern[str]


KINDS = {
    "request_exam_booking": Kind(
        "exam",
        "检查预约",
        re.compile(
            r"CT|ct|核磁|磁共振|MRI|mri|B超|b超|彩超|超声|胃镜|肠镜|胃肠镜|心电图|拍片|X光|片子|骨密度|肺功能|脑电图|肌电图|钼靶|造影|动态|"
            r"抽血|化验|体检|产检|四维|唐筛|喉镜|气管镜|宫腔镜|阴道镜|TCD|加强|增强|PET|心脏彩超|DR|洗牙|查血|甲功|血常规"
        ),
    ),
    "request_admission": Kind(
        "admission",
        "住院和手术安排",
        re.compile(r"手术|开刀|住院|床位|病房|化疗|转科|出院"),
    ),
    "request_consultation": Kind(
        "consultation",
        "专家会诊",
        re.compile(r"科.{0,4}(?:会诊|专家)|远程|多学科|MDT|病理|影像|片子|北京|上海|专家会诊.{3,}"),
    ),
    "request_referral": Kind(
        "referral",
        "转诊",
        re.compile(
            r"转(?:诊|院)?(?:到|去|回|来|往|入|出|上|下).{1,}|转(?:省|市|北京|上海|广州)|从.{1,}转|卫生院|社区|县医院|乡镇"
        ),
    ),
    "request_escort": Kind(
        "escort",
        "陪诊和便民服务",
        re.compile(
            r"轮椅|担架|平车|翻译|手语|英语|陪(?:诊|护|同|着)|陪.{1,4}(?:看|去|做|来|检查|就诊)|拐杖|聋|盲|看不见|听不见|助行器|推车|搀|扶|代取|代办|跑腿"
        ),
    ),
    "join_waitlist": Kind("waitlist", "候补", re.compile(r"$^")),
}


NAMED = {
    "waitlist": re.compile(r"候补|排队|等号"),
    "escort": re.compile(r"陪诊|陪同|陪护|轮椅|翻译|便民"),
    "consultation": re.compile(r"会诊"),
    "referral": re.compile(r"转诊|转院"),
    "exam": re.compile(rf"检查|体检(?!中心)|{EXAMS.pattern}"),
    "admission": re.compile(r"住院(?![部处号费])|手术(?![室后前])|床位"),
    "data_deletion": re.compile(r"删"),
}
"""How each kind of request is named when it is spoken of."""
_OF_BOOKING = re.compile(r"预约|挂|号")
_NO_ORDER = re.compile(r"报告|结果|费|发票|复查|以后|之后")
_OF_A_PERSON = re.compile(r"1[3-9](?:[\s-]?\d){9}")
WORDS = {kind.name: kind.word for kind in KINDS.values()} | {"data_deletion": "删除资料"}
"""What each kind of request is called when it is mentioned."""


def named_kinds(text: str) -> list[str]:
    """The kinds of requests that a text names."""
    return [kind for kind, said in NAMED.items() if said.search(text)]


def named_requests(text: str, requests: list[ServiceRequest]) -> list[ServiceRequest]:
    """The requests that a text names; 胃镜 is not the one for a 肠镜."""
    named = [one for one in requests if one.kind in named_kinds(text)]
    said = [word for one in named for word in NAMED[one.kind].findall(text)]
    same = [one for one in named if any(word in str(one.details.get("what")) for word in said)]
    return same or named


def ordered(text: str) -> str:
    """The intent of a request that is told all at once, which the model hears as bare facts:
    核磁共振，腰椎，后天上午，王明，139…. Nothing when there is none.
    """
    parts = words.pieces(text)
    if not parts or not _OF_A_PERSON.search(text):
        return ""
    if _NO_ORDER.search(parts[0]):
        return ""
    kinds = [kind for kind in named_kinds(parts[0]) if kind != "data_deletion"]
    return next((intent for intent, kind in KINDS.items() if kind.name in kinds), "")


async def just_made(turn: Turn, requests: list[ServiceRequest]) -> list[ServiceRequest]:
    """The request that was the last thing done, unless the words speak of a booking."""
    heard = await hear(turn)
    return [] if heard.departments or heard.doctors else _last_made(turn, requests)


def _last_made(turn: Turn, requests: list[ServiceRequest]) -> list[ServiceRequest]:
    number = (turn.slot("topic") or {}).get("request")
    if not number or _OF_BOOKING.search(turn.text):
        return []
    return [one for one in requests if one.number == number]


async def request_to_change(turn: Turn) -> ServiceRequest | None:
    """The request that stands and whose content the words change: 不要轮椅了，要人陪就行."""
    changed = words.correction(turn.text) if turn.typed else None
    part = words.dropped(turn.text) if turn.typed else ""
    more = words.addition(turn.text) if turn.typed else ""
    if not changed and not part and not more:
        return None
    requests = await own_requests(turn)
    for request in named_requests(turn.text, requests) or _last_made(turn, requests):
        what = str(request.details.get("what", ""))
        if part and part in what:
            return request if words.without(what, part) else None
        if more and _tells_of(request, more):
            return request
        if changed and not turn.when().days and _is_of_it(request, *changed):
            return request
    return None


def _is_of_it(request: ServiceRequest, old: str, new: str) -> bool:
    """Whether a correction is one of this request's content."""
    if request.kind == "data_deletion" or _OF_A_PERSON.search(new):
        return False
    what = str(request.details.get("what", ""))
    department = bool(request.details.get("department")) and new.endswith("科")
    return _tells_of(request, new) or bool(old and old in what) or department


def _tells_of(request: ServiceRequest, told: str) -> bool:
    """Whether words are such as the content of this kind of request is told in."""
    kind = next((one for one in KINDS.values() if one.name == request.kind), None)
    return kind is not None and bool(kind.told.search(told) or words.names_part(told))


async def spoken_of(turn: Turn) -> list[ServiceRequest]:
    """The requests of this chat that the words name, or else the one that was just made."""
    named = named_kinds(turn.text)
    if not named and not (turn.slot("topic") or {}).get("request"):
        return []
    requests = await own_requests(turn)
    if named:
        return named_requests(turn.text, requests)
    return await just_made(turn, requests)


def say_open(turn: Turn, request: ServiceRequest) -> None:
    """How a request stands, and what can be done about it."""
    again = next((intent for intent, one in KINDS.items() if one.name == request.kind), "")
    response = "delete_open" if request.kind == "data_deletion" else "request_open"
    another = [("再申请一个", f'/{again}{{"again": true}}')] if again else []
    back = ("撤回申请", f'/cancel_appointment{{"request": "{request.number}"}}')
    turn.say(response, [*another, back], line=request_line(turn, request))


async def own_requests(turn: Turn) -> list[ServiceRequest]:
    """The requests of this chat that are still open, the newest first."""
    return await list_requests(turn.services.db, await turn.conversation_id())


def request_line(turn: Turn, request: ServiceRequest) -> str:
    """One request as a patient reads it."""
    about = " ".join(
        str(request.details[key]) for key in ("what", "when") if request.details.get(key)
    )
    promise = "{by}前办完" if request.kind == "data_deletion" else "同事{by}前联系您"
    said = [f"{request.number} {WORDS[request.kind]}", *([echo(about)] if about else [])]
    return f"{'：'.join(said)}，{promise.format(by=due(turn, request))}"


def due(turn: Turn, request: ServiceRequest) -> str:
    """Until when a person has answered: 今天（12月1日周二）10:30."""
    by = request.answer_by.astimezone(turn.services.settings.zone)
    return f"{day_words(by.date(), turn.today)}{by:%H:%M}"


async def lines_of(turn: Turn, details: dict[str, Any]) -> str:
    """What is wished, where and when, as it is confirmed and as it stands in the receipt."""
    what = str(details.get("what", "")).replace("\n", " ")
    short = echo(what)
    handbook = await turn.handbook()
    said = [one.name for one in handbook.find_departments(what)]
    said += [one.name for one in handbook.find_doctors(what)]
    clinic = [str(details[key]) for key in ("department", "doctor") if details.get(key)]
    unsaid = [one for one in clinic if one not in short and one not in said]
    about = f"（{' '.join(unsaid)}）" if unsaid else ""
    return f"内容：{short}{about}\n时间：{details.get('when', '')}"


def spoken_days(turn: Turn, heard: Heard) -> str:
    """The days of a wish in few words; 尽快 and its kin as they were said."""
    if heard.is_open:
        return "尽快" if "尽快" in turn.text or "快" in turn.text else "都可以"
    days = days_words([day.isoformat() for day in heard.when.days], turn.today)
    return days + spoken_hours(heard)


def spoken_hours(heard: Heard) -> str:
    """The half-day and the hour of a wish: 上午9:00."""
    period = PERIOD_NAMES.get(heard.when.period or "", "")
    return period + (heard.when.time or "").removeprefix("0")


def is_too_soon(turn: Turn, heard: Heard) -> bool:
    """Whether an escort cannot be ordered any more for the days that were said."""
    first = earliest_escort_day(turn.services.clock).date()
    return heard.when.reason == "past" or max(heard.when.days, default=first) < first
