"""The item definitions of a DMN file, read when something refers to them."""

from app.engine import xml
from app.engine.dmn.cells import is_any
from app.engine.dmn.source import TableSource
from app.engine.dmn.types import ANYTHING, Type, written
from app.engine.xml import attribute, one_line, text_of

_SIMPLE = frozenset(
    {
        "string",
        "number",
        "boolean",
        "date",
        "time",
        "dateTime",
        "date and time",
        "dayTimeDuration",
        "days and time duration",
        "yearMonthDuration",
        "years and months duration",
    }
)
_NUMBERS = frozenset({"integer", "long", "double", "decimal"})
_DEEPEST, _LARGEST = 12, 200


class Types:
    """Types by the names that a file gives them. One nobody knows is anything."""

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._nodes = {
            one_line(attribute(node, "name")): node for node in source.children(source.root, "itemDefinition")
        }
        self._found: dict[str, Type] = {}
        self._open: list[str] = []
        self._texts: dict[str, str] = {}

    def texts(self) -> dict[str, str]:
        """Each type of the file as FEEL writes it."""
        if not self._texts:
            self._texts = {name: written(self.of(name)) for name in self._nodes if name}
        return self._texts

    def of(self, reference: str) -> Type:
        """The type that a ``typeRef`` means; modelers write it plain or with a prefix (``feel:string``)."""
        name = reference.strip()
        if name not in self._nodes:
            name = name.rpartition(":")[2].rpartition("}")[2].strip()
        if name in self._nodes:
            return self._defined(name)
        if name in _NUMBERS:
            return Type("number")
        return Type(name) if name in _SIMPLE else ANYTHING

    def of_variable(self, node: xml.Element) -> Type:
        """The type of the variable of a decision or of input data."""
        variable = self._source.child(node, "variable")
        return self.of(attribute(variable, "typeRef")) if variable is not None else ANYTHING

    def _defined(self, name: str) -> Type:
        if name in self._found:
            return self._found[name]
        node = self._nodes[name]
        if name in self._open or len(self._open) > _DEEPEST:
            self._source.error("type_cycle", node, type=name)
            return ANYTHING
        self._open.append(name)
        found = self._read(node, 0)
        self._open.pop()
        if found.size > _LARGEST:
            self._source.error("type_cycle", node, type=name)
            found = ANYTHING
        self._found[name] = found
        return found

    def _read(self, node: xml.Element, depth: int) -> Type:
        if depth > _DEEPEST:
            self._source.error("type_cycle", node, type=one_line(attribute(node, "name")))
            return ANYTHING
        reference = self._source.child(node, "typeRef")
        base = self.of(text_of(reference)) if reference is not None else ANYTHING
        parts = [
            (one_line(attribute(part, "name")), self._read(part, depth + 1))
            for part in self._source.children(node, "itemComponent")
        ]
        is_list = attribute(node, "isCollection") == "true"
        return Type(
            base.base,
            self._allowed(node) or base.allowed,
            is_list or base.is_list,
            tuple(parts) or base.parts,
        )

    def _allowed(self, node: xml.Element) -> str:
        values = self._source.child(node, "allowedValues")
        text = self._source.text(values) if values is not None else ""
        if values is None or is_any(text):
            return ""
        return text if self._source.check(text, "unary", "table_values_syntax", values) else ""
