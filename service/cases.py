"""Complaints 投诉, suggestions 建议 and praise 表扬: registered in the patient's own words."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, today
from service.crypto import Vault
from service.database import Database
from service.errors import NotFound, NotYours
from service.handover import close_flags
from service.model import Attachment, Case, CaseEvent, Message
from service.numbers import next_number
from service.patients import mask_phones
from service.races import settled
from service.settings import Settings
from service.terms import TermTable

ENDED = ("answered", "closed", "archived")
FACTS = ("what", "when", "where", "who", "wish")
PICTURES_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class CaseFacts:
    """What the patient told; each fact in the patient's own words, empty when not told."""

    what: str
    when: str = ""
    where: str = ""
    who: str = ""
    wish: str = ""
    contact: str = ""
    anonymous: bool = False
    extra: dict[str, str] = field(default_factory=dict)


async def open_case(
    db: Database,
    vault: Vault,
    clock: Clock,
    settings: Settings,
    *,
    conversation_id: int,
    kind: str,
    facts: CaseFacts,
    origin: str,
) -> Case:
    """Register a complaint, a suggestion or praise.

    Args:
        kind: complaint, suggestion or praise.
        origin: the message and verb that ask for it; the same again returns the same case.
    """

    async def found_or_made(session: AsyncSession) -> Case:
        known: Case | None = await session.scalar(select(Case).where(Case.origin == origin))
        if known is not None:
            return known
        told = " ".join((facts.what, facts.who, facts.wish))
        dispute = kind == "complaint" and is_medical_dispute(told)
        severe = dispute or (kind == "complaint" and is_severe(told))
        case = Case(
            number=await next_number(session, kind, today(clock)),
            conversation_id=conversation_id,
            kind=kind,
            category=classify(told) if kind == "complaint" else kind,
            severe=severe,
            medical_dispute=dispute,
            anonymous=facts.anonymous,
            facts={name: mask_phones(getattr(facts, name)) for name in FACTS} | facts.extra,
            contact_sealed=vault.seal(facts.contact) if facts.contact else None,
            state="registered",
            answer="",
            answer_by=_deadline(clock, settings, severe),
            origin=origin,
            made_at=clock.now(),
        )
        session.add(case)
        await session.flush()
        session.add(CaseEvent(case_id=case.id, kind="registered", text="", at=clock.now()))
        await _take_attachments(session, case)
        return case

    return await settled(db, found_or_made)


async def find_case(db: Database, conversation_id: int, number: str) -> Case:
    """A case of this chat by its number.

    Raises:
        NotYours: it belongs to another chat.
        NotFound: there is none.
    """
    async with db.reading() as session:
        case = await session.scalar(select(Case).where(Case.number == number.strip().upper()))
    if case is None:
        raise NotFound("case")
    if case.conversation_id != conversation_id:
        raise NotYours("case")
    return case


async def list_cases(db: Database, conversation_id: int, *, kind: str | None = None) -> list[Case]:
    """The cases of this chat, the newest first."""
    query = select(Case).where(Case.conversation_id == conversation_id)
    if kind is not None:
        query = query.where(Case.kind == kind)
    async with db.reading() as session:
        return list(await session.scalars(query.order_by(Case.id.desc())))


async def add_to_case(
    db: Database, clock: Clock, conversation_id: int, number: str, text: str
) -> Case:
    """Keep what the patient adds to a case; the same words again are kept once.

    A case that was answered or closed is open again. Phone numbers are masked (see ``set_contact``).

    Raises:
        NotYours, NotFound: as ``find_case``.
    """
    case = await find_case(db, conversation_id, number)
    text = mask_phones(text)
    async with db.transaction() as session:
        known = await session.scalar(
            select(CaseEvent).where(
                CaseEvent.case_id == case.id, CaseEvent.kind == "added", CaseEvent.text == text
            )
        )
        case = await session.get_one(Case, case.id)
        if known is None:
            session.add(CaseEvent(case_id=case.id, kind="added", text=text, at=clock.now()))
            if case.state in ENDED:
                case.state = "reopened"
        return case


async def set_contact(
    db: Database, vault: Vault, clock: Clock, conversation_id: int, number: str, contact: str
) -> Case:
    """Keep, sealed, how the patient of a case can be reached; who gives it is no longer anonymous.

    Raises:
        NotYours, NotFound: as ``find_case``.
    """
    case = await find_case(db, conversation_id, number)
    async with db.transaction() as session:
        case = await session.get_one(Case, case.id)
        if case.contact_sealed is None or vault.open(case.contact_sealed) != contact:
            case.contact_sealed = vault.seal(contact)
            session.add(CaseEvent(case_id=case.id, kind="contact", text="", at=clock.now()))
        case.anonymous = False
        return case


async def withdraw_case(db: Database, clock: Clock, conversation_id: int, number: str) -> Case:
    """Close a case because the patient takes it back, and its flag; twice is once.

    Raises:
        NotYours, NotFound: as ``find_case``.
    """
    case = await find_case(db, conversation_id, number)
    async with db.transaction() as session:
        case = await session.get_one(Case, case.id)
        if case.state not in ENDED:
            case.state = "closed"
            session.add(CaseEvent(case_id=case.id, kind="withdrawn", text="", at=clock.now()))
            await close_flags(session, clock, conversation_id, f"case {case.number}")
        return case


def classify(told: str) -> str:
    """The category of a complaint: attitude, waiting, fees, medical, environment, booking,
    conduct or other.
    """
    scores: dict[str, float] = {}
    for hit in _CATEGORIES.find(told):
        scores[hit.owner] = scores.get(hit.owner, 0) + hit.weight
    return max(scores, key=lambda category: scores[category], default="other")


def is_medical_dispute(told: str) -> bool:
    """Whether harm by treatment is spoken of, which the medical affairs office 医务科 sees at once."""
    return any(hit.owner == "dispute" for hit in _SEVERITY.find(told))


def is_severe(told: str) -> bool:
    """Whether a complaint has to be answered within a day."""
    return bool(_SEVERITY.find(told))


def _deadline(clock: Clock, settings: Settings, severe: bool) -> datetime:
    if severe:
        return clock.now() + timedelta(hours=settings.serious_case_hours)
    return clock.now() + timedelta(days=settings.case_days)


async def _take_attachments(session: AsyncSession, case: Case) -> None:
    """Pictures sent to this chat shortly before belong to the complaint."""
    if case.kind != "complaint":
        return
    loose = await session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Attachment.conversation_id == case.conversation_id,
            Attachment.case_id.is_(None),
            Message.at >= case.made_at - PICTURES_WITHIN,
        )
    )
    for attachment in loose:
        attachment.case_id = case.id


def _terms(weight: float, words: str) -> dict[str, float]:
    return dict.fromkeys(words.split(), weight)


_CATEGORIES: TermTable[str] = TermTable(
    {
        "attitude": _terms(
            4,
            "态度 不耐烦 凶 吼 骂 甩脸 翻白眼 爱理不理 爱搭不理 不理人 冷漠 冷冰冰 说话难听 没礼貌 推搡 训 "
            "大喊 大叫 冲我 嚷 嫌弃 嘲笑 敷衍 不屑 脸色 呵斥 大声 阴阳怪气",
        ),
        "waiting": _terms(
            2,
            "排队 等了 等太久 等好久 等半天 小时 插队 没人管 跑来跑去 推来推去 踢皮球 叫号 过号 流程 拖 "
            "慢 找不到人 没人接",
        ),
        "fees": _terms(
            3,
            "乱收费 收费 多收 扣了 扣费 退费 退款 发票 收据 价格 贵 账单 费用 多扣 重复收 没做的检查",
        ),
        "medical": _terms(
            3,
            "误诊 漏诊 开错药 拿错药 发错药 手术 感染 治坏 没治好 越治越 扎了 扎针 打错 输错 后遗症 诊断 "
            "没看就 草草 两分钟 三分钟 药不对 伤口 不负责",
        ),
        "environment": _terms(
            2,
            "厕所 卫生间 脏 臭 吵 热死 空调 座位 椅子 垃圾 停车 电梯 漏水 蚊子 蟑螂 烟味 抽烟 病房 床单 "
            "食堂 饭菜",
        ),
        "booking": _terms(
            2,
            "挂不上 约不上 系统 小程序 公众号 网上 停诊 没通知 预约 挂号 号贩子 黄牛 自助机 报告查不到",
        ),
        "conduct": _terms(5, "红包 回扣 收礼 送礼 吃拿卡要 介绍到外面 药代 推销 性骚扰 骚扰"),
    }
)
_DONE_TO = "手术|开刀|打针|输液|麻醉|拔牙|接生|剖腹产|剖宫产|治疗|治|做完|检查"
_BY_STAFF = "把我|把他|把她|把孩子|把老人|把病人|把妈妈|把爸爸|把我妈|把我爸|把我奶奶|把我爷爷|把我婆婆|把我老公|把我老婆"
_SEVERITY: TermTable[str] = TermTable(
    {
        "dispute": _terms(
            1,
            # Named as such.
            "医疗事故 医疗纠纷 医疗责任 医疗过错 医疗差错 医疗鉴定 司法鉴定 医调委 医闹 "
            # Found wrong or late.
            "误诊 漏诊 误判 漏检 诊断错 没查出来 看错片子 拿错片子 弄错片子 报告错了 报告弄错 耽误病情 耽误治疗 延误 抢救不及时 "
            # The wrong medicine, dose, blood or person.
            "开错药 拿错药 发错药 打错针 打错药 输错 配错药 给错药 用错药 上错药 药给错 药开错 药发错 药拿错 药打错 打错疫苗 过期药 过期的药 "
            "药量错 剂量错 剂量不对 打错|拿错|发错|开错|输错|用错|给错|配错|上错+药|针|血|疫苗 药+开多了 认错病人 弄错病人 搞错病人 认错人+手术|打针|药|输液|抽血 没做皮试 没皮试 "
            # Cut or sewn wrongly, on the wrong side, something left inside.
            "缝错 缝坏 缝歪 没缝好 开错刀 切错 拔错 做错部位 开错部位 左右+弄反|搞反 做错手术 手术做错 手术失误 手术失败 手术做坏 手术+没做好 "
            "纱布落 断针 纱布|棉球|棉花|针头|器械|钢钉+留在|落在|忘在|断在|断了 二次手术+失误|没做好|弄坏|感染 动脉+弄破|弄伤 神经+弄伤|扎伤|扎到|伤到|切断 "
            # Infected or made worse.
            f"感染了 被感染 导致感染 刀口|伤口|切口|手术|术后|针眼+感染|化脓|溃烂|烂了|裂开|崩开 {_DONE_TO}+后遗症|更严重|越来越重|毁容|大出血|休克|昏迷 "
            "缝+感染|化脓 后遗症 治坏 治残 治死 致残 弄坏 做坏 弄残 截肢 "
            f"{_DONE_TO}+瘫痪|瘫了|失明|看不见了|聋了|残了|残疾|动不了|站不起来|走不了 手术|开刀+ICU|重症|抢救 "
            # Dropped, burnt, hurt by staff.
            f"{_BY_STAFF}+摔了|摔倒|摔伤|摔着|摔下|摔骨折|弄伤|弄疼了|碰伤|烫伤|烫着|扎伤|弄骨折|掉下 护士|护工|医生|推车|担架|平车+摔了|摔伤|摔着|摔下|烫伤|摔骨折 "
            # Died.
            "人没了|人走了|去世|死了|没抢救过来+手术|治疗|抢救|医生|治 治死 死在+手术|医院 孩子没了|胎儿没了|胎死+医生|耽误|接生|产检|手术 "
            # Payment for harm.
            "赔偿|赔钱|索赔+手术|缝|伤口|刀口|开刀|药|打针|输液|感染|摔|治|病情|拔牙|麻醉",
        ),
        "severe": _terms(
            1,
            "红包 回扣 骚扰 打人 动手打 打了我 推倒 摔倒 摔了一跤 受伤 烫伤 报警 媒体 曝光 律师 起诉 法院 告你们 12345 卫健委 "
            "赔偿 索赔 赔钱 泄露隐私 偷拍",
        ),
    }
)
