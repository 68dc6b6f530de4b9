import builtins
import sys
import traceback

import pytest

import tornado.util
from tornado.util import errno_from_exception, raise_exc_info


class ErrorWithNumber(Exception):
    errno = 7


@pytest.mark.parametrize(
    ("error", "number"),
    [
        (OSError(2, "no such file"), 2),
        (OSError("only a message"), None),
        (Exception(5), 5),
        (Exception("message", 5), "message"),
        (Exception(), None),
        (ErrorWithNumber("message"), 7),
    ],
)
def test_the_error_number_is_the_attribute_or_the_first_argument(error, number):
    assert errno_from_exception(error) == number


def test_an_exception_is_raised_again_with_its_traceback():
    def fail():
        raise KeyError("first")

    try:
        fail()
    except KeyError:
        exc_info = sys.exc_info()
    with pytest.raises(KeyError) as caught:
        raise_exc_info(exc_info)
    assert caught.value is exc_info[1]
    assert "fail" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]


def test_raising_nothing_is_a_type_error():
    with pytest.raises(TypeError, match="no exception to raise"):
        raise_exc_info((None, None, None))


def test_the_timeout_error_is_the_builtin_one():
    assert tornado.util.TimeoutError is builtins.TimeoutError
