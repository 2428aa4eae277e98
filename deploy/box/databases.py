"""The databases and roles of the services, made where they are missing. Every step may be repeated.

Each service has a database of its own and two roles: `<service>_owner` owns the tables and changes them,
`<service>_app` reads and writes rows and is bound by row-level security. Neither reaches another database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import asyncpg

from deploy.box.layout import SERVICES
from deploy.box.trouble import Trouble

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any]


class UnsafeRole(Trouble):
    """A role exists that row-level security would not bind."""


async def provision_databases(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Make roles and databases; `passwords` has one for `<service>_owner` and `<service>_app` of each service.

    `admin_url` signs in as a superuser, or as a role that may create roles and databases.
    Raises UnsafeRole if an existing role is above row-level security.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        for service in SERVICES:
            for role in roles(service):
                await _ensure_role(connection, role, passwords[role])
            await ensure_database(connection, service, service)
    finally:
        await connection.close()
    for service in SERVICES:
        connection = await asyncpg.connect(admin_url, database=service)
        try:
            await _furnish(connection, service)
        finally:
            await connection.close()


async def ensure_database(connection: Connection, name: str, service: str, template: str | None = None) -> None:
    """Make a database of a service if it is missing, as a copy of `template` if given."""
    owner, app = roles(service)
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        # Copying files takes half of what writing every page into the journal takes.
        copy = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
        await connection.execute(f"CREATE DATABASE {name} OWNER {owner}{copy}")
    await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {app}")


def roles(service: str) -> tuple[str, str]:
    """The owning and the working role of a service."""
    return f"{service}_owner", f"{service}_app"


async def _ensure_role(connection: Connection, role: str, password: str) -> None:
    found = await connection.fetchrow("SELECT rolsuper OR rolbypassrls AS above FROM pg_roles WHERE rolname = $1", role)
    if found is not None and found["above"]:
        raise UnsafeRole(f"the role {role} is a superuser or bypasses row-level security: take that from it first")
    if found is None:
        await connection.execute(f"CREATE ROLE {role} LOGIN")
    # The password again at every start: the key files and the server then agree whatever happened between.
    await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{_literal(password)}'")
    if not await connection.fetchval("SELECT pg_has_role(current_user, $1, 'SET')", role):
        await connection.execute(f"GRANT {role} TO CURRENT_USER WITH SET TRUE")


async def _furnish(connection: Connection, service: str) -> None:
    """Schema and extension. Rights on tables are given where a table is made: a default would open every partition."""
    owner, app = roles(service)
    await connection.execute(
        f"""
        CREATE EXTENSION IF NOT EXISTS ltree;
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        GRANT USAGE ON SCHEMA public TO {app};
        GRANT USAGE, CREATE ON SCHEMA public TO {owner};
        ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE ON SCHEMAS TO {app};
        """
    )


def _literal(text: str) -> str:
    return text.replace("'", "''")
