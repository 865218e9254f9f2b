"""One trained model and one running program for all conversations; others start their own."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.chat import Chat
from tests.e2e.model import trained_model
from tests.e2e.program import Program
from tests.e2e.records import Records


@pytest.fixture(scope="session")
def model() -> Path:
    """The folder with a model trained from what the repository holds."""
    return trained_model()


@pytest.fixture(scope="session")
def program(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program, running as long as the tests do. Patients never share a chat in it."""
    running = Program(tmp_path_factory.mktemp("program"), model)
    running.start()
    try:
        asyncio.run(running.until_ready())
        yield running
        assert running.running, running.last_lines()
    finally:
        running.stop()


@pytest_asyncio.fixture
async def records(program: Program) -> AsyncIterator[Records]:
    """What the program's database holds."""
    kept = Records(program.home)
    yield kept
    await kept.close()


@pytest.fixture
def chat(program: Program) -> Chat:
    """A chat that is new."""
    return Chat(program.url)


@pytest.fixture
def another_chat(program: Program) -> Chat:
    """Somebody else's chat."""
    return Chat(program.url)
