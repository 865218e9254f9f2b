"""What browsers send, read within limits before anything believes it."""

import json
import os
import re
import shutil
import uuid
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

MAX_JSON = 64 * 1024
MAX_FILE = 10 * 1024 * 1024
MAX_FORM = MAX_FILE + 64 * 1024

TOKEN = re.compile(r"#[A-Za-z0-9_-]{16}")
"""What the token of an offered button looks like."""

DETAIL = {
    "too large": "内容太大了，没能收下。照片和文件请不要超过 10 MB。",
    "not json": "请求的格式不对：应为 JSON 对象。",
    "no sender": "请求缺少 sender：应为 1 到 255 个字符的文字。",
    "no text": "message 应为文字。",
    "no id": "请求缺少 id：应为 UUID。",
    "no content": "text 和 press 应有且只有一个，并且是文字。",
    "other site": "请从医院的聊天页面发送。",
    "no chat": "聊天凭证不在了，请刷新页面再发。",
    "no file": "没有收到文件，请再选一次。",
    "file kind": "只能发照片（JPG、PNG、WebP）或 PDF 文件。",
    "no room": "文件暂时没能保存，请过一会儿再发。",
    "no page": "没有这个页面。",
    "failed": "对不起，刚才没办成，请再试一次。",
}
"""What is answered to a request that cannot be taken."""


def refusal(status: int, why: str) -> HTTPException:
    """An answer that says why a request is not taken; ``why`` is a key of ``DETAIL``."""
    return HTTPException(status, DETAIL[why])


def within(request: Request, limit: int) -> Request:
    """The same request, whose body may be read up to ``limit`` bytes; more is refused with 413."""
    left = limit

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise refusal(413, "too large")
        return message

    return Request(request.scope, receive)


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object in a request's body.

    Raises:
        HTTPException: 413 when it is larger than 64 KiB, 400 when it is no JSON object.
    """
    body = await within(request, MAX_JSON).body()
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        # Not JSON, not UTF-8, a number of thousands of digits, or brackets within brackets.
        raise refusal(400, "not json") from error
    if not isinstance(value, dict):
        raise refusal(400, "not json")
    return value


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen in a text."""
    return not any(one.isprintable() and not one.isspace() for one in text)


def client_id(value: object) -> str:
    """The id that a page gave to what it sends, in its one canonical form."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError as error:
        raise refusal(400, "no id") from error


def check_same_origin(request: Request) -> None:
    """Refuse what another site's page makes a patient's browser send.

    Browsers leave ``Sec-Fetch-Site`` out on plain http, hence the look at ``Origin``; a program
    that sends neither has no patient's cookie either.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        allowed = site == "same-origin"
    else:
        allowed = origin is None or _host(origin) == request.headers.get("host", "").lower()
    if not allowed:
        raise refusal(403, "other site")


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def file_kind(head: bytes) -> tuple[str, str] | None:
    """What a file is by its first bytes: its kind and extension, None when it is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "picture", "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "picture", "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "picture", "webp"
    if head.startswith(b"%PDF-"):
        return "document", "pdf"
    return None


def file_name(name: str) -> str:
    """A file's own name without folders and without what no screen can show."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(one for one in last if one.isprintable())[:120]


def keep_file(source: BinaryIO, target: Path) -> None:
    """Write an upload to its place, readable by the hospital's program only.

    A file that is there already is left as it is: the page repeats what it got no answer to.
    """
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Under another name first: half a file must never be taken for the whole.
    part = target.with_name(f"{uuid.uuid4().hex}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(source, file)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
