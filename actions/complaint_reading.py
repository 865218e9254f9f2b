"""What a message tells of a complaint: when, where, who, what they want; the rest is what happened."""

import re
from typing import Any

from actions.cases import KNOWN_WHO, ONLY_ANONYMOUS, SAYS_ANONYMOUS
from actions.request_words import PIECES
from actions.turn import Turn
from service.errors import BadValue
from service.handbook import Handbook
from service.patients import clean_phone
from service.person_names import SURNAMES

NOT_TOLD = "（未说明）"
PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(?:1[3-9](?:[\s-]?\d){9}|0\d{2,3}-?\d{7,8})(?!\d)")
_WHEN = re.compile(
    r"大前天|去年|今年|前年|今天|昨天|前天|昨晚|今早|刚才|刚刚|上午|下午|早上|中午|晚上|上(?:个)?(?:周|星期|礼拜)[一二三四五六日天]?|(?:周|星期|礼拜)[一二三四五六日天]|"
    r"\d{1,2}月\d{1,2}[日号]?|\d{1,2}[日号](?!线|楼|窗|诊室|床)|上个月|前几天|这几天|[\d一二三四五六七八九十]{1,2}点(?:半|多|钟)?"
)
_PLACE = re.compile(
    r"(?:门诊|急诊|病房|病区|住院(?:部|楼|处)|窗口|药房|大厅|导医台|挂号处|收费处|检验科|抽血处?|放射科?|超声科?|B超室?|CT室?|停车[场楼库位]|食堂|厕所|卫生间|电梯|候诊区?|诊室|护士站|手术室|输液(?:室|大厅)?|服务台|"
    r"[A-Za-z]座|[一二三四五六七八九十\d]+(?:楼|层|号窗))+"
)
_FILLER = re.compile(r"在|就|是|你们|医院|那里?|这里?|边|里面?|门口|处|室|的|那个|[\s，,。！!吧啊]")
ROLES = "医生|大夫|护士长?|主任|收费员|保安|导医|护工|保洁|工作人员|窗口的"
_NO_SURNAME = "和时于都从向全经常安连方应计有问给让被跟上下那边单"
_SURNAME = f"[{''.join(one for one in SURNAMES if one not in _NO_SURNAME)}]"
_SOMEBODY = re.compile(
    rf"姓[\u4e00-\u9fff]的?(?:{ROLES})|(?:{ROLES})小?{_SURNAME}(?![\u4e00-\u9fff])|小{_SURNAME}(?:{ROLES})|(?:{ROLES})小{_SURNAME}|{_SURNAME}(?:{ROLES})"
)
_SAYS_WHO = re.compile(r"^(?:他|她|那个|就|是|叫|名字|姓名|医生|大夫)+")
_SOME_ROLE = re.compile(ROLES)
_NAMES_SOMEBODY = re.compile(rf"(?:是|就是|叫|姓)?(?:一?个)?.{{0,6}}(?:姓.{{1,3}}的?)?(?:{ROLES})")
WISH = re.compile(
    r"(?:要求|希望|请|必须|想要?|要|给我)[^，。！]{0,12}(?:道歉|退费|退钱|退款|赔|说法|处理|解释|调查|开除|改|负责)|赔偿|给个说法|道歉|查清楚|严肃处理"
)
VENTS = re.compile(
    r"(?:(?:真是?|真的|简直|太|我|都|要|快|被|把|你们|什么|实在|好|很|非常|越想越|气死|气人|气坏|生气|来气|火大|窝火|恶心|欺负人|过分|离谱|无语|受不了|可气|玩意儿?|破医院|垃圾|可恶|缺德|差劲|了|啊|呀|吧|人|死|[，。！!,.\s])){2,}"
)
BARE_OPENING = re.compile(
    r"(?:我|俺|咱)?(?:要|想|得|能不能|怎么|可以|在哪里?|去哪里?|找谁)?(?:进行|做个|来)?(?:投诉|举报|反映|反馈)(?:一下|个)?(?:问题|情况|你们|医院|医生|建议|意见|和建议|建议和意见|一个医生|护士)?[吗啊呢吧。！!，,？?]*"
    r"|投诉建议|我有意见|不满意|我要提意见"
)
_ANONYMOUS = re.compile(
    r"匿名|不留|不想(?:留|说)|不用|不方便|没有?电话|没手机|不需要|不给|不必|无所谓|随便"
)
_CORRECTS = re.compile(
    r"(?:刚才|刚刚|我|前面|上面)*(?:[说写打讲记]错了?|记错|弄错|搞错|不对|错了)[，,。！!\s]*(?:应该)?(?:就?是|在)?(?P<right>.+)"
)
"""说错了，是前天: what is told after it stands in the place of what was told before."""
_NO_WISH = re.compile(
    r"没了|没有|没有?(?:什么|啥|特别)?(?:的)?要求(?:了|吧)?|没想好|看你们|你们看着办"
)
_WHY_ASKED = re.compile(r"(?:为什么|为啥|干嘛|干什么|怎么).{0,4}问|问这么多|问(?:那么|这些)|查户口")
_MAY_BE_WRONG = ("when", "where", "who")
_FACTS = (*_MAY_BE_WRONG, "wish")
LONGEST_NAME = 7
"""With a phone beside it, a longer rest is more than who it belongs to."""
LONGEST_PLACE = 12


class ComplaintReader:
    """Puts what one message tells into the draft of a complaint."""

    def __init__(self, turn: Turn, draft: dict[str, Any]) -> None:
        self._turn = turn
        self._draft = draft
        self._text = turn.text.strip()

    async def read(self, step: str) -> bool:
        """Take what the message tells; true when there was something. ``heard`` counts the answers to
        each question, so that none is asked for ever.
        """
        if _WHY_ASKED.search(self._text):
            self._draft["why"] = True
            return True
        if KNOWN_WHO.search(self._text):
            self._draft["who_knows"] = True
            return True
        if step and await self._read_correction():
            return True
        if not await self._read(step):
            return False
        if self._draft.get("vents"):
            return True
        heard = dict(self._draft.get("heard", {}))
        self._draft["heard"] = {**heard, step: heard.get(step, 0) + 1} if step else heard
        return True

    async def _read(self, step: str) -> bool:
        draft, text = self._draft, self._text
        if step == "contact":
            return await self._read_contact()
        if self._turn.typed and SAYS_ANONYMOUS.search(text):
            draft["anonymous"] = True
            if step and ONLY_ANONYMOUS.fullmatch(text):
                return True
        skips = self._turn.skips or (step == "wish" and bool(_NO_WISH.fullmatch(text)))
        if step in ("where", "wish") and skips:
            draft[step] = draft.get(step) or NOT_TOLD
            draft[f"no_{step}"] = True
            return True
        if step and VENTS.fullmatch(text):
            self._add(text)
            draft["vents"] = True
            return True
        if BARE_OPENING.fullmatch(text):
            return step != ""
        rest = await self._read_details(answers=step == "where")
        if rest and self._is_wish(rest, step):
            draft["wish"] = text
        elif rest and step == "where" and self._is_unknown_place(rest):
            draft["where"] = _WHEN.sub("", rest).strip("，,。 ") or text
        elif rest:
            self._add(text)
        return True

    async def _read_correction(self) -> bool:
        """说错了，是前天上午: the time, place or person is another one; the question stays open."""
        said = _CORRECTS.fullmatch(self._text) if self._turn.typed else None
        if said is None:
            return False
        draft, before = self._draft, dict(self._draft)
        whole, self._text = self._text, said["right"]
        for key in _MAY_BE_WRONG:
            draft.pop(key, None)
        rest = await self._read_details()
        self._text = whole
        new = [key for key in _MAY_BE_WRONG if draft.get(key) and draft[key] != before.get(key)]
        draft.update({key: one for key, one in before.items() if key not in draft})
        if not new:
            return False
        told = any(str(before.get(key)) in str(before.get("what")) for key in new if key in before)
        if rest or told:
            # The words as they were told stay, so what puts them right stands beside them.
            self._add(whole)
        return True

    def _is_wish(self, words: str, step: str) -> bool:
        """Whether it is what they want: said as such, or the answer to the question for it."""
        if step == "wish" and self._turn.intent != "file_complaint":
            return True
        return bool(WISH.search(words)) and (step == "wish" or bool(self._draft.get("what")))

    def _is_unknown_place(self, words: str) -> bool:
        """Whether an answer to "where" that is not in any list may be a place all the same."""
        short = len(words) <= LONGEST_PLACE and not self._draft.get("where")
        return short and self._turn.intent != "file_complaint"

    def _add(self, text: str) -> None:
        self._draft["what"] = f"{self._draft.get('what') or ''}\n{text}".strip()

    async def _read_details(self, *, answers: bool = False) -> str:
        """When, where and who as far as the words tell, so that they are not asked again.

        Args:
            answers: whether time and place were asked for; they are added to what is known then.

        Returns:
            What is more than such a detail; empty when the message is nothing else.
        """
        draft, text = self._draft, self._text
        handbook = await self._turn.handbook()
        found = _WHEN.findall(text)
        when = "".join(found[:2])
        if when and when not in str(draft.get("when", "")) and (answers or "when" not in draft):
            draft["when"] = f"{when}{draft.get('when', '')}"
        rest, places = [], []
        for piece in PIECES.split(PHONE.sub(" ", text)):
            plain = _WHEN.sub("", piece).strip()
            if _is_place(plain, handbook):
                places.append(re.sub(r"^(?:就|是|在|你们)+", "", plain))
            elif not self._is_somebody(plain, handbook) and _FILLER.sub("", plain):
                rest.append(piece)
        where = "".join(places) or _place_in(text, handbook)
        known = str(draft.get("where", ""))
        if where and where not in known and (not known or (answers and places)):
            draft["where"] = f"{where}{known}"
        elif places and not rest and where not in known:
            draft["where"] = f"{known}，{where}"
        self._read_who(handbook)
        phone = PHONE.search(text)
        if phone:
            draft["contact"] = clean_phone(phone[0])
        return "，".join(rest)

    def _is_somebody(self, piece: str, handbook: Handbook) -> bool:
        name = _SAYS_WHO.sub("", piece)
        known = any(one.name == name for one in handbook.practitioners)
        return known or bool(_NAMES_SOMEBODY.fullmatch(piece))

    def _read_who(self, handbook: Handbook) -> None:
        """The one who is meant; a name is worth more than 护士 alone, 男护士 as well."""
        doctors = handbook.find_doctors(self._text)
        told = _SAYS_WHO.sub("", self._text)
        named = _SOMEBODY.search(self._text)
        role = _SOME_ROLE.search(self._text)
        before = str(self._draft.get("who", ""))
        if len(doctors) == 1:
            self._draft["who"] = doctors[0].name
        elif named and (not before or _SOME_ROLE.fullmatch(before)):
            self._draft["who"] = named[0]
        elif before and before in told and _NAMES_SOMEBODY.fullmatch(told):
            self._draft["who"] = told
        elif role and not before:
            self._draft["who"] = role[0]

    async def _read_contact(self) -> bool:
        draft = self._draft
        if self._turn.values.get("anonymous") or _ANONYMOUS.search(self._text) or self._turn.skips:
            draft["anonymous"] = True
            return True
        match = PHONE.search(self._text) or re.search(r"\d[\d\s-]{4,}", self._text)
        if match is None:
            return await self._read_more()
        if len(PHONE.sub("", self._text)) > LONGEST_NAME:
            await self._read_more()
        try:
            draft["contact"] = clean_phone(match[0])
        except BadValue:
            draft["bad_phone"] = True
        return True

    async def _read_more(self) -> bool:
        """Instead of a phone something of the matter itself, which is kept. The phone is asked again
        after each new fact, after other words once: the answer comes here as well.
        """
        before = {key: self._draft.get(key) for key in _FACTS}
        rest = await self._read_details()
        if rest and WISH.search(rest):
            self._draft["wish"] = rest
        elif rest:
            self._add(rest)
        new = any(self._draft.get(key) != one for key, one in before.items())
        self._draft["anonymous"] = not new and self._draft.get("heard", {}).get("contact", 0) > 0
        return True


def _is_place(piece: str, handbook: Handbook) -> bool:
    """Whether words name a place and nothing else: 门诊一楼收费处, 在你们骨科."""
    if not piece or len(piece) > LONGEST_PLACE:
        return False
    left = _PLACE.sub("", piece)
    for department in handbook.find_departments(piece):
        for name in sorted((department.name, *department.aliases), key=len, reverse=True):
            left = left.replace(name, "")
    return left != piece and not _FILLER.sub("", left)


def _place_in(text: str, handbook: Handbook) -> str:
    """The department and the place that a longer story names."""
    departments = handbook.find_departments(text)
    place = _PLACE.search(text)
    names = [departments[0].name] if departments else []
    more = place[0] if place and not any(place[0] in name for name in names) else ""
    return "".join([*names, more])
