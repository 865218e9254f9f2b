"""The figures of a run: what they are, the table, and the JSON object."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from rich.table import Table

from benchmarks.driving import Measured

MEGABYTE = 1_000_000


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    place = -int(-share * len(ordered) // 1)  # Rounded up.
    return ordered[max(place, 1) - 1]


@dataclass(frozen=True)
class Figures:
    """One stack's figures; times in the unit that the name says, memory in megabytes of 10^6."""

    mean_ms: float
    p50_ms: float
    p99_ms: float
    fastest_ms: float
    turns_a_second_on_one_core: float
    start_cpu_seconds: float
    page_seconds: float
    ready_seconds: float
    first_reply_seconds: float
    memory_mb: float
    highest_memory_mb: float
    page_says_it_is_getting_ready: bool
    turns: int
    silent_turns: tuple[str, ...]
    bookings: int
    cases: int


def figures_of(measured: Measured) -> Figures:
    """What the measured turns amount to."""
    return Figures(
        mean_ms=round(fmean(measured.turns), 2),
        p50_ms=round(percentile(measured.turns, 0.5), 2),
        p99_ms=round(percentile(measured.turns, 0.99), 2),
        # What the machine does besides only ever adds to a turn: the fastest says most about us.
        fastest_ms=round(fmean(measured.fastest.values()), 2),
        turns_a_second_on_one_core=round(len(measured.turns) / measured.cpu, 1),
        start_cpu_seconds=round(measured.start.cpu, 1),
        page_seconds=round(measured.start.page, 2),
        ready_seconds=round(measured.start.ready, 2),
        first_reply_seconds=round(measured.start.reply, 2),
        memory_mb=round(measured.resident / MEGABYTE),
        highest_memory_mb=round(measured.highest / MEGABYTE),
        page_says_it_is_getting_ready=measured.start.announces,
        turns=len(measured.turns),
        silent_turns=tuple(measured.silent),
        bookings=measured.written["appointment"],
        cases=measured.written["case"],
    )


_ROWS = (
    ("milliseconds a turn, mean", "mean_ms", "{:.1f}"),
    ("milliseconds a turn, p50", "p50_ms", "{:.1f}"),
    ("milliseconds a turn, p99", "p99_ms", "{:.1f}"),
    ("each turn's fastest round, mean of milliseconds", "fastest_ms", "{:.1f}"),
    ("turns a second on one core", "turns_a_second_on_one_core", "{:.1f}"),
    ("seconds until the first page", "page_seconds", "{:.1f}"),
    ("seconds until ready", "ready_seconds", "{:.1f}"),
    ("seconds until the first reply", "first_reply_seconds", "{:.1f}"),
    ("processor seconds until the first reply", "start_cpu_seconds", "{:.1f}"),
    ("memory after the last round, MB", "memory_mb", "{:.0f}"),
    ("highest memory seen, MB", "highest_memory_mb", "{:.0f}"),
)


def ratios(ours: Figures, stock: Figures) -> dict[str, float]:
    """Ours divided by stock, for every row of the table."""
    return {name: round(getattr(ours, name) / getattr(stock, name), 3) for _, name, _ in _ROWS}


_Check = Callable[[Figures, dict[str, float]], bool]
_TARGETS: tuple[tuple[str, _Check], ...] = (
    (
        "at most 0.33 of the stock milliseconds a turn (p50 and mean)",
        lambda ours, ratio: max(ratio["p50_ms"], ratio["mean_ms"]) <= 0.33,
    ),
    (
        "chat page within 3 s, saying that it is getting ready",
        lambda ours, ratio: ours.page_seconds <= 3 and ours.page_says_it_is_getting_ready,
    ),
    ("first reply within 25 s", lambda ours, ratio: ours.first_reply_seconds <= 25),
    ("less than 900 MB", lambda ours, ratio: ours.highest_memory_mb < 900),
    ("every turn answered", lambda ours, ratio: not ours.silent_turns),
)


def targets(ours: Figures, stock: Figures) -> dict[str, bool]:
    """Which of the targets this run reached."""
    ratio = ratios(ours, stock)
    return {target: check(ours, ratio) for target, check in _TARGETS}


def table(ours: Figures, stock: Figures) -> Table:
    """The figures side by side."""
    shown = Table(title=f"{ours.turns} turns each")
    shown.add_column("")
    for heading in ("stock", "xinqiao", "ratio"):
        shown.add_column(heading, justify="right")
    ratio = ratios(ours, stock)
    for label, name, form in _ROWS:
        values = [form.format(getattr(side, name)) for side in (stock, ours)]
        shown.add_row(label, *values, f"{ratio[name]:.2f}")
    shown.add_section()
    for label, name in (("bookings written", "bookings"), ("cases written", "cases")):
        shown.add_row(label, str(getattr(stock, name)), str(getattr(ours, name)), "")
    shown.add_row(
        "turns without a reply", str(len(stock.silent_turns)), str(len(ours.silent_turns)), ""
    )
    return shown


def as_json(ours: Figures, stock: Figures) -> dict[str, Any]:
    """Everything, for a program that reads it."""
    return {
        "xinqiao": asdict(ours),
        "stock": asdict(stock),
        "ratio": ratios(ours, stock),
        "targets": targets(ours, stock),
    }
