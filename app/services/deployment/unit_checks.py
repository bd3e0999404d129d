"""Tasks that may open before the unit that they are for is chosen: officers of all units would see the case.

What counts as filling the variable in, on the way to such a task:

- a required field of a form. One that a condition hides counts where that condition cannot hold, as a gateway after
  it says. One that need not be filled in counts only with a default value; it takes nothing back that was filled in
  before, unless it opens empty (``tanya ulang``).
- a table in which some rule holds whatever is asked, and each rule gives something;
- a constant, a name that is filled in itself, and a formula: what that gives nobody can know before;
- a message without a form, which brings what it brings.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.engine import decisions
from app.engine.data_flow import EMPTY, FILLED, DataFlow, State, Step, both_of
from app.engine.diagram import Flow, Lane, Node
from app.engine.mappings import Assignment
from app.findings import Finding
from app.forms import Form
from app.forms.condition_tree import All, Tree, implies, negated, parse, variables_in
from app.forms.form import walk_hidden
from app.i18n import _
from app.services.deployment.bundle import Bundle, set_by
from app.services.deployment.lane_groups import Plan, PlannedGroup

_NAME = re.compile(r"[^\W\d]\w*")
_NOTHING = frozenset({"", "null", '""', "true", "false"})
_WAYS_SHOWN, _STEPS_SHOWN = 3, 8
#: What is looked at is bounded: no office has more variables for units, and nobody reads longer conditions, or more.
_MOST_VARIABLES, _LONGEST, _MOST_CONDITIONS = 10, 200, 8
_RECEIVING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})


def check_units(bundle: Bundle, staffing: Plan | None) -> Iterator[Finding]:
    """Warnings about such tasks: on which ways, and who would then see them. ``staffing``: who is in which lane."""
    checker, diagram = _Checker(bundle), bundle.diagram
    for node in diagram.nodes.values():
        lane = diagram.lane(node.lane_id)
        variable = node.properties.get("unit") or lane.properties.get("unit")
        is_task = node.kind == "userTask" or node.id in diagram.questions
        if variable and is_task and checker.opens_without(node, variable):
            group = staffing.of_lane(diagram.key, lane) if staffing is not None else None
            yield _finding(node, variable, checker, _who(lane, group))


def _finding(node: Node, variable: str, checker: "_Checker", who: str) -> Finding:
    ways = checker.flow_of(variable).ways(node.id)
    passed = [step.node for way in ways for step in way]
    perhaps = dict.fromkeys(_named(one) for one in passed if variable in checker.set_by[one.id])
    params = {"variable": variable, "ways": _told(ways), "who": who, "perhaps": ", ".join(perhaps)}
    code = "unit_perhaps_not_chosen" if perhaps else "unit_not_chosen"
    return Finding(code, "warning", node.id, node.name or node.id, node.line, params=params)


def _who(lane: Lane, group: PlannedGroup | None) -> str:
    if group is None:
        return _("semua petugas lajur “{lane}”, dari unit mana pun", lane=lane.name)
    return _(
        "{officers} petugas dari {units} unit pada lajur “{lane}”",
        officers=group.officers,
        units=group.units,
        lane=lane.name,
    )


class _Checker:
    """What is known of each variable that is asked about, worked out once."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._flows = dict[str, DataFlow]()
        self._rules = dict[str, _Rules]()
        self.follows = False  # a name is followed one step
        self.set_by = {id: set_by(node, bundle) for id, node in bundle.diagram.nodes.items()}

    def opens_without(self, node: Node, variable: str) -> bool:
        """Whether a task may open while the variable is empty."""
        if variable not in self._flows and len(self._flows) >= _MOST_VARIABLES:
            return False
        return self.flow_of(variable).opened[node.id] is not FILLED

    def rules(self, variable: str) -> "_Rules":
        """What elements do to the variable."""
        return self._rules.setdefault(variable, _Rules(self, variable))

    def flow_of(self, variable: str) -> DataFlow:
        """What is known of the variable everywhere."""
        if variable not in self._flows:
            self._flows[variable] = DataFlow(self.bundle.diagram, self.rules(variable))
        return self._flows[variable]


@dataclass
class _Rules:
    """What the elements of a deployment do to one variable."""

    checker: _Checker
    variable: str

    def opened(self, node: Node, before: State) -> State:
        """A round's element is filled in, an input as what it is worked out from; where that is empty, the case's
        own value counts."""
        if node.loop is not None and node.loop.element == self.variable:
            return FILLED
        given = [one for one in self._inputs(node) if one.name == self.variable]
        return both_of(before, self._value(node, given[-1], before, opening=True)) if given else before

    def left(self, node: Node, inside: State, before: State) -> State:
        """What is filled in inside goes out, unless it is kept there; an output goes out anyway."""
        filled = self.filled(node, inside)
        mappings, local = node.mappings, {one.name for one in self._inputs(node)}
        if node.loop is not None and node.loop.element:
            local.add(node.loop.element)
        result = filled
        if self.variable in local or (mappings is not None and mappings.keeps):
            goes = mappings is not None and mappings.hands_out
            result = filled if goes == "all" or (goes and self.variable not in local) else before
        for one in mappings.outputs if mappings is not None else ():
            if one.name == self.variable:
                result = self._value(node, one, filled, opening=False)
        return result

    def followed(self, flow: Flow, before: State) -> State:
        """A condition that asks for the unit, or for what made somebody fill it in, tells that it is there."""
        if before is FILLED:
            return FILLED
        condition = self._condition(flow)
        if condition is None:
            return before
        if _holds_something(condition, self.variable) or any(implies(condition, one) for one in before):
            return FILLED
        return before

    def filled(self, node: Node, before: State) -> State:
        """What is known inside an element when it is done, before its outputs."""
        bundle = self.checker.bundle
        form, table = bundle.forms.get(node.form_key or ""), bundle.tables.get(node.decision or "")
        known = before
        if before is not FILLED:  # what held before the answers may not hold after them
            changed = self.checker.set_by[node.id]
            known = frozenset(one for one in before if not variables_in(one) & changed)
        if node.kind == "startEvent" and (node.timer is not None or node.signal is not None):
            return known  # nobody is there to be asked
        if form is not None:
            return _asked(form, self.variable, known)
        if table is not None and self.variable in decisions.outputs(table):
            return FILLED if decisions.always_gives(table, self.variable) else EMPTY
        if table is not None and node.mappings is not None and node.mappings.result == self.variable:
            always = all(decisions.always_gives(table, name) for name in decisions.outputs(table))
            return FILLED if always else EMPTY
        return FILLED if node.message is not None and node.kind in _RECEIVING else known

    def _inputs(self, node: Node) -> tuple[Assignment, ...]:
        return node.mappings.inputs if node.mappings is not None else ()

    def _value(self, node: Node, one: Assignment, here: State, *, opening: bool) -> State:
        """What is known of what an assignment gives; ``here``: of this variable where it is worked out."""
        if one.target != one.name:
            return EMPTY  # an entry of a record, which is no unit
        if one.text is None:
            return FILLED if one.value and isinstance(one.value, str | int) else EMPTY
        text = one.text.strip()
        if text in _NOTHING:
            return EMPTY
        if text == self.variable or not _NAME.fullmatch(text):
            return here if text == self.variable else FILLED
        return self._of_other(node, text, opening)

    def _of_other(self, node: Node, name: str, opening: bool) -> State:
        """What is known of a variable that this one is set from. Where that is set from a third: as of a formula."""
        if self.checker.follows:
            return FILLED
        self.checker.follows = True
        try:
            other = self.checker.flow_of(name)
        finally:
            self.checker.follows = False
        inside = other.inside[node.id]
        known = other.opened[node.id] if opening else self.checker.rules(name).filled(node, inside)
        return known if known is FILLED else EMPTY

    def _condition(self, flow: Flow) -> Tree | None:
        """What holds where the flow is taken; of the default flow, that no other's condition does."""
        if flow.condition:
            return _read(flow.condition)
        if not flow.is_default:
            return None
        others = [one for one in self.checker.bundle.diagram.outgoing[flow.source] if one.condition]
        trees = [tree for one in others if (tree := _read(one.condition or "")) is not None]
        return All(tuple(negated(tree) for tree in trees)) if trees else None


def _asked(form: Form, variable: str, known: State) -> State:
    for part, hides in walk_hidden(form.components):
        if part.key != variable or part.rows or not part.takes_input:
            continue
        if part.required or (part.default not in (None, "", [], False)):
            shown = [_read(text) for text in hides]
            if not hides:
                return FILLED
            if all(shown):
                known = _also(known, All(tuple(negated(tree) for tree in shown if tree)))
        elif part.asked_anew:
            known = EMPTY
    return known


def _also(known: State, condition: All) -> State:
    """``known``, and that the variable is filled in where the condition holds: here too when it fails."""
    tree: Tree = condition.parts[0] if len(condition.parts) == 1 else condition
    if known is FILLED or negated(tree) in known:
        return FILLED
    return known | {tree} if len(known) < _MOST_CONDITIONS else known


def _read(condition: str) -> Tree | None:
    """A condition that can be told from another: a simple one, and not an endless one."""
    return parse(condition) if len(condition) <= _LONGEST else None


def _holds_something(condition: Tree, variable: str) -> bool:
    """Whether a condition can hold only where the variable is filled in."""
    if isinstance(condition, All):
        parts = (_holds_something(part, variable) for part in condition.parts)
        return (all if condition.any_of else any)(parts)
    if condition.key != variable:
        return False
    if condition.sign == "!=":
        return None in condition.values
    return condition.sign == "=" and all(one and isinstance(one, str | int) for one in condition.values)


def _told(ways: list[tuple[Step, ...]]) -> str:
    """The ways by the names of what they lead through."""
    shown = list(dict.fromkeys(filter(None, map(_way, ways))))
    return "; ".join(shown[:_WAYS_SHOWN]) + ("; …" if len(shown) > _WAYS_SHOWN else "") or "–"


def _way(way: tuple[Step, ...]) -> str:
    names = [name for step in way if (name := _passed(step))]
    if len(names) > _STEPS_SHOWN:
        half = _STEPS_SHOWN // 2
        names = [*names[:half], "…", *names[-half:]]
    return " → ".join(names)


def _passed(step: Step) -> str:
    """What a way leads through, as people know it; of a gateway, with the branch that is taken."""
    if not step.node.kind.endswith("Gateway"):
        return _named(step.node)
    branch = step.flow.name if step.flow is not None else ""
    return f"{step.node.name} ({branch})" if step.node.name and branch else step.node.name or branch


def _named(node: Node) -> str:
    return node.name or node.id
