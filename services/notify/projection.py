"""Which facts notify folds into which tables, and whose keys it needs for that: a line for every view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from events.facts.base import Purpose
from events.log.project import Projection, Snapshots
from services.notify.decide.notice import NOTICE
from services.notify.project import branch, cause, mourning, notice, recipient, visitor

PURPOSES: Final[Sequence[Purpose]] = ("identity", "contact")
"""Of the keys that open sealed fields, those this service holds."""

PROJECTION: Final = Projection(
    "notify",
    ("REGISTRY", "CARE", "NOTIFY"),
    [recipient.view, branch.view, visitor.view, cause.view, mourning.view, notice.view],
    [Snapshots.of(NOTICE)],
)
