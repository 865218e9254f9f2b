"""Requests that a person arranges: what, when, for whom; a number and a promise at once."""

import re
from datetime import date
from typing import Any

from rasa_sdk.events import EventType, FollowupAction

from actions import request_words as words
from actions.errand import DONE, Draft, Errand
from actions.people import PatientReader
from actions.questions import ARRANGED
from actions.request_kinds import (
    KINDS,
    Kind,
    due,
    lines_of,
    named_kinds,
    ordered,
    own_requests,
    request_to_change,
    say_open,
)
from actions.request_opening import ANOTHER, SURE, draft_of_change, just_spoken_of, other_errand
from actions.request_reading import RequestReader, changes, wrong
from actions.turn import Turn, echo
from actions.wishes import day_words
from service.answers import CERTAIN, find_answers
from service.crypto import masked_phone
from service.errors import NotFound, NotYours, TooSoon
from service.model import ServiceRequest
from service.patients import PatientCard
from service.requests import change_request, earliest_escort_day, open_request

_STATE = re.compile(
    r"什么时候(?:能|会|可以|才|有|轮|安排|通知)|啥时候(?:能|有)|多久|怎么样|怎样|进度|进展|到哪|排到|轮到|安排好|办好|办得|有没有(?:消息|结果|床|号)|有(?:消息|结果|床|号)(?:了|吗)|了吗|好了没|我的(?:候补|陪诊|会诊|转诊|检查|住院|申请|床位)(?:呢|吗)?$"
    r"|^(?:查|看)(?:一?[下查看])?"
)
_ABOUT_BOOKING = re.compile(r"预约|挂的?号|号")


class Request(Errand):
    """The essentials of one request: they differ by kind, the way does not."""

    form = "request_form"
    word = "申请"
    opens = tuple(KINDS)

    async def begin(self, turn: Turn) -> Draft:
        """What is known already: the request that is to change, or the clinic just spoken of."""
        request = await request_to_change(turn)
        if request is not None:
            return await draft_of_change(turn, request)
        return await just_spoken_of(turn) if turn.intent == "join_waitlist" else {}

    async def act(self, turn: Turn) -> list[EventType]:
        kept = turn.slot("draft") or {}
        values = dict(kept.get("values") or {})
        if kept.get("form") == self.form and kept.get("step"):
            if values.get("changes") and turn.stops:
                turn.say("request_unchanged", number=values["changes"])
                return self._over(values, turn.slot("paused"))
            if turn.typed and await self._takes_back(turn, values):
                left = self._over({}, turn.slot("paused"))
                return [*left, FollowupAction("cancel_form")]
        elif turn.typed and turn.intent in KINDS:
            other = await other_errand(turn)
            if other is not None:
                return self.hand_on(turn, other)
        return await super().act(turn)

    async def _takes_back(self, turn: Turn, values: Draft) -> bool:
        """Whether the request that stands already is not wished any more: 取消转诊, 不做了."""
        kind = KINDS[values["kind"]].name
        if not any(one.kind == kind for one in await own_requests(turn)):
            return False
        named = kind in named_kinds(turn.text) and words.withdraws(turn.text)
        return named or (bool(values.get("changes")) and words.gives_up(turn.text))

    def ends(self, turn: Turn, step: str) -> bool:
        """取消候补 before it is on the list ends it as well, and 不做胃镜了 when it is all there is."""
        if turn.stops:
            return True
        if not turn.typed or words.correction(turn.text):
            return False
        values = (turn.slot("draft") or {}).get("values", {})
        what = str(values.get("what", ""))
        part = words.dropped(turn.text)
        if part and part in what:
            return not words.without(what, part)
        named = KINDS[values["kind"]].name in named_kinds(turn.text)
        return words.gives_up(turn.text) or (named and words.withdraws(turn.text))

    def _is_left_for(self, turn: Turn, step: str) -> bool:
        """A correction of what is asked for stays here, 不做核磁了，改成CT, and a department as well."""
        moves = turn.intent == "reschedule_appointment" and not _ABOUT_BOOKING.search(turn.text)
        mends = step == "confirm" and wrong(turn.text)
        where = _names_clinic(turn) or words.is_place(turn.text)
        if turn.typed and step and (moves or mends or where or changes(turn)):
            return False
        return super()._is_left_for(turn, step)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if draft.get("changes") and not step:
            step = "confirm"
        elif not step:
            draft["kind"] = turn.intent if turn.intent in KINDS else _kind_of(turn)
        elif step == "confirm" and turn.affirms:
            draft["yes"] = True
            return True
        elif self._is_other_kind(turn, draft, step) and step == "confirm":
            draft["another"] = True
            return True
        elif self._is_other_kind(turn, draft, step):
            known = {key: draft[key] for key in _OF_THE_PERSON if key in draft}
            draft.clear()
            draft.update(known, kind=turn.intent)
            step = ""
        draft.pop("yes", None)
        if step and (self._is_aside(turn, draft, step) or await self._answers(turn, step)):
            return False
        reader = RequestReader(turn, draft)
        if step and reader.tells_of_another():
            draft["another"] = True
            return True
        return await reader.read(step)

    def _is_other_kind(self, turn: Turn, draft: Draft, step: str) -> bool:
        """Whether another request is opened: surely, and not as a part of this one's content."""
        if turn.intent not in KINDS or turn.intent == draft["kind"] or turn.confidence <= SURE:
            return False
        if turn.typed and words.asks(turn.text):
            return False
        return not turn.typed or step != "what" or bool(KINDS[turn.intent].told.search(turn.text))

    async def _answers(self, turn: Turn, step: str) -> bool:
        """A question that the model takes for a request is answered: 能陪护吗."""
        if not turn.typed or turn.intent not in KINDS or not words.asks(turn.text):
            return False
        if step == "what" or turn.when().days:
            return False
        found = find_answers(await turn.handbook(), turn.text)
        if not found or found[0].score < CERTAIN:
            return False
        turn.say("answer", content=found[0].answer.text.strip())
        return True

    def _is_aside(self, turn: Turn, draft: Draft, step: str) -> bool:
        """Whether the words are plainly something else than a fact of the request."""
        if not turn.typed or turn.intent in ("inform", "affirm", *KINDS) or changes(turn):
            return False
        if _names_clinic(turn) or words.is_place(turn.text):
            return False
        if step == "confirm" and (turn.denies or wrong(turn.text)):
            return False
        if not words.asks(turn.text) and KINDS[draft["kind"]].told.search(turn.text):
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
        if turn.typed and ANOTHER.search(turn.text):
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
                say_open(turn, known)
                return DONE
        if draft.pop("another", False):
            turn.say("request_one_first", patient=draft["name"])
        asked = self._ask_what(turn, draft, kind) or self._ask_when(turn, draft, kind)
        if asked:
            return asked
        asked = await PatientReader(turn, draft).ask("request")
        if asked:
            return asked
        if draft.pop("ask_change", False):
            turn.say("booking_what_to_change")
            return "confirm"
        if not draft.pop("yes", False):
            await self._ask_confirm(turn, draft, kind)
            return "confirm"
        return await self._submit(turn, draft, kind)

    def _ask_what(self, turn: Turn, draft: Draft, kind: Kind) -> str:
        if kind.name == "waitlist" and draft.get("department"):
            draft["what"] = f"{draft['department']} {draft.get('doctor', '')}".strip()
        if not draft.get("what"):
            turn.say(f"request_{kind.name}_what")
            return "what"
        missing = words.missing_of_referral(draft["what"]) if kind.name == "referral" else []
        if missing and not draft.get("asked_more") and not draft.get("changes"):
            draft["asked_more"] = True
            turn.say(
                "request_referral_more",
                [("不清楚", '/inform{"skip": true}')],
                missing="，".join(missing),
            )
            return "what"
        shown = all(draft.get(key) for key in ("when", "name", "phone"))
        if draft.pop("changed", False) and not shown:
            turn.say("request_content", what=echo(str(draft["what"])))
        return ""

    def _ask_when(self, turn: Turn, draft: Draft, kind: Kind) -> str:
        reason = draft.pop("ask_when", "")
        if reason:
            turn.say(f"when_{reason}")
        if draft.pop("too_soon", False):
            turn.say("request_escort_too_soon", [("找人工", "/ask_human")])
        if draft.get("when"):
            return ""
        first = earliest_escort_day(turn.services.clock).date()
        turn.say(
            f"request_{kind.name}_when",
            [("尽快就行", '/inform{"skip": true}')],
            first=day_words(first, turn.today),
        )
        return "when"

    async def _ask_confirm(self, turn: Turn, draft: Draft, kind: Kind) -> None:
        turn.say(
            "request_confirm",
            [
                ("确认修改" if draft.get("changes") else "确认提交", "/affirm"),
                ("不改了" if draft.get("changes") else "算了", '/deny{"stop": true}'),
            ],
            patient=PatientReader(turn, draft).shown_name(),
            phone=masked_phone(str(draft["phone"])),
            word=kind.word,
            lines=await lines_of(turn, draft),
        )

    def left_behind(self, draft: Draft) -> Draft | None:
        """The request that a change right after is about."""
        if not draft.get("shown"):
            return None
        kind = KINDS[draft["kind"]].name
        about = draft.get("what", "") if kind == "exam" else ARRANGED.get(kind, "")
        return {"request": draft["shown"], "arranged": about}

    async def _submit(self, turn: Turn, draft: Draft, kind: Kind) -> str:
        patient = await PatientReader(turn, draft).keep()
        details: dict[str, Any] = {
            key: draft[key] for key in ("what", "when", "department", "doctor") if key in draft
        }
        details["when"] = words.lasting(str(details["when"]))
        try:
            request = await self._write(turn, draft, kind, patient, details)
        except TooSoon:
            draft.pop("when")
            draft["too_soon"] = True
            return self._ask_when(turn, draft, kind)
        except (NotFound, NotYours):
            turn.say("request_not_found", number=draft["changes"])
            return DONE
        draft["shown"] = request.number
        if draft.get("changes"):
            turn.say(
                "request_changed",
                number=request.number,
                lines=await lines_of(turn, draft),
                by=due(turn, request),
            )
        else:
            await self._say_receipt(turn, draft, kind, request, patient)
        return DONE

    async def _write(
        self, turn: Turn, draft: Draft, kind: Kind, patient: PatientCard, details: dict[str, Any]
    ) -> ServiceRequest:
        """The new request, or the one that stands as it is now wished."""
        services = turn.services
        days = [date.fromisoformat(day) for day in draft.get("days", ())]
        if draft.get("changes"):
            return await change_request(
                services.db,
                services.clock,
                services.settings,
                conversation_id=await turn.conversation_id(),
                number=draft["changes"],
                details=details,
                patient_id=patient.id,
                days=days,
            )
        return await open_request(
            services.db,
            services.clock,
            services.settings,
            conversation_id=await turn.conversation_id(),
            kind=kind.name,
            details=details,
            patient_id=patient.id,
            origin=turn.origin(f"request {kind.name}"),
            days=days,
        )

    async def _say_receipt(
        self, turn: Turn, draft: Draft, kind: Kind, request: ServiceRequest, patient: PatientCard
    ) -> None:
        turn.say(
            "request_done",
            number=request.number,
            word=kind.word,
            patient=patient.name,
            lines=await lines_of(turn, draft),
            by=due(turn, request),
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


def _names_clinic(turn: Turn) -> bool:
    """Whether a department is named rather than looked for: it is the one of the request."""
    named = turn.intent == "find_department" and turn.entities("department")
    return bool(named) or words.is_clinic(turn.text)


def _kind_of(turn: Turn) -> str:
    return ordered(turn.text) or "request_exam_booking"


_OF_THE_PERSON = ("patient", "name", "phone", "relation", "sex", "age")


ACTIONS = (Request,)
