"""The protocol alone: bytes in, events out, without a socket or a clock.

``_parser`` makes events of bytes. It takes heads apart with ``_head`` and bodies with ``_body``;
``_framing`` decides where a body ends, ``_folding`` joins folded lines, ``_diagnosis`` says what is
wrong with a head. The rules are in ``_grammar``.
"""
