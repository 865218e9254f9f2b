"""Questions, answered with the hospital's own entries; after-care from approved texts."""

import pytest

from service.model import AftercareText, Answer, Feedback
from tests.e2e.chat import Chat
from tests.e2e.records import Records

QUESTIONS = {
    "挂号费多少钱": "fees-register",
    "做CT多少钱": "fees-ct",
    "押金怎么退": "fees-deposit-refund",
    "没带医保卡怎么办": "insurance-forgot",
    "外地医保能用吗": "insurance-other-city",
    "停车怎么收费": "directions-parking",
    "坐地铁怎么去": "directions-metro",
    "胃镜室在哪": "directions-endoscopy",
    "门诊几点上班": "hours-clinic",
    "抽血几点到几点": "hours-blood",
    "ICU几点能探视": "hours-icu-visit",
    "几点放号": "hours-release",
    "做胃镜要空腹吗": "prep-gastroscopy",
    "做CT要准备什么": "prep-ct",
    "没带身份证能看病吗": "prep-no-id",
    "报告在哪里取": "report-where",
    "抽血多久出结果": "report-blood-time",
    "手机上能看报告吗": "report-phone",
    "怎么复印病历": "report-copy-records",
    "住院要带什么": "admission-bring",
    "挂号费是多少": "fees-register",
    "抽血需要空腹吗": "prep-blood",
    "出院怎么结账": "admission-discharge",
    "你好，请问停车收费吗": "directions-parking",
    "过号了怎么办": "prep-checkin",
    "可以借轮椅吗": "directions-wheelchair",
}


@pytest.mark.parametrize("question", list(QUESTIONS))
async def test_a_question_gets_its_entry(chat: Chat, records: Records, question: str) -> None:
    (entry,) = await records.all(Answer, Answer.code == QUESTIONS[question])
    answered = await chat.say(question)
    assert entry.text.strip() in answered, answered


async def test_a_question_with_several_answers_is_asked_back_with_choices(
    chat: Chat, records: Records
) -> None:
    answered = await chat.say("报告什么时候能拿")
    assert "体检后7个工作日" not in answered
    assert any("出结果" in title or "报告" in title for title in answered.titles)


async def test_the_way_to_a_department_is_its_place_and_phone(chat: Chat) -> None:
    answered = await chat.say("骨科在哪")
    assert "A座2层" in answered
    assert "0600-8121014" in answered


async def test_after_care_comes_with_its_warning_signs(chat: Chat, records: Records) -> None:
    (text,) = await records.all(AftercareText, AftercareText.name == "剖宫产后")
    answered = await chat.say("剖宫产后能吃什么")
    assert text.sections["diet"].strip() in answered
    assert text.sections["warning"].strip() in answered
    more = await chat.press("用药")
    assert text.sections["medicine"].strip() in more


async def test_after_care_of_an_unnamed_illness_is_asked_back(chat: Chat) -> None:
    answered = await chat.say("出院以后要注意什么")
    assert answered.titles


@pytest.mark.parametrize(("title", "helpful"), [("有帮助", True), ("没帮助", False)])
async def test_feedback_on_an_answer_is_stored(
    chat: Chat, records: Records, title: str, helpful: bool
) -> None:
    await chat.say("停车怎么收费")
    answer = (await records.messages(chat))[-1]
    await chat.press(title)
    (kept,) = await records.all(Feedback, Feedback.message_id == answer.id)
    assert kept.helpful is helpful
    assert helpful or "找人工" in chat.offered.titles


async def test_feedback_is_not_asked_in_the_middle_of_an_errand(chat: Chat) -> None:
    await chat.say("我要挂号")
    assert "有帮助" not in (await chat.say("停车怎么收费")).titles


async def test_doctors_are_named_for_an_illness(chat: Chat) -> None:
    assert "裴正川" in await chat.say("看腰椎的专家是谁")
    assert "感染科" in await chat.say("看肝病的医生有哪些")


@pytest.mark.parametrize("said", ["好难受", "难受得很", "我生病了"])
async def test_whoever_is_unwell_is_asked_where(chat: Chat, said: str) -> None:
    assert "不舒服" in await chat.say(said)


async def test_what_has_just_happened_is_no_after_care(chat: Chat) -> None:
    assert "骨科" in await chat.say("骨折了怎么办")


async def test_a_question_is_never_filed_as_praise(chat: Chat) -> None:
    await chat.say("想夸夸这医生")
    answered = await chat.say("停车要多少钱")
    assert "每小时5元" in answered
    assert "BY" not in answered
