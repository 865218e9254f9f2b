"""Comparing NLU pipelines on the test set: ``python -m benchmarks.nlu [NAME ...]``.

Names are those of ``benchmarks/pipelines/*.yml``, and ``chosen`` for ``config.yml``. Each is trained
and measured in a process of its own. Printed for each: intent accuracy and macro F1, entity F1 (the
same kind over the same characters in part), seconds to train and to load, milliseconds a parse,
resident memory after parsing in MB.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def main(names: list[str]) -> None:
    """Measure the named pipelines, all of them when none is named."""
    found = {path.stem: path for path in (ROOT / "benchmarks" / "pipelines").glob("*.yml")}
    found["chosen"] = ROOT / "config.yml"
    for name in names or sorted(found):
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "benchmarks.nlu",
            "--one",
            str(found[name]),
        ]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        print(name, done.stdout.strip().splitlines()[-1], flush=True)


def measure(config: Path) -> dict[str, Any]:
    """Train one pipeline on ``nlu_data`` and measure it on ``tests/nlu``."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    import psutil
    from rasa.model_training import train_nlu
    from rasa.shared.nlu.training_data.loading import load_data
    from sklearn.metrics import f1_score

    with tempfile.TemporaryDirectory() as folder:
        data = [ROOT / "nlu_data" / name for name in ("nlu", "lookups")]
        joined = Path(folder) / "data"
        joined.mkdir()
        for part in data:
            (joined / part.name).symlink_to(part)
        began = time.perf_counter()
        model = train_nlu(str(config), str(joined), folder, domain=str(ROOT / "domain.yml"))
        trained = time.perf_counter() - began
        from bot.engine.embedded import EmbeddedEngine

        began = time.perf_counter()
        engine = EmbeddedEngine(Path(str(model)), [])
        loaded = time.perf_counter() - began
    cases = [
        case
        for path in sorted((ROOT / "tests" / "nlu").glob("*.yml"))
        for case in load_data(str(path)).intent_examples
    ]
    asyncio.run(engine.parse("您好"))
    began = time.perf_counter()
    parsed = asyncio.run(_parse_all(engine, [case.get("text") for case in cases]))
    spent = (time.perf_counter() - began) * 1000 / len(cases)
    truth = [case.get("intent") for case in cases]
    guessed = [_best(one) for one in parsed]
    right = sum(a == b for a, b in zip(truth, guessed, strict=True))
    return {
        "intent_accuracy": round(right / len(cases), 4),
        "intent_macro_f1": round(float(f1_score(truth, guessed, average="macro")), 4),
        "entity_f1": round(_entity_f1([case.get("entities") or [] for case in cases], parsed), 4),
        "train_seconds": round(trained, 1),
        "load_seconds": round(loaded, 1),
        "parse_milliseconds": round(spent, 2),
        "memory_mb": round(psutil.Process().memory_info().rss / 2**20),
    }


async def _parse_all(engine: Any, texts: list[str]) -> list[dict[str, Any]]:
    return [await engine.parse(text) for text in texts]


def _best(parsed: dict[str, Any]) -> str:
    ranking = [one["name"] for one in parsed.get("intent_ranking", [])]
    return next((name for name in ranking if name != "nlu_fallback"), parsed["intent"]["name"])


def _entity_f1(truth: list[list[dict[str, Any]]], parsed: list[dict[str, Any]]) -> float:
    found = right = wanted = hit = 0
    for true, one in zip(truth, parsed, strict=True):
        guesses = [e for e in one["entities"] if e["entity"] in _KINDS]
        found, wanted = found + len(guesses), wanted + len(true)
        right += sum(any(_same(guess, known) for known in true) for guess in guesses)
        hit += sum(any(_same(guess, known) for guess in guesses) for known in true)
    precision, recall = right / max(found, 1), hit / max(wanted, 1)
    return 2 * precision * recall / max(precision + recall, 1e-9)


_KINDS = ("department", "doctor", "date", "period", "symptom", "person")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    overlap = one["start"] < other["end"] and other["start"] < one["end"]
    return overlap and one["entity"] == other["entity"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main(sys.argv[1:])
