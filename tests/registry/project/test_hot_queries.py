"""The questions that the list of a whole city's members asks are answered by indexes, also under row-level security."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest
from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.box.addresses import BoxAddresses
from events.facts.post import PostTerms, ServiceKind
from events.log.project.ddl import prepare
from events.log.project.scope import SETTING, WHOLE_BOX
from services.registry.decide.policy import policy_of
from services.registry.pages.completeness import incomplete
from services.registry.project import register, service_wish
from services.registry.project.register import Wanted
from services.registry.projection import PROJECTION
from services.registry.settings import RegistrySettings
from services.shell.database import Database
from tests.cells import Cells

POLICY = policy_of(RegistrySettings.model_fields["registry_policy"].default.read_text("utf-8")).completeness
CITY, STREET, COMMUNITY = "", "city.s003", "city.s003.c0021"
PEOPLE, COMMUNITIES = 20_000, 50
FILL = f"""
    INSERT INTO member (member_id, community, place, state, name, given, pinyin, given_pinyin, initials,
                        phone_backwards, id_backwards, branch_id, missing, skills, seq, recorded)
    SELECT 'm' || n, path::ltree, path, (ARRAY['enrolled','enrolled','enrolled','away','dead'])[1 + n % 5],
           surname || given, given, spelt || syllables, syllables, left(spelt, 1) || left(syllables, 1),
           lpad((n * 7919 % 100000000)::text, 11, '0'), lpad((n * 31 % 10000)::text, 4, '0'),
           nullif(path || n % 4, path || '3'), CASE WHEN n % 4 = 0 THEN n % 64 ELSE 0 END,
           CASE WHEN n % 20 = 0 THEN ARRAY['法律咨询'] END, n, now()
    FROM (SELECT n,
                 format('city.s%s.c%s', to_char(n % {COMMUNITIES} / 7, 'FM000'), to_char(n % {COMMUNITIES}, 'FM0000'))
                     AS path,
                 (ARRAY['王','李','张','刘','陈','杨','赵'])[1 + n % 7] AS surname,
                 (ARRAY['wang','li','zhang','liu','chen','yang','zhao'])[1 + n % 7] AS spelt,
                 chr(0x4e00 + n % 500) AS given, chr(97 + n % 26) || chr(97 + n / 26 % 26) || n % 9 AS syllables
          FROM generate_series(1, {PEOPLE}) n) AS made
"""

WISHES = """
    INSERT INTO service_wish (member_id, community, place, asked, kinds, weekdays, since)
    SELECT member_id, community, place, true, ARRAY['patrol'], '[]', now() FROM member WHERE seq % 10 = 0
"""


@pytest.fixture(scope="module")
def city(cells: Cells) -> BoxAddresses:
    """One cell for the whole module."""
    return cells.fresh()


@pytest.fixture
async def database(city: BoxAddresses) -> AsyncIterator[Database]:
    """Twenty thousand people in it."""
    owner = await asyncpg.connect(city.postgres["registry_owner"])
    await prepare(owner, PROJECTION)
    await owner.execute(f"SET {SETTING} = '{WHOLE_BOX}'")
    if not await owner.fetchval("SELECT count(*) FROM member"):
        await owner.execute(FILL)
        await owner.execute(WISHES)
        await owner.execute("VACUUM (ANALYZE) member, service_wish")
    await owner.close()
    database = Database(
        create_async_engine(city.postgres["registry_app"].replace("postgresql://", "postgresql+asyncpg://", 1))
    )
    yield database
    await database.close()


async def plan_of(database: Database, scope: str, query: Select[tuple[object, ...]]) -> str:
    compiled = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects
    async with database.reading(scope) as db:
        rows = await db.execute(text("EXPLAIN " + str(compiled).replace(":", r"\:")))
        return "\n".join(row[0] for row in rows)


def below(percent: str) -> register.Incomplete | None:
    return incomplete(percent, POLICY)


@pytest.mark.parametrize(
    ("scope", "wanted", "index"),
    [
        (CITY, Wanted(), "member_by_name"),
        (CITY, Wanted(state="away"), "using member_by_"),
        (CITY, Wanted(q="张三"), "member_name"),
        (CITY, Wanted(q="zhangab"), "member_pinyin"),
        (CITY, Wanted(q="zhangab"), "member_given_pinyin"),
        (CITY, Wanted(q="zab"), "member_initials"),
        (CITY, Wanted(q="4711"), "member_phone_backwards"),
        (CITY, Wanted(q="123X"), "member_id_backwards"),
        (CITY, Wanted(branch_id="city.s003.c00211"), "member_by_branch"),
        (CITY, Wanted(general_id="city.s003"), "using member_by_"),
        (CITY, Wanted(incomplete=below("60")), "member_by_missing"),
        (CITY, Wanted(community=COMMUNITY), "member_by_place"),
        (COMMUNITY, Wanted(community=COMMUNITY), "member_by_place"),
        (COMMUNITY, Wanted(community=COMMUNITY, q="wa"), "member_by_place"),
        (COMMUNITY, Wanted(community=COMMUNITY, state="dead"), "member_by_place"),
        (STREET, Wanted(community=STREET, q="4711"), "member_phone_backwards"),
    ],
)
async def test_a_page_of_the_register_is_found_by(database: Database, scope: str, wanted: Wanted, index: str) -> None:
    for after in (None, (("zhang", "m1") if wanted.incomplete is None else (-30, "zhang", "m1"))):
        plan = await plan_of(database, scope, register.page_query(wanted, 50, after))
        assert index in plan
        assert "Seq Scan on member" not in plan


@pytest.mark.parametrize(
    ("scope", "wanted", "index"),
    [
        (CITY, Wanted(), "Index Only Scan using member_by_place"),
        (COMMUNITY, Wanted(community=COMMUNITY), "member_by_place"),
        (CITY, Wanted(incomplete=below("100")), "Index Only Scan using member_by_missing"),
    ],
)
async def test_counting_does_not_read_the_rows(database: Database, scope: str, wanted: Wanted, index: str) -> None:
    plan = await plan_of(database, scope, register.count_query(wanted))
    assert index in plan
    assert "Seq Scan on member" not in plan


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(q="zh"), Wanted(q="z"), Wanted(incomplete=below("100"))])
@pytest.mark.parametrize("scope", [CITY, STREET, COMMUNITY])
async def test_page_after_page_shows_everybody_of_the_scope_once(
    database: Database, scope: str, wanted: Wanted
) -> None:
    async with database.reading(scope) as db:
        token, seen, pages = "", [], 0
        while pages < 3 or (scope == COMMUNITY and token):
            page = await register.cards(db, wanted, size=100, token=token)
            seen += [(row.get("known", 0), row["pinyin"], row["member_id"]) for row in page.items]
            token, pages = page.next_token, pages + 1
            if not token:
                break
        counts = await register.counts(db, wanted)
    assert seen == sorted(set(seen))
    expected = counts["enrolled"] + counts["away"]
    assert len(seen) == (expected if not token else 300)


@pytest.mark.parametrize("scope", [CITY, COMMUNITY])
async def test_whom_to_ask_for_a_post_is_found_by_wishes_and_skills(database: Database, scope: str) -> None:
    terms = PostTerms(name="调解站", kind=ServiceKind.MEDIATION, places=1, needs=("法律",))
    plan = await plan_of(database, scope, service_wish.candidates_query(COMMUNITY, "p", terms, date(2026, 11, 21)))
    assert "member_by_skills" in plan
    assert "service_wish_by_place" in plan
    assert "Seq Scan on member" not in plan
    assert "Seq Scan on service_wish" not in plan
