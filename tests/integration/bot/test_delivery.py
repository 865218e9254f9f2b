"""Delivery to Telegram when something is in the way: each message arrives exactly once."""

import logging
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.delivery import TryLater, Unreachable
from service import conversations as store
from service.conversations import Button, Reply
from service.model import Conversation, Outbox
from tests.fakes import EchoEngine
from tests.telegram.house import House, Person, buttons_of, opened, quiet, until
from tests.telegram.proxy import BotApi, Refused, blocked, broken, flood

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def house(tmp_path: Path, api: BotApi) -> AsyncIterator[House]:
    async with opened(tmp_path, api, EchoEngine({"看病": ["内科", "外科"]})) as running:
        yield running


async def test_when_telegram_asks_for_a_pause_it_gets_it(
    house: House, wang: Person, api: BotApi
) -> None:
    api.fail("sendMessage", flood(30))
    await wang.says("你好")
    await _tries(api, 1)
    house.later(25)
    await quiet(1.5)
    assert await wang.has_heard() == []
    house.later(6)
    assert await wang.hears() == ["收到：你好"]
    await _stays_delivered(house, wang, ["收到：你好"])


async def test_after_an_inner_error_of_telegram_the_message_is_sent_again(
    house: House, wang: Person, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    api.fail("sendMessage", broken(), broken())
    await wang.says("你好")
    for tries in (1, 2):
        await _tries(api, tries)
        await quiet(0.3)
        house.later(20)
    assert await wang.hears() == ["收到：你好"]
    await _stays_delivered(house, wang, ["收到：你好"])
    assert "收到" not in caplog.text
    assert api.token not in caplog.text


async def test_with_telegram_out_of_reach_the_message_waits(
    house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("你好")
    await wang.hears()
    await api.stop()
    await _push(house, wang, "明天上午的门诊改到下午")
    await quiet(1)
    await api.start()
    house.later(20)
    assert (await wang.hears(2))[1] == "明天上午的门诊改到下午"


async def test_a_patient_who_blocked_the_bot_is_left_in_peace_until_writing_again(
    house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("你好")
    await wang.hears()
    api.fail("sendMessage", blocked())
    await _push(house, wang, "提醒一")
    await until(lambda: _is(house, wang, ["sent", "failed"]))
    assert await _unreachable(house, wang)
    house.later(3600)
    await quiet(1.5)
    assert len(api.called("sendMessage")) == 2
    await wang.says("我回来了")
    assert (await wang.hears(2))[1] == "收到：我回来了"
    assert not await _unreachable(house, wang)


async def test_a_chat_that_is_no_more_is_given_up_with_all_that_waits_for_it(
    house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("你好")
    await wang.hears()
    api.fail("sendMessage", flood(30), Refused(400, "Bad Request: chat not found"))
    for text in ("提醒一", "提醒二"):
        await _push(house, wang, text)
    await _tries(api, 2)
    await quiet(0.3)
    house.later(31)
    await until(lambda: _is(house, wang, ["sent", "failed", "failed"]))
    assert await wang.has_heard() == ["收到：你好"]


async def test_buttons_that_telegram_refuses_do_not_hold_the_text_back(
    house: House, wang: Person, api: BotApi
) -> None:
    api.fail("sendMessage", Refused(400, "Bad Request: BUTTON_DATA_INVALID"))
    await wang.says("看病")
    assert await wang.hears() == ["收到：看病"]
    assert buttons_of((await wang.inbox())[0]) == []
    await wang.says("外科")
    assert (await wang.hears(2))[1] == "收到：外科"
    assert house.engine.questions[-1].press == "/外科", "typing the words presses the button"


async def test_of_a_long_message_only_what_is_missing_is_sent_again(
    house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("你好")
    await wang.hears()
    lines = [f"{letter * 3000}" for letter in "甲乙丙"]
    # The second part is refused twice, in two ways; the first is with the patient already.
    api.meanwhile("sendMessage", lambda: _fail(api, [broken(), flood(30)]))
    await _push(house, wang, "\n".join(lines))
    await _tries(api, 3)
    await quiet(0.3)
    house.later(20)
    await _tries(api, 4)
    await quiet(0.3)
    house.later(31)
    assert (await wang.hears(4))[1:] == lines


async def test_a_delivery_that_could_not_be_noted_is_not_sent_twice(
    house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("你好")
    await wang.hears()
    await quiet()
    api.meanwhile("sendMessage", house.lose_database)
    await _push(house, wang, "明天上午的门诊改到下午")
    await until(lambda: _true(not house.database_folder.exists()))
    await quiet()
    house.find_database()
    house.later(61)
    await until(lambda: _is(house, wang, ["sent", "sent"]))
    assert await wang.hears(2) == ["收到：你好", "明天上午的门诊改到下午"]


async def test_a_later_message_does_not_overtake_an_earlier_one(
    house: House, wang: Person, api: BotApi
) -> None:
    api.fail("sendMessage", broken())
    await wang.says("一一")
    await _tries(api, 1)
    await wang.says("二二")
    await quiet(1.5)
    assert await wang.has_heard() == []
    house.later(20)
    assert await wang.hears(2) == ["收到：一一", "收到：二二"]


async def test_one_chat_in_trouble_does_not_hold_up_the_others(
    house: House, wang: Person, api: BotApi
) -> None:
    api.fail("sendMessage", flood(600))
    await wang.says("你好")
    await _tries(api, 1)
    li = Person(api, "李建国")
    await li.says("你好")
    assert await li.hears() == ["收到：你好"]
    assert await wang.has_heard() == []


async def test_what_was_not_delivered_before_a_restart_is_delivered_after_it_once(
    tmp_path: Path, api: BotApi, wang: Person
) -> None:
    api.fail("sendMessage", broken())
    async with opened(tmp_path, api):
        await wang.says("你好")
        await _tries(api, 1)
        await quiet()
    assert await wang.has_heard() == []
    async with opened(tmp_path, api) as house:
        house.later(10)
        assert await wang.hears() == ["收到：你好"]
        await _stays_delivered(house, wang, ["收到：你好"])
    async with opened(tmp_path, api) as house:
        await _stays_delivered(house, wang, ["收到：你好"])


async def test_a_push_that_telegram_never_saw_before_a_restart_goes_out_after_it(
    tmp_path: Path, api: BotApi, wang: Person
) -> None:
    async with opened(tmp_path, api) as house:
        await wang.says("你好")
        await wang.hears()
        await quiet()
        await api.stop()
        await _push(house, wang, "随访提醒", Button("好的", {"say": "/好的"}))
        await quiet()
    await api.start()
    async with opened(tmp_path, api) as house:
        house.later(61)
        assert (await wang.hears(2))[1] == "随访提醒"
        await wang.presses("好的")
        assert (await wang.hears(3))[2] == "收到：好的"


async def test_a_staff_group_that_moved_is_found_and_one_that_is_gone_is_said_so(
    tmp_path: Path, api: BotApi
) -> None:
    old = -(time.monotonic_ns() % 10**9 + 10**9)
    moved = Refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=old - 1)
    staff = {"TELEGRAM_STAFF_GROUP": str(old)}
    chen = Person(api, "小陈", {"id": old - 1, "type": "supergroup", "title": "客服部"})
    async with opened(tmp_path, api, environment=staff) as house:
        api.fail("sendMessage", moved)
        await house.door.alert_staff("一")
        await house.door.alert_staff("二")
        assert await chen.hears(2) == ["一", "二"]
        api.fail("sendMessage", broken(), blocked())
        with pytest.raises(TryLater):
            await house.door.alert_staff("三")
        with pytest.raises(Unreachable):
            await house.door.alert_staff("三")


async def _push(house: House, person: Person, text: str, *buttons: Button) -> None:
    """Put a message out that answers none, such as a reminder."""
    to = await store.conversation_for(house.db, house.clock, "telegram", person.address)
    await store.push(house.db, house.clock, to, Reply(text, buttons))
    house.conversations.tell(to)


async def _tries(api: BotApi, count: int) -> None:
    """Wait until so many messages in all were tried to be sent."""
    await until(lambda: _true(len(api.called("sendMessage")) >= count))


async def _stays_delivered(house: House, person: Person, texts: list[str]) -> None:
    """Nothing more comes, however much time passes, and the outbox is empty."""
    house.later(3600)
    await quiet(1.5)
    assert await person.has_heard() == texts
    assert await _is(house, person, ["sent"] * len(texts))


async def _states(house: House, person: Person) -> Sequence[str]:
    async with house.db.reading() as session:
        states = (
            select(Outbox.state)
            .join(Conversation, Conversation.id == Outbox.conversation_id)
            .where(Conversation.address == person.address)
            .order_by(Outbox.id)
        )
        return (await session.scalars(states)).all()


async def _is(house: House, person: Person, states: list[str]) -> bool:
    return list(await _states(house, person)) == states


async def _unreachable(house: House, person: Person) -> bool:
    async with house.db.reading() as session:
        query = select(Conversation).where(Conversation.address == person.address)
        return (await session.scalars(query)).one().unreachable_at is not None


async def _fail(api: BotApi, refusals: list[Refused]) -> None:
    api.fail("sendMessage", *refusals)


async def _true(value: bool) -> bool:
    return value
