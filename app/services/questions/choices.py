"""What the conditions of a question can be filled in with: values that cases hold, and elements of the processes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ProcessDefinition, User
from app.services.core import filter_values
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.questions.variables import Asked, asked_fields

#: (value, what it is called)
Options = Sequence[tuple[str, str]]
#: Processes whose diagrams are read for their elements, versions that are offered, officers that are.
MOST_PROCESSES, MOST_VERSIONS, MOST_OFFICERS = 5, 100, 300
_KNOWN = ("activity", "lane", "unit", "category", "case_unit", "area", "key", "priority")


@dataclass(frozen=True)
class Choices:
    """What to offer; each is read when it is first asked for. ``key``: of this process alone."""

    session: Session
    actor: Actor
    key: str = ""

    @cached_property
    def known(self) -> dict[str, Options]:
        """Values of tasks and cases that the actor sees, by the names of `filter_values`."""
        found = filter_values.known(self.session, _KNOWN, actor=None if self.actor.sees_all else self.actor)
        return {name: sorted(held.items(), key=lambda one: one[1].casefold()) for name, held in found.items()}

    @cached_property
    def versions(self) -> Options:
        """Versions of processes, the newest first."""
        query = select(ProcessDefinition.id, ProcessDefinition.name, ProcessDefinition.version)
        if self.key:
            query = query.where(ProcessDefinition.key == self.key)
        rows = self.session.execute(query.order_by(ProcessDefinition.id.desc()).limit(MOST_VERSIONS))
        return [(str(id_), f"{name} v{number}") for id_, name, number in rows]

    @cached_property
    def officers(self) -> Options:
        """People by their names; the first so many."""
        query = select(User.name, User.full_name).order_by(User.full_name, User.name).limit(MOST_OFFICERS)
        return [(name, full_name) for name, full_name in self.session.execute(query)]

    @cached_property
    def _diagrams(self) -> list[Version]:
        rows = [row for row in definitions.live(self.session) if not self.key or row.key == self.key]
        found = [definitions.readable(self.session, row.id) for row in rows[:MOST_PROCESSES]]
        return [version for version in found if version is not None]

    @cached_property
    def elements(self) -> frozenset[str]:
        """The ids of all that the diagrams hold."""
        return frozenset(id_ for one in self._diagrams for id_ in one.diagram.nodes)

    @cached_property
    def outcomes(self) -> Options:
        """End events."""
        nodes = [node for one in self._diagrams for node in one.diagram.nodes.values()]
        found = {node.id: node.name or node.id for node in nodes if node.kind == "endEvent"}
        return sorted(found.items(), key=lambda one: one[1].casefold())

    @cached_property
    def branches(self) -> Options:
        """Flows of choices and events on the edges of activities, in the order of the diagram."""
        found = dict[str, str]()
        for version in self._diagrams:
            nodes = version.diagram.nodes
            for node in nodes.values():
                if node.id in version.branches and (host := nodes.get(node.attached_to or "")):
                    found[node.id] = f"{host.name or host.id}: {node.name or node.id}"
            for flow in version.diagram.flows:
                if flow.id in version.branches and flow.source in nodes and flow.target in nodes:
                    source, target = nodes[flow.source], nodes[flow.target]
                    way = flow.name or target.name or target.id
                    found[flow.id] = f"{source.name or source.id} → {way}"
        return list(found.items())

    @cached_property
    def channels(self) -> Options:
        """What the field offers that holds the channel."""
        found = dict[str, str]()
        for version in self._diagrams:
            name = version.diagram.properties.get("saluran", "")
            for form in version.forms.values():
                found |= {o.text: o.label for part in form.fields if part.key == name for o in part.options}
        return list(found.items())

    @cached_property
    def variables(self) -> Options:
        """Variables that may be asked for; those that are called the same, with the activity that asks for them."""
        called = Counter(asked.label.casefold() for asked in self._asked.values())
        named = [
            (name, f"{one.label} ({one.where})" if called[one.label.casefold()] > 1 else one.label)
            for name, one in self._asked.items()
        ]
        return sorted(named, key=lambda one: one[1].casefold())

    def offered_by(self, variable: str) -> Options:
        """What the list of a variable's field offers; nothing where it has none."""
        asked = self._asked.get(variable)
        return asked.options if asked is not None else ()

    @cached_property
    def _asked(self) -> dict[str, Asked]:
        return asked_fields(self.session, self.key)
