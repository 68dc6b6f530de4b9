"""The rules of the house, one subject per module; ``tools/structure.py`` applies them."""
