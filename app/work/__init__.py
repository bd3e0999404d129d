"""All work that is no request: kinds, a queue, and a loop, for any number of processes and hosts.

Callers know `Kind`, `defer`, `defer_all` and `cancel`; which database is below, or which library, nobody asks.
"""

from app.work.kinds import Kind, Lane
from app.work.queue import cancel, defer, defer_all

__all__ = ["Kind", "Lane", "cancel", "defer", "defer_all"]
