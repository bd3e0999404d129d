"""Run every measurement; give names of some to run those alone: ``python -m tests.bench http timers``.

``scale`` and ``compare`` have options of their own, and take longer: they run only when asked for.
"""

import sys
import tempfile
from pathlib import Path

from tests.bench import (
    checking,
    compare,
    comparison,
    documents,
    engine,
    eventlogs,
    evidence,
    figures,
    footprint,
    form_page,
    forward,
    importing,
    locks,
    migration,
    numbers,
    over_http,
    performance,
    scale,
    server_load,
    service_layer,
    similar,
    studio_page,
    timers,
    trying,
    turns,
    walk,
    workers,
)

SECTIONS = {
    "engine": engine.measure,
    "checks": checking.measure,
    "service": service_layer.measure,
    "http": over_http.measure,
    "timers": timers.measure,
    "form": form_page.measure,
    "comparison": comparison.measure,
    "studio": studio_page.measure,
    "trying": trying.measure,
    "forward": forward.measure,
    "server": server_load.measure,
    "footprint": footprint.measure,
    "locks": locks.measure,
    "migration": migration.measure,
    "imports": importing.measure,
    "numbers": numbers.measure,
    "eventlogs": eventlogs.measure,
    "documents": documents.measure,
    "evidence": evidence.measure,
    "performance": performance.measure,
    "similar": similar.measure,
    "turns": turns.measure,
    "walk": walk.measure,
    "workers": workers.measure,
}
APART = {"scale": scale.main, "compare": compare.main}


def main() -> None:
    if sys.argv[1:2] and (own := APART.get(sys.argv[1])):
        own(sys.argv[2:])
        return
    wanted = sys.argv[1:] or list(SECTIONS)
    figures.row("WHAT", "FIGURE", "ASKED")
    figures.machine()
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="alur-bench-") as folder:
            SECTIONS[name](Path(folder))


if __name__ == "__main__":
    main()
