"""The Telegram door over real HTTP: what a patient sends, and what comes of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from service import conversations as store
from service.conversations import Button, Reply
from tests.fakes import EchoEngine
from tests.telegram.house import House, Person, buttons_of, opened, quiet, until
from tests.telegram.proxy import BotApi, broken

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def house(tmp_path: Path, api: BotApi) -> AsyncIterator[House]:
    engine = EchoEngine({"看病": ["内科", "外科", "产科", "这个科室的名字实在很长很长"]})
    async with opened(tmp_path, api, engine) as running:
        yield running


async def test_a_text_is_answered_once(house: House, wang: Person) -> None:
    await wang.says("明天骨科有号吗")
    assert await wang.hears() == ["收到：明天骨科有号吗"]
    await quiet()
    assert await wang.hears() == ["收到：明天骨科有号吗"]


async def test_telegrams_own_id_of_an_answer_is_kept(house: House, wang: Person) -> None:
    await wang.says("你好")
    await wang.hears()
    await quiet()
    (_question, answer) = await house.messages(wang)
    assert answer.state == "sent"
    assert answer.channel_message == str((await wang.inbox())[0]["messageId"])


async def test_messages_of_one_chat_are_answered_in_their_order(house: House, wang: Person) -> None:
    for word in ("一一", "二二", "三三"):
        await wang.says(word)
    assert await wang.hears(3) == ["收到：一一", "收到：二二", "收到：三三"]


async def test_two_people_hear_only_their_own_answers(
    house: House, wang: Person, api: BotApi
) -> None:
    li = Person(api, "李建国")
    await wang.says("王的事")
    await li.says("李的事")
    assert await wang.hears() == ["收到：王的事"]
    assert await li.hears() == ["收到：李的事"]


async def test_the_commands_menu_is_chinese(house: House, api: BotApi) -> None:
    await until(lambda: _is(bool(api.commands)))
    assert {"command": "book", "description": "预约挂号"} in api.commands
    assert {"command": "stop", "description": "退订"} in api.commands


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/start", "你好"),
        ("/start from_poster_7", "你好"),
        ("/help", "帮助"),
        ("/book", "预约挂号"),
        ("/book 骨科", "预约挂号 骨科"),
        ("/my@TestNameBot", "我的预约"),
        ("/stop", "退订"),
        ("/restart", "/restart"),
    ],
)
async def test_a_command_means_its_chinese_words(
    house: House, wang: Person, command: str, words: str
) -> None:
    await wang.commands(command)
    assert await wang.hears() == [f"收到：{words}"]


async def test_a_pressed_button_is_answered_and_its_keyboard_taken_away(
    house: House, wang: Person, api: BotApi
) -> None:
    await wang.says("看病")
    await wang.hears(1)
    await wang.presses("外科")
    assert (await wang.hears(2))[1] == "收到：外科"
    assert house.engine.questions[-1].press == "/外科"
    first = (await wang.inbox())[0]["messageId"]
    await until(lambda: _is(api.keyboards[first] is None))
    assert len(api.called("answerCallbackQuery")) == 1


async def test_short_buttons_stand_in_pairs_and_a_long_one_alone(
    house: House, wang: Person
) -> None:
    await wang.says("看病")
    await wang.hears()
    rows = (await wang.inbox())[0]["message"]["reply_markup"]["inline_keyboard"]
    assert [[one["text"] for one in row] for row in rows] == [
        ["内科", "外科"],
        ["产科"],
        ["这个科室的名字实在很长很长"],
    ]


async def test_a_button_pressed_twice_is_answered_without_harm(house: House, wang: Person) -> None:
    await wang.says("看病")
    await wang.hears()
    await wang.presses("外科")
    await wang.presses("外科")
    assert (await wang.hears(3))[1:] == ["收到：外科", "收到：外科"]


async def test_a_press_whose_token_has_expired_is_told_so_kindly(
    house: House, wang: Person
) -> None:
    await wang.says("看病")
    await wang.hears()
    house.later(8 * 24 * 3600)
    await wang.presses("内科")
    assert (await wang.hears(2))[1] == house.wording.reply("expired").text


async def test_a_forged_token_presses_nothing(house: House, wang: Person, api: BotApi) -> None:
    await wang.says("看病")
    await wang.hears()
    token = buttons_of((await wang.inbox())[0])[0]["callback_data"]
    stranger = Person(api, "外人")
    await stranger.presses_data(token)
    await stranger.presses_data("/restart")
    await stranger.presses_data("#不存在")
    expired = house.wording.reply("expired").text
    assert await stranger.hears(3) == [expired] * 3
    assert [one.text for one in house.engine.questions] == ["看病"]


async def test_a_long_text_comes_in_parts_with_the_buttons_under_the_last(
    house: House, wang: Person
) -> None:
    await wang.says("你好")
    await wang.hears()
    lines = [f"第{number}行：" + "很长的说明。" * 12 for number in range(120)]
    reply = Reply("\n".join(lines), (Button("知道了", {"say": "/affirm"}),))
    (_greeting, answer) = await house.messages(wang)
    await store.push(house.db, house.clock, answer.conversation_id, reply)
    house.later(0)
    parts = (await wang.hears(4))[1:]
    assert "\n".join(parts).split("\n") == lines
    assert all(len(part) <= 4096 for part in parts)
    assert [len(buttons_of(one)) for one in (await wang.inbox())[1:]] == [0, 0, 1]


async def test_somebody_waiting_sees_typing_until_the_answer(
    tmp_path: Path, api: BotApi, wang: Person
) -> None:
    async with opened(tmp_path, api, EchoEngine(pause=5)):
        asked = time.monotonic()
        await wang.says("你好")
        await wang.hears()
        answered = time.monotonic()
        actions = api.called("sendChatAction")
        assert [one.params["action"] for one in actions] == ["typing", "typing"]
        assert 3.5 < actions[1].at - asked < 5
        await asyncio.sleep(max(0.0, asked + 9 - answered))
        assert len(api.called("sendChatAction")) == 2


async def test_an_answer_comes_even_if_typing_cannot_be_shown(
    house: House, wang: Person, api: BotApi
) -> None:
    api.fail("sendChatAction", broken())
    await wang.says("你好")
    assert await wang.hears() == ["收到：你好"]


async def test_a_photo_is_kept_as_an_attachment_and_fetched(
    house: House, wang: Person, api: BotApi
) -> None:
    api.files["photos/big.jpg"] = b"\xff\xd8 picture"
    sizes = [
        {"file_id": name, "file_unique_id": name[7], "width": side, "height": side}
        for name, side in (("photos/small.jpg", 90), ("photos/big.jpg", 1280))
    ]
    await wang.sends(photo=sizes)
    assert await wang.hears() == [house.wording.reply("file").text]
    path = "telegram/uniquephotosbigjpg.jpg"
    await until(lambda: _path_is(house, "photos/big.jpg", path))
    assert (house.settings.attachments / path).read_bytes() == b"\xff\xd8 picture"


async def test_a_document_keeps_its_name_and_its_caption_is_answered(
    house: House, wang: Person, api: BotApi
) -> None:
    api.files["documents/2.PDF"] = b"%PDF"
    document = {
        "file_id": "documents/2.PDF",
        "file_unique_id": "two",
        "file_name": "化验单\x00.pdf",
        "mime_type": "application/pdf",
    }
    await wang.sends(document=document, caption="这是我的化验单")
    assert await wang.hears(2) == [
        house.wording.reply("file_kept").text,
        "收到：这是我的化验单",
    ]
    await until(lambda: _path_is(house, "documents/2.PDF", "telegram/uniquedocuments2PDF.pdf"))
    attachment = await house.attachment("documents/2.PDF")
    assert attachment is not None and attachment.name == "化验单.pdf"


async def test_an_album_is_answered_once_and_kept_whole(
    house: House, wang: Person, api: BotApi
) -> None:
    for name in ("a1.jpg", "a2.jpg", "a3.jpg"):
        api.files[name] = name.encode()
        await wang.sends(photo=[_photo(name)], media_group_id="1351")
    await wang.says("你好")
    assert await wang.hears(2) == [house.wording.reply("file").text, "收到：你好"]
    for name in ("a1", "a2", "a3"):
        path = f"telegram/unique{name}jpg.jpg"
        await until(lambda name=name, path=path: _path_is(house, f"{name}.jpg", path))
    await wang.sends(photo=[_photo("a1.jpg")], media_group_id="1352")
    assert (await wang.hears(3))[2] == house.wording.reply("file").text


async def test_the_words_under_an_album_are_answered_once(house: House, wang: Person) -> None:
    await wang.sends(photo=[_photo("a1.jpg")], media_group_id="1351", caption="这是我的化验单")
    await wang.sends(photo=[_photo("a2.jpg")], media_group_id="1351")
    await wang.sends(photo=[_photo("a3.jpg")], media_group_id="1351")
    answer = [house.wording.reply("file_kept").text, "收到：这是我的化验单"]
    assert await wang.hears(2) == answer
    await quiet()
    assert await wang.hears(2) == answer


async def test_a_file_whose_fetching_was_cut_off_is_fetched_after_the_next_start(
    tmp_path: Path, api: BotApi, wang: Person
) -> None:
    api.files["wound.jpg"] = b"\xff\xd8 picture"
    api.fail("getFile", broken())
    async with opened(tmp_path, api) as house:
        await wang.sends(photo=[_photo("wound.jpg")])
        await wang.hears()
        await until(lambda: _is(len(api.called("getFile")) == 1))
        assert await _path_is(house, "wound.jpg", "")
    async with opened(tmp_path, api) as house:
        await until(lambda: _path_is(house, "wound.jpg", "telegram/uniquewoundjpg.jpg"))
        assert (house.settings.attachments / "telegram/uniquewoundjpg.jpg").exists()
        assert len(api.called("getFile")) == 2
    async with opened(tmp_path, api):
        await quiet()
    assert len(api.called("getFile")) == 2, "what was fetched is not fetched again"
    assert len(await wang.has_heard()) == 1


async def test_a_file_of_a_message_left_unanswered_is_fetched_after_the_next_start(
    tmp_path: Path, api: BotApi, wang: Person
) -> None:
    api.files["wound.jpg"] = b"\xff\xd8 picture"
    api.fail("getFile", broken())
    async with opened(tmp_path, api, EchoEngine(pause=60)) as house:
        await wang.says("你好")
        await until(lambda: _is(len(house.engine.questions) == 1))
        await wang.sends(photo=[_photo("wound.jpg")])
        await until(lambda: _is(len(api.called("getFile")) == 1))
        assert await house.attachment("wound.jpg") is None
    async with opened(tmp_path, api) as house:
        await until(lambda: _path_is(house, "wound.jpg", "telegram/uniquewoundjpg.jpg"))


async def test_a_file_that_cannot_be_fetched_is_answered_all_the_same(
    house: House, wang: Person, caplog: pytest.LogCaptureFixture
) -> None:
    photo = {"file_id": "too/big.jpg", "file_unique_id": "x", "width": 1, "height": 1}
    await wang.sends(photo=[photo], caption="伤口的照片")
    await wang.hears(2)
    await quiet()
    assert "was refused" in caplog.text
    assert "伤口" not in caplog.text


@pytest.mark.parametrize(
    ("content", "wording"),
    [
        ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}, "voice"),
        (
            {"video_note": {"file_id": "v", "file_unique_id": "v", "length": 9, "duration": 3}},
            "voice",
        ),
        (
            {
                "sticker": {
                    "file_id": "s",
                    "file_unique_id": "s",
                    "type": "regular",
                    "width": 512,
                    "height": 512,
                    "is_animated": False,
                    "is_video": False,
                }
            },
            "sticker",
        ),
        ({"location": {"latitude": 31.2, "longitude": 121.4}}, "other"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "other"),
    ],
    ids=["voice note", "video note", "sticker", "location", "dice"],
)
async def test_what_is_no_text_is_answered_kindly(
    house: House, wang: Person, content: dict[str, Any], wording: str
) -> None:
    await wang.sends(**content)
    assert await wang.hears() == [house.wording.reply(wording).text]


async def test_a_shared_contact_is_its_phone_number(house: House, wang: Person) -> None:
    await wang.sends(contact={"phone_number": "+86 13800138000", "first_name": "王秀英"})
    assert await wang.hears() == ["收到：13800138000"]


async def test_an_update_that_cannot_be_read_is_answered_and_holds_up_nobody(
    house: House, wang: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await wang.sends(document={"file_id": "d", "file_unique_id": "d", "file_name": 7})
    await wang.says("你好")
    assert await wang.hears(2) == [house.wording.reply("other").text, "收到：你好"]
    assert "could not be read: TypeError" in caplog.text


async def test_a_message_about_the_chat_itself_is_not_answered(house: House, wang: Person) -> None:
    await wang.sends(pinned_message={"message_id": 1, "date": 1, "chat": wang.chat})
    await wang.says("你好")
    assert await wang.hears() == ["收到：你好"]


async def test_an_edited_message_is_answered_in_its_new_words(house: House, wang: Person) -> None:
    await wang.says("挂周一的号")
    await wang.hears()
    await wang.sends(text="挂周二的号", edit_date=int(time.time()), edited_message_id=1)
    assert (await wang.hears(2))[1] == "收到：挂周二的号"


async def test_danger_in_an_edited_message_is_seen(house: House, wang: Person) -> None:
    await wang.says("我不舒服")
    await wang.hears()
    await wang.sends(text="我胸口剧痛，喘不上气", edit_date=1, edited_message_id=1)
    assert "120" in (await wang.hears(2))[1]


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_a_group_that_calls_the_bot_is_refused_politely_and_nothing_is_kept(
    house: House, api: BotApi, kind: str
) -> None:
    group = {"id": _group_id(), "type": kind, "title": "邻居们"}
    wang, li = Person(api, "王秀英", group), Person(api, "李建国", group)
    await wang.says("今天天气不错")
    await wang.commands("/book@OtherBot")
    await wang.sends(
        text="@TestNameBot 帮我挂号", entities=[{"type": "mention", "offset": 0, "length": 12}]
    )
    assert await wang.hears() == [house.wording["group"]]
    await li.commands("/book")
    await quiet()
    assert await wang.hears() == [house.wording["group"]]
    assert await house.kept(wang) == []


async def test_the_staff_group_is_left_alone_and_gets_alerts(tmp_path: Path, api: BotApi) -> None:
    group = {"id": _group_id(), "type": "supergroup", "title": "客服部"}
    chen = Person(api, "小陈", group)
    staff = {"TELEGRAM_STAFF_GROUP": str(group["id"])}
    async with opened(tmp_path, api, environment=staff) as house:
        await chen.commands("/book@TestNameBot")
        await quiet()
        assert await chen.has_heard() == []
        await house.door.alert_staff("有一位病人需要人工")
        assert await chen.hears() == ["有一位病人需要人工"]


async def test_without_a_staff_group_an_alert_goes_nowhere(house: House, api: BotApi) -> None:
    await house.door.alert_staff("有一位病人需要人工")
    assert api.called("sendMessage") == []


def _photo(name: str) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": name, "width": 1280, "height": 960}


def _group_id() -> int:
    return -(time.monotonic_ns() % 10**9 + 10**9)


async def _is(value: bool) -> bool:
    return value


async def _path_is(house: House, channel_file: str, path: str) -> bool:
    attachment = await house.attachment(channel_file)
    return attachment is not None and attachment.path == path
