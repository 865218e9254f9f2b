"""Complaints, suggestions, praise: listened to, recorded in the patient's own words, owned."""

from datetime import datetime, timedelta

import pytest

from service.model import Case, CaseEvent
from tests.e2e.chat import Chat, Replies
from tests.e2e.records import Records


async def test_a_complaint_is_heard_out_and_gets_a_number_and_a_date(
    chat: Chat, records: Records
) -> None:
    assert "对不起" in await chat.say("我要投诉")
    await chat.say("收费窗口的人冲我大喊大叫")
    await chat.say("昨天上午，门诊一楼收费处")
    await chat.say("希望道歉")
    told = await chat.say("13912345678")

    (case,) = await records.cases(chat)
    assert case.kind == "complaint"
    assert case.category == "attitude"
    assert case.facts["what"] == "收费窗口的人冲我大喊大叫"
    assert case.facts["wish"] == "希望道歉"
    assert records.vault.open(str(case.contact_sealed)) == "13912345678"
    assert case.number in told
    assert _promised(case) == timedelta(days=3)
    _names_the_date(told, case.answer_by.astimezone(records.settings.zone), records)
    assert "complaint" in await records.flag_kinds(chat)


async def test_an_angry_complaint_is_met_with_an_apology_and_nothing_asked_twice(
    chat: Chat, records: Records
) -> None:
    first = await chat.say("昨天上午在骨科，那个王医生态度特别差，看了两分钟就把我打发了")
    assert "对不起" in first
    assert "什么时候" not in first
    assert "怎么处理" in first
    await chat.tell("给个说法", "13912345678")
    (case,) = await records.cases(chat)
    assert "骨科" in case.facts["where"]
    assert "昨天上午" in case.facts["when"]
    assert "看了两分钟就把我打发了" in case.facts["what"]


async def test_a_medical_dispute_goes_to_the_medical_affairs_office_at_once(
    chat: Chat, records: Records
) -> None:
    await chat.tell("医生给我开错药了，吃了住院三天", "上周五 呼吸内科", "赔偿", "13912345678")
    assert "医务科" in chat.offered
    assert "0600-8120010" in chat.offered
    (case,) = await records.cases(chat)
    assert case.medical_dispute
    assert _promised(case) == timedelta(hours=24)


async def test_a_complaint_may_be_anonymous(chat: Chat, records: Records) -> None:
    await chat.tell("我要投诉", "厕所太脏了", "今天 门诊三楼", "没有特别要求")
    await chat.press("匿名")
    (case,) = await records.cases(chat)
    assert case.anonymous
    assert case.contact_sealed is None
    assert await records.patients(chat) == []


async def test_only_its_own_chat_is_told_of_a_case(
    chat: Chat, another_chat: Chat, records: Records
) -> None:
    await chat.tell("我要投诉", "厕所太脏了", "今天 门诊三楼", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    told = await chat.say("我的投诉怎么样了")
    assert case.number in told
    assert "已登记" in told

    asked = await another_chat.say(f"{case.number}处理得怎么样了")
    assert "没有查到" in asked
    assert "已登记" not in asked
    assert case.number not in await another_chat.say("我的投诉怎么样了")


async def test_a_complaint_can_be_dropped_and_taken_up_again(chat: Chat, records: Records) -> None:
    await chat.tell("我要投诉", "厕所太脏了")
    await chat.say("算了")
    assert await records.cases(chat) == []
    await chat.say("继续")
    await chat.tell("今天 门诊三楼", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    assert case.facts["what"] == "厕所太脏了"


async def test_what_comes_instead_of_a_phone_is_kept_and_the_phone_asked_once_more(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要投诉", "昨天下午骨科护士站的护士不理人", "没有特别要求")
    again = await chat.say("当时还有一个保安也看见了")
    assert "匿名" in again.titles
    await chat.say("13900139002")
    (case,) = await records.cases(chat)
    assert "保安" in case.facts["what"]
    assert case.contact_sealed
    assert not case.anonymous


async def test_more_to_say_is_added_to_the_complaint_that_stands(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要投诉昨天下午内科门诊的医生骂人", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    assert case.number in await chat.say("补充一下，当时还有两个病人在场")
    assert len(await records.cases(chat)) == 1
    events = await records.all(CaseEvent, CaseEvent.case_id == case.id)
    assert [one.text for one in events if one.kind == "added"] == ["补充一下，当时还有两个病人在场"]


async def test_a_complaint_is_taken_back_after_a_yes(chat: Chat, records: Records) -> None:
    await chat.tell("我要投诉昨天下午内科门诊的医生骂人", "没有特别要求", "匿名")
    asked = await chat.say("我要撤销投诉")
    assert "确定撤回" in asked.titles
    (case,) = await records.cases(chat)
    assert case.state == "registered"
    await chat.say("是的")
    (case,) = await records.cases(chat)
    assert case.state == "closed"


async def test_a_suggestion_is_recorded_and_thanked_for(chat: Chat, records: Records) -> None:
    assert "谢谢" in await chat.say("给你们提个建议")
    told = await chat.say("停车场太小了，能不能加点指示牌")
    (case,) = await records.cases(chat)
    assert case.kind == "suggestion"
    assert case.facts["what"] == "停车场太小了，能不能加点指示牌"
    assert case.number in told


async def test_praise_reaches_the_one_who_is_praised(chat: Chat, records: Records) -> None:
    told = await chat.say("我想表扬儿科的王雅琴医生，对孩子特别耐心")
    (case,) = await records.cases(chat)
    assert case.kind == "praise"
    assert (case.facts["who"], case.facts["where"]) == ("王雅琴", "儿科")
    assert case.number in told


@pytest.mark.parametrize(
    "text",
    [
        "气死我了，你们挂号系统怎么老是出错",
        "排队排得我要死了",
        "你们这服务真是要命",
        "笑死我了",
    ],
)
async def test_anger_in_big_words_is_no_danger(chat: Chat, records: Records, text: str) -> None:
    answered = await chat.say(text)
    assert "120" not in answered
    assert "danger" not in await records.flag_kinds(chat)


def _promised(case: Case) -> timedelta:
    """Until when a case is answered, counted from its making, to the minute."""
    return timedelta(minutes=round((case.answer_by - case.made_at).total_seconds() / 60))


def _names_the_date(told: Replies, by: datetime, records: Records) -> None:
    assert records.shown(by) in told
    assert f"{by:%H:%M}" in told


async def test_a_place_that_no_list_has_is_kept_without_the_time_beside_it(
    chat: Chat, records: Records
) -> None:
    await chat.tell("你们这儿排队排了三小时", "昨天下午 内科", "道歉", "匿名")
    (case,) = await records.cases(chat)
    assert (case.facts["when"], case.facts["where"]) == ("昨天下午", "内科")


async def test_giving_up_a_complaint_is_met_kindly_and_recorded_nowhere(
    chat: Chat, records: Records
) -> None:
    told = await chat.tell("我要投诉你们医生", "算了说了也没用")
    assert "还没有登记" in told
    assert await records.cases(chat) == []
    await chat.tell("继续", "医生骂人", "昨天骨科", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    assert "算了" not in str(case.facts)


@pytest.mark.parametrize("other", ["先挂号吧", "我想预约挂号"])
async def test_another_errand_is_no_fact_of_a_complaint(chat: Chat, other: str) -> None:
    await chat.say("护士骂人")
    assert "挂哪个科" in str(await chat.say(other)) or "您想挂哪个科" in chat.offered


async def test_anonymous_may_be_said_at_any_time(chat: Chat, records: Records) -> None:
    done = await chat.tell("我要投诉", "护士骂人", "昨天骨科 匿名", "道歉")
    (case,) = await records.cases(chat)
    assert case.anonymous
    assert "护士骂人" in done, "what was recorded is shown"


async def test_praise_with_a_long_wait_in_it_is_asked_about(chat: Chat, records: Records) -> None:
    asked = await chat.say("等四个小时 服务真好")
    assert "我要投诉" in asked.titles
    assert await records.cases(chat) == []
    await chat.press("我要投诉")
    await chat.tell("昨天骨科", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    assert (case.kind, case.facts["what"]) == ("complaint", "等四个小时 服务真好")


@pytest.mark.parametrize("text", ["要送锦旗给谁", "我要表扬一个人"])
async def test_a_question_or_a_bare_wish_is_not_yet_praise(
    chat: Chat, records: Records, text: str
) -> None:
    await chat.say(text)
    assert await records.cases(chat) == []


async def test_harm_by_staff_is_told_to_the_medical_affairs_office(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要投诉", "护工把我妈摔了 要赔偿", "昨天骨科病房", "匿名")
    (case,) = await records.cases(chat)
    assert case.medical_dispute


async def test_each_fact_of_a_complaint_stands_where_it_belongs(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要投诉", "护士很不耐烦", "前天下午")
    assert "哪个科室" in chat.offered
    await chat.tell("二楼输液室", "就是那个姓马的护士", "给我道歉", "匿名")
    (case,) = await records.cases(chat)
    assert case.facts == {
        "what": "护士很不耐烦",
        "when": "前天下午",
        "where": "二楼输液室",
        "who": "姓马的护士",
        "wish": "给我道歉",
    }


async def test_a_question_between_two_answers_is_answered_and_no_fact(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要投诉", "护士很不耐烦")
    answered = await chat.say("请问一下住院部几点可以探视")
    assert len(answered.texts) > 1
    assert "什么时候" in answered
    await chat.tell("昨天 骨科", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    assert "探视" not in str(case.facts)


async def test_a_mere_never_mind_at_the_phone_registers_nothing(
    chat: Chat, records: Records
) -> None:
    asked = await chat.tell("我要投诉", "护士骂人", "昨天骨科", "没有特别要求", "算了")
    assert asked.titles == ("匿名登记", "先不投诉")
    assert await records.cases(chat) == []
    await chat.say("算了")
    assert await records.cases(chat) == []
    await chat.say("继续")
    await chat.press("匿名登记")
    assert len(await records.cases(chat)) == 1


@pytest.mark.parametrize(
    "words", ["我还要加一句，她把单子扔了", "她姓陈", "你们得赔我的误工费", "补充：工号是023"]
)
async def test_what_is_said_right_after_belongs_to_the_complaint(
    chat: Chat, records: Records, words: str
) -> None:
    await chat.tell("我要投诉", "护士骂人", "昨天骨科", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    assert case.number in await chat.say(words)
    events = await records.all(CaseEvent, CaseEvent.case_id == case.id)
    assert [one.text for one in events if one.kind == "added"] == [words]
    assert len(await records.cases(chat)) == 1


async def test_when_one_hears_is_told_right_after_a_complaint(chat: Chat, records: Records) -> None:
    await chat.tell("护工把我妈摔了", "昨天骨科病房", "赔偿", "13912345678")
    (case,) = await records.cases(chat)
    assert case.number in await chat.say("几时有人给我答复")


async def test_an_opinion_in_the_middle_leaves_the_open_question_open(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要挂号", "皮肤科")
    asked = await chat.say("建议门口多放几个轮椅")
    assert "哪天" in asked
    assert "谢谢" in asked
    praised = await chat.say("导医小李特别热心，要表扬")
    assert "哪天" in praised
    assert {one.kind for one in await records.cases(chat)} == {"suggestion", "praise"}


async def test_a_word_for_a_doctor_is_handed_to_a_person(chat: Chat, records: Records) -> None:
    await chat.say("麻烦跟岳鹏医生说一声我的腿又肿了")
    assert await records.cases(chat) == []
    assert "human" in await records.flag_kinds(chat)


async def test_a_request_after_an_unfinished_praise_is_not_taken_for_praise(
    chat: Chat, records: Records
) -> None:
    asked = await chat.tell("我要表扬一个人", "我想约个腹部B超")
    assert "哪天" in asked
    assert await records.cases(chat) == []


async def test_a_correction_between_two_answers_puts_the_time_right(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要投诉，昨天上午骨科护士骂人", "说错了，是前天上午", "要求道歉")
    await chat.tell("不对，是前天下午", "13912345678")
    (case,) = await records.cases(chat)
    assert case.facts["when"] == "前天下午"
    assert case.facts["wish"] == "要求道歉"
    assert case.contact_sealed
    assert not case.anonymous


async def test_a_question_and_a_fact_are_no_wish_and_no_refusal(
    chat: Chat, records: Records
) -> None:
    await chat.say("我要投诉，昨天上午骨科护士骂人")
    assert "3天内答复" in await chat.say("多久能处理")
    await chat.tell("没有特别要求", "当时还有人看见", "是男护士")
    assert await records.cases(chat) == []
    await chat.say("不留电话行吗")
    (case,) = await records.cases(chat)
    assert case.anonymous
    assert case.facts["who"] == "男护士"
