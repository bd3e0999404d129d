"""Whether recorded ways fit a diagram: token replay, see docs/decisions/0074-performance.md."""

from app.engine.conformance.replay import (
    CANCELLED,
    END,
    JOINED,
    MIGRATED,
    MOVED,
    MOVED_TO,
    TRUNCATED,
    Deviation,
    DeviationKind,
    Intervention,
    Replay,
    fitness,
    replay_all,
)

__all__ = [
    "CANCELLED",
    "END",
    "JOINED",
    "MIGRATED",
    "MOVED",
    "MOVED_TO",
    "TRUNCATED",
    "Deviation",
    "DeviationKind",
    "Intervention",
    "Replay",
    "fitness",
    "replay_all",
]
