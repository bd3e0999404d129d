"""Words for findings about what a diagram holds and we don't run: code, and elements still to come."""

TEXTS: dict[str, tuple[str, str]] = {
    # Code, and what modelers add.
    "script_task": (
        "“{name}” adalah tugas skrip; program di dalam diagram tidak dijalankan.",
        "Ganti dengan tugas orang, tabel keputusan (DMN), atau tugas kirim.",
    ),
    "code_in_extension": (
        "“{name}” memuat program ({found}); program di dalam diagram tidak dijalankan.",
        "Hapus {found}; aturan ditulis sebagai syarat FEEL atau tabel keputusan.",
    ),
    "program_elsewhere": (
        "“{name}” menyebut program di luar diagram ({found}), yang tidak dipanggil dari sini.",
        (
            "Tidak perlu apa-apa bila program itu hanya mencatat atau memberi tahu; bila mengisi data, ganti "
            "dengan formulir atau tabel keputusan."
        ),
    ),
    "script_empty": (
        "“{name}” adalah tugas skrip tanpa skrip; di sini ia menjadi pemberitahuan.",
        "Bila orang harus bekerja di langkah ini, ganti dengan tugas orang.",
    ),
    "extension_ignored": (
        "“{name}” memuat tambahan pemodel yang tidak dipakai di sini: {found}.",
        "Tidak apa-apa bila tidak dibutuhkan: pelaksana berasal dari lajur, tenggat dari timer.",
    ),
    "external_worker": (
        "“{name}” diserahkan kepada program luar “{worker}”; di sini ia menjadi pemberitahuan.",
        "Bila orang harus bekerja di langkah ini, ganti dengan tugas orang.",
    ),
    "form_named_twice": (
        "“{name}” menyebut lebih dari satu formulir: {found}. Yang dipakai “{used}”.",
        "Sisakan kunci formulir yang dimaksud.",
    ),
    "form_key_unreadable": (
        "Formulir “{text}” pada “{name}” tidak dapat dikenali.",
        "Tulis nama formulir saja, misalnya laporan.",
    ),
    "rule_without_table": (
        "Tugas aturan “{name}” tidak menyebut tabel keputusan; di sini menjadi tugas orang.",
        "Isi id tabel keputusan (DMN) pada tugas itu bila tabel yang memutuskan.",
    ),
    "decision_unreadable": (
        "Tabel keputusan “{text}” pada “{name}” tidak dapat dikenali.",
        "Tulis id tabel saja, misalnya rute_unit.",
    ),
    # What cannot run yet.
    "not_yet_event_sub_process": (
        "Subproses kejadian “{name}” belum dapat dijalankan.",
        "Pakai kejadian tepi pada tugasnya.",
    ),
    "not_yet_ad_hoc": (
        (
            "Subproses ad hoc “{name}” mengatur sendiri langkah mana yang dikerjakan dan kapan cukup; itu belum "
            "dapat dijalankan."
        ),
        "Hapus syarat selesainya bila semua langkah dikerjakan, atau gambar pilihannya dengan gerbang.",
    ),
    "not_yet_instantiate": (
        "“{name}” memulai perkara tanpa kejadian mulai; ini belum dapat dijalankan.",
        "Pakai kejadian mulai dengan pesan.",
    ),
    "not_yet_quantity": (
        "“{name}” menunggu atau mengirim beberapa token sekaligus ({found}); ini belum dapat dijalankan.",
        "Kosongkan {found}; bila langkah ini dikerjakan berkali-kali, pakai penanda pengulangan.",
    ),
    "not_yet_parallel_events": (
        "Gerbang kejadian “{name}” menunggu semua kejadian sesudahnya; ini belum dapat dijalankan.",
        "Pakai gerbang paralel dengan satu kejadian di tiap jalannya.",
    ),
    "not_yet_compensation": (
        "Kompensasi pada “{name}” belum dapat dijalankan.",
        "Gambar langkah pembatalannya sebagai tugas biasa.",
    ),
    "not_yet_multiple_events": (
        "“{name}” menunggu lebih dari satu hal; ini belum dapat dijalankan.",
        "Pakai gerbang kejadian dengan satu kejadian untuk tiap hal.",
    ),
}
