"""Debian's Chromium for a test, with Playwright, and what is done on the chat page in it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    async_playwright,
    expect,
)

from bot.webchat import COOKIE
from service import conversations as store
from service.conversations import Reply
from service.model import Message
from tests.web_server import Hospital

PHONE = {"width": 390, "height": 844}

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Where the browser is, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """A running browser: the machine's, else the one that tests/setup.sh had Playwright bring."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def a_phone(browser: Browser, **more: Any) -> AsyncIterator[BrowserContext]:
    options = {"viewport": PHONE, "locale": "zh-CN", **more}
    context = await browser.new_context(**options)
    context.set_default_timeout(8000)
    try:
        yield context
    finally:
        await context.close()


async def open_page(context: BrowserContext, hospital: Hospital) -> Page:
    page = await context.new_page()
    await page.goto(hospital.url)
    await expect(page.locator("#offline")).to_be_hidden()
    return page


async def say(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


def bubbles(page: Page) -> Locator:
    return page.locator(".message .bubble")


async def chat_of(page: Page, hospital: Hospital) -> list[Message]:
    [cookie] = [one for one in await page.context.cookies() if one.get("name") == COOKIE]
    return await store.history(hospital.db, "web", cookie["value"])


async def pushed(page: Page, hospital: Hospital, text: str, author: str = "bot") -> None:
    conversation = (await chat_of(page, hospital))[0].conversation_id
    await store.push(hospital.db, hospital.clock, conversation, Reply(text), author=author)
    hospital.conversations.tell(conversation)
