"""Words for findings about sub-processes, repetition and what is thrown."""

TEXTS: dict[str, tuple[str, str]] = {
    "flow_crosses_border": (
        "Panah “{name}” melintasi batas subproses.",
        "Akhiri jalan itu di dalam subproses, lalu lanjutkan dari tepi subprosesnya.",
    ),
    "start_inside_waits": (
        "Kejadian awal “{name}” di dalam subproses menunggu pesan; subproses dimulai ketika perkara sampai di sana.",
        "Pakai kejadian awal biasa, dan tunggu pesannya sesudah itu.",
    ),
    "sub_process_empty": (
        "Subproses “{name}” tidak berisi apa-apa; perkara melewatinya begitu saja.",
        "Gambar langkah-langkahnya di dalam subproses, atau ganti dengan tugas.",
    ),
    "thrown_uncaught": (
        "Tidak ada yang menangkap yang dilempar “{name}”; di sini jalannya hanya berakhir atau berlanjut.",
        "Tempelkan kejadian penangkap di tepi subprosesnya.",
    ),
    "caught_never_thrown": (
        "“{name}” menunggu sesuatu yang tidak pernah dilempar di dalam kegiatannya, sehingga tidak pernah terjadi.",
        "Tambahkan kejadian pelempar di dalam subproses, atau pakai pesan atau timer.",
    ),
    "rounds_unknown": (
        "“{name}” bertanda berulang, tetapi tidak disebut untuk apa atau berapa kali; di sini dijalankan sekali.",
        "Isi daftar (misalnya satuan kerja), jumlah, atau syarat pengulangannya.",
    ),
    "rounds_name": (
        "“{text}” pada “{name}” bukan nama isian yang dapat dipakai.",
        "Pakai huruf, angka dan garis bawah, dimulai dengan huruf.",
    ),
    "rounds_collect_nothing": (
        "“{name}” mengumpulkan hasil ke “{into}”, tetapi tidak disebut hasil yang mana.",
        "Isi unsur keluaran, misalnya nama isian formulirnya.",
    ),
    "rounds_misplaced": (
        "Tanda berulang pada “{name}” diabaikan; hanya kegiatan yang dapat berulang.",
        "Bungkus dengan subproses yang berulang.",
    ),
    "event_misplaced": (
        "“{name}” ({found}) tidak mempunyai arti di tempat ini.",
        "Pakai di tepi subproses untuk menangkap, atau di akhir jalan di dalamnya untuk melempar.",
    ),
}
