"""How far the made-up office of a box has come: a note in its data directory, so that an interrupted start goes on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.box.keys import write_private

_NOTE = "demo.json"


class Progress(BaseModel):
    """The last day of the story, the last day that is written to its end, and whether everything is."""

    model_config = ConfigDict(frozen=True)

    anchor: date
    through: date | None = None
    done: bool = False


def progress_of(data: Path) -> Progress | None:
    """The note of a box that is a demonstration; None for every other."""
    note = data / _NOTE
    return Progress.model_validate_json(note.read_bytes()) if note.exists() else None


def note(data: Path, progress: Progress) -> None:
    """Write it down; on disk before this returns."""
    write_private(data / _NOTE, progress.model_dump_json().encode("utf-8"))
