"""What templates compile to is kept, so that a start need not compile them again; not where nothing may be written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from services.shell.pages import render


@pytest.fixture
def folder() -> Path:
    """Python's own, which is there as soon as it has compiled anything, but for a tree that has never been imported."""
    found = Path(render.__file__).parent / "__pycache__"
    found.mkdir(exist_ok=True)
    return found


def kept(folder: Path, template: Path) -> list[Path]:
    return [one for one in folder.glob("template-*.cache") if str(template).encode() in one.read_bytes()]


def test_a_template_is_compiled_once(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    template = tmp_path / "greeting.html"
    template.write_text("您好，{{ name }}")
    found = render.environment(tmp_path)
    assert isinstance(found.bytecode_cache, FileSystemBytecodeCache)
    assert found.get_template("greeting.html").render(name="张桂兰") == "您好，张桂兰"
    (compiled,) = kept(folder, template)
    compiled.unlink()


def test_where_python_writes_nothing_neither_do_templates(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    template = tmp_path / "greeting.html"
    template.write_text("您好")
    assert render.environment(tmp_path).get_template("greeting.html").render() == "您好"
    assert kept(folder, template) == []
