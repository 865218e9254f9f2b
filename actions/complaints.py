"""Complaints, suggestions and praise: listen first, ask only what was not told, give a number."""

import re

from rasa_sdk.events import EventType

from actions.errand import DONE, OPENINGS, Draft, Errand
from actions.turn import Turn, TurnAction
from actions.wishes import day_words
from service import cases
from service.cases import CaseFacts
from service.errors import BadValue, NotFound, NotYours
from service.model import Case
from service.patients import clean_phone

_NUMBER = re.compile(r"(?:TS|JY|BY)\d{8}-\d{4,}", re.IGNORECASE)
_ANONYMOUS = re.compile(
    r"匿名|不留|不想(?:留|说)|不用|不方便|没有?电话|没手机|算了|不需要|不给|不必"
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
_WISH = re.compile(
    r"(?:要求|希望|请|必须|想要|给我)[^，。！]{0,12}(?:道歉|退费|退钱|退款|赔|说法|处理|解释|调查|开除|改|负责)|赔偿|给个说法|道歉"
)
_BARE_OPENING = re.compile(
    r"(?:我|俺|咱)?(?:要|想|得|能不能|怎么|可以)?(?:进行|做个|来)?(?:投诉|举报|反映|反馈)(?:一下|个)?(?:问题|情况|你们|医院|医生|建议|意见|和建议|建议和意见|一个医生|护士)?[吗啊呢吧。！!，,？?]*"
    r"|投诉建议|我有意见|不满意|我要提意见"
)


class Complaint(Errand):
    """What, when and where, who, what they want, how to reach them: each asked at most once."""

    form = "complaint_form"
    word = "投诉"
    opens = ("file_complaint",)
    own = OPENINGS

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        text = turn.text.strip()
        if not turn.typed and not turn.values.get("skip") and not turn.values.get("anonymous"):
            return False
        if step == "contact":
            return self._read_contact(turn, draft)
        if step in ("where", "wish") and turn.skips:
            draft[step] = "（未说明）"
            return True
        if _is_other_wish(turn, step):
            return False
        if not step or step == "what":
            if _BARE_OPENING.fullmatch(text):
                return step != ""
            draft["what"] = text if not draft.get("what") else f"{draft['what']}\n{text}"
            await self._read_details(turn, draft)
            return True
        draft[step] = text
        await self._read_details(turn, draft)
        return True

    def ends(self, turn: Turn, step: str) -> bool:
        """不用了 to the question for a phone means no phone, not no complaint."""
        if step == "contact" and "投诉" not in turn.text:
            return False
        return turn.stops

    def _read_contact(self, turn: Turn, draft: Draft) -> bool:
        if turn.values.get("anonymous") or _ANONYMOUS.search(turn.text) or turn.skips:
            draft["anonymous"] = True
            return True
        match = _PHONE.search(turn.text) or re.search(r"\d[\d\s-]{4,}", turn.text)
        if match is None:
            # Asked twice: the facts matter more than the phone; the answer comes here as well.
            draft["anonymous"] = bool(draft.get("asked_contact"))
            return bool(draft["anonymous"])
        try:
            draft["contact"] = clean_phone(match[0])
        except BadValue:
            draft["bad_phone"] = True
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
        first = not draft.get("greeted")
        draft["greeted"] = True
        if not draft.get("what"):
            turn.say("complaint_ask_what")
            return "what"
        if first:
            turn.say("complaint_sorry")
        told = draft.get("where") and draft.get("when")
        if not told and not draft.get("asked_where"):
            draft["asked_where"] = True
            missing = "where" if draft.get("when") else "when_where"
            turn.say(f"complaint_ask_{missing}", [("不记得了", '/inform{"skip": true}')])
            return "where"
        if not draft.get("wish") and not _WISH.search(draft["what"]):
            turn.say("complaint_ask_wish", [("没有特别要求", '/inform{"skip": true}')])
            return "wish"
        if not draft.get("contact") and not draft.get("anonymous"):
            bad = draft.pop("bad_phone", False)
            draft["asked_contact"] = True
            turn.say(
                "phone_again" if bad else "complaint_ask_contact",
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
        turn.say("complaint_done", number=case.number, by=f"{day_words(by.date())}{by:%H:%M}")
        if case.medical_dispute:
            turn.say("complaint_dispute")
        turn.flag("complaint", f"case {case.number}")


def _is_other_wish(turn: Turn, step: str) -> bool:
    """Whether the words are plainly something else than a fact of the complaint."""
    if turn.intent in ("ask_human", "check_complaint", "stop_messages", "bot_challenge"):
        return turn.confidence > 0.5
    if not step or step == "what":
        return False
    return turn.intent in _OTHER and turn.confidence > 0.75 and not _PLACES.search(turn.text)


_OTHER = (
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


class Opinion(Errand):
    """A suggestion or praise: recorded in the patient's own words, and thanked for."""

    form = "opinion_form"
    word = "意见"
    opens = ("give_suggestion", "give_praise")
    own = OPENINGS

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if not step:
            draft["kind"] = "praise" if turn.intent == "give_praise" else "suggestion"
            if turn.typed and not _BARE_OPINION.fullmatch(turn.text.strip()):
                draft["what"] = turn.text
            return True
        if not turn.typed or (turn.intent in _OTHER and turn.confidence > 0.75):
            return False
        draft["what"] = turn.text
        return True

    async def ask(self, turn: Turn, draft: Draft) -> str:
        kind = str(draft["kind"])
        if not draft.get("what"):
            turn.say(f"{kind}_ask")
            return "what"
        services = turn.services
        handbook = await turn.handbook()
        doctors = handbook.find_doctors(draft["what"])
        departments = handbook.find_departments(draft["what"])
        case = await cases.open_case(
            services.db,
            services.vault,
            services.clock,
            services.settings,
            conversation_id=await turn.conversation_id(),
            kind=kind,
            facts=CaseFacts(
                what=draft["what"],
                who=doctors[0].name if len(doctors) == 1 else "",
                where=departments[0].name if departments else "",
            ),
            origin=turn.origin(kind),
        )
        turn.say(f"{kind}_done", number=case.number)
        return DONE


_BARE_OPINION = re.compile(
    r"(?:我|俺)?(?:要|想|有|能不能|可以)?(?:给你们|给医院|跟你们)?(?:提|有|送)?(?:个|点|一个|一点|一条|些|一下|面)?(?:建议|意见|表扬|表扬信|锦旗|夸夸?|点赞)(?:一下|一位医生|一个医生|医生|护士|你们)?[吗呢啊吧。！!，,？?]*"
)


class CheckComplaint(TurnAction):
    """How one's own case is going; nobody else's is ever told."""

    called = "action_check_complaint"

    async def act(self, turn: Turn) -> list[EventType]:
        conversation_id = await turn.conversation_id()
        number = _NUMBER.search(turn.text)
        if number:
            try:
                case = await cases.find_case(turn.services.db, conversation_id, number[0])
            except (NotFound, NotYours):
                turn.say("case_not_found", [("找人工", "/ask_human")], number=number[0].upper())
                return []
            self._tell(turn, case)
            return []
        own = await cases.list_cases(turn.services.db, conversation_id)
        if not own:
            turn.say("case_none", [("我要投诉", "/file_complaint"), ("找人工", "/ask_human")])
            return []
        for case in own[:2]:
            self._tell(turn, case)
        return []

    def _tell(self, turn: Turn, case: Case) -> None:
        by = case.answer_by.astimezone(turn.services.settings.zone)
        turn.say(
            "case_answered" if case.answer else "case",
            [("找人工", "/ask_human")],
            number=case.number,
            state=_STATES[case.state],
            by=f"{day_words(by.date())}{by:%H:%M}",
            answer=case.answer,
        )


_STATES = {
    "registered": "已登记，等待分派",
    "classified": "已分类，等待分派",
    "assigned": "已分派给负责人",
    "investigating": "正在调查",
    "answered": "已有答复",
    "closed": "已办结",
    "reopened": "已重新办理，交由主管",
    "archived": "已归档",
}
ACTIONS = (Complaint, Opinion, CheckComplaint)
