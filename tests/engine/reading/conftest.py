"""Whatever a test of reading provokes: what is found names elements by their labels, in Indonesian."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.base.i18n import speaking
from app.engine.reading import source
from app.findings import Finding

#: Parameters that quote what was written, which may be spelt as an id is.
_QUOTED = frozenset(
    {
        *(
            "text",
            "variable",
            "value",
            "message",
            "property",
            "into",
            "found",
            "element",
            "cell",
            "call",
            "key",
        ),
        "nearest_id",
    }
)
_ENGLISH = frozenset(
    {
        *(
            "condition",
            "loop",
            "mapping",
            "task",
            "gateway",
            "element",
            "expression",
            "expected",
            "unexpected",
        ),
        *("unknown", "invalid", "missing", "must", "the", "of", "is", "not", "cannot"),
    }
)
#: What these quote has no quotation marks: FEEL that is offered, elements of the schema by their own names.
_BARE = frozenset(
    {
        *("expression_not_feel", "bpmn_ignored", "expression_translated", "condition_of_program"),
        *("expression_calls_unknown", "script_translated", "script_offered", "condition_set_aside"),
    }
)


def faults(finding: Finding, read: source.Source) -> list[str]:
    """What a finding says that its reader cannot know: an id of what has a label, an English word."""
    told = {**finding.params, "name": finding.element_name or finding.element_id or ""}
    shown = {key: value for key, value in told.items() if key not in _QUOTED}
    ids = [v for v in shown.values() if finding.code not in source._OF_IDS and read.label(v) not in ("", v)]
    if ids:
        names = {one.get("name") for one in read.root.iter()}  # damage puts ids where names stood
        ids = [v for v in ids if v not in names]
    with speaking("id"):
        said = re.sub(r"“[^”]*”|\([^)]*\)", "", f"{finding.what} {finding.todo}".lower())
    words = set(re.findall(r"[a-z]+", said)) if finding.code not in _BARE else set[str]()
    return [*ids, *(_ENGLISH & words)]


@pytest.fixture(autouse=True)
def what_is_found_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold each finding of the test against that."""
    add, found = source.Source._add, list[tuple[str, list[str]]]()

    def noted(self: source.Source, *given: Any) -> None:
        add(self, *given)
        last = self._findings[-1][1]
        if unclear := faults(last, self):
            found.append((last.code, unclear))

    monkeypatch.setattr(source.Source, "_add", noted)
    yield
    assert not found
