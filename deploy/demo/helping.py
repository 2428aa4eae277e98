"""Who is helped in the made-up town: assistance at every stage, helpers, a training for work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any, Final

from deploy.demo.deeds import Deed, InHelp
from deploy.demo.town import JINQIAO, Town
from events.facts.care_assistance import AssistanceKind, Evidence, PaidHow, TakenBy
from events.facts.care_pairing import HelperKind, HelpKind, PairedFor
from events.log.command import Asked
from services.care.decide.assistance_commands import (
    AcknowledgeAssistance,
    ApproveAssistance,
    PayAssistance,
    RequestAssistance,
)
from services.care.decide.pairing_commands import NoteAttendance, NoteHelp, PairHelper, ReferToTraining, ReviewPairing
from services.care.handle.assistance import Assisting
from services.care.handle.care import Care
from services.care.handle.pairing import Pairing

BEGINS: Final = (RequestAssistance, PairHelper, ReferToTraining)
"""Commands that begin something which others go on with."""
STREET: Final = "supervisor"

Step = tuple[int, str, Callable[[date], Any]]
"""So many days ago, this account, that command."""

_MONEY: Final[tuple[tuple[str, int, AssistanceKind, int, str, tuple[Evidence, ...], tuple[Step, ...]], ...]] = (
    (
        "马建国", 52, AssistanceKind.ILLNESS, 150000, "住院自费部分一万八，老伴没有退休金",
        (Evidence.HOSPITAL, Evidence.BILL),
        (
            (50, "secretary", lambda on: ApproveAssistance(on=on)),
            (47, STREET, lambda on: ApproveAssistance(on=on)),
            (43, "worker", lambda on: PayAssistance(on=on, how=PaidHow.TRANSFER)),
            (42, "worker", lambda on: AcknowledgeAssistance(on=on, by=TakenBy.SELF)),
        ),
    ),
    (
        "周慧敏", 24, AssistanceKind.HARDSHIP, 60000, "屋顶漏水要修，一时拿不出", (Evidence.SEEN,),
        ((20, "secretary", lambda on: ApproveAssistance(on=on, amount_fen=50000)),),
    ),
    (
        "沈玉兰", 4, AssistanceKind.HARDSHIP, 120000, "老伴住院，请了护工", (Evidence.BILL,),
        ((2, "secretary", lambda on: ApproveAssistance(on=on)),),
    ),
    ("陈秀英", 1, AssistanceKind.FESTIVAL, 30000, "独自过节，行动不便", (), ()),
)  # fmt: skip
"""Whom, how many days ago, what for, fen, why, what was shown, and what became of it."""


def helping(town: Town) -> Iterator[Deed]:
    """What the office puts on record of it."""
    for name, ago, kind, fen, why, evidence, then in _MONEY:
        on = town.ago(ago)
        wanted = RequestAssistance(kind=kind, amount_fen=fen, on=on, reason=why, evidence=evidence)
        asked = Deed(on, JINQIAO, JINQIAO.worker, wanted, name, time(10, 30))
        yield asked
        for days, actor, command in then:
            on = town.ago(days)
            yield Deed(on, JINQIAO, actor, InHelp(asked, command(on)), name, time(16, 0))
    yield from _paired(town)
    on = town.ago(40)
    course = ReferToTraining(course="电商客服线上班", organiser="街道就业服务站", on=on, begins_on=town.ago(33))
    told = Deed(on, JINQIAO, JINQIAO.worker, course, "赵文", time(11, 0))
    yield told
    went = town.ago(32)
    yield Deed(went, JINQIAO, JINQIAO.worker, InHelp(told, NoteAttendance(on=went)), "赵文", time(15, 0))


def _paired(town: Town) -> Iterator[Deed]:
    for name, helper, why, ago, reviewed, deeds in (
        (
            "沈玉兰",
            "wang",
            PairedFor.IN_NEED,
            60,
            None,
            ((30, HelpKind.ERRAND, "陪着去医院取药"), (6, HelpKind.VISIT, None)),
        ),
        ("张桂兰", "chen", PairedFor.ALONE, 120, 20, ((14, HelpKind.ERRAND, "买米，换灯泡"), (3, HelpKind.CALL, None))),
        ("王德明", "visitor", PairedFor.AWAY, 95, None, ((50, HelpKind.CALL, "在深圳一切都好，想家"),)),
    ):
        on = town.ago(ago)
        pair = PairHelper(helper_kind=HelperKind.ACCOUNT, helper=helper, why=why, on=on)
        paired = Deed(on, JINQIAO, JINQIAO.secretary, pair, name, time(9, 50))
        yield paired
        for days, kind, note in deeds:
            on = town.ago(days)
            yield Deed(on, JINQIAO, helper, InHelp(paired, NoteHelp(on=on, kind=kind, note=note)), name, time(17, 5))
        if reviewed is not None:
            on = town.ago(reviewed)
            yield Deed(on, JINQIAO, JINQIAO.secretary, InHelp(paired, ReviewPairing(on=on)), name, time(11, 10))


async def helped(care: Care, asked: Asked, member_id: str, help_: InHelp) -> None:
    """Go on with what was begun: beginning it again by the key it was begun with tells its id."""
    assisting, pairing = Assisting(care), Pairing(care)
    first = Asked(help_.begun.actor, help_.begun.community.code, help_.begun.key)
    match help_.begun.what:
        case RequestAssistance() as wanted:
            begun, _ = await assisting.request(first, member_id, wanted)
        case PairHelper() as pair:
            begun, _ = await pairing.pair(first, member_id, pair)
        case ReferToTraining() as course:
            begun, _ = await pairing.refer(first, member_id, course)
        case other:
            raise TypeError(f"nothing goes on from {other!r}")
    deeds: dict[type, Callable[..., Any]] = {
        ApproveAssistance: assisting.approve,
        PayAssistance: assisting.pay,
        AcknowledgeAssistance: assisting.acknowledge,
        NoteHelp: pairing.note,
        ReviewPairing: pairing.review,
        NoteAttendance: pairing.attend,
    }
    await deeds[type(help_.what)](asked, member_id, begun, help_.what)
