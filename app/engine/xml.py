"""XML that strangers wrote, read without fetching, expanding or trusting anything."""

import codecs
import re
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

from app.base.errors import InvalidDiagram
from app.base.i18n import _
from app.findings import Finding

Element: TypeAlias = etree._Element

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
MAX_BYTES = 2_000_000
#: Of one element. Looking one of n up takes n steps, so reading all takes n².
MOST_ATTRIBUTES = 500
_ENGINES = ("camunda.org/schema/", "flowable.org/", "activiti.org/", "spiffworkflow.org/")
_ENCODINGS = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "cp1252"})
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*?\?>")
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)", re.DOTALL)


def parse(content: bytes, *, file: str | None = None, remarks: bool = False) -> Element:
    """Return the root element of ``content``, free of comments and processing instructions unless ``remarks`` asks
    for them.

    Raises:
        InvalidDiagram: it is empty, over 2 MB, in an encoding we don't read, has a DOCTYPE, an element with more than
            `MOST_ATTRIBUTES`, or is not XML.
    """
    if len(content) > MAX_BYTES:
        raise refusal("file_too_large", file, limit=f"{MAX_BYTES // 1_000_000} MB")
    text = _decoded(content, file).removeprefix("\ufeff")
    if not text.strip():
        raise refusal("file_empty", file)
    if _starts_with_doctype(text):
        raise refusal("doctype", file)
    # The declaration may name an encoding the text no longer has; its line breaks keep line numbers true.
    text = _DECLARATION.sub(lambda found: "\n" * found.group().count("\n"), text, count=1)
    try:
        root = etree.fromstring(text.encode("utf-8"), _parser(remarks=remarks))
    except etree.XMLSyntaxError as error:
        where = _("pembacaan berhenti di kolom {column}", column=error.position[1])
        raise refusal("not_xml", file, line=error.lineno or None, where=where) from error
    except (etree.LxmlError, ValueError) as error:
        raise refusal("not_xml", file, where=_("isinya tidak dapat dibaca")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise refusal("doctype", file)
    for element in root.iter(etree.Element):
        if len(element.attrib) > MOST_ATTRIBUTES:
            where = _("satu unsur memuat lebih dari {most} atribut", most=MOST_ATTRIBUTES)
            raise refusal("not_xml", file, line=element.sourceline or None, where=where)
    return root


def decoded(content: bytes) -> str:
    """The text of a file that `parse` took, as it is written; `encoded` makes the file of it again.

    Raises:
        InvalidDiagram: it is in no encoding that we read.
    """
    return _decoded(content, None)


def encoded(text: str, like: bytes) -> bytes:
    """A text in the encoding of the file ``like``."""
    return text.encode(_encoding(like, None), "xmlcharrefreplace")


def refusal(code: str, file: str | None, *, line: int | None = None, **params: str) -> InvalidDiagram:
    """The error for a file that cannot be read at all, with its one finding."""
    finding = Finding(code, "error", line=line, file=file, params=params)
    return InvalidDiagram(_("Berkas tidak dapat dibaca: {what}", what=finding.what), (finding,))


def local(element: Element) -> str:
    """The element's name without its namespace when it is BPMN's own, else an empty string."""
    tag = element.tag
    return tag.removeprefix(BPMN) if isinstance(tag, str) and tag.startswith(BPMN) else ""


def vendor(element: Element) -> str:
    """The element's name without its namespace when it is a modeler's own, else an empty string."""
    name = etree.QName(element)
    return "" if f"{{{name.namespace}}}" == BPMN else str(name.localname)


def engine_attributes(element: Element) -> dict[str, str]:
    """The attributes of engines that add their own to BPMN's elements, by their name without namespace."""
    found = {}
    for key, value in element.attrib.items():
        namespace, _brace, name = key.rpartition("}")
        if any(host in namespace for host in _ENGINES):
            found[str(name)] = str(value).strip()
    return found


def children(element: Element, *names: str) -> Iterator[Element]:
    """BPMN's own child elements with one of these names; all of them when no name is given."""
    for child in element:
        if (name := local(child)) and (not names or name in names):
            yield child


def attribute(element: Element, name: str) -> str:
    """The attribute's text without blanks around it; empty when it is missing."""
    return str(element.get(name) or "").strip()


def reference(text: str | None) -> str:
    """The id that a reference means; modelers write it plain or with a prefix (``tns:Message_1``)."""
    return (text or "").strip().rpartition(":")[2]


def text_of(element: Element) -> str:
    """All text inside, without blanks around it."""
    return "".join(element.itertext()).strip()


def one_line(text: str) -> str:
    """A name as people read it; drawings break names over several lines."""
    return " ".join(text.split())


def _decoded(content: bytes, file: str | None) -> str:
    encoding = _encoding(content, file)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refusal("encoding_broken", file, line=line, encoding=encoding) from error


def _encoding(content: bytes, file: str | None) -> str:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    found = _DECLARED_ENCODING.match(content[:400])
    declared = found.group(1).decode("ascii") if found else "utf-8"
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        name = ""
    if name not in _ENCODINGS:
        raise refusal("encoding_unknown", file, line=1, encoding=declared)
    # Some exporters declare UTF-16 and write one byte a character; two-byte text was recognised above.
    return "utf-8" if name.startswith("utf-16") else name


def _starts_with_doctype(text: str) -> bool:
    at = 0
    while found := _PROLOG.match(text, at):
        at = found.end()
    return text[at : at + 9].upper() == "<!DOCTYPE"


def _parser(*, remarks: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=not remarks,
        remove_pis=not remarks,
    )
