"""Words for findings about forms: code → (what is wrong, what to do)."""

from app.base.i18n import N_

_OPEN_IN_MODELER = N_("Buka berkasnya di Camunda Modeler lalu simpan lagi.")

TEXTS: dict[str, tuple[str, str]] = {
    "form_name_never_set": (
        N_(
            "“{name}” membaca “{variable}”, yang tidak diisi formulir atau tabel mana pun; nilainya selalu kosong."
        ),
        N_("Periksa ejaan nama itu, atau tambahkan isian dengan kunci tersebut."),
    ),
    "form_too_big": (
        N_("Berkas formulir {size} KB."),
        N_("Paling besar {most} KB; pindahkan teks panjang ke dokumen lain."),
    ),
    "form_not_utf8": (N_("Berkas formulir tidak ditulis dalam UTF-8."), N_("Simpan lagi sebagai UTF-8.")),
    "form_not_json": (N_("Berkas formulir bukan JSON yang benar: {where}."), _OPEN_IN_MODELER),
    "form_not_storable": (
        N_("“{name}” memuat huruf yang tidak dapat disimpan (NUL, atau setengah pasangan surrogate)."),
        N_(
            "Hapus huruf itu; dalam berkas ia tertulis \\u0000, atau \\ud800 sampai \\udfff tanpa pasangannya."
        ),
    ),
    "form_not_form": (
        N_("Isi berkas ini bukan formulir form-js: “components” harus daftar komponen yang bertipe."),
        _OPEN_IN_MODELER,
    ),
    "form_too_many_components": (
        N_("Formulir ini punya {count} komponen."),
        N_("Paling banyak {most}; bagi menjadi beberapa tugas."),
    ),
    "form_too_deep": (N_("Kelompok bersarang {depth} tingkat."), N_("Paling dalam {most} tingkat.")),
    "form_component_unknown": (
        N_("“{name}” memakai komponen “{type}”, yang tidak dikenal form-js 2.0."),
        N_("Ganti dengan komponen lain, misalnya teks, angka, tanggal, pilihan, berkas, atau daftar."),
    ),
    "form_property_wrong": (
        N_("Nilai “{property}” pada “{name}” tidak dapat dipakai."),
        N_("Perbaiki di modeler, atau hapus sifat itu."),
    ),
    "form_key_missing": (
        N_("“{name}” tidak punya kunci (Key)."),
        N_("Beri kunci, misalnya judul atau tanggal_masuk."),
    ),
    "form_key_not_identifier": (
        N_("Kunci “{key}” tidak dapat dipakai."),
        N_(
            "Pakai huruf, angka, dan garis bawah, diawali huruf, paling panjang 64; titik memisahkan tingkat."
        ),
    ),
    "form_key_reserved": (
        N_("Kunci “{key}” adalah kata yang dipakai sistem."),
        N_("Ganti dengan nama lain, misalnya {key}_laporan."),
    ),
    "form_key_twice": (
        N_("Kunci “{key}” dipakai lebih dari sekali."),
        N_("Beri setiap isian kunci sendiri."),
    ),
    "form_id_twice": (
        N_("Id komponen “{key}” dipakai lebih dari sekali."),
        N_("Beri setiap komponen id sendiri."),
    ),
    "form_label_missing": (
        N_("Isian “{name}” tidak punya label."),
        N_("Tulis labelnya; pembaca layar membutuhkannya."),
    ),
    "form_template_wrong": (
        N_("Templat “{property}” pada “{name}” salah tulis: {reason}"),
        N_("Perbaiki ungkapannya, misalnya Laporan {{{{nomor}}}}."),
    ),
    "form_source_missing": (
        N_("“{name}” tidak punya sumber data (dataSource) dalam FEEL."),
        N_("Tulis sumbernya, misalnya =daftar_barang; tanpa itu tidak ada yang tampil."),
    ),
    "form_table_empty": (
        N_("Tabel “{name}” tidak punya kolom."),
        N_("Tambahkan kolom, dengan kunci yang ada pada setiap baris datanya."),
    ),
    "form_address_refused": (
        N_("Alamat “{address}” pada “{name}” tidak dapat dibuka."),
        N_("Pakai alamat https, atau untuk gambar: data:image."),
    ),
    "form_shown_as_link": (
        N_("“{name}” tampil sebagai tautan: halaman ini tidak memuat isi dari situs lain."),
        N_("Biarkan begitu, atau untuk gambar: tanam di formulir sebagai data:image."),
    ),
    "form_feel_wrong": (
        N_("FEEL pada “{name}” ({property}) salah tulis: {reason}"),
        N_('Perbaiki ungkapannya, misalnya =hasil != "terbukti".'),
    ),
    "form_calls_unknown": (
        N_("FEEL pada “{name}” ({property}) memanggil {call}, yang tidak dikenal."),
        N_('Pakai fungsi FEEL, misalnya contains(uraian, "sawah").'),
    ),
    "form_condition_ignored": (
        N_("Syarat sembunyi “{text}” pada “{name}” tidak berlaku karena bukan FEEL."),
        N_("Awali dengan tanda sama dengan, misalnya =anonim."),
    ),
    "form_rule_not_number": (
        N_("Batas {rule} pada “{name}” bukan angka: {value}"),
        N_("Tulis angka, atau FEEL yang diawali =."),
    ),
    "form_rule_ignored": (
        N_("Aturan {rule} pada “{name}” tidak berlaku untuk komponen {type}."),
        N_("Hapus aturan itu, atau ganti jenis komponennya."),
    ),
    "form_rules_contradict": (
        N_("Aturan “{name}” saling bertentangan: {low} dan {high}."),
        N_("Tidak ada isian yang memenuhi keduanya; perbaiki salah satunya."),
    ),
    "form_pattern_wrong": (
        N_("Pola “{pattern}” pada “{name}” salah tulis: {reason}"),
        N_("Tulis ekspresi reguler JavaScript yang benar."),
    ),
    "form_options_missing": (
        N_("“{name}” tidak punya pilihan."),
        N_("Tulis daftar pilihan, kunci, atau ungkapannya."),
    ),
    "form_option_wrong": (
        N_("“{name}” punya pilihan tanpa nilai, atau yang nilainya bukan teks, angka, atau ya/tidak."),
        N_("Beri setiap pilihan label dan nilai."),
    ),
    "form_option_twice": (
        N_("“{name}” punya dua pilihan bernilai “{value}”."),
        N_("Beri setiap pilihan nilai sendiri."),
    ),
    "form_options_once": (
        N_("Daftar pilihan “{name}” bergantung pada isian lain di formulir yang sama."),
        N_(
            "Daftar itu berubah dengan tombol “Perbarui isian”, bukan sambil mengetik; bila mengganggu, pakai "
            "beberapa daftar bersyarat."
        ),
    ),
    "form_default_wrong": (
        N_("Nilai awal “{value}” tidak cocok dengan isian “{name}”."),
        N_("Pilih nilai awal yang dapat diisi orang, atau hapus."),
    ),
    "form_private_told": (
        N_("“{name}” ditandai pribadi dan sekaligus tampil pelapor."),
        N_("Hapus salah satunya: identitas tidak pernah tampil di halaman pelapor."),
    ),
    "form_identity_acts": (
        N_(
            "“{property}” pada “{name}” membaca identitas (“{variable}”), tetapi tidak hanya mengatur identitas."
        ),
        N_(
            "Syarat, kunci, batas, pilihan, dan rumus yang membaca isian pribadi hanya boleh pada isian pribadi, "
            "bukan berkas; pakai isian lain, atau tandai “{name}” pribadi."
        ),
    ),
    "form_identity_shown": (
        N_("“{property}” pada “{name}” menampilkan identitas (“{variable}”)."),
        N_("Teks formulir tidak pernah memuat isian pribadi; hapus dari teks itu, atau pakai isian lain."),
    ),
    "form_private_misplaced": (
        N_("“{name}” ditandai pribadi, padahal bukan isian; isian di dalamnya tidak ikut menjadi pribadi."),
        N_("Tandai setiap isian yang berisi identitas."),
    ),
    "form_mark_misspelt": (
        N_("Properti “{property}” pada “{name}” tidak dikenal; yang dikenal: “{known}”."),
        N_("Tulis persis “{known}”, atau beri nama yang tidak mirip."),
    ),
    "form_mark_unclear": (
        N_("Properti {property} pada “{name}” berisi “{value}”, bukan ya atau tidak."),
        N_("Tulis ya atau tidak, atau hapus properti itu."),
    ),
    "form_day_unclear": (
        N_("Properti {property} pada “{name}” berisi “{value}”; yang dikenal hanya “{known}”."),
        N_("Tulis {known}, atau hapus properti itu."),
    ),
    "form_word_unknown": (
        N_("Properti {property} pada “{name}” berisi “{value}”; yang dikenal: {known}."),
        N_("Tulis salah satunya, atau hapus properti itu."),
    ),
    "form_channel_open": (
        N_("“{name}” disebut saluran pelapor tetapi tidak ditandai pribadi; tidak ada yang dikirim ke sana."),
        N_("Tandai pribadi: ya, atau hapus properti saluran pelapor."),
    ),
}
