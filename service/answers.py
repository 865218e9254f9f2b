"""Which entry of the hospital's answers fits a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from service.handbook import Handbook
from service.model import AftercareText, Answer, Notice
from service.weighing import Terms

TOPICS = {
    "ask_fees": ("fees",),
    "ask_insurance": ("insurance",),
    "ask_directions": ("directions",),
    "ask_hours": ("hours",),
    "ask_visit_preparation": ("visit_preparation", "examination", "admission"),
    "ask_report": ("report",),
    "request_admission": ("admission",),
    "request_exam_booking": ("examination",),
    "bot_challenge": ("service",),
}
CERTAIN, POSSIBLE = 0.3, 0.12
CLOSE = 0.07
"""Two entries nearer to each other than this are both offered."""
_HOME_TOPIC = 0.15
_NEAREST, _LEARNED, _SMOOTHING = 0.4, 0.7, 0.5
_UNSAID_SUBJECT, _OTHER_SUBJECT = 0.12, 0.1
_BARE = 0.14
_WORTH_OFFERING = 0.3
"""Of the best entry's score; a question that fits none well is asked back with at least two."""


@dataclass(frozen=True)
class Found:
    """An entry and how well it fits, 0 to about 1."""

    answer: Answer
    score: float


def find_answers(handbook: Handbook, text: str, intent: str = "", *, most: int = 4) -> list[Found]:
    """The entries that may answer a question, the best first.

    Args:
        intent: entries of its topics are preferred; others may still win by their words.
    """
    if not handbook.answers:
        return []
    scores = _index(handbook).scores(text)
    topics = TOPICS.get(intent, ())
    found = [
        Found(answer, score + (_HOME_TOPIC if answer.topic in topics else 0))
        for answer, score in zip(handbook.answers, scores, strict=True)
    ]
    found.sort(key=lambda one: -one.score)
    if found[0].score < POSSIBLE:
        return []
    enough = _WORTH_OFFERING * found[0].score
    return [one for n, one in enumerate(found[:most]) if n < 2 or one.score >= enough]


def topic_answers(handbook: Handbook, intent: str) -> list[Answer]:
    """The entries of an intent's own topics, in the order of the hospital's files."""
    topics = TOPICS.get(intent, ())
    return [answer for answer in handbook.answers if answer.topic in topics]


def standing_notices(handbook: Handbook, day: date) -> list[Notice]:
    """The notices and events that are not over on a day, the next one first."""
    return [one for one in handbook.notices if one.last_day >= day]


def find_aftercare(handbook: Handbook, text: str) -> AftercareText | None:
    """The approved text for the illness that a message names, the longest name first.

    The text that belongs to no department is for any illness: only when no other is named.
    """
    best: tuple[bool, int, AftercareText] | None = None
    said = _bare(text)
    for entry in handbook.aftercare:
        for alias in map(_bare, (entry.name, *entry.aliases)):
            rank = bool(entry.department), len(alias)
            if alias in said and (best is None or rank > best[:2]):
                best = *rank, entry
    return None if best is None else best[2]


def _bare(text: str) -> str:
    """So that 切了胆囊 and 切胆囊 are one."""
    return text.replace("了", "").lower()


_SECTIONS = {
    "diet": "吃 喝 饮食 忌口 补 营养 汤 喂 茶 水果 酒 烟 辣 咸 油 肉 鱼 鸡蛋 牛奶 粥 米饭 冰淇淋 发物 海鲜 胃口",
    "exercise": (
        "运动 活动 走路 走 坐 重活 拎 下地 下床 锻炼 上班 上学 开车 干活 久坐 坐车 坐飞机 睡 同房 爬楼 休息 散步 出门 出去 逛"
        " 遛弯 打球 跑步 搬 提东西 提重 重物 抱孩子 弯腰 踩地 怎么练 咋练 脚怎么练 看电视 看手机 拐 骑车 游泳 旅游"
        " 性生活 家务 肩膀 翻身"
    ),
    "wound": (
        "伤口 洗澡 洗脸 洗头 怎么洗 咋洗 泡澡 换药 拆线 疤 渗 皮肤 袋 沾水 碰水 刀口 护理 引流管 尿管 胃管"
        " 管子 坐浴 痒 拍背 吸痰 脐带 内瘘 的脚 洗脚 眼罩 针眼 纱布 怎么擦"
    ),
    "medicine": "药 吃药 停药 的药 药啥时候吃 药什么时候吃 漏吃 忘吃 忘了吃 没吃饭还打 吃几 胰岛素 打针 眼药水 药水 吸入 能停 补钙",
    "return": (
        "复查 复诊 多久来 多久查 查一次 抽一次血 多久抽血 什么时候来 啥时候来 再去查 再查 回医院 拍片 拔管 什么时候拔 啥时候拔 多久拔"
        " 哪天拔 拆石膏"
    ),
    "warning": "正常吗 正常不 要紧 要不要紧 发烧 出血 疼 肿 发红 严重",
}
_SECTION_WORDS = {section: words.split() for section, words in _SECTIONS.items()}


_ASKING = re.compile(r"什么|啥|怎么|多久|几天|时候|注意|可以|不能|能不|要不要|医生|术后|手术")
_OWN_PAIR = 1.5


def aftercare_section(text: str, entry: AftercareText) -> str:
    """The section of an after-care text that a question is about, or nothing.

    Words of everyday life tell, and pairs of characters that only one section has (二郎腿); the
    illness itself says nothing. Warning signs are told in any case.
    """
    names = [name for name in (entry.name, *entry.aliases) if name in text]
    about = _ASKING.sub(" ", text.replace(max(names, key=len, default=" "), " "))
    pairs = {about[at : at + 2] for at in range(len(about) - 1)}
    said: dict[str, float] = {}
    for section in entry.sections:
        said[section] = sum(len(word) for word in _SECTION_WORDS.get(section, ()) if word in text)
        if section != "warning":
            others = "".join(other for name, other in entry.sections.items() if name != section)
            own = sum(pair in entry.sections[section] and pair not in others for pair in pairs)
            said[section] += _OWN_PAIR * own
    best = max(said, key=lambda section: said[section], default="")
    return best if best and said[best] else ""


_KIN = (
    r"[我你他她咱]?(?:爸爸?|妈妈?|父亲|母亲|老公|老婆|丈夫|妻子|媳妇儿?|爱人|婆婆|公公|老伴|老娘|爹|娘|爸妈|爹妈"
    r"|父母|家里人|亲戚|家人|弟弟?|妹妹?|哥哥?|姐姐?|同事|朋友|别人)"
)
_SAME = {
    "多少钱": r"[多好]少钱|几块钱?|几毛|几[百千十](?!年)|多少块|[什啥]么?价[钱位格]?|价[钱格位]|怎么收费?(?!到)|收费|费用|贵不贵|贵[吗么呀]?|(?:花|掏|准备|收|得|用|交)多少(?!天|时)|便宜",
    "核磁": r"核磁共振|磁共振|核磁|mri",
    "b超": r"[四三]维彩?超?|彩超|超声|b超|大排畸|彩[抄朝]",
    "增强": r"打造影剂|造影剂?|加强|打药水?的?|增强",
    "ct": r"西[踢梯]|ct",
    "胃镜": r"查胃的?(?:管子|镜子)?|胃镜",
    "肠镜": r"查肠子?的?(?:管子|镜子)?|肠镜",
    "无痛": r"无痛|睡着做?|睡一觉|打?麻[药醉]",
    "拍片": r"拍[个张]?(?:光|胸)?片子?|照片子|胸片|x光片?|光片|dr|照光",
    "心电图": r"动态心电图?|心电图?|背盒子|记录心跳",
    "抽血": r"抽血|验[个]?血|采血|化验血|抽完血",
    "大小便": r"大小便|尿[样检]|大便|小便|留尿|接尿|验尿|尿常规",
    "活检": r"活检|切片|病理|取了?[点块]?(?:肉|组织)|切的那块肉",
    "体检": r"体检|查体|全身检查|身体检查",
    "化验": r"化验|检验",
    "报告": r"报告单?|化验单子?|结果|检查单子?结果",
    "手术": r"手术|开刀",
    "孩子": r"孩子|小孩儿?|宝宝|娃娃?|儿子|女儿|闺女|幼儿|小朋友|[^女男婴]儿童",
    "老人": r"老人家?|老年人|爷爷|奶奶|姥姥|外公|外婆|老太太?|老头|七老八十|[七八九]十[多几]?岁?",
    "替人": rf"(?:替|帮|给|用|代){_KIN}的?|代[开领取拿办]|替",
    "医生": r"医生|大夫|医师",
    "急诊": r"急诊科?|急症",
    "发烧": r"发烧|发热|高烧|高热|烧到|烧得|烧了",
    "晚上": r"晚上|半夜|夜里头?|夜间|凌晨|夜诊|夜门诊",
    "周末": r"周末|周六|周日|周天|礼拜[六天日]|星期[六天日]|双休日?",
    "过节": r"过[节年]|放假|节假?日|国庆|春节|元旦|五一|十一|清明|端午|中秋",
    "下班": r"下班|关门|结束|截止|几点关",
    "上班": r"上班|开门|开始|有人|开诊|坐诊",
    "取药": r"[取拿领]药|药房|药局",
    "缴费": r"缴费|交费|付款|付钱|交钱|给钱|结账|支付",
    "窗口": r"窗口|柜台|收费处|挂号处|缴费处|人工窗口",
    "病案室": r"病案室?|档案室|病历室",
    "医保办": r"医保办公?室?|医保科|管医保的",
    "病历": r"病[历例]",
    "工伤": r"工伤|车祸|被?[车给让].{0,2}撞|撞了|厂里干活|上班受伤|干活.{0,3}[压砸伤]",
    "转院": r"转院|转诊|转到.{0,6}(?:医院|省|上海|北京)|转外院",
    "会诊": r"会诊|(?:几个|多个|大|一块).{0,3}(?:专家|主任|科).{0,4}(?:一[块起])?看",
    "投诉": r"投诉|告[状他她你]|骂人|态度",
    "慢病": r"慢病|慢性病|门特|门慢|特殊病|慢特病|大病证",
    "陪诊": r"陪诊员?|陪看病|陪同看病|陪我看",
    "发票": r"发票|票据|收据|报销票|(?<![投车门])票",
    "医保": r"医保卡?|社保卡?|社保",
    "异地": r"异地|外地|外省|跨省|老家|外县|外市",
    "报销": r"报销|给报|能报|报多少|报几成|[报](?=[吗不得几])",
    "自费": r"自费|自己掏|自掏",
    "押金": r"押金|预交金|押多少|押几|先押|先交",
    "退钱": r"[能想要]?退[费钱款]|[想要]退|怎么退|咋退|退吗|退回|钱[能]?退|能退|拿回来|还给我|要回来",
    "重复": r"两次|两遍|两笔|重复|多扣|刷了两回|两回",
    "约号": r"约[个张]?号|挂[个张]?号|预约挂号|挂[个]?",
    "取消": r"取消|退号|不要了|不想要了|不看了|去不了|看不成",
    "没去": r"没去|没来|没赶上|错过|睡过头?|过期|没看成|爽约|忘了?来",
    "icu": r"icu|重症监护[室病房]?|重症|监护室",
    "探视": r"探视|探[病望]|看望|看一眼|让[看见进]|进去看|见一面",
    "住院楼": r"住院[部大]?楼?(?=在|怎|咋|几)|病房楼|住院大楼|住院部",
    "出院": r"出院",
    "住院": r"住院处?|入院|病房|住进[来去]",
    "卫生间": r"卫生间|厕所|洗手间|茅房|茅厕",
    "吃饭": r"食堂|饭堂|餐厅|吃饭的?|热饭|订餐|订饭",
    "轮椅": r"轮椅|带轮子的椅子|推车",
    "停车": r"停车|车位|开车来|停[在]?哪",
    "公交": r"公交车?|公共汽车|几路车?",
    "火车": r"火车站?|高铁站?|东站|汽车站|客运站|动车",
    "输液": r"输液|吊水|挂水|打点滴|吊针|打针",
    "丢了": r"丢了?|弄没了?|不见了?|找不[着到]了?|扔了?|没了|遗失|掉了",
    "忘带": r"忘带|没带|忘了?带|落[在]?家|忘[在]?家|忘拿",
    "身份证": r"身份证|证件",
    "人工": r"人工|真人|活人|客服|转接",
    "换": r"换[成个一]?|改[期天到成]?|推后|往后挪|挪",
    "表扬": r"表扬|锦旗|感谢信?|谢谢[他她]",
    "陪": r"陪[着同伴护床诊]?|跟着|带着走",
    "同房": r"同房|房事",
    "医院": r"医院|你们[这那]里?儿?",
    "喂奶": r"喂奶|哺乳|吃奶|母婴室?",
    "充电": r"充电宝?|没电",
    "取款": r"取款机?|取钱|提款机?|atm|现金",
    "幽门": r"幽门螺?杆?菌?|吹[个口]?气|呼气试?验?|碳1[34]",
    "糖耐": r"糖耐量?|喝糖水|糖筛|ogtt",
    "产检": r"产检|建档|建卡|建大卡|孕检",
    "怀孕": r"怀孕|孕妇|怀上|大肚子|有喜|身孕",
    "生孩子": r"生孩子|生娃|分娩|顺产|剖[腹宫]产|来生",
    "拔牙": r"拔牙|智齿|拔[个颗]牙",
    "精液": r"精液|精子",
    "打鼾": r"打呼噜|打鼾|呼噜|睡眠监测|睡眠检查",
    "散瞳": r"散瞳|放大瞳孔|眼底|滴药水",
    "例假": r"例假|月经|来事",
    "空腹": r"空腹|空着?肚子|饿着?肚?子?|不吃东西|吃早饭|吃饭",
    "退订": r"退订|别发|不要再发|别老|能不发|推送|烦",
    "多久": r"多[长少]?时间|多久|几天|多少天|几个?小时|几分钟|等几天|[啥什]么?时候?出|多长",
    "什么时候": r"什么时[候间]|啥时候?|几点钟?|多会儿?|何时|哪天",
    "在哪": r"在哪[里儿边块]?|哪[里儿边块]|(?:去|到|上|往)哪[里儿]?|[几哪]个?[楼层栋]|[怎咋]么?走|什么地方|啥地[方儿]|位置",
    "怎么": r"怎么[办弄样搞整]?|咋[办弄样搞整个]?|如何|怎样",
    "带什么": r"[带拿要][些点]?[什啥]么?(?:东西|材料|证件|资料)?|材料|资料|准备啥",
    "什么": r"什么|啥子?|哪些",
    "注意": r"注意|讲究|要求|准备",
}
"""One thing said in many ways, by its plain name."""
_ASPECTS = frozenset(("医保", "报销", "退钱", "多少钱", "在哪"))
"""What may be asked of many subjects."""
_SUBJECT_WORDS = (
    "体检 急诊 ct 核磁 b超 胃镜 肠镜 增强 无痛 icu 孩子 老人 发烧 怀孕 生孩子 拔牙 抽血 "
    "活检 拍片 心电图 大小便 异地 发票 轮椅 重复 押金 取药 缴费 窗口 病案室 医保办 病历 "
    "工伤 转院 会诊 投诉 慢病 陪诊 手术 火车 公交 卫生间 输液 幽门 糖耐 产检 精液 打鼾 "
    "散瞳 住院 出院 停车 探视 自费 身份证 周末 晚上 过节 报告 没去 丢了 人工"
)
_SUBJECTS = frozenset(_SUBJECT_WORDS.split())
"""What a question is about: an entry about something else is not meant."""
_KNOWN = _SUBJECTS | _ASPECTS
_SAY = re.compile("|".join(f"({words})" for words in _SAME.values()))
_NAMES = tuple(_SAME)
_SIGNS = 0xE000
"""A known thing stands as one private character, so that pairs of characters are pairs of things."""
_FRAMES = re.compile(
    rf"{_KIN}|请问|麻烦|做(?!完)|想问|问一?下|想知道|知道|一下|你们|我们|咱们|那个|这个|可以|能不能|行不行|是不是"
    r"|有没有|要不要|需要|[吗呢啊呀吧的了我您你俺就也还得要想是个]"
)
_BREAKS = re.compile(r"[，。？！?!,.；;\s]+")


def _read(text: str) -> tuple[str, frozenset[str]]:
    """What a question says without the frame that all share, and the things that it names."""
    named: set[str] = set()

    def sign(found: re.Match[str]) -> str:
        number = (found.lastindex or 1) - 1
        named.add(_NAMES[number])
        return chr(_SIGNS + number)

    said = _SAY.sub(sign, text.lower())
    return _BREAKS.sub(" ", _FRAMES.sub("", said) or said).strip(), frozenset(named)


def _features(text: str) -> list[str]:
    """Runs of one to three characters; a known thing weighs more than the words around it."""
    said, named = _read(text)
    runs = [said[at : at + size] for size in (1, 2, 3) for at in range(len(said) - size + 1)]
    return runs + [f"={name}" for name in sorted(named)] * 2


class _Index:
    """How each entry may be asked: the nearest of its wordings, and what was learned from all.

    The learned part (ridge regression over the likeness of wordings) knows which words tell
    the entries apart; the nearest wording stays right for an entry that has only one.
    """

    def __init__(self, answers: Sequence[Answer]) -> None:
        # Imported here: a second that only answering needs.
        import numpy as np
        from sklearn.feature_extraction.text import TfidfVectorizer

        phrases = [
            (place, phrase)
            for place, answer in enumerate(answers)
            for phrase in (answer.title, *answer.asks, " ".join(answer.keywords))
        ]
        self._places = [place for place, _phrase in phrases]
        self._titles = [_read(answer.title)[1] for answer in answers]
        self._mentions = [
            _read(" ".join((answer.title, *answer.asks, *answer.keywords, answer.text)))[1]
            for answer in answers
        ]
        vectorizer = TfidfVectorizer(analyzer=_features, sublinear_tf=True)
        self._matrix: Any = vectorizer.fit_transform([phrase for _place, phrase in phrases])
        self._terms = Terms(vectorizer)
        self._empty: Any = np.zeros(len(self._terms))
        likeness = (self._matrix @ self._matrix.T).toarray()
        meant = np.eye(len(answers))[self._places]
        self._learned = np.linalg.solve(likeness + _SMOOTHING * np.eye(len(phrases)), meant)

    def scores(self, text: str) -> list[float]:
        text = text[:200]
        said, named = _read(text)
        question = self._empty.copy()
        columns, weights = self._terms.weigh(text)
        question[columns] = weights
        similar = self._matrix @ question
        nearest = [0.0] * len(self._titles)
        for place, likeness in zip(self._places, similar.tolist(), strict=True):
            nearest[place] = max(nearest[place], likeness)
        learned = (similar @ self._learned).tolist()
        scores = [
            _NEAREST * near + _LEARNED * known - self._strangeness(place, named)
            for place, (near, known) in enumerate(zip(nearest, learned, strict=True))
        ]
        bare = all(0 <= ord(sign) - _SIGNS < len(_NAMES) for sign in said)
        fitting = [
            title
            for title in self._titles
            if named <= title and (len(said) == 1 or title & _SUBJECTS <= named)
        ]
        if bare and len(fitting) > 1:
            # Only things were named (发票), and several entries are about them: never certain.
            highest = max(*scores, _BARE)
            return [score * _BARE / highest for score in scores]
        return scores

    def _strangeness(self, place: int, named: frozenset[str]) -> float:
        """How far an entry's subject is from what is named: 急诊医保 when only 医保 was said."""
        own = self._titles[place] & _SUBJECTS
        unsaid = _UNSAID_SUBJECT if own and not own & named else 0.0
        return unsaid + _OTHER_SUBJECT * len((named & _KNOWN) - self._mentions[place])


_indexes: WeakKeyDictionary[Handbook, _Index] = WeakKeyDictionary()


def _index(handbook: Handbook) -> _Index:
    index = _indexes.get(handbook)
    if index is None:
        index = _indexes[handbook] = _Index(handbook.answers)
    return index
