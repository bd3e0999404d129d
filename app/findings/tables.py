"""Words for findings about tables: code → (what is wrong, what to do)."""

from app.base.i18n import N_

TEXTS: dict[str, tuple[str, str]] = {
    "table_not_dmn": (
        N_("Berkas ini bukan tabel keputusan DMN 1.0–1.6: unsur terluarnya “{found}”."),
        N_("Simpan tabel dari pemodel sebagai DMN."),
    ),
    "table_no_decision": (
        N_("Berkas DMN ini tidak berisi keputusan."),
        N_("Buat satu keputusan dengan tabel di dalamnya."),
    ),
    "table_too_many": (
        N_("Berkas berisi {count} keputusan, model pengetahuan, layanan, dan panah; paling banyak {limit}."),
        N_("Bagi keputusan menjadi beberapa berkas."),
    ),
    "table_too_deep": (
        N_("“{name}” memerlukan lebih dari {limit} keputusan yang bersambung satu di belakang yang lain."),
        N_("Gabungkan beberapa di antaranya, atau bagi menjadi beberapa berkas."),
    ),
    "table_too_much": (
        N_("“{name}” dan yang diperlukannya menghitung lebih dari {limit} ungkapan dan fungsi."),
        N_("Bagi keputusan itu, atau kurangi model pengetahuan yang dipanggilnya."),
    ),
    "table_id_missing": (
        N_("Keputusan “{name}” tidak mempunyai id; ia disebut “{called}” menurut namanya."),
        N_("Beri id; tugas tabel keputusan pada diagram memanggilnya dengan id itu."),
    ),
    "table_id_other": (
        N_("Id keputusan “{name}” sudah dipakai; karena tidak ada yang merujuknya, ia disebut “{called}”."),
        N_("Beri id sendiri; tugas tabel keputusan pada diagram memanggilnya dengan id itu."),
    ),
    "table_id_twice": (
        N_("Id keputusan “{id}” dipakai dua kali."),
        N_("Beri salah satunya id lain."),
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
        N_("Tabel “{name}” memakai aturan pilih {policy}; DMN tidak mengenalnya."),
        N_("Pakai UNIQUE, FIRST, PRIORITY, ANY, COLLECT, RULE ORDER, atau OUTPUT ORDER."),
    ),
    "table_aggregation_unknown": (
        N_("Tabel “{name}” menggabungkan hasil dengan {aggregation}; DMN tidak mengenalnya."),
        N_("Pakai SUM, MIN, MAX, atau COUNT."),
    ),
    "table_aggregation_outputs": (
        N_(
            "Tabel “{name}” menggabungkan hasil dengan {aggregation}, tetapi kolom keluarannya lebih dari satu."
        ),
        N_("Sisakan satu kolom keluaran, atau buat satu keputusan untuk tiap kolom."),
    ),
    "table_priority_values": (
        N_("Tabel “{name}” memilih menurut pentingnya keluaran, tetapi tidak menyebut urutan nilainya."),
        N_("Isi nilai yang diperbolehkan pada kolom keluaran, yang terpenting lebih dahulu."),
    ),
    "table_values_syntax": (
        N_("Nilai yang diperbolehkan pada “{name}”, {text}, salah tulis. {why}"),
        N_("Tulis nilai-nilai itu dipisahkan koma; teks di dalam tanda kutip ganda."),
    ),
    "table_value_never": (
        N_(
            "Baris {row}, kolom “{column}” di tabel “{name}” menguji “{value}”, yang tidak diperbolehkan di sana."
        ),
        N_("Pakai salah satu dari {allowed}, atau tambahkan nilai itu pada kolomnya."),
    ),
    "table_value_not_allowed": (
        N_(
            "Baris {row}, kolom “{column}” di tabel “{name}” menghasilkan {value}, yang tidak diperbolehkan di sana."
        ),
        N_("Pakai salah satu dari {allowed}, atau tambahkan nilai itu pada kolomnya."),
    ),
    "table_no_output": (
        N_("Tabel “{name}” tidak mempunyai kolom keluaran."),
        N_("Tambahkan kolom keluaran dengan nama variabel yang diisinya."),
    ),
    "table_input_empty": (
        N_(
            "Kolom masukan ke-{column} pada tabel “{name}” tidak menyebut apa yang diuji; selnya tidak dibaca."
        ),
        N_("Isi ungkapannya, misalnya nama variabel, atau hapus kolom itu."),
    ),
    "table_output_unnamed": (
        N_("Kolom keluaran ke-{column} pada tabel “{name}” tidak mempunyai nama."),
        N_("Beri nama variabel yang diisinya, misalnya hasil."),
    ),
    "table_output_label": (
        N_(
            "Kolom keluaran ke-{column} pada tabel “{name}” tanpa nama; ia mengisi “{output}” menurut labelnya."
        ),
        N_("Beri nama variabel yang diisinya."),
    ),
    "table_output_twice": (
        N_("Dua kolom keluaran pada tabel “{name}” bernama “{output}”."),
        N_("Beri tiap kolom keluaran nama sendiri."),
    ),
    "table_language": (
        N_("Baris atau kolom {number} pada tabel “{name}” ditulis dalam bahasa “{language}”: {text}"),
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
    "table_gap": (
        N_("Tidak ada baris pada tabel “{name}” yang cocok bila {example}; hasilnya kosong."),
        N_("Tambahkan baris untuk itu, atau baris terakhir yang semua selnya kosong."),
    ),
    "table_rule_covered": (
        N_("Baris {row} pada tabel “{name}” tidak pernah terpakai: baris {above} sudah mencakup semuanya."),
        N_("Pindahkan baris itu ke atas, ubah, atau hapus."),
    ),
    "table_rule_empty": (
        N_("Baris {row} pada tabel “{name}” tidak dapat cocok dengan nilai apa pun."),
        N_("Perbaiki sel-selnya, atau hapus baris itu."),
    ),
    "table_rules_overlap": (
        N_(
            "Baris {above} dan baris {row} pada tabel “{name}” cocok bersamaan bila {example}; aturan pilih"
            " {policy} tidak mengizinkannya, dan perkara seperti itu berhenti."
        ),
        N_("Ubah salah satunya, atau pakai aturan pilih FIRST."),
    ),
    "decision_result_name": (
        N_("“{output}”, hasil keputusan “{decision}”, tidak dapat menjadi nama variabel."),
        N_("Pakai huruf, angka, dan garis bawah, tanpa spasi, dan tidak diawali angka."),
    ),
    "decision_without_logic": (
        N_("Keputusan “{name}” tidak berisi tabel atau ungkapan."),
        N_("Isi keputusan itu, atau hapus dari berkas."),
    ),
    "requirement_unknown": (
        N_("“{name}” memerlukan “{ref}”, yang tidak ada dalam berkas ini."),
        N_("Hubungkan lagi dengan keputusan, data masukan, atau pengetahuan yang ada."),
    ),
    "input_data_unknown": (
        N_("“{name}” memerlukan data masukan “{ref}”, yang tidak ada; variabelnya dibaca menurut nama."),
        N_("Hapus panah itu, atau hubungkan lagi dengan data masukan yang ada."),
    ),
    "requirement_cycle": (
        N_("“{name}” memerlukan dirinya sendiri: {way}."),
        N_("Putuskan salah satu hubungan itu."),
    ),
    "dmn_import_unread": (
        N_("Berkas ini menyebut berkas DMN lain, “{other}”, yang tidak dibaca."),
        N_("Salin keputusan, pengetahuan, dan tipe yang dipakai ke dalam berkas ini."),
    ),
    "dmn_import": (
        N_("Berkas ini mengambil isi dari berkas DMN lain; itu tidak dapat dijalankan."),
        N_("Salin keputusan atau pengetahuan itu ke dalam berkas ini."),
    ),
    "knowledge_unnamed": (
        N_("Sebuah model pengetahuan tidak mempunyai nama."),
        N_("Beri nama; ungkapan memanggilnya dengan nama itu."),
    ),
    "function_kind": (
        N_("Fungsi pada “{name}” ditulis untuk {kind}; hanya FEEL yang dapat dijalankan."),
        N_("Tulis fungsi itu dalam FEEL."),
    ),
    "parameter_unnamed": (
        N_("Sebuah parameter pada “{name}” tidak mempunyai nama."),
        N_("Beri nama parameter itu."),
    ),
    "expression_missing": (
        N_("Sebuah kotak pada “{name}” tidak berisi ungkapan."),
        N_("Isi kotak itu, atau tulis null."),
    ),
    "invocation_of_nothing": (
        N_("Pemanggilan pada “{name}” tidak menyebut fungsinya."),
        N_("Tulis nama model pengetahuan yang dipanggil."),
    ),
    "relation_width": (
        N_("Sebuah baris relasi pada “{name}” berisi {count} sel, seharusnya {expected}."),
        N_("Buka dan simpan lagi dengan pemodel, atau buat ulang baris itu."),
    ),
    "table_calls_unknown": (
        N_("Ungkapan pada “{name}” memanggil {call}, yang tidak dikenal FEEL maupun tabel ini: {text}"),
        N_(
            "Pakai fungsi FEEL, atau tarik panah dari model pengetahuan yang memuat fungsi itu ke keputusan ini."
        ),
    ),
    "literal_syntax": (
        N_("Ungkapan pada “{name}”, {text}, salah tulis. {why}"),
        N_("Perbaiki ungkapan FEEL itu."),
    ),
    "boxed_syntax": (
        N_("Kotak pada “{name}” tidak dapat dibaca sebagai satu ungkapan: {text} {why}"),
        N_("Periksa nama-nama di dalamnya, atau pecah menjadi beberapa keputusan."),
    ),
    "type_cycle": (
        N_("Tipe “{type}” memuat dirinya sendiri, atau terlalu dalam."),
        N_("Sederhanakan definisi tipe itu."),
    ),
}
