"""Danger: answered before anything else, whatever is going on."""

import pytest

from tests.e2e.chat import Chat
from tests.e2e.records import Records
from tests.e2e.steps import until_confirm

HEART = "救命！我爸突然胸口疼得厉害，满头大汗"


async def test_danger_is_answered_first_and_staff_are_alerted(chat: Chat, records: Records) -> None:
    answered = await chat.say(HEART)
    assert answered.texts[0].startswith("请马上打 120")
    assert "0600-8120120" in answered
    (flag,) = await records.flags(chat)
    assert flag.kind == "danger"
    assert flag.answer_by <= records.now
    assert HEART not in flag.reason


async def test_danger_inside_a_booking_keeps_the_booking(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科")
    answered = await chat.say(HEART)
    assert answered.texts[0].startswith("请马上打 120")
    assert "继续" in answered
    assert await records.bookings(chat) == []
    assert "王秀英" in await chat.say("继续")
    await chat.press("确认预约")
    assert len(await records.bookings(chat)) == 1


@pytest.mark.parametrize(
    "opening", [("我要投诉",), ("我想约个腹部B超", "尽快就行"), ("头晕看什么科",), ("我的数据",)]
)
async def test_danger_is_seen_inside_every_errand(
    chat: Chat, records: Records, opening: tuple[str, ...]
) -> None:
    await chat.tell(*opening)
    assert (await chat.say("我妈刚才晕倒了，叫不醒")).texts[0].startswith("请马上打 120")
    assert "danger" in await records.flag_kinds(chat)
    assert await records.cases(chat) == []


@pytest.mark.parametrize("text", ["不想活了", "活着没意思，想一了百了", "我想自杀"])
async def test_whoever_is_tired_of_life_gets_the_crisis_line_and_a_person(
    chat: Chat, records: Records, text: str
) -> None:
    answered = await chat.say(text)
    assert "12356" in answered
    (flag,) = await records.flags(chat)
    assert (flag.kind, flag.reason) == ("danger", "suicide")


async def test_every_danger_raises_its_own_alert(chat: Chat, records: Records) -> None:
    await chat.tell(HEART, "他现在没有呼吸了")
    assert [one.kind for one in await records.flags(chat)] == ["danger", "danger"]


@pytest.mark.parametrize("text", ["已经打了120", "已经叫救护车了", "救护车来了"])
async def test_help_on_its_way_is_no_second_alarm(chat: Chat, records: Records, text: str) -> None:
    await chat.say(HEART)
    answered = await chat.say(text)
    assert answered.texts[0].startswith("好")
    assert len(await records.flags(chat)) == 1


async def test_no_ambulance_is_told_to_staff_again(chat: Chat, records: Records) -> None:
    await chat.tell(HEART)
    assert "0600-8120120" in await chat.say("120打不通")
    assert [one.kind for one in await records.flags(chat)] == ["danger", "danger"]


async def test_what_is_over_is_to_be_seen_today_and_the_errand_goes_on(chat: Chat) -> None:
    asked = await chat.tell("我要查彩超", "甲状腺的")
    await chat.say("肚子疼得打滚")
    over = await chat.say("缓过来了")
    assert "急诊科" in over
    assert "继续" in over
    assert asked.texts[-1] in await chat.say("继续")


async def test_what_is_over_does_not_wait_until_tomorrow(chat: Chat, records: Records) -> None:
    await chat.tell("我妈突然嘴歪了说不出话", "现在好了")
    assert "急诊" in await chat.say("能明天再来看吗")
    assert len(await records.flags(chat)) == 1


async def test_thanks_for_the_instruction_confirm_no_booking(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科")
    await chat.tell(HEART, "好的")
    assert await records.bookings(chat) == []


async def test_that_it_is_over_is_no_yes_to_the_booking_that_was_open(
    chat: Chat, records: Records
) -> None:
    await until_confirm(chat, records, "产科")
    assert "120" in await chat.say("我肚子突然疼得厉害，流了好多血")
    await chat.say("没事了，继续")
    assert await records.bookings(chat) == []
    await chat.say("继续")
    await chat.say("确认")
    assert len(await records.bookings(chat)) == 1


async def test_the_first_errand_after_an_alarm_begins_with_what_goes_first(chat: Chat) -> None:
    await chat.say("怀孕八个月下面流血了")
    answered = await chat.say("B超多少钱")
    assert "先打" in answered.texts[0]
    assert "彩超" in answered
    assert "先打" not in await chat.say("停车多少钱")


async def test_with_help_on_its_way_an_errand_is_answered_as_ever(chat: Chat) -> None:
    answered = await chat.tell(HEART, "我老公开车送我来", "心内科明天谁出诊")
    assert "出诊" in answered.texts[0]


async def test_fear_after_an_alarm_is_not_asked_for_a_department(chat: Chat) -> None:
    await chat.say(HEART)
    first, second = await chat.say("我好怕"), await chat.say("怎么办啊")
    assert first.buttons == second.buttons == {}
    assert first.texts != second.texts


@pytest.mark.parametrize("text", ["要不要催吐", "能喝牛奶吗"])
async def test_a_question_of_first_aid_is_left_to_the_ambulance(chat: Chat, text: str) -> None:
    await chat.tell("孩子误吞了纽扣电池", "产科在几楼")
    assert "120" in (await chat.say(text)).texts[0]


async def test_whoever_tells_of_another_in_despair_hears_whom_to_call(
    chat: Chat, records: Records
) -> None:
    answered = await chat.say("我儿子站在窗台上说要跳下去")
    assert answered.texts[0].startswith("请马上打 120")
    assert "110" in answered
    assert "12356" in answered
    (flag,) = await records.flags(chat)
    assert flag.kind == "danger"


async def test_in_a_crisis_a_clinic_is_found_and_booked_with_the_crisis_line_at_hand(
    chat: Chat, records: Records
) -> None:
    await chat.say("有点不想活了")
    assert "12356" in await chat.say("我没事")
    answered = await chat.say("乔麦冬")
    assert "周三晚上" in answered
    assert "12356" in answered.texts[-1]
    assert "姓名" in await chat.say("约周三晚上")
    assert "12356" in (await chat.say("好累")).texts[0]
    assert "请核对" in await chat.say(f"王秀英 {chat.phone}")


@pytest.mark.parametrize("text", ["39度", "39度 大人"])
async def test_a_bare_temperature_is_no_alarm(chat: Chat, records: Records, text: str) -> None:
    assert "发热门诊" in await chat.say(text)
    assert await records.flags(chat) == []


async def test_after_an_alarm_what_is_asked_is_answered(chat: Chat) -> None:
    assert "急诊科" in await chat.tell(HEART, "不急，就是想看看挂什么科")
    assert "身份证" in await chat.say("要带什么")
    assert "后交费" in await chat.say("要带钱吗")
    assert "先打" in (await chat.say("B超多少钱")).texts[0]


async def test_a_question_of_first_aid_hears_the_instruction_again(chat: Chat) -> None:
    assert "别自己催吐" in await chat.tell("孩子吃了老鼠药", "要催吐吗")


async def test_a_joke_ends_the_alarm(chat: Chat) -> None:
    assert "没事就不用打" in await chat.tell(HEART, "骗你的，测试")
    assert "先打" not in (await chat.say("B超多少钱")).texts[0]


async def test_in_a_crisis_it_says_that_it_is_a_program(chat: Chat) -> None:
    answered = await chat.tell("我不想活了", "你是机器人吗")
    assert "程序" in answered
    assert "12356" in answered.texts[-1]
    assert "程序" not in await chat.say("我爸要看病挂什么科")
