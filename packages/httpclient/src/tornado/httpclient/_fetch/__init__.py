"""The way of a fetch, from its request to its result.

``_fetch`` is one call of ``fetch``. It waits in the ``_request_queue``, runs the hooks of
``_preparation``, and then performs one ``_exchange`` after the other: a request and its response.
``_next_request`` decides whether a response asks for another request (``_redirect``, a challenge),
``_retry`` whether a failure is worth another attempt. ``_deadlines`` and ``_shared_timers`` end what
takes too long. ``_fetch_result`` brings the response to the caller's future.
"""
