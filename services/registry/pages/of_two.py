"""What the pages and the API about two records share: both in the scope, what they have in common, the words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from fastapi import Request

from events.facts.base import Fact
from events.facts.merging import Likeness, Merged, MergeSide, ToldApart, Unmerged
from events.log.command import Asked, Receipt
from services.registry.decide.merging import TellApart
from services.registry.handle.merging import Merging
from services.registry.pages import words
from services.registry.pages.common import doing, member_card, reading, registry, rules
from services.registry.project import likeness
from services.registry.project.likeness import Scale
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.identity import Caller

LIKENESS: Final = {
    Likeness.ID_NUMBER: N_("身份证号相同"),
    Likeness.NAME: N_("姓名相同"),
    Likeness.PINYIN: N_("姓名同音"),
    Likeness.BIRTH: N_("出生日期相同"),
    Likeness.PHONE: N_("电话相同"),
    Likeness.FAMILY_PHONE: N_("家属电话相同"),
    Likeness.ADDRESS: N_("住址相同"),
}


def alike_words(alike: Iterable[str]) -> list[str]:
    """What two records have in common, as a person reads it, what weighs most first."""
    return [words.word(LIKENESS, each) for each in alike]


def scale(request: Request, place: str) -> Scale:
    """How alike two records must be, by the rules of a place."""
    rule = rules(request, place).duplicates
    return Scale(rule.weights, rule.threshold, rule.key_people_max)


def merging(request: Request) -> Merging:
    """Who merges and takes apart."""
    return Merging(registry(request))


@asynccontextmanager
async def of_two(
    request: Request, caller: Caller, one: str, other: str, command: str, form: Mapping[str, Any] | None = None
) -> AsyncIterator[Asked]:
    """A command about two members the caller may see, each in its own community. Errors: NotFound, Forbidden."""
    card, beside = await member_card(request, caller, one), await member_card(request, caller, other)
    async with doing(request, caller, card["community"], f"{command}/{one}", form) as asked:
        yield replace(asked, communities={other: beside["community"]})


async def told_apart(
    request: Request, caller: Caller, one: str, command: TellApart, form: Mapping[str, Any] | None = None
) -> Receipt:
    """Put on record that two members are two people, and what they have in common."""
    async with of_two(request, caller, one, command.other, "told-apart", form) as asked:
        async with reading(request, caller) as db:
            found = await likeness.likeness_of(db, scale(request, caller.scope), one, command.other)
        alike = [Likeness(each) for each in found["alike"]] if found else []
        return await merging(request).tell_apart(asked, one, command, alike)


def said_of_another(fact: Fact) -> tuple[str, str] | None:
    """(words, tone) of what was said about this record and another one; None for every other fact."""
    match fact:
        case Merged(side=MergeSide.ABSORBED):
            text, tone = _("核对是同一个人，并入另一份档案"), "away"
        case Merged():
            text, tone = _("核对是同一个人，另一份档案并了进来"), "away"
        case Unmerged(side=MergeSide.ABSORBED):
            text, tone = _("撤销合并，恢复成单独的一份"), "away"
        case Unmerged():
            text, tone = _("撤销合并，并入的那份分了出去"), "away"
        case ToldApart():
            alike = _("、").join(alike_words(fact.alike))
            text, tone = _("和另一位党员核对过（%(alike)s），不是同一个人", alike=alike or "—"), ""
        case _:
            return None
    if isinstance(fact, Merged) and fact.evidence:
        text = _("%(text)s，依据：%(evidence)s", text=text, evidence=fact.evidence)
    return text, tone
