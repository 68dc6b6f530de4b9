"""Answer for the callbacks that a block of code has set going.

A callback runs long after the code that registered it has returned, so a ``try`` around that code
does not see its exceptions. A block of this module does::

    def failed(typ, value, traceback):
        answer_with_error(value)
        return True

    with ExceptionStackContext(failed):
        client.fetch("http://example.com/", callback=on_response)

If ``on_response`` raises, ``failed`` is called, and the same holds for whatever ``on_response``
sets going in turn. Coroutines do not need this, a ``try`` around an ``await`` works. It serves
code that is written with callbacks.

The blocks live in a context variable, which asyncio hands on with each callback. No callback has
to be wrapped by hand and none gets slower.

.. versionadded:: 1.0
   The four names of Tornado 2.4, and :func:`handle_exception`.
"""

from __future__ import annotations

from tornado.util import publish

from ._blocks import ExceptionStackContext, NullContext, StackContext, handle_exception, wrap

__all__ = ["ExceptionStackContext", "NullContext", "StackContext", "handle_exception", "wrap"]

publish(
    globals(),
    aliases={
        "StackContextInconsistentError": "tornado.stack_context._classic",
        "_state": "tornado.stack_context._classic",
        "run_with_stack_context": "tornado.stack_context._classic",
    },
)
