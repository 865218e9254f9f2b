"""The kinds of requests, what they are called, and how one is said back to the patient."""

import re
from dataclasses import dataclass
from typing import Any

from actions.turn import Turn, echo
from actions.wishes import PERIOD_NAMES, Heard, day_words, days_words
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
        re.compile(r"转(?:到|去|回|来|往|入|出|上|下).{1,}|从.{1,}转|卫生院|社区|县医院|乡镇"),
    ),
    "request_escort": Kind(
        "escort",
        "陪诊和便民服务",
        re.compile(
            r"轮椅|担架|平车|翻译|手语|英语|陪(?:诊|护|同|着)|拐杖|聋|盲|看不见|听不见|助行器|推车|搀|扶|代取|代办|跑腿"
        ),
    ),
    "join_waitlist": Kind("waitlist", "候补", re.compile(r"$^")),
}


TAKES_BACK = re.compile(
    r"(?:取消|撤回|撤销|撤掉|退掉|不要|不用|不)(?:我的?|这个|那个)?(?:候补|申请|陪诊|会诊|转诊|检查|住院|排队|等号|轮椅)"
    r"|(?:候补|申请|陪诊|会诊|转诊|轮椅).{0,3}(?:不要|不用|取消|撤)了?"
)
NAMED = {
    "waitlist": re.compile(r"候补|排队|等号"),
    "escort": re.compile(r"陪诊|陪同|轮椅|翻译|便民"),
    "consultation": re.compile(r"会诊"),
    "referral": re.compile(r"转诊|转院"),
    "exam": re.compile(r"检查|CT|ct|核磁|B超|彩超|胃镜|肠镜|体检"),
    "admission": re.compile(r"住院|手术|床位"),
}

"""How patients call the kinds of requests that may be moved or taken back."""
WORDS = {kind.name: kind.word for kind in KINDS.values()} | {"data_deletion": "删除资料"}
"""What each kind of request is called when it is mentioned."""


async def own_requests(turn: Turn) -> list[ServiceRequest]:
    """The requests of this chat that are still open, the newest first."""
    return await list_requests(turn.services.db, await turn.conversation_id())


def request_line(turn: Turn, request: ServiceRequest) -> str:
    """One request as a patient reads it."""
    by = request.answer_by.astimezone(turn.services.settings.zone)
    about = " ".join(
        str(request.details[key]) for key in ("what", "when") if key in request.details
    )
    short = echo(about)
    return (
        f"{request.number} {WORDS[request.kind]}：{short}，"
        f"同事{day_words(by.date(), turn.today)}{by:%H:%M}前联系您"
    )


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
    period = PERIOD_NAMES.get(heard.when.period or "", "")
    return days_words([day.isoformat() for day in heard.when.days], turn.today) + period


def is_too_soon(turn: Turn, heard: Heard) -> bool:
    """Whether an escort cannot be ordered any more for the days that were said."""
    first = earliest_escort_day(turn.services.clock).date()
    return heard.when.reason == "past" or max(heard.when.days, default=first) < first
