"""A patient's name in what was written: after words such as 我叫 or 给, or standing alone."""

import re

from service.honorifics import COMPOUND_SURNAMES

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪解应宗丁宣邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄曲家封芮储靳汲糜松井段富巫乌焦巴弓牧山谷车侯宓蓬全郗班仰秋仲伊"
    "宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰鄂索咸籍赖卓蔺屠蒙池乔阴胥苍双闻莘党翟谭贡劳姬申扶"
    "堵冉宰郦雍却桑桂濮牛寿通边扈燕冀郏浦尚农温庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄"
    "阙东欧沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚简饶空曾毋沙养鞠须丰巢关蒯查后荆红游竺权盖益桓公肖闫代苟覃仝佟展涂母隋邸冼岳尧"
)
_SURNAME = rf"(?:{'|'.join(COMPOUND_SURNAMES)}|[{SURNAMES}])"
_NAME = rf"(?:(?:{'|'.join(COMPOUND_SURNAMES)})[\u4e00-\u9fff]{{1,2}}?|[{SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
_END = r"(?=挂|也|约|预|看|的|，|,|。|、|；|;|！|!|\s|\d|电|手|男|女|取|改|退|和|$)"
RELATIONS = (
    "老爸|老妈|爸爸|妈妈|父亲|母亲|爷爷|奶奶|姥姥|姥爷|外公|外婆|公公|婆婆|岳父|岳母|老爷子|老太太|老伴|老婆|爱人|媳妇|妻子|老公|丈夫|"
    "儿子|女儿|闺女|孙子|孙女|孩子|宝宝|小孩|娃|哥哥|弟弟|姐姐|妹妹|对象|朋友|爸|妈|爹|娘|哥|弟|姐|妹"
)
_CALLED = (
    rf"(?:改成|是|叫|：|:|，|,|\s)*(?:我?(?:{RELATIONS})(?:是|叫|，|,|：|:|\s)*)?({_NAME}){_END}"
)
_SAID = re.compile(
    r"(?:姓名|名字|就诊人|患者|病人|[他她]的?名?叫(?:那个|做)?|名叫|叫做|(?:^|(?<=[，,。；;\s]))叫|给|帮|为)"
    + _CALLED
)
_ONESELF = re.compile(r"(?:我的?名?叫(?:那个|做)?|本人|我是)" + _CALLED)
_FOR_RELATIVE = re.compile(rf"(?:给|帮|替|为|带)我?(?:{RELATIONS})")
_RELATIVE = re.compile(rf"(?<!我是[他她])我?(?:{RELATIONS})(?:是|叫|，|,|：|:|\s)*({_NAME}){_END}")
_CORRECTED = re.compile(rf"(?<!不)(?:是|叫|改成|换成|写成|应该是)({_NAME})(?:$|[，,。！!\s吧啊呀])")
_BARE = re.compile(_NAME)
_PIECES = re.compile(r"[\s，,。、；;：:！!？?]+")
_UNUSUAL = re.compile(
    r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,6}·[\u3400-\u9fff]{1,6}|[A-Za-z][A-Za-z .'-]{2,40}"
)
_WORDS = frozenset(
    [
        "马上",
        "方便",
        "应该",
        "那就",
        "那个",
        "那里",
        "全部",
        "何时",
        "任何",
        "常规",
        "成功",
        "计划",
        "经常",
        "经过",
        "包括",
        "相关",
        "时间",
        "时候",
        "安排",
        "单子",
        "高兴",
        "高血压",
        "曾经",
        "有空",
        "以后",
        "后天",
        "平时",
        "空腹",
        "满意",
        "白天",
        "从来",
        "都行",
        "都可以",
        "随便",
        "尽快",
        "退钱",
        "退费",
        "行嘞",
        "明天",
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
        "周末",
        "周几",
        "明早",
        "明晚",
        "后面",
        "时段",
        "易感",
        "通知",
        "通过",
        "国庆",
        "元旦",
        "司机",
        "家里",
        "家人",
        "家属",
        "关系",
        "查询",
        "查房",
        "花钱",
        "东西",
        "利息",
        "公司",
        "母亲",
        "连着",
        "解释",
        "解决",
        "强烈",
        "康复",
        "康复科",
        "安全",
        "高烧",
        "高血",
        "双向",
        "左边",
        "左手",
        "左腿",
        "路上",
        "路线",
        "计费",
        "强制",
        "成人",
        "成年",
        "平安",
        "和谐",
        "明白",
        "终于",
        "牛奶",
        "温度",
        "冷静",
        "包子",
        "水果",
        "空号",
        "冷汗",
        "全科",
        "全家",
        "富余",
        "支付",
        "祝您",
        "师傅",
        "安静",
        "容易",
        "充值",
        "封闭",
        "经期",
        "项目",
        "都有",
        "都好",
        "越快",
        "越快越好",
        "和我",
        "和他",
        "金额",
        "金属",
        "米饭",
        "都没",
        "都不",
        "都要",
        "向您",
        "向你",
        "都能",
        "须知",
        "单独",
        "单间",
        "时长",
        "成都",
        "东边",
        "西边",
        "花粉",
        "石膏",
        "边上",
        "管子",
        "管用",
        "管床",
        "景区",
        "水肿",
        "于是",
        "谢谢",
        "谢谢您",
        "谢谢你",
        "谢谢了",
        "谢了",
        "安排下",
        "安排吧",
        "方便的",
        "马上来",
        "同意",
        "应急",
        "满号",
        "满了",
        "预约",
        "解除",
        "和平时",
        "左右",
        "全麻",
        "支气管",
        "支架",
        "陈旧",
        "古怪",
        "乐意",
        "常来",
        "常用",
        "时常",
        "万一",
        "高度",
        "高低",
        "武汉",
        "江苏",
        "云南",
        "贵州",
        "广州",
        "广东",
        "海南",
        "宁波",
        "苏州",
        "杭州",
        "郑州",
        "徐州",
    ]
)
_NO_NAME = re.compile(
    r"医生|主任|大夫|专家|科$|门诊|号码|上午|下午|晚上|中午|早上|星期|礼拜|可以|什么|怎么|哪|谁|吗|呢|请问|您好|你好|确认|取消|预约|挂号|人工|投诉|电话|手机|继续|知道|应该|是|不|没|了$|的$|吧$|看着办|一位|我"
)
_ADDRESS = re.compile(
    rf"{_SURNAME}(?:大爷|大妈|大娘|大伯|大姐|大哥|大婶|阿姨|叔叔?|伯伯|老伯|老太太?|老汉|老爷子|爷爷|奶奶|先生|女士|小姐|老师|师傅)"
)
"""曹大爷 is how somebody is called, and no name to be put down."""


_SAME = [
    set(words.split())
    for words in (
        "老爸 爸爸 父亲 老爷子 爸 爹",
        "老妈 妈妈 母亲 老太太 妈 娘",
        "老婆 爱人 媳妇 妻子 对象 老伴",
        "老公 丈夫 爱人 对象 老伴",
        "儿子 孩子 宝宝 小孩 娃",
        "女儿 闺女 孩子 宝宝 小孩 娃",
        "姥姥 外婆",
        "姥爷 外公",
        "哥哥 哥",
        "弟弟 弟",
        "姐姐 姐",
        "妹妹 妹",
    )
]


def same_relation(one: str, other: str) -> bool:
    """Whether two words for a relative may mean the same person: 妈 and 母亲, 儿子 and 孩子."""
    return one == other or any({one, other} <= group for group in _SAME)


def find_name(text: str, *, bare: bool = False, unusual: bool = False) -> str:
    """The name of a person in a text, or nothing.

    Args:
        bare: whether a name may stand without words that announce it.
        unusual: whether a name may have a surname that is not in the list; only when it was asked
            for more than once and the whole text is nothing but the name.
    """
    oneself = [match[1] for match in _ONESELF.finditer(text)]
    others = [match[1] for match in (*_SAID.finditer(text), *_RELATIVE.finditer(text))]
    # 我是陈刚，给我妈李秀兰挂: who writes is not the patient.
    candidates = [one for one in others if one not in oneself]
    candidates += [] if _FOR_RELATIVE.search(text) else oneself
    if bare:
        bare_names = [match[1] for match in _CORRECTED.finditer(text)]
        bare_names += [piece for piece in _PIECES.split(text) if _BARE.fullmatch(piece)]
        candidates += [one for one in bare_names if one not in oneself]
        stripped = re.sub(r"[吧呀啊。，,!！\s]+$|^(?:就?是|叫)", "", text.strip())
        if _BARE.fullmatch(stripped) or "·" in stripped or stripped.isascii() or unusual:
            candidates += [stripped] if _UNUSUAL.fullmatch(stripped) else []
    return next((one for one in candidates if _is_plausible(one)), "")


def _is_plausible(candidate: str) -> bool:
    if candidate in _WORDS or _NO_NAME.search(candidate) or _ADDRESS.fullmatch(candidate):
        return False
    return not re.fullmatch(rf"我?(?:{RELATIONS})", candidate)
