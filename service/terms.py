"""Finding the terms of a table in what a patient wrote: in any spelling, longest first, aware of
negation.

A term is a piece of text. ``A+B`` wants both; ``a|b`` takes either: ``膝盖|膝关节+疼|肿``.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import Generic, TypeVar

Owner = TypeVar("Owner")
Span = tuple[int, int]

_TOGETHER = 8
"""Parts of one term that stand no further apart are shown as one stretch of the text."""
_FAR = 14
"""Parts of one term further apart than this may tell of two complaints: half the weight."""

_TRADITIONAL = (
    "丟丢並并亂乱亞亚伕夫佈布佔占併并來来侖仑係系倆俩倉仓個个們们偉伟側侧備备傚效傢家傳传傷伤傾倾僂偻僊仙儘尽優优儲储兒儿內内兩两冊册凈净凍冻別别則则剋克剛刚剝剥創创劃划劇剧劍剑劑剂勁劲"
    "動动務务勞劳勢势勣绩勻匀匟炕區区厭厌厲厉參参叢丛員员哢咔問问啞哑啟启喚唤喫吃單单嗆呛嗎吗嘆叹嘔呕嘩哗噁恶噓嘘噠哒噯嗳噴喷嚕噜嚥咽嚨咙嚮向嚴严國国圍围園园圓圆圖图團团坵丘埜野堅坚報报"
    "堿碱塊块塗涂塵尘墊垫墜坠墮堕壓压壞坏壺壶壽寿夠够夢梦夾夹奧奥妝妆婦妇婬淫媮偷媽妈嬭奶嬰婴孃娘孫孙學学宮宫寘置實实寧宁寫写寬宽寶宝尋寻對对導导層层島岛峽峡崑昆崗岗崙仑嶽岳巰巯師师帶带"
    "幣币幫帮幹干幾几庫库廁厕張张強强彆别彈弹彊强彎弯彫雕從从復复徹彻恥耻悶闷惡恶愛爱態态慣惯慮虑慾欲憶忆應应懞蒙懷怀懸悬懼惧戀恋戰战戲戏拏拿挐拿捄救捨舍掃扫掽碰換换揫揪揹背搆构損损搖摇"
    "搯掏搶抢摳抠撐撑撓挠撦扯撲扑擊击擔担擠挤擰拧擴扩擺摆擼撸擾扰攜携攣挛敗败數数斷断昇升時时晻暗暈晕暢畅暫暂曏向曬晒書书會会朢望朮术東东枒丫枴拐柺拐桿杆條条棗枣業业極极榦干槃盘構构槍枪"
    "槓杠槼规樂乐樑梁樓楼標标樣样樹树橋桥機机橫横檔档檢检欬咳歎叹歲岁歸归殘残殭僵殺杀殼壳毉医毬球氣气氫氢氾泛汎泛沒没沖冲況况洩泄涼凉淚泪淨净淩凌淺浅減减測测渾浑湊凑湯汤準准溝沟溫温溼湿"
    "滯滞滲渗滾滚滿满漲涨漸渐漿浆潑泼潔洁潛潜潰溃澀涩澤泽澱淀濁浊濃浓濕湿濛蒙濟济濱滨濺溅濾滤瀉泻瀕濒瀝沥瀦潴灕漓炤照為为烏乌無无煉炼煙烟煩烦熱热燈灯燐磷燒烧燙烫營营燻熏爐炉爛烂爺爷爾尔"
    "牴抵牽牵狀状狹狭獃呆獨独玅妙玆兹現现琍璃琯管琱雕瑪玛環环產产畫画異异疊叠疘肛疿痱痐蛔痙痉痠酸痳淋痺痹瘉愈瘋疯瘍疡瘓痪瘡疮瘧疟瘺瘘療疗癆痨癇痫癒愈癡痴癢痒癤疖癥症癬癣癮瘾癰痈癱瘫癲癫"
    "發发皰疱皸皲皺皱盜盗盡尽監监盤盘盪荡眥眦睏困睜睁瞇眯瞭了瞼睑矇蒙矯矫砲炮確确礙碍祕秘禍祸禮礼禿秃稜棱種种稱称穀谷積积穢秽穩稳窩窝竄窜竇窦筦管箇个節节篩筛簽签籐藤籤签糞粪糢模糧粮糰团"
    "紀纪約约紅红紋纹納纳紐纽純纯紙纸級级紛纷紮扎細细終终組组絆绊結结絕绝絛绦絞绞絡络給给統统絲丝經经綜综綠绿維维網网綿绵緊紧緒绪線线締缔緣缘緩缓練练縚绦縫缝縮缩縱纵縴纤總总績绩織织繙翻"
    "繞绕繡绣繩绳繫系繭茧繳缴繼继纈缬續续纍累纏缠纔才纖纤缾瓶罵骂羅罗羥羟義义習习翫玩翹翘耑端聞闻聯联聲声聳耸職职聹聍聽听聾聋肐胳脈脉脣唇脩修脫脱脹胀腎肾腦脑腫肿腳脚腸肠膚肤膠胶膩腻膽胆"
    "膿脓臉脸臍脐臟脏臥卧臨临興兴舉举艕膀茲兹荳豆莖茎華华葉叶葠参葯药葷荤蒼苍蓋盖蔕蒂蕁荨蕩荡薙剃藥药蘚藓蘤花蘭兰處处虖呼虛虚號号虧亏蚘蛔蛻蜕蜨蝶蝨虱蝸蜗螘蚁螞蚂蟄蛰蟬蝉蟯蛲蟲虫蟻蚁蠍蝎"
    "蠟蜡蠶蚕術术衕同衖弄衚胡衛卫衝冲衹只裌夹補补裝装裡里製制複复褲裤襠裆襪袜覈核見见規规視视親亲覺觉觔斤觕粗觝抵觸触計计訓训記记診诊註注証证評评詢询試试話话該该誌志認认語语誤误說说誰谁"
    "課课調调請请論论諾诺講讲謝谢謼呼譁哗證证譜谱譫谵議议護护讀读變变讓让豎竖豐丰貓猫貝贝貧贫貪贪貴贵費费貼贴賁贲資资質质賴赖賽赛贅赘贏赢跴踩踫碰蹚趟蹠跖蹤踪蹧糟軀躯車车軋轧軟软輔辅輕轻"
    "輪轮輸输轉转辦办農农迴回迻移這这連连週周進进遊游運运過过達达遙遥遠远適适遲迟選选遺遗邁迈還还邊边郃合鄰邻醫医醬酱釘钉針针釦扣釬焊鈉钠鈍钝鈣钙鈷钴鉀钾鉆钻鉑铂鉤钩鉬钼鉻铬銀银銕铁銲焊"
    "銳锐鋅锌鋰锂鋸锯鋼钢錐锥錦锦錯错錶表鍊炼鍋锅鍛锻鍼针鎖锁鎮镇鏈链鏡镜鏽锈鐘钟鐵铁鑪炉鑲镶鑵罐鑽钻長长門门閃闪閉闭開开間间閤合閨闺闆板闇暗闊阔闌阑關关阨厄阬坑陞升陣阵陰阴陽阳際际險险"
    "隱隐隻只雙双雜杂雞鸡離离難难電电霧雾靈灵靜静鞏巩鞦秋韋韦韌韧響响頂顶項项順顺預预頑顽頓顿領领頜颌頭头頰颊頸颈頻频顆颗題题額额顎颚顏颜願愿顛颠類类顫颤顯显顱颅顳颞顴颧風风颳刮飄飘飆飙"
    "飛飞飯饭飲饮飼饲飽饱餅饼養养餓饿餧喂餬糊餵喂饅馒馬马駕驾駛驶駝驼騎骑騰腾驗验驚惊髒脏體体髕髌髖髋髮发鬆松鬍胡鬥斗鬧闹鬱郁魘魇魚鱼魯鲁鮑鲍鮮鲜鰓鳃鱗鳞鳴鸣鵝鹅鵰雕鹼碱鹽盐麤粗麥麦麩麸"
    "麵面麼么黃黄點点黴霉鼕冬齊齐齒齿齙龅齡龄齣出齦龈齲龋齶腭龍龙龜龟"
)
_SIMPLE = str.maketrans(dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)))
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\ufe0f]")
_SPELLED_OUT = re.compile(r"(?<!\S)\S(?:[ \t]+\S){2,}(?!\S)")

# Words for the same thing, told apart by no department: the first stands for the others, in the
# tables as in the messages.
_SAME = """
头 脑袋瓜子 脑袋瓜 脑瓜子 脑瓜 脑壳 脑阔 脑袋 头部
头晕 头昏 头发晕 头发昏
肚子 肚皮 腹部
小肚子 小腹部 小腹 下腹部 下腹
肚子疼 腹疼 腹痛 肚疼 肚痛
肚子胀 腹胀 肚胀
拉肚子 闹肚子 跑肚子 跑肚 窜稀 拉稀 屙稀 腹泻 拉痢
嗓子 喉咙眼 喉咙管 喉咙头 喉咙 嗓子眼 咽喉 喉头
膝盖 膝关节 波棱盖 膝头 磕膝盖 克膝盖 磕膝头 膝盖骨
腋下 胳肢窝 胳膊窝 腋窝 夹肢窝 咯吱窝
肛门 屁眼子 屁眼儿 屁眼 屁股眼 粪门 肛门口
大便 解大便 解大手 上大号 拉大便 拉粑粑 拉屎 屙屎 拉臭 便便 粑粑 排便
尿 小便 尿尿 尿液 小解 解小便 解小手 撒尿 排尿 拉尿 屙尿 嘘嘘 小手
月经 例假 大姨妈 生理期 月经期 经期
来月经 来事儿 来事 来那个
脚脖子 脚踝 踝关节 脚腕子 脚腕 脚拐子
脚后跟 足跟 脚跟
肩膀 肩头 膀子 肩关节
手腕 腕关节 手脖子
腰 腰杆子 腰杆 腰部 腰板
脖子 颈部 脖颈子 脖颈 颈子
乳房 奶子 咪咪 奶房 胸部乳房
乳头 奶头
睾丸 蛋蛋 卵蛋
阴茎 丁丁 鸡鸡 命根子 那话儿 小弟弟 鸡巴
孩子 小宝宝 小宝贝 宝宝 小娃娃 娃娃 娃儿 小娃 娃 小孩子 小孩儿 小孩 小朋友 小家伙 宝贝 囡囡 崽崽 幺儿 小儿子 小女儿
妈妈 母亲 老妈 俺妈 老娘 妈咪
爸爸 父亲 老爸 俺爸 老爹 爹 爸比
鼻子不通 鼻子不通气 鼻子不透气 鼻塞 鼻子塞 鼻子堵 鼻不通
流鼻涕 流涕 淌鼻涕 流鼻水 淌清鼻涕
流鼻血 鼻子流血 鼻子出血 鼻出血 淌鼻血 鼻衄
打呼噜 打鼾 打呼 扯呼 扯噗鼾 打酣
没 没有 冇
没劲 没力气 没啥劲 没力 无力 乏力 没得力 没啥力气 没什么力气 没劲儿 使不上劲
睡不着 睡不着觉 睡不到 睡不了觉 睡不了 困不着 入睡困难
掉头发 掉发 脱发 头发掉 头发脱落
同房 做爱 性生活 夫妻生活 房事 行房 性行为 同了房 同完房 性交
怀孕 有身孕 有喜 有了身子 怀上了 怀上 怀娃
双眼皮 双眼皮
有气无力 有气无力
小便宜 小便宜
眼睛 双眼 两眼 眼珠子 眼珠 眼球 两只眼
模糊 模模糊糊 朦朦胧胧 朦胧
起疹子 出疹子 长疹子 起皮疹 出皮疹 起了疹子 起红疹 长红疹 起疹
心慌 心发慌 心慌慌 心里慌 心里发慌 心头慌 心悸
咳 咳嗽
恶心 犯恶心 作呕
硬块 肿块 包块 硬疙瘩 硬结 肿疙瘩 硬包
"""
_FILLERS = re.compile(
    r"有点儿|有点|有些|稍微|特别|非常|十分|总是|老是|总感觉|总觉得|老觉得|感觉到?|觉得|一直|经常|时常|常常"
    r"|有时候|有时|偶尔|动不动就|很|挺(?!不)|蛮|超级|好像|似乎|又|就|都|也|最近|近来|这几天|这两天|这阵子|这段时间"
    r"|(?:[老总]|好(?!几))(?=[疼咳晕麻酸胀痒])"
)
# Of the same length as what they stand for, so that no place moves.
_ACHE = re.compile("痛(?![风经快])")
_COURSES = re.compile("(?<![我他她你的个大])姨妈")

# A word that begins with the first is no word after one of the others: 头疼 in 乳头疼.
_NOT_AFTER = {
    "头": "龟 骨 指 舌 乳 奶 趾 拳 膝 石 枕 眉 镜 念 罐 馒 里 外",
    "麻": "荨 寻",
    "眼": "肛 嗓 脐 心 针 鸡 缺",
    "牙": "月",
    "心": "恶 担 小 点 手 脚 掌 关 放 中 细 粗 耐 核 甜 灰 用",
    "耳": "木 银",
    "尿": "糖",
    "性": "慢 急 男 女 良 恶 传 源 天 发 理 遗",
    "响": "影",
    "吐": "吞",
    "蛋": "红 白",
    "包": "面 书 钱",
    "气": "天 空 脾 生 福 客 语 暖 煤",
}
# A word that ends with the first is no word before one of the others: 手麻 in 手麻烦.
_NOT_BEFORE = {
    "手": "术 续 机",
    "麻": "烦 醉 将 疹 辣",
    "风": "险",
    "血": "压 糖 脂 管",
    "包": "皮 括",
    "烧": "烤 伤 心",
    "黄": "体 瓜 金",
    "水": "果 平",
    "肾": "上腺",
    "头": "孢",
    "吃": "惊",
    "么": "药 中药 西药 消炎药 感冒药",
    "啥": "药 中药 西药 消炎药",
}
_DENIED = re.compile(
    r"(?:(?<!是)不是|(?<![是有])(?:没|并?不|无|未|否认))"
    r"(?:怎么|咋|太|算|什么|啥|再|过|明显的?|出现过?|发现|得过|有)?$"
)
_LISTED = re.compile("、|和|或者?|及|以及|跟")


@dataclass(frozen=True)
class Reading:
    """A text in the tables' spelling, with the place of every character in what was written."""

    text: str
    written: str
    places: tuple[Span, ...]

    def words(self, span: Span) -> str:
        """What was written at a place of the reading."""
        return self.written[self.places[span[0]][0] : self.places[span[1] - 1][1]]


@dataclass(frozen=True)
class Hit(Generic[Owner]):
    """A term found for an owner, with the patient's own words and their places in the reading."""

    owner: Owner
    term: str
    words: tuple[str, ...]
    weight: float
    spans: tuple[Span, ...]


def read(text: str) -> Reading:
    """The text in the spelling of the tables: simplified, half-width, one word for one thing."""
    same, pattern = _same()
    plain = _respelled(_characters(text), _FILLERS, {})
    return _respelled(plain, pattern, same)


def _characters(text: str) -> Reading:
    spelled = {
        match.start() + place
        for match in _SPELLED_OUT.finditer(text)
        for place, character in enumerate(match[0])
        if character.isspace()
    }
    characters: list[str] = []
    places: list[Span] = []
    for place, character in enumerate(text):
        if place in spelled or _INVISIBLE.match(character):
            continue
        folded = unicodedata.normalize("NFKC", character).lower().translate(_SIMPLE)
        for one in "，" if folded.isspace() else folded:
            characters.append(one)
            places.append((place, place + 1))
    found = _COURSES.sub("月经", _ACHE.sub("疼", "".join(characters)))
    return Reading(found, text, tuple(places))


def _respelled(reading: Reading, pattern: re.Pattern[str], same: Mapping[str, str]) -> Reading:
    text = ""
    places: list[Span] = []
    last = 0
    for match in pattern.finditer(reading.text):
        word = same.get(match[0], "")
        text += reading.text[last : match.start()] + word
        places += reading.places[last : match.start()]
        stretch = (reading.places[match.start()][0], reading.places[match.end() - 1][1])
        places += [stretch] * len(word)
        last = match.end()
    places += reading.places[last:]
    return Reading(text + reading.text[last:], reading.written, tuple(places))


@cache
def _same() -> tuple[dict[str, str], re.Pattern[str]]:
    same: dict[str, str] = {}
    for line in _SAME.strip().splitlines():
        first, *others = (_ACHE.sub("疼", word) for word in line.split())
        same |= dict.fromkeys((first, *others), first)
    return same, re.compile("|".join(sorted(same, key=len, reverse=True)))


class TermTable(Generic[Owner]):
    """Terms of several owners, with weights.

    Args:
        terms: for each owner its terms and their weights.
    """

    def __init__(self, terms: Mapping[Owner, Mapping[str, float]]) -> None:
        self._terms: list[tuple[Owner, str, int, float]] = []
        self._parts: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for owner, weights in terms.items():
            for term, weight in weights.items():
                self._add(owner, term, weight)
        self._longest = max((len(word) for word in self._parts), default=0)

    def _add(self, owner: Owner, term: str, weight: float) -> None:
        parts = term.split("+")
        for place, part in enumerate(parts):
            for word in part.split("|"):
                if plain := read(word.strip()).text:
                    self._parts[plain].add((len(self._terms), place))
        self._terms.append((owner, term, len(parts), weight))

    def find(self, text: str | Reading) -> list[Hit[Owner]]:
        """The terms that the text contains and does not deny."""
        reading = read(text) if isinstance(text, str) else text
        places: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
        for span in self._spans(reading.text):
            for number, part in self._parts[reading.text[span[0] : span[1]]]:
                places[number][part].append(span)
        hits = []
        for number, found in places.items():
            owner, term, count, weight = self._terms[number]
            if len(found) == count and (spans := _nearest([found[part] for part in range(count)])):
                weight = weight / 2 if _gap(spans) > _FAR else weight
                hits.append(Hit(owner, term, _words(reading, spans), weight, spans))
        return _without_covered(hits)

    def _spans(self, text: str) -> Iterator[Span]:
        denied: list[Span] = []
        for start in range(len(text)):
            for end in range(min(start + self._longest, len(text)), start, -1):
                if text[start:end] not in self._parts or _is_other_word(text, start, end):
                    continue
                if is_denied(text, start) or _goes_on(text, (start, end), denied):
                    denied.append((start, end))
                else:
                    yield start, end


def is_denied(text: str, start: int) -> bool:
    """Whether a negation stands right before a place: 没有胸痛, 不怎么疼, but not 疼不疼."""
    denial = _DENIED.search(text, max(0, start - 6), start)
    if denial is None:
        return False
    asked = denial.end() - denial.start() == 1 and text[start - 2 : start - 1] == text[start]
    return not asked


def _goes_on(text: str, span: Span, denied: Sequence[Span]) -> bool:
    """Whether a list of denied things goes on here: 没有胸痛、咳嗽; 没恶心呕吐."""
    start, end = span
    return any(
        text[begun - 1] not in "不无"
        and (
            _LISTED.fullmatch(text, until, start) is not None
            or (until == start and min(until - begun, end - start) > 1)
        )
        for begun, until in denied
        if until <= start <= until + 2
    )


def _is_other_word(text: str, start: int, end: int) -> bool:
    before, after = _NOT_AFTER.get(text[start], ""), _NOT_BEFORE.get(text[end - 1], "")
    return (start > 0 and text[start - 1] in before.split()) or any(
        text.startswith(other, end) for other in after.split()
    )


def _gap(spans: Sequence[Span]) -> int:
    ordered = sorted(spans)
    return sum(max(0, right[0] - left[1]) for left, right in pairwise(ordered))


def _nearest(choices: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """One span for each part, none upon another, as near together as may be; or nothing."""
    best: tuple[Span, ...] = ()
    for spans in product(*(one[:6] for one in choices)):
        ordered = sorted(spans)
        apart = all(left[1] <= right[0] for left, right in pairwise(ordered))
        if apart and (not best or _gap(spans) < _gap(best)):
            best = spans
    return best


def _words(reading: Reading, spans: Sequence[Span]) -> tuple[str, ...]:
    ordered = sorted(spans)
    if _gap(ordered) <= _TOGETHER:
        return (reading.words((ordered[0][0], ordered[-1][1])),)
    return tuple(reading.words(span) for span in ordered)


def _without_covered(hits: Iterable[Hit[Owner]]) -> list[Hit[Owner]]:
    """For one owner a term inside a longer one counts once: 头疼 within 偏头疼."""
    by_owner: dict[Owner, list[Hit[Owner]]] = defaultdict(list)
    for hit in hits:
        by_owner[hit.owner].append(hit)
    return [hit for owned in by_owner.values() for hit in _uncovered(owned)]


def _uncovered(owned: Sequence[Hit[Owner]]) -> list[Hit[Owner]]:
    longest = [hit.spans[0] for hit in owned if len(hit.spans) == 1]
    kept: list[Hit[Owner]] = []
    seen: list[Span] = []
    for hit in sorted(owned, key=lambda one: (-one.weight, -sum(b - a for a, b in one.spans))):
        if len(hit.spans) == 1 and any(_inside(hit.spans[0], one) for one in longest):
            continue
        if all(any(_within(span, longer) for longer in seen) for span in hit.spans):
            continue
        seen.extend(hit.spans)
        kept.append(hit)
    return kept


def _within(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _inside(span: Span, other: Span) -> bool:
    return span != other and _within(span, other)
