"""Who has sent a request.

``_cookies`` reads and sets cookies, which ``_set_cookie`` writes. ``_signed_cookies`` adds the
signatures of ``_signed_values``. ``_cross_site`` and ``_xsrf`` (with ``_xsrf_tokens``) refuse
requests that other sites make in a user's name. ``_current_user`` is the user.
"""
