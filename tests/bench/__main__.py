"""Run every measurement; give names of some to run those alone: ``python -m tests.bench http timers``."""

import sys
import tempfile
from pathlib import Path

from tests.bench import engine, figures, form_page, over_http, service_layer, timers

SECTIONS = {
    "engine": engine.measure,
    "service": service_layer.measure,
    "http": over_http.measure,
    "timers": timers.measure,
    "form": form_page.measure,
}


def main() -> None:
    wanted = sys.argv[1:] or list(SECTIONS)
    figures.row("WHAT", "FIGURE", "ASKED")
    figures.machine()
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="alur-bench-") as folder:
            SECTIONS[name](Path(folder))


main()
