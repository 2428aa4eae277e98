"""Compares the lines of a batch with the register: who is on the roll here, elsewhere, taken over already, unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Request

from services.registry.decide.member import Standing
from services.registry.decide.nominee import Line, number_in
from services.registry.handle.handovers import Handovers
from services.registry.pages.common import reading, registry
from services.registry.project import member, nominees
from services.shell.identity import Caller

Row = Mapping[str, Any]


class Fit(StrEnum):
    """How a line compares with the register."""

    HERE = "here"
    """On the roll of the community, by this ID number and name."""
    OTHER_NAME = "other_name"
    """On the roll of the community by this ID number, but under another name: a person compares."""
    TAKEN = "taken"
    """Taken over already, by this unit or another."""
    ELSEWHERE = "elsewhere"
    """On the roll of another community."""
    DIED = "died"
    UNKNOWN = "unknown"
    """On nobody's roll by this ID number."""
    WRONG_NUMBER = "wrong_number"
    """The number is none, or cannot be right."""


@dataclass(frozen=True, slots=True)
class Match:
    """A line compared. `record` is what the caller may see of the one that holds the number; `alike` are others of the
    community under the line's name.
    """

    fit: Fit
    record: Row | None = None
    alike: Sequence[Row] = ()


async def matches(request: Request, caller: Caller, batch: Row, lines: Mapping[int, Line]) -> dict[int, Match]:
    """Each of these lines compared with the register, as far as the caller sees it."""
    held = await Handovers(registry(request)).holders(lines)
    names = sorted({line.person.name for line in lines.values() if line.person})
    async with reading(request, caller) as db:
        seen = await nominees.records(db, sorted(set(held.values())))
        stand_for = sorted({row["merged_into"] for row in seen.values() if row["merged_into"]})
        kept = await nominees.records(db, stand_for)
        alike = await nominees.called_alike(db, names, batch["community"])
    hidden = sorted(set(held.values()) - seen.keys())
    standing = {one: state.standing for one, state in (await registry(request).states(hidden)).items()}
    found = {}
    for row, line in lines.items():
        record = seen.get(held.get(row, ""))
        if record is not None and record["merged_into"]:
            record = kept.get(record["merged_into"], record)
        fit = _fit(line, record, standing.get(held.get(row, "")), batch["community"])
        others = alike.get(line.person.name, []) if line.person else []
        taken = record["member_id"] if record else ""
        found[row] = Match(fit, record, [one for one in others if one["member_id"] != taken])
    return found


def _fit(line: Line, record: Row | None, standing: Standing | None, community: str) -> Fit:
    if line.person is None or number_in(line.person.id_number) is None:
        return Fit.WRONG_NUMBER
    if record is None:
        # The number is claimed by a record outside of the reader's scope; that it is there is all that is said.
        on_roll = standing in (Standing.ENROLLED, Standing.DIED)
        return Fit.ELSEWHERE if on_roll else Fit.UNKNOWN
    if record["state"] == member.WITHDRAWN:
        return Fit.UNKNOWN
    if record["community"] != community or record["state"] == member.MERGED:
        return Fit.ELSEWHERE
    if record["state"] == member.DEAD:
        return Fit.DIED
    if record["employer_name"]:
        return Fit.TAKEN
    same = "".join((record["name"] or "").split()) == "".join(line.person.name.split())
    return Fit.HERE if same else Fit.OTHER_NAME
