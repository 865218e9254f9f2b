"""Reading and asking for whom an errand is: a known patient, or a new one's name and phone."""

import json
import re
from typing import Any

from actions.turn import Turn
from service.crypto import masked_phone
from service.errors import BadValue
from service.facts import read_facts
from service.honorifics import COMPOUND_SURNAMES, honorific, sex_of_relation
from service.patients import PatientCard, add_patient, clean_name, clean_phone, list_patients

_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9](?:[\s-]?\d){9}(?!\d)")
_DIGITS = re.compile(r"(?<![\dA-Za-z])\d[\d\s-]{4,}\d")
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊"
    "宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶"
    "堵冉宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄"
    "阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公肖闫代苟覃仝佟展涂母隋邸冼"
)
_RELATION_WORDS = (
    "老爸|老妈|爸爸|妈妈|父亲|母亲|爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|老爷子|老太太|老伴|老婆|爱人|媳妇|妻子|老公|丈夫|"
    "儿子|女儿|闺女|孙子|孙女|孩子|宝宝|小孩|娃|哥哥|弟弟|姐姐|妹妹|对象|朋友|爸|妈|爹|娘|哥|弟|姐|妹"
)
_NAMED = re.compile(
    r"(?:姓名|名字|就诊人|患者|病人|我叫|他叫|她叫|名叫|叫做|叫|本人|我是|给|帮|为)(?:是|：|:|，|,|\s)*"
    rf"(?:我?(?:{_RELATION_WORDS})(?:是|叫|，|,|：|:|\s)*)?"
    rf"((?:{'|'.join(COMPOUND_SURNAMES)}|[{_SURNAMES}])[\u4e00-\u9fff·]{{1,3}}?)(?=挂|约|预约|看|的|，|,|。|\s|\d|电|手|男|女|$|取消|改|退)"
)
_BARE = re.compile(
    rf"((?:{'|'.join(COMPOUND_SURNAMES)})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,3}})"
)
_RELATIONS = re.compile(rf"我?({_RELATION_WORDS})")
_MYSELF = re.compile(r"我自己|本人|给我(?:挂|约|预约)|^自己$|^我$|^本人$|^我自己$")
_NOT_NAMES = re.compile(
    r"(?:上午|下午|晚上|医生|主任|大夫|专家|科|号|天|点|周|月|可以|好的|不|没|什么|怎么|哪|谁|吗|呢|吧|请问|您好|你好|谢谢|确认|取消|预约|时间|人工|投诉|电话|随便|继续|都行|明白|知道|高血|安排|应该|那就|那个|方便|和|单子|全部|何时|任何|常规|成功|计划|经常|管|包括|别的|相关|须|能)"
)


class PatientReader:
    """Works on a draft: ``patient`` (an id), or ``name``, ``phone``, ``relation``, ``sex``."""

    def __init__(self, turn: Turn, draft: dict[str, Any]) -> None:
        self._turn = turn
        self._draft = draft

    async def read(self, step: str) -> bool:
        """Take what the message says about the person; true when there was something."""
        turn, draft = self._turn, self._draft
        if turn.values.get("change") == "patient" or re.search(
            r"换(?:个|一?个)?(?:就诊)?人", turn.text
        ):
            self._forget()
            draft["other_patient"] = True
            return True
        if "patient" in turn.values:
            return await self._take_known(int(turn.values["patient"]))
        if turn.values.get("new_patient"):
            self._forget()
            draft["new_patient"] = True
            return True
        if "use_phone" in turn.values:
            return await self._take_phone_of(int(turn.values["use_phone"]))
        if not turn.typed:
            return False
        phone = self._read_phone(step)
        name = await self._read_name(step)
        return phone or name

    def _forget(self) -> None:
        for key in ("patient", "name", "phone", "relation", "sex", "new_patient", "other_patient"):
            self._draft.pop(key, None)

    async def _cards(self) -> list[PatientCard]:
        services = self._turn.services
        return await list_patients(services.db, services.vault, await self._turn.conversation_id())

    async def _take_known(self, patient_id: int) -> bool:
        for card in await self._cards():
            if card.id == patient_id:
                self._take(card)
                return True
        return False

    def _take(self, card: PatientCard) -> None:
        self._forget()
        self._draft.update(patient=card.id, name=card.name, phone=card.phone)

    async def _take_phone_of(self, patient_id: int) -> bool:
        for card in await self._cards():
            if card.id == patient_id:
                self._draft["phone"] = card.phone
        return "phone" in self._draft

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
        cards = await self._cards()
        for card in cards:
            if card.name in text:
                self._take(card)
                return True
        relation = self._relation(text)
        if relation:
            for card in cards:
                if card.relation == relation:
                    self._take(card)
                    return True
        if _MYSELF.search(text.strip()):
            mine = [card for card in cards if card.relation == "本人"]
            if mine:
                self._take(mine[0])
                return True
            relation = relation or "本人"
        name = self._name_in(text, step, await self._doctor_names())
        if name:
            draft.pop("patient", None)
            draft["name"] = name
        facts = read_facts(turn.text)
        if relation and (step in ("", "name", "patient") or name):
            draft["relation"] = relation
            draft["sex"] = facts.sex or sex_of_relation(relation)
            return step in ("name", "patient") or bool(name)
        if name and facts.sex:
            draft["sex"] = facts.sex
        return bool(name)

    def _relation(self, text: str) -> str:
        match = _RELATIONS.search(text)
        return match[1] if match else ""

    async def _doctor_names(self) -> set[str]:
        return {doctor.name for doctor in (await self._turn.handbook()).practitioners}

    def _name_in(self, text: str, step: str, doctors: set[str]) -> str:
        candidates = [match[1] for match in _NAMED.finditer(text)]
        alone = bool(step) and not self._draft.get("name") and _BARE.fullmatch(text.strip())
        if step in ("name", "patient") or alone or _PHONE.search(self._turn.text):
            pieces = re.split(r"[\s，,。、；;：:]+", text)
            candidates += [piece for piece in pieces if _BARE.fullmatch(piece)]
        if step == "name" and self._draft.get("name_tries"):
            # Asked twice already: a name that our list of surnames does not know.
            stripped = re.sub(
                r"^(?:就诊人|姓名|名字|她|他|我|叫|是|：|:|\s)+|[吧呀啊。，,!！\s]+$", "", text
            )
            if 2 <= len(stripped) <= 12:
                candidates.append(stripped)
        for candidate in candidates:
            if _NOT_NAMES.search(candidate) or _RELATIONS.search(candidate):
                continue
            if len(candidate) > 4 and "·" not in candidate and not candidate.isascii():
                continue
            if candidate in doctors and step not in ("name", "patient"):
                continue
            try:
                return clean_name(candidate)
            except BadValue:
                continue
        return ""

    async def ask(self, errand: str) -> str:
        """Ask for what is missing about the person; nothing when all is known."""
        turn, draft = self._turn, self._draft
        cards = await self._cards()
        if not draft.get("name"):
            if cards and not draft.get("new_patient"):
                turn.say("which_patient", [*_cards_as_buttons(cards), _SOMEBODY_NEW])
                return "patient"
            who = _POLITE.get(draft.get("relation", ""), "")
            draft["name_tries"] = draft.get("name_tries", -1) + 1
            turn.say("name_of" if who else f"name_for_{errand}", who=who)
            return "name"
        if not draft.get("phone"):
            bad = draft.pop("bad_phone", False)
            known = [card for card in cards if card.phone][:2]
            turn.say(
                "phone_again" if bad else "phone_please",
                [
                    (f"用 {masked_phone(card.phone)}", f'/inform{{"use_phone": {card.id}}}')
                    for card in known
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
            for card in await self._cards():
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
        )
        draft["patient"] = card.id
        if card.relation == "本人":
            title = honorific(card.name, sex=card.sex, age=card.age(self._turn.today))
            if title:
                self._turn.signal(honorific=title)
        return card


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
