"""What happened to a post: opened, changed, taken, left, closed, by whom; and who served there how long in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.post import PlaceFreed, PlaceTaken, PostChanged, PostClosed, PostOpened, PostTerms
from events.log.envelope import Recorded
from services.registry.pages import post_words
from services.registry.pages.common import EntityId, Reader, Waited, reading, registry
from services.registry.pages.plain import answered
from services.registry.pages.post_common import post_row
from services.registry.pages.timeline import Line, signed
from services.registry.project import history, register, service_hours
from services.shell.formats import local_day
from services.shell.i18n import gettext as _
from services.shell.pages import page

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/posts", tags=["posts"])

SHOWN = 200


@router.get("/posts/{post_id}/history", dependencies=[Waited])
async def shown(request: Request, caller: Reader, post_id: EntityId) -> Response:
    """The lines of a post, newest first, and everybody's hours."""
    row = await post_row(request, caller, post_id)
    async with reading(request, caller) as db:
        facts, earlier = await _facts(request, db, post_id)
        names = await register.names(db, sorted({who for one in facts for who in people_in(one)}))
        people = await service_hours.by_person(db, post_id)
    return await page(
        request, "post_history.html", row=row, lines=await signed(request, post_lines(facts, names)), people=people,
        earlier=earlier, words=post_words, total=sum(one["minutes"] for one in people),
    )  # fmt: skip


@api.get("/{post_id}/history", dependencies=[Waited])
async def told(request: Request, caller: Reader, post_id: EntityId) -> Response:
    """What happened to a post, newest first, and the minutes of everybody who ever served there."""
    await post_row(request, caller, post_id)
    async with reading(request, caller) as db:
        facts, _earlier = await _facts(request, db, post_id)
        people = await service_hours.by_person(db, post_id)
    items = [
        {
            "id": one.about.id,
            "type": one.about.type,
            "effective": one.about.effective,
            "recorded": one.about.recorded,
            "actor": one.about.actor,
            "reason": one.about.reason or None,
            "member_id": next(iter(people_in(one)), None),
            "seq": one.about.seq,
        }
        for one in facts
    ]
    return answered({"items": items, "people": people, "next_page_token": ""})


async def _facts(request: Request, db: AsyncConnection, post_id: str) -> tuple[list[Recorded], bool]:
    """The newest facts of a post, newest first; whether there are earlier ones."""
    found = await history.newest(db, post_id, stream="post", limit=SHOWN)
    return await registry(request).opened(found.messages), found.next_before is not None


def people_in(one: Recorded) -> list[str]:
    """Whom a fact of a post is about."""
    return [one.fact.member_id] if isinstance(one.fact, PlaceTaken | PlaceFreed) else []


def post_lines(facts: Sequence[Recorded], names: Mapping[str, Any]) -> list[Line]:
    """Facts of a post, newest first, as lines. A change says what became otherwise, a closing who left with it."""
    found: list[Line] = []
    terms: PostTerms | None = None
    serving: dict[str, str] = {}
    for one in reversed(facts):
        text, tone = _text(one, names, terms, serving)
        if isinstance(one.fact, PostOpened | PostChanged):
            terms = one.fact.terms
        about = one.about
        if about.reason:
            text = _("%(text)s（%(reason)s）", text=text, reason=about.reason)
        written = local_day(about.recorded)
        late = written if written != about.effective else None
        found.append(Line(about.effective, about.recorded, text, tone, "", about.actor, late, about.id))
    return found[::-1]


def _text(
    one: Recorded, names: Mapping[str, Any], before: PostTerms | None, serving: dict[str, str]
) -> tuple[str, str]:
    match one.fact:
        case PostOpened():
            return _(
                "设立：%(name)s，%(places)s 个名额", name=one.fact.terms.name, places=one.fact.terms.places
            ), "done"
        case PostChanged():
            return _changed(before, one.fact.terms), ""
        case PlaceTaken(member_id=who):
            serving[who] = names.get(who) or "—"
            return _("%(name)s上岗", name=serving[who]), "done"
        case PlaceFreed(member_id=who):
            serving.pop(who, None)
            return _("%(name)s离岗", name=names.get(who) or "—"), ""
        case PostClosed():
            people = _("、").join(serving.values())
            serving.clear()
            return (_("撤掉；一起离岗：%(people)s", people=people) if people else _("撤掉")), "late"
        case _:
            return one.fact.NAME, ""


def _changed(before: PostTerms | None, after: PostTerms) -> str:
    """What became otherwise; without what it was before, only that something did."""
    if before is None:
        return _("改过：%(name)s", name=after.name)
    said = []
    if before.name != after.name:
        said.append(_("改名为%(name)s", name=after.name))
    if before.places != after.places:
        said.append(_("名额 %(before)s 改为 %(after)s", before=before.places, after=after.places))
    when, then = (post_words.when_words(each.model_dump()) for each in (before, after))
    if when != then:
        said.append(_("时间改为 %(when)s", when=then or "—"))
    if before.needs != after.needs:
        said.append(_("要的特长改为 %(needs)s", needs=_("、").join(after.needs) or "—"))
    return _("；").join(said) or _("改过：%(name)s", name=after.name)
