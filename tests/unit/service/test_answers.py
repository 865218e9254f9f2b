"""Which of the hospital's entries answers a question, and which are only offered."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from service.aftercare import aftercare_section, find_aftercare
from service.answers import (
    CERTAIN,
    find_answers,
    find_further,
    is_about,
    is_clear,
    merged_question,
    topic_answers,
)
from service.handbook import Handbook
from service.model import AftercareText, Answer

_HOSPITAL = Path(__file__).parents[3] / "hospital"


def _read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def _handbook(answers: list[Answer], aftercare: list[AftercareText]) -> Handbook:
    return Handbook(
        version="1",
        departments=[],
        practitioners=[],
        answers=answers,
        aftercare=aftercare,
        notices=[],
        triage=[],
        questions=[],
    )


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    answers = [
        Answer(
            topic=path.stem,
            **{name: row[name] for name in ("code", "title", "asks", "keywords", "text")},
        )
        for path in sorted((_HOSPITAL / "answers").glob("*.yml"))
        for row in _read(path)
    ]
    aftercare = [
        AftercareText(**_read(path)) for path in sorted((_HOSPITAL / "aftercare").glob("*.yml"))
    ]
    return _handbook(answers, aftercare)


CLEAR = {
    "磁共振腰椎做一回啥价": ("ask_fees", "fees-mri"),
    "票丢了能不能再打": ("ask_fees", "fees-invoice-lost"),
    "一笔钱扣了我两回": ("ask_fees", "fees-double-charge"),
    "预交金没花完怎么退": ("ask_fees", "fees-deposit-refund"),
    "外省的卡能直接刷吗": ("ask_insurance", "insurance-other-city"),
    "社保卡忘带了": ("ask_insurance", "insurance-forgot"),
    "咋去你们医院": ("ask_directions", "directions-address"),
    "洗手间在几层": ("ask_directions", "directions-toilet"),
    "彩超室几点停": ("ask_hours", "hours-exam"),
    "重症监护室啥时候让家属进": ("ask_hours", "hours-icu-visit"),
    "抽血前一晚能喝酒不": ("ask_visit_preparation", "prep-blood"),
    "妇科b超得憋着尿吗": ("ask_visit_preparation", "prep-ultrasound-bladder"),
    "胃镜想换到下周": ("ask_visit_preparation", "examination-change"),
    "住院用不用自己带被子脸盆": ("ask_visit_preparation", "admission-bring"),
    "化验单弄丢了还能补一份吗": ("ask_report", "report-reprint"),
    "体检报告哪天出来": ("ask_report", "report-checkup"),
    "爸爸的报告我能代领吗": ("ask_report", "report-proxy"),
}


@pytest.mark.parametrize("question", list(CLEAR))
def test_a_plain_question_has_one_clear_entry(handbook: Handbook, question: str) -> None:
    intent, code = CLEAR[question]
    found = find_answers(handbook, question, intent)
    assert found[0].answer.code == code
    assert is_clear(found), found


OPEN = {
    "报告多会儿能拿": {"report-blood-time", "report-image-time", "report-pathology"},
    "那医保给报多少呢": {"insurance-outpatient-rate", "insurance-inpatient-rate"},
    "发票": {"fees-invoice", "fees-invoice-lost", "fees-invoice-name"},
    "胃镜": {"fees-gastroscopy", "prep-gastroscopy", "directions-endoscopy"},
    "押金": {"fees-deposit", "fees-deposit-refund"},
    "能退钱吗": {"fees-refund", "fees-exam-refund", "fees-medicine-refund"},
}


@pytest.mark.parametrize("question", list(OPEN))
def test_a_question_that_several_entries_answer_offers_them(
    handbook: Handbook, question: str
) -> None:
    found = find_answers(handbook, question)
    assert not is_clear(found)
    assert OPEN[question] <= {one.answer.code for one in found}


@pytest.mark.parametrize(
    ("question", "intent", "wrong"),
    [
        ("报告什么时候给我", "ask_report", "report-checkup"),
        ("可以刷医保吗", "ask_insurance", "insurance-emergency"),
        ("超声科几点关门", "ask_hours", "hours-clinic"),
        ("普通挂号几块钱", "ask_fees", "fees-emergency"),
    ],
)
def test_an_entry_about_a_subject_that_was_not_named_does_not_win(
    handbook: Handbook, question: str, intent: str, wrong: str
) -> None:
    assert find_answers(handbook, question, intent)[0].answer.code != wrong


def test_a_follow_up_of_few_words_changes_the_answer(handbook: Handbook) -> None:
    (first, *_) = find_answers(handbook, "外地的 住院医保怎么报", "ask_insurance")
    assert first.answer.code == "insurance-other-city"


def test_a_mistaken_topic_does_not_hide_the_entry(handbook: Handbook) -> None:
    found = find_answers(handbook, "做肠镜要多少钱", "ask_hours")
    assert found[0].answer.code == "fees-colonoscopy"


def test_what_is_not_certain_is_never_a_single_entry(handbook: Handbook) -> None:
    for question in ("那个怎么弄呀", "我妈的事", "钱的问题", "要等吗"):
        found = find_answers(handbook, question)
        assert len(found) != 1 or found[0].score >= CERTAIN


def test_words_that_no_entry_knows_find_nothing(handbook: Handbook) -> None:
    assert find_answers(handbook, "qwxyz") == []


def test_an_empty_handbook_finds_nothing() -> None:
    assert find_answers(_handbook([], []), "多少钱") == []


def test_every_entry_is_found_by_its_own_title(handbook: Handbook) -> None:
    for answer in handbook.answers:
        assert find_answers(handbook, answer.title)[0].answer.code == answer.code


def test_the_entries_of_a_topic_stand_in_the_order_of_the_files(handbook: Handbook) -> None:
    codes = [one.code for one in topic_answers(handbook, "ask_report")]
    assert codes[0] == "report-where" and all(code.startswith("report-") for code in codes)


def test_entries_are_short_polite_and_never_turn_away(handbook: Handbook) -> None:
    for answer in handbook.answers:
        text = answer.text.strip()
        assert len(text) <= 90 and text.count("\n") <= 3, answer.code
        assert "您" in text or "请" in text, answer.code
        assert not any(word in text for word in ("不知道", "不归我们", "规定如此")), answer.code


AFTERCARE = {
    "盲肠割了啥时候能喝粥": ("appendix", "diet"),
    "放了支架以后爬楼行吗": ("coronary-stent", "exercise"),
    "切了胆囊伤口能碰水吗": ("gallbladder", "wound"),
    "高血压的药漏吃一回": ("hypertension", "medicine"),
    "换髋之后多久来拍片": ("joint-replacement", "return"),
    "甲状腺手术后脖子肿要紧吗": ("thyroid", "warning"),
    "胰岛素忘了打": ("diabetes", "medicine"),
}


@pytest.mark.parametrize("question", list(AFTERCARE))
def test_after_care_is_found_with_its_section(handbook: Handbook, question: str) -> None:
    entry = find_aftercare(handbook, question)
    assert entry is not None
    assert (entry.code, aftercare_section(question, entry)) == AFTERCARE[question]


def test_a_named_illness_comes_before_the_general_text(handbook: Handbook) -> None:
    named = find_aftercare(handbook, "白内障手术后注意什么")
    general = find_aftercare(handbook, "手术后注意什么")
    assert named is not None and named.code == "cataract"
    assert general is not None and general.code == "general"


def test_after_care_without_an_illness_or_a_subject_is_nothing(handbook: Handbook) -> None:
    assert find_aftercare(handbook, "平时注意什么") is None
    entry = find_aftercare(handbook, "疝气")
    assert entry is not None and aftercare_section("疝气", entry) == ""


@pytest.mark.parametrize(
    ("before", "text", "intent", "code"),
    [
        ("医保能报多少", "住院呢", "ask_insurance", "insurance-inpatient-rate"),
        ("医保能报多少", "儿童呢", "ask_insurance", "insurance-child"),
        ("CT多少钱", "核磁呢", "ask_fees", "fees-mri"),
        ("核磁多少钱", "增强的呢", "ask_fees", "fees-mri"),
        ("发票怎么开", "丢了呢", "ask_fees", "fees-invoice-lost"),
        ("体检要空腹吗", "多少钱", "ask_fees", "fees-checkup"),
        ("无痛胃镜怎么准备", "多少钱", "ask_fees", "fees-gastroscopy"),
        ("抽血前要注意什么", "几点到", "ask_hours", "hours-blood"),
        ("会诊", "最快什么时候", "ask_hours", "service-consultation"),
        ("陪诊", "收钱吗", "ask_fees", "service-escort"),
        ("陪诊", "要钱吗", "ask_fees", "service-escort"),
        ("挂号费多少钱", "能退吗", "ask_fees", "fees-refund"),
        ("彩超", "几楼", "ask_directions", "directions-ultrasound"),
        ("住院能报多少", "门诊呢", "ask_insurance", "insurance-outpatient-rate"),
        ("医保办在哪", "几点上班", "ask_hours", "hours-office"),
        ("核磁多少钱", "多久出报告", "ask_report", "report-image-time"),
    ],
)
def test_a_question_goes_on_from_the_one_before(
    handbook: Handbook, before: str, text: str, intent: str, code: str
) -> None:
    found = find_further(handbook, text, before, intent)
    assert is_clear(found)
    assert found[0].answer.code == code


@pytest.mark.parametrize(
    ("before", "text", "intent"),
    [
        ("停车怎么收费", "挂号费多少钱", "ask_fees"),
        ("停车怎么收费", "地铁呢", "ask_directions"),
        ("医保能报多少", "几点到", "ask_hours"),
        ("医保能报多少", "停车在哪", "ask_directions"),
        ("停车怎么收费", "几点开门", "ask_hours"),
        ("周末能看病吗", "几点上班", "ask_hours"),
    ],
)
def test_a_question_that_explains_itself_goes_on_from_none(
    handbook: Handbook, before: str, text: str, intent: str
) -> None:
    assert find_further(handbook, text, before, intent) == []


def test_a_price_of_what_no_entry_speaks_of_is_not_told(handbook: Handbook) -> None:
    assert not is_about(find_answers(handbook, "针灸多少钱", "ask_fees")[0], "针灸多少钱")
    assert is_about(find_answers(handbook, "挂号费多少钱", "ask_fees")[0], "挂号费多少钱")


def test_a_question_that_goes_on_is_kept_in_full() -> None:
    assert merged_question("核磁呢", "CT多少钱") == "核磁多少钱"
    assert merged_question("多少钱", "无痛胃镜怎么准备") == "无痛胃镜多少钱"
    assert merged_question("退休的呢", "医保能报多少") == "退休 医保能报多少"
