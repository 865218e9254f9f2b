"""The command line ``xinqiao``: run, chat, train, evaluate, load, db, clock, doctor."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from service.clock import MovableClock, SystemClock
from service.database import Database
from service.errors import DatabaseUnavailable
from service.settings import SettingError, Settings, read_settings

Result = TypeVar("Result")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="心桥：医院客服机器人")
db_app = typer.Typer(no_args_is_help=True, help="数据库")
clock_app = typer.Typer(no_args_is_help=True, help="演练用的时钟")
app.add_typer(db_app, name="db")
app.add_typer(clock_app, name="clock")
out = Console(highlight=False, soft_wrap=True)


def _settings(*, rehearsal: bool = False) -> Settings:
    try:
        return read_settings(rehearsal=rehearsal)
    except SettingError as error:
        out.print(f"[red]设置有误：{error}[/red]")
        raise typer.Exit(2) from error


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except DatabaseUnavailable as error:
        out.print(f"[red]数据库连不上：{error}[/red]")
        raise typer.Exit(1) from error


def _quick_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes an event loop: uvloop's where there is one, else the usual one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _quiet() -> None:
    """What libraries say on import is no news for whoever runs a hospital's service desk."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    import warnings

    warnings.filterwarnings("ignore")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in (
        "httpx",
        "apscheduler",
        "rasa",
        "rasa_sdk",
        "jieba",
        "matplotlib",
        "numexpr",
        "alembic",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)


@app.command()
def run(
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="演练：独立数据库，可调时钟")
    ] = False,
    telegram: Annotated[bool, typer.Option(help="演练时也连 Telegram")] = False,
    port: Annotated[int, typer.Option(help="端口")] = 0,
) -> None:
    """启动：网页聊天、Telegram（设了令牌时）、定时任务。"""
    _quiet()
    from bot.app import App

    settings = _settings(rehearsal=rehearse)
    if port:
        settings = replace(settings, port=port)
    out.print(f"网页聊天：http://{settings.host}:{settings.port}/ （模型加载中，页面已可打开）")
    whole = App(settings, telegram=telegram or not rehearse)
    try:
        with asyncio.Runner(loop_factory=_quick_loop()) as runner:
            runner.run(whole.serve())
    except KeyboardInterrupt:
        out.print("已停止。")


@app.command()
def chat() -> None:
    """在终端里和机器人说话；空行结束。"""
    _quiet()
    from bot.terminal import converse

    logging.disable(logging.INFO)
    _run(converse(_settings(), out))


@app.command()
def train() -> None:
    """用 nlu_data/、domain.yml、config.yml 和数据库里的名称训练模型。"""
    _quiet()
    from learning.train import TrainingFailed
    from learning.train import train as train_model

    settings = _settings()
    handbook = _run(_prepared(settings))
    try:
        out.print(f"模型：{train_model(handbook, settings.models)}")
    except TrainingFailed as error:
        out.print(f"[red]训练失败：{error}[/red]")
        raise typer.Exit(1) from error


async def _prepared(settings: Settings) -> Any:
    from bot.app import App

    whole = App(settings, telegram=False)
    await whole.prepare_database()
    handbook = await whole.handbooks.current()
    await whole.db.close()
    return handbook


@app.command()
def evaluate(
    what: Annotated[str, typer.Argument(help="intents、triage、safety 或 dates")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    errors: Annotated[Path | None, typer.Option(help="把答错的写进这个文件")] = None,
) -> None:
    """用一个 JSONL 文件衡量；屏幕上是表，最后一行是 JSON。"""
    _quiet()
    logging.disable(logging.WARNING)
    from learning.evaluate import KINDS, BadCases, evaluate_file

    if what not in KINDS:
        out.print(f"[red]第一个参数应为 {'、'.join(KINDS)}[/red]")
        raise typer.Exit(2)
    settings = _settings()
    handbook = _run(_prepared(settings)) if what in ("triage", "intents") else None
    try:
        figures = evaluate_file(what, file, settings, handbook, errors, out)
    except BadCases as error:
        out.print(f"[red]{error}[/red]")
        raise typer.Exit(2) from error
    print(json.dumps(figures, ensure_ascii=False))


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    replace_changed: Annotated[
        bool, typer.Option("--replace", help="数据库里手工改过的也覆盖")
    ] = False,
) -> None:
    """把医院的数据文件载入数据库；任何一行有错就什么都不载入。"""
    from service.loading import BadFiles, load_hospital
    from service.migrations import upgrade

    settings = _settings()

    async def work() -> Any:
        db = Database(settings.database_url)
        await upgrade(db)
        clock = SystemClock(settings.zone)
        try:
            return await load_hospital(db, folder, clock, settings, replace=replace_changed)
        finally:
            await db.close()

    try:
        report = _run(work())
    except BadFiles as error:
        for row in error.rows:
            out.print(f"[red]{row}[/red]")
        out.print(f"共 {len(error.rows)} 处有误，什么都没有载入。")
        raise typer.Exit(1) from error
    out.print(
        f"新增 {len(report.added)}，更新 {len(report.updated)}，未变 {report.unchanged}，"
        f"新放号 {report.released} 场"
    )
    for name in report.kept:
        out.print(f"数据库里手工改过，未覆盖：{name}")
    for name in report.promised:
        out.print(f"已有人预约，费用、诊室和时间不变：{name}")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """把数据库升级到这个版本的表。"""
    from service.migrations import upgrade

    async def work() -> None:
        db = Database(_settings().database_url)
        await upgrade(db)
        await db.close()

    _run(work())
    out.print("数据库已是最新。")


@clock_app.command("set")
def clock_set(moment: Annotated[datetime, typer.Argument(formats=["%Y-%m-%dT%H:%M"])]) -> None:
    """把演练的时钟调到一个时刻，如 2026-12-01T09:00。"""
    _move(to=moment)


@clock_app.command("forward")
def clock_forward(by: Annotated[str, typer.Argument(help="如 3d、2h、30m")]) -> None:
    """把演练的时钟往前拨。"""
    units = {"d": "days", "h": "hours", "m": "minutes"}
    if not by[:-1].isdigit() or by[-1:] not in units:
        out.print(f"[red]{by!r}：应为 3d、2h 或 30m 这样的时长[/red]")
        raise typer.Exit(2)
    _move(by=timedelta(**{units[by[-1]]: int(by[:-1])}))


def _move(to: datetime | None = None, by: timedelta | None = None) -> None:
    from service.rehearsal import NoRehearsal, move_clock

    settings = _settings(rehearsal=True)

    async def work() -> datetime:
        if not (settings.home / "rehearsal.db").exists():
            raise NoRehearsal
        db = Database(settings.database_url)
        try:
            return await move_clock(db, MovableClock(settings.zone), to=to, by=by)
        finally:
            await db.close()

    try:
        out.print(f"演练时钟：{_run(work()):%Y-%m-%d %H:%M}")
    except NoRehearsal as error:
        out.print("[red]没有正在进行的演练，时钟不能拨。先运行 xinqiao run --rehearse[/red]")
        raise typer.Exit(1) from error


@app.command()
def doctor() -> None:
    """看看一切是否正常：设置、数据库、医院数据、模型。"""
    from learning.paths import newest_model
    from service.handbook import Handbooks

    settings = _settings()

    async def work() -> tuple[int, int]:
        db = Database(settings.database_url)
        handbook = await Handbooks(db).current()
        await db.close()
        return len(handbook.departments), len(handbook.practitioners)

    try:
        departments, doctors = _run(work())
        out.print(f"数据库：{departments} 个科室，{doctors} 位医生")
    except typer.Exit:
        out.print("先运行 make run，或 xinqiao db upgrade 和 xinqiao load hospital/")
        raise
    model = newest_model(settings.models)
    out.print(f"模型：{model.name if model else '还没有，运行 xinqiao train'}")
    out.print(f"Telegram：{'已设令牌' if settings.telegram_token else '未设 TELEGRAM_BOT_TOKEN'}")
