"""Words for findings about diagrams: code → (what is wrong, what to do)."""

from app.findings import diagram_data, diagram_drawn, diagram_flow, diagram_scopes, diagram_unsupported

TEXTS: dict[str, tuple[str, str]] = {
    **diagram_flow.TEXTS,
    **diagram_unsupported.TEXTS,
    **diagram_scopes.TEXTS,
    **diagram_drawn.TEXTS,
    **diagram_data.TEXTS,
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
        "Nama pada “{id}” lebih panjang dari {limit} huruf.",
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
}
