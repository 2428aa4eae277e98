"""The words of a change made to many: what may be changed to what, what stands there, and why somebody is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from events.facts.bulk import BulkField
from services.registry.decide.bulk import ALREADY_SO, CHANGED_MEANWHILE, NONE_BEFORE
from services.registry.pages import words
from services.registry.project import bulk
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

FIELD: Final = {
    BulkField.BRANCH: N_("支部"),
    BulkField.KIND: N_("人员类别"),
    BulkField.MINIMUM_LIVING: N_("低保"),
    BulkField.LIVES_ALONE: N_("独居"),
    BulkField.GRID: N_("网格"),
}
CHANGED_SINCE: Final = "changed_since"
WHY: Final = {
    CHANGED_MEANWHILE: N_("看过之后有别人改过"),
    ALREADY_SO: N_("已经是这样了"),
    NONE_BEFORE: N_("原来没有填，改不回去"),
    CHANGED_SINCE: N_("这一项后来又改过"),
    "died": N_("已经去世"),
    "not_enrolled": N_("不在册"),
}
RUNNING, INTERRUPTED = "running", "interrupted"
STAGE: Final = {RUNNING: N_("正在改"), INTERRUPTED: N_("没有做完"), bulk.COMMITTED: N_("已改好")}
TONE: Final = {RUNNING: "away", INTERRUPTED: "late", bulk.COMMITTED: "done"}
_TRUTH: Final = {"true": N_("是"), "false": N_("否")}


def stage_of(row: Mapping[str, Any], *, running: bool) -> str:
    """How far it is; begun and worked on by nobody, it was interrupted."""
    if row["stage"] == bulk.COMMITTED:
        return bulk.COMMITTED
    return RUNNING if running else INTERRUPTED


def choices(
    branches: Sequence[Mapping[str, Any]], grids: Sequence[str] = ()
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What one may choose: for each field the code (`branch:<id>`, `kind:retired` …) and the words of every change."""
    truths = [(code, _(text)) for code, text in _TRUTH.items()]
    values: dict[BulkField, Sequence[tuple[str, str]]] = {
        BulkField.BRANCH: [(one["branch_id"], one["name"]) for one in branches],
        BulkField.KIND: words.options(words.KIND),
        BulkField.MINIMUM_LIVING: truths,
        BulkField.LIVES_ALONE: truths,
        BulkField.GRID: [(name, name) for name in grids],
    }
    return [
        (_(FIELD[field]), [(f"{field.value}:{code}", f"{_(FIELD[field])} → {text}") for code, text in given])
        for field, given in values.items()
        if given
    ]


def said(field: str, value: str | None, branches: Mapping[str, str]) -> str:
    """What stands in a field, in words."""
    if value is None:
        return _("没有")
    match BulkField(field):
        case BulkField.BRANCH:
            return branches.get(value) or _("另一个支部")
        case BulkField.KIND:
            return words.word(words.KIND, value)
        case BulkField.MINIMUM_LIVING | BulkField.LIVES_ALONE:
            return _(_TRUTH.get(value, value))
        case BulkField.GRID:
            return value or _("没有")
