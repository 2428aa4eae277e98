"""What our NATS client does its own way is what nats-py would have done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.errors import BadSubjectError, ConnectionClosedError

from deploy.box.addresses import BoxAddresses
from events.log.jetstream.client import LogClient, Outgoing
from tests.log.connect import connect

NAMES = st.text("abcXYZ-09 _\t:", max_size=12)
VALUES = st.text(st.sampled_from("abc019:-. \t\x0b\x1f\x85é张\r\n"), max_size=12)
LINES = st.builds(
    lambda name, colon, value: name + colon + value, NAMES, st.sampled_from([":", ": ", ":\t", ""]), VALUES
)


@given(st.lists(LINES, max_size=6), st.sampled_from(["", "\r\n", "\r\n\r\n"]))
def test_any_block_is_read_as_nats_py_reads_it(lines: list[str], end: str) -> None:
    block = ("\r\n".join(lines) + end).encode()

    assert LogClient._parse_header_lines(block) == Client._parse_header_lines(block)


@pytest.mark.parametrize(
    ("block", "headers"),
    [
        (b"Nats-Batch-Id: b1\r\nNats-Batch-Sequence: 7\r\n\r\n", {"Nats-Batch-Id": "b1", "Nats-Batch-Sequence": "7"}),
        (b"Description: No Messages  \r\n", {"Description": "No Messages"}),
        (b"Named: first\r\nNamed: last\r\n", {"Named": "last"}),
        (b"Odd: \x1fkept\x1f \r\n", {"Odd": "\x1fkept\x1f"}),
        (b"", {}),
    ],
)
def test_what_the_server_sends(block: bytes, headers: dict[str, str]) -> None:
    assert LogClient._parse_header_lines(block) == headers == Client._parse_header_lines(block)


async def test_messages_together_are_sent_as_nats_py_sends_them(cell: BoxAddresses) -> None:
    headers = "Nats-Batch-Id: b-1\r\nNats-Batch-Sequence: 7\r\n"
    messages = [
        Outgoing("test.a", "张桂兰".encode(), headers, "answer.1"),
        Outgoing("test.b", b"", headers),
        Outgoing("test.c", b"\r\nbody\r\n", "", "answer.2"),
        *(Outgoing(f"test.{number}", b"x" * number, headers) for number in range(300)),
        Outgoing("test.last", b"end", headers, "answer.3"),
    ]
    async with connect(cell, "registry") as client:
        sent: list[bytes] = []

        async def note(cmd: bytes, priority: bool = False) -> None:
            sent.append(cmd)

        client._send_command = note  # type: ignore[method-assign]  # instead of the socket
        await client.publish_all(messages)
        together, sent[:] = b"".join(sent), []
        for message in messages:
            headers_of = dict(line.split(": ") for line in message.headers.splitlines())
            await client.publish(message.subject, message.body, message.reply, headers_of)
        assert together == b"".join(sent)
        del client._send_command


@pytest.mark.parametrize("subject", ["", "two words", "line\r\nPUB", "tab\t", "张"])
async def test_nothing_is_sent_on_a_subject_that_is_none(cell: BoxAddresses, subject: str) -> None:
    async with connect(cell, "registry") as client:
        fine = Outgoing("fact.registry.member.a", b"{}", "")
        with pytest.raises(BadSubjectError):
            await client.publish_all([fine, Outgoing(subject, b"{}", ""), fine])


async def test_a_lost_connection_is_told(cell: BoxAddresses) -> None:
    async with connect(cell, "registry") as client:
        await client.close()
        with pytest.raises(ConnectionClosedError):
            await client.publish_all([Outgoing("fact.registry.member.a", b"{}", "")] * 3)
