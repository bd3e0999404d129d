"""Names in a case as people know them: activities, fields, values, flows, colleagues."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cached_property
from typing import Any

from app import forms
from app.engine import filled_texts
from app.forms import Field
from app.history.vocabulary import Cause, Decision, Rule
from app.services.casefile.casefile import CaseFile
from app.services.definitions.definitions import Version
from app.services.instances import numbers


@dataclass(frozen=True)
class Vocabulary:
    """Words of one version, as events ask for them. ``people``: user name → full name; ``files``: id →
    name; ``units``: code → name; ``cases``: ids of other cases that the reader may open; ``zone``: of times;
    ``earlier``: versions that a case was in before, for what the version does not have any more."""

    version: Version
    people: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    cases: Collection[int] = frozenset()
    zone: tzinfo = UTC
    earlier: Sequence[Version] = ()

    def _knowing(self, element_id: str | None) -> Version:
        """The version that has the element, the case's own before any other."""
        versions = (self.version, *self.earlier)
        return next((one for one in versions if element_id in one.diagram.nodes), self.version)

    @cached_property
    def _fields(self) -> dict[str, Field]:
        """A field for each variable: the first that people can fill, as that one has the options."""
        found: dict[str, Field] = {}
        for form in (form for one in (self.version, *self.earlier) for form in one.forms.values()):
            for part in form.fields:
                if part.key and (part.key not in found or not found[part.key].takes_input):
                    found[part.key] = part
        return found

    @cached_property
    def _places(self) -> dict[str, int]:
        return {key: place for place, key in enumerate(self._fields)}

    @cached_property
    def _decisions(self) -> dict[str, Decision]:
        """Those that were asked for: a table may have many rows, and a case many events of it."""
        return {}

    def node(self, element_id: str | None) -> Any:
        """The diagram's element, or None."""
        return self._knowing(element_id).diagram.nodes.get(element_id or "")

    def activity(self, element_id: str | None) -> str:
        """What an element is called; a question by its text."""
        node = self.node(element_id)
        question = self._knowing(element_id).diagram.questions.get(element_id or "")
        return (node.name if node else "") or (question.text if question else "") or element_id or ""

    def host(self, element_id: str | None) -> str:
        """The activity on whose boundary an element stands; "" for any other."""
        node = self.node(element_id)
        return self.activity(node.attached_to) if node is not None and node.attached_to else ""

    def is_around(self, element_id: str | None) -> bool:
        """Whether an event begins an event sub-process: drawn on no edge, it waits around what is beside it."""
        node = self.node(element_id)
        return bool(node.attached_to) and self._knowing(element_id).diagram.host_of(node) is None

    def cause(self, element_id: str) -> Cause | None:
        """What took a task away; None for an element that this version does not have."""
        node, name = self.node(element_id), self.activity(element_id)
        if node is None:
            return None
        if node.loop is not None:
            return Cause("rounds", name)
        if node.timer is not None:
            return Cause("timer", filled_texts.plain(node.name) or node.timer.text or name)
        return Cause("way", name)

    def reason_key(self, element_id: str | None) -> str:
        """The variable that an activity's property ``alasan`` names."""
        node = self.node(element_id)
        return node.properties.get("alasan", "") if node is not None else ""

    def lane(self, lane_id: str) -> str:
        """What a lane is called."""
        lanes = (lane for one in (self.version, *self.earlier) for lane in one.diagram.lanes)
        return next((lane.name for lane in lanes if lane.id == lane_id), lane_id)

    def flow(self, flow_id: str) -> str:
        """What a flow says: its name, else that of where it leads."""
        flows = (flow for one in (self.version, *self.earlier) for flow in one.diagram.flows)
        found = next((flow for flow in flows if flow.id == flow_id), None)
        return (found.name or self.activity(found.target)) if found else flow_id

    def decision(self, decision_id: str) -> Decision | None:
        """A decision with the rows of its table; None when this version does not have it."""
        versions = (one for one in (self.version, *self.earlier) if decision_id in one.program.tables)
        if decision_id not in self._decisions and (found := next(versions, None)) is not None:
            self._decisions[decision_id] = _decision(found.program.tables[decision_id])
        return self._decisions.get(decision_id)

    def following(self, element_id: str) -> str:
        """Where the first flow out of an element leads; "" for an end."""
        flows = self.version.diagram.outgoing.get(element_id, ())
        return self.activity(flows[0].target) if flows else ""

    def label(self, key: str) -> str:
        """What a variable is called in the forms."""
        part = self._fields.get(key)
        return part.name if part else key

    def place(self, key: str) -> int:
        """Where a variable comes in the forms, to sort by."""
        return self._places.get(key, len(self._places))

    def value(self, key: str, value: Any) -> str:
        """A variable's value in words: options by their labels, dates as written, files by their names."""
        part = self._fields.get(key)
        if part is not None and value is not None:
            return forms.text_of(part, value, files=self.files)
        return plain(value)

    def own_labels(self, values: Mapping[str, Any]) -> Mapping[str, str]:
        """A number that was made here is not what its field asks for."""
        return numbers.own_names(self.version, values)

    def unit(self, code: str) -> str:
        """A unit's name."""
        return self.units.get(code, code)

    def person(self, name: str) -> str:
        """A colleague's full name."""
        return self.people.get(name, name)

    def may_open(self, instance_id: int) -> bool:
        """Whether the reader may open another case."""
        return instance_id in self.cases


def vocabulary_of(file: CaseFile, zone: tzinfo) -> Vocabulary:
    """The words of a case."""
    cases = frozenset(known.instance.id for known in file.partners if known.visible)
    given = (file.version, file.people, file.file_names, file.units, cases, zone)
    return Vocabulary(*given, earlier=file.earlier)


def _decision(found: Any) -> Decision:
    if found.table is None:
        return Decision(found.name, None)
    headings = [column.heading for column in found.table.inputs]
    rules = {
        rule.id: Rule(number, _tests(headings, rule.inputs), rule.note)
        for number, rule in enumerate(found.table.rules, 1)
    }
    return Decision(found.name, rules)


def _tests(headings: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    """The cells of a row that test something, with their headings."""
    pairs = zip(headings, cells, strict=True)
    return [(heading, cell) for heading, cell in pairs if cell.strip() not in ("", "-")]


def plain(value: Any) -> str:
    """A value that no form describes."""
    return forms.plain(value) or forms.NOTHING
