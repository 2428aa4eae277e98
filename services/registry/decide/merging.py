"""Two records of one person: merging them, taking them apart again, and saying that they are two people (ADR 30)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from events.facts.base import Fact, is_hidden
from events.facts.decision import Command, Decisions, Happened, Refused, facts, refused
from events.facts.member import (
    CONTACT_FIELDS,
    IDENTITY_FIELDS,
    Assigned,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    PensionBasisSet,
)
from events.facts.merging import Likeness, Merged, MergeSide, PaidBefore, ToldApart, Unmerged
from services.registry.decide.member import Member, Standing, evolve, unable
from services.registry.decide.values import Line, Text

MemberId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^(REGISTRY:)?[0-9]+$")]
"""`REGISTRY:42`, as a card says it: the record as it was when somebody decided."""


class Merge(Command):
    """This record is the same person as `into`, which stands for both from now on.

    `version` and `into_version` say what the two were like when somebody compared them; left out, any will do.
    """

    into: MemberId
    reason: Text
    evidence: Line | None = None
    version: Version | None = None
    into_version: Version | None = None


class Unmerge(Command):
    """This record is another person after all. `moves` names the facts that were recorded on the other one since and
    were about this one.
    """

    reason: Text
    moves: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    version: Version | None = None
    into_version: Version | None = None


class TellApart(Command):
    """Somebody compared this record with `other`: they are two people."""

    other: MemberId
    reason: Text


@dataclass(frozen=True, slots=True)
class Later:
    """A fact that was recorded on the kept record since the merge, and what that record was before it."""

    fact_id: str
    fact: Fact
    effective: date
    before: Member

    @property
    def concerns(self) -> str | None:
        """What it is about, if it can be taken back by a fact of its own kind; None for what stays where it is."""
        match self.fact:
            case ContactChanged(contact=contact):
                return None if is_hidden(contact) or self.before.contact is None else "contact"
            case DetailsCorrected(field=field) if field in CONTACT_FIELDS:
                return None if is_hidden(self.fact.contact) or self.before.contact is None else "contact"
            case DetailsCorrected(field=CorrectableField.ID_NUMBER):
                return None  # the claim on the number stays with the record that took it
            case DetailsCorrected(field=field):
                return None if is_hidden(self.fact.identity) or _stood(self.before, field) is None else field.value
            case Assigned():
                return None if self.before.branch_id is None else "branch"
            case PensionBasisSet(basis_fen=basis):
                known = any(one.since <= self.effective for one in self.before.terms.bases)
                return "pension" if known and not is_hidden(basis) else None
            case _:
                return None


def merge(absorbed: Member, kept: Member, command: Merge, today: date, *, absorbed_id: str, kept_id: str) -> Decisions:
    """Two records are one person from today on. Merged already, into this one, is no error."""
    if absorbed_id == kept_id:
        return refused("same_record")
    if absorbed.alias.into == kept_id:
        return {}
    if refusal := _not_mergeable(absorbed, kept):
        return refusal
    paid = tuple(PaidBefore(month=month, receipt_no=number) for month, number in sorted(absorbed.paid.items()))
    return {
        absorbed_id: facts(Merged(side=MergeSide.ABSORBED, other_id=kept_id, evidence=command.evidence), on=today),
        kept_id: facts(
            Merged(side=MergeSide.KEPT, other_id=absorbed_id, evidence=command.evidence, paid=paid), on=today
        ),
    }


def _not_mergeable(absorbed: Member, kept: Member) -> Refused | None:
    for one in (absorbed, kept):
        if one.alias.into is not None:
            return refused("merged", into=one.alias.into)
        if one.standing not in (Standing.ENROLLED, Standing.DIED):
            return refused("not_enrolled")
    if absorbed.alias.absorbed:
        return refused("keeps_others", others=list(absorbed.alias.absorbed))
    if absorbed.standing is Standing.DIED and kept.standing is not Standing.DIED:
        return refused("death_only_there", on=absorbed.died_on)
    return None


def unmerge(
    absorbed: Member,
    kept: Member,
    command: Unmerge,
    later: Sequence[Later],
    today: date,
    *,
    absorbed_id: str,
    kept_id: str,
) -> Decisions:
    """Two people after all: both are as they were, and what was recorded since goes where the command says.

    `later` are the kept record's facts since the merge, oldest first. Never merged, or apart again, is no error.
    """
    if absorbed.alias.into != kept_id:
        return {}
    moved = [one for one in later if one.fact_id in command.moves]
    if strangers := set(command.moves) - {one.fact_id for one in moved if one.concerns}:
        return refused("cannot_move", facts=sorted(strangers))
    if left := [one.fact_id for one in later if _left_between(one, moved, later)]:
        return refused("newer_stays", facts=left)
    named = tuple(one.fact_id for one in moved)
    apart = Unmerged(side=MergeSide.ABSORBED, other_id=kept_id, moved=named)
    if moved and (refusal := unable(evolve(absorbed, apart, today))):
        return refusal
    return {
        absorbed_id: Happened(((apart, today), *((one.fact, one.effective) for one in moved))),
        kept_id: Happened(
            ((Unmerged(side=MergeSide.KEPT, other_id=absorbed_id, moved=named), today), *_taken_back(moved))
        ),
    }


def _left_between(one: Later, moved: Sequence[Later], later: Sequence[Later]) -> bool:
    """Whether this one stays although an older one of its kind goes: what it was built on would be pulled away."""
    if one in moved or one.concerns is None:
        return False
    return any(other.concerns == one.concerns for other in moved if later.index(other) < later.index(one))


def _taken_back(moved: Sequence[Later]) -> Iterable[tuple[Fact, date]]:
    """What stood on the kept record before the first fact of each kind, from each of their days on."""
    first: dict[str, Member] = {}
    for one in moved:
        first.setdefault(one.concerns or "", one.before)
    for one in moved:
        before = first[one.concerns or ""]
        match one.fact:
            case PensionBasisSet():
                yield PensionBasisSet(basis_fen=before.terms.basis_on(one.effective) or 0), one.effective
            case Assigned():
                yield Assigned(branch_id=before.branch_id or ""), one.effective
            case DetailsCorrected(field=field) if field not in CONTACT_FIELDS:
                value, identity = _stood(before, field), field in IDENTITY_FIELDS
                yield (
                    DetailsCorrected(
                        field=field,
                        identity=value if identity else None,
                        plain=None if identity else value,
                        wrong_since=one.fact.wrong_since,
                    ),
                    one.effective,
                )
            case _ if before.contact is not None:
                yield ContactChanged(contact=before.contact), one.effective
            case _:
                raise AssertionError(f"{one.fact.TYPE} cannot be taken back")


def _stood(before: Member, field: CorrectableField) -> str | None:
    """What stood in a field, as a correction writes it; None if nothing did."""
    value = getattr(before.person if field in IDENTITY_FIELDS else before, field.value, None)
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


def tell_apart(
    one: Member, other: Member, command: TellApart, alike: Sequence[Likeness], today: date, *, one_id: str
) -> Decisions:
    """Two people, although they are `alike`. Said already, of no less than this, is no error."""
    other_id = command.other
    if one_id == other_id:
        return refused("same_record")
    for each in (one, other):
        if each.alias.into is not None:
            return refused("merged", into=each.alias.into)
        if each.standing not in (Standing.ENROLLED, Standing.DIED):
            return refused("not_enrolled")
    if set(alike) <= set(one.alias.apart.get(other_id, ())) and other_id in one.alias.apart:
        return {}
    return {
        one_id: facts(ToldApart(other_id=other_id, alike=tuple(alike)), on=today),
        other_id: facts(ToldApart(other_id=one_id, alike=tuple(alike)), on=today),
    }
