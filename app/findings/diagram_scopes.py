"""Words for findings about sub-processes, repetition and what is thrown."""

TEXTS: dict[str, tuple[str, str]] = {
    "flow_crosses_border": (
        "Panah “{name}” melintasi batas subproses.",
        "Akhiri jalan itu di dalam subproses, lalu lanjutkan dari tepi subprosesnya.",
    ),
    "start_inside_waits": (
        "Kejadian awal “{name}” di dalam subproses menunggu; subproses dimulai ketika perkara sampai di sana.",
        "Pakai kejadian awal biasa, dan taruh yang ditunggu sesudah itu.",
    ),
    "sub_process_empty": (
        "Subproses “{name}” tidak berisi langkah; di sini menjadi tugas orang.",
        "Gambar langkah-langkahnya di dalam subproses, atau ganti dengan tugas biasa.",
    ),
    "ad_hoc_all_once": (
        (
            "Langkah-langkah di dalam subproses ad hoc “{name}” terbuka bersamaan, masing-masing sekali; ia "
            "selesai sesudah semuanya."
        ),
        "Gambar urutan atau pilihannya dengan panah dan gerbang bila maksudnya lain.",
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
    "call_without_target": (
        "“{name}” memanggil proses lain, tetapi tidak disebut proses yang mana; di sini menjadi tugas orang.",
        "Isi id proses yang dipanggil, atau gambar sebagai tugas biasa.",
    ),
    "call_computed": (
        "Proses yang dipanggil “{name}” dihitung ({text}); di sini harus disebut langsung.",
        "Tulis id prosesnya.",
    ),
    "call_unknown": (
        "“{name}” memanggil proses “{key}”, yang tidak ada di antara berkas maupun yang sudah diterapkan.",
        "Sertakan diagramnya, atau periksa id proses yang dipanggil.",
    ),
    "call_itself": (
        "“{name}” memanggil proses “{key}”, yang memanggilnya kembali: tidak akan pernah selesai.",
        "Pakai perulangan di dalam satu proses.",
    ),
    "call_too_deep": (
        "Pemanggilan “{name}” terlalu dalam; paling dalam {limit} tingkat.",
        "Gabungkan beberapa proses yang dipanggil.",
    ),
    "call_too_large": (
        "Dengan proses yang dipanggil “{name}” diagram menjadi terlalu besar; paling banyak {limit} unsur.",
        "Pecah menjadi proses tersendiri.",
    ),
    "call_without_start": (
        "Proses “{key}” yang dipanggil “{name}” hanya dimulai oleh pesan.",
        "Tambahkan kejadian awal biasa pada proses itu.",
    ),
    "start_form_unasked": (
        "“{name}” dimulai sendiri; formulirnya tidak ditanyakan kepada siapa pun.",
        "Tanyakan isian itu di tugas pertama.",
    ),
}
