"""All work that is no request: kinds, a queue, and a loop, for any number of processes and hosts.

Callers know `Kind`, `defer` and `cancel`; which database is below, or which library, nobody asks.
"""

from app.work.kinds import Kind, Lane, Named
from app.work.queue import cancel, cancel_all, defer, defer_all

__all__ = ["Kind", "Lane", "Named", "cancel", "cancel_all", "defer", "defer_all"]
