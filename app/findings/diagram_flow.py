"""Words for findings about how a diagram flows: events, conditions, timers."""

TEXTS: dict[str, tuple[str, str]] = {
    # Events and messages.
    "no_start": (
        "Proses “{name}” tidak mempunyai kejadian mulai.",
        "Gambar kejadian mulai dan tarik panah ke langkah pertama.",
    ),
    "event_without_trigger": (
        "“{name}” menunggu, tetapi tidak disebut menunggu apa.",
        "Jadikan timer atau pesan, atau beri nama agar dibaca sebagai pesan.",
    ),
    "trigger_unknown": (
        "“{name}” memakai definisi kejadian “{ref}”, yang tidak ada.",
        "Pilih lagi jenis kejadiannya di pemodel.",
    ),
    "reference_to_nothing": (
        "“{name}” merujuk “{ref}”, yang tidak ada dalam berkas; rujukan itu dipakai sebagai nama atau kodenya.",
        "Tidak perlu apa-apa bila nama atau kode itu benar; bila tidak, pilih lagi di pemodel.",
    ),
    "message_name_computed": ("Nama pesan pada “{name}” dihitung: {text}.", "Tulis nama pesan yang tetap."),
    "start_message_twice": (
        "Dua kejadian mulai menunggu pesan yang sama: “{message}”.",
        "Beri pesan yang berbeda.",
    ),
    "condition_in_words": (
        "Syarat pada “{name}” adalah kalimat: “{text}”; petugas ditanya.",
        "Tulis sebagai FEEL bila pilihannya harus otomatis, misalnya jumlah > 3.",
    ),
    "condition_of_program": (
        (
            "Syarat pada “{name}” menanyakan {call} kepada program yang tidak dipanggil dari sini: {text}; "
            "petugas ditanya."
        ),
        "Tulis sebagai FEEL bila pilihannya harus otomatis, misalnya jumlah > 3.",
    ),
    "condition_syntax": (
        "Syarat pada “{name}” tidak dapat dibaca: {text} ({detail}); petugas ditanya.",
        "Perbaiki bila pilihannya harus otomatis; contoh FEEL: jumlah > 3",
    ),
    "condition_set_aside": (
        (
            "Syarat pada “{name}” tidak dipakai: {text}. Syarat lain di gerbang yang sama tidak dapat dihitung di "
            "sini; petugas ditanya."
        ),
        "Tulis semua syarat gerbang itu sebagai FEEL bila pilihannya harus otomatis.",
    ),
    "condition_untranslatable": (
        (
            "Syarat pada “{name}” ditulis untuk mesin lain, dan tidak ada FEEL yang memutuskan sama: {text}; "
            "petugas ditanya."
        ),
        "Tulis sebagai FEEL bila pilihannya harus otomatis, misalnya jumlah > 3.",
    ),
    "leads_nowhere": (
        "Dari “{name}” tidak keluar panah.",
        "Tarik panah ke langkah berikutnya, atau ke kejadian akhir.",
    ),
    "boundary_not_attached": (
        "Kejadian tepi “{name}” tidak menempel pada tugas.",
        "Tempelkan pada tepi tugasnya.",
    ),
    "boundary_host_unknown": (
        "Kejadian tepi “{name}” menempel pada “{ref}”, yang tidak ada.",
        "Tempelkan lagi pada tepi tugasnya.",
    ),
    "boundary_host_not_activity": (
        "Kejadian tepi “{name}” menempel pada “{host}”, yang bukan tugas.",
        "Tempelkan pada tugas.",
    ),
    "boundary_on_automatic": (
        "“{name}” menempel pada “{host}”, yang selesai seketika; ia tidak akan pernah terjadi.",
        "Tempelkan pada tugas orang, atau hapus.",
    ),
    "event_gateway_target_shared": (
        "“{name}” dicapai juga lewat jalan lain, bukan hanya dari gerbang kejadian “{gateway}”.",
        "Gambar kejadian tersendiri untuk tiap jalan.",
    ),
    "event_gateway_target_boundary": (
        "Pada “{name}” menempel kejadian tepi, padahal ia berdiri sesudah gerbang kejadian “{gateway}”.",
        "Jadikan kejadian tepi itu kejadian sesudah gerbang.",
    ),
    "event_gateway_message_twice": (
        "Sesudah gerbang kejadian “{name}” dua kejadian menunggu pesan yang sama.",
        "Beri pesan yang berbeda.",
    ),
    # Flows, conditions, questions.
    "flow_without_source": (
        "Panah “{name}” ke “{other}” tidak berawal dari langkah mana pun.",
        "Tempelkan pangkalnya pada sebuah langkah, atau hapus panah itu.",
    ),
    "flow_without_target": (
        "Panah “{name}” dari “{other}” tidak sampai ke langkah mana pun.",
        "Tempelkan ujungnya pada langkah berikutnya, atau hapus panah itu.",
    ),
    "flow_source_unknown": (
        "Panah “{name}” berawal dari “{ref}”, yang tidak ada di proses ini.",
        "Tarik ulang panah itu.",
    ),
    "flow_target_unknown": (
        "Panah “{name}” menuju “{ref}”, yang tidak ada di proses ini.",
        "Tarik ulang panah itu.",
    ),
    "flow_source_far": (
        "Panah “{name}” tidak berawal dari langkah mana pun; yang terdekat dari pangkalnya “{nearest}”.",
        "Tempelkan pangkalnya pada langkah itu, atau hapus panah itu.",
    ),
    "flow_target_far": (
        "Panah “{name}” tidak sampai ke langkah mana pun; yang terdekat dari ujungnya “{nearest}”.",
        "Tempelkan ujungnya pada langkah itu, atau hapus panah itu.",
    ),
    "default_unknown": (
        "Jalan bawaan “{ref}” tidak keluar dari “{name}”.",
        "Pilih lagi jalan bawaan di antara panah keluarnya.",
    ),
    "default_ignored": (
        "Tidak ada syarat pada “{name}”, jadi petugas ditanya; tanda jalan bawaan diabaikan.",
        "Isi syarat bila pilihan harus otomatis.",
    ),
    "flow_taken_as_default": (
        "Panah “{name}” dari “{gateway}” tanpa syarat; ia menjadi jalan bawaan.",
        "Tandai sebagai jalan bawaan, atau beri syarat.",
    ),
    "flow_without_condition": (
        "Panah “{name}” dari “{gateway}” tanpa syarat, padahal panah lain bersyarat.",
        "Beri syarat; hanya satu panah boleh tanpa syarat. Tanpa syarat sama sekali, petugas yang memilih.",
    ),
    "no_default_flow": (
        "“{name}” tidak mempunyai jalan bawaan; perkara berhenti bila tidak ada syarat yang terpenuhi.",
        "Tandai satu panah sebagai jalan bawaan.",
    ),
    "condition_ignored": (
        "Syarat “{text}” pada panah “{name}” diabaikan: di sana tidak ada yang dipilih.",
        "Hapus syaratnya, atau pakai gerbang eksklusif.",
    ),
    "condition_on_default": (
        "Syarat “{text}” pada jalan bawaan “{name}” diabaikan.",
        "Hapus syaratnya, atau tanda jalan bawaannya.",
    ),
    "expression_too_long": (
        "Ungkapan pada “{name}” lebih panjang dari {limit} huruf.",
        "Pindahkan aturannya ke tabel keputusan.",
    ),
    "too_much_feel": (
        "Ungkapan di diagram ini bersama-sama lebih panjang dari {limit} huruf.",
        "Pindahkan aturan ke tabel keputusan (DMN).",
    ),
    "expression_calls_unknown": (
        "Ungkapan pada “{name}” memanggil {call}, yang tidak dapat dihitung di sini: {text}",
        "Tulis sebagai FEEL atas isian formulir, misalnya jumlah > 3, atau pakai tabel keputusan.",
    ),
    "expression_random": (
        (
            "Ungkapan pada “{name}” memakai {call}, yang setiap kali lain: {text}. Perkara dihitung ulang bila "
            "riwayatnya diperiksa, dan harus memberi nilai yang sama."
        ),
        "Pakai nomor perkara, atau isi nilainya lewat formulir.",
    ),
    "kinds_never_meet": (
        "“{name}” mempertemukan {left} ({left_kind}) dengan {right} ({right_kind}), yang tidak sejenis: {text}",
        "Tulis {offer}.",
    ),
    "kinds_not_compared": (
        "Ungkapan dalam “{name}” tidak selesai diperiksa. {detail}",
        "Pendekkan ungkapannya, atau bagi menjadi tabel keputusan.",
    ),
    "kind_unfit": (
        "“{name}” memakai {left} ({left_kind}) di tempat yang meminta {right_kind}: {text}",
        "Pakai isi yang sejenis, atau bandingkan dengan sesuatu.",
    ),
    "expression_not_feel": ("Ungkapan pada “{name}” bukan FEEL: {text}", "Tulis: {offer}"),
    "expression_untranslatable": (
        "Ungkapan pada “{name}” ditulis untuk mesin lain, dan tidak ada FEEL yang memutuskan sama: {text}",
        "Tulis sebagai FEEL atas isian formulir, misalnya jumlah > 3, atau pakai tabel keputusan.",
    ),
    "expression_syntax": (
        "Ungkapan pada “{name}” tidak dapat dibaca: {text} ({detail})",
        'Perbaiki; contoh FEEL: jumlah > 3 and kategori = "jalan"',
    ),
    "implicit_end": (
        "Jalan berakhir di “{name}” tanpa kejadian akhir; di sana ia dianggap selesai.",
        "Gambar kejadian akhir agar terlihat bagaimana perkara berakhir.",
    ),
    "unreachable": (
        "“{name}” tidak dapat dicapai dari kejadian mulai; ia tidak ikut dijalankan.",
        "Tarik panah ke sana, atau hapus.",
    ),
    "never_ends": (
        "Dari “{name}” tidak ada jalan ke akhir; perkara tidak akan pernah selesai.",
        "Gambar jalan ke kejadian akhir.",
    ),
    # Timers and deadlines.
    "timer_without_value": (
        "Timer “{name}” tidak berisi waktu.",
        "Tulis waktunya, misalnya 3 hari kerja atau P3D.",
    ),
    "timer_asked": (
        "Setiap kali perkara tiba di “{name}”, petugas lajurnya ditanya sampai kapan, atau menyatakan sudah "
        "waktunya.",
        "Tidak perlu apa-apa bila memang begitu; tulis waktunya bila jam yang menghitungnya.",
    ),
    "timer_start_by_hand": (
        "“{name}” tidak dimulai oleh jam, karena waktunya tidak terbaca; petugas lajurnya memulai perkara.",
        "Tidak perlu apa-apa bila memang begitu; tulis waktunya bila jam yang memulainya.",
    ),
    "timer_twice": (
        "Timer “{name}” berisi lebih dari satu waktu.",
        "Sisakan satu: lama, tanggal, atau berulang.",
    ),
    "timer_not_understood": (
        "Waktu “{text}” pada “{name}” tidak dimengerti.",
        "Contoh yang dimengerti: 3 hari kerja, 60 hari kalender, 30 menit, tiap Senin, P3D, H-14, R3/P1D.",
    ),
    "timer_is_bound": (
        "Waktu “{text}” pada “{name}” hanya batas terdekat atau perkiraan; dari situ tidak ada saat yang dapat "
        "dihitung.",
        "Tulis lamanya saja, misalnya 3 hari kerja, atau tanggalnya, misalnya 31 Desember 2027.",
    ),
    "timer_before_unknown": (
        "Waktu “{text}” pada “{name}” dihitung mundur dari sesuatu yang tidak dikenal.",
        "Tulis H-3 untuk tiga hari sebelum tenggat tugas yang sama; untuk yang lain tulis rumusnya, misalnya "
        '=date(tanggal_rapat) - duration("P3D").',
    ),
    "timer_tells_two": (
        "Waktu “{text}” pada “{name}” menyebut lebih dari satu waktu.",
        "Tulis satu saja, misalnya 5 hari kerja untuk yang terlama, setiap tanggal 5 dan 20, atau tiap Senin.",
    ),
    "timer_not_a_cycle": (
        "Timer “{name}” berjenis berulang, tetapi “{text}” tidak berulang.",
        "Tulis misalnya setiap hari atau R3/P1D, atau ganti jenisnya menjadi lama.",
    ),
    "timer_not_whole_days": (
        "Waktu “{text}” pada “{name}” tidak genap dalam hari.",
        "Tulis hari yang genap, atau jam.",
    ),
    "timer_too_long": (
        "Waktu “{text}” pada “{name}” terlalu lama.",
        "Periksa angkanya; paling lama 10.000 hari.",
    ),
    "timer_too_short": (
        "Waktu “{text}” pada “{name}” terlalu pendek.",
        "Periksa angkanya; timer berulang paling cepat tiap menit.",
    ),
    "timer_circle": (
        "Timer “{text}” pada “{name}” habis sebelum ada yang sempat bertindak, dan perkara dapat kembali ke sana "
        "dengan sendirinya.",
        "Beri waktu paling sedikit satu menit, atau taruh tugas orang di putaran itu; perkara yang berputar terus "
        "dihentikan setelah 100 putaran.",
    ),
    "automatic_circle": (
        "Perkara yang kembali ke “{name}” berputar tanpa henti lewat {names}: tidak ada yang menunggu di putaran "
        "itu, dan tidak ada yang mengubah syarat keluarnya.",
        "Taruh tugas orang, pesan, atau timer di putaran itu, atau arahkan alirannya ke depan; perkara yang "
        "berputar dihentikan sebagai kendala.",
    ),
    "timer_relative_without_deadline": (
        "“{text}” pada “{name}” dihitung mundur dari tenggat tugas, tetapi tugasnya tidak bertenggat.",
        "Tempelkan timer tenggat pada tugas yang sama, atau pada subproses yang memuatnya.",
    ),
    "deadline_misplaced": (
        "“{name}” ditandai tenggat, padahal bukan timer di tepi tugas.",
        "Pindahkan properti tenggat ke timer di tepi tugas.",
    ),
    "deadline_not_single": (
        "“{name}” ditandai tenggat, padahal “{text}” bukan satu waktu tersendiri.",
        "Tandai timer lain yang menyebut satu waktu, misalnya 60 hari.",
    ),
    "first_opening_misplaced": (
        "“{name}” dihitung sejak pembukaan pertama, padahal bukan timer di tepi tugas.",
        "Pindahkan properti dihitung sejak ke timer di tepi tugas.",
    ),
    "first_opening_not_single": (
        "“{name}” dihitung sejak pembukaan pertama, padahal “{text}” bukan satu waktu tersendiri.",
        "Hapus propertinya: yang dihitung mundur mengikuti tenggatnya, yang berulang mulai dari tiap pembukaan.",
    ),
    "first_opening_circle": (
        "“{name}” dihitung sejak pembukaan pertama, tetapi alirannya kembali ke “{host}” tanpa ada yang menunggu: "
        "di sana waktunya sudah lewat.",
        "Arahkan alirannya ke depan, taruh tugas orang, pesan, atau timer sebelum kembali, atau hapus properti "
        "dihitung sejak.",
    ),
    "deadline_twice": (
        "“{host}” mempunyai dua tenggat: “{first}” dan “{second}”.",
        "Sisakan satu tanda tenggat.",
    ),
    # Messages between pools.
    "message_heard_once": (
        (
            "Pesan dari “{sender}” digambar ke “{name}” dan “{other}”, yang dapat menunggu pada saat yang sama; "
            "hanya satu yang menerimanya."
        ),
        "Kirim pesan tersendiri untuk masing-masing, atau terima pesan itu sebelum alurnya bercabang.",
    ),
    "message_may_not_come": (
        (
            "“{name}” menunggu pesan tanpa batas waktu, sedangkan proses “{process}” dapat berakhir tanpa "
            "mengirimnya; perkara lalu menunggu terus."
        ),
        "Beri batas waktu, misalnya gerbang kejadian dengan timer, atau kirim jawaban di setiap akhir proses itu.",
    ),
    # Who ends a wait.
    "message_by_lane": (
        "“{name}” menunggu pesan yang pengirimnya tidak digambar; petugas lajur “{lane}” mencatatnya di halaman "
        "perkara, atau program mengirimnya lewat API.",
        "Tidak perlu apa-apa bila benar; pilih “Datang dari: sistem” bila petugas tidak boleh mencatatnya.",
    ),
    "message_by_system": (
        "“{name}” hanya menunggu sistem; petugas tidak punya tombol, dan perkara berhenti di sana sampai program "
        "mengirim pesannya lewat API.",
        "Pastikan ada program yang mengirimnya, atau gambar batas waktu di sampingnya.",
    ),
    "signal_never_thrown": (
        "“{name}” menunggu sinyal “{signal}”, yang tidak dilempar proses mana pun; tidak ada yang dapat "
        "mengakhirinya.",
        "Gambar pelempar sinyal itu, atau pakai pesan: pesan dapat dicatat petugas.",
    ),
}
