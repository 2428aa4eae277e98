"""The least .xls there can be: one worksheet of texts and numbers, as records of BIFF8 in a compound file.

Nothing alive writes this format any more, and offices still send it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SMALLEST_STREAM = 4096


def xls(*rows: Sequence[str | float]) -> bytes:
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            place = struct.pack("<HHH", y, x, 0)
            if isinstance(value, str):
                text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                sheet += record(0x0204, place + text)
            else:
                sheet += record(0x0203, place + struct.pack("<d", value))
    sheet += record(0x000A, b"")
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    name = struct.pack("<BB", 6, 0) + b"Sheet1"
    size_so_far = len(start) + len(record(0x0085, bytes(6) + name)) + len(record(0x000A, b""))
    globals_ = start + record(0x0085, struct.pack("<IBB", size_so_far, 0, 0) + name) + record(0x000A, b"")
    return compound_file(globals_ + sheet)


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def compound_file(stream: bytes) -> bytes:
    """A compound file of sector 0 the allocation table, 1 the directory, and from 2 the one stream, ``Workbook``."""
    padded = stream.ljust(SMALLEST_STREAM, b"\0")
    padded += bytes(-len(padded) % SECTOR)
    sectors = len(padded) // SECTOR
    chain = [FAT, END, *range(3, 2 + sectors), END]
    table = b"".join(struct.pack("<I", link) for link in chain).ljust(SECTOR, b"\xff")
    assert len(table) == SECTOR, "one sector of table is enough for a test"
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += struct.pack("<HHHHH6x", 0x003E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, SMALLEST_STREAM, END, 0, END, 0)
    header += struct.pack("<I", 0).ljust(436, b"\xff")
    directory = entry("Root Entry", 5, END, 0, child=1) + entry("Workbook", 2, 2, len(padded))
    return header + table + directory + entry("", 0, 0, 0) * 2 + padded


def entry(name: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
    written = (name + "\0").encode("utf-16-le") if name else b""
    head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, FREE, FREE, child)
    return head + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)
