"""The command line: its options, the environment, and what they ask for."""
