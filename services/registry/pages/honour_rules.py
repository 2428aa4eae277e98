"""What the rules about honours are called on the page of rules."""

from __future__ import annotations

from datetime import date
from typing import Final

from services.registry.pages.words import AWAY
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.policy import units
from services.shell.policy.words import Worded


def _on(value: date) -> str:
    return day(value, year=True)


def _yes(value: bool) -> str:
    return _("是") if value else _("否")


def _kinds(codes: tuple[str, ...]) -> str:
    return _("、").join(_(AWAY[code]) for code in AWAY if code in codes)


HONOUR_TITLES: Final = {
    "honours": N_("荣誉"),
    "honours.seniority": N_("党龄怎样算"),
    "honours.medal": N_("光荣在党50年"),
}
HONOUR_VALUES: Final = {
    "honours.seniority.probation_months_max": Worded(N_("预备期超过这么久的，先核对日期"), units.months),
    "honours.seniority.no_probation_from": Worded(N_("没有预备期的，从"), _on),
    "honours.seniority.no_probation_until": Worded(N_("没有预备期的，到"), _on),
    "honours.medal.years": Worded(N_("党龄满"), units.years),
    "honours.medal.month": Worded(N_("颁发日是几月"), str),
    "honours.medal.day": Worded(N_("颁发日是几日"), str),
    "honours.medal.first_year": Worded(N_("从哪一年开始颁发"), str),
    "honours.medal.ahead_months": Worded(N_("最早提前多久核实"), units.months),
    "honours.medal.print_days": Worded(N_("最早提前多久编号打印"), units.days),
    "honours.medal.posthumous": Worded(N_("颁发日以前去世的也追授"), _yes),
    "honours.medal.away_kinds": Worded(N_("在外的，这些仍由我方颁发"), _kinds),
}
