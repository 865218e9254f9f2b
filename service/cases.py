"""Complaints 投诉, suggestions 建议 and praise 表扬: registered in the patient's own words."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.clock import Clock, today
from service.crypto import Vault
from service.database import Database
from service.errors import NotFound, NotYours
from service.model import Attachment, Case, CaseEvent, Message
from service.numbers import next_number
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
        dispute = kind == "complaint" and _is_medical_dispute(told)
        severe = dispute or (kind == "complaint" and _is_severe(told))
        case = Case(
            number=await next_number(session, kind, today(clock)),
            conversation_id=conversation_id,
            kind=kind,
            category=classify(told) if kind == "complaint" else kind,
            severe=severe,
            medical_dispute=dispute,
            anonymous=facts.anonymous,
            facts={name: getattr(facts, name) for name in FACTS} | facts.extra,
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

    A case that was answered or closed is open again.

    Raises:
        NotYours, NotFound: as ``find_case``.
    """
    case = await find_case(db, conversation_id, number)
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


async def withdraw_case(db: Database, clock: Clock, conversation_id: int, number: str) -> Case:
    """Close a case because the patient takes it back; twice is once.

    Raises:
        NotYours, NotFound: as ``find_case``.
    """
    case = await find_case(db, conversation_id, number)
    async with db.transaction() as session:
        case = await session.get_one(Case, case.id)
        if case.state not in ENDED:
            case.state = "closed"
            session.add(CaseEvent(case_id=case.id, kind="withdrawn", text="", at=clock.now()))
        return case


def classify(told: str) -> str:
    """The category of a complaint: attitude, waiting, fees, medical, environment, booking,
    conduct or other.
    """
    scores: dict[str, float] = {}
    for hit in _CATEGORIES.find(told):
        scores[hit.owner] = scores.get(hit.owner, 0) + hit.weight
    return max(scores, key=lambda category: scores[category], default="other")


def _is_medical_dispute(told: str) -> bool:
    return any(hit.owner == "dispute" for hit in _SEVERITY.find(told))


def _is_severe(told: str) -> bool:
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
_SEVERITY: TermTable[str] = TermTable(
    {
        "dispute": _terms(
            1,
            "医疗事故 误诊 漏诊 医疗纠纷 开错药 拿错药 发错药 打错针 打错药 输错 治死 致残 缝坏 做坏 切错 治坏 治残 弄坏 手术+ICU|重症|抢救 开刀+ICU|重症|抢救 动脉+弄破|弄伤 拔错牙 漏检 断针 医疗责任 医闹 手术失误 纱布落 "
            "手术做错 做错手术 开错刀 抢救不及时 截肢 后遗症 人没了+手术|治疗|抢救|医生 去世+手术|治疗|抢救|医生",
        ),
        "severe": _terms(
            1,
            "红包 回扣 骚扰 打人 动手打 打了我 推倒 摔倒 受伤 报警 媒体 曝光 律师 起诉 告你们 12345 卫健委",
        ),
    }
)
