"""Asking people, on a phone at the door: who is left, house by house, and one person a screen (DOMAIN R7)."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.log.command import Receipt
from events.log.project.keyset import token_of
from services.registry.decide.asking import RecordAnswers, RecordMissed
from services.registry.pages import census_parts, census_words, words
from services.registry.pages.census_common import ASKERS, Asker, Seer, campaign_row, carrying_out, parts_of, person_row
from services.registry.pages.common import EntityId, Waited, doing, read, reading, show_own_write
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import census
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal

router = APIRouter(prefix="/census/{campaign_id}/people", include_in_schema=False)

Typed = Annotated[str, Query(max_length=100)]
SHOWN = {"": census.TO_ASK, **{one: (one,) for one in census.OUTCOMES}}
"""What the list shows, by `show` in its address; first those to go to."""


@router.get("", dependencies=[Waited])
async def people(
    request: Request,
    caller: Seer,
    campaign_id: EntityId,
    part: str | None = None,
    show: str = "",
    q: Typed = "",
    page_token: str = "",
) -> Response:
    """Who is asked, house by house; somebody met on the way is found by name, whatever was said before."""
    row = await campaign_row(request, caller, campaign_id)
    parts, q = parts_of(caller, row, part), q.replace("\x00", "").strip()
    outcomes = census.OUTCOMES if q else SHOWN.get(show, ())
    async with reading(request, caller) as db:
        found = await census.people(db, row, parts=parts, outcomes=outcomes, q=q, token=page_token)
        counted = await census.progress(db, row, parts)
        shown = None if part is None else await census_parts.named(db, row, part)
    called = census_parts.said(shown) if shown and counted else ""
    total = {name: sum(one[name] for one in counted) for name in ("people", *census.OUTCOMES)}
    here = f"/registry/census/{campaign_id}/people"
    kept = {} if part is None else {"part": part}

    def href(**more: str) -> str:
        given = kept | {name: value for name, value in more.items() if value}
        return f"{here}?{urlencode(given)}" if given else here

    filters = [(_("要去问的"), href(), total[census.LEFT] + total[census.NOT_MET], not (show or q))]
    filters += [
        (words.word(census_words.OUTCOME, one), href(show=one), total[one], show == one)
        for one in (census.ANSWERED, census.NOT_MET, census.REFUSED)
    ]
    return await page(
        request, "census_people.html", row=row, filters=filters,
        part=called,
        houses=[(house, list(them)) for house, them in groupby(found.items, lambda one: one["house"])],
        q=q, kept=kept, next_href=href(show=show, q=q, page_token=found.next_token) if found.next_token else "",
        query=f"?{urlencode(kept)}" if kept else "", words=words, census_words=census_words,
        may_ask=row["state"] == census.OPEN and caller.has(*ASKERS),
    )  # fmt: skip


@router.get("/{member_id}", dependencies=[Waited])
async def person(
    request: Request, caller: Asker, campaign_id: EntityId, member_id: EntityId, part: str | None = None
) -> Response:
    """One person: how to reach them, and the questions, with what they said before."""
    row = await campaign_row(request, caller, campaign_id)
    one = await person_row(request, caller, row, member_id)
    return await _page(request, row, one, part, fresh(request, **_before(one)))


def _before(one: dict[str, Any]) -> dict[str, Any]:
    """What the form says at first: the answers to this campaign, and the stay that the register knows. Nothing else: a
    form sent as it is must not pass for an answer.
    """
    said = one["answers"] or {}
    away = said.get("away") or {}
    relative = said.get("family") or {}
    known = {"destination": one["away_to"], "away_since": one["away_since"]} if one["state"] == "away" else {}
    truths = ("lives_here", "phone_right", "address_right", "lives_alone")
    return {
        "on": speech().today,
        "way": one["way"] or ("phone" if one["state"] == "away" else "door"),
        **known,
        **{name: str(said[name]).lower() for name in truths if said.get(name) is not None},
        **{name: said[name] for name in ("phone", "address", "wishes", "back_since") if said.get(name)},
        **{
            name: away[name]
            for name in ("destination", "expected_return", "fixed_place", "intermittent")
            if name in away
        },
        **{f"away_{name}": away[name] for name in ("since", "address", "phone", "reason") if name in away},
        **{f"family_{name}": relative.get(name) or "" for name in ("name", "relation", "phone")},
        "free": {each["question"]: each["answer"] for each in said.get("free") or []},
    }


async def _page(request: Request, row: dict[str, Any], one: dict[str, Any], part: str | None, form: Form) -> Response:
    to_ask = row["state"] == census.OPEN and one["outcome"] in census.TO_ASK
    names = await request.app.state.shell.identity.called.of([one["asked_by"]] if one["asked_by"] else [])
    return await page(
        request, "census_person.html", status=form.status, row=row, one=one, form=form, to_ask=to_ask,
        here=f"/registry/census/{row['campaign_id']}/people", query=_query(part),
        ways=words.options(census_words.WAY), called=names, words=words, census_words=census_words,
        may_ask=row["state"] == census.OPEN,
    )  # fmt: skip


@router.post("/{member_id}/answer")
async def answer(
    request: Request, caller: Asker, campaign_id: EntityId, member_id: EntityId, part: str | None = None
) -> Response:
    """Write down what was said, and lead on to the next one."""
    row = await campaign_row(request, caller, campaign_id)
    one = await person_row(request, caller, row, member_id)
    sent = await request.form()
    try:
        command = read(RecordAnswers, _said(row, sent))
        async with doing(request, caller, one["community"], f"answer-census/{campaign_id}/{member_id}", sent) as asked:
            receipt = await carrying_out(request).answer(asked, campaign_id, member_id, command)
    except (Invalid, Refusal) as problem:
        form = again(request, sent, problem)
        own = {question: sent.get(f"free_{place}") for place, question in enumerate(row["free"])}
        return await _page(
            request, row, one, part, Form(form.key, None, {**form.values, "free": own}, form.errors, problem)
        )
    return await _on_to_the_next(
        request, caller, row, one, part, receipt, _("已记下%(name)s的回答。", name=one["name"])
    )


def _said(row: dict[str, Any], sent: FormData) -> dict[str, Any]:
    """The command's fields out of the form; what is not filled in was not said."""
    given = {name: value.strip() for name, value in sent.items() if isinstance(value, str) and value.strip()}
    own = tuple(given.pop(f"free_{place}", "") for place in range(len(row["free"])))
    given.pop("idempotency_key", None)
    return {**given, "free": own}


@router.post("/{member_id}/missed")
async def missed(
    request: Request, caller: Asker, campaign_id: EntityId, member_id: EntityId, part: str | None = None
) -> Response:
    """There is no answer this time."""
    row = await campaign_row(request, caller, campaign_id)
    one = await person_row(request, caller, row, member_id)
    sent = await request.form()
    try:
        command = read(RecordMissed, {name: sent[name] for name in ("why", "attempt", "way") if sent.get(name)})
        async with doing(request, caller, one["community"], f"miss-census/{campaign_id}/{member_id}", sent) as asked:
            receipt = await carrying_out(request).miss(asked, campaign_id, member_id, command)
    except (Invalid, Refusal) as problem:
        form = Form(again(request, sent, problem).key, None, _before(one), (), problem)
        return await _page(request, row, one, part, form)
    told = _("%(name)s不愿作答，已记下。", name=one["name"])
    if command.why == census.NOT_MET:
        told = _("没找到%(name)s，已记下这一次。", name=one["name"])
    return await _on_to_the_next(request, caller, row, one, part, receipt, told)


async def _on_to_the_next(
    request: Request,
    caller: Caller,
    row: dict[str, Any],
    one: dict[str, Any],
    part: str | None,
    receipt: Receipt,
    told: str,
) -> Response:
    """The next one behind this door, or further on, who is still to be asked; behind the last one the list."""
    await show_own_write(request, receipt)
    after = token_of(one["building"] or one["address"] or "", one["room"] or "", one["member_id"])
    async with reading(request, caller) as db:
        parts = parts_of(caller, row, part)
        found = await census.people(db, row, parts=parts, outcomes=census.TO_ASK, size=1, token=after)
    here = f"/registry/census/{row['campaign_id']}/people"
    query = _query(part)
    return done(request, f"{here}/{found.items[0]['member_id']}{query}" if found.items else f"{here}{query}", told)


def _query(part: str | None) -> str:
    """The part whose list somebody goes through, behind every address of it."""
    return "" if part is None else f"?{urlencode({'part': part})}"
