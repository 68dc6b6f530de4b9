"""Files as responses.

``_static_file_handler`` asks ``_static_paths`` for the file of a URL, ``_byte_ranges`` for the part
that is wanted and ``_static_versions`` for the hash of its content; ``_file_sending`` sends it.
``_file_memory`` and ``_small_files`` keep what is asked for often.
"""
