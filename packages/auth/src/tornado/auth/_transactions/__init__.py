"""Sign-ins under way: one signed cookie each, named by its state, and ids that count once."""
