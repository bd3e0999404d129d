"""Keep the live versions in step with the folders processes/ and forms/: save in a modeler, look at the browser."""

import hashlib
import logging
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from stat import S_ISREG
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.engine.reading import reader
from app.findings import Finding, errors_first
from app.models import ProcessDefinition, WatchedFile
from app.services.core import clock
from app.services.definitions import definitions
from app.services.deployment import deployments, scenario_files
from app.services.deployment.deployments import Outdated, Prepared, PreparedVersion

#: The finding about a file that is gone marks its row.
_GONE = "file_gone"

logger = logging.getLogger(__name__)
_ENDINGS = {".bpmn", ".dmn", ".form", scenario_files.ENDING}
_MOST_BYTES = 4_000_000
#: A version in force: process key, number, and its files, name → (kind, digest).
_InForce = tuple[str, int, Mapping[str, tuple[str, str]]]


@dataclass(frozen=True)
class Report:
    """What a look at the folders did, for the terminal."""

    deployed: tuple[str, ...] = ()  # "key versi n"
    #: What waits in drafts of the studio: (id of the draft, name of the process).
    drafts: tuple[tuple[int, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    #: Files that were refused before, and are no more.
    well: tuple[str, ...] = ()
    #: (file, version) of files that lie there no more, and whose version stays.
    gone: tuple[tuple[str, str], ...] = ()


def glance(config: Config) -> dict[Path, tuple[int, int]]:
    """Modification time and size of each watched file: enough to see whether anything changed, without reading."""
    found = {}
    for path in sorted([*_inside(config.processes_dir), *_inside(config.forms_dir)]):
        with suppress(OSError):  # gone since the folder was read, or a link to nothing
            stat = path.stat()
            if path.suffix in _ENDINGS and S_ISREG(stat.st_mode):
                found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


@dataclass(frozen=True)
class Look:
    """A look at the folders: what would be deployed, and what there is to note about each file; nothing is stored.

    ``seen``: the rows as they were, by name: (digest, whether refused). ``rows``: as they will be; ``lost``: names of
    those that go. ``deployment`` is None where there is nothing to deploy.
    """

    report: Report
    seen: Mapping[str, tuple[str, bool]] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()
    lost: Sequence[str] = ()
    deployment: Prepared | None = None

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to store."""
        return bool(self.rows or self.lost or self.deployment)


def sync(session: Session, files: Mapping[str, bytes]) -> Report:
    """Look and store in one session, for who has the database to himself: see `app.commands.deployment`."""
    return store(session, prepare(session, files))


def store(session: Session, look: Look, *, waits: bool = False) -> Report:
    """Put in force what a look found, and keep what it found about each file. ``waits``: it goes into drafts.

    Raises:
        Outdated: somebody else looked, or deployed, meanwhile; nothing was stored.
    """
    if not look.changes_anything:
        return look.report
    known = {row.name: row for row in session.scalars(select(WatchedFile))}
    if look.seen != _state(known.values()):
        raise Outdated(_("Folder yang diamati baru saja diperiksa proses lain. Coba sekali lagi."))
    if look.deployment is not None and not waits:
        deployments.store(session, look.deployment, actor=None, seen=None)
    now = clock.now(session)
    for values in look.rows:
        row = known.get(values["name"])
        if row is None:
            session.add(WatchedFile(**values, checked_at=now))
            continue
        row.sha256, row.findings, row.refused = values["sha256"], values["findings"], values["refused"]
        row.checked_at = now
    for name in look.lost:
        session.delete(known[name])
    return look.report


def _state(rows: Iterable[WatchedFile]) -> dict[str, tuple[str, bool]]:
    return {row.name: (row.sha256, row.refused) for row in rows}


def prepare(session: Session, files: Mapping[str, bytes], *, waits: bool = False) -> Look:
    """Read and check the watched files that changed since they were last looked at.

    For a session that only reads. A broken file keeps its own findings and does not hold up the others. A file that
    did not change is left alone even when a newer version was deployed by another way, so a restart never takes an
    upload back. ``waits``: what can be deployed shall go into drafts.
    """
    known = list(session.scalars(select(WatchedFile)))
    seen = {row.name: row for row in known if not _is_gone(row)}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    if {name: row.sha256 for name, row in seen.items()} == digests:
        return Look(Report())
    clashing = _rivals(files)
    changed = {
        n: c
        for n, c in files.items()
        if n not in clashing and (n not in seen or seen[n].sha256 != digests[n] or seen[n].refused)
    }
    beside = {n: c for n, c in files.items() if n not in changed}
    deployment, findings, refused = _prepared(session, changed, clashing, beside, waits)
    deployment, undone = _warned(deployment, seen, digests) if deployment and not waits else (deployment, [])
    new = deployment.new if deployment and not waits else []
    findings = (*findings, *undone)
    ill = {name for name, row in seen.items() if row.refused}
    well = tuple(sorted(ill & changed.keys() - refused.keys()))
    judged = _judged_beside(beside, new, findings)
    looked_at = {name: digests[name] for name in (*changed, *clashing, *judged)}
    lost = [row for row in known if row.name not in files]
    held = _versions_with_lost_files(lost, digests.values(), _in_force(session, new) if lost else ())
    gone = [
        (row.name, f"{key} versi {number}")
        for row in lost
        if not _is_gone(row)
        for key, number in held.get(row.name, ())
    ]
    return Look(
        Report(tuple(one.label for one in new), findings=findings, well=well, gone=tuple(gone)),
        seen=_state(known),
        rows=[*_rows(looked_at, findings, refused), *_rows_gone(lost, held)],
        lost=[row.name for row in lost if row.name not in held],
        deployment=deployment,
    )


def _judged_beside(
    beside: Mapping[str, bytes], new: Iterable[PreparedVersion], findings: Iterable[Finding]
) -> set[str]:
    """The files that did not change and were judged anew with what changed: a form may mend or spoil a diagram."""
    held = {name for one in new for name in one.files}
    return beside.keys() & (held | {f.caller or f.file for f in findings if f.severity != "error"})


def _rows(
    looked_at: Mapping[str, str], findings: Iterable[Finding], refused: Mapping[str, tuple[Finding, ...]]
) -> Iterator[dict[str, Any]]:
    """What was found about each file; ``looked_at``: their digests by name. An error is the refused file's."""
    warnings = [finding for finding in findings if finding.severity != "error"]
    for name, digest in looked_at.items():
        about = refused[name] if name in refused else _about(name, warnings, looked_at)
        found = [finding.as_dict() for finding in about]
        yield {"name": name, "sha256": digest, "findings": found, "refused": name in refused}


def _rows_gone(
    lost: Iterable[WatchedFile], held: Mapping[str, Sequence[tuple[str, int]]]
) -> Iterator[dict[str, Any]]:
    """Of each file that is gone, which versions in force hold it; those that none holds are forgotten."""
    for row in lost:
        if row.name in held:
            found = [finding.as_dict() for finding in _gone(row, held[row.name])]
            yield {"name": row.name, "sha256": row.sha256, "findings": found, "refused": False}


def _in_force(session: Session, new: Iterable[PreparedVersion]) -> list[_InForce]:
    """The newest version of every process, once ``new`` ones are stored."""
    live = definitions.live(session, files=True)
    found = {d.key: (d.key, d.version, {f.name: (f.kind, f.sha256) for f in d.files}) for d in live}
    for one in new:
        files = {name: (name.rsplit(".", 1)[-1], digest) for name, digest in one.digests.items()}
        found[one.key] = (one.key, one.number, files)
    return list(found.values())


def _warned(
    deployment: Prepared, seen: Mapping[str, WatchedFile], digests: Mapping[str, str]
) -> tuple[Prepared, list[Finding]]:
    """What a save in the folders undoes; kept with the version as well."""
    found, versions = list[Finding](), list[PreparedVersion]()
    for one in deployment.versions:
        own = _replaced(one, seen, digests) if one.created else []
        versions.append(replace(one, findings=(*one.findings, *(finding.as_dict() for finding in own))))
        found += own
    return replace(deployment, versions=tuple(versions)), found


def _prepared(
    session: Session,
    files: Mapping[str, bytes],
    refused: Mapping[str, tuple[Finding, ...]],
    beside: Mapping[str, bytes],
    waits: bool,
) -> tuple[Prepared | None, tuple[Finding, ...], Mapping[str, tuple[Finding, ...]]]:
    """Prepare what can be deployed; return it, what was found, and about each file that was refused.

    Files with errors step aside one round at a time. A diagram that is new finds forms and tables that lie ``beside``
    it in the folders and did not change.
    """
    aside = tuple(finding for findings in refused.values() for finding in findings)
    if not files:
        return None, tuple(errors_first(aside)), refused
    try:
        done = deployments.prepare(
            session, files, beside=beside, refuse_idle=False, approved=waits, unattended=True
        )
    except InvalidDiagram as error:
        bad = {_blamed(f, files) for f in error.findings if f.severity == "error"} - {None} or set(files)
        found = {name: _about(name, error.findings, files) for name in bad if name}
        rest = {n: c for n, c in files.items() if n not in bad}
        return _prepared(session, rest, {**refused, **found}, beside, waits)
    return done, tuple(errors_first((*aside, *done.findings))), refused


def differing(session: Session, files: Mapping[str, bytes]) -> list[str]:
    """Names under which the folders held something else than ``files`` when they were last looked at."""
    rows = session.scalars(select(WatchedFile).where(WatchedFile.name.in_(files)).order_by(WatchedFile.name))
    return [
        row.name
        for row in rows
        if not _is_gone(row) and row.sha256 != hashlib.sha256(files[row.name]).hexdigest()
    ]


def _about(name: str, findings: Iterable[Finding], files: Collection[str]) -> tuple[Finding, ...]:
    """What was found in a file, or in none of ``files``: a form sent alone can break a diagram."""
    return tuple(f for f in findings if _blamed(f, files) in {name, None})


def _blamed(finding: Finding, files: Collection[str]) -> str | None:
    """The one of ``files`` that a finding is about: what holds only with a call is the caller's."""
    return next((name for name in (finding.caller, finding.file) if name in files), None)


def read_folders(config: Config) -> dict[str, bytes]:
    """The watched files by name; of one too large for any reader only as much as shows that."""
    found = {}
    for path in glance(config):
        try:
            with path.open("rb") as file:
                found[_name(path)] = file.read(_MOST_BYTES)
        except OSError as error:
            logger.warning("%s: %s", path, error.strerror)
    return found


def _name(path: Path) -> str:
    """The file's name as it can be shown and stored; a name that is no UTF-8 must not hold up the others."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def files(session: Session) -> list[WatchedFile]:
    """What the last look found, file by file, for the page Proses; those that are gone while they are in force.

    A row of the latter is no longer the session's: which versions hold it is told as it is now.
    """
    rows = list(session.scalars(select(WatchedFile).order_by(WatchedFile.name)))
    lost = [row for row in rows if _is_gone(row)]
    held = _versions_with_lost_files(lost, (), _in_force(session, ()) if lost else ())
    for row in lost:
        session.expunge(row)
        row.findings = [finding.as_dict() for finding in _gone(row, held.get(row.name, ()))]
    return [row for row in rows if row not in lost or row.name in held]


def _rivals(files: Mapping[str, bytes]) -> dict[str, tuple[Finding, ...]]:
    """Diagrams that hold a process which another file holds too, each with what is to be said about it."""
    holders: dict[str, list[str]] = {}
    for name, content in sorted(files.items()):
        for key in _processes(name, content):
            holders.setdefault(key, []).append(name)
    found: dict[str, tuple[Finding, ...]] = {}
    for key, names in holders.items():
        for name in names if len(names) > 1 else ():
            about = Finding(
                "process_in_files", "error", file=name, params={"key": key, "files": ", ".join(names)}
            )
            found[name] = (*found.get(name, ()), about)
    return found


def _processes(name: str, content: bytes) -> set[str]:
    if not name.endswith(".bpmn"):
        return set()
    try:
        return {diagram.key for diagram in reader.read_diagrams(content, file=name)}
    except InvalidDiagram:  # it goes live nowhere, and its own findings are told
        return set()


def _versions_with_lost_files(
    gone: Iterable[WatchedFile], present: Iterable[str], in_force: Iterable[_InForce]
) -> Mapping[str, Sequence[tuple[str, int]]]:
    """By name of each file that is gone the versions in force that hold it, each by key and number; not of those
    whose content lies there under another name. ``present``: the digests of the files."""
    there = set(present)
    lost = [row for row in gone if row.sha256 not in there]
    found: dict[str, list[tuple[str, int]]] = {}
    for key, number, files in in_force:
        for row in lost:
            if any(_is_of(row, name, kind, digest) for name, (kind, digest) in files.items()):
                found.setdefault(row.name, []).append((key, number))
    return found


def _is_of(row: WatchedFile, name: str, kind: str, digest: str) -> bool:
    """Whether a version's file is that of the folders. A diagram is kept under its process's key; any other file
    under its own name, and a copy of it that has another is none that went live."""
    return digest == row.sha256 and (kind in {"bpmn", "called"} or name == row.name)


def _is_gone(row: WatchedFile) -> bool:
    """Whether the file lies in the folders no more; its row stays as long as a version in force holds it."""
    return any(finding["code"] == _GONE for finding in row.findings)


def _gone(row: WatchedFile, held_by: Iterable[tuple[str, int]]) -> list[Finding]:
    return [
        Finding(_GONE, "warning", file=row.name, params={"key": key, "version": str(number)})
        for key, number in held_by
    ]


def _replaced(
    after: PreparedVersion, seen: Mapping[str, WatchedFile], digests: Mapping[str, str]
) -> list[Finding]:
    """Files that undo in version ``after`` what came with the version before it by another way than the folders.

    ``seen``: the files as they were looked at before; ``digests``: as they are now.
    """
    before = after.newest
    old = {file.name: file.sha256 for file in before.files} if before else {}
    sources = {digest: name for name, digest in digests.items()}
    found = []
    for file_name, digest in sorted(after.digests.items()):
        name, was = sources.get(digest), old.get(file_name)
        if before and name and was and was != digest and _came_otherwise(before, was, seen.get(name)):
            params = {"version": str(before.version), "process": after.name}
            found.append(Finding("folder_replaces", "warning", file=name, params=params))
    return found


def _came_otherwise(before: ProcessDefinition, was: str, row: WatchedFile | None) -> bool:
    """Whether content ``was`` of a version was not put there by the folders.

    Of a file that was refused last it is not known what it was before; then it counts who deployed.
    """
    if row is not None and row.sha256 == was:
        return False
    return before.deployed_by_id is not None or (row is not None and not row.refused)
