"""A branch's facts as lines a person reads: what happened, when in life, when it was written, by whom."""

from __future__ import annotations

from events.facts.base import Fact, is_hidden
from events.facts.branch import (
    Absorbed,
    CommitteeElected,
    ContactSet,
    Formed,
    GroupDissolved,
    GroupFormed,
    GroupRenamed,
    KindChanged,
    Merged,
    PlacedUnder,
    Renamed,
    Split,
)
from events.log.envelope import Recorded
from services.registry.pages import words
from services.registry.pages.funds_words import funds_told
from services.registry.pages.neighbour_words import pairing_told
from services.registry.pages.timeline import Line
from services.shell.formats import day, local_day
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext


def branch_line(one: Recorded) -> Line:
    """The line of a branch's fact."""
    about = one.about
    text, tone = _told(one.fact)
    if about.reason:
        text = _("%(text)s（%(reason)s）", text=text, reason=about.reason)
    written = local_day(about.recorded)
    late = written if written != about.effective else None
    return Line(about.effective, about.recorded, text, tone, "", about.actor, late, about.id)


def _told(fact: Fact) -> tuple[str, str]:
    match fact:
        case Formed():
            return _("成立：%(name)s，%(kind)s", name=fact.name, kind=words.word(words.BRANCH, fact.kind)), "done"
        case Renamed():
            return _("改名为%(name)s", name=fact.name), ""
        case ContactSet():
            name = "" if is_hidden(fact.contact) else fact.contact.name
            return (_("联系人：%(name)s", name=name) if name else _("联系人有变")), ""
        case KindChanged():
            return _("改为%(kind)s", kind=words.word(words.BRANCH, fact.kind)), ""
        case PlacedUnder():
            return _placed(fact), ""
        case Split():
            return ngettext(
                "分设%(name)s，%(num)s 人编入", "分设%(name)s，%(num)s 人编入", fact.members, name=fact.name
            ), ""
        case Merged():
            return ngettext(
                "并入%(name)s，%(num)s 人跟去", "并入%(name)s，%(num)s 人跟去", fact.members, name=fact.name
            ), "away"
        case Absorbed():
            return ngettext(
                "%(name)s并入，%(num)s 人跟来", "%(name)s并入，%(num)s 人跟来", fact.members, name=fact.name
            ), "done"
        case CommitteeElected():
            kind = _("补选") if fact.by_election else _("换届选举")
            return _("%(kind)s，任期到%(day)s", kind=kind, day=day(fact.until, year=True)), "done"
        case _:
            return _told_of_group(fact)


def _told_of_group(fact: Fact) -> tuple[str, str]:
    match fact:
        case GroupFormed():
            return _("成立党小组：%(name)s", name=fact.name), ""
        case GroupRenamed():
            return _("党小组改名为%(name)s", name=fact.name), ""
        case GroupDissolved():
            return _("撤销党小组：%(name)s", name=fact.name), ""
        case _:
            return funds_told(fact) or (pairing_told(fact) or fact.NAME, "")


def _placed(fact: PlacedUnder) -> str:
    if fact.general_id is None:
        return _("不再属于党总支")
    return _("归到%(name)s", name=fact.name) if fact.name else _("仍属原来的党总支")
