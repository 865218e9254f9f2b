"""Department finding: the head nurse's table, and what goes before it."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from service import safety
from service.facts import PatientFacts
from service.handbook import Handbook
from service.model import Department, TriageEntry, TriageQuestion
from service.terms import TermTable, read
from service.triage import Advice, answered, continues, find_departments, match_choice

_HOSPITAL = Path(__file__).parents[3] / "hospital"


def _rows(name: str) -> list[dict[str, Any]]:
    return list(yaml.load((_HOSPITAL / "triage" / name).read_text("utf-8"), yaml.CSafeLoader))


def _departments() -> list[Department]:
    with (_HOSPITAL / "departments.csv").open(encoding="utf-8") as file:
        return [
            Department(
                name=row["name"],
                aliases=[alias for alias in row["aliases"].split(";") if alias],
                sex=row["sex"] or None,
                min_age=int(row["min_age"]) if row["min_age"] else None,
                max_age=int(row["max_age"]) if row["max_age"] else None,
            )
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    tables = ("internal", "other", "senses", "surgical", "women_children")
    entries = [TriageEntry(**row) for table in tables for row in _rows(f"{table}.yml")]
    questions = [TriageQuestion(**row) for row in _rows("questions.yml")]
    return Handbook("1", _departments(), [], [], [], [], entries, questions)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No danger, unless a test says so: the danger rules have tests of their own."""
    monkeypatch.setattr(safety, "check", lambda _text: None)


def names(advice: Advice) -> list[str]:
    return [one.department.name for one in advice.suggestions]


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("爬个坡胸口就憋得慌，站会儿才好", "心血管内科"),
        ("一换季气管里就呼噜呼噜响，喘", "呼吸内科"),
        ("胃里老是泛酸，夜里烧得慌", "消化内科"),
        ("走路踩棉花似的，说话也含糊", "神经内科"),
        ("空腹血糖九点多，老口渴", "内分泌科"),
        ("小便好多泡沫，早上眼皮肿", "肾内科"),
        ("没磕没碰，腿上青一块紫一块", "血液科"),
        ("早上手指头僵得攥不住拳", "风湿免疫科"),
        ("查出来是乙肝大三阳", "感染科"),
        ("不高兴，什么都提不起兴趣，老想哭", "精神心理科"),
        ("大腿根鼓个包，躺下就没了", "普外科"),
        ("摸到乳房里有硬块", "甲乳外科"),
        ("打球崴了脚，肿老高", "骨科"),
        ("垂体瘤手术后要复查", "神经外科"),
        ("腿上青筋一团一团鼓着", "血管外科"),
        ("尿完还滴滴答答，起夜四五趟", "泌尿外科"),
        ("拉屎滴鲜血，肛门口有肉", "肛肠科"),
        ("想割双眼皮", "整形美容科"),
        ("白带多，有异味", "妇科"),
        ("备孕两年都没怀上", "生殖医学科"),
        ("眼睛进了沙子，磨得流泪", "眼科"),
        ("耳朵里嗡嗡响，听不清", "耳鼻喉科"),
        ("后槽牙疼得睡不着", "口腔科"),
        ("后背起红疙瘩，痒得很", "皮肤科"),
        ("下周要做第三次化疗", "肿瘤科"),
        ("想抓点中药调调身体", "中医科"),
        ("拆了石膏膝盖弯不了，想做康复锻炼", "康复科"),
        ("带状疱疹好了三个月还是火烧一样疼", "疼痛科"),
        ("痛风的人怎么吃，要个食谱", "营养科"),
        ("入职要体检", "体检中心"),
        ("让邻居家狗咬了一口", "急诊科"),
    ],
)
def test_ordinary_words_find_their_department(
    handbook: Handbook, text: str, department: str
) -> None:
    advice = find_departments(handbook, text)
    assert advice.question is None
    assert names(advice)[0] == department


@pytest.mark.parametrize(
    "text",
    [
        "腦殼疼，怕光，一邊一跳一跳地疼",
        "脑壳 痛，怕光，一边一跳一跳地痛",
        "脑阔很痛，怕光，一边一跳一跳地痛",
    ],
)
def test_spelling_and_dialect_change_nothing(handbook: Handbook, text: str) -> None:
    assert names(find_departments(handbook, text))[0] == "神经内科"


def test_full_width_letters_are_read(handbook: Handbook) -> None:
    assert names(find_departments(handbook, "ＨＰＶ阳性怎么办"))[0] == "妇科"


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("乳头疼", []),
        ("骨头疼", []),
        ("头疼", ["head"]),
        ("起了荨麻疹", []),
        ("不头疼", []),
        ("头疼不疼", ["head"]),
        ("没有头疼、麻疹", []),
        ("有没有麻疹", ["spots"]),
        ("摸着膝盖不疼", []),
        ("膝盖一蹲就疼", ["knee"]),
    ],
)
def test_a_word_inside_another_or_denied_does_not_count(text: str, owners: list[str]) -> None:
    table = TermTable({"head": {"头痛": 1.0}, "spots": {"麻疹": 1.0}, "knee": {"膝关节+痛": 1.0}})
    assert [hit.owner for hit in table.find(text)] == owners


def test_the_longest_term_of_a_department_counts_once() -> None:
    table = TermTable({"neurology": {"头疼": 3.0, "偏头疼": 5.0}})
    assert [hit.term for hit in table.find("偏头疼又犯了")] == ["偏头疼"]


def test_parts_far_apart_count_half() -> None:
    table = TermTable({"knee": {"膝盖+疼": 4.0}})
    [near] = table.find("膝盖疼")
    [far] = table.find("膝盖去年做过手术现在挺好的没什么事，就是牙疼")
    assert (near.weight, far.weight) == (4.0, 2.0)
    assert far.words == ("膝盖", "疼")


def test_a_reading_knows_what_was_written() -> None:
    reading = read("我的 腦殼有點痛")
    assert reading.text == "我的，头疼"
    assert reading.words((3, 5)) == "腦殼有點痛"


@pytest.mark.parametrize(
    "text",
    [
        "膝盖这两天下楼就疼，晚上也酸",
        "尿频，憋不住，老想上厕所",
        "我闺女四岁，发烧，嗓子红",
        "怀孕四个月，牙疼",
    ],
)
def test_reasons_stand_in_the_patients_text_and_no_department_comes_twice(
    handbook: Handbook, text: str
) -> None:
    advice = find_departments(handbook, text)
    assert advice.suggestions
    assert all(word in text for one in advice.suggestions for word in one.words)
    assert all(one.words for one in advice.suggestions)
    assert len(set(names(advice))) == len(names(advice)) <= 3


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("肚子痛", "belly"),
        ("医生，我头晕怎么办", "dizzy"),
        ("下身出血了", "below_itch"),
        ("脖子上摸到个疙瘩", "neck"),
        ("检查有几项不合格", "report"),
        ("我不舒服", "anything"),
        ("要做手术，挂哪个科", "surgery"),
    ],
)
def test_a_vague_complaint_alone_is_asked_about(
    handbook: Handbook, text: str, question: str
) -> None:
    asked = find_departments(handbook, text).question
    assert asked is not None
    assert asked.code == question


@pytest.mark.parametrize(
    "text",
    [
        "肚子痛，来月经就这样",
        "头晕，一翻身房子都转",
        "绝经后下身出血",
        "我家娃肚子痛",
        "怀孕了头晕",
    ],
)
def test_a_deciding_detail_needs_no_question(handbook: Handbook, text: str) -> None:
    advice = find_departments(handbook, text)
    assert advice.question is None
    assert advice.suggestions


def test_no_question_where_none_may_be_asked(handbook: Handbook) -> None:
    assert find_departments(handbook, "肚子痛", may_ask=False).question is None


@pytest.mark.parametrize("text", ["体检发现甲状腺上有结节", "单位体检说肾里有石头"])
def test_a_finding_of_a_check_up_goes_to_whom_it_concerns(handbook: Handbook, text: str) -> None:
    assert names(find_departments(handbook, text))[0] != "体检中心"


def test_danger_leads_to_emergency(handbook: Handbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "check", lambda _text: safety.Danger("heart", "rule"))
    text = "胸口压着疼，出一身冷汗"
    advice = find_departments(handbook, text)
    assert names(advice)[:2] == ["急诊科", "心血管内科"]
    assert all(word in text for word in advice.suggestions[0].words)


def test_fourteen_and_under_go_to_paediatrics_with_the_specialist_second(
    handbook: Handbook,
) -> None:
    assert names(find_departments(handbook, "小学二年级，看黑板眯眼睛"))[:2] == ["儿科", "眼科"]
    known = PatientFacts(age=6)
    assert names(find_departments(handbook, "耳朵疼，流脓", known))[:2] == ["儿科", "耳鼻喉科"]


def test_a_feverish_adult_goes_to_the_fever_clinic_with_the_specialist_second(
    handbook: Handbook,
) -> None:
    found = names(find_departments(handbook, "发烧三十八度五，咳黄痰"))
    assert found[:2] == ["发热门诊", "呼吸内科"]
    assert names(find_departments(handbook, "不发烧，咳黄痰"))[0] == "呼吸内科"


def test_the_pregnant_go_to_obstetrics_with_the_specialist_second(handbook: Handbook) -> None:
    assert names(find_departments(handbook, "怀孕五个月，牙龈肿"))[:2] == ["产科", "口腔科"]
    assert names(find_departments(handbook, "意外怀孕不想要，做人流"))[0] == "妇科"


def test_men_never_go_to_gynaecology_nor_women_to_andrology(handbook: Handbook) -> None:
    private = "私处痒，长小疙瘩"
    assert "妇科" not in names(find_departments(handbook, private, PatientFacts(sex="M")))
    assert "男科" not in names(
        find_departments(handbook, "性欲低，同房不行", PatientFacts(sex="F"))
    )


def test_the_old_with_many_illnesses_go_to_geriatrics(handbook: Handbook) -> None:
    text = "我爷爷79，血压高、糖尿病、膝盖疼、便秘，还总睡不好"
    assert names(find_departments(handbook, text))[0] == "老年医学科"


def test_a_mothers_complaint_is_not_her_childs(handbook: Handbook) -> None:
    assert "儿科" not in names(find_departments(handbook, "生过俩娃，一跳绳就漏尿"))


def test_a_department_named_by_the_patient_is_heard(handbook: Handbook) -> None:
    assert names(find_departments(handbook, "想看肾内科"))[0] == "肾内科"


def test_an_answer_decides_within_what_fits_the_patient(handbook: Handbook) -> None:
    question = next(one for one in handbook.questions if one.code == "below_itch")
    woman = answered(handbook, question, "女性私处或月经不对", "下面痒", PatientFacts())
    assert names(woman)[0] == "妇科"
    child = answered(
        handbook, question, "女性私处或月经不对", "下面痒", PatientFacts(age=6, sex="F")
    )
    assert names(child)[0] == "儿科"


def test_typed_words_mean_a_choice(handbook: Handbook) -> None:
    question = next(one for one in handbook.questions if one.code == "belly")
    assert match_choice(question, "就在右下边那块") == "右下边"
    assert match_choice(question, "嗯") == ""


def test_every_choice_leads_to_departments_of_the_hospital(handbook: Handbook) -> None:
    assert len(handbook.questions) <= 40
    for question in handbook.questions:
        assert 2 <= len(question.choices) <= 4
        listed = [name for one in question.choices for name in one["departments"]]
        assert all(handbook.department(name) for name in listed)


@pytest.mark.parametrize(
    "text", ["还胸痛", "她还有糖尿病", "起夜五六次", "挂哪个", "3天了", "70岁"]
)
def test_what_is_told_later_belongs_to_the_same_complaint(handbook: Handbook, text: str) -> None:
    assert continues(handbook, text, "咳嗽")


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("我妈胃疼反酸挂什么科", "牙疼，男"),
        ("孩子咳嗽", "头疼"),
        ("皮肤起疹子痒得厉害应该看什么科", "咳嗽"),
        ("牙疼 30岁", "咳嗽，65岁"),
    ],
)
def test_another_person_or_a_whole_new_complaint_begins_anew(
    handbook: Handbook, text: str, before: str
) -> None:
    assert not continues(handbook, text, before)


def test_an_illness_that_is_only_feared_leads_nowhere_else(handbook: Handbook) -> None:
    assert names(find_departments(handbook, "胃疼，是不是胃癌啊"))[0] == "消化内科"
    assert "肿瘤科" in names(find_departments(handbook, "是不是胃癌啊"))
