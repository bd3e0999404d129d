"""The watched files beside what is in force: two files with one process, files that are gone, versions replaced."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.engine.reading import reader
from app.errors import InvalidDiagram
from app.findings import Finding
from app.models import DefinitionFile, ProcessDefinition, WatchedFile
from app.services.definitions import definitions

#: The finding about a file that is gone marks its row.
_GONE = "file_gone"


def rivals(files: Mapping[str, bytes]) -> dict[str, tuple[Finding, ...]]:
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


def held(
    session: Session, gone: Iterable[WatchedFile], present: Iterable[str]
) -> Mapping[str, Sequence[ProcessDefinition]]:
    """By name of each file that is gone the versions in force that hold it; not of those whose content lies there
    under another name. ``present``: the digests of the files."""
    there = set(present)
    lost = [row for row in gone if row.sha256 not in there]
    found: dict[str, list[ProcessDefinition]] = {}
    for definition in definitions.live(session, files=True) if lost else ():
        for row in lost:
            if any(_is_of(row, file) for file in definition.files):
                found.setdefault(row.name, []).append(definition)
    return found


def _is_of(row: WatchedFile, file: DefinitionFile) -> bool:
    """Whether a version's file is that of the folders. A diagram is kept under its process's key; any other file
    under its own name, and a copy of it that has another is none that went live."""
    return file.sha256 == row.sha256 and (file.kind in {"bpmn", "called"} or file.name == row.name)


def is_gone(row: WatchedFile) -> bool:
    """Whether the file lies in the folders no more; its row stays as long as a version in force holds it."""
    return any(finding["code"] == _GONE for finding in row.findings)


def gone(row: WatchedFile, held_by: Iterable[ProcessDefinition]) -> list[Finding]:
    """What is to be said of a file that is gone."""
    return [
        Finding(_GONE, "warning", file=row.name, params={"key": one.key, "version": str(one.version)})
        for one in held_by
    ]


def replaced(
    session: Session, after: ProcessDefinition, seen: Mapping[str, WatchedFile], digests: Mapping[str, str]
) -> list[Finding]:
    """Files that undo in version ``after`` what came with the version before it by another way than the folders.

    ``seen``: the files as they were looked at before; ``digests``: as they are now.
    """
    before = _version(session, after.key, after.version - 1)
    old = {file.name: file.sha256 for file in before.files} if before else {}
    sources = {digest: name for name, digest in digests.items()}
    found = []
    for file in after.files:
        name, was = sources.get(file.sha256), old.get(file.name)
        if before and name and was and was != file.sha256 and _came_otherwise(before, was, seen.get(name)):
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


def _version(session: Session, key: str, number: int) -> ProcessDefinition | None:
    query = select(ProcessDefinition).where(ProcessDefinition.key == key, ProcessDefinition.version == number)
    return session.scalars(query.options(selectinload(ProcessDefinition.files))).one_or_none()
