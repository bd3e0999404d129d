"""A case as it was at any moment of its record, on the version of the diagram that ran then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.base.errors import NotFound
from app.base.i18n import _
from app.engine import drawing
from app.history import reader, standing
from app.history.catalogue import Entry, Event
from app.history.events.migration import InstanceMigrated, MigrationUndone
from app.history.standing import Standing
from app.models import ProcessInstance
from app.services.casefile import casefile, queries
from app.services.casefile.casefile import CaseFile
from app.services.core import access, masks
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version


@dataclass(frozen=True)
class Moment:
    """A moment at which something was recorded. ``last``: the id of its last event, by which it is addressed."""

    at: datetime
    last: int


@dataclass(frozen=True)
class Replay:
    """A case at one moment. ``number``: which of ``moments``, from 1; ``happened``: what was recorded at it.

    ``file``: the words and people of the case, with the version that ran then. ``before``: where it stood before.
    """

    instance: ProcessInstance
    version: Version
    file: CaseFile
    number: int
    moments: Sequence[Moment]
    happened: Sequence[Entry[Event]]
    standing: Standing
    before: Standing

    @property
    def moment(self) -> Moment:
        """The moment that is shown."""
        return self.moments[self.number - 1]

    @property
    def states(self) -> dict[str, drawing.State]:
        """The state of each element and flow for the picture, as `queries.states` has it of now."""
        return states_of(self.standing, self.version, self.moment.at)


def moments_of(session: Session, instance_id: int) -> list[Moment]:
    """The moments of a case, oldest first. 1 SQL, one row for each."""
    return [Moment(at, last) for at, last in reader.moments(session, instance_id)]


def at_moment(session: Session, instance_id: int, number: int | None, *, actor: Actor) -> Replay:
    """A case at the moment with this ``number``, from 1; at its last without one, or beyond it.

    Raises:
        NotFound: the case is not the actor's to see, or has no record.
    """
    instance = access.instance(session, actor, instance_id)
    moments = moments_of(session, instance_id)
    if not moments:
        raise NotFound(_("Perkara ini tidak punya riwayat."))
    number = min(max(number if number is not None else len(moments), 1), len(moments))
    last, earlier = moments[number - 1].last, moments[number - 2].last if number > 1 else 0
    read = masks.as_read(session, instance, reader.until(session, instance_id, last), actor=actor)
    happened = [entry for entry in read if entry.id > earlier]
    version = _version_at(session, instance, last)
    file = casefile.casefile_of(session, instance, actor=actor, events=read)
    before, after = standing.around(read, len(read) - len(happened))
    others = [one for one in (file.version, *file.earlier) if one.id != version.id]
    holders = casefile.full_names(session, (task.holder for task in after.tasks.values()))
    return Replay(
        instance=instance,
        version=version,
        file=replace(file, version=version, earlier=others, people={**file.people, **holders}),
        number=number,
        moments=moments,
        happened=happened,
        standing=after,
        before=before,
    )


def _version_at(session: Session, instance: ProcessInstance, last: int) -> Version:
    """The version in which a case was after the event ``last``; that of now where the one of then cannot be read."""
    moves = reader.of_kinds(session, instance.id, InstanceMigrated, MigrationUndone)
    definition = instance.definition_id
    for entry in reversed(moves):
        event = entry.event
        if entry.id <= last or not isinstance(event, InstanceMigrated | MigrationUndone):
            break
        definition = event.source if isinstance(event, InstanceMigrated) else event.target
    then = definitions.readable(session, definition)
    return then if then is not None else definitions.version(session, instance.definition_id)


def draw(
    version: Version, states: Mapping[str, Any], title: str, *, marked: str = ""
) -> tuple[str, Sequence[drawing.Line]]:
    """The diagram with ``states`` as SVG, and in words. ``marked``: the element that is set off."""
    return drawing.draw_svg(version.xml, states, title=title, marked=marked), drawing.texts(
        version.xml, states
    )


def states_of(stood: Standing, version: Version, at: datetime) -> dict[str, drawing.State]:
    """The state of each element and flow: done, open or overdue, with its count of passes."""
    diagram = version.diagram
    timers = (timer.activity_id for timer in stood.timers.values())
    in_flow = (id_ for id_ in timers if (node := diagram.nodes.get(id_)) and diagram.host_of(node) is None)
    tasks = queries.opened(stood.tasks.values(), at)
    return queries.states(diagram, stood.visits, [*stood.waits.values(), *in_flow], tasks)
