"""A rehearsal: a database of its own and a clock that can be moved from the command line."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tests.e2e.chat import Chat
from tests.e2e.program import ROOT, Program, environment

WEDNESDAY = date(2026, 12, 2)


@pytest.fixture(scope="module")
def rehearsal(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("rehearsal"), model, "--rehearse")
    program.start()
    try:
        asyncio.run(program.until_ready())
        yield program
    finally:
        program.stop()


def clock(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``python -m bot clock ...``."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "clock", *arguments],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_page_says_that_it_is_a_rehearsal(rehearsal: Program) -> None:
    async with httpx.AsyncClient(base_url=rehearsal.url) as client:
        assert "演练" in (await client.get("/")).text


async def test_a_real_program_does_not_say_so(program: Program) -> None:
    async with httpx.AsyncClient(base_url=program.url) as client:
        assert "演练" not in (await client.get("/")).text


async def test_the_real_database_is_left_alone(rehearsal: Program) -> None:
    assert (rehearsal.home / "rehearsal.db").exists()
    assert not (rehearsal.home / "xinqiao.db").exists()


async def test_schedules_follow_the_clock(rehearsal: Program) -> None:
    told = await asyncio.to_thread(clock, rehearsal.home, "set", "2026-12-01T09:00")
    assert (told.returncode, told.stdout.strip()) == (0, "演练时钟：2026-12-01 09:00")
    shown = await _until_shown(rehearsal, "骨科明天谁出诊", WEDNESDAY)
    assert "王" in shown or "医师" in shown

    told = await asyncio.to_thread(clock, rehearsal.home, "forward", "3d")
    assert told.returncode == 0
    assert "2026-12-04 09:0" in told.stdout
    await _until_shown(rehearsal, "骨科明天谁出诊", WEDNESDAY + timedelta(days=3))


async def test_numbers_are_released_as_the_clock_goes(rehearsal: Program) -> None:
    """A day that is fourteen days ahead of the moved clock can be booked."""
    await asyncio.to_thread(clock, rehearsal.home, "set", "2027-01-04T09:00")
    await _until_shown(rehearsal, "骨科明天谁出诊", date(2027, 1, 5))
    async with asyncio.timeout(60):
        # Numbers are released by a duty that comes round every 20 seconds.
        while "余" not in str(await Chat(rehearsal.url).say("骨科1月12日谁出诊")):
            await asyncio.sleep(1)


@pytest.mark.parametrize("words", [("set", "2026-12-01T09:00"), ("forward", "3d")])
def test_without_a_rehearsal_the_clock_cannot_be_moved(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    told = clock(tmp_path, *words)
    assert told.returncode == 1
    assert "没有正在进行的演练" in told.stdout
    assert "Traceback" not in told.stderr


def test_beside_a_real_program_the_clock_cannot_be_moved(program: Program) -> None:
    told = clock(program.home, "forward", "3d")
    assert told.returncode == 1
    assert "没有正在进行的演练" in told.stdout


@pytest.mark.parametrize("words", [("set", "tomorrow"), ("forward", "soon"), ("forward", "3w")])
def test_a_time_that_cannot_be_read_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = clock(tmp_path, *words)
    assert told.returncode == 2
    assert words[1] in told.stdout + told.stderr


async def _until_shown(rehearsal: Program, question: str, day: date) -> str:
    """Ask until the answer speaks of a day: the program looks at the clock every second."""
    expected = f"{day.month}月{day.day}日"
    async with asyncio.timeout(30):
        while expected not in (answered := str(await Chat(rehearsal.url).say(question))):
            await asyncio.sleep(0.5)
    return answered
