"""Files as responses.

``_static_file_handler`` finds the file of a URL with ``_static_paths``, or a compressed one instead
with ``_precompressed``. ``_static_content`` has the contents, their URLs and, from
``_file_versions``, their versions. ``_byte_ranges`` plans which part answers the request, and
``_static_sending`` or ``_file_sending`` sends it, with the types of ``_media_types``. ``_file_cache``
keeps what is requested often.
"""
