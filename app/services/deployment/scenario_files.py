"""Scenarios as files beside a diagram: kept with the version of the process that they play. Other tools do not know
them, and whatever is the matter with one, it is no reason to refuse a diagram."""

import json
from collections.abc import Mapping
from typing import Any

#: The ending of their names; without the dot, the kind under which a version holds them.
ENDING = ".scenario"
KIND = "scenario"


def is_scenario(name: str) -> bool:
    """Whether a file of this name is one."""
    return name.endswith(ENDING)


def without(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that are none."""
    return {name: content for name, content in files.items() if not is_scenario(name)}


def of_process(content: bytes, key: str) -> bytes:
    """A scenario that can be read, as one of the process ``key``."""
    return json.dumps({**json.loads(content), "process": key}, ensure_ascii=False, indent=2).encode()


def process_of(content: bytes) -> str:
    """The key of the process that a scenario plays; "" where that cannot be read."""
    try:
        told: Any = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    process = told.get("process") if isinstance(told, Mapping) else None
    return process if isinstance(process, str) else ""
