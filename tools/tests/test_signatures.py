from __future__ import annotations

from inspect import signature

import pytest
from signatures import differences, parse_signature


def compare(wanted: str, function: object) -> list[str]:
    found = list(signature(function).parameters.values())  # type: ignore[arg-type]  # a lambda
    return list(differences(parse_signature(wanted), found))


@pytest.mark.parametrize(
    ("wanted", "function"),
    [
        ("(a, b=1)", lambda a, b=1: 0),
        ("(a, b)", lambda a, b=None: 0),
        ("(a)", lambda a, more=None: 0),
        ("(a)", lambda a, *more: 0),
        ("(a)", lambda a, *, more=None, **rest: 0),
        ("(a, *, b=1)", lambda a, *, b=1: 0),
        ("(a, *, b=1)", lambda a, b=1: 0),
        ("(*args, **kwargs)", lambda *rest, **others: 0),
        ("(a, /)", lambda other: 0),
        ("(a=<object object at 0x7f>)", lambda a=b"": 0),
        ("(a=<AddressFamily.AF_UNSPEC: 0>)", lambda a=0: 0),
        ("(a=['x'])", lambda a=("x",): 0),
        ("(a=1)", lambda a=...: 0),
    ],
)
def test_a_signature_that_takes_the_same_calls_is_compatible(wanted: str, function: object) -> None:
    assert compare(wanted, function) == []


@pytest.mark.parametrize(
    ("wanted", "function", "problem"),
    [
        ("(a, b)", lambda a: 0, "b is not its positional parameter 1"),
        ("(a, b)", lambda b, a: 0, "a is not its positional parameter 0"),
        ("(a, b=1)", lambda a, *, b=1: 0, "b is not its positional parameter 1"),
        ("(a, b=1)", lambda a, b: 0, "requires b"),
        ("(a, b=1)", lambda a, b=2: 0, "defaults b to 2, not 1"),
        ("(a, b=None)", lambda a, b=False: 0, "defaults b to False, not None"),
        ("(a)", lambda a, more: 0, "requires more"),
        ("(a)", lambda a, *, more: 0, "requires more"),
        ("(a)", lambda more, a: 0, "a is not its positional parameter 0"),
        ("(a, *args)", lambda a: 0, "takes no *args"),
        ("(a, **kwargs)", lambda a: 0, "takes no **kwargs"),
        ("(a, *, b=1)", lambda a: 0, "takes no b"),
    ],
)
def test_a_signature_that_refuses_a_call_is_told(
    wanted: str, function: object, problem: str
) -> None:
    assert problem in compare(wanted, function)
