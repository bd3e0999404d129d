"""What a page says of a decision: how its rows are chosen, which values it allows."""

from typing import Any

from app.i18n import N_, _

_POLICIES = {
    "UNIQUE": N_("Paling banyak satu baris boleh cocok."),
    "FIRST": N_("Baris pertama yang cocok yang berlaku."),
    "ANY": N_("Beberapa baris boleh cocok bila hasilnya sama."),
    "PRIORITY": N_("Baris dengan hasil terpenting yang berlaku."),
    "RULE ORDER": N_("Hasil semua baris yang cocok, menurut urutan baris."),
    "OUTPUT ORDER": N_("Hasil semua baris yang cocok, yang terpenting lebih dahulu."),
    "COLLECT": N_("Hasil semua baris yang cocok."),
}
_AGGREGATIONS = {
    "SUM": N_("Jumlah hasil semua baris yang cocok."),
    "MIN": N_("Hasil terkecil dari semua baris yang cocok."),
    "MAX": N_("Hasil terbesar dari semua baris yang cocok."),
    "COUNT": N_("Banyaknya baris yang cocok."),
}


def policy(decision: Any) -> str:
    """In a sentence, which rows give the result."""
    if decision.table is None:
        return _("Dihitung dengan ungkapan, bukan tabel.")
    words = _AGGREGATIONS.get(decision.table.aggregation) or _POLICIES[decision.table.hit_policy]
    return _(words)


def allowed(decision: Any) -> list[tuple[str, str]]:
    """Columns and input data with the values they allow, where they say so."""
    found = {given.name: given.type.allowed for given in decision.givens}
    if decision.table:
        found |= {column.heading: column.allowed for column in decision.table.inputs}
        found |= {column.heading: column.allowed for column in decision.table.outputs}
    return [(name, values) for name, values in found.items() if values]
