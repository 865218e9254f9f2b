"""The way of a message: kept once, answered once, its buttons worth nothing anywhere else."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from service import conversations as store
from service.conversations import Button, Incoming, Outcome, Reply, Turn
from service.handover import RaisedFlag, open_flags
from service.model import (
    Attachment,
    Conversation,
    Feedback,
    Flag,
    InboundUpdate,
    Message,
    Outbox,
)
from tests.cast import STRANGER, WANG_XIUYING, Person
from tests.integration.service.desk import Desk


async def test_a_message_is_kept_before_it_is_answered(desk: Desk) -> None:
    inbound, chat = await _says(desk, "我想挂号")
    message = await desk.one(Message)
    assert (message.text, message.direction, message.author) == ("我想挂号", "in", "patient")
    assert (message.inbound_id, message.conversation_id) == (inbound, chat)
    assert message.at == desk.clock.now()
    assert await store.open_conversations(desk.db, desk.clock) == [chat]
    assert await store.replies_to(desk.db, inbound) is None


async def test_the_same_update_again_is_kept_once(desk: Desk) -> None:
    first = await _says(desk, "我想挂号", key="77")
    assert await _says(desk, "我想挂号", key="77") == first
    assert await desk.count(Message) == await desk.count(InboundUpdate) == 1


async def test_the_same_update_several_times_at_once_is_kept_once(desk: Desk) -> None:
    kept = await asyncio.gather(*(_says(desk, "我想挂号", key="77") for _ in range(6)))
    assert len(set(kept)) == 1
    assert await desk.count(Message) == await desk.count(Conversation) == 1


async def test_the_first_messages_of_a_chat_at_once_are_one_chat(desk: Desk) -> None:
    kept = await asyncio.gather(*(_says(desk, "您好", key=str(n)) for n in range(6)))
    assert len({chat for _inbound, chat in kept}) == 1
    assert await desk.count(Message) == 6


async def test_the_same_key_of_another_channel_is_another_message(desk: Desk) -> None:
    first = await _says(desk, "您好", key="77")
    other = await _says(desk, "您好", key="77", channel="telegram")
    assert first[0] != other[0]
    assert first[1] != other[1]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("你\x00好", "你 好"),
        ("你\ud83d好", "你 好"),
        ("你\x1b[31m好", "你 [31m好"),
        ("第一行\n第二行\t完", "第一行\n第二行\t完"),
        ("好👍𠮷", "好👍𠮷"),
        ("", ""),
        ("长" * 6000, "长" * 5000),
    ],
)
async def test_what_no_database_can_keep_is_left_out(desk: Desk, written: str, kept: str) -> None:
    _inbound, chat = await _says(desk, written)
    assert (await desk.one(Message)).text == kept
    assert (await _turn(desk, chat)).text == kept


async def test_a_file_with_a_strange_name_is_kept(desk: Desk) -> None:
    incoming = Incoming(
        "web", "1", "wang", kind="document", file="a\x00b", name="报告\x00\ud83d.pdf"
    )
    _inbound, chat = await store.receive(desk.db, desk.clock, incoming)
    turn = await _turn(desk, chat)
    for _twice in range(2):
        await store.keep_attachment(
            desk.db, conversation_id=chat, message_id=turn.message_id, kind="document"
        )
    assert (await desk.one(Attachment)).name == "报告  .pdf"


async def test_a_fetched_file_is_found_by_its_channel_s_id(desk: Desk) -> None:
    assert not await store.set_attachment_path(desk.db, "file-1", "telegram/1.jpg")
    incoming = Incoming("telegram", "1", "wang", kind="picture", file="file-1")
    _inbound, chat = await store.receive(desk.db, desk.clock, incoming)
    turn = await _turn(desk, chat)
    await store.keep_attachment(
        desk.db, conversation_id=chat, message_id=turn.message_id, kind="picture"
    )
    assert await store.set_attachment_path(desk.db, "file-1", "telegram/1.jpg")
    assert (await desk.one(Attachment)).path == "telegram/1.jpg"


async def test_one_worker_has_a_conversation_until_it_lets_go(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    assert await _lease(desk, chat, "one")
    assert not await _lease(desk, chat, "two")
    assert await _lease(desk, chat, "one")
    assert await store.open_conversations(desk.db, desk.clock) == []
    await store.give_up_lease(desk.db, chat, "two")
    assert not await _lease(desk, chat, "two"), "only who has it can let go"
    await store.give_up_lease(desk.db, chat, "one")
    assert await store.open_conversations(desk.db, desk.clock) == [chat]
    assert await _lease(desk, chat, "two")


async def test_of_workers_at_once_one_has_a_conversation(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    got = await asyncio.gather(*(_lease(desk, chat, f"worker {n}") for n in range(6)))
    assert sorted(got) == [False] * 5 + [True]


async def test_what_a_dead_worker_had_is_free_after_a_minute(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    await _lease(desk, chat, "dead")
    desk.clock.go_on(seconds=60)
    assert not await _lease(desk, chat, "alive")
    desk.clock.go_on(seconds=1)
    assert await store.open_conversations(desk.db, desk.clock) == [chat]
    assert await _lease(desk, chat, "alive")


async def test_messages_are_answered_in_the_order_they_came(desk: Desk) -> None:
    for words in ("挂号", "骨科", "明天"):
        _inbound, chat = await _says(desk, words)
    answered = []
    while (turn := await store.next_turn(desk.db, desk.clock, chat)) is not None:
        answered.append(turn.text)
        await _finish(desk, turn, f"收到：{turn.text}")
    assert answered == ["挂号", "骨科", "明天"]
    said = [one.text for one in await store.history(desk.db, "web", WANG_XIUYING.address)]
    assert said == ["挂号", "骨科", "明天", "收到：挂号", "收到：骨科", "收到：明天"]


async def test_a_turn_that_was_not_finished_comes_again_and_is_counted(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    first, second = await _turn(desk, chat), await _turn(desk, chat)
    assert (first.attempts, second.attempts) == (1, 2)
    assert replace(second, attempts=1) == first


async def test_an_answer_is_written_whole(desk: Desk) -> None:
    inbound, chat = await _says(desk, "我要投诉")
    turn = await _turn(desk, chat)
    outcome = Outcome(
        replies=[Reply("请您慢慢说。"), Reply("是哪个科室？")],
        dialogue={"loop": "complaint_form"},
        understanding={"intent": "complain"},
        flags=[RaisedFlag("complaint", "complaint_form")],
        misunderstood=1,
        honorific="王女士",
    )
    ids = await store.finish(desk.db, desk.clock, desk.settings, turn, outcome)

    replies = await store.replies_to(desk.db, inbound)
    assert replies is not None
    assert [one.id for one in replies] == ids
    assert [one.text for one in replies] == ["请您慢慢说。", "是哪个科室？"]
    assert (await desk.one(Message, Message.direction == "in")).understanding == {
        "intent": "complain"
    }
    assert [(one.kind, one.inbound_id) for one in await open_flags(desk.db)] == [
        ("complaint", inbound)
    ]
    await _says(desk, "骨科")
    turn = await _turn(desk, chat)
    assert (turn.dialogue, turn.misunderstood) == ({"loop": "complaint_form"}, 1)
    assert turn.honorific == "王女士"


async def test_finishing_twice_changes_nothing(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    turn = await _turn(desk, chat)
    first = await _finish(desk, turn, "您好，王女士。")
    again = await _finish(desk, turn, "这句话不该发出去。")
    assert again == first
    assert await desk.count(Outbox) == 1
    assert (await desk.one(Message, Message.direction == "out")).text == "您好，王女士。"


async def test_finishing_several_times_at_once_is_once(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    turn = await _turn(desk, chat)
    ids = await asyncio.gather(*(_finish(desk, turn, "您好。") for _ in range(5)))
    assert len({tuple(one) for one in ids}) == 1
    assert await desk.count(Outbox) == 1


async def test_what_fails_midway_leaves_the_message_open(desk: Desk) -> None:
    inbound, chat = await _says(desk, "您好")
    turn = await _turn(desk, chat)
    unwritable = Reply("好", (Button("好", {"not json": {1, 2}}),))
    with contextlib.suppress(Exception):
        await store.finish(
            desk.db, desk.clock, desk.settings, turn, Outcome([Reply("一"), unwritable])
        )
    assert await store.replies_to(desk.db, inbound) is None
    assert await desk.count(Message, Message.direction == "out") == 0


async def test_a_push_is_the_chat_s_last_message(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    pushed = await store.push(desk.db, desk.clock, chat, Reply("明天上午您有预约。"))
    last = (await store.history(desk.db, "web", WANG_XIUYING.address))[-1]
    assert (last.id, last.text, last.inbound_id) == (pushed, "明天上午您有预约。", None)


async def test_history_shows_the_last_messages_oldest_first(desk: Desk) -> None:
    for n in range(5):
        await _says(desk, f"第{n}句")
    await _says(desk, "别人的话", STRANGER)
    heard = await store.history(desk.db, "web", WANG_XIUYING.address, limit=3)
    assert [one.text for one in heard] == ["第2句", "第3句", "第4句"]
    later = await store.history(desk.db, "web", WANG_XIUYING.address, after=heard[1].id)
    assert [one.text for one in later] == ["第4句"]


async def test_of_helpful_and_not_helpful_the_last_word_counts(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "几点上班")
    await _finish(desk, await _turn(desk, chat), "早上八点。")
    message = await desk.one(Message, Message.direction == "out")
    for helpful in (True, False):
        await store.note_feedback(desk.db, desk.clock, message.id, helpful)
    assert not (await desk.one(Feedback)).helpful


async def test_a_flag_is_raised_once_while_it_is_open(desk: Desk) -> None:
    for kind in ("human", "human", "angry", "danger", "danger"):
        _inbound, chat = await _says(desk, "人工")
        turn = await _turn(desk, chat)
        outcome = Outcome(flags=[RaisedFlag(kind)])
        await store.finish(desk.db, desk.clock, desk.settings, turn, outcome)
    raised = sorted(one.kind for one in await desk.all(Flag))
    assert raised == ["angry", "danger", "danger", "human"]


async def _says(
    desk: Desk,
    words: str,
    person: Person = WANG_XIUYING,
    *,
    key: str | None = None,
    kind: str = "text",
    channel: str = "web",
) -> tuple[int, int]:
    key = key or f"update-{await desk.count(InboundUpdate)}"
    incoming = Incoming(channel, key, person.address, kind=kind, text=words)
    return await store.receive(desk.db, desk.clock, incoming)


async def _turn(desk: Desk, chat: int) -> Turn:
    turn = await store.next_turn(desk.db, desk.clock, chat)
    assert turn is not None
    return turn


async def _finish(desk: Desk, turn: Turn, words: str) -> list[int]:
    return await store.finish(desk.db, desk.clock, desk.settings, turn, Outcome([Reply(words)]))


async def _lease(desk: Desk, chat: int, worker: str) -> bool:
    return await store.lease(desk.db, desk.clock, chat, worker)
