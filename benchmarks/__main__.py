"""``python -m benchmarks``: both stacks, one conversation set, one run."""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.children import Child, ChildFailed
from benchmarks.conversations import phones, read_conversations
from benchmarks.driving import Measured, drive
from benchmarks.figures import Figures, as_json, figures_of, table, targets
from benchmarks.preparing import installed_model, prepare
from benchmarks.stacks import Ours, Stack, Start, Stock

out = Console(highlight=False)


def main(
    rounds: Annotated[int, typer.Option(min=1, help="measured rounds of the set")] = 5,
    model: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="a trained model; else the installation's newest"
        ),
    ] = None,
) -> None:
    """Hold one conversation set with the stock Rasa stack and with 心桥, and compare."""
    # Without this a SIGTERM would end us before the children are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    before = [round(one, 2) for one in os.getloadavg()]
    children: list[Child] = []
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as scratch:
        try:
            ours, stock = _compare(Path(scratch), model, rounds, children)
        except (ChildFailed, TimeoutError, OSError) as error:
            out.print(str(error), style="red", markup=False)
            raise typer.Exit(1) from error
        finally:
            for child in children:
                child.stop()
    out.print(table(ours, stock))
    for target, reached in targets(ours, stock).items():
        out.print(f"{'reached' if reached else 'MISSED '}  {target}")
    load = [round(one, 2) for one in os.getloadavg()]
    busy = {"machine": {"cores": os.cpu_count(), "load_before": before, "load_after": load}}
    print(json.dumps({**as_json(ours, stock), **busy}, ensure_ascii=False))


def _compare(
    scratch: Path, model: Path | None, rounds: int, children: list[Child]
) -> tuple[Figures, Figures]:
    our_home, stock_home = prepare(scratch, model or installed_model(), children, out.print)
    ours, stock = Ours(our_home, children), Stock(stock_home, children)
    # One at a time: two that load their models side by side would take each other's processor.
    sides = [(stack, Measured(_started(stack))) for stack in (ours, stock)]
    conversations, numbers = read_conversations(), phones()
    for stack, measured in sides:
        # The first round fills caches and is not counted.
        drive(stack, conversations, numbers, Measured(measured.start))
    for number in range(1, rounds + 1):
        out.print(f"round {number} of {rounds}")
        # In turns, so that whatever else the machine does meets both alike.
        for stack, measured in sides:
            drive(stack, conversations, numbers, measured)
    (_, our_figures), (_, stock_figures) = sides
    return figures_of(our_figures), figures_of(stock_figures)


def _started(stack: Stack) -> Start:
    out.print(f"starting {stack.name}")
    return stack.start()


if __name__ == "__main__":
    typer.run(main)
