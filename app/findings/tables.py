"""Words for findings about tables: code → (what is wrong, what to do)."""

from app.i18n import N_

TEXTS: dict[str, tuple[str, str]] = {
    "table_not_dmn": (
        N_("Berkas ini bukan tabel keputusan DMN 1.1–1.5: unsur terluarnya “{found}”."),
        N_("Simpan tabel dari pemodel sebagai DMN."),
    ),
    "table_no_decision": (
        N_("Berkas DMN ini tidak berisi keputusan."),
        N_("Buat satu keputusan dengan tabel di dalamnya."),
    ),
    "table_too_many": (
        N_("Berkas berisi {count} keputusan; paling banyak {limit}."),
        N_("Bagi keputusan menjadi beberapa berkas."),
    ),
    "table_id_missing": (
        N_("Keputusan “{name}” tidak mempunyai id."),
        N_("Beri id; tugas tabel keputusan pada diagram memanggilnya dengan id itu."),
    ),
    "table_id_twice": (
        N_("Id keputusan “{id}” dipakai dua kali."),
        N_("Beri salah satunya id lain."),
    ),
    "table_needs_other": (
        N_("Keputusan “{name}” bergantung pada keputusan atau pengetahuan lain; itu belum didukung."),
        N_("Jadikan satu tabel, atau panggil tabel satu per satu dari diagram."),
    ),
    "table_not_a_table": (
        N_("Keputusan “{name}” bukan tabel; bentuk lain belum didukung."),
        N_("Tulis keputusan itu sebagai tabel keputusan."),
    ),
    "table_too_many_rules": (
        N_("Tabel “{name}” berisi {count} baris; paling banyak {limit}."),
        N_("Bagi tabel menjadi beberapa keputusan."),
    ),
    "table_too_many_columns": (
        N_("Tabel “{name}” berisi {count} kolom; paling banyak {limit}."),
        N_("Bagi tabel menjadi beberapa keputusan."),
    ),
    "table_too_many_cells": (
        N_("Tabel “{name}” berisi {count} sel; paling banyak {limit}."),
        N_("Bagi tabel menjadi beberapa keputusan."),
    ),
    "table_hit_policy": (
        N_("Tabel “{name}” memakai aturan pilih {policy}; itu belum didukung."),
        N_("Pakai UNIQUE (tepat satu baris cocok) atau FIRST (baris teratas yang cocok)."),
    ),
    "table_no_input": (
        N_("Tabel “{name}” tidak mempunyai kolom masukan."),
        N_("Tambahkan kolom masukan yang diuji oleh baris-barisnya."),
    ),
    "table_no_output": (
        N_("Tabel “{name}” tidak mempunyai kolom keluaran."),
        N_("Tambahkan kolom keluaran dengan nama variabel yang diisinya."),
    ),
    "table_input_empty": (
        N_("Kolom masukan ke-{column} pada tabel “{name}” tidak menyebut apa yang diuji."),
        N_("Isi ungkapannya, misalnya nama variabel."),
    ),
    "table_output_unnamed": (
        N_("Kolom keluaran ke-{column} pada tabel “{name}” tidak mempunyai nama."),
        N_("Beri nama variabel yang diisinya, misalnya hasil."),
    ),
    "table_output_name": (
        N_("“{output}” pada tabel “{name}” tidak dapat menjadi nama variabel."),
        N_("Pakai huruf, angka, dan garis bawah, tanpa spasi, dan tidak diawali angka."),
    ),
    "table_output_twice": (
        N_("Dua kolom keluaran pada tabel “{name}” bernama “{output}”."),
        N_("Beri tiap kolom keluaran nama sendiri."),
    ),
    "table_language": (
        N_("Baris atau kolom {number} pada tabel “{name}” ditulis dalam bahasa “{language}”."),
        N_("Tulis dalam FEEL dan hapus pilihan bahasa itu."),
    ),
    "table_heading_syntax": (
        N_("Kepala kolom {column} pada tabel “{name}”, {text}, salah tulis. {why}"),
        N_("Perbaiki ungkapan FEEL itu."),
    ),
    "table_syntax": (
        N_("Sel pada baris {row}, kolom “{column}” di tabel “{name}”, {text}, salah tulis. {why}"),
        N_("Perbaiki sel itu; teks ditulis di dalam tanda kutip ganda."),
    ),
    "table_row_width": (
        N_("Baris {row} pada tabel “{name}” berisi {count} sel, seharusnya {expected}."),
        N_("Buka dan simpan lagi dengan pemodel, atau buat ulang baris itu."),
    ),
    "table_no_rules": (
        N_("Tabel “{name}” tidak mempunyai baris; hasilnya selalu kosong."),
        N_("Tambahkan baris."),
    ),
    "table_rule_never": (
        N_("Baris {row} pada tabel “{name}” tidak pernah terpakai: baris {above} selalu lebih dahulu."),
        N_("Pindahkan baris itu ke atas, atau hapus."),
    ),
    "table_rules_collide": (
        N_("Baris {row} dan baris {above} pada tabel “{name}” selalu cocok bersamaan; UNIQUE melarangnya."),
        N_("Ubah salah satunya, atau pakai aturan pilih FIRST."),
    ),
}
