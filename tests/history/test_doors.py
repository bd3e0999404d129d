"""The record has one writer and one reader."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APP = sorted((ROOT / "app").rglob("*.py"))
OUTSIDE = [
    path for path in APP if not {"history", "migrations", "models"} & set(path.relative_to(ROOT).parts[:-1])
]


def imported(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {name.name for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}


def test_nobody_else_touches_the_rows() -> None:
    assert [path for path in OUTSIDE if "HistoryEvent" in imported(path)] == []
    assert "HistoryEvent" in imported(ROOT / "app" / "history" / "writer.py")


def test_only_conditions_and_questions_look_for_events_by_columns() -> None:
    rooms = {path.parent.name for path in OUTSIDE if "app.history.rows" in path.read_text("utf-8")}
    assert rooms == {"questions", "search"}


def test_nobody_reads_what_an_event_says_by_its_keys() -> None:
    reads = re.compile(r"\b(event|entry)\.data(\[|\.get\()")
    paths = [path for path in OUTSIDE if "engine" not in path.parts]  # it reads what it recorded itself
    assert [path for path in paths if reads.search(path.read_text("utf-8"))] == []


def test_the_record_knows_no_page() -> None:
    for path in sorted((ROOT / "app" / "history").rglob("*.py")):
        assert not re.search(r"Markup|url_for|flask|<[a-z]+[ >]", path.read_text("utf-8")), path
