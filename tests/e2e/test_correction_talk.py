"""Corrections while booking: another day, doctor, department, phone, patient."""

from datetime import timedelta

import pytest

from service.model import ClinicSession
from service.sessions import last_released_day
from tests.e2e.chat import Chat, Replies
from tests.e2e.records import Records
from tests.e2e.steps import until_confirm


async def test_another_day_is_taken_over(chat: Chat, records: Records) -> None:
    first, later = await _two_days(records, "骨科")
    await until_confirm(chat, records, "骨科", clinic=first)
    asked = await chat.say(f"改成{records.half_day(later)}")
    assert records.shown(later.day) in asked
    assert records.shown(first.day) not in asked
    await chat.press("确认预约")
    assert (await records.booking(chat)).day == later.day


async def test_another_half_day_is_taken_over(chat: Chat, records: Records) -> None:
    free = await records.free("骨科")
    morning = next(
        one
        for one in free
        if one.period == "morning"
        and any(other.day == one.day and other.period == "afternoon" for other in free)
    )
    await until_confirm(chat, records, "骨科", clinic=morning)
    assert "下午" in await chat.say("不对，是下午")
    await chat.press("确认预约")
    booking = await records.booking(chat)
    assert (booking.day, booking.period) == (morning.day, "afternoon")


@pytest.mark.parametrize("pressed", [True, False])
async def test_another_doctor_of_the_same_half_day_is_offered(
    chat: Chat, records: Records, pressed: bool
) -> None:
    clinic = await _half_day_of_two_doctors(records, "骨科")
    await until_confirm(chat, records, "骨科", clinic=clinic)
    refused = _doctor(chat.offered)
    offered = await (chat.press("换医生") if pressed else chat.say("换个医生"))
    assert offered.titles
    assert not any(refused in title for title in offered.titles)
    chosen = offered.titles[0].split()[1]
    assert chosen in await chat.press(chosen)
    await chat.press("确认预约")
    assert (await records.booking(chat)).session.practitioner.name == chosen


async def test_a_correction_of_the_phone_does_not_bring_the_refused_doctor_back(
    chat: Chat, records: Records
) -> None:
    clinic = await _half_day_of_two_doctors(records, "骨科")
    await until_confirm(chat, records, "骨科", clinic=clinic)
    refused = _doctor(chat.offered)
    await chat.say("换个医生")
    assert refused not in await chat.say("对了，电话错了，是13900139000")


async def test_another_department_is_taken_over(chat: Chat, records: Records) -> None:
    clinic = (await records.free("皮肤科"))[0]
    await until_confirm(chat, records, "骨科", clinic=clinic)
    await chat.say("说错了，是皮肤科")
    if chat.offered.buttons and "请核对" not in chat.offered:
        await chat.say(records.half_day(clinic))
    assert "皮肤科" in chat.offered
    await chat.press("确认预约")
    assert (await records.booking(chat)).session.practitioner.department.name == "皮肤科"


@pytest.mark.parametrize("words", ["不是{}，应该是{}", "不挂{}了，改{}"])
async def test_a_refused_department_is_not_the_wished_one(
    chat: Chat, records: Records, words: str
) -> None:
    clinic = (await records.free("皮肤科"))[0]
    await until_confirm(chat, records, "骨科", clinic=clinic)
    assert "皮肤科" in await chat.say(words.format("骨科", "皮肤科"))


async def test_another_phone_is_kept_and_the_first_forgotten(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "眼科")
    assert "请核对" in await chat.say("电话错了，是13900139000")
    await chat.press("确认预约")
    (patient,) = await records.patients(chat)
    assert patient.phone == "13900139000"


async def test_a_phone_with_a_digit_missing_is_asked_again(chat: Chat, records: Records) -> None:
    clinic = (await records.free("眼科"))[0]
    await chat.tell("我要挂号", "眼科", records.half_day(clinic), "王秀英")
    assert "11位" in await chat.say("1380013800")
    assert "请核对" in await chat.say(chat.phone)


async def test_another_patient_is_taken_over(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "眼科")
    assert "姓名" in await chat.press("换就诊人")
    asked = await chat.tell("李建国", "13900139002")
    assert "李建国" in asked
    assert "王秀英" not in asked
    await chat.press("确认预约")
    (patient,) = await records.patients(chat)
    assert patient.name == "李建国"


async def test_the_name_may_be_corrected(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "眼科")
    assert "王秀莹" in await chat.say("名字错了，叫王秀莹")
    await chat.press("确认预约")
    assert [one.name for one in await records.patients(chat)] == ["王秀莹"]


async def test_a_day_that_is_past_or_does_not_exist_is_asked_again(chat: Chat) -> None:
    assert "已经过去" in await chat.say("挂骨科昨天的号")
    assert "没有这一天" in await chat.say("2月31日")


async def test_a_day_out_of_reach_names_the_last_one(chat: Chat, records: Records) -> None:
    far = records.today + timedelta(days=30)
    answered = await chat.tell("我要挂号", "骨科", f"{far.month}月{far.day}日")
    assert "还没放出来" in answered
    assert records.shown(last_released_day(records.clock, records.settings)) in answered


async def test_a_correction_at_the_name_is_no_name(chat: Chat, records: Records) -> None:
    free = await records.free("眼科")
    first, later = free[0], next(one for one in free if one.day > free[0].day)
    await chat.say(f"挂皮肤科{records.half_day(first)}")
    await chat.tell("不对，改成眼科", f"改到{records.half_day(later)}吧")
    asked = await chat.tell("王秀英", chat.phone)
    assert "王秀英" in asked
    assert "眼科" in asked
    assert records.shown(later.day) in asked


async def test_a_name_that_is_not_in_the_books_is_taken_when_said_again(
    chat: Chat, records: Records
) -> None:
    clinic = (await records.free("眼科"))[0]
    await chat.tell("我要挂号", "眼科", records.half_day(clinic), "买买提", "买买提")
    assert "买买提" in await chat.say(chat.phone)


async def test_a_wrong_name_at_the_confirmation_is_corrected_there(
    chat: Chat, records: Records
) -> None:
    await until_confirm(chat, records, "眼科", name="罗丽")
    assert "罗莉" in await chat.say("名字写错了，是罗莉")
    await chat.press("确认预约")
    assert [one.name for one in await records.patients(chat)] == ["罗莉"]


async def test_another_department_for_this_patient_keeps_the_day(
    chat: Chat, records: Records
) -> None:
    clinic = (await records.free("男科"))[0]
    half_day = records.half_day(clinic)
    assert "不看" in await chat.say(f"给我爸挂妇科{half_day}，李建国，{chat.phone}")
    asked = await chat.say("那男科")
    assert "请核对" in asked
    assert records.shown(clinic.day) in asked


async def test_a_change_that_is_not_understood_leaves_the_booking_open(
    chat: Chat, records: Records
) -> None:
    await until_confirm(chat, records, "眼科")
    asked = await chat.say("改一下诊室")
    assert "没有待就诊" not in asked
    assert "请核对" in asked


async def test_an_age_told_late_is_kept(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "眼科")
    assert "请核对" in await chat.say("等等，我是70岁")
    await chat.press("确认预约")
    (patient,) = await records.patients(chat)
    assert patient.age(records.today) == 70


async def _two_days(records: Records, department: str) -> tuple[ClinicSession, ClinicSession]:
    free = await records.free(department)
    later = next(one for one in free if one.day > free[0].day)
    return free[0], later


def _doctor(asked: Replies) -> str:
    """Who is named in a booking that has to be confirmed: 骨科 王志强 主治医师."""
    return str(asked).split("骨科 ")[1].split()[0]


async def _half_day_of_two_doctors(records: Records, department: str) -> ClinicSession:
    """A session of a half-day in which two doctors of the department have numbers."""
    free = await records.free(department)
    for one in free:
        same = {other.practitioner_id for other in free if _same_half_day(one, other)}
        if len(same) > 1:
            return one
    raise LookupError(department)


def _same_half_day(one: ClinicSession, other: ClinicSession) -> bool:
    return (one.day, one.period) == (other.day, other.period)
