"""What the pages and the API of dues share: receipts as they stand, their paper, who approves a reduction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi import Path as InPath
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.member import PayMethod
from services.registry.handle.dues import DuesDesk
from services.registry.pages import words
from services.registry.pages.common import reading, registry
from services.registry.pages.dues_words import months as months_said
from services.registry.pages.places import places_of
from services.registry.project import dues
from services.shell.formats import day, yuan
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role, requires
from services.shell.money import in_capitals
from services.shell.printing import printed
from services.shell.problems import NotFound

RECEIPT: Final = Path(__file__).resolve().parents[1] / "paper" / "receipt.typ"
Superior = Annotated[Caller, Depends(requires(Role.SUPERVISOR))]
"""Who approves a reduction: the superior committee."""
Number = Annotated[str, InPath(pattern=r"^[0-9]{4}-[0-9]{1,8}$")]


def dues_desk(request: Request) -> DuesDesk:
    """The handler of commands about dues."""
    return DuesDesk(registry(request))


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt: who paid what on which day; `lines` are its months, those given back too. A refund is one as well,
    with the number `of` of the receipt it gives back from.
    """

    number: str
    member_id: str
    on: date
    method: str
    payer: str | None
    taken_by: str
    lines: Sequence[Mapping[str, Any]]
    of: str = ""

    @property
    def months(self) -> list[str]:
        """Its months, in order."""
        return [line["month"] for line in self.lines]

    @property
    def fen(self) -> int | None:
        """What it comes to; None where that cannot be read any more."""
        amounts = [line["paid_fen"] for line in self.lines]
        return None if None in amounts else sum(amounts)

    @property
    def held(self) -> list[str]:
        """The months that were not given back."""
        return [line["month"] for line in self.lines if line["refunded_on"] is None]

    @property
    def refund_numbers(self) -> list[str]:
        """Under which numbers some of it was given back."""
        return sorted({line["refund_no"] for line in self.lines if line["refund_no"]})


async def receipts_of(db: AsyncConnection, member_id: str, number: str = "") -> list[Paper]:
    """A person's receipts, the newest first."""
    by_number: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for line in await dues.lines(db, member_id, receipt_no=number):
        by_number.setdefault((line["member_id"], line["receipt_no"]), []).append(line)
    found = [
        Paper(number, record, lines[0]["paid_on"], lines[0]["method"], lines[0]["payer"], lines[0]["taken_by"], lines)
        for (record, number), lines in by_number.items()
    ]
    return sorted(found, key=lambda one: (one.on, one.number), reverse=True)


def refunds_in(papers: Sequence[Paper]) -> list[Paper]:
    """What was given back, each refund as a paper of its own."""
    found = []
    for paper in papers:
        for number in paper.refund_numbers:
            lines = [line for line in paper.lines if line["refund_no"] == number]
            first = lines[0]
            found.append(
                Paper(
                    number, paper.member_id, first["refunded_on"], first["refund_method"], None, "", lines, paper.number
                )
            )
    return found


async def receipt_of(request: Request, caller: Caller, member_id: str, number: str) -> Paper:
    """One receipt of a person the caller may see. Errors: NotFound."""
    async with reading(request, caller) as db:
        found = await receipts_of(db, member_id, number)
    if not found:
        raise NotFound(_("这位党员没有这张收据。"))
    return found[0]


async def refund_of(request: Request, caller: Caller, member_id: str, number: str) -> Paper:
    """One refund of a person the caller may see. Errors: NotFound."""
    async with reading(request, caller) as db:
        found = [one for one in refunds_in(await receipts_of(db, member_id)) if one.number == number]
    if not found:
        raise NotFound(_("这位党员没有这张退款单。"))
    return found[0]


async def sheet_of(request: Request, caller: Caller, card: Mapping[str, Any], paper: Paper, *, copy: bool) -> bytes:
    """The paper as a PDF. Like any official paper it is written in Chinese."""
    async with reading(request, caller) as db:
        place = (await places_of(db, caller, [card["community"]])).called(card["community"])
    called = await request.app.state.shell.identity.called.of([paper.taken_by])
    back = bool(paper.of)
    return await printed(
        RECEIPT,
        {
            "title": "党费退款单" if back else "党费收据",
            "number": paper.number,
            "copy": copy,
            "community": place,
            "name": card["name"] or "",
            "branch": card.get("branch") or "",
            "day_label": "退款日期" if back else "交纳日期",
            "day": f"{paper.on:%Y}年{paper.on.month}月{paper.on.day}日",
            "method": words.METHOD[PayMethod(paper.method)],
            "months": months_said(paper.months),
            "lines": _detail(paper),
            "capitals": in_capitals(paper.fen) if paper.fen is not None else "—",
            "amount": f"{yuan(paper.fen)}",
            "payer": paper.payer or ("" if back else "本人"),
            "note": f"退自收据 {paper.of}" if back else _also(paper),
            "taken_by": called.get(paper.taken_by, paper.taken_by),
            "sign": "领款人签字" if back else "交款人签字",
        },
    )


def _also(paper: Paper) -> str:
    back = [line for line in paper.lines if line["refunded_on"] is not None]
    if not back:
        return ""
    return "其中 " + "；".join(f"{months_said([line['month']])} 已于{day(line['refunded_on'])}退款" for line in back)


def _detail(paper: Paper) -> list[str]:
    """Months of one amount and clause stand in one line."""
    groups: dict[tuple[Any, Any], int] = {}
    for line in paper.lines:
        key = (line["paid_fen"], line["clause"])
        groups[key] = groups.get(key, 0) + 1
    return [
        f"{count} 个月 × {yuan(fen)}" + (f"（{clause}）" if clause else "") for (fen, clause), count in groups.items()
    ]
