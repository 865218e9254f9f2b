"""Lookup tables for the model, made from the database when training."""

from pathlib import Path

import yaml

from service.handbook import Handbook


def write_lookups(handbook: Handbook, folder: Path) -> None:
    """Write the names that the hospital has now: departments, doctors, symptoms.

    Args:
        folder: ``nlu_data/lookups``; its files are made anew each time and never edited.
    """
    folder.mkdir(parents=True, exist_ok=True)
    departments = [
        name for one in handbook.departments for name in (one.name, *one.aliases) if len(name) >= 2
    ]
    symptoms = [
        term
        for entry in handbook.triage
        for term in (*entry.decisive, *entry.typical)
        if "+" not in term and "|" not in term and len(term) >= 2
    ]
    tables = {
        "department": departments,
        "doctor": [doctor.name for doctor in handbook.practitioners],
        "symptom_word": symptoms,
    }
    for name, words in tables.items():
        _write(folder / f"{name}.yml", name, sorted(set(words)))


def _write(path: Path, name: str, words: list[str]) -> None:
    examples = "".join(f"- {word}\n" for word in words)
    content = {"version": "3.1", "nlu": [{"lookup": name, "examples": examples}]}
    path.write_text(
        yaml.safe_dump(content, allow_unicode=True, default_style="|"), encoding="utf-8"
    )
