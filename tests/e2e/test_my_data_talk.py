"""我的数据: what is stored, corrected, stopped, deleted."""

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
