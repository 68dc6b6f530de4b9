"""Handle the exceptions of the callbacks that a block of code has registered.

A callback runs long after the code that registered it has returned, so a ``try`` around that code
does not see its exceptions. A block of this module does::

    def failed(typ, value, traceback):
        answer_with_error(value)
        return True

    with ExceptionStackContext(failed):
        client.fetch("http://example.com/", callback=on_response)

If ``on_response`` raises an exception, ``failed`` is called. The same holds for the callbacks that
``on_response`` registers in turn. Coroutines do not need this, because a ``try`` around an ``await``
works.

The blocks are kept in a context variable, which asyncio passes on to each callback. No callback has
to be wrapped by hand, and none gets slower.

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
