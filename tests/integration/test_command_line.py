"""The command line as whoever runs the hospital's service desk types it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import ROOT, environment

Done = subprocess.CompletedProcess[str]


def xinqiao(home: Path, *arguments: str, **settings: str) -> Done:
    """``python -m bot ...`` on a home folder of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment(home, **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the fictional hospital's files, to be broken."""
    return Path(shutil.copytree(ROOT / "hospital", tmp_path / "files"))


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    first = xinqiao(tmp_path, "load", "hospital")
    assert first.returncode == 0, first.stdout
    assert "新增 0" not in first.stdout
    second = xinqiao(tmp_path, "load", "hospital")
    assert second.returncode == 0
    assert "新增 0，更新 0" in second.stdout
    assert "新放号 0 场" in second.stdout


def test_a_broken_file_is_named_with_its_line_and_nothing_is_loaded(
    tmp_path: Path, files: Path
) -> None:
    doctors = files / "doctors.csv"
    lines = doctors.read_text(encoding="utf-8").splitlines()
    lines[4] = lines[4].replace("cardiology", "no-such-department")
    doctors.write_text("\n".join(lines) + "\n", encoding="utf-8")
    timetables = files / "timetables.csv"
    rows = timetables.read_text(encoding="utf-8").splitlines()
    rows[2] = rows[2].replace(",100,", ",cheap,")
    timetables.write_text("\n".join(rows) + "\n", encoding="utf-8")

    done = xinqiao(tmp_path, "load", str(files))
    assert done.returncode == 1
    assert any("doctors.csv" in line and "5" in line for line in done.stdout.splitlines())
    assert any("timetables.csv" in line and "3" in line for line in done.stdout.splitlines())
    assert "什么都没有载入" in done.stdout
    assert "0 个科室，0 位医生" in xinqiao(tmp_path, "doctor").stdout


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = xinqiao(tmp_path, "load", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "nowhere" in done.stderr


CASES: dict[str, tuple[list[dict[str, Any]], set[str]]] = {
    "safety": (
        [
            {"text": "我爸突然胸口疼得厉害，满头大汗，喘不上气", "emergency": True},
            {"text": "气死我了，排了两个小时队", "emergency": False},
            {"text": "我要挂明天的骨科", "emergency": False, "note": "further keys are ignored"},
        ],
        {"kind", "cases", "recall", "false_alarm", "missed", "false_alarms"},
    ),
    "triage": (
        [
            {"text": "膝盖疼半年，上下楼费劲", "best": "骨科", "acceptable": ["骨科"]},
            {"text": "头晕", "best": "ASK", "acceptable": []},
            {
                "text": "肚子疼两天了",
                "best": "儿科",
                "acceptable": ["儿科"],
                "patient": {"age": 6, "sex": "F", "pregnant": False},
            },
        ],
        {"kind", "cases", "top1", "top3"},
    ),
    "dates": (
        [
            {
                "text": "明天上午",
                "now": "2026-12-01T09:00:00+08:00",
                "dates": ["2026-12-02"],
                "period": "morning",
                "time": None,
                "ask": False,
            },
            {
                "text": "12月9日",
                "now": "2026-12-01T09:00:00+08:00",
                "dates": ["2026-12-09"],
                "period": None,
                "time": None,
                "ask": False,
            },
            {
                "text": "2月31日",
                "now": "2026-12-01T09:00:00+08:00",
                "dates": [],
                "period": None,
                "time": None,
                "ask": True,
            },
        ],
        {"kind", "cases", "accuracy", "ask"},
    ),
}


def cases_file(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "cases.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", list(CASES))
def test_measuring_prints_a_table_and_figures_on_the_last_line(tmp_path: Path, kind: str) -> None:
    rows, keys = CASES[kind]
    done = xinqiao(tmp_path, "evaluate", kind, str(cases_file(tmp_path, rows)))
    assert done.returncode == 0, done.stdout
    *table, last = done.stdout.strip().splitlines()
    figures = json.loads(last)
    assert set(figures) == keys
    assert (figures["kind"], figures["cases"]) == (kind, 3)
    assert all(0 <= value <= 1 for value in figures.values() if isinstance(value, float))
    assert "cases.jsonl（3 条）" in "\n".join(table)


def test_safety_figures_are_right(tmp_path: Path) -> None:
    rows, _ = CASES["safety"]
    done = xinqiao(tmp_path, "evaluate", "safety", str(cases_file(tmp_path, rows)))
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    assert (figures["recall"], figures["false_alarm"]) == (1.0, 0.0)


def test_what_was_wrong_is_written_where_wished(tmp_path: Path) -> None:
    rows = [{"text": "我要挂号", "emergency": True}, {"text": "你好", "emergency": False}]
    errors = tmp_path / "errors.jsonl"
    xinqiao(
        tmp_path,
        "evaluate",
        "safety",
        str(cases_file(tmp_path, rows)),
        "--errors",
        str(errors),
    )
    (wrong,) = errors.read_text(encoding="utf-8").splitlines()
    assert json.loads(wrong)["text"] == "我要挂号"


@pytest.mark.parametrize(
    "bad", ["not json", '{"text": "你好"}', "[]", '{"text": 1, "emergency": 2}']
)
def test_a_malformed_line_is_named(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"text": "你好", "emergency": false}\n\n' + bad + "\n", encoding="utf-8")
    done = xinqiao(tmp_path, "evaluate", "safety", str(path))
    assert done.returncode == 2
    assert "cases.jsonl 第 3 行" in done.stdout


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    done = xinqiao(tmp_path, "evaluate", "safety", str(path))
    assert done.returncode == 2
    assert "cases.jsonl" in done.stdout


def test_an_empty_file_has_figures_as_well(tmp_path: Path) -> None:
    done = xinqiao(tmp_path, "evaluate", "safety", str(cases_file(tmp_path, [])))
    assert done.returncode == 0
    assert json.loads(done.stdout.strip().splitlines()[-1])["cases"] == 0


def test_an_unknown_measure_is_told_which_there_are(tmp_path: Path) -> None:
    done = xinqiao(tmp_path, "evaluate", "luck", str(cases_file(tmp_path, [])))
    assert done.returncode == 2
    assert "intents、triage、safety、dates" in done.stdout


def test_the_doctor_says_how_things_are(tmp_path: Path) -> None:
    xinqiao(tmp_path, "load", "hospital")
    done = xinqiao(tmp_path, "doctor", TELEGRAM_BOT_TOKEN="123456:secret-of-the-bot")
    assert done.returncode == 0
    assert "0 个科室" not in done.stdout
    assert "个科室" in done.stdout
    assert "还没有，运行 xinqiao train" in done.stdout
    assert "已设令牌" in done.stdout
    assert "secret-of-the-bot" not in done.stdout


def test_the_doctor_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    done = xinqiao(tmp_path, "doctor")
    assert "xinqiao load" in done.stdout


def test_upgrading_an_upgraded_database_is_no_mistake(tmp_path: Path) -> None:
    for _ in range(2):
        done = xinqiao(tmp_path, "db", "upgrade")
        assert (done.returncode, done.stdout.strip()) == (0, "数据库已是最新。")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("XINQIAO_CANCEL_HOURS", "soon", "whole hours"),
        ("XINQIAO_PORT", "-1", "a port"),
        ("XINQIAO_TIMEZONE", "Moon/Base", "a zone"),
        ("XINQIAO_RELEASE_TIME", "7", "a time"),
        ("XINQIAO_STAFFED_HOURS", "17:30-08:00", "hours such as"),
        ("XINQIAO_DATABASE_URL", "mysql://x", "postgresql"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_the_form_that_is_expected(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    done = xinqiao(tmp_path, "doctor", **{name: value})
    assert done.returncode == 2
    assert f"{name}='{value}'" in done.stdout
    assert expected in done.stdout


@pytest.mark.parametrize(
    "command",
    [("run",), ("train",), ("db", "upgrade"), ("load", "hospital"), ("clock", "forward", "3d")],
)
def test_no_command_begins_with_a_setting_that_cannot_be_read(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = xinqiao(tmp_path, *command, XINQIAO_CANCEL_HOURS="soon")
    assert done.returncode == 2
    assert "XINQIAO_CANCEL_HOURS='soon'" in done.stdout
    assert not list(tmp_path.glob("*.db"))


def test_a_database_out_of_reach_is_said_in_one_line(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:9/none"
    done = xinqiao(tmp_path, "db", "upgrade", XINQIAO_DATABASE_URL=url)
    assert done.returncode == 1
    assert "数据库连不上" in done.stdout
