"""Fixtures for other scopes."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_suite_may_share_a_loop_and_a_server(suite: Any, scope: str) -> None:
    settings = f"tornado_loop_scope = {scope}\ntornado_server_scope = {scope}\n"
    (suite.folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{settings}")
    suite.write(
        conftest=suite.APP.replace("@pytest.fixture", f'@pytest.fixture(scope="{scope}")')
        + f"""
    made = []


    @pytest.fixture(scope="{scope}")
    async def database(io_loop):
        await asyncio.sleep(0)
        made.append(asyncio.get_running_loop())
        yield "open"
        await asyncio.sleep(0)
        made.append("closed")


    @pytest.fixture
    async def row(database):
        await asyncio.sleep(0)
        return f"row of {{database}}"


    def pytest_unconfigure():
        print("MADE", made.count("closed"))
""",
        test_one="""
    async def test_a(http_server_client, row, io_loop):
        assert (await http_server_client.fetch("/")).code == 200
        assert row == "row of open"


    async def test_b(http_server_client, database, io_loop):
        from conftest import made
        assert made[-1] is io_loop.asyncio_loop
        assert (await http_server_client.fetch("/")).code == 200
        assert database == "open"
""",
        test_two="""
    def test_c(database, io_loop, http_port):
        assert database == "open"
""",
    )

    run = suite.run()

    assert run.code == 0, run.output
    assert f"MADE {2 if scope == 'module' else 1}" in run.output


def test_one_module_may_share_a_server_where_others_do_not(suite: Any) -> None:
    suite.write(
        test_shared=suite.APP.replace("@pytest.fixture", '@pytest.fixture(scope="module")')
        + """
    from tornado.pytest_plugin import fixtures

    shared = fixtures(scope="module")
    io_loop, _unused_port = shared.io_loop, shared._unused_port
    http_server_port, http_server = shared.http_server_port, shared.http_server
    http_server_client = shared.http_server_client

    ports = set()


    @pytest.mark.parametrize("number", range(3))
    async def test_it(http_server_client, number):
        ports.add(http_server_client.get_http_port())
        assert (await http_server_client.fetch("/")).code == 200


    def test_one_server():
        assert len(ports) == 1
""",
        test_own=suite.APP
        + """
    loops = []


    @pytest.mark.parametrize("number", range(3))
    async def test_it(io_loop, number):
        assert io_loop not in loops
        loops.append(io_loop)
""",
    )

    run = suite.run()

    assert run.code == 0, run.output
    assert len(run.outcomes()["passed"]) == 7


def test_a_shared_https_server_and_a_shared_http_server_have_ports_of_their_own(suite: Any) -> None:
    scopes = "tornado_loop_scope = session\ntornado_server_scope = session\n"
    (suite.folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{scopes}")
    suite.write(
        test_it=suite.APP.replace("@pytest.fixture", '@pytest.fixture(scope="session")')
        + """
    async def test_first_https(https_client, https_port):
        response = await https_client.fetch(f"https://localhost:{https_port}/")
        assert response.body == b"Hello, https"


    @pytest.mark.parametrize("number", range(4))
    async def test_then_http(http_client, http_port, number):
        response = await http_client.fetch(f"http://localhost:{http_port}/")
        assert response.body == b"Hello, http"


    @pytest.mark.parametrize("number", range(4))
    async def test_then_https(https_client, https_port, http_port, number):
        assert https_port != http_port
        response = await https_client.fetch(f"https://localhost:{https_port}/")
        assert response.body == b"Hello, https"
"""
    )

    run = suite.run()

    assert run.code == 0, run.output


def test_the_application_of_a_memory_client_may_be_parametrized(suite: Any) -> None:
    suite.write(
        test_it="""
    import pytest
    import tornado.web


    class MainHandler(tornado.web.RequestHandler):
        def get(self):
            self.write(self.settings["name"])


    @pytest.fixture(params=["first", "second"])
    def application(request):
        return tornado.web.Application([("/", MainHandler)], name=request.param)


    async def test_it(memory_client):
        assert (await memory_client.get("/")).text in {"first", "second"}


    def test_sync(sync_memory_client):
        assert sync_memory_client.get("/").text in {"first", "second"}
"""
    )

    run = suite.run("--app-fixture=application")

    assert run.outcomes() == {
        "passed": ["test_it[first]", "test_it[second]", "test_sync[first]", "test_sync[second]"]
    }, run.output
