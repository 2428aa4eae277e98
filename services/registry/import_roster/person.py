"""What a roster's row says, as the commands and facts of the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from events.facts.people import Address, Relative
from events.facts.roster_import import DoubtedRow, RejectedContent, RowRejected
from services.registry.decide.commands import Enrol, MoveAway
from services.registry.decide.details import ChangeDetails
from services.registry.roster.rows import Caution, Rejection, RosterRow

SAID_SO: Final = "花名册注明在外"
NOWHERE: Final = "未写明"
NOTE_CHARACTERS_MAX: Final = 2000
VALUE_CHARACTERS_MAX: Final = 60
"""Of a value in doubt so much is recorded: enough to find it in the sheet."""


def enrol_command(row: RosterRow, community: str, branches: Mapping[str, str]) -> Enrol:
    """The person's enrolment. `branches` gives the id of every branch that is named; what is none stays in the note."""
    nowhere = row.branch if row.branch not in branches else None
    noted = "；".join(text for text in (row.note, nowhere and f"名册写的支部：{nowhere}") if text) or None
    fields: dict[str, Any] = {
        "name": row.name,
        "sex": row.sex,
        "ethnicity": row.ethnicity,
        "id_number": row.id_number,
        "joined_on": row.joined_on,
        "full_member_on": row.full_member_on,
        "community": community,
        "branch": branches.get(row.branch) if row.branch else None,
        "kind": row.kind or "其他",
        "phone": row.phone,
        "address": Address(**row.address._asdict()) if row.address else None,
        "pension_basis_fen": row.pension_basis_fen,
        "family": _family(row),
        "lives_alone": row.lives_alone,
        "minimum_living": row.minimum_living,
        "skills": row.skills,
        "note": noted,
    }
    try:
        return Enrol.model_validate(fields)
    except ValidationError as error:
        # What the sheet allows and a card does not (an odd phone, an unknown kind) stays in the note, for a person.
        odd = {str(problem["loc"][0]) for problem in error.errors(include_input=False)}
        left = "；".join(str(fields[name]) for name in sorted(odd) if fields[name])
        note = "；".join(text for text in (noted, left) if text)
        return Enrol.model_validate(
            {name: value for name, value in fields.items() if name not in odd}
            | {"note": note[:NOTE_CHARACTERS_MAX] or None}
        )


def details_command(row: RosterRow) -> ChangeDetails | None:
    """What else the roster says of the person; None if it says nothing."""
    return ChangeDetails.model_validate(dict(row.details)) if row.details else None


def leaving(row: RosterRow, today: date) -> MoveAway:
    """The absence that the roster speaks of; since when, it does not say."""
    destination = row.destination
    return MoveAway(
        since=today,
        destination=(destination.place or destination.text if destination else "") or NOWHERE,
        reason=(destination.reason if destination else None) or SAID_SO,
    )


def rejected(one: Rejection) -> RowRejected:
    """The refusal as it is recorded, the whole row with it so that it can be handed back to be mended."""
    content = RejectedContent(value=one.value, cells=one.cells, details=dict(one.details))
    return RowRejected(
        sheet=one.sheet, row=one.row, field=one.field, reason=one.reason.value, column=one.column, content=content
    )


def doubted(one: Caution) -> DoubtedRow:
    """What should be looked at again, as it is recorded."""
    value = one.value[:VALUE_CHARACTERS_MAX]
    details = {name: text[:VALUE_CHARACTERS_MAX] for name, text in one.details.items()}
    return DoubtedRow(
        sheet=one.sheet, row=one.row, field=one.field, doubt=one.doubt.value, value=value, details=details
    )


def _family(row: RosterRow) -> tuple[Relative, ...]:
    if row.family is None or not (row.family.name or row.family.phone):
        return ()
    return (Relative(name=row.family.name or "家属", relation=row.family.relation, phone=row.family.phone),)
