"""A DMN file as a document: its decisions, and of their tables the columns and rules."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from itertools import groupby

from app.engine.plain_xml import Plain, read_plain
from app.services.comparison.diagrams import draw_in, with_order
from app.services.comparison.documents import Document, Part, Subject
from app.services.comparison.trees import Tree, xml_tree

_COLUMNS = frozenset({"input", "output"})
_RULE_PARTS = ("description", "extensionElements", "inputEntry", "outputEntry", "annotationEntry")
_CELLS = {"inputEntry": "input", "outputEntry": "output"}


def table_document(content: bytes, file: str) -> Document:
    """Return the decisions, columns and rules of a DMN file.

    Raises:
        InvalidDiagram: it is no XML that we read.
    """
    plain = read_plain(content, file=file)
    root = xml_tree(plain.root)
    subjects = {"": Subject("", "file", root, root.get("name"))}
    kept = []
    for child in root.children:
        if child.get("id") and ":" not in child.tag and child.get("id") not in subjects:
            part: Part = "decision" if child.tag == "decision" else "element"
            subject = Subject(child.get("id"), part, child, child.get("name"))
            subjects[subject.key] = subject
            subject.tree = _without_rows(child, subject.key, subjects) if part == "decision" else child
        else:
            kept.append(child)
    versions = " ".join(sorted(_versions(plain.root)))
    rest = with_order(replace(root, children=tuple(kept)), root)
    subjects[""].tree = replace(rest, attributes={**rest.attributes, "~version": versions})
    layers = draw_in(subjects, "dmnElementRef")
    return Document(file, "table", subjects, plain.prefixes, layers)


def _versions(plain: Plain) -> set[str]:
    """Which DMN the file is written in: its namespaces, of which each version has its own."""
    namespace = plain.tag[1:].partition("}")[0]
    own = {namespace} if "omg.org/spec/DMN/" in namespace else set()
    return own.union(*map(_versions, plain.children))


def _without_rows(decision: Tree, owner: str, subjects: dict[str, Subject]) -> Tree:
    """The decision without the columns and rules of its table, which become subjects."""
    parts = []
    for part in decision.children:
        parts.append(_table(part, owner, subjects) if part.tag == "decisionTable" else part)
    return replace(decision, children=tuple(parts))


def _table(table: Tree, owner: str, subjects: dict[str, Subject]) -> Tree:
    columns: dict[str, list[str]] = {
        tag: [
            _keep(column, "column", owner, row, subjects, _heading(column))
            for row, column in enumerate(table.all(tag), 1)
        ]
        for tag in ("input", "output")
    }
    for row, rule in enumerate(table.all("rule"), 1):
        _keep(_named_cells(rule, columns), "rule", owner, row, subjects, str(row))
    rest = (part for part in table.children if part.tag not in _COLUMNS | {"rule"})
    return replace(table, children=tuple(rest))


def _keep(tree: Tree, part: Part, owner: str, row: int, subjects: dict[str, Subject], name: str) -> str:
    key = tree.get("id") or f"{owner}/{tree.tag}"
    number, free = 2, key
    while free in subjects:
        free, number = f"{key} {number}", number + 1
    tree = replace(tree, attributes={**tree.attributes, "~inside": owner})
    subjects[free] = Subject(free, part, tree, name, owner, row)
    return free


def _heading(column: Tree) -> str:
    expression = next((one.text_in("text") for one in column.all("inputExpression")), "")
    return column.get("label") or column.get("name") or expression


def _named_cells(rule: Tree, columns: Mapping[str, list[str]]) -> Tree:
    """The rule, each cell with the column that it stands under, and in an order that does not depend on that of the
    columns."""
    counts = dict.fromkeys(_CELLS, 0)
    cells, others = [], []
    for child in rule.children:
        if child.tag not in _CELLS:
            others.append(child)
            continue
        number, listed = counts[child.tag], columns[_CELLS[child.tag]]
        counts[child.tag] += 1
        column = listed[number] if number < len(listed) else f"#{number + 1}"
        cells.append(replace(child, attributes={**child.attributes, "~key": column}))
    cells.sort(key=lambda cell: (cell.tag, cell.get("~key")))
    odd = {"~order": order} if (order := _odd_order(rule)) else {}
    return replace(rule, attributes={**rule.attributes, **odd}, children=(*others, *cells))


def _odd_order(rule: Tree) -> str:
    """The kinds of a rule's parts in their order, where it is not the usual one."""
    found = [tag for tag, _parts in groupby(child.tag for child in rule.children if child.tag in _RULE_PARTS)]
    return "" if found == [tag for tag in _RULE_PARTS if tag in found] else " ".join(found)


def refers_in_table(name: str) -> bool:
    """Whether an attribute names another part of the file."""
    return name in {"~key", "~inside", "dmnElementRef", "href"}


def row_signature(subject: Subject, document: Document, pairs: Mapping[str, str]) -> Hashable:
    """What a column or rule is recognised by that has another id: what it says; a decision by its name."""
    tree = subject.tree
    owner = pairs.get(subject.inside, "")
    if subject.part == "rule":
        return (
            "rule",
            owner,
            tuple(
                (one.tag, pairs.get(one.get("~key"), ""), one.text_in("text"))
                for one in tree.children
                if one.tag in _CELLS
            ),
        )
    if subject.part == "column":
        return tree.tag, owner, subject.name
    return (tree.tag, subject.name) if subject.name else None
