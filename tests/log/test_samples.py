"""Facts of every version that was ever stored still decode, by those who hold the keys and by those who do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

import events.facts  # noqa: F401 - fills the catalogue
from events.facts.base import catalogue, is_hidden
from events.log.envelope import encode, log_stream_of, open_fact, parse, subject_of
from events.log.port import Message

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))


def message(path: Path) -> Message:
    envelope = orjson.loads(path.read_bytes())
    service, stream = envelope["source"].rsplit("/", 1)[-1], envelope["type"].split(".")[1]
    subject = subject_of(service, stream, envelope["subject"])
    return Message(log_stream_of(service), 1, subject, orjson.dumps(envelope), None, None)


def shown(_service: str, _entity: str, _fact_id: str, _field: str, value: Any) -> bytes:
    """The samples hold the value where the log holds ciphertext."""
    return orjson.dumps(value)


def without_key(*_: str) -> None:
    return None


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_stored_fact_still_decodes(path: Path) -> None:
    recorded = open_fact(parse(message(path)), shown)
    assert recorded.about.type == path.stem
    assert recorded.fact.TYPE in catalogue()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_reader_without_the_keys_sees_the_rest(path: Path) -> None:
    fact = open_fact(parse(message(path)), without_key).fact
    stored = orjson.loads(path.read_bytes())["data"].keys()  # a field that came later is not hidden but never said
    hidden = {field for field in type(fact).model_fields if is_hidden(getattr(fact, field))}
    assert hidden == fact.SEALED.keys() & stored


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.stem in catalogue()], ids=lambda path: path.stem)
def test_nothing_is_lost_between_a_fact_and_its_envelope(path: Path) -> None:
    recorded = open_fact(parse(message(path)), shown)
    body = orjson.loads(encode(recorded.about, recorded.fact, "demo", lambda *sealed: sealed[-1].decode()))
    for field in recorded.fact.SEALED:
        body["data"][field] = {"sealed": orjson.loads(body["data"][field]["sealed"])}
    stored = orjson.loads(path.read_bytes())
    for field in body["data"].keys() - stored["data"].keys():  # fields that came later say what was so before
        info = type(recorded.fact).model_fields[field]
        assert not info.is_required()
        assert getattr(recorded.fact, field) == info.get_default()
        del body["data"][field]
    assert body == stored
