import builtins
import subprocess
import sys
import traceback
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tornado.util
from tornado.util import (
    b,
    basestring_type,
    bytes_type,
    errno_from_exception,
    exec_in,
    raise_exc_info,
    timedelta_to_seconds,
    unicode_type,
)


def test_code_sees_and_changes_the_given_namespaces():
    names, local_names = {"x": 1}, {}
    exec_in("y = x + 1", names)
    assert names["y"] == 2
    exec_in("z = x + y", names, local_names)
    assert local_names == {"z": 3}
    exec_in(compile("w = 4", "<test>", "exec"), names)
    assert names["w"] == 4


def test_code_does_not_inherit_future_imports():
    names = {}
    exec_in("def f(x: 1 + 1): pass", names)
    assert names["f"].__annotations__ == {"x": 2}


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


def test_a_timedelta_in_seconds_keeps_its_fraction():
    assert timedelta_to_seconds(timedelta(days=1, milliseconds=5)) == 86400.005


def test_literals_of_python_2_give_bytes():
    assert b("\x00abc\xff") == b"\x00abc\xff"
    with pytest.raises(UnicodeEncodeError):
        b("\u20ac")


def test_the_types_of_python_2_have_their_modern_meaning():
    assert (bytes_type, unicode_type, basestring_type) == (bytes, str, str)


def test_constants_that_programs_for_both_pythons_used():
    from tornado.util import PY3, u, xrange

    assert PY3 is True
    assert xrange is range
    assert u("caf\u00e9") == "caf\u00e9"


def test_classic_names_are_there_but_not_listed():
    names = {"PY3", "_websocket_mask", "_websocket_mask_python", "is_finalizing", "u", "xrange"}

    assert all(hasattr(tornado.util, name) for name in names)
    assert not names & {*dir(tornado.util), *tornado.util.__all__}


def test_is_finalizing_is_true_when_the_interpreter_shuts_down():
    program = """if True:
        from tornado.util import is_finalizing
        class Late:
            def __del__(self):
                print(is_finalizing())
        late = Late()
        late.itself = late
        print(is_finalizing())
    """
    command = [sys.executable, "-c", program]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert output.split() == ["False", "True"]


@given(st.binary(min_size=4, max_size=4), st.binary(max_size=100))
def test_a_websocket_mask_is_applied_and_removed(mask, data):
    from tornado.util import _websocket_mask, _websocket_mask_python

    masked = _websocket_mask(mask, data)
    assert masked == bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
    assert _websocket_mask_python(mask, masked) == data
