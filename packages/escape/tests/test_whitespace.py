import pytest

from tornado.escape import squeeze


@pytest.mark.parametrize(
    ("value", "squeezed"),
    [
        ("  a \n\t b\x00\x1fc ", "a b c"),
        ("\xa0a\u2003\u2003b\xa0", "a\u2003\u2003b"),
        (b" a  b ", "a b"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_runs_of_white_space_become_one_space(value, squeezed):
    assert squeeze(value) == squeezed


@pytest.mark.parametrize("value", [None, 3])
def test_other_values_are_refused_by_name(value):
    with pytest.raises(TypeError, match="expected str or bytes"):
        squeeze(value)
