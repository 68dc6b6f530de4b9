import logging
import ssl

import pytest

from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.httpserver import HTTPServer
from tornado.testing import AsyncHTTPSTestCase, AsyncHTTPTestCase, bind_unused_port, gen_test
from tornado.web import Application, RequestHandler


class Echo(RequestHandler):
    def get(self, status):
        self.set_status(int(status))
        self.write({"protocol": self.request.protocol, "uri": self.request.uri})

    def post(self, status):
        self.write(self.request.body)


class Base(AsyncHTTPTestCase):
    leftovers = "fail"

    def get_app(self):
        return Application([(r"/(\d+)", Echo)], log_function=lambda handler: None)


class SecureBase(AsyncHTTPSTestCase, Base):
    pass


def passes(run, case, name="test"):
    ran = run(case, name)
    assert ran.errors == []
    assert ran.failures == []
    assert ran.warned == []


@pytest.mark.parametrize("base", [Base, SecureBase])
def test_fetch_returns_the_response_of_the_application(run, base):
    class Case(base):
        def test(self):
            response = self.fetch("/200?a=b")
            assert response.code == 200
            assert response.request.url == self.get_url("/200?a=b")
            assert b'"/200?a=b"' in response.body
            assert f'"{self.get_protocol()}"'.encode() in response.body
            assert self.fetch("/200", method="POST", body="hello").body == b"hello"

    passes(run, Case)


def test_urls_have_the_port_of_the_test(run):
    class Case(Base):
        def test(self):
            assert self.get_url("/a") == f"http://127.0.0.1:{self.get_http_port()}/a"

    passes(run, Case)


def test_an_error_status_is_returned_unless_it_should_be_raised(run):
    class Case(Base):
        def test(self):
            assert isinstance(self.fetch("/404").error, HTTPClientError)
            with pytest.raises(HTTPClientError, match="HTTP 404: Not Found"):
                self.fetch("/404", raise_error=True)
            with pytest.raises(HTTPClientError):
                self.fetch("/404", True)

    passes(run, Case)


def test_a_whole_url_goes_to_another_server(run):
    class Case(Base):
        def test(self):
            listener, port = bind_unused_port()
            other = HTTPServer(self.get_app())
            other.add_socket(listener)
            url = f"HTTP://127.0.0.1:{port}/200"
            assert self.fetch(url).request.url == url
            other.stop()
            self.io_loop.run_sync(other.close_all_connections)

    passes(run, Case)


def test_a_server_that_does_not_answer_ends_the_fetch(run, monkeypatch):
    monkeypatch.setenv("ASYNC_TEST_TIMEOUT", "0.5")

    class Case(Base):
        leftovers = None

        def test(self):
            listener, port = bind_unused_port()
            with listener, pytest.raises(TimeoutError, match=r"timed out after 0\.5 seconds"):
                self.fetch(f"http://127.0.0.1:{port}/")

    ran = run(Case)
    assert ran.errors == []
    assert ran.failures == []


def test_classic_tests_hand_stop_to_the_client(run):
    class Case(Base):
        def test(self):
            self.http_client.fetch(self.get_url("/200"), self.stop)
            response = self.wait()
            assert response.code == 200
            self.http_client.fetch(self.get_url("/500"), callback=self.stop)
            assert self.wait().error.code == 500

    passes(run, Case)


def test_coroutines_use_the_client(run):
    class Case(Base):
        @gen_test
        async def test_native(self):
            response = await self.http_client.fetch(self.get_url("/200"))
            assert response.code == 200

        @gen_test
        def test_generator(self):
            responses = yield [self.http_client.fetch(self.get_url("/200")) for _ in range(3)]
            assert [each.code for each in responses] == [200] * 3

    passes(run, Case, "test_native")
    passes(run, Case, "test_generator")


def test_the_options_of_the_server_are_the_tests(run):
    class Case(Base):
        def get_httpserver_options(self):
            return {"max_body_size": 3}

        def test(self):
            assert self.fetch("/200", method="POST", body="abc").code == 200
            with self.assertLogs("tornado.general", logging.INFO):
                assert self.fetch("/200", method="POST", body="abcd").code == 413

    passes(run, Case)


def test_client_and_server_may_be_others(run):
    class Client(AsyncHTTPClient.configurable_default()):
        pass

    class Server(HTTPServer):
        pass

    class Case(Base):
        def get_http_client(self):
            return Client(force_instance=True)

        def get_http_server(self):
            return Server(self._app, **self.get_httpserver_options())

        def test(self):
            assert type(self.http_client) is Client
            assert type(self.http_server) is Server
            assert self.fetch("/200").code == 200

    passes(run, Case)


def test_nothing_of_the_application_is_kept_after_the_test():
    seen = []

    class Case(Base):
        def test(self):
            seen.append((hasattr(self, "_app"), hasattr(self, "http_server")))

    case = Case("test")
    case.run()
    assert seen == [(True, True)]
    assert not hasattr(case, "_app")
    assert not hasattr(case, "http_server")


def test_a_case_without_an_application_says_what_is_missing(run):
    class Case(AsyncHTTPTestCase):
        def test(self):
            pass

    ran = run(Case)
    assert "NotImplementedError: Case must define get_app" in ran.errors[0]
    assert ran.warned == []


def test_the_certificate_can_be_verified(run):
    class Case(SecureBase):
        def get_http_client(self):
            certificate = self.default_ssl_options()["certfile"]
            return AsyncHTTPClient(force_instance=True, defaults={"ca_certs": certificate})

        def test(self):
            assert self.fetch("/200").code == 200
            url = self.get_url("/200").replace("127.0.0.1", "localhost")
            assert self.fetch(url).code == 200

    passes(run, Case)


def test_another_certificate_can_be_used(run):
    class Case(SecureBase):
        def get_ssl_options(self):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            options = AsyncHTTPSTestCase.default_ssl_options()
            context.load_cert_chain(options["certfile"], options["keyfile"])
            return context

        def test(self):
            assert self.fetch("/200").code == 200

    passes(run, Case)


@pytest.mark.parametrize("base", [AsyncHTTPTestCase, AsyncHTTPSTestCase])
def test_a_case_sets_up_after_the_server_and_cleans_up_before_it_is_stopped(run, base):
    class Case(base):
        def get_app(self):
            return Application([(r"/(\d+)", Echo)], log_function=lambda handler: None)

        def setUp(self):
            super().setUp()
            assert self.fetch("/201").code == 201

        def tearDown(self):
            assert self.fetch("/202").code == 202
            super().tearDown()

        def test(self):
            assert set(self.get_httpserver_options()) <= {"ssl_options"}
            assert self.fetch("/200").code == 200

    passes(run, Case)
