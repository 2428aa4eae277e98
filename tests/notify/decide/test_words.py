from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from events.facts.notice import Channel, RecipientKind
from services.notify.decide.policy import policy_of
from services.notify.decide.words import day_words, months_words, notice_for, way_to, words_of

PACK = (Path(__file__).resolve().parents[3] / "services/notify/policy/national.toml").read_text()
POLICY = policy_of(PACK)
TODAY = date(2026, 11, 21)
RECORDED = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
BRANCH = {"name": "王德明", "branch": "第一党支部", "contact": "李老师", "phone": "62710000"}


def test_a_member_away_gets_the_contact_details_of_the_branch() -> None:
    text = words_of(POLICY.messages["moved_away.member"], BRANCH, POLICY.unknown)
    assert "第一党支部" in text
    assert "李老师" in text
    assert "62710000" in text


def test_what_is_not_known_is_said_so() -> None:
    text = words_of(POLICY.messages["returned.member"], BRANCH | {"contact": None}, POLICY.unknown)
    assert "支部联系人：（未登记）" in text


def test_a_receipt_names_months_and_number_and_no_amount() -> None:
    known = {"name": "王德明", "months": months_words(["2026-07", "2026-08"]), "receipt_no": "2026-0341", "day": "…"}
    text = words_of(POLICY.messages["dues_paid.member"], known, POLICY.unknown)
    assert "2026年7、8月" in text
    assert "2026-0341" in text
    assert "元" not in text


@pytest.mark.parametrize("key", ["fell_ill.branch", "fell_ill.visitor"])
def test_of_an_illness_only_that_there_is_one(key: str) -> None:
    assert POLICY.messages[key].fields == {"name"}


def test_the_same_fact_rule_and_recipient_make_the_same_notice() -> None:
    def notice(key: str, recipient_id: str) -> str:
        return notice_for(
            POLICY, key, recipient_id=recipient_id, because="fact-1", recorded=RECORDED, known=BRANCH
        ).notice_id

    assert notice("moved_away.member", "m1") == notice("moved_away.member", "m1")
    assert len({notice(k, r) for k in ("moved_away.member", "returned.member") for r in ("m1", "m2")}) == 4


def test_a_notice_goes_where_the_rule_and_the_card_lead() -> None:
    notice = notice_for(
        POLICY,
        "moved_away.branch",
        recipient_id="b1",
        because="fact-1",
        recorded=RECORDED,
        known={"name": "王德明", "day": day_words(TODAY), "destination": "深圳市"},
        phone="62710000",
        about_member="m1",
    )
    assert (notice.recipient, notice.channel, notice.to) == (RecipientKind.BRANCH, Channel.PHONE, "62710000")
    assert "2026年11月21日起外出，去向：深圳市" in notice.text


@pytest.mark.parametrize(
    ("phone", "address", "way"),
    [
        ("1", "A", (Channel.PRINT, "A")),
        ("1", None, (Channel.PHONE, "1")),
        (None, None, (Channel.PRINT, None)),
    ],
)
def test_the_first_way_that_leads_somewhere(
    phone: str | None, address: str | None, way: tuple[Channel, str | None]
) -> None:
    assert way_to(POLICY.messages["moved_away.member"], phone, address) == way


def test_months_are_read_by_year() -> None:
    assert months_words(["2027-01", "2026-08", "2026-07"]) == "2026年7、8月，2027年1月"


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("{receipt_no}", "{amount_fen}", "amount_fen"),
        ('clause = "§5.1"', 'clause = "§9"', "clauses without words: §9"),
        ('channels = ["phone", "print"]', "channels = []", "channels"),
    ],
)
def test_a_pack_that_makes_no_sense_is_refused(before: str, after: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        policy_of(PACK.replace(before, after))
