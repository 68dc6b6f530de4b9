"""The exceptions of the web layer.

::

    Exception
    ├── HTTPError                   answer with this status
    │   ├── InvalidArgumentError    400: an argument has the wrong type
    │   └── MissingArgumentError    400: a required argument is missing
    └── Finish                      end the request as it is; not an error
"""

from __future__ import annotations

import re
from typing import Any

from tornado.httputil import responses

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def checked_reason(reason: str) -> str:
    """Return a reason phrase unchanged.

    :raises ValueError: it has control characters, which would break the head of the response.
    """
    if _CONTROL.search(reason):
        raise ValueError(f"control character in the reason {reason!r}")
    return reason


def _as_template(message: str | None, args: tuple[Any, ...]) -> str | None:
    """Escape a literal message, so that it can be formatted like one with arguments."""
    return message if message is None or args else message.replace("%", "%%")


def sendable_reason(reason: str, status_code: int) -> str:
    """Replace a reason phrase that a head cannot contain by the registered one (RFC 9112, 4)."""
    try:
        reason.encode("latin-1")
    except UnicodeEncodeError:
        return responses.get(status_code, "Unknown")
    return reason


class HTTPError(Exception):
    """An error that is answered with a status and its error page.

    ``raise HTTPError(404)`` in a handler ends the request with the error page for 404.

    :param status_code: the status.
    :param log_message: a message for the log, never shown to the client; ``args`` are formatted
        into it with ``%``. Without ``args`` the message is taken literally.
    :param reason: the reason phrase; the registered one if ``None``. One with characters beyond
        Latin-1 appears in the error page only; one with control characters or markup becomes
        ``Unknown``.
    """

    def __init__(
        self,
        status_code: int = 500,
        log_message: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args)  # these are the attribute `args`
        self.reason: str | None = kwargs.get("reason")
        self.status_code = status_code
        self._log_message = log_message

    @property
    def log_message(self) -> str | None:
        """The message as a template for :attr:`args`."""
        return _as_template(self._log_message, self.args)

    def get_message(self) -> str | None:
        """Return the message for the log, with its arguments."""
        template = _as_template(self._log_message, self.args)
        return template % self.args if template else template

    def __str__(self) -> str:
        reason = self.reason or responses.get(self.status_code, "Unknown")
        text = f"HTTP {self.status_code}: {reason}"
        message = self.get_message()
        return f"{text} ({message})" if message else text


class MissingArgumentError(HTTPError):
    """A required argument that the request lacks; answered with 400.

    :param arg_name: its name, kept as an attribute.
    """

    def __init__(self, arg_name: str) -> None:
        super().__init__(400, f"Missing argument {arg_name}")
        self.arg_name = arg_name


class InvalidArgumentError(HTTPError):
    """An argument of the request that has the wrong type; answered with 400.

    The reason phrase names the argument, so that the client sees which one it is.

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
    """The end of a request, without an error page.

    Raise it anywhere within a handler that has written its answer. The arguments are passed on to
    :meth:`RequestHandler.finish`.
    """
