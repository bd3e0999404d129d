"""Deployed process definitions: which is live, and a version ready to run."""

import logging
from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session, selectinload

from app import forms
from app.base import preparation
from app.base.db import Database
from app.base.errors import InvalidDiagram, NotFound
from app.base.i18n import _
from app.engine import decisions
from app.engine.diagram import Diagram, Node
from app.engine.reading import call_activities, reader
from app.engine.running.execution import Program
from app.engine.xml import refusal
from app.findings import Finding, without_repeats
from app.forms import Form, IdentityMarks
from app.models import DefinitionFile, ProcessDefinition
from app.services.core import bulk
from app.services.definitions import variable_kinds

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Version:
    """One version of a process, parsed: everything its instances run, render and decide with."""

    id: int
    key: str
    number: int
    xml: bytes
    program: Program
    forms: Mapping[str, Form]
    lane_groups: Mapping[str, Any]
    #: What today's checks refuse in it: an older release accepted it.
    errors: tuple[Finding, ...] = ()
    #: Of all its files together.
    file_bytes: int = 0

    @property
    def diagram(self) -> Diagram:
        """The diagram."""
        return self.program.diagram

    def group_of(self, lane_id: str) -> int:
        """The candidate group that a lane's tasks are offered to."""
        group: int = self.lane_groups[lane_id]["group"]
        return group

    def coordinator_of(self, lane_id: str) -> int | None:
        """The group that coordinates a lane, if it names one."""
        group: int | None = self.lane_groups[lane_id]["coordinator"]
        return group

    def unit_variable(self, node: Node) -> str | None:
        """See `unit_variable`."""
        return unit_variable(self.diagram, node)

    def unit_at(
        self, node: Node, variables: Mapping[str, Any], local: Mapping[str, Any] | None = None
    ) -> str | None:
        """The code that this variable holds, whether such a unit exists or not; None where none is filled in.

        A ``local`` one, else that of the case, even where the step itself must not see it.
        """
        name = self.unit_variable(node) or ""
        value = (local or {}).get(name)
        value = variables.get(name) if value is None else value
        return str(value) if value and isinstance(value, str | int) else None

    def form_of(self, form_key: str | None) -> Form | None:
        """The form with this key, None for an element without one."""
        return self.forms[form_key] if form_key else None

    @cached_property
    def private_keys(self) -> frozenset[str]:
        """Keys of every field marked ``pribadi`` in any form of this version."""
        return frozenset(f.key for form in self.forms.values() for f in form.fields if f.key and f.private)

    @cached_property
    def identity_marks(self) -> Mapping[str, IdentityMarks]:
        """What its forms mark, by the names of their files."""
        return {f"{key}.form": forms.marks_of(form) for key, form in self.forms.items()}

    @cached_property
    def branches(self) -> frozenset[str]:
        """Ids of flows that leave an element which several leave, and of events on the edge of an activity."""
        leaving = (flows for flows in self.diagram.outgoing.values() if len(flows) > 1)
        edges = (node.id for node in self.diagram.nodes.values() if node.attached_to)
        return frozenset(flow.id for flows in leaving for flow in flows) | frozenset(edges)


def unit_variable(diagram: Diagram, node: Node) -> str | None:
    """The variable that holds the unit which alone may act at an element: its own property, else its lane's."""
    return node.properties.get("unit") or diagram.lane(node.lane_id).properties.get("unit")


def version(session: Session, definition_id: int) -> Version:
    """Return a version ready to run; held ready as long as there is room for it, as it never changes.

    What an older release accepted and today's checks refuse is no obstacle: see `Version.errors`.

    Raises:
        NotFound: there is none.
        InvalidDiagram: a file of it cannot be read at all.
    """
    cache: MutableMapping[int, Version] = session.info["versions"]
    found = cache.get(definition_id)
    if found is None:
        found = cache[definition_id] = preparation.outcome(
            ("version", definition_id),
            lambda: _read(session, definition_id),
            outside=lambda database: _read_apart(database, definition_id),
        )
    return found


def _read_apart(database: Database, definition_id: int) -> Version:
    with database.reading() as session:
        return _read(session, definition_id)


def _read(session: Session, definition_id: int) -> Version:
    definition = session.get(ProcessDefinition, definition_id, options=[_WITH_FILES])
    if definition is None:
        raise NotFound(_("Definisi proses ini tidak ada."))
    return assemble(definition)


def held_ready(session: Session, definition_id: int) -> Version | None:
    """A version, if it was read already."""
    held: MutableMapping[int, Version] = session.info["versions"]
    return held.get(definition_id)


def readable(session: Session, definition_id: int) -> Version | None:
    """Return `version`; None for one with a file that cannot be read at all, which is logged."""
    try:
        return version(session, definition_id)
    except InvalidDiagram as error:
        found = get(session, definition_id)
        logger.warning("%s v%s: %s", found.key, found.version, error)
        return None


def newest_with_reporter(session: Session, most: int) -> Iterator[Version]:
    """The versions in force, ready to run, of the processes that know a reporter: those deployed last. One that
    cannot be read holds up no other."""
    known = select(ProcessDefinition.id).where(ProcessDefinition.in_force, ProcessDefinition.has_reporter)
    for id_ in session.scalars(known.order_by(ProcessDefinition.id.desc()).limit(most)).all():
        if (found := readable(session, id_)) is not None:
            yield found


_WITH_FILES = selectinload(ProcessDefinition.files).joinedload(DefinitionFile.resource)


def assemble(definition: ProcessDefinition) -> Version:
    """Parse a stored definition's files.

    Raises:
        InvalidDiagram: one of them cannot be read at all.
    """
    xml = next(file.resource.content for file in definition.files if file.kind == "bpmn")
    own, called = stored_process(xml, definition.key), _called(definition)
    tables = {
        table.id: table
        for file in definition.files
        if file.kind == "dmn"
        for table in decisions.read_decisions(file.resource.content, file=file.name, refuse=False)
    }
    read = {
        form_key(file.name): forms.load_form(file.resource.content, file=file.name, refuse=False)
        for file in definition.files
        if file.kind == "form"
    }
    private = frozenset(key for form in read.values() for key in form.private_keys)
    read = {key: forms.with_identity(form, private) for key, form in read.items()}
    told = [part.findings for part in (own, *called.values())]
    told += [part.findings for part in tables.values()] + [part.findings for part in read.values()]
    diagram = call_activities.inline(own, called).diagram
    return Version(
        definition.id,
        definition.key,
        definition.version,
        xml,
        Program(replace(diagram, kinds=variable_kinds.variable_kinds(diagram, read, tables)), tables),
        read,
        definition.lane_groups,
        tuple(one for one in without_repeats(chain.from_iterable(told)) if one.severity == "error"),
        sum(len(file.resource.content) for file in definition.files),
    )


def stored_process(xml: bytes, key: str) -> Diagram:
    """Return the process ``key`` of a stored diagram, with errors that today's reader finds among its findings.

    Raises:
        InvalidDiagram: the file cannot be read, or holds no such process.
    """
    diagrams = reader.read_diagrams(xml, refuse=False)
    found = next((diagram for diagram in diagrams if diagram.key == key), None)
    if found is None:
        raise refusal("no_process", f"{key}.bpmn")
    return found


def _called(definition: ProcessDefinition) -> dict[str, Diagram]:
    """The processes that this one calls, as they were when it was deployed."""
    files = [file for file in definition.files if file.kind == "called"]
    return {
        key: stored_process(f.resource.content, key)
        for f in files
        for key in [f.name.removesuffix(".called")]
    }


def form_key(file_name: str) -> str:
    """The form key that a file answers to: its name without the ending."""
    return file_name.rsplit("/", 1)[-1].removesuffix(".form").removesuffix(".json")


def latest(
    session: Session, key: str, *, files: bool = False, held: bool = False
) -> ProcessDefinition | None:
    """The version of process ``key`` in force; new instances start on it. None of one that was retired. ``held``: it
    is not withdrawn before this transaction ends, on PostgreSQL by the lock that a case takes anyway."""
    return session.scalars(_latest(files, held), {"of_key": key}).one_or_none()


@cache
def _latest(files: bool, held: bool) -> Select[ProcessDefinition]:
    """Built once: each start asks it."""
    of_key: BindParameter[str] = bindparam("of_key")
    query = select(ProcessDefinition).where(ProcessDefinition.key == of_key, ProcessDefinition.in_force)
    query = query.options(_WITH_FILES) if files else query
    return query.with_for_update(read=True, key_share=True) if held else query


def highest_numbers(session: Session, keys: Collection[str]) -> dict[str, int]:
    """The highest number that a version of each of these processes ever had; those without any left out. 1 SQL."""
    found = dict[str, int]()
    for some in bulk.batches(keys):
        query = select(ProcessDefinition.key, func.max(ProcessDefinition.version))
        rows = session.execute(query.where(ProcessDefinition.key.in_(some)).group_by(ProcessDefinition.key))
        found |= {key: number for key, number in rows}
    return found


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """What the processes of these versions are called, by id. No statement for none."""
    if not ids:
        return {}
    query = select(ProcessDefinition.id, ProcessDefinition.name).where(ProcessDefinition.id.in_(ids))
    return {id_: name for id_, name in session.execute(query)}


def live(session: Session, *, files: bool = False) -> Sequence[ProcessDefinition]:
    """The newest version of every process, by name."""
    query = select(ProcessDefinition).where(ProcessDefinition.in_force)
    if files:
        query = query.options(_WITH_FILES)
    return session.scalars(query.order_by(ProcessDefinition.name, ProcessDefinition.id)).all()


def newest_ids(session: Session) -> dict[str, int]:
    """The id of the newest version of every process, by its key. 1 SQL."""
    query = select(ProcessDefinition.key, ProcessDefinition.id).where(ProcessDefinition.in_force)
    return {key: id_ for key, id_ in session.execute(query)}


def newest(session: Session, keys: Sequence[str]) -> list[ProcessDefinition]:
    """The newest version of each of these processes, in their order; all of them have one."""
    ids, found = newest_ids(session), dict[str, ProcessDefinition]()
    for some in bulk.batches(ids[key] for key in keys):
        rows = session.scalars(select(ProcessDefinition).where(ProcessDefinition.id.in_(some)))
        found |= {row.key: row for row in rows}
    return [found[key] for key in keys]


def get(session: Session, definition_id: int) -> ProcessDefinition:
    """Return a definition.

    Raises:
        NotFound: there is none.
    """
    definition = session.get(ProcessDefinition, definition_id)
    if definition is None:
        raise NotFound(_("Definisi proses ini tidak ada."))
    return definition
