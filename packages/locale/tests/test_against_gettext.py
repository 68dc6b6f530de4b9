"""Plurals are chosen as GNU's own programs choose them, for headers of every kind."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tornado.locale._mo_file import read_catalogue
from tornado.locale._mo_header import read_header

COUNTS = (0, 1, 2, 3, 5, 11, 21, 100)
FORMS = 4

BINARY = ("||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%")
NUMBERS = st.sampled_from(["0", "1", "2", "3", "4", "10", "20", "100", "18446744073709551615"])
SPACE = st.sampled_from(["", "", " ", "\t"])


def larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return formulas that are made of smaller ones, with and without parentheses."""
    return st.one_of(
        st.builds("{0}{1}{2}{1}{3}".format, smaller, SPACE, st.sampled_from(BINARY), smaller),
        st.builds("{0}{1}?{1}{2}:{3}".format, smaller, SPACE, smaller, smaller),
        st.builds("({0}{1})".format, smaller, SPACE),
        st.builds("!{0}{1}".format, SPACE, smaller),
    )


FORMULAS = st.recursive(st.one_of(st.just("n"), NUMBERS), larger, max_leaves=8)
#: Formulas with an error in them, more often than not.
BROKEN = st.text("n?:()!<>=&|+-*/%019 ;\t", max_size=12)
HEADERS = st.one_of(
    st.sampled_from(
        [
            "Plural-Forms: nplurals={forms}; plural={formula};",
            "Plural-Forms: nplurals= {forms}; plural=\t{formula} ;",
            "Plural-Forms: plural={formula}; nplurals={forms};",
            "Plural-Forms: nplurals={forms};\nplural={formula}",
            "Plural-Forms: nplurals={forms}\nX-Note: plural={formula}\nX-More: plural=n;",
            "PLURAL-FORMS : nplurals={forms}plural={formula};garbage",
            "Plural-Forms: nplurals = {forms}; plural = {formula};",
            "Plural-Forms: nplurals={forms}; Plural={formula};",
            "Plural-Forms: nplurals=\n{forms}; plural=\n{formula};",
            "Plural-Forms: nplurals=INTEGER; plural={formula};",
            "Language: xx",
        ]
    ),
    st.just("nplurals={forms};plural={formula}"),
)


@pytest.fixture(scope="module")
def programs() -> None:
    """Skip without GNU's programs, which a build server has to have."""
    missing = [name for name in ("msgfmt", "ngettext") if shutil.which(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{' and '.join(missing)} of GNU gettext is not installed")
    assert missing == []


def compile_with_msgfmt(folder: Path, header: str) -> Path:
    """Compile a catalogue of one message whose forms are called by their numbers."""
    lines = "".join(f'"{line}\\n"\n' for line in header.replace("\t", "\\t").split("\n"))
    forms = "".join(f'msgstr[{form}] "{form}"\n' for form in range(FORMS))
    source = folder / "shop.po"
    source.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'{lines}\nmsgid "a"\nmsgid_plural "b"\n{forms}'
    )
    catalogue = folder / "xx" / "LC_MESSAGES" / "shop.mo"
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    command = ["msgfmt", "--output-file", str(catalogue), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return catalogue


def ask_ngettext(folder: Path, counts: Sequence[int]) -> list[str]:
    """Return the forms that gettext's own program prints for counts."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "xx"}
    environment["TEXTDOMAINDIR"] = str(folder)
    script = 'for count; do ngettext --domain=shop a b "$count" && echo || exit; done'
    result = subprocess.run(
        ["sh", "-c", script, "sh", *map(str, counts)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return result.stdout.splitlines()


def divides_by_zero(header: str) -> bool:
    """Tell if gettext's program would be killed by a signal for some count."""
    problems = read_header(header.encode()).plural_problems
    return any("divides by zero" in problem for problem in problems)


@pytest.mark.slow
@pytest.mark.usefixtures("programs")
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(header=HEADERS, formula=st.one_of(FORMULAS, FORMULAS, BROKEN), forms=st.integers(1, FORMS))
def test_plurals_are_chosen_as_gettext_chooses_them(
    tmp_path: Path, header: str, formula: str, forms: int
) -> None:
    header = header.format(formula=formula, forms=forms)
    assume(not divides_by_zero(header))
    translations, _ = read_catalogue(str(compile_with_msgfmt(tmp_path, header)))

    assert translations is not None
    ours = [translations.ngettext("a", "b", count) for count in COUNTS]
    assert ours == ask_ngettext(tmp_path, COUNTS)
