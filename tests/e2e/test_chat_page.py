"""The chat page in a real browser, as 王秀英 uses it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.e2e.browser import a_browser, a_phone, bubbles, chat_of, open_page, pushed, say
from tests.fakes import EchoEngine
from tests.web_server import Hospital, hospital

# One browser for all: starting it takes longer than most of what is tried in it.
pytestmark = pytest.mark.asyncio(loop_scope="module")

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
PICTURE = FilePayload(name="片.jpg", mimeType="image/jpeg", buffer=JPEG)
LETTER = FilePayload(name="表.doc", mimeType="application/msword", buffer=b"PK")


@pytest_asyncio.fixture(loop_scope="module")
async def engine() -> EchoEngine:
    return EchoEngine({"挂号": ("骨科", "儿科")}, asks=("几点开门",))


@pytest_asyncio.fixture(loop_scope="module")
async def open_hospital(tmp_path: Path, engine: EchoEngine) -> AsyncIterator[Hospital]:
    async with hospital(tmp_path, engine) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, open_hospital: Hospital) -> AsyncIterator[Page]:
    """王秀英's phone, with a new chat open."""
    async with a_phone(browser) as context:
        page = await open_page(context, open_hospital)
        await expect(page.locator("#welcome")).to_be_visible()
        yield page


async def test_a_question_is_asked_and_answered(page: Page) -> None:
    await say(page, "你好")
    await expect(bubbles(page)).to_have_text(["你好", "收到：你好"])
    await expect(page.locator("#welcome")).to_be_hidden()
    await expect(page.locator("#typing")).to_be_hidden()
    await expect(page.locator(".unsent")).to_have_count(0)


async def test_the_first_words_are_offered_on_an_empty_chat(page: Page) -> None:
    offered = page.locator("#welcome .chip")
    await expect(offered).to_have_text(["挂号", "看什么科", "出诊时间", "投诉建议", "我的预约"])
    await offered.nth(1).click()
    await expect(bubbles(page)).to_have_text(["看什么科", "收到：看什么科"])


async def test_a_pressed_button_is_said_and_gone(page: Page, engine: EchoEngine) -> None:
    await say(page, "挂号")
    await page.click(".log .chip:text-is('骨科')")
    await expect(bubbles(page)).to_have_text(["挂号", "收到：挂号", "骨科", "收到：骨科"])
    await expect(page.locator(".log .chip:visible")).to_have_count(0)
    assert engine.questions[-1].press == "/骨科"


async def test_helpful_or_not_is_asked_in_a_smaller_voice(page: Page) -> None:
    await say(page, "几点开门")
    aside = page.locator(".log .chip.aside")
    await expect(aside).to_have_text(["有帮助", "没帮助"])
    box = await aside.first.bounding_box()
    usual = await page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    assert box is not None and 24 <= box["height"] < 2.75 * usual
    await aside.first.click()
    await expect(bubbles(page).last).to_contain_text("谢谢您告诉我")


async def test_what_a_patient_writes_is_only_ever_text(page: Page) -> None:
    hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>&lt;'
    await say(page, hostile)
    await expect(bubbles(page)).to_have_text([hostile, f"收到：{hostile}"])
    await page.reload()
    await expect(bubbles(page)).to_have_text([hostile, f"收到：{hostile}"])
    assert await page.locator(".log img, .log script").count() == 0
    assert await page.title() == "安澜市中心医院 · 心桥"


async def test_phone_numbers_of_the_hospital_can_be_dialled(
    page: Page, open_hospital: Hospital
) -> None:
    await say(page, "我的电话 0600-8120001")
    await expect(bubbles(page)).to_have_count(2)
    text = "电话 0600-8120120，请马上打 120！共 120 元，0600-81201200001"
    await pushed(page, open_hospital, text)
    links = page.locator(".message.bot:last-child a")
    await expect(links).to_have_text(["0600-8120120", "打 120"])
    assert await links.nth(0).get_attribute("href") == "tel:0600-8120120"
    assert await links.nth(1).get_attribute("href") == "tel:120"
    await expect(page.locator(".message.patient a")).to_have_count(0)


async def test_enter_sends_and_shift_enter_begins_a_line(page: Page) -> None:
    await page.focus("#text")
    before = await page.locator("#text").bounding_box()
    await page.keyboard.type("第一行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    after = await page.locator("#text").bounding_box()
    assert before is not None and after is not None and after["height"] > before["height"]
    await page.keyboard.press("Enter")
    bubble = bubbles(page).first
    await expect(bubble).to_be_visible()
    assert await bubble.inner_text() == "第一行\n第二行"
    await expect(page.locator("#text")).to_have_value("")


async def test_enter_while_an_input_method_composes_sends_nothing(page: Page) -> None:
    await page.focus("#text")
    protocol = await page.context.new_cdp_session(page)
    await protocol.send(
        "Input.imeSetComposition", {"text": "guahao", "selectionStart": 6, "selectionEnd": 6}
    )
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(200)
    await expect(bubbles(page)).to_have_count(0)
    await protocol.send("Input.insertText", {"text": "挂号"})
    await page.keyboard.press("Enter")
    await expect(bubbles(page).first).to_have_text("挂号")


async def test_blank_input_sends_nothing(page: Page, open_hospital: Hospital) -> None:
    await say(page, "  \n ")
    await page.click(".send")
    await page.wait_for_timeout(200)
    assert await chat_of(page, open_hospital) == []


async def test_after_a_reload_the_talk_is_still_there(page: Page) -> None:
    await say(page, "挂号")
    await expect(bubbles(page)).to_have_count(2)
    await page.reload()
    await expect(bubbles(page)).to_have_text(["挂号", "收到：挂号"])
    await expect(page.locator(".log .chip")).to_have_text(["骨科", "儿科"])
    await expect(page.locator(".day")).to_have_text(["今天"])


async def test_a_push_appears_by_itself_and_says_that_a_person_writes(
    page: Page, open_hospital: Hospital
) -> None:
    await say(page, "你好")
    await expect(bubbles(page)).to_have_count(2)
    await pushed(page, open_hospital, "您好，我是客服小陈", author="chen")
    await expect(bubbles(page).last).to_have_text("您好，我是客服小陈")
    await expect(page.locator(".message.staff .who")).to_have_text("工作人员")
    assert "chen" not in await page.content()


async def test_two_open_pages_of_one_chat_show_the_same(
    page: Page, open_hospital: Hospital
) -> None:
    other = await open_page(page.context, open_hospital)
    await say(page, "你好")
    await say(other, "在吗")
    for one in (page, other):
        await expect(bubbles(one)).to_have_count(4)
        assert await bubbles(one).all_inner_texts() == [
            row.text for row in await chat_of(page, open_hospital)
        ]


async def test_who_reads_back_is_not_dragged_to_the_end(
    page: Page, open_hospital: Hospital
) -> None:
    for n in range(8):
        await say(page, f"第{n}句\n\n\n")
        await expect(bubbles(page)).to_have_count(2 * n + 2)
    await page.evaluate("document.getElementById('scroll').scrollTop = 0")
    await page.wait_for_timeout(100)
    await pushed(page, open_hospital, "新的")
    await expect(page.locator("#newer")).to_be_visible()
    assert await page.evaluate("document.getElementById('scroll').scrollTop") == 0
    await page.click("#newer")
    await expect(bubbles(page).last).to_be_in_viewport()
    await expect(page.locator("#newer")).to_be_hidden()


async def test_what_was_written_while_cut_off_is_sent_once_and_in_order(
    page: Page, open_hospital: Hospital, engine: EchoEngine
) -> None:
    await say(page, "你好")
    await expect(bubbles(page)).to_have_count(2)
    await open_hospital.stop()
    await say(page, "第一句")
    await say(page, "第二句")
    await expect(page.locator("#offline")).to_be_visible()
    await expect(page.locator(".unsent")).to_have_count(2)
    await expect(page.locator(".unsent .state").first).to_contain_text("稍后自动再发")
    await open_hospital.serve()
    await expect(page.locator("#offline")).to_be_hidden(timeout=20_000)
    await expect(bubbles(page)).to_have_count(6, timeout=20_000)
    assert await bubbles(page).all_inner_texts() == [
        one.text for one in await chat_of(page, open_hospital)
    ]
    assert [one.text for one in engine.questions] == ["你好", "第一句", "第二句"]
    assert await page.evaluate("localStorage.length") == 0


async def test_what_was_not_sent_outlives_the_page(
    page: Page, open_hospital: Hospital, engine: EchoEngine
) -> None:
    await open_hospital.stop()
    await say(page, "我要挂号")
    await expect(page.locator(".unsent")).to_have_count(1)
    await page.close()
    await open_hospital.serve()
    again = await open_page(page.context, open_hospital)
    await expect(bubbles(again)).to_have_text(["我要挂号", "收到：我要挂号"])
    await expect(again.locator("#welcome")).to_be_hidden()
    assert len(engine.questions) == 1


async def test_an_answer_lost_on_the_way_makes_no_second_message(
    page: Page, open_hospital: Hospital
) -> None:
    lost = 0

    async def lose_the_first(route: Any) -> None:
        nonlocal lost
        await route.fetch()
        if lost == 0:
            lost += 1
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/chat/messages", lose_the_first)
    await say(page, "我要挂号")
    await expect(page.locator(".unsent")).to_have_count(0)
    await expect(bubbles(page)).to_have_text(["我要挂号", "收到：我要挂号"])
    assert lost == 1
    assert len(await chat_of(page, open_hospital)) == 2


async def test_without_the_database_the_message_is_kept_and_sent_later(
    page: Page, open_hospital: Hospital
) -> None:
    await open_hospital.lose_database()
    await say(page, "我要挂号")
    await expect(page.locator(".unsent .state")).to_contain_text("一连上就自动发出")
    await open_hospital.find_database()
    await expect(bubbles(page)).to_have_text(["我要挂号", "收到：我要挂号"], timeout=20_000)


async def test_a_lost_cookie_is_renewed_and_the_message_still_sent(page: Page) -> None:
    await page.context.clear_cookies()
    await say(page, "你好")
    await expect(bubbles(page)).to_have_text(["你好", "收到：你好"], timeout=20_000)


async def test_the_page_can_be_written_on_while_the_model_loads(
    tmp_path: Path, browser: Browser
) -> None:
    async with hospital(tmp_path, None) as running, a_phone(browser) as context:
        page = await open_page(context, running)
        await expect(page.locator("#preparing")).to_contain_text("正在准备，马上就好")
        await say(page, "你好")
        await expect(page.locator("#typing")).to_be_visible()
        running.conversations.use(EchoEngine())
        await expect(bubbles(page)).to_have_text(["你好", "收到：你好"])
        await expect(page.locator("#preparing")).to_be_hidden()
        await expect(page.locator("#typing")).to_be_hidden()


async def test_a_rehearsal_wears_a_ribbon(tmp_path: Path, browser: Browser) -> None:
    async with (
        hospital(tmp_path, EchoEngine(), rehearsal=True) as running,
        a_phone(browser) as context,
    ):
        page = await open_page(context, running)
        await expect(page.locator(".ribbon")).to_contain_text("演练")


async def test_a_picture_is_sent_and_shown(page: Page, open_hospital: Hospital) -> None:
    await page.set_input_files("#file", PICTURE)
    await expect(bubbles(page).first).to_contain_text("片.jpg")
    await expect(bubbles(page).last).to_contain_text("收到您的文件了")
    await page.reload()
    await expect(bubbles(page).first).to_contain_text("照片或文件")
    assert len(await chat_of(page, open_hospital)) == 2


async def test_a_file_that_is_not_taken_says_why(page: Page, tmp_path: Path) -> None:
    await page.set_input_files("#file", LETTER)
    await expect(page.locator(".failed .state")).to_contain_text("PDF")
    big = tmp_path / "大.jpg"
    big.write_bytes(JPEG.ljust(10_500_000, b"0"))
    await page.set_input_files("#file", big)
    await expect(page.locator(".failed .state").last).to_contain_text("10 MB")
    await say(page, "你好")
    await expect(bubbles(page)).to_have_text(["表.doc", "大.jpg", "你好", "收到：你好"])


async def test_a_file_that_did_not_get_through_can_be_sent_again(
    page: Page, open_hospital: Hospital
) -> None:
    await open_hospital.stop()
    await page.set_input_files("#file", PICTURE)
    again = page.locator(".failed .state button")
    await expect(again).to_have_text("没发出去，点这里重发")
    await open_hospital.serve()
    await again.click()
    await expect(bubbles(page).last).to_contain_text("收到您的文件了", timeout=20_000)
