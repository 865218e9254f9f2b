"""The chat page's own address: its cookie, messages, and the stream of what is new."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.webchat import COOKIE
from bot.wording import read_wording
from service import conversations as store
from service import outbox
from service.conversations import Reply
from service.model import Message
from tests.fakes import EchoEngine
from tests.web_patient import Patient, Stream, a_patient
from tests.web_server import Hospital, hospital

WORDING = read_wording()


@pytest_asyncio.fixture
async def engine() -> EchoEngine:
    return EchoEngine({"挂号": ("骨科", "儿科")}, asks=("几点开门",))


@pytest_asyncio.fixture
async def open_hospital(tmp_path: Path, engine: EchoEngine) -> AsyncIterator[Hospital]:
    async with hospital(tmp_path, engine) as running:
        yield running


@pytest_asyncio.fixture
async def patient(open_hospital: Hospital) -> AsyncIterator[Patient]:
    """王秀英, with the page open."""
    async with a_patient(open_hospital) as one:
        yield one


@pytest_asyncio.fixture
async def stranger(open_hospital: Hospital) -> AsyncIterator[Patient]:
    """外人, with the page open elsewhere."""
    async with a_patient(open_hospital) as one:
        yield one


async def test_a_visitor_gets_a_chat_of_its_own_that_scripts_cannot_read(
    open_hospital: Hospital,
) -> None:
    addresses = set()
    for _ in range(3):
        async with httpx.AsyncClient(base_url=open_hospital.url) as client:
            cookie = (await client.get("/")).headers["set-cookie"]
            assert "HttpOnly" in cookie and "SameSite=lax" in cookie
            addresses.add(client.cookies[COOKIE])
            assert "set-cookie" not in (await client.get("/")).headers
    assert len(addresses) == 3
    assert all(len(one) == 22 for one in addresses), "22 characters hold 128 bits"


async def test_a_made_up_cookie_is_replaced(open_hospital: Hospital) -> None:
    async with httpx.AsyncClient(base_url=open_hospital.url) as client:
        answer = await client.get("/", headers={"cookie": f"{COOKIE}=../../etc"})
        assert "set-cookie" in answer.headers


async def test_the_page_holds_nothing_inline_and_nothing_from_elsewhere(patient: Patient) -> None:
    page = (await patient.client.get("/")).text
    assert "我是医院的服务程序" in page
    assert "style=" not in page and "onclick" not in page and "<style" not in page
    assert "http://" not in page and "https://" not in page and "//cdn" not in page
    assert "演练" not in page


async def test_a_rehearsal_is_seen_to_be_one(tmp_path: Path) -> None:
    async with (
        hospital(tmp_path, EchoEngine(), rehearsal=True) as running,
        httpx.AsyncClient(base_url=running.url) as client,
    ):
        assert "演练" in (await client.get("/")).text


async def test_a_message_is_taken_and_answered_in_the_history(patient: Patient) -> None:
    inbound = await patient.say("你好\n<b>大夫</b>")
    question, answer = await patient.answered()
    assert question["text"] == "你好\n<b>大夫</b>"
    assert (question["inbound"], question["direction"]) == (inbound, "in")
    assert (answer["direction"], answer["author"]) == ("out", "bot")
    assert answer["text"] == "收到：你好\n<b>大夫</b>"
    assert question["id"] < answer["id"]
    assert answer["at"].endswith("+00:00")


async def test_a_message_sent_again_under_its_id_is_one_message(
    patient: Patient, engine: EchoEngine
) -> None:
    key = str(uuid.uuid4())
    first = await patient.post(id=key, text="挂号")
    again = await patient.post(id=key.upper(), text="挂号")
    assert first.json() == again.json()
    await patient.answered()
    assert len(engine.questions) == 1


async def test_two_chats_may_use_the_same_id(patient: Patient, stranger: Patient) -> None:
    key = str(uuid.uuid4())
    mine = (await patient.post(id=key, text="我的秘密")).json()
    theirs = (await stranger.post(id=key, text="你好")).json()
    assert mine != theirs
    assert [one["text"] for one in await stranger.answered()] == ["你好", "收到：你好"]


async def test_a_pressed_button_is_shown_by_its_words(patient: Patient, engine: EchoEngine) -> None:
    await patient.say("挂号")
    [first, second] = (await patient.answered())[-1]["buttons"]
    assert (first["title"], first["aside"]) == ("骨科", False)
    await patient.post(press=second["payload"])
    pressed, answer = (await patient.answered())[-2:]
    assert (pressed["kind"], pressed["text"], answer["text"]) == ("text", "儿科", "收到：儿科")
    assert engine.questions[-1].press == "/儿科"


async def test_another_chats_button_presses_nothing_and_shows_no_token(
    patient: Patient, stranger: Patient
) -> None:
    await patient.say("挂号")
    token = (await patient.answered())[-1]["buttons"][0]["payload"]
    await stranger.post(press=token)
    pressed, answer = await stranger.answered()
    assert (pressed["kind"], pressed["text"]) == ("press", "")
    assert answer["text"] == WORDING.reply("expired").text


async def test_helpful_or_not_is_asked_quietly(patient: Patient) -> None:
    await patient.say("几点开门")
    buttons = (await patient.answered())[-1]["buttons"]
    assert [(one["title"], one["aside"]) for one in buttons] == [("有帮助", True), ("没帮助", True)]


@pytest.mark.parametrize(
    "body",
    [
        {"text": "你好", "id": "1"},
        {"text": "你好", "id": None},
        {"text": ""},
        {"text": " \n　"},
        {"text": 7},
        {},
        {"text": "你好", "press": "#aaaaaaaaaaaaaaaa"},
        {"press": "骨科"},
        {"press": "/affirm"},
        {"press": ["#aaaaaaaaaaaaaaaa"]},
    ],
)
async def test_what_makes_no_sense_is_refused(patient: Patient, body: dict[str, Any]) -> None:
    answer = await patient.post(**body)
    assert answer.status_code == 400
    assert await patient.history() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://[broken"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "same-origin"}, 202),
        ({}, 202),
    ],
)
async def test_other_sites_cannot_speak_for_a_patient(
    patient: Patient, headers: dict[str, str], status: int
) -> None:
    body = {"id": str(uuid.uuid4()), "text": "你好"}
    answer = await patient.client.post("/chat/messages", json=body, headers=headers)
    assert answer.status_code == status
    upload = await patient.client.post(
        "/chat/files", data={"id": body["id"]}, files={"file": ("a", b"%PDF-1.7")}, headers=headers
    )
    assert upload.status_code == status


async def test_the_pages_own_origin_may_speak(patient: Patient) -> None:
    body = {"id": str(uuid.uuid4()), "text": "你好"}
    headers = {"origin": patient.hospital.url}
    assert (await patient.client.post("/chat/messages", json=body, headers=headers)).is_success


async def test_nobody_sees_another_chat(patient: Patient, stranger: Patient) -> None:
    await patient.say("我的秘密")
    await patient.answered()
    assert await stranger.history() == []
    async with stranger.listening() as stream:
        assert (await stream.next())["event"] == "ready"
        assert await stream.next() == {"event": "typing", "typing": False}
        await patient.pushed("给王秀英的")
        with pytest.raises(TimeoutError):
            await stream.next(within=2.5)


async def test_a_new_chat_hears_its_first_answer_at_once(patient: Patient) -> None:
    async with patient.listening() as stream:
        assert await stream.next() == {"event": "ready", "ready": True}
        assert await stream.next() == {"event": "typing", "typing": False}
        await patient.say("你好")
        question = await stream.next("message", within=1)
        answer = await stream.next("message", within=1)
        assert (question["direction"], answer["text"]) == ("in", "收到：你好")
        assert stream.last_id == str(answer["id"])
        async with asyncio.timeout(2):
            while (await patient.stored())[-1].state != "sent":
                await asyncio.sleep(0.02)


async def test_the_page_hears_that_an_answer_is_on_its_way(tmp_path: Path) -> None:
    async with (
        hospital(tmp_path, EchoEngine(pause=0.5)) as running,
        a_patient(running) as patient,
        patient.listening() as stream,
    ):
        assert (await stream.next("typing"))["typing"] is False
        await patient.say("你好")
        seen = [await stream.next() for _ in range(4)]
        assert [(one["event"], one.get("typing")) for one in seen] == [
            ("message", None),
            ("typing", True),
            ("message", None),
            ("typing", False),
        ]


async def test_the_chats_other_pages_see_at_once_what_was_written(tmp_path: Path) -> None:
    async with hospital(tmp_path, EchoEngine()) as running, a_patient(running) as patient:
        await patient.say("你好")
        seen = (await patient.answered())[-1]["id"]
        running.conversations.use(EchoEngine(pause=1.9))
        async with patient.listening(after=seen) as stream:
            assert (await stream.next("typing"))["typing"] is False
            await patient.say("在吗")
            assert (await stream.next("message", within=1))["text"] == "在吗"
            assert (await stream.next("typing", within=1))["typing"] is True


async def test_who_comes_back_hears_what_was_missed_and_only_that(patient: Patient) -> None:
    await patient.say("你好")
    seen = (await patient.answered())[-1]["id"]
    missed = await patient.pushed("明天有您的号")
    async with patient.listening(header=str(seen)) as stream:
        assert await stream.texts(1) == ["明天有您的号"]
        await patient.pushed("记得带医保卡")
        assert await stream.texts(1) == ["记得带医保卡"]
    async with patient.listening(after=missed) as stream:
        assert await stream.texts(1) == ["记得带医保卡"]


async def test_of_two_messages_written_at_once_the_later_commit_is_not_lost(
    patient: Patient,
) -> None:
    await patient.say("你好")
    await patient.answered()
    late = await patient.pushed("写得早，提交得晚")
    shown = await patient.pushed("写得晚，提交得早")
    await outbox.note_sent(patient.hospital.db, [shown])
    async with patient.listening(after=shown) as stream:
        message = await stream.next("message")
        assert (message["id"], stream.last_id) == (late, str(shown))


async def test_a_commit_that_comes_late_is_not_lost_while_listening_either(
    patient: Patient, stranger: Patient
) -> None:
    await patient.say("你好")
    seen = (await patient.answered())[-1]["id"]
    await stranger.say("你好")
    await stranger.answered()
    late = await stranger.pushed("写得早，提交得晚")
    async with patient.listening(after=seen) as stream:
        shown = await patient.pushed("写得晚，提交得早")
        assert late < shown == (await stream.next("message"))["id"]
        # Until now it belonged elsewhere, so that this chat could not see it.
        async with patient.hospital.db.transaction() as session:
            message = await session.get_one(Message, late)
            message.conversation_id = (await patient.stored())[0].conversation_id
        assert (await stream.next("message"))["id"] == late
        assert stream.last_id == str(shown), "the place to continue from never goes back"


async def test_what_another_process_sends_arrives_too(patient: Patient) -> None:
    await patient.say("你好")
    rows = await patient.answered()
    async with patient.listening(after=rows[-1]["id"]) as stream:
        await stream.next("typing")
        conversation = (await patient.stored())[0].conversation_id
        hospital = patient.hospital
        await store.push(hospital.db, hospital.clock, conversation, Reply("静静地来"))
        assert await stream.texts(1) == ["静静地来"]


async def test_what_is_shown_counts_as_sent(patient: Patient) -> None:
    await patient.say("你好")
    await patient.answered()
    await patient.pushed("明天有您的号")
    assert (await patient.stored())[-1].state == "pending"
    await patient.history()
    assert (await patient.stored())[-1].state == "sent"
    assert await outbox.claim(patient.hospital.db, patient.hospital.clock, "web") == []


async def test_the_page_is_not_told_who_of_the_staff_writes(patient: Patient) -> None:
    await patient.say("你好")
    await patient.answered()
    await patient.pushed("您好，我来帮您", author="chen@hospital")
    assert (await patient.history())[-1]["author"] == "staff"


async def test_the_page_hears_when_the_model_is_there(tmp_path: Path) -> None:
    async with hospital(tmp_path, None) as running, a_patient(running) as patient:
        assert WORDING["getting_ready"] in (await patient.client.get("/")).text
        async with patient.listening() as stream:
            assert await stream.next() == {"event": "preparing", "ready": False}
            await patient.say("你好")
            assert (await stream.next("typing"))["typing"] is False
            assert (await stream.next("typing"))["typing"] is True
            running.conversations.use(EchoEngine())
            assert await stream.next("ready", within=2) == {"event": "ready", "ready": True}
            assert await stream.texts(1) == ["收到：你好"]


async def test_without_the_database_the_page_is_told_to_try_again(patient: Patient) -> None:
    await patient.hospital.lose_database()
    key = str(uuid.uuid4())
    refused = await patient.post(id=key, text="我要挂号")
    assert (refused.status_code, refused.json()["detail"]) == (503, WORDING["outage_page"])
    in_danger = await patient.post(text="我爸突然晕倒了叫不醒")
    assert in_danger.status_code == 503
    assert "120" in in_danger.json()["detail"]
    assert WORDING["alerted"] not in in_danger.json()["detail"], "nobody can be alerted"
    assert (await patient.client.get("/chat/history")).status_code == 503
    assert (await patient.client.get("/")).status_code == 200
    async with patient.listening() as stream:
        assert (await stream.next())["event"] == "ready"
        await patient.hospital.find_database()
        assert (await patient.post(id=key, text="我要挂号")).status_code == 202
        assert await stream.texts(2) == ["我要挂号", "收到：我要挂号"]


async def test_open_streams_do_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    async with hospital(tmp_path, EchoEngine()) as running, a_patient(running) as patient:
        async with patient.listening() as stream:
            await stream.next("typing")
            async with asyncio.timeout(2):
                await running.stop()
        await running.serve()


SERVING = """
import asyncio, sys
from pathlib import Path
from tests.fakes import EchoEngine
from tests.web_server import hospital

async def main():
    async with hospital(Path(sys.argv[1]), EchoEngine()) as running:
        print(running.url, flush=True)
        await running.stopped()

asyncio.run(main())
"""


async def test_a_server_that_is_told_to_stop_ends_its_streams_properly(tmp_path: Path) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVING, str(tmp_path), stdout=-1, stderr=-1, env={**os.environ}
    )
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().strip()
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        await client.get("/")
        async with client.stream("GET", "/chat/events") as answer:
            stream = Stream(answer)
            await stream.next("typing")
            server.send_signal(signal.SIGTERM)
            with pytest.raises(AssertionError, match="the stream ended"):
                await stream.next("message", within=4)
    _, errors = await server.communicate()
    assert b"ERROR" not in errors, errors.decode()


@pytest.mark.parametrize("odd", ["-1", "1e9", "٣", "9" * 30, "'; drop table message", "null"])
async def test_a_senseless_last_event_does_no_harm(patient: Patient, odd: str) -> None:
    headers = {b"last-event-id": odd.encode()}
    async with patient.client.stream("GET", "/chat/events", headers=headers) as answer:
        assert (await Stream(answer).next())["event"] == "ready"
