from __future__ import annotations

from services.registry.import_roster.person import enrol_command
from services.registry.import_roster.reading import FACTS_PER_BATCH, rows_per_batch
from services.registry.roster.read import open_roster
from tests.registry.roster.sheets import HEADER, person_with, xlsx


def test_a_branch_is_named_by_its_id() -> None:
    row = person_with(所属支部="第三党支部").person
    assert enrol_command(row, "demo.jinqiao", {"第三党支部": "b3"}).branch == "b3"


def test_what_holds_no_members_stays_in_the_note() -> None:
    """A roster may name the general branch where it should name a branch: a person sorts it out."""
    row = person_with(所属支部="金桥党总支", 备注="老支委").person
    command = enrol_command(row, "demo.jinqiao", {})
    assert (command.branch, command.note) == (None, "老支委；名册写的支部：金桥党总支")


def test_a_batch_never_gives_more_facts_than_an_append_holds() -> None:
    plain, full = open_roster(xlsx(HEADER)), open_roster(xlsx([*HEADER, "学历", "网格", "原单位", "爱好"]))
    assert (rows_per_batch(plain), rows_per_batch(full)) == (FACTS_PER_BATCH // 2, FACTS_PER_BATCH // 6)
