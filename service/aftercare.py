"""Which approved text of a life after a stay a question is about, and which part of it."""

import re

from service.handbook import Handbook
from service.model import AftercareText


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


def speaks_of_aftercare(text: str) -> bool:
    """Whether a question may be of a life after a stay, though it names no illness."""
    said = (word for words in _SECTION_WORDS.values() for word in words)
    return bool(_STAY.search(text)) or any(word in text for word in said)


_STAY = re.compile(r"出院|术|恢复|[化放]疗|产后|月子|注意|回家|刀|伤|养|忌|瘘|造口")
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
