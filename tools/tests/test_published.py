from __future__ import annotations

import json
from pathlib import Path

import pytest
from published import main, public_names
from workspace import ROOT

LAZY = """
def __getattr__(name):
    if name == "Lazy":
        return 1
    if name in ("A", "B"):
        return 2
    raise AttributeError("not a name")
"""


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(): ...\nasync def g(): ...\nclass C: x = 1\n", {"f", "g", "C"}),
        (
            "_hidden = 1\ndef _f(): ...\nshown = 1\ntyped: int = 2\nannounced: int\n",
            {"shown", "typed"},
        ),
        (
            "import subprocess\nCalledProcessError = subprocess.CalledProcessError\n",
            {"CalledProcessError"},
        ),
        ("from a import b, c as c, d as e\n", {"c"}),
        ("from a import b, c\n__all__ = ['b']\n", {"b"}),
        ("__all__ = ['late']\n__all__ += ['later']\n", {"late", "later"}),
        (
            LAZY,
            {"Lazy", "A", "B"},
        ),
        ("try:\n    from a import B\nexcept ImportError:\n    B = None\n", set()),
        ("try:\n    import curses\nexcept ImportError:\n    curses = None\n", set()),
        ("if X:\n    a = 1\nelse:\n    def b(): ...\n", {"a", "b"}),
        ("if TYPE_CHECKING:\n    a = 1\n", set()),
        ("T = typing.TypeVar('T')\nx = y = 1\np, q = 1, 2\n", {"x", "y", "p", "q"}),
        ("a.b = 1\na[0] = 2\n", set()),
    ],
)
def test_public_names_are_read_from_the_source(source: str, names: set[str]) -> None:
    assert public_names(source) == names


def test_names_that_a_table_lacks_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "tornado"
    (package / "test").mkdir(parents=True)
    (package / "web.py").write_text("def listed(): ...\ndef unlisted(): ...\n")
    (package / "new.py").write_text("value = 1\n")
    (package / "_own.py").write_text("value = 1\n")
    (package / "test" / "web_test.py").write_text("value = 1\n")
    table = tmp_path / "table.json"
    table.write_text(json.dumps({"tornado.web": {"listed": {}}}))

    assert main([str(package), str(table)]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[:-1] == ["tornado.new.value", "tornado.web.unlisted"]
    table.write_text(
        json.dumps({"tornado.web": {"listed": {}, "unlisted": {}}, "tornado.new": {"value": {}}})
    )
    assert main([str(package), str(table)]) == 0


def test_the_table_has_lazy_names_and_what_modules_pass_on() -> None:
    table = json.loads((ROOT / "tests" / "api" / "tornado-6.6.1.json").read_text())

    assert "AnyThreadEventLoopPolicy" in table["tornado.platform.asyncio"]
    assert "CalledProcessError" in table["tornado.process"]
