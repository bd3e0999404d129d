"""A DMN file → the decisions in it, or findings that say what cannot run and why."""

import re

from app.bpmnio import feel
from app.engine import xml
from app.engine.dmn import table_reader
from app.engine.dmn.boxed import Boxes
from app.engine.dmn.model import Decision, Expression, Function, Given, Table
from app.engine.dmn.source import TableSource
from app.engine.dmn.type_reader import Types
from app.engine.dmn.types import Type
from app.engine.xml import attribute, one_line

MAX_DECISIONS = 100
_NO_WORD = re.compile(r"\W+")


def read_decisions(content: bytes, *, file: str | None = None) -> tuple[Decision, ...]:
    """Return the decisions of a DMN 1.1–1.5 file in document order, every expression checked.

    Raises:
        InvalidDiagram: it holds anything that we cannot run.
    """
    source = TableSource(xml.parse(content, file=file), file)
    for node in source.children(source.root, "import"):
        source.error("dmn_import", node)
    decisions = source.children(source.root, "decision")
    if not decisions:
        source.error("table_no_decision", source.root)
    knowledge = source.children(source.root, "businessKnowledgeModel")
    count = len(decisions) + len(knowledge)
    if count > MAX_DECISIONS:
        source.error("table_too_many", source.root, count=count, limit=MAX_DECISIONS)
        source.stop_on_errors()
    _unlike_ids(source, decisions)
    graph = _Graph(source)
    found = [graph.decision(node) for node in decisions]
    for node in knowledge:
        graph.functions(node)
    source.stop_on_errors()
    return tuple(one for one in found if one)


def _unlike_ids(source: TableSource, decisions: list[xml.Element]) -> None:
    seen: set[str] = set()
    for node in decisions:
        id = attribute(node, "id")
        if not id:
            source.error("table_id_missing", node)
        elif id in seen:
            source.error("table_id_twice", node)
        seen.add(id)


class _Graph:
    """Decisions and knowledge models, each read once, after what it needs."""

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._types = Types(source)
        self._boxes = Boxes(source, self._types)
        self._decisions: dict[xml.Element, Decision | None] = {}
        self._functions: dict[xml.Element, tuple[Function, ...]] = {}
        self._open: list[xml.Element] = []

    def decision(self, node: xml.Element) -> Decision | None:
        """A decision with all it needs; None when it has no logic that can be looked at."""
        if node not in self._decisions and not self._goes_round(node):
            self._open.append(node)
            self._decisions[node] = self._read(node)
            self._open.pop()
        return self._decisions.get(node)

    def functions(self, node: xml.Element) -> tuple[Function, ...]:
        """A knowledge model as a function, after those that it calls itself."""
        if node not in self._functions and not self._goes_round(node):
            self._open.append(node)
            needed = [one for used in self._knowledge(node) for one in self.functions(used)]
            self._functions[node] = tuple(dict.fromkeys((*needed, *self._function(node))))
            self._open.pop()
        return self._functions.get(node, ())

    def _goes_round(self, node: xml.Element) -> bool:
        if node not in self._open:
            return False
        way = [*self._open[self._open.index(node) :], node]
        self._source.error("requirement_cycle", node, way=" → ".join(self._source.name(one) for one in way))
        return True

    def _read(self, node: xml.Element) -> Decision | None:
        needs = [found for one in self._required(node, "decision") if (found := self.decision(one))]
        givens = [self._given(one) for one in self._required(node, "inputData")]
        calls = [one for used in self._knowledge(node) for one in self.functions(used)]
        id = attribute(node, "id")
        named = {given.name: given.type for given in givens} | {need.variable: need.type for need in needs}
        logic = self._logic(node, named)
        if logic is None:
            return None
        return Decision(
            id=id,
            name=one_line(attribute(node, "name")) or id,
            logic=logic,
            variable=self._source.name(node) or id,
            result=_key(self._only_name(node)),
            type=self._types.of_variable(node),
            needs=tuple({need.id: need for need in needs}.values()),
            givens=tuple(givens),
            functions=tuple(dict.fromkeys(calls)),
            line=node.sourceline,
            file=self._source.file,
            findings=self._source.findings_of(id, *(attribute(one, "id") for one in self._knowledge(node))),
        )

    def _logic(self, node: xml.Element, named: dict[str, Type]) -> Table | Expression | None:
        found = self._source.logic(node)
        if found is None:
            self._source.error("decision_without_logic", node)
            return None
        if self._source.kind(found) == "decisionTable":
            return table_reader.read_table(self._source, self._types, found, self._only_name(node), named)
        text = self._boxes.feel(found)
        is_boxed = self._source.kind(found) != "literalExpression"
        return Expression(text if is_boxed else self._source.text(found), is_boxed)

    def _only_name(self, node: xml.Element) -> str:
        """What an only output without a name is called: the decision's variable, else its id."""
        variable = self._source.child(node, "variable")
        return (one_line(attribute(variable, "name")) if variable is not None else "") or attribute(
            node, "id"
        )

    def _function(self, node: xml.Element) -> tuple[Function, ...]:
        logic, name = self._source.child(node, "encapsulatedLogic"), self._source.name(node)
        if logic is None:
            self._source.error("expression_missing", node)
            return ()
        if not name:
            self._source.error("knowledge_unnamed", node)
        text = self._boxes.function(logic)
        self._source.check(text, "expression", "boxed_syntax", logic, limit=feel.MAX_LONG_CHARS)
        return (Function(name, text),)

    def _given(self, node: xml.Element) -> Given:
        name = self._source.name(node)
        return Given(name, _key(name), self._types.of_variable(node))

    def _required(self, node: xml.Element, kind: str) -> list[xml.Element]:
        """The decisions, or the input data, that a decision says it needs."""
        wanted = {"decision": "requiredDecision", "inputData": "requiredInput"}[kind]
        links = self._source.children(node, "informationRequirement")
        return self._linked([one for link in links for one in self._source.children(link, wanted)], kind)

    def _knowledge(self, node: xml.Element) -> list[xml.Element]:
        links = self._source.children(node, "knowledgeRequirement")
        wanted = [one for link in links for one in self._source.children(link, "requiredKnowledge")]
        return self._linked(wanted, "businessKnowledgeModel")

    def _linked(self, links: list[xml.Element], kind: str) -> list[xml.Element]:
        found = []
        for link in links:
            href = attribute(link, "href")
            target = self._source.ids.get(href.rpartition("#")[2])
            if target is None or self._source.kind(target) != kind:
                is_service = target is not None and self._source.kind(target) == "decisionService"
                self._source.error("service_called" if is_service else "requirement_unknown", link, ref=href)
            else:
                found.append(target)
        return found


def _key(name: str) -> str:
    """The variable of a case that a name of several words means: ``Total Biaya`` is ``total_biaya``."""
    return name if name.isidentifier() else _NO_WORD.sub("_", name).strip("_").lower()
