"""`hearth import-roster` and `hearth undo-import`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.registry.roster.made_up import write_made_up_roster
from tests.cli.typed import hearth
from tests.deploy.test_up import Run
from tests.desk import JINQIAO, NOW, SHIQUAN

DATA = Path(__file__).parents[1] / "data"
ROSTER_A = str(DATA / "roster-a.xlsx")


def brought_in(box: Run, file: str, community: str, *more: str) -> dict[str, Any]:
    done = hearth("import-roster", file, "--community", community, "--json", "--data", str(box.data), *more)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def verdicts(verdict: str) -> list[dict[str, Any]]:
    return [row for row in json.loads((DATA / "roster-a.expected.json").read_text()) if row["verdict"] == verdict]


def test_a_dry_run_a_run_and_a_second_run(box: Run) -> None:
    tried = brought_in(box, ROSTER_A, JINQIAO, "--dry-run")
    came = brought_in(box, ROSTER_A, JINQIAO)
    assert tried["import_id"] is None
    for found in (tried, came):
        assert found["accepted"] == len(verdicts("accept"))
        assert [(one["row"], one["reason"]) for one in found["rejected"]] == [
            (row["row"], row["why"]) for row in verdicts("reject")
        ]
        assert {"row", "field", "value", "reason"} <= found["rejected"][0].keys()
        assert found["warnings"] == []
    again = brought_in(box, ROSTER_A, JINQIAO)
    assert again["accepted"] == 0
    assert again["import_id"] != came["import_id"]
    assert {one["reason"] for one in again["rejected"]} > {"already_registered"}


def test_it_is_told_to_a_person_and_what_is_to_mend_is_written(box: Run, tmp_path: Path) -> None:
    out = tmp_path / "mend.xlsx"
    place = ("--data", str(box.data))
    done = hearth("import-roster", ROSTER_A, "--community", SHIQUAN, "--rejected", str(out), *place)
    assert done.returncode == 0, done.stderr
    assert "3.10104E+17" in done.stdout
    assert "id_number" in done.stdout
    assert "rows did not" in done.stdout
    assert openpyxl.load_workbook(out).worksheets[0].max_row > len(verdicts("reject"))


def test_an_import_is_taken_back_and_can_come_again(box: Run, tmp_path: Path) -> None:
    write_made_up_roster(tmp_path / "some.xlsx", 20, seed=11, today=NOW.date())
    came = brought_in(box, str(tmp_path / "some.xlsx"), JINQIAO)
    assert came["accepted"] == 20
    undone = hearth("undo-import", came["import_id"], "--json", "--data", str(box.data))
    assert undone.returncode == 0, undone.stderr
    assert json.loads(undone.stdout)["withdrawn"] == 20
    assert json.loads(undone.stdout)["kept"] == []
    again = hearth("undo-import", came["import_id"], "--data", str(box.data))
    assert (again.returncode, again.stdout) == (0, "20 enrolments were taken back.\n")
    assert brought_in(box, str(tmp_path / "some.xlsx"), JINQIAO)["accepted"] == 20


def test_a_column_is_pointed_out_on_the_command_line(box: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["姓名", "公民号", "入党时间"], ["冯军", "310104196312014964", "1985-07-01"]):
        sheet.append(row)
    book.save(tmp_path / "odd.xlsx")
    place = ("--community", "demo.huxin", "--data", str(box.data))
    refused = hearth("import-roster", str(tmp_path / "odd.xlsx"), *place)
    assert refused.returncode == 1
    assert refused.stderr.startswith("hearth: ")
    assert refused.stderr.count("\n") == 1
    found = brought_in(box, str(tmp_path / "odd.xlsx"), "demo.huxin", "--column", "公民号=id_number", "--dry-run")
    assert found["accepted"] + found["rejected_rows"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import-roster", "nowhere.xlsx", "--community", JINQIAO), 2),
        (("import-roster", ROSTER_A), 2),
        (("import-roster", ROSTER_A, "--community", "no community"), 2),
        (("import-roster", ROSTER_A, "--community", JINQIAO, "--column", "公民号"), 2),
        (("import-roster", __file__, "--community", JINQIAO), 1),
        (("undo-import", "01a20040-e1aa-73ea-b27f-29c2ca596ce3"), 1),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(box: Run, arguments: tuple[str, ...], code: int) -> None:
    done = hearth(*arguments, "--data", str(box.data))
    assert (done.returncode, done.stdout) == (code, "")
    assert "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.startswith("hearth: ")
        assert done.stderr.count("\n") == 1


def test_a_directory_that_is_no_box_is_not_made_one_by_a_question(tmp_path: Path) -> None:
    for arguments in (("undo-import", "one"), ("check",), ("rebuild", "registry")):
        done = hearth(*arguments, "--data", str(tmp_path / "nothing"))
        assert done.returncode == 1
        assert "is no box" in done.stderr
    assert not (tmp_path / "nothing").exists()
