"""Requests that a person arranges: a number, a promise, and a flag."""

import asyncio

import pytest

from service.contacts import set_opted_out
from service.errors import NotFound, NotYours
from service.handover import answer_by, open_flags
from service.model import Conversation, Flag, ServiceRequest
from service.requests import earliest_escort_day, list_requests, open_request, withdraw_request
from tests.cast import STRANGER, WANG_XIUYING
from tests.integration.service.desk import Desk


async def test_a_request_has_a_number_a_promise_and_a_person_who_looks_at_it(
    desk: Desk,
) -> None:
    request = await _open(desk)
    assert request.number == "FW20261201-0001"
    assert request.details == {"what": "轮椅", "day": "明天"}
    assert request.state == "waiting"
    assert request.answer_by == answer_by(desk.clock, desk.settings)
    (flag,) = await open_flags(desk.db, request.conversation_id)
    assert (flag.kind, flag.reason) == ("human", "request FW20261201-0001")


async def test_the_same_wish_again_is_the_same_request(desk: Desk) -> None:
    first = await _open(desk, origin="3:request")
    again = await _open(desk, origin="3:request")
    assert again.number == first.number
    assert await desk.count(ServiceRequest) == 1


async def test_the_same_wish_several_times_at_once_is_one_request(desk: Desk) -> None:
    await desk.chat(WANG_XIUYING)
    made = await asyncio.gather(*(_open(desk, origin="3:request") for _ in range(6)))
    assert {one.number for one in made} == {"FW20261201-0001"}
    assert await desk.count(ServiceRequest) == await desk.count(Flag) == 1


async def test_two_requests_of_one_chat_are_one_flag(desk: Desk) -> None:
    await _open(desk)
    await _open(desk, kind="exam")
    assert len(await open_flags(desk.db)) == 1


async def test_open_requests_are_listed_the_newest_first(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    first, second, done = await _open(desk), await _open(desk), await _open(desk)
    await desk.change(done, state="done")
    await desk.change(first, state="working")
    listed = [one.number for one in await list_requests(desk.db, chat)]
    assert listed == [second.number, first.number]
    assert await list_requests(desk.db, await desk.chat(STRANGER)) == []


async def test_a_request_can_be_taken_back_by_the_chat_that_made_it(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    request = await _open(desk)
    with pytest.raises(NotYours):
        await withdraw_request(desk.db, await desk.chat(STRANGER), request.number)
    with pytest.raises(NotFound):
        await withdraw_request(desk.db, chat, "FW20261201-9999")
    for _twice in range(2):
        taken_back = await withdraw_request(desk.db, chat, f" {request.number.lower()}")
        assert taken_back.state == "cancelled"
    assert await list_requests(desk.db, chat) == []


async def test_a_request_that_was_done_stays_done(desk: Desk) -> None:
    request = await _open(desk)
    await desk.change(request, state="done")
    with pytest.raises(NotFound):
        await withdraw_request(desk.db, request.conversation_id, request.number)
    assert (await desk.one(ServiceRequest)).state == "done"


async def test_an_escort_can_be_ordered_until_four_for_the_next_day(desk: Desk) -> None:
    desk.clock.set("15:59")
    assert earliest_escort_day(desk.clock).date() == desk.day(1)
    desk.clock.set("16:00")
    assert earliest_escort_day(desk.clock).date() == desk.day(2)


async def test_who_wants_no_pushes_can_say_so_and_change_the_mind(desk: Desk) -> None:
    hers, his = await desk.chat(WANG_XIUYING), await desk.chat(STRANGER)
    await set_opted_out(desk.db, desk.clock, hers, opted_out=True)
    assert (await _chat(desk, hers)).opted_out_at == desk.clock.now()
    assert (await _chat(desk, his)).opted_out_at is None
    await set_opted_out(desk.db, desk.clock, hers, opted_out=False)
    assert (await _chat(desk, hers)).opted_out_at is None


async def _open(desk: Desk, *, kind: str = "escort", origin: str | None = None) -> ServiceRequest:
    return await open_request(
        desk.db,
        desk.clock,
        desk.settings,
        conversation_id=await desk.chat(WANG_XIUYING),
        kind=kind,
        details={"what": "轮椅", "day": "明天"},
        origin=origin or f"{await desk.count(ServiceRequest)}:request",
    )


async def _chat(desk: Desk, chat: int) -> Conversation:
    found: Conversation = await desk.one(Conversation, Conversation.id == chat)
    return found
