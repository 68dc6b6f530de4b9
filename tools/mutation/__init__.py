"""Mutants: copies of a module with one small fault, which some test has to notice."""
