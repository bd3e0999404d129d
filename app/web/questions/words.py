"""What states, events and hours are called on the pages of questions."""

from collections.abc import Mapping

from app.history.events import CATALOGUE
from app.i18n import N_, _
from app.services.questions import case_conditions

STATES: Mapping[str, str] = {
    "active": N_("Berjalan"),
    "incident": N_("Terkendala"),
    "ended": N_("Berakhir"),
    "cancelled": N_("Dibatalkan"),
    "joined": N_("Digabung"),
}
EVENT_SUBJECTS: Mapping[str, str] = {
    "jenis": N_("Jenis peristiwa"),
    "waktu": N_("Terjadi dalam masa"),
    "jam": N_("Jam terjadinya"),
    "pelaku": N_("Dilakukan oleh"),
    "kegiatan": N_("Di kegiatan"),
    "proses": N_("Proses"),
    "nomor": N_("Nomor perkara"),
}
HOURS: Mapping[str, str] = {
    "malam": N_("Malam (20.00 sampai 06.00)"),
    "luar": N_("Di luar jam kantor"),
    "kantor": N_("Dalam jam kantor"),
}
#: What types of events are called, by group. A type that is missing here is called by itself.
GROUPS: Mapping[str, Mapping[str, str]] = {
    N_("Perkara"): {
        "instance_started": N_("Perkara dimulai"),
        "instance_ended": N_("Perkara berakhir"),
        "instance_cancelled": N_("Perkara dibatalkan"),
        "report_joined": N_("Laporan digabung"),
        "report_parted": N_("Laporan dipisah"),
        "report_added": N_("Laporan ditambahkan ke perkara ini"),
        "report_removed": N_("Laporan dilepas dari perkara ini"),
        "report_rated": N_("Pelapor memberi nilai"),
        "case_held": N_("Perkara ditahan dari pemusnahan"),
        "hold_lifted": N_("Penahanan dicabut"),
        "note_added": N_("Catatan ditulis"),
    },
    N_("Tugas"): {
        "task_created": N_("Tugas terbuka"),
        "task_claimed": N_("Tugas diambil"),
        "task_released": N_("Tugas dilepas"),
        "task_reassigned": N_("Tugas dialihkan"),
        "task_unit_changed": N_("Unit tugas diubah"),
        "task_handed_back": N_("Tugas dikembalikan ke lajur"),
        "task_completed": N_("Tugas diselesaikan"),
        "completion_taken_back": N_("Penyelesaian diurungkan"),
        "task_cancelled": N_("Tugas dihentikan"),
        "task_overdue": N_("Tugas lewat tenggat"),
        "unit_missing": N_("Unit tidak ada"),
    },
    N_("Jalannya proses"): {
        "gateway_decided": N_("Cabang dipilih"),
        "question_answered": N_("Pertanyaan dijawab"),
        "table_decided": N_("Tabel keputusan dihitung"),
        "timer_fired": N_("Waktu tiba"),
        "signal_thrown": N_("Sinyal dikirim"),
        "signal_caught": N_("Sinyal diterima"),
        "error_thrown": N_("Galat BPMN"),
        "escalation_thrown": N_("Eskalasi"),
        "inputs_mapped": N_("Masukan dipetakan"),
        "outputs_mapped": N_("Keluaran dipetakan"),
        "rounds_ended": N_("Putaran selesai"),
        "partner_ended": N_("Perkara lain berakhir"),
        "notification_queued": N_("Pemberitahuan dikirim"),
    },
    N_("Pesan dan pelapor"): {
        "message_received": N_("Pesan diterima"),
        "message_sent": N_("Pesan dikirim"),
        "message_delivered": N_("Pesan sampai"),
        "message_kept": N_("Pesan disimpan"),
        "message_unheard": N_("Pesan tidak didengar"),
        "reporter_message_added": N_("Pesan dengan pelapor"),
        "reporter_notified": N_("Pelapor diberi tahu"),
        "tracking_code_reissued": N_("Kode pelacakan diganti"),
    },
    N_("Identitas"): {
        "identity_shown": N_("Identitas dibuka"),
        "identity_erased": N_("Identitas dihapus"),
        "words_masked": N_("Kata disamarkan"),
        "mask_lifted": N_("Samaran diangkat"),
    },
    N_("Campur tangan dan kendala"): {
        "instance_migrated": N_("Perkara pindah versi"),
        "migration_undone": N_("Pindah versi ditarik kembali"),
        "token_moved": N_("Kedudukan perkara digeser"),
        "deadlines_recounted": N_("Tenggat dihitung ulang"),
        "incident_opened": N_("Kendala terbuka"),
        "incident_resolved": N_("Kendala dicoba ulang"),
        "job_failed": N_("Pekerjaan gagal"),
    },
}
_NAMES = {type_: name for group in GROUPS.values() for type_, name in group.items()}


def event(type_: str) -> str:
    """What a type of event is called."""
    return _(_NAMES[type_]) if type_ in _NAMES else type_.replace("_", " ").capitalize()


def other_events() -> list[tuple[str, str]]:
    """Types of events of cases that are no interventions."""
    return [(name, event(name)) for name in _NAMES if name not in case_conditions.INTERVENTIONS]


def grouped_events(_choices: object) -> list[tuple[str, str]]:
    """All types of events, those of cases first, each with its group before its name."""
    found = [
        (type_, f"{_(group)}: {_(name)}") for group, some in GROUPS.items() for type_, name in some.items()
    ]
    office = sorted(type_ for type_ in CATALOGUE if type_ not in _NAMES)
    found.insert(0, ("campur_tangan", _("Campur tangan apa pun")))
    return [*found, *((type_, f"{_('Kantor')}: {event(type_)}") for type_ in office)]
