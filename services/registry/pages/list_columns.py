"""The columns a list of the register may be taken out with: what stands at the head, and what of a card stands below.

What a page masks is masked here as well, unless the column says that it is `secret`: then why it is wanted is asked,
and written down for each person, before anything is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.registry.decide.policy import CompletenessPolicy
from services.registry.pages import words
from services.registry.pages.completeness import percent_of
from services.shell.formats import mask_phone, years_since
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: the card, the whole ID number where it was asked for, and what completeness weighs."""

    card: Card
    id_number: str
    policy: CompletenessPolicy


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column. `usual`: chosen where nobody has chosen yet. `secret`: in clear what pages mask."""

    label: str
    cell: Callable[[Listed], Any]
    usual: bool = False
    secret: bool = False


def _plain(label: str, name: str, *, usual: bool = False) -> ListColumn:
    return ListColumn(label, lambda one: one.card[name], usual)


def _worded(label: str, name: str, said: Mapping[Any, str], *, usual: bool = False) -> ListColumn:
    return ListColumn(label, lambda one: words.word(said, one.card[name]) if one.card[name] else None, usual)


def _flag(label: str, name: str) -> ListColumn:
    return ListColumn(label, lambda one: _("是") if one.card[name] else None)


def _family(card: Card, phone: Callable[[str], str]) -> str:
    told = (
        " ".join(filter(None, (one["relation"], one["name"], phone(one["phone"]) if one["phone"] else "")))
        for one in card["family"] or ()
    )
    return "；".join(told)


COLUMNS: Final[Mapping[str, ListColumn]] = {
    "name": _plain(N_("姓名"), "name", usual=True),
    "sex": _worded(N_("性别"), "sex", words.SEX, usual=True),
    "age": ListColumn(
        N_("年龄"), lambda one: years_since(one.card["birth"]) if one.card["birth"] else None, usual=True
    ),
    "birth": _plain(N_("出生日期"), "birth"),
    "ethnicity": _plain(N_("民族"), "ethnicity"),
    "id_masked": _plain(N_("身份证号（中间隐去）"), "id_masked", usual=True),
    "id_number": ListColumn(N_("身份证号（完整）"), lambda one: one.id_number, secret=True),
    "branch": _plain(N_("支部"), "branch", usual=True),
    "kind": _worded(N_("人员类别"), "kind", words.KIND, usual=True),
    "state": _worded(N_("状态"), "state", words.STATE, usual=True),
    "away_to": _plain(N_("去向"), "away_to", usual=True),
    "joined_on": _plain(N_("入党日期"), "joined_on", usual=True),
    "full_member_on": _plain(N_("转正日期"), "full_member_on", usual=True),
    "phone_masked": ListColumn(
        N_("电话（中间隐去）"), lambda one: mask_phone(one.card["phone"]) if one.card["phone"] else None, usual=True
    ),
    "phone": ListColumn(N_("电话（完整）"), lambda one: one.card["phone"], secret=True),
    "family_masked": ListColumn(N_("家属（电话中间隐去）"), lambda one: _family(one.card, mask_phone)),
    "family": ListColumn(N_("家属（电话完整）"), lambda one: _family(one.card, str), secret=True),
    "address": _plain(N_("住址"), "address", usual=True),
    "building": _plain(N_("楼号"), "building"),
    "room": _plain(N_("室号"), "room"),
    "lives_alone": _flag(N_("独居"), "lives_alone"),
    "minimum_living": _flag(N_("低保"), "minimum_living"),
    "registered_address": _plain(N_("户籍地址"), "registered_address"),
    "grid": _plain(N_("网格"), "grid"),
    "education": _plain(N_("学历"), "education"),
    "former_unit": _plain(N_("原工作单位"), "former_unit"),
    "former_post": _plain(N_("原职务"), "former_post"),
    "skills": ListColumn(N_("特长"), lambda one: "、".join(one.card["skills"] or ())),
    "interests": ListColumn(N_("兴趣"), lambda one: "、".join(one.card["interests"] or ())),
    "note": _plain(N_("备注"), "note"),
    "last_contact": _plain(N_("最近见到"), "last_contact", usual=True),
    "completeness": ListColumn(N_("完整度"), lambda one: percent_of(one.card, one.policy), usual=True),
}
"""By the name under which a choice is remembered; the order is that of the sheet."""

USUAL: Final = tuple(name for name, column in COLUMNS.items() if column.usual)


def in_order(chosen: Sequence[str]) -> tuple[str, ...]:
    """The chosen columns in the order of the sheet; a name that is no column any more is left out."""
    wanted = set(chosen)
    return tuple(name for name in COLUMNS if name in wanted)


def secrets_in(chosen: Sequence[str]) -> list[str]:
    """Those of the chosen columns that show in clear what pages mask."""
    return [name for name in chosen if COLUMNS[name].secret]


def labels(chosen: Sequence[str]) -> list[str]:
    """What stands at the head of the sheet, in the reader's language."""
    return [_(COLUMNS[name].label) for name in chosen]


def line(one: Listed, chosen: Sequence[str]) -> list[Any]:
    """One person's line."""
    return [COLUMNS[name].cell(one) for name in chosen]
