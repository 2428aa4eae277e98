"""What the pages and the API of honours share: the list of a year, one person's outlook, certificates, deeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import Request

from events.facts.member import AwayKind
from events.log.command import Receipt
from services.registry.decide.days import months_after
from services.registry.decide.honours import AwardMedal
from services.registry.decide.honours_policy import HonoursPolicy
from services.registry.decide.outlook import Candidate, Outlook, Standing, outlook
from services.registry.handle.honours import Honouring
from services.registry.pages.common import doing, reading, registry, rules, within
from services.registry.pages.honour_words import DOUBT, STANDING
from services.registry.pages.on_paper import PAPER, written
from services.registry.pages.places import name_of
from services.registry.project import honour, member
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.printing import printed
from services.shell.problems import FieldError, Invalid

Row = Mapping[str, Any]
LISTED_MAX: Final = 2000
"""So many people of a year are looked at; with more, the list asks for one community."""
AWARDED_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody the medal of a year concerns: the row of the tables, and how they stand."""

    row: Row
    outlook: Outlook


def honouring(request: Request) -> Honouring:
    """The handler of commands about honours."""
    return Honouring(registry(request))


def year_asked(text: str, policy: HonoursPolicy) -> int:
    """The year of an address; empty: that of the next day of award. Errors: Invalid."""
    if not text:
        today = speech().today
        return today.year if today <= policy.medal.day_of(today.year) else today.year + 1
    if not text.isdigit() or not 1971 <= int(text) <= 2200:
        raise Invalid([FieldError("year", _("不是年份"), _("请写四位数，例如 2027。"))])
    return int(text)


def candidate_of(row: Row) -> Candidate:
    """A row as the question sees it."""
    away = row["state"] == member.AWAY and row["away_kind"]
    return Candidate(
        joined_on=row["joined_on"],
        full_member_on=row["full_member_on"],
        died_on=row["died_on"],
        away_kind=AwayKind(row["away_kind"]) if away else None,
        found_good=row["good"],
        honoured_on=row["honoured_on"],
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """The list of a year, and how many stand how."""

    year: int
    day: date
    policy: HonoursPolicy
    people: Sequence[Listed]
    counts: Mapping[Standing, int]

    def standing(self, show: str) -> list[Listed]:
        """Those who stand so; the dead and those away beside each other under `others`."""
        others = (Standing.DIED, Standing.ELSEWHERE)
        wanted = others if show == "others" else (show,)
        return [one for one in self.people if one.outlook.standing in wanted]


async def forecast(request: Request, caller: Caller, year_text: str, community: str, branch_id: str) -> Forecast:
    """Whom the medal of a year concerns in a place. Errors: Invalid, where the place is too large for one list."""
    place = within(caller, community)
    policy = rules(request, place or caller.scope).honours
    year = year_asked(year_text, policy)
    on = policy.medal.day_of(year)
    joined_until, died_from = months_after(on, -12 * policy.medal.years), months_after(on, -12)
    async with reading(request, caller) as db:
        found = await honour.candidates(
            db, joined_until, died_from, community=place, branch_id=branch_id, size=LISTED_MAX + 1
        )
    if len(found) > LISTED_MAX:
        message = _("超过 %(most)s 人，一张名单放不下", most=LISTED_MAX)
        raise Invalid([FieldError("community", message, _("请选一个社区。"))])
    people = [Listed(row, outlook(candidate_of(row), year, policy)) for row in found]
    people = [one for one in people if one.outlook.standing is not Standing.NOT_YET and _of_year(one, year)]
    return Forecast(year, on, policy, people, Counter(one.outlook.standing for one in people))


def _of_year(one: Listed, year: int) -> bool:
    """Whoever has the medal stands in the list of the year in which it was awarded."""
    return one.outlook.standing is not Standing.HONOURED or one.row["honoured_on"].year == year


def line_of(one: Listed) -> dict[str, Any]:
    """Somebody of the list as the API gives them."""
    names = (
        "member_id", "name", "community", "branch_id", "branch", "joined_on", "full_member_on", "died_on", "honour_id",
        "honoured_on", "number", "said_on", "decided_by",
    )  # fmt: skip
    found = one.outlook
    return {
        **{name: one.row[name] for name in names},
        "standing": found.standing, "clause": found.clause, "since": found.since, "due_year": found.year,
        "doubt": found.doubt,
    }  # fmt: skip


def sheet_lines(people: Sequence[Listed]) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """The list as the lines of a worksheet."""
    head = [
        _("支部"), _("姓名"), _("性别"), _("出生"), _("入党"), _("转正"), _("党龄起算"), _("应颁年份"), _("情况"),
        _("存疑"), _("依据"), _("核实"), _("证书号"),
    ]  # fmt: skip
    lines = [
        (
            one.row["branch"], one.row["name"], _(_SEX.get(one.row["sex"], "—")), _on(one.row["birth"]),
            _on(one.row["joined_on"]), _on(one.row["full_member_on"]), _on(one.outlook.since), one.outlook.year,
            _(STANDING[one.outlook.standing]), _(DOUBT[one.outlook.doubt]) if one.outlook.doubt else "",
            one.outlook.clause, one.row["decided_by"] or "", one.row["number"] or "",
        )
        for one in people
    ]  # fmt: skip
    return head, lines


_SEX: Final = {"male": "男", "female": "女"}


def _on(value: date | None) -> str:
    return value.isoformat() if value else ""


async def awarded(
    request: Request, caller: Caller, community: str, member_ids: Sequence[str], command: AwardMedal,
    sent: Mapping[str, Any] | None = None,
) -> tuple[str, Receipt]:  # fmt: skip
    """The medal for each of these people of a community, in the order of branches and names. Errors: Invalid."""
    listed = await forecast(request, caller, str(command.year), community, "")
    wanted = set(member_ids)
    people = {
        one.row["member_id"]: one.row["name"] or "—"
        for one in listed.people
        if one.row["member_id"] in wanted and one.row["community"] == community
    }
    if not wanted or len(wanted) > AWARDED_MAX or wanted - people.keys():
        raise Invalid(
            [FieldError("member_ids", _("没有选人，或者选的人不在名单里"), _("请在名单里勾选，一次最多五百人。"))]
        )
    async with doing(request, caller, community, f"award-medal/{command.year}", sent) as asked:
        return await honouring(request).award(asked, people, command)


async def certificates(request: Request, caller: Caller, awards: Sequence[Row]) -> bytes:
    """A sheet for each award, one after the other, as a PDF."""
    places = {each["community"]: await name_of(request, caller, each["community"]) for each in awards}
    sheets = [
        {
            "name": each["name"] or "—",
            "since": written(each["since"]),
            "on": written(each["day"]),
            "number": each["number"] or "—",
            "office": f"中共{places[each['community']]}委员会",
            "years": rules(request, each["community"], each["day"]).honours.medal.years,
        }
        for each in awards
    ]
    return await printed(PAPER / "certificate.typ", {"sheets": sheets})
