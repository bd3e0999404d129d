"""What playing the scenarios of a process can tell."""

from collections.abc import Mapping

from app.base.i18n import N_

TEXTS: Mapping[str, tuple[str, str]] = {
    "scenario_differs": (
        N_("Skenario “{name}” tidak berjalan seperti yang disimpan: {difference}."),
        N_(
            "Ubah diagramnya; bila hasil yang baru memang dimaksud, simpan ulang skenarionya dari halaman Coba."
        ),
    ),
    "scenario_stuck": (
        N_("Skenario “{name}” macet: {difference}"),
        N_(
            "Perkara sungguhan akan macet di tempat yang sama: perbaiki diagramnya, atau keluarkan skenarionya."
        ),
    ),
    "scenario_unreadable": (
        N_("{file} bukan skenario yang dapat dibaca: {difference}."),
        N_("Simpan ulang dari halaman Coba, atau keluarkan berkasnya."),
    ),
    "scenario_not_run": (
        N_("Skenario “{name}” tidak dijalankan: pemeriksaan ini sudah terlalu lama."),
        N_("Kurangi skenario atau langkahnya; yang lain sudah dijalankan."),
    ),
}
