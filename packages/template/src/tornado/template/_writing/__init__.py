"""From the tree of a template to a program.

``_inheritance`` finds out which blocks a page consists of, ``_writer`` writes them as the source of one
Python function, and ``_compiler`` compiles that.
"""
