"""A DMN file → the decisions in it, or findings that say what cannot run and why."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from app.bpmnio import feel
from app.engine import xml
from app.engine.dmn import table_reader, unary
from app.engine.dmn.cells import is_any
from app.engine.dmn.model import Decision, Expression, Function, Given, Rule, Table
from app.engine.dmn.source import TableSource
from app.engine.dmn.type_reader import Types
from app.engine.dmn.types import CONVERSIONS, Type, quoted
from app.engine.xml import attribute, one_line

_HITS = "__hits"

_RESULT = "__result"
_NOTHING = "null"


class _Boxes:
    """Turns the expressions of one file into FEEL; what cannot be turned is noted, and null."""

    def __init__(self, source: TableSource, types: Types) -> None:
        self._source = source
        self._types = types
        self._turns: Mapping[str, Callable[[xml.Element], str]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "relation": self._relation,
            "list": self._list,
            "invocation": self._invocation,
            "functionDefinition": self._defined,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "every": self._quantified,
            "some": self._quantified,
        }

    def feel(self, node: xml.Element) -> str:
        """The expression ``node`` as a whole, checked as a whole."""
        return self._whole(node, self._turns[self._source.kind(node)])

    def function(self, node: xml.Element) -> str:
        """The function definition ``node``, checked as a whole."""
        return self._whole(node, self._defined)

    def _whole(self, node: xml.Element, turn: Callable[[xml.Element], str]) -> str:
        known, self._source.functions = self._source.functions, None
        text = turn(node)
        self._source.functions = known
        self._source.check(text, "expression", "boxed_syntax", node, limit=feel.MAX_LONG_CHARS)
        return text

    def _defined(self, node: xml.Element) -> str:
        """A function definition; what only Java or PMML could run is noted."""
        kind = attribute(node, "kind").upper()
        if kind not in {"", "FEEL", "F"}:
            self._source.error("function_kind", node, kind=kind)
            return _NOTHING
        names = [attribute(one, "name") for one in self._source.children(node, "formalParameter")]
        if "" in names:
            self._source.error("parameter_unnamed", node)
        return f"function({', '.join(names)}) {self._inside(node)}"

    def _inside(self, node: xml.Element | None) -> str:
        """The expression in a box, in brackets; null for an empty box."""
        found = self._source.logic(node) if node is not None else None
        if found is None:
            if node is not None:
                self._source.error("expression_missing", node)
            return _NOTHING
        return self._turns[self._source.kind(found)](found)

    def _literal(self, node: xml.Element) -> str:
        text = self._source.expression(node, node.sourceline or 0)
        if self._source.child(node, "importedValues") is not None:
            self._source.error("dmn_import", node)
        elif not text:
            self._source.error("expression_missing", node)
        elif self._source.check(text, "expression", "literal_syntax", node):
            return f"({text}\n)" if "//" in text else f"({text})"
        return _NOTHING

    def _table(self, node: xml.Element) -> str:
        found = table_reader.read_table(self._source, self._types, node, "result", {})
        if found is None or any(
            len(rule.inputs) != len(found.inputs) or len(rule.outputs) != len(found.outputs)
            for rule in found.rules
        ):
            return _NOTHING
        return _in_feel(found)

    def _context(self, node: xml.Element) -> str:
        entries, result = [], False
        for entry in self._source.children(node, "contextEntry"):
            variable = self._source.child(entry, "variable")
            name = one_line(attribute(variable, "name")) if variable is not None else ""
            result = result or not name
            entries.append(f"{quoted(name or _RESULT)}: {self._inside(entry)}")
        whole = "{" + ", ".join(entries) + "}"
        return f"get value({whole}, {quoted(_RESULT)})" if result else whole

    def _relation(self, node: xml.Element) -> str:
        names = [one_line(attribute(one, "name")) for one in self._source.children(node, "column")]
        rows = []
        for row in self._source.children(node, "row"):
            cells = [
                self._turns[kind](cell) for cell in row if (kind := self._source.kind(cell)) in self._turns
            ]
            if len(cells) != len(names):
                self._source.error("relation_width", row, count=len(cells), expected=len(names))
                continue
            rows.append("{" + ", ".join(f"{quoted(n)}: {c}" for n, c in zip(names, cells, strict=True)) + "}")
        return f"[{', '.join(rows)}]"

    def _list(self, node: xml.Element) -> str:
        items = [self._turns[kind](one) for one in node if (kind := self._source.kind(one)) in self._turns]
        return f"[{', '.join(items)}]"

    def _invocation(self, node: xml.Element) -> str:
        called = self._source.child(node, "literalExpression")
        name = one_line(self._source.text(called)) if called is not None else ""
        if not name:
            self._source.error("invocation_of_nothing", node)
            return _NOTHING
        given = []
        for binding in self._source.children(node, "binding"):
            parameter = self._source.child(binding, "parameter")
            if parameter is None or not attribute(parameter, "name"):
                self._source.error("parameter_unnamed", binding)
                continue
            value = self._inside(binding) if self._source.logic(binding) is not None else _NOTHING
            given.append(f"{one_line(attribute(parameter, 'name'))}: {value}")
        return f"{name}({', '.join(given)})"

    def _conditional(self, node: xml.Element) -> str:
        test, then, other = (self._inside(self._source.child(node, part)) for part in ("if", "then", "else"))
        return f"(if {test} then {then} else {other})"

    def _filter(self, node: xml.Element) -> str:
        listed, match = (self._inside(self._source.child(node, part)) for part in ("in", "match"))
        return f"{listed}[{match}]"

    def _for(self, node: xml.Element) -> str:
        listed, gives = (self._inside(self._source.child(node, part)) for part in ("in", "return"))
        return f"(for {attribute(node, 'iteratorVariable')} in {listed} return {gives})"

    def _quantified(self, node: xml.Element) -> str:
        listed, holds = (self._inside(self._source.child(node, part)) for part in ("in", "satisfies"))
        variable, word = attribute(node, "iteratorVariable"), self._source.kind(node)
        return f"({word} {variable} in {listed} satisfies {holds})"


#: Decisions, knowledge models, services and the arrows between them; how many stand one behind another; and what one
#: decision works out (it and all that it needs, each with the functions that it may call), or all services hold.
MAX_SIZE, MAX_DEPTH, MAX_WORK = 2_000, 100, 5_000
_NO_WORD = re.compile(r"\W+")


def read_decisions(content: bytes, *, file: str | None = None, refuse: bool = True) -> tuple[Decision, ...]:
    """Return the decisions of a DMN 1.0–1.6 file in document order, every expression checked.

    ``refuse`` False reads a file of a stored version: errors stand among the findings of each decision, and one
    without logic is left out.

    Raises:
        InvalidDiagram: it holds anything that we cannot run; with ``refuse`` False it is no XML that we read.
    """
    source = TableSource(xml.parse(content, file=file), file, refuse=refuse)
    for node in source.children(source.root, "import"):
        source.warning(
            "dmn_import_unread", node, other=attribute(node, "name") or attribute(node, "namespace")
        )
    decisions = source.children(source.root, "decision")
    if not any(source.logic(one) is not None for one in decisions):
        source.error("table_no_decision", source.root)
    knowledge = source.children(source.root, "businessKnowledgeModel")
    services = source.children(source.root, "decisionService")
    links = [link for one in (*decisions, *knowledge) for link in one if source.kind(link) in _LINKS]
    count = len(decisions) + len(knowledge) + len(services) + len(links)
    if count > MAX_SIZE:
        source.error("table_too_many", source.root, count=count, limit=MAX_SIZE)
        source.stop_on_errors(always=True)
    _unlike_ids(source, decisions)
    graph = _Graph(source)
    found = [*map(graph.decision, decisions), *map(graph.service, services)]
    for node in knowledge:
        graph.functions(node)
    source.stop_on_errors()
    return _with_rest(source, [one for one in found if one])


def _with_rest(source: TableSource, found: list[Decision]) -> tuple[Decision, ...]:
    """The first decision tells what was found where no decision is."""
    told = {id(finding) for one in found for finding in one.findings}
    rest = tuple(finding for finding in source.findings if id(finding) not in told)
    return (replace(found[0], findings=(*rest, *found[0].findings)), *found[1:]) if found else ()


_LINKS = frozenset({"informationRequirement", "knowledgeRequirement"})


def _unlike_ids(source: TableSource, decisions: list[xml.Element]) -> None:
    """Give each decision an id of its own: one without is called by its name, and of two with one id the second gets
    another, unless something refers to it."""
    taken = {attribute(node, "id") for node in decisions}
    seen: set[str] = set()
    for node in decisions:
        id = attribute(node, "id")
        if id and id not in seen:
            seen.add(id)
            continue
        if id in source.referred:
            source.error("table_id_twice", node)
            continue
        called = id or _key(attribute(node, "name")) or "decision"
        tries = (called if at == 1 else f"{called}_{at}" for at in range(1, len(decisions) + 2))
        new = next(one for one in tries if one not in taken)
        taken.add(new)
        node.set("id", new)
        source.warning("table_id_other" if id else "table_id_missing", node, called=new)


class _Graph:
    """Decisions and knowledge models, each read once, after what it needs."""

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._types = Types(source)
        source.type_texts = self._types.texts
        self._own = attribute(source.root, "namespace")
        self._boxes = _Boxes(source, self._types)
        self._decisions: dict[xml.Element, Decision | None] = {}
        self._functions: dict[xml.Element, tuple[Function, ...]] = {}
        self._open: list[xml.Element] = []
        self._depths: dict[xml.Element, int] = {}
        self._work = 0

    def decision(self, node: xml.Element) -> Decision | None:
        """A decision with all it needs; None when it has no logic that can be looked at."""
        if node not in self._decisions and not self._goes_round(node):
            self._open.append(node)
            self._decisions[node] = self._read(node)
            self._open.pop()
        self._check_depth(node)
        return self._decisions.get(node)

    def functions(self, node: xml.Element) -> tuple[Function, ...]:
        """A knowledge model or a service as a function, after those that it calls itself."""
        if node not in self._functions and not self._goes_round(node):
            self._open.append(node)
            is_service = self._source.kind(node) == "decisionService"
            self._functions[node] = self._of_service(node) if is_service else self._of_knowledge(node)
            self._open.pop()
        self._check_depth(node)
        return self._functions.get(node, ())

    def service(self, node: xml.Element) -> Decision | None:
        """A service as a decision, of the data and the decisions that are given to it."""
        id = attribute(node, "id")
        functions = self.functions(node) if id and self._is_whole(node) else ()
        if not functions:
            return None
        given = self._referred(node, "inputData", "inputData") + self._referred(
            node, "inputDecision", "decision"
        )
        givens = tuple(map(self._given, given))
        called = ", ".join(one.name for one in givens)
        return Decision(
            id=id,
            name=one_line(attribute(node, "name")) or id,
            logic=Expression(f"{self._source.name(node)}({called})"),
            variable=self._source.name(node) or id,
            result=_key(self._only_name(node)),
            givens=givens,
            functions=functions,
            line=node.sourceline,
            file=self._source.file,
            findings=self._source.findings_of(id),
        )

    def _is_whole(self, node: xml.Element) -> bool:
        """Whether a service names what it decides, and nothing that is not here; one that is called must."""
        links = [attribute(link, "href") for link in node if link.get("href")]
        known = all(href.startswith("#") and href[1:] in self._source.ids for href in links)
        return known and bool(self._source.children(node, "outputDecision"))

    def _of_knowledge(self, node: xml.Element) -> tuple[Function, ...]:
        knowledge = self._knowledge(node)
        needed = [one for used in knowledge for one in self.functions(used)]
        self._source.functions = self._called(knowledge, needed)
        return tuple(dict.fromkeys((*needed, *self._function(node))))

    def _of_service(self, node: xml.Element) -> tuple[Function, ...]:
        """Its decisions one after another, of its data and then the decisions that are given to it.

        Source: DMN 1.3, 10.4, and case 0085 of the TCK.
        """
        given = self._referred(node, "inputData", "inputData") + self._referred(
            node, "inputDecision", "decision"
        )
        made = self._referred(node, "outputDecision", "decision")
        if not made:
            self._source.error("expression_missing", node)
            return ()
        needed: list[Function] = []
        inside = self._inside(made, given)
        self._work += len(inside)
        if self._work > MAX_WORK:
            self._refuse(node, "table_too_much", MAX_WORK)
        entries = [self._entry(one, needed) for one in inside]
        names = [self._source.name(one) for one in made]
        whole = ", ".join(f"{quoted(name)}: {name}" for name in names)
        result = names[0] if len(names) == 1 else "{" + whole + "}"
        parameters = ", ".join(map(self._source.name, given))
        context = ", ".join((*entries, f"{quoted(_RESULT)}: {result}"))
        text = f"function({parameters}) get value({{{context}}}, {quoted(_RESULT)})"
        return tuple(dict.fromkeys((*needed, Function(self._source.name(node), text))))

    def _inside(self, made: list[xml.Element], given: list[xml.Element]) -> list[xml.Element]:
        """The decisions that a service makes, each after what it needs."""
        found: dict[xml.Element, None] = {}
        for one in made:
            if one not in given and one not in found and not self._goes_round(one):
                self._open.append(one)
                for inner in self._inside(self._required(one, "decision"), [*given, *found]):
                    found.setdefault(inner)
                self._open.pop()
                found.setdefault(one)
        return list(found)

    def _entry(self, node: xml.Element, needed: list[Function]) -> str:
        knowledge, logic = self._knowledge(node), self._source.logic(node)
        calls = [one for used in knowledge for one in self.functions(used)]
        needed += calls
        self._source.functions = self._called(knowledge, calls)
        return (
            f"{quoted(self._source.name(node))}: {self._boxes.feel(logic) if logic is not None else _NOTHING}"
        )

    def _referred(self, node: xml.Element, name: str, kind: str) -> list[xml.Element]:
        return self._linked(self._source.children(node, name), kind)

    def _check_depth(self, node: xml.Element) -> None:
        """Reading goes from one to what it needs, and so does deciding."""
        depth = self._depths.setdefault(node, 1)
        if self._open:
            around = self._open[-1]
            self._depths[around] = max(self._depths.get(around, 1), depth + 1)
        if depth > MAX_DEPTH:
            self._refuse(node, "table_too_deep", MAX_DEPTH)

    def _refuse(self, node: xml.Element, code: str, limit: int) -> None:
        self._source.error(code, node, limit=limit)
        self._source.stop_on_errors(always=True)

    def _goes_round(self, node: xml.Element) -> bool:
        if len(self._open) > MAX_DEPTH:
            self._refuse(node, "table_too_deep", MAX_DEPTH)
        if node not in self._open:
            return False
        way = [*self._open[self._open.index(node) :], node]
        self._source.error("requirement_cycle", node, way=" → ".join(self._source.name(one) for one in way))
        return True

    def _read(self, node: xml.Element) -> Decision | None:
        needs = [found for one in self._required(node, "decision") if (found := self.decision(one))]
        givens = [self._given(one) for one in self._required(node, "inputData")]
        knowledge = self._knowledge(node)
        calls = [one for used in knowledge for one in self.functions(used)]
        id = attribute(node, "id")
        named = {given.name: given.type for given in givens} | {need.variable: need.type for need in needs}
        self._source.functions = self._called(knowledge, calls)
        logic = self._logic(node, named)
        if logic is None:
            return None
        found = Decision(
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
            findings=self._source.findings_of(id, *(attribute(one, "id") for one in knowledge)),
        )
        if sum(1 + len(one.functions) for one in found.chain) > MAX_WORK:
            self._refuse(node, "table_too_much", MAX_WORK)
        return found

    def _called(self, knowledge: list[xml.Element], functions: list[Function]) -> frozenset[str]:
        """The names under which knowledge is called, that which goes round in circles included."""
        return frozenset(map(self._source.name, knowledge)).union(one.name for one in functions)

    def _logic(self, node: xml.Element, named: dict[str, Type]) -> Table | Expression | None:
        found = self._source.logic(node)
        if found is None:
            is_needed = attribute(node, "id") in self._source.referred
            self._source.add("error" if is_needed else "warning", "decision_without_logic", node)
            return None
        if self._source.kind(found) == "decisionTable":
            return table_reader.read_table(self._source, self._types, found, self._only_name(node), named)
        text = self._boxes.feel(found)
        is_boxed = self._source.kind(found) != "literalExpression"
        return Expression(
            text if is_boxed else self._source.expression(found, found.sourceline or 0), is_boxed
        )

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
        return (Function(name, self._boxes.function(logic)),)

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
        return self._linked(wanted, "businessKnowledgeModel", "decisionService")

    def _linked(self, links: list[xml.Element], *kinds: str) -> list[xml.Element]:
        found = []
        for link in links:
            href = attribute(link, "href")
            where, _sign, id = href.rpartition("#")
            target = self._source.ids.get(id) if where in ("", self._own) else None
            if target is None and where in ("", self._own) and kinds == ("inputData",):
                self._source.warning("input_data_unknown", link, ref=href)
            elif target is None or self._source.kind(target) not in kinds:
                self._source.error("requirement_unknown", link, ref=href)
            else:
                found.append(target)
        return found


def _key(name: str) -> str:
    """The variable of a case that a name of several words means: ``Total Biaya`` is ``total_biaya``."""
    return name if name.isidentifier() else _NO_WORD.sub("_", name).strip("_").lower()


def _in_feel(table: Table) -> str:
    """FEEL that gives what the table gives; null where several rules of a UNIQUE or ANY table contradict.

    Source: DMN 1.3, 8.2.10, where a table that breaks its own hit policy gives null.
    """
    default = _default(table)
    if table.hit_policy == "FIRST":
        ways = "".join(f"if {_holds(table, rule)} then {_result(table, rule)} else " for rule in table.rules)
        return f"({ways}{default})"
    hits = ", ".join(
        f"if {_holds(table, rule)} then [{_result(table, rule)}] else []" for rule in table.rules
    )
    found = f"concatenate({hits})" if hits else "[]"
    return f"(for {_HITS} in [{_sorted(table, found)}] return {_of_hits(table, default)})[1]"


def _of_hits(table: Table, default: str) -> str:
    none, first = f"count({_HITS}) = 0", f"{_HITS}[1]"
    if table.aggregation == "COUNT" and default == "null":
        return f"count({_HITS})"
    if table.aggregation:
        return f"if {none} then {default} else {table.aggregation.lower()}({_HITS})"
    if table.gives_list:
        return _HITS if default == "null" else f"if {none} then [{default}] else {_HITS}"
    single = {"UNIQUE": f"count({_HITS}) = 1", "ANY": f"count(distinct values({_HITS})) = 1"}
    must = single.get(table.hit_policy, "true")
    return f"if {none} then {default} else if {must} then {first} else null"


def _sorted(table: Table, hits: str) -> str:
    if table.hit_policy not in {"PRIORITY", "OUTPUT ORDER"}:
        return hits
    return f"sort({hits}, function(a, b) {_before(table, 0)})"


def _before(table: Table, at: int) -> str:
    """Whether result ``a`` comes before ``b``, by the first output that tells."""
    ranked = [column for column in table.outputs if column.ranks]
    if at >= len(ranked):
        return "false"
    several = len(table.outputs) > 1
    a, b = (_rank(ranked[at].ranks, _part(one, ranked[at].name) if several else one) for one in ("a", "b"))
    return f"({a} < {b} or ({a} = {b} and {_before(table, at + 1)}))"


def _part(value: str, name: str) -> str:
    return f"get value({value}, {quoted(name)})"


def _rank(ranks: tuple[object, ...], value: str) -> str:
    listed = ", ".join(quoted(rank) if isinstance(rank, str) else str(rank).lower() for rank in ranks)
    return f"append(index of([{listed}], {value}), {len(ranks) + 1})[1]"


def _default(table: Table) -> str:
    if all(is_any(column.default) for column in table.outputs):
        return "null"
    return _boxed(table, [column.default for column in table.outputs])


def _result(table: Table, rule: Rule) -> str:
    return _boxed(table, list(rule.outputs))


def _boxed(table: Table, cells: list[str]) -> str:
    texts = ["null" if is_any(cell) else f"({cell}\n)" for cell in cells]
    if len(texts) == 1:
        return texts[0]
    named = (f"{quoted(c.name)}: {text}" for c, text in zip(table.outputs, texts, strict=True))
    return "{" + ", ".join(named) + "}"


def _holds(table: Table, rule: Rule) -> str:
    tests = [
        _test(cell, f"{CONVERSIONS.get(column.type, '')}({column.expression}\n)")
        for cell, column in zip(rule.inputs, table.inputs, strict=True)
        if not is_any(cell)
    ]
    return " and ".join(tests) or "true"


def _test(cell: str, value: str) -> str:
    """A unary test as an expression about ``value``. Source: DMN 1.3, table 54, semantics of unary tests."""
    inner = unary.negated(cell)
    if inner is not None:
        return f"not({_test(inner, value)} = true)"
    return "(" + " or ".join(_one_test(part, value) for part in unary.parts(cell)) + ")"


def _one_test(part: str, value: str) -> str:
    """One test; in brackets, as feelin takes ``a in (b) and c`` for ``a in (b and c)``."""
    if part == "null":
        return f"({value} = null)"
    if unary.asks(part):
        return f"({unary.asked_of(part, value)})"
    return f"({value} in ({part}))"
