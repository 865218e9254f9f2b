"""Finding a department 导诊, which leads to clinic times and on to booking."""

import pytest

from tests.e2e.chat import Chat
from tests.e2e.records import PERIODS, Records

A_DISEASE = ("可能是", "您得了", "诊断为", "怀疑是", "毫克")


async def test_a_complaint_leads_to_a_department_and_on_to_a_number(
    chat: Chat, records: Records
) -> None:
    advised = await chat.say("我膝盖疼半年了，上下楼费劲，看什么科")
    assert "骨科" in advised
    assert "膝盖疼" in advised
    assert "A座2层" in advised
    clinic = (await records.free("骨科"))[0]
    assert "哪天" in str(await chat.press("约骨科"))
    await chat.tell(records.half_day(clinic), "王秀英", chat.phone)
    await chat.press("确认预约")
    booking = await records.booking(chat)
    assert booking.session.practitioner.department.name == "骨科"
    assert booking.day == clinic.day


async def test_a_department_found_leads_to_its_clinic_times(chat: Chat, records: Records) -> None:
    await chat.say("我膝盖疼半年了，上下楼费劲，看什么科")
    shown = await chat.press("出诊时间")
    clinic = (await records.free("骨科", after=0))[0]
    assert records.shown(clinic.day) in shown
    assert PERIODS[clinic.period] in shown
    assert "预约" in str(shown.titles)


async def test_a_plain_yes_after_the_advice_begins_the_booking(
    chat: Chat, records: Records
) -> None:
    await chat.say("我膝盖疼半年了，上下楼费劲，看什么科")
    assert "骨科" in await chat.say("好的")


async def test_a_vague_complaint_is_asked_one_question_with_choices(chat: Chat) -> None:
    asked = await chat.say("头晕看什么科")
    assert len(asked.texts) == 1
    assert len(asked.titles) >= 2
    advised = await chat.say("第一个")
    assert "科" in str(advised)
    assert any("约" in title for title in advised.titles)


async def test_a_child_goes_to_the_childrens_department(chat: Chat) -> None:
    assert "约儿科" in (await chat.say("我女儿6岁，肚子疼两天了，看什么科")).titles


async def test_a_fever_is_shown_the_way_to_the_fever_clinic(chat: Chat) -> None:
    assert "发热门诊" in await chat.say("我发烧38度5，嗓子疼，挂什么科")


async def test_a_pregnant_woman_goes_to_the_maternity_department(chat: Chat) -> None:
    assert "产科" in await chat.say("怀孕五个月了，腿有点肿，看什么科")


@pytest.mark.parametrize(
    "complaint",
    ["我胃疼反酸一个月了看什么科", "老是口渴尿多人还瘦了看哪个科", "脖子上长了个包看什么科"],
)
async def test_no_disease_and_no_dose_is_ever_named(chat: Chat, complaint: str) -> None:
    answered = await chat.say(complaint)
    assert not any(words in answered for words in A_DISEASE), answered


async def test_who_sits_when_is_told_from_the_timetable(chat: Chat, records: Records) -> None:
    shown = await chat.say("骨科王建华主任周几出诊")
    for clinic in (await records.free("骨科", doctor="王建华"))[:3]:
        assert f"{records.shown(clinic.day)}{PERIODS[clinic.period]}" in shown
        assert f"余{clinic.left}" in shown
    booking = await chat.say("那帮我约一个")
    assert all("王建华" in title for title in booking.titles)
