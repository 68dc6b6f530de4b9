"""Bodies of JSON."""

from __future__ import annotations

from typing import Any

from tornado.escape import json_decode

from .._errors import HTTPError
from .._state import HandlerState


class JSONBody(HandlerState):
    """Read a body that is JSON."""

    def get_json_body(self, *, any_type: bool = False) -> Any:
        """Give the value that the body stands for.

        ::

            def post(self):
                order = self.get_json_body()
                self.write({"ordered": order["tea"]})

        The type has to be ``application/json`` or another one that ends in ``+json``: the forms of
        other sites cannot send that. How large a body may be is a matter of the server's
        ``max_body_size``; how deep, of Python.

        :param any_type: take a body of any type.
        :raises HTTPError: 415 if the type is another one, 400 if the body is not JSON in UTF-8 or
            is nested too deeply.
        """
        if not any_type:
            field = self.request.headers.get("Content-Type", "")
            kind = field.partition(";")[0].strip().lower()
            if kind != "application/json" and not kind.endswith("+json"):
                raise HTTPError(415, "the body is no JSON, its type is %r", kind[:60])
        try:
            return json_decode(self.request.body)
        except ValueError as error:
            raise HTTPError(400, "bad JSON in the body: %s", str(error)[:200]) from error
