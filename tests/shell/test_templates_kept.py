"""What templates compile to is kept, so that a start need not compile them again; not where nothing may be written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from services.shell.pages import render


def kept(template: Path) -> list[Path]:
    folder = Path(render.__file__).parent / "__pycache__"
    return [one for one in folder.glob("template-*.cache") if str(template).encode() in one.read_bytes()]


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    template = tmp_path / "greeting.html"
    template.write_text("您好，{{ name }}")
    found = render.environment(tmp_path)
    assert isinstance(found.bytecode_cache, FileSystemBytecodeCache)
    assert found.get_template("greeting.html").render(name="张桂兰") == "您好，张桂兰"
    (compiled,) = kept(template)
    compiled.unlink()


def test_where_python_writes_nothing_neither_do_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    template = tmp_path / "greeting.html"
    template.write_text("您好")
    assert render.environment(tmp_path).get_template("greeting.html").render() == "您好"
    assert kept(template) == []
