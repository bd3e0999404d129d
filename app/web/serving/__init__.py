"""The server: connections, turns, programs of its own, and how it is watched. Pages stand beside it."""
