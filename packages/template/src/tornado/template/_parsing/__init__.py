"""From the text of a template to a tree.

``_tokens`` cuts the text, ``_parser`` makes ``_nodes`` of the tokens, ``_whitespace`` filters the text
between directives. ``_fragments`` checks the Python inside a directive.
"""
