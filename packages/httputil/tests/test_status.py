from __future__ import annotations

from http import HTTPStatus

from tornado.httputil import responses


def test_every_status_of_the_standard_library_has_a_reason():
    missing = [status for status in HTTPStatus if int(status) not in responses]
    assert missing == []
    assert (responses[200], responses[404], responses[418]) == ("OK", "Not Found", "I'm a Teapot")
    assert all(type(status) is int for status in responses)
