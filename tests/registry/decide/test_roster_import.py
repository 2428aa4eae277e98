from __future__ import annotations

from typing import Any

from events.facts.roster_import import ImportCommitted, ImportStarted, ImportUndone, RejectedContent, RowRejected
from services.registry.decide.roster_import import (
    ROSTER_IMPORT,
    CommitImport,
    StartImport,
    UndoImport,
    commit,
    reject_rows,
    start,
    undo,
)
from tests.given import given
from tests.registry.decide.people import TODAY

FIELDS: dict[str, Any] = {
    "filename": "名册.xlsx",
    "digest": "ab",
    "rows": 137,
    "mapping": {"姓名": "name"},
    "columns": {"名册": ("姓名",), "二支部": ("姓名",)},
}
STARTED = ImportStarted(**FIELDS)
CONTENT = RejectedContent(value="3.10104E+17", cells=("11", "蒋旺林"))
FLOAT = RowRejected(sheet="名册", row=14, field="id_number", reason="float", content=CONTENT)
NAMELESS = RowRejected(sheet="名册", row=14, field="name", reason="no_name", content=CONTENT)
DOUBLE = RowRejected(sheet="名册", row=36, field="id_number", reason="dup", content=CONTENT)
SECOND_SHEET = RowRejected(sheet="二支部", row=5, field="id_number", reason="dup", content=CONTENT)


def test_begins_once() -> None:
    given(ROSTER_IMPORT).when(lambda s: start(s, StartImport(**FIELDS), TODAY)).then(
        STARTED, on=TODAY
    ).then_again_nothing()


def test_does_not_go_on_with_another_file() -> None:
    other = StartImport(**(FIELDS | {"digest": "cd"}))
    given(ROSTER_IMPORT, STARTED).when(lambda s: start(s, other, TODAY)).then_refused("other_file")


def test_writes_down_each_refusal_once() -> None:
    everything = [FLOAT, NAMELESS, DOUBLE, SECOND_SHEET]
    given(ROSTER_IMPORT, STARTED).when(lambda s: reject_rows(s, everything, TODAY)).then(
        *everything, on=TODAY
    ).then_again_nothing()
    given(ROSTER_IMPORT, STARTED, FLOAT).when(lambda s: reject_rows(s, everything, TODAY)).then(
        NAMELESS, DOUBLE, SECOND_SHEET
    )
    given(ROSTER_IMPORT, STARTED, FLOAT, NAMELESS).when(lambda s: reject_rows(s, [DOUBLE], TODAY)).then(DOUBLE)
    given(ROSTER_IMPORT, STARTED, *everything).when(lambda s: reject_rows(s, [SECOND_SHEET], TODAY)).then_nothing()


def test_goes_on_where_it_was_though_the_register_has_changed_meanwhile() -> None:
    given(ROSTER_IMPORT, STARTED, FLOAT).when(lambda s: reject_rows(s, [DOUBLE], TODAY)).then(DOUBLE)
    given(ROSTER_IMPORT, STARTED, DOUBLE).when(lambda s: reject_rows(s, [FLOAT, DOUBLE, SECOND_SHEET], TODAY)).then(
        SECOND_SHEET
    )


def test_counts_rows_not_refusals() -> None:
    given(ROSTER_IMPORT, STARTED, FLOAT, NAMELESS, SECOND_SHEET).when(
        lambda s: commit(s, CommitImport(accepted=1), TODAY)
    ).then(ImportCommitted(accepted=1, rejected=2))


def test_is_complete_with_the_number_of_rows_refused() -> None:
    given(ROSTER_IMPORT, STARTED, FLOAT, NAMELESS, DOUBLE).when(
        lambda s: commit(s, CommitImport(accepted=130, known=5), TODAY)
    ).then(ImportCommitted(accepted=130, rejected=2, known=5), on=TODAY).then_again_nothing()


def test_is_taken_back_and_names_whom_it_left() -> None:
    command = UndoImport(withdrawn=129, kept=("m7",))
    for past in ([STARTED], [STARTED, ImportCommitted(accepted=130, rejected=2)]):
        given(ROSTER_IMPORT, *past).when(lambda s: undo(s, command, TODAY)).then(
            ImportUndone(withdrawn=129, kept=("m7",)), on=TODAY
        ).then_again_nothing()


def test_what_has_not_begun_goes_nowhere() -> None:
    given(ROSTER_IMPORT).when(lambda s: reject_rows(s, [FLOAT], TODAY)).then_refused("not_started")
    given(ROSTER_IMPORT).when(lambda s: commit(s, CommitImport(accepted=0), TODAY)).then_refused("not_started")
    given(ROSTER_IMPORT).when(lambda s: undo(s, UndoImport(withdrawn=0), TODAY)).then_refused("not_started")


def test_what_was_taken_back_is_not_completed() -> None:
    undone = ImportUndone(withdrawn=1)
    given(ROSTER_IMPORT, STARTED, undone).when(lambda s: commit(s, CommitImport(accepted=1), TODAY)).then_refused(
        "undone"
    )
