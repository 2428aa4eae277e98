"""The words for codes of the organisation: levels of units, and why something about them was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.branch import Post
from events.facts.unit import UnitLevel
from services.registry.pages import words
from services.registry.pages.words import word
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _

LEVEL: Final = {
    UnitLevel.CITY: N_("市"),
    UnitLevel.DISTRICT: N_("区县"),
    UnitLevel.STREET: N_("街道"),
    UnitLevel.COMMUNITY: N_("社区"),
}

POST: Final = {
    Post.SECRETARY: N_("书记"),
    Post.DEPUTY: N_("副书记"),
    Post.ORGANISATION: N_("组织委员"),
    Post.PUBLICITY: N_("宣传委员"),
    Post.DISCIPLINE: N_("纪检委员"),
    Post.MEMBER: N_("委员"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


def _counts(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: details.get(name) for name in ("most", "members")}


SENTENCES: Final[Sentences] = {
    **words.SENTENCES,
    "branch_closed": lambda d: _("%(name)s已于%(on)s并入别的支部，不能再改。", name=d.get("name"), on=_on(d.get("on"))),
    "general_branch": lambda d: _("%(name)s是党总支，下面是支部，党员编在支部里。", name=d.get("name")),
    "no_general_branch": lambda d: _("%(name)s不是党总支。", name=d.get("name")),
    "into_itself": lambda d: _("不能并入它自己。"),
    "other_community": lambda d: _("两个支部不在同一个社区，不能合并。"),
    "not_in_branch": lambda d: ngettext(
        "选中的人里有 %(num)s 位现在不在%(branch)s。",
        "选中的人里有 %(num)s 位现在不在%(branch)s。",
        len(d.get("member_ids", ())),
        branch=d.get("name"),
    ),
    "before_last_move": lambda d: _("这些人里有人在%(since)s还有变动，不能写得更早。", since=_on(d.get("since"))),
    "too_many_at_once": lambda d: _("一次最多 %(most)s 人，这里有 %(members)s 人。", **_counts(d)),
    "no_group": lambda d: _("这个支部没有这个党小组。"),
    "group_exists": lambda d: _("已经有一个党小组叫%(name)s。", name=d.get("name")),
    "before_last_election": lambda d: _("%(since)s已经选过一次，不能写得更早。", since=_on(d.get("since"))),
    "not_full_members": lambda d: ngettext(
        "选出的人里有 %(num)s 位到%(on)s还不是正式党员。",
        "选出的人里有 %(num)s 位到%(on)s还不是正式党员。",
        len(d.get("member_ids", ())),
        on=_on(d.get("on")),
    ),
    "no_term": lambda d: _("%(branch)s没有在任期内的支委会，不能补选。请记一次换届。", branch=d.get("name")),
    "before_last_name": lambda d: _("从%(since)s起才是这个名称，不能写得更早。", since=_on(d.get("since"))),
    "level_not_below": lambda d: _(
        "上一级“%(parent)s”是%(level)s，它下面不能是这一级。",
        parent=d.get("parent"),
        level=word(LEVEL, d.get("parent_level")),
    ),
}
"""Refusal code -> the sentence a person reads; what is refused elsewhere too is said as it is there."""
