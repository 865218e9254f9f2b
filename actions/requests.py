"""Requests that a person arranges: what, when, for whom; a number and a promise at once."""

import re
from typing import Any

from rasa_sdk.events import EventType, FollowupAction

from actions import request_words as words
from actions.errand import DONE, Draft, Errand, put_aside
from actions.people import PatientReader
from actions.request_kinds import (
    KINDS,
    TAKES_BACK,
    Kind,
    is_too_soon,
    lines_of,
    own_requests,
    request_line,
    spoken_days,
)
from actions.turn import Turn, echo
from actions.wishes import PERIOD_NAMES, ClinicWish, Heard, day_words, days_words, hear
from service.crypto import masked_phone
from service.model import ServiceRequest
from service.patients import PatientCard
from service.requests import earliest_escort_day, open_request
from service.when import read_when

_NOT_SENT = re.compile(r"(?:先|就|我|还是)*不(?:想)?(?:提交|申请|办)了?[吧。！]*")
_SOON = re.compile(
    r"(?:越快越好|越早越好|尽快|尽早|最快|最早|马上|立刻|快点|快一点|早点|早一点|急)(?:就行|吧|的|啊|，|。|！|给我|帮我|安排|办)*"
)
_ANY_TIME = re.compile(
    r"(?:什么时候|啥时候|哪天|哪一天|几号)?(?:都行|都可以|都成|随时|随便|无所谓|不限|没要求|没有要求|不急)(?:都?(?:行|可以|有空|能来))?[吧的啊，。！]*"
    r"|(?:听|按|看|由|等)?(?:你们|医院|医生)(?:的)?(?:安排|定|决定|通知|看着办)(?:吧|就行)?[。！]*"
)
_STATE = re.compile(
    r"什么时候(?:能|会|可以|才|有|轮|安排|通知)|啥时候(?:能|有)|多久|怎么样|怎样|进度|进展|到哪|排到|轮到|安排好|办好|办得|有没有(?:消息|结果|床|号)|有(?:消息|结果|床|号)(?:了|吗)|了吗|好了没|我的(?:候补|陪诊|会诊|转诊|检查|住院|申请|床位)(?:呢|吗)?$"
)
_ANOTHER = re.compile(r"再|另外|另一|还(?:要|想|得)|也|第二|重新")
_NOT_RIGHT = {
    "phone": re.compile(r"(?:电话|手机|号码).{0,4}(?:不对|错|改|换)"),
    "name": re.compile(r"(?:姓名|名字|人名).{0,4}(?:不对|错|改|换)"),
    "when": re.compile(
        r"(?:时间|日期|日子).{0,4}(?:不对|错|改|换)|(?:换|改)(?:一?个|一?下)?(?:时间|日期|日子)"
    ),
    "what": re.compile(
        r"(?:内容|项目|检查).{0,4}(?:不对|错|要改|换)|(?:换|改)(?:一?个|一?下)?(?:内容|项目)"
    ),
}
_MOVES = re.compile(r"(?:改|换|挪|推迟|提前)(?:到|成|为|至)|改(?:个|一下)?(?:时间|日期|期)")
_ASKS_MORE = re.compile(r"多久|多少|怎么|什么|哪|几[天点号个]|要不要|是不是")
_ABOUT_BOOKING = re.compile(r"预约|挂的?号|号")


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

    async def act(self, turn: Turn) -> list[EventType]:
        """把陪诊改到周三 is about the request that stands: its time is changed, none is opened."""
        kept = turn.slot("draft") or {}
        begins = kept.get("form") != self.form and turn.intent in KINDS
        if begins and turn.typed and _MOVES.search(turn.text):
            kind = KINDS[turn.intent].name
            if any(one.kind == kind for one in await own_requests(turn)):
                paused = turn.slot("paused")
                paused = put_aside(kept, paused) if kept.get("step") else paused
                return [*self._over({}, paused), FollowupAction("move_form")]
        return await super().act(turn)

    def ends(self, turn: Turn, step: str) -> bool:
        """取消候补 before it is on the list ends it as well, and 不做胃镜了 when it is all there is."""
        if turn.stops:
            return True
        if not turn.typed or words.correction(turn.text):
            return False
        what = str((turn.slot("draft") or {}).get("values", {}).get("what", ""))
        part = words.dropped(turn.text)
        if part and part in what:
            return not words.without(what, part)
        return bool(TAKES_BACK.search(turn.text) or _NOT_SENT.fullmatch(turn.text.strip()))

    def _is_left_for(self, turn: Turn, step: str) -> bool:
        """A correction of what is being asked for stays here: 不做核磁了，改成CT."""
        moves = turn.intent == "reschedule_appointment" and not _ABOUT_BOOKING.search(turn.text)
        wrong = step == "confirm" and _wrong(turn)
        if turn.typed and step and (moves or wrong or self._changes(turn)):
            return False
        return super()._is_left_for(turn, step)

    def _changes(self, turn: Turn) -> bool:
        """Whether the words change something that was told."""
        text = turn.text
        return bool(words.correction(text) or words.dropped(text)) and turn.intent not in (
            "file_complaint",
            "manage_patient",
        )

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if not step:
            draft["kind"] = turn.intent if turn.intent in KINDS else "request_exam_booking"
        elif step == "confirm" and turn.affirms:
            draft["yes"] = True
            return True
        elif self._is_other_kind(turn, draft, step):
            known = {key: draft[key] for key in _OF_THE_PERSON if key in draft}
            draft.clear()
            draft.update(known, kind=turn.intent)
            step = ""
        draft.pop("yes", None)
        kind = KINDS[draft["kind"]]
        if step and self._is_aside(turn, step):
            return False
        heard = await hear(turn)
        if step and turn.typed and await self._read_change(turn, draft, kind, heard, step):
            return True
        person = False
        if not self._is_of_the_matter(turn, kind, step):
            person = await PatientReader(turn, draft).read(step)
        new = person
        if step in ("", "what", "when", "confirm"):
            new = self._read_clinic(draft, heard) or new
        new = self._read_when(turn, draft, kind, heard, step) or new
        return await self._read_what(turn, draft, kind, step, person=person) or new

    def _is_other_kind(self, turn: Turn, draft: Draft, step: str) -> bool:
        """Whether another request is opened: surely, and not as a part of this one's content."""
        if turn.intent not in KINDS or turn.intent == draft["kind"] or turn.confidence <= 0.6:
            return False
        return not turn.typed or step != "what" or bool(KINDS[turn.intent].told.search(turn.text))

    def _is_of_the_matter(self, turn: Turn, kind: Kind, step: str) -> bool:
        """Whether words that could be a name are a part of the body or of the wish: 左肩."""
        if step not in ("what", "when", "confirm") or not turn.typed:
            return False
        text = turn.text
        own = words.names_part(text) or kind.told.search(text)
        return bool(own) and not re.search(r"\d{7}|叫|姓名|名字|患者|病人", text)

    def _read_clinic(self, draft: Draft, heard: Heard) -> bool:
        if heard.departments:
            draft["department"] = heard.departments[0].name
        if heard.doctors:
            draft["doctor"] = "、".join(one.name for one in heard.doctors[:2])
            draft.setdefault("department", heard.doctors[0].department.name)
        return bool(heard.departments or heard.doctors)

    def _read_when(self, turn: Turn, draft: Draft, kind: Kind, heard: Heard, step: str) -> bool:
        """The day, as far as the words are one: nothing else is ever taken for a time."""
        too_soon = kind.name == "escort" and is_too_soon(turn, heard)
        if too_soon:
            draft["too_soon"] = True
        elif heard.when.days and not heard.when.ask:
            draft["when"] = spoken_days(turn, heard)
        elif heard.when.ask and step in ("when", "confirm"):
            draft["ask_when"] = heard.when.reason or "unclear"
            draft.pop("when", None)
        elif step == "when" and (turn.skips or _SOON.search(turn.text)):
            draft["when"] = "尽快"
        elif step == "when" and _ANY_TIME.fullmatch(turn.text.strip()):
            draft["when"] = "都可以"
        elif step == "when" and heard.when.period:
            draft["when"] = PERIOD_NAMES[heard.when.period]
        else:
            return False
        return True

    async def _read_what(
        self, turn: Turn, draft: Draft, kind: Kind, step: str, *, person: bool
    ) -> bool:
        """What is wished: the opening words, the answer to the question, and facts told later."""
        if not turn.typed:
            return False
        if not step:
            if kind.told.search(turn.text) or draft.get("department"):
                draft["what"] = words.content(turn.text)
            return False
        wished = step in ("what", "when") and (
            kind.told.search(turn.text) or turn.intent == draft["kind"]
        )
        wished = wished and not _ASKS_MORE.search(turn.text)
        if turn.skips or turn.affirms or turn.denies or (words.asks(turn.text) and not wished):
            return step == "what" and turn.skips
        if step == "what" and not draft.get("what") and not person:
            draft["what"] = words.content(_without_times(turn)) or None
            return bool(draft["what"])
        facts = [one for one in words.pieces(_without_times(turn)) if self._is_fact(one, kind)]
        if not person and step in ("what", "when") and turn.intent in _TELLING:
            facts = words.pieces(_without_times(turn))
        for one in facts:
            draft["what"] = words.added(str(draft.get("what") or ""), one)
        return bool(facts)

    def _is_fact(self, piece: str, kind: Kind) -> bool:
        return bool(kind.told.search(piece) or words.names_part(piece))

    async def _read_change(
        self, turn: Turn, draft: Draft, kind: Kind, heard: Heard, step: str
    ) -> bool:
        """Something told before is changed: 不做核磁了改成CT, 改成心内科, 不要轮椅了, 时间不对."""
        what = str(draft.get("what") or "")
        part = words.dropped(turn.text)
        if part and part in what:
            draft.update(what=words.without(what, part), changed=True)
            return True
        if step == "confirm" and not (heard.when.days or heard.when.ask):
            wrong = _wrong(turn)
            if wrong and not re.search(r"\d{7}", turn.text) and not words.correction(turn.text):
                for key in wrong:
                    draft.pop(key, None)
                if {"phone", "name"} & set(wrong):
                    draft.pop("patient", None)
                    draft["new_patient"] = True
                return True
        changed = words.correction(turn.text)
        if changed is None or heard.when.days or heard.when.ask:
            if step == "confirm" and turn.denies and not changed and not heard.when.days:
                draft["ask_change"] = True
                return True
            return False
        old, new = changed
        handbook = await turn.handbook()
        before = handbook.department(str(draft.get("department", "")))
        after = handbook.find_departments(new)
        if after and before is not None and len(new) <= len(after[0].name) + 4:
            draft["department"] = after[0].name
            for name in sorted((before.name, *before.aliases), key=len, reverse=True):
                if name in what:
                    draft["what"] = what.replace(name, after[0].name)
                    break
            draft.pop("doctor", None)
            draft["changed"] = True
            return True
        mine = kind.told.search(new) or words.names_part(new) or (old and old in what)
        if not what or not mine or re.search(r"\d{7}", new):
            return False
        draft.update(what=words.corrected(what, old, new), changed=True)
        return True

    def _is_aside(self, turn: Turn, step: str) -> bool:
        """Whether the words are plainly something else than a fact of the request."""
        if not turn.typed or turn.intent in ("inform", "affirm", *KINDS) or self._changes(turn):
            return False
        if step == "confirm" and (turn.denies or _wrong(turn)):
            return False
        if step == "what" and not words.asks(turn.text):
            return turn.confidence > 0.85
        return turn.confidence > (0.5 if turn.intent.startswith(("ask_", "check_")) else 0.75)

    async def _open_one(self, turn: Turn, draft: Draft) -> ServiceRequest | None:
        """The open request of the same kind that is spoken of, when nothing new is told."""
        kind = KINDS[draft["kind"]]
        same = [one for one in await own_requests(turn) if one.kind == kind.name]
        if not same or turn.values.get("again"):
            return None
        if turn.typed and _ANOTHER.search(turn.text):
            return None
        if turn.typed and _STATE.search(turn.text):
            return same[0]
        if any(draft.get(key) for key in ("when", "name", "patient", "relation")):
            return None
        told = " ".join(str(one.details) for one in same)
        facts = [*kind.told.findall(turn.text), draft.get("department"), draft.get("doctor")]
        if not turn.typed and not any(facts):
            return same[0]
        return same[0] if all(one in told for one in facts if one) else None

    async def ask(self, turn: Turn, draft: Draft) -> str:
        kind = KINDS[draft["kind"]]
        if not draft.get("begun"):
            draft["begun"] = True
            known = await self._open_one(turn, draft)
            if known is not None:
                draft["shown"] = known.number
                turn.say(
                    "request_open",
                    [
                        ("再申请一个", f'/{draft["kind"]}{{"again": true}}'),
                        ("撤回申请", f'/cancel_appointment{{"request": "{known.number}"}}'),
                    ],
                    line=request_line(turn, known),
                )
                return DONE
        if kind.name == "waitlist" and draft.get("department"):
            draft["what"] = f"{draft['department']} {draft.get('doctor', '')}".strip()
        if not draft.get("what"):
            turn.say(f"request_{kind.name}_what")
            return "what"
        missing = words.missing_of_referral(draft["what"]) if kind.name == "referral" else []
        if missing and not draft.get("asked_more"):
            draft["asked_more"] = True
            turn.say(
                "request_referral_more",
                [("不清楚", '/inform{"skip": true}')],
                missing="，".join(missing),
            )
            return "what"
        if draft.pop("changed", False) and not self._is_complete(draft):
            turn.say("request_content", what=echo(str(draft["what"])))
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
        if draft.pop("ask_change", False):
            turn.say("booking_what_to_change")
            return "confirm"
        if not draft.pop("yes", False):
            turn.say(
                "request_confirm",
                [("确认提交", "/affirm"), ("算了", '/deny{"stop": true}')],
                patient=patients.shown_name(),
                phone=masked_phone(str(draft["phone"])),
                word=kind.word,
                lines=await lines_of(turn, draft),
            )
            return "confirm"
        return await self._submit(turn, draft, kind, await patients.keep())

    def _is_complete(self, draft: Draft) -> bool:
        """Whether all of it is about to be shown anyway."""
        return all(draft.get(key) for key in ("when", "name", "phone"))

    def left_behind(self, draft: Draft) -> Draft | None:
        """The request that a change right after is about."""
        return {"request": draft["shown"]} if draft.get("shown") else None

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
        draft["shown"] = request.number
        by = request.answer_by.astimezone(services.settings.zone)
        turn.say(
            "request_done",
            number=request.number,
            word=kind.word,
            patient=patient.name,
            lines=await lines_of(turn, draft),
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


def _wrong(turn: Turn) -> list[str]:
    """What is said to be wrong, without the right thing: 电话错了."""
    return [key for key, said in _NOT_RIGHT.items() if said.search(turn.text)]


def _without_times(turn: Turn) -> str:
    """The parts of a message that do not speak of a day or an hour."""
    horizon = turn.services.settings.booking_days
    left = []
    for piece in words.pieces(turn.text):
        when = read_when(piece, turn.now, horizon=horizon)
        timed = when.days or when.ask or when.period
        if not timed or words.names_part(piece) or len(piece) > _LONGEST_TIME:
            left.append(piece)
    return words.SEPARATOR.join(left)


_LONGEST_TIME = 10
_OF_THE_PERSON = ("patient", "name", "phone", "relation", "sex", "age")
_TELLING = ("inform", "nlu_fallback", "find_department", "ask_aftercare", *KINDS)


ACTIONS = (Request,)
