import pytest

from tornado.testing import get_async_test_timeout


@pytest.mark.parametrize(
    ("value", "seconds"), [(None, 5), ("0.25", 0.25), ("20", 20), ("soon", 5), ("", 5)]
)
def test_the_environment_says_how_long_a_test_may_wait(monkeypatch, value, seconds):
    if value is not None:
        monkeypatch.setenv("ASYNC_TEST_TIMEOUT", value)
    assert get_async_test_timeout() == seconds
