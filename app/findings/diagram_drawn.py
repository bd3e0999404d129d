"""Words for findings about drawings that leave something unsaid, and how it was understood."""

TEXTS: dict[str, tuple[str, str]] = {
    # Where a process begins and ends.
    "start_implied": (
        "Proses “{name}” tidak mempunyai kejadian mulai; perkara mulai di {first}.",
        "Gambar kejadian mulai bila perkara seharusnya mulai di tempat lain.",
    ),
    "several_starts": (
        (
            "“{name}” adalah kejadian mulai lain di samping “{first}”. Orang memulai perkara di "
            "“{first}”; yang ini dimulai oleh pesan “{message}”."
        ),
        (
            "Bila orang seharusnya mulai di sini, gambar yang ini lebih dahulu atau beri formulir, atau"
            " sisakan satu kejadian mulai."
        ),
    ),
    "start_message_unnamed": (
        "“{name}” mulai oleh pesan, tetapi pesannya tidak disebut; perkara dimulai oleh orang.",
        "Pilih pesan dan beri nama bila sistem lain yang memulainya.",
    ),
    "flow_into_start": (
        "Ke kejadian mulai “{name}” masuk panah; perkara yang kembali ke sana langsung diteruskan.",
        "Arahkan panah ke langkah sesudahnya agar gambar mudah dibaca.",
    ),
    "flow_into_boundary": (
        "Panah “{name}” masuk ke kejadian tepi “{target}”, padahal ke sana tidak boleh ada panah masuk.",
        "Arahkan panah ke langkah sesudahnya.",
    ),
    "flow_out_of_end": (
        "Dari kejadian akhir “{name}” keluar panah; perkara tidak berakhir di sana, tetapi berjalan terus.",
        "Jadikan kejadian antara, atau hapus panahnya bila perkara memang berakhir di sana.",
    ),
    "flow_out_of_terminate": (
        "“{name}” mengakhiri seluruh perkara; panah yang keluar dari sana tidak pernah dilalui.",
        "Hapus panah itu.",
    ),
    "gateway_ends": (
        "Dari gerbang “{name}” tidak keluar panah; apa yang sampai di sana berakhir di sana.",
        "Tarik panah ke langkah berikutnya bila perkara seharusnya berlanjut.",
    ),
    "boundary_ends": (
        (
            "Bila “{name}” terjadi, tugasnya diambil dari petugas dan jalan itu berakhir: tidak ada "
            "panah yang keluar."
        ),
        (
            "Jadikan tidak memotong (garis putus-putus) bila hanya tanda tenggat, atau tarik panah ke "
            "langkah berikutnya."
        ),
    ),
    # Several flows out of one step.
    "implicit_parallel": (
        "Dari “{name}” keluar {count} panah tanpa gerbang; semuanya dijalani bersamaan.",
        "Bila seharusnya dipilih salah satu, taruh gerbang eksklusif sesudahnya.",
    ),
    "implicit_choice": (
        (
            "Dari “{name}” keluar {count} panah, sebagian bersyarat; setiap panah yang syaratnya "
            "terpenuhi dijalani."
        ),
        "Bila hanya satu yang boleh dijalani, taruh gerbang eksklusif sesudahnya.",
    ),
    "complex_gateway": (
        (
            "Gerbang kompleks “{name}” dijalankan seperti gerbang inklusif: setiap jalan yang cocok "
            "diambil, dan semua yang masih dapat datang ditunggu."
        ),
        "Pakai gerbang lain bila aturannya berbeda, misalnya “dua dari tiga sudah cukup”.",
    ),
    "join_never_together": (
        (
            "Panah-panah ke gerbang paralel “{name}” tidak dapat datang bersama, karena berpisah pada suatu "
            "pilihan; gerbang itu melanjutkan begitu yang dapat datang sudah datang."
        ),
        "Satukan jalan-jalan pilihan itu dengan gerbang eksklusif sebelum gerbang paralel.",
    ),
    "join_perhaps_not_together": (
        "Panah-panah ke gerbang paralel “{name}” berpisah pada gerbang inklusif, yang mungkin tidak mengambil "
        "semuanya; gerbang itu melanjutkan begitu yang masih dapat datang sudah datang.",
        "Satukan jalan-jalan pilihan itu dengan gerbang inklusif sebelum gerbang paralel.",
    ),
    "event_gateway_asks": (
        "“{name}” berdiri sesudah gerbang kejadian “{gateway}”, tetapi tidak menunggu apa-apa; petugas lajurnya "
        "menyatakan “{message}” bila itu yang terjadi.",
        "Tidak perlu apa-apa bila benar; gambar kejadian pesan atau timer di depannya bila itu yang ditunggu.",
    ),
    "event_gateway_one": (
        "Sesudah gerbang kejadian “{name}” hanya ada satu kejadian; perkara menunggu yang satu itu.",
        "Gambar kejadian lain yang ditunggu, atau hapus gerbangnya.",
    ),
    "flow_end_joined": (
        "Panah “{name}” tidak menempel di kedua ujungnya; menurut letaknya di gambar ia berjalan dari “{source}” "
        "ke “{target}”.",
        "Tidak perlu apa-apa bila benar; bila tidak, tempelkan ujungnya pada langkah yang dimaksud.",
    ),
    "flow_between_pools": (
        "Panah “{name}” berjalan dari “{source}” ke “{target}”, di pool lain; ia dibaca sebagai aliran pesan.",
        "Tidak perlu apa-apa bila benar; bila keduanya satu prosedur, gambar di satu pool dengan lajur.",
    ),
    # Links.
    "link_without_target": (
        (
            "Tautan “{link}” pada “{name}” tidak sampai ke mana pun: tidak ada kejadian tautan penerima"
            " bernama itu."
        ),
        "Samakan nama kedua kejadian tautan, atau tarik panah langsung.",
    ),
    "link_without_source": (
        "Ke tautan “{link}” pada “{name}” tidak ada yang melompat.",
        "Samakan nama kedua kejadian tautan, atau hapus.",
    ),
    "link_target_twice": (
        "Tautan “{link}” diterima di dua tempat; “{name}” adalah yang kedua.",
        "Sisakan satu kejadian tautan penerima untuk tiap nama.",
    ),
    "link_misplaced": (
        "Kejadian tautan “{name}” hanya boleh berada di tengah jalan, bukan di awal, akhir, atau tepi.",
        "Pakai kejadian antara sebagai tautan, atau tarik panah langsung ke tujuannya.",
    ),
    "condition_asked": (
        "“{name}” menunggu suatu syarat; petugas lajurnya menyatakan bila syarat itu sudah terpenuhi.",
        "Tidak perlu apa-apa bila memang begitu; tulis syaratnya dalam FEEL bila isian perkara yang menentukannya.",
    ),
    "condition_start_by_hand": (
        "“{name}” tidak memulai perkara dengan sendirinya; petugas lajurnya memulainya bila syaratnya terpenuhi.",
        "Tidak perlu apa-apa bila memang begitu.",
    ),
    # Pools and messages.
    "process_only_drawn": (
        "Proses “{name}” tidak ditandai dapat dijalankan, sedangkan yang lain ditandai; ia hanya digambar.",
        "Tandai isExecutable bila proses ini juga dijalankan di sini.",
    ),
    "message_named_by_drawing": (
        "“{name}” menunggu pesan yang tidak disebut; ia menunggu pesan bernama “{message}”.",
        "Pilih atau buat pesan dan beri nama bila pengirimnya memakai nama lain.",
    ),
    "message_flow_ignored": (
        (
            "Aliran pesan “{flow}” menempel pada “{name}”, yang tidak mengirim atau menunggu pesan; "
            "aliran itu hanya digambar."
        ),
        "Jadikan tugas kirim, tugas terima, atau kejadian pesan bila perkara memang menunggu pesan itu.",
    ),
    "task_sends": (
        "Bila “{name}” selesai, pesan “{message}” dikirim lewat aliran pesannya.",
        "Tidak perlu apa-apa bila benar; hapus aliran pesannya bila hanya gambar.",
    ),
    "task_told": (
        "Pesan “{message}” yang datang selagi “{name}” terbuka dicatat pada perkaranya; tugas itu tetap diselesaikan "
        "orang.",
        "Pakai tugas terima atau kejadian pesan bila perkara tidak boleh berjalan sebelum pesan itu datang.",
    ),
    "task_begins": (
        "Pesan “{message}” ke “{name}” memulai perkara baru di sana; yang datang selagi tugas itu terbuka dicatat "
        "pada perkaranya.",
        "Pakai kejadian mulai dengan pesan bila orang tidak boleh memulainya sendiri.",
    ),
    "message_flow_inside": (
        "Aliran pesan “{flow}” ke “{name}” menghubungkan dua langkah dalam satu proses; ia hanya digambar.",
        "Pakai panah biasa di dalam satu proses, atau pisahkan keduanya ke dua pool.",
    ),
    "message_flow_by_hand": (
        (
            "Salah satu ujung aliran pesan “{message}” ke “{name}” hanya digambar; pesan itu disampaikan "
            "hanya bila kedua prosesnya dijalankan di sini."
        ),
        "Tandai isExecutable atau terapkan proses itu tersendiri; bila tidak, petugas mencatatnya atau program "
        "mengirimnya lewat API.",
    ),
    "message_flow_to_edge": (
        (
            "Aliran pesan “{message}” menempel pada tepi pool, bukan pada langkah di dalamnya; pesan itu "
            "tidak disampaikan dengan sendirinya."
        ),
        "Tarik ujungnya ke kejadian atau tugas yang mengirim atau menerima pesan itu.",
    ),
    "event_by_message_flow": (
        "“{name}” tidak disebut menunggu atau mengirim apa; karena aliran pesannya ia dibaca sebagai "
        "kejadian pesan “{message}”.",
        "Hapus aliran pesannya bila maksudnya lain, misalnya perkara dimulai oleh petugas.",
    ),
    "event_by_its_name": (
        "“{name}” tidak disebut menunggu apa; ia dibaca sebagai pesan “{message}”, yang dikirim petugas atau "
        "sistem lain.",
        "Pilih jenis kejadiannya di pemodel bila maksudnya lain, misalnya timer.",
    ),
    "event_waits_for_nothing": (
        "“{name}” digambar menunggu, tetapi tidak disebut menunggu apa; perkara berhenti di sana sampai petugas "
        "lajurnya menyatakan selesai.",
        "Tidak perlu apa-apa bila benar; jadikan timer atau pesan bila waktu atau pesan yang ditunggu.",
    ),
    # Time in a drawing.
    "timer_read_from_words": (
        "Timer “{name}” tidak berisi waktu; “{text}” dibaca sebagai {understood}.",
        "Isi waktunya pada timer bila maksudnya lain, misalnya 3 hari kerja atau P3D.",
    ),
    "timer_words_not_understood": (
        "Timer “{name}” tidak berisi waktu, dan dari “{text}” waktunya tidak terbaca.",
        (
            "Tulis waktunya pada timer, nama, atau anotasinya, misalnya: 5 hari kerja, H+3, maks. 60 "
            "hari, 2x24 jam, 30 menit, tiap Senin, P3D."
        ),
    ),
    "timer_label_differs": (
        "Nama timer “{name}” menyebut waktu yang lain daripada waktu timernya, yaitu {text}.",
        "Samakan nama dan waktunya; yang berlaku adalah waktunya.",
    ),
    "timer_cell_differs": (
        "Pada “{name}” sel waktu SOP berbunyi “{cell}”, tetapi tenggat tugasnya {text}.",
        "Samakan sel dan timer tenggatnya; yang berlaku adalah timer.",
    ),
    "timer_label_fixed": (
        "Nama timer “{name}” menyebut waktu yang tetap, padahal waktunya dihitung.",
        "Tulis {{{{lama}}}} di tempat waktunya, atau nama tanpa waktu; hasilnya tampil pada tiap perkara.",
    ),
    "timer_cell_fixed": (
        "Pada “{name}” sel waktu SOP berbunyi “{cell}”, padahal tenggat tugasnya dihitung.",
        "Tulis {{{{lama}}}} di tempat waktunya, misalnya “Paling lama {{{{lama}}}}”.",
    ),
    "message_length_fixed": (
        "Pesan pada “{name}” menyebut {text}, padahal tenggat {task} dihitung.",
        "Tulis {{{{lama}}}} atau {{{{tenggat}}}} di tempat waktunya.",
    ),
    "message_length_differs": (
        "Pesan pada “{name}” menyebut {text}, tetapi waktu pada {task} adalah {meant}.",
        "Samakan pesannya, atau tulis {{{{lama}}}} atau {{{{tenggat}}}} di tempat waktunya.",
    ),
    "reminder_never": (
        "“{text}” tidak pernah datang: tenggat “{task}” hanya {lengths}.",
        "Perpendek jaraknya, atau hapus pengingat ini.",
    ),
    "reminder_never_for": (
        "“{text}” tidak pernah datang bila tenggat “{task}” adalah {lengths}.",
        "Tidak apa-apa bila memang tidak perlu; bila perlu, tambahkan pengingat yang lebih dekat ke tenggatnya.",
    ),
    "timer_comes_once": (
        (
            "Timer berulang “{text}” pada “{name}” hanya dapat terjadi sekali; ia dijalankan sekali, "
            "sesudah {every}."
        ),
        (
            "Jadikan lama sekali saja, atau kejadian tepi yang tidak memotong (garis putus-putus) bila "
            "memang pengingat berulang."
        ),
    ),
    "timer_read_in_part": (
        "Dari “{text}” pada timer “{name}” dibaca {understood}; “{rest}” tidak ikut dihitung.",
        "Tulis waktunya saja bila maksudnya lain, misalnya 3 hari kerja atau P3D.",
    ),
    "timer_text_understood": (
        "Waktu “{text}” pada timer “{name}” dibaca sebagai {understood}.",
        "Tulis waktunya saja bila maksudnya lain, misalnya 3 hari kerja atau P3D.",
    ),
    # Lanes.
    "lane_by_place": (
        "Lajur tugas “{name}” diambil dari letaknya di gambar: “{lane}”.",
        "Tidak perlu apa-apa bila benar; bila tidak, geser tugas ke lajurnya lalu simpan dengan pemodel.",
    ),
    "lanes_from_groups": (
        "Diagram “{name}” tidak berlajur; kelompok pada tugasnya menjadi lajur: {groups}.",
        "Gambar lajur bila pelaksananya lain.",
    ),
    "step_not_drawn": (
        (
            "“{name}” tidak ada letaknya di gambar, sedangkan langkah lain ada; perkara yang sampai di "
            "sana tidak tampak pada gambar."
        ),
        "Buka berkas di pemodel dan gambar langkah itu, atau hapus bila tidak dipakai.",
    ),
    # What modelers add.
    "due_date_used": (
        "Batas waktu {text} pada tugas “{name}” menjadi tenggatnya.",
        "Tidak perlu apa-apa bila benar; tenggat lain digambar sebagai timer di tepi tugas.",
    ),
    "additions_ignored": (
        "Berkas memuat tambahan pemodel yang tidak berpengaruh di sini: {found}.",
        "Tidak perlu apa-apa, kecuali bila Anda mengandalkannya.",
    ),
    "bpmn_ignored": (
        "Berkas memuat bagian BPMN yang tidak berpengaruh di sini: {found}.",
        "Tidak perlu apa-apa, kecuali bila Anda mengandalkannya.",
    ),
    # Starts that lead nowhere, conditions of other engines.
    "start_joined": (
        "Dari kejadian mulai “{name}” tidak keluar panah; perkara mulai di {first}.",
        "Tarik panah dari kejadian mulai ke langkah pertama.",
    ),
    "start_ends": (
        "Dari kejadian mulai “{name}” tidak keluar panah; perkara yang mulai di sana berakhir di sana.",
        "Tarik panah dari sana ke langkah pertama.",
    ),
    "start_unconnected": (
        "Dari kejadian mulai “{name}” tidak keluar panah; ia tidak dipakai.",
        "Tarik panah dari sana ke langkah pertama, atau hapus.",
    ),
    "expression_translated": (
        "Ungkapan pada “{name}” ditulis untuk mesin lain: {text}. Ia dijalankan sebagai {offer}",
        "Tulis dalam FEEL bila maksudnya lain.",
    ),
    "event_shared": (
        (
            "“{name}” dicapai lewat beberapa jalan, sebagian dari gerbang kejadian; tiap jalan menunggu"
            " sendiri-sendiri."
        ),
        "Gambar kejadian tersendiri untuk tiap jalan agar terlihat di mana perkara menunggu.",
    ),
    "flow_crosses_border": (
        (
            "Panah “{name}” melintasi batas pool atau subproses ke atau dari “{ref}”; perkara tidak "
            "dapat menyeberang begitu."
        ),
        (
            "Antar-pool pakai aliran pesan; dari subproses tarik panah dari tepinya. Atau gambar "
            "semuanya di satu pool dengan lajur."
        ),
    ),
    "flow_to_no_step": (
        "Panah “{name}” berawal atau berakhir di “{ref}”, yang bukan tugas, kejadian, atau gerbang.",
        "Pakai garis asosiasi (putus-putus) untuk dokumen dan catatan; tarik panah ke langkah berikutnya.",
    ),
    "too_many_processes": (
        "Berkas berisi {count} proses yang dijalankan; paling banyak {limit}.",
        "Bagi berkas, atau tandai isExecutable hanya pada proses yang dijalankan di sini.",
    ),
}
