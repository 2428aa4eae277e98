"""What notify's tables say after what happened."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events.facts.branch import BranchContact, ContactSet, Formed, Renamed
from events.facts.care import VisitMade, VisitWay
from events.facts.member import (
    Assigned,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    EnrolmentWithdrawn,
    Returned,
)
from events.facts.member_away import AwayDetailsChanged
from events.facts.notice import (
    Channel,
    NoticeAcknowledged,
    NoticeFailed,
    NoticeIntended,
    NoticeSent,
    NoticeSuppressed,
    RecipientKind,
    WhySuppressed,
)
from events.facts.people import ContactCard
from services.notify.project import branch, cause, notice, recipient, visitor
from services.notify.project.recipient import reached_by
from tests.notify.office import dues_paid, enrolled, moved_away
from tests.notify.project.folds import TODAY, about_of, folded, hidden

EARLIER = date(2026, 11, 1)
INTENDED = NoticeIntended(
    notice_id="n1", policy="returned.member", because="f0", recipient=RecipientKind.MEMBER, channel=Channel.PHONE,
    to="139", text="欢迎回来",
)  # fmt: skip


class TestRecipient:
    def test_who_is_enrolled_is_reached_at_home(self) -> None:
        row = folded(recipient.view, enrolled("b1"))
        assert (row["state"], row["name"], row["branch_id"]) == ("on_roll", "张桂兰", "b1")
        assert reached_by(dict.fromkeys(recipient.table.columns.keys()) | row) == (
            "13912348862",
            "金桥路36弄28号101室",
        )

    @pytest.mark.parametrize(
        ("away", "reached"),
        [
            (moved_away(phone="137"), ("137", "深圳市南山区科苑路9号502室")),
            (moved_away(phone=None, address=None), ("13912348862", None)),
        ],
    )
    def test_who_is_away_carries_the_mobile_along_and_not_the_letter_box(self, away: Any, reached: Any) -> None:
        row = folded(recipient.view, enrolled("b1"), away)
        assert reached_by(row) == reached
        assert reached_by(folded(recipient.view, Returned(), row=row)) == ("13912348862", "金桥路36弄28号101室")

    def test_who_moved_on_is_reached_at_the_other_place(self) -> None:
        moved_on = AwayDetailsChanged(
            destination="广州", phone="131", address="天河路1号", fixed_place=True, reason="x"
        )
        row = folded(recipient.view, enrolled("b1"), moved_away(), moved_on)
        assert (reached_by(row), row["away_to"]) == (("131", "天河路1号"), "广州")
        home = folded(recipient.view, enrolled("b1"), moved_on)
        assert "away_to" not in {name for name, value in home.items() if value}

    def test_another_way_to_be_reached_and_a_late_report_of_an_earlier_one(self) -> None:
        now = ContactChanged(contact=ContactCard(phone="138"))
        before = ContactChanged(contact=ContactCard(phone="137"))
        assert folded(recipient.view, enrolled("b1"), now, (before, EARLIER))["phone"] == "138"

    def test_what_was_wrong_is_corrected(self) -> None:
        name = DetailsCorrected(field=CorrectableField.NAME, identity="张桂芳")
        phone = DetailsCorrected(field=CorrectableField.PHONE, contact="136")
        row = folded(recipient.view, enrolled("b1"), name, phone, Assigned(branch_id="b2"))
        assert (row["name"], row["phone"], row["branch_id"]) == ("张桂芳", "136", "b2")

    def test_of_who_was_never_ours_only_the_name_stays(self) -> None:
        row = folded(recipient.view, enrolled("b1"), EnrolmentWithdrawn())
        assert row == {"state": "withdrawn", "name": "张桂兰"}

    def test_the_dead_are_dead(self) -> None:
        row = folded(recipient.view, enrolled("b1"), (Died(), EARLIER))
        assert (row["state"], row["died_on"]) == ("dead", EARLIER)

    def test_without_keys_nothing_personal_stands_there(self) -> None:
        row = folded(recipient.view, hidden(enrolled("b1")), hidden(moved_away()))
        assert not [name for name in ("name", "phone", "address", "away_phone", "away_address") if row[name]]

    def test_nothing_happens_to_who_was_never_enrolled(self) -> None:
        with pytest.raises(LookupError):
            folded(recipient.view, moved_away())


class TestBranch:
    def test_formed_and_reached_another_way(self) -> None:
        formed = Formed(name="第三党支部", contact=BranchContact(name="李老师"))
        row = folded(branch.view, formed, ContactSet(contact=BranchContact(name="赵老师", phone="627")))
        assert row == {"name": "第三党支部", "contact_name": "赵老师", "contact_phone": "627"}
        assert folded(branch.view, formed, Renamed(name="金桥支部"))["name"] == "金桥支部"
        assert folded(branch.view, hidden(formed))["contact_name"] is None
        with pytest.raises(LookupError):
            folded(branch.view, ContactSet(contact=BranchContact()))


class TestVisitor:
    def test_who_was_there_counts_before_who_called(self) -> None:
        there, called = VisitMade(by="li", way=VisitWay.HOME), VisitMade(by="wang", way=VisitWay.CALL)
        assert folded(visitor.view, (there, EARLIER), called)["visitor"] == "li"
        assert folded(visitor.view, called, (there, EARLIER))["visitor"] == "li"
        assert folded(visitor.view, called)["visitor"] == "wang"


class TestCause:
    def test_what_notices_answer_can_be_named(self) -> None:
        row = folded(cause.view, dues_paid("2026-11"))
        assert (row["member_id"], row["type"], row["effective"]) == ("m1", "hearth.member.dues_paid.v1", TODAY)
        assert folded(cause.view, moved_away(carried_over=True)) is None


class TestNotice:
    def test_intended_with_its_way_and_words(self) -> None:
        row = folded(notice.view, INTENDED)
        assert (row["recipient_id"], row["state"], row["channel"], row["to"]) == ("m1", "intended", "phone", "139")
        assert (row["attempts"], row["intended_on"]) == ([], TODAY)
        assert folded(notice.view, INTENDED, row=row) == row

    def test_every_try_is_kept(self) -> None:
        failed = NoticeFailed(notice_id="n1", channel=Channel.PHONE, why="no_answer")
        sent = NoticeSent(notice_id="n1", channel=Channel.PRINT)
        told = NoticeAcknowledged(notice_id="n1", channel=Channel.PRINT)
        row = folded(notice.view, INTENDED, (failed, EARLIER))
        assert (row["state"], row["why"]) == ("failed", "no_answer")
        row = folded(notice.view, sent, told, row=row)
        assert (row["state"], row["channel"], row["why"]) == ("acknowledged", "print", None)
        assert [(one["on"], one["outcome"], one["note"]) for one in row["attempts"]] == [
            ("2026-11-01", "failed", "no_answer"),
            ("2026-11-21", "sent", None),
            ("2026-11-21", "acknowledged", None),
        ]

    def test_suppressed_and_why(self) -> None:
        row = folded(notice.view, INTENDED, NoticeSuppressed(notice_id="n1", why=WhySuppressed.DIED))
        assert (row["state"], row["why"]) == ("suppressed", "died")

    def test_erased_words_are_gone(self) -> None:
        row = folded(notice.view, hidden(INTENDED))
        assert (row["to"], row["text"]) == (None, None)

    def test_each_notice_is_a_row(self) -> None:
        keys = notice.view.handlers[NoticeIntended].keys
        assert keys is not None
        assert keys(INTENDED, about_of(INTENDED)) == [("n1",)]

    def test_nothing_happens_to_what_nobody_intended(self) -> None:
        with pytest.raises(LookupError):
            folded(notice.view, NoticeSent(notice_id="n1", channel=Channel.PHONE))
