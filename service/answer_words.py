"""What questions say: one thing in many ways, and which of it is a subject."""

import re
from functools import lru_cache

_KIN = (
    r"[我你他她咱]?(?:爸爸?|妈妈?|父亲|母亲|老公|老婆|丈夫|妻子|媳妇儿?|爱人|婆婆|公公|老伴|老娘|爹|娘|爸妈|爹妈"
    r"|父母|家里人|亲戚|家人|弟弟?|妹妹?|哥哥?|姐姐?|同事|朋友|别人)"
)
_SAME = {
    "多少钱": r"(?<=费)用?(?:是|要|得)?多少钱?|[多好]少钱|[要收花]钱(?=[吗么嘛不]|$)|几块钱?|几毛|几[百千十](?!年)|多少块|[什啥]么?价[钱位格]?|价[钱格位]|怎么收费?(?!到)|收费|费用|贵不贵|贵[吗么呀]?|(?:花|掏|准备|收|得|用|交)多少(?!天|时)|便宜",
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
    "孩子": r"孩子|小孩儿?|宝宝|娃娃?|儿子|女儿|闺女|幼儿|小朋友|(?<![女男婴])儿童",
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
    "发票": r"发票|票据|收据|报销票|(?<![投车门股彩])票",
    "医保": r"医保卡?|社保卡?|社保",
    "异地": r"异地|外地|外省|跨省|老家|外县|外市",
    "报销": r"报销|给报|能报|报多少|报几成|[报](?=[吗不得几])",
    "自费": r"自费|自己掏|自掏",
    "押金": r"押金|预交金|押多少|押几|先押|先交(?!费)",
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
SUBJECTS = frozenset(_SUBJECT_WORDS.split())
"""What a question is about: an entry about something else is not meant."""
KNOWN = SUBJECTS | _ASPECTS
ASPECTS_ONLY = _ASPECTS | frozenset(
    [
        "多久",
        "什么时候",
        "怎么",
        "带什么",
        "什么",
        "注意",
        "空腹",
        "取消",
        "换",
        "上班",
        "下班",
        "替人",
        "缴费",
    ]
)
"""What says nothing of a subject: a question of these alone goes on from another one."""
_SAY = re.compile("|".join(f"({words})" for words in _SAME.values()))
NAMES = tuple(_SAME)
EMPTY_WORDS = frozenset(["怎么", "什么", "注意", "换", "取消"])
SIGNS = 0xE000
"""A known thing stands as one private character, so that pairs of characters are pairs of things."""
_FRAMES = re.compile(
    rf"{_KIN}|请问|大概|一共|总共|麻烦|做(?!完)|想问|问一?下|想知道|知道|一下|你们|我们|咱们|那个|这个|可以|能不能|行不行|是不是"
    r"|有没有|要不要|需要|[吗呢啊呀吧的了我您你俺就也还得要想是个]|不(?=$|[，。？?！])"
)
_BREAKS = re.compile(r"[，。？！?!,.；;\s]+")


def is_elliptical(text: str, *, spare: int = 2) -> bool:
    """Whether a question names nothing that it is about: 多少钱, 能退吗, 几点到.

    Args:
        spare: so many characters may stand beside it; 针灸 beside 多少钱 is a subject of its own.
    """
    named = read_words(text)[1]
    telling = bool(named - EMPTY_WORDS) and named <= ASPECTS_ONLY
    return telling and len(unknown_words(text)) <= spare


def unknown_words(text: str) -> str:
    """What a question says beside the known things and the frame that all share."""
    return "".join(sign for sign in read_words(text)[0] if ord(sign) < SIGNS).replace(" ", "")


def subjects_of(text: str) -> str:
    """The words of a question that name what it is about: 无痛胃镜 of 无痛胃镜怎么准备."""
    said = _SAY.finditer(text.lower())
    return "".join(one[0] for one in said if NAMES[(one.lastindex or 1) - 1] in SUBJECTS)


def without_subjects(text: str) -> str:
    """The rest: 多少钱 of CT多少钱."""
    return _without(SUBJECTS, text)


def without_aspects(text: str) -> str:
    """What is asked about: 挂号费 of 挂号费多少钱; nothing when too little is left."""
    rest = _without(ASPECTS_ONLY, text)
    return rest if len(_FRAMES.sub("", rest).strip("能多少几")) > 1 else ""


def _without(names: frozenset[str], text: str) -> str:
    return _SAY.sub(
        lambda one: "" if NAMES[(one.lastindex or 1) - 1] in names else one[0], text.lower()
    )


@lru_cache(maxsize=128)
def read_words(text: str) -> tuple[str, frozenset[str]]:
    """What a question says without the frame that all share, and the things that it names."""
    named: set[str] = set()

    def sign(found: re.Match[str]) -> str:
        number = (found.lastindex or 1) - 1
        named.add(NAMES[number])
        return chr(SIGNS + number)

    said = _SAY.sub(sign, text.lower())
    return _BREAKS.sub(" ", _FRAMES.sub("", said) or said).strip(), frozenset(named)
