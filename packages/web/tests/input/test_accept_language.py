"""Accept-Language, in the order of its weights."""

from __future__ import annotations

import time

import pytest

from tornado.web._input._accept_language import preferred_languages


@pytest.mark.parametrize(
    ("field", "codes"),
    [
        ("", ()),
        ("fr", ("fr",)),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", ("fr-CH", "fr", "en", "de")),
        ("fr;q=0.1,de;q=0.9", ("de", "fr")),
        ("a;q=0.5,b;q=0.5,c", ("c", "a", "b")),
        ("de;Q=0.1 , fr ; q=0.5", ("fr", "de")),
        ("fr;level=1;q=0.3,de;q=0.4", ("de", "fr")),
        ("fr;q=0,de;q=0.000", ()),
        ("fr;q=x,de;q=-1,es;q=,it;q=.,en;q=9", ()),
        ("fr;q=.5,de;q=0.55555,it;q=1.9,en", ("it", "en", "de", "fr")),
        ("en;q=1.000", ("en",)),
        (",, ,;q=1,*", ()),
    ],
)
def test_the_most_preferred_language_comes_first(field: str, codes: tuple[str, ...]) -> None:
    assert preferred_languages(field) == codes


def test_s10_long_lists_take_linear_time() -> None:
    def spent(count: int) -> float:
        best = 1.0
        for attempt in range(5):
            field = ",".join([f"x{number};q=0.{attempt}" for number in range(count)])
            begin = time.process_time()
            preferred_languages(field)
            best = min(best, time.process_time() - begin)
        return best

    # One undisturbed attempt is enough: code that is not linear is never this fast.
    assert any(spent(40_000) < 9 * spent(10_000) + 0.001 for _ in range(6))


def test_the_number_of_languages_is_limited() -> None:
    assert len(preferred_languages(",".join([f"x{number}" for number in range(5000)]))) == 100
