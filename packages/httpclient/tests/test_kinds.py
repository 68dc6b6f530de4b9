"""Clients of one kind, made without configure."""

from __future__ import annotations

import asyncio

import pytest

from tornado.curl_httpclient import CurlAsyncHTTPClient
from tornado.httpclient import HTTPRequest
from tornado.simple_httpclient import SimpleAsyncHTTPClient


@pytest.mark.parametrize("kind", [SimpleAsyncHTTPClient, CurlAsyncHTTPClient])
async def test_a_client_of_a_kind_fetches_and_is_closed(serve, kind):
    peer = await serve(serve.reply(b"some"))
    client = kind(force_instance=True)
    assert (await client.fetch(peer.url())).body == b"some"
    done = asyncio.get_running_loop().create_future()
    client.fetch_impl(HTTPRequest(peer.url()), done.set_result)
    assert (await done).body == b"some"
    client.close()
    with pytest.raises(RuntimeError):
        client.fetch(peer.url())
