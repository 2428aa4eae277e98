"""`hearth policy`: checks policy packs and question sets of a census, puts them into a box, says which it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import httpx
import typer

from deploy.box import packs, question_sets
from deploy.box.addresses import attach
from deploy.box.layout import SERVICES
from deploy.box.packs import Checked
from deploy.cli import preview
from deploy.cli.joining import asking
from deploy.cli.options import DataOption, JsonOption, data_directory
from services.registry.pages.question_sets import QuestionSet
from services.shell.identity.caller import Role
from services.shell.policy import BadPacks, Head

POLL_SECONDS: Final = 0.2
TAKEN_UP_TRIES: Final = 50


class Act(StrEnum):
    """What to do."""

    CHECK = "check"
    ADD = "add"
    LIST = "list"
    PREVIEW = "preview"


def policy(
    context: typer.Context,
    act: Annotated[
        Act,
        typer.Argument(
            help="check: say what is wrong with FILE, upon what the box holds. add: check, and put it into the box. "
            "list: the packs the box holds. preview: what a pack of care's rules would change, before it is added."
        ),
    ],
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Policy packs, or question sets of a census (TOML)."),
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Check policy packs, add them to a box, or list those it holds. Exit 1: something is wrong, nothing is done."""
    directory = data_directory(context, data)
    if act is Act.PREVIEW and len(files or ()) == 1:
        asyncio.run(preview.preview(directory, (files or [])[0], as_json=as_json))
        return
    if (act is Act.LIST) == bool(files):
        wrong = "list takes no FILE" if files else f"{act} needs a FILE"
        raise typer.BadParameter(wrong, param_hint="FILE")
    try:
        if act is Act.LIST:
            _list(directory)
            return
        given = list(dict.fromkeys(files or ()))
        sets = question_sets.among(given)
        found = packs.checked(directory, [file for file in given if file not in sets])
    except BadPacks as bad:
        print(bad)
        raise typer.Exit(1) from bad
    _sets(directory, act, sets)
    for one in found:
        if act is Act.CHECK:
            print(f"{one.source}: {_said(one.pack.head)}: can be used")
    if act is Act.ADD:
        _add(directory, found)


def _sets(data: Path, act: Act, sets: Mapping[Path, QuestionSet]) -> None:
    for file, one in sets.items():
        named = f"census:{one.head.scope or 'national'}/{one.head.name}/{one.head.version} ({one.head.issuer})"
        if act is Act.CHECK:
            print(f"{file}: {named}: can be used")
            continue
        try:
            new = question_sets.shelf(data).add(one)
        except BadPacks as bad:
            print(bad)
            raise typer.Exit(1) from bad
        print(f"{file}: {named}: {'is offered now' if new else 'is there already'}")


def _list(data: Path) -> None:
    for service in SERVICES:
        for pack in packs.packs_of(data, service).packs:
            print(f"{_said(pack.head)}  {pack.file}")
    for one in question_sets.shelf(data).look()[0]:
        print(f"census:{one.head.scope or 'national'}/{one.head.name}/{one.head.version} ({one.head.issuer})")


def _said(head: Head) -> str:
    return f"{head.id} {head.title} ({head.issuer})"


def _add(data: Path, found: Sequence[Checked]) -> None:
    new = [one for one in found if not one.held]
    for one in found:
        if one.held:
            print(f"{one.source}: {one.pack.head.id}: is there already")
    for one in new:
        print(f"{one.source}: {_said(one.pack.head)}: now {packs.add(data, one)}")
    if new:
        asyncio.run(_taken_up(data, [one.pack.head for one in new]))


async def _taken_up(data: Path, heads: Sequence[Head]) -> None:
    """Say when the running box decides by the new packs."""
    addresses = attach(data)
    if addresses is None or addresses.http is None:
        print("No box runs here now; it will hold from the next start on.")
        return
    async with asking(addresses, Role.OPERATOR, "") as client:
        for head in heads:
            for _try in range(TAKEN_UP_TRIES):
                if await _holds(client, head):
                    print(f"{head.id}: taken up by the running box")
                    break
                await asyncio.sleep(POLL_SECONDS)
            else:
                print(f"{head.id}: not taken up yet; `hearth doctor` and the page /policy say why")


async def _holds(client: httpx.AsyncClient, head: Head) -> bool:
    asked = {"community": head.scope, "on": head.effective_from.isoformat()}
    answer = await client.get(f"/{head.service}/api/policy", params=asked)
    return answer.is_success and any(one["pack"] == head.id for one in answer.json()["packs"])
