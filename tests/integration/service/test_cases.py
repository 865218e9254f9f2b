"""Complaints, suggestions, praise: registered once, in the patient's words, with a deadline."""

import asyncio
from datetime import timedelta

import pytest

from service.cases import (
    CaseFacts,
    add_to_case,
    find_case,
    list_cases,
    open_case,
    set_contact,
    withdraw_case,
)
from service.conversations import (
    Incoming,
    Outcome,
    finish,
    keep_attachment,
    next_turn,
    receive,
)
from service.errors import NotFound, NotYours
from service.handover import RaisedFlag, open_flags, raise_flag
from service.model import Attachment, Case, CaseEvent
from tests.cast import STRANGER, WANG_XIUYING
from tests.integration.service.desk import Desk


async def test_a_complaint_keeps_the_patient_s_own_words(desk: Desk) -> None:
    facts = CaseFacts(
        "护士说话不耐烦", when="昨天下午", where="输液室", who="不知道名字", wish="道个歉"
    )
    case = await _open(desk, facts)
    assert case.number == "TS20261201-0001"
    assert case.facts == {
        "what": "护士说话不耐烦",
        "when": "昨天下午",
        "where": "输液室",
        "who": "不知道名字",
        "wish": "道个歉",
    }
    assert (case.category, case.severe, case.medical_dispute) == ("attitude", False, False)
    assert (case.state, case.anonymous, case.contact_sealed) == ("registered", False, None)
    event = await desk.one(CaseEvent)
    assert (event.case_id, event.kind, event.at) == (case.id, "registered", desk.clock.now())


async def test_a_complaint_is_answered_within_three_days(desk: Desk) -> None:
    case = await _open(desk, CaseFacts("排队排了两个小时"))
    assert case.answer_by == desk.clock.now() + timedelta(days=3)


@pytest.mark.parametrize(
    ("what", "dispute"),
    [
        ("医生开错药了，吃了过敏", True),
        ("手术失误，我要说法", True),
        ("我妈在手术后人没了", True),
        ("医生收了我红包", False),
        ("我要打12345", False),
    ],
)
async def test_a_severe_complaint_is_answered_within_a_day(
    desk: Desk, what: str, dispute: bool
) -> None:
    case = await _open(desk, CaseFacts(what))
    assert (case.severe, case.medical_dispute) == (True, dispute)
    assert case.answer_by == desk.clock.now() + timedelta(hours=24)


async def test_praise_is_never_severe(desk: Desk) -> None:
    case = await _open(desk, CaseFacts("医生不收红包，手术很成功"), kind="praise")
    assert (case.number, case.category) == ("BY20261201-0001", "praise")
    assert (case.severe, case.medical_dispute) == (False, False)


async def test_suggestions_have_numbers_of_their_own(desk: Desk) -> None:
    case = await _open(desk, CaseFacts("多放几把椅子"), kind="suggestion")
    assert (case.number, case.category) == ("JY20261201-0001", "suggestion")


async def test_the_same_wish_again_is_the_same_case(desk: Desk) -> None:
    first = await _open(desk, CaseFacts("排队太久"), origin="5:case")
    again = await _open(desk, CaseFacts("排队太久"), origin="5:case")
    assert again.number == first.number
    assert await desk.count(Case) == await desk.count(CaseEvent) == 1


async def test_the_same_wish_several_times_at_once_is_one_case(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    facts = CaseFacts("排队太久")
    same = [_open(desk, facts, origin="5:case", chat=chat) for _ in range(6)]
    other = _open(desk, facts, origin="6:case", chat=chat)
    *cases, apart = await asyncio.gather(*same, other)
    (number,) = {one.number for one in cases}
    assert {number, apart.number} == {"TS20261201-0001", "TS20261201-0002"}
    assert await desk.count(Case) == await desk.count(CaseEvent) == 2


async def test_a_chat_sees_its_own_cases_only(desk: Desk) -> None:
    hers, strange = await desk.chat(WANG_XIUYING), await desk.chat(STRANGER)
    case = await _open(desk, CaseFacts("排队太久"))
    assert (await find_case(desk.db, hers, f" {case.number.lower()} ")).id == case.id
    with pytest.raises(NotYours):
        await find_case(desk.db, strange, case.number)
    with pytest.raises(NotFound):
        await find_case(desk.db, hers, "TS20261201-9999")
    assert await list_cases(desk.db, strange) == []


async def test_cases_are_listed_the_newest_first(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    first = await _open(desk, CaseFacts("排队太久"))
    praise = await _open(desk, CaseFacts("护士很好"), kind="praise")
    last = await _open(desk, CaseFacts("厕所太脏"))
    listed = [one.number for one in await list_cases(desk.db, chat)]
    assert listed == [last.number, praise.number, first.number]
    assert len(await list_cases(desk.db, chat, kind="complaint")) == 2


async def test_pictures_of_the_last_hours_belong_to_the_complaint(desk: Desk) -> None:
    await _picture(desk, "last-month")
    desk.clock.go_on(days=30)
    await _picture(desk, "today")
    desk.clock.go_on(minutes=10)
    case = await _open(desk, CaseFacts("厕所太脏"))
    kept = {one.channel_file: one.case_id for one in await desk.all(Attachment)}
    assert kept == {"last-month": None, "today": case.id}


async def test_pictures_do_not_belong_to_praise_nor_to_another_chat_s_complaint(
    desk: Desk,
) -> None:
    await _picture(desk, "hers")
    await _open(desk, CaseFacts("护士很好"), kind="praise")
    await _open(desk, CaseFacts("厕所太脏"), chat=await desk.chat(STRANGER))
    assert (await desk.one(Attachment)).case_id is None


async def test_a_phone_in_the_words_is_masked(desk: Desk) -> None:
    case = await _open(desk, CaseFacts("护士不理人，打我13912370004"))
    assert case.facts["what"] == "护士不理人，打我139****0004"
    await add_to_case(desk.db, desk.clock, case.conversation_id, case.number, "换成13912370005")
    added = await desk.one(CaseEvent, CaseEvent.kind == "added")
    assert added.text == "换成139****0005"


async def test_a_contact_given_later_is_sealed_and_ends_anonymity(desk: Desk) -> None:
    case = await _open(desk, CaseFacts("护士不理人", anonymous=True))
    for _twice in range(2):
        case = await _set_contact(desk, case, case.conversation_id)
    assert not case.anonymous
    assert "13912370004" not in str(case.contact_sealed)
    assert desk.vault.open(str(case.contact_sealed)) == "13912370004"
    assert await desk.count(CaseEvent, CaseEvent.kind == "contact") == 1
    with pytest.raises(NotYours):
        await _set_contact(desk, case, await desk.chat(STRANGER))


async def test_nobody_has_to_see_to_a_complaint_that_was_taken_back(desk: Desk) -> None:
    case, other = await _open(desk, CaseFacts("排队太久")), await _open(desk, CaseFacts("厕所脏"))
    async with desk.db.transaction() as session:
        for one in (case, other):
            flag = RaisedFlag("complaint", f"case {one.number}")
            await raise_flag(session, desk.clock, desk.settings, one.conversation_id, flag)
    assert len(await open_flags(desk.db)) == 2
    await withdraw_case(desk.db, desk.clock, case.conversation_id, case.number)
    assert [one.reason for one in await open_flags(desk.db)] == [f"case {other.number}"]


async def _set_contact(desk: Desk, case: Case, chat: int) -> Case:
    return await set_contact(desk.db, desk.vault, desk.clock, chat, case.number, "13912370004")


async def _open(
    desk: Desk,
    facts: CaseFacts,
    *,
    kind: str = "complaint",
    origin: str | None = None,
    chat: int | None = None,
) -> Case:
    return await open_case(
        desk.db,
        desk.vault,
        desk.clock,
        desk.settings,
        conversation_id=await desk.chat(WANG_XIUYING) if chat is None else chat,
        kind=kind,
        facts=facts,
        origin=origin or f"{await desk.count(Case)}:case",
    )


async def _picture(desk: Desk, file: str) -> None:
    incoming = Incoming("web", file, WANG_XIUYING.address, kind="picture", file=file)
    _inbound, chat = await receive(desk.db, desk.clock, incoming)
    turn = await next_turn(desk.db, desk.clock, chat)
    assert turn is not None
    await keep_attachment(desk.db, conversation_id=chat, message_id=turn.message_id, kind="picture")
    await finish(desk.db, desk.clock, desk.settings, turn, Outcome())
