"""Flags: when a person answers, which come first, and that each is raised once."""

from datetime import timedelta

import pytest

from service.handover import (
    RaisedFlag,
    answer_by,
    note_alerted,
    open_flags,
    raise_flag,
    unalerted,
)
from service.model import Flag
from service.settings import read_settings
from tests.cast import LI_JIANGUO, WANG_XIUYING
from tests.integration.service.desk import Desk


@pytest.mark.parametrize(
    ("hours", "now", "days", "answered"),
    [
        ("00:00-24:00", "03:15", 0, "03:45"),
        ("00:00-24:00", "23:45", 1, "00:15"),
        ("08:00-17:30", "09:30", 0, "10:00"),
        ("08:00-17:30", "08:00", 0, "08:30"),
        ("08:00-17:30", "17:29", 0, "17:59"),
        ("08:00-17:30", "07:59", 0, "08:30"),
        ("08:00-17:30", "00:00", 0, "08:30"),
        ("08:00-17:30", "17:30", 1, "08:30"),
        ("08:00-17:30", "23:59", 1, "08:30"),
    ],
)
async def test_a_person_answers_within_half_an_hour_of_a_staffed_hour(
    desk: Desk, hours: str, now: str, days: int, answered: str
) -> None:
    settings = read_settings(
        {
            "XINQIAO_HOME": str(desk.settings.home),
            "XINQIAO_SECRET": "of-the-tests",
            "XINQIAO_STAFFED_HOURS": hours,
        }
    )
    desk.clock.set(now)
    promised = answer_by(desk.clock, settings)
    assert promised.date() == desk.day(days)
    assert promised.strftime("%H:%M") == answered


async def test_a_flag_stands_for_the_next_of_its_kind_while_it_is_open(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await _raise(desk, chat, "human")
    first = await desk.one(Flag)
    desk.clock.go_on(minutes=20)
    await _raise(desk, chat, "human")
    assert [one.answer_by for one in await open_flags(desk.db, chat)] == [first.answer_by]
    await desk.change(first, closed_at=desk.clock.now())
    assert await open_flags(desk.db, chat) == []
    await _raise(desk, chat, "human")
    assert len(await open_flags(desk.db, chat)) == 1


async def test_the_same_kind_in_another_chat_is_a_flag_of_its_own(desk: Desk) -> None:
    for person in (WANG_XIUYING, LI_JIANGUO):
        await _raise(desk, await desk.chat(person), "human")
    assert len(await open_flags(desk.db)) == 2


async def test_every_danger_is_a_flag_and_wants_an_answer_now(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    for _again in range(2):
        await _raise(desk, chat, "danger")
    flags = await open_flags(desk.db)
    assert [one.answer_by for one in flags] == [desk.clock.now()] * 2


async def test_danger_comes_first_then_who_has_waited_longest(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    for kind in ("voice", "human", "danger"):
        await _raise(desk, chat, kind)
        desk.clock.go_on(minutes=5)
    assert [one.kind for one in await open_flags(desk.db)] == ["danger", "voice", "human"]


async def test_each_flag_alerts_once(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await _raise(desk, chat, "human")
    await _raise(desk, chat, "danger")
    danger, human = await unalerted(desk.db)
    assert (danger.kind, human.kind) == ("danger", "human")
    await note_alerted(desk.db, desk.clock, danger.id)
    assert [one.id for one in await unalerted(desk.db)] == [human.id]
    await desk.change(human, closed_at=desk.clock.now() + timedelta(minutes=1))
    assert await unalerted(desk.db) == []


async def _raise(desk: Desk, chat: int, kind: str) -> None:
    async with desk.db.transaction() as session:
        await raise_flag(session, desk.clock, desk.settings, chat, RaisedFlag(kind))
