"""The danger check: families of wordings that patients use without the obvious word."""

import pytest

from service.safety import check


def kind(text: str) -> str | None:
    danger = check(text)
    return danger.kind if danger else None


@pytest.mark.parametrize(
    "text",
    [
        "我要放火烧了你们这栋楼",
        "油桶都拎来了，提着油去门诊，大家一起完",
        "把那个科室点了算了，今晚就动手",
        "炸药就在我包里，都给我退后",
        "我揣着菜刀来找陈主任算账",
        "欠我妈一条命，拿你女儿来还",
        "一个都别想跑",
        "我知道你主任家住哪，孩子在几中我也清楚",
        "走廊有人抡着凳子砸护士",
        "开车冲进你们大厅，撞死几个算几个",
    ],
)
def test_a_threat_against_the_staff_is_violence(text: str) -> None:
    assert kind(text) == "violence"


@pytest.mark.parametrize(
    "text",
    [
        "我被他锁在家里，不让出门，手机偷来的",
        "我女儿被老师性侵了",
        "他喝多了，正在打我妈，满脸血",
        "被几个人拖进面包车了，救我",
        "脑子里的声音叫我杀了他",
    ],
)
def test_a_violence_that_happens_now_is_seen(text: str) -> None:
    assert kind(text) == "violence"


@pytest.mark.parametrize(
    "text",
    [
        "把猫送人了，衣服也都分给朋友了，今晚就走",
        "以后不用再给我打电话了，我累了，只想好好睡",
        "等你们看到这封信我已经不在了",
        "要是一觉睡过去再也不醒就好了",
        "存折密码是我妈生日，钱给弟弟念书，别怪我",
        "枕头底下藏了三瓶安定",
        "我就在天台上，脚下的车好小",
        "我爷爷不吃不喝，说不想拖累我们",
        "老公没了以后，我天天想下去找他",
        "活着图个啥，明天的太阳我不想看",
        "他胳膊上一道道的刀痕，新的旧的都有",
    ],
)
def test_giving_away_and_farewell_are_heard_as_a_wish_to_die(text: str) -> None:
    assert kind(text) == "suicide"


def test_a_note_and_nobody_there_is_anothers_wish_to_die() -> None:
    assert kind("女儿留了张纸条人就不见了") == "suicide_of_another"


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("heart", "我妈冠心病，今天疼得跟往常不一样，一个多钟头没缓"),
        ("heart", "救心丸含了两回还是闷"),
        ("heart", "又像上次那样胸口闷痛，还更重，汗湿了衣服"),
        ("heart", "后槽牙连下巴都酸疼，一个劲冒虚汗"),
        ("heart", "除颤器刚才连着电了我两下"),
        ("stroke", "舅舅笑起来一边嘴角不动，话说得黏黏糊糊"),
        ("stroke", "右手忽然像别人的一样，拿不住笔"),
        ("choking", "吃了瓜子以后猛咳，这会儿没声音了"),
        ("choking", "一块钱硬币卡在娃的喉咙里"),
        ("bleeding", "血顺着手腕往下淌，按都按不住"),
        ("bleeding", "伤口的纱布换一块湿一块"),
        ("unconscious", "奶奶喊十几声才哼一下"),
        ("unconscious", "人晕过去好几分钟，今天晕了三次了"),
        ("seizure", "钉子扎过脚，如今嘴张不开，背一阵阵抽紧"),
        ("poisoning", "爷爷把一个礼拜的药一口气吃了"),
        ("poisoning", "小叔子喝了一口洗马桶的"),
        ("injury", "链锯弹到小腿上"),
        ("burn", "电热毯着火，奶奶背上烧得焦黑"),
        ("burn", "浓烟熏了一阵，吐的是黑痰，嗓子哑"),
        ("electric", "排插漏电，师傅倒在旁边不动"),
        ("drowning", "表哥潜水上来以后腿麻动不了"),
        ("pregnancy", "孕妇，下面掉出来一根软软的带子"),
        ("infant", "我孙女才三十天，身上滚烫"),
        ("metabolic", "化验说钾7.1，让我赶紧来"),
        ("metabolic", "透析漏了两次，喘得躺不平"),
        ("abdomen", "整个肚子都痛，不敢碰，还发烧"),
        ("abdomen", "肚脐痛转到右下边，烧到39度"),
        ("other", "到了高原以后头疼想吐，走路不稳，说话颠倒"),
        ("other", "尿管还插着，打寒战，高烧40度"),
        ("other", "量出来血压66/38"),
    ],
)
def test_a_danger_without_its_usual_word_is_seen(expected: str, text: str) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "我一刀都不想挨，能保守治疗吗",
        "找医生算一下账单",
        "护士能给我打个电话吗",
        "保证投诉到底",
        "这药杀死幽门螺杆菌吗",
        "吃鸡蛋过敏怎么查",
        "我今天出院，以后不用打回访电话了",
        "安眠药吃完了，怎么续方",
        "东西都收拾好了，几点办入院",
        "天台那个餐厅怎么走",
        "手机掉水里了，取号的短信没了",
        "就诊卡卡在机器里吐不出来",
        "一直打嗝停不下来，看哪个科",
        "喉咙像有东西卡着，咽不下吐不出，两年了",
        "咳喘的中成药能开吗",
        "我迷迷糊糊约错了科室",
    ],
)
def test_a_harmless_word_near_a_grave_one_is_no_danger(text: str) -> None:
    assert check(text) is None
