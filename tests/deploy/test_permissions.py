"""Each NATS user may do its own work and nothing else: asked of the real server, user by user."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from deploy.box.addresses import BoxAddresses
from deploy.box.layout import SERVICES
from deploy.box.permissions import inbox_prefix
from deploy.box.provision import streams
from tests.cells import Cells

DESTROYING = ("DELETE", "PURGE", "UPDATE", "RESTORE", "SNAPSHOT", "MSG.DELETE", "LEADER.STEPDOWN", "PEER.REMOVE")
STREAMS = [str(stream["name"]) for stream in streams()]


@pytest.fixture(scope="module")
def address(cells: Cells) -> BoxAddresses:
    return cells.fresh()


class Person:
    """A connection that remembers what the server refused it."""

    def __init__(self) -> None:
        self.client, self.said, self.news, self._asked = Client(), list[str](), asyncio.Event(), 0

    async def hears(self, error: Exception) -> None:
        self.said.append(str(error))
        self.news.set()

    async def refused_publishing(self, subjects: Iterable[str]) -> set[str]:
        """Of these subjects, those the server does not let this user publish on."""
        tried = list(subjects)
        for subject in tried:
            await self.client.publish(subject, b"{}")
        await self._all_said()
        return {subject for subject in tried if self._was_told(f'publish to "{subject}"')}

    async def refused_hearing(self, subjects: Iterable[str]) -> set[str]:
        """Of these subjects, those the server does not let this user subscribe to."""
        tried = list(subjects)
        for subject in tried:
            await self.client.subscribe(subject)
        await self._all_said()
        return {subject for subject in tried if self._was_told(f'subscription to "{subject}"')}

    async def _all_said(self) -> None:
        """Refusals arrive in order: when one that is certain has arrived, every earlier one has."""
        self._asked += 1
        certain = f"nobody.may.{self._asked}"
        await self.client.publish(certain, b"")
        async with asyncio.timeout(10):
            while not self._was_told(certain):
                self.news.clear()
                await self.news.wait()

    def _was_told(self, words: str) -> bool:
        return any(words.lower() in said.lower() for said in self.said)


@asynccontextmanager
async def person(address: BoxAddresses, user: str) -> AsyncIterator[Person]:
    someone = Person()
    prefix = inbox_prefix(user).encode("ascii")
    someone.client = await nats.connect(address.nats[user], inbox_prefix=prefix, error_cb=someone.hears)
    try:
        yield someone
    finally:
        await someone.client.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_its_own_facts_and_keys_only(address: BoxAddresses, service: str) -> None:
    others = [other for other in SERVICES if other != service]
    foreign = [f"fact.{other}.member.one" for other in others]
    foreign += [f"$KV.KEYS_{other.upper()}.person" for other in others]
    foreign += ["$KV.SESSIONS.one", "$KV.ACCOUNTS.secretary", "feed.somebody.fact", "anything", "fact.one"]
    foreign += [f"_INBOX_{other}.x" for other in others] + ["_INBOX_shell.x", "_INBOX.x", "$SYS.REQ.SERVER.PING"]
    async with person(address, service) as someone:
        assert await someone.refused_publishing(foreign) == set(foreign)
        own = [f"fact.{service}.member.one", f"$KV.KEYS_{service.upper()}.person"]
        assert await someone.refused_publishing(own) == set()


@pytest.mark.parametrize("user", [*SERVICES, "shell", "provision"])
async def test_nobody_takes_anything_out_of_a_stream(address: BoxAddresses, user: str) -> None:
    own_keys = f"$JS.API.STREAM.MSG.DELETE.KV_KEYS_{user.upper()}"
    asked = {f"$JS.API.STREAM.{verb}.{stream}" for verb in DESTROYING for stream in STREAMS} - {own_keys}
    asked |= {"$JS.API.ACCOUNT.PURGE.x", "$JS.API.SERVER.REMOVE", "$JS.API.META.LEADER.STEPDOWN"}
    async with person(address, user) as someone:
        assert await someone.refused_publishing(asked) == asked


@pytest.mark.parametrize("user", [*SERVICES, "shell"])
async def test_only_the_provisioner_makes_streams(address: BoxAddresses, user: str) -> None:
    asked = {f"$JS.API.STREAM.CREATE.{stream}" for stream in [*STREAMS, "MINE"]}
    async with person(address, user) as someone:
        assert await someone.refused_publishing(asked) == asked


async def test_the_provisioner_makes_the_known_streams_and_writes_nothing(address: BoxAddresses) -> None:
    asked = {"fact.registry.member.one", "$KV.KEYS_CARE.person", "$KV.ACCOUNTS.me", "$JS.API.STREAM.CREATE.OTHER"}
    asked |= {f"$JS.API.DIRECT.GET.{stream}" for stream in STREAMS}
    async with person(address, "provision") as someone:
        assert await someone.refused_publishing(asked) == asked


async def test_the_shell_reads_no_facts_and_no_keys(address: BoxAddresses) -> None:
    hidden = [stream for stream in STREAMS if stream not in {"KV_SESSIONS", "KV_ACCOUNTS"}]
    asked = {f"$JS.API.DIRECT.GET.{stream}" for stream in hidden} | {
        f"$JS.API.CONSUMER.CREATE.{stream}" for stream in hidden
    }
    asked |= {f"fact.{service}.member.one" for service in SERVICES}
    async with person(address, "shell") as someone:
        assert await someone.refused_publishing(asked) == asked


@pytest.mark.parametrize("user", [*SERVICES, "shell", "provision"])
async def test_everybody_listens_to_the_own_inbox_only(address: BoxAddresses, user: str) -> None:
    overheard = {"fact.>", "$KV.>", ">", "_INBOX.>", "_INBOX_other.>", "$JS.API.>", f"fact.{user}.>"}
    async with person(address, user) as someone:
        assert await someone.refused_hearing(overheard) == overheard
        assert await someone.refused_hearing([f"{inbox_prefix(user)}.mine.>"]) == set()


async def test_a_consumer_is_no_way_to_write_anothers_facts(address: BoxAddresses) -> None:
    """A push consumer delivers to a subject of its maker's choice, past the allow-list; no stream must take that in."""
    async with person(address, "care") as care:
        jetstream = care.client.jetstream()
        delivered: asyncio.Queue[Msg] = asyncio.Queue()
        inbox = care.client.new_inbox()
        await care.client.subscribe(inbox, cb=delivered.put)
        for name, subject in (("forging", "fact.registry.member.victim"), ("honest", inbox)):
            config = {"name": name, "deliver_subject": subject, "ack_policy": "none", "deliver_policy": "all"}
            body = json.dumps({"stream_name": "CARE", "config": config, "action": "create"}).encode()
            await care.client.request(f"$JS.API.CONSUMER.CREATE.CARE.{name}", body)
        before = (await jetstream.stream_info("REGISTRY")).state.last_seq
        await jetstream.publish("fact.care.care.one", b'{"forged": true}')
        async with asyncio.timeout(10):
            while b"forged" not in (await delivered.get()).data:
                pass
        assert (await jetstream.consumer_info("CARE", "forging")).delivered.stream_seq == 0
        assert (await jetstream.stream_info("REGISTRY")).state.last_seq == before
