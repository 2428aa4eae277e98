"""What a batch is folded into: the rows of a view, or the snapshots. Rows are loaded and written in bulk, by key.

A part works on the rows of one batch (`_working`) and keeps them for later ones (`_kept`) only after the commit, so
a batch that was rolled back leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import orjson
from asyncpg import Connection
from pydantic import TypeAdapter

from events.facts.base import HIDDEN, Fact
from events.log.envelope import About, digest
from events.log.port import Message
from events.log.project.ddl import LIVE
from events.log.project.view import SNAPSHOT, Handler, Key, Row, Snapshots, View
from events.log.recent import Recent

ROWS_KEPT_MAX: Final = 5_000
"""Rows each view keeps in memory between batches; about 1 kB each."""
_UNKNOWN: Final = object()


class Part(Protocol):
    """One table's share of a batch: `load`, any number of folds, `write`; then `keep` or `drop`."""

    name: str

    async def load(self, connection: Connection[Any], keys: Iterable[Key]) -> None:
        """Have the rows of these keys at hand."""
        ...

    async def write(self, connection: Connection[Any]) -> None:
        """Write what the folds changed: one statement for rows, one for rows that are gone."""
        ...

    def keep(self) -> None:
        """The batch is committed."""
        ...

    def drop(self) -> None:
        """The batch is rolled back."""
        ...

    def forget(self) -> None:
        """Somebody else wrote meanwhile: load everything again."""
        ...


class _Rows:
    """Rows by key: those of this batch, and the most recently used of the batches before."""

    def __init__(self, *, empty: bool) -> None:
        self._kept: Recent[Key, Any] = Recent(ROWS_KEPT_MAX)
        self._working: dict[Key, Any] = {}
        self._dirty: set[Key] = set()
        self._complete = empty
        """The table holds nothing that is not in `_kept`: an unknown key has no row, and need not be asked for."""

    def missing(self, keys: Iterable[Key]) -> list[Key]:
        """Take these keys into the batch; those whose rows must be read first."""
        ask = []
        known, working = self._kept.get, self._working
        for key in keys:
            if key not in working:
                row = known(key, _UNKNOWN)
                if row is not _UNKNOWN:
                    working[key] = row
                elif self._complete:
                    working[key] = None
                else:
                    ask.append(key)
        return ask

    def keep(self) -> None:
        """The batch is committed, or will be: its rows are the most recently used, and none of them is let go."""
        if self._kept.put(self._working):
            self._complete = False
        self.drop()

    def drop(self) -> None:
        """Forget the batch."""
        self._working = {}
        self._dirty = set()

    def forget(self) -> None:
        """Forget everything."""
        self.drop()
        self._kept.clear()
        self._complete = False


class ViewPart(_Rows):
    """The rows of one view in one schema."""

    def __init__(self, view: View, schema: str = LIVE, *, empty: bool = False) -> None:
        super().__init__(empty=empty)
        self.name = view.name
        self._columns = view.columns
        self._in_order = tuple(column.name for column in view.columns)
        self._names = frozenset(self._in_order)
        self._keys = view.key_columns
        self._has_community = "community" in self._names
        self._decoders = [(c.name, c.kind.decode) for c in view.columns if c.kind.decode is not None]
        table = f'{schema}."{view.table.name}"'
        given = ", ".join(column.given for column in view.columns if column.name in self._keys)
        pairs = " AND ".join(f't."{name}" = k."{name}"' for name in self._keys)
        keys = f"json_to_recordset($1::json) AS k({given})"
        self._select = f"SELECT {', '.join(c.read for c in view.columns)} FROM {table} t JOIN {keys} ON {pairs}"
        self._delete = f"DELETE FROM {table} t USING {keys} WHERE {pairs}"
        self._upsert = _upsert_sql(view, table)

    async def load(self, connection: Connection[Any], keys: Iterable[Key]) -> None:
        """See `Part.load`."""
        missing = self.missing(keys)
        if not missing:
            return
        for record in await connection.fetch(self._select, self._as_json(missing)):
            row = dict(zip(self._in_order, record, strict=True))  # half of what `dict(record)` takes
            for name, decode in self._decoders:
                if row[name] is not None:
                    row[name] = decode(row[name])
            self._working[tuple([row[name] for name in self._keys])] = row
        for key in missing:
            self._working.setdefault(key, None)

    def fold(self, handler: Handler, keys: Sequence[Key], fact: Fact, about: About) -> None:
        """One fact into its rows, all or none. Raises what the fold raises, or `ValueError` on an unknown column."""
        if len(keys) == 1:
            self._fold_one(handler, keys[0], fact, about)
            return
        before = [(key, self._working[key]) for key in keys]
        try:
            for key in keys:
                self._fold_one(handler, key, fact, about)
        except Exception:  # told on, once the rows stand as they stood
            self._working.update(before)
            raise

    def _fold_one(self, handler: Handler, key: Key, fact: Fact, about: About) -> None:
        before = self._working[key]
        copy = None if before is None else dict(before)
        after: Row | None = (
            handler.fold(copy, fact, about, key) if handler.wants_key else handler.fold(copy, fact, about)
        )
        if after is None:
            if before is not None:
                self._working[key] = None
                self._dirty.add(key)
            return
        self._working[key] = self._completed(after, key, fact, about)
        self._dirty.add(key)

    def _completed(self, row: Row, key: Key, fact: Fact, about: About) -> Row:
        row.update(zip(self._keys, key, strict=True))
        if self._has_community and row.get("community") is None:
            row["community"] = about.community
        if not self._names.issuperset(row):
            raise ValueError(f"{self.name} has no column {', '.join(sorted(row.keys() - self._names))}")
        if any(getattr(fact, name) is HIDDEN for name in fact.SEALED):
            for name, value in row.items():
                if value is HIDDEN:
                    row[name] = None
        return row

    async def write(self, connection: Connection[Any]) -> None:
        """See `Part.write`."""
        working = self._working
        gone = [key for key in self._dirty if working[key] is None]
        rows = [row for key in self._dirty if (row := working[key]) is not None]
        if gone:
            await connection.execute(self._delete, self._as_json(gone))
        if rows:
            await connection.execute(self._upsert, orjson.dumps(rows).decode())

    def rows(self) -> list[Row]:
        """The rows of this batch, as they stand now."""
        return [row for row in self._working.values() if row is not None]

    def _as_json(self, keys: Sequence[Key]) -> str:
        return orjson.dumps([dict(zip(self._keys, key, strict=True)) for key in keys]).decode()


class SnapshotPart(_Rows):
    """State, last sequence and last hash of every entity of the own streams."""

    name = SNAPSHOT

    def __init__(self, snapshots: Sequence[Snapshots[Any]], schema: str = LIVE, *, empty: bool = False) -> None:
        super().__init__(empty=empty)
        self._of = {one.stream: one for one in snapshots}
        self._adapters = {one.stream: TypeAdapter(one.model) for one in snapshots}
        self._select = (
            f"SELECT entity, stream, community::text, seq, hash, state::text FROM {schema}.{SNAPSHOT} "
            "WHERE entity = ANY($1::text[])"
        )
        # Arrays, unlike a view's rows: the state is one text, which JSON around it would only have to be cut out of.
        self._upsert = (
            f"INSERT INTO {schema}.{SNAPSHOT} (entity, stream, community, seq, hash, state) "
            "SELECT u.entity, u.stream, u.community::ltree, u.seq, u.hash, u.state::jsonb "
            "FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[]) "
            "AS u(entity, stream, community, seq, hash, state) "
            "ON CONFLICT (entity) DO UPDATE SET "
            "community = EXCLUDED.community, seq = EXCLUDED.seq, hash = EXCLUDED.hash, state = EXCLUDED.state"
        )

    def holds(self, stream: str) -> bool:
        """True if snapshots of this stream are kept."""
        return stream in self._of

    async def load(self, connection: Connection[Any], keys: Iterable[Key]) -> None:
        """See `Part.load`."""
        missing = self.missing(keys)
        if not missing:
            return
        for row in await connection.fetch(self._select, [key[0] for key in missing]):
            state = self._adapters[row["stream"]].validate_json(row["state"])
            self._working[(row["entity"],)] = (row["stream"], row["community"], state, None, row["seq"], row["hash"])
        for key in missing:
            self._working.setdefault(key, None)

    def fold(self, stream: str, key: Key, fact: Fact, about: About, message: Message) -> None:
        """One fact into its entity's state."""
        known = self._working[key]
        state = self._of[stream].initial if known is None else known[2]
        state = self._of[stream].evolve(state, fact, about.effective)
        self._working[key] = (stream, about.community, state, message, message.seq, None)
        self._dirty.add(key)

    def pass_over(self, stream: str, key: Key, message: Message) -> None:
        """A fact that could not be folded: the state stays, but the next append must know that it stands there."""
        known = self._working[key]
        community, state = ("", self._of[stream].initial) if known is None else (known[1], known[2])
        self._working[key] = (stream, community, state, message, message.seq, None)
        self._dirty.add(key)

    async def write(self, connection: Connection[Any]) -> None:
        """See `Part.write`."""
        if not self._dirty:
            return
        rows = [self._as_row(key[0], self._working[key]) for key in self._dirty]
        await connection.execute(self._upsert, *[list(values) for values in zip(*rows, strict=True)])

    def _as_row(self, entity: str, known: Any) -> tuple[str, str, str, int, str, str]:
        stream, community, state, message, seq, _ = known
        text = self._adapters[stream].dump_json(state, fallback=_null_if_hidden).decode()
        return entity, stream, community, seq, digest(message.body), text


def _null_if_hidden(value: Any) -> None:
    """What this service cannot read is stored as null; anything else that is no JSON is a mistake."""
    if value is not HIDDEN:
        raise ValueError(f"{type(value).__name__} in a state")


def _upsert_sql(view: View, table: str) -> str:
    names = [f'"{column.name}"' for column in view.columns]
    keys = ", ".join(f'"{name}"' for name in view.key_columns)
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in names if name.strip('"') not in view.key_columns)
    action = f"DO UPDATE SET {changed}" if changed else "DO NOTHING"
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(names)} "
        f"FROM json_to_recordset($1::json) AS u({', '.join(column.given for column in view.columns)}) "
        f"ON CONFLICT ({keys}) {action}"
    )
