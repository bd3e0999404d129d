"""What is compared: a draft as a version would hold it, the version in force, and what both call the same thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.bpmnio import feel
from app.engine import decisions
from app.engine.diagram import Node
from app.engine.reading.variable_mentions import diagram_mentions
from app.engine.running import correspondence
from app.findings import Finding
from app.forms import Field
from app.forms.model import CHOICES
from app.services.definitions.definitions import Version
from app.services.deployment import unstored

_CHOSEN = CHOICES | {"checkbox"}


def draft_version(session: Session, files: Mapping[str, bytes], key: str) -> Version:
    """The version that publishing a draft would make of process ``key``, else of its first one; nothing is stored.

    Raises:
        InvalidDiagram: at least one finding is an error, or there is no diagram.
    """
    refusal = _("Draf dengan galat tidak dapat dijalankan.")
    own, found = unstored.bundles_of(session, files, refusal)
    if not own:
        raise InvalidDiagram(refusal, tuple(found.findings) or (Finding("no_process", "error"),))
    return unstored.version_of(next((one for one in own if one.diagram.key == key), own[0]))


@dataclass(frozen=True)
class Side:
    """A version that cases run on. ``base``: the version by whose ids elements of all sides are known; an element
    that it does not have is known by its own."""

    version: Version
    base: Version

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Id of an element or flow here → what it is known by."""
        own, base = self.version.diagram, self.base.diagram
        if self.version is self.base:
            return {}
        found = {here: there for there, here in correspondence.propose(base, own).items()}
        ways = {(flow.source, flow.target): flow.id for flow in base.flows}
        known = {flow.id for flow in base.flows}
        for flow in own.flows:
            way = (found.get(flow.source, ""), found.get(flow.target, ""))
            if flow.id not in known and way in ways:
                found[flow.id] = ways[way]
        return found

    def known_as(self, element_id: str) -> str:
        """What an element or flow is known by on all sides."""
        return self.names.get(element_id, element_id)

    def lane(self, node: Node) -> str:
        """The name of its lane."""
        return self.version.diagram.lane(node.lane_id).name

    @cached_property
    def read(self) -> frozenset[str]:
        """The variables that conditions, tables, timers, loops, mappings and properties read."""
        found = {mention.name for mention in diagram_mentions(self.version.xml) if not mention.sets}
        conditions = [flow.condition for flow in self.version.diagram.flows if flow.condition]
        tables = self.version.program.tables.values()
        return frozenset(found).union(*map(feel.mentions, conditions), *map(decisions.mentions, tables))

    @cached_property
    def choices(self) -> frozenset[str]:
        """The keys of fields whose value is chosen, and read by something; identity is not among them."""
        found = [one for form in self.version.forms.values() for one in form.fields if one.type in _CHOSEN]
        return (frozenset(one.key for one in found) & self.read) - self.version.private_keys

    def deciding_fields(self, form_key: str | None) -> list[Field]:
        """The fields of a form that something reads; identity is not among them."""
        form = self.version.form_of(form_key)
        wanted = self.read - self.version.private_keys
        return [one for one in form.fields if one.key in wanted and one.takes_input] if form else []
