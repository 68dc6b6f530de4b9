import functools

import pytest

from tornado.util import ArgReplacer


def plain(a, b=1, *rest, c=2, **more):
    """Take every kind of argument."""


class Service:
    def method(self, url, callback=None):
        """Take a callback."""

    @classmethod
    def create(cls, url, callback=None):
        """Take a callback."""

    @staticmethod
    def loose(url, callback=None):
        """Take a callback."""

    def __init__(self, host, port=80):
        """Take an address."""

    def __call__(self, url, callback=None):
        """Take a callback."""


def passing_through(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@pytest.mark.parametrize(
    ("function", "name", "position"),
    [
        (plain, "a", 0),
        (plain, "b", 1),
        (plain, "c", None),
        (plain, "rest", None),
        (plain, "unknown", None),
        (lambda x, /, y: None, "x", 0),
        (Service.method, "callback", 2),
        (Service("h").method, "callback", 1),
        (Service.create, "callback", 1),
        (Service.loose, "callback", 1),
        (Service, "port", 1),
        (Service("h"), "callback", 1),
        (functools.partial(plain, 1), "b", 0),
        (functools.partial(plain, b=1), "a", 0),
        (functools.partial(plain, b=1), "b", None),
        (passing_through(plain), "b", None),
        (len, "obj", 0),
        (sorted, "reverse", None),
        ("".split, "maxsplit", 1),
    ],
)
def test_the_position_is_where_a_caller_puts_the_argument(function, name, position):
    replacer = ArgReplacer(function, name)
    assert replacer.name == name
    assert replacer.arg_pos == position


def test_a_positional_argument_is_read_and_replaced_in_a_new_list():
    args, kwargs = (1, 2, 3), {"c": 4}
    replacer = ArgReplacer(plain, "b")
    assert replacer.get_old_value(args, kwargs) == 2
    assert replacer.replace("new", args, kwargs) == (2, [1, "new", 3], {"c": 4})
    assert args == (1, 2, 3)


def test_a_keyword_argument_is_read_and_replaced_in_place():
    args, kwargs = (1,), {"b": 2}
    replacer = ArgReplacer(plain, "b")
    assert replacer.get_old_value(args, kwargs) == 2
    assert replacer.replace("new", args, kwargs) == (2, (1,), {"b": "new"})
    assert kwargs == {"b": "new"}


def test_an_argument_that_was_not_passed_is_added_by_keyword():
    replacer = ArgReplacer(plain, "b")
    assert replacer.get_old_value((1,), {}) is None
    assert replacer.get_old_value((1,), {}, "default") == "default"
    assert replacer.replace("new", (1,), {}) == (None, (1,), {"b": "new"})


def test_the_replaced_arguments_can_be_passed_on():
    def greet(name, greeting="hello"):
        return f"{greeting} {name}"

    replacer = ArgReplacer(greet, "greeting")
    for args, kwargs in [(("ann", "hi"), {}), (("ann",), {"greeting": "hi"}), (("ann",), {})]:
        _, new_args, new_kwargs = replacer.replace("bye", args, kwargs)
        assert greet(*new_args, **new_kwargs) == "bye ann"


@pytest.mark.parametrize("thing", [5, dict, getattr])
def test_what_has_no_signature_is_refused(thing):
    with pytest.raises(TypeError, match="cannot tell the arguments of"):
        ArgReplacer(thing, "x")
