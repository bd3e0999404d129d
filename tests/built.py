"""The files that the front-end build made, for pages that tests write themselves."""

import json
from pathlib import Path

DIST = Path(__file__).resolve().parents[1] / "app" / "web" / "static" / "dist"


def built(name: str) -> str:
    """The name by content of a built file; ``app.js`` → ``app-2TURY6AM.js``."""
    names: dict[str, str] = json.loads((DIST / "manifest.json").read_text("utf-8"))
    return names[name]
