"""Messages on their way out: in order, by one worker, again when it failed, given up in the end."""

import asyncio
from datetime import timedelta

from service import outbox
from service.conversations import Incoming, Reply, push, receive
from service.model import Conversation, Message, Outbox
from service.outbox import Delivery
from tests.cast import LI_JIANGUO, WANG_XIUYING
from tests.integration.service.desk import Desk


async def test_messages_of_one_chat_go_out_one_after_the_other(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    for words in ("一", "二", "三"):
        await _push(desk, chat, words)
    for words in ("一", "二", "三"):
        (delivery,) = await _claim(desk)
        assert (delivery.text, delivery.address) == (words, WANG_XIUYING.address)
        assert await _claim(desk) == [], "the next one waits for this one"
        await outbox.note_sent(desk.db, [delivery.message_id], "17")
    assert await _claim(desk) == []
    sent = await desk.all(Message)
    assert {(one.state, one.channel_message) for one in sent} == {("sent", "17")}


async def test_chats_do_not_wait_for_each_other(desk: Desk) -> None:
    hers, his = await desk.chat(WANG_XIUYING), await desk.chat(LI_JIANGUO)
    await _push(desk, hers, "给王秀英的")
    await _push(desk, hers, "再给王秀英的")
    await _push(desk, his, "给李建国的")
    assert [one.text for one in await _claim(desk)] == ["给王秀英的", "给李建国的"]


async def test_each_channel_is_delivered_by_its_own(desk: Desk) -> None:
    await _push(desk, await desk.chat(WANG_XIUYING, "telegram"), "在电报上")
    assert await _claim(desk) == []
    assert [one.text for one in await _claim(desk, "telegram")] == ["在电报上"]


async def test_workers_at_once_never_take_the_same_message(desk: Desk) -> None:
    for n in range(8):
        chat = await desk.chat(WANG_XIUYING, "web" if n == 0 else f"web-{n}")
        await desk.change(
            await desk.one(Conversation, Conversation.id == chat), channel="web", address=f"{n}"
        )
        await _push(desk, chat, f"第{n}条")
    claimed = await asyncio.gather(*(_claim(desk) for _ in range(4)))
    texts = [one.text for deliveries in claimed for one in deliveries]
    assert sorted(texts) == [f"第{n}条" for n in range(8)]


async def test_a_message_that_was_sent_meanwhile_is_not_taken_again(desk: Desk) -> None:
    await _push(desk, await desk.chat(WANG_XIUYING), "一")

    async def deliver() -> int:
        deliveries = await _claim(desk)
        await outbox.note_sent(desk.db, [one.message_id for one in deliveries])
        return len(deliveries)

    assert sum(await asyncio.gather(*(deliver() for _ in range(8)))) == 1


async def test_what_a_dead_worker_took_is_taken_again(desk: Desk) -> None:
    await _push(desk, await desk.chat(WANG_XIUYING), "一")
    await _claim(desk)
    desk.clock.go_on(seconds=60)
    assert await _claim(desk) == []
    desk.clock.go_on(seconds=1)
    (again,) = await _claim(desk)
    assert again.attempts == 2


async def test_pauses_grow_until_ten_minutes(desk: Desk) -> None:
    await _push(desk, await desk.chat(WANG_XIUYING), "一")
    pauses = [await _fails_and_comes_again_after(desk) for _ in range(12)]
    assert pauses[:4] == [4, 8, 16, 32]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 600


async def test_later_messages_wait_for_one_that_is_tried_again(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await _push(desk, chat, "一")
    await _push(desk, chat, "二")
    (delivery,) = await _claim(desk)
    await outbox.note_later(desk.db, desk.clock, delivery, "timed out")
    assert await _claim(desk) == []
    desk.clock.go_on(seconds=10)
    assert [one.text for one in await _claim(desk)] == ["一"]


async def test_a_channel_that_names_a_pause_gets_it(desk: Desk) -> None:
    await _push(desk, await desk.chat(WANG_XIUYING), "一")
    (delivery,) = await _claim(desk)
    await outbox.note_later(desk.db, desk.clock, delivery, "flood", timedelta(seconds=37))
    desk.clock.go_on(seconds=36)
    assert await _claim(desk) == []
    desk.clock.go_on(seconds=1)
    assert len(await _claim(desk)) == 1


async def test_after_thirty_attempts_a_message_is_given_up_with_its_reason(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await _push(desk, chat, "一")
    await _push(desk, chat, "二")
    for _attempt in range(29):
        await _fails_and_comes_again_after(desk)
    (delivery,) = await _claim(desk)
    assert delivery.attempts == 30
    await outbox.note_later(desk.db, desk.clock, delivery, "timed out")
    row = await desk.one(Outbox, Outbox.id == delivery.outbox_id)
    assert (row.state, row.error) == ("failed", "timed out")
    assert (await desk.one(Message, Message.text == "一")).state == "failed"
    assert [one.text for one in await _claim(desk)] == ["二"], "the chat goes on"


async def test_when_a_chat_cannot_be_reached_all_that_waits_for_it_fails(desk: Desk) -> None:
    hers, his = await desk.chat(WANG_XIUYING), await desk.chat(LI_JIANGUO)
    for words in ("一", "二", "三"):
        await _push(desk, hers, words)
    await _push(desk, his, "给李建国的")
    delivery, _his = await _claim(desk)
    await outbox.note_failed(desk.db, desk.clock, delivery, "blocked", unreachable=True)

    assert (await _chat(desk, hers)).unreachable_at == desk.clock.now()
    states = {one.text: one.state for one in await desk.all(Message)}
    assert states == {"一": "failed", "二": "failed", "三": "failed", "给李建国的": "pending"}
    errors = {one.error for one in await desk.all(Outbox, Outbox.state == "failed")}
    assert errors == {"blocked"}


async def test_an_unreachable_chat_gets_nothing_until_the_patient_writes_again(
    desk: Desk,
) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await _push(desk, chat, "一")
    (delivery,) = await _claim(desk)
    await outbox.note_failed(desk.db, desk.clock, delivery, "blocked", unreachable=True)
    await _push(desk, chat, "二")
    assert await _claim(desk) == []
    assert (await desk.one(Message, Message.text == "二")).state == "failed"

    await receive(desk.db, desk.clock, Incoming("web", "1", WANG_XIUYING.address, text="您好"))
    assert (await _chat(desk, chat)).unreachable_at is None
    await _push(desk, chat, "三")
    assert [one.text for one in await _claim(desk)] == ["三"]


async def test_one_failed_message_does_not_hold_up_the_next(desk: Desk) -> None:
    chat = await desk.chat(WANG_XIUYING)
    await _push(desk, chat, "一")
    await _push(desk, chat, "二")
    (delivery,) = await _claim(desk)
    await outbox.note_failed(desk.db, desk.clock, delivery, "too strange")
    assert [one.text for one in await _claim(desk)] == ["二"]
    assert (await _chat(desk, chat)).unreachable_at is None


async def test_noting_that_nothing_was_sent_is_nothing(desk: Desk) -> None:
    await _push(desk, await desk.chat(WANG_XIUYING), "一")
    await outbox.note_sent(desk.db, [])
    assert len(await _claim(desk)) == 1


async def _push(desk: Desk, chat: int, words: str) -> int:
    return await push(desk.db, desk.clock, chat, Reply(words))


async def _claim(desk: Desk, channel: str = "web") -> list[Delivery]:
    return await outbox.claim(desk.db, desk.clock, channel)


async def _chat(desk: Desk, chat: int) -> Conversation:
    found: Conversation = await desk.one(Conversation, Conversation.id == chat)
    return found


async def _fails_and_comes_again_after(desk: Desk) -> float:
    """Take the message, fail, and wait until it is due; the seconds that this takes."""
    (delivery,) = await _claim(desk)
    await outbox.note_later(desk.db, desk.clock, delivery, "timed out")
    row = await desk.one(Outbox, Outbox.id == delivery.outbox_id)
    pause: timedelta = row.due_at - desk.clock.now()
    desk.clock.moment += pause
    return pause.total_seconds()
