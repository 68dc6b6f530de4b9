"""What a response says, and how it leaves.

A handler composes status, fields and body in ``_response`` (``_locations`` and ``_slashes`` know
where a redirect leads). ``_sending`` hands them to the connection, through ``_transforms`` such as
``_compression``, whose codings are in ``_coders``.
"""
