"""How the chat page looks and feels: size, colours, motion, keyboard, screen reader."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.e2e.browser import a_browser, a_phone, bubbles, open_page, pushed, say
from tests.fakes import EchoEngine
from tests.web_server import Hospital, hospital

# One browser for all: starting it takes longer than most of what is tried in it.
pytestmark = pytest.mark.asyncio(loop_scope="module")

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
PICTURE = FilePayload(name="片.jpg", mimeType="image/jpeg", buffer=JPEG)
LETTER = FilePayload(name="表.doc", mimeType="application/msword", buffer=b"PK")


@pytest_asyncio.fixture(loop_scope="module")
async def open_hospital(tmp_path: Path) -> AsyncIterator[Hospital]:
    async with hospital(tmp_path, EchoEngine({"挂号": ("骨科", "儿科")})) as running:
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


async def test_the_page_asks_no_other_host_and_breaks_no_rule_of_its_own(
    browser: Browser, open_hospital: Hospital
) -> None:
    async with a_phone(browser) as context:
        page = await context.new_page()
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(open_hospital.url)
        await say(page, "挂号")
        await expect(bubbles(page)).to_have_count(2)
        await page.set_input_files("#file", PICTURE)
        await expect(bubbles(page)).to_have_count(4)
        elsewhere = [one for one in asked if not one.startswith((open_hospital.url, "blob:"))]
        assert (elsewhere, complaints) == ([], [])


@pytest.mark.parametrize(
    ("width", "height", "enlarged"),
    [
        (320, 568, 1),
        (390, 844, 1),
        (1366, 768, 1),
        (683, 384, 1),
        (195, 422, 1),
        (390, 844, 2),
        (844, 390, 1),
    ],
)
async def test_everything_fits(
    browser: Browser, open_hospital: Hospital, width: int, height: int, enlarged: int
) -> None:
    """683 by 384 is a 1366 by 768 screen at 200 %, 195 by 422 a phone; 2 doubles only letters."""
    async with a_phone(browser, viewport={"width": width, "height": height}) as context:
        page = await open_page(context, open_hospital)
        await page.evaluate(f"document.documentElement.style.fontSize = '{enlarged * 16}px'")
        await say(page, "挂号")
        await expect(page.locator(".log .chip")).to_have_count(2)
        await say(page, "很长的一个词" * 30 + "a" * 300)
        await expect(bubbles(page)).to_have_count(4)
        assert (
            await page.evaluate(
                "Math.max(document.documentElement.scrollWidth - innerWidth,"
                " document.getElementById('scroll').scrollWidth"
                " - document.getElementById('scroll').clientWidth)"
            )
            <= 0
        )
        for part in ("header", "header a", "#text", ".send", ".clip"):
            await expect(page.locator(part)).to_be_in_viewport(ratio=1)
        room = await page.locator("#scroll").bounding_box()
        assert room is not None and room["height"] > height / 4


LETTERS = """() => {
  const seen = (element) => element.checkVisibility() && element.getClientRects().length > 0;
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = channels(getComputedStyle(one).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const light = (color) => {
    const [r, g, b] = color.slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if ((!own && element.id !== "text") || !seen(element) || element.closest(".unseen")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(channels(style.color)), light(ground(element))].sort((x, y) => y - x);
    found.push([element.textContent.trim().slice(0, 12), (a + 0.05) / (b + 0.05),
      parseFloat(style.fontSize)]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_letters_are_large_and_stand_out(
    tmp_path: Path, browser: Browser, scheme: str
) -> None:
    engine = EchoEngine({"挂号": ("骨科",)}, asks=("几点开门",))
    async with (
        hospital(tmp_path, engine, rehearsal=True) as running,
        a_phone(browser, color_scheme=scheme) as context,
    ):
        page = await open_page(context, running)
        letters = await page.evaluate(LETTERS)
        await say(page, "几点开门")
        await expect(bubbles(page)).to_have_count(2)
        await pushed(page, running, "请打 120", author="chen")
        await expect(bubbles(page)).to_have_count(3)
        letters += await page.evaluate(LETTERS)
        await page.evaluate("document.querySelectorAll('.banner').forEach(b => b.hidden = false)")
        await page.set_input_files("#file", LETTER)
        await expect(page.locator(".failed")).to_have_count(1)
        letters += await page.evaluate(LETTERS)
        assert len(letters) > 30
        assert [one for one in letters if one[1] < 4.5] == []
        assert [one for one in letters if one[2] < 17] == []


async def test_nothing_moves_for_who_wants_it_still(
    browser: Browser, open_hospital: Hospital
) -> None:
    async with a_phone(browser, reduced_motion="reduce") as context:
        page = await open_page(context, open_hospital)
        await say(page, "你好")
        await expect(bubbles(page)).to_have_count(2)
        assert await page.evaluate("document.getAnimations().length") == 0


async def test_the_keyboard_alone_is_enough(page: Page) -> None:
    await say(page, "挂号")
    await expect(page.locator(".log .chip")).to_have_count(2)
    await page.focus("header a")
    seen = []
    for _ in range(6):
        await page.keyboard.press("Tab")
        seen.append(
            await page.evaluate(
                "[document.activeElement.textContent.trim() || document.activeElement.id,"
                " document.activeElement.matches(':focus-visible')]"
            )
        )
        if seen[-1][0] == "儿科":
            await page.keyboard.press("Enter")
            break
    assert all(visible for _, visible in seen)
    await expect(bubbles(page).last).to_have_text("收到：儿科")


async def test_a_screen_reader_hears_what_comes(page: Page) -> None:
    log = page.get_by_role("log")
    assert await log.get_attribute("aria-live") == "polite"
    await expect(page.get_by_role("textbox", name="写给心桥")).to_be_visible()
    await expect(page.get_by_role("button", name="发送")).to_be_visible()
    await expect(page.get_by_label("发照片或 PDF 文件")).to_be_attached()
