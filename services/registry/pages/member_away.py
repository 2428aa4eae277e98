"""Everything about one member's absence on one page, and the deeds of the contact card and the letter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.member import AwayKind
from events.log.command import Asked, Receipt
from services.registry.decide.afar import FlagLost, Reestablish, ReportAfar
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.commands import MoveAway
from services.registry.decide.contact_card import InspectCard, IssueCard, RevokeCard
from services.registry.decide.member import away_kind
from services.registry.decide.relation_transfer import ReceiveTransfer, SendTransfer, WithdrawTransfer
from services.registry.handle.away import Absences
from services.registry.pages import away_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.clocks import clocks_of
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    member_card,
    of_member,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
    sought,
)
from services.registry.pages.contact_card_sheet import card_sheet, letter_sheet, reached_from_outside
from services.registry.pages.contact_common import last_contact
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import away_application, branch, contact_card, ledger
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, NotFound, Refusal, Stale

router = APIRouter(include_in_schema=False)

Act = Callable[[Asked, FormData], Awaitable[Receipt]]
ON_ROLL: Final = ("enrolled", "away")


def absences_of(request: Request) -> Absences:
    """The handler of commands about absences."""
    return Absences(registry(request))


@router.get("/members/{member_id}/away", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """Where somebody is, how they are kept in touch, and the card they carry."""
    return await shown(request, caller, member_id)


async def shown(request: Request, caller: Caller, member_id: str, form: Form | None = None) -> Response:
    """The page; with what was typed and why it was not taken, if that happened."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        stay = await ledger.stay(db, member_id)
        cards = await contact_card.of_member(db, member_id)
        applications = await away_application.of_member(db, member_id)
    here, today = rules(request, card["community"]), speech().today
    open_stay = stay if stay and stay["state"] == ledger.OPEN else None
    waiting = next((one for one in applications if one["state"] in away_application.OPEN), None)
    silence = await last_contact(request, caller, card) if open_stay else None
    quiet_since = max(filter(None, (open_stay["last_contact"], silence))) if open_stay else None
    may_flag = quiet_since is not None and here.away.is_lost(quiet_since, today)
    says = policy_says(waiting, here.away) if waiting and not open_stay else None
    until = here.away.card_until(today, stay["expected_return"] if stay else None)
    return await page(
        request, "member_away.html", status=form.status if form else 200, card=card, stay=stay, open_stay=open_stay,
        clocks=clocks_of(open_stay, here.away, today) if open_stay else None, cards=cards, words=words,
        applications=applications, waiting=waiting if says else None, kinds=away_words.kinds(*says) if says else [],
        may_flag=may_flag,
        away_words=away_words, policy=here.away, clauses=here.clauses, reached=reached_from_outside(request),
        form=form or fresh(
            request, valid_from=today, valid_until=until if until >= today else here.away.card_until(today, None),
            inspected_by=caller.display, on=today,
        ),
        held=next((one for one in cards if one["state"] == contact_card.ISSUED), None), today=today,
        may_write=caller.has(*OFFICE) and card["state"] in ON_ROLL,
    )  # fmt: skip


def policy_says(row: Mapping[str, Any], policy: AwayPolicy) -> tuple[AwayKind, str]:
    """What the policy makes of an application that waits."""
    names = ("since", "expected_return", "destination", "fixed_place", "intermittent")
    command = MoveAway.model_construct(**{name: row[name] for name in names})
    return away_kind(command, policy, speech().today)


async def deed(
    request: Request, caller: Caller, member_id: str, name: str, act: Act, told: str,
    undo: Callable[[Receipt], Undo | None] = lambda _receipt: None,
) -> Response:  # fmt: skip
    """One of the page's forms: done and told, or shown again with what was wrong."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        async with of_member(request, caller, member_id, name, sent) as asked:
            receipt = await act(asked, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await shown(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    said = _(told, name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/members/{member_id}/away", said, undo=undo(receipt) if receipt.facts else None)


@router.post("/members/{member_id}/contact-card")
async def issue(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Give a card, or another in its place."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return (await absences_of(request).issue_card(asked, member_id, read_form(IssueCard, sent)))[1]

    def undo(receipt: Receipt) -> Undo:
        card_id = next(iter(one.fact.card_id for one in receipt.facts if hasattr(one.fact, "card_id")))
        return Undo(
            f"/registry/members/{member_id}/contact-card/revoke", {"card": card_id, "reason": _("发错了，当场撤回")}
        )

    return await deed(request, caller, member_id, "issue-card", act, N_("已给%(name)s发联系卡，可以打印了。"), undo)


@router.post("/members/{member_id}/contact-card/revoke")
async def revoke(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The card holds no more."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).revoke_card(asked, member_id, read_form(RevokeCard, sent))

    return await deed(request, caller, member_id, "revoke-card", act, N_("已作废%(name)s的联系卡，扫码即可看到。"))


@router.post("/members/{member_id}/contact-card/inspect")
async def inspect(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The card was handed in, or is lost; what stood in it."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).inspect_card(asked, member_id, read_form(InspectCard, sent))

    return await deed(request, caller, member_id, "inspect-card", act, N_("已记下%(name)s联系卡的查验。"))


@router.get("/members/{member_id}/contact-card/{card_id}.pdf")
async def sheet(request: Request, caller: Office, member_id: EntityId, card_id: EntityId) -> Response:
    """The card to print; only one that holds."""
    return await card_sheet(request, await card_of(request, caller, member_id, card_id))


async def card_of(request: Request, caller: Caller, member_id: str, card_id: str) -> Any:
    """A card of this member that still holds. Errors: NotFound."""
    row = await sought(request, caller, lambda db: contact_card.card(db, card_id))
    if row is None or row["member_id"] != member_id:
        raise NotFound(_("在您的范围内没有这张联系卡。"))
    if row["state"] != contact_card.ISSUED:
        raise NotFound(_("这张联系卡已经不能用了，不再打印。请打印新卡。"))
    return row


@router.post("/members/{member_id}/transfer")
async def send(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Give a letter."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).send_transfer(asked, member_id, read_form(SendTransfer, sent))

    undo = Undo(f"/registry/members/{member_id}/transfer/withdraw", {"reason": _("开错了，当场撤回")})
    told = N_("已给%(name)s开介绍信，可以打印了。对方收到之前仍由我方负责。")
    return await deed(request, caller, member_id, "send-transfer", act, told, lambda _receipt: undo)


@router.post("/members/{member_id}/transfer/receive")
async def receive(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The organisation there has it."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).receive_transfer(asked, member_id, read_form(ReceiveTransfer, sent))

    return await deed(request, caller, member_id, "receive-transfer", act, N_("已记下：对方收到了%(name)s的组织关系。"))


@router.post("/members/{member_id}/transfer/withdraw")
async def withdraw(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The letter counts for nothing."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).withdraw_transfer(asked, member_id, read_form(WithdrawTransfer, sent))

    return await deed(request, caller, member_id, "withdraw-transfer", act, N_("已撤回%(name)s的介绍信。"))


@router.get("/members/{member_id}/transfer-letter.pdf")
async def letter(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The letter to print, as long as it is not received."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        stay = await ledger.stay(db, member_id)
        contact = await branch.branch(db, card["branch_id"]) if card["branch_id"] else None
    if stay is None or stay["state"] != ledger.OPEN or not stay["letter_no"] or stay["received_on"]:
        raise NotFound(_("这位党员眼下没有要打印的介绍信。"))
    phone = {name: contact[name] if contact else None for name in ("contact_name", "contact_phone")}
    clause = rules(request, card["community"], stay["letter_sent_on"]).away.letter.clause
    return await letter_sheet({**stay, **phone, "letter_clause": clause})


@router.post("/members/{member_id}/away/report")
async def report(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The member told of themselves."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).report(asked, member_id, read_form(ReportAfar, sent))

    return await deed(request, caller, member_id, "report-from-afar", act, N_("已记下%(name)s在外的报告。"))


@router.post("/members/{member_id}/away/lost")
async def flag_lost(request: Request, caller: Office, member_id: EntityId) -> Response:
    """A person found the contact lost."""
    last = await last_contact_of(request, caller, member_id)

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).flag_lost(asked, member_id, read_form(FlagLost, sent), last)

    return await deed(
        request, caller, member_id, "lost-contact", act, N_("已认定%(name)s失去联系；联系上了，请记下来。")
    )


@router.post("/members/{member_id}/away/found")
async def reestablish(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Somebody reached the member again."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).reestablish(asked, member_id, read_form(Reestablish, sent))

    return await deed(request, caller, member_id, "contact-reestablished", act, N_("已记下：重新联系上了%(name)s。"))


async def last_contact_of(request: Request, caller: Caller, member_id: str) -> date | None:
    """The last day on which anybody was in touch, as all services together know it."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        stay = await ledger.stay(db, member_id)
    return max(filter(None, (stay["last_contact"], await last_contact(request, caller, card)))) if stay else None
