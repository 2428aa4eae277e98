"""What a service says and hears on NATS, as an AsyncAPI 3 document made from the catalogue of facts.

FastStream could describe its subscribers, but not what is in a batch of envelopes (PITFALLS 22); the catalogue can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from fastapi import APIRouter, Depends
from pydantic.json_schema import models_json_schema
from starlette.responses import JSONResponse

from events.facts.access import EVERY_SERVICE
from events.facts.base import Fact, catalogue
from events.log.envelope import CONTENT_TYPE
from events.log.react import Reaction
from services.shell.identity.requires import public

Json = dict[str, Any]
Kind = type[Fact]

_SCHEMAS: Final = "#/components/schemas/"
_ENVELOPE: Final = "Envelope"
_UUID: Final[Json] = {"type": "string", "format": "uuid"}
_TEXT: Final[Json] = {"type": "string"}


def asyncapi_document(service: str, reactions: Iterable[Reaction[Any]] = ()) -> Json:
    """The facts a service writes, by stream, and the facts its policies react to."""
    reactions = list(reactions)
    own = [kind for kind in catalogue().values() if kind.OWNER in {service, EVERY_SERVICE}]
    kinds = {*own, *(kind for reaction in reactions for kind in reaction.types)}
    operations = {f"write-{channel}": _operation("send", channel, some) for channel, some in _channels(own, service)}
    for reaction in reactions:
        for channel, some in _channels(reaction.types, service):
            summary = reaction.doc.partition("\n")[0]
            operations[f"{reaction.policy}-{channel}"] = _operation("receive", channel, some, summary)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Hearth {service}",
            "version": "1",
            "description": "Facts on NATS JetStream. Outsiders do not read these; they get feeds with a contract.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {channel: _channel(channel, some) for channel, some in _channels(kinds, service)},
        "operations": operations,
        "components": {"messages": {kind.TYPE: _message(kind) for kind in _sorted(kinds)}, "schemas": _schemas(kinds)},
    }


def router(service: str, reactions: Sequence[Reaction[Any]] = ()) -> APIRouter:
    """`GET /asyncapi`: the document as JSON."""
    routes = APIRouter(
        dependencies=[Depends(public("describes the shape of facts and holds none of them"))], include_in_schema=False
    )

    @routes.get("/asyncapi")
    async def asyncapi() -> JSONResponse:
        return JSONResponse(asyncapi_document(service, reactions))

    return routes


def _sorted(kinds: Iterable[Kind]) -> list[Kind]:
    return sorted(kinds, key=lambda kind: kind.TYPE)


def _channels(kinds: Iterable[Kind], service: str) -> list[tuple[str, list[Kind]]]:
    """(`registry.member`, its facts) of every stream; what every service writes for itself is this service's."""

    def channel(kind: Kind) -> str:
        return f"{service if kind.OWNER == EVERY_SERVICE else kind.OWNER}.{kind.STREAM}"

    return [(name, list(some)) for name, some in groupby(sorted(_sorted(kinds), key=channel), key=channel)]


def _channel(channel: str, kinds: Sequence[Kind]) -> Json:
    return {
        "address": f"fact.{channel}.{{entity}}",
        "parameters": {"entity": {"description": "The id of whom or what the fact is about."}},
        "messages": {kind.TYPE: {"$ref": f"#/components/messages/{kind.TYPE}"} for kind in kinds},
    }


def _operation(action: str, channel: str, kinds: Sequence[Kind], summary: str = "") -> Json:
    place = f"#/channels/{channel}"
    found: Json = {
        "action": action,
        "channel": {"$ref": place},
        "messages": [{"$ref": f"{place}/messages/{kind.TYPE}"} for kind in kinds],
    }
    return found | {"summary": summary} if summary else found


def _message(kind: Kind) -> Json:
    summary = (kind.__doc__ or "").strip().partition("\n")[0]
    data: Json = {"type": {"const": kind.TYPE}, "data": {"$ref": _SCHEMAS + kind.TYPE}}
    return {
        "name": kind.TYPE,
        "title": kind.__name__,
        "summary": summary,
        "contentType": CONTENT_TYPE,
        "tags": [{"name": "published"}] if kind.PUBLISHED else [{"name": "internal"}],
        "payload": {"allOf": [{"$ref": _SCHEMAS + _ENVELOPE}, {"type": "object", "properties": data}]},
    }


def _schemas(kinds: Iterable[Kind]) -> Json:
    """The envelope, every fact's data, and the words they are made of."""
    some = _sorted(kinds)
    of, shared = models_json_schema(
        [(kind, "serialization") for kind in some], ref_template=_SCHEMAS + "{model}", title=None
    )
    words: Json = dict(shared.get("$defs", {}))
    facts: Json = {}
    for kind in some:
        data = words.pop(of[(kind, "serialization")]["$ref"].removeprefix(_SCHEMAS))
        for field, purpose in kind.SEALED.items():
            data["properties"][field] = _sealed(purpose, data["properties"][field])
        facts[kind.TYPE] = data
    return {_ENVELOPE: _envelope(), **facts, **words}


def _sealed(purpose: str, plain: Json) -> Json:
    """A sealed field as it stands on the wire; `x-plain` is what a service with the key of its purpose reads."""
    return {
        "type": "object",
        "properties": {"sealed": {"type": "string", "contentEncoding": "base64"}},
        "required": ["sealed"],
        "x-purpose": purpose,
        "x-plain": plain,
    }


def _envelope() -> Json:
    """CloudEvents 1.0 with Hearth's extensions (CONTRACT.md, "Facts on NATS")."""
    properties: Json = {
        "specversion": {"const": "1.0"},
        "id": _UUID,
        "source": {"type": "string", "pattern": "^/hearth/[^/]+/[a-z]+$"},
        "type": _TEXT,
        "subject": _TEXT,
        "time": {"type": "string", "format": "date-time", "description": "When it was recorded."},
        "datacontenttype": {"const": "application/json"},
        "effective": {"type": "string", "format": "date", "description": "Since when it is so in life."},
        "community": _TEXT,
        "actor": _TEXT,
        "correlationid": _TEXT,
        "causationid": _TEXT,
        "commandid": _TEXT,
        "previoushash": {"type": "string", "description": "SHA-256 of the entity's previous envelope."},
        "reason": _TEXT,
        "data": {"type": "object"},
    }
    return {"type": "object", "properties": properties, "required": [name for name in properties if name != "reason"]}
