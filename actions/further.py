"""Which action a short message is for when only what was just told explains it.

The model reads every message by itself: 住院呢 is an admission to it, 有点红还流水 a new complaint.
After an answer about insurance, or about a wound, they are neither. What was told is in the slot
``topic``; the action that is found here reads it again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from actions import request_words as words
from service import safety
from service.aftercare import aftercare_section, find_aftercare
from service.answer_words import is_elliptical, subjects_of
from service.answers import AND_THAT, WELL, find_answers, is_clear
from service.facts import PatientFacts, bare_age, read_facts, tells_of_child
from service.person_names import RELATIONS
from service.triage import DECISIVE, TYPICAL, find_departments, goes_on

if TYPE_CHECKING:
    from actions.turn import Turn
    from service.handbook import Handbook

Topic = dict[str, Any]
LONGEST = 16
"""A longer message explains itself."""
SHORT = 8
WORRYING = re.compile(
    r"流水|渗(?:液|血|水|出)|流脓|化脓|裂开|发麻|抽筋|发烧|发热|高烧|低烧|烧到|出血|流血|肿得|红肿|发红|红了|有点红|有些红"
    r"|变红|泛红|臭|[手脚腿指]麻|疼得|越来越疼|剧痛|不通气|没排便|吐了|喘|发黑|发紫"
)
"""Words of somebody at home after a stay that a nurse should see."""
TELLS_SYMPTOM = ("find_department", "report_emergency")
"""Intents that, right after such an answer, are a new symptom of that illness."""
SERIOUS = re.compile(
    r"严重[吗不嘛么]|严不严重|要紧[吗不嘛么]|要不要紧|危险[吗不嘛么]|有(?:没有)?(?:大)?事[吗儿嘛]|没(?:大)?事吧|不会有(?:大)?事|能治好?[吗不]|治得好|会(?:不会)?死|要命吗"
    r"|(?:要不要|用不用|需不需要|要|用|需要)(?:做|开)?(?:手术|开刀|住院)[吗不嘛么]?$"
)
"""The question behind all the others; only a doctor can answer it."""
_HIM = re.compile(r"他|她|这位|那位|(?:这|那)个?(?:医生|大夫|主任|教授|专家)")
_HIS_FEE = re.compile(r"多少钱|几块|挂号费|贵不贵|贵吗|怎么收费|价")
_HIS_CLINIC = re.compile(
    r"出诊|坐诊|门诊|上班|在[吗不嘛么]|在不在|哪天|哪几天|什么时候|啥时候|几点|有号|还有号|停诊|有空|来吗"
)
_ABOUT_HIM = re.compile(
    r"看|擅长|专长|主任|专家|教授|厉害|好[吗不]|怎么样|咋样|[男女]的?[吗还]|多大|年纪|资历|经验|什么科|哪个科|谁|介绍|水平|耐心|口碑"
)
_BOOKS_HIM = re.compile(r"(?:约|挂|预约|就)(?:一?个|上)?(?:他|她|这位|那位|这个|那个)")
_CLINIC_AGAIN = re.compile(
    r"(?:怎么|为什么|为啥|咋|干嘛|啥原因|什么原因).{0,3}停诊|停诊.{0,3}(?:原因|为什么|怎么)"
    r"|(?:那|还有)?(?:哪天|什么时候|啥时候|几号)(?:才|还|能)?有号[啊呢吗]?"
)
_GROUP = re.compile(r"[我想要去来看挂约个]*(?P<group>内科|外科|妇产科)的?(?:号|门诊|医生)?[吧。]?")
_WHO = re.compile(
    r"(?:主要|是)?看(?:什么|啥|哪)|擅长|专长|怎么样|咋样|厉害[吗不]|(?:是|副)主任[吗不]"
)
_HAS_CLINIC = re.compile(
    r"(?:什么时候|啥时候|几时|哪天|几号).{0,3}(?:来|在|上班|出诊|坐诊|回)|(?:能|可以|还能|可不可以|能不能)(?:挂|约)|(?:没|有|还有)(?:没有)?号|号.{0,3}(?:没|满|完)了"
)
"""Of a doctor who is named: does he sit, are there numbers."""
_HOW_LONG = re.compile(r"多久|多长时间|几分钟|什么时候|啥时候|还要等")
_NO_MORE = re.compile(
    r"(?:我|就|暂时)*(?:没有?了?|没有?别的了?|没有?其他的?了?|就这些|就这样|不用了|不用留名|不留名|不用留(?:名字|姓名|电话))(?:吧|谢谢|[，。！!\s])*"
)
_AT_HOME = re.compile(r"(?<!办)(?<!办理)出院(?!手续)|术后|手术后|刚做完")
_FORMALITIES = re.compile(
    r"结账|结算|办(?:理|个)?出院|出院怎么[办弄]|怎么(?:办理?)?[住入]院|借.{0,3}[吗嘛么不][？?]?$|手续|流程|什么条件|(?:什么|哪些|啥)(?:材料|资料|证件)"
)
_UNWELL = re.compile(
    r"(?:我|人|身上|浑身|今天|最近|感觉|觉得|好像|有点|好|很|太|真|特别|非常|实在)*(?:难受|不舒服|不得劲|没精神|没劲|没力气|生病|病|疲惫|累)"
    r"(?:死|得很|极|坏)?(?:我|人)?[了啊呀呢哦，。！!~…]*"
)
"""Somebody is unwell and says no more: whatever the model takes it for."""
_WAITS = re.compile(
    r"(?:好的?|行|那|嗯|我|先|就|在|一直|会)*等(?:着|一下|等|会儿?)?[吧呢啊您你们了。！]*"
)
_COURTESY = re.compile(
    r"^(?:(?:你|您|大家)好|早上好|下午好|晚上好|在吗|谢谢|多谢|感谢|好的|再见|[您你啊了呀]|[，,。！!\s])+|请问(?:一下)?|我?想问一?下|啊+$"
)
_HAPPENED = re.compile(
    r"(?!.*(?:出院|手术|术后|[拔切做剖产生换打]|支架|化疗|透析))[\u4e00-\u9fff]{2,6}了(?:怎么办|咋办|咋整|该怎么办)?[？?。]?"
)
"""骨折了 has just happened; 拔牙了 is what was done for it."""
_LITTLE = ("greet", "affirm", "out_of_scope")
_OF_HOURS = ("ask_hours", "nlu_fallback", "inform", "ask_directions")
_UNSURE_OF = ("nlu_fallback", "check_appointment", "report_emergency", "book_appointment")
"""Intents that a plain question gets by mistake."""
_OPEN_A_FORM = ("file_complaint", "give_praise", "give_suggestion", "join_waitlist")
_RELATIVE = re.compile(RELATIONS)
_UNSURE, _DOUBTED, _FAR = 0.5, 0.75, 0.8
_WISHES = re.compile(r"做|约|查|拍|照|住|手术|开刀|陪|会诊|转|轮椅|排队|候补|[CcMm][TtRr]")
_WHICH = re.compile(r"[挂看去](?:什么|啥|哪)|什么科|哪个科")
_ASKS = re.compile(
    r"吗|嘛|么|几|多少|哪|什么|啥|怎么|咋|要不要|能不能|可以|还有|不[？?]?$|呢[？?]?$"
)
_LEAVES = re.compile(r"取消|不要|号|医生|[他她您你谁]|人工|怎么办|怎么样")
GETS_MESSAGES_AGAIN = re.compile(
    r"恢复|重新(?:接收|开|订)|打开|开启|还是(?:要|继续)?发|继续发|再发给我|接着发|要收"
)
_OWN = re.compile(r"我的|投诉|人工|客服")
_WHERE_OR_WHEN = re.compile(
    r"(?:[左右两双上下前后里外]{1,2}[边侧面]?(?:半边|[眼耳腿手脚膝])?|中间|周围|(?:饭|吃)[前后完]|空腹|夜里|半夜|一直|有时候?|偶尔|经常|老是"
    r"|(?:也|都)?(?:不|没有?)(?:怎么)?发?(?:烧|热|疼|痛|咳嗽?|吐|晕|痒|肿|拉肚子|麻|喘|出血|恶心)"
    r"|一阵一阵|走路|上楼|动的?时候)(?:都|才|更)?(?:疼|痛|痒|这样|厉害)?(?:的|时|时候)?"
)
_BOOKS = re.compile(r"约|挂个|挂号|取消|改期")
WHAT_NOW = re.compile(r"(?:那|我|该|现在|可)*(?:怎么办|咋办|咋整|怎么弄|如何是好)[呢啊呀]?[？?]?")
_DURATION = re.compile(
    r"[\d一二两三四五六七八九十几半好多]+个?(?:天|周|星期|礼拜|月|年|小时)(?:了|多)*"
)
_WEAK = (
    "nlu_fallback", "inform", "out_of_scope", "deny", "find_department", "ask_aftercare",
    "ask_visit_preparation", "ask_hours", "request_exam_booking", "report_emergency",
)  # fmt: skip
"""Intents that a message gets for want of a better one."""
_NEVER = (
    "file_complaint", "ask_human", "cancel_appointment", "stop_messages",
    "reschedule_appointment", "manage_patient", "thank", "goodbye", "greet", "bot_challenge",
)  # fmt: skip


async def action_for(turn: Turn) -> str:
    """The action that must answer a message as one that goes on; nothing when it stands alone."""
    topic: Topic = turn.slot("topic") or {}
    if not turn.typed or turn.loop_is_asking or len(turn.text) > LONGEST:
        return ""
    if offered_answer(await turn.handbook(), topic, turn.text):
        return "action_answer"
    if "question" in topic and _asks_further(turn.text):
        return "action_answer"
    if topic.get("stopped") and GETS_MESSAGES_AGAIN.search(turn.text):
        return "action_stop_messages"
    if action := await _beside_a_courtesy(turn):
        return action
    if turn.intent in _NEVER:
        return ""
    if safety.believes(turn.text, turn.intent, turn.confidence):
        return ""
    if action := await _alone(turn):
        return action
    if ("request" in topic or "case" in topic) and (
        words.asks_of_what_stands(turn.text) or words.asks_where_to_wait(turn.text)
    ):
        return "action_check_appointments"
    if "human" in topic and _HOW_LONG.search(turn.text):
        return "action_ask_human"
    if "opinion" in topic and _NO_MORE.fullmatch(turn.text.strip()):
        return "action_affirm"
    if not topic or _OWN.search(turn.text):
        return ""
    if "aftercare" in topic:
        return await _after_a_stay(turn, topic)
    if any(topic.get(key) for key in ("doctors", "him", "at")) and (
        action := _of_the_doctor(turn.text, topic)
    ):
        return action
    if "complaint" in topic and _of_the_complaint(turn, topic):
        return "finding_form"
    if "notice" in topic and _ASKS.search(turn.text) and len(turn.text) <= SHORT:
        return "action_answer"
    return await _of_the_question(turn, topic)


def offered_answer(handbook: Handbook, topic: Topic, text: str) -> str:
    """The code of the only offered entry whose title a message names: 门诊 of 门诊能报多少."""
    if not topic.get("offered"):
        return ""
    said = text.strip("，。！？?的吧 ")
    named = [
        one.code
        for one in handbook.answers
        if one.code in topic["offered"] and len(said) > 1 and said in one.title
    ]
    return named[0] if len(named) == 1 else ""


def _asks_further(text: str) -> bool:
    """能退吗 after a question is one as well, though the model takes it for an errand."""
    return is_elliptical(text) and bool(_ASKS.search(text)) and not _LEAVES.search(text)


async def _beside_a_courtesy(turn: Turn) -> str:
    """好难受 is no yes, 李医生在吗 no greeting, and after 你好 a question may follow."""
    if turn.loop and turn.intent not in _OPEN_A_FORM:
        return ""
    if turn.intent not in ("find_department", "report_emergency") and _UNWELL.fullmatch(turn.text):
        return "finding_form"
    if turn.intent == "join_waitlist" and _WAITS.fullmatch(turn.text):
        return "action_affirm"
    if turn.intent not in _LITTLE:
        return ""
    handbook = await turn.handbook()
    if _HIS_CLINIC.search(turn.text) and handbook.find_doctors(turn.text):
        return "action_show_schedule"
    asked = _COURTESY.sub("", turn.text)
    found = find_answers(handbook, asked)
    far = turn.intent == "out_of_scope" and turn.confidence > _FAR
    if is_clear(found) and found[0].score >= WELL and not is_elliptical(asked) and not far:
        return "action_answer"
    felt = find_departments(handbook, asked, may_ask=False).suggestions
    return "finding_form" if felt and felt[0].score >= TYPICAL else ""


async def _alone(turn: Turn) -> str:
    """What needs nothing before it, and yet is no opening of an errand."""
    if whole_group(turn.text):
        return "finding_form"
    handbook = await turn.handbook()
    doctors = handbook.find_doctors(turn.text)
    if any(turn.text.strip() == one.name for one in doctors):
        return "action_inform"
    if doctors and turn.intent in _OF_HOURS and _HIS_CLINIC.search(turn.text):
        return "action_show_schedule"
    doubted = turn.intent in _UNSURE_OF and turn.confidence < _DOUBTED
    if doubted and _ASKS.search(turn.text) and not AND_THAT.fullmatch(turn.text):
        found = find_answers(handbook, turn.text)
        if is_clear(found) and found[0].score >= WELL and not is_elliptical(turn.text):
            return "action_answer"
    if turn.intent == "ask_aftercare" and _HAPPENED.fullmatch(turn.text):
        return "finding_form"
    if doctors and _WHO.search(turn.text):
        return "action_show_doctor"
    asked = turn.intent in (*_WEAK, "check_appointment") and _HAS_CLINIC.search(turn.text)
    if doctors and asked and not _OWN.search(turn.text):
        return "action_show_schedule"
    if not turn.intent.startswith("request_"):
        return ""
    if _FORMALITIES.search(turn.text):
        return "action_answer"
    if _AT_HOME.search(turn.text) and find_aftercare(handbook, turn.text):
        return "action_aftercare"
    felt = find_departments(handbook, turn.text).suggestions
    if felt and SERIOUS.search(turn.text):
        return "finding_form"
    unnamed = turn.intent == "request_exam_booking" and not subjects_of(turn.text)
    if unnamed and turn.confidence < _DOUBTED and felt and felt[0].score >= DECISIVE:
        return "finding_form"  # 想做试管 is no examination
    unsure = turn.confidence < _UNSURE and not _WISHES.search(turn.text)
    return "finding_form" if unsure and felt and felt[0].score >= TYPICAL else ""


def whole_group(text: str) -> str:
    """内科, 外科, 妇产科: a whole group of departments, when a message names nothing else."""
    match = _GROUP.fullmatch(text.strip())
    return match["group"] if match else ""


def asks_of_doctor(text: str) -> bool:
    """她是看什么的: asked of the doctor who was spoken of."""
    return bool(_HIM.search(text) and (_ABOUT_HIM.search(text) or _WHO.search(text)))


async def _after_a_stay(turn: Turn, topic: Topic) -> str:
    """有点红还流水 is about the wound that was spoken of; 能低头不 as well."""
    handbook = await turn.handbook()
    if _WHICH.search(turn.text) or handbook.find_departments(turn.text):
        return ""
    entry = next((one for one in handbook.aftercare if one.code == topic["aftercare"]), None)
    if entry is None:
        named = find_aftercare(handbook, turn.text)
        return "action_aftercare" if named and turn.intent in _WEAK else ""
    if read_facts(turn.text).is_child and not tells_of_child("，".join(entry.aliases)):
        return ""
    other = _BOOKS.search(turn.text) or _RELATIVE.search(turn.text)
    tells = any(one.search(turn.text) for one in (WORRYING, SERIOUS)) or (
        turn.intent in TELLS_SYMPTOM and not other
    )
    goes_further = AND_THAT.fullmatch(turn.text) or (
        turn.intent in _WEAK and _ASKS.search(turn.text) and aftercare_section(turn.text, entry)
    )
    return "action_aftercare" if tells or goes_further else ""


def _of_the_doctor(text: str, topic: Topic) -> str:
    if _CLINIC_AGAIN.search(text):
        return "action_show_schedule"
    if not _HIM.search(text):
        return ""
    if _BOOKS_HIM.search(text) and "at" not in topic:
        return "booking_form"
    if _HIS_FEE.search(text):
        return "action_answer"
    if _HIS_CLINIC.search(text):
        return "action_show_schedule"
    return "action_show_doctor" if _ABOUT_HIM.search(text) else ""


def _of_the_complaint(turn: Turn, topic: Topic) -> bool:
    """Age, sex, how long, one more symptom, or the fear behind it."""
    if SERIOUS.search(turn.text) or WHAT_NOW.fullmatch(turn.text):
        return True
    if turn.intent not in (*_WEAK, "affirm") or _BOOKS.search(turn.text):
        return False
    facts = bare_age(turn.text) is not None or read_facts(turn.text) != PatientFacts()
    tells = facts or _DURATION.fullmatch(turn.text) or _WHERE_OR_WHEN.fullmatch(turn.text)
    if turn.intent == "find_department":
        return False
    return bool(tells) or goes_on(turn.text)


async def _of_the_question(turn: Turn, topic: Topic) -> str:
    """核磁呢 after what a CT costs; 下午呢 after clinic times."""
    if not AND_THAT.fullmatch(turn.text):
        drug = turn.intent == "ask_aftercare" and len(turn.text) <= SHORT
        return "action_answer" if drug and "question" in topic else ""
    when = turn.when()
    handbook = await turn.handbook()
    if topic.get("place") and handbook.find_departments(turn.text):
        return "action_answer"
    clinic = topic.get("department") or topic.get("doctors")
    if clinic and (when.days or when.period or handbook.find_doctors(turn.text)):
        return "action_show_schedule"
    if any(one.bookable for one in handbook.find_departments(turn.text)):
        return "action_show_schedule"
    return "action_answer" if "question" in topic else ""
