"""Settings: read once, each bad value named with the form that is expected."""

import stat
import threading
from pathlib import Path

import pytest

from service.settings import SettingError, Settings, read_settings


def test_without_a_word_the_defaults_hold(tmp_path: Path) -> None:
    settings = _read(tmp_path)
    assert settings.database_url == f"sqlite+inloop:///{tmp_path / 'xinqiao.db'}"
    assert (settings.booking_days, settings.release_time) == (14, "07:00")
    assert (settings.cancel_hours, settings.answer_minutes) == (2, 30)
    assert (settings.case_days, settings.serious_case_hours) == (3, 24)
    assert (settings.no_show_limit, settings.no_show_days) == (3, 90)
    assert (settings.staffed_hours, settings.zone.key) == ("00:00-24:00", "Asia/Shanghai")
    assert settings.models == tmp_path / "models"
    assert settings.attachments == tmp_path / "attachments"


def test_an_empty_value_is_no_value(tmp_path: Path) -> None:
    assert _read(tmp_path, XINQIAO_CANCEL_HOURS=" ").cancel_hours == 2


def test_what_is_set_holds(tmp_path: Path) -> None:
    settings = _read(tmp_path, XINQIAO_CANCEL_HOURS="4", XINQIAO_STAFFED_HOURS="08:00-17:30")
    assert (settings.cancel_hours, settings.staffed_hours) == (4, "08:00-17:30")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("XINQIAO_CANCEL_HOURS", "soon", "whole hours, such as 2"),
        ("XINQIAO_CANCEL_HOURS", "-1", "whole hours, such as 2"),
        ("XINQIAO_CANCEL_HOURS", "1.5", "whole hours, such as 2"),
        ("XINQIAO_BOOKING_DAYS", "two weeks", "whole days, such as 14"),
        ("XINQIAO_ANSWER_MINUTES", "30m", "whole minutes, such as 30"),
        ("XINQIAO_CASE_DAYS", "x", "whole days, such as 3"),
        ("XINQIAO_SERIOUS_CASE_HOURS", "x", "whole hours, such as 24"),
        ("XINQIAO_NO_SHOW_LIMIT", "x", "a whole number, such as 3"),
        ("XINQIAO_NO_SHOW_DAYS", "x", "whole days, such as 90"),
        ("XINQIAO_PORT", "http", "a port such as 8000"),
        ("XINQIAO_PORT", "80000", "a port such as 8000"),
        ("XINQIAO_TIMEZONE", "Beijing", "a zone such as Asia/Shanghai"),
        ("XINQIAO_TIMEZONE", "Asia", "a zone such as Asia/Shanghai"),
        ("XINQIAO_TIMEZONE", "../etc/passwd", "a zone such as Asia/Shanghai"),
        ("XINQIAO_RELEASE_TIME", "7:00", "a time such as 07:00"),
        ("XINQIAO_RELEASE_TIME", "25:00", "a time such as 07:00"),
        ("XINQIAO_RELEASE_TIME", "24:30", "a time such as 07:00"),
        ("XINQIAO_RELEASE_TIME", "+7:00", "a time such as 07:00"),
        ("XINQIAO_RELEASE_TIME", "seven", "a time such as 07:00"),
        ("XINQIAO_STAFFED_HOURS", "8-17", "hours such as 08:00-17:30, or 00:00-24:00"),
        ("XINQIAO_STAFFED_HOURS", "17:30-08:00", "hours such as 08:00-17:30, or 00:00-24:00"),
        ("XINQIAO_STAFFED_HOURS", "08:00", "hours such as 08:00-17:30, or 00:00-24:00"),
        (
            "XINQIAO_DATABASE_URL",
            "here",
            "an address such as postgresql://user@host/name",
        ),
        (
            "XINQIAO_DATABASE_URL",
            "mysql://root@localhost/x",
            "an address such as postgresql://user@host/name",
        ),
    ],
)
def test_a_bad_value_is_named_with_what_is_expected(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingError) as refused:
        _read(tmp_path, **{name: value})
    assert str(refused.value) == f"{name}={value!r}: expected {expected}"


def test_a_home_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match=r"XINQIAO_HOME=.*: expected a folder"):
        read_settings({"XINQIAO_HOME": str(tmp_path / "file" / "home")})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgresql://u:p@host/db", "postgresql+psycopg://u:p@host/db"),
        ("postgresql+psycopg://u@host/db", "postgresql+psycopg://u@host/db"),
        ("sqlite:////srv/x.db", "sqlite+inloop:////srv/x.db"),
    ],
)
def test_a_database_is_opened_by_a_driver_that_does_not_block(
    tmp_path: Path, written: str, read: str
) -> None:
    assert _read(tmp_path, XINQIAO_DATABASE_URL=written).database_url == read


def test_a_rehearsal_never_touches_the_real_database(tmp_path: Path) -> None:
    environment = {"XINQIAO_HOME": str(tmp_path), "XINQIAO_DATABASE_URL": "postgresql://u@h/db"}
    settings = read_settings(environment, rehearsal=True)
    assert settings.database_url == f"sqlite+inloop:///{tmp_path / 'rehearsal.db'}"


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = _read(tmp_path).secret
    key = tmp_path / "secret.key"
    assert len(first) >= 40
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert _read(tmp_path).secret == first == key.read_text().strip()
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


def test_processes_that_start_at_once_have_one_secret(tmp_path: Path) -> None:
    found: list[str] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        found.append(_read(tmp_path).secret)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert set(found) == {(tmp_path / "secret.key").read_text().strip()}


def test_a_secret_that_is_set_is_not_written_down(tmp_path: Path) -> None:
    assert _read(tmp_path, XINQIAO_SECRET="given").secret == "given"
    assert not (tmp_path / "secret.key").exists()


def test_an_empty_key_file_is_not_taken_for_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(SettingError, match=r"secret\.key"):
        _read(tmp_path)


def test_printing_the_settings_shows_no_secret(tmp_path: Path) -> None:
    settings = _read(
        tmp_path,
        XINQIAO_SECRET="geheim-1",
        TELEGRAM_BOT_TOKEN="geheim-2",
        TELEGRAM_WEBHOOK_SECRET="geheim-3",
        XINQIAO_DATABASE_URL="postgresql://user:geheim-4@host/name",
    )
    assert "geheim" not in repr(settings)
    assert "geheim" not in str(settings)


def test_a_bad_database_address_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        _read(tmp_path, XINQIAO_DATABASE_URL="mysql://root:geheim@localhost/x")
    assert "XINQIAO_DATABASE_URL" in str(refused.value)
    assert "geheim" not in str(refused.value)


def _read(home: Path, **environment: str) -> Settings:
    return read_settings({"XINQIAO_HOME": str(home), **environment})
