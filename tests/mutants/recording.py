"""A plugin of pytest that notes which files of tests pass which functions of app.

What a fixture of a module or session does is noted for the first file that wants it; what other processes do nowhere.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from types import CodeType, FrameType

import pytest

FOLDER = ".mutants"
#: File of tests → codes that ran; and its seconds.
_passed: dict[str, set[CodeType]] = {}
_seconds = Counter[str]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note what one test calls, in this thread and in those that it starts."""
    file = item.path.relative_to(item.config.rootpath).as_posix()
    codes, began = _passed.setdefault(file, set()), time.monotonic()

    def note(frame: FrameType, event: str, _arg: object) -> None:
        if event == "call":
            codes.add(frame.f_code)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        return (yield)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
        _seconds[file] += time.monotonic() - began


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what this process saw: with several, each writes a file of its own."""
    root = session.config.rootpath
    found: dict[str, dict[int, list[str]]] = {}
    for file, codes in sorted(_passed.items()):
        for code in codes:
            if code.co_filename.startswith(f"{root}/app/"):
                lines = found.setdefault(str(Path(code.co_filename).relative_to(root)), {})
                lines.setdefault(code.co_firstlineno, []).append(file)
    (root / FOLDER).mkdir(exist_ok=True)
    name = f"passed-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}.json"
    (root / FOLDER / name).write_text(json.dumps({"seconds": _seconds, "passed": found}))
