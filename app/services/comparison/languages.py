"""How diagrams, forms, tables and other files are compared and spoken of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from app.base.i18n import N_, _
from app.services.comparison import (
    aspects,
    diagram_aspects,
    diagrams,
    form_aspects,
    forms,
    table_aspects,
    tables,
)
from app.services.comparison.aspects import Aspect, Aspects
from app.services.comparison.changes import Section
from app.services.comparison.documents import Document, Part, Side, Sort, Subject
from app.services.comparison.file_changes import FileChanges, Language, plainly_said
from app.services.comparison.trees import Difference

_SECTIONS: dict[Part, Section] = {
    "file": "file",
    "process": "process",
    "lane": "lane",
    "task": "step",
    "event": "step",
    "gateway": "step",
    "timer": "timer",
    "flow": "flow",
}
_LISTS = frozenset({"incoming", "outgoing", "flowNodeRef"})
_ENDS = {"incoming": "targetRef", "outgoing": "sourceRef"}


def _said_of_element(subject: Subject, side: Side, added: bool) -> str:
    listed = subject.tree.get("~lane").split(" ")[-1]
    if not listed:
        return plainly_said(subject, side, added)
    lane = aspects.shorten(side.named(listed))
    if added:
        return _("ditambahkan di lajur “{lane}”", lane=lane)
    return _("dihapus dari lajur “{lane}”", lane=lane)


def _follows_in_diagram(difference: Difference, subject: Subject, files: FileChanges) -> bool:
    """A list of flows or of a lane's elements repeats what each flow, and each element's lane, says."""
    step = difference.path[0]
    if step.name not in _LISTS or not difference.whole:
        return False
    listed = {True: difference.after is not None, False: difference.before is not None}
    if step.name == "flowNodeRef":
        there = files.view.newer if listed[True] else files.view.older
        return there.subject(step.key) is not None
    return all(
        listed[newer] == _meets(step.key, _ENDS[step.name], subject.key, files, newer=newer)
        for newer in (True, False)
    )


def _meets(flow: str, end: str, key: str, files: FileChanges, *, newer: bool) -> bool:
    """Whether a flow begins or ends at the element of this key of the newer file."""
    side = files.view.newer if newer else files.view.older
    found, element = side.subject(flow), side.subject(key)
    return found is not None and element is not None and found.tree.get(end) == element.key


def _follows_in_table(difference: Difference, subject: Subject, files: FileChanges) -> bool:
    """The cells of a column that was added, removed or moved are told with the column."""
    step = difference.path[0]
    if subject.part != "rule" or step.name not in {"inputEntry", "outputEntry"}:
        return False
    sides = (files.view.older.subject(step.key), files.view.newer.subject(step.key))
    return bool(difference.whole) and sum(side is None for side in sides) == 1


def _order_in_table(subject: Subject) -> Aspect:
    if subject.part == "rule":
        return table_aspects.ROW_ORDER
    return table_aspects.COLUMN_ORDER if subject.part == "column" else aspects.ORDER


def _cells(subject: Subject, document: Document) -> Sequence[str]:
    return tuple(_cells_under(subject, document)) if subject.part == "column" else ()


def _cells_under(column: Subject, document: Document) -> Iterator[str]:
    for rule in document.subjects.values():
        if rule.part == "rule" and rule.inside == column.inside:
            cells = (one.text_in("text") for one in rule.tree.children if one.get("~key") == column.key)
            yield _("baris {row}: {value}", row=rule.row, value=next(cells, "") or _("apa pun"))


def _said_of_row(subject: Subject, side: Side, added: bool) -> str:
    """Of a rule its cells."""
    if subject.part != "rule":
        return plainly_said(subject, side, added)
    cells = (
        f"{side.named(one.get('~key'))} {one.text_in('text')}"
        for one in subject.tree.children
        if one.get("~key") and one.text_in("text")
    )
    listed = aspects.shorten("; ".join(cells))
    return _("ditambahkan: {cells}", cells=listed) if added else _("dihapus: {cells}", cells=listed)


DIAGRAM = Language(
    signature=diagrams.signature,
    refers=diagrams.refers_to_element,
    aspect=diagram_aspects.diagram_aspect,
    title=diagram_aspects.element_title,
    section=lambda subject: _SECTIONS.get(subject.part, "other"),
    order=lambda subject: replace(aspects.ORDER, section=None) if subject.part == "lane" else aspects.ORDER,
    follows=_follows_in_diagram,
    said=_said_of_element,
)


def form_language(key: str) -> Language:
    """How the form with this key is spoken of."""
    return Language(
        signature=forms.field_signature,
        refers=forms.refers_to_field,
        aspect=form_aspects.field_aspect,
        title=partial(form_aspects.field_title, key=key),
        section=lambda _subject: "form",
        order=lambda _subject: form_aspects.ORDER,
    )


TABLE = Language(
    signature=tables.row_signature,
    refers=tables.refers_in_table,
    aspect=table_aspects.table_aspect,
    title=table_aspects.table_title,
    section=lambda _subject: "table",
    order=_order_in_table,
    follows=_follows_in_table,
    said=_said_of_row,
    more=_cells,
)


OTHER = Language(
    aspect=Aspects({"#text": Aspect("content", N_("isi berkas"))}),
    title=lambda _subject, side: _("Berkas {file}", file=side.document.file),
    section=lambda _subject: "other",
)


def language_of(sort: Sort, key: str) -> Language:
    """How a file of this sort is spoken of; ``key``: what the process knows it by."""
    if sort == "form":
        return form_language(key)
    return {"diagram": DIAGRAM, "table": TABLE}.get(sort, OTHER)
