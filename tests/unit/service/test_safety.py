"""The danger check: what must be seen, and what must not be cried over."""

import time
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.safety import SUICIDE_OF_ANOTHER, Danger, believes, check
from service.safety.engine import KINDS, _book
from service.safety.expressions import Expression
from service.safety.notation import UnknownGroup, Words
from service.safety.spelling import normalise


def kind(text: str) -> str | None:
    danger = check(text)
    return danger.kind if danger else None


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("heart", "老爷子刚吃完早饭胸口压得难受，满脑门子的汗，嘴唇都没颜色了"),
        ("heart", "我爸有冠心病，今天胸口一阵一阵绞，含了两次速效还是不行"),
        ("heart", "健身房有人倒下，没有脉搏了，正在做胸外按压"),
        ("stroke", "老妈吃饭时候嘴一边往下耷拉，饭从嘴角漏出来"),
        ("stroke", "公公早上起来舌头不听使唤，右手拿东西就掉"),
        ("stroke", "头一下子炸开似的疼，脖子发硬，吐了三次"),
        ("breathing", "喘得坐也不是躺也不是，嘴都乌了"),
        ("breathing", "老伴慢阻肺，血氧掉到七十几了"),
        ("choking", "我妈让糍粑堵到喉咙了，手直抓脖子"),
        ("choking", "宝宝喝奶呛了，脸发黑，哭不出声"),
        ("bleeding", "鼻子出血一个多钟头，棉花塞了还从嘴里流"),
        ("bleeding", "拉出来的像柏油一样，人一站起来就晕"),
        ("unconscious", "老头子怎么喊都没动静，身上还热着"),
        ("unconscious", "同学体育课晕了，掐人中也不醒"),
        ("seizure", "羊癫疯又犯了，这回抽了快十分钟"),
        ("poisoning", "我妈一气之下喝了半瓶除草剂"),
        ("poisoning", "小孙子把我的降压药当糖豆吃了好几颗"),
        ("gas", "屋里生炉子，两口子早上都起不来，头疼恶心"),
        ("bite", "蛇咬了脚踝，现在肿到小腿肚子"),
        ("allergy", "打完青霉素没几分钟，浑身起风团，胸口闷，眼前发黑"),
        ("injury", "工人从三米多高的架子上摔下来，腰动不了"),
        ("injury", "机床把两根手指头轧掉了"),
        ("injury", "孩子从二楼窗台掉下去了"),
        ("injury", "老人从滑梯上摔下来磕到后脑勺，一直犯困，喷着吐了两回"),
        ("burn", "一壶开水全泼我闺女胸前了，皮都皱起来了"),
        ("burn", "洗厕所的盐酸崩到眼睛里，睁不开"),
        ("electric", "碰到电闸，人弹出去昏了"),
        ("drowning", "我侄子掉水塘里刚捞上来，嘴唇紫的"),
        ("pregnancy", "怀孕三十二周，下面出血，肚子一直发硬"),
        ("pregnancy", "孕38周，从昨天晚上到现在没感觉到宝宝动"),
        ("infant", "我家宝宝才四十天，体温38度6"),
        ("infant", "宝宝六个月拉肚子，一整天没尿，眼窝都塌了"),
        ("metabolic", "糖尿病停了胰岛素，一直吐，嘴里一股烂苹果味"),
        ("metabolic", "工地上热得昏过去了，浑身滚烫不出汗"),
        ("abdomen", "三天没排便没放屁，肚子鼓得像皮球，一直吐"),
        ("abdomen", "右边睾丸突然疼得直冒汗，肿起来了"),
        ("abdomen", "肚子疼得打滚"),
        ("abdomen", "疼得站不住"),
        ("other", "腰疼得站不住，直冒冷汗"),
        ("suicide", "安眠药攒够了，今晚就吃"),
        ("violence", "有个男的拿刀在门诊大厅追着医生砍"),
        ("other", "化疗后白细胞低，烧到39度浑身打冷颤"),
        ("other", "救护车怎么还没到，人已经不行了"),
        ("unconscious", "已经打了120 我妈晕倒了"),
    ],
)
def test_an_emergency_is_seen_and_named(expected: str, text: str) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "感觉活着就是受罪，想早点走",
        "谢谢你们照顾我爸，他走了，我也没什么牵挂了",
        "我想安静地离开，撑够了",
        "我爸查出癌症后把绳子藏枕头底下",
        "爸，对不起，药我吃了，别难过",
        "半年前割过腕，现在又拿着刀，对着手腕",
    ],
)
def test_a_veiled_word_of_dying_is_understood(text: str) -> None:
    assert kind(text) == "suicide"


@pytest.mark.parametrize(
    "text",
    [
        "妈妈在电话里说来世再做母女，就挂了",
        "有人站在你们住院楼楼顶要往下跳",
        "我朋友割腕了",
        "我儿子站在窗台上说要跳下去",
        "我儿子说不想活了 在楼顶",
        "我妈留了遗书坐在窗台上",
        "室友说他攒够了安眠药今晚走，我该怎么办",
    ],
)
def test_whoever_tells_of_another_in_despair_is_told_what_to_do(text: str) -> None:
    assert kind(text) == SUICIDE_OF_ANOTHER


@pytest.mark.parametrize(
    "text",
    [
        "我妈说我没用，我不想活了",
        "老公出轨，我站在楼顶",
        "他不爱我了，安眠药攒够了",
        "我儿子不要我了，想死",
        "妈妈，对不起，我先走了",
        "产后我抱着孩子站窗边，一直想松手",
    ],
)
def test_whoever_names_others_in_their_own_despair_is_heard_themselves(text: str) -> None:
    assert kind(text) == "suicide"


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("poisoning", "安眠药吃了二十片叫不醒我妈"),
        ("poisoning", "安眠药吃多了叫不醒"),
        ("bleeding", "我女儿割腕了，血止不住"),
    ],
)
def test_somebody_found_hurt_by_themselves_is_treated_first(expected: str, text: str) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("药吃多了 安眠药二十片", "饭吃多了肚子胀"),
        ("安眠药二十片", "安眠药二十片多少钱"),
        ("二十片安定", "能给我开二十片安定吗"),
        ("安定一整瓶", "安定一盒多少片"),
        ("药吃了好多 现在困得不行", "药吃多了胃不舒服 想看消化科"),
        ("安眠药吃多了", "我爸安眠药吃多少年了想停"),
        ("降压药吃多了一把 现在头晕", "医生开的降压药三十片吃完了 要续"),
        ("佐匹克隆十几粒 都下肚了", "佐匹克隆一次吃几粒"),
        ("二甲双胍吃多了 三十片", "感冒药吃多了会不会伤肝"),
        ("我爸把降压药当钙片了 一大把", "降压药和钙片能一起吃吗"),
    ],
)
def test_an_overdose_is_seen_in_fragments(told: str, asked: str) -> None:
    assert kind(told) == "poisoning"
    assert check(asked) is None


@pytest.mark.parametrize("text", ["见红了", "怀孕38周，早上见红了", "见红了怎么办"])
def test_the_show_before_birth_is_to_be_seen_now(text: str) -> None:
    assert kind(text) == "show"


@pytest.mark.parametrize(
    "text", ["没见红，来产检", "绝经三年又见红了挂什么科", "见红一般多久会生", "小红书上看的"]
)
def test_other_red_is_no_alarm(text: str) -> None:
    assert kind(text) is None


def test_movement_that_stopped_is_danger_and_when_it_starts_is_not() -> None:
    assert kind("没有胎动了") == "pregnancy"
    assert kind("几个月开始有胎动") is None


@pytest.mark.parametrize(
    "text",
    [
        "我好绝望",
        "好绝望啊，没人能帮我",
        "我撑不下去了",
        "我不想连累家里人了",
        "不想拖累孩子们了，我都安排好了",
    ],
)
def test_despair_that_stands_alone_is_heard(text: str) -> None:
    assert kind(text) == "suicide"


@pytest.mark.parametrize(
    "text",
    [
        "排了三个小时，好绝望啊",
        "挂不上号好绝望",
        "对你们医院绝望了",
        "不想拖累孩子，想一个人来做胃镜行吗",
        "怕连累孩子请假，可以请护工吗",
    ],
)
def test_despair_of_the_service_and_caring_for_the_family_are_none(text: str) -> None:
    assert kind(text) is None


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        ("allergy", "蜂蛰了嘴肿了"),
        ("allergy", "蜂蛰了全身肿"),
        ("bite", "蛇咬了"),
        ("metabolic", "胰岛素打多了"),
        ("pressure", "血压180/110头晕"),
        ("gas", "煤气味很重"),
        ("gas", "煤气中毒了，头晕恶心站不住"),
        ("fire", "家里着火了"),
        ("burn", "屋里起火刚逃出来，喉咙痛，咳出来的痰是黑的"),
        ("bleeding", "透析管出血"),
        ("poisoning", "孩子吃了老鼠药"),
        ("violence", "再不给我处理我就拿刀来"),
        ("violence", "我在医院门口，有人打人"),
    ],
)
def test_each_danger_has_the_instruction_that_fits(instruction: str, text: str) -> None:
    assert kind(text) == instruction


@pytest.mark.parametrize(
    "text",
    [
        "被蜜蜂蛰了一下，手指有点肿",
        "被蜂蛰了挂什么科",
        "喝蜂蜜水嗓子舒服",
        "胰岛素打多少",
        "我拿刀切菜切到手",
        "另外想起来，他还推了人",
        "煤气费在哪交",
        "我家前年着火烧伤过，复查",
        "内瘘出血怎么预防",
    ],
)
def test_their_harmless_neighbours_are_none(text: str) -> None:
    assert kind(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "眼前一黑差点晕倒",
        "昨天胸口疼，今天好了，看什么科",
        "我奶奶晕倒住院了，怎么办住院手续",
        "爷爷昏迷在你们ICU，探视时间几点",
        "降压药多吃了一片",
        "护士态度差，我爸当时都喘不过气了没人管",
        "昨天在急诊等了三个小时，我妈当时昏迷了，现在出院了",
    ],
)
def test_what_passed_over_or_is_in_hands_already_is_none(text: str) -> None:
    assert kind(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "眼前一黑晕倒了",
        "左眼突然一黑看不见",
        "昨天胸口疼，今天更疼，出冷汗",
        "我奶奶晕倒了怎么办",
        "我爸住院了，现在叫不醒",
        "我爸在住院部突然昏迷了没人来",
        "孩子多吃了一片降压药",
        "降压药多吃了一片，现在心慌头晕",
        "摔了一跤，当时就昏过去了，怎么叫都没反应",
        "在你们那晕倒当时没人管，现在叫不醒",
    ],
)
def test_its_neighbours_of_now_are_danger(text: str) -> None:
    assert kind(text)


def test_the_sick_who_hardly_answer_are_in_danger_and_the_sulking_are_not() -> None:
    assert kind("没精神，叫他不太理人") == "unconscious"
    assert kind("孩子不爱说话，叫他不太理人，看什么科") is None
    assert kind("护士没精神，叫她不太理人，我要投诉") is None


@pytest.mark.parametrize(
    "text",
    [
        "还拉黑便",
        "拉的大便是黑的像柏油",
        "大便黑得发亮像沥青",
        "昨天开始解黑色大便",
    ],
)
def test_black_stool_is_to_be_seen_today(text: str) -> None:
    assert kind(text) == "stool"


@pytest.mark.parametrize(
    "text",
    [
        "请问挂号处在哪，我爱人突然说不了话了",
        "帮我看看报告出来没，对了我现在胸口闷得慌直冒虚汗怎么办",
        "先帮我约个号，顺便问下，我妈吃了一口鸡骨头卡住了现在喘气呼哧呼哧脸发青",
        "投诉电话打不通，我老婆在你们急诊门口大出血没人管",
        "评价什么评价，我爸现在喘不上来气了",
        "3分，另外我伤口现在崩开了血止不住",
        "停车场有人晕倒了",
        "缴费处有个大爷倒下了，叫不应",
    ],
)
def test_a_danger_inside_another_errand_is_seen(text: str) -> None:
    assert check(text)


@pytest.mark.parametrize(
    "text",
    [
        "我奶出不赢气，嘴巴乌的",
        "阿婆跌落樓梯，頭流血，叫佢唔應",
        "俺娘不中了，恁快派车",
        "我媽突然講唔到嘢，半邊身郁唔到",
        "晕到在厕所了，叫不应",
        "抽畜了快十分钟",
        "胸囗疼喘步上气",
        "救 命 啊 我 爸 没 呼 吸 了",
        "胸，口，疼，出，冷，汗",
        "那个就是我妈她今天早上吃完饭就说心口不舒服然后就出汗现在躺着不说话脸灰灰的",
    ],
)
def test_dialect_slips_and_voice_input_are_understood(text: str) -> None:
    assert check(text)


@pytest.mark.parametrize(
    "text",
    [
        "胸口偶尔针扎一下，几秒就好，看什么科",
        "胸闷断断续续三个月了，爬楼明显",
        "头痛一个星期了，有点鼻塞",
        "有点咳嗽，想挂呼吸科",
        "孩子发烧38度2，吃了药退了，精神挺好",
        "鱼刺卡了一下，吃口饭下去了",
        "孩子流鼻血，压了五分钟止住了",
        "大便带点血丝，可能是痔疮",
        "切菜切到手，口子很小，已经不流血了",
        "手被开水烫红了一小块，没起泡",
        "怀孕五个月，胎动挺多的，想做四维",
        "拉肚子一天三次，没发烧",
        "摔了一跤手腕疼，拍个片",
        "睡不着，有点焦虑，想挂精神心理科",
        "吃了铁剂大便发黑正常吗",
        "吃了猪血大便黑",
        "大便潜血阳性要看什么科",
        "没有黑便，就是胃胀",
        "再发短信就拉黑你们",
        "消炎药吃多了对身体不好吧",
        "宝宝拉绿色便便",
        "出院能叫救护车送吗",
        "我今年六十八岁，女儿在外地，右手老是抖，脸色也差",
        "孩子们都在外面打工，昨天差点摔一跤，有点犯困",
        "膝关节疼得站不住，看什么科",
        "我妈腰疼得站不起来，想约明天的号",
        "我要投诉，老人脚疼得站不住还没有轮椅",
    ],
)
def test_a_mild_complaint_is_no_danger(text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "气得我心脏病都要犯了，等了俩小时",
        "排队排到想死",
        "笑得我肚子疼",
        "这态度真让人窒息",
        "护士打针疼死我了，下次换个人",
        "停车费贵得吐血",
        "缴费排了三条队，腿都要断了",
        "想死你们食堂的包子了",
        "房间里闷得人喘不过气，空调呢",
        "页面卡死了，半天没反应",
        "我太难了，崩溃",
    ],
)
def test_strong_words_are_no_danger(text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "没有胸闷没有气短，常规体检",
        "没有流血了，胎动也正常",
        "没有昏迷，就是睡得沉",
        "上次晕倒检查没查出原因，这次想挂神经内科",
        "我妈脑梗恢复期，手还没力气，康复科怎么约",
        "半年前自杀未遂，现在恢复了，想复诊心理科",
        "已经不抽了，人也醒了，想约个脑电图",
        "心梗有什么前兆",
        "溺水急救培训报名",
        "洗胃多少钱",
        "我在电视上看到有人猝死，想查查心脏",
        "昨晚做梦梦见自己从楼上掉下来，吓醒了",
        "谢谢急诊科把我爸抢救回来",
        "我家狗中毒了能不能洗胃",
        "我家狗被车撞死了心情不好",
        "邻居家的狗让车撞了",
        "车胎没气了，停你们停车场可以吗",
    ],
)
def test_what_is_denied_past_asked_or_told_is_no_danger(text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(
    ("calm", "acute"),
    [
        ("我爸去年心梗，来复查", "我爸去年心梗，现在胸口又疼得冒冷汗"),
        ("癫痫三年没发作了", "癫痫三年没发作，刚才突然又抽起来了"),
        ("心梗能报销吗", "心梗能报销吗，我爸现在胸痛出冷汗"),
        ("伤口的血止住了", "伤口的血止住了又喷出来了"),
        ("特别好，一点不疼", "肚子特别疼，疼得打滚"),
        ("看电视剧学到的心肺复苏", "看电视剧的时候我妈嘴歪了，说不清话"),
        ("哮喘好多年了，来开药", "哮喘好多年了，今天喷了药还是喘不上气"),
        ("狗被车撞了", "我遛狗被车撞了"),
        ("狗被车撞死了", "狗被车撞死了我不想活了"),
        ("女儿在外地上班", "女儿在外地上班晕倒了叫不醒"),
    ],
)
def test_a_veto_does_not_silence_what_happens_now(calm: str, acute: str) -> None:
    assert check(calm) is None
    assert check(acute)


def test_few_characters_are_too_little_for_the_second_net() -> None:
    assert not believes("39度 大人", "report_emergency", 0.9)
    assert not believes("39.2度 成年人", "report_emergency", 0.9)
    assert not believes("全身没力气", "report_emergency", 0.9)
    assert not believes("身上没劲，不想吃饭", "report_emergency", 0.9)
    assert believes("全身没力气站都站不起来", "report_emergency", 0.9)
    assert believes("人突然倒在地上抽", "report_emergency", 0.9)


@pytest.mark.parametrize(
    "text", ["", " ", "。，、", "\x00", "\ud800", "1", "😀" * 50, "((((", "\\"]
)
def test_a_message_without_words_is_no_danger(text: str) -> None:
    assert check(text) is None


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    check(text)


@settings(max_examples=200)
@given(
    st.text(
        alphabet="胸口疼痛喘血吐晕昏倒抽没不以前现在突然死药喝了的，。、 38.5度孩子孕周",
        max_size=80,
    )
)
def test_any_mixture_of_grave_words_is_read_without_an_error(text: str) -> None:
    danger = check(text)
    assert danger is None or danger.kind in (*KINDS, SUICIDE_OF_ANOTHER)


def test_a_danger_can_be_logged_because_it_holds_no_word_of_the_patient() -> None:
    danger = check("王秀英说她爸李建国胸口疼得冒冷汗")
    assert danger
    assert [field.name for field in fields(Danger)] == ["kind", "rule"]
    assert danger.rule.isascii()
    assert danger.rule.startswith(f"{danger.kind}.")


def test_a_very_long_message_is_read_in_a_blink() -> None:
    chatter = "我想问问明天上午的号还有没有，" * 400
    check(chatter)
    started = time.perf_counter()
    assert check(chatter[:5000]) is None
    assert time.perf_counter() - started < 1
    assert check(chatter[:4000] + "我爸现在胸口疼得冒冷汗")


def test_every_kind_has_rules_and_every_rule_its_own_name() -> None:
    dangers = [rule.danger for rule in _book().rules]
    assert {danger.rule.split(".")[0] for danger in dangers} == set(KINDS)
    assert len({danger.rule for danger in dangers}) == len(dangers)


def test_every_word_of_the_rules_can_be_read_and_none_fits_everywhere() -> None:
    book = _book()
    expressions = {each for rule in book.rules for each in rule.expressions()}
    expressions |= {each for each in vars(book.context).values() if isinstance(each, Expression)}
    for expression in expressions:
        for word in expression.words:
            assert word.spans("") == []
            assert word.spans("啊，嗯。哦") == []


def test_a_rule_file_that_names_an_unknown_group_is_refused() -> None:
    with pytest.raises(UnknownGroup):
        Words({"甲": "疼"}).group("乙")


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("口吐(白|)沫", "口吐沫", True),
        ("手…麻", "手一点点麻", True),
        ("手…麻", "手，麻", False),
        ("手……麻", "手，麻", True),
        ("^麻$", "手，麻", True),
        ("想死(?!你)", "想死你", False),
        ("(?<!哮)喘", "哮喘", False),
        ("血(流|)*不止", "血流流不止", True),
        ("<甲>了", "痛了", True),
        ("re:3[89]度", "39度", True),
        ("[1-3]次", "2次", True),
    ],
)
def test_the_notation_of_the_rule_files(word: str, text: str, found: bool) -> None:
    assert Words({"甲": "疼 酸"}).read(word).found_in(normalise(text)) is found
