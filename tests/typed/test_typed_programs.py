"""Type checkers take the programs of the documents, in both generations, and what else is usual."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import seed
import seed_pages

import tornado

pytest.importorskip("pyright", reason="the tox environment `typing` has the type checkers")
if not hasattr(tornado, "version"):
    pytest.skip(
        "needs the meta-package, as programs do that import little", allow_module_level=True
    )

ROOT = Path(__file__).resolve().parents[2]
IDIOMS = Path(__file__).parent / "idioms.py"

#: What no checker can know: a program puts an attribute of its own on RequestHandler.
UNKNOWABLE = re.compile(r"seed_pages_ui_modules.py:.* attribute \"db\"")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def printed_programs() -> Iterator[tuple[str, str]]:
    """Yield the programs of the first documents with their names."""
    for module in (seed, seed_pages):
        for name, text in vars(module).items():
            if name.isupper() and isinstance(text, str) and "Application(" in text:
                yield f"{module.__name__}_{name.lower()}", text


def pages() -> Iterator[tuple[str, str]]:
    """Yield the Python on each page as one program, as the tests of pages run it."""
    for page in [*ROOT.glob("docs/*.md"), *ROOT.glob("packages/*/README.md")]:
        name = page.stem if page.parent.name == "docs" else page.parent.name + "_package"
        texts = [
            text
            for before, text in _blocks(page.read_text("utf-8"))
            if not before.startswith("<!-- not run: ") and not text.startswith((">>>", "# "))
        ]
        if texts:
            yield f"page_{name}", "\n\n".join(texts)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        lines = text[: match.start()].rstrip().splitlines()
        yield (lines[-1] if lines else ""), match[1]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    for name, text in [*printed_programs(), *pages()]:
        (folder / f"{name}.py").write_text(text, "utf-8")
    (folder / "uimodules.py").write_text(seed_pages.UI_FILES["uimodules.py"], "utf-8")
    (folder / "idioms.py").write_text(IDIOMS.read_text("utf-8"), "utf-8")
    return folder


def mypy(*files: Path) -> list[str]:
    """Return what mypy reports, bodies of untyped functions included."""
    options = ["--config-file=", "--check-untyped-defs", "--no-error-summary"]
    # The blocks of a page use each other's names, and some define them again; queues are generic.
    options += ["--disable-error-code=no-redef", "--disable-error-code=var-annotated"]
    options += ["--cache-dir", str(files[0].parent / "cache")]
    command = [sys.executable, "-m", "mypy", *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=files[0].parent, check=False)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if ": error: " in line]


def pyright(*files: Path) -> list[str]:
    """Return what pyright reports."""
    settings = {"include": [each.name for each in files], "reportRedeclaration": False}
    (files[0].parent / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(
        [*command, "--project", str(files[0].parent)], capture_output=True, text=True, check=False
    )
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] >= len(files)
    return [
        f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}: {each['message']}"
        for each in report["generalDiagnostics"]
        if each["severity"] == "error"
    ]


Checker = Callable[..., list[str]]
checkers = pytest.mark.parametrize("check", [mypy, pyright])


def test_there_are_programs(programs: Path) -> None:
    names = sorted(path.stem for path in programs.glob("*.py"))
    assert "seed_hello" in names
    assert "page_web" in names
    assert "seed_pages_ui_modules" in names
    assert len(names) > 12


@checkers
def test_the_checkers_take_all_programs(programs: Path, check: Checker) -> None:
    errors = check(*sorted(programs.glob("*.py")))
    assert [error for error in errors if not UNKNOWABLE.match(error)] == []


WRONG = """
import tornado.web

class Handler(tornado.web.RequestHandler):
    def get(self) -> None:
        page: str = self.get_argument("page", 1, type=int)
        self.nothing_of_this_name()

tornado.web.Application().listen(port=None)
"""


@checkers
def test_the_checkers_see_what_is_wrong(tmp_path: Path, check: Checker) -> None:
    (tmp_path / "wrong.py").write_text(WRONG)
    lines = [int(error.split(":")[1]) for error in check(tmp_path / "wrong.py")]
    assert sorted(set(lines)) == [6, 7, 9]
