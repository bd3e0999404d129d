"""Words for findings about data that is carried into activities and out of them."""

TEXTS: dict[str, tuple[str, str]] = {
    "mapping_script": (
        "“{target}” pada “{name}” dihitung oleh skrip; skrip tidak dijalankan, dan “{target}” tidak diisi.",
        "Tulis sebagai ungkapan FEEL atau nilai tetap, atau isi lewat formulir atau tabel keputusan.",
    ),
    "mapping_target": (
        "Pemetaan ke “{target}” pada “{name}” diabaikan: itu bukan nama isian yang dapat dipakai.",
        "Pakai huruf, angka dan garis bawah, dimulai dengan huruf; titik memisahkan tingkat.",
    ),
    "mapping_misplaced": (
        "Pemetaan {found} pada “{name}” diabaikan: di sana tidak ada yang memakainya.",
        "Pindahkan ke tugas, subproses atau kejadian pesan.",
    ),
    "mapping_of_worker": (
        (
            "Pemetaan {found} pada “{name}” diabaikan: pekerjaannya diserahkan kepada program luar "
            "“{worker}”, yang tidak dipanggil dari sini."
        ),
        "Bila isian itu dibutuhkan sesudahnya, ganti dengan tugas orang berformulir, atau kirim lewat pesan.",
    ),
    "mapping_too_many": (
        "“{name}” mempunyai {count} pemetaan data; paling banyak {limit}.",
        "Gabungkan beberapa isian menjadi satu.",
    ),
    "mapping_too_long": (
        "Nilai tetap pada pemetaan “{name}” terlalu panjang; paling panjang {limit} huruf.",
        "Pindahkan teks panjang ke formulir atau dokumentasi.",
    ),
    "call_returns_nothing": (
        (
            "Proses yang dipanggil “{name}” tidak mengembalikan isian apa pun: yang diisi di dalamnya hanya "
            "berlaku di sana, dan tetap tercatat di riwayat."
        ),
        "Tambahkan pemetaan keluar bila isiannya dibutuhkan sesudahnya.",
    ),
    "call_business_key": (
        "Nomor tersendiri untuk proses yang dipanggil “{name}” ({text}) diabaikan: ia bagian dari perkara ini.",
        "Tidak perlu apa-apa; proses yang dipanggil memakai nomor perkara.",
    ),
}
