from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from upstream_suite import processes
from upstream_suite.processes import run_module

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODULE = "tornado.test.some_test"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Return a function that runs the text of a module of tests and returns the results."""

    def run(text: str, only: tuple[str, ...] = ()) -> dict[str, str]:
        folder = tmp_path / "tornado" / "test"
        folder.mkdir(parents=True, exist_ok=True)
        folder.joinpath("__init__.py").touch()
        folder.joinpath("some_test.py").write_text(f"import os, time, unittest\n{text}")
        outcomes = run_module(tmp_path, MODULE, only)
        return {test: outcome.result for test, outcome in outcomes.items()}

    return run


def test_each_test_has_its_result(run: Callable[..., dict[str, str]]) -> None:
    results = run("""
class A(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail()
    def test_error(self): 1 / 0
    def test_sub(self):
        with self.subTest(i=1): self.fail()
        with self.subTest(i=2): pass
    @unittest.skip("so")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
""")

    assert results == {
        "A.test_good": "passed",
        "A.test_bad": "failed",
        "A.test_error": "failed",
        "A.test_sub": "failed",
        "A.test_skipped": "skipped",
        "A.test_expected": "passed",
        "A.test_unexpected": "failed",
    }


def test_every_failed_subtest_is_told(tmp_path: Path, run: Callable[..., dict[str, str]]) -> None:
    run("""
class A(unittest.TestCase):
    def test_sub(self):
        for number in 1, 2, 3:
            with self.subTest(number=number): self.assertEqual(number, 2)
""")
    detail = run_module(tmp_path, MODULE)["A.test_sub"].detail

    assert ("number=1" in detail, "number=2" in detail, "number=3" in detail) == (True, False, True)


def test_a_fixture_of_a_class_decides_about_all_its_tests(
    run: Callable[..., dict[str, str]],
) -> None:
    results = run("""
class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("abstract base class")
    def test_base(self): pass
class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): 1 / 0
    def test_broken(self): pass
class Skipped(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest("another day")
    def test_skipped(self): pass
""")

    assert results == {"Broken.test_broken": "failed", "Skipped.test_skipped": "skipped"}


def test_a_test_that_ends_the_process_costs_only_itself(
    run: Callable[..., dict[str, str]],
) -> None:
    results = run("""
class A(unittest.TestCase):
    def test_1(self): pass
    def test_2(self): os._exit(3)
    def test_3(self): pass
""")

    assert results == {"A.test_1": "passed", "A.test_2": "failed", "A.test_3": "passed"}


def test_a_test_that_hangs_costs_only_itself(
    run: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 2)
    results = run("""
class A(unittest.TestCase):
    def test_1(self): pass
    def test_2(self): time.sleep(1000)
    def test_3(self): pass
""")

    assert results == {"A.test_1": "passed", "A.test_2": "failed", "A.test_3": "passed"}


def test_a_forked_child_reports_nothing(run: Callable[..., dict[str, str]]) -> None:
    results = run("""
class A(unittest.TestCase):
    def test_1(self):
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        else:
            self.fail()
    def test_2(self): pass
""")

    assert results == {"A.test_1": "passed", "A.test_2": "passed"}


def test_a_module_that_does_not_load_is_a_failure(run: Callable[..., dict[str, str]]) -> None:
    assert set(run("1 / 0").values()) == {"failed"}
    assert set(run("os._exit(3)").values()) == {"failed"}


def test_some_tests_can_be_chosen(run: Callable[..., dict[str, str]]) -> None:
    text = """
class A(unittest.TestCase):
    def test_1(self): pass
    def test_2(self): self.fail()
"""
    assert run(text, ("A.test_1",)) == {"A.test_1": "passed"}


def test_a_missing_name_costs_the_tests_that_use_it(run: Callable[..., dict[str, str]]) -> None:
    results = run("""
import tornado.absent
from tornado.absent import Base, decorator, thing as other
from tornado.other import submodule
try:
    from tornado.absent import attempt
except ImportError:
    attempt = None

class Derived(Base):
    annotated: other | None = None

class Nested(submodule.Inner):
    pass

class Case(unittest.TestCase, Base):
    def test_of_missing_case(self): pass

class A(unittest.TestCase):
    def test_unconcerned(self): pass
    def test_attempt(self): self.assertIsNone(attempt)
    def test_call(self): other()
    def test_attribute(self): other.attribute
    def test_truth(self): assert other
    def test_equal(self): assert other == other
    def test_derived(self): Derived()
    def test_nested(self): Nested(1, a=2)
    @decorator
    def test_decorated(self): pass
    @other.decorator(1)
    def test_decorated_with_arguments(self): pass
    def test_inner_import(self):
        from tornado.absent import thing
""")

    passed = {test for test, result in results.items() if result == "passed"}
    assert passed == {"A.test_unconcerned", "A.test_attempt"}
    assert len(results) == 12
