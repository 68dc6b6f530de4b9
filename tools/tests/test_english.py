from __future__ import annotations

import ast
import re

import pytest
from checks.english import RULES, english, english_of_page


def found(text: str, *, messages: bool = True) -> list[str]:
    return [
        ":".join(problem.split(":")[1:3])
        for problem in english(text, ast.parse(text), messages=messages)
    ]


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("write() behind finish()", "behind"),
        ("the space in front of the colon", "in front of"),
        ("an answer in the place of an error", "in the place of"),
        ("this is no token", "is no t"),
        ("for whoever waits", "whoever"),
        ("a client who reads slowly", "client who"),
        ("each room is imported", "room"),
        ("the face teaches", "face"),
        ("the roof imports it", "roof"),
        ("errors of lower floors", "lower floors"),
        ("an arrow points down", "arrow"),
        ("its compressed twin", "twin"),
        ("the thin rim", "rim"),
        ("an heir of the class", "heir"),
        ("the first hop", "hop"),
        ("it stands on the loop", "stands on"),
        ("read by way of Babel", "by way of"),
        ("it has an own loop", "an own"),
        ("it can not be read", "can not"),
        ("one of both ends", "one of both"),
    ],
)
def test_a_wrong_word_is_found_in_every_kind_of_sentence(sentence: str, words: str) -> None:
    assert found(f"x = 1  # {sentence}\n") == [f'1: "{words}"']
    assert found(f'"""Teach: {sentence}."""\n') == [f'1: "{words}"']
    assert found(f'\nraise ValueError("for a test: {sentence}")\n') == [f'2: "{words}"']
    assert [problem.split(": ")[1] for problem in english_of_page(f"\n{sentence}\n")] == [
        f'"{words}"'
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "a server behind a proxy, or behind nginx",
        "what a test leaves behind",
        "the exception behind it; a tick behind",
        "a proxy in front of the server",
        "there is no token; it is no longer there; it is not a token",
        "somebody who waits",
        "no room to write, room for one more",
        "hop-by-hop fields",
        "the floor of what it can cost",
        "the interface, a surface, in the first place",
        "it stands for nothing",
        "its own loop; a loop of its own",
    ],
)
def test_the_same_words_are_right_elsewhere(sentence: str) -> None:
    assert found(f"# {sentence}\n") == []


def test_a_phrase_goes_on_in_the_next_line() -> None:
    assert found("# the space in\n# front of the colon\n") == ['1: "in front of"']
    assert found('"""Teach.\n\nThe space in\n    front of it.\n"""\n') == ['3: "in front of"']


def test_comments_that_do_not_follow_each_other_are_apart() -> None:
    assert found("x = 1  # the space in\n\n# front of the colon\n") == []


def test_code_in_prose_is_not_read() -> None:
    assert found("# what ``behind`` and `whoever` are\n") == []
    assert list(english_of_page("`behind` [link](behind.md)\n\n```\nbehind\n```\n")) == []


def test_the_texts_of_tests_are_data() -> None:
    assert found('x = "somebody is behind it"\n', messages=False) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class Heir: ...", "1: Heir"),
        ("def first_hop(): ...", "1: first_hop"),
        ("def f(face): ...", "1: face"),
        ("self._twin = 1", "1: _twin"),
        ("def _told(): ...", "1: _told"),
    ],
)
def test_a_metaphor_in_a_name_is_found(text: str, words: str) -> None:
    assert found(text) == [words]


def test_names_that_only_hold_such_a_word_are_fine() -> None:
    assert found("def interface(shop, told_apart): self.surface = told = 1") == []
    assert found("def test_a_client_is_told_so(): ...") == []


def test_every_rule_says_what_to_write() -> None:
    for rule in RULES:
        assert rule.instead
        assert re.compile(rule.phrase)


def test_a_word_is_right_in_files_about_that_very_thing() -> None:
    page = "Everybody is in a room.\n"

    assert list(english_of_page(page, "demos/chat/README.md")) == []
    assert list(english_of_page(page, "docs/web.md")) == [':1: "room": write "module"']
