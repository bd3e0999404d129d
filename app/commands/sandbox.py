"""Playing a run of a draft: its steps, one after the other, in a database in memory, at the times that they say.

Nothing of it touches the real database, and a sandbox is never stored: what is kept of a run are its steps. Whoever
looks at it plays them, or goes on from a sandbox that this process still holds. See docs/decisions/0048.
"""

import hashlib
import secrets
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy.orm import Session

from app import i18n
from app.bpmnio import budget
from app.commands.transaction import Answer, Command, earlier_answer, run_command, run_without_key
from app.config import Config
from app.db import Database, MemoryDatabase
from app.errors import AppError, Conflict, ExecutionFailed, InvalidDiagram, InvalidForm, NotReady
from app.findings import Finding
from app.i18n import _
from app.lru import ByteBoundCache
from app.models import Job, ProcessInstance
from app.services.core import clock, settings
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import deployments, scenario_files
from app.services.instances import jobs
from app.services.maintenance import migrations
from app.services.sandbox import choices, materials, office, outcomes, playing, runs, scenarios, views
from app.services.sandbox import steps as run_steps
from app.services.sandbox.office import OfficeFacts
from app.services.sandbox.outcomes import Outcome
from app.services.sandbox.steps import Step
from app.services.studio import drafts
from app.services.studio.drafts import SavedByOthers

#: So many timers may go off in one wait: a reminder each hour for forty days.
MOST_FIRED = 1_000
#: So long a run may keep the processor busy whenever it is played, and V8 with it.
MOST_SECONDS = 10.0
#: So long the scenarios of a draft are played at one look, in seconds by the clock on the wall.
CHECK_SECONDS = 8.0
#: So many runs are played at a time in a process, and so long others wait for their turn: officers come first.
_AT_A_TIME, _PATIENCE_S = 2, 10.0
#: So many sandboxes a process holds ready; each takes one or two megabytes.
_MOST_HELD = 8
_MOST_IMAGES_BYTES, _MOST_MATERIAL_BYTES, _GROWTH = 64 << 20, 8 << 20, 8


@dataclass(frozen=True)
class Stop:
    """Why a run went no further: the step, by its place from 1, and what was wrong. ``kind``: failed (the diagram),
    impossible (it is not the step's turn), invalid (the form), long (it took too much)."""

    number: int
    kind: str
    said: str
    element: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass
class World:
    """A sandbox in which the steps of a run were played, up to ``stop``; ``outcomes``: what came of each."""

    database: MemoryDatabase
    key: str
    begun_at: datetime
    at: datetime
    steps: tuple[Step, ...] = ()
    outcomes: list[Outcome] = field(default_factory=list)
    stop: Stop | None = None
    is_torn: bool = False  # the step at which it stopped was done in part

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that looks at it, at its own time."""
        with self.database.reading() as session:
            clock.fix(session, self.at)
            yield session

    def doing(self, do: Any, at: datetime) -> Any:
        """Change it at a moment."""

        def run(session: Session) -> Any:
            clock.fix(session, at)
            return do(session)

        return run_without_key(self.database, run)


@dataclass(frozen=True)
class Scene:
    """What runs are played with: the draft's files, the office, and the settings of the installation."""

    files: Mapping[str, bytes]
    facts: OfficeFacts
    config: Config

    @property
    def key(self) -> str:
        """Tells two of them apart."""
        told = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        return _digest([told, self.facts.digest, str(_own(self.config))])


@dataclass(frozen=True)
class _Deployed:
    """A sandbox in which a draft is in force and nothing has happened. ``timed``: cases of it begin by the clock."""

    image: bytes
    versions: Any
    timed: bool
    size_bytes: int


class _Sandboxes:
    """What a process holds ready of sandboxes; each is found by all that it was made from."""

    def __init__(self) -> None:
        self._images = ByteBoundCache[str, _Deployed](_MOST_IMAGES_BYTES, lambda one: one.size_bytes)
        self._held: OrderedDict[str, World] = OrderedDict()
        self._free: list[MemoryDatabase] = []
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_A_TIME)

    @contextmanager
    def played(self, scene: Scene, begun_at: datetime, steps: Sequence[Step]) -> Iterator[World]:
        """Yield a sandbox in which the steps were played, as far as they could be; for this thread alone.

        Raises:
            InvalidDiagram: the draft cannot be deployed. NotReady: others play, and do not come to an end.
        """
        if not self._turns.acquire(timeout=_PATIENCE_S):
            raise NotReady(_("Server sedang memainkan percobaan lain. Coba lagi sebentar lagi."))
        try:
            world = self._world(scene, begun_at, tuple(steps))
            try:
                yield world
            finally:
                self._keep(world)
        finally:
            self._turns.release()

    def _world(self, scene: Scene, begun_at: datetime, steps: tuple[Step, ...]) -> World:
        until = time.thread_time() + MOST_SECONDS
        with budget.sharing(MOST_SECONDS):
            world = self._taken(scene.key, begun_at, steps) or self._fresh(scene, begun_at)
            for number, step in enumerate(steps[len(world.steps) :], len(world.steps) + 1):
                if world.stop is not None:
                    break
                _play(world, step, number, until)
        return world

    def _taken(self, key: str, begun_at: datetime, steps: tuple[Step, ...]) -> World | None:
        """A sandbox that is held, in which all of the steps were played, or all but the last."""
        with self._lock:
            for key_of in (_digest_of(key, begun_at, steps), _digest_of(key, begun_at, steps[:-1])):
                if (found := self._held.pop(key_of, None)) is not None:
                    return found
        return None

    def _keep(self, world: World) -> None:
        key, world.stop = _digest_of(world.key, world.begun_at, world.steps), None
        with self._lock:
            if world.is_torn or key in self._held:  # another thread played the same
                self._free.append(world.database)
            else:
                self._held[key] = world
            if len(self._held) > _MOST_HELD:
                _key, oldest = self._held.popitem(last=False)
                self._free.append(oldest.database)
            del self._free[_AT_A_TIME:]

    def _fresh(self, scene: Scene, begun_at: datetime) -> World:
        deployed = self._deployed(scene, begun_at)
        database = self._database()
        database.load(deployed.image, _info(scene.config, deployed.versions))
        return World(database, scene.key, begun_at, begun_at)

    def _database(self) -> MemoryDatabase:
        with self._lock:
            return self._free.pop() if self._free else MemoryDatabase()

    def _deployed(self, scene: Scene, begun_at: datetime) -> _Deployed:
        """The draft in force, made once; where its cases begin by the clock, once for each beginning."""
        key = scene.key
        found = self._images.get(key)
        if found is not None and found.timed:
            key = _digest([key, begun_at.isoformat()])
            found = self._images.get(key)
        if found is None:
            found = self._images[key] = self._deploy(scene, begun_at)
            if found.timed:
                self._images[scene.key] = replace(found, image=b"", size_bytes=0)
                self._images[_digest([scene.key, begun_at.isoformat()])] = found
        return found

    def _deploy(self, scene: Scene, begun_at: datetime) -> _Deployed:
        database, versions = self._database(), settings.versions_held()
        database.load(_empty_image(), _info(scene.config, versions))

        def deploy(session: Session) -> None:
            office.furnish(session, scene.facts)
            deployments.deploy(session, scene.files, actor=None, refuse_idle=False)
            office.add_players(session)

        world = World(database, scene.key, begun_at, begun_at)
        world.doing(deploy, begun_at)
        with world.reading() as session:
            timed = jobs.next_due(session) is not None
            for definition in definitions.live(session):
                definitions.version(session, definition.id)
        image = database.image()
        with self._lock:
            self._free.append(database)
        return _Deployed(image, versions, timed, len(image) + _GROWTH * _size(scene.files))


def _play(world: World, step: Step, number: int, until: float) -> None:
    """Play one step; what is wrong with it is kept as `World.stop`."""
    fired: list[tuple[datetime, str]] = []
    with world.reading() as session:
        earlier = outcomes.before(session)
    try:
        if time.thread_time() > until:
            raise _TooLong(_("Langkah-langkah ini memakan waktu lebih lama daripada yang dapat ditunggu."))
        if step.do != "wait":
            world.doing(lambda session: playing.do_step(session, step), world.at)
        world.is_torn = True
        _run_clock(world, max(step.until or world.at, world.at), fired, until)
        world.is_torn = False
    except NotReady:
        world.is_torn = True
        raise
    except AppError as error:
        world.stop = _stop(number, error)
        return
    with world.reading() as session:
        world.outcomes.append(outcomes.outcome_since(session, earlier, world.at, fired))
    world.steps = (*world.steps, step)


def _run_clock(world: World, to: datetime, fired: list[tuple[datetime, str]], until: float) -> None:
    """Let the clock of a sandbox run: whatever is due happens at its own time, in that order."""
    tried = 0
    while True:
        with world.reading() as session:
            due, at = jobs.due(session, to), jobs.next_due(session)
            job = session.get(Job, due[0]) if due else None
            is_timer = job is not None and job.signal is None and job.message_id is None
            element = job.activity_id if job is not None else ""
        if not due or at is None:
            world.at = to
            return
        tried += 1
        if tried > MOST_FIRED or time.thread_time() > until:
            raise _TooLong(_("Jam berhenti di sini: terlalu banyak yang terjadi dalam satu langkah."))
        world.at = max(world.at, at)
        if world.doing(lambda session, job_id=due[0]: jobs.fire(session, job_id), world.at) and is_timer:
            fired.append((world.at, element))


class _TooLong(AppError):
    """A run, or a step of it, takes more than a sandbox may."""

    code = "run_too_long"


def _stop(number: int, error: AppError) -> Stop:
    if isinstance(error, InvalidForm):
        return Stop(number, "invalid", error.said, errors=error.errors)
    if isinstance(error, ExecutionFailed):
        said = " ".join(part for part in (str(error), str(error.detail)) if part)
        return Stop(number, "failed", said, error.activity_id or "")
    return Stop(number, "long" if isinstance(error, _TooLong) else "impossible", error.said)


# What a process holds, and what all sandboxes are made from.

_sandboxes = _Sandboxes()
#: What became of scenarios, by all that decides on it: nothing, or one finding.
_verdicts: ByteBoundCache[str, tuple[Finding | None]] = ByteBoundCache(1 << 20, lambda _one: 1 << 10)
_materials: WeakKeyDictionary[Database, ByteBoundCache[str, Mapping[str, bytes]]] = WeakKeyDictionary()
_lock = threading.Lock()


@cache
def _empty_image() -> bytes:
    """A database with all tables and nothing in them."""
    database = MemoryDatabase()
    migrations.upgrade(database)
    return database.image()


@cache
def _keys() -> tuple[bytes, bytes]:
    """What seals the identities of sandboxes, which nobody opens elsewhere."""
    return secrets.token_urlsafe(48).encode(), secrets.token_urlsafe(48).encode()


def _info(config: Config, versions: Any) -> dict[str, Any]:
    """What goes along with the sessions of a sandbox."""
    return {"config": _own(config), "versions": versions, "units": set()}


def _own(config: Config) -> Config:
    """The settings of a sandbox: with no way out of it."""
    secret_key, identity_key = _keys()
    return replace(
        config,
        data_dir=Path(tempfile.gettempdir()) / "alur-sandbox",  # nothing is written there
        database_url="sqlite://",
        secret_key=secret_key,
        identity_key=identity_key,
        four_eyes="",
        watch=False,
        allow_time_travel=False,
        smtp_url=None,
    )


def _size(files: Mapping[str, bytes]) -> int:
    return sum(map(len, files.values()))


def _digest_of(key: str, begun_at: datetime, steps: Sequence[Step]) -> str:
    return _digest([key, begun_at.isoformat(), [step.as_dict() for step in steps]])


def _digest(told: Any) -> str:
    content = orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(content).hexdigest()


# The run of a draft.


def scene_of(database: Database, draft_id: int, *, actor: Actor) -> Scene:
    """What the runs of a draft are played with, as it is stored at this moment.

    Raises:
        InvalidDiagram: it holds errors. And what `drafts.get_open` raises.
    """
    with database.reading() as session:
        drafts.get_open(session, draft_id, actor=actor)
        return scene(database, session, drafts.contents(session, draft_id))


def scene(database: Database, session: Session, files: Mapping[str, bytes]) -> Scene:
    """What runs of ``files`` are played with in this installation.

    Raises:
        InvalidDiagram: they hold errors.
    """
    in_force = sorted(definitions.newest_ids(session).items())
    key = _digest([sorted(deployments.digests_of(files).items()), in_force])
    with _lock:
        known = _materials.setdefault(database, ByteBoundCache(_MOST_MATERIAL_BYTES, _size))
    playable = known.get(key)
    if playable is None:
        playable = known[key] = materials.playable_files(session, files)
    return Scene(playable, office.facts_of(session), settings.config(session))


@contextmanager
def played_run(database: Database, draft_id: int, *, actor: Actor) -> Iterator[tuple[runs.Run, World]]:
    """Yield the actor's run of a draft and the sandbox in which it was played.

    Raises:
        NotFound: he began none. And what `scene_of` and `_Sandboxes.played` raise.
    """
    with database.reading() as session:
        run = runs.get(session, draft_id, actor=actor)
    scene = scene_of(database, draft_id, actor=actor)
    with _sandboxes.played(scene, run.begun_at, run.steps) as world:
        yield run, world


def begin_run(
    database: Database, draft_id: int, begun_at: datetime, *, actor: Actor, command: Command
) -> Answer:
    """Begin a run of a draft, in place of the one before.

    Raises:
        What `runs.begin` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        runs.begin(session, draft_id, begun_at, actor=actor)
        return {}

    return _change(database, draft_id, command, do, actor)


def play_step(
    database: Database, draft_id: int, step: Step, *, seen: int, actor: Actor, command: Command
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
        with _sandboxes.played(scene, run.begun_at, steps) as world:
            _require_played(world, step)

    def do(session: Session) -> Answer:
        runs.store_steps(session, draft_id, steps, seen=seen, actor=actor)
        return {}

    return _change(database, draft_id, command, do, actor)


def _require_played(world: World, step: Step) -> None:
    stop = world.stop
    if stop is None or stop.kind == "failed":
        return
    if stop.kind == "invalid":
        raise InvalidForm(stop.said, dict(stop.errors), dict(step.values))
    raise playing.Impossible(stop.said)


def keep_steps(
    database: Database, draft_id: int, count: int, *, seen: int, actor: Actor, command: Command
) -> Answer:
    """Go back in a run: keep its first ``count`` steps.

    Raises:
        What `runs.store_steps` raises, and `run_command`.
    """

    def do(session: Session) -> Answer:
        run = runs.get(session, draft_id, actor=actor)
        runs.store_steps(session, draft_id, run.steps[: max(count, 0)], seen=seen, actor=actor)
        return {}

    return _change(database, draft_id, command, do, actor)


def keep_scenario(
    database: Database, draft_id: int, name: str, *, seen: int, actor: Actor, command: Command
) -> Answer:
    """Keep a run as a scenario, a file of the draft; answer the file's name. One of the same name is replaced.

    Raises:
        InvalidForm: no good name, or nothing to keep. Conflict: the run stopped, or was changed since. And what
        `played_run` and `drafts.bring_in` raise.
    """
    if (known := earlier_answer(database, command, actor=actor)) is not None:
        return known
    file = scenarios.file_name(name)
    with played_run(database, draft_id, actor=actor) as (run, world), world.reading() as session:
        if run.revision != seen:
            raise Conflict(_("Percobaan ini sudah berjalan lebih jauh di jendela lain."))
        if world.stop is not None or not run.steps:
            message = _("Yang berhenti karena galat, atau belum punya langkah, bukan skenario.")
            raise InvalidForm(message, {"name": message})
        first = session.get(ProcessInstance, 1)
        zone = settings.config(session).timezone
        key = first.key if first else definitions.live(session)[0].key
        content = scenarios.pack(name.strip(), key, run.begun_at, run.steps, world.outcomes, zone)

    def do(session: Session) -> Answer:
        try:
            drafts.bring_in(session, draft_id, {file: content}, title=None, actor=actor)
        except SavedByOthers as error:
            message = _("Skenario bernama ini disimpan orang lain. Beri nama lain.")
            raise InvalidForm(message, {"name": message}) from error
        return {"file": file}

    return _change(database, draft_id, command, do, actor)


# Scenarios.


def play_scenarios(
    database: Database | None,
    session: Session | None,
    files: Mapping[str, bytes],
    config: Config,
    *,
    seconds: float = CHECK_SECONDS,
) -> list[Finding]:
    """Play the scenarios among ``files`` as far as ``seconds`` go; what was found, in order of their names. Nothing
    where the files hold errors: those come first.

    ``database`` None: nothing is in force, and there is no office.
    """
    kept = {name: content for name, content in sorted(files.items()) if scenario_files.is_scenario(name)}
    if not kept:
        return []
    try:
        scene = _scene_for(database, session, files, config)
    except InvalidDiagram:
        return []
    until, found = time.monotonic() + seconds, list[Finding | None]()
    for name, content in kept.items():
        key = _digest([scene.key, hashlib.sha256(content).hexdigest(), i18n.language(), name])
        if key not in _verdicts:
            if time.monotonic() > until:
                found.append(_told(name, "scenario_not_run", "", name))
                continue
            _verdicts[key] = (_verdict(scene, name, content),)
        found += _verdicts[key]
    return [one for one in found if one is not None]


def _scene_for(
    database: Database | None, session: Session | None, files: Mapping[str, bytes], config: Config
) -> Scene:
    if database is not None and session is not None:
        return scene(database, session, files)
    return Scene(materials.playable_files(None, files), OfficeFacts(), config)


def _verdict(scene: Scene, name: str, content: bytes) -> Finding | None:
    """What is the matter with a scenario; None where it comes out as it was kept."""
    try:
        kept = scenarios.unpack(content)
    except InvalidForm as error:
        return _told(name, "scenario_unreadable", str(error), name)
    with _sandboxes.played(scene, kept.begins, kept.steps) as world, world.reading() as session:
        words = scenarios.Words(choices.names_of(session), scene.config.timezone)
        pairs = zip(kept.steps, kept.expected, world.outcomes, strict=False)
        for number, (step, expected, outcome) in enumerate(pairs, 1):
            if expected is None:
                continue
            if clause := scenarios.difference(expected, outcome, words):
                return _told(name, "scenario_differs", _at_step(number, step, words, clause), kept.name)
        stop = world.stop
        if stop is None:
            return None
        clause = "; ".join(str(text) for text in stop.errors.values()) or stop.said
        if stop.element:
            clause = _("di “{place}”: {clause}", place=words.name(stop.element), clause=clause)
        code = "scenario_stuck" if stop.kind == "failed" else "scenario_differs"
        told = _at_step(stop.number, kept.steps[stop.number - 1], words, clause.rstrip("."))
        return _told(name, code, told, kept.name)


def _at_step(number: int, step: Step, words: scenarios.Words, clause: str) -> str:
    said = views.step_in_words(step, words.names)
    return _("langkah {n} ({step}): {clause}", n=number, step=said, clause=clause)


def _told(file: str, code: str, difference: str, name: str) -> Finding:
    severity: Literal["error", "warning"] = "error" if code == "scenario_stuck" else "warning"
    params = {"name": name or file, "difference": difference, "file": file}
    return Finding(code, severity, file=file, params=params)


def _change(database: Database, draft_id: int, command: Command, do: Any, actor: Actor) -> Answer:
    return run_command(
        database,
        command,
        do,
        actor=actor,
        allowed=lambda session: drafts.get_open(session, draft_id, actor=actor),
    )
