"""The master process: the sockets, the workers, and the signals."""
