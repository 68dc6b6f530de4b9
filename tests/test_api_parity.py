"""Every public name of both APIs is there and can be called as its signature says."""

from __future__ import annotations

import pytest
from parity import (
    CLASSIC,
    MODERN,
    Exceptions,
    Parity,
    complaints,
    missing_or_different,
    modules_of,
    wrong_about_building,
)

TABLES = [(api, module) for api in (MODERN, CLASSIC) for module in modules_of(api)]


@pytest.fixture(scope="module")
def parity() -> Parity:
    return Parity(Exceptions.read())


@pytest.mark.parametrize(
    ("api", "module"), [pair for pair in TABLES if pair[1] not in Exceptions.read().not_built]
)
def test_a_module_has_every_name_of_an_api(parity: Parity, api: str, module: str) -> None:
    assert missing_or_different(parity, api, module) == []


def test_the_list_of_modules_that_are_not_built_is_right(parity: Parity) -> None:
    assert list(wrong_about_building(parity)) == []


def test_every_exception_is_needed_and_has_a_reason(parity: Parity) -> None:
    exceptions = parity.exceptions
    everything = list(complaints(parity))
    tables = (exceptions.absent, exceptions.differs, exceptions.dropped_parameters)

    assert [line for line in everything if "nothing needs it" in line] == []
    assert [name for table in tables for name, reason in table.items() if len(reason) < 10] == []
