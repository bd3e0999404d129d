"""A process that came under another id than before: told, and given its id back by who says that it is the same.

What the office, its programs and the record know a process by is its id; that of a diagram changes by a copy or
another modeler. docs/decisions/0050-publications-that-wait.md
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from app.base.errors import InvalidDiagram
from app.engine import xml
from app.engine.diagram import Diagram
from app.findings import Finding
from app.models import ProcessDefinition
from app.services.deployment.bundle import Bundle

#: Of the lanes and forms of both together so many are the same in what is taken for one process.
_SHARE = 0.5
_REFERENCES = "id|processRef|bpmnElement|calledElement"


def check_new(
    bundles: Iterable[Bundle], live: Collection[ProcessDefinition], diagrams: Mapping[str, Diagram]
) -> Iterator[Finding]:
    """Warn of processes that are new by their id, and else are one in force: its name, its lanes and forms.

    ``diagrams``: those in force by key; only those of the same name are read.
    """
    came = {bundle.diagram.key: bundle for bundle in bundles}
    known = {one.key for one in live}
    named = defaultdict[str, list[ProcessDefinition]](list)
    for one in live:
        if one.key not in came:
            named[_name(one.name)].append(one)
    for key, bundle in came.items():
        alike = named[_name(bundle.diagram.name)] if key not in known else []
        other = next((one for one in alike if _is_like(bundle.diagram, one.key, diagrams)), None)
        if other is not None:
            params = {"name": other.name, "version": str(other.version), "key": key, "other": other.key}
            yield Finding("process_like_another", "warning", file=bundle.file, params=params)


def renamed(content: bytes, old: str, new: str) -> bytes:
    """A diagram in which the process ``old`` has the id ``new``; all else stays as it is written.

    Raises:
        InvalidDiagram: it is in no encoding that we read.
    """
    quoted = re.compile(rf"""\b({_REFERENCES})(\s*=\s*)(["'])((?:[\w.-]+:)?){re.escape(old)}\3""")
    text = quoted.sub(
        lambda found: f"{found[1]}{found[2]}{found[3]}{found[4]}{new}{found[3]}", xml.decoded(content)
    )
    return xml.encoded(text, content)


def is_named_alike(one: str, other: str) -> bool:
    """Whether two names of processes are one, however they are spaced and whichever letters are capitals."""
    return _name(one) == _name(other)


def _name(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_like(one: Diagram, key: str, diagrams: Mapping[str, Diagram]) -> bool:
    try:
        first, second = _marks(one), _marks(diagrams[key])
    except InvalidDiagram:  # it is in force, and cannot be read any more
        return False
    return len(first & second) >= _SHARE * len(first | second)


def _marks(diagram: Diagram) -> set[tuple[str, str]]:
    """What two drawings of one process have in common: the names of its lanes, and its forms."""
    lanes = {("lane", _name(lane.name)) for lane in diagram.lanes}
    return lanes | {
        ("form", node.form_key) for node in diagram.nodes.values() if node.form_key and not node.origin
    }
