"""One pack: a head that says whose it is and from when, and any part of a service's rules, value by value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.shell.policy.toml_lines import NotToml, Place, read_toml

Path = tuple[str, ...]
"""A rule's value by its names: `("cadence", "eighty", "times")`."""
P = TypeVar("P", bound=BaseModel)
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

HEAD: Final = "pack"
CLAUSES: Final = "clauses"


class Problem(NamedTuple):
    """What is wrong with a pack; reads `file:line: reason`."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class BadPacks(ValueError):
    """Packs that cannot be used, with everything that is wrong with them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(sorted(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Schema(Generic[P]):
    """What a service's rules look like.

    `keyed`: arrays of tables whose tables have a name (`{"cadence": "reason"}`), so that a pack can speak of one of
    them. `closed`: tables whose names the code asks for; a pack may change what stands there and add no other.
    """

    service: str
    model: type[P]
    keyed: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()


class Head(BaseModel):
    """Whose rules these are. `scope`: a path of the organisation and everything below it; "" is the whole country."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    service: Line
    scope: str = Field(pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$")
    version: Line
    effective_from: date
    title: Line
    issuer: Line

    def covers(self, place: str) -> bool:
        """True if the place lies in the scope."""
        return not self.scope or place == self.scope or place.startswith(f"{self.scope}.")

    @property
    def depth(self) -> int:
        """How many levels below the nation."""
        return self.scope.count(".") + 1 if self.scope else 0

    @property
    def id(self) -> str:
        """By what the pack is cited: `registry:demo@2027-01-01/2`."""
        return f"{self.service}:{self.scope or 'national'}@{self.effective_from}/{self.version}"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that could be read. `lines` knows every name in it; `digest` is SHA-256 of its bytes."""

    head: Head
    file: str
    digest: str
    values: Mapping[Path, Any]
    clauses: Mapping[str, str]
    lines: Mapping[Path, int]

    def problem(self, path: Path, reason: str) -> Problem:
        """Something wrong with a value, or with the nearest thing around it that stands in this pack."""
        inner = next((path[:size] for size in range(len(path), 0, -1) if path[:size] in self.lines), (HEAD,))
        return Problem(self.file, self.lines.get(inner, 1), reason)


def head_of(text: str, file: str) -> Head:
    """The head alone: it says which service's rules these are. Raises `BadPacks`."""
    data, places = _read(text, file)
    lines = {tuple(map(str, place)): line for place, line in places.items()}
    return _head(data, lines, file)


def read_pack(text: str, file: str, schema: Schema[Any]) -> Pack:
    """The pack in a text; whether its values are right is seen when it lies on others. Raises `BadPacks`."""
    data, places = _read(text, file)
    plain = {tuple(map(str, place)): line for place, line in places.items()}
    head = _head(data, plain, file)
    if head.service != schema.service:
        reason = f"pack.service is {head.service!r}, and these are the rules of {schema.service!r}"
        raise BadPacks([Problem(file, plain[HEAD, "service"], reason)])
    names, problems = _names(data, places, file, schema)
    if problems:
        raise BadPacks(problems)
    lines = {_named(place, names): line for place, line in places.items()}
    clauses = data.get(CLAUSES, {})
    if not isinstance(clauses, dict) or not all(isinstance(words, str) and words for words in clauses.values()):
        raise BadPacks([Problem(file, lines.get((CLAUSES,), 1), "clauses: each needs its words, as a text")])
    rules = {name: value for name, value in data.items() if name not in {HEAD, CLAUSES}}
    values = {_named(place, names): value for place, value in _leaves((), rules, schema)}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Pack(head, file, digest, values, clauses, lines)


@lru_cache(maxsize=1024)  # a folder of five hundred packs is read anew when one of them changes
def _read(text: str, file: str) -> tuple[Mapping[str, Any], Mapping[Place, int]]:
    try:
        return read_toml(text)
    except NotToml as error:
        raise BadPacks([Problem(file, error.line, str(error))]) from error


def _head(data: Mapping[str, Any], lines: Mapping[Path, int], file: str) -> Head:
    if not isinstance(data.get(HEAD), dict):
        wanted = ", ".join(Head.model_fields)
        raise BadPacks([Problem(file, 1, f"a pack begins with [pack] and says: {wanted}")])
    try:
        return Head.model_validate(data[HEAD])
    except ValidationError as error:
        problems = []
        for one in error.errors(include_url=False):
            name = str(one["loc"][0])
            line = lines.get((HEAD, name), lines.get((HEAD,), 1))
            problems.append(Problem(file, line, f"pack.{name}: {said(one)}"))
        raise BadPacks(problems) from error


def said(error: Mapping[str, Any]) -> str:
    """What a validation says, in a sentence for whoever wrote the pack."""
    match error["type"]:
        case "extra_forbidden":
            return "nothing is called so"
        case "missing":
            return "is missing"
        case "value_error":
            return str(error["ctx"]["error"])
        case "string_pattern_mismatch":
            return f"{error['input']!r} is no path: write labels with dots between them, such as 'demo.jinqiao'"
        case _:
            message: str = error["msg"].removeprefix("Input ")
            return f"{message}, and is {error['input']!r}"


def _names(
    data: Mapping[str, Any], places: Mapping[Place, int], file: str, schema: Schema[Any]
) -> tuple[Mapping[Place, str], list[Problem]]:
    """What the tables of the keyed arrays are called, by their place; and what is wrong with that."""
    names: dict[Place, str] = {}
    problems = []
    for array, key in schema.keyed.items():
        tables, seen = data.get(array, []), set[str]()
        for index, table in enumerate(tables if isinstance(tables, list) else []):
            name = table.get(key) if isinstance(table, dict) else None
            line = places.get((array, index), places.get((array,), 1))
            if not isinstance(name, str):
                problems.append(Problem(file, line, f"{array}: each says its `{key}`, by which it is known"))
            elif name in seen:
                problems.append(Problem(file, line, f"{array}: {name!r} stands here twice"))
            else:
                names[array, index] = name
                seen.add(name)
    return names, problems


def _named(place: Place, names: Mapping[Place, str]) -> Path:
    """A place with the names of tables instead of their numbers."""
    head = place[:2]
    return (str(place[0]), names[head], *map(str, place[2:])) if head in names else tuple(map(str, place))


def _leaves(place: Place, value: Any, schema: Schema[Any]) -> Iterator[tuple[Place, Any]]:
    """Everything that is no table."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves((*place, name), each, schema)
    elif len(place) == 1 and place[0] in schema.keyed and isinstance(value, list):
        for index, table in enumerate(value):
            yield from _leaves((*place, index), table, schema)
    else:
        yield place, value
