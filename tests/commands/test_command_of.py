"""Commands that let a service do it, and nothing else: made by `command_of`, and documented by that service."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import app.commands
from app.base.db import Database
from app.base.errors import NotAllowed, NotFound
from app.commands import imports
from app.commands.transaction import Command, by_actor, by_sight, command_of
from app.models import Unit
from app.services.core.access import Actor
from app.services.imports import batches
from tests.commands.walk import every_command
from tests.services.office import Office


def commands() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Each public command that is written as a function."""
    for path in sorted(Path(app.commands.__path__[0]).rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name[0] != "_" and "command" in given_to(node):
                yield f"{path.stem}.{node.name}", node


def given_to(node: ast.FunctionDef) -> set[str]:
    return {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}


def only_passes_on(node: ast.FunctionDef) -> bool:
    """Whether all it does is one call of a service, in its transaction, with what it was given itself."""
    done = [one for one in node.body[1:] if not isinstance(one, ast.FunctionDef) or one.name != "allowed"]
    *helpers, last = done
    if {type(one) for one in helpers} - {ast.FunctionDef} or not isinstance(last, ast.Return | ast.Expr):
        return False
    calls = [one for part in done for one in ast.walk(part) if isinstance(one, ast.Call)]
    if any(word.arg == "after_failure" for call in calls for word in call.keywords):
        return False
    asked = {
        id(one) for call in calls for word in call.keywords if word.arg == "allowed" for one in ast.walk(word)
    }
    inside = [
        call
        for call in calls
        if id(call) not in asked and call.args and ast.unparse(call.args[0]) in ("session", "s")
    ]
    own = {*given_to(node), "session", "s"}
    if len(inside) != 1 or ast.unparse(inside[0].func) in own:  # it is given what it shall do
        return False
    given = [*inside[0].args, *(word.value for word in inside[0].keywords)]
    return all(isinstance(value, ast.Name) and value.id in own for value in given)


def test_a_command_that_only_passes_on_has_no_body() -> None:
    assert [name for name, node in commands() if only_passes_on(node)] == []


def test_it_is_documented_as_its_service_and_says_what_it_takes() -> None:
    assert imports.begin.__doc__ == batches.begin.__doc__
    assert imports.begin.__module__ == "app.commands.imports"
    assert list(inspect.signature(imports.choose).parameters) == [
        *("database", "command", "batch_id", "wanted", "options", "actor"),
    ]


def test_what_is_asked_at_a_repeat_takes_what_the_service_takes() -> None:
    asked = {
        name: (command, inspect.getclosurevars(one).nonlocals["allowed"])
        for command, name in every_command().items()
        for one in (command, getattr(command, "__wrapped__", command))
        if one.__code__ is imports.begin.__code__
    }
    assert len(asked) > 30
    for name, (command, allowed) in asked.items():
        taken = inspect.signature(command).parameters
        _database, _command, *others = taken.values()
        named = {one.name: one.name for one in others if one.kind is one.KEYWORD_ONLY}
        given = [one.name for one in others if one.kind is not one.KEYWORD_ONLY]
        assert inspect.signature(allowed).bind("session", *given, **named), name


def add_unit(session: Session, code: str, *, actor: Actor) -> Unit:
    unit = Unit(code=code, name=f"Dinas {code} {actor.name}")
    session.add(unit)
    session.flush()
    return unit


def get_unit(session: Session, code: str, *, actor: Actor) -> Unit:
    found = session.get(Unit, code)
    if found is None or actor.name not in found.name:
        raise NotFound(code)
    return found


def refuse(actor: Actor) -> None:
    raise NotAllowed(actor.name)


def test_a_repeat_gets_the_first_answer_if_the_actor_still_may(database: Database) -> None:
    rina = Office(database).rina
    sent = Command("add_unit", "X", "k", "X")
    add = command_of(add_unit, allowed=by_sight(get_unit), answer=lambda unit: {"code": unit.code})
    assert add(database, sent, "X", actor=rina) == add(database, sent, "X", actor=rina) == {"code": "X"}
    with pytest.raises(NotAllowed):
        command_of(add_unit, allowed=by_actor(refuse))(database, sent, "X", actor=rina)
    assert add(database, sent, code="X", actor=rina) == {"code": "X"}
    with pytest.raises(NotFound):
        add(database, sent, "Y", actor=rina)
    with database.reading() as session:
        assert len(session.scalars(select(Unit.code).where(Unit.code.in_(("X", "Y")))).all()) == 1
