"""One's own bookings: looked up, moved, given back; nobody else's."""

from datetime import timedelta

import pytest

from service.model import Appointment
from tests.e2e.chat import Chat
from tests.e2e.records import Records
from tests.e2e.steps import booked


async def test_own_bookings_are_told_with_day_place_and_number(
    chat: Chat, records: Records
) -> None:
    booking = await booked(chat, records, "骨科")
    told = await chat.say("我的预约")
    for fact in ("王秀英", records.shown(booking.day), booking.number, booking.session.room):
        assert fact in told, fact


async def test_who_has_none_is_offered_one(chat: Chat) -> None:
    assert "没有待就诊的预约" in await chat.say("查一下我的预约")
    assert "预约挂号" in chat.offered.titles


async def test_a_booking_moved_keeps_its_number_and_frees_its_place(
    chat: Chat, records: Records
) -> None:
    before = await booked(chat, records, "骨科")
    later = next(one for one in await records.free("骨科") if one.day > before.day)
    await chat.say("我要改预约时间")
    asked = await chat.say(records.half_day(later))
    assert records.shown(before.day) in asked
    assert records.shown(later.day) in asked
    assert (await records.booking(chat)).day == before.day

    receipt = await chat.press("确认改期")
    after = await records.booking(chat)
    assert (after.number, after.day) == (before.number, later.day)
    assert after.number in receipt
    assert records.shown(later.day) in receipt


async def test_moving_may_be_told_at_once(chat: Chat, records: Records) -> None:
    before = await booked(chat, records, "皮肤科")
    later = next(one for one in await records.free("皮肤科") if one.day > before.day)
    await chat.say(f"把我的预约改到{records.half_day(later)}")
    await chat.say("确认")
    assert (await records.booking(chat)).day == later.day


async def test_cancelling_asks_once_and_then_does_it(chat: Chat, records: Records) -> None:
    booking = await booked(chat, records, "骨科")
    assert booking.number in await chat.say("取消预约")
    assert (await records.booking(chat)).number == booking.number
    assert booking.number in await chat.press("确认取消")
    assert await records.bookings(chat) == []
    (row,) = await records.all(Appointment, Appointment.number == booking.number)
    assert row.state == "cancelled"


@pytest.mark.parametrize("no", ["不取消", "算了不取消了", "先留着吧"])
async def test_a_no_keeps_the_booking(chat: Chat, records: Records, no: str) -> None:
    await booked(chat, records, "骨科")
    await chat.tell("取消预约", no)
    assert len(await records.bookings(chat)) == 1


async def test_of_two_bookings_the_described_one_is_meant(chat: Chat, records: Records) -> None:
    first = await booked(chat, records, "骨科")
    clinic = next(one for one in await records.free("皮肤科") if one.day > first.day)
    await chat.tell("再挂一个号", "皮肤科", records.half_day(clinic))
    await chat.press("王秀英")
    await chat.say("确认")
    assert len(await records.bookings(chat)) == 2

    assert "皮肤科" in await chat.say("取消皮肤科的")
    await chat.press("确认取消")
    assert (await records.booking(chat)).session.practitioner.department.name == "骨科"


async def test_somebody_elses_booking_is_neither_told_nor_cancelled(
    chat: Chat, another_chat: Chat, records: Records
) -> None:
    booking = await booked(chat, records, "骨科")
    for wish in ("查一下预约{}", "取消预约{}", "把预约{}改到后天"):
        answered = await another_chat.say(wish.format(booking.number))
        assert "没有查到" in answered, wish
        for secret in ("王秀英", records.shown(booking.day), booking.session.room):
            assert secret not in answered, secret
        await another_chat.say("确认")
        await another_chat.say("算了")
    kept = await records.booking(chat)
    assert (kept.number, kept.day, kept.state) == (booking.number, booking.day, "booked")


async def test_a_booking_of_another_chat_is_not_told_to_who_knows_name_and_phone(
    chat: Chat, another_chat: Chat, records: Records
) -> None:
    booking = await booked(chat, records, "骨科")
    half_day = records.half_day(booking.session)
    await another_chat.say(f"挂皮肤科{half_day}，王秀英，{chat.phone}")
    answered = await another_chat.say("确认")
    assert "已经有号了" in answered
    for secret in (booking.number, "骨科", booking.session.practitioner.name):
        assert secret not in str(answered)


async def for_mother(chat: Chat, records: Records) -> Appointment:
    """心血管内科 for her mother."""
    clinic = (await records.free("心血管内科", after=3))[0]
    await chat.say(f"帮我妈约{records.half_day(clinic)}心内科 刘桂芳 {chat.phone}")
    await chat.press("确认预约")
    return await records.booking(chat)


async def test_the_sons_booking_is_not_the_mothers(chat: Chat, records: Records) -> None:
    await for_mother(chat, records)
    assert "没有这样的预约" in await chat.say("把我儿子的取消")
    await chat.say("确认")
    assert (await records.booking(chat)).session.practitioner.department.name == "心血管内科"


async def test_the_mothers_booking_is_moved_in_the_middle_of_ones_own(
    chat: Chat, records: Records
) -> None:
    before = await for_mother(chat, records)
    later = next(one for one in await records.free("心血管内科") if one.day > before.day)
    await chat.say(f"给我自己挂骨科{records.half_day((await records.free('骨科'))[0])}")
    asked = await chat.say(f"我妈的改到{records.half_day(later)}")
    assert "改期" in asked
    await chat.press("确认改期")
    after = await records.booking(chat)
    assert (after.number, after.day) == (before.number, later.day)
    assert "继续刚才的" in chat.offered.titles


@pytest.mark.parametrize("words", ["取消吧", "算了不去了", "不要了"])
async def test_what_was_just_booked_is_what_is_given_back(
    chat: Chat, records: Records, words: str
) -> None:
    booking = await booked(chat, records, "骨科")
    assert booking.number in await chat.say(words)
    await chat.press("确认取消")
    assert await records.bookings(chat) == []


async def test_no_more_people_is_no_wish_to_give_the_booking_back(
    chat: Chat, records: Records
) -> None:
    await chat.say("给我和我老婆都挂个骨科的号")
    await chat.press("（余")
    await chat.tell("李建国", chat.phone, "好的")
    assert "要取消" not in await chat.say("不要了")
    assert len(await records.bookings(chat)) == 1


async def test_mine_is_not_the_mothers_though_hers_was_booked_last(
    chat: Chat, records: Records
) -> None:
    mine = await booked(chat, records, "骨科")
    clinic = next(one for one in await records.free("皮肤科", after=3) if one.day > mine.day)
    await chat.say(f"给我妈刘桂芳也挂一个皮肤科{records.half_day(clinic)}")
    await chat.tell(chat.phone, "确认")
    assert len(await records.bookings(chat)) == 2
    asked = await chat.say("我的取消")
    assert mine.number in asked
    assert "刘桂芳" not in asked


async def test_instead_of_being_cancelled_a_booking_may_be_moved(
    chat: Chat, records: Records
) -> None:
    before = await booked(chat, records, "骨科")
    later = next(one for one in await records.free("骨科") if one.day > before.day)
    await chat.tell("取消预约", "不取消了，改时间", records.half_day(later))
    await chat.press("确认改期")
    assert (await records.booking(chat)).day == later.day


async def test_a_mind_may_be_changed_about_cancelling(chat: Chat, records: Records) -> None:
    await booked(chat, records, "骨科")
    assert "留着" in await chat.tell("取消我的预约", "不取消了")
    assert "要取消这个预约吗" in await chat.say("还是取消吧")
    assert "取消好了" in await chat.say("取消吧")
    assert await records.bookings(chat) == []


async def test_another_doctor_is_a_move_of_the_same_number(chat: Chat, records: Records) -> None:
    before = await booked(chat, records, "骨科")
    offered = await chat.say("换成潘丽君医生")
    assert all("潘丽君" in title for title in offered.titles)
    asked = await chat.press("潘丽君")
    assert "眼科" in asked
    await chat.press("确认改期")
    after = await records.booking(chat)
    assert (after.number, after.session.practitioner.name) == (before.number, "潘丽君")


async def test_put_off_by_days_counts_from_the_booked_day(chat: Chat, records: Records) -> None:
    before = await booked(chat, records, "骨科")
    asked = await chat.say("推迟一周")
    assert records.shown(before.day + timedelta(days=7)) in asked


async def test_another_doctor_of_a_booking_is_not_the_one_it_has(
    chat: Chat, records: Records
) -> None:
    had = (await booked(chat, records, "骨科")).session.practitioner.name
    offered = await chat.say("能换个医生吗")
    assert offered.titles
    assert not any(had in title for title in offered.titles)


@pytest.mark.parametrize("words", ["挂错了，应该是{}", "我说我挂错科了|{}", "挂错了，我要挂{}"])
async def test_the_wrong_department_is_changed_not_booked_beside(
    chat: Chat, records: Records, words: str
) -> None:
    before = await booked(chat, records, "骨科")
    asked = await chat.tell(*words.format("皮肤科").split("|"))
    if "改期" not in asked:
        await chat.press("月")
    await chat.press("确认改期")
    after = await records.booking(chat)
    assert after.number == before.number
    assert after.session.practitioner.department.name == "皮肤科"


async def test_a_booking_right_after_one_may_be_meant_instead_of_it(
    chat: Chat, records: Records
) -> None:
    before = await booked(chat, records, "骨科")
    clinic = next(one for one in await records.free("皮肤科") if one.day > before.day)
    await chat.tell(f"我要挂皮肤科{records.half_day(clinic)}", "王秀英")
    await chat.press("换成这个")
    await chat.press("确认改期")
    after = await records.booking(chat)
    assert (after.number, after.session.practitioner.department.name) == (before.number, "皮肤科")


async def two_booked(chat: Chat, records: Records) -> None:
    """骨科 for 王秀英 first, then 皮肤科 for her husband."""
    first = await booked(chat, records, "骨科")
    clinic = next(one for one in await records.free("皮肤科") if one.day > first.day)
    await chat.tell("再挂一个号", "皮肤科", records.half_day(clinic))
    await chat.press("其他人")
    await chat.tell("我老公李建国", chat.phone, "确认")
    assert len(await records.bookings(chat)) == 2


async def test_all_are_given_back_one_after_the_other(chat: Chat, records: Records) -> None:
    await two_booked(chat, records)
    await chat.say("两个都取消")
    assert "要取消这个预约吗" in await chat.press("确认取消")
    await chat.press("确认取消")
    assert await records.bookings(chat) == []


@pytest.mark.parametrize("words", ["不对 是取消皮肤科的", "不是骨科 是皮肤科"])
async def test_the_wrong_booking_is_not_cancelled(chat: Chat, records: Records, words: str) -> None:
    await two_booked(chat, records)
    assert "骨科" in await chat.say("把骨科那个取消")
    assert "皮肤科" in await chat.say(words)
    await chat.press("确认取消")
    assert (await records.booking(chat)).session.practitioner.department.name == "骨科"


async def test_not_this_one_asks_which(chat: Chat, records: Records) -> None:
    await two_booked(chat, records)
    asked = await chat.tell("把骨科那个取消", "不是这个")
    assert len([one for one in asked.titles if "王秀英" in one or "李建国" in one]) == 2
    assert len(await records.bookings(chat)) == 2


async def test_a_booking_is_found_by_the_relation(chat: Chat, records: Records) -> None:
    await two_booked(chat, records)
    assert "李建国" in await chat.say("取消我老公的")
    await chat.say("不取消")
    asked = await chat.say("把我爱人的改个时间")
    assert "改哪一个" not in asked
    assert "有号" in asked


async def test_another_booking_can_be_meant_while_one_is_moved(
    chat: Chat, records: Records
) -> None:
    await two_booked(chat, records)
    last = (await records.free("骨科", after=4))[-1]
    await chat.say(f"把骨科的改到{records.half_day(last)}")
    assert "骨科" not in await chat.say("不对 是皮肤科的")
    assert len(await records.bookings(chat)) == 2
