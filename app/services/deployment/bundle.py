"""A process with everything it names, as one version would hold it."""

import hashlib
from dataclasses import dataclass, field

from app.engine import decisions, mappings
from app.engine.diagram import Diagram, Node
from app.engine.reading.elements import loops
from app.findings import Finding
from app.forms import Form


@dataclass
class Bundle:
    """A process with its files, as one version would hold them (file name → content)."""

    diagram: Diagram
    files: dict[str, bytes]
    file: str = ""  # where the diagram was read, for findings
    forms: dict[str, Form] = field(default_factory=dict)
    tables: dict[str, decisions.Decision] = field(default_factory=dict)
    table_files: dict[str, str] = field(default_factory=dict)  # which file holds each table
    findings: list[Finding] = field(default_factory=list)
    incomplete: bool = False  # a file that it names was sent, and could not be read
    in_force: bool = False  # the newest version holds the same already

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each file."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}


def own_names(node: Node) -> frozenset[str]:
    """The variables that a node sets by itself."""
    return loops.local_names(node.loop) | mappings.variable_names(node.mappings)


def set_by(node: Node, bundle: Bundle) -> frozenset[str]:
    """The variables that a node may set: by its form, its table, its mappings, its loop."""
    form, table = bundle.forms.get(node.form_key or ""), bundle.tables.get(node.decision or "")
    fields = {part.key for part in form.fields if part.key} if form else set[str]()
    return own_names(node) | fields | (decisions.outputs(table) if table else frozenset())
