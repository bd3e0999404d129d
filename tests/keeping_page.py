"""The page "What is forgotten when", from the table that forgets: ``python -m tests.keeping_page``."""

from datetime import timedelta
from pathlib import Path
from typing import cast

from app.base.config import Config
from app.services.maintenance import keeping
from app.services.maintenance.keeping import Kept

PAGE = Path(__file__).parents[1] / "docs" / "keeping.md"
_HEAD = """# What is forgotten when

For administrators. Made by `python -m tests.keeping_page` from the table in `app/services/maintenance/keeping.py`, by
which the worker forgets; the tests fail when this page no longer says what it does.

Rows go once every hour, 500 in a transaction, and at most 25,000 of a kind in an hour. Cases, their history and their
files stay as long as their process says: see [Keeping, holding and destroying cases](keeping-cases.md). Files that
were uploaded and never submitted go after 30 days, those of reporters after a day; one that a draft names stays as
long as the draft. Backups hold what there was when they were made.

| what | how long | counted from | then |
|---|---|---|---|
"""


#: Each setting as it is without any.
_DEFAULT = cast("Config", Config)


def page() -> str:
    """The whole page."""
    return _HEAD + "".join(map(_line, keeping.TABLE))


def _line(kept: Kept) -> str:
    cells = (kept.what, _age(kept), f"`{kept.table.name}.{kept.since.key}`", _then(kept))
    return f"| {' | '.join(cells)} |\n"


def _age(kept: Kept) -> str:
    if not isinstance(kept.age, timedelta):
        return f"`{kept.setting}`, {_words(kept.age(_DEFAULT))} unless set"
    return _words(kept.age) if kept.age else "until then"


def _words(age: timedelta) -> str:
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count, rest = divmod(int(age.total_seconds()), seconds)
        if count and not rest:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    raise ValueError(age)


def _then(kept: Kept) -> str:
    if not kept.blanks:
        said = "deleted"
    else:
        said = "it stays, " + ", ".join(
            f"`{name}` emptied" if value is None else f"`{name}` = `{value}`"
            for name, value in kept.blanks.items()
        )
    said += " within 15 seconds" if kept.soon else ""
    return f"{said}; {kept.why}" if kept.why else said


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE.name)
