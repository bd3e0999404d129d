"""What states, events and hours are called on the pages of questions."""

from collections.abc import Mapping

from app.history.events import CATALOGUE, InstanceEvent
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
#: What types of events are called, by group: all that there are.
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
        "files_kept": N_("Berkas menjadi milik perkara"),
        "case_file_taken": N_("Berkas perkara diunduh"),
        "case_followed": N_("Perkara diikuti"),
        "case_unfollowed": N_("Perkara tidak diikuti lagi"),
        "finding_changed": N_("Temuan auditor ditulis ulang"),
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
        "task_snoozed": N_("Tugas ditunda"),
        "task_woken": N_("Tugas kembali dari penundaan"),
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
        "notice_repeated": N_("Pemberitahuan dikirim sekali lagi"),
    },
    N_("Identitas"): {
        "identity_shown": N_("Identitas dibuka"),
        "identity_erased": N_("Identitas dihapus"),
        "words_masked": N_("Kata disamarkan"),
        "mask_lifted": N_("Samaran diangkat"),
        "history_redacted": N_("Identitas disamarkan dalam riwayat"),
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
    N_("Proses dan penerapan"): {
        "definition_deployed": N_("Versi proses diterapkan"),
        "version_withdrawn": N_("Versi proses ditarik"),
        "process_retired": N_("Proses dihentikan"),
        "process_resumed": N_("Proses dibuka lagi"),
        "draft_begun": N_("Draf dimulai"),
        "draft_discarded": N_("Draf disingkirkan"),
        "draft_restored": N_("Draf dikembalikan"),
        "draft_published": N_("Draf ditutup karena berlaku"),
        "deployment_proposed": N_("Penerapan diusulkan"),
        "deployment_approved": N_("Penerapan disetujui"),
        "deployment_rejected": N_("Penerapan ditolak"),
        "publication_planned": N_("Penerbitan dijadwalkan"),
        "publication_cancelled": N_("Jadwal penerbitan dibatalkan"),
        "publication_failed": N_("Penerbitan terjadwal gagal"),
        "own_lanes_changed": N_("Penerapan mengubah lajur penerapnya sendiri"),
        "group_renamed": N_("Lajur berganti nama"),
        "group_copied": N_("Lajur baru dengan anggota lajur lama"),
        "migration_begun": N_("Pemindahan perkara dimulai"),
        "migration_stopped": N_("Pemindahan perkara dihentikan"),
        "migration_resumed": N_("Pemindahan perkara dilanjutkan"),
        "migration_reversed": N_("Pemindahan perkara ditarik kembali"),
        "recount_begun": N_("Hitung ulang tenggat dimulai"),
        "clock_moved": N_("Jam peragaan dimajukan"),
        "clock_reset": N_("Jam peragaan dikembalikan"),
    },
    N_("Pengguna dan akses"): {
        "user_added": N_("Pengguna ditambahkan"),
        "user_edited": N_("Pengguna diubah"),
        "user_disabled": N_("Pengguna dinonaktifkan"),
        "user_enabled": N_("Pengguna diaktifkan lagi"),
        "password_changed": N_("Kata sandi diganti sendiri"),
        "password_reset": N_("Kata sandi disetel ulang"),
        "second_step_set": N_("Langkah kedua dinyalakan"),
        "second_step_removed": N_("Langkah kedua dimatikan"),
        "second_step_reset": N_("Langkah kedua disetel ulang"),
        "second_step_demanded": N_("Kewajiban langkah kedua diubah"),
        "recovery_codes_made": N_("Kode cadangan dibuat"),
        "recovery_code_used": N_("Kode cadangan dipakai"),
        "passkey_added": N_("Kunci sandi ditambahkan"),
        "passkey_removed": N_("Kunci sandi dihapus"),
        "provider_tied": N_("Akun penyedia dikaitkan"),
        "provider_untied": N_("Akun penyedia dilepas"),
        "token_issued": N_("Token API dibuat"),
        "token_revoked": N_("Token API dicabut"),
        "session_begun": N_("Pengguna masuk"),
        "session_ended": N_("Pengguna keluar"),
        "absence_added": N_("Ketidakhadiran dicatat"),
        "absence_ended": N_("Ketidakhadiran diakhiri"),
        "roster_added": N_("Berkas pengguna atau unit masuk"),
        "roster_begun": N_("Berkas pengguna atau unit dijalankan"),
        "roster_put_away": N_("Kata sandi dari berkas disembunyikan"),
    },
    N_("Audit dan unduhan"): {
        "question_saved": N_("Pertanyaan disimpan"),
        "question_removed": N_("Pertanyaan dihapus"),
        "sample_drawn": N_("Sampel diambil"),
        "finding_recorded": N_("Temuan dicatat"),
        "list_taken": N_("Daftar diunduh"),
        "diagram_compared": N_("Diagram luar dibandingkan dengan jalannya perkara"),
        "report_taken": N_("Laporan angka diambil"),
        "event_log_taken": N_("Catatan kejadian diunduh"),
        "evidence_exported": N_("Paket bukti diunduh"),
        "history_sealed": N_("Riwayat lama disegel"),
        "history_verified": N_("Riwayat diperiksa keutuhannya"),
        "checkpoint_demanded": N_("Titik periksa diminta"),
        "checkpoint_taken": N_("Titik periksa diunduh"),
        "database_role_restricted": N_("Hak peran basis data dibatasi"),
    },
    N_("Pemusnahan"): {
        "destruction_begun": N_("Pemusnahan dimulai"),
        "destruction_stopped": N_("Pemusnahan berhenti"),
        "destruction_resumed": N_("Pemusnahan dilanjutkan"),
        "destruction_finished": N_("Pemusnahan selesai"),
        "destruction_ended": N_("Pemusnahan diakhiri"),
        "case_destroyed": N_("Perkara dimusnahkan"),
    },
    N_("Kantor"): {
        "office_edited": N_("Keterangan kantor diubah"),
        "unit_added": N_("Unit ditambahkan"),
        "unit_edited": N_("Unit diubah"),
        "holiday_added": N_("Hari libur ditambahkan"),
        "holiday_removed": N_("Hari libur dihapus"),
        "quiet_hours_edited": N_("Jam tenang diubah"),
        "message_text_edited": N_("Teks pemberitahuan diubah"),
        "template_saved": N_("Templat balasan disimpan"),
        "template_removed": N_("Templat balasan dihapus"),
        "view_changed": N_("Tampilan bersama diubah"),
        "tasks_transferred": N_("Tugas dialihkan bersama"),
        "transfer_taken_back": N_("Pengalihan ditarik kembali"),
        "import_added": N_("Berkas impor masuk"),
        "import_values_chosen": N_("Nilai impor dipilih"),
        "import_begun": N_("Impor dimulai"),
        "import_stopped": N_("Impor berhenti"),
        "import_resumed": N_("Impor dilanjutkan"),
        "webhook_added": N_("Webhook ditambahkan"),
        "webhook_changed": N_("Webhook diubah"),
        "delivery_repeated": N_("Kiriman webhook diulang"),
        "mail_laid_aside": N_("Surat masuk disingkirkan"),
    },
}
_NAMES = {type_: name for group in GROUPS.values() for type_, name in group.items()}


def event(type_: str) -> str:
    """What a type of event is called; a newer version may have written one that is not known yet."""
    return _(_NAMES[type_]) if type_ in _NAMES else _("Peristiwa tak dikenal: {type}", type=type_)


def other_events() -> list[tuple[str, str]]:
    """Types of events of cases that are no interventions."""
    return [
        (name, event(name))
        for name in _NAMES
        if issubclass(CATALOGUE[name], InstanceEvent) and name not in case_conditions.INTERVENTIONS
    ]


def grouped_events(_choices: object) -> list[tuple[str, str]]:
    """All types of events, those of cases first, each with its group before its name."""
    found = [
        (type_, f"{_(group)}: {_(name)}") for group, some in GROUPS.items() for type_, name in some.items()
    ]
    found.insert(0, ("campur_tangan", _("Campur tangan apa pun")))
    return found
