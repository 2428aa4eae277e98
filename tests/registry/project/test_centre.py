"""Who belongs to which household centre, as the tables say after the facts."""

from __future__ import annotations

from datetime import date

import pytest

from events.facts.base import HIDDEN
from events.facts.centre import CentreClosed, CentreDesignated
from events.facts.member_centre import CentreJoined, CentreLeft, HostDeclined, HostDeclineWithdrawn
from services.registry.project import centre, member
from tests.registry.project.folding import WHO, folded, row_of, zhang

MARCH = date(2026, 3, 12)
OPEN = CentreDesignated(host_id="h", agreed_on=MARCH)


def test_a_centre_stands_until_it_is_closed() -> None:
    assert row_of(centre.view, (OPEN, MARCH)) == {"host_id": "h", "agreed_on": MARCH, "since": MARCH, "seq": 1}
    assert row_of(centre.view, OPEN, (CentreClosed(), MARCH))["closed_on"] == MARCH
    with pytest.raises(LookupError):
        folded(centre.view, CentreClosed())


def test_a_member_belongs_to_the_last_centre_and_the_row_says_where_from() -> None:
    joined = CentreJoined(centre_id="c2", came_from="c1", proposal_id="p")
    row = row_of(centre.membership, CentreJoined(centre_id="c1"), (joined, MARCH))
    assert (row["centre_id"], row["came_from"], row["proposal_id"], row["since"]) == ("c2", "c1", "p", MARCH)
    left = row_of(centre.membership, joined, CentreLeft(centre_id="c2"))
    assert (left["centre_id"], left["came_from"], left["proposal_id"]) == (None, "c2", None)


def test_a_withdrawn_wish_leaves_nothing_behind() -> None:
    wish = HostDeclined(host_id="h", why="有过争执")
    assert folded(centre.wishes, (wish, MARCH)) == {(WHO, "h"): {"since": MARCH, "why": "有过争执"}}
    assert folded(centre.wishes, HostDeclined(host_id="h", why=HIDDEN))[WHO, "h"]["why"] is None
    assert folded(centre.wishes, wish, HostDeclineWithdrawn(host_id="h")) == {}


def test_the_card_moves_on_to_the_version_of_these_facts() -> None:
    assert row_of(member.view, zhang(), CentreJoined(centre_id="c1"))["seq"] == 2
