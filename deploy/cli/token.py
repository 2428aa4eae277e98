"""`hearth token`: a bearer token for the APIs, signed with the key of the box."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.box.layout import Layout
from deploy.cli.options import DataOption, Refused, data_directory
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token

_TTL_SECONDS = 3600
_TTL_SECONDS_MAX = 366 * 24 * 3600


def token(
    context: typer.Context,
    role: Annotated[Role, typer.Option(help="What the bearer may do.")],
    scope: Annotated[str, typer.Option(metavar="PATH", help="Organisation path, such as demo.jinqiao.")] = "",
    ttl: Annotated[
        int, typer.Option(min=1, max=_TTL_SECONDS_MAX, metavar="SECONDS", help="How long it is valid.")
    ] = _TTL_SECONDS,
    data: DataOption = None,
) -> None:
    """Print a bearer token; without --scope it covers the whole box. The box need not be running."""
    key = Layout.of(data_directory(context, data)).keys / "box.key"
    if not key.exists():
        raise Refused(f"{key} does not exist: name the box's directory with --data, or start the box once")
    print(
        mint_token(box_key(key), name=f"token-{role}", role=role, scope=scope, ttl_seconds=ttl, now=datetime.now(UTC))
    )
