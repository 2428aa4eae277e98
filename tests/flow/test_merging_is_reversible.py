"""merge∘unmerge = identity: whatever happened to two records before, meanwhile and afterwards, every row of every
projection of the three services is what it would be if nobody had ever merged them (positions aside).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import assume, example
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.base import HIDDEN, Fact
from events.facts.care import FellIll, Recovered, Severity, VisitMade, VisitPlanned, VisitReason, VisitWay
from events.facts.decision import Refused
from events.facts.member import (
    Assigned,
    Attended,
    AwayKind,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    DuesAmount,
    DuesPaid,
    MonthDue,
    MovedAway,
    PayMethod,
    PensionBasisSet,
    Returned,
)
from events.facts.merging import Likeness, ToldApart
from events.facts.notice import Channel, NoticeAcknowledged, NoticeIntended, RecipientKind
from events.facts.people import ContactCard, Relative
from events.log.envelope import About
from events.log.project import Projection, Row
from services.care.projection import PROJECTION as CARE
from services.notify.projection import PROJECTION as NOTIFY
from services.registry.decide import merging
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.merging import Merge, Unmerge
from services.registry.project import member as member_view
from services.registry.projection import PROJECTION as REGISTRY
from tests.registry.project.folding import zhang

ABSORBED, KEPT = "a", "b"
DAY: Final = date(2026, 3, 1)
MOVES_ON: Final = {"seq", "recorded", "changed_at", "changed_seq"}
"""Columns that say how far a row has come."""
Happened = tuple[str, Fact, date]


def paid(month: int) -> DuesPaid:
    name = f"2026-{month:02}"
    due = MonthDue(month=name, due_fen=1710, clause="§2.1")
    return DuesPaid(
        months=(name,),
        amount=DuesAmount(total_fen=1710, months=(due,)),
        receipt_no=f"2026-{month:06}",
        method=PayMethod.CASH,
    )


def told(number: int) -> NoticeIntended:
    return NoticeIntended(
        notice_id=f"n{number}", policy="dues_paid.member", because=f"f{number}", recipient=RecipientKind.MEMBER,
        channel=Channel.PRINT, to=None, text=f"收据 {number}",
    )  # fmt: skip


def planned(number: int) -> VisitPlanned:
    return VisitPlanned(
        visit_id=f"v{number}", reason=VisitReason.EIGHTY, way=VisitWay.HOME, start=DAY, due=DAY, end=DAY, clause="§1"
    )


LEFT: Final = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="苏州", fixed_place=True, reason="带孙子")
HAS_IT: Final = NoticeAcknowledged(notice_id="n1", channel=Channel.PRINT)
OF_THE_REGISTER: Final = st.one_of(
    st.builds(paid, st.integers(1, 12)),
    st.builds(lambda number: Attended(meeting_id=f"m{number}"), st.integers(1, 3)),
    st.builds(lambda number: Assigned(branch_id=f"b{number}"), st.integers(1, 3)),
    st.builds(lambda fen: PensionBasisSet(basis_fen=fen), st.integers(0, 900_000)),
    st.builds(
        lambda phone, family: ContactChanged(contact=ContactCard(phone=phone, family=family)),
        st.sampled_from(["13900000001", "13900000002", None]),
        st.sampled_from([(), (Relative(name="张伟", phone="13800002210"),)]),
    ),
    st.sampled_from(
        [
            LEFT,
            Returned(report="一切都好"),
            Died(),
            ToldApart(other_id="c", alike=(Likeness.NAME,)),
            DetailsCorrected(field=CorrectableField.NAME, identity="章桂兰"),
            DetailsCorrected(field=CorrectableField.PHONE, contact="13900000003"),
            DetailsCorrected(field=CorrectableField.JOINED_ON, plain="1970-01-01"),
            ContactChanged(contact=HIDDEN),
        ]
    ),
)
OF_THE_OTHERS: Final = st.one_of(
    st.sampled_from(
        [
            FellIll(severity=Severity.SERIOUS, hospital="市第一医院"),
            Recovered(),
            VisitMade(by="laoli", way=VisitWay.HOME),
            VisitMade(by="wang", way=VisitWay.CALL),
        ]
    ),
    st.builds(planned, st.integers(1, 3)),
    st.builds(told, st.integers(1, 3)),
)
DAYS: Final = st.integers(0, 200).map(lambda days: DAY + timedelta(days=days))
BOTH: Final = st.sampled_from([ABSORBED, KEPT])
ANY: Final = st.lists(st.tuples(BOTH, st.one_of(OF_THE_REGISTER, OF_THE_OTHERS), DAYS), max_size=8)
MEANWHILE: Final = st.lists(
    st.one_of(st.tuples(st.just(KEPT), OF_THE_REGISTER, DAYS), st.tuples(BOTH, OF_THE_OTHERS, DAYS)), max_size=6
)
BEGINNING: Final[Sequence[Happened]] = [(ABSORBED, zhang(), DAY), (KEPT, zhang(import_id="i1"), DAY)]


def about(seq: int, entity: str, fact: Fact, day: date) -> About:
    return About(
        id=f"{fact.OWNER}-{entity}-{seq}", type=fact.TYPE, entity=entity, community="demo.jinqiao", effective=day,
        recorded=datetime(2026, 11, 21, tzinfo=UTC), actor="shuji", correlation="", causation="", command="",
        reason="", previous="", service=fact.OWNER, log_stream=fact.OWNER.upper(), seq=seq,
    )  # fmt: skip


def rows_of(projection: Projection, history: Iterable[tuple[int, Happened]]) -> dict[str, Any]:
    """Every row of every view and the state of every entity, without what says how far it has come."""
    rows: dict[tuple[str, Any], Row | None] = {}
    states: dict[tuple[str, str], Any] = {}
    for seq, (entity, fact, day) in history:
        told_by = about(seq, entity, fact, day)
        for view in projection.views:
            if (handler := view.handlers.get(type(fact))) is None:
                continue
            for key in [(entity,)] if handler.keys is None else handler.keys(fact, told_by):
                before = rows.get((view.name, key))
                # As it would come back from the table: every column is there.
                row = None if before is None else dict.fromkeys(map(str, view.table.columns.keys())) | before
                arguments = (row, fact, told_by)
                rows[view.name, key] = handler.fold(*arguments, *((key,) if handler.wants_key else ()))
        for one in projection.snapshots:
            if one.stream == fact.STREAM:
                state = states.get((one.stream, entity), one.initial)
                states[one.stream, entity] = one.evolve(state, fact, day)
    plain = {
        f"{name} {key}": {
            column: value for column, value in row.items() if column not in MOVES_ON and value is not None
        }
        for (name, key), row in rows.items()
        if row is not None
    }
    return plain | {f"state {stream} {entity}": state for (stream, entity), state in states.items()}


def member_after(history: Iterable[Happened], entity: str) -> Member:
    state = MEMBER.initial
    for who, fact, day in history:
        if who == entity and MEMBER.stream == fact.STREAM:
            state = MEMBER.evolve(state, fact, day)
    return state


def decided(decisions: Any) -> list[Happened]:
    assume(not isinstance(decisions, Refused))
    happened: Mapping[str, Any] = decisions
    return [(entity, fact, day) for entity, each in happened.items() for fact, day in each.facts]


def merged_and_taken_apart(before: Sequence[Happened], meanwhile: Sequence[Happened]) -> list[Happened]:
    """The history with both acts in it, as the office decides them."""
    merge = merging.merge(
        member_after(before, ABSORBED), member_after(before, KEPT), Merge(into=KEPT, reason="同一个人"), DAY,
        absorbed_id=ABSORBED, kept_id=KEPT,
    )  # fmt: skip
    merged = [*before, *decided(merge), *meanwhile]
    unmerge = merging.unmerge(
        member_after(merged, ABSORBED), member_after(merged, KEPT), Unmerge(reason="两个人"), (), DAY,
        absorbed_id=ABSORBED, kept_id=KEPT,
    )  # fmt: skip
    return [*merged, *decided(unmerge)]


@pytest.mark.parametrize("projection", [REGISTRY, CARE, NOTIFY], ids=lambda one: one.service)
@forall(before=ANY, meanwhile=MEANWHILE, after=ANY)
@example(before=[(ABSORBED, paid(1), DAY), (KEPT, paid(1), DAY)], meanwhile=[(KEPT, paid(2), DAY)], after=[])
@example(before=[(ABSORBED, told(1), DAY)], meanwhile=[(ABSORBED, HAS_IT, DAY)], after=[])
@example(before=[(ABSORBED, Died(), DAY), (KEPT, Died(), DAY)], meanwhile=[], after=[])
@example(before=[(ABSORBED, LEFT, DAY)], meanwhile=[(KEPT, LEFT, DAY)], after=[(ABSORBED, Returned(), DAY)])
def test_taking_apart_what_was_merged_leaves_every_row_as_it_would_be(
    projection: Projection, before: list[Happened], meanwhile: list[Happened], after: list[Happened]
) -> None:
    streams = {stream.lower() for stream in projection.streams}
    with_both = [*merged_and_taken_apart([*BEGINNING, *before], meanwhile), *after]
    without = [*BEGINNING, *before, *meanwhile, *after]

    def rows(history: Sequence[Happened]) -> dict[str, Any]:
        readable = [one for one in history if one[1].OWNER in streams]
        # Ids of facts follow from their place; the same fact must have the same id in both histories.
        places = iter(range(1_000, 2_000))
        return rows_of(projection, [(_place(one, without, places), one) for one in readable])

    assert rows(with_both) == rows(without)


def _place(one: Happened, without: Sequence[Happened], others: Any) -> int:
    found = next((number for number, each in enumerate(without) if each[1] is one[1] and each[0] == one[0]), None)
    return next(others) if found is None else found


@forall(before=ANY, meanwhile=MEANWHILE)
def test_as_long_as_they_are_merged_only_one_of_them_is_on_a_list(
    before: list[Happened], meanwhile: list[Happened]
) -> None:
    history = [*BEGINNING, *before]
    decisions = merging.merge(
        member_after(history, ABSORBED), member_after(history, KEPT), Merge(into=KEPT, reason="同一个人"), DAY,
        absorbed_id=ABSORBED, kept_id=KEPT,
    )  # fmt: skip
    everything = list(enumerate([*history, *decided(decisions), *meanwhile]))
    registry, care, notify = (rows_of(one, everything) for one in (REGISTRY, CARE, NOTIFY))
    for rows, name in ((registry, "member"), (care, "person"), (notify, "recipient")):
        absorbed, kept = rows[f"{name} ('{ABSORBED}',)"], rows[f"{name} ('{KEPT}',)"]
        assert (absorbed["state"], absorbed["merged_into"]) == ("merged", KEPT)
        assert kept["state"] != "merged"
    assert member_view.MERGED not in member_view.ON_ROLL
