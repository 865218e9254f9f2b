"""The two engines, in this process and a stock Rasa server, say the same."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import yaml

from tests.e2e.chat import Chat, Replies
from tests.e2e.program import ROOT, Child, NotRunning, Program, environment, free_port
from tests.e2e.records import Records

TALKS = {
    "booking": [
        "我要挂号",
        "[骨科",
        "停车怎么收费",
        "{day}上午",
        "王秀英",
        "1380013800",
        "{phone}",
        "换个医生",
        "[元",
        "算了",
        "继续",
        "[确认预约",
        "我的预约",
        "取消预约",
        "[确认取消",
        "我的预约",
    ],
    "complaint": [
        "昨天上午在骨科，那个王医生态度特别差",
        "希望道歉",
        "/restart",
        "匿名",
        "我的投诉怎么样了",
        "救命！我爸突然胸口疼得厉害，满头大汗",
        "人工",
    ],
    "finding": [
        "头晕看什么科",
        "第一个",
        "[约",
        "算了",
        "我想约个腹部B超",
        "尽快就行",
        "李建国，13900139002",
        "我的数据",
        "你说的那个咱们上次弄的",
        "就那样吧反正",
    ],
}


class RasaServer:
    """``rasa run --enable-api`` beside ``rasa run actions``, as the README has them."""

    def __init__(self, home: Path, models: Path) -> None:
        port, actions = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._health = (self.url, f"http://127.0.0.1:{actions}/health")
        endpoints = home / "endpoints.yml"
        endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n")
        rasa = [sys.executable, "-m", "rasa", "run"]
        server = ["--enable-api", "-m", str(models), "--endpoints", str(endpoints)]
        server += ["--credentials", "credentials.yml", "--port", str(port)]
        here = environment(home)
        self.children = [
            Child([*rasa, *server], home / "rasa.log", here),
            Child(
                [*rasa, "actions", "--actions", "actions", "--port", str(actions)],
                home / "actions.log",
                here,
            ),
        ]

    def start(self) -> None:
        for child in self.children:
            child.start()

    async def until_ready(self) -> None:
        async with httpx.AsyncClient() as client:
            for child, url in zip(self.children, self._health, strict=True):
                for _ in range(900):
                    if await _answers(client, url):
                        break
                    if not child.running:
                        raise NotRunning(child.last_lines())
                    await asyncio.sleep(0.2)
                else:
                    raise NotRunning(child.last_lines())

    def stop(self) -> None:
        for child in self.children:
            child.kill()


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


@dataclass(frozen=True)
class Served:
    """A program whose engine is a Rasa server."""

    program: Program
    rasa: RasaServer


@pytest.fixture(scope="module")
def served(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("served")
    rasa = RasaServer(home, model)
    program = Program(home, model, XINQIAO_ENGINE_URL=rasa.url)
    # The program first: it makes the database that the actions work on.
    program.start()
    rasa.start()
    try:
        asyncio.run(program.until_ready())
        asyncio.run(rasa.until_ready())
        yield Served(program, rasa)
    finally:
        program.stop()
        rasa.stop()


@pytest_asyncio.fixture
async def served_records(served: Served) -> AsyncIterator[Records]:
    records = Records(served.program.home)
    yield records
    await records.close()


@pytest.mark.parametrize("talk", list(TALKS))
async def test_both_engines_say_the_same(
    program: Program, served: Served, records: Records, talk: str
) -> None:
    clinics = await records.free("骨科", after=2)
    day = next(
        one.day
        for one in clinics
        if one.period == "morning"
        and len([two for two in clinics if (two.day, two.period) == (one.day, "morning")]) > 1
    )
    here, there = Chat(program.url), Chat(served.program.url)
    for line in TALKS[talk]:
        said = [
            await _turn(chat, line.format(day=f"{day.month}月{day.day}日", phone=chat.phone))
            for chat in (here, there)
        ]
        assert _content(said[0]) == _content(said[1]), line


async def test_a_rasa_server_that_has_forgotten_everything_goes_on_where_we_stood(
    served: Served, served_records: Records
) -> None:
    chat = Chat(served.program.url)
    await chat.tell("我要挂号", "骨科")
    conversation = await served_records.conversation(chat)
    async with httpx.AsyncClient(base_url=served.rasa.url) as client:
        emptied = await client.put(f"/conversations/{conversation}/tracker/events", json=[])
        assert emptied.status_code == 200
    clinic = (await served_records.free("骨科"))[0]
    assert "姓名" in await chat.say(served_records.half_day(clinic))


async def test_killed_in_a_turn_and_started_again_it_answers_within_half_a_minute(
    served: Served, served_records: Records
) -> None:
    """Beside a Rasa server the program is back in no time, unlike one that loads a model."""
    chat = Chat(served.program.url)
    await chat.say("你好")
    request = asyncio.create_task(chat.post("停车怎么收费"))
    async with asyncio.timeout(10):
        while (await served_records.the_chat(chat)).leased_until is None:
            await asyncio.sleep(0)
    served.program.kill()
    await asyncio.gather(request, return_exceptions=True)
    assert (await served_records.messages(chat))[-1].direction == "in"

    served.program.start()
    await served.program.until_ready()
    for _ in range(60):
        last = (await served_records.messages(chat))[-1]
        if last.direction == "out":
            break
        await asyncio.sleep(0.5)
    assert "每小时5元" in last.text


async def _turn(chat: Chat, line: str) -> Replies:
    return await (chat.press(line[1:]) if line.startswith("[") else chat.say(line))


def _content(replies: Replies) -> list[str]:
    """What was said, without what differs from one home to another: numbers, counts, wordings."""
    return [_plain(one) for one in (*replies.texts, *replies.titles)]


def _plain(text: str) -> str:
    text = _FIRST.get(text.strip(), text)
    for pattern, instead in (
        (r"[A-Z]{2}\d{8}-\d+", "<number>"),
        (r"\*{4}\d{4}", "<phone>"),
        (r"余\d+", "余n"),
        (r"\d\d:\d\d", "<time>"),
        (r"(?<=[，\s])\d+号", "n号"),
    ):
        text = re.sub(pattern, instead, text)
    return text


def _first_wordings() -> dict[str, str]:
    """For each wording of a response that has several, the first one: Rasa takes any of them."""
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return {
        str(one["text"]).strip(): str(wordings[0]["text"]).strip()
        for wordings in domain["responses"].values()
        for one in wordings
    }


_FIRST = _first_wordings()
