"""Our reading of NATS headers is nats-py's own, whatever a block holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client

from events.log.jetstream.client import LogClient

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
