"""A DMN file while it is read: its elements, whatever DMN version, and what was found wrong with it."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from app.base.errors import ExpressionFailed, InvalidDiagram
from app.base.i18n import ngettext
from app.bpmnio import feel
from app.engine import xml
from app.engine.dmn import languages
from app.engine.dmn.cells import as_test, literals
from app.engine.xml import attribute, one_line, text_of
from app.findings import Finding

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # what reads a clock is no constant
_CLOCK = ("now", "today")


class _Constants:
    """Constants of one file. Once one of them ran into a limit, no other is looked at: reading must not take long."""

    def __init__(self) -> None:
        self._is_stopped = False

    def value(self, text: str) -> feel.Result | None:
        """The value of an expression that reads nothing; None when it reads something, or cannot be evaluated."""
        words = literals(text)
        if words is not None and len(words) == 1:
            return feel.Result(next(iter(words)))
        if self._is_stopped or feel.syntax_error(text) is not None or _varies(text):
            return None
        try:
            found = feel.evaluate(text, {}, now=_ANY_TIME)
        except ExpressionFailed:
            self._is_stopped = True
            return None
        return None if found.warnings else found

    def listed(self, tests: str) -> tuple[Any, ...]:
        """The values that unary tests list, in their order; none when they are no list of constants."""
        found = self.value(f"[{tests}]") if tests else None
        return tuple(found.value) if found is not None and isinstance(found.value, list) else ()

    def passes(self, value: Any, tests: str, base: str) -> bool:
        """Whether the unary tests may let a value pass; what they read elsewhere is not known yet."""
        words = literals(tests)
        if words is not None and isinstance(value, str):
            return value in words
        if self._is_stopped or feel.syntax_error(tests, dialect="unary") is not None:
            return True
        try:
            if feel.mentions(tests, dialect="unary"):
                return True
            return feel.unary(as_test(tests, base), value, {}, now=_ANY_TIME).value is True
        except ExpressionFailed:
            self._is_stopped = True
            return True


#: DMN 1.0 to 1.6, and how the first versions of Camunda and Flowable named it; what a table needs is the same in all.
_MODEL = re.compile(
    r"https?://www\.omg\.org/spec/DMN/"
    r"(?:20130901|20150801|20151101|20151130|20180521|20191111|20211108|20230324|20240513)"
    r"(?:/(?:MODEL/?|dmn(?:1\d)?\.xsd)?)?",
    re.IGNORECASE,
)
#: What holds an expression: FEEL text, a table, or the boxes of DMN 1.1 to 1.5.
LOGIC = frozenset(
    {
        "literalExpression",
        "decisionTable",
        "context",
        "relation",
        "list",
        "invocation",
        "functionDefinition",
        "conditional",
        "filter",
        "for",
        "every",
        "some",
    }
)
_GRAPH = frozenset({"decision", "businessKnowledgeModel", "inputData", "decisionService", "itemDefinition"})
_MOST_FINDINGS = 200
_NONE: Mapping[str, object] = {}
_SHOWN = 120


class TableSource:
    """One file being read. Findings are collected, so that a person sees all of them at once.

    Raises:
        InvalidDiagram: the root is not DMN's.
    """

    def __init__(self, root: xml.Element, file: str | None, *, refuse: bool = True) -> None:
        self._namespace, _brace, name = str(root.tag).removeprefix("{").rpartition("}")
        if not _MODEL.fullmatch(self._namespace) or name != "definitions":
            raise xml.refusal("table_not_dmn", file, found=one_line(name)[:_SHOWN])
        self.root = root
        self.ids = {id: node for node in root if (id := attribute(node, "id"))}
        hrefs = (attribute(node, "href") for node in root.iter("*") if node.get("href"))
        #: The ids that something refers to.
        self.referred = frozenset(href.rpartition("#")[2] for href in hrefs)
        self.constants = _Constants()
        self.file = file
        self._refuse = refuse  # whether errors stop the reading; in a stored version they are only noted
        self._findings: list[tuple[str, Finding]] = []
        named = {self.name(node) for node in root if self.kind(node) in _GRAPH}
        self.known = tuple(sorted(name for name in named if not (name.isascii() and name.isidentifier())))
        self._language = attribute(root, "expressionLanguage")
        #: The file's own types as FEEL writes them, for ``instance of``.
        self.type_texts: Callable[[], Mapping[str, str]] = dict
        #: What the expressions that are read now may call besides FEEL's own; None where that is checked with what
        #: stands around them, which may define functions.
        self.functions: Collection[str] | None = ()

    def children(self, node: xml.Element, name: str) -> list[xml.Element]:
        """DMN's own child elements of this name."""
        return list(node.findall(f"{{{self._namespace}}}{name}"))

    def child(self, node: xml.Element, name: str) -> xml.Element | None:
        """The first child of this name."""
        return next(iter(self.children(node, name)), None)

    def kind(self, node: xml.Element) -> str:
        """What DMN calls the element; "" for one that is not DMN's."""
        namespace, _brace, name = str(node.tag).removeprefix("{").rpartition("}")
        return name if namespace == self._namespace else ""

    def logic(self, node: xml.Element) -> xml.Element | None:
        """The expression directly inside, None when there is none."""
        return next((child for child in node if self.kind(child) in LOGIC), None)

    def text(self, node: xml.Element) -> str:
        """What a cell or heading says, without the ``=`` that marks FEEL elsewhere."""
        inner = self.child(node, "text")
        return text_of(inner).removeprefix("=").strip() if inner is not None else ""

    def name(self, node: xml.Element) -> str:
        """The name by which others read the element: that of its variable, else its own."""
        variable = self.child(node, "variable")
        own = attribute(variable, "name") if variable is not None else ""
        return one_line(own or attribute(node, "name"))

    def note(self, rule: xml.Element) -> str:
        """The remark beside a rule: its annotations, or its description."""
        said = [self.text(entry) for entry in self.children(rule, "annotationEntry")]
        described = self.child(rule, "description")
        said.append(text_of(described) if described is not None else "")
        return one_line(" ".join(part for part in said if part))

    def check(
        self,
        text: str,
        dialect: Literal["expression", "unary"],
        code: str,
        at: xml.Element,
        *,
        limit: int = feel.MAX_CHARS,
        **params: object,
    ) -> bool:
        """Note a syntax error in FEEL, or a call of a function that nobody knows; say whether there is none."""
        why = feel.syntax_error(text, dialect=dialect, known=self.known, limit=limit)
        if why is not None:
            self.error(code, at, text=text, why=why, **params)
        elif self.functions is not None:
            calls = feel.unknown_calls(text, dialect=dialect, known=self.known) - set(self.functions)
            if calls:
                self.error("table_calls_unknown", at, text=text, call=", ".join(sorted(calls)))
            return not calls
        return why is None

    def expression(self, node: xml.Element | None, number: int) -> str:
        """What an expression says, in FEEL; noted where it is written in a language that cannot be put into it."""
        return self._in_feel(node, number, languages.expression_in_feel)

    def test(self, node: xml.Element | None, number: int, variable: str = "") -> str:
        """What a cell tests, in FEEL. ``variable``: what the column calls the value in its cells."""
        return self._in_feel(
            node,
            number,
            lambda text, language: languages.cell_in_feel(text, language, variable or languages.CELL_INPUT),
        )

    def _in_feel(self, node: xml.Element | None, number: int, put: Callable[[str, str], str | None]) -> str:
        if node is None:
            return ""
        text, language = self.text(node), attribute(node, "expressionLanguage") or self._language
        found = put(text, language)
        if found is None:
            shown = "JUEL" if languages.is_feel(language) else language
            self.error("table_language", node, language=shown, number=number, text=text)
        return languages.with_types_in_feel(text if found is None else found, self.type_texts)

    def error(self, code: str, at: xml.Element, **params: object) -> None:
        """Note something that cannot run."""
        self.add("error", code, at, params)

    def warning(self, code: str, at: xml.Element, **params: object) -> None:
        """Note something that runs, but perhaps not as meant."""
        self.add("warning", code, at, params)

    def findings_of(self, *ids: str) -> tuple[Finding, ...]:
        """What was found so far in decisions and knowledge of these ids."""
        return tuple(finding for owner, finding in self._findings if owner in ids)

    def stop_on_errors(self, *, always: bool = False) -> None:
        """Raise `InvalidDiagram` when anything found cannot run; of a stored version's file only with ``always``."""
        findings = sorted(
            (finding for _owner, finding in self._findings), key=lambda f: (f.severity, f.line or 0)
        )
        errors = sum(finding.severity == "error" for finding in findings)
        if errors and (always or self._refuse):
            told = ngettext(
                "Tabel belum dapat dijalankan: {count} temuan harus diperbaiki.",
                "Tabel belum dapat dijalankan: {count} temuan harus diperbaiki.",
                errors,
            )
            raise InvalidDiagram(told, tuple(findings[:_MOST_FINDINGS]))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found."""
        return tuple(finding for _owner, finding in self._findings)

    def add(
        self,
        severity: Literal["error", "warning"],
        code: str,
        at: xml.Element,
        params: Mapping[str, object] = _NONE,
    ) -> None:
        """Note something, so bad or not."""
        around = [at, *at.iterancestors()]
        id = next((attribute(node, "id") for node in around if attribute(node, "id")), None)
        decision = next((node for node in around if self.kind(node) in _GRAPH), None)
        owner = attribute(decision, "id") if decision is not None else ""
        name = one_line(attribute(decision, "name")) if decision is not None else ""
        shown = {key: one_line(str(value))[:_SHOWN] for key, value in params.items()}
        found = Finding(code, severity, id, name or owner or None, at.sourceline, self.file, shown)
        if found not in (finding for _owner, finding in self._findings[-1:]):
            self._findings.append((owner, found))


def _varies(text: str) -> bool:
    return bool(feel.mentions(text)) or any(word in text for word in _CLOCK)
