"""What to think about at a branch's size, in words, with the clause. A person reads it; nothing follows by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from services.registry.pages.common import rules
from services.shell.i18n import gettext as _
from services.shell.i18n import speech


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice; `tone` as a chip has it."""

    code: str
    text: str
    clause: str
    tone: str


def full_members(request: Request, community: str, people: Sequence[Mapping[str, Any]]) -> int:
    """How many of these are full members today."""
    rule = rules(request, community).meetings.quorum
    return sum(rule.may_vote(one["joined_on"], one["full_member_on"], speech().today) for one in people)


def advice_of(
    request: Request, community: str, people: Sequence[Mapping[str, Any]], *, led: bool = False
) -> list[Advice]:
    """The advice for a branch of these members; `led`: by a committee."""
    sizes, full = rules(request, community).branches, full_members(request, community, people)
    found = []
    for code, clause in sizes.advice(len(people), full):
        match code:
            case "too_few":
                least = sizes.stands.full_members_min
                text, tone = _("正式党员 %(full)s 人，不满 %(least)s 人", full=full, least=least), "late"
            case "form_committee" if led:
                continue
            case "form_committee":
                text, tone = _("正式党员 %(full)s 人，应设支部委员会", full=full), ""
            case _:
                text, tone = _("党员 %(members)s 人，建议分设", members=len(people)), "soon"
        found.append(Advice(code, text, clause, tone))
    return found
