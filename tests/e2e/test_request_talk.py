"""Requests that a person arranges: the essentials are asked, each gets a number and a promise."""

from datetime import timedelta

import pytest

from tests.e2e.chat import Chat
from tests.e2e.records import Records

WISHES = {
    "exam": ("我想约个腹部B超", "B超"),
    "admission": ("我要住院做膝关节手术", "膝关节"),
    "consultation": ("想请骨科的专家会诊", "骨科"),
    "referral": ("我想从社区医院转到你们心内科", "心内科"),
    "escort": ("看病时需要轮椅和陪诊", "轮椅"),
    "waitlist": ("我要候补苏婉清的号", "苏婉清"),
}


@pytest.mark.parametrize("kind", list(WISHES))
async def test_every_kind_of_request_gets_a_number_and_a_promise(
    chat: Chat, records: Records, kind: str
) -> None:
    wish, word = WISHES[kind]
    day = records.today + timedelta(days=5)
    asked = await chat.tell(wish, f"{day.month}月{day.day}日", "李建国", "13900139002")
    assert "139****9002" in asked
    assert await records.requests(chat) == [], "nothing is written before a yes"
    await chat.say("好的")
    (request,) = await records.requests(chat)
    assert (request.kind, request.state) == (kind, "waiting")
    assert word in str(request.details)
    assert f"{day.month}月{day.day}日" in request.details["when"]
    (patient,) = await records.patients(chat)
    assert (patient.id, patient.name) == (request.patient_id, "李建国")

    by = request.answer_by.astimezone(records.settings.zone)
    for fact in (request.number, "李建国", records.shown(by), f"{by:%H:%M}"):
        assert fact in chat.offered, fact
    assert "human" in await records.flag_kinds(chat)


async def test_a_request_told_at_once_asks_only_for_what_is_missing(
    chat: Chat, records: Records
) -> None:
    day = records.today + timedelta(days=5)
    first = await chat.say(f"{day.month}月{day.day}日需要有人陪我妈看病，她坐轮椅")
    assert "姓名" in first
    await chat.tell("李桂芳，13800138002", "确认提交")
    (request,) = await records.requests(chat)
    assert request.kind == "escort"


async def test_a_request_can_be_dropped(chat: Chat, records: Records) -> None:
    await chat.say("我想约个腹部B超")
    assert "先放下" in await chat.say("算了")
    assert await records.requests(chat) == []


async def test_a_side_question_in_a_request_is_answered_and_the_open_one_repeated(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我想约个腹部B超", "尽快就行")
    answered = await chat.say("停车怎么收费")
    assert "每小时5元" in answered
    assert "姓名" in answered
    await chat.tell("李建国", "13900139002", "没错")
    assert len(await records.requests(chat)) == 1


async def test_one_s_requests_are_looked_up_and_taken_back(chat: Chat, records: Records) -> None:
    await chat.tell("我想约个腹部B超", "尽快就行", "李建国", "13900139002", "好的")
    (request,) = await records.requests(chat)
    assert request.number in await chat.say("我的申请办得怎么样了")
    assert request.number in await chat.press("撤回申请")
    assert request.number in await chat.say("是的")
    assert await records.requests(chat) == []


async def test_a_place_on_the_waiting_list_is_for_what_was_just_full(
    chat: Chat, records: Records
) -> None:
    await chat.say("我想挂苏婉清的号")
    await chat.tell("那就候补吧", "尽快", "李建国", "13900139002", "好的")
    (request,) = await records.requests(chat)
    assert "苏婉清" in request.details["what"]
    assert "没办完" not in chat.offered, "the booking that could not be is settled by it"
    await chat.tell("不候补了", "是的")
    assert await records.requests(chat) == []


async def test_an_escort_for_a_day_too_near_is_not_promised(chat: Chat, records: Records) -> None:
    answered = await chat.say("今天下午能不能派个人推轮椅陪我妈看病")
    assert "来不及" in answered
    assert await records.requests(chat) == []
