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


async def test_what_is_told_instead_of_a_day_is_kept_and_the_day_still_asked(
    chat: Chat, records: Records
) -> None:
    asked = await chat.tell("我想约个核磁共振", "腰椎的")
    assert "哪天" in asked
    day = records.words(records.today + timedelta(days=5))
    shown = await chat.tell(day, "李建国", "13900139002")
    assert "腰椎" in shown
    assert "核磁共振" in shown
    assert "我想约" not in shown


async def test_the_examination_can_be_changed_before_the_yes(chat: Chat, records: Records) -> None:
    await chat.tell("做个胃镜", "不做胃镜了 做肠镜", "尽快", "李建国", "13900139002")
    assert "肠镜" in chat.offered
    assert "胃镜" not in chat.offered
    assert "哪里要改" in await chat.say("不对")
    await chat.tell("改成CT", "好的")
    (request,) = await records.requests(chat)
    assert (request.details["what"], request.details["when"]) == ("CT", "尽快")


async def test_a_request_is_moved_after_a_yes(chat: Chat, records: Records) -> None:
    first, later = (records.today + timedelta(days=ahead) for ahead in (5, 6))
    await chat.tell("找人陪诊", f"{first.month}月{first.day}日", "李建国", "13900139002", "好的")
    asked = await chat.say(f"能改到{later.month}月{later.day}日吗")
    assert records.shown(first) in asked
    assert records.shown(later) in asked
    (request,) = await records.requests(chat)
    assert records.shown(first) in request.details["when"]

    assert request.number in await chat.say("好的")
    (request,) = await records.requests(chat)
    assert records.shown(later) in request.details["when"]
    assert records.shown(first) in request.details["earlier"][0]["when"]


async def test_of_several_requests_the_one_to_move_is_chosen(chat: Chat, records: Records) -> None:
    await chat.tell("我想约个腹部B超", "尽快", "李建国", "13900139002", "好的")
    await chat.tell("找人陪诊", "尽快")
    await chat.press("李建国")
    await chat.tell("好的", "你好", "把陪诊改到下下周三", "好的")
    exam, escort = sorted(await records.requests(chat), key=lambda one: one.id)
    assert exam.details["when"] == "尽快"
    assert "周三" in escort.details["when"]


async def test_asking_for_the_bed_shows_the_request_instead_of_opening_another(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要住院做膝关节手术", "尽快", "李建国", "13900139002", "好的")
    (request,) = await records.requests(chat)
    shown = await chat.say("床位什么时候有")
    assert request.number in shown
    assert "再申请一个" in shown.titles
    assert len(await records.requests(chat)) == 1


async def test_a_referral_is_asked_for_its_way_and_illness_once(
    chat: Chat, records: Records
) -> None:
    assert "因为什么病" in await chat.say("从社区医院转到你们心内科")
    await chat.tell("冠心病", "尽快", "李建国", "13900139002", "好的")
    (request,) = await records.requests(chat)
    assert "冠心病" in request.details["what"]


def _day(records: Records, ahead: int = 5) -> str:
    day = records.today + timedelta(days=ahead)
    return f"{day.month}月{day.day}日"


async def test_a_request_told_at_once_keeps_day_name_and_phone_apart(
    chat: Chat, records: Records
) -> None:
    shown = await chat.say(f"核磁共振，颈椎，{_day(records)}上午，李建国，13900139002")
    assert "139****9002" in shown
    assert "13900139002" not in shown
    await chat.say("好的")
    (request,) = await records.requests(chat)
    assert (request.kind, request.details["what"]) == ("exam", "核磁共振，颈椎")


async def test_an_hour_told_at_another_question_is_kept(chat: Chat, records: Records) -> None:
    await chat.tell("找人陪诊", _day(records), "下午两点", "李建国", "13900139002", "好的")
    (request,) = await records.requests(chat)
    assert request.details["what"] == "找人陪诊"
    assert request.details["when"].endswith("下午14:00")


async def test_two_people_s_requests_are_made_one_after_the_other(
    chat: Chat, records: Records
) -> None:
    second = f"约心电图，{_day(records, 6)}，李桂芳，13800138002"
    await chat.say(f"我要约CT，李建国，13900139002，{_day(records)}")
    asked = await chat.say(second)
    assert "先把李建国的" in asked
    await chat.tell("确认", second, "确认")
    exams = sorted(await records.requests(chat), key=lambda one: one.id)
    assert [one.details["what"] for one in exams] == ["CT", "心电图"]
    assert len({one.patient_id for one in exams}) == 2


@pytest.mark.parametrize("words", ["不做了", "检查不做了，撤了吧", "算了，改天我自己来约"])
async def test_a_request_just_made_is_taken_back_in_any_words(
    chat: Chat, records: Records, words: str
) -> None:
    await chat.tell("我想约个腹部B超", "尽快", "李建国", "13900139002", "好的")
    (request,) = await records.requests(chat)
    assert request.number in await chat.say(words)
    assert len(await records.requests(chat)) == 1, "nothing is taken back before a yes"
    await chat.press("确认撤回")
    assert await records.requests(chat) == []
    assert "human" not in await records.flag_kinds(chat)


async def test_the_content_of_a_request_is_changed_after_a_yes(
    chat: Chat, records: Records
) -> None:
    await chat.tell("找人陪诊，还要轮椅", _day(records), "李建国", "13900139002", "好的")
    assert "确认修改" in (await chat.say("轮椅不要了")).titles
    await chat.press("确认修改")
    (request,) = await records.requests(chat)
    assert "轮椅" not in request.details["what"]
    assert "轮椅" in request.details["earlier"][0]["what"]


async def test_more_is_added_to_a_request_after_a_yes(chat: Chat, records: Records) -> None:
    await chat.tell("找人陪诊", _day(records), "李建国", "13900139002", "好的")
    await chat.tell("再加一个手语翻译", "确认")
    (request,) = await records.requests(chat)
    assert request.details["what"] == "找人陪诊，手语翻译"


async def test_a_question_inside_a_request_opens_no_other_one(chat: Chat, records: Records) -> None:
    await chat.tell("我要住院做膝关节手术", "尽快", "李建国", "13900139002")
    assert "请核对" in await chat.say("家里人能陪护吗")
    await chat.say("确认")
    (request,) = await records.requests(chat)
    assert request.kind == "admission"


async def test_where_somebody_lies_is_told_to_nobody(chat: Chat, records: Records) -> None:
    assert "保密" in await chat.say("李建国住院住在哪个病房")
    assert "姓名" not in chat.offered


async def test_another_request_waits_until_this_one_is_sent(chat: Chat, records: Records) -> None:
    await chat.tell("我要住院做膝关节手术", "尽快", "李建国", "13900139002")
    assert "先把李建国的" in await chat.say("还要约一个胸部CT")
    await chat.tell("确认", "还要约一个胸部CT")
    assert [one.kind for one in await records.requests(chat)] == ["admission"]
    assert "哪天" in chat.offered


@pytest.mark.parametrize("question", ["胃镜疼不疼", "轮椅怎么借"])
async def test_a_mere_question_opens_no_request(
    chat: Chat, records: Records, question: str
) -> None:
    assert "哪天" not in await chat.say(question)


async def test_a_month_is_enough_for_those_who_arrange_it(chat: Chat, records: Records) -> None:
    await chat.tell("我想约个腹部B超", "下个月吧", "李建国", "13900139002", "好的")
    (request,) = await records.requests(chat)
    assert request.details["when"] == "下个月"


async def test_a_part_of_the_body_and_a_manner_are_of_the_examination_that_is_told(
    chat: Chat, records: Records
) -> None:
    await chat.tell("我要约B超", "肚子的", "下周三", "张小红 13812345678", "确认提交")
    await chat.tell("约个胃镜，下周三", "张小红", "换成无痛的", "确认提交")
    told = [one.details["what"] for one in await records.requests(chat)]
    assert any("B超" in what and "肚子" in what for what in told)
    assert "无痛胃镜" in told


@pytest.mark.parametrize("opening", ["我要陪诊，要轮椅，下周五", "我要住院，胆结石手术，下周五"])
async def test_a_department_instead_of_a_name_is_the_one_of_the_request(
    chat: Chat, records: Records, opening: str
) -> None:
    asked = await chat.tell(opening, "心内科")
    assert "姓名" in asked
    await chat.tell("张小红 13812345678", "确认提交")
    (request,) = await records.requests(chat)
    assert request.details["department"] == "心血管内科"
