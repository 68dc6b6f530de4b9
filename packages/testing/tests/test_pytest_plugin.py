"""The pytest plugin: every fixture and option, and what a run costs that has no use for it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from typing import Any

import trustme


def test_pytest_finds_the_plugin_by_itself() -> None:
    found = importlib.metadata.entry_points(group="pytest11", name="tornado")

    assert "tornado.pytest_plugin" in {each.value for each in found}


def test_a_run_without_tornado_imports_nothing_of_it(suite: Any) -> None:
    suite.write(
        test_it="""
            import sys

            def test_plain(tmp_path):
                names = {name for name in sys.modules if name.startswith("tornado")}
                allowed = ("tornado.util", "tornado.pytest_plugin")
                assert [n for n in sorted(names) if not n.startswith(allowed)] == ["tornado"]
                assert "asyncio.base_events" not in sys.modules
        """
    )

    assert suite.run_alone().outcomes() == {"passed": ["test_plain"]}


def test_every_fixture_of_pytest_tornado(suite: Any, tmp_path: Any) -> None:
    certificate = trustme.CA().issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    suite.write(
        test_it=suite.APP
        + """
    @pytest.fixture
    def ssl_options():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.pem")
        return context


    def test_io_loop(io_loop):
        assert io_loop is tornado.ioloop.IOLoop.current()


    @pytest.mark.gen_test
    def test_http_client(http_client, base_url):
        response = yield http_client.fetch(base_url)
        assert response.code == 200


    @pytest.mark.gen_test
    async def test_base_url(http_client, base_url, http_port):
        assert base_url == f"http://localhost:{http_port}"
        assert (await http_client.fetch(base_url)).body == b"Hello, http"


    @pytest.mark.gen_test
    def test_http_server(http_server, http_port, _unused_port):
        assert _unused_port[1] == http_port
        client = tornado.httpclient.AsyncHTTPClient()
        response = yield client.fetch(f"http://127.0.0.1:{http_port}/")
        assert response.body == b"Hello, http"


    @pytest.mark.gen_test
    def test_https(https_client, https_server, https_port, base_url):
        assert base_url == f"https://localhost:{https_port}"
        response = yield https_client.fetch(base_url, validate_cert=False)
        assert response.body == b"Hello, https"


    @pytest.mark.gen_test
    async def test_both_servers(http_server, https_server, http_client, http_port, https_port):
        for url in (f"http://localhost:{http_port}", f"https://localhost:{https_port}"):
            assert (await http_client.fetch(url, validate_cert=False)).code == 200


    def test_only_a_port(http_port, https_port):
        assert http_port > 0
        assert https_port > 0
"""
    )

    run = suite.run("-W", "error::ResourceWarning")

    assert run.code == 0, run.output
    assert len(run.outcomes()["passed"]) == 7


def test_every_fixture_of_pytest_tornasync(suite: Any) -> None:
    suite.write(
        test_it=suite.APP
        + """
    async def test_port(http_server, http_server_port, http_client):
        socket, port = http_server_port
        assert socket.getsockname()[1] == port
        assert (await http_client.fetch(f"http://localhost:{port}/")).code == 200


    async def test_client(http_server_client, http_server_port):
        assert http_server_client.get_protocol() == "http"
        assert http_server_client.get_http_port() == http_server_port[1]
        assert http_server_client.get_url("/a") == f"http://127.0.0.1:{http_server_port[1]}/a"
        response = await http_server_client.fetch("/")
        assert response.body == b"Hello, http"
        with pytest.raises(tornado.httpclient.HTTPClientError):
            await http_server_client.fetch("/nothing")
        assert (await http_server_client.fetch("/nothing", raise_error=False)).code == 404


    async def test_loop(io_loop):
        assert io_loop is tornado.ioloop.IOLoop.current()


    async def test_nothing():
        await asyncio.sleep(0)
"""
    )

    run = suite.run()

    assert run.code == 0, run.output
    assert len(run.outcomes()["passed"]) == 4


def test_the_memory_clients(suite: Any) -> None:
    suite.write(
        test_it=suite.APP
        + """
    async def test_async(memory_client):
        assert (await memory_client.get("/")).text == "Hello, http"
        stream = memory_client.connect()
        await stream.write(b"GET / HT")


    def test_sync(sync_memory_client):
        assert sync_memory_client.get("/").text == "Hello, http"
"""
    )

    run = suite.run()

    assert run.code == 0, run.output
    assert run.outcomes()["passed"] == ["test_async", "test_sync"]


def test_https_without_a_certificate_of_ones_own(suite: Any) -> None:
    suite.write(
        test_it=suite.APP
        + """
    async def test_it(https_client, base_url):
        assert (await https_client.fetch(base_url)).body == b"Hello, https"
"""
    )

    assert suite.run().outcomes() == {"passed": ["test_it"]}


def test_the_options_that_name_fixtures(suite: Any, tmp_path: Any) -> None:
    certificate = trustme.CA().issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    suite.write(
        test_it=suite.APP.replace("def app()", "def my_application()")
        + """
    @pytest.fixture
    def my_certificate():
        return {"certfile": "server.pem"}


    async def test_it(https_client, base_url):
        response = await https_client.fetch(base_url, validate_cert=False)
        assert response.body == b"Hello, https"


    async def test_memory(memory_client):
        assert (await memory_client.get("/")).code == 200
"""
    )

    run = suite.run(
        *("--app-fixture", "my_application"), *("--ssl-options-fixture", "my_certificate")
    )

    assert run.code == 0, run.output
    assert len(run.outcomes()["passed"]) == 2


def test_pytest_shows_the_markers_options_and_fixtures(suite: Any) -> None:
    markers = suite.run("--markers").output
    assert "@pytest.mark.gen_test(timeout=None, run_sync=True)" in markers
    assert "@pytest.mark.tornado_leftovers(action)" in markers
    options = suite.run("--help").output
    for option in (
        "--async-test-timeout",
        "--app-fixture",
        "--ssl-options-fixture",
        "--tornado-blocking",
        "tornado_mode",
        "tornado_leftovers",
        "tornado_loop_scope",
        "tornado_server_scope",
    ):
        assert option in options
    fixtures = suite.run("--fixtures").output
    for name in ("io_loop", "http_server_client", "memory_client", "base_url"):
        assert f"\n{name}" in fixtures


def test_importing_the_plugin_does_not_import_tornado() -> None:
    program = (
        "import sys, tornado.pytest_plugin\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in "
        "('tornado', 'asyncio')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    imported = set(eval(done.stdout))
    assert {name for name in imported if name.count(".") == 1} == {
        "tornado.pytest_plugin",
        "tornado.util",
    }
    assert "asyncio" not in imported
