"""Telling the story of the illness (昨天开始发烧, 周一做的手术) from the wish."""

import re

from service.when.hours import Hour
from service.when.mention import Mention, Present
from service.when.reading import Reading

_SYMPTOM = re.compile(
    r"疼|痛|烧|咳|吐|泻|拉肚|痒|晕|麻|肿|[出流便吐咯]血|血尿|摔|扭|伤|难受|不舒服|不适|发作|过敏|疹|失眠|睡不|喘|闷|慌"
    r"|感冒|没精神|不吃|哭|抽筋|流脓|流鼻涕|复发|加重|严重|厉害|恶心|乏力|醒"
)
_BOOKING = re.compile(
    r"挂|约(?!束)|号|看(?!东西|不清|起来|过|了|着)|门诊|复诊|复查|有空|方便|行[吗不么]|可以|安排|(?<!起)来|(?<!下)去"
)
_DONE = re.compile(
    r"(?:做|摔|扭|拍|查|看|挂|约|打|吃|拔|生|住|出院|手术|术|检|发|伤|来|去|烧|疼|痛|吐|晕|拉|诊|院|倒|开|用|到)(?:了|过|的(?!话|号|时候|门诊)|完)"
)
_INTENDED = re.compile(r"想|[要得]|打算|准备")
_STARTED = re.compile(r"开始|以来|起床|起来|醒来|突然|忽然|发现")
_FOUND = re.compile(r"查[出到]|确诊|得[的了]|患[的上]|发现")
_NO_VISIT = r"(?![^,，]{0,6}(?:号|[挂看约查]|来|门诊|专家|医生|医院|手术|体检))"
_OTHER_EVENT = re.compile(
    r"□*的?[才就要会我他她爸妈孩子]{0,3}(?:出院|[出拿]结果|[出拿]报告|出来|到(?:家|站|$)|回[来去家国厂校老]|到期|过期|放假|开学|开始请|的?[火高飞][车铁机]|出诊)"
    r"|□*的?话?(?:我|他|她|孩子|娃|家里|单位)?(?:又|还|也|都)?"
    rf"(?:(?:要(?![么不是])|得(?![,，。!]|$))|有(?=事|课|会|班|考|活动|安排)|加班|值班|出差|考试){_NO_VISIT}"
    r"|□*[^,，□的]{0,3}(?:透析|化疗|放疗|考完?试|开庭|拜年|祭祖|搬家|夜班)"
    r"|□*(?:这?[两三几]天)?我?都?在(?:外|出差|老家|单位|学校|[^,，□]{1,5}(?:出差|上[班学]|开会|培训|旅游|学习))"
    r"|□*(?:已经)?是(?!□|可以|行|能|有空)|□*都?了$"  # 今天是三十号了
)
_WISHFUL = re.compile(
    r"[吧吗呢行可成得想约挂看来去给帮都换改随哪也在好除休要能话样]|(?<!限)号|有空|方便|OK|ok|门诊|复[诊查]"
)
_EVENT_UNTIL = re.compile(
    r"(?:出差|外地|老家|住院|休假|请假|上班|忙|培训|考试|放假|值班)[^,，]{0,4}到$"
)
_FACT = re.compile(r"(?:月经|末次|预产期|上次)(?:时间|日期)?(?:是|在)?$")


def is_story(reading: Reading, mention: Mention, present: Present) -> bool:
    """A day of the illness's story (昨天开始发烧, 周一做的手术), not of the wish."""
    if mention.time:
        return False
    after, clause = reading.after(mention.end), reading.clause(mention.start)
    if _FACT.search(reading.before(mention.start)):
        return True
    unwell = bool(_SYMPTOM.search(clause))
    if mention.days[-1] < present.day:
        words = after.strip("□的吧啊呀了呢~.…那天")
        begun = unwell or _STARTED.search(after) or _DONE.search(after)
        since = re.search(r"[从自打]$", reading.before(mention.start))
        booked = _BOOKING.search(words) or _BOOKING.search(reading.before(mention.start))
        return bool(begun or since or (words and not booked))
    if mention.kind == "relative" and present.day not in mention.days:
        return False
    if _FOUND.match(after.lstrip("□")):
        return True
    done = _DONE.search(after[:8].replace("看完", ""))
    if (done and not _INTENDED.search(after[: done.start()])) or (
        unwell and _STARTED.search(after)
    ):
        return True
    about_today = present.day in mention.days and mention.kind in ("relative", "span")
    return bool(about_today and _SYMPTOM.search(after) and not _BOOKING.search(after))


def is_other_event(reading: Reading, said: Mention | Hour) -> bool:
    """Said of something else than the visit: 20号放假, 周日我要加班, 出差到下周二."""
    if _EVENT_UNTIL.search(reading.before(said.start)):
        return True
    return bool(_OTHER_EVENT.match(reading.after(said.end)))


def is_statement(reading: Reading, mention: Mention) -> bool:
    """周一早上抽血, 这周忙: nothing of a wish is said with the day."""
    after = reading.after(mention.end).strip("□、和跟与及或者还是有要么的白天 ")
    words = after + reading.before(mention.start)
    return bool(after) and not _WISHFUL.search(words)


def of_the_illness(reading: Reading, hour: Hour) -> bool:
    """晚上咳得厉害 is no wish for the evening."""
    symptom = _SYMPTOM.search(reading.after(hour.end))
    if symptom and symptom.start() < 4 and not _BOOKING.search(reading.before(hour.start)):
        return True
    clause = reading.clause(hour.start)
    return bool(_SYMPTOM.search(clause)) and not _BOOKING.search(clause)
