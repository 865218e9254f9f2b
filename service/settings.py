"""Every setting of the program, read once from the environment into one frozen object.

A value that cannot be read stops the program with the name, the value and the expected form:
``XINQIAO_CANCEL_HOURS='soon': expected whole hours, such as 2``.
"""

import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from service.sqlite_driver import DRIVER


class SettingError(ValueError):
    """A setting is missing or has a value that cannot be read."""


@dataclass(frozen=True)
class Settings:
    """What a hospital may set; the defaults are those of HOSPITAL.md."""

    home: Path
    database_url: str = field(repr=False)
    """May hold a password."""
    secret: str = field(repr=False)
    zone: ZoneInfo
    host: str
    port: int
    booking_days: int
    release_time: str
    cancel_hours: int
    answer_minutes: int
    case_days: int
    serious_case_hours: int
    no_show_limit: int
    no_show_days: int
    staffed_hours: str
    engine_url: str
    telegram_token: str = field(repr=False)
    telegram_api: str
    telegram_webhook: str
    telegram_webhook_secret: str = field(repr=False)
    telegram_staff_group: str
    rehearsal: bool = False

    @property
    def models(self) -> Path:
        """The folder in which trained models are kept."""
        return self.home / "models"

    @property
    def attachments(self) -> Path:
        """The folder in which patients' pictures and documents are kept."""
        return self.home / "attachments"


def read_settings(
    environment: Mapping[str, str] | None = None, *, rehearsal: bool = False
) -> Settings:
    """Read the settings.

    Args:
        environment: names and values; the process's own when not given.
        rehearsal: work on the scratch database ``rehearsal.db`` with a clock that can be moved.

    Raises:
        SettingError: names the first setting that cannot be read and the form that is expected.
    """
    read = _Reader(os.environ if environment is None else environment)
    home = Path(read("XINQIAO_HOME", "var", _text, "a folder")).absolute()
    database = f"{DRIVER}:///{home / ('rehearsal.db' if rehearsal else 'xinqiao.db')}"
    if not rehearsal:
        database = read(
            "XINQIAO_DATABASE_URL", database, _url, "an address such as postgresql://user@host/name"
        )
    secret = read("XINQIAO_SECRET", "", _text, "any text") or _kept_secret(home)
    return Settings(
        home=home,
        database_url=database,
        secret=secret,
        zone=read("XINQIAO_TIMEZONE", "Asia/Shanghai", _zone, "a zone such as Asia/Shanghai"),
        host=read("XINQIAO_HOST", "127.0.0.1", _text, "an address to listen on"),
        port=read("XINQIAO_PORT", "8000", _port, "a port such as 8000"),
        booking_days=read("XINQIAO_BOOKING_DAYS", "14", _whole, "whole days, such as 14"),
        release_time=read("XINQIAO_RELEASE_TIME", "07:00", _clock, "a time such as 07:00"),
        cancel_hours=read("XINQIAO_CANCEL_HOURS", "2", _whole, "whole hours, such as 2"),
        answer_minutes=read("XINQIAO_ANSWER_MINUTES", "30", _whole, "whole minutes, such as 30"),
        case_days=read("XINQIAO_CASE_DAYS", "3", _whole, "whole days, such as 3"),
        serious_case_hours=read(
            "XINQIAO_SERIOUS_CASE_HOURS", "24", _whole, "whole hours, such as 24"
        ),
        no_show_limit=read("XINQIAO_NO_SHOW_LIMIT", "3", _whole, "a whole number, such as 3"),
        no_show_days=read("XINQIAO_NO_SHOW_DAYS", "90", _whole, "whole days, such as 90"),
        staffed_hours=read(
            "XINQIAO_STAFFED_HOURS",
            "00:00-24:00",
            _span,
            "hours such as 08:00-17:30, or 00:00-24:00",
        ),
        engine_url=read("XINQIAO_ENGINE_URL", "", _text, "the address of a Rasa server"),
        telegram_token=read("TELEGRAM_BOT_TOKEN", "", _text, "a bot token"),
        telegram_api=read("TELEGRAM_API_BASE_URL", "", _text, "the address of a Bot API server"),
        telegram_webhook=read("TELEGRAM_WEBHOOK_URL", "", _text, "a public https address"),
        telegram_webhook_secret=read("TELEGRAM_WEBHOOK_SECRET", "", _text, "letters and digits"),
        telegram_staff_group=read("TELEGRAM_STAFF_GROUP", "", _text, "a chat id"),
        rehearsal=rehearsal,
    )


_PASSWORD = re.compile(r"(://[^:/@]*:).*@")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def __call__(
        self, name: str, default: str, convert: Callable[[str], Any], expected: str
    ) -> Any:
        value = self._environment.get(name, "").strip() or default
        try:
            return convert(value)
        except ValueError:
            shown = _PASSWORD.sub(r"\1***@", value)
            # Not "from": the cause would show the password again.
            raise SettingError(f"{name}={shown!r}: expected {expected}") from None


def _text(value: str) -> str:
    return value


def _whole(value: str) -> int:
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number


def _port(value: str) -> int:
    port = _whole(value)
    if port > 65535:
        raise ValueError(value)
    return port


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(value) from error


def _clock(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise ValueError(value)
    return value


def _span(value: str) -> str:
    start, end = value.split("-")
    if not _clock(start) < _clock(end):
        raise ValueError(value)
    return value


def _url(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError(value) from error
    drivers = {"postgresql": "postgresql+psycopg", "sqlite": DRIVER}
    url = url.set(drivername=drivers.get(url.drivername, url.drivername))
    if url.drivername not in drivers.values():
        raise ValueError(value)
    return url.render_as_string(hide_password=False)


def _kept_secret(home: Path) -> str:
    """The installation's own secret, made on the first start and readable by its owner only."""
    path = home / "secret.key"
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise SettingError(
            f"XINQIAO_HOME={str(home)!r}: expected a folder that can be read and written"
        ) from error
    if not secret:
        raise SettingError(f"{path} is empty: expected the secret that patients were sealed with")
    return secret


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole before it has its name, and never in place of another: processes may start at once.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
