from __future__ import annotations

import ast

import pytest
from checks.docstrings import docstrings


def of_class(text: str) -> list[str]:
    return list(docstrings(ast.parse(f'class C:\n    """{text}"""\n')))


def of_function(text: str, decorator: str = "") -> list[str]:
    return list(docstrings(ast.parse(f'{decorator}\ndef f():\n    """{text}"""\n')))


@pytest.mark.parametrize(
    "text", ["Reads a file.", "Finds what is wrong.", "Keep the rest.", "Run it."]
)
def test_a_class_is_described_with_a_noun(text: str) -> None:
    assert of_class(text) == [
        ":1: the docstring of C begins with a verb: describe the class with a noun"
    ]


@pytest.mark.parametrize(
    "text",
    ["Bytes that arrived.", "The user of a request.", "Raised when it ends.", "Access to it."],
)
def test_nouns_are_fine(text: str) -> None:
    assert of_class(text) == []


@pytest.mark.parametrize("text", ["Returns the user.", "Gives what is left.", "Reads a line."])
def test_a_function_is_described_in_the_imperative(text: str) -> None:
    assert of_function(text) == [
        ":2: the docstring of f begins with a third person: write the imperative"
    ]


@pytest.mark.parametrize(
    "text", ["Return the user.", "Called when a client goes.", "Tell whether."]
)
def test_imperatives_and_hooks_are_fine(text: str) -> None:
    assert of_function(text) == []


def test_a_function_does_not_speak_of_itself() -> None:
    (problem,) = of_function("This function returns the user.")

    assert problem.endswith("begins with This ...: write what it does, in the imperative")


def test_a_property_is_a_noun() -> None:
    assert of_function("Bytes the peer has sent.", "@property") == []


@pytest.mark.parametrize(
    "text", ["Return it.\n\n    Raises `ValueError` if not.", "Return it. Raises an HTTPError."]
)
def test_what_is_raised_is_a_field(text: str) -> None:
    (problem,) = of_function(text)

    assert problem.endswith("says Raises: write a field, :raises Error: if ...")


def test_fields_are_fine() -> None:
    assert of_function("Return it.\n\n    :raises ValueError: if not.\n    ") == []
