"""Words for findings about ways through a diagram: code → (what is wrong, what to do)."""

from app.base.i18n import N_

TEXTS: dict[str, tuple[str, str]] = {
    # Variables that are read before anybody was asked.
    "unset_in_condition": (
        N_(
            "“{name}” menguji {field}, yang pada jalan ini belum ditanyakan kepada siapa pun: {way}. "
            "Isinya di sana kosong (null)."
        ),
        N_(
            "Tanyakan “{variable}” sebelum itu di semua jalan, atau tulis syarat untuk yang kosong, "
            "misalnya {variable} = null."
        ),
    ),
    "unset_in_table": (
        N_(
            "Tabel pada “{name}” menguji {field}, yang pada jalan ini belum ditanyakan kepada siapa pun: "
            "{way}. Baris yang mengujinya tidak cocok di sana."
        ),
        N_(
            "Tanyakan “{variable}” sebelum itu di semua jalan, atau tambahkan baris untuk yang kosong: "
            "null pada kolom itu."
        ),
    ),
    "unset_in_timer": (
        N_(
            "Waktu “{name}” dihitung dari {field}, yang pada jalan ini belum diisi: {way}. Tanpa isinya "
            "perkara berhenti di sana."
        ),
        N_(
            "Wajibkan “{variable}” di semua jalan sebelum itu, atau tulis rumus yang memberi waktu juga "
            'bila kosong, misalnya =if {variable} = null then "3 hari" else {variable}.'
        ),
    ),
    "perhaps_unset_in_timer": (
        N_(
            "Waktu “{name}” dihitung dari {field}, yang belum tentu terisi: di {perhaps} ia boleh tetap "
            "kosong. Jalannya: {way}. Tanpa isinya perkara berhenti di sana."
        ),
        N_(
            "Wajibkan “{variable}” di semua jalan sebelum itu, atau tulis rumus yang memberi waktu juga "
            'bila kosong, misalnya =if {variable} = null then "3 hari" else {variable}.'
        ),
    ),
    "unset_in_rounds": (
        N_(
            "“{name}” diulang menurut {field}, yang pada jalan ini belum diisi: {way}. Tanpa isinya "
            "perkara berhenti di sana."
        ),
        N_(
            "Wajibkan “{variable}” di semua jalan sebelum itu, atau tulis daftar kosong sebagai gantinya:"
            " =if {variable} = null then [] else {variable}."
        ),
    ),
    "perhaps_unset_in_rounds": (
        N_(
            "“{name}” diulang menurut {field}, yang belum tentu terisi: di {perhaps} ia boleh tetap "
            "kosong. Jalannya: {way}. Tanpa isinya perkara berhenti di sana."
        ),
        N_(
            "Wajibkan “{variable}” di semua jalan sebelum itu, atau tulis daftar kosong sebagai gantinya:"
            " =if {variable} = null then [] else {variable}."
        ),
    ),
    "unset_in_mapping": (
        N_(
            "Pemetaan pada “{name}” membaca {field}, yang pada jalan ini belum ditanyakan kepada siapa "
            "pun: {way}. Hasilnya di sana kosong."
        ),
        N_("Tanyakan “{variable}” sebelum itu di semua jalan."),
    ),
    "unset_in_receiver": (
        N_(
            "“{name}” mencari perkara penerima menurut {field}, yang pada jalan ini belum ditanyakan "
            "kepada siapa pun: {way}. Pesannya lalu sampai ke perkara yang bertaut atau bernomor sama, "
            "bila ada."
        ),
        N_("Tanyakan “{variable}” sebelum itu di semua jalan."),
    ),
    "unset_in_told_unit": (
        N_(
            "“{name}” memberi tahu unit menurut {field}, yang pada jalan ini belum ditanyakan kepada "
            "siapa pun: {way}. Di sana tidak ada yang diberi tahu."
        ),
        N_("Tanyakan “{variable}” sebelum itu di semua jalan."),
    ),
    # Cases that stop, and elements that no case comes to.
    "join_waits_for_ever": (
        N_(
            "Perkara dapat berhenti selamanya di {join}: yang ditunggu dari {missing} tidak datang lagi. "
            "Jalannya: {way}."
        ),
        N_(
            "Arahkan jalan itu juga ke gerbang ini. Bila perkara memang selesai di sana, pakai akhir yang"
            " menghentikan semua (terminate); atau pakai gerbang inklusif di sini, yang hanya menunggu "
            "yang masih dapat datang."
        ),
    ),
    "join_never_passes": (
        N_(
            "Tidak ada perkara yang melewati {join}, sehingga {behind} tidak pernah terbuka: yang "
            "ditunggu dari {missing} tidak datang. Jalannya: {way}."
        ),
        N_(
            "Arahkan jalan itu juga ke gerbang ini. Bila perkara memang selesai di sana, pakai akhir yang"
            " menghentikan semua (terminate); atau pakai gerbang inklusif di sini, yang hanya menunggu "
            "yang masih dapat datang."
        ),
    ),
    "never_opens": (
        N_("Tidak ada jalan yang sampai di “{name}”, walaupun ada panah ke sana dari “{before}”."),
        N_(
            "Periksa apa yang mengakhiri perkara atau kegiatannya lebih dahulu, misalnya akhir yang "
            "menghentikan semua (terminate), atau pengulangan tanpa satu putaran pun."
        ),
    ),
    "resolved_with_work_left": (
        N_(
            "“{name}” menyatakan perkara tuntas, padahal “{open}” masih dapat terbuka pada saat itu. "
            "Perkara lalu berakhir di “{end}”, dan tidak tercatat tuntas."
        ),
        N_(
            "Satukan kedua jalan dengan gerbang paralel sebelum “{name}”, atau hentikan yang lain: "
            "jadikan “{name}” akhir yang menghentikan semua (terminate)."
        ),
    ),
    # What was not looked at.
    "paths_too_many": (
        N_(
            "Belum semua jalan diperiksa: keadaan yang mungkin terlalu banyak. Yang ditemukan di antara "
            "{states} keadaan pertama disebut di sini."
        ),
        N_(
            "Tidak perlu apa-apa. Bila ingin yakin, kurangi cabang yang berjalan bersamaan, atau bagi "
            "menjadi subproses."
        ),
    ),
    "paths_pile_up": (
        N_(
            "Belum semua jalan diperiksa: perkara dapat sampai di “{name}” berkali-kali sekaligus, atau "
            "jalan keluarnya terlalu banyak gabungannya."
        ),
        N_(
            "Bila memang begitu maksudnya, tidak perlu apa-apa. Bila tidak, satukan jalan-jalan ke sana "
            "lebih dahulu."
        ),
    ),
    # Questions of forms.
    "questions_unused": (
        N_(
            "Jawaban {fields} tidak dibaca oleh syarat, tabel, formulir, atau pesan mana pun; ia hanya "
            "tercatat, walaupun pertanyaannya seperti menentukan jalan."
        ),
        N_(
            "Bila jawabannya harus menentukan jalan, tulis sebagai syarat pada panah yang keluar dari "
            "gerbangnya. Bila hanya untuk dicatat, tidak perlu apa-apa."
        ),
    ),
}
