"""Due dates that engines keep on a task: a deadline as if a timer were drawn on its edge."""

from app.engine.diagram import Node
from app.engine.reading.source import Source
from app.engine.reading.texts import extensions, timer_labels
from app.i18n import N_


def add_due_dates(nodes: dict[str, Node], source: Source) -> None:
    """Give every user task with a due date a deadline. It must be a constant: one that hung on a variable would stop
    the case where the variable is empty, and is told as ignored instead."""
    marked = {node.attached_to for node in nodes.values() if node.is_deadline}
    for node in [node for node in nodes.values() if node.kind == "userTask" and node.id not in marked]:
        timer = (
            timer_labels.constant(extensions.due_date(source.ids[node.id])) if node.id in source.ids else None
        )
        if timer is not None:
            source.warning("due_date_used", node, text=timer.text)
            nodes[f"{node.id}:tenggat"] = Node(
                id=f"{node.id}:tenggat",
                kind="boundaryEvent",
                name=N_("Tenggat"),
                lane_id="",
                properties={"tenggat": "ya"},
                timer=timer,
                attached_to=node.id,
                interrupting=False,
                line=node.line,
            )
