"""What is counted instead of timed: calls, functions and system calls."""
