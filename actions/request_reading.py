"""What a message tells of a request: the wish, the day, the clinic, and what of it is changed."""

import re

from actions import request_words as words
from actions.errand import Draft
from actions.people import PatientReader
from actions.request_kinds import KINDS, Kind, is_too_soon, spoken_days, spoken_hours
from actions.turn import Turn
from actions.wishes import Heard, hear

_SOON = re.compile(
    r"(?:越快越好|越早越好|尽快|尽早|最快|最早|马上|立刻|快点|快一点|早点|早一点|急)(?:就行|吧|的|啊|，|。|！|给我|帮我|安排|办)*"
)
_ANY_TIME = re.compile(
    r"(?:什么时候|啥时候|哪天|哪一天|几号)?(?:都行|都可以|都成|随时|随便|无所谓|不限|没要求|没有要求|不急)(?:都?(?:行|可以|有空|能来))?[吧的啊，。！]*"
    r"|(?:听|按|看|由|等)?(?:你们|医院|医生)(?:的)?(?:安排|定|决定|通知|看着办)(?:吧|就行)?[。！]*"
)
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
_ASKS_MORE = re.compile(r"多久|多少|怎么|什么|哪|几[天点号个]|要不要|是不是")
_ONLY_THE_KIND = re.compile(
    r"(?:我|要|想|办|需要|做|个|一下)*(?:住院|手术|开刀|床位|入院)(?:手续)?"
)
"""An admission of which nothing was told yet."""
_LONG_NUMBER = re.compile(r"\d{7}")
_TELLING = ("inform", "nlu_fallback", "find_department", "ask_aftercare", *KINDS)


def wrong(text: str) -> list[str]:
    """What is said to be wrong, without the right thing: 电话错了."""
    return [key for key, said in _NOT_RIGHT.items() if said.search(text)]


def changes(turn: Turn) -> bool:
    """Whether the words change something that was told."""
    said = words.correction(turn.text) or words.dropped(turn.text)
    return bool(said) and turn.intent not in ("file_complaint", "manage_patient")


class RequestReader:
    """Puts what one message tells into the draft of a request."""

    def __init__(self, turn: Turn, draft: Draft) -> None:
        self._turn = turn
        self._draft = draft
        self._kind: Kind = KINDS[draft["kind"]]

    async def read(self, step: str) -> bool:
        """Take all that the message tells; true when there was something."""
        turn, draft = self._turn, self._draft
        heard = await hear(turn)
        if step and turn.typed and await self._read_change(heard, step):
            return True
        person = False
        if not self._is_of_the_matter(step):
            person = await PatientReader(turn, draft).read(step)
        new = person
        asked = step in ("", "what", "when", "confirm") or words.is_clinic(turn.text)
        # 普外科，胆结石 instead of the name: told before it was asked for.
        if asked or not draft.get("department"):
            new = self._read_clinic(heard) or new
        new = self._read_when(heard, step) or new
        return self._read_what(step, person=person) or new

    def tells_of_another(self) -> bool:
        """Whether a whole other request is told, of another person: this one is finished first."""
        turn, draft = self._turn, self._draft
        if not turn.typed or not (draft.get("name") and draft.get("phone") and draft.get("what")):
            return False
        person = words.phone_in(turn.text)
        other = person not in ("", draft["phone"]) and draft["name"] not in turn.text
        return other and bool(self._kind.told.search(turn.text))

    def _is_of_the_matter(self, step: str) -> bool:
        """Whether words that could be a name are a part of the body or of the wish: 左肩."""
        if step not in ("what", "when", "confirm") or not self._turn.typed:
            return False
        text = self._turn.text
        own = words.names_part(text) or self._kind.told.search(text)
        return bool(own) and not re.search(r"\d{7}|叫|姓名|名字|患者|病人", text)

    def _read_clinic(self, heard: Heard) -> bool:
        if heard.departments:
            self._draft["department"] = heard.departments[0].name
        if heard.doctors:
            self._draft["doctor"] = "、".join(one.name for one in heard.doctors[:2])
            self._draft.setdefault("department", heard.doctors[0].department.name)
        return bool(heard.departments or heard.doctors)

    def _read_when(self, heard: Heard, step: str) -> bool:
        """The day, as far as the words are one: nothing else is ever taken for a time."""
        turn, draft = self._turn, self._draft
        asked = step in ("when", "confirm")
        text = turn.text.strip()
        if self._kind.name == "escort" and is_too_soon(turn, heard):
            draft["too_soon"] = True
        elif heard.when.days and not heard.when.ask:
            draft["when"] = spoken_days(turn, heard)
            draft["days"] = [] if heard.is_open else [day.isoformat() for day in heard.when.days]
        elif heard.when.ask and asked and heard.when.reason == "vague":
            # 下个月: a person arranges it and finds the day.
            draft.update(when=words.content(text), days=[])
        elif heard.when.ask and asked:
            draft["ask_when"] = heard.when.reason or "unclear"
            draft.pop("when", None)
        elif step == "when" and (turn.skips or _SOON.search(text)):
            draft.update(when="尽快", days=[])
        elif step == "when" and _ANY_TIME.fullmatch(text):
            draft.update(when="都可以", days=[])
        elif heard.when.period and (step == "when" or draft.get("days")):
            told = str(draft.get("when", ""))
            hours = spoken_hours(heard)
            draft["when"] = f"{words.without_hours(told)}{hours}"
        else:
            return False
        return True

    def _read_what(self, step: str, *, person: bool) -> bool:
        """What is wished: the opening words, the answer to the question, and facts told later."""
        turn, draft = self._turn, self._draft
        if not turn.typed:
            return False
        own = words.own_words(turn.text, turn.now, str(draft.get("name", "")))
        if not step:
            told = self._kind.told.search(own) and not _ONLY_THE_KIND.fullmatch(own)
            if own and (told or draft.get("department")):
                draft["what"] = words.content(own)
            return False
        wished = step in ("what", "when") and (
            self._kind.told.search(own) or turn.intent == draft["kind"]
        )
        wished = wished and not _ASKS_MORE.search(own)
        if turn.skips or turn.affirms or turn.denies or (words.asks(turn.text) and not wished):
            return step == "what" and turn.skips
        if step == "what" and not draft.get("what") and not person:
            draft["what"] = words.content(own) if own else None
            return bool(draft["what"])
        facts = [one for one in words.pieces(own) if self._is_fact(one)]
        if not person and step in ("what", "when") and turn.intent in _TELLING:
            facts = words.pieces(own)
        for one in facts:
            draft["what"] = words.added(str(draft.get("what") or ""), one)
        return bool(facts)

    def _is_fact(self, piece: str) -> bool:
        return bool(self._kind.told.search(piece) or words.names_part(piece))

    async def _read_change(self, heard: Heard, step: str) -> bool:
        """Something told before is changed: 不做核磁了改成CT, 改成心内科, 不要轮椅了, 时间不对."""
        if self._drop_a_part():
            return True
        timed = bool(heard.when.days or heard.when.ask)
        changed = words.correction(self._turn.text)
        if step == "confirm" and not timed and changed is None:
            return self._forget_what_is_wrong() or self._asks_to_change()
        if changed is None or timed:
            return False
        return await self._change_department(changed[1]) or self._change_content(*changed)

    def _drop_a_part(self) -> bool:
        what = str(self._draft.get("what") or "")
        part = words.dropped(self._turn.text)
        if not part or part not in what:
            return False
        self._draft.update(what=words.without(what, part), changed=True)
        return True

    def _forget_what_is_wrong(self) -> bool:
        """电话错了, without the right one: it is asked for again."""
        said = wrong(self._turn.text)
        if not said or _LONG_NUMBER.search(self._turn.text):
            return False
        for key in said:
            self._draft.pop(key, None)
        if {"phone", "name"} & set(said):
            self._draft.pop("patient", None)
            self._draft["new_patient"] = True
        return True

    def _asks_to_change(self) -> bool:
        if self._turn.denies:
            self._draft["ask_change"] = True
        return self._turn.denies

    async def _change_department(self, new: str) -> bool:
        draft = self._draft
        handbook = await self._turn.handbook()
        before = handbook.department(str(draft.get("department", "")))
        after = handbook.find_departments(new)
        if not after or before is None or len(new) > len(after[0].name) + len(_TURNED):
            return False
        what = str(draft.get("what") or "")
        for name in sorted((before.name, *before.aliases), key=len, reverse=True):
            if name in what:
                draft["what"] = what.replace(name, after[0].name)
                break
        draft.pop("doctor", None)
        draft.update(department=after[0].name, changed=True)
        return True

    def _change_content(self, old: str, new: str) -> bool:
        what = str(self._draft.get("what") or "")
        mine = self._kind.told.search(new) or words.names_part(new) or (old and old in what)
        if not what or not mine or _LONG_NUMBER.search(new):
            return False
        self._draft.update(what=words.corrected(what, old, new), changed=True)
        return True


_TURNED = "你们科室"
"""A department's name with no more beside it than this many characters is the whole correction."""
