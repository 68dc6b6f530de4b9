"""The pytest plugin of `tornado-test`.

pytest loads it wherever the distribution is installed. Tests name the fixtures that they need, and
coroutine tests run on the loop that these fixtures share::

    import pytest
    import tornado.web


    class MainHandler(tornado.web.RequestHandler):
        def get(self):
            self.write("Hello, world")


    @pytest.fixture
    def app():
        return tornado.web.Application([(r"/", MainHandler)])


    async def test_hello(http_server_client):
        response = await http_server_client.fetch("/")
        assert response.body == b"Hello, world"

The fixtures, the marker and the options have the names of pytest-tornado and pytest-tornasync,
and suites written for these plugins run unchanged. `fixtures` makes the fixtures for another scope.

Every run of pytest imports this module: nothing of Tornado is imported before a fixture is used.
"""

from __future__ import annotations

from tornado.util import publish

from ._hooks import (
    pytest_addoption,
    pytest_configure,
    pytest_fixture_setup,
    pytest_itemcollected,
    pytest_pycollect_makeitem,
    pytest_pycollect_makeitem_hide,
    pytest_pycollect_makeitem_show,
    pytest_pyfunc_call,
    pytest_pyfunc_call_watch,
    pytest_runtest_setup,
)
from ._scopes import fixtures

__all__ = [
    "fixtures",
    "pytest_addoption",
    "pytest_configure",
    "pytest_fixture_setup",
    "pytest_itemcollected",
    "pytest_pycollect_makeitem",
    "pytest_pycollect_makeitem_hide",
    "pytest_pycollect_makeitem_show",
    "pytest_pyfunc_call",
    "pytest_pyfunc_call_watch",
    "pytest_runtest_setup",
]

publish(globals())
