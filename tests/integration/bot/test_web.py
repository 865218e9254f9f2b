"""The web door as programs see it: Rasa's REST channel, health, headers."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.routing import Route

from bot.wording import read_wording
from service import conversations as store
from service import outbox
from service.conversations import Incoming, Reply
from service.model import Conversation
from tests.fakes import EchoEngine
from tests.web_server import Hospital, hospital

WORDING = read_wording()
WEBHOOK = "/webhooks/rest/webhook"


@pytest_asyncio.fixture
async def engine() -> EchoEngine:
    return EchoEngine({"挂号": ("骨科", "儿科")})


@pytest_asyncio.fixture
async def open_hospital(tmp_path: Path, engine: EchoEngine) -> AsyncIterator[Hospital]:
    async with hospital(tmp_path, engine) as running:
        yield running


@pytest_asyncio.fixture
async def widget(open_hospital: Hospital) -> AsyncIterator[httpx.AsyncClient]:
    """A Rasa web widget's connection."""
    async with httpx.AsyncClient(base_url=open_hospital.url, timeout=20) as client:
        yield client


async def say(
    widget: httpx.AsyncClient, text: Any, sender: str = "王秀英", **more: Any
) -> list[dict[str, Any]]:
    answer = await widget.post(WEBHOOK, json={"sender": sender, "message": text, **more})
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()
    return messages


async def texts_of(hospital: Hospital, sender: str = "王秀英") -> list[str]:
    return [one.text for one in await store.history(hospital.db, "rest", sender)]


async def test_the_channel_says_that_it_is_there(widget: httpx.AsyncClient) -> None:
    answer = await widget.get("/webhooks/rest/")
    assert answer.json() == {"status": "ok"}


async def test_a_message_is_answered_as_rasa_answers(widget: httpx.AsyncClient) -> None:
    assert await say(widget, "你好") == [{"recipient_id": "王秀英", "text": "收到：你好"}]


async def test_buttons_carry_tokens_that_press_them(
    widget: httpx.AsyncClient, engine: EchoEngine
) -> None:
    [reply] = await say(widget, "挂号")
    assert [set(one) for one in reply["buttons"]] == [{"title", "payload"}] * 2
    assert [one["title"] for one in reply["buttons"]] == ["骨科", "儿科"]

    assert (await say(widget, reply["buttons"][0]["payload"]))[0]["text"] == "收到：骨科"
    assert engine.questions[-1].press == "/骨科"


async def test_another_chats_button_presses_nothing(
    widget: httpx.AsyncClient, engine: EchoEngine
) -> None:
    [reply] = await say(widget, "挂号")
    [refusal] = await say(widget, reply["buttons"][0]["payload"], sender="外人")
    assert refusal["text"] == WORDING.reply("expired").text
    assert [one.text for one in engine.questions] == ["挂号"]


async def test_rasas_stream_form_answers_line_by_line(widget: httpx.AsyncClient) -> None:
    answer = await widget.post(
        WEBHOOK, params={"stream": "true"}, json={"sender": "王秀英", "message": "你好"}
    )
    [line] = answer.text.splitlines()
    assert json.loads(line) == {"recipient_id": "王秀英", "text": "收到：你好"}


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": " \n\t　"}, {"message": "\0"}])
async def test_an_empty_message_gets_one_clear_reply(
    widget: httpx.AsyncClient, open_hospital: Hospital, body: dict[str, str]
) -> None:
    answer = await widget.post(WEBHOOK, json={"sender": "王秀英", **body})
    assert answer.status_code == 200
    assert answer.json() == [{"recipient_id": "王秀英", "text": WORDING["empty"]}]
    assert await texts_of(open_hospital) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'"text"',
        b"[]",
        b"[" * 60_000,
        b"1" * 60_000,
        json.dumps({"message": "你好"}).encode(),
        json.dumps({"sender": "", "message": "你好"}).encode(),
        json.dumps({"sender": 7, "message": "你好"}).encode(),
        json.dumps({"sender": "a\0b", "message": "你好"}).encode(),
        json.dumps({"sender": "\ud800", "message": "你好"}).encode(),
        json.dumps({"sender": "a" * 256, "message": "你好"}).encode(),
        json.dumps({"sender": "王秀英", "message": 7}).encode(),
        json.dumps({"sender": "王秀英", "message": ["你好"]}).encode(),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused_in_chinese(
    widget: httpx.AsyncClient, body: bytes
) -> None:
    answer = await widget.post(WEBHOOK, content=body)
    assert answer.status_code == 400
    assert any("一" <= one <= "龥" for one in answer.json()["detail"])


async def test_a_body_over_64_kib_is_refused_and_the_server_goes_on(
    widget: httpx.AsyncClient,
) -> None:
    for length in (65 * 1024, 3_000_000):
        body = json.dumps({"sender": "王秀英", "message": "a" * length})
        answer = await widget.post(WEBHOOK, content=body)
        assert answer.status_code == 413
        assert "太大" in answer.json()["detail"]
    assert len(await say(widget, "还在吗")) == 1


async def test_a_long_message_is_kept_to_5000_characters(
    widget: httpx.AsyncClient, open_hospital: Hospital
) -> None:
    await say(widget, "疼" * 9_000)
    assert (await texts_of(open_hospital))[0] == "疼" * 5_000


async def test_characters_that_no_screen_can_show_do_no_harm(widget: httpx.AsyncClient) -> None:
    answer = await widget.post(
        WEBHOOK, content=rb'{"sender": "w", "message": "a\u0000b\ud800c \u202e<b>"}'
    )
    assert answer.status_code == 200
    assert answer.json()[0]["text"].startswith("收到：a b c")


async def test_a_repeated_delivery_is_answered_with_the_same_replies(
    widget: httpx.AsyncClient, engine: EchoEngine
) -> None:
    first = await say(widget, "挂号", message_id="m1")
    again = await say(widget, "挂号", metadata={"message_id": "m1"})
    assert first == again
    assert len(engine.questions) == 1


async def test_two_senders_may_use_the_same_message_id(widget: httpx.AsyncClient) -> None:
    await say(widget, "我的秘密", message_id="1")
    [reply] = await say(widget, "你好", sender="外人", message_id="1")
    assert reply == {"recipient_id": "外人", "text": "收到：你好"}


async def test_what_was_sent_in_between_comes_first_and_once(
    widget: httpx.AsyncClient, open_hospital: Hospital
) -> None:
    await say(widget, "你好")
    conversation = (await store.history(open_hospital.db, "rest", "王秀英"))[0].conversation_id
    for text in ("明天有您的号", "记得带医保卡"):
        await store.push(open_hospital.db, open_hospital.clock, conversation, Reply(text))

    texts = [one["text"] for one in await say(widget, "知道了")]
    assert texts == ["明天有您的号", "记得带医保卡", "收到：知道了"]
    assert [one["text"] for one in await say(widget, "谢谢")] == ["收到：谢谢"]
    assert await outbox.claim(open_hospital.db, open_hospital.clock, "rest") == []


async def test_messages_sent_at_once_are_answered_each_to_its_own_request(
    widget: httpx.AsyncClient,
) -> None:
    answers = await asyncio.gather(*(say(widget, f"第{n}句") for n in range(12)))
    assert [[one["text"] for one in answer] for answer in answers] == [
        [f"收到：第{n}句"] for n in range(12)
    ]


async def test_an_answer_comes_as_soon_as_it_is_there(widget: httpx.AsyncClient) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    for n in range(10):
        await say(widget, f"第{n}句")
    assert loop.time() - started < 5, "each waited for the next look instead of for the news"


async def test_while_the_model_loads_the_message_is_kept_and_answered_later(
    tmp_path: Path,
) -> None:
    async with (
        hospital(tmp_path, None, rest_patience=0.3) as running,
        httpx.AsyncClient(base_url=running.url) as widget,
    ):
        assert (await widget.get("/health")).json() == {"status": "ok", "ready": False}
        assert await say(widget, "你好") == [
            {"recipient_id": "王秀英", "text": WORDING["getting_ready"]}
        ]
        running.conversations.use(EchoEngine())
        assert (await widget.get("/health")).json() == {"status": "ok", "ready": True}
        await asyncio.sleep(2)
        texts = [one["text"] for one in await say(widget, "在吗", message_id="2")]
        assert texts == ["收到：你好", "收到：在吗"]


async def test_who_hangs_up_gets_the_answer_with_the_next_one(tmp_path: Path) -> None:
    async with (
        hospital(tmp_path, EchoEngine(pause=0.6)) as running,
        httpx.AsyncClient(base_url=running.url) as widget,
    ):
        with pytest.raises(httpx.ReadTimeout):
            await widget.post(WEBHOOK, json={"sender": "王秀英", "message": "你好"}, timeout=0.3)
        await asyncio.sleep(1)
        texts = [one["text"] for one in await say(widget, "在吗")]
        assert texts == ["收到：你好", "收到：在吗"]


async def test_a_chat_that_a_person_has_is_answered_by_nobody_else(
    widget: httpx.AsyncClient, open_hospital: Hospital
) -> None:
    _, conversation = await store.receive(
        open_hospital.db,
        open_hospital.clock,
        Incoming(channel="rest", update_key="1", address="王秀英", text="找人工"),
    )
    await give_to(open_hospital, conversation, "小陈")
    assert await say(widget, "在吗") == []


async def give_to(hospital: Hospital, conversation: int, owner: str) -> None:
    async with hospital.db.transaction() as session:
        (await session.get_one(Conversation, conversation)).owner = owner


async def test_without_the_database_the_patient_is_told_plainly(
    widget: httpx.AsyncClient, open_hospital: Hospital
) -> None:
    await say(widget, "你好")
    await open_hospital.lose_database()
    assert await say(widget, "我要挂号") == [
        {"recipient_id": "王秀英", "text": WORDING["database_down"]}
    ]
    (instruction,) = await say(widget, "我爸突然晕倒了叫不醒")
    assert "120" in instruction["text"]
    assert WORDING["alerted"] not in instruction["text"], "nobody can be alerted"
    assert (await widget.get("/health")).json()["status"] == "ok"
    await open_hospital.find_database()
    assert (await say(widget, "我要挂号"))[0]["text"] == "收到：我要挂号"


async def test_a_database_lost_while_waiting_loses_nothing(tmp_path: Path) -> None:
    async with (
        hospital(tmp_path, EchoEngine(pause=0.5)) as running,
        httpx.AsyncClient(base_url=running.url, timeout=20) as widget,
    ):
        answer = asyncio.create_task(say(widget, "你好"))
        await asyncio.sleep(0.3)
        await running.lose_database()
        await asyncio.sleep(1)
        await running.find_database()
        assert [one["text"] for one in await answer] == ["收到：你好"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/health", 200),
        ("GET", "/static/chat.css", 200),
        ("GET", "/static/chat.js", 200),
        ("GET", "/static/../web.py", 404),
        ("GET", "/nothing", 404),
        ("GET", "/chat/history", 401),
        ("GET", "/chat/events", 401),
        ("GET", WEBHOOK, 405),
        ("POST", WEBHOOK, 400),
        ("POST", "/chat/messages", 401),
    ],
)
async def test_every_answer_has_its_security_headers(
    widget: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await widget.request(method, path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_failure_of_ours_is_told_in_chinese_and_with_the_headers(
    open_hospital: Hospital, widget: httpx.AsyncClient
) -> None:
    async def broken(_request: Request) -> None:
        raise RuntimeError("broken")

    open_hospital.app.routes.insert(0, Route("/broken", broken))
    answer = await widget.get("/broken")
    assert answer.status_code == 500
    assert "对不起" in answer.json()["detail"]
    assert "content-security-policy" in answer.headers
