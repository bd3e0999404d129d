"""Draw up how the house is built, and keep it in docs/house.md: ``python -m tests.house [--junit FILE …]``.

``--junit``: reports of pytest (``--junitxml``), of which the seconds of each folder of tests are taken. Without it
those of the last time stay.
"""

import argparse
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.house import completion, imports, rooms

PAGE = rooms.ROOT / "docs" / "house.md"
_SECONDS = "## Seconds of the suite"
_ENDINGS = {".py": "Python", ".html": "templates", ".css": "CSS", ".js": "JS", ".po": "catalogues"}


def main() -> None:
    """Write the page, and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.house", description=__doc__)
    parser.add_argument("--junit", type=Path, nargs="+", default=[])
    junit = parser.parse_args().junit
    page = "\n".join([*_head(), *_nouns(), *_rooms(), *_fragments(), *_completion(), *_suite(junit)]) + "\n"
    PAGE.write_text(page)
    print(page)


def _head() -> Iterator[str]:
    yield "# The house in numbers"
    yield ""
    yield "Made by `make house`; not to be written by hand. Whoever changes how the house is built makes it anew, and"
    yield "sees in the diff what became of it. A test says so where a tenth of the nouns came, went or moved"
    yield "to another floor; figures alone may lag behind."


def _nouns() -> Iterator[str]:
    found = rooms.lines_of_nouns()
    yield from ("", "## Lines of each noun, floor by floor", "")
    rows = [
        [noun or "(none)", *(_number(of[floor]) for floor in rooms.FLOORS)]
        for noun, of in sorted(found.items())
    ]
    total = sum(found.values(), Counter())
    alone = sum(len(of) == 1 for noun, of in found.items() if noun)
    yield from _table(
        ["noun", *rooms.FLOORS], [*rows, ["**all**", *(_number(total[one]) for one in rooms.FLOORS)]]
    )
    yield ""
    yield f"{len(found) - 1} nouns, {alone} of them on one floor alone. (none): what serves a floor or is shared."


def _rooms() -> Iterator[str]:
    found = rooms.lines_of_rooms()
    yield from ("", "## Lines of app, room by room", "")
    rows = [
        [room or "(beside them)", *(_number(of[one]) for one in _ENDINGS)]
        for room, of in sorted(found.items())
    ]
    total = sum(found.values(), Counter())
    yield from _table(
        ["room", *_ENDINGS.values()], [*rows, ["**all**", *(_number(total[one]) for one in _ENDINGS)]]
    )


def _fragments() -> Iterator[str]:
    found = imports.importers()
    single = imports.fragments(found)
    yield from ("", "## Fragments: modules that one other module alone imports", "")
    yield f"{len(single)} of {len(found)} modules, {100 * len(single) / len(found):.0f} %; not counted are those"
    yield "that their own package imports, to hand them on. By rooms:"
    yield ""
    of = Counter(_room(module) for module in found)
    alone = Counter(_room(module) for module in single)
    rows = [
        [room, str(alone[room]), str(of[room])]
        for room in sorted(of, key=lambda room: -alone[room])
        if alone[room]
    ]
    yield from _table(["room", "fragments", "modules"], rows)


def _completion() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="alur-house-") as folder:
        found = completion.passed(Path(folder))
    yield from ("", "## What the completion of a task passes", "")
    rows = [[f"by {way}", str(len(one.modules)), str(len(one.functions))] for way, one in found.items()]
    yield from _table(["", "modules", "functions"], rows)


def _suite(junit: Sequence[Path]) -> Iterator[str]:
    if not junit:
        known = PAGE.read_text().partition(_SECONDS)[2] if PAGE.exists() else ""
        yield from ["", f"{_SECONDS}{known}".rstrip()] if known else []
        return
    seconds, cases = Counter[str](), Counter[str]()
    for path in junit:
        for case in ElementTree.parse(path).iter("testcase"):
            folder = "/".join(case.get("classname", "").split(".")[:3])
            folder = re.sub(r"/test_\w+$", "", folder)
            seconds[folder] += float(case.get("time", 0))
            cases[folder] += 1
    yield from ("", _SECONDS, "")
    rows = [[folder, f"{took:.0f}", str(cases[folder])] for folder, took in seconds.most_common()]
    yield from _table(
        ["folder", "seconds", "cases"], [*rows, ["**all**", f"{seconds.total():.0f}", str(cases.total())]]
    )


def _room(module: str) -> str:
    return "/".join(module.split(".")[:3][:-1]) if module.count(".") > 1 else "app"


def _number(lines: int) -> str:
    return f"{lines:,}" if lines else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"| --- |{' ---: |' * (len(heads) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()
