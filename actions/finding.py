"""Department finding 导诊: complaints in the patient's words, one question at most, then departments."""

import json
from typing import Any

from actions.errand import DONE, Draft, Errand
from actions.questions import MEDICAL
from actions.turn import Buttons, Turn
from service.facts import read_facts
from service.model import TriageQuestion
from service.triage import Advice, answered, find_departments, match_choice


class FindDepartment(Errand):
    """Leads to clinic times and on to booking."""

    form = "finding_form"
    word = "找科室"
    opens = ("find_department",)
    replaces = ("booking_form",)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if step == "choice":
            return await self._read_choice(turn, draft)
        if step == "complaint" and turn.typed and not self._is_other_errand(turn):
            draft["text"] = turn.text
            return True
        if not step and turn.typed:
            draft["text"] = turn.text
            return True
        if turn.intent == "find_department" and turn.typed:
            draft["text"] = f"{draft.get('text', '')}，{turn.text}".strip("，")
            return True
        return False

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
        text = str(draft.get("text", ""))
        facts = read_facts(text)
        question = await self._question(turn, draft)
        if question is not None and "choice" in draft:
            advice = answered(handbook, question, draft["choice"], text, facts)
        else:
            advice = find_departments(handbook, text, facts, may_ask=not draft.get("asked"))
        if advice.question is not None:
            return self._ask_choice(turn, draft, advice.question)
        if turn.typed and MEDICAL.search(turn.text):
            turn.say("not_for_me_to_say")
        if not advice.suggestions:
            return self._ask_more(turn, draft)
        draft["found"] = self._tell(turn, advice)
        return DONE

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
        """A booking right after is for the department that was found."""
        return {"department": draft["found"]} if draft.get("found") else None


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


def _reason(words: tuple[str, ...]) -> str:
    return "、".join(f"“{word}”" for word in words[:2]) if words else "您说的情况"


ACTIONS = (FindDepartment,)
