"""Measuring with files of labelled cases, one JSON object a line.

Formats: intents ``{"text", "intent"}``; triage ``{"text", "best", "acceptable", "patient"?}`` where
``best`` may be ``ASK``; safety ``{"text", "emergency"}``; dates ``{"text", "now", "dates", "period",
"time", "ask"}``. Further keys are ignored.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from learning.paths import newest_model
from service import safety
from service.facts import PatientFacts
from service.handbook import Handbook
from service.settings import Settings
from service.triage import find_departments
from service.when import read_when

Case = dict[str, Any]
Figures = dict[str, Any]
KINDS = ("intents", "triage", "safety", "dates")


class BadCases(ValueError):
    """The file is not of the form that is expected; says the line."""


def evaluate_file(
    kind: str,
    file: Path,
    settings: Settings,
    handbook: Handbook | None,
    errors: Path | None,
    out: Console,
) -> Figures:
    """Measure with one file, print a table, and return the figures.

    Args:
        handbook: needed for intents and triage.
        errors: where wrong answers are written to, a JSON object a line.

    Raises:
        BadCases: the file cannot be read.
    """
    cases = list(_read(file, kind))
    judge: Callable[[Sequence[Case]], tuple[Figures, list[Case]]] = {
        "intents": lambda rows: _intents(rows, settings),
        "triage": lambda rows: _triage(rows, _needed(handbook)),
        "safety": lambda rows: _safety(rows, settings),
        "dates": lambda rows: _dates(rows),
    }[kind]
    figures, wrong = judge(cases)
    if errors is not None:
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in wrong)
        errors.write_text("".join(lines), encoding="utf-8")
    table = Table("指标", "值", title=f"{file.name}（{len(cases)} 条）")
    for name, value in figures.items():
        if not isinstance(value, dict):
            table.add_row(name, str(value))
    out.print(table)
    return {"kind": kind, "cases": len(cases), **figures}


_KEYS: dict[str, dict[str, type]] = {
    "intents": {"text": str, "intent": str},
    "triage": {"text": str, "best": str, "acceptable": list},
    "safety": {"text": str, "emergency": bool},
    "dates": {"text": str, "now": str, "dates": list, "ask": bool},
}


def _read(file: Path, kind: str) -> Iterator[Case]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadCases(f"{file.name}：应为一个 UTF-8 文本文件") from error
    # str.splitlines() also splits at U+2028, which JSON allows inside a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadCases(f"{file.name} 第 {number} 行：应为一个 JSON 对象") from error
        for key, of in _KEYS[kind].items():
            if not isinstance(case, dict) or not isinstance(case.get(key), of):
                raise BadCases(f"{file.name} 第 {number} 行：应有 {key}（{of.__name__}）")
        yield case


def _needed(handbook: Handbook | None) -> Handbook:
    if handbook is None:
        raise BadCases("数据库里还没有医院数据")
    return handbook


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _intents(cases: Sequence[Case], settings: Settings) -> tuple[Figures, list[Case]]:
    """The intent that the model ranks first, whatever its confidence."""
    from sklearn.metrics import f1_score, precision_recall_fscore_support

    from bot.engine.embedded import EmbeddedEngine

    model = newest_model(settings.models)
    if model is None:
        raise BadCases("还没有模型，先运行 xinqiao train")
    engine = EmbeddedEngine(model, [])

    async def predict() -> list[str]:
        return [best_intent(await engine.parse(case["text"])) for case in cases]

    predicted = asyncio.run(predict())
    truth = [case["intent"] for case in cases]
    wrong = [
        {**case, "predicted": guess}
        for case, guess in zip(cases, predicted, strict=True)
        if guess != case["intent"]
    ]
    labels = sorted(set(truth))
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=labels, zero_division=0
    )
    return {
        "accuracy": _share(len(cases) - len(wrong), len(cases)),
        "macro_f1": round(
            float(f1_score(truth, predicted, labels=labels, average="macro", zero_division=0)), 4
        ),
        "per_intent": {
            label: {
                "precision": round(float(precision[place]), 4),
                "recall": round(float(recall[place]), 4),
                "f1": round(float(f1[place]), 4),
                "support": int(support[place]),
            }
            for place, label in enumerate(labels)
        },
    }, wrong


def best_intent(parsed: dict[str, Any]) -> str:
    """The likeliest intent, the fallback's doubt left aside."""
    ranking = [str(one["name"]) for one in parsed.get("intent_ranking", [])]
    first = str(parsed["intent"]["name"])
    return next((name for name in ranking if name != "nlu_fallback"), first)


def _triage(cases: Sequence[Case], handbook: Handbook) -> tuple[Figures, list[Case]]:
    """Top-1 and top-3 against ``acceptable``; a question is right when ``best`` is ``ASK``."""
    first = among = 0
    wrong = []
    for case in cases:
        told = case.get("patient") or {}
        facts = PatientFacts(told.get("age"), told.get("sex"), told.get("pregnant"))
        advice = find_departments(handbook, case["text"], facts)
        names = [one.department.name for one in advice.suggestions]
        asks = advice.question is not None or not names
        if case["best"] == "ASK":
            right = right_among = asks
        else:
            right = not asks and names[0] in case["acceptable"]
            right_among = not asks and any(name in case["acceptable"] for name in names)
        first, among = first + right, among + right_among
        if not right:
            wrong.append({**case, "answered": ["ASK"] if asks else names})
    return {"top1": _share(first, len(cases)), "top3": _share(among, len(cases))}, wrong


def _safety(cases: Sequence[Case], settings: Settings) -> tuple[Figures, list[Case]]:
    """As in a chat: the rules first, then the model where no rule fires and it is sure."""
    wrong = []
    unseen = [case["text"] for case in cases if safety.check(case["text"]) is None]
    by_model = _dangers_of_the_model(unseen, settings)
    counts = {(truth, seen): 0 for truth in (True, False) for seen in (True, False)}
    for case in cases:
        danger = safety.check(case["text"])
        rule = danger.rule if danger else "model" if case["text"] in by_model else None
        counts[case["emergency"], rule is not None] += 1
        if case["emergency"] != (rule is not None):
            wrong.append({**case, "rule": rule})
    missed, seen = counts[True, False], counts[True, True]
    false, quiet = counts[False, True], counts[False, False]
    return {
        "recall": _share(seen, seen + missed),
        "false_alarm": _share(false, false + quiet),
        "missed": missed,
        "false_alarms": false,
    }, wrong


def _dangers_of_the_model(texts: Sequence[str], settings: Settings) -> set[str]:
    """The texts in which the model is sure of danger; none while there is no model."""
    model = newest_model(settings.models)
    if model is None or not texts:
        return set()
    from bot.engine.embedded import EmbeddedEngine

    engine = EmbeddedEngine(model, [])

    async def predict() -> set[str]:
        parsed = [(text, (await engine.parse(text))["intent"]) for text in texts if text.strip()]
        return {
            text
            for text, intent in parsed
            if safety.believes(text, intent["name"], intent["confidence"])
        }

    return asyncio.run(predict())


def _dates(cases: Sequence[Case]) -> tuple[Figures, list[Case]]:
    """Right: the same days, the same half-day where one is given, asking exactly when due."""
    wrong = []
    asked_right = 0
    for case in cases:
        when = read_when(case["text"], datetime.fromisoformat(case["now"]))
        days = {date.fromisoformat(day) for day in case["dates"]}
        period = case.get("period")
        same_ask = when.ask == case["ask"]
        right = same_ask and (
            case["ask"] or (set(when.days) == days and period in (None, when.period))
        )
        asked_right += same_ask
        if not right:
            wrong.append(
                {
                    **case,
                    "read": [day.isoformat() for day in when.days],
                    "read_period": when.period,
                    "read_ask": when.ask,
                }
            )
    return {
        "accuracy": _share(len(cases) - len(wrong), len(cases)),
        "ask": _share(asked_right, len(cases)),
    }, wrong
