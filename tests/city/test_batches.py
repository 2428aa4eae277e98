"""A history cut into atomic batches, and continued from whatever stands of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from deploy.city.batches import Batch, Overwritten, Stamp, Standing, batches
from events.log.envelope import digest
from events.log.port import BATCH_WRITES_MAX, Message
from tests.city.towns import SMALL, stories

STORY = stories(SMALL.model_copy(update={"members": 330}))[0]
STAMP = Stamp("/hearth/demo/registry", STORY.place.code)


def plain(*sealed: Any) -> str:
    return str(sealed[-1].decode())


def test_a_command_never_lies_in_two_batches() -> None:
    for service in ("registry", "care"):
        cut = batches(STORY.acts, service)
        assert all(0 < batch.size <= BATCH_WRITES_MAX for batch in cut)
        where: dict[int, set[int]] = {}
        for place, batch in enumerate(cut):
            for page in batch.pages.values():
                for act, _ in page:
                    where.setdefault(id(act), set()).add(place)
        assert {len(places) for places in where.values()} == {1}
        assert sum(batch.size for batch in cut) == sum(len(a.lines) for a in STORY.acts if a.service == service)


def stored(cut: list[Batch], upto: int) -> list[Message]:
    """The last messages of all subjects when so many batches stand."""
    standing, seq, last = Standing(), 0, {}
    for batch in cut[:upto]:
        writes = standing.writes(list(standing.sealed(batch, STAMP, plain)))
        for write in writes:
            for _, body in write.bodies:
                seq += 1
                last[write.subject] = Message("REGISTRY", seq, write.subject, body)
        standing.written(writes, range(seq - batch.size + 1, seq + 1))
    return list(last.values())


def standing_after(messages: list[Message]) -> Standing:
    return Standing(messages, {message.subject: orjson.loads(message.body)["id"] for message in messages})


@pytest.mark.parametrize("written", [0, 1, 2])
def test_what_stands_is_passed_over_and_the_chain_goes_on(written: int) -> None:
    cut = batches(STORY.acts, "registry")
    assert len(cut) >= 2
    written = min(written, len(cut))
    messages = stored(cut, written)
    standing = standing_after(messages)
    left = standing.left(cut)
    assert left == cut[written:]
    if messages and left:
        subject = next(subject for subject in left[0].pages if subject in standing.seq)
        before = next(message for message in messages if message.subject == subject)
        sealed = dict(standing.sealed(left[0], STAMP, plain))
        assert orjson.loads(sealed[subject][0][1])["previoushash"] == digest(before.body)
        (write,) = [
            write for write in standing_after(messages).writes(list(sealed.items())) if write.subject == subject
        ]
        assert write.expected == before.seq


def test_what_somebody_else_has_written_is_not_written_over() -> None:
    cut = batches(STORY.acts, "registry")
    messages = stored(cut, 1)
    stranger = messages[0]._replace(body=orjson.dumps({"id": "somebody-else"}))
    with pytest.raises(Overwritten):
        standing_after([stranger]).left(cut)


def test_every_envelope_says_that_it_is_history() -> None:
    (_, bodies), *_ = Standing().sealed(batches(STORY.acts, "care")[0], STAMP, plain)
    envelope = orjson.loads(bodies[0][1])
    assert (envelope["carriedover"], envelope["community"], envelope["commandid"]) == (True, STORY.place.code, "")
