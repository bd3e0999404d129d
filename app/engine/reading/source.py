"""A diagram's file while it is read: what its ids mean, and what was found wrong with it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from lxml import etree

from app.base.errors import InvalidDiagram
from app.base.i18n import ngettext
from app.engine.diagram import STAND_INS
from app.engine.reading.diagram_interchange import Box, Point, boxes, line_ends
from app.engine.xml import BPMN, Element, attribute, local, one_line, reference
from app.findings import Finding, Severity, has_errors
from app.findings.descriptions import Surroundings

MOST_FINDINGS = 200
#: The longest name of a process, lane or message; they are kept in columns of this width.
NAME_LENGTH = 255
#: The longest name of a task, event, gateway or flow: a paragraph, which belongs into the documentation.
LABEL_LENGTH = 1_000
#: Errors for which an element of a stored version fails when a case comes to it. With any other the element runs as
#: it did when it was deployed, or fails by itself, as a timer's text does.
_CANNOT_RUN = frozenset(
    {
        "code_in_extension",
        "expression_calls_unknown",
        "expression_random",
        "expression_not_feel",
        "expression_syntax",
        "expression_too_long",
        *STAND_INS,
    }
)
#: Findings about ids themselves.
_OF_IDS = frozenset({"duplicate_id", "bad_id"})
#: What a finding says of another element; given by its id, it is told by its label.
_PLACES = frozenset(
    {
        "ref",
        "host",
        "gateway",
        "target",
        "other",
        "first",
        "second",
        "task",
        "source",
        "flow",
        "nearest",
        "sender",
    }
)
_FLOWS = ("sequenceFlow", "messageFlow")
_ID = re.compile(r"[\w.-]{1,128}")
_SHOWN = 500
_START = 60
_MARKUP = re.compile(r"</?(?:b|br|i|u|p|div|span|font|strong|em)\b[^<>]*>|&nbsp;|\u00a0", re.IGNORECASE)


class Placed(Protocol):
    """Anything a finding can point at."""

    @property
    def id(self) -> str:
        """The id in the file."""

    @property
    def name(self) -> str:
        """The name as drawn, perhaps empty."""

    @property
    def line(self) -> int | None:
        """The line it starts on, from 1."""


@dataclass(frozen=True)
class Place:
    """Where an XML element stands."""

    id: str
    name: str
    line: int | None


def place(element: Element) -> Place:
    """Where ``element`` stands; what has no id of its own is found by its nearest ancestor with one."""
    owner = element
    while not attribute(owner, "id") and owner.getparent() is not None:
        owner = owner.getparent()
    return Place(attribute(owner, "id"), plain(attribute(owner, "name")), element.sourceline)


def plain(name: str) -> str:
    """A name on one line, without the markup that drawing programs leave in it."""
    return one_line(_MARKUP.sub(" ", name))


class Source:
    """One file being read. Findings are collected, so that a person sees all of them at once."""

    def __init__(self, root: Element, file: str | None, *, refuse: bool = True) -> None:
        self.root = root
        self.file = file
        self.refuse = refuse  # whether errors stop the reading; in a stored version they are only noted
        self.ids: dict[str, Element] = {}
        self.failed: set[str] = set()  # ids with an error: what follows from it is not worth another finding
        self.copies: dict[
            str, str
        ] = {}  # ids of elements that stand in a process once more, and whose copies they are
        self.feel_chars = 0  # how much has been looked at, over all expressions
        self.feel_seen: set[tuple[str, str]] = set()  # the element and text of each
        self.bare_words: set[str] = set()  # the flows whose condition is one word, and may be no variable
        self.process = ""  # the key of the process being read
        self.day_unit: Literal["kerja", "kalender"] = "kerja"  # how that process counts
        self._findings: list[tuple[str, Finding]] = []
        self._read_ids()

    def error(self, code: str, at: Placed | Element, **params: str) -> None:
        """Note something that cannot run."""
        self._add("error", code, at, params)

    def warning(self, code: str, at: Placed | Element, **params: str) -> None:
        """Note something that runs, but perhaps not as meant."""
        self._add("warning", code, at, params)

    def note(self, code: str, at: Placed | Element, **params: str) -> None:
        """Note how something runs that could be meant in several ways."""
        self._add("info", code, at, params)

    def limit_name(self, element: Element, most: int) -> None:
        """Note a name of more than ``most`` characters as an error."""
        if len(attribute(element, "name")) > most:
            self.error("name_too_long", element, start=start_of(attribute(element, "name")), limit=str(most))

    def findings(self, *processes: str) -> tuple[Finding, ...]:
        """What was found, by line, errors before warnings where there are too many to show.

        With ``processes`` what was found in those alone; "" stands for what concerns the whole file.
        """
        found = [finding for key, finding in self._findings if not processes or key in processes]
        kept = found
        if len(found) > MOST_FINDINGS:
            kept = sorted(found, key=lambda finding: finding.severity != "error")[:MOST_FINDINGS]
            rest = str(len(found) - MOST_FINDINGS)
            kept.append(Finding("more_findings", "warning", file=self.file, params={"count": rest}))
        return tuple(sorted(kept, key=lambda finding: finding.line or 1_000_000_000))

    def broken(self, process: str) -> dict[str, Finding]:
        """The errors in one process for which an element cannot run, by its id; the first of each."""
        found: dict[str, Finding] = {}
        for key, finding in self._findings:
            if key == process and finding.severity == "error" and finding.code in _CANNOT_RUN:
                found.setdefault(finding.element_id or "", finding)
        return found

    def stop_on_errors(self) -> None:
        """Raise `InvalidDiagram` when anything found so far cannot run, unless the file is a stored version's."""
        findings = self.findings()
        if self.refuse and has_errors(findings):
            count = sum(finding.severity == "error" for finding in findings)
            told = ngettext(
                "Diagram belum dapat dijalankan: {count} temuan harus diperbaiki.",
                "Diagram belum dapat dijalankan: {count} temuan harus diperbaiki.",
                count,
            )
            raise InvalidDiagram(told, findings)

    def _add(self, severity: Severity, code: str, at: Placed | Element, params: dict[str, str]) -> None:
        where = place(at) if isinstance(at, etree._Element) else at
        if severity == "error":
            self.failed.add(where.id)
        shown = {
            key: shorten(self.label(value) or value if key in _PLACES and code not in _OF_IDS else value)
            for key, value in params.items()
        }
        name, element_id = shorten(self.label(where.id, where.name)) or None, shorten(where.id) or None
        finding = Finding(code, severity, element_id, name, where.line, self.file, shown)
        self._findings.append((self.process, finding))

    def label(self, element_id: str, name: str = "") -> str:
        """What people call an element: its name, else its kind and what stands beside it, an arrow where it leads
        from and to; "" where nothing tells it."""
        element = self.ids.get(element_id)
        if name or element is None:
            return name or self.surroundings.called(element_id)
        name = plain(attribute(element, "name"))
        if name or local(element) not in _FLOWS:
            return name or self.surroundings.called(element_id)
        ends = [reference(element.get(end)) for end in ("sourceRef", "targetRef")]
        return self.surroundings.arrow(*ends) if any(ends) else ""

    @cached_property
    def surroundings(self) -> Surroundings:
        """What stands beside what, by the arrows as they are first looked at."""
        before, after = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
        for flow in self.root.iter(f"{BPMN}sequenceFlow"):
            origin, target = (reference(flow.get(end)) for end in ("sourceRef", "targetRef"))
            before[target].append(origin)
            after[origin].append(target)
        steps = {one: element for one, element in self.ids.items() if local(element) not in _FLOWS}
        tags = {one: local(element) for one, element in steps.items()}
        names = {one: plain(attribute(element, "name")) for one, element in steps.items()}
        hosts = {one: reference(element.get("attachedToRef")) for one, element in steps.items()}
        return Surroundings(tags, names, before, after, hosts)

    @cached_property
    def ties(self) -> Mapping[str, list[str]]:
        """For each element the ids that associations tie it to, wherever the associations stand."""
        return _joined(self.root.iter(f"{BPMN}association"))

    @cached_property
    def message_flows(self) -> Mapping[str, list[Element]]:
        """The message flows that begin or end at each element."""
        found: dict[str, list[Element]] = defaultdict(list)
        for flow in self.root.iter(f"{BPMN}messageFlow"):
            for end in dict.fromkeys((reference(flow.get("sourceRef")), reference(flow.get("targetRef")))):
                found[end].append(flow)
        return found

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Where each element is drawn."""
        return boxes(self.root)

    @cached_property
    def line_ends(self) -> dict[str, tuple[Point, Point]]:
        """Where each line begins and ends."""
        return line_ends(self.root)

    def _read_ids(self) -> None:
        for element in model_elements(self.root):
            if element.get("id") is None:
                continue
            name = attribute(element, "id")
            first = self.ids.setdefault(name, element)
            if first is not element:
                lines = {"first": str(first.sourceline), "second": str(element.sourceline)}
                self.error("duplicate_id", element, **lines)
            elif not _ID.fullmatch(name):
                self.error("bad_id", element, bad=name)


def _joined(lines: Iterable[Element]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        both = reference(line.get("sourceRef")), reference(line.get("targetRef"))
        found[both[0]].append(both[1])
        found[both[1]].append(both[0])
    return found


def model_elements(root: Element) -> Iterator[Element]:
    """BPMN's own elements in document order, without what modelers hid in ``extensionElements``."""
    yield from root.xpath("//b:*[not(ancestor::b:extensionElements)]", namespaces={"b": BPMN[1:-1]})


def start_of(name: str) -> str:
    """How a long name begins."""
    return f"{plain(name)[:_START].rstrip()}…"


def shorten(text: str) -> str:
    """The text as a finding quotes it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
