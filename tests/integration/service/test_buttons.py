"""Buttons: a token presses in its own conversation, for seven days; words may press as well."""

import pytest
from sqlalchemy.orm import make_transient

from service import conversations as store
from service.conversations import Button, Incoming, Outcome, Reply, Turn
from service.model import AuditEntry, InboundUpdate, Message, Offer
from tests.cast import STRANGER, WANG_XIUYING, Person
from tests.integration.service.desk import Desk


async def test_a_button_presses_in_its_own_conversation(desk: Desk) -> None:
    chat, (token, _other) = await _offered(desk, "上午", "下午")
    turn = await _pressed(desk, chat, token)
    message = await desk.one(Message, Message.direction == "out")
    assert turn.press == {"say": "/上午", "offered_with": message.id}
    assert (turn.text, turn.expired_press) == ("上午", False)
    shown = (await store.history(desk.db, "web", WANG_XIUYING.address))[-1]
    assert shown.text == "上午", "the chat shows the words of the button"


async def test_a_token_that_is_typed_presses_as_well(desk: Desk) -> None:
    chat, (token, _other) = await _offered(desk, "上午", "下午")
    await _says(desk, f" {token} ")
    assert _pressed_title(await _turn(desk, chat)) == "上午"


async def test_a_button_of_another_chat_presses_nothing_and_is_noted(desk: Desk) -> None:
    _chat, (token, _other) = await _offered(desk, "确认", "算了")
    _inbound, strange = await _says(desk, token, STRANGER, kind="press")
    turn = await _turn(desk, strange)
    assert (turn.press, turn.expired_press) == (None, True)
    noted = await desk.one(AuditEntry)
    assert noted.actor == f"conversation {strange}"
    assert noted.verb == "pressed another chat's button"


async def test_an_invented_button_presses_nothing(desk: Desk) -> None:
    chat, _tokens = await _offered(desk, "上午", "下午")
    turn = await _pressed(desk, chat, "#0123456789abcdef")
    assert (turn.press, turn.expired_press) == (None, True)
    assert await desk.count(AuditEntry) == 0


async def test_a_button_is_worth_nothing_after_seven_days(desk: Desk) -> None:
    chat, (token, _other) = await _offered(desk, "上午", "下午")
    desk.clock.go_on(days=7, seconds=-1)
    turn = await _pressed(desk, chat, token)
    assert turn.press is not None
    await store.finish(desk.db, desk.clock, desk.settings, turn, Outcome())
    desk.clock.go_on(seconds=1)
    turn = await _pressed(desk, chat, token)
    assert (turn.press, turn.expired_press) == (None, True)


async def test_the_words_of_an_old_button_are_only_words(desk: Desk) -> None:
    chat, _tokens = await _offered(desk, "确认", "算了")
    desk.clock.go_on(days=7)
    await _says(desk, "确认")
    turn = await _turn(desk, chat)
    assert (turn.press, turn.text, turn.expired_press) == (None, "确认", False)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("下午", "下午"),
        (" 下午 ", "下午"),
        ("第二个", "下午"),
        ("选第二个", "下午"),
        ("就第二个吧", "下午"),
        ("第2个", "下午"),
        ("第三种", "晚上"),
        ("2", "下午"),
        ("２", "下午"),
        ("②", "下午"),
        ("第五个", None),
        ("0", None),
        ("9", None),
        ("²²", None),
        ("第个", None),
        ("后天下午", None),
    ],
)
async def test_what_is_typed_instead_of_pressing_presses(
    desk: Desk, typed: str, title: str | None
) -> None:
    chat, _tokens = await _offered(desk, "上午", "下午", "晚上", "都行")
    await _says(desk, typed)
    assert _pressed_title(await _turn(desk, chat)) == title


async def test_helpful_or_not_is_not_counted_among_the_choices(desk: Desk) -> None:
    _inbound, chat = await _says(desk, "您好")
    aside = Button("有帮助", {"helpful": True, "aside": True})
    buttons = (aside, Button("挂号", {"say": "/挂号"}), Button("问路", {"say": "/问路"}))
    turn = await _turn(desk, chat)
    await store.finish(
        desk.db, desk.clock, desk.settings, turn, Outcome([Reply("您要什么？", buttons)])
    )
    await _says(desk, "第二个")
    assert _pressed_title(await _turn(desk, chat)) == "问路"


async def test_only_the_last_message_s_buttons_can_be_typed(desk: Desk) -> None:
    chat, _tokens = await _offered(desk, "上午", "下午")
    await _offered(desk, "确认", "算了")
    await _says(desk, "上午")
    assert (await _turn(desk, chat)).press is None


async def test_the_second_stays_the_second_however_the_rows_lie(desk: Desk) -> None:
    """PostgreSQL puts a changed row at the end of its table."""
    chat, tokens = await _offered(desk, "上午", "下午", "晚上")
    async with desk.db.transaction() as session:
        first = await session.get_one(Offer, tokens[0])
        await session.delete(first)
        await session.flush()
        make_transient(first)
        session.add(first)
    await _says(desk, "第二个")
    assert _pressed_title(await _turn(desk, chat)) == "下午"


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


async def _offered(desk: Desk, *titles: str) -> tuple[int, list[str]]:
    """王秀英's chat, and the tokens of the buttons that its last message offers."""
    _inbound, chat = await _says(desk, "什么时候有号")
    turn = await _turn(desk, chat)
    buttons = tuple(Button(title, {"say": f"/{title}"}) for title in titles)
    outcome = Outcome([Reply("您想什么时候来？", buttons)])
    (sent,) = (await store.finish(desk.db, desk.clock, desk.settings, turn, outcome)).sent
    message = await desk.one(Message, Message.id == sent)
    assert [one["title"] for one in message.buttons] == list(titles)
    return chat, [one["payload"] for one in message.buttons]


async def _pressed(desk: Desk, chat: int, token: str) -> Turn:
    await _says(desk, token, kind="press")
    return await _turn(desk, chat)


def _pressed_title(turn: Turn) -> str | None:
    return None if turn.press is None else turn.press["say"].removeprefix("/")
