"""Booking 预约挂号, as patients talk: all at once, piece by piece, with second thoughts."""

import pytest

from service.model import ClinicSession
from tests.e2e.chat import Chat
from tests.e2e.records import PERIODS, Records
from tests.e2e.steps import booked, until_confirm


async def test_everything_told_at_once_is_confirmed_and_then_booked(
    chat: Chat, records: Records
) -> None:
    clinic = (await records.free("骨科"))[0]
    asked = await chat.say(f"帮我挂{records.half_day(clinic)}骨科的号，王秀英，{chat.phone}")
    assert "请核对" in asked
    assert "王秀英" in asked
    assert records.shown(clinic.day) + "" in asked
    assert await records.bookings(chat) == []

    receipt = await chat.press("确认预约")
    booking = await records.booking(chat)
    assert (booking.day, booking.period) == (clinic.day, clinic.period)
    starts = booking.window_starts.astimezone(records.settings.zone)
    for fact in (
        booking.number,
        "王秀英",
        booking.session.practitioner.name,
        records.shown(clinic.day),
        f"{starts:%H:%M}",
        f"{booking.queue_number}号",
        booking.session.room,
        booking.session.practitioner.department.location,
        "身份证",
    ):
        assert fact in receipt, fact
    (patient,) = await records.patients(chat)
    assert (patient.name, patient.phone) == ("王秀英", chat.phone)


@pytest.mark.parametrize(
    "sentence",
    [
        "帮我挂{day}{period}骨科的号，王秀英，{phone}",
        "{day}{period}骨科，给王秀英挂个号，电话{phone}",
        "我叫王秀英 电话{phone} 想挂{day}{period}的骨科",
        "骨科 {day}{period} 王秀英 {phone} 挂号",
    ],
)
async def test_a_date_of_the_calendar_is_as_good_as_tomorrow(
    chat: Chat, records: Records, sentence: str
) -> None:
    clinic = (await records.free("骨科", after=3))[0]
    day = f"{clinic.day.month}月{clinic.day.day}日"
    asked = await chat.say(
        sentence.format(day=day, period=PERIODS[clinic.period], phone=chat.phone)
    )
    assert "请核对" in asked
    await chat.press("确认预约")
    booking = await records.booking(chat)
    assert (booking.day, booking.period) == (clinic.day, clinic.period)


async def test_piece_by_piece_only_what_is_missing_is_asked(chat: Chat, records: Records) -> None:
    clinic = await _one_of_two(records, "皮肤科")
    assert "哪个科" in str(await chat.say("我要挂号"))
    assert "哪天" in str(await chat.say("皮肤科"))
    assert "上午" in str(await chat.say(records.words(clinic.day)))
    assert "姓名" in str(await chat.say(PERIODS[clinic.period]))
    assert "手机号" in str(await chat.say("王秀英"))
    asked = await chat.say(chat.phone)
    assert "请核对" in asked
    await chat.say("好的")
    booking = await records.booking(chat)
    assert (booking.day, booking.period) == (clinic.day, clinic.period)
    assert booking.session.practitioner.department.name == "皮肤科"


async def test_what_was_told_first_is_not_asked_again(chat: Chat, records: Records) -> None:
    clinic = (await records.free("眼科"))[0]
    assert "哪个科" in str(await chat.say(f"我叫王秀英，电话{chat.phone}，我要挂号"))
    assert "哪天" in str(await chat.say("眼科"))
    assert "请核对" in await chat.say(records.half_day(clinic))


async def test_buttons_alone_lead_to_a_number(chat: Chat, records: Records) -> None:
    await chat.say("你好")
    await chat.press("预约挂号")
    await chat.press("骨科")
    await chat.press("月")
    await chat.tell("王秀英", chat.phone)
    await chat.press("确认预约")
    assert (await records.booking(chat)).session.practitioner.department.name == "骨科"


async def test_a_buttons_words_may_be_typed_and_so_may_its_place(
    chat: Chat, records: Records
) -> None:
    await chat.say("我要挂号")
    await chat.say("骨科")
    titles = chat.offered.titles
    await chat.say("第二个")
    await chat.tell("王秀英", chat.phone, "确认预约")
    booking = await records.booking(chat)
    assert titles[1].startswith(f"{records.shown(booking.day)}{PERIODS[booking.period]}"), titles


@pytest.mark.parametrize("yes", ["是", "好的", "嗯呢", "行", "中", "没问题", "OK", "可以，就这个"])
async def test_yes_has_many_forms(chat: Chat, records: Records, yes: str) -> None:
    await until_confirm(chat, records, "耳鼻喉科")
    await chat.say(yes)
    assert len(await records.bookings(chat)) == 1


@pytest.mark.parametrize("no", ["不是", "不对", "先等等", "不了"])
async def test_anything_else_than_yes_books_nothing(chat: Chat, records: Records, no: str) -> None:
    await until_confirm(chat, records, "耳鼻喉科")
    await chat.say(no)
    assert await records.bookings(chat) == []


async def test_a_side_question_is_answered_and_the_open_one_repeated(
    chat: Chat, records: Records
) -> None:
    clinic = (await records.free("骨科"))[0]
    await chat.tell("我要挂号", "骨科", records.half_day(clinic))
    answered = await chat.say("停车怎么收费")
    assert "每小时5元" in answered
    assert "姓名" in answered
    await chat.tell("王秀英", chat.phone)
    answered = await chat.say("挂号费多少钱")
    assert "普通号10元" in answered
    assert "请核对" in answered
    await chat.press("确认预约")
    booking = await records.booking(chat)
    assert (booking.day, booking.period) == (clinic.day, clinic.period)


async def test_a_side_question_about_another_department_leaves_the_booking_as_it_is(
    chat: Chat, records: Records
) -> None:
    clinic = await until_confirm(chat, records, "骨科")
    assert "儿科" in await chat.say("儿科在哪")
    await chat.say("确认")
    booking = await records.booking(chat)
    assert booking.session.practitioner.department.name == "骨科"
    assert booking.day == clinic.day


async def test_never_mind_ends_it_and_go_on_takes_it_up(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科")
    assert "继续" in await chat.say("算了")
    assert await records.bookings(chat) == []
    assert "王秀英" in await chat.say("继续")
    await chat.press("确认预约")
    assert len(await records.bookings(chat)) == 1


@pytest.mark.parametrize(
    "told", [(), ("骨科",), ("骨科", "{half_day}"), ("骨科", "{half_day}", "王秀英")]
)
async def test_never_mind_works_at_every_step(
    chat: Chat, records: Records, told: tuple[str, ...]
) -> None:
    half_day = records.half_day((await records.free("骨科"))[0])
    await chat.tell("我要挂号", *(one.format(half_day=half_day) for one in told))
    assert "先放下" in await chat.say("算了，不挂了")
    assert "先放下" not in await chat.say("你好")
    assert await records.bookings(chat) == []


@pytest.mark.parametrize(
    ("wish", "person", "why"),
    [
        ("挂妇科", "李建国 男 45岁 13900139002", "妇科不看"),
        ("我想给我40岁的弟弟挂儿科", "", "14岁以下"),
    ],
)
async def test_a_department_that_does_not_treat_this_person_says_so_before_the_yes(
    chat: Chat, records: Records, wish: str, person: str, why: str
) -> None:
    answered = await chat.say(wish)
    if person:
        await chat.press("（余")
        answered = await chat.say(person)
    assert why in answered
    assert "确认预约" not in answered.titles
    assert await records.bookings(chat) == []


async def test_a_phone_in_spoken_digits_is_a_phone(chat: Chat, records: Records) -> None:
    await chat.say("我要挂骨科的号")
    await chat.press("（余")
    confirm = await chat.tell("李建国", "一三九零零一三九零零二")
    assert "139****9002" in confirm


async def test_of_two_people_one_is_booked_and_then_the_other(chat: Chat, records: Records) -> None:
    await chat.say("给我和我老婆都挂个骨科的号")
    assert "一位一位" in await chat.press("（余")
    await chat.tell("李建国", "13900139002", "好的")
    await chat.press("约下一位")
    await chat.press("其他人")
    await chat.tell("王秀英", "13800138001", "好的")
    assert len(await records.bookings(chat)) == 2


async def test_a_child_is_not_asked_for_twice_and_is_found_again(
    chat: Chat, records: Records
) -> None:
    await booked(chat, records, "骨科")
    clinic = (await records.free("儿科"))[0]
    await chat.say(f"再给我儿子挂儿科，{records.half_day(clinic)}，叫张小宝，6岁")
    await chat.say(chat.phone)
    assert "张小宝" in chat.offered
    await chat.press("确认预约")
    child = (await records.patients(chat))[1]
    assert (child.name, child.relation, child.age(records.today)) == ("张小宝", "儿子", 6)
    assert "张小宝" in await chat.say("把我儿子的取消")


async def test_another_persons_wish_in_between_is_taken_up_afterwards(
    chat: Chat, records: Records
) -> None:
    clinic = (await records.free("儿科"))[0]
    await chat.say(f"给我儿子张小宝挂儿科，{records.half_day(clinic)}")
    assert "一位一位" in await chat.say("还有我自己，我叫张伟，挂消化科")
    await chat.say(chat.phone)
    assert "儿科" in chat.offered
    await chat.press("确认预约")
    assert "消化内科" in await chat.press("约下一位")


@pytest.mark.parametrize(
    "words", ["给我爸也挂一个，卫老大", "我爸也要一个，他叫卫老大", "再帮我爱人也挂一个，卫老大"]
)
async def test_a_second_person_does_not_take_the_place_of_the_first(
    chat: Chat, records: Records, words: str
) -> None:
    clinic = await until_confirm(chat, records, "骨科")
    assert "王秀英" in await chat.say(words)
    await chat.press("确认预约")
    await chat.tell("好", chat.phone)
    assert "卫老大" in chat.offered
    await chat.press("确认预约")
    assert [one.day for one in await records.bookings(chat)] == [clinic.day] * 2
    assert [one.name for one in await records.patients(chat)] == ["王秀英", "卫老大"]


async def test_who_writes_for_his_mother_is_not_the_patient(chat: Chat, records: Records) -> None:
    clinic = (await records.free("心血管内科"))[0]
    half_day = records.half_day(clinic)
    await chat.say(f"我是陈刚，想给我妈妈李秀兰约心内科{half_day}的号，电话{chat.phone}")
    await chat.press("确认预约")
    (patient,) = await records.patients(chat)
    assert (patient.name, patient.relation) == ("李秀兰", "妈妈")


async def test_whom_it_is_for_is_kept_while_a_department_is_found(
    chat: Chat, records: Records
) -> None:
    clinic = (await records.free("骨科"))[0]
    await chat.tell("帮我妈挂个号", "她膝盖疼", f"骨科，{records.half_day(clinic)}")
    await chat.tell(f"刘招弟 {chat.phone}", "确认")
    assert (await records.patients(chat))[0].relation == "妈"


async def test_the_same_phone_is_offered_once_and_may_be_meant(
    chat: Chat, records: Records
) -> None:
    await booked(chat, records, "骨科")
    clinic = (await records.free("皮肤科"))[0]
    await chat.say(f"再给我老公李建国挂皮肤科，{records.half_day(clinic)}")
    assert len(chat.offered.titles) == 1
    assert "请核对" in await chat.say("电话一样")


async def test_what_was_told_before_an_errand_is_not_asked_again(
    chat: Chat, records: Records
) -> None:
    clinic = (await records.free("眼科"))[0]
    await chat.tell(chat.phone, "我叫王秀英", records.half_day(clinic))
    asked = await chat.say("挂眼科")
    for fact in ("请核对", "王秀英", records.shown(clinic.day)):
        assert fact in asked, fact


async def test_the_earliest_of_a_schedule_is_booked(chat: Chat, records: Records) -> None:
    first = (await records.free("神经内科", after=0))[0]
    await chat.tell("神经内科谁出诊", "最早的", "王秀英", chat.phone)
    await chat.press("确认预约")
    booking = await records.booking(chat)
    assert booking.session.starts_at == first.starts_at


async def test_any_of_what_is_offered_instead_will_do(chat: Chat, records: Records) -> None:
    offered = await chat.say("挂苏婉清的专家号")
    assert "没有" in offered
    day = offered.titles[0].split("日")[0]
    assert day in await chat.tell("随便哪个都行", "王秀英", chat.phone)


async def test_two_wishes_in_one_message_are_both_seen_to(chat: Chat, records: Records) -> None:
    clinic = (await records.free("骨科"))[0]
    opened = await chat.say(f"挂{records.half_day(clinic)}的骨科，顺便问下停车多少钱")
    assert "另一件事" in opened
    assert "姓名" in opened
    assert "每小时5元" in await chat.tell("王秀英", chat.phone, "确认")


async def test_a_second_number_in_one_half_day_is_refused_before_the_yes(
    chat: Chat, records: Records
) -> None:
    first = await booked(chat, records, "骨科")
    clinic = (await records.bookings(chat))[0].session
    await chat.say("再挂一个骨科的号")
    answered = await chat.tell(records.half_day(clinic), "王秀英")
    assert first.number in answered
    assert "确认预约" not in answered.titles


async def _one_of_two(records: Records, department: str) -> ClinicSession:
    """A session on a day on which the department has another half-day as well."""
    free = await records.free(department)
    for one in free:
        if any(other.day == one.day and other.period != one.period for other in free):
            return one
    raise LookupError(department)


@pytest.mark.parametrize("aside", ["她是看什么的", "我可能会晚到半小时怎么办", "退号能退钱吗"])
async def test_a_question_the_model_hears_as_an_illness_keeps_the_booking_open(
    chat: Chat, aside: str
) -> None:
    await chat.say("挂心内科王慧敏的号，最早的")
    asked = await chat.say(aside)
    assert "哪里不舒服" not in asked
    assert "姓名" in asked
    assert "确认预约" in (await chat.say("张小红 13812345678")).titles
