"""Who names a variable in the files of a draft: which fields set it, which conditions, tables and texts read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app import forms
from app.base.errors import ExpressionFailed, InvalidDiagram
from app.base.i18n import _
from app.base.mentions import Mention
from app.engine.dmn.variable_mentions import table_mentions
from app.engine.reading.variable_mentions import diagram_mentions

_READERS = {"bpmn": diagram_mentions, "dmn": table_mentions, "form": forms.form_mentions}


@dataclass(frozen=True)
class Named:
    """A mention of a variable, and the file that it stands in."""

    file: str
    mention: Mention

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        found = self.mention
        return f"{_kind(found.kind, self.file)} “{found.owner_name}”, {_where(found.where)}"


def named_in(files: Mapping[str, bytes]) -> tuple[Named, ...]:
    """Every place of a draft's files that names a variable; files that cannot be read are told of by the check."""
    return tuple(Named(file, one) for file, content in files.items() for one in _mentions(file, content))


def _mentions(file: str, content: bytes) -> Iterator[Mention]:
    try:
        yield from _READERS[file.rsplit(".", 1)[-1]](content)
    except (InvalidDiagram, ExpressionFailed):
        return


def _kind(kind: str, file: str) -> str:
    """What the owner of a mention is called."""
    if file.endswith(".form"):
        return _("Bagian formulir") if kind in ("text", "html", "group", "dynamiclist") else _("Isian")
    if file.endswith(".dmn"):
        return _("Tabel keputusan")
    named = {
        "process": _("Proses"),
        "participant": _("Proses"),
        "lane": _("Lajur"),
        "sequenceFlow": _("Panah"),
        "sendTask": _("Pemberitahuan"),
        "userTask": _("Tugas"),
    }
    return named.get(kind) or _("Elemen")


def _where(where: str) -> str:
    """What part of its owner a mention stands in."""
    named = {
        "condition": _("syarat"),
        "timer": _("tenggat"),
        "loop": _("pengulangan"),
        "mapping": _("pemetaan data"),
        "field": _("isian dalam diagram"),
        "column": _("masukan"),
        "cell": _("sel masukan"),
        "values": _("nilai yang boleh"),
        "result": _("sel hasil"),
        "formula": _("rumus"),
        "output": _("hasil"),
        "variable": _("nama data"),
        "key": _("kunci"),
        "path": _("jalur"),
        "conditional.hide": _("syarat tampil"),
        "readonly": _("kunci isian"),
        "validate.min": _("nilai terkecil"),
        "validate.max": _("nilai terbesar"),
        "validate.minLength": _("huruf paling sedikit"),
        "validate.maxLength": _("huruf paling banyak"),
        "valuesExpression": _("daftar pilihan"),
        "valuesKey": _("daftar pilihan"),
        "expression": _("rumus"),
        "dataSource": _("sumber data"),
        "columnsExpression": _("kolom"),
        "label": _("label"),
        "timeLabel": _("label jam"),
        "description": _("petunjuk"),
        "text": _("teks"),
        "content": _("teks"),
    }
    return named.get(where) or _("properti {name}", name=where)
