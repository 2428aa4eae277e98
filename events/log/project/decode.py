"""From messages to facts: taken apart, keys fetched in bulk, opened where a fold needs it, or parked with a reason."""

from __future__ import annotations

import asyncio
import re
import traceback
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from events.facts.access import EVERY_SERVICE
from events.facts.base import Fact, catalogue
from events.log.envelope import About, Parsed, Undecodable, open_fact, parse
from events.log.port import Message
from events.log.project.scope import is_community
from events.log.project.view import Projection

YIELD_FACTS: Final = 50
"""Facts decoded or folded before other tasks of the process get a turn (about 3 ms)."""
ENTITY_MAX: Final = 200
COMMAND_MAX: Final = 500
"""Characters; both together still fit into one entry of an index (2,704 bytes)."""
_PROJECT: Final = re.compile(r"/(events|services|tests)/.*$")


class Keys(Protocol):
    """What the runner needs of a `KeyRing`."""

    async def prefetch(self, people: Iterable[tuple[str, str]]) -> None:
        """Have the keys of these (owning service, person) at hand."""
        ...

    def open(self, service: str, person: str, fact_id: str, field_name: str, text: str) -> bytes | None:
        """Plain bytes, or None without the key."""
        ...


class Item(NamedTuple):
    """One message on its way into the tables.

    `fact` is None when no fold wants it (then `problem` is "") or when it cannot be decoded (`problem` says why).
    """

    message: Message
    stream: str
    """The stream of the owner (`member`), as the subject says it."""
    key: tuple[str]
    """The entity, as the subject says it: the key of its snapshot."""
    about: About | None
    fact: Fact | None
    problem: str = ""


class Decoder:
    """Decodes for one projection: what nobody folds stays closed."""

    def __init__(self, projection: Projection, keys: Keys) -> None:
        self._keys = keys
        self._catalogue = catalogue()
        self._communities: set[str] = set()
        snapshot_of = {(projection.service, snapshots.stream) for snapshots in projection.snapshots}
        # An unknown type is none of these: it is opened, to no avail, and parked.
        self._closed = {
            name
            for name, kind in self._catalogue.items()
            if kind not in projection.routes and (kind.OWNER, kind.STREAM) not in snapshot_of
        }

    async def decode(self, messages: Sequence[Message]) -> list[Item]:
        """One item per message, in order. Raises only what the key store raises."""
        parsed: list[Parsed | str] = []
        people = set()
        for message in messages:
            one = self._parse(message)
            parsed.append(one)
            if isinstance(one, Parsed) and one.about.type not in self._closed:
                people.add((one.about.service, one.about.entity))
        await self._keys.prefetch(people)
        items = []
        for number, (message, one) in enumerate(zip(messages, parsed, strict=True), 1):
            stream, entity = place_of(message.subject)
            about, fact, problem = (None, None, one) if isinstance(one, str) else self._open(one)
            items.append(Item(message, stream, (entity,), about, fact, problem))
            if number % YIELD_FACTS == 0:
                await asyncio.sleep(0)
        return items

    def _parse(self, message: Message) -> Parsed | str:
        try:
            parsed = parse(message)
        except Undecodable as error:
            return str(error)
        about = parsed.about
        kind = self._catalogue.get(about.type)
        if kind is not None and not _belongs(kind, message.subject):
            return f"{about.type} belongs to fact.{kind.OWNER}.{kind.STREAM}, not to this subject"
        return self._not_storable(message, about) or parsed

    def _open(self, parsed: Parsed) -> tuple[About, Fact | None, str]:
        about = parsed.about
        if about.type in self._closed:
            return about, None, ""
        try:
            return about, open_fact(parsed, self._keys.open).fact, ""
        except Undecodable as error:
            return about, None, str(error)
        except Exception as error:  # noqa: BLE001 - a ciphertext that was changed, an upcaster with a mistake: parked
            return about, None, blame(error)

    def _not_storable(self, message: Message, about: About) -> str:
        """Why PostgreSQL could not keep this envelope's words, or "": the second copy must be able to take anything."""
        words = (about.id, about.type, about.entity, about.community, about.command)
        texts = type(words[0]) is type(words[1]) is type(words[2]) is type(words[3]) is type(words[4]) is str
        if not texts or (b"\\u0000" in message.body and any("\x00" in word for word in words)):
            return "not an envelope: id, type, subject, community and commandid are texts"
        if about.community not in self._communities:
            if not is_community(about.community):
                return "not an envelope: community is no dotted path"
            self._communities.add(about.community)
        if len(about.entity) > ENTITY_MAX or len(about.command) > COMMAND_MAX:
            return "not an envelope: subject or commandid is too long"
        return "" if about.recorded.tzinfo is not None else "not an envelope: time says no zone"


def _belongs(kind: type[Fact], subject: str) -> bool:
    """True if facts of this type stand on this subject; a stream that every service writes stands under each."""
    service, stream = subject.split(".")[1:3]
    return stream == kind.STREAM and kind.OWNER in {service, EVERY_SERVICE}


def place_of(subject: str) -> tuple[str, str]:
    """(stream, entity) of `fact.<service>.<stream>.<entity>`; empty where a token is missing, cut where too long."""
    tokens = subject.split(".", 3)
    if len(tokens) == 4 and len(subject) <= ENTITY_MAX:
        return tokens[2], tokens[3]
    tokens = [*subject.replace("\x00", "").split(".", 3), "", "", "", ""]
    return tokens[2][:ENTITY_MAX], tokens[3][:ENTITY_MAX]


def blame(error: BaseException) -> str:
    """What went wrong and where, without the message: it might quote a personal value, and operators read this."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    ours = next((frame for frame in reversed(frames) if _PROJECT.search(frame.filename)), frames[-1])
    where = _PROJECT.search(ours.filename)
    return f"{type(error).__name__} in {where.group(0).lstrip('/') if where else ours.name}, line {ours.lineno}"
