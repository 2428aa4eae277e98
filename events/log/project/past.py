"""A view as it would stand if only some of the facts had happened: its own folds, run in memory for one question.

`folded` gives the rows. `standing_in` puts them before a query under the name of the view's table (a WITH clause, which
hides the table of that name), so that a question written for the living table is answered from these rows instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import CTE, Table, Text, bindparam, column, text

from events.log.envelope import Recorded
from events.log.project.columns import column_paths
from events.log.project.parts import ViewPart
from events.log.project.view import Row, View


def folded(view: View, known: Iterable[Recorded]) -> list[Row]:
    """The rows of a view after these facts, oldest first, as the engine would write them.

    What a fold refuses is left out, as it is parked in the living table.
    """
    part = ViewPart(view, empty=True)
    for one in known:
        handler = view.handlers.get(type(one.fact))
        if handler is None:
            continue
        try:
            keys = [(one.about.entity,)] if handler.keys is None else handler.keys(one.fact, one.about)
            keys = list(dict.fromkeys(tuple(key) for key in keys))
            part.missing(keys)
            part.fold(handler, keys, one.fact, one.about)
        except Exception:  # noqa: BLE001, S112 - the engine parks it, and the view goes on without it
            continue
    return part.rows()


def standing_in(table: Table, rows: Sequence[Mapping[str, Any]]) -> CTE:
    """These rows under the table's name, for `select(…).add_cte(…)`. A column that a row does not have is NULL."""
    given = ", ".join(path.given for path in column_paths(table))
    name = f"past_{table.name}"
    query = text(f"SELECT * FROM json_to_recordset(CAST(:{name} AS json)) AS r({given})")
    query = query.bindparams(bindparam(name, orjson.dumps([_plain(one) for one in rows]).decode(), Text))
    return query.columns(*(column(str(each.name)) for each in table.columns)).cte(table.name)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that came out of the database names its columns by the driver's own kind of word, which is no JSON key."""
    return {str(name): value for name, value in row.items()}
