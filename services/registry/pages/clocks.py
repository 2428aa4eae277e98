"""The clocks of somebody who is away: what runs out when, by which clause, and whether a person must decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from events.facts.member import AwayKind
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.days import months_after
from services.shell.formats import day
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext


@dataclass(frozen=True, slots=True)
class ClockFace:
    """One clock: how much of its span has gone (0 to 1), the words over it, its tone, its clause."""

    part: float
    text: str
    tone: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a ledger row's clocks say on a day. `decide` is what a person must decide, "" if nothing."""

    main: ClockFace
    silent_days: int
    silence: str
    decide: str
    clause: str


def clocks_of(row: Mapping[str, Any], policy: AwayPolicy, today: date) -> Clocks:
    """The clocks of an open stay by the rules of today; how it is kept stays under the clause it was decided by.

    Nothing here decides anything: it says when a person should.
    """
    line = months_after(row["since"], policy.transfer.months_min)
    last_contact = row["last_contact"] or row["since"]
    silent_days = (today - last_contact).days
    decide, clause = "", ""
    match row["kind"]:
        case AwayKind.CARD:
            soon_days = policy.reminders.card_days
            main = _span(row["since"], row["card_until"] or line, today, row["clause"], _("联系卡"), soon_days)
            if row["fixed_place"] and today >= line:
                months, clause = policy.transfer.months_min, policy.transfer.clause
                decide = _("外出满 %(months)s 个月且住址固定，建议转临时组织关系", months=months)
            elif row["card_until"] and today > row["card_until"]:
                decide, clause = _("联系卡已到期：续期，还是已经返回"), policy.card.clause
        case AwayKind.TEMPORARY_TRANSFER if not row["received_on"]:
            main, decide = _letter(row, policy, today)
            clause = policy.letter.clause if row["letter_no"] else policy.transfer.clause
            clause = clause if decide else ""
        case _:
            main = _since(row["since"], today, row["clause"], policy.report.every_months)
    if row["lost_since"]:
        decide, clause = _("已认定失去联系，请继续寻找"), policy.lost.clause
    if not decide and row["expected_return"] and today > row["expected_return"]:
        decide = _("过了预计返回的%(day)s，请问一问近况", day=day(row["expected_return"]))
    first, last = policy.reminders.contact_days[0], policy.reminders.contact_days[-1]
    if not decide and policy.is_lost(last_contact, today):
        decide, clause = _("%(num)s 天没有联系上，请人工核实", num=silent_days), policy.lost.clause
    elif not decide and silent_days >= last:
        decide, clause = _("%(num)s 天没有联系，请设法联系", num=silent_days), policy.reminders.clause
    tone = "late" if silent_days >= last else "soon" if silent_days >= first else ""
    return Clocks(main, silent_days, tone, decide, clause)


def _span(since: date, until: date, today: date, clause: str, what: str, soon_days: int) -> ClockFace:
    whole, gone = max((until - since).days, 1), (today - since).days
    left = (until - today).days
    if left < 0:
        return ClockFace(1, ngettext("已过期 %(num)s 天", "已过期 %(num)s 天", -left), "late", clause)
    text = _("%(what)s还有 %(left)s 天，到%(day)s", what=what, left=left, day=day(until))
    return ClockFace(gone / whole, text, "soon" if left <= soon_days else "away", clause)


def _letter(row: Mapping[str, Any], policy: AwayPolicy, today: date) -> tuple[ClockFace, str]:
    """The relation is on its way: until it is received, whoever sent it stays responsible."""
    if not row["letter_no"]:
        face = _since(row["since"], today, row["clause"], policy.report.every_months)
        return face, _("还没有开介绍信，组织关系仍在我方")
    sent, until = row["letter_sent_on"], row["letter_until"]
    face = _span(sent, until, today, row["clause"], _("介绍信"), policy.letter.remind_days)
    if today > until:
        return face, _("介绍信已经失效，对方没有收到：请联系%(to)s，另开一封", to=row["letter_to"])
    waited = (today - sent).days
    if waited >= policy.letter.receipt_days:
        return face, _("开出 %(num)s 天没有回执，请问一问%(to)s", num=waited, to=row["letter_to"])
    return face, ""


def _since(since: date, today: date, clause: str, report_months: int) -> ClockFace:
    """No end is known: the time to the next report home is the span that counts."""
    days = (today - since).days
    text = ngettext("已外出 %(num)s 天", "已外出 %(num)s 天", days)
    last = next_one = since
    while next_one <= today:
        last, next_one = next_one, months_after(next_one, report_months)
    return ClockFace((today - last).days / max((next_one - last).days, 1), text, "away", clause)


def card_soon(policy: AwayPolicy, today: date) -> date:
    """A card that ends by this day ends soon."""
    return today + timedelta(days=policy.reminders.card_days)


def silent_since(policy: AwayPolicy, today: date) -> date:
    """Nobody was in touch since this day: the last reminder, somebody should see to it."""
    return today - timedelta(days=policy.reminders.contact_days[-1])
