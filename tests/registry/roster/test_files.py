"""Kinds of files: what offices send, under whatever name, whole or not."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.styles import Font

from services.registry.roster.reasons import UnreadableRoster
from services.registry.roster.sheet import open_sheets
from tests.registry.roster.old_excel import xls
from tests.registry.roster.sheets import HEADER, ID, read, saved, xlsx

PERSON = ["林爱", ID, "1980-07-01"]
OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def csv_text(separator: str = ",") -> str:
    return "".join(separator.join(row) + "\r\n" for row in (["花名册", "", ""], HEADER, PERSON))


def refused(source: bytes | Path) -> str:
    with pytest.raises(UnreadableRoster) as error:
        read(source)
    assert str(error.value).endswith("。")
    return error.value.code.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_csv_in_the_encodings_of_excel_and_wps(encoding: str) -> None:
    person = read(csv_text().encode(encoding)).person
    assert (person.row, person.name, person.id_number) == (3, "林爱", ID)


def test_excels_unicode_text_and_semicolons() -> None:
    assert read(csv_text("\t").encode("utf-16")).person.name == "林爱"
    assert read(csv_text(";").encode()).person.name == "林爱"


def test_a_rare_character_of_gb18030() -> None:
    assert read(csv_text().replace("林爱", "\U00020bb7爱").encode("gb18030")).person.name == "\U00020bb7爱"


def test_a_csv_that_went_through_excel_has_lost_its_id_numbers() -> None:
    reading = read(csv_text().replace(ID, "3.10104E+17").encode())
    assert reading.reasons == [(3, "id_number", "float")]


def test_quotes_and_line_breaks_in_a_csv_count_as_one_row() -> None:
    reading = read(f'姓名,身份证号,入党时间,备注\n"林\n爱","=""{ID}""",1980-07-01,"一,二"\n'.encode())
    assert (reading.person.row, reading.person.name, reading.person.note) == (2, "林爱", "一,二")


def test_an_old_workbook() -> None:
    reading = read(xls(HEADER, PERSON, ["向娥华", float(ID[:17] + "0"), 44013.0]))
    assert (reading.people[0].row, reading.people[0].name, reading.people[0].id_number) == (2, "林爱", ID)
    assert reading.reasons == [(3, "id_number", "float")]


def test_the_kind_of_file_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    renamed = tmp_path / "花名册.xls"
    renamed.write_bytes(xlsx(HEADER, PERSON))
    assert read(renamed).person.name == "林爱"
    renamed.write_bytes(csv_text().encode("gb18030"))
    assert read(renamed).person.sheet == "花名册"


def test_numbers_and_dates_of_excel_and_errors_of_formulas() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([*HEADER, "转正时间", "备注", "联系电话"])
    sheet.append(["林爱", ID, 29403, 29768, "#N/A", 18003333217])
    sheet["D2"].number_format = "yyyy年m月d日"
    sheet["E2"].data_type = "e"
    person = read(saved(book)).person
    assert (str(person.joined_on), str(person.full_member_on)) == ("1980-07-01", "1981-07-01")
    assert (person.note, person.phone) == (None, "18003333217")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "no_header"),
        (b"   ", "empty"),
        (b"hello, world", "no_header"),
        (b"%PDF-1.7\n...", "not_a_sheet"),
        (b"\x89PNG\r\n\x1a\n", "not_a_sheet"),
        (b"MZ\x00\x00", "not_a_sheet"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "web_page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Workbook/>", "other_format"),
        (b"PK\x03\x04junk", "corrupt"),
        (OLE + bytes(2000), "corrupt"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
        ("姓名,身份证号\n".encode() + b"\xff\xff\xff", "encoding"),
    ],
)
def test_a_file_that_is_no_roster_is_told_why(body: bytes, code: str) -> None:
    assert refused(body) == code


def package(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["word/document.xml"], "not_a_sheet"),
        (["mimetype", "content.xml"], "other_format"),
        (["xl/workbook.bin"], "other_format"),
        (["xl/workbook.xml"], "corrupt"),
    ],
)
def test_a_package_that_is_no_workbook(names: list[str], code: str) -> None:
    assert refused(package(*names)) == code


@given(st.integers(1, 99))
def test_a_file_cut_short_is_damaged(percent: int) -> None:
    whole = xlsx(HEADER, PERSON)
    assert refused(whole[: max(4, len(whole) * percent // 100)]) in {"corrupt", "no_header"}


@example(place=4967, noise=b"\x01")  # a part that begins before the file does
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=40))
def test_a_damaged_file_is_refused_or_read_but_never_breaks_the_reader(place: int, noise: bytes) -> None:
    whole = bytearray(xlsx(HEADER, PERSON))
    whole[place % len(whole) : place % len(whole) + len(noise)] = noise
    with contextlib.suppress(UnreadableRoster):
        read(bytes(whole))


@pytest.mark.parametrize("stray", ["XFD1048576", "T1048576", "AZ400000"])
def test_a_stray_space_far_out_is_refused_before_it_costs_memory(stray: str) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEADER)
    book.worksheets[0][stray] = " "
    assert refused(saved(book)) == "too_wide"


def test_formats_without_content_may_reach_anywhere() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(HEADER)
    book.worksheets[0].append(PERSON)
    book.worksheets[0]["XFD1048576"].font = Font(bold=True)
    assert read(saved(book)).person.name == "林爱"


def test_sheets_are_read_anew_each_time() -> None:
    [sheet] = open_sheets(csv_text().encode())
    assert list(sheet.rows()) == list(sheet.rows())


PEAK_MEGABYTES_MAX = 260
MEASURE = """
import re, sys
from datetime import date
from pathlib import Path
from services.registry.roster.made_up import write_made_up_roster
from services.registry.roster.read import read_roster
from services.registry.roster.rows import RosterRow
def peak():  # of this program alone; getrusage also counts the process it was forked from
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
path = Path(sys.argv[1])
write_made_up_roster(path, 100_000)
written = peak()
people = sum(isinstance(item, RosterRow) for item in read_roster(path, today=date(2026, 11, 21)))
print(people, written, peak())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_hundred_thousand_people_are_written_and_read_in_bounded_memory(tmp_path: Path) -> None:
    """Nearly all of the peak is the worksheet inside the reader; what has been read is let go."""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", MEASURE, str(tmp_path / "big.xlsx")]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, timeout=300)
    people, written, peak = map(int, done.stdout.split())
    assert people == 100_000
    assert written < 60
    assert peak < PEAK_MEGABYTES_MAX
