"""Header fields: their grammar, the mapping that holds them, and the values of some of them."""
