"""An XML file as plain data, for comparing two: all that it says, and nothing of how it is written.

Left out are blanks around texts, the order of attributes, and prefixes: a name that uses one is written out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from app.base.i18n import _
from app.engine.xml import Element, parse, refusal

#: A file of more is compared as text: a reader runs none of that size.
MOST_ELEMENTS = 30_000
_BLANKS = " \t\r\n"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
#: What names another element, perhaps with a prefix, besides all that ends in ``Ref``.
_REFERENCES = frozenset({"default", "bpmnElement", "calledElement", "incoming", "outgoing"})


@dataclass(frozen=True, slots=True)
class Plain:
    """One element. Names are ``{namespace}name``; ``remarks`` are comments and processing instructions inside."""

    tag: str
    attributes: Mapping[str, str]
    text: str
    children: tuple["Plain", ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlainFile:
    """The root, and which prefix the file gives each namespace."""

    root: Plain
    prefixes: Mapping[str, str]


def read_plain(content: bytes, *, file: str | None = None) -> PlainFile:
    """Return what the file says.

    Raises:
        InvalidDiagram: it is no XML that we read, see `xml.parse`, or holds more than `MOST_ELEMENTS`.
    """
    root = parse(content, file=file, remarks=True)
    if sum(1 for _one in islice(root.iter(), MOST_ELEMENTS + 1)) > MOST_ELEMENTS:
        raise refusal("file_too_large", file, limit=_("{n} unsur", n=MOST_ELEMENTS))
    target = str(root.get("targetNamespace") or root.get("namespace") or "")
    made = _plain(root, target)
    outside = tuple(_remark(one) for one in (*_before(root), *root.itersiblings()))
    prefixes: dict[str, str] = {}
    for element in root.iter(etree.Element):
        if element is root or element.nsmap != element.getparent().nsmap:
            prefixes |= {
                uri: prefix for prefix, uri in element.nsmap.items() if prefix and uri not in prefixes
            }
    return PlainFile(
        Plain(made.tag, made.attributes, made.text, made.children, made.remarks + outside), prefixes
    )


def _before(root: Element) -> Iterator[Element]:
    yield from reversed(list(root.itersiblings(preceding=True)))


def _plain(element: Element, target: str) -> Plain:
    """Elements nest no deeper than the parser allows (256)."""
    inside = [child for child in element if isinstance(child.tag, str)]
    text, tag = _text(element), str(element.tag)
    return Plain(
        tag,
        {str(name): _value(element, str(name), str(value), target) for name, value in element.attrib.items()},
        text if inside else _value(element, tag, text, target),
        tuple(_plain(child, target) for child in inside),
        tuple(_remark(child) for child in element if not isinstance(child.tag, str)),
    )


def _text(element: Element) -> str:
    """What stands directly inside; between elements only what is more than blanks."""
    pieces = [str(element.text or "")]
    for child in element:
        tail = str(child.tail or "")
        if isinstance(child.tag, str):
            pieces.append(tail)
        else:  # a remark parts no text
            pieces[-1] += tail
    return " ".join(piece for part in pieces if (piece := part.strip(_BLANKS)))


def _remark(node: Element) -> str:
    return str(node.text or "").strip(_BLANKS) if node.tag is etree.Comment else str(node)


def _value(element: Element, name: str, text: str, target: str) -> str:
    """A value; a reference with its namespace in place of a known prefix, or bare where that is the file's own."""
    if not _refers(name) or not (":" in text or name == _TYPE):
        return text
    prefix, _colon, local = text.rpartition(":")
    namespace = element.nsmap.get(prefix or None)
    if namespace is None:
        return text
    return local if namespace == target else f"{{{namespace}}}{local}"


def _refers(name: str) -> bool:
    local = name.rpartition("}")[2]
    return name == _TYPE or local in _REFERENCES or local.endswith(("Ref", "Refs"))
