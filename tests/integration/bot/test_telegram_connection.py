"""How updates reach the house: by polling, by webhook, through outages and restarts."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette

from bot.telegram import TelegramDoor
from service.settings import SettingError
from tests.telegram.house import House, Person, opened, quiet, until
from tests.telegram.proxy import BotApi, Refused, broken

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def house(tmp_path: Path, api: BotApi) -> AsyncIterator[House]:
    async with opened(tmp_path, api) as running:
        yield running


async def test_the_database_away_while_polling_loses_nothing_and_doubles_nothing(
    house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("前一句")
    await wang.hears()
    await house.lose_database()
    await wang.says("这一句")
    waiting = house.wording["outage_telegram"]
    assert (await wang.hears(2))[1] == waiting
    await wang.says("后一句")
    await quiet(3)
    assert (await wang.hears(2))[1] == waiting, "it is said once, however often it is tried"
    house.find_database()
    assert (await wang.hears(4))[2:] == ["收到：这一句", "收到：后一句"]
    await quiet()
    assert len(await wang.has_heard()) == 4
    assert await house.kept(wang) == ["前一句", "这一句", "后一句"]


async def test_danger_is_answered_even_while_the_database_is_away(
    house: House, wang: Person
) -> None:
    await house.lose_database()
    await wang.says("我爸突然晕倒了叫不醒")
    assert "120" in (await wang.hears())[0]
    await quiet(2)
    await wang.hears(1)
    house.find_database()
    assert "120" in (await wang.hears(2))[1]


async def test_who_writes_after_somebody_else_hears_of_the_outage_too(
    house: House, wang: Person, api: BotApi
) -> None:
    li, zhao = Person(api, "李建国"), Person(api, "赵敏")
    await house.lose_database()
    await wang.says("明天骨科有号吗")
    await wang.hears()
    await li.says("我爸突然晕倒了叫不醒")
    await zhao.says("停车怎么收费")
    (instruction,) = await li.hears()
    assert "120" in instruction
    assert house.wording["alerted"] not in instruction, "nobody can be alerted yet"
    waiting = house.wording["outage_telegram"]
    assert await zhao.hears() == await wang.hears() == [waiting]
    house.find_database()
    assert await wang.hears(2) == [waiting, "收到：明天骨科有号吗"]
    assert await zhao.hears(2) == [waiting, "收到：停车怎么收费"]
    assert house.wording["alerted"] in (await li.hears(2))[1]


async def test_polling_outlives_a_server_that_answers_nonsense(
    house: House, wang: Person, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("getUpdates", broken(), Refused(404, "Not Found"), Refused(401, "Unauthorized"))
    await wang.says("还在吗")
    assert await wang.hears() == ["收到：还在吗"]
    assert api.token not in caplog.text


async def test_telegram_out_of_reach_at_the_start_is_tried_again(
    tmp_path: Path, api: BotApi, wang: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    api.fail("getMe", broken())
    api.fail("setMyCommands", broken())
    async with opened(tmp_path, api):
        await wang.says("你好")
        assert await wang.hears() == ["收到：你好"]
        assert "cannot be reached yet" in caplog.text
        assert api.token not in caplog.text, "the token is in every address that is called"


async def test_an_update_that_telegram_hands_out_again_is_answered_once(
    house: House, wang: Person, api: BotApi
) -> None:
    api.lose_confirmations(3)
    await wang.says("看病")
    await wang.hears()
    await quiet(1.5)
    assert await wang.hears() == ["收到：看病"]
    assert await house.kept(wang) == ["看病"]


async def test_what_came_while_the_house_was_closed_is_answered_after_it_opens(
    tmp_path: Path, api: BotApi, wang: Person
) -> None:
    async with opened(tmp_path, api) as house:
        await wang.says("关门前")
        await wang.hears()
        await quiet()
    await wang.says("关门时")
    async with opened(tmp_path, api) as house:
        assert (await wang.hears(2))[1] == "收到：关门时"
        await quiet()
        assert await house.kept(wang) == ["关门前", "关门时"]
    assert len(await wang.has_heard()) == 2


SECRET = "a-secret_of_2026"


@pytest_asyncio.fixture
async def webhook_house(tmp_path: Path, api: BotApi) -> AsyncIterator[House]:
    """A house that Telegram posts updates to."""
    app = Starlette()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_level="warning"))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/telegram"
    hook = {"TELEGRAM_WEBHOOK_URL": address, "TELEGRAM_WEBHOOK_SECRET": SECRET}
    async with opened(tmp_path, api, environment=hook) as running:
        app.routes.append(running.door.route())
        serving = asyncio.create_task(server.serve([listener]))
        await until(lambda: _is(bool(api.called("setWebhook")) and server.started))
        yield running
        server.should_exit = True
        await serving


async def test_by_webhook_a_text_is_answered_once(
    webhook_house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("你好")
    assert await wang.hears() == ["收到：你好"]
    assert api.webhook_statuses == [200]
    assert api.called("getUpdates") == []


async def test_the_webhook_refuses_whoever_does_not_know_the_secret(
    webhook_house: House, wang: Person
) -> None:
    forged = _update(wang, 900_001, "取消所有预约")
    address = webhook_house.settings.telegram_webhook
    async with httpx.AsyncClient(trust_env=False) as client:
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
            answer = await client.post(address, json=forged, headers=headers)
            assert answer.status_code == 403
        right = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        broken_json = await client.post(address, content=b"no json", headers=right)
        assert broken_json.status_code == 400
    assert await webhook_house.kept(wang) == []


async def test_the_webhook_keeps_a_repeated_update_once_and_refuses_what_is_none(
    webhook_house: House, wang: Person
) -> None:
    update = _update(wang, 900_002, "你好")
    assert await webhook_house.door.handle_webhook(update, SECRET) == 200
    assert await webhook_house.door.handle_webhook(update, SECRET) == 200
    assert await webhook_house.door.handle_webhook({"hello": "world"}, SECRET) == 400
    assert await wang.hears() == ["收到：你好"]
    assert await webhook_house.kept(wang) == ["你好"]


async def test_the_database_away_makes_telegram_post_again(
    webhook_house: House, wang: Person, api: BotApi
) -> None:
    await webhook_house.lose_database()
    await wang.says("你好")
    await until(lambda: _is(api.webhook_statuses.count(503) >= 2))
    assert await wang.hears() == [webhook_house.wording["outage_telegram"]]
    webhook_house.find_database()
    assert (await wang.hears(2))[1] == "收到：你好"
    assert api.webhook_statuses[-1] == 200
    assert await webhook_house.kept(wang) == ["你好"]


async def test_a_house_that_polls_has_no_webhook(house: House, wang: Person) -> None:
    assert house.door.webhook_path == ""
    assert await house.door.handle_webhook(_update(wang, 1, "你好"), "") == 403


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"telegram_token": ""}, "TELEGRAM_BOT_TOKEN"),
        ({"telegram_webhook": "https://hospital.example/"}, "TELEGRAM_WEBHOOK_URL"),
        ({"telegram_webhook": "https://hospital.example/tg"}, "TELEGRAM_WEBHOOK_SECRET"),
        (
            {"telegram_webhook": "https://hospital.example/tg", "telegram_webhook_secret": "密"},
            "TELEGRAM_WEBHOOK_SECRET",
        ),
    ],
)
async def test_settings_that_cannot_work_are_named(
    house: House, changes: dict[str, str], name: str
) -> None:
    settings = replace(house.settings, **changes)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=name):
        TelegramDoor(settings, house.db, house.clock, house.conversations, house.wording)


def _update(person: Person, number: int, text: str) -> dict[str, Any]:
    message = {"message_id": 1, "date": 1, "chat": person.chat, "from": person.account}
    return {"update_id": number, "message": {**message, "text": text}}


async def _is(value: bool) -> bool:
    return value
