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
