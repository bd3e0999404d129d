"""What the security log says, in words."""

from collections.abc import Mapping, Sequence

from app.base.i18n import N_, _, pgettext
from app.history.catalogue import CATALOGUE
from app.models import SecurityEvent
from app.services.core.security_log import DONE

KINDS: Mapping[str, str] = {
    "session": N_("Masuk dan keluar"),
    "refusal": N_("Penolakan"),
    "identity": N_("Identitas dibuka"),
    "reading": N_("Membaca perkara"),
    "file": N_("Berkas"),
    "command": N_("Perintah"),
    "office": N_("Pengguna, unit, penerapan"),
    "reporter": N_("Pelacakan oleh pelapor"),
    "system": N_("Pemasangan"),
}
#: What is no event of the record has a name of its own.
_ACTIONS: Mapping[str, str] = {
    **{type_: kind.called for type_, kind in CATALOGUE.items()},
    "sign_in": N_("Masuk"),
    "sign_out": N_("Keluar"),
    "token": N_("Token API"),
    "old_password": N_("Kata sandi lama"),
    "second_step": N_("Langkah kedua saat masuk"),
    "reset_second_step": N_("Menyetel ulang langkah kedua"),
    "demand_second_step": N_("Mewajibkan langkah kedua"),
    "passkey": N_("Kunci sandi"),
    "provider": N_("Masuk lewat penyedia"),
    "untie_provider": N_("Melepas akun dari penyedia"),
    "look_up": N_("Nomor dan kode dimasukkan"),
    "reporters_form": N_("Jawaban pelapor dikirim"),
    "instance": N_("Perkara dibaca"),
    "list": N_("Daftar diunduh"),
    "incoming_mail_opened": N_("Surat masuk dibuka"),
    "incoming_mails_listed": N_("Daftar surat masuk dibuka"),
    "begin_report": N_("Memulai laporan dari surat masuk"),
    "lay_mail_aside": N_("Mengesampingkan surat masuk"),
    "add_webhook": N_("Menambah webhook"),
    "renew_webhook_secret": N_("Membuat rahasia webhook baru"),
    "turn_webhook": N_("Menyalakan atau mematikan webhook"),
    "send_webhook_again": N_("Mengirim webhook lagi"),
    "send_sms_again": N_("Mengirim SMS lagi"),
    "upload": N_("Berkas diunggah"),
    "download": N_("Lampiran diunduh"),
    "deployed_file": N_("Berkas versi proses diunduh"),
    "start": N_("Memulai perkara"),
    "start_instance": N_("Memulai perkara"),
    "claim": N_("Mengambil tugas"),
    "claim_task": N_("Mengambil tugas"),
    "release": N_("Melepas tugas"),
    "release_task": N_("Melepas tugas"),
    "complete": N_("Menyelesaikan tugas"),
    "complete_task": N_("Menyelesaikan tugas"),
    "reassign_task": N_("Mengalihkan tugas"),
    "note_task": N_("Menulis catatan"),
    "snooze_task": N_("Menunda tugas"),
    "wake_task": N_("Mengembalikan tugas yang ditunda"),
    "follow_case": N_("Mengikuti perkara"),
    "save_view": N_("Menyimpan tampilan"),
    "change_view_nama": N_("Mengubah tampilan"),
    "change_view_naik": N_("Mengubah tampilan"),
    "change_view_turun": N_("Mengubah tampilan"),
    "change_view_pertama": N_("Mengubah tampilan"),
    "change_view_hapus": N_("Menghapus tampilan"),
    "change_view_pulihkan": N_("Mengembalikan tampilan"),
    "save_template": N_("Menyimpan templat jawaban"),
    "remove_template": N_("Menghapus templat jawaban"),
    "note_case": N_("Menulis catatan"),
    "cancel": N_("Membatalkan perkara"),
    "erase_case": N_("Menghapus identitas"),
    "cancel_case": N_("Membatalkan perkara"),
    "reopen": N_("Membuka kembali perkara"),
    "reopen_case": N_("Membuka kembali perkara"),
    "reopen_report": N_("Menyatakan laporan belum selesai"),
    "hold_case": N_("Menahan perkara atau mencabutnya"),
    "destroy_cases": N_("Memulai pemusnahan"),
    "stop_destruction": N_("Menghentikan pemusnahan"),
    "resume_destruction": N_("Meneruskan pemusnahan"),
    "end_destruction": N_("Mengakhiri pemusnahan"),
    "reissue_code": N_("Mengganti kode pelacakan"),
    "retry": N_("Mencoba ulang kendala"),
    "message": N_("Mengirim pesan"),
    "deploy": N_("Menerapkan diagram"),
    "add_user": N_("Menambah pengguna"),
    "disable_user": N_("Menonaktifkan pengguna"),
    "enable_user": N_("Mengaktifkan pengguna"),
    "reset_password": N_("Menyetel ulang kata sandi"),
    "revoke_tokens": N_("Mencabut token API"),
    "end_sessions": N_("Mengakhiri sesi pengguna"),
    "edit_office": N_("Mengubah keterangan kantor"),
    "edit_quiet_hours": N_("Mengubah jam tenang kantor"),
    "edit_message_text": N_("Mengubah teks pemberitahuan"),
    "reset_message_text": N_("Mengembalikan teks pemberitahuan"),
    "choose_notices": N_("Memilih cara diberi tahu"),
    "add_unit": N_("Menambah unit"),
    "add_roster": N_("Berkas pengguna atau unit dikirim"),
    "spread_tasks": N_("Membagikan tugas"),
    "hand_over": N_("Menyerahkan semua tugas"),
    "undo_transfer": N_("Menarik kembali pengalihan"),
    "add_absence": N_("Mencatat ketidakhadiran"),
    "end_absence": N_("Mengakhiri ketidakhadiran"),
    "save_question": N_("Menyimpan pertanyaan"),
    "remove_question": N_("Menghapus pertanyaan"),
    "draw_sample": N_("Mengambil sampel"),
    "record_finding": N_("Mencatat temuan"),
    "begin_roster": N_("Berkas pengguna atau unit dijalankan"),
    "passwords": N_("Daftar kata sandi baru ditampilkan"),
    "add_day_off": N_("Menambah hari libur"),
    "recount_deadlines": N_("Menghitung ulang tenggat"),
    "remove_day_off": N_("Menghapus hari libur"),
    "backup": N_("Cadangan dibuat"),
    "restore": N_("Cadangan dipulihkan"),
    "notes_lost": N_("Catatan yang tidak sempat ditulis"),
}
_OUTCOMES: Mapping[str, str] = {
    "marked": N_("ditandai: keanggotaan atau kata sandinya baru diubah"),
    "wrong": N_("tidak cocok"),
    "too_many_attempts": N_("terlalu banyak percobaan"),
    "csrf": N_("formulir bukan dari halaman Alur"),
    "not_allowed": N_("tidak berwenang"),
    "not_found": N_("tidak ada, atau bukan untuknya"),
    "idle": N_("30 menit tanpa kegiatan"),
    "expired": N_("12 jam sudah lewat"),
    "disabled": N_("penggunanya dinonaktifkan"),
    "user_disabled": N_("penggunanya dinonaktifkan"),
    "password": N_("kata sandinya diganti"),
    "second_step": N_("langkah keduanya diubah"),
    "provider": N_("akunnya dilepas dari penyedia"),
    "provider_only": N_("kata sandi hanya untuk administrator"),
    "provider_failed": N_("penyedia tidak menjawab, atau jawabannya tidak sah"),
    "provider_declined": N_("penyedia menolak, atau dibatalkan"),
    "unknown_user": N_("tidak dikenal di sini"),
    "tied_elsewhere": N_("akunnya milik orang lain di penyedia"),
    "journey_over": N_("terlalu lama, atau sudah dipakai"),
    "revoked": N_("sudah dicabut"),
    "ended": N_("masa berlakunya habis"),
    "own": N_("diakhiri pemiliknya"),
    "administrator": N_("diakhiri administrator"),
    "conflict": N_("sudah berubah"),
    "task_taken": N_("tugas dipegang orang lain"),
    "task_handed_on": N_("tugas sudah dialihkan"),
    "task_completed": N_("tugas sudah diselesaikan"),
    "task_closed": N_("tugas sudah ditutup"),
    "number_taken": N_("nomor sudah dipakai"),
    "invalid_form": N_("isian belum benar"),
    "invalid_diagram": N_("diagram ditolak"),
    "idempotency_key_reused": N_("kunci sudah dipakai"),
    "execution_failed": N_("diagram tidak dapat berjalan terus"),
    "expression_failed": N_("ekspresi gagal"),
    "not_ready": N_("basis data tidak menjawab"),
}
CHANNELS: Mapping[str, str] = {
    "page": N_("Peramban"),
    "api": N_("API"),
    "public": N_("Halaman pelapor"),
    "command": N_("Baris perintah"),
    "clock": N_("Jam sistem"),
}
_TARGETS: Mapping[str, str] = {
    "task": N_("Tugas"),
    "definition": N_("Versi proses"),
    "unit": N_("Unit"),
    "group": N_("Kelompok lajur"),
    "incident": N_("Kendala nomor"),
    "day": N_("Hari"),
    "notice": N_("Pemberitahuan"),
    "import": N_("Impor"),
    "mail": N_("Surat masuk"),
    "webhook": N_("Webhook"),
    "roster": N_("Berkas pengguna atau unit"),
    "question": N_("Pertanyaan"),
    "sample": N_("Sampel"),
}


def channel(origin: Sequence[str]) -> str:
    """By which channel an event of the record came; empty for the clock."""
    return (_(CHANNELS[origin[0]]) if origin[0] in CHANNELS else origin[0]) if origin else ""


def came_from(origin: Sequence[str]) -> str:
    """From where an event of the record came: the channel, and the letters of the session where one is known."""
    return " ".join((channel(origin), *origin[1:2]))


def target_kind(kind: str) -> str:
    """What a kind of target is called; empty if there is no such kind."""
    single = {
        "instance": pgettext("satu", "Perkara"),
        "user": pgettext("satu", "Pengguna"),
        "process": pgettext("satu", "Proses"),
    }
    return single.get(kind) or (_(_TARGETS[kind]) if kind in _TARGETS else "")


def action(row: SecurityEvent) -> str:
    """What was done or tried. A refusal tells which view refused, by the name that the code knows it by."""
    if row.kind == "refusal":
        return _("Permintaan ditolak")
    return _(_ACTIONS[row.action]) if row.action in _ACTIONS else row.action


def outcome(row: SecurityEvent) -> str:
    """Why not, in words; empty when it was done."""
    if row.outcome == DONE:
        return ""
    return _(_OUTCOMES[row.outcome]) if row.outcome in _OUTCOMES else row.outcome
