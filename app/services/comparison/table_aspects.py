"""What can differ of a decision, its columns and its rules, in words."""

import re

from app.base.i18n import N_, _
from app.engine.xml import one_line
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Side, View, formula, named
from app.services.comparison.documents import Subject
from app.services.comparison.drawing_aspects import drawn_aspect
from app.services.comparison.trees import Difference


def _cell(value: str, side: Side, subject: Subject) -> str:
    return formula(value, side, subject) if value.strip() not in {"", "-"} else _("apa pun")


_DECISION = {
    "@name": Aspect("name", N_("nama")),
    "@id": Aspect("id", N_("id")),
    "description/#text": Aspect("documentation", N_("keterangan")),
    "decisionTable/@hitPolicy": Aspect("hit policy", N_("cara memilih baris")),
    "decisionTable/@aggregation": Aspect("aggregation", N_("cara menggabungkan hasil")),
    "literalExpression/text/#text": Aspect("expression", N_("rumus")),
    "variable/@name": Aspect("variable", N_("variabel hasil")),
    "variable/@typeRef": Aspect("variable type", N_("jenis variabel hasil")),
    "informationRequirement/requiredDecision/@href": Aspect("needs", N_("keputusan yang diperlukan")),
    "informationRequirement/requiredInput/@href": Aspect("needs", N_("data yang diperlukan")),
}
_COLUMN = {
    "@label": Aspect("label", N_("judul kolom")),
    "@name": Aspect("name", N_("variabel yang diisi")),
    "@typeRef": Aspect("type", N_("jenis nilai")),
    "inputExpression/@typeRef": Aspect("type", N_("jenis nilai")),
    "inputExpression/text/#text": Aspect("expression", N_("yang dibaca")),
    "inputValues/text/#text": Aspect("allowed", N_("nilai yang boleh")),
    "outputValues/text/#text": Aspect("allowed", N_("nilai yang boleh")),
    "defaultOutputEntry/text/#text": Aspect("default", N_("hasil bila tidak ada baris yang cocok")),
}
_RULE = {
    "description/#text": Aspect("note", N_("catatan baris")),
    "annotationEntry/text/#text": Aspect("note", N_("catatan baris")),
}
_ID = Aspect("id", N_("id dalam berkas"), section="file")
_INSIDE = Aspect("inside", N_("keputusan yang memuatnya"), show=named, kind="moved")
_CELL_TEXT = re.compile(r"(input|output)Entry/(text/)?(#text|#present)")
_TECHNICAL = re.compile(r".*@id|.*#remark")
ROW_ORDER = Aspect(
    "order", N_("urutan baris"), kind="moved", both=N_("pindah dari baris {before} ke baris {after}")
)
COLUMN_ORDER = Aspect(
    "order", N_("urutan kolom"), kind="moved", both=N_("pindah dari kolom ke-{before} ke kolom ke-{after}")
)


def table_aspect(difference: Difference, subject: Subject, view: View) -> Aspect:
    """What of a decision, a column or a rule differs."""
    names = difference.names
    if names == "@~inside":
        return _INSIDE
    if names == "@id" and subject.part != "decision":
        return _ID
    known = {"decision": _DECISION, "column": _COLUMN, "rule": _RULE}.get(subject.part, {}).get(names)
    if known is not None:
        return known
    if subject.part == "rule" and _CELL_TEXT.fullmatch(names):
        column = aspects.shorten(view.named(difference.path[0].key))
        return Aspect("cell", N_("kolom “{column}”"), show=_cell, params={"column": column})
    if names.endswith("#order"):
        return aspects.inner_order(difference, view)
    if names.startswith("~drawn"):
        return drawn_aspect(difference, view)
    if subject.part == "file" or _TECHNICAL.fullmatch(names):
        return aspects.other(difference, view, "file")
    return aspects.other(difference, view)


def table_title(subject: Subject, side: Side) -> str:
    """What people call a table or a part of it."""
    if subject.part == "file":
        return _("Berkas {file}", file=side.document.file)
    table = aspects.shorten(side.named(subject.inside))
    name = aspects.shorten(one_line(subject.name) or subject.id)
    if subject.part == "rule":
        return _("Tabel “{table}”, baris {row}", table=table, row=subject.row)
    if subject.part == "column":
        return _("Tabel “{table}”, kolom “{name}”", table=table, name=name)
    if subject.part == "decision":
        return _("Tabel keputusan “{name}”", name=name)
    return _("Bagian tabel “{name}”", name=name)
