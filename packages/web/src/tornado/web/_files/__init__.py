"""Files as responses.

``_static_file_handler`` finds the file of a URL with ``_static_paths``, and perhaps a compressed
one in its place with ``_precompressed``. ``_static_content`` makes contents, URLs and, with
``_file_versions``, versions. ``_byte_ranges`` plans which part answers the request;
``_static_sending`` and ``_file_sending`` send it. ``_file_cache`` keeps what is requested often,
``_media_types`` knows the types.
"""
