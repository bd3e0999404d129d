"""What the engine records is what the catalogue has, key by key. The engine does not know the catalogue."""

import ast
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from app.history.catalogue import CATALOGUE, Assignment, ValuesSet
from app.history.events.instances import Ruling

ENGINE = Path(__file__).resolve().parent.parent.parent / "app" / "engine"
#: The keys that stand behind ``**name`` or ``**name(…)`` in a call of ``record``.
SPREAD = {
    "before": {"old", "kept", "local"},
    "_warnings_of": {"warnings"},
    "_due_data": {"due_at"},
    "why": {"values", "condition", "warnings", "answered"},
    "by": {"by"},
    "as_dict": {"decision", "rules", "inputs"},
    "told": {"case", "case_number", "by_number", "withheld"},
}
#: Behind ``**answer`` stands what that type has besides.
ANSWER = {"task_completed": {"values"}, "question_answered": {"answers"}}
#: The types that a call names otherwise than by a text.
COMPUTED = {"kind": ("task_completed", "question_answered"), "joined": ("error_thrown", "escalation_thrown")}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of ``record`` in the engine with a type that it records."""
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("run.record", "self.record"):
                for type_ in types_of(node.args[0]):
                    yield type_, node


def types_of(argument: ast.expr) -> tuple[str, ...]:
    if isinstance(argument, ast.Constant):
        return (str(argument.value),)
    return COMPUTED[argument.id if isinstance(argument, ast.Name) else "joined"]


def keys_of(type_: str, call: ast.Call) -> set[str]:
    """The keys of the data, those that are spread included."""
    found: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is not None:
            found.add(keyword.arg)
            continue
        spread = keyword.value
        if isinstance(spread, ast.IfExp):
            assert isinstance(spread.body, ast.Dict)
            found |= {str(ast.literal_eval(key)) for key in spread.body.keys if key is not None}
            continue
        name = spread.func if isinstance(spread, ast.Call) else spread
        called = name.attr if isinstance(name, ast.Attribute) else ast.unparse(name)
        found |= ANSWER[type_] if called == "answer" else SPREAD[called]
    return found


CALLS = list(calls())


@pytest.mark.parametrize(("type_", "call"), CALLS, ids=lambda one: one if isinstance(one, str) else "")
def test_the_engine_records_events_of_the_catalogue_with_their_keys(type_: str, call: ast.Call) -> None:
    known = fields(CATALOGUE[type_])
    required = {f.name for f in known if f.default is MISSING and f.default_factory is MISSING}
    assert required <= keys_of(type_, call) <= {field.name for field in known}


def test_the_guard_sees_what_the_engine_records() -> None:
    assert {type_ for type_, _call in CALLS} >= {"task_created", "gateway_decided", "error_thrown"}
    assert len(CALLS) > 15


def test_what_the_engine_spreads_has_the_keys_that_the_guard_takes_it_to_have() -> None:
    assert {field.name for field in fields(Assignment)} - {"by"} == SPREAD["before"]
    assert {field.name for field in fields(Ruling)} - {"value"} == SPREAD["as_dict"]
    given = {"before": "running/context.py", "as_dict": "dmn/deciding.py", "why": "running/run.py"}
    for name, path in given.items():
        source = (ENGINE / path).read_text("utf-8")
        assert [key for key in SPREAD[name] if f'"{key}"' not in source] == []


def test_only_events_that_set_variables_carry_what_was_there_before() -> None:
    carrying = {type_ for type_, call in CALLS if "old" in keys_of(type_, call)}
    assert carrying == {
        kind.type
        for kind in CATALOGUE.values()
        if issubclass(kind, Assignment) and kind.type not in ("instance_started", "completion_taken_back")
    }
    assert issubclass(CATALOGUE["instance_started"], ValuesSet)
