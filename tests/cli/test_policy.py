"""`hearth policy` as an operator types it: check, add to a box that runs, list; and a start on bad packs."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from services.registry.pages.question_sets import EXAMPLE
from services.shell.identity.caller import Role
from tests.cli.typed import hearth
from tests.deploy.test_up import Run

PACK = """\
[pack]
service = "registry"
scope = "demo"
version = "3"
effective_from = 2026-06-01
title = "示范市约定"
issuer = "示范市委"
[branches.split]
members_max = 40
clause = "市九"
[clauses]
"市九" = "党员超过四十人的党支部，建议分设。"
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    path = tmp_path / "city.toml"
    path.write_text(PACK)
    return path


def test_a_good_pack_can_be_used(city: Path, tmp_path: Path) -> None:
    done = hearth("policy", "check", str(city), "--data", str(tmp_path / "none"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{city}: registry:demo@2026-06-01/3 示范市约定 (示范市委): can be used\n"
    assert not (tmp_path / "none").exists()


def test_each_problem_is_a_line_with_file_line_and_reason(city: Path, tmp_path: Path) -> None:
    city.write_text(PACK.replace("40", '"x"').replace("demo", "a b"))
    other = tmp_path / "other.toml"
    other.write_text(PACK.replace('"registry"', '"dues"'))
    care = tmp_path / "care.toml"
    care.write_text(PACK.replace('"registry"', '"care"'))
    done = hearth("policy", "check", *map(str, (city, other, care, tmp_path / "gone.toml")))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"{care}:8: branches: nothing is called so",
        f"{city}:3: pack.scope: 'a b' is no path: write labels with dots between them, such as 'demo.jinqiao'",
        f"{tmp_path / 'gone.toml'}:1: cannot be read: [Errno 2] No such file or directory: '{tmp_path / 'gone.toml'}'",
        f"{other}:1: pack.service: 'dues' is none of registry, care, notify",
    ]


def test_a_question_set_of_a_census_is_checked_added_and_listed(tmp_path: Path) -> None:
    good, bad, data = tmp_path / "good.toml", tmp_path / "bad.toml", tmp_path / "box"
    good.write_text(EXAMPLE.replace("@SCOPE@", "demo"))
    bad.write_text(EXAMPLE.replace("@SCOPE@", "demo").replace('"choice"', '"menu"'))
    done = hearth("policy", "check", str(good), str(bad))
    assert (done.returncode, done.stdout.count("there is no kind 'menu'")) == (1, 1)
    assert f"{bad}:12: " in done.stdout
    for said in ("is offered now", "is there already"):
        done = hearth("policy", "add", str(good), "--data", str(data))
        assert (done.returncode, said in done.stdout) == (0, True), done.stderr
    assert "census:demo/流动党员排查/2026.1" in hearth("policy", "list", "--data", str(data)).stdout


def test_check_and_add_need_files_and_list_takes_none(city: Path) -> None:
    assert hearth("policy", "check").returncode == 2
    assert hearth("policy", "list", str(city)).returncode == 2
    assert hearth("policy", "forget", str(city)).returncode == 2


def test_a_bad_pack_is_not_added(city: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    city.write_text(PACK.replace("40", '"x"'))
    done = hearth("policy", "add", str(city), "--data", str(data))
    assert (done.returncode, done.stdout) == (
        1, f"{city}:9: branches.split.members_max: should be a valid integer, and is 'x'\n",
    )  # fmt: skip
    assert not data.exists()


def test_another_pack_of_the_same_place_and_day_is_not_added(city: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    assert hearth("policy", "add", str(city), "--data", str(data)).returncode == 0
    city.write_text(PACK.replace("40", "41"))
    done = hearth("policy", "add", str(city), "--data", str(data))
    there = data / "policy" / "registry" / "demo@2026-06-01.toml"
    assert (done.returncode, done.stdout) == (
        1, f"{city}:5: {there} holds for demo from 2026-06-01 too: which of them?\n",
    )  # fmt: skip
    assert there.read_text() == PACK


def test_a_pack_is_added_to_a_box_that_runs_once(box: Run, city: Path) -> None:
    first = hearth("policy", "add", str(city), "--data", str(box.data))
    assert first.returncode == 0, first.stdout
    assert "registry:demo@2026-06-01/3: taken up by the running box" in first.stdout
    again = hearth("policy", "add", str(city), "--data", str(box.data))
    assert (again.returncode, again.stdout) == (0, f"{city}: registry:demo@2026-06-01/3: is there already\n")
    listed = hearth("policy", "list", "--data", str(box.data)).stdout
    assert "registry:demo@2026-06-01/3 示范市约定 (示范市委)" in listed
    assert "care:national@" in listed

    token = hearth("token", "--role", Role.SECRETARY, "--scope", "demo.one", "--data", str(box.data)).stdout.strip()
    address = next(line for line in box.lines if line.startswith("READY ")).split()[1]
    answer = httpx.get(
        f"{address}/registry/api/policy", headers={"authorization": f"Bearer {token}"}, trust_env=False
    ).json()
    split = next(one for one in answer["items"] if one["rule"] == "branches.split.members_max")
    assert (split["value"], split["from"]["pack"]) == (40, "registry:demo@2026-06-01/3")

    folder = box.data / "policy" / "registry"
    (folder / "bad.toml").write_text("nothing")
    doctor = hearth("doctor", "--data", str(box.data))
    assert doctor.returncode == 1
    assert f"{folder / 'bad.toml'}:1: " in doctor.stdout
    shutil.rmtree(box.data / "policy")


def test_a_box_is_not_started_on_a_bad_pack(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "policy" / "care"
    folder.mkdir(parents=True)
    (folder / "bad.toml").write_text(PACK)
    done = hearth("up", "--data", str(tmp_path / "var"), "--port", "0")
    assert done.returncode == 1
    assert f"{folder / 'bad.toml'}:2: pack.service is 'registry', and these are the rules of 'care'" in done.stderr
    assert not (tmp_path / "var" / "nats").exists()
