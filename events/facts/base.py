"""What every fact is made of: its stored name, its owner, and which of its fields are sealed.

A fact's stored name is written out as a literal where the class stands and never changes; a new shape is a new
version with an upcaster. Personal fields declare the *purpose* they are sealed for, so that a service can read
only what its post needs (DOMAIN.md R23).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import core_schema
from typing_extensions import TypeAliasType

Purpose = Literal["identity", "contact", "care", "dues"]
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)


class Identity:
    """Purpose: who the person is (name, ID number, birth)."""

    purpose: ClassVar[Purpose] = "identity"


class Contact:
    """Purpose: how the person and the family are reached, and how they live."""

    purpose: ClassVar[Purpose] = "contact"


class Care:
    """Purpose: health and hardship. Only those who give the care can read it."""

    purpose: ClassVar[Purpose] = "care"


class Dues:
    """Purpose: pension and payments."""

    purpose: ClassVar[Purpose] = "dues"


class _Hidden:
    """The value of a sealed field for a reader who holds no key for its purpose, or after erasure."""

    _instance: ClassVar[_Hidden | None] = None

    def __new__(cls) -> _Hidden:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "HIDDEN"

    def __bool__(self) -> bool:
        return False


HIDDEN: Final[Any] = _Hidden()


def is_hidden(value: object) -> bool:
    """True if a sealed field could not be opened: no key for its purpose here, or the person was erased."""
    return value is HIDDEN


@dataclass(frozen=True)
class SealedFor:
    """Marks a field as sealed; lets `HIDDEN` through validation for readers without the key."""

    purpose: Purpose

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Accept either the real value or `HIDDEN`; the marker is tried only when the real type refuses."""
        return core_schema.union_schema(
            [core_schema.is_instance_schema(_Hidden), handler(source)],
            mode="left_to_right",
        )


P = TypeVar("P", Identity, Contact, Care, Dues)
T = TypeVar("T")

if TYPE_CHECKING:
    Sealed = TypeAliasType("Sealed", T, type_params=(P, T))
else:

    class Sealed:
        """`Sealed[Contact, str | None]`: stored as ciphertext, read as the plain type by those who hold the key."""

        def __class_getitem__(cls, parameters: tuple[type, Any]) -> Any:
            purpose, inner = parameters
            return Annotated[inner, SealedFor(purpose.purpose)]


_NAME = re.compile(r"^hearth\.[a-z]+\.[a-z][a-z0-9_]*$")
_catalogue: dict[str, type[Fact]] = {}


class Fact(BaseModel):
    """Something that happened, once, for ever. Subclass with `name=` and `version=` to add one to the catalogue.

    A stream's abstract base gives `owner=` (the only service that may write it) and `stream=`; each fact below it
    gives its stored name. `published=True` lets other services fold it or react to it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    NAME: ClassVar[str] = ""
    VERSION: ClassVar[int] = 0
    TYPE: ClassVar[str] = ""
    STREAM: ClassVar[str] = ""
    OWNER: ClassVar[str] = ""
    PUBLISHED: ClassVar[bool] = False
    SEALED: ClassVar[dict[str, Purpose]] = {}

    def __init_subclass__(cls, **_declaration: Any) -> None:
        """The class keywords are read by pydantic's own hook below, once the fields are known."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(
        cls,
        *,
        owner: str = "",
        stream: str = "",
        name: str = "",
        version: int = 0,
        published: bool = False,
        **kwargs: Any,
    ) -> None:
        """Check the declaration at import time, when its author is looking."""
        super().__pydantic_init_subclass__(**kwargs)
        if owner:
            cls.OWNER, cls.STREAM = owner, stream
        if not name:
            return
        if not _NAME.match(name) or name.split(".")[1] != cls.STREAM:
            raise TypeError(f"{cls.__name__}: stored name {name!r} must be hearth.{cls.STREAM or '<stream>'}.<fact>")
        if version < 1:
            raise TypeError(f"{cls.__name__}: version must be 1 or more")
        cls.NAME, cls.VERSION, cls.PUBLISHED = name, version, published
        cls.TYPE = f"{name}.v{version}"
        cls.SEALED = {
            field: mark.purpose
            for field, info in cls.model_fields.items()
            for mark in info.metadata
            if isinstance(mark, SealedFor)
        }
        known = _catalogue.get(cls.TYPE)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"{cls.TYPE} is already {known.__module__}.{known.__qualname__}")
        _catalogue[cls.TYPE] = cls


def catalogue() -> Mapping[str, type[Fact]]:
    """Every fact type that has been imported, by stored type (`hearth.member.moved_away.v1`)."""
    return MappingProxyType(_catalogue)


def sealed_type(fact: type[Fact], field: str) -> Any:
    """The plain Python type inside a sealed field, for building validators."""
    annotation = fact.model_fields[field].annotation
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
