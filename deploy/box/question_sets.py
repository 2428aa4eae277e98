"""The question sets of a box: those among some files, and the folder they are kept in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from deploy.box.packs import folder_of
from services.registry.pages.question_sets import QuestionSet, Shelf, read_set
from services.shell.policy import BadPacks, Problem


def among(files: Iterable[Path]) -> dict[Path, QuestionSet]:
    """Those files that are question sets (they begin with `[set]`). Raises `BadPacks` for one that is wrong."""
    found: dict[Path, QuestionSet] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeError):
            continue  # whoever reads policy packs says so
        if not _is_set(text):
            continue
        try:
            found[file] = read_set(text, str(file))
        except BadPacks as bad:
            problems += bad.problems
    if problems:
        raise BadPacks(problems)
    return found


def _is_set(text: str) -> bool:
    try:
        return "set" in tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return any(line.strip() == "[set]" for line in text.splitlines())


def shelf(data: Path) -> Shelf:
    """Where the box keeps them."""
    return Shelf(folder_of(data, "census"))
