"""What the elements of a deployment do to its variables, on every way that leads through them.

`Filling` says of one variable whether it certainly holds something. What counts as filling it in:

- a required field of a form. One that a condition hides counts where that condition cannot hold, as a gateway after
  it says. One that need not be filled in counts only with a default value; it takes nothing back that was filled in
  before, unless it opens empty (``tanya ulang``).
- a table in which some rule holds whatever is asked, and each rule gives something;
- a constant, a name that is filled in itself, and a formula: what that gives nobody can know before;
- a message without a form, which brings what it brings.

`Asking` says of all variables together whether anybody was asked at all: there a field counts that may be left empty
or is hidden at times, and a table that may give nothing. Who left it empty, and who drew it so, knew what he did.
"""

import re
from collections.abc import Iterable, Mapping

from app.engine import decisions
from app.engine.diagram import Flow, Node
from app.engine.mappings import Assignment
from app.engine.reading.elements import loops
from app.forms import Field, Form
from app.forms.condition_tree import All, Tree, implies, negated, parse, variables_in
from app.forms.form import walk_hidden
from app.forms.model import LIST, MULTI_CHOICE
from app.services.deployment.bundle import Bundle, set_by
from app.services.deployment.data_flow import EMPTY, FILLED, DataFlow, State, Step, Way, both_of

_NAME = re.compile(r"[^\W\d]\w*")
_NOTHING = frozenset({"", "null", '""'})
_NO_UNIT = _NOTHING | {"true", "false"}
#: What is looked at is bounded: nobody reads longer conditions, or more.
_LONGEST, _MOST_CONDITIONS = 200, 8
_RECEIVING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
_STEPS_SHOWN = 8


class VariableFlow:
    """What is known of the variables of a deployment, of each that is asked about worked out once.

    ``lists``: an empty list counts as something.
    """

    def __init__(self, bundle: Bundle, *, lists: bool = False) -> None:
        self.bundle, self.lists = bundle, lists
        self._filling = dict[str, Filling]()
        self._conditions = dict[str, Tree | None]()
        self.follows = False  # a name is followed one step
        self.set_by = {id: set_by(node, bundle) for id, node in bundle.diagram.nodes.items()}

    def filling(self, variable: str) -> "Filling":
        """What is known of the variable everywhere."""
        if variable not in self._filling:
            self._filling[variable] = Filling(self, variable)
        return self._filling[variable]

    def condition(self, flow: Flow) -> Tree | None:
        """What holds where the flow is taken; of the default flow, that no other's condition does."""
        if flow.id not in self._conditions:
            self._conditions[flow.id] = self._read(flow)
        return self._conditions[flow.id]

    def _read(self, flow: Flow) -> Tree | None:
        if flow.condition:
            return read_condition(flow.condition)
        if not flow.is_default:
            return None
        others = [one for one in self.bundle.diagram.outgoing[flow.source] if one.condition]
        trees = [tree for one in others if (tree := read_condition(one.condition or "")) is not None]
        return All(tuple(negated(tree) for tree in trees)) if trees else None

    def setters(self, variable: str, ways: Iterable[Way]) -> list[str]:
        """The names of the elements on these ways that set the variable, if perhaps to nothing."""
        passed = [step.node for way in ways for step in way]
        return list(dict.fromkeys(named(one) for one in passed if variable in self.set_by[one.id]))


class Filling(DataFlow):
    """Whether one variable holds something, as the elements of a deployment have it."""

    def __init__(self, variables: VariableFlow, variable: str) -> None:
        self._variables, self._variable = variables, variable
        super().__init__(variables.bundle.diagram)

    def entering(self, node: Node, before: State) -> State:
        """A round's element is filled in, an input as what it is worked out from; where that is empty, the case's
        own value counts."""
        if node.loop is not None and node.loop.element == self._variable:
            return FILLED
        given = [one for one in _inputs(node) if one.name == self._variable]
        return both_of(before, self._value(node, given[-1], before, opening=True)) if given else before

    def leaving(self, node: Node, inside: State, before: State) -> State:
        """What is filled in inside goes out, unless it is kept there; an output goes out anyway."""
        filled = self.filled(node, inside)
        result = filled if _goes_out(node, self._variable) else before
        for one in node.mappings.outputs if node.mappings is not None else ():
            if one.name == self._variable:
                result = self._value(node, one, filled, opening=False)
        return result

    def skipping(self, _node: Node, before: State) -> State:
        """Nobody was asked."""
        return before

    def following(self, flow: Flow, before: State) -> State:
        """A condition that asks for the variable, or for what made somebody fill it in, tells that it is there."""
        if before is FILLED:
            return FILLED
        condition = self._variables.condition(flow)
        if condition is None:
            return before
        if _holds_something(condition, self._variable) or any(implies(condition, one) for one in before):
            return FILLED
        return before

    def filled(self, node: Node, before: State) -> State:
        """What is known inside an element when it is done, before its outputs."""
        bundle = self._variables.bundle
        form, table = bundle.forms.get(node.form_key or ""), bundle.tables.get(node.decision or "")
        known = before
        if before is not FILLED:  # what held before the answers may not hold after them
            changed = self._variables.set_by[node.id]
            known = frozenset(one for one in before if not variables_in(one) & changed)
        if _begins_by_itself(node):
            return known  # nobody is there to be asked
        if form is not None:
            return self._asked(form, known)
        if table is not None and self._variable in decisions.outputs(table):
            return FILLED if decisions.always_gives(table, self._variable) else EMPTY
        if table is not None and node.mappings is not None and node.mappings.result == self._variable:
            always = all(decisions.always_gives(table, name) for name in decisions.outputs(table))
            return FILLED if always else EMPTY
        return FILLED if _brings_anything(node) else known

    def _asked(self, form: Form, known: State) -> State:
        for part, hides in walk_hidden(form.components):
            if part.key != self._variable or part.rows or not part.takes_input:
                continue
            if part.required or self._opens_filled(part):
                shown = [read_condition(text) for text in hides]
                if not hides:
                    return FILLED
                if all(shown):
                    known = _also(known, All(tuple(negated(tree) for tree in shown if tree)))
            elif part.asked_anew:
                known = EMPTY
        return known

    def _opens_filled(self, part: Field) -> bool:
        is_list = part.type in MULTI_CHOICE or part.type == LIST
        return part.default not in (None, "", [], False) or (self._variables.lists and is_list)

    def _value(self, node: Node, one: Assignment, here: State, *, opening: bool) -> State:
        """What is known of what an assignment gives; ``here``: of this variable where it is worked out."""
        if one.target != one.name:
            return EMPTY  # an entry of a record, which is no unit
        if one.text is None:
            return FILLED if one.value and isinstance(one.value, str | int) else EMPTY
        text = one.text.strip()
        if text in _NO_UNIT:
            return EMPTY
        if text == self._variable or not _NAME.fullmatch(text):
            return here if text == self._variable else FILLED
        return self._of_other(node, text, opening)

    def _of_other(self, node: Node, name: str, opening: bool) -> State:
        """What is known of a variable that this one is set from. Where that is set from a third: as of a formula."""
        if self._variables.follows:
            return FILLED
        self._variables.follows = True
        try:
            other = self._variables.filling(name)
        finally:
            self._variables.follows = False
        inside = other.inside[node.id]
        known = other.opened[node.id] if opening else other.filled(node, inside)
        return known if known is FILLED else EMPTY


class Asking(DataFlow):
    """Which variables were set at all, to something or to nothing: a state is the set of their names.

    ``names``: of all variables that are asked about. ``begun``: as in `DataFlow`.
    """

    def __init__(
        self, bundle: Bundle, names: Iterable[str], begun: Mapping[str, State] | None = None
    ) -> None:
        self._bundle, self._all = bundle, frozenset(names)
        self._sets = {node.id: self._set_in(node) for node in bundle.diagram.nodes.values()}
        super().__init__(bundle.diagram, begun)

    def entering(self, node: Node, before: State) -> State:
        """Inside, the inputs and what a round has are set; where nothing of around is seen, they alone."""
        if before is FILLED:
            return FILLED
        given = frozenset(loops.local_names(node.loop)) | self._assigned(_inputs(node), before)
        return given if node.mappings is not None and node.mappings.sealed else before | given

    def leaving(self, node: Node, inside: State, before: State) -> State:
        """What was set inside goes out, unless it is kept there; an output goes out anyway."""
        if before is FILLED or inside is FILLED:
            return FILLED
        done = self.done(node, inside)
        outputs = node.mappings.outputs if node.mappings is not None else ()
        out = before | frozenset(name for name in done if _goes_out(node, name))
        again = frozenset(one.name for one in outputs)
        return self.skipping(node, (out - again) | self._assigned(outputs, done))

    def skipping(self, node: Node, before: State) -> State:
        """The list of results is set, be it empty."""
        into = node.loop.into if node.loop is not None else ""
        return before | {into} if into and before is not FILLED else before

    def following(self, flow: Flow, before: State) -> State:
        """A condition that holds only for something tells that it was set."""
        tree = read_condition(flow.condition) if flow.condition else None
        if before is FILLED or tree is None:
            return before
        return before | frozenset(name for name in variables_in(tree) if _holds_something(tree, name))

    def done(self, node: Node, inside: State) -> State:
        """What was set inside an element when it is done, before its outputs."""
        return FILLED if inside is FILLED else inside | self._sets[node.id]

    def _assigned(self, assignments: Iterable[Assignment], known: State) -> State:
        """The variables that are set so: not those set from others that nobody set."""
        found = known
        for one in assignments:
            text = one.text.strip() if one.text is not None else "" if one.value in (None, "") else "…"
            unset = text in _NOTHING or (_NAME.fullmatch(text) and text in self._all and text not in found)
            found = found - {one.name} if unset else found | {one.name}
        return found & frozenset(one.name for one in assignments)

    def _set_in(self, node: Node) -> frozenset[str]:
        if _begins_by_itself(node):
            return frozenset()
        form, table = (
            self._bundle.forms.get(node.form_key or ""),
            self._bundle.tables.get(node.decision or ""),
        )
        found = decisions.outputs(table) if table is not None else frozenset[str]()
        if node.mappings is not None and node.mappings.result:
            found |= {node.mappings.result}
        if _brings_anything(node) and form is None:
            return self._all
        return found | frozenset(_fields(form)) if form is not None else found


def _fields(form: Form) -> Iterable[str]:
    """The variables that a form sets: not those that it only shows."""
    for part in form.everything:
        if part.key and not part.rows and (part.takes_input or part.type == "expression" or part.default):
            yield part.key.partition(".")[0]


def _inputs(node: Node) -> tuple[Assignment, ...]:
    return node.mappings.inputs if node.mappings is not None else ()


def _goes_out(node: Node, name: str) -> bool:
    """Whether what is set inside an activity under this name is set around it too."""
    local = {one.name for one in _inputs(node)}
    if node.loop is not None and node.loop.element:
        local.add(node.loop.element)
    if name not in local and not (node.mappings is not None and node.mappings.keeps):
        return True
    goes = node.mappings is not None and node.mappings.hands_out
    return goes == "all" or (bool(goes) and name not in local)


def _begins_by_itself(node: Node) -> bool:
    return node.kind == "startEvent" and (node.timer is not None or node.signal is not None)


def _brings_anything(node: Node) -> bool:
    return node.kind in _RECEIVING and (node.message is not None or node.job is not None)


def _also(known: State, condition: All) -> State:
    """``known``, and that the variable is filled in where the condition holds: here too when it fails."""
    tree: Tree = condition.parts[0] if len(condition.parts) == 1 else condition
    if known is FILLED or negated(tree) in known:
        return FILLED
    return known | {tree} if len(known) < _MOST_CONDITIONS else known


def read_condition(condition: str) -> Tree | None:
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


def way_text(way: Iterable[Step]) -> str:
    """A way by the names of what it leads through; the middle of a long one is left out."""
    return names_text([name for step in way if (name := _passed(step))])


def names_text(names: list[str]) -> str:
    """The names of what a way leads through, as one line."""
    if len(names) > _STEPS_SHOWN:
        half = _STEPS_SHOWN // 2
        names = [*names[:half], "…", *names[-half:]]
    return " → ".join(names)


def _passed(step: Step) -> str:
    """What a way leads through, as people know it; of a gateway, with the branch that is taken."""
    if not step.node.kind.endswith("Gateway"):
        return named(step.node)
    branch = step.flow.name if step.flow is not None else ""
    return f"{step.node.name} ({branch})" if step.node.name and branch else step.node.name or branch


def called_from(node: Node) -> str:
    """How the ids of a called process's elements begin where one of them is this element; "" where none is called."""
    return node.id.removesuffix(node.origin.id) if node.origin is not None else ""


def named(node: Node) -> str:
    """What people call an element."""
    return node.name or node.id
