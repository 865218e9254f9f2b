"""Life after a stay, from approved texts; anything worrying goes to a nurse."""

import json
import re

from rasa_sdk.events import EventType, SlotSet

from actions.further import SERIOUS, SHORT, TELLS_SYMPTOM, WORRYING, Topic
from actions.questions import MEDICAL, AnswerQuestion
from actions.talk import NotUnderstood
from actions.turn import Buttons, Turn, TurnAction
from service.aftercare import aftercare_section, find_aftercare, speaks_of_aftercare
from service.answers import find_answers, is_clear
from service.handbook import Handbook
from service.model import AftercareText
from service.triage import TYPICAL, find_departments

_WHICH_DRUG = re.compile(r"[吃用](?:点|些)?(?:什么|啥|哪种)药|[能可].{0,3}[吃用].{0,4}药")
_SURE = 0.6
"""What seems to be of a life after a stay is only then an entry's: 散瞳要多久恢复."""


class AnswerAftercare(TurnAction):
    """Life after a stay, from approved texts; anything worrying goes to a nurse."""

    called = "action_aftercare"

    async def act(self, turn: Turn) -> list[EventType]:
        handbook = await turn.handbook()
        code = turn.values.get("aftercare")
        if code:
            entry = _by_code(handbook, str(code))
        else:
            if MEDICAL.search(turn.text):
                turn.say("no_diagnosis")
                return []
            entry = find_aftercare(handbook, turn.text) or _aftercare_before(turn, handbook)
            if entry is None and turn.loop == "request_form":
                # 要多久 is about what is being arranged.
                return await AnswerQuestion().act(turn)
        known = entry is not None and _before(turn).get("aftercare") == entry.code
        worries = not code and (
            bool(WORRYING.search(turn.text)) or (known and turn.intent in TELLS_SYMPTOM)
        )
        if entry is None and _WHICH_DRUG.search(turn.text):
            turn.say("no_diagnosis")
            return []
        if entry is None and not worries:
            found = find_answers(handbook, turn.text, "ask_visit_preparation")
            if is_clear(found) and found[0].score >= _SURE:
                return await AnswerQuestion().tell(turn, found[0].answer, turn.text)
            if turn.typed and not turn.loop and not speaks_of_aftercare(turn.text):
                return await NotUnderstood().act(turn)
        if worries:
            turn.say("aftercare_nurse")
            turn.flag("human", "worrying after-care")
        if entry is None:
            turn.say(
                "aftercare_which",
                [
                    (one.name, f"/ask_aftercare{json.dumps({'aftercare': one.code})}")
                    for one in handbook.aftercare[:6]
                ],
            )
            return [SlotSet("topic", {"aftercare": "", "about": turn.text[:60]})]
        about = str(_before(turn).get("about", ""))
        section = str(turn.values.get("section", "")) or aftercare_section(
            "" if code else turn.text, entry
        )
        section = section or aftercare_section(about, entry)
        if section not in entry.sections or (worries and known):
            plain = turn.typed and not code and not worries
            section = next(iter(entry.sections)) if plain else "warning"
        self._tell(turn, entry, section, warn=not known)
        return [SlotSet("topic", {"aftercare": entry.code})]

    def _tell(self, turn: Turn, entry: AftercareText, section: str, *, warn: bool) -> None:
        """A section, and the warning signs unless they were just told; buttons for the others."""
        buttons: Buttons = [
            (
                _SECTIONS[name],
                f"/ask_aftercare{json.dumps({'aftercare': entry.code, 'section': name})}",
            )
            for name in entry.sections
            if name not in (section, "warning")
        ]
        buttons.append(("找护士", "/ask_human"))
        if section != "warning":
            told = f"{entry.name}·{_SECTIONS[section]}：{entry.sections[section].strip()}"
            turn.say("answer", None if warn else buttons, content=told)
        if section == "warning" or warn:
            turn.say("aftercare_warning", buttons, warning=entry.sections["warning"].strip())


def _aftercare_before(turn: Turn, handbook: Handbook) -> AftercareText | None:
    """能洗澡吗: what was spoken of before, unless the words name another part of the body."""
    topic = _before(turn)
    if "complaint" in topic:
        return find_aftercare(handbook, str(topic["complaint"]))
    before = _by_code(handbook, str(topic.get("aftercare", "")))
    if turn.intent in TELLS_SYMPTOM or WORRYING.search(turn.text) or SERIOUS.search(turn.text):
        return before
    if len(turn.text) > SHORT:
        return None
    advice = find_departments(handbook, turn.text, may_ask=False)
    if any(one.score >= TYPICAL for one in advice.suggestions):
        return None
    return before


def _before(turn: Turn) -> Topic:
    return turn.slot("topic") or {}


def _by_code(handbook: Handbook, code: str) -> AftercareText | None:
    return next((one for one in handbook.aftercare if one.code == code), None)


_SECTIONS = {
    "diet": "饮食",
    "exercise": "活动",
    "wound": "伤口和护理",
    "medicine": "用药",
    "return": "复查",
    "warning": "要当心的情况",
}

ACTIONS = (AnswerAftercare,)
