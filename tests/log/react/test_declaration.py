"""What a reaction may hear, and how an envelope is recognised by its first bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

import events.facts  # noqa: F401 - the whole catalogue
from events.facts.access import RecordRead
from events.facts.base import catalogue
from events.facts.member import Attended, MovedAway, PensionBasisSet, Returned
from events.log.envelope import encode, parse
from events.log.port import Message
from events.log.react import Interests, Reaction, command_id, is_carried_over, name_in, reaction
from tests.log.react.stage import about_of

SAMPLES = Path(__file__).parents[1] / "samples"


def declared(policy: str, on: Any) -> Reaction[Any]:
    async def run(_: Any, __: Any, ___: Any) -> None:
        """Do nothing."""

    declare: Callable[[Callable[..., Awaitable[None]]], Reaction[Any]] = reaction(policy, on=on)
    return declare(run)


def test_a_reaction_knows_its_policy_and_facts() -> None:
    one = declared("calls-while-away", [MovedAway, Returned])
    assert (one.policy, one.types, one.doc) == ("calls-while-away", (MovedAway, Returned), "Do nothing.")


def test_the_facts_are_heard_on_their_owners_streams() -> None:
    away, both = declared("a", MovedAway), declared("b", (MovedAway, RecordRead))
    interests = Interests("care", [away, both])
    assert interests.sources == ("care", "registry")
    assert interests.of("registry") == {MovedAway.NAME: (away, both)}
    assert interests.of("care") == {RecordRead.NAME: (both,)}


def test_a_fact_its_owner_keeps_cannot_be_reacted_to_elsewhere() -> None:
    kept = declared("dues-follow-pension", PensionBasisSet)
    assert Interests("registry", [kept]).sources == ("registry",)
    with pytest.raises(TypeError, match="registry keeps it to itself"):
        Interests("care", [kept])


def test_a_policy_has_one_name_and_one_reaction() -> None:
    with pytest.raises(TypeError, match="two reactions"):
        Interests("care", [declared("a", MovedAway), declared("a", Returned)])
    for name in ("", "Visit", "visit_after", "visit-"):
        with pytest.raises(TypeError, match="small letters"):
            declared(name, MovedAway)
    for nothing in ((), MovedAway.__mro__[1]):
        with pytest.raises(TypeError, match="name the facts"):
            declared("a", nothing)


def test_the_same_fact_gives_the_same_command() -> None:
    about = about_of("f1", "a", Attended(meeting_id="m"))
    assert command_id("plan", about) == command_id("plan", about) == "plan/f1"
    assert command_id("plan", about, "2") == "plan/f1/2"


def samples() -> list[Path]:
    return sorted(SAMPLES.rglob("*.json"))


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.stem)
def test_the_first_bytes_of_every_kept_sample_tell_its_name(sample: Path) -> None:
    envelope = orjson.loads(sample.read_bytes())
    if "specversion" in envelope:
        body = orjson.dumps(envelope)
        assert name_in(body) == envelope["type"].rpartition(".")[0]


@pytest.mark.parametrize("type_", sorted(catalogue()))
def test_the_first_bytes_tell_every_name_of_the_catalogue(type_: str) -> None:
    assert name_in(_opening(type_)) == catalogue()[type_].NAME


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"type":"hearth.member.attended.v1"}',
        b'{ "specversion":"1.0","id":"x","source":"s","type":"hearth.member.attended.v1"}',
        b'{"specversion":"1.0","id":"a\\"","source":"s","type":"hearth.member.attended.v1"}',
        b'{"specversion":"1.0","id":"x","source":"s","type":"hearth.member.attended"}',
        b'{"data":{"specversion":"1.0","id":"x","source":"s","type":"hearth.member.attended.v1"}}',
    ],
)
def test_what_does_not_begin_as_we_write_it_is_parsed_instead(body: bytes) -> None:
    assert name_in(body) is None


@pytest.mark.parametrize("carried_over", [True, False])
def test_history_is_told_from_news_in_whatever_shape_it_comes(carried_over: bool) -> None:
    fact = Attended(meeting_id='","carriedover":true')
    body = encode(about_of("f", "a", fact)._replace(carried_over=carried_over), fact, "demo", lambda *_: "")
    assert name_in(body) == fact.NAME
    assert is_carried_over(body) is carried_over
    shuffled = orjson.dumps(dict(reversed(orjson.loads(body).items())))
    assert is_carried_over(shuffled) is carried_over
    assert parse(Message("REGISTRY", 1, "", body)).about.carried_over is carried_over


def _opening(type_: str) -> bytes:
    return orjson.dumps({"specversion": "1.0", "id": "x", "source": "/hearth/demo/care", "type": type_, "subject": "a"})
