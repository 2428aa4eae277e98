"""Which tables of a running database are not guarded by row-level security; asked of PostgreSQL, not of our code."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from events.log.project.ddl import NO_COMMUNITY

TABLES = """
    SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AS on, c.relforcerowsecurity AS forced,
           pg_get_userbyid(c.relowner) AS owner, coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'community'
                   AND NOT a.attisdropped) AS of_a_community,
           COALESCE((SELECT bool_and(pg_get_expr(p.polqual, p.polrelid) LIKE '%hearth.scope%')
                     FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')),
                    false) AS by_scope
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND (NOT c.relispartition OR has_table_privilege(c.oid, 'SELECT'))
      AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    ORDER BY name
"""


@dataclass(frozen=True)
class Table:
    """What the guard of one table looks like."""

    name: str
    on: bool
    forced: bool
    owner: str
    comment: str
    of_a_community: bool
    by_scope: bool

    def faults(self, reader: str) -> list[str]:
        """Why a reader could see rows outside its scope here; a table without a community must say why in a comment."""
        if not self.of_a_community:
            explained = self.comment.startswith(NO_COMMUNITY)
            return [] if explained else [f"{self.name}: has no community and does not say why in its comment"]
        checks = {
            "row-level security is off": self.on,
            "row-level security is not forced, so the owner sees everything": self.forced,
            "no policy on reading, or one that does not ask hearth.scope": self.by_scope,
            f"it belongs to {reader}, who could switch the guard off": self.owner != reader,
        }
        return [f"{self.name}: {fault}" for fault, well in checks.items() if not well]


async def tables(connection: asyncpg.Connection[asyncpg.Record]) -> list[Table]:
    """Every table of the database. A partition counts by itself if the user can read it past its parent's guard."""
    return [Table(**dict(row)) for row in await connection.fetch(TABLES)]


async def unguarded(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Faults of every table, and rights of the signed-in user that would bypass the guard altogether."""
    reader = await connection.fetchval("SELECT current_user")
    faults = [fault for table in await tables(connection) for fault in table.faults(reader)]
    if await connection.fetchval("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"):
        faults.append(f"{reader}: may bypass row-level security")
    return faults


async def readable_without_scope(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Tables of a community from which a transaction without a scope reads anything at all."""
    leaking = []
    for table in await tables(connection):
        if table.of_a_community:
            async with connection.transaction():
                await connection.execute("SELECT set_config('hearth.scope', '', true)")
                if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table.name})"):
                    leaking.append(table.name)
    return leaking
