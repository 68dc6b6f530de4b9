"""``python -m tornado.template``."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tornado.template import CompiledLoader
from tornado.template._command import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "base.html": "<h1>{{ title }}</h1>{% block body %}{% end %}",
        "page.html": "{% extends base.html %}\n{% block body %}{{ [x for x in items] }}"
        "{% set total = len(items) %}{{ total }}{% end %}",
        "sub/wait.txt": "{{ await later('<') }}",
        ".hidden": "{% nonsense %}",
    }
    for name, text in files.items():
        path = tmp_path / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "templates"


Run = tuple[int, str, str]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    status = main([str(argument) for argument in arguments])
    output, errors = capsys.readouterr()
    return status, output, errors


def test_check_accepts_correct_templates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", folder) == (0, "3 templates, 0 faults\n", "")


def test_check_reports_every_fault_with_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "one.html").write_text("\n{% if %}")
    (folder / "two.html").write_text("\n\n{% include nowhere %}")
    status, output, errors = run(capsys, "check", folder)
    assert (status, output) == (1, "5 templates, 2 faults\n")
    first, second = errors.splitlines()
    assert first == "one.html:2: {% if %} needs a condition"
    assert second.startswith("two.html:3: {% include %} of 'nowhere'")


def test_files_can_be_chosen_by_a_pattern(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\xff")
    assert run(capsys, "check", folder)[0] == 1
    assert run(capsys, "check", folder, "--match", "*.html") == (0, "2 templates, 0 faults\n", "")
    assert "logo" not in run(capsys, "names", folder, "--match", "*.html")[1]
    arguments = ("compile", folder, tmp_path / "out", "--match", "*.html")
    assert run(capsys, *arguments) == (0, "2 templates\n", "")


def test_check_reports_unknown_names_where_they_are_used(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output, errors = run(capsys, "check", folder, "--known", "title,later")
    assert (status, output) == (1, "3 templates, 1 faults\n")
    assert errors == "page.html:2: unknown name 'items'\n"
    known = ("--known", "title", "--known", "later, items")
    assert run(capsys, "check", folder, *known)[0] == 0


def test_check_accepts_the_names_of_the_web_framework(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "web.html").write_text("{{ _('a') }}{% module A() %}{{ xsrf_form_html() }}{{ odd }}")
    status, _, errors = run(capsys, "check", folder, "--web", "--known", "title,items,later")
    assert (status, errors) == (1, "web.html:1: unknown name 'odd'\n")


def test_names_lists_what_templates_expect(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, output, _ = run(capsys, "names", folder)
    assert status == 0
    assert output.splitlines() == [
        "base.html: title (base.html:1)",
        "page.html: items (page.html:2)",
        "page.html: title (base.html:1)",
        "sub/wait.txt: later (sub/wait.txt:1)",
    ]
    assert "title" not in run(capsys, "names", folder, "--known", "title")[1]


def render(*arguments: object, data: str = "") -> Run:
    command = [sys.executable, "-m", "tornado.template", "render", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, input=data, check=False)
    return result.returncode, result.stdout, result.stderr


def test_names_continues_after_a_faulty_template(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.html").write_text("\n{% if %}")
    status, output, errors = run(capsys, "names", folder, "--match", "ba*.html")
    assert (status, output) == (1, "base.html: title (base.html:1)\n")
    assert errors == "bad.html:2: {% if %} needs a condition\n"


def test_render_prints_a_template_with_the_names_of_a_json_file(
    folder: Path, tmp_path: Path
) -> None:
    data = {"title": "é <", "items": [1, 2]}
    (tmp_path / "data.json").write_text(json.dumps(data))
    expected = (0, "<h1>é &lt;</h1>[1, 2]2", "")
    assert render(folder / "page.html", "--data", tmp_path / "data.json") == expected
    assert render(folder / "page.html", "--data", "-", data=json.dumps(data)) == expected
    given = ("--set", "title=é <", "--set", "items=[1, 2]")
    assert render(folder / "page.html", *given) == expected
    assert render(folder / "sub" / ".." / "page.html", "--root", folder, *given) == expected
    assert render(folder / "page.html", *given, "--autoescape", "None")[1] == "<h1>é <</h1>[1, 2]2"


def test_render_awaits(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "wait.txt"
    page.write_text("{% import asyncio %}{{ await asyncio.sleep(0, '<') }}")
    assert render(page) == (0, "&lt;", "")


def test_render_shows_what_went_wrong(folder: Path) -> None:
    status, output, errors = render(folder / "page.html", "--set", "title=a")
    assert (status, output) == (1, "")
    assert f'File "{folder}/page.html", line 2, in block body' in errors
    assert "NameError: name 'items' is not defined" in errors
    (folder / "faulty.html").write_text("\n{% if %}")
    assert render(folder / "faulty.html") == (1, "", "faulty.html:2: {% if %} needs a condition\n")


def test_compile_writes_files_for_the_compiled_loader(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    arguments = ("compile", folder, output, "--whitespace", "oneline")
    assert run(capsys, *arguments) == (0, "3 templates\n", "")
    loader = CompiledLoader(str(output), str(folder), whitespace="oneline")
    assert loader.load("page.html").generate(title="a", items="b")


def test_compile_reports_a_fault(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "faulty.html").write_text("{% if %}")
    status, output, errors = run(capsys, "compile", folder, tmp_path / "out")
    assert (status, output) == (1, "")
    assert errors == "faulty.html:1: {% if %} needs a condition\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere"], "not a folder: nowhere"),
        (["names", "nowhere"], "not a folder: nowhere"),
        (["compile", "nowhere", "out"], "not a folder: nowhere"),
        (["render", "nowhere.html"], "No such file or directory"),
        (["render", "{page}", "--data", "nowhere.json"], "No such file or directory"),
        (["render", "{page}", "--set", "title"], "--set takes NAME=VALUE, not 'title'"),
        (["render", "{page}", "--set", "a b=1"], "--set takes NAME=VALUE, not 'a b=1'"),
    ],
)
def test_a_wrong_command_line_is_explained(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = str(folder / "page.html")
    status, output, errors = run(capsys, *[text.replace("{page}", page) for text in arguments])
    assert (status, output) == (2, "")
    assert message in errors


@pytest.mark.parametrize(
    ("data", "message"), [("{", "- is not JSON"), ("[1]", "- holds list, not a JSON object")]
)
def test_data_must_be_a_json_object(
    data: str,
    message: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(data))
    status, _, errors = run(capsys, "render", folder / "page.html", "--data", "-")
    assert status == 2
    assert message in errors


def test_without_a_command_the_commands_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in ("check", "names", "render", "compile"))
    assert "exit status" in shown
