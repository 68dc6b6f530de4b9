"""Multipart bodies (RFC 7578): the reader of events, and the forms that are made of them.

``_reader`` turns bytes into ``_events`` with the states of ``_state``, within ``_limits``; ``_head``
reads the header of a part. ``_form`` parses a complete body. ``_receiver`` collects one that
arrives, into the ``_uploads`` of a form, with the big ones in a ``_spool``.
"""
