"""Finding the application, and what is said if it is not there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tornado.serve._application._target import find_target
from tornado.serve._errors import ServeError


@pytest.fixture(autouse=True)
def modules_are_forgotten() -> Iterator[None]:
    """Let no module of a test be found by another one."""
    path, known = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - known:
        del sys.modules[name]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "site_of_tests.py").write_text(
        "app = 'the app'\nclass holder:\n    inner = 'inside'\nmain_app = 1\n"
    )
    (tmp_path / "package_of_tests").mkdir()
    (tmp_path / "package_of_tests" / "__init__.py").touch()
    (tmp_path / "package_of_tests" / "web.py").write_text("application = 'deep'\n")
    (tmp_path / "needs_more.py").write_text("import no_such_module_anywhere\n")
    return tmp_path


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("site_of_tests:app", "the app"),
        ("site_of_tests", "the app"),
        ("site_of_tests:holder.inner", "inside"),
        ("package_of_tests.web:application", "deep"),
        ("package_of_tests.web", "deep"),
    ],
)
def test_the_object_is_found(place: Path, target: str, found: str) -> None:
    assert find_target(target, str(place)) == found


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("site_of_test:app", "no module named 'site_of_test': did you mean 'site_of_tests'?"),
        (
            "package_of_tests.wbe:app",
            "no module named 'package_of_tests.wbe': did you mean 'package_of_tests.web'?",
        ),
        ("site_of_tests.deeper:app", "no module named 'site_of_tests.deeper'"),
        ("site_of_tests.app", "no module named 'site_of_tests.app': write 'site_of_tests:app'"),
        ("zzz:app", "no module named 'zzz' in '{place}' or installed: start in its directory"),
        ("site_of_tests:ap", "'site_of_tests' has no attribute 'ap': did you mean 'app'"),
        ("site_of_tests:holder.iner", "'holder' has no attribute 'iner': did you mean 'inner'?"),
        ("package_of_tests", "'package_of_tests' has neither 'app' nor 'application'"),
        ("site/main.py:app", "'site/main.py:app' is a path: name the module instead, as in"),
        ("main.py", "'main.py' is a path: name the module instead, as in 'main:app'"),
        (":app", "':app' does not name a module: write MODULE:NAME"),
        ("a-b:app", "'a-b:app' does not name a module"),
    ],
)
def test_what_is_missing_is_named_with_what_is_near(place: Path, target: str, message: str) -> None:
    with pytest.raises(ServeError) as caught:
        find_target(target, str(place))

    assert str(caught.value).startswith(message.format(place=place))
    assert caught.value.status == 1


def test_a_module_that_lacks_another_one_says_so_itself(place: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        find_target("needs_more:app", str(place))


def test_a_directory_that_is_not_there_is_named(place: Path) -> None:
    with pytest.raises(ServeError, match="--app-dir: 'nowhere' is not a directory"):
        find_target("site_of_tests:app", "nowhere")
