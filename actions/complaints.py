"""Complaints: listen first, ask only what was not told, give a number."""

import re

from rasa_sdk.events import EventType, FollowupAction

from actions.cases import ADDS, GOES_ON, TAKES_BACK, add, ask_to_take_back, open_complaint
from actions.errand import DONE, OPENINGS, Draft, Errand
from actions.turn import Turn, echo
from actions.wishes import day_words
from service import cases
from service.cases import CaseFacts
from service.errors import BadValue
from service.patients import clean_phone

_ANONYMOUS = re.compile(
    r"匿名|不留|不想(?:留|说)|不用|不方便|没有?电话|没手机|算了|不需要|不给|不必|无所谓|随便"
)
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(?:1[3-9](?:[\s-]?\d){9}|0\d{2,3}-?\d{7,8})(?!\d)")
_WHEN = re.compile(
    r"今天|昨天|前天|大前天|刚才|刚刚|上午|下午|早上|中午|晚上|上(?:个)?(?:周|星期|礼拜)[一二三四五六日天]?|(?:周|星期|礼拜)[一二三四五六日天]|"
    r"\d{1,2}月\d{1,2}[日号]?|\d{1,2}[日号](?!线|楼|窗|诊室|床)|上个月|前几天|这几天|\d点"
)
_PLACES = re.compile(
    r"门诊|急诊|病房|住院(?:部|楼)|窗口|药房|大厅|导医台|挂号处|收费处|检验科|抽血|放射|超声|B超|CT|停车场|食堂|厕所|卫生间|电梯|候诊|诊室|护士站|\d+楼|手术室|输液"
)
_WHO = re.compile(
    r"医生|大夫|护士|主任|收费员|保安|导医|护工|保洁|工作人员|窗口的|[\u4e00-\u9fff]{1,3}(?:主任|医生|大夫|护士)"
)
VENTS = re.compile(
    r"(?:(?:真是?|真的|简直|太|我|都|要|快|被|把|你们|什么|实在|好|很|非常|越想越|气死|气人|气坏|生气|来气|火大|窝火|恶心|欺负人|过分|离谱|无语|受不了|可气|玩意儿?|破医院|垃圾|可恶|缺德|差劲|了|啊|呀|吧|人|死|[，。！!,.\s])){2,}"
)
_NAMES_SOMEBODY = re.compile(
    r"(?:是|就是|叫|姓)?(?:一?个)?.{0,6}(?:姓.{1,3}的?)?(?:医生|大夫|护士长?|主任|收费员|保安|导医|护工|保洁|工作人员)"
)
_WISH = re.compile(
    r"(?:要求|希望|请|必须|想要|给我)[^，。！]{0,12}(?:道歉|退费|退钱|退款|赔|说法|处理|解释|调查|开除|改|负责)|赔偿|给个说法|道歉"
)
_BARE_OPENING = re.compile(
    r"(?:我|俺|咱)?(?:要|想|得|能不能|怎么|可以)?(?:进行|做个|来)?(?:投诉|举报|反映|反馈)(?:一下|个)?(?:问题|情况|你们|医院|医生|建议|意见|和建议|建议和意见|一个医生|护士)?[吗啊呢吧。！!，,？?]*"
    r"|投诉建议|我有意见|不满意|我要提意见"
)
_GIVES_UP = re.compile(
    r"(?:唉|哎|嗯|那|还是|我|就|都)*(?:算了|算啦|拉倒|不说了|不投诉了|不举报了|懒得|没意思|不想说了|不追究了).{0,10}"
)
_NOT_GIVEN_UP = re.compile(r"(?:不能|不会|没完|凭什么|难道|就这么|不可能).{0,4}算了|[？?]")
_NO_WISH_TO_GO_ON = re.compile(r"说|投诉|没用|没意思|懒得|追究|拉倒")
_SAYS_ANONYMOUS = re.compile(r"(?<!不)(?<!不用)(?<!不要)匿名")
_ONLY_ANONYMOUS = re.compile(
    r"(?:我|想|要|可以|能|就|请)*匿名(?:投诉|举报|吧|的|了|吗|可以吗|行吗|[，。！!？?\s])*"
)
_COMPLAINS = re.compile(
    r"投诉|举报|态度|骂|吼|凶|(?<!相)差(?!不多|点)|不理|没人|乱|气|坑|烂|黄牛|挂不上|约不上|不让|不给|被|竟|居然|结果|停诊|说|来了|半天|小时|分钟|才|却|收费|服务|道歉|赔"
)
_WANTS_A_NUMBER = re.compile(
    r"(?:那|我|还是|就|先|帮我|给我|麻烦|请|想|要|得|再)*(?:挂(?:个|一个|上)?号|预约(?:挂号|个号)?|约(?:个|一个)?号|看病挂号)(?:再说|吧|了|啊|要紧|[，。！!\s])*"
)


class Complaint(Errand):
    """What, when and where, who, what they want, how to reach them: each asked at most once."""

    form = "complaint_form"
    word = "投诉"
    opens = ("file_complaint",)
    own = OPENINGS

    async def begin(self, turn: Turn) -> Draft:
        """What turned out to be no praise is not told twice."""
        kept = turn.slot("draft") or {}
        if kept.get("form") != "opinion_form" or kept.get("step") != "which":
            return {}
        return {"what": kept["values"]["what"], "settles": "opinion_form"}

    async def act(self, turn: Turn) -> list[EventType]:
        kept = turn.slot("draft") or {}
        step = str(kept.get("step", ""))
        asked = kept.get("form") == self.form and turn.loop_is_asking and not turn.resuming
        if asked and self._gives_up(turn, step):
            turn.say("complaint_stopped", [("继续说", '/affirm{"resume": true}')])
            values = dict(kept["values"])
            return self._over(values, {"form": self.form, "values": values, "step": step})
        if asked and turn.typed and _WANTS_A_NUMBER.fullmatch(turn.text.strip()):
            values = dict(kept["values"])
            left = {"form": self.form, "values": values, "step": step}
            return [*self._over(values, left), FollowupAction("booking_form")]
        return await super().act(turn)

    def _gives_up(self, turn: Turn, step: str) -> bool:
        """算了，说了也没用: nobody is talked into a complaint. To the question for a phone a mere
        算了 means no phone.
        """
        if turn.values.get("stop"):
            return True
        text = turn.text.strip()
        if not turn.typed or _NOT_GIVEN_UP.search(text):
            return False
        if step == "contact" and not _NO_WISH_TO_GO_ON.search(text):
            return False
        return turn.stops or bool(_GIVES_UP.fullmatch(text))

    def _is_left_for(self, turn: Turn, step: str) -> bool:
        """A plain other errand, with no word of complaint in it, is that errand."""
        if turn.intent in ("file_complaint", "give_suggestion", "give_praise"):
            return False
        if turn.intent not in OPENINGS:
            return False
        if not turn.typed:
            return True
        return turn.confidence >= LEAVES and not _COMPLAINS.search(turn.text)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        text = turn.text.strip()
        if not step and await self._read_about_own(turn, draft):
            return True
        if not turn.typed and not turn.values.get("skip") and not turn.values.get("anonymous"):
            return False
        if step == "contact":
            return self._read_contact(turn, draft)
        if turn.typed and _SAYS_ANONYMOUS.search(text):
            draft["anonymous"] = True
            if step and _ONLY_ANONYMOUS.fullmatch(text):
                return True
        if step in ("where", "wish") and turn.skips:
            draft[step] = "（未说明）"
            draft["where_answered"] = True
            return True
        if _is_other_wish(turn, step):
            return False
        if step and VENTS.fullmatch(text):
            draft["what"] = f"{draft.get('what', '')}\n{text}".strip()
            draft["vents"] = True
            return True
        if not step or step == "what":
            if _BARE_OPENING.fullmatch(text):
                return step != ""
            draft["what"] = text if not draft.get("what") else f"{draft['what']}\n{text}"
            await self._read_details(turn, draft)
            return True
        if step == "wish" and not draft.get("who") and _NAMES_SOMEBODY.fullmatch(text):
            draft["who"] = text
            return True
        draft[step] = text
        draft["where_answered"] = True
        await self._read_details(turn, draft)
        return True

    async def _read_about_own(self, turn: Turn, draft: Draft) -> bool:
        """Whether it is about the complaint that stands already: more to say, or taken back."""
        taken_back = TAKES_BACK.search(turn.text)
        just = (turn.slot("topic") or {}).get("case") and GOES_ON.match(turn.text)
        if not turn.typed or not (taken_back or just or ADDS.search(turn.text)):
            return False
        case = await open_complaint(turn)
        if case is not None:
            draft.update(about="back" if taken_back else "more", case=case.number)
        return case is not None

    def left_behind(self, draft: Draft) -> Draft | None:
        """The complaint that a plain yes takes back, or that what comes right after belongs to."""
        if draft.get("about") == "back":
            return {"take_back": draft["case"]}
        return {"case": draft["case"]} if draft.get("case") else None

    def ends(self, turn: Turn, step: str) -> bool:
        """See ``_gives_up``, which has words of its own."""
        return False

    def _read_contact(self, turn: Turn, draft: Draft) -> bool:
        if turn.values.get("anonymous") or _ANONYMOUS.search(turn.text) or turn.skips:
            draft["anonymous"] = True
            return True
        match = _PHONE.search(turn.text) or re.search(r"\d[\d\s-]{4,}", turn.text)
        if match is None:
            return self._read_more(turn, draft)
        try:
            draft["contact"] = clean_phone(match[0])
        except BadValue:
            draft["bad_phone"] = True
        return True

    def _read_more(self, turn: Turn, draft: Draft) -> bool:
        """Instead of a phone something of the matter itself, which is kept; the phone is asked again
        once, for the facts matter more and the answer comes here as well.
        """
        if _is_other_wish(turn, "contact"):
            return False
        text = turn.text.strip()
        if _WISH.search(text):
            draft["wish"] = text
        else:
            draft["what"] = f"{draft['what']}\n{text}"
        draft["anonymous"] = draft.get("asked_contact", 0) > 1
        return True

    async def _read_details(self, turn: Turn, draft: Draft) -> None:
        """When, where and who as far as the words tell, so that they are not asked again."""
        handbook = await turn.handbook()
        found = _WHEN.findall(turn.text)
        if found and "when" not in draft:
            draft["when"] = "".join(found[:2])
        department = handbook.find_departments(turn.text)
        place = _PLACES.search(turn.text)
        if "where" not in draft and (department or place):
            names = [department[0].name] if department else []
            draft["where"] = "".join([*names, place[0] if place else ""])
        doctors = handbook.find_doctors(turn.text)
        who = _WHO.search(turn.text)
        if "who" not in draft and (doctors or who):
            draft["who"] = doctors[0].name if len(doctors) == 1 else who[0] if who else ""
        phone = _PHONE.search(turn.text)
        if phone:
            draft["contact"] = clean_phone(phone[0])

    async def ask(self, turn: Turn, draft: Draft) -> str:
        if draft.get("about"):
            await (ask_to_take_back if draft["about"] == "back" else add)(turn)
            return DONE
        if draft.pop("vents", False):
            turn.say("complaint_heard")
        first = not draft.get("greeted")
        draft["greeted"] = True
        if not draft.get("what"):
            turn.say("complaint_ask_what")
            return "what"
        if first:
            turn.say("complaint_sorry")
        told = draft.get("where") and draft.get("when")
        if not told and not draft.get("where_answered"):
            missing = "where" if draft.get("when") else "when_where"
            turn.say(f"complaint_ask_{missing}", [("不记得了", '/inform{"skip": true}')])
            return "where"
        if not draft.get("wish") and not _WISH.search(draft["what"]):
            turn.say("complaint_ask_wish", [("没有特别要求", '/inform{"skip": true}')])
            return "wish"
        if not draft.get("contact") and not draft.get("anonymous"):
            bad = draft.pop("bad_phone", False)
            asked = draft["asked_contact"] = draft.get("asked_contact", 0) + 1
            again = "complaint_ask_contact_again" if asked > 1 else "complaint_ask_contact"
            turn.say(
                "phone_again" if bad else again,
                [("匿名", '/inform{"anonymous": true}')],
            )
            return "contact"
        await self._register(turn, draft)
        return DONE

    async def _register(self, turn: Turn, draft: Draft) -> None:
        services = turn.services
        case = await cases.open_case(
            services.db,
            services.vault,
            services.clock,
            services.settings,
            conversation_id=await turn.conversation_id(),
            kind="complaint",
            facts=CaseFacts(
                what=draft["what"],
                when=draft.get("when", ""),
                where=draft.get("where", ""),
                who=draft.get("who", ""),
                wish=draft.get("wish", ""),
                contact=draft.get("contact", ""),
                anonymous=bool(draft.get("anonymous")),
            ),
            origin=turn.origin("complain"),
        )
        by = case.answer_by.astimezone(services.settings.zone)
        draft["case"] = case.number
        turn.say(
            "complaint_done",
            number=case.number,
            said=echo(draft["what"]),
            by=f"{day_words(by.date())}{by:%H:%M}",
        )
        if case.medical_dispute:
            turn.say("complaint_dispute")
        turn.flag("complaint", f"case {case.number}")


LEAVES = 0.6
"""From this confidence on another errand's opening ends the questions of a complaint."""


def _is_other_wish(turn: Turn, step: str) -> bool:
    """Whether the words are plainly something else than a fact of the complaint."""
    if turn.intent in ("ask_human", "check_complaint", "stop_messages", "bot_challenge"):
        return turn.confidence > 0.5
    if not step or step == "what":
        return False
    return turn.intent in OTHER_ERRANDS and turn.confidence > 0.75 and not _PLACES.search(turn.text)


OTHER_ERRANDS = (
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "check_appointment",
    "ask_fees",
    "ask_directions",
    "ask_hours",
    "ask_insurance",
    "ask_report",
    "ask_visit_preparation",
)


ACTIONS = (Complaint,)
