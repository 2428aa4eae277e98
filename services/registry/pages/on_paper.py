"""How printed sheets write days, money and hours: in Chinese, in whatever language the office reads its pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

PAPER: Final = Path(__file__).resolve().parents[1] / "paper"
"""Where the registry's templates stand."""


def written(on: date | None) -> str:
    """`2026年11月21日`."""
    return f"{on.year}年{on.month}月{on.day}日" if on else "—"


def short(on: date | None) -> str:
    """`11月21日`."""
    return f"{on.month}月{on.day}日" if on else "—"


def amount(fen: int | None) -> str:
    """`17.10`, in yuan."""
    return "—" if fen is None else f"{fen / 100:,.2f}"


def hours(minutes: int) -> str:
    """`1.5`; two digits at most after the point."""
    return f"{round(minutes / 60, 2):g}"
