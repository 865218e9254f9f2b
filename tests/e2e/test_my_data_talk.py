"""我的数据: what is stored, corrected, stopped, deleted."""

import pytest

from tests.e2e.chat import Chat
from tests.e2e.records import Records
from tests.e2e.steps import booked


async def test_what_is_stored_is_shown_with_the_phone_masked(chat: Chat, records: Records) -> None:
    await booked(chat, records, "骨科")
    told = await chat.say("我的数据")
    assert "王秀英" in told
    assert chat.phone not in told
    assert f"{chat.phone[:3]}****{chat.phone[-4:]}" in told
    assert "预约1个" in told


async def test_a_patient_is_added_corrected_and_removed(chat: Chat, records: Records) -> None:
    await chat.say("我的数据")
    await chat.press("加就诊人")
    await chat.tell("赵小明", "13511112222")
    (patient,) = await records.patients(chat)
    assert (patient.name, patient.phone) == ("赵小明", "13511112222")

    await chat.say("我的数据")
    await chat.press("改手机号")
    await chat.say("13511113333")
    (patient,) = await records.patients(chat)
    assert patient.phone == "13511113333"

    await chat.say("我的数据")
    await chat.press("删就诊人")
    if "赵小明" in chat.offered.titles:
        await chat.press("赵小明")
    assert len(await records.patients(chat)) == 1
    await chat.press("确认删除")
    assert await records.patients(chat) == []


async def test_only_whose_name_is_said_is_removed(chat: Chat, records: Records) -> None:
    await chat.tell("加个就诊人", "白雪", chat.phone)
    asked = await chat.say("删掉白小天")
    assert "确定" not in asked
    assert asked.titles


async def test_a_patient_with_a_booking_is_not_removed(chat: Chat, records: Records) -> None:
    await booked(chat, records, "骨科")
    await chat.say("我的数据")
    await chat.press("删就诊人")
    if "王秀英" in chat.offered.titles:
        await chat.press("王秀英")
    await chat.press("确认删除")
    assert "先取消预约" in chat.offered
    assert len(await records.patients(chat)) == 1


async def test_deletion_is_asked_for_once_more_and_becomes_a_request(
    chat: Chat, records: Records
) -> None:
    assert "法律" in await chat.say("删除我的所有数据")
    assert await records.requests(chat) == []
    told = await chat.press("确认申请")
    (request,) = await records.requests(chat)
    assert request.kind == "data_deletion"
    assert request.number in told


async def test_messages_stop_at_once_and_come_back_when_wished(
    chat: Chat, records: Records
) -> None:
    await chat.say("退订")
    assert (await records.the_chat(chat)).opted_out_at is not None
    await chat.press("恢复提醒")
    assert (await records.the_chat(chat)).opted_out_at is None


@pytest.mark.parametrize("words", ["不删了", "我不想删了，留着吧", "撤回删除"])
async def test_a_deletion_is_taken_back_and_no_booking_with_it(
    chat: Chat, records: Records, words: str
) -> None:
    await booked(chat, records, "骨科")
    await chat.tell("删除我的所有数据", "确认")
    (request,) = await records.requests(chat)
    assert records.shown(request.answer_by.astimezone(records.settings.zone)) in chat.offered
    assert request.number in await chat.say("删除办到哪一步了")
    assert request.number in await chat.say(words)
    await chat.say("确认")
    assert await records.requests(chat) == []
    assert len(await records.bookings(chat)) == 1


async def test_a_name_is_corrected_after_a_yes_and_a_phone_at_once(
    chat: Chat, records: Records
) -> None:
    await booked(chat, records, "骨科")
    asked = await chat.say("名字打错了，是王秀瑛")
    assert "王秀瑛" in asked
    assert [one.name for one in await records.patients(chat)] == ["王秀英"]
    await chat.say("对")
    await chat.say("电话改成13511113333")
    (patient,) = await records.patients(chat)
    assert (patient.name, patient.phone) == ("王秀瑛", "13511113333")
