"""What kinds of work that is no request are called; `app/commands/works.py` says what each does."""

from app.base.i18n import N_

#: Name of the kind → what it does.
KINDS = {
    "notices": N_("Menyampaikan pemberitahuan"),
    "completions": N_("Melupakan penyelesaian yang tidak dapat diurungkan lagi"),
    "words": N_("Mengindeks kata-kata perkara"),
    "numbers": N_("Menjumlahkan angka"),
    "imports": N_("Mengimpor perkara"),
    "migration": N_("Memindahkan perkara ke versi lain"),
    "recounts": N_("Menghitung ulang tenggat"),
    "retention": N_("Memusnahkan perkara"),
    "roster": N_("Menjalankan berkas pengguna dan unit"),
    "transfers": N_("Mengalihkan tugas bersama"),
    "surveys": N_("Menghitung akibat perubahan pada perkara"),
    "publications": N_("Memberlakukan versi yang direncanakan"),
    "webhook events": N_("Mengantrekan webhook"),
    "sms news": N_("Mengantrekan SMS"),
    "webhooks": N_("Mengirim webhook"),
    "sms": N_("Mengirim SMS"),
    "mail": N_("Mengirim surel"),
    "digests": N_("Mengirim ringkasan pagi"),
    "incoming mail": N_("Membaca surel masuk"),
    "checkpoints": N_("Membuat dan mengirim titik periksa"),
    "verification": N_("Memeriksa keutuhan riwayat"),
    "statistics": N_("Menerbitkan statistik publik"),
    "backups": N_("Membuat cadangan"),
    "housekeeping": N_("Melupakan yang lewat waktunya"),
}
