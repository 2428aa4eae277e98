"""Streams `care` and `helper`: a helper stands by a member, does something, is asked how it goes, and leaves (R15).

Beginning and ending are one append over both, so that no helper ever stands by more than the rules allow. Nothing ends
by itself: that it is time to ask again is shown, and a person asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from events.facts.care_pairing import (
    HelperKind,
    HelperPaired,
    HelpGiven,
    HelpTakenBack,
    PairingEnded,
    PairingReviewed,
)
from events.facts.decision import Decision, Decisions, Happened, facts, nothing, refused
from events.facts.helper import HelpBegun, HelpEnded, helper_of
from services.care.decide.care import not_now
from services.care.decide.cared import Cared
from services.care.decide.helper import Helper
from services.care.decide.pairing_commands import EndPairing, NoteHelp, PairHelper, ReviewPairing
from services.care.decide.pairing_state import Pairing
from services.care.decide.plan import Situation
from services.care.decide.support_policy import PairingRule


def pair(
    cared: Cared,
    helper: Helper,
    command: PairHelper,
    situation: Situation,
    rule: PairingRule,
    today: date,
    *,
    member_id: str,
    pairing_id: str,
) -> Decisions:
    """Somebody stands by the member. Twice the same helper is one pairing; nobody stands by themselves."""
    if refusal := not_now(situation, command.on, today):
        return refusal
    if command.helper_kind is HelperKind.MEMBER and command.helper == member_id:
        return refused("own_helper")
    if (stands := standing(cared.pairings, command.helper_kind, command.helper)) is not None:
        return {} if stands[1].since == command.on else refused("paired_already", since=stands[1].since)
    if len(helper.members) >= rule.members_max:
        return refused("helper_full", most=rule.members_max, clause=rule.clause)
    paired = HelperPaired(
        pairing_id=pairing_id,
        helper_kind=command.helper_kind,
        helper=command.helper,
        why=command.why,
        clause=rule.clause_review,
    )
    return {
        member_id: facts(paired, on=command.on),
        helper_of(command.helper_kind, command.helper): facts(
            HelpBegun(pairing_id=pairing_id, member_id=member_id), on=command.on
        ),
    }


def standing(pairings: Mapping[str, Pairing], kind: HelperKind, helper: str) -> tuple[str, Pairing] | None:
    """The pairing with this helper that has not ended, and its id."""
    for name, one in pairings.items():
        if (one.helper_kind, one.helper, one.ended_on) == (kind, helper, None):
            return name, one
    return None


def note_help(cared: Cared, pairing_id: str, entry_id: str, command: NoteHelp, today: date) -> Decision:
    """What was done while the pairing stood; the same kind on the same day, without a word to it, is the same."""
    one = cared.pairings.get(pairing_id)
    if one is None:
        return refused("no_pairing")
    if entry_id in one.entries or ((command.on, command.kind) in one.entries.values() and command.note is None):
        return nothing()
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < one.since:
        return refused("before_pairing", since=one.since)
    if one.ended_on is not None and command.on > one.ended_on:
        return refused("pairing_ended", on=one.ended_on)
    given = HelpGiven(pairing_id=pairing_id, entry_id=entry_id, kind=command.kind, note=command.note)
    return facts(given, on=command.on)


def take_back(cared: Cared, pairing_id: str, entry_id: str, today: date) -> Decision:
    """The entry was a slip."""
    one = cared.pairings.get(pairing_id)
    if one is None:
        return refused("no_pairing")
    if entry_id not in one.entries:
        return nothing()
    return facts(HelpTakenBack(pairing_id=pairing_id, entry_id=entry_id), on=today)


def review(cared: Cared, pairing_id: str, command: ReviewPairing, by: str, today: date) -> Decision:
    """It goes on; the next time is counted from that day."""
    one = cared.pairings.get(pairing_id)
    if one is None:
        return refused("no_pairing")
    if one.ended_on is not None:
        return refused("pairing_ended", on=one.ended_on)
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < one.since:
        return refused("before_pairing", since=one.since)
    if one.looked_on == command.on and command.on != one.since:
        return nothing()
    return facts(PairingReviewed(pairing_id=pairing_id, reviewed_by=by), on=command.on)


def end(
    cared: Cared, helper: Helper, pairing_id: str, command: EndPairing, today: date, *, member_id: str
) -> Decisions:
    """It is over; the helper is free for somebody else."""
    one = cared.pairings.get(pairing_id)
    if one is None:
        return refused("no_pairing")
    if one.ended_on is not None:
        return {} if one.ended_on == command.on else refused("pairing_ended", on=one.ended_on)
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < one.since:
        return refused("before_pairing", since=one.since)
    ended = PairingEnded(pairing_id=pairing_id, why=command.why)
    decided: dict[str, Happened] = {member_id: facts(ended, on=command.on)}
    if pairing_id in helper.members:
        decided[helper_of(one.helper_kind, one.helper)] = facts(HelpEnded(pairing_id=pairing_id), on=command.on)
    return decided


def review_due(looked_on: date, rule: PairingRule) -> date:
    """By when somebody asks again."""
    return looked_on + timedelta(days=rule.review_days)
