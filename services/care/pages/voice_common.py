"""What the pages and the API of raised items share: who may see which, the words of several, raising from a visit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from events.facts.base import is_hidden
from events.facts.care_voice import VoiceAnswered, VoiceLevel, VoiceRaised, VoiceSource
from events.log.command import Asked, Receipt
from services.care.decide.voice import RaiseVoice
from services.care.decide.voice_policy import LEVELS, VoicePolicy
from services.care.handle.voice import Voices
from services.care.pages.common import CARERS, OFFICE, care, person_row, rules
from services.care.project import record, visits, voice, voices
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.problems import Forbidden, NotFound
from services.shell.reading import reading, sought

Row = Mapping[str, Any]

HANDLERS: Final = (*OFFICE, Role.SUPERVISOR)
"""Who sees items to an answer: the office in its community, a supervisor those that have come up so far."""
Handler = Annotated[Caller, Depends(requires(*HANDLERS))]
Hearer = Annotated[Caller, Depends(requires(*CARERS, Role.SUPERVISOR))]
"""Those, and the visitor who heard it or goes to the person next."""


def handler(request: Request) -> Voices:
    """The handler of commands about raised items."""
    return Voices(care(request))


def voice_rules(request: Request, place: str) -> VoicePolicy:
    """The rules in force in a community today."""
    return rules(request, place).voice


def late_by(request: Request, caller: Caller) -> int | None:
    """For a supervisor, after how many late days an item of the community is theirs to see; None: all of them are."""
    return None if caller.has(*OFFICE) else voice_rules(request, caller.scope).climb_days


def seen_level(request: Request, row: Row) -> VoiceLevel:
    """Up to which level the item is seen today."""
    level = VoiceLevel(row["level"])
    if row["stage"] not in voice.OPEN:
        return level
    if row["stage"] in voice.TO_TELL:
        level = VoiceLevel.COMMUNITY
    return voice_rules(request, row["community"]).seen_by(level, row["due_on"], speech().today)


def may_see(request: Request, caller: Caller, row: Row) -> bool:
    """Whether the item is the caller's to see, visitors apart."""
    if caller.has(*OFFICE):
        return True
    above = row["level"] != VoiceLevel.COMMUNITY or seen_level(request, row) is not VoiceLevel.COMMUNITY
    return caller.has(Role.SUPERVISOR) and above


async def voice_row(request: Request, caller: Caller, voice_id: str) -> dict[str, Any]:
    """An item the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: voices.one(db, voice_id))
    if row is None or not (may_see(request, caller, row) or await _visits_them(request, caller, row)):
        raise NotFound(_("在您的范围内没有这件事。"))
    return row


async def _visits_them(request: Request, caller: Caller, row: Row) -> bool:
    """A visitor sees what was said to them, and what they are to tell where they go next."""
    if not caller.has(Role.VISITOR):
        return False
    if row["raised_by"] == caller.name:
        return True
    async with reading(request, caller) as db:
        return await visits.assigned_to(db, row["person_id"] or row["member_id"], caller.name)


def shown_name(caller: Caller, row: Row) -> str:
    """Who raised it; above the community the family name only. Who must know the name asks for it by a deed."""
    name = row["name"] or _("（姓名未知）")
    return name if caller.has(*CARERS) else masked(name)


def masked(name: str) -> str:
    """`王某`."""
    return _("%(family)s某", family=name[:1])


def private_of(row: Row) -> list[str]:
    """Names and numbers of a person and the family: they must not stand in the copy without names."""
    family = row.get("family") or []
    words = [row.get("name"), row.get("phone")]
    words += [one.get(part) for one in family for part in ("name", "phone")]
    return [word for word in words if word]


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Words:
    """Of one item: the copy without names, and the answer; "" where the person was erased."""

    gist: str = ""
    answer: str = ""


async def words_of(request: Request, caller: Caller, rows: Iterable[Row]) -> Mapping[str, Words]:
    """The copy without names and the answer of each, by the item's id. Nobody is named in them: whoever may see the
    item may read them, and it is not put on record.
    """
    wanted = list(rows)
    facts = await facts_at(
        request, caller, [seq for row in wanted for seq in (row["said_seq"], row["answer_seq"]) if seq]
    )
    found = {}
    for row in wanted:
        raised, answered = facts.get(row["said_seq"]), facts.get(row["answer_seq"] or 0)
        gist = raised.gist if isinstance(raised, VoiceRaised) and not is_hidden(raised.gist) else ""
        answer = answered.answer if isinstance(answered, VoiceAnswered) and not is_hidden(answered.answer) else ""
        found[row["voice_id"]] = Words(gist, answer)
    return found


async def facts_at(request: Request, caller: Caller, seqs: Sequence[int]) -> Mapping[int, Any]:
    """The facts at these places of care's log, opened; those of a page are asked for together."""
    if not seqs:
        return {}
    async with reading(request, caller) as db:
        messages = await record.envelopes(db, seqs)
    return {one.about.seq: one.fact for one in await care(request).opened(messages.values())}


# ── raising ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def raised(
    request: Request, caller: Caller, asked: Asked, member_id: str, command: RaiseVoice, visit: Row | None = None
) -> tuple[str, Receipt]:
    """Raise it: the item's id, "" if it had been raised of this visit already."""
    person = await person_row(request, caller, member_id)
    receipt = await handler(request).raise_it(
        asked, member_id, command, private=private_of(person), visit_id=visit["visit_id"] if visit else ""
    )
    return next((one.fact.voice_id for one in receipt.facts if isinstance(one.fact, VoiceRaised)), ""), receipt


def may_raise_of(caller: Caller, visit: Row) -> None:
    """Whoever heard it raises it: the office, or the visitor who was there. Errors: Forbidden."""
    if not caller.has(*OFFICE) and visit["made_by"] != caller.name:
        raise Forbidden(_("只有书记、工作人员和去的人可以把走访时说的话提上去。"))


def of_visit(command: RaiseVoice, visit: Row) -> RaiseVoice:
    """Said at the visit, on its day."""
    given = {"source": VoiceSource.VISIT, "on": visit["closed_on"] or command.on, "where": None}
    return command.model_copy(update=given)


def above_of(rules: VoicePolicy, row: Row) -> VoiceLevel | None:
    """The level that may be asked next."""
    return rules.next_level(row["topic"], VoiceLevel(row["level"]))


def levels_for(caller: Caller) -> tuple[VoiceLevel, ...]:
    """The levels whose matters are the caller's to answer."""
    return LEVELS[:1] if caller.has(*OFFICE) else LEVELS[1:]
