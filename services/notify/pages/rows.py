"""A notice as a list shows it: who, by which number or address, what to say, why, and what was tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request

from events.facts.notice import Channel, RecipientKind
from services.notify.decide.policy import NotifyPolicy
from services.notify.pages import words
from services.notify.pages.common import rules
from services.notify.project import notice
from services.notify.project.recipient import reached_by


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, as it is read."""

    on: date
    outcome: str
    channel: str
    by: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One notice for a template. `to` is where the recipient is reached now; `moved` if that was otherwise before."""

    row: Mapping[str, Any]
    who: str
    note: str
    href: str
    to: str | None
    moved: bool
    because: str
    clause: str
    attempts: Sequence[Attempt]
    gaps: bool
    """The words speak of something that was not on record."""

    @property
    def is_open(self) -> bool:
        """Whether somebody must work on it."""
        return self.row["state"] in notice.OPEN


async def shown(request: Request, rows: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """Rows of the outbox for a template, in the reader's words."""
    rows = list(rows)
    accounts = {row["recipient_id"] for row in rows if _is(row, RecipientKind.WORKER)}
    accounts |= {attempt["by"] for row in rows for attempt in row["attempts"]}
    displays = await _displays(request, accounts)
    return [_shown(row, displays, rules(request, row["community"], row["intended_on"])) for row in rows]


def _shown(row: Mapping[str, Any], displays: Mapping[str, str], policy: NotifyPolicy) -> Shown:
    now, message = _reached(row), policy.messages.get(row["policy"])
    if _is(row, RecipientKind.WORKER):
        who, note, href = displays[row["recipient_id"]], "", ""
    elif _is(row, RecipientKind.BRANCH):
        who, note, href = row["recipient_name"] or "", row["contact_name"] or "", ""
    else:
        who, note, href = row["recipient_name"] or "", row["branch"] or "", f"/registry/members/{row['recipient_id']}"
    return Shown(
        row=row,
        who=who or words.word({}, None),
        note=note,
        href=href,
        to=now or row["to"],
        moved=bool(now and row["to"] and now != row["to"]),
        because=words.because(row),
        clause=message.clause if message else "",
        attempts=[_attempt(one, displays) for one in row["attempts"]],
        gaps=policy.unknown in (row["text"] or ""),
    )


def _is(row: Mapping[str, Any], kind: RecipientKind) -> bool:
    return bool(row["recipient"] == kind.value)


def _reached(row: Mapping[str, Any]) -> str | None:
    """Where the recipient is reached now by the notice's way, if the tables know."""
    if _is(row, RecipientKind.WORKER):
        return None
    if _is(row, RecipientKind.BRANCH):
        phone: str | None = row["contact_phone"]
        return phone if row["channel"] == Channel.PHONE.value else None
    phone, address = reached_by(row)
    return phone if row["channel"] == Channel.PHONE.value else address


def _attempt(one: Mapping[str, Any], displays: Mapping[str, str]) -> Attempt:
    outcome = words.word(words.STATE, one["outcome"])
    if one["outcome"] == notice.FAILED:
        outcome = words.word(words.WHY_FAILED, one["note"])
    channel = words.word(words.CHANNEL, one["channel"])
    return Attempt(date.fromisoformat(one["on"]), outcome, channel, displays[one["by"]])


async def _displays(request: Request, names: set[str]) -> dict[str, str]:
    """What people call the accounts of these names; one that is not known any more stays as it is."""
    accounts = request.app.state.shell.identity.accounts
    found = {name: await accounts.get(name) for name in sorted(names)}
    return {name: account.display if account else name for name, account in found.items()}
