"""What a deployment says of deadlines: filled into texts, fixed in forms, unknown before they are worked out."""

from collections.abc import Iterator, Mapping

from app.bpmnio import feel, templates
from app.engine import decisions, filled_texts, timers
from app.engine.diagram import Node, Timer
from app.engine.reading.checks import said_deadlines
from app.engine.reading.texts import said_lengths
from app.findings import Finding
from app.services.definitions import outlines
from app.services.deployment.bundle import Bundle

#: Of the whole of a form's field what people read and nobody fills in.
_READ = ("label", "description", "text", "html", "alt")


def check_deadlines(bundle: Bundle) -> Iterator[Finding]:
    """Warnings and notes of all of it; errors where nothing could be filled in."""
    for node in bundle.diagram.nodes.values():
        yield from _unreadable(node)
        yield from _unreached(bundle, node)
        if node.kind == "userTask":
            yield from _in_form(bundle, node)
    yield from _unknown_ahead(bundle)


def _about(node: Node, code: str, severity: str = "warning", **params: str) -> Finding:
    return Finding(code, severity, node.id, node.name or node.id, node.line, params=params)  # type: ignore[arg-type]


def _unreadable(node: Node) -> Iterator[Finding]:
    for text in filled_texts.texts_of(node):
        if (reason := templates.look(text).error) is not None:
            yield _about(node, "text_unreadable", "error", reason=reason)


def _in_form(bundle: Bundle, node: Node) -> Iterator[Finding]:
    """Lengths that a task's form says in words, and that no timer of the process has."""
    form = bundle.forms.get(node.form_key or "")
    deadlines = list(said_deadlines.deadlines_around(node, bundle.diagram))
    if form is None or not deadlines:
        return
    all_timers = [one.timer for one in bundle.diagram.nodes.values() if one.timer is not None]
    fixed = [one.text for one in all_timers if not said_deadlines.is_computed(one)]
    computed = any(map(said_deadlines.is_computed, deadlines))
    texts = [getattr(part, name) for part in form.everything for name in _READ]
    for said in dict.fromkeys(
        one for text in texts for one in said_lengths.lengths_in(text, of_deadlines=True)
    ):
        if any(said_lengths.agree(said, text) for text in fixed):
            continue
        told = {"text": said, "task": f"“{node.name or node.id}”"}
        told |= {} if computed else {"meant": deadlines[0].text}
        code = "form_length_fixed" if computed else "form_length_differs"
        yield Finding(code, "warning", node.id, node.name, file=f"{node.form_key}.form", params=told)


def _unreached(bundle: Bundle, node: Node) -> Iterator[Finding]:
    """Results of a table for which a reminder that counts back never comes."""
    if node.timer is None or not timers.is_relative(node.timer) or not node.attached_to:
        return
    host = bundle.diagram.nodes[node.attached_to]
    for deadline in said_deadlines.deadlines_around(host, bundle.diagram):
        by_result = _results(bundle, deadline)
        if never := said_deadlines.never_reached(node.timer, by_result.values()):
            shown = ", ".join(result for result, text in by_result.items() if text in never)
            told = {"text": node.timer.text, "task": host.name or host.id, "lengths": shown}
            yield _about(node, "reminder_never_for", **told)


def _results(bundle: Bundle, deadline: Timer) -> Mapping[str, str]:
    """What tables may give for the names that a computed deadline reads, as people read it → as a timer's text."""
    if not said_deadlines.is_computed(deadline):
        return {}
    read = feel.variable_names(deadline.text.lstrip().removeprefix("="))
    found = dict[str, str]()
    for table in (decision.table for decision in bundle.tables.values()):
        for place, column in enumerate(table.outputs if table else ()):
            if column.name in read and table is not None:
                cells = [rule.outputs[place].strip() for rule in table.rules]
                texts = [text for cell in cells for text in decisions.literals(cell) or {_days(cell)}]
                found |= {text: text for text in texts if timers.length_of(text) is not None}
    return found


def _days(cell: str) -> str:
    """A number is so many days."""
    return f"{cell} hari" if cell.isdecimal() else ""


def _unknown_ahead(bundle: Bundle) -> Iterator[Finding]:
    """Steps whose deadline is computed, where a reporter is told dates ahead."""
    diagram = bundle.diagram
    if not any(node.properties.get("status publik") for node in diagram.nodes.values()):
        return
    if not any(map(outlines.is_for_reporter, diagram.nodes.values())):
        return
    for node in diagram.nodes.values():
        beside = diagram.boundary.get(node.id, ())
        if any(one.timer and one.is_deadline and said_deadlines.is_computed(one.timer) for one in beside):
            yield _about(node, "dates_ahead_unknown", "info")
