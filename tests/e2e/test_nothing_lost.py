"""Killed at any moment, the program loses no message, answers none twice, books nothing twice.

One home for all tests here: whichever runs next finds what the one before left behind.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from service import conversations as store
from service.model import Appointment, Conversation, InboundUpdate, Message, Outbox
from tests.e2e.chat import Chat
from tests.e2e.program import Program
from tests.e2e.records import Records
from tests.e2e.steps import until_confirm

TAKEN_UP_IN = 30.0
"""Seconds in which a program that is ready has answered what an earlier one left."""
SENDERS = 10


@pytest.fixture(scope="module")
def mortal(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program that may be killed. Tests start it themselves."""
    program = Program(tmp_path_factory.mktemp("mortal"), model)
    try:
        yield program
    finally:
        program.kill()


@pytest_asyncio.fixture
async def kept(mortal: Program) -> AsyncIterator[Records]:
    """What the mortal program's database holds."""
    records = Records(mortal.home)
    yield records
    await records.close()


@pytest.fixture
def chats(mortal: Program) -> list[Chat]:
    """Ten patients who have not written yet."""
    return [Chat(mortal.url) for _ in range(SENDERS)]


async def test_killed_before_the_model_is_loaded(
    mortal: Program, kept: Records, chats: list[Chat]
) -> None:
    await _start(mortal, ready=False)
    before = await _until_kept(mortal, kept)
    sent = _Sent([(chat, text) for chat in chats for text in ("停车怎么收费", "我要挂号")])
    await sent.away()
    await _until(lambda: kept.count(InboundUpdate), lambda count: count == before + 2 * SENDERS, 30)
    assert await kept.count(InboundUpdate, InboundUpdate.done_at.isnot(None)) == 0
    mortal.kill()
    await sent.gone()

    await _start(mortal)
    await _taken_up(kept)
    for chat in chats:
        asked = [one.text for one in await kept.messages(chat) if one.direction == "in"]
        assert sorted(asked) == sorted(["停车怎么收费", "我要挂号"])
    await _all_is_whole(kept)


async def test_killed_in_the_middle_of_answering(
    mortal: Program, kept: Records, chats: list[Chat]
) -> None:
    await _start(mortal)
    # All in one half-day, so that the numbers of one session are counted down by ten at once.
    clinic = (await kept.free("骨科", after=2))[0]
    await asyncio.gather(*(until_confirm(one, kept, "骨科", clinic=clinic) for one in chats))
    done = await _done(kept)
    sent = _Sent(
        [(chat, text) for chat in chats for text in (chat.offered.button("确认预约"), "我的预约")]
    )
    await sent.away()
    await _until(lambda: _done(kept), lambda count: count >= done + 4, 30)
    mortal.kill()
    await sent.gone()
    assert await kept.count(InboundUpdate, InboundUpdate.done_at.is_(None)) > 0

    await _start(mortal)
    await _taken_up(kept)
    await sent.again()
    await _taken_up(kept)
    for chat in chats:
        booking = await kept.booking(chat)
        assert (booking.day, booking.period) == (clinic.day, clinic.period)
    await _all_is_whole(kept)


async def test_killed_right_after_sending(
    mortal: Program, kept: Records, chats: list[Chat]
) -> None:
    await _start(mortal)
    clinic = (await kept.free("皮肤科", after=2))[0]
    await asyncio.gather(*(until_confirm(one, kept, "皮肤科", clinic=clinic) for one in chats))
    sent = _Sent(
        [
            (chat, text)
            for chat in chats
            for text in (chat.offered.button("确认预约"), "停车怎么收费")
        ]
    )
    await sent.away()
    await asyncio.sleep(0.02)
    mortal.kill()
    await sent.gone()

    # Who got no answer sends once more, as every client does: under the same id.
    await _start(mortal)
    await sent.again()
    await _taken_up(kept)
    for chat in chats:
        assert (await kept.booking(chat)).day == clinic.day
    await _all_is_whole(kept)


async def test_a_message_delivered_twice_is_one(
    mortal: Program, kept: Records, chats: list[Chat]
) -> None:
    await _start(mortal)
    chat = chats[0]
    await until_confirm(chat, kept, "眼科")
    token, key = chat.offered.button("确认预约"), uuid.uuid4().hex
    before = await kept.count(InboundUpdate)
    first, second = await asyncio.gather(*(chat.post(token, message_id=key) for _ in range(2)))
    third = await chat.post(token, message_id=key)
    assert await kept.count(InboundUpdate) == before + 1
    assert [one["text"] for one in first] == [one["text"] for one in second]
    assert [one["text"] for one in first] == [one["text"] for one in third]
    assert (await kept.booking(chat)).number in first[0]["text"]
    await _all_is_whole(kept)


async def test_an_orderly_stop_leaves_nothing_open(
    mortal: Program, kept: Records, chats: list[Chat]
) -> None:
    await _start(mortal)
    sent = _Sent([(chat, "停车怎么收费") for chat in chats])
    await sent.away()
    await asyncio.sleep(0.1)
    mortal.stop()
    await sent.gone()
    taken = await kept.count(Conversation, Conversation.leased_until > kept.now)
    assert taken == 0, "a conversation that is still leased waits for a minute after a restart"


class _Sent:
    """Messages under way, all at once; each knows its id, so that it can be sent again."""

    def __init__(self, messages: Sequence[tuple[Chat, str]]) -> None:
        self._messages = [(chat, text, uuid.uuid4().hex) for chat, text in messages]
        self._tasks: list[asyncio.Task[object]] = []

    async def away(self) -> None:
        """Send them without waiting for an answer."""
        for chat, text, key in self._messages:
            self._tasks.append(asyncio.create_task(chat.post(text, message_id=key)))
            await asyncio.sleep(0.01)

    async def gone(self) -> None:
        """Wait until every request has ended, most of them badly."""
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in ended:
            assert isinstance(one, list | httpx.TransportError), one

    async def again(self) -> None:
        """Send them all once more under their ids, each chat's in order."""
        for chat, text, key in self._messages:
            await chat.post(text, message_id=key)


async def _start(program: Program, *, ready: bool = True) -> None:
    if not program.running:
        program.start()
    await (program.until_ready() if ready else program.until_answering())


async def _until_kept(mortal: Program, kept: Records) -> int:
    """Wait until messages are kept: the page is there a moment before the tables are.

    Returns:
        How many are kept already.
    """
    chat = Chat(mortal.url)
    async with asyncio.timeout(60):
        while True:
            # Kept, it waits for the model; else there is an answer that says so at once.
            request = asyncio.create_task(chat.post("你好"))
            answered, _ = await asyncio.wait([request], timeout=1)
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
            if not answered:
                break
        # A program that loads a model may take its time to see what has come.
        while not await kept.messages(chat):
            await asyncio.sleep(0.05)
    return await kept.count(InboundUpdate)


async def _done(kept: Records) -> int:
    return await kept.count(InboundUpdate, InboundUpdate.done_at.isnot(None))


async def _until(
    look: Callable[[], Awaitable[int]], satisfied: Callable[[int], bool], patience: float
) -> None:
    async with asyncio.timeout(patience):
        while not satisfied(await look()):
            await asyncio.sleep(0.02)


async def _taken_up(kept: Records) -> None:
    await _until(
        lambda: kept.count(InboundUpdate, InboundUpdate.done_at.is_(None)),
        lambda count: count == 0,
        TAKEN_UP_IN,
    )


async def _all_is_whole(kept: Records) -> None:
    """Every message answered by one group of replies; every number given to one person once."""
    for inbound in await kept.all(InboundUpdate):
        assert inbound.done_at is not None
        replies = await kept.all(
            Message, Message.inbound_id == inbound.id, Message.direction == "out"
        )
        assert replies, f"update {inbound.id} has no answer"
        texts = [one.text for one in replies]
        assert len(set(texts)) == len(texts), "an answer was given twice"
        assert replies[-1].at - replies[0].at < timedelta(seconds=1), "two groups of replies"
    sent = [one.message_id for one in await kept.all(Outbox)]
    assert len(sent) == len(set(sent))
    bookings = await kept.all(Appointment, Appointment.state == "booked")
    places = [(one.session_id, one.queue_number) for one in bookings]
    assert len(set(places)) == len(places)
    persons = [(one.person, one.day, one.period) for one in bookings]
    assert len(set(persons)) == len(persons)
    taken: dict[int, int] = {}
    for one in bookings:
        taken[one.session_id] = taken.get(one.session_id, 0) + 1
    assert {one.session.id: one.session.taken for one in bookings} == taken
    assert await store.open_conversations(kept.db, kept.clock) == []
