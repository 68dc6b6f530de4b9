"""The client that each mixin sends its requests with."""

from __future__ import annotations

import asyncio

from tornado.auth import FacebookGraphMixin, FacebookMixin, OAuth2Mixin, OpenIdMixin
from tornado.httpclient import AsyncHTTPClient
from tornado.web import RequestHandler


class HelloHandler(RequestHandler):
    def get(self):
        self.write("hello")


def body_by(mixin, url):
    """Fetch a page with the client of a mixin, in both generations."""

    async def run():
        response = await mixin.get_auth_http_client().fetch(url)
        called = asyncio.get_running_loop().create_future()
        mixin.get_auth_http_client().fetch(url, called.set_result)
        classic = await called
        assert response.body == classic.body
        return response.body

    return asyncio.run(run())


def test_each_mixin_has_a_client_that_fetches_what_the_program_wants(site):
    url = f"{site([('/', HelloHandler)]).url}/"
    assert body_by(OpenIdMixin(), url) == b"hello"
    assert body_by(FacebookMixin(), url) == b"hello"
    assert body_by(FacebookGraphMixin(), url) == b"hello"
    assert body_by(OAuth2Mixin(), url) == b"hello"


def test_the_client_is_the_one_that_all_share_or_that_of_the_program(site):
    class OwnClient(OAuth2Mixin):
        def get_auth_http_client(self):
            return own

    async def run():
        shared = AsyncHTTPClient()
        assert OpenIdMixin.get_auth_http_client(OpenIdMixin()) is shared
        assert FacebookMixin.get_auth_http_client(FacebookMixin()) is shared
        assert FacebookGraphMixin.get_auth_http_client(FacebookGraphMixin()).client is shared
        assert OpenIdMixin().get_auth_http_client().io_loop is shared.io_loop
        assert OwnClient()._http_client() is own

    own = object()
    asyncio.run(run())


def test_a_mixin_is_made_without_arguments():
    mixin = OpenIdMixin()
    OpenIdMixin.__init__(mixin)
    assert mixin.get_auth_http_client
