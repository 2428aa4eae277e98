"""What the streams and buckets are, and the one place that makes them. Every step may be repeated.

A stream that exists is never changed here: one whose settings no longer keep the facts safe is refused,
so that a person looks at it before anything is written.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from nats.aio.client import Client

from deploy.box.layout import SERVICES
from deploy.box.permissions import FILE_BUCKETS, KEY_BUCKETS, SHELL_BUCKETS, bucket_stream
from deploy.box.trouble import Trouble

SESSION_SECONDS = 12 * 3600
_NANOSECONDS = 1_000_000_000
_REQUEST_SECONDS = 10.0
_NO_STREAM = 10059  # JSStreamNotFoundErr

_UNBOUNDED = {"max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_msg_size": -1}


class UnsafeStream(Trouble):
    """A stream exists whose settings differ from what the facts need; `differences` names each."""

    def __init__(self, name: str, differences: list[str]) -> None:
        super().__init__(f"the stream {name} exists with other settings than Hearth needs: " + "; ".join(differences))
        self.name, self.differences = name, differences


class ProvisioningFailed(Trouble):
    """The server refused to describe or to make a stream."""


def fact_stream(service: str, replicas: int = 1) -> dict[str, Any]:
    """The stream of a service's facts: nothing in it can be deleted, purged or pushed out by newer facts."""
    return {
        "name": service.upper(),
        "subjects": [f"fact.{service}.>"],
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "num_replicas": replicas,
        "max_age": 0,
        "max_msgs_per_subject": -1,
        "deny_delete": True,
        "deny_purge": True,
        "allow_direct": True,
        "allow_atomic": True,
        "allow_rollup_hdrs": False,
        "duplicate_window": 120 * _NANOSECONDS,
        **_UNBOUNDED,
    }


def bucket(name: str, replicas: int = 1, *, seconds: int = 0, erasable: bool = False) -> dict[str, Any]:
    """A key-value bucket that keeps one value a key, for `seconds` (0: for ever).

    `erasable` allows a record to be overwritten on disk: how a person's keys are destroyed.
    """
    return {
        "name": bucket_stream(name),
        "subjects": [f"$KV.{name}.>"],
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "num_replicas": replicas,
        "max_age": seconds * _NANOSECONDS,
        "max_msgs_per_subject": 1,
        "deny_delete": not erasable,
        "deny_purge": False,
        "allow_direct": True,
        "allow_atomic": erasable,
        "allow_rollup_hdrs": True,
        "duplicate_window": 120 * _NANOSECONDS,
        **_UNBOUNDED,
    }


def streams(replicas: int = 1) -> list[dict[str, Any]]:
    """Every stream a box or a city needs."""
    return [
        *(fact_stream(service, replicas) for service in SERVICES),
        *(bucket(name, replicas, erasable=True) for name in (*KEY_BUCKETS, *FILE_BUCKETS.values())),
        *(bucket(name, replicas, seconds=SESSION_SECONDS if name == "SESSIONS" else 0) for name in SHELL_BUCKETS),
    ]


async def provision_streams(client: Client, replicas: int = 1) -> list[str]:
    """Make the streams that are missing; returns their names.

    Raises UnsafeStream for one that exists with other settings, ProvisioningFailed for what the server refuses.
    """
    made = await asyncio.gather(*(_provision(client, wanted) for wanted in streams(replicas)))
    return [name for name in made if name is not None]


async def stream_differences(client: Client, wanted: dict[str, Any]) -> list[str] | None:
    """How an existing stream differs from the wanted settings; None if there is no such stream."""
    answer = await _request(client, f"STREAM.INFO.{wanted['name']}", {})
    error = answer.get("error")
    if error is not None:
        if error.get("err_code") == _NO_STREAM:
            return None
        raise ProvisioningFailed(f"{wanted['name']}: {error.get('description')}")
    existing = answer["config"]
    differences = [
        f"{setting} is {existing.get(setting, False)!r}, must be {value!r}"
        for setting, value in wanted.items()
        # A setting that is false or zero may be absent. A city may have raised the number of replicas by hand.
        if setting != "num_replicas" and (existing.get(setting) or False) != (value or False)
    ]
    differences += [
        f"{setting} is set, must not be"
        for setting in ("mirror", "sources", "sealed", "no_ack", "republish", "subject_transform", "allow_msg_ttl")
        if existing.get(setting)
    ]
    if existing.get("persist_mode") not in (None, "", "default"):
        # Asynchronous persistence overrides `sync_interval: always` without a word (PITFALLS 9).
        differences.append(f"persist_mode is {existing['persist_mode']!r}, must be the default")
    return differences


async def _provision(client: Client, wanted: dict[str, Any]) -> str | None:
    name = str(wanted["name"])
    differences = await stream_differences(client, wanted)
    if differences:
        raise UnsafeStream(name, differences)
    if differences is not None:
        return None
    answer = await _request(client, f"STREAM.CREATE.{name}", wanted)
    if "error" in answer:
        raise ProvisioningFailed(f"{name}: {answer['error'].get('description')}")
    return name


async def _request(client: Client, call: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = await client.request(f"$JS.API.{call}", json.dumps(body).encode("utf-8"), timeout=_REQUEST_SECONDS)
    answer: dict[str, Any] = json.loads(reply.data)
    return answer
