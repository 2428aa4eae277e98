"""What each NATS user may publish and hear: allow-lists, nothing is allowed by default.

A service appends its own facts, writes its own people's keys, and reads. Nobody, the provisioner
included, may delete, purge, restore or snapshot a stream of facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.box.layout import SERVICES

FACT_STREAMS = tuple(service.upper() for service in SERVICES)
KEY_BUCKETS = tuple(f"KEYS_{service.upper()}" for service in SERVICES)
FILE_BUCKETS = {"care": "PHOTOS_CARE"}
"""Sealed files beside a service's facts; nobody else reads them."""
SHELL_BUCKETS = ("SESSIONS", "ACCOUNTS")


@dataclass(frozen=True, slots=True)
class Permissions:
    """The subjects a user may publish on and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def permissions(user: str) -> Permissions:
    """The allow-list of a user of `layout.NATS_USERS`; raises KeyError for anybody else."""
    if user == "provision":
        publish = _provisioner()
    elif user == "shell":
        publish = _shell()
    elif user in SERVICES:
        publish = _service(user)
    else:
        raise KeyError(f"no permissions are written for the NATS user {user!r}")
    return Permissions(tuple(publish), (f"{inbox_prefix(user)}.>",))


def inbox_prefix(user: str) -> str:
    """The prefix of this user's reply subjects; a client must be connected with it (`inbox_prefix=`)."""
    return f"_INBOX_{user}"


def bucket_stream(bucket: str) -> str:
    """The stream that keeps a key-value bucket."""
    return f"KV_{bucket}"


def _service(service: str) -> Iterable[str]:
    keys = f"KEYS_{service.upper()}"
    yield f"fact.{service}.>"
    yield f"$KV.{keys}.>"
    # Destroying a person's keys must overwrite them on disk, which only this request does.
    yield f"$JS.API.STREAM.MSG.DELETE.{bucket_stream(keys)}"
    own_files = [FILE_BUCKETS[service]] if service in FILE_BUCKETS else []
    for bucket in own_files:
        yield f"$KV.{bucket}.>"
    yield from _reading((*FACT_STREAMS, *map(bucket_stream, (*KEY_BUCKETS, *own_files))))


def _shell() -> Iterable[str]:
    for bucket in SHELL_BUCKETS:
        yield f"$KV.{bucket}.>"
    yield from _reading(map(bucket_stream, SHELL_BUCKETS))


def _provisioner() -> Iterable[str]:
    yield "$JS.API.INFO"
    for stream in (*FACT_STREAMS, *map(bucket_stream, (*KEY_BUCKETS, *FILE_BUCKETS.values(), *SHELL_BUCKETS))):
        yield f"$JS.API.STREAM.CREATE.{stream}"
        yield f"$JS.API.STREAM.INFO.{stream}"


def _reading(streams: Iterable[str]) -> Iterable[str]:
    """Requests that read the streams: single messages, and consumers that deliver to the inbox."""
    yield "$JS.API.INFO"
    yield "$JS.ACK.>"
    yield "$JS.FC.>"
    for stream in streams:
        yield f"$JS.API.STREAM.INFO.{stream}"
        yield f"$JS.API.STREAM.MSG.GET.{stream}"
        yield f"$JS.API.DIRECT.GET.{stream}"
        yield f"$JS.API.DIRECT.GET.{stream}.>"
        yield f"$JS.API.CONSUMER.CREATE.{stream}"
        yield f"$JS.API.CONSUMER.CREATE.{stream}.>"
        yield f"$JS.API.CONSUMER.DURABLE.CREATE.{stream}.*"
        yield f"$JS.API.CONSUMER.INFO.{stream}.*"
        yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.*"
        yield f"$JS.API.CONSUMER.DELETE.{stream}.*"
