"""Templates that were compiled to Python files beforehand."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from tornado.template import (
    CompiledLoader,
    Loader,
    ParseError,
    StaleTemplateError,
    Template,
    compile_directory,
)

FILES = {
    "base.html": "<html>\n  {% block body %}{% end %}\n</html>",
    "sub/page.html": "{% extends '../base.html' %}\n{% block body %}\n{{ name }} "
    "{{ 1 / one }}{% include 'part.txt' %}{% end %}",
    "sub/part.txt": 'é "quoted" \\ %s',
    "raw.txt": "{% autoescape None %}{{ name }}",
    "wait.txt": "{{ await later() }}",
    "sub/.hidden": "{% nonsense %}",
}
NAMES = {"name": "<'>", "one": 1}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "templates"


@pytest.fixture
def output(root: Path, tmp_path: Path) -> str:
    compile_directory(str(root), str(tmp_path / "compiled"))
    return str(tmp_path / "compiled")


def test_every_template_that_is_not_hidden_is_compiled(root: Path, tmp_path: Path) -> None:
    names = compile_directory(str(root), str(tmp_path / "out"))
    assert names == ["base.html", "raw.txt", "sub/page.html", "sub/part.txt", "wait.txt"]
    assert all((tmp_path / "out" / (name + ".py")).is_file() for name in names)


def test_the_parts_of_a_template_are_compiled_with_it(root: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "out")
    names = compile_directory(str(root), output, match="page.*")
    assert names == ["base.html", "sub/page.html", "sub/part.txt"]
    assert CompiledLoader(output).load("sub/page.html").generate(**NAMES)


@pytest.mark.parametrize("with_root", [True, False])
@pytest.mark.parametrize("name", ["base.html", "raw.txt", "sub/page.html", "sub/part.txt"])
def test_a_compiled_template_prints_what_the_template_prints(
    root: Path, output: str, name: str, *, with_root: bool
) -> None:
    template = CompiledLoader(output, str(root) if with_root else None).load(name)
    expected = Loader(str(root)).load(name)
    assert isinstance(template, Template)
    assert template.generate(**NAMES) == expected.generate(**NAMES)
    assert b"".join(template.stream(**NAMES)) == expected.generate(**NAMES)
    replaced = {**NAMES, "xhtml_escape": lambda value: value + b"!"}
    assert template.generate(**replaced) == expected.generate(**replaced)
    assert (template.name, template.autoescape) == (expected.name, expected.autoescape)
    assert "def _tt_execute" in template.code


def test_a_compiled_template_can_await(output: str) -> None:
    async def later() -> str:
        return "<"

    template = CompiledLoader(output).load("wait.txt")
    assert asyncio.run(template.generate_async(later=later)) == b"&lt;"
    with pytest.raises(RuntimeError, match="generate_async"):
        template.generate(later=later)


def test_a_compiled_template_is_part_of_others(output: str) -> None:
    loader = CompiledLoader(output)
    text = "{% extends 'base.html' %}{% block body %}mine{% end %}"
    assert b"mine" in Template(text, loader=loader).generate()


@pytest.mark.parametrize("with_root", [True, False])
def test_a_traceback_shows_the_templates(root: Path, output: str, *, with_root: bool) -> None:
    loader = CompiledLoader(output, str(root) if with_root else None)
    with pytest.raises(ZeroDivisionError) as caught:
        loader.load("sub/page.html").generate(name="", one=0)
    base, page = traceback.extract_tb(caught.value.__traceback__)[-2:]
    prefix = f"{root}/" if with_root else ""
    assert (base.filename, base.lineno) == (prefix + "base.html", 2)
    assert (page.filename, page.lineno) == (prefix + "sub/page.html", 3)
    assert page.line == FILES["sub/page.html"].split("\n")[2]
    assert page.line[page.colno : page.end_colno] == "1 / one"


def test_rendering_compiled_templates_needs_no_compiler(output: str) -> None:
    program = (
        "import sys; from tornado.template import CompiledLoader;"
        "CompiledLoader(sys.argv[1]).load('sub/page.html').generate(name='', one=1);"
        "print(*sys.modules)"
    )
    command = [sys.executable, "-c", program, output]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = set(result.stdout.split())
    assert "tornado.template._compiled_loader" in modules
    unused = {"_parsing._tokens", "_parsing._parser", "_writing._writer", "_writing._compiler"}
    assert not {f"tornado.template.{name}" for name in unused} & modules


@pytest.mark.parametrize("changed", ["base.html", "sub/page.html", "sub/part.txt"])
def test_a_changed_template_is_refused(root: Path, output: str, changed: str) -> None:
    with (root / changed).open("a") as file:
        file.write("!")
    loader = CompiledLoader(output, str(root))
    with pytest.raises(StaleTemplateError, match=f"{changed} has changed since sub/page.html was"):
        loader.load("sub/page.html")
    assert CompiledLoader(output).load("sub/page.html").generate(**NAMES)
    compile_directory(str(root), output)
    os.utime(root / changed, (1, 1))  # the time does not matter
    loader.reset()
    assert loader.load("sub/page.html").generate(**NAMES)


def test_a_template_whose_file_is_gone_is_refused(root: Path, output: str) -> None:
    (root / "base.html").unlink()
    with pytest.raises(StaleTemplateError, match=r"base\.html has changed"):
        CompiledLoader(output, str(root)).load("sub/page.html")


def test_files_from_different_compilations_are_refused(root: Path, output: str) -> None:
    page = Path(output, "sub", "page.html.py")
    old = page.read_bytes()
    (root / "base.html").write_text("new{% block body %}{% end %}")
    compile_directory(str(root), output)
    assert CompiledLoader(output).load("sub/page.html").generate(**NAMES)
    page.write_bytes(old)
    with pytest.raises(StaleTemplateError, match=r"base\.html has changed"):
        CompiledLoader(output).load("sub/page.html")


def test_another_version_is_refused(output: str) -> None:
    page = Path(output, "base.html.py")
    page.write_text(page.read_text().replace("FORMAT = ", "FORMAT = 1000 + "))
    with pytest.raises(StaleTemplateError, match="another version of the engine"):
        CompiledLoader(output).load("base.html")


@pytest.mark.parametrize("settings", [{"autoescape": None}, {"whitespace": "oneline"}])
def test_other_settings_are_refused(
    root: Path, output: str, settings: dict[str, str | None]
) -> None:
    with pytest.raises(StaleTemplateError, match="was compiled with autoescape and whitespace"):
        CompiledLoader(output, **settings).load("raw.txt")
    compile_directory(str(root), output, **settings)
    expected = Loader(str(root), **settings).load("sub/page.html")
    template = CompiledLoader(output, **settings).load("sub/page.html")
    assert template.generate(**NAMES) == expected.generate(**NAMES)


def test_a_template_that_was_not_compiled_is_not_found(root: Path, output: str) -> None:
    (root / "new.html").write_text("new")
    with pytest.raises(FileNotFoundError):
        CompiledLoader(output, str(root)).load("new.html")
    with pytest.raises(PermissionError):
        CompiledLoader(output, str(root)).load("../compiled/base.html/../../x")


def test_a_faulty_template_stops_the_compilation(root: Path, tmp_path: Path) -> None:
    (root / "faulty.html").write_text("\n{% if %}")
    with pytest.raises(ParseError) as caught:
        compile_directory(str(root), str(tmp_path / "out"))
    assert (caught.value.filename, caught.value.lineno) == ("faulty.html", 2)


@pytest.mark.parametrize("part", ["{% block a %}{{ x }}{% end %}", "{% extends 'other' %}", "-"])
def test_parts_that_are_not_printed_are_compiled_with_a_page(tmp_path: Path, part: str) -> None:
    files = {
        "base": "<{% block a %}{{ 1 }}{% end %}>",
        "page": "{% extends 'base' %}{% include 'part' %}",
        "part": part,
        "other": "!",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    output = str(tmp_path / "compiled")
    assert {"base", "page", "part"} <= set(compile_directory(str(tmp_path), output, match="page"))
    expected = Loader(str(tmp_path)).load("page").generate(x=2)
    for root in (None, str(tmp_path)):
        template = CompiledLoader(output, root).load("page")
        assert template.generate(x=2) == b"".join(template.stream(x=2)) == expected


def test_templates_can_be_compiled_again_immediately(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "templates").mkdir()
    output = str(tmp_path / "compiled")
    for number in range(10, 30):
        (tmp_path / "templates" / "page").write_text(str(number))
        compile_directory(str(tmp_path / "templates"), output)
        assert CompiledLoader(output).load("page").generate() == str(number).encode()


def test_a_full_disk_leaves_the_file_that_was_compiled_before(root: Path, output: str) -> None:
    resource = pytest.importorskip("resource", reason="file sizes are limited on Unix only")
    before = Path(output, "raw.txt.py").read_bytes()
    names = sorted(os.listdir(output))
    (root / "raw.txt").write_text("x" * 300_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            compile_directory(str(root), output)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert Path(output, "raw.txt.py").read_bytes() == before
    assert sorted(os.listdir(output)) == names
