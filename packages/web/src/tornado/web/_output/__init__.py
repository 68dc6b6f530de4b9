"""What a response says, and how it is sent.

A handler composes status, fields and body with ``_output``, its facet; ``_header_fields`` checks the
fields. ``_locations`` and ``_slashes`` decide where a redirect may lead. ``_sending`` hands the
response to the connection, through the ``_transforms``, of which ``_compression`` is one; its
encoders are in ``_coders``.
"""
