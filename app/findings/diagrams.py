"""Words for findings about diagrams: code → (what is wrong, what to do)."""

from app.findings import diagram_drawn, diagram_flow

TEXTS: dict[str, tuple[str, str]] = {
    **diagram_flow.TEXTS,
    **diagram_drawn.TEXTS,
    # The file itself.
    "file_too_large": (
        "Berkas lebih besar dari {limit}.",
        "Hapus gambar atau lampiran yang tersimpan di dalam diagram, lalu simpan lagi.",
    ),
    "file_empty": ("Berkas kosong.", "Buka diagram di pemodel, lalu simpan lagi."),
    "encoding_broken": (
        "Berkas menyatakan diri {encoding}, tetapi berisi huruf yang tidak mungkin ada di sana.",
        "Simpan lagi sebagai UTF-8.",
    ),
    "encoding_unknown": ("Penyandian huruf “{encoding}” tidak dibaca.", "Simpan berkas sebagai UTF-8."),
    "doctype": (
        "Berkas memuat DOCTYPE; itu ditolak karena dapat menarik berkas lain.",
        "Hapus baris <!DOCTYPE …>; BPMN dan DMN tidak memerlukannya.",
    ),
    "not_xml": (
        "Berkas bukan XML yang utuh: {where}.",
        "Buka dan simpan lagi dengan pemodel; bila diubah dengan tangan, perbaiki baris itu.",
    ),
    "not_bpmn": (
        "Berkas ini bukan diagram BPMN 2.0: unsur terluarnya “{found}”.",
        "Ekspor dari pemodel sebagai BPMN 2.0 XML.",
    ),
    "no_process": (
        "Diagram tidak berisi proses: tidak ada kejadian, tugas, atau gerbang.",
        "Gambar setidaknya kejadian mulai, satu tugas, dan kejadian akhir.",
    ),
    "too_many_nodes": (
        "Proses berisi {count} unsur; paling banyak {limit}.",
        "Bagi prosedur menjadi beberapa diagram.",
    ),
    "too_many_flows": (
        "Proses berisi {count} panah; paling banyak {limit}.",
        "Bagi prosedur menjadi beberapa diagram.",
    ),
    "more_findings": ("Masih ada {count} temuan lain.", "Perbaiki yang ini dahulu, lalu periksa lagi."),
    # Ids and names.
    "bad_id": (
        "Id “{bad}” tidak dapat dipakai.",
        "Pakai huruf, angka, titik, garis bawah, dan tanda hubung; paling panjang 128 tanda, tanpa spasi.",
    ),
    "duplicate_id": (
        "Id “{id}” dipakai dua kali: baris {first} dan baris {second}.",
        "Beri salah satunya id lain.",
    ),
    "id_missing": (
        "Unsur <{element}> tidak mempunyai id.",
        "Beri id; pemodel memberinya sendiri bila unsur digambar ulang.",
    ),
    "name_too_long": (
        "Nama “{start}” lebih panjang dari {limit} huruf.",
        "Pendekkan nama; keterangan panjang masuk ke dokumentasi.",
    ),
    "unknown_element": (
        "Unsur <{found}> tidak dikenal di dalam proses.",
        "Hapus, atau ganti dengan tugas, kejadian, atau gerbang.",
    ),
    # Lanes.
    "task_outside_lanes": (
        "Tugas “{name}” tidak berada di lajur mana pun, sehingga tidak ada pelaksananya.",
        "Geser tugas ke dalam sebuah lajur.",
    ),
    "task_in_two_lanes": (
        "Tugas “{name}” tercatat di dua lajur: “{first}” dan “{second}”.",
        "Geser tugas keluar lajur, lalu masukkan lagi ke satu lajur.",
    ),
    "lane_named_by_pool": (
        "Satu-satunya lajur tidak bernama; ia memakai nama poolnya, “{name}”.",
        "Beri nama pelaksananya bila lain.",
    ),
    "lane_without_name": ("Lajur “{id}” tidak bernama.", "Beri nama pelaksananya."),
    "lanes_share_name": (
        "Beberapa lajur bernama “{name}”; petugas tidak dapat membedakannya.",
        "Beri nama yang berbeda.",
    ),
    "lane_lists_unknown": (
        "Lajur “{name}” mencatat “{ref}”, yang tidak ada di diagram.",
        "Tidak berpengaruh; simpan ulang dengan pemodel untuk membersihkannya.",
    ),
    "nested_lanes": (
        "Lajur “{name}” berisi lajur lain; yang dipakai adalah lajur di dalamnya.",
        "Tidak perlu apa-apa bila memang begitu maksudnya.",
    ),
    # Properties.
    "property_value": (
        "Properti {property} pada “{name}” berisi “{value}”.",
        "Isi dengan salah satu dari: {allowed}.",
    ),
    "period_unreadable": (
        "Masa simpan “{value}” tidak dapat dibaca, sehingga tidak ada perkara yang lewat masa simpan.",
        "Tulis seperti 5 tahun atau 18 bulan.",
    ),
    "unsettled_unreadable": (
        "“Belum selesai” berisi “{value}” dan tidak dapat dibaca, sehingga pelapor tidak dapat menyatakan laporannya "
        "belum selesai.",
        "Tulis lamanya sesudah perkara berakhir, seperti 10 hari kerja.",
    ),
    "unsettled_step_unknown": (
        "Langkah “{value}” pada “belum selesai kembali ke” tidak ada, atau ada lebih dari satu.",
        "Tulis nama salah satu langkah: {steps}.",
    ),
    "unsettled_without_time": (
        "“Belum selesai kembali ke” menyebut “{value}”, tetapi tidak ada waktunya, sehingga pelapor tidak dapat "
        "menyatakan laporannya belum selesai.",
        "Isi juga properti belum selesai, misalnya 10 hari kerja.",
    ),
    "property_only_on_process": (
        "Properti {property} pada “{name}” tidak berpengaruh di sana.",
        "Pindahkan ke proses (atau pool).",
    ),
    "property_only_on_lane": (
        "Properti {property} pada “{name}” tidak berpengaruh di sana.",
        "Pindahkan ke lajur.",
    ),
    "property_only_on_end": (
        "Properti {property} pada “{name}” tidak berpengaruh di sana.",
        "Pindahkan ke peristiwa akhir (end event).",
    ),
    "property_misspelt": (
        "Properti “{property}” pada “{name}” tidak dikenal; yang dikenal: “{known}”.",
        "Tulis persis “{known}”, atau beri nama yang tidak mirip.",
    ),
    "identity_lane_unknown": (
        "Properti identitas menyebut lajur “{lane}”, yang tidak ada.",
        "Lajur yang ada: {lanes}.",
    ),
    "reporter_misplaced": (
        "“{name}” ditandai untuk pelapor, padahal tidak menunggu pesan.",
        "Pindahkan properti untuk ke kejadian pesan.",
    ),
    "reporter_without_form": (
        "“{name}” menunggu pelapor, tetapi tidak mempunyai formulir.",
        "Sebutkan formulir yang diisi pelapor.",
    ),
    # What a diagram holds and we don't run: code, and elements still to come.
    "script_task": (
        "“{name}” adalah tugas skrip; program di dalam diagram tidak dijalankan.",
        "Ganti dengan tugas orang, tabel keputusan (DMN), atau tugas kirim.",
    ),
    "script_offered": (
        "“{name}” adalah tugas skrip; program di dalam diagram tidak dijalankan.",
        "Bila maksudnya sama, tulis sebagai FEEL: {offer}, dengan variabel hasil “{target}”.",
    ),
    "script_translated": (
        "“{name}” berisi skrip untuk mesin lain; yang dijalankan: {offer}",
        "Tulis dalam FEEL (scriptFormat feel) bila maksudnya lain.",
    ),
    "script_does_nothing": (
        "Skrip pada “{name}” tidak mengisi data apa pun, paling-paling ia mencetak atau mencatat; ia dilewati.",
        "Tidak perlu apa-apa, kecuali bila skrip itu harus mengisi data: beri ia variabel hasil.",
    ),
    "code_in_extension": (
        "“{name}” memuat program ({found}); program di dalam diagram tidak dijalankan.",
        "Hapus {found}; aturan ditulis sebagai syarat FEEL atau tabel keputusan.",
    ),
    "code_not_run": (
        "“{name}” memuat program ({found}), yang tidak dijalankan di sini; langkahnya berjalan tanpa itu.",
        (
            "Tidak perlu apa-apa bila program itu hanya mencatat atau memberi tahu; bila mengisi data, ganti "
            "dengan formulir atau tabel keputusan."
        ),
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
        "Bila petugas atau pekerja luar harus mengerjakannya, pilih itu pada “dikerjakan oleh”.",
    ),
    "service_is_notice": (
        "Tugas layanan “{name}” menjadi pemberitahuan, lalu perkara langsung berlanjut.",
        "Bila petugas atau pekerja luar harus mengerjakannya, pilih itu pada “dikerjakan oleh”.",
    ),
    "service_by_person": (
        "“{name}” menjadi tugas petugas lajurnya, karena “dikerjakan oleh” berbunyi petugas.",
        "Tidak apa-apa bila memang orang yang mengerjakannya.",
    ),
    "service_by_worker": (
        "“{name}” menunggu pekerja luar yang mengambil pekerjaan jenis “{type}” lewat API.",
        "Pastikan ada pekerja yang mengambil jenis ini; selama tidak ada, perkara menunggu di sini.",
    ),
    "job_type_unreadable": (
        "Jenis pekerjaan “{text}” pada “{name}” tidak dapat dipakai.",
        "Tulis satu nama tetap, misalnya kirim-surat; rumus tidak dihitung.",
    ),
    "job_retries_unreadable": (
        "“{name}” menyebut percobaan “{text}”; di sini dipakai 3.",
        "Tulis bilangan 1 sampai {most}.",
    ),
    "job_headers_too_many": (
        "“{name}” memuat terlalu banyak header, atau ada yang terlalu panjang.",
        "Paling banyak {most} header, masing-masing paling panjang {longest} huruf.",
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
    "not_yet_ad_hoc": (
        (
            "Subproses ad hoc “{name}” menghitung sendiri langkah mana yang dikerjakan, atau kapan cukup di tiap "
            "pengulangannya; itu belum dapat dijalankan."
        ),
        "Hapus hitungan itu bila semua langkah dikerjakan, atau gambar pilihannya dengan gerbang.",
    ),
    "ad_hoc_condition_idle": (
        "Subproses ad hoc “{name}” tidak menutup langkah yang terbuka, sehingga syarat selesainya ({text}) tidak "
        "mengubah apa pun: semua langkahnya terbuka sejak awal.",
        "Hapus syarat itu, atau izinkan langkah yang tersisa ditutup.",
    ),
    "receiver_begins": (
        "“{name}” memulai perkara bila yang ditunggunya datang.",
        "Tidak perlu apa-apa bila benar; gambar kejadian mulai bila orang yang memulainya.",
    ),
    "instantiate_ignored": (
        "“{name}” dikatakan memulai perkara, tetapi panah masuk ke sana atau ia di dalam subproses; ia menunggu "
        "saja.",
        "Hapus panah itu, atau tanda memulainya (instantiate).",
    ),
    "quantity_ignored": (
        "“{name}” dikatakan menunggu atau mengirim beberapa token sekaligus ({found}); di sini satu saja.",
        "Kosongkan {found}; bila langkah ini dikerjakan berkali-kali, pakai penanda pengulangan.",
    ),
    "not_yet_parallel_events": (
        "Gerbang kejadian “{name}” menunggu semua kejadian sesudahnya; ini belum dapat dijalankan.",
        "Pakai gerbang paralel dengan satu kejadian di tiap jalannya.",
    ),
    "not_yet_multiple_events": (
        "“{name}” menunggu beberapa hal sampai semuanya datang; di tempat ini itu belum dapat dijalankan.",
        "Pakai gerbang paralel dengan satu kejadian antara di tiap jalannya.",
    ),
    # Sub-processes, repetition and what is thrown.
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
    "ad_hoc_until_enough": (
        (
            "Langkah-langkah di dalam subproses ad hoc “{name}” terbuka bersamaan, masing-masing sekali; ia selesai "
            "sesudah semuanya, atau ketika syarat selesainya terpenuhi."
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
    "compensation_without_handler": (
        "“{name}” tidak terhubung dengan kegiatan yang membatalkan; ia diabaikan.",
        "Hubungkan dengan asosiasi ke kegiatan pembatalnya, atau hapus kejadiannya.",
    ),
    "compensation_unused": (
        "“{name}” membatalkan sesuatu, tetapi tidak ada kejadian kompensasi yang memintanya; ia tidak pernah dibuka.",
        "Gambar kejadian kompensasi yang melempar pada jalan pembatalan, atau hapus langkah ini.",
    ),
    "compensation_joined": (
        "Panah menuju “{name}”, yang bertanda kompensasi; ia dijalankan sebagai langkah biasa.",
        "Hapus panahnya bila ia membatalkan langkah lain, atau hapus tanda kompensasinya.",
    ),
    "compensation_of_nothing": (
        "“{name}” meminta pembatalan, tetapi di sini tidak ada yang dapat dibatalkan; perkara melewatinya.",
        "Beri kegiatan kejadian tepi kompensasi dengan kegiatan pembatalnya.",
    ),
    "compensation_too_large": (
        "Dengan semua yang dibatalkan “{name}” diagram menjadi terlalu besar; paling banyak {limit} unsur.",
        "Kurangi kejadian yang meminta pembatalan, atau sebut kegiatan mana yang dibatalkannya.",
    ),
    "event_sub_process_joined": (
        "Panah menuju atau meninggalkan subproses kejadian “{name}”; ia dijalankan sebagai subproses biasa.",
        "Hapus panahnya bila isinya dimulai oleh kejadian, atau hapus tanda kejadiannya.",
    ),
    "definition_meaningless": (
        "“{name}” memuat {found}, yang tidak berarti apa-apa di tempat ini; ia dibaca sebagai kejadian biasa.",
        "Tidak perlu apa-apa bila benar; bila tidak, pilih lagi jenis kejadiannya di pemodel.",
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
        "Proses yang dipanggil “{name}” dihitung dengan cara yang tidak dapat dibaca ({text}).",
        "Tulis id prosesnya, atau hitung dengan FEEL.",
    ),
    "call_worked_out": (
        "Proses yang dipanggil “{name}” dihitung ketika perkara sampai di sana ({text}). Yang dapat dipanggil ialah "
        "proses yang ada ketika diagram ini diterapkan.",
        "Terapkan diagram ini lagi bila kemudian ada proses baru yang harus dapat dipanggil.",
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
    # Data that is carried into activities and out of them.
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
