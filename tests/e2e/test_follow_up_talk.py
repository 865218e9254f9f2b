"""A short message after an answer: what was just told explains it."""

from tests.e2e.chat import Chat
from tests.e2e.records import Records
from tests.e2e.steps import booked, until_confirm


async def test_a_worry_after_a_stay_reaches_the_nurse(chat: Chat, records: Records) -> None:
    await chat.say("剖腹产第8天伤口能洗澡吗")
    answered = await chat.say("有点红还流水")
    assert "护士看看" in answered
    assert "红肿流脓" in answered
    assert await records.flag_kinds(chat) == {"human"}


async def test_a_fever_after_a_stay_is_of_that_stay(chat: Chat, records: Records) -> None:
    await chat.say("剖腹产第8天伤口能洗澡吗")
    assert "护士看看" in await chat.say("发烧38度5了")
    assert await records.flag_kinds(chat) == {"human"}


async def test_the_illness_that_is_named_later_answers_the_question(chat: Chat) -> None:
    await chat.say("能洗澡吗")
    assert "伤口和护理" in await chat.say("剖腹产的")


async def test_the_same_is_asked_of_something_else(chat: Chat) -> None:
    await chat.say("医保能报多少")
    assert "起付" in await chat.say("住院呢")
    assert "亲情账户" in await chat.say("儿童呢")
    await chat.say("CT多少钱")
    answered = await chat.say("核磁呢")
    assert "520元" in answered
    assert len(answered.texts) == 1
    assert "骨科 近两周" in await chat.say("骨科呢")


async def test_a_doctor_who_was_shown_is_meant_by_a_pronoun(chat: Chat) -> None:
    await chat.say("方鹤年")
    assert "100元" in await chat.say("多少钱")
    assert "脾胃调理" in await chat.say("他主要看什么")
    answered = await chat.say("约他")
    assert all("方鹤年" in title for title in answered.titles)


async def test_of_two_of_one_name_each_is_told_apart(chat: Chat) -> None:
    shown = await chat.say("李娜")
    assert len(set(shown.titles)) == len(shown.titles)
    assert "儿童近视" in await chat.say("她看近视吗")


async def test_after_a_phone_the_department_is_spoken_of(chat: Chat) -> None:
    await chat.say("心内科电话")
    assert "A座3层" in await chat.say("在几楼")
    assert "主任医师" in await chat.say("有几个主任")
    best = await chat.say("最好的是谁")
    assert "副主任" not in best
    assert all("心血管内科" in title for title in (await chat.say("好 约")).titles)


async def test_within_a_request_its_own_questions_are_answered(chat: Chat) -> None:
    await chat.say("预约会诊")
    assert "副主任医师200元" in await chat.say("要多少钱")
    assert "工作日" in await chat.say("最快什么时候")


async def test_what_a_request_needs_opens_none(chat: Chat) -> None:
    assert "病历小结" in await chat.say("转诊要什么手续")


async def test_a_symptom_told_later_adds_to_the_first(chat: Chat) -> None:
    await chat.say("老忘事，76岁")
    answered = await chat.say("她还有糖尿病")
    assert "神经内科" in answered
    assert "内分泌科" in answered


async def test_facts_told_later_are_kept(chat: Chat) -> None:
    await chat.say("胃疼")
    assert "消化内科" in await chat.say("65")
    assert "消化内科" in await chat.say("3天了")
    worried = await chat.say("严重吗")
    assert "120" in worried
    assert "约消化内科" in worried.titles
    assert "这几天有号" in await chat.say("约")


async def test_a_phone_in_between_leaves_the_question_open(chat: Chat) -> None:
    await chat.say("头晕")
    assert "天旋地转" in (await chat.say("心内科电话多少")).titles


async def test_a_group_of_departments_is_asked_about(chat: Chat) -> None:
    assert "约心血管内科" in (await chat.say("内科")).titles


async def test_after_a_receipt_questions_are_about_that_booking(
    chat: Chat, records: Records
) -> None:
    await booked(chat, records, "骨科")
    assert "身份证" in await chat.say("我要带什么吗")
    assert "提前20分钟" in await chat.say("几点到")
    assert "诊室" in await chat.say("在几楼")
    assert "骨科" in await chat.say("他是主任吗")


async def test_the_doctor_of_the_open_booking_is_meant(chat: Chat, records: Records) -> None:
    await until_confirm(chat, records, "骨科")
    answered = await chat.say("他是主任吗")
    assert "擅长" in answered
    assert "请核对" in answered


async def test_a_notice_answers_what_is_asked_about_it(chat: Chat) -> None:
    await chat.say("义诊要挂号吗")
    assert "09:00" in await chat.say("几点")
    assert "停车楼" in await chat.say("还有别的吗")


async def test_a_feared_operation_is_for_the_doctor_to_say(chat: Chat) -> None:
    await chat.say("胃疼")
    assert "医生当面看" in await chat.say("要不要手术")
    assert "消化内科" in await chat.say("怎么办")


async def test_a_cancelled_clinic_is_explained(chat: Chat) -> None:
    assert "停诊（外出学习）" in await chat.say("夏俊峰哪天出诊")
    assert "因为外出学习" in await chat.say("怎么停诊了")


async def test_the_half_day_that_is_asked_next_is_of_the_same_day(chat: Chat) -> None:
    await chat.say("骨科明天谁出诊")
    await chat.say("后天呢")
    assert "后天" in await chat.say("下午呢")


async def test_a_refund_that_is_asked_about_cancels_nothing(chat: Chat) -> None:
    await chat.say("挂号费多少钱")
    assert "原路退回" in await chat.say("能退吗")


async def test_what_is_not_felt_belongs_to_the_complaint(chat: Chat) -> None:
    await chat.say("感冒了挂什么科")
    assert "呼吸内科" in await chat.say("不发烧")


async def test_a_new_symptom_after_a_stay_is_a_worry(chat: Chat, records: Records) -> None:
    await chat.say("阑尾炎手术后能吃什么")
    assert "护士看看" in await chat.say("肚子疼")
    assert await records.flag_kinds(chat) == {"human"}


async def test_a_greeting_after_an_answer_is_a_greeting(chat: Chat) -> None:
    await chat.say("停车怎么收费")
    assert "每小时5元" not in await chat.say("在吗")


async def test_a_place_of_its_own_is_not_the_department_spoken_of(
    chat: Chat, records: Records
) -> None:
    await chat.say("骨科明天有号吗")
    assert "停车楼" in await chat.say("停车场在哪")
    assert "骨科" in await chat.say("在几楼")
    assert "C座3层" in await chat.say("彩超室在几楼")
    assert "心血管内科在门诊楼" in await chat.say("心内科呢")
    await booked(chat, records, "骨科")
    assert "每小时5元" in await chat.say("停车多少钱")


async def test_the_rate_of_the_clinic_is_not_that_of_a_stay(chat: Chat) -> None:
    await chat.say("住院能报多少")
    assert "60%" in await chat.say("门诊呢")


async def test_hours_are_not_those_of_the_car_park(chat: Chat) -> None:
    await chat.say("停车多少钱")
    assert "08:00" in await chat.say("几点上班")


async def test_an_offered_answer_may_be_written(chat: Chat) -> None:
    await chat.say("医保能报多少")
    assert "60%" in await chat.say("门诊")


async def test_a_doctor_whose_clinic_is_asked_for_is_booked_next(chat: Chat) -> None:
    assert "出诊" in await chat.say("沈国梁什么时候在")
    assert "沈国梁" in "".join((await chat.say("约他")).titles)
