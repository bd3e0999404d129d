"""A command in its transaction: the only place that opens one for writing, beside migrations and restoring."""

import inspect
import re
import sys
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import orjson
from sqlalchemy.orm import Session

from app.base import preparation
from app.base.db import Broken, Database, Unplanned
from app.base.errors import AppError, Conflict, ExecutionFailed, ExpressionFailed
from app.base.preparation import NotPrepared
from app.services.core import clock, encryption, idempotency, ids, security_log, writes
from app.services.core.access import Actor
from app.services.core.security_log import Deed
from app.services.core.security_notes import REFUSAL_S, notes_of

#: What a command with a key answers: JSON, without identity; it is kept for 7 days.
Answer = dict[str, Any]
#: The diagram, a table, or an expression of a form could not go on.
Failed = (ExecutionFailed, ExpressionFailed)
_Result = TypeVar("_Result")
_Given = ParamSpec("_Given")
_About = TypeVar("_About", contravariant=True)
#: For how many missing things a command begins anew: two versions, V8, patterns. Then the rest is done inside.
_MOST_PREPARED = 10


@dataclass(frozen=True)
class Command:
    """A command as it came in: its name and target, its idempotency key, and what was sent along.

    ``body`` is JSON; only a keyed hash of it is kept. Actor, name, target and key together tell a repeat.
    """

    name: str
    target: str
    key: str | None = None
    body: Any = None


def run_command(
    database: Database,
    command: Command,
    do: Callable[[Session], Answer],
    *,
    actor: Actor | None,
    allowed: Callable[[Session], object],
    after_failure: Callable[[Session, AppError], None] | None = None,
    planned: bool = False,
) -> Answer:
    """Do it in one transaction and return its answer; a repeat with the same key returns the first one's.

    ``planned``: first it reads and computes holding nothing, and only its rows are written in the transaction. Where
    that fails in any way, or what was read is not so any more, it is done anew, whole in one.

    ``allowed`` raises where the actor may not do or see it any more: a repeat asks before it tells what the first
    one answered. The first run does not: ``do`` asks under its own lock.

    The security log tells of it, done or refused; of a repeat it tells nothing new. An exception leaves nothing
    behind. ``after_failure`` is called with each of `Failed` in a second transaction, to
    keep what was typed and to tell the process owner; then the error goes on.

    Raises:
        KeyReused: the key came before with another body. And whatever ``do`` and ``allowed`` raise.
    """

    def recorded(session: Session) -> Answer:
        answer = do(session)
        security_log.record(session, _deed(command, actor))
        return answer

    def run(session: Session) -> Answer:
        body = _fingerprint(session, command.body) if command.key else ""
        return idempotency.run_once(
            session,
            actor,
            command.name,
            command.target,
            command.key,
            body,
            lambda: recorded(session),
            lambda: allowed(session),
        )

    try:
        if planned and (done := _planned(database, command, do, actor)) is not None:
            return done
        return _in_transaction(database, run)
    except AppError as error:
        notes_of(database).take(_deed(command, actor, error.code), once_in_s=REFUSAL_S)
        if isinstance(error, Failed) and after_failure is not None:
            told: AppError = error
            _in_transaction(database, lambda session: after_failure(session, told))
        raise


def _planned(
    database: Database, command: Command, do: Callable[[Session], Answer], actor: Actor | None
) -> Answer | None:
    """Do it by a plan; None where it has to be done whole in its transaction, which says why if it is refused."""
    try:
        with database.planning() as reading:
            plan = writes.begin(reading)
            answer = do(reading)
            security_log.record(reading, _deed(command, actor))
            if command.key:
                body, at = _fingerprint(reading, command.body), clock.now(reading)
                given = actor, command.name, command.target, command.key, body, answer, at
                idempotency.record(reading, plan, *given)
            plan.finish(reading)
    except (AppError, Unplanned):
        return None
    try:
        with database.transaction() as session:
            plan.send(session)
    except (Conflict, Broken):
        return None
    return answer


def command_of(
    service: Callable[Concatenate[Session, _Given], _Result],
    *,
    allowed: Callable[..., object],
    answer: Callable[[_Result], Answer] = lambda _done: {},
) -> Callable[Concatenate[Database, Command, _Given], Answer]:
    """Return the command that lets ``service`` do it, and nothing else: `run_command` with what it is given.

    The command takes the database, the `Command`, and then what ``service`` takes after the session, by whose
    docstring it is documented. ``answer`` makes its answer of what ``service`` returns, see `with_id`. ``allowed`` is
    called with what ``service`` is: `by_actor`, `by_sight`, `anybody`. It gives the command no types: of two
    callables mypy makes what suits both.
    """
    signature = _signature(service)

    def run(database: Database, command: Command, /, *given: _Given.args, **named: _Given.kwargs) -> Answer:
        # ``allowed`` gets what comes first in its place, also where a caller gave it by its name.
        bound = signature.bind(database, command, *given, **named)
        return run_command(
            database,
            command,
            lambda session: answer(service(session, *given, **named)),
            actor=cast("Actor | None", named.get("actor", getattr(named.get("worker"), "actor", None))),
            allowed=lambda session: allowed(session, *bound.args[2:], **bound.kwargs),
        )

    update_wrapper(run, service, assigned=("__name__", "__qualname__", "__doc__"))
    run.__module__, run.__signature__ = sys._getframe(1).f_globals["__name__"], signature  # type: ignore[attr-defined]
    return run


def _signature(service: Callable[..., object]) -> inspect.Signature:
    """What the command of a service takes and returns."""
    first = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY, annotation=kind)
        for name, kind in (("database", Database), ("command", Command))
    ]
    _session, *others = inspect.signature(service).parameters.values()
    return inspect.Signature([*first, *others], return_annotation=Answer)


class _Getter(Protocol[_About]):
    """Returns what is called so, and refuses whoever does not see it."""

    def __call__(self, session: Session, about: _About, /, *, actor: Actor) -> object: ...


def by_actor(require: Callable[[Actor], object]) -> Callable[..., object]:
    """``allowed`` of `command_of` where it depends on nothing but who acts."""

    def allowed(_session: Session, /, *_given: Any, actor: Actor, **_named: Any) -> None:
        require(actor)

    return allowed


def by_sight(get: _Getter[_About]) -> Callable[..., object]:
    """``allowed`` of `command_of` where it depends on whether the actor sees what is given first."""

    def allowed(session: Session, about: _About, /, *_given: Any, actor: Actor, **_named: Any) -> None:
        get(session, about, actor=actor)

    return allowed


def with_id(name: str) -> Callable[[Any], Answer]:
    """``answer`` of `command_of`: the id of what the service returned."""
    return lambda returned: {name: returned.id}


def anybody(_session: Session, *_given: Any, **_named: Any) -> None:
    """``allowed`` of `command_of` where whoever sends it once more has lost no right: it is his own, or the holder's
    of number and code, which the caller checked."""


def earlier_answer(database: Database, command: Command, *, actor: Actor | None) -> Answer | None:
    """Return what `run_command` answers to a repeat, or None: for what is costly to prepare before it.

    Raises:
        KeyReused: the key came before with another body.
    """
    if not command.key:
        return None
    with database.reading() as session:
        body = _fingerprint(session, command.body)
        return idempotency.earlier(session, actor, command.name, command.target, command.key, body)


def run_without_key(database: Database, do: Callable[[Session], _Result]) -> _Result:
    """Do it in one transaction and return what it returned. For what may be repeated, or has nobody to repeat it.

    Which commands have no key, and why: docs/decisions/0030-commands.md.
    """
    return _in_transaction(database, do)


def run_relaxed(database: Database, do: Callable[[Session], _Result]) -> _Result:
    """The same without waiting for the disk: for what is due again if a power cut undoes it, and of which nothing has
    left the database meanwhile. Why it is safe: docs/decisions/0039-timers-do-not-wait-for-the-disk.md.
    """
    return _in_transaction(database, do, durable=False)


def _in_transaction(database: Database, do: Callable[[Session], _Result], *, durable: bool = True) -> _Result:
    """Do it in one transaction; when something costly is missing in it, begin anew once that is there."""
    known: dict[Hashable, Any] = {}
    try:
        for _again in range(_MOST_PREPARED):
            try:
                with database.transaction(durable=durable) as session, preparation.remembering(known):
                    return do(session)
            except NotPrepared as missing:
                with suppress(AppError):  # inside of the transaction it fails again, and is told there
                    missing.prepare(database)
        with database.transaction(durable=durable) as session:
            return do(session)
    finally:
        preparation.undo_unused(known)


#: What the target of each command is. Of any other it is what somebody typed, which is not recorded.
_TARGETS = {
    "remove_question": "question",
    "record_finding": "sample",
    **dict.fromkeys(("claim", "claim_task", "release", "release_task"), "task"),
    **dict.fromkeys(
        ("complete", "complete_task", "reassign_task", "note_task", "snooze_task", "wake_task"), "task"
    ),
    **dict.fromkeys(("undo_completion", "undo"), "task"),
    **dict.fromkeys(
        (
            "cancel",
            "cancel_case",
            "reopen",
            "reopen_case",
            "erase_case",
            "follow_case",
            "note_case",
            "reissue_code",
        ),
        "instance",
    ),
    **dict.fromkeys(
        ("message_case", "reporters_message", "rate_report", "reopen_report", "join_case", "part_case"),
        "instance",
    ),
    **dict.fromkeys(
        ("disable_user", "enable_user", "reset_password", "revoke_tokens", "end_sessions"), "user"
    ),
    **dict.fromkeys(("start", "start_instance", "add_import"), "process"),
    **dict.fromkeys(("choose_import", "begin_import", "stop_import", "resume_import"), "import"),
    **dict.fromkeys(("stop_migration", "resume_migration", "undo_migration"), "migration"),
    **dict.fromkeys(("begin_report", "lay_mail_aside"), "mail"),
    **dict.fromkeys(("renew_webhook_secret", "turn_webhook", "send_webhook_again"), "webhook"),
    "begin_roster": "roster",
    "undo_transfer": "transfer",
    "end_absence": "absence",
    "migrate": "definition",
    "move_token": "instance",
    "retry": "incident",
}
_TASK_ID = re.compile(r"[0-9a-f-]{32,36}")


def _deed(command: Command, actor: Actor | None, outcome: str = security_log.DONE) -> Deed:
    """What the security log says of a command."""
    kind = "reporter" if security_log.origin().channel == "public" else "command"
    return Deed(kind, command.name, outcome, actor.id if actor else None, _target(command, outcome))


def _target(command: Command, outcome: str) -> security_log.Target | None:
    """What it was about; None where that is not known to be an id or name that we gave."""
    kind = _TARGETS.get(command.name)
    number = ids.parse_id(command.target)
    if kind == "process":
        return (kind, command.target) if outcome == security_log.DONE else None
    if kind == "task":
        return (kind, command.target) if _TASK_ID.fullmatch(command.target) else None
    return (kind, number) if kind and number is not None else None


def _fingerprint(session: Session, body: Any) -> str:
    """Keyed: a plain hash of a body that holds a telephone number would give it away."""
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return encryption.fingerprint(session, "idempotency", content.decode())
