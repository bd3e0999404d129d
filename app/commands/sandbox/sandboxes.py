"""Sandboxes as a process holds them: databases in memory in which the steps of a run are played.

Each step is done at the time that it says, by the services that serve real cases. Nothing of it touches the real
database, and a sandbox is never stored. See docs/decisions/0048.
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
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.db import MemoryDatabase
from app.base.errors import AppError, ExecutionFailed, InvalidForm, NotReady
from app.base.i18n import _
from app.base.lru import ByteBoundCache
from app.bpmnio import budget
from app.commands.transaction import run_without_key
from app.models import Job
from app.services.core import clock, settings
from app.services.definitions import definitions
from app.services.deployment import deployments
from app.services.instances import jobs
from app.services.maintenance import migrations
from app.services.sandbox import office, outcomes, playing
from app.services.sandbox.office import OfficeFacts
from app.services.sandbox.outcomes import Outcome
from app.services.sandbox.steps import Step

#: So many timers may go off in one wait: a reminder each hour for forty days.
MOST_FIRED = 1_000
#: So long a run may keep the processor busy whenever it is played, and V8 with it.
MOST_SECONDS = 10.0
#: So many runs are played at a time in a process, and so long others wait for their turn: officers come first.
_AT_A_TIME, _PATIENCE_S = 2, 10.0
#: So many sandboxes a process holds ready; each takes one or two megabytes.
_MOST_HELD = 8
_MOST_IMAGES_BYTES, _GROWTH = 64 << 20, 8


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
        return digest([told, self.facts.digest, str(_own(self.config))])


@dataclass(frozen=True)
class _Deployed:
    """A sandbox in which a draft is in force and nothing has happened. ``timed``: cases of it begin by the clock."""

    image: bytes
    versions: Any
    timed: bool
    size_bytes: int


class Sandboxes:
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
            key = digest([key, begun_at.isoformat()])
            found = self._images.get(key)
        if found is None:
            found = self._images[key] = self._deploy(scene, begun_at)
            if found.timed:
                self._images[scene.key] = replace(found, image=b"", size_bytes=0)
                self._images[digest([scene.key, begun_at.isoformat()])] = found
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
        return _Deployed(image, versions, timed, len(image) + _GROWTH * size_of(scene.files))


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

#: Those of this process.
HELD = Sandboxes()


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


def size_of(files: Mapping[str, bytes]) -> int:
    """What files hold together, in bytes."""
    return sum(map(len, files.values()))


def _digest_of(key: str, begun_at: datetime, steps: Sequence[Step]) -> str:
    return digest([key, begun_at.isoformat(), [step.as_dict() for step in steps]])


def digest(told: Any) -> str:
    """SHA-256 of what JSON can hold."""
    content = orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return hashlib.sha256(content).hexdigest()
