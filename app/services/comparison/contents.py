"""What is compared: everything that one version of a process holds, stored or not."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram
from app.engine import decisions
from app.engine.decisions import Decision
from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.models import DefinitionFile, Resource
from app.services.definitions import definitions


class Contents(Protocol):
    """A version, or what would become one: a `deployment.bundle.Bundle` is one as it is.

    ``files``: file name → content, as a version keeps them: one diagram (``.bpmn``), its forms and tables, and the
    diagrams that it calls (``.called``). ``diagram`` and ``tables`` are what was read from them; a draft that cannot
    be read yet has no diagram.
    """

    @property
    def diagram(self) -> Diagram | None:
        """The process."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """All files by name."""

    @property
    def tables(self) -> Mapping[str, Decision]:
        """Decisions by id."""


@dataclass(frozen=True)
class FileContents:
    """What a stored version holds, or a draft, which may be no process yet."""

    files: Mapping[str, bytes]
    diagram: Diagram | None
    tables: Mapping[str, Decision]


def draft_contents(files: Mapping[str, bytes], base: Contents | None = None) -> FileContents:
    """Return what the files of a draft say, as far as they can be read; nothing is raised.

    ``base``: the version that it is compared with. A draft holds no processes that its own calls: they are taken to
    be those of ``base``.
    """
    called = {name: one for name, one in base.files.items() if name.endswith(".called")} if base else {}
    found: dict[str, Decision] = {}
    for name, content in files.items():
        if name.endswith(".dmn"):
            with suppress(InvalidDiagram):
                found |= {one.id: one for one in decisions.read_decisions(content, file=name, refuse=False)}
    return FileContents({**called, **files}, _diagram(files, base), found)


def _diagram(files: Mapping[str, bytes], base: Contents | None) -> Diagram | None:
    """The process of a draft: that of ``base``, else the first."""
    content = next((content for name, content in files.items() if name.endswith(".bpmn")), None)
    if content is None:
        return None
    try:
        read = reader.read_diagrams(content, refuse=False)
    except InvalidDiagram:
        return None
    key = base.diagram.key if base and base.diagram else ""
    return next((one for one in read if one.key == key), read[0] if read else None)


def stored_contents(session: Session, definition_id: int) -> FileContents:
    """Return what a version holds. 1 SQL, and what reading the version takes.

    Raises:
        NotFound: there is none.
        InvalidDiagram: a file of it cannot be read at all.
    """
    version = definitions.version(session, definition_id)
    query = select(DefinitionFile.name, Resource.content).join(
        Resource, Resource.sha256 == DefinitionFile.sha256
    )
    rows = session.execute(query.where(DefinitionFile.definition_id == definition_id))
    files = {name: content for name, content in rows}
    return FileContents(files, version.diagram, version.program.tables)
