"""Pictures and documents that are sent on the chat page."""

import stat
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.wording import read_wording
from tests.fakes import EchoEngine
from tests.web_patient import Patient, a_patient
from tests.web_server import hospital

WORDING = read_wording()
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 100
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"picture" * 100
PDF = b"%PDF-1.7\n" + b"report" * 100


@pytest_asyncio.fixture
async def patient(tmp_path: Path) -> AsyncIterator[Patient]:
    """王秀英, with the page open."""
    async with hospital(tmp_path, EchoEngine()) as running, a_patient(running) as one:
        yield one


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [
        (JPEG, "picture", "jpg"),
        (PNG, "picture", "png"),
        (WEBP, "picture", "webp"),
        (PDF, "document", "pdf"),
    ],
)
async def test_a_file_is_kept_privately_and_answered(
    patient: Patient, content: bytes, kind: str, ending: str
) -> None:
    answer = await patient.send_file(content, r"..\..\我的/报告.exe")
    assert answer.status_code == 202, answer.text
    shown, reply = await patient.answered()
    assert (shown["kind"], reply["text"]) == ("file", WORDING.reply("file").text)
    [path] = [one for one in patient.hospital.settings.attachments.rglob("*") if one.is_file()]
    chat = (await patient.stored())[0].conversation_id
    assert path.parent == patient.hospital.settings.attachments / str(chat)
    assert path.suffix == f".{ending}"
    assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_sent_again_is_one_file(patient: Patient) -> None:
    key = str(uuid.uuid4())
    first = await patient.send_file(JPEG, id=key)
    again = await patient.send_file(JPEG + b"other", id=key)
    assert first.json() == again.json()
    [path] = [one for one in patient.hospital.settings.attachments.rglob("*") if one.is_file()]
    assert path.read_bytes() == JPEG


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"MZ\x90", b"GIF89a", b"\xff\xd8", b"RIFF1234WAVE"]
)
async def test_a_file_is_judged_by_its_content_not_its_name(
    patient: Patient, content: bytes
) -> None:
    answer = await patient.send_file(content, "report.jpg")
    assert answer.status_code == 415
    assert "PDF" in answer.json()["detail"]
    assert not patient.hospital.settings.attachments.exists()


async def test_a_file_of_10_mb_is_taken_and_one_byte_more_is_not(patient: Patient) -> None:
    limit = 10 * 1024 * 1024
    assert (await patient.send_file(JPEG.ljust(limit, b"0"))).status_code == 202
    assert (await patient.send_file(JPEG.ljust(limit + 1, b"0"))).status_code == 413
    assert (await patient.send_file(JPEG.ljust(2 * limit, b"0"))).status_code == 413


async def test_an_endless_upload_is_cut_off(patient: Patient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n' + JPEG
        for _ in range(20):
            yield b"0" * 1024 * 1024

    answer = await patient.client.post(
        "/chat/files",
        content=endless(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 413
    assert not patient.hospital.settings.attachments.exists()


async def test_an_upload_without_a_file_or_an_id_is_refused(patient: Patient) -> None:
    no_file = await patient.client.post("/chat/files", data={"id": str(uuid.uuid4())})
    no_id = await patient.client.post("/chat/files", files={"file": ("a", JPEG)})
    not_even_a_form = await patient.client.post("/chat/files", content=b"abc")
    assert [one.status_code for one in (no_file, no_id, not_even_a_form)] == [400, 400, 400]


async def test_a_file_without_the_database_is_sent_again_later(patient: Patient) -> None:
    key = str(uuid.uuid4())
    await patient.hospital.lose_database()
    assert (await patient.send_file(JPEG, id=key)).status_code == 503
    await patient.hospital.find_database()
    assert (await patient.send_file(JPEG, id=key)).status_code == 202
    assert len(await patient.answered()) == 2
