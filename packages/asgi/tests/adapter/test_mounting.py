"""Where an application is mounted, when it starts and ends, and what its server offers."""

from __future__ import annotations

import http.client

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tornado.asgi import ASGIAdapter, ASGIContainer
from tornado.routing import RuleRouter
from tornado.web import Application, RequestHandler, StaticFileHandler, addslash

PATIENCE = 30


def fetch(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


class Tell(RequestHandler):
    def get(self, name=""):
        request = self.request
        context = request.connection.context
        self.write(
            {
                "name": name,
                "uri": request.uri,
                "path": request.path,
                "root": context.root_path,
                "url": request.full_url(),
                "client": request.remote_ip,
                "port": context.address[1] > 0,
                "version": request.version,
            }
        )


class Slash(RequestHandler):
    @addslash
    def get(self):
        self.write("page")


def mounted(at, **settings):
    application = Application(
        [("/tell/(.*)", Tell), ("/page/?", Slash), ("/", Tell)], autoescape=None, **settings
    )
    return Starlette(routes=[Mount(at, app=ASGIAdapter(application))])


def test_a_request_tells_where_it_comes_from(run):
    import json

    running = run([("/tell/(.*)", Tell)])
    told = json.loads(fetch(running.port, "/tell/a%2Fb?c=%20d")[2])
    assert told == {
        "name": "a/b",
        "uri": "/tell/a%2Fb?c=%20d",
        "path": "/tell/a%2Fb",
        "root": "",
        "url": f"http://127.0.0.1:{running.port}/tell/a%2Fb?c=%20d",
        "client": "127.0.0.1",
        "port": True,
        "version": "HTTP/1.1",
    }


def test_a_mounted_application_routes_by_the_rest_of_the_path(run):
    import json

    port = run(asgi=mounted("/si te")).port
    told = json.loads(fetch(port, "/si%20te/tell/a%20b?c=d")[2])
    assert (told["name"], told["root"]) == ("a b", "/si te")
    assert (told["uri"], told["path"]) == ("/si%20te/tell/a%20b?c=d", "/si%20te/tell/a%20b")
    assert told["url"] == f"http://127.0.0.1:{port}/si%20te/tell/a%20b?c=d"
    assert json.loads(fetch(port, "/si%20te/")[2])["name"] == ""
    assert fetch(port, "/si%20te/nothing")[0] == 404


def test_a_mounted_application_redirects_to_where_the_client_sees_it(run):
    status, headers, _ = fetch(run(asgi=mounted("/site")).port, "/site/page?x=1")
    assert (status, headers["Location"]) == (301, "/site/page/?x=1")


class State(RequestHandler):
    def get(self):
        self.write(self.request.connection.scope["state"]["pool"])


def test_hooks_share_a_state_with_requests(run):
    events = []
    application = Application([("/", State)])
    adapter = ASGIAdapter(application)

    @application.on_startup
    async def open_pool(application):
        events.append("start")
        adapter.state["pool"] = "the pool"

    @application.on_shutdown
    def close_pool(application):
        events.append("end")

    running = run(asgi=adapter)
    assert events == ["start"]
    assert fetch(running.port, "/")[2] == b"the pool"
    running.close()
    assert events == ["start", "end"]


def test_a_server_without_a_lifespan_starts_the_application_with_its_first_request(run):
    application = Application([("/", State)])
    adapter = ASGIAdapter(application)
    started = []

    @application.on_startup
    async def open_pool(application):
        started.append(1)
        adapter.state["pool"] = "the pool"

    async def without_lifespan(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            scope = {name: value for name, value in scope.items() if name != "state"}
            await adapter(scope, receive, send)

    port = run(asgi=without_lifespan).port
    assert started == []
    assert [fetch(port, "/")[2] for _ in range(2)] == [b"the pool"] * 2
    assert started == [1]


@pytest.mark.expected_errors("the application did not start")
def test_an_application_that_does_not_start_is_not_served(run):
    application = Application([("/", Tell)])

    @application.on_startup
    def fail(application):
        raise KeyError("no pool")

    with pytest.raises(BaseException) as caught:  # noqa: PT011 - servers raise what they like
        run(asgi=ASGIAdapter(application))
    assert not isinstance(caught.value, KeyboardInterrupt)


def test_large_files_go_by_their_path_where_the_server_takes_it(run, server, tmp_path):
    content = bytes(range(256)) * 1000
    (tmp_path / "large.bin").write_bytes(content)
    adapter = ASGIAdapter(Application([("/(.*)", StaticFileHandler, {"path": str(tmp_path)})]))
    sent = []

    async def recording(scope, receive, send):
        async def record(event):
            sent.append(event["type"])
            await send(event)

        await adapter(scope, receive, record)

    port = run(asgi=recording).port
    assert fetch(port, "/large.bin")[2] == content
    assert ("http.response.pathsend" in sent) == (server == "granian")
    del sent[:]
    assert fetch(port, "/large.bin", {"Range": "bytes=1-"})[2] == content[1:]
    assert "http.response.pathsend" not in sent


def test_our_own_container_serves_it_too(serve, tmp_path):
    content = bytes(range(256)) * 1000
    (tmp_path / "large.bin").write_bytes(content)
    application = Application([("/files/(.*)", StaticFileHandler, {"path": str(tmp_path)})])
    client = serve(ASGIContainer(ASGIAdapter(application))).connect()
    assert client.get("/files/large.bin").body == content
    assert client.get("/files/large.bin", "Range: bytes=1-99999\r\n").body == content[1:100_000]
    assert client.get("/nothing").status == 404


def test_only_our_applications_and_known_limits_are_taken():
    with pytest.raises(TypeError, match="must be a tornado"):
        ASGIAdapter(print)
    with pytest.raises(TypeError, match="max_size"):
        ASGIAdapter(RuleRouter([]), max_size=1)
    with pytest.raises(ValueError, match="max_body_size must be a number of at least 0, not -1"):
        ASGIAdapter(RuleRouter([]), max_body_size=-1)
