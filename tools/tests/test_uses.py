from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import uses

Read = Callable[..., set[str]]

MODULE = """
class Spoon: ...

class Pot:
    lid: Spoon
    colour = "red"

    def __init__(self, size=1): ...
    def pour(self) -> "Spoon": ...
    def boil(self): ...
    @property
    def handle(self) -> "Spoon": ...

class Kettle(Pot):
    def boil(self): ...

class Pan:
    def pour(self): ...

def make() -> Pot: ...
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Return a function that gives the uses in a test module of a module ``tornado.kitchen``."""
    top, kitchen = ModuleType("tornado"), ModuleType("tornado.kitchen")
    top.kitchen = kitchen  # type: ignore[attr-defined]  # it is made here
    for module in (top, kitchen):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(MODULE, kitchen.__dict__)
    things: dict[str, Any] = vars(kitchen)
    classes = {name: {thing} for name, thing in things.items() if isinstance(thing, type)}
    members = ["pour", "boil", "lid", "handle", "colour", "__init__"]

    def run(source: str, conftest: str = "") -> set[str]:
        (tmp_path / "conftest.py").write_text(textwrap.dedent(conftest))
        file = tmp_path / "test_kitchen.py"
        file.write_text(textwrap.dedent(source))
        ((_, found),) = uses.read_uses([file], classes)
        names = {name for name in things if uses.is_used(found, kitchen, name)}
        return names | {
            f"{name}.{member}"
            for name, (thing,) in ((name, tuple(of)) for name, of in classes.items())
            for member in members
            if uses.is_used(found, thing, member)
        }

    return run


@pytest.mark.parametrize(
    "source",
    [
        "# Pot.pour\n'''Pot.pour'''\nx = 'tornado.kitchen.Pot'",
        "from tornado.kitchen import Pot",
        "class Pot:\n    def pour(self): ...\nPot().pour()",
        "def test(thing):\n    thing.pour()",
        "from other import Pot\nPot().pour()",
    ],
    ids=["words", "import", "another class", "unknown object", "another module"],
)
def test_a_mention_is_no_use(read: Read, source: str) -> None:
    assert read(source) == set()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from tornado.kitchen import Pot\nPot", "Pot"),
        ("from tornado.kitchen import Pot as P\nP.colour", "Pot Pot.colour"),
        ("import tornado.kitchen\ntornado.kitchen.Pot.pour", "Pot Pot.pour"),
        ("import tornado.kitchen as k\nk.Pot().pour()", "Pot Pot.__init__ Pot.pour"),
        ("from tornado.kitchen import Pan\npan = Pan()\npan.pour()", "Pan Pan.__init__ Pan.pour"),
        ("from tornado.kitchen import make\nmake().boil()", "make Pot.boil"),
        ("from tornado.kitchen import make\nmake().lid\nmake().handle", "make Pot.lid Pot.handle"),
        ("from tornado.kitchen import Pot\nPot(colour=3)", "Pot Pot.__init__ Pot.colour"),
        (
            "from tornado.kitchen import Pot\nclass Own(Pot):\n    def pour(self):\n        self.boil()",
            "Pot Pot.pour Pot.boil",
        ),
        ("from tornado.kitchen import Pot\ndef test(pot: Pot):\n    pot.boil()", "Pot Pot.boil"),
        (
            "from tornado.kitchen import Pot\ndef test(x):\n    assert isinstance(x, Pot)\n    x.boil()",
            "Pot Pot.boil",
        ),
        ("from tornado.kitchen import Pot\ngetattr(Pot, 'boil')", "Pot Pot.boil"),
        ("from tornado.kitchen import Pot\nx.setattr(Pot, 'colour', 3)", "Pot Pot.colour"),
    ],
)
def test_what_a_test_uses_is_found(read: Read, source: str, expected: str) -> None:
    assert read(source) == set(expected.split())


def test_an_inherited_method_counts_for_the_class_that_has_it(read: Read) -> None:
    used = read("import tornado.kitchen as k\nk.Kettle().pour()\nk.Kettle().boil()")
    assert used == {
        "Kettle",
        "Kettle.__init__",
        "Pot.__init__",
        "Kettle.pour",
        "Pot.pour",
        "Kettle.boil",
    }


def test_objects_come_from_fixtures_tables_and_attributes(read: Read) -> None:
    conftest = """
    import pytest
    from tornado.kitchen import Pot

    class Cook:
        def __init__(self):
            self.pot = Pot()

    @pytest.fixture
    def pot():
        yield Pot()

    @pytest.fixture
    def make_pot():
        def make():
            return Pot()
        return make
    """
    assert read("def test(pot):\n    pot.pour()", conftest) == {"Pot.pour"}
    assert read("def test(make_pot):\n    make_pot().boil()", conftest) == {"Pot.boil"}
    assert read("def test(cook):\n    cook.pot.boil()", conftest) == {"Pot.boil"}
    table = """
    import pytest
    from tornado.kitchen import Pan, Pot

    @pytest.mark.parametrize("kind", [Pan, Pot])
    def test(kind):
        assert kind().pour()
    """
    assert read(table) == {"Pan", "Pan.__init__", "Pan.pour", "Pot", "Pot.__init__", "Pot.pour"}


def test_a_program_in_a_string_is_read_and_text_is_not(read: Read) -> None:
    program = "PROGRAM = '''\n    from tornado.kitchen import Pot\n    Pot.pour\n'''"
    text = "'''Say\n    from tornado.kitchen import Pot\n    Pot.pour\n'''"
    assert read(program) == {"Pot", "Pot.pour"}
    assert read(text) == set()
