"""Runs cases of the DMN TCK, which are not part of this repository: ``python -m tests.tck FOLDER``.

A case is a folder with a model (``*.dmn``) and tests of it (``*.xml``) in the TCK's own form.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from app.base.errors import AppError, InvalidDiagram
from app.engine import decisions
from app.engine.decisions import Decision

_TCK = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """One result that a test asks for. ``why`` is empty when it came out."""

    case: str
    test: str
    node: str
    why: str


def run(folder: Path) -> Iterator[Outcome]:
    """Every result of every test under ``folder``, in the order of their names."""
    for model in sorted(folder.rglob("*.dmn")):
        for tests in sorted(model.parent.glob("*.xml")):
            yield from _run_file(model, tests)


def _run_file(model: Path, tests: Path) -> Iterator[Outcome]:
    root = etree.parse(tests).getroot()
    if root.tag != f"{_TCK}testCases":
        return
    try:
        found = {one.name: one for one in decisions.read_decisions(model.read_bytes(), file=model.name)}
        refused = ""
    except InvalidDiagram as error:
        found, refused = {}, "; ".join(f"line {f.line}: {f.what}" for f in error.findings)
    for test in root.iterfind(f"{_TCK}testCase"):
        given = {node.get("name"): _value(node) for node in test.iterfind(f"{_TCK}inputNode")}
        for node in test.iterfind(f"{_TCK}resultNode"):
            name = node.get("name")
            why = refused or _why_not(found.get(name), given, node)
            yield Outcome(model.stem, test.get("id"), name, why)


def _why_not(decision: Decision | None, given: dict[str, Any], node: Any) -> str:
    if decision is None:
        return "the model has no such decision"
    wanted = _value(next(iter(node)))
    try:
        found = decisions.decide(decision, given, now=NOW).ruling.value
    except AppError as error:
        return "" if node.get("errorResult") == "true" else f"{error} {getattr(error, 'detail', '')}"
    return "" if _is_same(found, wanted) else f"{found!r} instead of {wanted!r}"


def _value(node: Any) -> Any:
    """What stands in an input, item, component or expected result."""
    listed = node.find(f"{_TCK}list")
    if listed is not None:
        return [_value(item) for item in listed.iterfind(f"{_TCK}item")]
    parts = node.findall(f"{_TCK}component")
    if parts:
        return {part.get("name"): _value(part) for part in parts}
    value = node.find(f"{_TCK}value")
    if value is None or value.get(f"{_XSI}nil") == "true":
        return None
    return _typed(value.text or "", (value.get(f"{_XSI}type") or "").rpartition(":")[2])


def _typed(text: str, type: str) -> Any:
    """The text as its type says; without one, as it looks. An empty value without a type is null."""
    if type == "string":
        return text
    if text in {"true", "false"}:
        return text == "true"
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and "e" not in text.lower() else number


def _is_same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        same = isinstance(found, list) and len(found) == len(wanted)
        return same and all(map(_is_same, found, wanted))
    if isinstance(wanted, dict):
        same = isinstance(found, dict) and found.keys() == wanted.keys()
        return same and all(_is_same(found[key], value) for key, value in wanted.items())
    if isinstance(wanted, bool) or isinstance(found, bool) or wanted is None:
        return found is wanted
    if isinstance(wanted, int | float):
        return isinstance(found, int | float) and math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
    return bool(found == wanted)
