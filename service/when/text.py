"""A message made plain for reading: one width, one script, and no numbers that are not times."""

import re
import unicodedata

LIMIT = 300
HIDDEN = "□"

_SIMPLIFIED = str.maketrans(
    "禮後點週兩號個開這過內時間節國慶勞動聖誕陽東歲醫診幾約掛來還隨樣從嚮現應該無門對錯沒發燒給帮預換歷臘連頭許請麼麽儘晝裏裡於兒鐘幫會說話緊雙聽",
    "礼后点周两号个开这过内时间节国庆劳动圣诞阳东岁医诊几约挂来还随样从向现应该无门对错没发烧给帮预换历腊连头许请么么尽昼里里于儿钟帮会说话紧双听",
)
_SPELLING = (
    # a question is no refusal: 能不能, 有没有空
    (r"([行能要在来去想是好成])不\1", r"\1"),
    (r"可不可以", "可以"),
    (r"方不?方便|方便不方便", "方便"),
    (r"有没有", "有"),
    (r"([今明后])夭", r"\1天"),
    (r"[名听](?=天(?!气))|听(?=日)", "明"),
    (r"(?<=[下这])周几(?=我?都)", "周哪天"),
    (r"大下(?=个?周)", "下下"),
    (r"([今明])早(?![上晨期产孕搏泄饭餐点些])", r"\1天早上"),
    (r"元月", "1月"),
    (r"廿", "二十"),
    (r"俩(?=天|个|周|礼拜|星期|小时|月)", "两"),
    (r"仨(?=天|周|礼拜|星期|小时|月)", "三"),
    (r"星其|星奇|星斯", "星期"),
    (r"周未", "周末"),
    (r"礼摆|里拜", "礼拜"),
    (r"星期|礼拜", "周"),
    (r"(?<![礼拜])拜(?=[一二三四五六日天](?!拜))", "周"),
    (r"周[天曰]", "周日"),
    (r"([今明])儿个?(?!子|女|童|科)", r"\1天"),
    (r"(大?)后儿个?(?!子|女|童|科)", r"\1后天"),
    (r"上[无五武](?!官)", "上午"),
    (r"下[无五武](?!官)", "下午"),
)
_PHONES = (
    r"[A-Za-z]{2}\d{8}-?\d+",
    r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)",
    r"(?<!\d)0\d{2,3}[ -]\d{7,8}(?!\d)",
    r"(?<!\d)(?!20[2-9]\d[01]\d[0-3]\d(?!\d))\d{5,}[Xx]?",
    r"[零〇幺一二三四五六七八九 ]{6,}",
)
_NUMBER = r"(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百半几]+)"
_SURNAMES = "王李张刘陈杨赵黄吴徐孙朱马胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾田董潘袁蔡蒋余杜叶程魏"
_TITLES = "医生|医师|大夫|主任|教授|专家|护士|院长|老师|先生|女士|博士|师傅|阿姨|叔叔|奶奶|爷爷"
_NOISE = (
    r"《[^》]*》",
    # people: Zhou is a surname, and some names look like days
    rf"(?<![上下本这每个一两三四五六七八九十半\d])周(?=(?:{_TITLES}))",
    rf"周[一二三五六日][鸣凡帆航诺涵菲](?=的|{_TITLES}|$|[,，。])",
    r"(?<=叫)周[一二三四五六日].|(?<=姓名)周[一二三四五六日].|(?<=患者)周[一二三四五六日][鸣凡帆航诺涵菲平宁]",
    rf"[{_SURNAMES}](?:国庆|元旦|中秋|清明|端午|立春|冬至)",
    r"姓周|(?:国庆|五一|八一|中秋)(?=路|街|大道|广场|村|小区)|神志清明|意识清明",
    r"[早上中下晚]+[午]?[上]?好(?=[,，。!~ 啊呀]|$|我|请|您|你|医)",
    # ages, durations, pregnancies
    rf"(?:虚岁|今年|周岁){_NUMBER}(?![\d零一二三四五六七八九十月./年号日-])",
    rf"{_NUMBER}多?周?岁(?:{_NUMBER}|半)?(?:个月)?",
    rf"孕(?:了|期)?{_NUMBER}个?[周月](?:[+加]?{_NUMBER}天?)?",
    rf"{_NUMBER}个?多?月(?:大|的?(?:孩子|宝宝|宝贝|婴儿|娃|小孩))",
    rf"(?:(?<![请休放])了|有|快|已经?){_NUMBER}多?(?:天|日|周|个多?月|个多?周|年|个?小时|个钟头?)(?!之?以?后|内)",
    rf"(?<!最后){_NUMBER}多?(?:天|周|个多?月|个多?周|年|个?小时)了",
    r"满月",
    # doses and measurements
    r"(?:[每一二两三123]+[天日周])[一二两三四\d]+(?:次|片|粒|顿|包|颗|支|袋|回)",
    rf"(?<!周){_NUMBER}(?:元(?![旦月宵])|块|毛|万|折|毫克|片|粒|毫升|mg|ml|kg|cm|斤|公斤|厘米|度|℃|%)",
    r"(?:血糖|血压|体温|糖化|尿酸|温度|白细胞|胆固醇|血脂|视力|肌酐|指标|评分)[^,，。]{0,3}?\d+[./点:-]?\d*",
    # 号 that is no day
    rf"(?:排|叫|轮|号码?牌[是为]?|排队|轮到|排到|叫到|第){_NUMBER}号",
    r"(?:床|房|卡|单|编|工|尾|证|病历|住院|订单|我的)号[是为:：]?[\dA-Za-z零一二三四五六七八九十]+号?",
    rf"{_NUMBER}号(?=线|楼|窗|诊室|诊间|床|病|厅|院|馆|机|车|公交|地铁|柜|房|室|桌|电梯|台|针|方(?!便)|门(?!诊)|口(?!腔))",
    # points that are no hours
    r"一点点|有一?点|一点(?=儿|都不|也不)|差一?点|(?<=[早晚快好大重轻小多少近远高低慢])一点(?!半|钟|多|左右)",
    rf"{_NUMBER}点(?:意见|建议|问题|要求|原因|疑问|想法)",
    rf"{_NUMBER}点半?钟?(?=放号|开始放|抢|开门|上班|下班|吃|起床)",
    r"早[点些]|晚[点些]|[早晚]一[点些](?!半|钟)",
    # both half-days are none
    r"上下午|上午(?:和|或者?|、|跟|还是)?下午(?!\d|[一二三四五六]点)",
    # days that are no days
    r"后天(?=性|天|形成|因素|获得)|(?<=[术病饭产睡之以])后天|先天后天",
    r"(?:出生日期|生日|生于|出生于|出生在)[^,，。]{0,14}",
    r"(?:\d{2,4}|[零一二三四五六七八九]{2,4})年(?:\d+月)?(?:\d+[日号]?)?(?:出?生|的人)",
    r"百日|节假日(?:不|休)|生日",
)
_NOISE_PATTERNS = tuple(re.compile(pattern) for pattern in _NOISE)
_PHONE_PATTERNS = tuple(re.compile(pattern) for pattern in _PHONES)
_SPELLING_PATTERNS = tuple((re.compile(pattern), right) for pattern, right in _SPELLING)

NUMERAL = r"(?:\d{1,3}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"两": 2, "〇": 0}


def tidy(text: str) -> str:
    """The message in simplified characters and half-width digits, what is no time hidden."""
    if len(text) > LIMIT:
        text = text[: LIMIT // 2] + "。" + text[-LIMIT // 2 :]
    plain = unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED)
    plain = re.sub(r"[\r\n]+", ",", plain)
    for pattern in _PHONE_PATTERNS:
        plain = pattern.sub(_hide, plain)
    plain = re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", plain)
    for pattern, right in _SPELLING_PATTERNS:
        plain = pattern.sub(right, plain)
    for pattern in _NOISE_PATTERNS:
        plain = pattern.sub(_hide, plain)
    return plain


def hide(text: str, start: int, end: int) -> str:
    """The text with one stretch hidden, its length unchanged."""
    return text[:start] + HIDDEN * (end - start) + text[end:]


def _hide(match: re.Match[str]) -> str:
    return HIDDEN * len(match[0])


def numeral(words: str) -> int:
    """The number that ``NUMERAL`` matched: 12, 十二, 二十, 两."""
    if words.isdecimal():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return _DIGITS[words]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def year_of(words: str, this_year: int) -> int:
    """The year meant by 明年, 2027年, 27年 or 二零二七年; this year when nothing is said."""
    if not words:
        return this_year
    relative = {"去": -1, "今": 0, "本": 0, "明": 1, "后": 2}
    if words[0] in relative:
        return this_year + relative[words[0]]
    digits = "".join(str(_DIGITS[sign]) if sign in _DIGITS else sign for sign in words[:-1])
    return int(digits) if len(digits) == 4 else this_year // 100 * 100 + int(digits)
