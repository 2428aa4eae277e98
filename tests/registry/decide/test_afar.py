"""Being in touch from afar: reports, contact lost and found, and that what is due is announced in time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given as each
from hypothesis import strategies as st

from events.facts.member import AwayKind, Returned
from events.facts.member_away import (
    ContactReestablished,
    LostContactFlagged,
    ReportedFromAfar,
)
from services.registry.decide import afar
from services.registry.decide.afar import FlagLost, Reestablish, ReportAfar
from services.registry.decide.away_due import Stay, due_of
from services.registry.decide.member import MEMBER
from tests.given import given
from tests.registry.decide.leavers import gone
from tests.registry.decide.people import POLICY, TODAY, enrolled


def reporting(on: date) -> Any:
    return lambda one: afar.report(one, ReportAfar(on=on, said="身体好"), TODAY)


def test_a_report_from_afar_counts_once_a_day_and_may_be_written_late() -> None:
    day = date(2026, 10, 1)
    given(MEMBER, enrolled(), gone()).when(reporting(day)).then(
        ReportedFromAfar(said="身体好"), on=day
    ).then_again_nothing()
    later = (ReportedFromAfar(said="都好"), date(2026, 11, 1))
    given(MEMBER, enrolled(), gone(), later).when(reporting(day)).then(ReportedFromAfar(said="身体好"), on=day)
    given(MEMBER, enrolled()).when(reporting(day)).then_refused("not_away")
    given(MEMBER, enrolled(), gone()).when(reporting(date(2026, 7, 31))).then_refused("before_leaving")
    given(MEMBER, enrolled(), gone()).when(reporting(date(2026, 11, 22))).then_refused("in_future")


def flagging(last_contact: date | None) -> Any:
    command = FlagLost(reason="电话停机，家属也联系不上")
    return lambda one: afar.flag_lost(one, command, last_contact, POLICY.away, TODAY)


LONG_GONE = (gone()[0], date(2026, 3, 1))
FLAGGED = LostContactFlagged(last_contact=date(2026, 5, 21), clause="§3.5", why="电话停机，家属也联系不上")


def test_contact_is_found_lost_by_a_person_and_not_before_its_time() -> None:
    given(MEMBER, enrolled(), LONG_GONE).when(flagging(date(2026, 5, 21))).then(FLAGGED, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), LONG_GONE).when(flagging(date(2026, 5, 22))).then_refused(
        "contact_too_recent", clause="§3.5"
    )
    outcome = given(MEMBER, enrolled(), LONG_GONE).when(flagging(None))
    ((flagged, _on),) = outcome.then_facts()
    assert flagged.last_contact == date(2026, 3, 1), "the day of leaving, where nobody was in touch since"
    reported = (ReportedFromAfar(said="都好"), date(2026, 11, 1))
    given(MEMBER, enrolled(), LONG_GONE, reported).when(flagging(None)).then_refused("contact_too_recent")
    given(MEMBER, enrolled()).when(flagging(None)).then_refused("not_away")


def finding(on: date = TODAY) -> Any:
    return lambda one: afar.reestablish(one, Reestablish(on=on, how="女儿来电"), TODAY)


def test_whoever_was_lost_is_found_once() -> None:
    lost = (FLAGGED, date(2026, 11, 20))
    found = ContactReestablished(how="女儿来电")
    given(MEMBER, enrolled(), LONG_GONE, lost).when(finding()).then(found, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), LONG_GONE, lost).when(finding(date(2026, 11, 19))).then_refused("before_flag")
    given(MEMBER, enrolled(), LONG_GONE).when(finding()).then_refused("not_lost")
    back = (Returned(), TODAY)
    given(MEMBER, enrolled(), LONG_GONE, lost, back).when(finding()).then_refused("not_lost")


DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 21))


@each(DAYS, DAYS, st.sampled_from(AwayKind), st.booleans())
def test_every_due_has_a_day_after_leaving_and_what_is_reached_is_never_announced(
    since: date, contact: date, kind: AwayKind, fixed: bool
) -> None:
    stay = Stay(kind=kind, since=since, fixed_place=fixed, last_contact=contact, card_no="2026-0001", card_until=since)
    found = due_of(stay, POLICY.away, TODAY)
    assert found == sorted(found)
    assert all(due.on >= since for due in found)
    (touch,) = [due for due in found if due.kind in ("contact", "lost")]
    silent = (TODAY - max(contact, since)).days
    reached = [days for days in POLICY.away.reminders.contact_days if days <= silent]
    if touch.kind == "contact":
        assert touch.days == (reached[-1] if reached else 30)
        assert touch.on == max(contact, since) + timedelta(days=touch.days)
