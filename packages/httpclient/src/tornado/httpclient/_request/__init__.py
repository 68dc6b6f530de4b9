"""What a fetch asks for.

``_request`` holds what the caller gave, ``_body`` makes bodies of JSON, forms and files. ``_target``
takes URLs apart, ``_fields`` composes the header fields, with the credentials of
``_authentication`` and the cookies of ``_cookies``.
"""
