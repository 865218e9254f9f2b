"""Requests that a person arranges: a number, a promise, and a flag."""

import asyncio
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import pytest

from service.contacts import set_opted_out
from service.errors import NotFound, NotYours, TooSoon
from service.handover import answer_by, open_flags
from service.model import Conversation, Flag, ServiceRequest
from service.requests import (
    change_request,
    earliest_escort_day,
    list_requests,
    open_request,
    withdraw_request,
)
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


async def test_every_request_is_put_before_a_person(desk: Desk) -> None:
    first, second = await _open(desk), await _open(desk, kind="exam")
    reasons = [one.reason for one in await open_flags(desk.db)]
    assert reasons == [f"request {first.number}", f"request {second.number}"]


async def test_the_deletion_of_data_is_promised_within_days(desk: Desk) -> None:
    request = await _open(desk, kind="data_deletion")
    assert request.answer_by == desk.clock.now() + timedelta(days=3)


async def test_an_escort_for_a_closed_day_is_refused(desk: Desk) -> None:
    desk.clock.set("16:00")
    for days in ([desk.day(0)], [desk.day(0), desk.day(1)]):
        with pytest.raises(TooSoon) as refused:
            await _open(desk, days=days)
        assert refused.value.first == desk.day(2)
    await _open(desk, days=[desk.day(1), desk.day(2)])
    await _open(desk, kind="exam", days=[desk.day(0)])
    assert await desk.count(ServiceRequest) == 2


async def test_phone_numbers_stand_nowhere_in_the_clear(desk: Desk) -> None:
    request = await _open(desk, details={"what": "轮椅，王秀英 139 1237 0004"})
    assert request.details == {"what": "轮椅，王秀英 139****0004"}
    changed = await _change(desk, request, {"what": "陪诊，+8613912370004"})
    assert changed.details["what"] == "陪诊，139****0004"


async def test_a_change_keeps_what_stood_before_and_asks_a_person_to_look_again(
    desk: Desk,
) -> None:
    request = await _open(desk)
    for _twice in range(2):
        changed = await _change(desk, request, {"day": "周五"})
    assert changed.number == request.number
    assert changed.details["what"] == "轮椅"
    assert changed.details["day"] == "周五"
    (before,) = changed.details["earlier"]
    assert before["day"] == "明天"
    reasons = [one.reason for one in await open_flags(desk.db)]
    assert reasons == [f"request {request.number}", f"request {request.number} changed"]


async def test_only_an_open_request_of_one_s_own_is_changed(desk: Desk) -> None:
    request = await _open(desk)
    with pytest.raises(NotYours):
        await _change(desk, request, {"day": "周五"}, chat=await desk.chat(STRANGER))
    desk.clock.set("16:00")
    with pytest.raises(TooSoon):
        await _change(desk, request, {"day": "明天"}, days=[desk.day(1)])
    for over in ("done", "cancelled"):
        await desk.change(request, state=over)
        with pytest.raises(NotFound):
            await _change(desk, request, {"day": "周五"})


async def test_nobody_has_to_see_to_a_request_that_was_taken_back(desk: Desk) -> None:
    first, second = await _open(desk), await _open(desk, kind="exam")
    await _change(desk, first, {"day": "周五"})
    await withdraw_request(desk.db, desk.clock, first.conversation_id, first.number)
    assert [one.reason for one in await open_flags(desk.db)] == [f"request {second.number}"]


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
        await withdraw_request(desk.db, desk.clock, await desk.chat(STRANGER), request.number)
    with pytest.raises(NotFound):
        await withdraw_request(desk.db, desk.clock, chat, "FW20261201-9999")
    for _twice in range(2):
        taken_back = await withdraw_request(desk.db, desk.clock, chat, f" {request.number.lower()}")
        assert taken_back.state == "cancelled"
    assert await list_requests(desk.db, chat) == []


async def test_a_request_that_was_done_stays_done(desk: Desk) -> None:
    request = await _open(desk)
    await desk.change(request, state="done")
    with pytest.raises(NotFound):
        await withdraw_request(desk.db, desk.clock, request.conversation_id, request.number)
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


async def _open(
    desk: Desk,
    *,
    kind: str = "escort",
    origin: str | None = None,
    details: dict[str, Any] | None = None,
    days: Collection[date] = (),
) -> ServiceRequest:
    return await open_request(
        desk.db,
        desk.clock,
        desk.settings,
        conversation_id=await desk.chat(WANG_XIUYING),
        kind=kind,
        details=details or {"what": "轮椅", "day": "明天"},
        origin=origin or f"{await desk.count(ServiceRequest)}:request",
        days=days,
    )


async def _change(
    desk: Desk,
    request: ServiceRequest,
    details: dict[str, Any],
    *,
    chat: int | None = None,
    days: Collection[date] = (),
) -> ServiceRequest:
    return await change_request(
        desk.db,
        desk.clock,
        desk.settings,
        conversation_id=request.conversation_id if chat is None else chat,
        number=request.number,
        details=details,
        days=days,
    )


async def _chat(desk: Desk, chat: int) -> Conversation:
    found: Conversation = await desk.one(Conversation, Conversation.id == chat)
    return found
