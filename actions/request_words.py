"""The words of a request: what is wished without the frame around it, what is added, what is changed."""

import re
from datetime import datetime

from service.patients import PHONE
from service.person_names import RELATIONS
from service.when import read_when

SEPARATOR = "，"
_FRAME = re.compile(
    r"(?:内容|(?:还|再|另外)*(?:增?加)(?:上|一?项|一?样|一?个)?(?!强)|那么?|就(?!诊|医)|请问?|麻烦|你们?|您|能不能|能否|可不可以|可以|帮忙|帮我?|给我|替我|[我俺](?=想|要|需|能|就|先|来|约|预|申|做|查|还)|还?想要?|还?需要|还?要|先(?=约|预|做|查)|预约|约|申请|安排|办理|做|一下|一?个|，|,|\s)+"
)
_TAIL = re.compile(
    r"(?:一下|可以吗|行吗|好吗|行不行|可不可以|就行|就可以|就好|谢谢|吧|吗|呢|啊|呀|不(?=$|[？?])|[，。！？!?,.\s])+$"
)
_LABEL = re.compile(
    rf"(?:(?:我?(?:是|叫|给|帮|为)|姓名|名字|患者|病人|就诊人|家属|联系人|手机号?码?|电话(?:号码)?|联系(?:方式|电话)|号码|我?(?:{RELATIONS})|我自己|本人|[男女]的?|[：:是叫的])+)?[\s：:。.]*"
)
"""What is left of a piece that told a name, a phone, a relation."""
_TIMELY = re.compile(
    r"(?:那就?|就|改成?|约)?(?:(?![一二三四五六七八九十两\d]+小时)[今明后大前天日儿早晚上中下午周星期礼拜一二三四五六七八九十两\d月号点半之左右个末底初的至到或:：~\-])+"
)
_NEAR_DAY = re.compile(r"(?:今天|明天|后天)（([^）]+)）")
_HOURS = re.compile(r"(?:上午|下午|晚上)(?:\d+:\d+)?$")
_SOON = re.compile(r"(?:就)?(?:越快越好|越早越好|尽快|尽早|最快|最早)(?:就行|吧|的|[啊。！])*")
PIECES = re.compile(r"[，。；！,;!\s]+")
_TURNS_TO = r"(?:我?(?:还是|就|想|要)?(?:改成|换成|改为|换为|改做|改约|换做|改转|改|换|而是|应该是|是|做|约|查|拍|要))"
_NOT_BUT = re.compile(
    rf"不(?:(?:想|是)?(?:做|要|用|约|查|拍|需要)|是)(?P<old>[^，,。\s不改换]{{0,10}}?)了?[，,。\s]*{_TURNS_TO}(?P<new>[^，,。]+)"
)
_CHANGED = re.compile(
    r"(?:改成|换成|改为|换为|改做|改约|改转|转成|换做|改(?=无痛|增强|平扫|普通)|应该是|其实是)(?P<new>[^，,。]+)"
)
_ADDS = re.compile(
    r"(?:内容|帮我|请|能不能|可以|我|想|要|还|再|另外)*(?:增?加)(?:上|一?项|一?样|一?个)?(?!强)(?P<new>[^，,。]+)"
)
_IS = re.compile(
    r"(?:(?:不对|不是|错了|弄错了|说错了)[，,。\s]*)(?:应该|其实|我)?(?:是|要|做)?(?P<new>[^，,。]+)"
)
_NO_MORE = re.compile(
    r"(?:那|就|我|先)*不(?:想)?(?:做|要|用|约|查|拍|需要)(?P<a>[^，,。\s不]{1,8}?)了?[吧啊]?"
    r"|(?P<b>[^，,。\s不]{1,8}?)(?:就|先)?不(?:做|要|用|约|查|拍|需要)了?[吧啊]?"
)
EXAMS = re.compile(
    r"(?:增强|平扫|无痛|普通)?(?:核磁共振|磁共振|核磁|MRI|mri|CT|ct|B超|b超|彩超|超声|胃肠镜|胃镜|肠镜|喉镜|气管镜|宫腔镜|阴道镜|心电图|拍片|X光|骨密度|肺功能|脑电图|肌电图|钼靶|造影|抽血|化验|查血|血常规|甲功|TCD|PET|DR)"
)
_BODY = re.compile(
    r"头部|脑|颈|腰|胸|腹|肚子?|背|髋|肩|膝盖?|腿|胳膊|手[部腕]|脚|踝|脊|椎|关节|肺|肝|肾|胃|肠|心脏|乳腺|甲状腺|子宫|卵巢|盆腔|前列腺|鼻|眼|耳|牙|[左右上下][边侧腿手脚肩膝]|全身|平扫|增强|无痛"
)
_MANNER = re.compile(r"增强|平扫|无痛|普通")
_ONE_PLACE = re.compile(rf"(?:{_BODY.pattern}|部|位)+")
_ONLY_A_PLACE = re.compile(
    rf"(?:是|就|要|想|做|查|拍|照)*(?:[小大两双]?{_ONE_PLACE.pattern})的?[吧。！]*"
)
_ONLY_A_CLINIC = re.compile(
    r"(?!.*[什哪啥几吗么不])(?:是|就|在|去|到|看|挂|的|要)*[\u4e00-\u9fff]{1,8}科(?:门诊|的|吧|[。！])*"
)
_ILLNESS = re.compile(
    r"因为|由于|病|症|炎|癌|瘤|疼|痛|晕|咳|喘|血压|血糖|糖尿|骨折|梗|结石|出血|怀孕|术后|手术|康复|透析|化疗|肿|麻|瘫|衰|结节|息肉|心慌|胸闷|发烧|检查"
)
_WITHDRAWS = re.compile(
    r"取消|撤|退(?:出|掉|了)|放弃|算了|不(?:想|要|用|需要|打算)?(?:再)?(?:办|做|要|用|约|去|住|转|删|排|等|请|候补|会诊|陪诊|转诊|转院|住院|手术|开刀|检查|申请)?了"
    r"|不(?:想|打算)?(?:再)?(?:删|住院|转诊|转院|会诊|陪诊|候补|做?手术|要(?:候补|申请|陪诊|会诊|转诊|检查|住院|轮椅))|别(?:办|删|转|安排)"
)
_KEEPS = re.compile(r"(?:不|别|甭)(?:要|想|用|能)?(?:给我)?(?:撤|取消|退)|留着|保留|接着办")
_NOT_DELETED = re.compile(r"(?:不|别).{0,2}删")
_NOT_SENT = re.compile(r"(?:先|就|我|还是)*不(?:想)?(?:提交|申请|办)了?[吧。！]*")
_GIVEN_UP = re.compile(
    r"(?:那|就|还是|我|唉|先)*(?:算了|不要了|不用了|不办了|不去了|不做了|不住了|不转了|不需要了|撤回|撤销|撤了|取消)吧?(?:$|[，,。！!\s])"
)
_ASKS_STATE = re.compile(
    r"查(?:一?[下查看])?(?:我的?|那个|这个)?$|(?:查|看|问)(?:一?[下查看])?(?:我的?|那个|这个)|进度|办得|办到|办好|批(?:了|下来)|安排(?:好|得|了|到)|排到|怎么样|到哪|消息|什么时候(?:能|会|可以|才|有|轮)|好了没"
)
_ASKS_CONTACT = re.compile(
    r"(?:什么时候|啥时候|几时|多久|何时|几点|怎么还没).{0,6}(?:联系|答复|回复|回电|回我|打电话|给我|处理|结果|有人|消息|回音|回信)"
    r"|(?:联系|答复|回复|回电|结果|消息|回音).{0,6}(?:什么时候|啥时候|多久|何时)"
)
_ASKS_NUMBER = re.compile(r"(?:编号|单号|申请号)(?:是)?(?:多少|几|什么|呢|[？?]|$)")
_ASKS_WHERE = re.compile(r"(?:在|到|去)?哪(?:里|儿|个地方)?(?:等|见|碰头|集合|找)|等.{0,3}哪")
_FROM = re.compile(r"从|社区|卫生院|卫生所|县|乡|镇|诊所|医院.{0,4}转|转(?:出|回|下)")
_TO = re.compile(r"转(?:到|去|往|回|入|来|上|下)|到.{1,12}(?:科|院)|科")
_ASKS = re.compile(
    r"[？?]|吗|怎么|多少|什么|哪[里儿个天]|几[天点号个]|多久|能不能|可不可以|要不要|有没有|是不是|(?:可以|能|行|有|要).{0,8}不$"
)


def content(text: str) -> str:
    """What is wished without the polite frame: 那请帮我预约腹部B超吧 is 腹部B超."""
    plain = text.strip().replace("\n", " ")
    framed = _FRAME.match(plain)
    short = _TAIL.sub("", plain[framed.end() :] if framed else plain)
    return short if len(short) > 1 else plain


def pieces(text: str) -> list[str]:
    """The parts of a message between commas and blanks."""
    return [one for one in PIECES.split(text.strip()) if one]


def asks(text: str) -> bool:
    """Whether the words are a question rather than a fact."""
    return bool(_ASKS.search(text))


def names_part(text: str) -> bool:
    """Whether a part of the body or a way of examining is named, which is nobody's name."""
    return bool(_BODY.search(text) or EXAMS.search(text))


def is_place(text: str) -> bool:
    """Whether a part of the body is all that is said: 肚子的."""
    return bool(_ONLY_A_PLACE.fullmatch(text.strip()))


def is_clinic(text: str) -> bool:
    """Whether a department is all that is said: 在骨科."""
    return bool(_ONLY_A_CLINIC.fullmatch(text.strip()))


def own_words(text: str, now: datetime, name: str = "") -> str:
    """A message without its days, phones and the patient's name, which are facts of their own."""
    left = []
    for piece in pieces(PHONE.sub(SEPARATOR, text)):
        rest = piece.replace(name, "") if name else piece
        if rest != piece and _LABEL.fullmatch(rest):
            continue
        rest = without_time(rest, now)
        if rest and not _LABEL.fullmatch(rest) and not _SOON.fullmatch(rest):
            left.append(rest)
    return SEPARATOR.join(left)


def without_time(piece: str, now: datetime) -> str:
    """A part of a message without the day and hour that it begins or ends with."""
    head = _TIMELY.match(piece)
    if head and _is_time(head[0], now):
        piece = piece[head.end() :]
    tail = next((found for found in _TIMELY.finditer(piece) if found.end() == len(piece)), None)
    if tail and _is_time(tail[0], now):
        piece = piece[: tail.start()]
    return piece


def lasting(words: str) -> str:
    """A spoken day as it is still right tomorrow: 后天（12月3日周四）上午 is 12月3日周四上午."""
    return _NEAR_DAY.sub(r"\1", words)


def without_hours(words: str) -> str:
    """A spoken day without its half-day and hour."""
    return _HOURS.sub("", words)


def phone_in(text: str) -> str:
    """The digits of the mobile number in a text, or nothing."""
    found = PHONE.search(text)
    return re.sub(r"\D", "", found[0])[-11:] if found else ""


def _is_time(words: str, now: datetime) -> bool:
    when = read_when(words, now)
    return bool(when.days or when.ask or when.period)


def withdraws(text: str) -> bool:
    """Whether a request that is named, or was just made, is taken back: 转诊不办了, 退出候补."""
    return bool(_WITHDRAWS.search(text)) and not keeps(text)


def keeps(text: str) -> bool:
    """不要撤回: what stands is to stand. 不删了，留着吧 is the contrary."""
    return bool(_KEEPS.search(text)) and not _NOT_DELETED.search(text)


def gives_up(text: str) -> bool:
    """Whether the request that is being told is not wanted after all: 不要了 我自己去, 撤回."""
    plain = text.strip()
    return bool(_GIVEN_UP.match(plain) or _NOT_SENT.fullmatch(plain))


def asks_state(text: str) -> bool:
    """How does it stand: 查一下我的转诊."""
    return bool(_ASKS_STATE.search(text))


def asks_for_contact(text: str) -> bool:
    """什么时候有人联系我."""
    return bool(_ASKS_CONTACT.search(text))


def asks_number(text: str) -> bool:
    """编号多少."""
    return bool(_ASKS_NUMBER.search(text))


def asks_where_to_wait(text: str) -> bool:
    """在哪里等."""
    return bool(_ASKS_WHERE.search(text))


def asks_of_what_stands(text: str) -> bool:
    """Whether short words right after a request or a complaint ask how that one stands."""
    return asks_state(text) or asks_for_contact(text) or asks_number(text)


def added(what: str, more: str) -> str:
    """A wish with a fact more; what stands there already is not repeated."""
    more = content(more)
    if not what:
        return more
    return what if more in what else f"{what}{SEPARATOR}{more}"


def correction(text: str) -> tuple[str, str] | None:
    """What is changed and into what: 不做核磁了，改成CT is (核磁, CT); the first may be empty."""
    plain = text.strip()
    for pattern in (_NOT_BUT, _CHANGED, _IS):
        match = pattern.match(plain) if pattern is _IS else pattern.search(plain)
        if match:
            old = match.groupdict().get("old") or ""
            new = content(match["new"])
            return (content(old) if old else "", new) if new else None
    return None


def addition(text: str) -> str:
    """What is wished beside what was told: 再加一个心电图."""
    match = _ADDS.match(text.strip())
    return content(match["new"]) if match else ""


def corrected(what: str, old: str, new: str) -> str:
    """A wish after a correction: the part that is meant is replaced, the others stay."""
    new = new.removesuffix("的") or new
    parts = what.split(SEPARATOR) if what else []
    exam = EXAMS.search(old)
    if _MANNER.fullmatch(new) and EXAMS.search(what):
        return EXAMS.sub(lambda said: new + _MANNER.sub("", said[0]), what, count=1)
    for place, part in enumerate(parts):
        known = EXAMS.search(part)
        if known and EXAMS.fullmatch(new) and (exam or not old):
            parts[place] = part[: known.start()] + new + part[known.end() :]
            return SEPARATOR.join(parts)
        if old and (old in part or part in old):
            others = parts[:place] + parts[place + 1 :]
            said = set(new) <= set("".join(others))
            return SEPARATOR.join(others if said else [*parts[:place], new, *parts[place + 1 :]])
    if len(parts) == 1 and _ONE_PLACE.fullmatch(new) and _ONE_PLACE.match(what):
        return _ONE_PLACE.sub(new, what, count=1)
    return new


def dropped(text: str) -> str:
    """What is no longer wished, with nothing in its place: 不要轮椅了 is 轮椅."""
    match = _NO_MORE.fullmatch(text.strip().rstrip("。！!,，"))
    return (match["a"] or match["b"] or "") if match else ""


def without(what: str, part: str) -> str:
    """A wish without the parts that name this; empty when nothing else was wished."""
    left = [one for one in what.split(SEPARATOR) if part not in one]
    if len(left) == len(what.split(SEPARATOR)):
        return what
    return SEPARATOR.join(left)


def missing_of_referral(what: str) -> list[str]:
    """What of a referral was not told: the way, the illness."""
    missing = []
    if not _FROM.search(what) and not _TO.search(what):
        missing.append("从哪里转到哪里")
    elif not _FROM.search(what):
        missing.append("从哪里转")
    elif not _TO.search(what):
        missing.append("转到哪家医院或哪个科")
    if not _ILLNESS.search(what):
        missing.append("因为什么病")
    return missing
