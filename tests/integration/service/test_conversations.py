"""The way of a message: kept once, answered once, its buttons worth nothing anywhere else."""

import asyncio
import contextlib
from collections.abc import Sequence
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


async def test_a_chat_made_several_times_at_once_is_one_chat(desk: Desk) -> None:
    made = await asyncio.gather(*(desk.chat(WANG_XIUYING) for _ in range(6)))
    assert len(set(made)) == 1
    assert await desk.count(Conversation) == 1


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


async def test_files_that_were_not_fetched_are_known_the_newest_first(desk: Desk) -> None:
    """Fetched, not fetched, not answered yet, another channel's, and no file at all."""
    kept = {}
    for name, channel in (("1", "telegram"), ("2", "telegram"), ("w", "web")):
        incoming = Incoming(channel, name, "wang", kind="picture", file=f"file-{name}")
        kept[name] = await store.receive(desk.db, desk.clock, incoming)
        turn = await _turn(desk, kept[name][1])
        await store.keep_attachment(
            desk.db,
            conversation_id=turn.conversation_id,
            message_id=turn.message_id,
            kind="picture",
        )
        await _finish(desk, turn, "收到了。")
    await store.set_attachment_path(desk.db, "file-1", "telegram/1.jpg")
    for number in range(3, 6):
        incoming = Incoming("telegram", str(number), "wang", kind="picture", file=f"file-{number}")
        await store.receive(desk.db, desk.clock, incoming)
    await store.receive(desk.db, desk.clock, Incoming("telegram", "6", "wang", text="在吗"))

    missing = await store.missing_files(desk.db, "telegram")
    assert [one.channel_file for one in missing] == ["file-5", "file-4", "file-3", "file-2"]
    assert (missing[-1].inbound_id, missing[-1].conversation_id) == kept["2"]
    newest = await store.missing_files(desk.db, "telegram", limit=2)
    assert [one.channel_file for one in newest] == ["file-5", "file-4"]


async def test_of_an_album_all_but_the_first_are_further_ones(desk: Desk) -> None:
    further = []
    for number, album in enumerate(("", "a", "a", "a", "b", "", "", "a")):
        incoming = Incoming("telegram", str(number), "wang", kind="picture", album=album)
        _inbound, chat = await store.receive(desk.db, desk.clock, incoming)
        turn = await _turn(desk, chat)
        further.append(turn.further)
        await _finish(desk, turn, "收到了。")
    assert further == [False, False, True, True, False, False, False, False]


async def test_one_worker_has_a_conversation_until_all_is_answered(desk: Desk) -> None:
    for words in ("挂号", "骨科"):
        _inbound, chat = await _says(desk, words)
    first = await _turn(desk, chat, "one")
    assert await _is_taken(desk, chat, by="two")
    assert await store.open_conversations(desk.db, desk.clock) == []
    await _finish(desk, first, "哪个科？")
    assert await _is_taken(desk, chat, by="two"), "there is more to answer"
    await _finish(desk, await _turn(desk, chat, "one"), "好的。")
    assert await store.next_turn(desk.db, desk.clock, chat, "two") is None
    _inbound, chat = await _says(desk, "明天")
    assert await store.open_conversations(desk.db, desk.clock) == [chat]
    assert (await _turn(desk, chat, "two")).text == "明天"


async def test_where_nothing_is_open_nothing_is_written(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    assert await store.next_turn(desk.db, desk.clock, chat, "one") is None
    assert await _leased_by(desk) == ""


async def test_of_workers_at_once_one_has_a_conversation(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    taken = await asyncio.gather(*(_is_taken(desk, chat, by=f"worker {n}") for n in range(6)))
    assert sorted(taken) == [False] + [True] * 5


async def test_what_a_dead_worker_had_is_free_after_twenty_seconds(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    await _turn(desk, chat, "dead")
    desk.clock.go_on(seconds=20)
    assert await _is_taken(desk, chat, by="alive")
    desk.clock.go_on(seconds=1)
    assert await store.open_conversations(desk.db, desk.clock) == [chat]
    assert not await _is_taken(desk, chat, by="alive")


async def test_who_is_too_slow_takes_the_lease_from_nobody(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    slow = await _turn(desk, chat, "slow")
    desk.clock.go_on(seconds=21)
    quick = await _turn(desk, chat, "quick")
    await _finish(desk, slow, "您好，王女士。")
    assert await _leased_by(desk) == "quick", "only who has it lets go"
    await _finish(desk, quick, "这句话不该发出去。")
    assert await _leased_by(desk) == ""
    assert (await desk.one(Message, Message.direction == "out")).text == "您好，王女士。"


async def test_a_worker_that_stops_lets_go_of_all_it_had(desk: Desk) -> None:
    _inbound, hers = await _says(desk, "您好")
    _inbound, his = await _says(desk, "您好", STRANGER)
    await _turn(desk, hers, "one")
    await _turn(desk, his, "two")
    await store.give_up_leases(desk.db, "one")
    assert await store.open_conversations(desk.db, desk.clock) == [hers]


async def test_workers_in_a_hurry_answer_every_message_once(desk: Desk) -> None:
    for n in range(6):
        _inbound, chat = await _says(desk, f"第{n}句")

    async def works(worker: str) -> None:
        while await desk.count(InboundUpdate, InboundUpdate.done_at.is_(None)):
            with contextlib.suppress(store.Leased):
                turn = await store.next_turn(desk.db, desk.clock, chat, worker)
                if turn is not None:
                    await _finish(desk, turn, f"收到：{turn.text}")

    await asyncio.gather(*(works(f"worker {n}") for n in range(4)))
    replies = await desk.all(Message, Message.direction == "out")
    assert [one.text for one in replies] == [f"收到：第{n}句" for n in range(6)]
    assert await desk.count(InboundUpdate, InboundUpdate.attempts != 1) == 0
    assert await _leased_by(desk) == ""


async def test_what_was_answered_while_a_worker_waited_is_not_answered_again(desk: Desk) -> None:
    inbound, chat = await _says(desk, "您好")
    async with desk.db.transaction() as session:
        await session.get_one(Conversation, chat, with_for_update=True)
        waiting = asyncio.create_task(store.next_turn(desk.db, desk.clock, chat, "late"))
        await asyncio.sleep(0.3)
        (await session.get_one(InboundUpdate, inbound)).done_at = desk.clock.now()
    assert await waiting is None
    assert await _leased_by(desk) == ""


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
    ids = (await store.finish(desk.db, desk.clock, desk.settings, turn, outcome)).sent

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


async def _turn(desk: Desk, chat: int, worker: str = "") -> Turn:
    turn = await store.next_turn(desk.db, desk.clock, chat, worker)
    assert turn is not None
    return turn


async def _finish(desk: Desk, turn: Turn, words: str) -> Sequence[int]:
    done = await store.finish(desk.db, desk.clock, desk.settings, turn, Outcome([Reply(words)]))
    return done.sent


async def _is_taken(desk: Desk, chat: int, *, by: str) -> bool:
    """Whether a worker finds that another one has the conversation; takes it otherwise."""
    try:
        await _turn(desk, chat, by)
    except store.Leased:
        return True
    return False


async def _leased_by(desk: Desk) -> str:
    return str((await desk.one(Conversation)).leased_by)
