"""Words for findings about a deployment as a whole: code → (what is wrong, what to do)."""

from app.base.i18n import N_

TEXTS: dict[str, tuple[str, str]] = {
    "file_unknown": (
        N_("Berkas ini bukan .bpmn, .form, atau .dmn."),
        N_("Kirim diagram (.bpmn), formulir (.form), dan tabel keputusan (.dmn)."),
    ),
    "file_not_used": (
        N_("{file} tidak dipakai oleh diagram mana pun yang berlaku; berkas ini tidak ikut disimpan."),
        N_(
            "Sebut formulir atau tabel ini pada sebuah tugas; bila diagram yang memakainya ditolak, perbaiki diagram "
            "itu dahulu."
        ),
    ),
    "file_of_another": (
        N_(
            "{file} tidak dikirim bersama proses “{process}”; yang dipakai adalah isinya dari proses {others}."
        ),
        N_(
            "Bandingkan isinya dengan yang dimaksud untuk proses ini. Bila lain, kirim berkasnya bersama diagram "
            "ini, atau beri nama lain dan sebut nama itu pada tugasnya."
        ),
    ),
    "file_replaced_too": (
        N_(
            "{file} yang dikirim bersama proses {others} juga menggantikan berkas bernama sama di proses “{process}”."
        ),
        N_("Bila proses ini harus tetap memakai isinya yang lama, beri berkas yang baru nama lain."),
    ),
    "process_like_another": (
        N_(
            "Proses “{name}” datang dengan id “{key}”, padahal proses dengan nama, lajur, dan formulir yang sama "
            "sudah berlaku dengan id “{other}” (versi {version}). Bila diterapkan, keduanya berdiri sendiri: "
            "perkara, versi, dan folder yang lama tidak ikut."
        ),
        N_(
            "Bila ini proses yang sama, kembalikan id prosesnya menjadi “{other}”; di Studio cukup jawab bahwa "
            "prosesnya sama. Bila memang proses lain, beri nama lain agar tidak tertukar."
        ),
    ),
    "process_retired": (
        N_("Proses “{key}” sudah diakhiri; versi baru tidak dapat diterapkan."),
        N_("Aktifkan lagi prosesnya di halaman Proses, lalu terapkan sekali lagi."),
    ),
    "nothing_in_force": (
        N_("Di sini belum ada basis data yang sesuai dengan program ini; dianggap belum ada yang berlaku."),
        N_(
            "Sertakan semua yang dipanggil dan disebut diagram, atau jalankan check di instalasi tempat itu sudah "
            "diterapkan."
        ),
    ),
    "version_unreadable": (
        N_(
            "Berkas versi {version} proses “{key}” yang berlaku tidak dapat dibaca; apakah proses itu memakai berkas "
            "ini tidak dapat diperiksa."
        ),
        N_("Terapkan diagram proses itu sekali lagi, lengkap dengan formulir dan tabelnya."),
    ),
    "pattern_endless": (
        N_("Pola {pattern} pada “{name}” dapat membuat pemeriksaan isian berjalan tanpa akhir."),
        N_(
            "Tulis tanpa (?=…), (?!…), (?<=…), (?<!…), rujukan balik, dan pengulangan ratusan kali; atau tanpa "
            "pengulangan di dalam pengulangan. Panjang teks dapat dibatasi dengan maxLength."
        ),
    ),
    "pattern_elsewhere": (
        N_(
            "Pola {pattern} pada “{name}” mengulang pengulangan. Di sini aman; di program lain, misalnya pratinjau "
            "pada perancang formulir, teks tertentu dapat membuatnya berjalan tanpa akhir."
        ),
        N_("Bila formulir dipakai juga di sana, tulis tanpa pengulangan di dalam pengulangan."),
    ),
    "file_twice": (
        N_("Ada dua berkas bernama {file}."),
        N_("Kirim satu saja; folder tempat berkas itu berada tidak membedakannya."),
    ),
    "process_twice": (
        N_("Proses “{key}” ada di dua berkas; yang pertama {first}."),
        N_("Kirim satu diagram untuk setiap proses, atau ganti id prosesnya."),
    ),
    "process_in_files": (
        N_("Proses “{key}” ada di beberapa berkas dalam folder: {files}. Tidak satu pun diterapkan."),
        N_("Beri proses di salah satunya id lain, atau pindahkan berkasnya; sampai itu, yang berlaku tetap."),
    ),
    "folder_replaces": (
        N_("Versi {version} dari “{process}” tidak berasal dari folder, dan diganti oleh berkas ini."),
        N_("Bila isi versi itu masih diperlukan, unduh berkasnya di halaman Proses dan gabungkan."),
    ),
    "file_gone": (
        N_("Berkas ini tidak ada lagi di folder; versi {version} dari “{key}” tetap berlaku dengan isinya."),
        N_("Taruh kembali bila terhapus tanpa sengaja. Yang berlaku berganti hanya oleh versi baru."),
    ),
    "form_twice": (
        N_("Formulir “{key}” ada di dua berkas; yang pertama {first}."),
        N_("Kirim satu berkas untuk setiap formulir."),
    ),
    "decision_twice": (
        N_("Tabel keputusan “{key}” ada di dua berkas; yang pertama {first}."),
        N_("Kirim setiap tabel sekali saja, atau ganti id keputusannya."),
    ),
    "form_missing": (
        N_("Formulir {form} untuk “{name}” tidak ada."),
        N_("Kirim berkas {form} bersama diagram, atau ganti kunci formulirnya."),
    ),
    "decision_missing": (
        N_("Tabel keputusan “{decision}” untuk “{name}” tidak ada."),
        N_("Kirim berkas .dmn yang memuat keputusan dengan id itu, atau ganti acuannya."),
    ),
    "text_unreadable": (
        N_("Yang diisikan ke teks pada “{name}” tidak dapat dibaca: {reason}."),
        N_("Perbaiki FEEL di antara {{{{ dan }}}}; yang dikenal: tenggat, lama, dan isian perkara."),
    ),
    "form_length_differs": (
        N_(
            "Formulir menyebut {text}, tetapi tidak ada waktu sepanjang itu dalam proses; tenggat {task} {meant}."
        ),
        N_("Samakan teksnya dengan tenggat, bila itu yang dimaksud."),
    ),
    "form_length_fixed": (
        N_("Formulir menyebut {text}, padahal tenggat {task} dihitung."),
        N_("Tulis teksnya tanpa waktu yang tetap; tenggatnya tampil pada halaman tugas."),
    ),
    "dates_ahead_unknown": (
        N_(
            "Tenggat “{name}” dihitung; sebelum langkah itu terbuka, pelapor tidak membaca perkiraan tanggalnya."
        ),
        N_("Tidak perlu apa-apa; tanggalnya tampil begitu langkahnya terbuka."),
    ),
    "private_field_read": (
        N_("“{name}” membaca isian pribadi “{variable}” ({where})."),
        N_("Isian pribadi tidak boleh menentukan jalan, tenggat, tabel, atau daftar; pakai isian lain."),
    ),
    "name_never_set": (
        N_("“{name}” membaca “{variable}”, tetapi tidak ada formulir, tabel, atau pesan yang mengisinya."),
        N_("Periksa ejaan nama itu, atau tambahkan isian dengan kunci tersebut."),
    ),
    "name_perhaps_never_set": (
        N_("“{name}” membaca “{variable}”, yang tidak diisi formulir atau tabel mana pun."),
        N_("Pastikan nama itu dikirim saat perkara dimulai atau lewat pesan; bila tidak, periksa ejaannya."),
    ),
    "cell_name_never_set": (
        N_(
            "Sel pada baris {row}, kolom “{column}” di tabel “{name}” membaca “{variable}”, yang tidak diisi "
            "formulir atau tabel mana pun."
        ),
        N_(
            'Bila itu sebuah teks, tulis di dalam tanda kutip ganda: "{variable}". Bila nama, periksa ejaannya.'
        ),
    ),
    "column_name_never_set": (
        N_(
            "Kolom masukan “{column}” di tabel “{name}” membaca “{variable}”, yang tidak diisi formulir atau tabel "
            "mana pun."
        ),
        N_("Periksa ejaan nama itu, atau tambahkan isian dengan kunci tersebut."),
    ),
    "value_never_chosen": (
        N_(
            "“{name}” menguji apakah “{variable}” berisi “{value}”, yang tidak ada di pilihan formulir mana pun."
        ),
        N_("Samakan dengan pilihan yang ada: {options}."),
    ),
    "cell_value_never_chosen": (
        N_(
            "Sel pada baris {row}, kolom “{column}” di tabel “{name}” menguji “{value}”, yang tidak ada di pilihan "
            "isian “{variable}”."
        ),
        N_("Samakan dengan pilihan yang ada: {options}."),
    ),
    "cell_gives_no_choice": (
        N_(
            "Sel pada baris {row}, kolom “{column}” di tabel “{name}” menghasilkan “{value}”, yang tidak ada di "
            "pilihan isian “{variable}”."
        ),
        N_("Samakan dengan pilihan yang ada: {options}."),
    ),
    "deployment_waits": (
        N_("Penerapan ini belum berlaku: menunggu persetujuan orang kedua."),
        N_(
            "Pemilik proses atau administrator lain membukanya di halaman Proses, lalu menyetujui atau menolaknya."
        ),
    ),
    "sop_revision_unchanged": (
        N_(
            "Diagram berubah dari versi {version}, sedangkan nomor SOP ({number}) dan tanggal revisinya ({date}) "
            "tetap."
        ),
        N_(
            "Bila perubahan ini resmi, perbarui nomor sop, nomor revisi, atau tanggal revisi di identitas prosesnya."
        ),
    ),
    "identity_mark_dropped": (
        N_("“{name}” tidak lagi identitas; pada versi {version} atau sebelumnya isian ini pribadi."),
        N_(
            "Sejak versi ini isinya terbuka bagi semua yang melihat perkara; yang tersimpan pada perkara lama tetap "
            "tersegel. Bila tidak dimaksud, beri lagi properti pribadi = ya."
        ),
    ),
    "identity_lane_added": (
        N_("Lajur “{name}” kini melihat identitas; pada versi {version} tidak."),
        N_(
            "Sejak versi ini petugasnya dapat membaca siapa pelapornya. Bila tidak dimaksud, kembalikan properti "
            "identitas seperti semula."
        ),
    ),
    "identity_coordinator_added": (
        N_("Koordinator “{name}” kini melihat identitas; pada versi {version} tidak."),
        N_(
            "Sejak versi ini koordinator itu dapat membaca siapa pelapornya. Bila tidak dimaksud, kembalikan "
            "properti koordinator lajurnya seperti semula."
        ),
    ),
    "identity_lanes_gone": (
        N_("Tidak ada lagi lajur yang melihat identitas; pada versi {version} ada."),
        N_(
            "Tanpa lajur itu nama, telepon, dan NIK dalam teks bebas tidak disamarkan lagi, dan terbaca semua yang "
            "melihat perkara. Bila tidak dimaksud, kembalikan properti identitas."
        ),
    ),
    "identity_unit_dropped": (
        N_(
            "Tugas di lajur “{name}”, yang melihat identitas, kini juga terbuka bagi petugas unit lain; pada versi "
            "{version} hanya bagi unit perkaranya."
        ),
        N_(
            "Sejak versi ini mereka dapat membaca siapa pelapornya. Bila tidak dimaksud, kembalikan properti unit "
            "lajur atau tugasnya seperti semula."
        ),
    ),
    "identity_closing_changed": (
        N_("Syarat identitas tertutup berubah atau dihapus; pada versi {version}: {before}."),
        N_(
            "Identitas pelapor yang minta dirahasiakan dapat terbuka bagi koordinator. Bila tidak dimaksud, "
            "kembalikan properti identitas tertutup."
        ),
    ),
    "identity_closing_unasked": (
        N_("“{name}” tidak ditanyakan lagi, sedangkan syarat identitas tertutup membacanya."),
        N_(
            "Pelapor tidak dapat lagi minta dirahasiakan di formulir ini. Bila tidak dimaksud, kembalikan isian itu."
        ),
    ),
    "identity_closing_altered": (
        N_(
            "“{name}”, yang menentukan syarat identitas tertutup, ditanyakan atau diisi dengan cara lain daripada "
            "pada versi {version}."
        ),
        N_(
            "Pelapor yang minta dirahasiakan mungkin tidak lagi terlindungi: periksa kapan isian itu tampil dan "
            "dapat diisi, pilihan dan nilai awalnya, serta tugas, tabel, atau pesan yang mengisinya. Bila tidak "
            "dimaksud, kembalikan seperti semula."
        ),
    ),
    "identity_not_masked": (
        N_(
            "Yang ditulis di “{name}” tidak disamarkan; pada versi {version} disamarkan, atau isian ini belum ada."
        ),
        N_(
            "Nama, telepon, NIK, dan alamat surel di sana terbaca semua yang melihat perkara. Bila tidak dimaksud, "
            "hapus properti samarkan = tidak, atau pola isian itu."
        ),
    ),
    "identity_handed_over": (
        N_(
            "Pesan “{message}” dari “{name}” kini dapat membawa identitas ke proses lain; pada versi {version} tidak."
        ),
        N_(
            "Yang boleh melihat identitas di proses penerima lalu membaca siapa pelapornya. Bila tidak dimaksud, "
            "kembalikan pesan itu dan isi pesan-nya seperti semula."
        ),
    ),
    "private_field_mapped": (
        N_("“{name}” memetakan data ke isian pribadi “{variable}”."),
        N_("Isian pribadi hanya diisi orang lewat formulir; pakai nama lain untuk pemetaan itu."),
    ),
    "answers_stay": (
        N_(
            "Isian {fields} di “{name}” hanya berlaku di tugas itu dan tetap di riwayat; tidak dibawa keluar."
        ),
        N_("Tambahkan pemetaan keluar bila isian itu dibutuhkan sesudahnya."),
    ),
    "name_not_handed_over": (
        N_("Proses yang dipanggil “{name}” membaca “{variable}”, yang tidak dibawa ke sana."),
        N_("Tambahkan pemetaan masuk untuk nama itu, atau isi di dalam proses yang dipanggil."),
    ),
    "property_names_no_variable": (
        N_("Properti proses “{property}” menunjuk “{variable}”, yang tidak diisi formulir mana pun."),
        N_("Tulis kunci isian yang ada, agar daftar dan pencarian dapat menampilkannya."),
    ),
    "unit_not_chosen": (
        N_(
            "“{name}” terbuka sebelum unitnya dipilih: isian “{variable}” masih kosong. Jalannya: {ways}. Tugas itu "
            "lalu ditawarkan kepada {who}, dan mereka dapat membaca perkaranya."
        ),
        N_(
            "Isi “{variable}” di semua jalan sebelum tugas itu: isian wajib pada formulir, atau tabel keputusan yang "
            "selalu memberi hasil. Atau tulis properti unit pada tugas itu sendiri, dengan isian yang sudah terisi."
        ),
    ),
    "unit_perhaps_not_chosen": (
        N_(
            "“{name}” dapat terbuka sebelum unitnya dipilih: isian “{variable}” belum tentu terisi. Jalannya: "
            "{ways}; di {perhaps} ia boleh tetap kosong. Tugas itu lalu ditawarkan kepada {who}, dan mereka dapat "
            "membaca perkaranya."
        ),
        N_(
            "Isi “{variable}” di semua jalan sebelum tugas itu: isian wajib pada formulir, atau tabel keputusan yang "
            "selalu memberi hasil. Atau tulis properti unit pada tugas itu sendiri, dengan isian yang sudah terisi."
        ),
    ),
    "lane_renamed": (
        N_("Lajur “{before}” kini bernama “{after}”; petugasnya ikut ({officers} orang)."),
        N_(
            "Bila yang berganti hanya namanya, tidak perlu apa-apa. Bila pelaksananya lain, atur petugas “{after}” "
            "di halaman Pengguna & unit."
        ),
    ),
    "lane_renamed_apart": (
        N_(
            "Lajur “{before}” kini bernama “{after}”; petugasnya ({officers} orang) masuk kelompok baru “{after}”. "
            "Kelompok “{before}” tetap ada, karena masih dipakai lajur lain atau sebagai koordinator."
        ),
        N_(
            "Sejak kini kedua kelompok diatur sendiri-sendiri di halaman Pengguna & unit. Perkara yang sudah "
            "berjalan tetap pada “{before}”."
        ),
    ),
    "lane_group_changed": (
        N_(
            "Lajur “{before}” kini bernama “{after}”, dan kelompok “{after}” sudah ada: tugasnya ditawarkan kepada "
            "kelompok itu ({officers} orang), tidak lagi kepada “{before}” ({left} orang)."
        ),
        N_(
            "Bila memang pelaksananya berganti, tidak perlu apa-apa; perkara yang sudah berjalan tetap pada "
            "“{before}”. Bila yang berganti hanya nama lajurnya, pakai nama yang belum dipakai kelompok lain."
        ),
    ),
    "lane_without_officers": (
        N_("Belum ada petugas pada lajur atau kelompok “{lane}”."),
        N_("Tambahkan petugas di halaman Pengguna & unit."),
    ),
}
