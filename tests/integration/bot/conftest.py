"""A Bot API server for the tests of the Telegram door."""

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.telegram import bot_api
from tests.telegram.house import Person
from tests.telegram.proxy import BotApi

_bots = itertools.count(1)


@pytest.fixture(scope="session")
def telegram_test_api() -> Iterator[str]:
    """The address of a running telegram-test-api."""
    bot_api.install()
    with bot_api.serving() as address:
        yield address


@pytest_asyncio.fixture
async def api(telegram_test_api: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BotApi]:
    """The Bot API for a bot of the test's own."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    bot_api_of_test = BotApi(telegram_test_api, f"{next(_bots)}:test")
    await bot_api_of_test.start()
    yield bot_api_of_test
    await bot_api_of_test.stop()


@pytest.fixture
def wang(api: BotApi) -> Person:
    return Person(api, "王秀英")
