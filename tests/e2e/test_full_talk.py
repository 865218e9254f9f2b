"""No number left, several patients, one half-day twice, and who may not be booked where."""

from tests.e2e.chat import Chat
from tests.e2e.records import Records
from tests.e2e.steps import booked, until_confirm


async def test_a_full_doctor_gets_the_nearest_alternatives_and_the_waiting_list(
    chat: Chat, records: Records
) -> None:
    answered = await chat.say("我要挂苏婉清的号")
    assert "没有号了" in answered
    *alternatives, last = answered.titles
    assert alternatives
    assert "候补" in last
    doctor = alternatives[0].split()[1]
    await chat.press(doctor)
    await chat.tell("刘芳", chat.phone)
    await chat.press("确认预约")
    assert (await records.booking(chat)).session.practitioner.name == doctor


async def test_a_full_department_gets_the_waiting_list(chat: Chat, records: Records) -> None:
    answered = await chat.say("挂生殖医学科的号")
    assert "约完" in answered
    await chat.press("候补")
    await chat.tell("尽快就行", "张丽", chat.phone, "好的")
    (request,) = await records.requests(chat)
    assert (request.kind, request.details["department"]) == ("waitlist", "生殖医学科")
    assert request.number in chat.offered
    assert "human" in await records.flag_kinds(chat)


async def test_a_cancelled_clinic_is_never_offered(chat: Chat, records: Records) -> None:
    free = {one.day for one in await records.free("消化内科", doctor="夏俊峰")}
    answered = await chat.say("挂夏俊峰的号")
    for title in answered.titles:
        if "夏俊峰" in title:
            assert any(title.startswith(records.shown(day)) for day in free), title


async def test_of_two_doctors_of_one_name_one_is_chosen(chat: Chat, records: Records) -> None:
    answered = await chat.say("我要挂李娜医生的号")
    assert {"李娜 妇科", "李娜 眼科"} == set(answered.titles)
    await chat.say("眼科的")
    await chat.press("李娜")
    await chat.tell("王秀英", chat.phone)
    assert "眼科" in str(chat.offered)
    assert "妇科" not in str(chat.offered)


async def test_an_unknown_doctor_is_said_to_be_unknown(chat: Chat, records: Records) -> None:
    assert "没有查到“张三丰" in await chat.say("挂张三丰医生的号")
    assert await records.bookings(chat) == []


async def test_a_second_patient_of_the_chat_is_chosen_by_a_button(
    chat: Chat, records: Records
) -> None:
    first = await booked(chat, records, "骨科")
    await chat.tell("再挂一个号", "眼科", records.half_day((await records.free("眼科"))[0]))
    assert {"王秀英", "其他人"} == set(chat.offered.titles)
    await chat.press("其他人")
    await chat.tell("李建国", chat.phone)
    await chat.press("确认预约")
    assert {one.name for one in await records.patients(chat)} == {"王秀英", "李建国"}

    later = next(one for one in await records.free("骨科") if one.day > first.day)
    await chat.tell("再挂一个号", "骨科", records.half_day(later))
    assert {"王秀英", "李建国"} <= set(chat.offered.titles)
    await chat.press("李建国")
    await chat.press("确认预约")
    names = {one.id: one.name for one in await records.patients(chat)}
    assert [names[one.patient_id] for one in await records.bookings(chat)].count("李建国") == 2


async def test_one_person_gets_one_number_in_a_half_day(
    chat: Chat, another_chat: Chat, records: Records
) -> None:
    clinic = await until_confirm(chat, records, "骨科", name="赵铁柱")
    await chat.press("确认预约")
    booking = await records.booking(chat)

    for again in (chat, another_chat):
        await again.tell("我要挂号", "骨科", records.half_day(clinic))
        if again is chat:
            await again.press("赵铁柱")
        else:
            await again.tell("赵铁柱", chat.phone)
        assert "已经有号" in await again.say("确认")
    assert [one.number for one in await records.bookings(chat)] == [booking.number]
    assert await records.bookings(another_chat) == []


async def test_what_needs_no_number_is_told_so(chat: Chat, records: Records) -> None:
    answered = await chat.say("我要挂发热门诊")
    assert "不用预约" in answered
    assert "E座" in answered


async def test_a_man_is_not_booked_at_the_womens_department(chat: Chat, records: Records) -> None:
    assert "妇科不看" in await chat.say("给我老公挂妇科")
    assert await records.bookings(chat) == []
