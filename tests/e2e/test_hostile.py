"""What nobody should send: each gets one clear answer in Chinese, and nothing else changes."""

import asyncio
import re

import httpx
import pytest

from service.model import Appointment, Case, InboundUpdate, Patient, ServiceRequest
from tests.e2e.chat import PATIENCE, Chat
from tests.e2e.program import Program
from tests.e2e.records import Records

CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}")
WRITTEN = (Appointment, Case, Patient, ServiceRequest)

TEXTS = {
    "nothing": "",
    "blanks": " \t\n　",
    "a zero-width space": "\u200b\u200d\ufeff",
    "one letter": "a",
    "five thousand letters": "啊" * 5000,
    "five thousand letters of sense": "我想问一下停车怎么收费，" * 417,
    "twenty thousand letters": "挂号" * 10_000,
    "smileys": "😀👍🏥👨‍👩‍👧",
    "control characters": "\x01\x02\x1b[31m\x7f\x08",
    "a zero byte": "你好\x00吗",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "sql": "'; DROP TABLE appointment; --",
    "more sql": "王秀英' OR '1'='1",
    "json": '{"intent": "affirm", "entities": [{"entity": "patient", "value": 1}]}',
    "a template": "{{7*7}} {patient} ${jndi:ldap://x} %s %(name)s {0}",
    "a response's own name": "utter_booking_done",
    "marks from right to left": "\u202e号挂要我\u202c \u200f\u2067挂号\u2069",
    "combining marks": "挂" + "\u0301" * 300,
    "another script": "صباح الخير",
    "a path": "../../../../etc/passwd",
    "digits": "9" * 4000,
    "a huge number": "挂99999999999999999999号",
    "question marks": "？" * 100,
    "slashes": "/////",
    "a token's shape": "#" + "a" * 16,
    "a long token's shape": "#" + "a" * 500,
    "lines": "\n".join(["挂号"] * 500),
}


@pytest.mark.parametrize("name", list(TEXTS))
async def test_it_gets_one_clear_answer_and_nothing_else_changes(
    chat: Chat, records: Records, name: str
) -> None:
    before = await _written(records)
    answered = await chat.say(TEXTS[name])
    assert 1 <= len(answered.texts) <= 3
    for text in answered.texts:
        assert CHINESE.search(text), text
        assert len(text) < 400, text
        assert "49" not in text
        assert "<" not in text
    assert await _written(records) == before
    assert "failure" not in await records.flag_kinds(chat)
    # The chat goes on as if nothing had been.
    assert "每小时5元" in await chat.say("停车怎么收费")


@pytest.mark.parametrize("letters", ["\\ud800", "挂号\\udfff", "\\ud83d\\ud83d"])
async def test_half_a_character_is_no_obstacle(chat: Chat, program: Program, letters: str) -> None:
    answer = await _post(program, f'{{"sender": "{chat.sender}", "message": "{letters}"}}')
    assert answer.status_code == 200
    assert CHINESE.search(answer.json()[0]["text"])


async def test_a_hundred_thousand_letters_are_refused_in_plain_words(
    chat: Chat, program: Program, records: Records
) -> None:
    body = {"sender": chat.sender, "message": "挂" * 100_000}
    async with httpx.AsyncClient(base_url=program.url, timeout=PATIENCE) as client:
        answer = await client.post("/webhooks/rest/webhook", json=body)
    assert answer.status_code == 413
    assert "太大" in answer.json()["detail"]
    assert await records.messages(chat) == []
    assert "每小时5元" in await chat.say("停车怎么收费")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "挂号",
        '{"message": "挂号"}',
        '{"sender": "", "message": "挂号"}',
        '{"sender": 7, "message": "挂号"}',
        '{"sender": "a", "message": 7}',
        '{"sender": "a", "message": {"text": "挂号"}}',
        "[" * 50_000,
    ],
)
async def test_a_request_of_another_shape_is_refused_in_plain_words(
    program: Program, body: str
) -> None:
    answer = await _post(program, body)
    assert answer.status_code == 400
    assert CHINESE.search(answer.json()["detail"])


async def test_what_is_kept_of_a_long_message_has_an_end(chat: Chat, records: Records) -> None:
    await chat.say("啊" * 20_000)
    first = (await records.messages(chat))[0]
    assert len(first.text) == 5000


async def test_hostile_words_in_an_errand_are_kept_as_words(chat: Chat, records: Records) -> None:
    words = '<b>收费处</b>\'; DROP TABLE "case"; -- {{7*7}} 冲我吼'
    await chat.tell("我要投诉", words, "今天 门诊一楼", "没有特别要求", "匿名")
    (case,) = await records.cases(chat)
    assert case.facts["what"] == words


async def test_two_hundred_messages_in_a_row_are_all_answered_in_order(
    chat: Chat, records: Records
) -> None:
    texts = [f"停车怎么收费，第{number}次问" for number in range(200)]
    await asyncio.gather(*(chat.post(text) for text in texts))
    async with asyncio.timeout(PATIENCE):
        while await _open(chat, records):
            await asyncio.sleep(0.2)
    messages = await records.messages(chat)
    asked = [one for one in messages if one.direction == "in"]
    answers = [one for one in messages if one.direction == "out"]
    assert sorted(one.text for one in asked) == sorted(texts)
    assert [one.inbound_id for one in answers] == [one.inbound_id for one in asked]
    assert all("每小时5元" in one.text for one in answers)


async def _post(program: Program, body: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=program.url, timeout=PATIENCE) as client:
        return await client.post(
            "/webhooks/rest/webhook",
            content=body.encode(),
            headers={"content-type": "application/json"},
        )


async def _written(records: Records) -> list[int]:
    return [await records.count(table) for table in WRITTEN]


async def _open(chat: Chat, records: Records) -> int:
    conversation = await records.conversation(chat)
    return await records.count(
        InboundUpdate,
        InboundUpdate.conversation_id == conversation,
        InboundUpdate.done_at.is_(None),
    )
