"""What can differ of a decision, its columns and its rules, in words."""

from app.base.i18n import N_, _
from app.engine.xml import one_line
from app.services.comparison import aspects
from app.services.comparison.aspects import Aspect, Aspects, formula, named
from app.services.comparison.documents import Side, Subject, View
from app.services.comparison.drawing_aspects import drawn_aspect
from app.services.comparison.trees import Difference


def _cell(value: str, side: Side, subject: Subject) -> str:
    return formula(value, side, subject) if value.strip() not in {"", "-"} else _("apa pun")


def _cell_of(difference: Difference, _subject: Subject, view: View) -> Aspect:
    column = aspects.shorten(view.named(difference.path[0].key))
    return Aspect("cell", N_("kolom “{column}”"), show=_cell, params={"column": column})


ROW_ORDER = Aspect(
    "order", N_("urutan baris"), kind="moved", both=N_("pindah dari baris {before} ke baris {after}")
)
COLUMN_ORDER = Aspect(
    "order", N_("urutan kolom"), kind="moved", both=N_("pindah dari kolom ke-{before} ke kolom ke-{after}")
)
table_aspect = Aspects(
    {
        "@~inside": Aspect("inside", N_("keputusan yang memuatnya"), show=named, kind="moved"),
        "@id": Aspect("id", N_("id dalam berkas"), section="file"),
        ".*#order": aspects.inner_order,
        "~drawn.*": drawn_aspect,
        ".*@id|.*#remark": aspects.in_file,
        ".*": lambda difference, subject, view: (
            aspects.in_file if subject.part == "file" else aspects.other
        )(difference, subject, view),
    },
    {
        "file": {r"(?!@id\Z|.*#order\Z|~drawn).*": aspects.in_file},
        "decision": {
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
        },
        "column": {
            "@label": Aspect("label", N_("judul kolom")),
            "@name": Aspect("name", N_("variabel yang diisi")),
            "(inputExpression/)?@typeRef": Aspect("type", N_("jenis nilai")),
            "inputExpression/text/#text": Aspect("expression", N_("yang dibaca")),
            "(input|output)Values/text/#text": Aspect("allowed", N_("nilai yang boleh")),
            "defaultOutputEntry/text/#text": Aspect("default", N_("hasil bila tidak ada baris yang cocok")),
        },
        "rule": {
            "(description|annotationEntry/text)/#text": Aspect("note", N_("catatan baris")),
            "(input|output)Entry/(text/)?(#text|#present)": _cell_of,
        },
    },
)


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
