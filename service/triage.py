"""Department finding 导诊: from a patient's words to at most three departments, or one question.

The head nurse's table says which words speak for which department; danger, age, sex, pregnancy
and fever go before it. No illness is ever named that the patient did not name.

Source: HOSPITAL.md section 4, department finding.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from service import safety
from service.facts import (
    PatientFacts,
    child_words,
    pregnancy_words,
    read_facts,
    stated_age,
    tells_of_child,
)
from service.handbook import Handbook
from service.model import Department, TriageQuestion
from service.terms import Hit, Reading, TermTable, read

DECISIVE, TYPICAL, POSSIBLE = 5.0, 3.0, 1.0
MOST = 3
_ENOUGH = 3.0
"""A score from which a department is named without asking first."""
_WORTH_NAMING = 0.22
"""Of the first one's score: what is below is not named beside it."""
_IN_FULL = 2
"""So many of a department's hits count in full; the others repeat what they said, and halve."""
_ALONE = 3
"""Characters beside a vague complaint that still say nothing more."""

_FEVER = re.compile(
    r"发烧|发热|高烧|低烧|烧到|烧得|烧了|还烧|又烧|(?:体温|温度)[^，。,]{0,4}(?:3[789]|4[01]|三十[七八九])"
    r"|(?<!\d)(?:3[89]|4[01])(?:\.\d)?\s*(?:度|℃)|3[89]度"
)
_NO_FEVER = re.compile(
    r"(?:没|不|无|没有|并不|也不|未|不再)(?:怎么|再)?(?:发烧|发热|高烧|低烧|烧(?!退|得))"
    r"|退烧了|烧退|烧(?:已经|也|都)?(?:退|好)了|退(?:了)?烧(?!药)|(?:手心|脚心|胃|心|脸|尿|胸口|关节|眼睛|脚底)(?:里|口)?(?:发热|发烧|烧得)"
    r"|烧心|烧焦|烧伤|潮热|阵阵发热|一阵发热|烧(?:得慌|酒)"
)
# A finding of a check-up is for whom it concerns; the wish for one is for the check-up centre.
_CHECKUP_WISH = re.compile(
    r"(?:想|要|去|来|做|约|给|办|有|带|让)[^，。,]{0,10}(?:体检|查体)(?!发现|查出|说|报告|单|提示|显示|结果|时|的时候)|套餐|入职|上岗|健康证|项目|全身|看不懂|解读"
    r"|(?:几|多|[两三四五六七八])(?:个|项)[^，。,]{0,4}(?:指标|异常|不合格|箭头|不正常|超标)|箭头"
)
_ENDING_PREGNANCY = re.compile(
    r"不想要|不打算要|不要了|打掉|做掉|流掉|拿掉|人流|药流|终止|打胎|堕胎"
)
_OFFICE = re.compile(r"(?:科|门诊|中心|室|病房)$")
_ILLNESSES = tuple(
    re.compile(words)
    for words in (
        "血压",
        "糖尿病|血糖",
        "心脏|冠心病|房颤|心衰|支架",
        "脑梗|中风|帕金森|痴呆",
        "前列腺|起夜|尿",
        "腰|腿|关节|骨质疏松|膝盖",
        "睡|失眠",
        "便秘|大便",
        "眼|白内障",
        "耳",
        "胃",
        "肾",
        "肺|喘|慢阻肺|气管炎",
        "血脂|痛风|尿酸",
        "头晕",
        "记性|糊涂|忘",
        "摔",
    )
)
_MANY_ILLNESSES = 4
_FLUFF = re.compile(
    r"请问|你好|您好|我们?|俺|咱|他|她|您|你|自己|这|那|块儿?|边|儿|个|是|的|了|呢|吗|啊|呀|嘛|吧|哦|，|\W|怎么(?:办|回事|弄|了)?|咋(?:办|整|回事|弄|了)?|如何|什么"
    r"|啥|哪(?:个|里|儿|科|一科|边)?|看|挂|号|科室?|医生|大夫|医院|该|应该|要|想|需要|帮忙?|推荐|可以|能|去|找|得|不知道|不晓得|不清楚|该|原因|因为|为"
    r"|(?:今|昨|前)天|刚才|现在|早上|晚上|白天|\d+|[一二两三四五六七八九十几半好多]+(?:天|周|个?月|年|个?星期|个?礼拜|次|岁|小时|下)(?:多|来)?|最近|近|突然|忽然|开始|以来"
    r"|家里?|老人家?|人|[一二两三四五六七八九十几半百]+|没?减肥|没说|跟着|拍|做|说|查|出|发现|显示|爸爸?|妈妈?|老公|老婆|爱人|朋友|爷爷|奶奶|男|女|性|先生|女士|有|在|会|着|过|到|上|里|来|还|又|不太|不大|比较|厉害|严重|难受|不舒服|毛病|问题|情况|病|身体|身上"
)

_ADDS = re.compile(
    r"(?:[我他她它]|另外|而且|同时|现在)*(?:还|也|又|而且|加上|再加|另外|同时|并且|有时)(?!是|要|想|能|可以|有号|有没有|有谁|有哪|有别)"
)
_ASKS_DEPARTMENT = re.compile(r"科|[看挂](?:什么|啥|哪)")
_BRIEF = 8
_FEARED = re.compile(
    r"(?:会不会|是不是|该不会|不会)(?:真的?|得了?|患了?|是|有|就是)*[^，。,]{0,5}(?:癌|瘤|白血病)(?:症|变)?[了啊吗呢呀吧]*"
)
"""An illness that is only feared speaks for no department as long as something is felt."""


@dataclass(frozen=True)
class Suggestion:
    """A department with the patient's own words that speak for it."""

    department: Department
    words: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class Advice:
    """What the guide nurse would say: departments, best first; or one question before that."""

    suggestions: tuple[Suggestion, ...]
    question: TriageQuestion | None = None


@dataclass
class _Tally:
    """What speaks for each department so far."""

    scores: dict[str, float] = field(default_factory=dict)
    words: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def top(self) -> float:
        return max(self.scores.values(), default=0.0)

    def lead(self, name: str, reason: str) -> None:
        """Put a department first, for a reason in the patient's words."""
        best = max(self.scores, key=self.scores.__getitem__, default=name)
        self.words[name][:0] = [reason] if reason else self.words[name] or self.words[best]
        self.scores[name] = max(self.top, _ENOUGH) * 1.1 + 0.1

    def scale(self, name: str, factor: float) -> None:
        if name in self.scores:
            self.scores[name] *= factor


def find_departments(
    handbook: Handbook,
    text: str,
    known: PatientFacts | None = None,
    *,
    may_ask: bool = True,
) -> Advice:
    """Departments for a description of complaints.

    Args:
        known: what is known of the patient from elsewhere; the text itself goes before it.
        may_ask: whether one question may be asked instead.
    """
    facts = read_facts(text).or_else(known or PatientFacts())
    felt = _FEARED.sub("，", text)
    if felt != text and _tables_of(handbook).departments.find(read(felt)):
        text = felt
    reading = read(text)
    hits = _tables_of(handbook).departments.find(reading)
    tally = _score(hits)
    _add_named(handbook, tally, text)
    _drop_unfit(handbook, tally, facts)
    question = _question(handbook, reading, facts, hits) if may_ask and not _fever(text) else None
    _apply_rules(tally, text, facts)
    return Advice(_suggestions(handbook, tally, text), question)


def goes_on(text: str) -> bool:
    """Whether words add a symptom to what was told: 还胸痛, 也吐."""
    return bool(_ADDS.match(text))


def continues(handbook: Handbook, text: str, before: str) -> bool:
    """Whether a message is about the complaint told before it, rather than another one."""
    old, new = read_facts(before), read_facts(text)
    if (old.sex and new.sex and old.sex != new.sex) or old.is_child < tells_of_child(text):
        return False
    ages = {stated_age(before), stated_age(text)} - {None}
    if len(ages) > 1:
        return False
    if goes_on(text):
        return True
    own = find_departments(handbook, text, may_ask=False).suggestions
    evidence = bool(own) and own[0].score >= TYPICAL
    return not evidence or (len(text) <= _BRIEF and not _ASKS_DEPARTMENT.search(text))


def _suggestions(handbook: Handbook, tally: _Tally, text: str) -> tuple[Suggestion, ...]:
    ranked = sorted(tally.scores.items(), key=lambda item: -item[1])
    chosen = [
        Suggestion(department, _reason(tally.words[name], text), score)
        for name, score in ranked
        if score >= tally.top * _WORTH_NAMING
        and (department := handbook.department(name)) is not None
    ]
    return tuple(chosen[:MOST])


def _reason(words: Sequence[str], text: str) -> tuple[str, ...]:
    """At most three stretches of the patient's own words, none inside another."""
    own = [word for word in dict.fromkeys(words) if word in text]
    own = [one for one in own if not any(one != other and one in other for other in own)]
    telling = [word for word in own if len(word) > 1] or own
    return tuple(telling[:3])


def answered(
    handbook: Handbook, question: TriageQuestion, choice: str, text: str, facts: PatientFacts
) -> Advice:
    """The advice after the patient has answered the one question.

    Args:
        choice: the label of a choice, or the patient's own words.
        text: the description so far.
    """
    option = next((one for one in question.choices if one["label"] == choice), None)
    if option is not None and not facts.is_child:
        listed = [handbook.department(name) for name in option["departments"]]
        fit = [
            Suggestion(one, (choice,), 1.0)
            for one in listed
            if one is not None and _fits(one, facts)
        ]
        if fit:
            return Advice(tuple(fit[:MOST]))
    return find_departments(handbook, f"{text}，{choice}", facts, may_ask=False)


def match_choice(question: TriageQuestion, text: str) -> str:
    """The choice that typed words mean, or nothing: 上面 for 肚脐上面."""
    best, longest = "", 0
    for option in question.choices:
        label = option["label"]
        common = max(
            (
                len(label[start:end])
                for start in range(len(label))
                for end in range(start + 1, len(label) + 1)
                if label[start:end] in text
            ),
            default=0,
        )
        if common >= 2 and common > longest:
            best, longest = label, common
    return best


def _score(hits: Iterable[Hit[str]]) -> _Tally:
    tally = _Tally()
    by_department: defaultdict[str, list[tuple[float, Hit[str]]]] = defaultdict(list)
    for hit in hits:
        length = sum(end - start for start, end in hit.spans)
        by_department[hit.owner].append((hit.weight * (1 + 0.05 * length), hit))
    for name, weighed in by_department.items():
        weighed.sort(key=lambda one: -one[0])
        values = [value for value, _ in weighed]
        tally.scores[name] = sum(values[:_IN_FULL]) + sum(values[_IN_FULL:]) / 2
        tally.words[name] = [word for _, hit in weighed for word in hit.words]
    return tally


def _add_named(handbook: Handbook, tally: _Tally, text: str) -> None:
    """The departments that the patient names as such: 皮肤科, not 皮肤."""
    for named in handbook.find_departments(text):
        name = next(
            (one for one in (named.name, *named.aliases) if one in text and _OFFICE.search(one)), ""
        )
        if name:
            tally.scores[named.name] = tally.scores.get(named.name, 0) + DECISIVE
            tally.words[named.name].append(name)


def _drop_unfit(handbook: Handbook, tally: _Tally, facts: PatientFacts) -> None:
    for name in list(tally.scores):
        department = handbook.department(name)
        if department is None or not _fits(department, facts):
            del tally.scores[name]


def _fits(department: Department, facts: PatientFacts) -> bool:
    if department.sex and facts.sex and department.sex != facts.sex:
        return False
    if facts.age is None:
        return True
    if department.max_age is not None and facts.age > department.max_age:
        return False
    return department.min_age is None or facts.age >= department.min_age


def _apply_rules(tally: _Tally, text: str, facts: PatientFacts) -> None:
    """Danger, age, fever and pregnancy go before the table; the last that leads is first."""
    _weigh_checkup(tally, text)
    if facts.age is None and not tells_of_child(text):
        tally.scale("儿科", 0.2)
    if _many_illnesses(text, facts):
        tally.lead("老年医学科", "")
    if facts.pregnant and not _ENDING_PREGNANCY.search(text):
        tally.lead("产科", pregnancy_words(text))
    if facts.is_child:
        hurt = tally.scores.get("急诊科", 0.0) == tally.top >= DECISIVE
        tally.lead("儿科", child_words(text))
        if hurt:
            tally.lead("急诊科", "")
    elif fever := _fever(text):
        tally.lead("发热门诊", fever)
    if tally.scores and safety.check(text) is not None:
        tally.lead("急诊科", "")


def _weigh_checkup(tally: _Tally, text: str) -> None:
    if "体检" in text and not _CHECKUP_WISH.search(text):
        others = [score for name, score in tally.scores.items() if name != "体检中心"]
        if others and max(others) >= TYPICAL:
            tally.scale("体检中心", 0.2)


def _many_illnesses(text: str, facts: PatientFacts) -> bool:
    """Source: departments.csv, 老年医学科 is for those of 60 and more with several illnesses."""
    if facts.age is None or facts.age < 60:
        return False
    return sum(bool(illness.search(text)) for illness in _ILLNESSES) >= _MANY_ILLNESSES


def _fever(text: str) -> str:
    """The words that tell of a fever, or nothing."""
    match = _FEVER.search(text)
    return match[0] if match and not _NO_FEVER.search(text) else ""


def _question(
    handbook: Handbook, reading: Reading, facts: PatientFacts, found: Sequence[Hit[str]]
) -> TriageQuestion | None:
    """The one question, when a vague complaint stands nearly alone and the answer would differ."""
    if facts.is_child or facts.pregnant:
        return None
    tables = _tables_of(handbook)
    told = {hit.owner for hit in tables.details.find(reading)}
    complaints = tables.complaints.find(reading)
    for question in handbook.questions:
        hits = [hit for hit in complaints if hit.owner == question.code]
        if not hits or question.code in told or (facts.sex and _asks_sex(question)):
            continue
        if len(_beside(reading, hits)) <= _ALONE and not _says_more(found, hits):
            return question
    return None


def _says_more(found: Iterable[Hit[str]], complaint: Sequence[Hit[str]]) -> bool:
    """Whether words that speak for a department stand beside the vague complaint."""
    said = [span for hit in complaint for span in hit.spans]
    return any(
        all(end <= begin or stop <= start for begin, stop in said)
        for hit in found
        if hit.weight >= TYPICAL
        for start, end in hit.spans
        if end - start > 1
    )


def _asks_sex(question: TriageQuestion) -> bool:
    return any("女性" in one["label"] or "男性" in one["label"] for one in question.choices)


def _beside(reading: Reading, hits: Sequence[Hit[str]]) -> str:
    """What the message says beside the complaint."""
    characters = list(reading.text)
    for start, end in (span for hit in hits for span in hit.spans):
        characters[start:end] = "，" * (end - start)
    return _FLUFF.sub("", "".join(characters))


@dataclass(frozen=True)
class _Tables:
    departments: TermTable[str]
    complaints: TermTable[str]
    details: TermTable[str]


_tables: WeakKeyDictionary[Handbook, _Tables] = WeakKeyDictionary()


def _tables_of(handbook: Handbook) -> _Tables:
    tables = _tables.get(handbook)
    if tables is None:
        tables = _tables[handbook] = _Tables(
            TermTable(
                {
                    entry.department: {
                        **_weighed(entry.possible, POSSIBLE),
                        **_weighed(entry.typical, TYPICAL),
                        **_weighed(entry.decisive, DECISIVE),
                    }
                    for entry in handbook.triage
                }
            ),
            TermTable({one.code: _weighed(one.complaint, 1.0) for one in handbook.questions}),
            TermTable({one.code: _weighed(one.unless, 1.0) for one in handbook.questions}),
        )
    return tables


def _weighed(terms: Sequence[str], weight: float) -> dict[str, float]:
    return dict.fromkeys(terms, weight)
