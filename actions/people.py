"""Reading and asking for whom an errand is: a known patient, or a new one's name and phone."""

import json
import re
from typing import Any

from actions.turn import ASKS_WHY, Turn
from actions.wishes import hear
from service.crypto import masked_phone
from service.errors import BadValue
from service.facts import read_facts, stated_age
from service.honorifics import honorific, sex_of_relation
from service.patients import PatientCard, add_patient, clean_phone
from service.person_names import RELATIONS, find_name, same_relation

_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9](?:[\s-]?\d){9}(?!\d)")
_DIGITS = re.compile(r"(?<![\dA-Za-z])\d[\d\s-]{4,}\d")
_RELATIONS = re.compile(rf"我?({RELATIONS})")
LONGEST_NAME = 4
NEXT = "next"
"""The step of a message that tells of the next person, while another one is being booked."""
OTHER_PATIENT = re.compile(r"换一?个?(?:就诊)?人")
_SAME_PHONE = re.compile(
    r"一样|相同|(?:同|跟|和|就|还是|用)(?:刚才|上面|上次|之前|那|原来|同)|同上|不变|没变"
)
_NO_NAME = re.compile(r"[要不的了吗呢吧就这那个怎么什第]")
_MYSELF = re.compile(r"我自己|本人|给我(?:挂|约|预约)|^自己$|^我$|^本人$|^我自己$")


class PatientReader:
    """Works on a draft: ``patient`` (an id), or ``name``, ``phone``, ``relation``, ``sex``."""

    def __init__(self, turn: Turn, draft: dict[str, Any]) -> None:
        self._turn = turn
        self._draft = draft

    async def read(self, step: str) -> bool:
        """Take what the message says about the person; true when there was something."""
        turn, draft = self._turn, self._draft
        if turn.values.get("change") == "patient":
            self._forget()
            return True
        if OTHER_PATIENT.search(turn.text) and not ASKS_WHY.search(turn.text):
            self._forget()
            self._read_phone(step)
            await self._read_name(step)
            return True
        if "patient" in turn.values:
            return await self._take_known(int(turn.values["patient"]))
        if turn.values.get("new_patient"):
            if "patient" in draft:
                self._forget()
            draft["new_patient"] = True
            return True
        if "use_phone" in turn.values:
            return await self._take_phone_of(int(turn.values["use_phone"]))
        if not turn.typed:
            return False
        phone = await self._same_phone(step) or self._read_phone(step)
        told = self._draft.get("phone") if phone else None
        name = await self._read_name(step)
        if told and self._draft.get("phone") != told:
            # A known patient with a new phone: kept under the same name.
            self._draft["phone"] = told
            self._draft.pop("patient", None)
        return phone or name

    def _forget(self) -> None:
        for key in _ABOUT_THE_PERSON:
            self._draft.pop(key, None)

    async def _take_known(self, patient_id: int) -> bool:
        for card in await self._turn.patients():
            if card.id == patient_id:
                self._take(card)
                return True
        return False

    def _take(self, card: PatientCard) -> None:
        told = self._draft.get("age")
        self._forget()
        age = told if card.birth_year is None else card.age(self._turn.today)
        self._draft.update(patient=card.id, name=card.name, phone=card.phone, sex=card.sex, age=age)

    async def _take_phone_of(self, patient_id: int) -> bool:
        for card in await self._turn.patients():
            if card.id == patient_id:
                self._draft["phone"] = card.phone
        return "phone" in self._draft

    async def _same_phone(self, step: str) -> bool:
        """电话一样: the one that is known already, when there is only one."""
        phones = {card.phone: card.id for card in await self._turn.patients() if card.phone}
        if step != "phone" or len(phones) != 1 or not _SAME_PHONE.search(self._turn.text):
            return False
        return await self._take_phone_of(*phones.values())

    def _read_phone(self, step: str) -> bool:
        text = self._turn.text
        match = _PHONE.search(text)
        if match is None and step == "phone":
            match = _DIGITS.search(text)
        if match is None:
            return False
        try:
            self._draft["phone"] = clean_phone(match[0])
            self._draft.pop("patient", None)
        except BadValue:
            self._draft["bad_phone"] = True
        return True

    async def _read_name(self, step: str) -> bool:
        turn, draft = self._turn, self._draft
        text = _PHONE.sub(" ", turn.text)
        cards = await self._turn.patients()
        for card in cards:
            if card.name in text:
                self._take(card)
                return True
        name = await self._name_in(text, step)
        # 刘招弟 is nobody's 弟.
        relation = self._relation(text.replace(name or "\0", " "))
        if relation:
            for card in cards:
                if same_relation(card.relation, relation):
                    self._take(card)
                    return True
        if _MYSELF.search(text.strip()):
            mine = [card for card in cards if card.relation == "本人"]
            if not mine and step in ("name", "patient") and not draft.get("new_patient"):
                mine = [card for card in cards if not card.relation]
            if len(mine) == 1:
                self._take(mine[0])
                return True
            relation = relation or "本人"
        if name:
            draft.pop("patient", None)
            draft["name"] = name
        facts = read_facts(turn.text)
        age = stated_age(turn.text)
        if age is not None:
            draft["age"] = age
        if relation and (step in ("", "name", "patient", NEXT) or name):
            draft["relation"] = relation
            draft["sex"] = facts.sex or sex_of_relation(relation)
            return step in ("name", "patient") or bool(name)
        if name and facts.sex:
            draft["sex"] = facts.sex
        return bool(name) or (age is not None and bool(step))

    def _relation(self, text: str) -> str:
        match = _RELATIONS.search(text)
        return match[1] if match else ""

    async def _name_in(self, text: str, step: str) -> str:
        """A name, unless it is a doctor's: at the name step, one of the wished department's."""
        asked = step in ("name", "patient")
        alone = bool(step) and (
            asked or step in ("phone", "confirm", "change", NEXT) or not self._draft.get("name")
        )
        handbook = await self._turn.handbook()
        if not asked:
            # 骨科 王建华 周二下午 李强: the doctor's name is not the patient's.
            for doctor in handbook.find_doctors(text):
                text = text.replace(doctor.name, " ")
        name = find_name(
            text,
            bare=alone or len(text.strip()) <= LONGEST_NAME or bool(_PHONE.search(self._turn.text)),
            unusual=step == "name" and await self._asked_in_vain(),
        )
        if _NO_NAME.search(name):
            return ""
        department = handbook.department(name)
        doctors = [one for one in handbook.practitioners if one.name == name]
        here = (self._draft.get("wish") or {}).get("department")
        if department or (doctors and not asked):
            return ""
        return "" if any(one.department.name == here for one in doctors) else name

    async def _asked_in_vain(self) -> bool:
        """Whether the last answer could not be read, and this one speaks of nothing else."""
        missed = (self._turn.slot("draft") or {}).get("misses")
        return bool(missed) and not (await hear(self._turn)).anything

    def _is_new(self, cards: list[PatientCard]) -> bool:
        """给我老婆 when she is not on the list; oneself is when not just one on it may be the one."""
        relation = self._draft.get("relation")
        if self._draft.get("new_patient") or not cards:
            return True
        if relation == "本人":
            return sum(not card.relation for card in cards) != 1
        return bool(relation)

    def _fits(self, card: PatientCard) -> bool:
        """Whether a patient whose relation was never said may be the relative who is meant."""
        sexes = {card.sex, self._draft.get("sex")} - {None}
        return not card.relation and len(sexes) < 2

    async def ask(self, errand: str) -> str:
        """Ask for what is missing about the person; nothing when all is known."""
        turn, draft = self._turn, self._draft
        cards = await self._turn.patients()
        if not draft.get("name"):
            if not self._is_new(cards):
                turn.say("which_patient", [*_cards_as_buttons(cards), _SOMEBODY_NEW])
                return "patient"
            who = _POLITE.get(draft.get("relation", ""), "")
            # Somebody whose relation was never said may be the one.
            maybe = [] if draft.get("new_patient") else [card for card in cards if self._fits(card)]
            turn.say("name_of" if who else f"name_for_{errand}", _cards_as_buttons(maybe), who=who)
            return "name"
        if not draft.get("phone"):
            bad = draft.pop("bad_phone", False)
            known = {card.phone: card for card in cards if card.phone}
            turn.say(
                "phone_again" if bad else "phone_please",
                [
                    (f"用 {masked_phone(phone)}", f'/inform{{"use_phone": {card.id}}}')
                    for phone, card in list(known.items())[:2]
                ],
            )
            return "phone"
        return ""

    def shown_name(self) -> str:
        """The patient's name as it is confirmed to the one who gave it."""
        return str(self._draft["name"])

    async def keep(self) -> PatientCard:
        """The patient in the database: the known one, or a new one."""
        draft, services = self._draft, self._turn.services
        conversation_id = await self._turn.conversation_id()
        if "patient" in draft:
            for card in await self._turn.patients():
                if card.id == draft["patient"]:
                    return card
        card = await add_patient(
            services.db,
            services.vault,
            services.clock,
            conversation_id=conversation_id,
            name=draft["name"],
            phone=draft["phone"],
            relation=draft.get("relation", ""),
            sex=draft.get("sex"),
            birth_year=None if draft.get("age") is None else self._turn.today.year - draft["age"],
        )
        draft["patient"] = card.id
        if card.relation == "本人":
            title = honorific(card.name, sex=card.sex, age=card.age(self._turn.today))
            if title:
                self._turn.signal(honorific=title)
        return card


_ABOUT_THE_PERSON = (
    "patient",
    "name",
    "phone",
    "relation",
    "sex",
    "age",
    "new_patient",
)
_SOMEBODY_NEW = ("其他人", '/inform{"new_patient": true}')


_POLITE = {
    relation: polite
    for words, polite in {
        "老爸 爸爸 父亲 老爷子 爸 爹": "您父亲",
        "老妈 妈妈 母亲 老太太 妈 娘": "您母亲",
        "老婆 爱人 媳妇 妻子 老公 丈夫 老伴 对象": "您爱人",
        "爷爷 奶奶 外公 外婆 姥姥 姥爷 公公 婆婆 岳父 岳母": "您家老人",
        "儿子 女儿 闺女 孩子 宝宝 小孩 娃 孙子 孙女": "孩子",
        "哥哥 弟弟 姐姐 妹妹 哥 弟 姐 妹": "您家人",
        "朋友": "您朋友",
    }.items()
    for relation in words.split()
}


def _cards_as_buttons(cards: list[PatientCard]) -> list[tuple[str, str]]:
    return [(card.name, f"/inform{json.dumps({'patient': card.id})}") for card in cards[-5:]]
