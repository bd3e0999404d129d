"""Scenarios: a run is kept as a file of its draft, and played at each check of it and before it is published."""

import hashlib
import time
from collections.abc import Mapping
from typing import Literal

from sqlalchemy.orm import Session

from app.base import i18n
from app.base.config import Config
from app.base.db import Database
from app.base.errors import Conflict, InvalidDiagram, InvalidForm
from app.base.i18n import _
from app.base.lru import ByteBoundCache
from app.commands.sandbox import sandbox, sandboxes
from app.commands.sandbox.sandboxes import Scene
from app.commands.transaction import Answer, Command, earlier_answer
from app.findings import Finding
from app.models import ProcessInstance
from app.services.core import settings
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import scenario_files
from app.services.sandbox import choices, materials, scenarios, views
from app.services.sandbox.office import OfficeFacts
from app.services.sandbox.steps import Step
from app.services.studio import draft_files
from app.services.studio.draft_files import SavedByOthers

#: So long the scenarios of a draft are played at one look, in seconds by the clock on the wall.
CHECK_SECONDS = 8.0
#: What became of scenarios, by all that decides on it: nothing, or one finding.
_verdicts: ByteBoundCache[str, tuple[Finding | None]] = ByteBoundCache(1 << 20, lambda _one: 1 << 10)


def keep_scenario(
    database: Database, command: Command, draft_id: int, name: str, *, seen: int, actor: Actor
) -> Answer:
    """Keep a run as a scenario, a file of the draft; answer the file's name. One of the same name is replaced.

    Raises:
        InvalidForm: no good name, or nothing to keep. Conflict: the run stopped, or was changed since. And what
        `played_run` and `draft_files.bring_in` raise.
    """
    if (known := earlier_answer(database, command, actor=actor)) is not None:
        return known
    file = scenarios.file_name(name)
    with sandbox.played_run(database, draft_id, actor=actor) as (run, world), world.reading() as session:
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
            draft_files.bring_in(session, draft_id, {file: content}, title=None, actor=actor, seen=None)
        except SavedByOthers as error:
            message = _("Skenario bernama ini disimpan orang lain. Beri nama lain.")
            raise InvalidForm(message, {"name": message}) from error
        return {"file": file}

    return sandbox.change_run(database, draft_id, command, do, actor)


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
        key = sandboxes.digest([scene.key, hashlib.sha256(content).hexdigest(), i18n.language(), name])
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
        return sandbox.scene(database, session, files)
    return Scene(materials.playable_files(None, files), OfficeFacts(), config)


def _verdict(scene: Scene, name: str, content: bytes) -> Finding | None:
    """What is the matter with a scenario; None where it comes out as it was kept."""
    try:
        kept = scenarios.unpack(content)
    except InvalidForm as error:
        return _told(name, "scenario_unreadable", str(error), name)
    with sandboxes.HELD.played(scene, kept.begins, kept.steps) as world, world.reading() as session:
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
