"""What was said before counts: corrections at the last step, short questions, words for later."""

import pytest

from service.model import Flag
from tests.e2e.chat import Chat
from tests.e2e.records import Records
from tests.e2e.steps import booked, until_confirm


async def test_a_no_with_the_right_name_corrects_the_name(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科", name="刘芳")
    assert "刘芬" in await chat.say("不是，名字是刘芬")
    await chat.say("对")
    (patient,) = await records.patients(chat)
    assert patient.name == "刘芬"


async def test_a_yes_to_what_shall_be_changed_books_nothing(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科")
    await chat.say("不对")
    assert "请核对" in await chat.say("好的")
    assert await records.bookings(chat) == []


async def test_the_first_one_is_no_yes(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科")
    await chat.say("第一个")
    assert await records.bookings(chat) == []


async def test_another_booking_is_moved_in_the_middle_of_a_new_one(
    chat: Chat, records: Records
) -> None:
    booking = await booked(chat, records, "骨科")
    await chat.say("再约个皮肤科")
    answered = await chat.say("先把骨科那个改一下时间")
    assert "皮肤科这几天" not in answered
    await chat.say("算了")
    assert (await records.booking(chat)).number == booking.number


async def test_a_suggested_department_is_taken_by_going_on(chat: Chat, records: Records) -> None:
    await chat.say("头晕血压高想挂号")
    assert "这几天有号" in await chat.say("帮我挂一个吧")


async def test_where_it_is_and_what_it_costs_need_no_name(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科")
    assert "元" in await chat.say("多少钱")
    await chat.say("好的")
    assert "A座2层" in await chat.say("在几楼啊")


@pytest.mark.parametrize(
    ("question", "phone"),
    [("急诊科电话", "0600-8120120"), ("骨科的联系电话", "0600-8121014"), ("总机多少", "8120001")],
)
async def test_a_phone_that_is_asked_for_is_told(chat: Chat, question: str, phone: str) -> None:
    assert phone in await chat.say(question)


async def test_no_illness_is_named_but_a_department_is(chat: Chat) -> None:
    answered = await chat.say("我是不是得了糖尿病，老口渴")
    assert "医生当面看" in answered
    assert "内分泌科" in answered


async def test_no_dose_is_told(chat: Chat) -> None:
    assert "医生当面看" in await chat.say("布洛芬一次吃几颗")


async def test_a_short_question_is_about_the_stay_that_was_spoken_of(
    chat: Chat, records: Records
) -> None:
    await chat.say("阑尾炎手术后能吃什么")
    again = await chat.say("能洗澡吗")
    assert "阑尾炎术后" in again
    assert len(again.texts) == 1, "the warning signs were just told"


async def test_an_expert_who_is_wished_and_has_no_number_is_called_so(
    chat: Chat, records: Records
) -> None:
    answered = await chat.say("想挂苏婉清的专家号")
    assert "没有" in answered
    assert "不要专家号" not in answered


async def test_rage_is_heard(chat: Chat, records: Records) -> None:
    answered = await chat.say("气死我了")
    assert "我要投诉" in answered.titles
    assert await records.flag_kinds(chat) == {"angry"}


async def test_of_the_dead_nothing_more_is_sent(chat: Chat, records: Records) -> None:
    assert "节哀" in await chat.say("我爸上个月去世了，你们别再发短信了")
    assert (await records.the_chat(chat)).opted_out_at is not None
    (flag,) = await records.all(Flag, Flag.conversation_id == await records.conversation(chat))
    assert flag.reason == "deceased"


async def test_who_spoke_of_dying_is_listened_to(chat: Chat, records: Records) -> None:
    assert "12356" in await chat.say("我不想活了")
    answered = await chat.say("我就是太累了")
    assert "我在听" in answered
    assert answered.titles == ()
    assert "我还在" in await chat.say("没人在乎我")


async def test_errands_put_aside_are_taken_up_the_last_one_first(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要挂骨科的号", "我要投诉，护士态度太差", "约个胃镜检查", "算了")
    assert "哪天做" in await chat.say("刚才那个继续吧")
    await chat.tell("后天", "王秀英", chat.phone)
    assert "投诉还没办完" in await chat.say("确认")


async def test_the_same_answer_again_says_so_and_offers_a_person(
    chat: Chat, records: Records
) -> None:
    await chat.say("帮我看看我挂的号")
    again = await chat.say("帮我看看我挂的号")
    assert "和刚才一样" in again
    assert "找人工" in again.titles
