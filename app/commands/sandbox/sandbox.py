"""Runs of drafts in the sandbox: a run is its steps, and nothing else of it is stored.

Whoever looks at one plays them, or goes on from a sandbox that this process still holds.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import InvalidForm
from app.base.lru import ByteBoundCache
from app.commands.sandbox import sandboxes
from app.commands.sandbox.sandboxes import Scene, World
from app.commands.transaction import Answer, Command, by_sight, command_of, earlier_answer, run_command
from app.services.core import settings
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.sandbox import materials, office, playing, runs
from app.services.sandbox import steps as run_steps
from app.services.sandbox.steps import Step
from app.services.studio import draft_files, drafts

_MOST_MATERIAL_BYTES = 8 << 20
_materials: WeakKeyDictionary[Database, ByteBoundCache[str, Mapping[str, bytes]]] = WeakKeyDictionary()
_lock = threading.Lock()


def scene_of(database: Database, draft_id: int, *, actor: Actor) -> Scene:
    """What the runs of a draft are played with, as it is stored at this moment.

    Raises:
        InvalidDiagram: it holds errors. And what `drafts.get_open` raises.
    """
    with database.reading() as session:
        drafts.get_open(session, draft_id, actor=actor)
        return scene(database, session, draft_files.contents(session, draft_id))


def scene(database: Database, session: Session, files: Mapping[str, bytes]) -> Scene:
    """What runs of ``files`` are played with in this installation.

    Raises:
        InvalidDiagram: they hold errors.
    """
    in_force = sorted(definitions.newest_ids(session).items())
    key = sandboxes.digest([sorted(deployments.digests_of(files).items()), in_force])
    with _lock:
        known = _materials.setdefault(database, ByteBoundCache(_MOST_MATERIAL_BYTES, sandboxes.size_of))
    playable = known.get(key)
    if playable is None:
        playable = known[key] = materials.playable_files(session, files)
    return Scene(playable, office.facts_of(session), settings.config(session))


@contextmanager
def played_run(database: Database, draft_id: int, *, actor: Actor) -> Iterator[tuple[runs.Run, World]]:
    """Yield the actor's run of a draft and the sandbox in which it was played.

    Raises:
        NotFound: he began none. And what `scene_of` and `Sandboxes.played` raise.
    """
    with database.reading() as session:
        run = runs.get(session, draft_id, actor=actor)
    scene = scene_of(database, draft_id, actor=actor)
    with sandboxes.HELD.played(scene, run.begun_at, run.steps) as world:
        yield run, world


begin_run = command_of(runs.begin, allowed=by_sight(drafts.get_open))


def play_step(
    database: Database, command: Command, draft_id: int, step: Step, *, seen: int, actor: Actor
) -> Answer:
    """Go on with a run by one step. One at which the diagram fails is kept: it is looked at, and taken back.

    Raises:
        InvalidForm: the form does not take the values, or the run is too long. Conflict: it is not the step's turn,
        or the run was changed since. And what `scene_of` and `run_command` raise.
    """
    if (known := earlier_answer(database, command, actor=actor)) is not None:
        return known
    with database.reading() as session:
        run = runs.get(session, draft_id, actor=actor)
    steps = (*run.steps, step)
    run_steps.require_small(steps)
    scene = scene_of(database, draft_id, actor=actor)
    if run.revision == seen:  # else it is refused below
        with sandboxes.HELD.played(scene, run.begun_at, steps) as world:
            _require_played(world, step)

    def do(session: Session) -> Answer:
        runs.store_steps(session, draft_id, steps, seen=seen, actor=actor)
        return {}

    return change_run(database, draft_id, command, do, actor)


def _require_played(world: World, step: Step) -> None:
    stop = world.stop
    if stop is None or stop.kind == "failed":
        return
    if stop.kind == "invalid":
        raise InvalidForm(stop.said, dict(stop.errors), dict(step.values))
    raise playing.Impossible(stop.said)


keep_steps = command_of(runs.keep_steps, allowed=by_sight(drafts.get_open))


def change_run(database: Database, draft_id: int, command: Command, do: Any, actor: Actor) -> Answer:
    """Change what belongs to an open draft.

    Raises:
        What ``do``, `drafts.get_open` and `run_command` raise.
    """
    return run_command(
        database,
        command,
        do,
        actor=actor,
        allowed=lambda session: drafts.get_open(session, draft_id, actor=actor),
    )
