"""How care is going: in time, met, hours; by branch, age and visitor; every figure leads to the visits it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, model_validator
from starlette.responses import JSONResponse, Response

from events.facts.care import VisitWay
from services.care.decide.rota_policy import RotaRule
from services.care.pages import rota_words, visitors, words
from services.care.pages.common import Office, rules, rules_by_row
from services.care.project import branch, figures
from services.care.project.figures import Cell, Span
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import page
from services.shell.reading import Waited, plain_json, reading, within

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["care"])

BAND: Final = {
    "under_70": N_("七十岁以下"),
    "seventy": N_("七十到七十九岁"),
    "eighty": N_("八十到八十九岁"),
    "ninety": N_("九十岁以上"),
    "unknown": N_("生日不明"),
}
WHAT: Final = {
    figures.DUE: N_("到期的"),
    figures.ON_TIME: N_("按期去了"),
    figures.LATE: N_("去了，晚了"),
    figures.MISSED: N_("错过"),
    figures.OPEN_LATE: N_("还没去，已逾期"),
    figures.NOT_IN_TIME: N_("没有按期的"),
    figures.MADE: N_("去过、打过的"),
}
MONTHS_A_QUARTER: Final = 3
NO_BRANCH: Final = "none"


class FiguresQuery(BaseModel):
    """From which day to which; without them, this quarter. `visitor`: only what was theirs."""

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    community: str = ""
    visitor: str = Field(default="", max_length=63)
    branch: str = Field(default="", max_length=64)
    band: str = Field(default="", pattern=f"^({'|'.join(figures.BANDS)}|)$")
    what: str = Field(default=figures.DUE, pattern=f"^({'|'.join(figures.WHATS)})$")

    @model_validator(mode="after")
    def _in_order(self) -> FiguresQuery:
        if self.first and self.last and self.last < self.first:
            raise ValueError("the last day is before the first")
        return self

    def span(self, caller: Caller, today: date) -> Span:
        """The days, in the caller's scope. Errors: Forbidden."""
        start, end = quarter_of(today)
        return Span(self.first or start, self.last or end, today, within(caller, self.community), self.visitor)


def quarter_of(day: date) -> tuple[date, date]:
    """The first and the last day of the quarter."""
    month = (day.month - 1) // MONTHS_A_QUARTER * MONTHS_A_QUARTER + 1
    first = date(day.year, month, 1)
    year, after = divmod(month - 1 + MONTHS_A_QUARTER, 12)
    return first, date(day.year + year, after + 1, 1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """One line: of a branch, an age, a visitor, or all. Counts by `figures.WHATS`; `people`, `met` of the roll."""

    key: str
    name: str
    counts: Mapping[str, int]
    minutes: int
    people: int = 0
    met: int = 0

    @property
    def in_time(self) -> float | None:
        """Of what was due, which part was done by its day; None if nothing was due."""
        return self.counts[figures.ON_TIME] / self.counts[figures.DUE] if self.counts[figures.DUE] else None

    @property
    def reached(self) -> float | None:
        """Of those on the roll, which part was met; None if there is nobody."""
        return self.met / self.people if self.people else None


Rows = Sequence[Mapping[str, Any]]


def parts(
    rows: Rows, people: Rows, rule: RotaRule, key: Callable[[Mapping[str, Any]], str], names: Callable[[str], str]
) -> list[Part]:
    """The counts added up by a key, in the order of their names."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(key(row), Counter()).update(_of(row, rule))
    for row in people:
        counts.setdefault(key(row), Counter()).update(people=row["people"], met=row["met"])
    found = [
        Part(
            one,
            names(one),
            {what: tally[what] for what in figures.WHATS},
            tally["minutes"],
            tally["people"],
            tally["met"],
        )
        for one, tally in counts.items()
    ]
    return sorted(found, key=lambda part: part.name)


def _of(row: Mapping[str, Any], rule: RotaRule) -> dict[str, int]:
    made = row[figures.MADE] * rule.minutes(VisitWay(row["way"]))
    return {"minutes": made, **{what: row[what] for what in figures.WHATS}}


async def _counted(request: Request, caller: Caller, span: Span) -> dict[str, list[Part]]:
    """`all`, `branches`, `bands` and `visitors`, each with its parts."""
    rule = rules(request, span.community or caller.scope).rota
    async with reading(request, caller) as db:
        rows = await figures.counted(db, span)
        people = [] if span.visitor else await figures.covered(db, span)
        called = await branch.names(db)
    known = await visitors.visitors(request, caller)
    bands = parts(rows, people, rule, lambda row: row["band"], lambda band: _(BAND[band]))
    return {
        "all": parts(rows, people, rule, lambda _row: "", lambda _key: _("全部")),
        "branches": parts(
            rows,
            people,
            rule,
            lambda row: row["branch_id"] or NO_BRANCH,
            lambda one: called.get(one, _("没有编入支部")),
        ),
        "bands": sorted(bands, key=lambda part: figures.BANDS.index(part.key)),
        "visitors": _most(parts(rows, [], rule, _whose, lambda one: known.get(one, one or "—"))),
    }


def _whose(row: Mapping[str, Any]) -> str:
    return row["visitor"] or ""


def _most(found: Iterable[Part]) -> list[Part]:
    return sorted(found, key=lambda part: (-part.minutes, part.name))


@router.get("/figures", dependencies=[Waited])
async def show(request: Request, caller: Office, asked: Annotated[FiguresQuery, Query()]) -> Response:
    """The figures of some time."""
    today = speech().today
    span = asked.span(caller, today)
    found = await _counted(request, caller, span)
    kept = _kept(span)
    return await page(
        request,
        "figures.html",
        span=span,
        total=next(iter(found["all"]), None),
        found=found,
        spans=_spans(span, today),
        link=lambda what, **more: _link("/care/figures/visits", kept, what=what, **more),
        people_link=lambda **more: _link("/care/figures/people", kept, **more),
        whats=WHAT,
        words=words,
        rota_words=rota_words,
        called=(await visitors.visitors(request, caller)).get(span.visitor, span.visitor),
    )


def _kept(span: Span) -> dict[str, str]:
    return {
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "community": span.community,
        "visitor": span.visitor,
    }


def _link(path: str, kept: Mapping[str, str], **more: str) -> str:
    return f"{path}?{urlencode({name: value for name, value in {**kept, **more}.items() if value})}"


def _spans(span: Span, today: date) -> list[tuple[str, str, None, bool]]:
    """Ready-made times: this month, this quarter, the one before, this year."""
    quarter = quarter_of(today)
    before = quarter_of(quarter[0] - timedelta(days=1))
    month = (today.replace(day=1), (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1))
    choices = [
        (_("本月"), month),
        (_("本季度"), quarter),
        (_("上季度"), before),
        (_("今年"), (date(today.year, 1, 1), date(today.year, 12, 31))),
    ]
    kept = _kept(span)
    return [
        (
            name,
            _link("/care/figures", kept | {"from": first.isoformat(), "to": last.isoformat()}),
            None,
            (first, last) == (span.first, span.last),
        )
        for name, (first, last) in choices
    ]


@router.get("/figures/visits", dependencies=[Waited])
async def behind(request: Request, caller: Office, asked: Annotated[FiguresQuery, Query()]) -> Response:
    """The visits that one figure counts."""
    span = asked.span(caller, speech().today)
    async with reading(request, caller) as db:
        rows = await figures.behind(db, span, asked.what, Cell(asked.branch, asked.band))
        called = await branch.names(db)
    known = await visitors.visitors(request, caller)
    return await page(
        request,
        "figures_visits.html",
        span=span,
        rows=rows,
        what=_(WHAT[asked.what]),
        narrowed=_narrowed(asked, called),
        most=figures.ROWS_MAX,
        back=_link("/care/figures", _kept(span)),
        names=visitors.called(known, [row["visitor"] for row in rows]),
        words=words,
        policy=rules_by_row(request),
    )


@router.get("/figures/people", dependencies=[Waited])
async def people(request: Request, caller: Office, asked: Annotated[FiguresQuery, Query()]) -> Response:
    """Whom nobody met in that time."""
    span = asked.span(caller, speech().today)
    async with reading(request, caller) as db:
        rows = await figures.not_met(db, span, Cell(asked.branch, asked.band))
        called = await branch.names(db)
    return await page(
        request,
        "figures_people.html",
        span=span,
        rows=rows,
        narrowed=_narrowed(asked, called),
        most=figures.ROWS_MAX,
        back=_link("/care/figures", _kept(span)),
    )


def _narrowed(asked: FiguresQuery, called: Mapping[str, str]) -> str:
    branch = called.get(asked.branch, _("没有编入支部")) if asked.branch else ""
    return " · ".join(one for one in (branch, _(BAND[asked.band]) if asked.band else "") if one)


@api.get("/figures", dependencies=[Waited])
async def figures_json(request: Request, caller: Office, asked: Annotated[FiguresQuery, Query()]) -> Response:
    """Due, on time, late, missed, still open, made; minutes; people and how many were met: in all and by part."""
    span = asked.span(caller, speech().today)
    found = await _counted(request, caller, span)
    body = {
        name: [
            {
                "key": part.key or None,
                "name": part.name,
                **part.counts,
                "minutes": part.minutes,
                "people": part.people,
                "met": part.met,
            }
            for part in those
        ]
        for name, those in found.items()
    }
    return JSONResponse(plain_json({"from": span.first, "to": span.last, **body}))
