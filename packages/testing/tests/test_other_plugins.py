"""Beside the plugins that others have for coroutines: nothing is stolen, nothing breaks."""

from __future__ import annotations

import re
from typing import Any

import pytest

OURS_AND_THEIRS = """
    import asyncio

    import pytest
    import pytest_asyncio
    from aiohttp import web
    import tornado.web
    from tornado.ioloop import IOLoop


    class MainHandler(tornado.web.RequestHandler):
        def get(self):
            self.write("Hello")


    @pytest.fixture
    def app():
        return tornado.web.Application([(r"/", MainHandler)])


    def is_ours(io_loop):
        return asyncio.get_running_loop() is io_loop.asyncio_loop


    @pytest.fixture
    async def ours(io_loop):
        await asyncio.sleep(0)
        yield is_ours(io_loop)
        await asyncio.sleep(0)


    @pytest.fixture
    async def ours_as_well():
        await asyncio.sleep(0)
        return asyncio.get_running_loop()


    @pytest_asyncio.fixture
    async def theirs():
        await asyncio.sleep(0)
        yield asyncio.get_running_loop()


    async def test_our_fixture(http_server_client, ours, io_loop):
        assert (await http_server_client.fetch("/")).body == b"Hello"
        assert ours
        assert is_ours(io_loop)


    @pytest.mark.gen_test
    async def test_our_marker(ours_as_well):
        assert ours_as_well is asyncio.get_running_loop() is IOLoop.current().asyncio_loop


    @pytest.mark.gen_test
    def test_our_generator(http_client, base_url):
        response = yield http_client.fetch(base_url)
        assert response.code == 200


    class TestMethods:
        async def test_our_method(self, memory_client, io_loop):
            assert is_ours(io_loop)
            assert (await memory_client.get("/")).text == "Hello"


    @pytest.mark.asyncio
    async def test_asyncio(theirs):
        assert theirs is asyncio.get_running_loop()
        assert type(theirs).__module__.startswith("asyncio")
        await asyncio.sleep(0)


    @pytest.mark.anyio
    async def test_anyio(anyio_backend_name):
        assert anyio_backend_name == "asyncio"
        await asyncio.sleep(0)


    @pytest.mark.asyncio
    async def test_aiohttp(aiohttp_client):
        async def hello(request):
            return web.Response(text="Hello of theirs")

        application = web.Application()
        application.router.add_get("/", hello)
        client = await aiohttp_client(application)
        assert await (await client.get("/")).text() == "Hello of theirs"


    @pytest.fixture
    def anyio_backend():
        return "asyncio"


    def test_plain():
        pass
"""

OURS = ["test_our_fixture", "test_our_marker", "test_our_generator", "TestMethods::test_our_method"]
THEIRS = ["test_asyncio", "test_anyio[asyncio]", "test_aiohttp", "test_plain"]

#: What aiohttp and anyio themselves warn about is not what is tested.
QUIET = ("-W", "default", "-o", "asyncio_default_fixture_loop_scope=function")


@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_everybody_runs_their_own_tests(suite: Any, mode: str, order: str) -> None:
    suite.write(test_it=OURS_AND_THEIRS)
    names = {
        "first": {"plugins": ["tornado.pytest_plugin"], "others": ["asyncio", "aiohttp", "anyio"]},
        "last": {
            "plugins": [
                *("pytest_asyncio.plugin", "pytest_aiohttp.plugin", "anyio.pytest_plugin"),
                "tornado.pytest_plugin",
            ]
        },
    }

    run = suite.run_alone(*QUIET, "-o", f"asyncio_mode={mode}", **names[order])

    assert run.code == 0, run.output
    found = {name.replace("test_anyio ", "test_anyio") for name in run.outcomes()["passed"]}
    assert set(OURS) < found, run.output
    assert {name.partition("[")[0] for name in THEIRS} < {name.partition("[")[0] for name in found}
    assert "tornado" not in run.output.partition("warnings summary")[2].lower(), run.output


def test_the_plugins_as_pip_installs_them_get_along(suite: Any) -> None:
    suite.write(test_it=OURS_AND_THEIRS)

    # Whatever is installed is loaded, in the order in which pytest finds it.
    run = suite.run_alone(*QUIET, plugins=(), PYTEST_DISABLE_PLUGIN_AUTOLOAD="")

    assert run.code == 0, run.output
    assert len(run.outcomes()["passed"]) == len(OURS + THEIRS)


def test_a_coroutine_test_that_uses_nothing_of_ours_is_left_to_others(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio

    async def test_of_nobody():
        pass
"""
    )

    for run in (  # pytest fails it, and before 8.4 skips it
        suite.run_alone(*QUIET, "-o", "asyncio_mode=strict", others=["asyncio", "anyio"]),
        suite.run(*QUIET, "-o", "tornado_mode=strict"),
    ):
        assert "passed" not in run.outcomes(), run.output
        assert "async def functions are not natively supported" in run.output
    assert suite.run().outcomes() == {"passed": ["test_of_nobody"]}
    run = suite.run_alone(*QUIET, "-o", "tornado_mode=auto", others=["asyncio", "anyio"])
    assert run.outcomes() == {"passed": ["test_of_nobody"]}, run.output


def test_the_marker_of_another_plugin_wins(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio

    import pytest

    @pytest.mark.asyncio
    async def test_theirs(io_loop):
        assert asyncio.get_running_loop() is not io_loop.asyncio_loop


    @pytest.mark.trio
    async def test_of_a_plugin_that_is_not_here(io_loop):
        pass
"""
    )

    run = suite.run_alone(*QUIET, others=["asyncio"])

    assert run.outcomes()["passed"] == ["test_theirs"], run.output
    assert "async def functions are not natively supported" in run.output


def test_fixtures_of_others_that_only_have_our_names_are_not_ours(suite: Any) -> None:
    suite.write(
        conftest="""
    import pytest

    @pytest.fixture
    async def http_client():
        return "a client of another framework"


    @pytest.fixture
    def base_url():
        return "http://example.com"
""",
        test_it="""
    import asyncio

    async def test_theirs(http_client, base_url):
        assert http_client == "a client of another framework"
        assert type(asyncio.get_running_loop()).__module__.startswith("asyncio")
""",
    )

    run = suite.run_alone(
        *QUIET, "-o", "asyncio_mode=auto", "-o", "tornado_mode=strict", others=["asyncio"]
    )

    assert run.outcomes() == {"passed": ["test_theirs"]}, run.output


def test_a_fixture_may_extend_one_of_ours(suite: Any) -> None:
    suite.write(
        test_it=OURS_AND_THEIRS
        + """
    @pytest.fixture
    def http_server_client(http_server_client):
        http_server_client.extended = True
        return http_server_client


    async def test_extended(http_server_client):
        assert http_server_client.extended
        assert (await http_server_client.fetch("/")).code == 200
"""
    )

    run = suite.run_alone(
        *QUIET, "-k", "extended", "-o", "asyncio_mode=auto", others=["asyncio", "aiohttp"]
    )

    assert run.outcomes() == {"passed": ["test_extended"]}, run.output


def test_the_base_url_of_a_plugin_of_that_name_is_left_alone(suite: Any) -> None:
    suite.write(
        pytest_base_url_of_the_test="""
    import pytest

    @pytest.fixture(scope="session")
    def base_url():
        return "https://theirs.example"


    def pytest_configure(config):
        pass
""",
        test_it="""
    import pytest

    @pytest.fixture(scope="session")
    def context(base_url):
        return base_url

    def test_it(context):
        assert context == "https://theirs.example"
""",
        sitecustomize="",
    )
    (suite.folder / "base_url-1.0.dist-info").mkdir()
    (suite.folder / "base_url-1.0.dist-info" / "METADATA").write_text(
        "Name: base-url\nVersion: 1.0\n"
    )
    (suite.folder / "base_url-1.0.dist-info" / "entry_points.txt").write_text(
        "[pytest11]\nbase_url = pytest_base_url_of_the_test\n"
    )

    run = suite.run_alone(
        *QUIET, plugins=(), PYTEST_DISABLE_PLUGIN_AUTOLOAD="", PYTHONPATH=str(suite.folder)
    )

    assert run.outcomes() == {"passed": ["test_it"]}, run.output


def test_both_markers_for_a_timeout_may_be_used(suite: Any) -> None:
    suite.write(
        test_it="""
    import asyncio
    import time

    import pytest
    from tornado.ioloop import TimeoutError


    @pytest.mark.xfail(raises=TimeoutError, strict=True)
    @pytest.mark.timeout(seconds=0.05)
    async def test_of_tornasync(io_loop):
        await asyncio.sleep(5)


    @pytest.mark.timeout(seconds=0.05)
    class TestOfTornasync:
        @pytest.mark.xfail(raises=TimeoutError, strict=True)
        async def test_first(self, io_loop):
            await asyncio.sleep(5)

        @pytest.mark.xfail(raises=TimeoutError, strict=True)
        async def test_second(self, io_loop):
            await asyncio.sleep(5)

        @pytest.mark.timeout(seconds=5)
        async def test_third(self, io_loop):
            await asyncio.sleep(0.1)


    @pytest.mark.timeout(0.1)
    def test_of_pytest_timeout():
        time.sleep(5)
"""
    )

    run = suite.run_alone(*QUIET, "-o", "tornado_leftovers=ignore", others=["timeout"])

    outcomes = run.outcomes()
    assert len(outcomes["xfail"]) == 3, run.output
    assert outcomes["passed"] == ["TestOfTornasync::test_third"], run.output
    assert outcomes["failed"] == ["test_of_pytest_timeout"], run.output
    assert re.search(r"Timeout \(?>0\.1s", run.output)  # newer versions write brackets
