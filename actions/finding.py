"""Department finding 导诊: complaints in the patient's words, one question at most, then departments."""

import json
import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk.events import EventType

from actions.doctors import ShowDoctor, spoken_doctors
from actions.errand import DONE, Draft, Errand
from actions.further import SERIOUS, WHAT_NOW, asks_of_doctor, whole_group
from actions.questions import MEDICAL, AnswerQuestion
from actions.request_words import asks
from actions.several import TOLD_OF_A_PERSON
from actions.talk import NotUnderstood
from actions.turn import Buttons, Turn
from service.facts import bare_age, read_facts
from service.model import Department, TriageQuestion
from service.triage import Advice, answered, continues, find_departments, match_choice


class FindDepartment(Errand):
    """Leads to clinic times and on to booking."""

    form = "finding_form"
    word = "找科室"
    opens = ("find_department",)
    replaces = ("booking_form",)

    async def act(self, turn: Turn) -> list[EventType]:
        """A question that tells of nothing felt is answered, and an errand that is open stays open:
        我可能晚到半小时怎么办 in a booking.
        """
        kept = turn.slot("draft") or {}
        opens = kept.get("form") != self.form
        goes_on = bool(kept.get("step")) or "question" in (turn.slot("topic") or {})
        if opens and goes_on and turn.typed and not await _is_for_triage(turn):
            return self.hand_on(turn, await self._answer(turn))
        return await super().act(turn)

    async def _answer(self, turn: Turn) -> list[EventType]:
        if asks_of_doctor(turn.text) and await spoken_doctors(turn):
            return await ShowDoctor().act(turn)
        other = AnswerQuestion() if asks(turn.text) else NotUnderstood()
        return await other.act(turn)

    async def begin(self, turn: Turn) -> Draft:
        """What was told before is not told again: 还胸痛 after 咳嗽, 65 after 头晕."""
        topic = turn.slot("topic") or {}
        before = str(topic.get("complaint", ""))
        left = turn.slot("draft") or {}
        values = left["values"] if left.get("form") == "booking_form" else {}
        # 帮我妈挂个号, then what hurts her: the booking will be hers.
        told = {key: values[key] for key in TOLD_OF_A_PERSON if values.get(key)}
        if not before or not turn.typed or not continues(await turn.handbook(), turn.text, before):
            return told
        return {
            **told,
            "text": before,
            "before": before,
            "asked": True,
            "found": topic.get("department", ""),
        }

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if step == "choice":
            return await self._read_choice(turn, draft)
        opening = not step or turn.intent == "find_department"
        answering = step == "complaint" and not self._is_other_errand(turn)
        if not turn.typed or not (opening or answering):
            return False
        if "before" in draft and (SERIOUS.search(turn.text) or WHAT_NOW.fullmatch(turn.text)):
            return True
        age = bare_age(turn.text)
        told = turn.text if age is None else f"{age}岁"
        draft["text"] = f"{draft.get('text', '')}，{told}".strip("，")[-_LONGEST:]
        return True

    def _is_other_errand(self, turn: Turn) -> bool:
        return turn.intent not in _STILL_COMPLAINT and turn.confidence > 0.6

    async def _read_choice(self, turn: Turn, draft: Draft) -> bool:
        if "choice" in turn.values:
            draft["choice"] = str(turn.values["choice"])
            return True
        question = await self._question(turn, draft)
        if not turn.typed or question is None or self._is_other_errand(turn):
            return False
        draft["choice"] = match_choice(question, turn.text) or turn.text
        return True

    async def _question(self, turn: Turn, draft: Draft) -> TriageQuestion | None:
        handbook = await turn.handbook()
        code = draft.get("question")
        return next((one for one in handbook.questions if one.code == code), None)

    async def ask(self, turn: Turn, draft: Draft) -> str:
        handbook = await turn.handbook()
        if turn.typed and (group := whole_group(turn.text)):
            return self._ask_within(turn, draft, group, handbook.departments)
        text = str(draft.get("text", ""))
        facts = read_facts(text)
        question = await self._question(turn, draft)
        if question is not None and "choice" not in draft and turn.resuming:
            return self._ask_choice(turn, draft, question)
        if question is not None and "choice" in draft:
            advice = answered(handbook, question, draft["choice"], text, facts)
        else:
            advice = find_departments(handbook, text, facts, may_ask=not draft.get("asked"))
        if advice.question is not None:
            return self._ask_choice(turn, draft, advice.question)
        if turn.typed and SERIOUS.search(turn.text) and "found" in draft:
            turn.say("finding_serious", self._offer(draft["found"]) if draft["found"] else [])
            return DONE
        if turn.typed and MEDICAL.search(turn.text):
            turn.say("not_for_me_to_say")
        if not advice.suggestions:
            return self._ask_more(turn, draft)
        if "before" in draft and _names(advice) == _names(
            find_departments(handbook, draft["before"], may_ask=False)
        ):
            first = advice.suggestions[0].department
            offers = self._offer(first.name) if first.bookable else []
            turn.say("finding_same", offers, department=first.name)
            return DONE
        draft["found"] = self._tell(turn, advice)
        return DONE

    def _offer(self, department: str) -> Buttons:
        values = json.dumps({"department": department}, ensure_ascii=False)
        return [
            (f"约{department}", f"/book_appointment{values}"),
            (f"{department}出诊时间", f"/ask_doctor_schedule{values}"),
        ]

    def _ask_within(
        self, turn: Turn, draft: Draft, group: str, departments: Sequence[Department]
    ) -> str:
        """内科 is many departments: what is felt says which."""
        draft["text"] = ""
        names = _TOGETHER.get(group, ())
        here = [
            one for one in departments if one.bookable and (one.group == group or one.name in names)
        ]
        turn.say("finding_group", [self._offer(one.name)[0] for one in here[:8]], group=group)
        return "complaint"

    def _ask_choice(self, turn: Turn, draft: Draft, question: TriageQuestion) -> str:
        draft["question"], draft["asked"] = question.code, True
        turn.say(
            "finding_question",
            [
                (one["label"], f"/inform{json.dumps({'choice': one['label']}, ensure_ascii=False)}")
                for one in question.choices
            ],
            question=question.question,
        )
        return "choice"

    def _ask_more(self, turn: Turn, draft: Draft) -> str:
        """Nothing in the words speaks for a department: once more, then a person."""
        if draft.get("tries", 0) >= 2:
            turn.say("finding_person", [("找人工", "/ask_human")])
            turn.flag("human", "no department found")
            return DONE
        draft["tries"] = draft.get("tries", 0) + 1
        turn.say("finding_ask" if draft["tries"] == 1 else "finding_ask_again")
        return "complaint"

    def _tell(self, turn: Turn, advice: Advice) -> str:
        """Name the departments; returns the one that a booking would be for."""
        lines = "\n".join(
            f"{place}. {one.department.name}——{_reason(one.words)}"
            for place, one in enumerate(advice.suggestions, start=1)
        )
        first = advice.suggestions[0].department
        buttons: Buttons = []
        for one in advice.suggestions:
            values = json.dumps({"department": one.department.name}, ensure_ascii=False)
            if one.department.bookable:
                buttons.append((f"约{one.department.name}", f"/book_appointment{values}"))
        if first.bookable:
            values = json.dumps({"department": first.name}, ensure_ascii=False)
            buttons.append((f"{first.name}出诊时间", f"/ask_doctor_schedule{values}"))
        single = len(advice.suggestions) == 1
        turn.say(
            "finding_one" if single else "finding_several",
            buttons,
            lines=lines,
            department=first.name,
            reason=_reason(advice.suggestions[0].words),
            place=first.location,
        )
        if not first.bookable:
            turn.say(
                "finding_walk_in",
                department=first.name,
                place=first.location,
                phone=first.phone,
            )
        return first.name if first.bookable else ""

    def left_behind(self, draft: Draft) -> dict[str, Any] | None:
        """A booking right after is for the department found; more may be told of the complaint."""
        kept = {"department": draft.get("found"), "complaint": draft.get("text")}
        kept |= {key: draft.get(key) for key in TOLD_OF_A_PERSON}
        return {name: value for name, value in kept.items() if value} or None


_LONGEST = 300
_TOGETHER = {"妇产科": ("妇科", "产科")}
"""Departments that other hospitals have as one."""
_STILL_COMPLAINT = (
    "find_department",
    "inform",
    "ask_aftercare",
    "out_of_scope",
    "report_emergency",
    "nlu_fallback",
    "affirm",
    "deny",
    "greet",
    "book_appointment",
)


_LOOKS_FOR = re.compile(
    r"科|导诊|(?:看|挂)(?:什么|啥|哪)|不舒服|难受|[疼痛痒晕肿麻酸]|病|症|毛病|不对劲"
)


async def _is_for_triage(turn: Turn) -> bool:
    """Whether something is felt or a department looked for, so that this errand can help."""
    if asks_of_doctor(turn.text) and await spoken_doctors(turn):
        return False
    if _LOOKS_FOR.search(turn.text) or whole_group(turn.text) or SERIOUS.search(turn.text):
        return True
    handbook = await turn.handbook()
    advice = find_departments(handbook, turn.text, read_facts(turn.text))
    return bool(advice.suggestions or advice.question or handbook.find_departments(turn.text))


def _names(advice: Advice) -> list[str]:
    return [one.department.name for one in advice.suggestions]


def _reason(words: tuple[str, ...]) -> str:
    return "、".join(f"“{word}”" for word in words[:2]) if words else "您说的情况"


ACTIONS = (FindDepartment,)
