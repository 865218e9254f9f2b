"""The words of a request: what is wished without the frame around it, what is added, what is changed."""

import re

SEPARATOR = "，"
_FRAME = re.compile(
    r"(?:那么?|就(?!诊|医)|请问?|麻烦|你们?|您|能不能|能否|可不可以|可以|帮忙|帮我?|给我|替我|[我俺](?=想|要|需|能|就|先|来|约|预|申|做|查|还)|还?想要?|还?需要|还?要|先(?=约|预|做|查)|预约|约|申请|安排|办理|做|一下|一?个|，|,|\s)+"
)
_TAIL = re.compile(
    r"(?:一下|可以吗|行吗|好吗|行不行|可不可以|谢谢|吧|吗|呢|啊|呀|[，。！？!?,.\s])+$"
)
_PIECES = re.compile(r"[，。；！,;!\s]+")
_TURNS_TO = r"(?:我?(?:还是|就|想|要)?(?:改成|换成|改为|换为|改做|改约|换做|改|换|而是|应该是|是|做|约|查|拍|要))"
_NOT_BUT = re.compile(
    rf"不(?:(?:想|是)?(?:做|要|用|约|查|拍|需要)|是)(?P<old>[^，,。\s不改换]{{0,10}}?)了?[，,。\s]*{_TURNS_TO}(?P<new>[^，,。]+)"
)
_CHANGED = re.compile(r"(?:改成|换成|改为|换为|改做|改约|换做|应该是|其实是)(?P<new>[^，,。]+)")
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
    r"头部|脑|颈|腰|胸|腹|肩|膝|腿|胳膊|手[部腕]|脚|踝|脊|椎|关节|肺|肝|肾|胃|肠|心脏|乳腺|甲状腺|子宫|卵巢|盆腔|前列腺|鼻|眼|耳|牙|[左右上下][边侧腿手脚肩膝]|全身|平扫|增强|无痛"
)
_ILLNESS = re.compile(
    r"因为|由于|病|症|炎|癌|瘤|疼|痛|晕|咳|喘|血压|血糖|糖尿|骨折|梗|结石|出血|怀孕|术后|手术|康复|透析|化疗|肿|麻|瘫|衰|结节|息肉|心慌|胸闷|发烧|检查"
)
_FROM = re.compile(r"从|社区|卫生院|卫生所|县|乡|镇|诊所|医院.{0,4}转|转(?:出|回|下)")
_TO = re.compile(r"转(?:到|去|往|回|入|来|上|下)|到.{1,12}(?:科|院)|科")
_ASKS = re.compile(
    r"[？?]|吗|怎么|多少|什么|哪[里儿个天]|几[天点号个]|多久|能不能|可不可以|要不要|有没有|是不是"
)


def content(text: str) -> str:
    """What is wished without the polite frame: 那请帮我预约腹部B超吧 is 腹部B超."""
    plain = text.strip().replace("\n", " ")
    framed = _FRAME.match(plain)
    short = _TAIL.sub("", plain[framed.end() :] if framed else plain)
    return short if len(short) > 1 else plain


def pieces(text: str) -> list[str]:
    """The parts of a message between commas and blanks."""
    return [one for one in _PIECES.split(text.strip()) if one]


def asks(text: str) -> bool:
    """Whether the words are a question rather than a fact."""
    return bool(_ASKS.search(text))


def names_part(text: str) -> bool:
    """Whether a part of the body or a way of examining is named, which is nobody's name."""
    return bool(_BODY.search(text) or EXAMS.search(text))


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


def corrected(what: str, old: str, new: str) -> str:
    """A wish after a correction: the part that is meant is replaced, the others stay."""
    parts = what.split(SEPARATOR) if what else []
    exam = EXAMS.search(old)
    for place, part in enumerate(parts):
        known = EXAMS.search(part)
        if known and EXAMS.fullmatch(new) and (exam or not old):
            parts[place] = part[: known.start()] + new + part[known.end() :]
            return SEPARATOR.join(parts)
        if old and (old in part or part in old):
            parts[place] = new
            return SEPARATOR.join(parts)
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
