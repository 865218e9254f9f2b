"""Requests that a person arranges: what, when, for whom; a number and a promise at once."""

import re
from dataclasses import dataclass
from typing import Any

from actions.errand import DONE, Draft, Errand
from actions.people import PatientReader
from actions.turn import Turn
from actions.wishes import PERIOD_NAMES, ClinicWish, Heard, day_words, days_words, hear
from service.crypto import masked_phone
from service.model import ServiceRequest
from service.patients import PatientCard
from service.requests import earliest_escort_day, list_requests, open_request


@dataclass(frozen=True)
class Kind:
    """One kind of request. ``told`` finds in the opening words what need not be asked."""

    name: str
    word: str
    told: re.Pattern[str]
    asks_when: bool = True


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


LONGEST_SHOWN = 40
TAKES_BACK = re.compile(
    r"(?:取消|撤回|撤销|撤掉|退掉|不要|不用|不)(?:我的?|这个|那个)?(?:候补|申请|陪诊|会诊|转诊|检查|住院|排队|等号|轮椅)"
    r"|(?:候补|申请|陪诊|会诊|转诊|轮椅).{0,3}(?:不要|不用|取消|撤)了?"
)


class Request(Errand):
    """The essentials of one request: they differ by kind, the way does not."""

    form = "request_form"
    word = "申请"
    opens = tuple(KINDS)

    async def begin(self, turn: Turn) -> Draft:
        """A place on the waiting list is for what was just spoken of: nothing is asked twice."""
        if turn.intent != "join_waitlist":
            return {}
        kept = turn.slot("draft") or {}
        values = kept.get("values", {}) if kept.get("form") == "booking_form" else {}
        wish = ClinicWish.of(values.get("wish") or turn.slot("topic"))
        handbook = await turn.handbook()
        names = [one.name for one in handbook.practitioners if one.id in wish.doctors]
        told = {
            "department": wish.department,
            "doctor": "、".join(names[:2]),
            "when": days_words(wish.days, turn.today) if wish.days else "",
            **{key: values[key] for key in ("patient", "name", "phone", "sex") if key in values},
        }
        return {key: value for key, value in told.items() if value}

    def ends(self, turn: Turn, step: str) -> bool:
        """取消候补 before it is on the list ends it as well."""
        return turn.stops or (turn.typed and bool(TAKES_BACK.search(turn.text)))

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if not step:
            draft["kind"] = turn.intent if turn.intent in KINDS else "request_exam_booking"
        elif step == "confirm" and turn.affirms:
            draft["yes"] = True
            return True
        elif turn.intent in KINDS and turn.intent != draft["kind"] and turn.confidence > 0.6:
            draft.clear()
            draft["kind"] = turn.intent
            step = ""
        draft.pop("yes", None)
        kind = KINDS[draft["kind"]]
        if step and self._is_aside(turn):
            return False
        heard = await hear(turn)
        person = await PatientReader(turn, draft).read(step)
        new = person
        clinic = step in ("", "what", "when", "confirm")
        if clinic and heard.departments:
            draft["department"] = heard.departments[0].name
            new = True
        if clinic and heard.doctors:
            draft["doctor"] = "、".join(one.name for one in heard.doctors[:2])
            draft.setdefault("department", heard.doctors[0].department.name)
            new = True
        first = earliest_escort_day(turn.services.clock).date()
        late = heard.when.reason == "past" or max(heard.when.days, default=first) < first
        if kind.name == "escort" and late:
            draft["too_soon"] = True
            new = True
        elif heard.when.days and not heard.when.ask:
            draft["when"] = _spoken_days(turn, heard)
            new = True
        elif heard.when.ask and step == "when":
            draft["ask_when"] = heard.when.reason or "unclear"
            new = True
        if not step and (kind.told.search(turn.text) or draft.get("department")):
            draft["what"] = turn.text
        elif step == "what" and turn.typed and not person and turn.intent != "affirm":
            draft["what"] = turn.text
            new = True
        elif step == "when" and not new and (turn.skips or turn.intent in ("inform", *KINDS)):
            draft["when"] = "尽快" if turn.skips else turn.text
            new = True
        return new

    def _is_aside(self, turn: Turn) -> bool:
        """Whether the words are plainly something else than a fact of the request."""
        if not turn.typed or turn.intent in ("inform", "affirm", *KINDS):
            return False
        return turn.confidence > (0.5 if turn.intent.startswith(("ask_", "check_")) else 0.75)

    async def ask(self, turn: Turn, draft: Draft) -> str:
        kind = KINDS[draft["kind"]]
        if kind.name == "waitlist" and draft.get("department"):
            draft["what"] = f"{draft['department']} {draft.get('doctor', '')}".strip()
        if not draft.get("what"):
            turn.say(f"request_{kind.name}_what")
            return "what"
        reason = draft.pop("ask_when", "")
        if reason:
            turn.say(f"when_{reason}")
        if draft.pop("too_soon", False):
            turn.say("request_escort_too_soon", [("找人工", "/ask_human")])
        if not draft.get("when"):
            first = earliest_escort_day(turn.services.clock).date()
            turn.say(
                f"request_{kind.name}_when",
                [("尽快就行", '/inform{"skip": true}')],
                first=day_words(first, turn.today),
            )
            return "when"
        patients = PatientReader(turn, draft)
        asked = await patients.ask("request")
        if asked:
            return asked
        if not draft.pop("yes", False):
            turn.say(
                "request_confirm",
                [("确认提交", "/affirm"), ("算了", '/deny{"stop": true}')],
                patient=patients.shown_name(),
                phone=masked_phone(str(draft["phone"])),
                word=kind.word,
                lines=_lines(draft),
            )
            return "confirm"
        return await self._submit(turn, draft, kind, await patients.keep())

    async def _submit(self, turn: Turn, draft: Draft, kind: Kind, patient: PatientCard) -> str:
        services = turn.services
        details: dict[str, Any] = {
            key: draft[key] for key in ("what", "when", "department", "doctor") if key in draft
        }
        request = await open_request(
            services.db,
            services.clock,
            services.settings,
            conversation_id=await turn.conversation_id(),
            kind=kind.name,
            details=details,
            patient_id=patient.id,
            origin=turn.origin(f"request {kind.name}"),
        )
        by = request.answer_by.astimezone(services.settings.zone)
        turn.say(
            "request_done",
            number=request.number,
            word=kind.word,
            patient=patient.name,
            lines=_lines(draft),
            by=f"{day_words(by.date(), turn.today)}{by:%H:%M}",
        )
        turn.say(f"request_{kind.name}_note")
        if kind.name == "escort" and draft.get("department"):
            turn.say(
                "request_escort_book",
                [("帮我约号", f'/book_appointment{{"department": "{draft["department"]}"}}')],
                department=draft["department"],
            )
        if kind.name == "waitlist":
            draft["settles"] = "booking_form"
        return DONE


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
    short = about if len(about) <= LONGEST_SHOWN else about[:LONGEST_SHOWN] + "…"
    return (
        f"{request.number} {WORDS[request.kind]}：{short}，"
        f"同事{day_words(by.date(), turn.today)}{by:%H:%M}前联系您"
    )


def _lines(draft: Draft) -> str:
    """What is wished and when, as it is confirmed and as it stands in the receipt."""
    what = str(draft["what"]).replace("\n", " ")
    short = what if len(what) <= LONGEST_SHOWN else what[:LONGEST_SHOWN] + "…"
    return f"内容：{short}\n时间：{draft['when']}"


def _spoken_days(turn: Turn, heard: Heard) -> str:
    """The days of a wish in few words; 尽快 and its kin as they were said."""
    if heard.is_open:
        return "尽快" if "尽快" in turn.text or "快" in turn.text else "都可以"
    period = PERIOD_NAMES.get(heard.when.period or "", "")
    return days_words([day.isoformat() for day in heard.when.days], turn.today) + period


ACTIONS = (Request,)
