"""What libcurl does can be read in a log."""

import logging

from tornado.curl_httpclient import curl_log


async def test_a_transfer_is_logged_at_the_level_debug(curl, serve, caplog):
    caplog.set_level(logging.DEBUG, "tornado.curl_httpclient")
    peer = await serve(serve.reply(b"some", **{"Set-Cookie": "a=secret"}))
    client = curl()
    await client.fetch(peer.url("/page"), auth_username="ann", auth_password="secret")
    told = [record.getMessage() for record in caplog.records if record.name == curl_log.name]

    assert "> GET /page HTTP/1.1" in told
    assert "< HTTP/1.1 200 OK" in told
    assert "< b'some'" in told
    assert any(line.startswith("* ") for line in told)
    hidden = [line for line in told if line.endswith(": hidden")]
    assert [line.split(":")[0].lower() for line in hidden] == ["> authorization", "< set-cookie"]


async def test_at_other_levels_nothing_is_logged(curl, serve, caplog):
    caplog.set_level(logging.INFO, "tornado.curl_httpclient")
    peer = await serve(serve.reply(b"some"))
    await curl().fetch(peer.url())

    assert [record for record in caplog.records if record.name == curl_log.name] == []
