"""The exceptions of the web layer.

::

    Exception
    ├── HTTPError                   answer with this status
    │   ├── InvalidArgumentError    400: an argument is not of the wanted type
    │   └── MissingArgumentError    400: a required argument is not there
    └── Finish                      end the request as it is, this is no error
"""

from __future__ import annotations

import re
from typing import Any

from tornado.httputil import responses

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def checked_reason(reason: str) -> str:
    """Return a reason phrase as it is.

    :raises ValueError: it has control characters, which would break the head it stands in.
    """
    if _CONTROL.search(reason):
        raise ValueError(f"control character in the reason {reason!r}")
    return reason


def sendable_reason(reason: str, status_code: int) -> str:
    """Give the registered reason phrase for one that a head cannot carry (RFC 9112 section 4)."""
    try:
        reason.encode("latin-1")
    except UnicodeEncodeError:
        return responses.get(status_code, "Unknown")
    return reason


class HTTPError(Exception):
    """Answer the request with an error status.

    ``raise HTTPError(404)`` in a handler ends the request with the error page for 404.

    :param status_code: the status.
    :param log_message: a message for the log, never shown to the client; ``args`` are put into it
        as :meth:`str.__mod__` does. Without ``args`` the message is taken literally.
    :param reason: the reason phrase; the registered one if ``None``. In scripts that a head cannot
        carry it stands in the error page only; one with control characters or markup is answered
        as ``Unknown``.
    """

    def __init__(
        self,
        status_code: int = 500,
        log_message: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(status_code, log_message, *args)
        self.status_code = status_code
        self._log_message = log_message
        self.args = args
        self.reason: str | None = kwargs.get("reason")

    @property
    def log_message(self) -> str | None:
        """The message as a template for :attr:`args`."""
        if self._log_message and not self.args:
            return self._log_message.replace("%", "%%")
        return self._log_message

    def get_message(self) -> str | None:
        """Give the message for the log, complete."""
        if self._log_message and self.args:
            return self._log_message % self.args
        return self._log_message

    def __str__(self) -> str:
        reason = self.reason or responses.get(self.status_code, "Unknown")
        text = f"HTTP {self.status_code}: {reason}"
        message = self.get_message()
        return f"{text} ({message})" if message else text


class MissingArgumentError(HTTPError):
    """A required argument is not in the request; answered with 400.

    :param arg_name: its name, kept as an attribute.
    """

    def __init__(self, arg_name: str) -> None:
        super().__init__(400, f"Missing argument {arg_name}")
        self.arg_name = arg_name


class InvalidArgumentError(HTTPError):
    """An argument of the request is not of the wanted type; answered with 400.

    The reason phrase names the argument, so that the client sees which one is meant.

    :param arg_name: its name, kept as an attribute.
    :param value: what it is.
    :param kind: what it should be.

    .. versionadded:: 1.0
    """

    def __init__(self, arg_name: str, value: object, kind: str) -> None:
        named = arg_name if arg_name.isprintable() else ascii(arg_name)
        super().__init__(
            400,
            "invalid argument %s: %.60r is not of the type %s",
            named,
            value,
            kind,
            reason=f"Invalid argument {named:.60}",
        )
        self.arg_name = arg_name


class Finish(Exception):  # noqa: N818 - upstream's name
    """End the request without an error page.

    Raised in a handler that has written its answer, from however deep within. The arguments go to
    :meth:`RequestHandler.finish`.
    """
