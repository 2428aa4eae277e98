"""The policy packs of a box: whether they can be used, and putting one more into its folder (ADR 29)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.box.layout import Layout
from deploy.box.trouble import Trouble
from services.care.pages.policy import SCHEMA as CARE
from services.care.settings import CareSettings
from services.notify.pages.policy import SCHEMA as NOTIFY
from services.notify.settings import NotifySettings
from services.registry.pages.policy import SCHEMA as REGISTRY
from services.registry.settings import RegistrySettings
from services.shell.policy import BadPacks, Pack, PackSet, Problem, Schema
from services.shell.policy.pack import head_of, read_pack
from services.shell.policy.policies import load, put
from services.shell.settings import Settings

SCHEMAS: Final[dict[str, Schema[Any]]] = {schema.service: schema for schema in (REGISTRY, CARE, NOTIFY)}


class UnusablePacks(Trouble):
    """A box is not started on rules that cannot be used; one line a problem."""


def national(service: str) -> Path:
    """The service's national pack: its own, or the one `HEARTH_<SERVICE>_POLICY` names."""
    match service:
        case "registry":
            return RegistrySettings().registry_policy
        case "care":
            return CareSettings().care_policy
        case _:
            return NotifySettings().notify_policy


def packs_of(data: Path, service: str, more: Sequence[Path] = ()) -> PackSet[Any]:
    """What the box holds for a service, and `more` files. Raises `BadPacks`."""
    return load(SCHEMAS[service], national(service), folder_of(data, service), more)


def folder_of(data: Path, service: str) -> Path:
    """Where a service looks for packs; it need not be there."""
    return Settings(data=Layout.of(data).data).packs / service


def refuse_unusable(data: Path) -> None:
    """Raises `UnusablePacks` if a service of the box would not start on the packs that lie there."""
    problems: list[Problem] = []
    for service in SCHEMAS:
        try:
            packs_of(data, service)
        except BadPacks as bad:
            problems += bad.problems
    if problems:
        lines = "\n".join(map(str, problems))
        raise UnusablePacks(f"these policy packs cannot be used; mend them, or take them out of the folder:\n{lines}")


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack that fits; `held`: the box has exactly this one already."""

    source: Path
    pack: Pack
    held: bool


def checked(data: Path, files: Sequence[Path]) -> list[Checked]:
    """The packs in these files, which fit upon what the box holds and upon each other. Raises `BadPacks`."""
    found: list[Checked] = []
    problems: list[Problem] = []
    for service, packs in _by_service(files, problems).items():
        try:
            held = {pack.digest for pack in packs_of(data, service).packs}
            packs_of(data, service, [file for file, pack in packs.items() if pack.digest not in held])
        except BadPacks as bad:
            problems += bad.problems
        else:
            found += [Checked(file, pack, pack.digest in held) for file, pack in packs.items()]
    if problems:
        raise BadPacks(problems)
    return found


def add(data: Path, one: Checked) -> Path:
    """Put a checked pack into the box's folder, whole; running services take it up by themselves."""
    name = f"{one.pack.head.scope or 'national'}@{one.pack.head.effective_from}.toml"
    return put(one.source.read_text("utf-8"), folder_of(data, one.pack.head.service), name)


def _by_service(files: Sequence[Path], problems: list[Problem]) -> dict[str, dict[Path, Pack]]:
    """Each file's pack, by the service its head names; what cannot be read is told in `problems`."""
    found: dict[str, dict[Path, Pack]] = {}
    for file in files:
        try:
            text = file.read_text("utf-8")
            service = head_of(text, str(file)).service
            if service in SCHEMAS:
                found.setdefault(service, {})[file] = read_pack(text, str(file), SCHEMAS[service])
            else:
                known = ", ".join(SCHEMAS)
                problems.append(Problem(str(file), 1, f"pack.service: {service!r} is none of {known}"))
        except BadPacks as bad:
            problems += bad.problems
        except (OSError, UnicodeError) as unread:
            problems.append(Problem(str(file), 1, f"cannot be read: {unread}"))
    return found
