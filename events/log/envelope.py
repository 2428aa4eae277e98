"""The envelope: a CloudEvents 1.0 JSON event around every fact, and what a reader learns about it.

Outsiders hold on to these names (CONTRACT.md, "Facts on NATS"). Sealing happens here too, so that no plain personal
value ever reaches the log: a sealed field is stored as `{"sealed": "<base64>"}`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import orjson
from pydantic import ValidationError

from events.facts.base import HIDDEN, Fact, Purpose, catalogue
from events.log.port import LogError, Message
from events.log.upcast import newest

CONTENT_TYPE: Final = "application/cloudevents+json"
GENESIS: Final = ""
"""`previoushash` of an entity's first fact."""

Sealer = Callable[[str, Purpose, str, str, bytes], str]
"""(entity, purpose, fact id, field, plain JSON bytes) -> base64 text."""
Opener = Callable[[str, str, str, str, str], bytes | None]
"""(owning service, entity, fact id, field, base64 text) -> plain JSON bytes, or None without the key."""


class About(NamedTuple):
    """What the envelope says about a fact: who, when, where, and why.

    `effective` is the day it was so in life, `recorded` the moment (UTC) it was written. `previous` is the SHA-256
    of the entity's previous envelope bytes, so that leaving one out shows. `seq` is the sequence in `log_stream`.
    `carried_over`: history that was kept elsewhere before; tables show it, and nobody acts on it (ADR 28).
    """

    id: str
    type: str
    entity: str
    community: str
    effective: date
    recorded: datetime
    actor: str
    correlation: str
    causation: str
    command: str
    reason: str
    previous: str
    service: str
    log_stream: str = ""
    seq: int = 0
    carried_over: bool = False

    @property
    def position(self) -> str:
        """`STREAM:seq`, the token a reader waits for."""
        return f"{self.log_stream}:{self.seq}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact as it stands in the log."""

    about: About
    fact: Fact


class Undecodable(LogError):
    """The message is no fact we know: bad JSON, no envelope, an unknown type, or data that does not fit. Park it."""


def subject_of(service: str, stream: str, entity: str) -> str:
    """The entity's one concrete subject: no community and no type in it, so that it never changes (PITFALLS 2)."""
    return f"fact.{service}.{stream}.{entity}"


def log_stream_of(service: str) -> str:
    """The JetStream stream a service owns."""
    return service.upper()


def digest(body: bytes) -> str:
    """SHA-256 of an envelope's stored bytes, hexadecimal: the `previoushash` of the entity's next fact."""
    return hashlib.sha256(body).hexdigest()


class Heading(NamedTuple):
    """What all envelopes of one command have in common; see `About`. `correlation` may be "": then each is its own."""

    source: str
    recorded: datetime
    community: str
    actor: str
    correlation: str
    causation: str
    command: str
    reason: str
    carried_over: bool = False


Draft = tuple[str, str, date, bytes, Sequence[tuple[str, Purpose, bytes]]]
"""A fact before sealing: its id, type, effective day, the JSON of its open fields, and of every field to seal the name,
purpose and plain JSON. It never leaves this machine's memory."""


def source_of(city: str, service: str) -> str:
    """CloudEvents' `source`: which city's service says so."""
    return f"/hearth/{city}/{service}"


def draft(fact_id: str, fact: Fact, effective: date) -> Draft:
    """The fact before sealing."""
    # Python objects first, then orjson: a third quicker than pydantic's own JSON, byte for byte the same values.
    data = fact.model_dump(mode="json")
    to_seal = [(field, purpose, orjson.dumps(data.pop(field))) for field, purpose in fact.SEALED.items()]
    return fact_id, fact.TYPE, effective, orjson.dumps(data), to_seal


def finish(heading: Heading, entity: str, previous: str, draft: Draft, seal: Sealer) -> bytes:
    """Seal the draft's fields and write it: the bytes to append, which are what hashes and proofs cover.

    Key order is fixed here: the open fields of the data stand before the sealed ones.
    """
    fact_id, type_, effective, data, to_seal = draft
    if to_seal:
        sealed = {field: {"sealed": seal(entity, purpose, fact_id, field, plain)} for field, purpose, plain in to_seal}
        data = _joined(data, orjson.dumps(sealed))
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": fact_id,
        "source": heading.source,
        "type": type_,
    }
    if heading.carried_over:  # here, so that who reacts sees it in the first bytes (`react.heard_in`)
        envelope["carriedover"] = True
    envelope |= {
        "subject": entity,
        "time": heading.recorded,
        "datacontenttype": "application/json",
        "effective": effective,
        "community": heading.community,
        "actor": heading.actor,
        "correlationid": heading.correlation or fact_id,
        "causationid": heading.causation,
        "commandid": heading.command,
        "previoushash": previous,
    }
    if heading.reason:
        envelope["reason"] = heading.reason
    envelope["data"] = orjson.Fragment(data)
    return orjson.dumps(envelope, option=orjson.OPT_UTC_Z)


def _joined(one: bytes, other: bytes) -> bytes:
    """Two JSON objects as one; the second is not empty."""
    return other if one == b"{}" else one[:-1] + b"," + other[1:]


def encode(about: About, fact: Fact, city: str, seal: Sealer) -> bytes:
    """Envelope bytes to append."""
    heading = Heading(
        source_of(city, about.service),
        about.recorded,
        about.community,
        about.actor,
        about.correlation,
        about.causation,
        about.command,
        about.reason,
        about.carried_over,
    )
    return finish(heading, about.entity, about.previous, draft(about.id, fact, about.effective), seal)


class Parsed(NamedTuple):
    """An envelope taken apart but not yet opened: enough to route, prefetch keys and keep the second copy."""

    about: About
    data: dict[str, Any]


def parse(message: Message) -> Parsed:
    """Take an envelope apart without opening its sealed fields. Raises `Undecodable` with what was wrong."""
    try:
        envelope = orjson.loads(message.body)
        source: str = envelope["source"]
        about = About(
            id=envelope["id"],
            type=envelope["type"],
            entity=envelope["subject"],
            community=envelope["community"],
            effective=date.fromisoformat(envelope["effective"]),
            recorded=datetime.fromisoformat(envelope["time"]),
            actor=envelope["actor"],
            correlation=envelope["correlationid"],
            causation=envelope["causationid"],
            command=envelope.get("commandid", ""),
            reason=envelope.get("reason", ""),
            previous=envelope.get("previoushash", GENESIS),
            service=source.rsplit("/", 1)[-1],
            log_stream=message.stream,
            seq=message.seq,
            carried_over=envelope.get("carriedover") is True,
        )
        data = envelope["data"]
    except orjson.JSONDecodeError as error:
        raise Undecodable(f"not JSON: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Undecodable(f"not an envelope: {type(error).__name__} {error}") from error
    if not isinstance(data, dict):
        raise Undecodable("not an envelope: data is no object")
    _check_subject(message, about)
    return Parsed(about, data)


def _check_subject(message: Message, about: About) -> None:
    """A fact must stand on the subject of its own entity and service, or an entity's history would be torn."""
    if not message.subject:  # the second copy keeps no subject; it was checked before it was copied
        return
    tokens = message.subject.split(".", 3)
    if len(tokens) != 4 or tokens[1] != about.service or tokens[3] != about.entity:
        raise Undecodable(f"envelope of {about.service}/{about.entity} on subject {message.subject}")


def open_fact(parsed: Parsed, open_: Opener) -> Recorded:
    """The fact itself in its newest version, sealed fields opened where a key is held, `HIDDEN` elsewhere."""
    about = parsed.about
    type_, data = newest(about.type, _opened(about, parsed.data, open_))
    kind = catalogue().get(type_)
    if kind is None:
        raise Undecodable(f"unknown fact type {type_}")
    try:
        return Recorded(about, kind.model_validate(data))
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)[:3])
        raise Undecodable(f"{about.type} does not fit: {where}") from error


def _opened(about: About, data: dict[str, Any], open_: Opener) -> dict[str, Any]:
    """A copy of the data with every `{"sealed": …}` replaced by its value or by `HIDDEN`."""
    opened = dict(data)
    for field, value in data.items():
        if type(value) is dict and len(value) == 1 and "sealed" in value:
            plain = open_(about.service, about.entity, about.id, field, value["sealed"])
            opened[field] = HIDDEN if plain is None else orjson.loads(plain)
    return opened
