"""Who sent a request.

``_identity``, a facet of handlers, reads and sets cookies, which ``_set_cookie`` writes.
``_signed_cookies`` signs them, in the form of ``_signed_values``. The current user is usually in such
a cookie; ``_login`` sends others to the login page. ``_cross_site`` and ``_xsrf``, with
``_xsrf_tokens``, refuse requests that other sites make in a user's name.
"""
