"""JSON documents kept small: raw deflate with a dictionary of what documents of their kind are full of.

A packed document begins with a byte that numbers its dictionary; JSON text begins with no byte so low. A dictionary
is never changed once it is released. A better one gets another number, which comes with a migration: a version of
Alur that does not know it must refuse the database.

Deflate makes nothing of chance, and ids and times are half of what a short document of ours is made of. So before it
is packed each string that is nothing but one of them gives way to a byte that no JSON text has, and its own bytes.
"""

import re
import zlib
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

#: Answers of commands, kept for a repeat.
RESULT = 5
#: Values that people filled in, and events that tell them.
VALUES = 6
#: How often each element of a diagram was passed.
VISITS = 3
#: How a due time came about.
DEADLINE = 7
#: Those of before revision 0003, which are only read.
_RESULT, _VALUES, _DEADLINE = 1, 2, 4

# The most frequent stands last: the nearer, the shorter the reference. Words of any procedure, not of one.
_FIRST = MappingProxyType(
    {
        _RESULT: (
            b'"gateway_id":"text":"multiple":"answers":[{"flow_id":"sha256":"size_bytes":"media_type":"res'
            b'olved_at":"message":"incident","cancelled","open","ended","end_activity_id":"",'
            b'"end_name":"",{"task":"instance":"question":{"id":1,"key":"","version":1,"business_key":"",'
            b'"state":"active","end_activity_id":null,"end_name":null,'
            b'"started_at":"2026-11-01T00:00:00.000000+00:00","ended_at":null,"subject":"","category":"",'
            b'"unit":"","area":""},"task":{"id":"","activity_id":"","name":"","lane":"","unit":null,'
            b'"instance_id":1,"business_key":"","state":"completed",'
            b'"created_at":"2026-11-01T00:00:00.000000+00:00","due_at":"2026-12-01T00:00:00+00:00",'
            b'"closed_at":"2026-11-01T00:00:00.000000+00:00","assignee":"","form_key":"",'
            b'"question":null}}{"instance":{"id":'
        ),
        _VALUES: (
            b"Kecamatan Kelurahan Desa Dusun Jalan Jl. RT RW Nomor Tahun Bupati Camat Kepala Sekretaris "
            b"Seksi Subbagian Bagian Badan Kantor Dinas Pemerintah Daerah Kota Provinsi Kabupaten "
            b"Peraturan Undang-Undang Keputusan Surat Perintah Tugas Rekomendasi Berita Acara Januari "
            b"Februari Maret April Mei Juni Juli Agustus September Oktober November Desember Senin Selasa "
            b"Rabu Kamis Jumat administrasi anggaran atasan jabatan koordinasi lapangan masyarakat "
            b"pegawai pekerjaan pelaksanaan pelayanan pembayaran pembangunan penanganan pengajuan "
            b"penduduk perbaikan perizinan persyaratan pertanyaan petunjuk program rapat rencana "
            b"ketentuan kewenangan kebutuhan kegiatan keputusan perubahan penelitian penilaian "
            b"pemberitahuan ringkasan bantuan sarana barang bukti berdasarkan beberapa bersama bulan "
            b"dalam rangka dapat dikembalikan diperiksa disampaikan diteruskan dijawab ditolak diterima "
            b"ditindaklanjuti diusulkan harus jumlah keadaan kurang lokasi lebih lengkap melalui memenuhi "
            b"menunggu menyampaikan perlu dilengkapi segera selama sesuai surat tentang terhadap terkait "
            b"terima kasih tersebut tidak ada tidak lengkap disetujui persetujuan permohonan pemohon "
            b"petugas instansi kategori prioritas klasifikasi alamat nama jenis nomor catatan uraian "
            b"alasan keterangan lampiran dokumen pendukung berkas tanggal_masuk tanggal_selesai waktu_ "
            b"tanggal_ nomor_ jenis_ nama_ unit_ kode_ status_ catatan_ hasil_ alasan_ jumlah_ data_ "
            b"pemeriksaan verifikasi klarifikasi penyelesaian pengaduan pelapor laporan tindak lanjut "
            b"tindak_lanjut Mohon Laporan Selesai selesai kepada belum sudah pada oleh akan telah atas "
            b'untuk tidak dari dengan yang dan di ","signal":"","code":"","to":"","fields":["],"id":"",'
            b'"job":"","note":"","variable":"","cause":"","before":null,"reason":"","user":"",'
            b'"incident":1,"withheld":[],"by_number":true,"by_partner":true,"case":1,"case_number":"",'
            b'"message":"","warnings":["Variable \'","given":{},"local":["],"old":{"},"answers":"",'
            b'"answered":true,"by":"reporter"{"name":"Selesai"}{"groups":[1],"users":[],"coordinator":1,'
            b'"units":["","unit":"","number":"1","version":1,"form_key":""}},"decision":"",'
            b'"rules":["_01"],"inputs":{"{"flow":"","text":"","condition":" = \\"\\", \\"\\")",'
            b'"values":{"":1}}0123456789@gmail.com"https://www..go.id/"size_bytes":"media_type":"applicati'
            b'on/pdf","image/jpeg","":1,"":0,"2029-"2028-"2027-01-2026-12-2026-11-2026-10-":null,'
            b'"":["":[],"":false,"":true,"":"","":["",""],"{"kept":[""],"values":{"","","":"","":true},'
            b'"task":"{"task":"","due_at":"2026-12-01T09:00:00+00:00"}'
        ),
        VISITS: (
            b'Activity_0Gateway_0Event_0Flow_0_selesai_lengkap_tidak_ya{"StartEvent_1":1,"mulai":1,'
            b'"selesai":1,":2,":3,"_to_"_ke_":1,"":1,"":1}'
        ),
        _DEADLINE: (
            b'"every":"tiap Senin""setiap hari","repetitions":,"missed":,"durasi":"P3DT1H","H-14"jam '
            b'kerja","menit","jam","tanggal","hari kalender""Wafat Yesus Kristus""Hari Buruh '
            b'Internasional""Kenaikan Yesus Kristus""Hari Raya Waisak""Hari Lahir Pancasila""Hari Raya '
            b'Idul Adha""Tahun Baru Islam""Hari Kemerdekaan""Maulid Nabi Muhammad""Hari Suci Nyepi""Hari '
            b'Raya Idul Fitri""Isra Mikraj Nabi Muhammad""Tahun Baru Imlek",'
            b'"2029-"2028-"2027-02-05":"Cuti Bersama ","2027-01-05":"","skipped":{"2026-12-24":"Cuti '
            b'Bersama Hari Raya Natal","2026-12-25":"Hari Raya Natal","2027-01-01":"Tahun Baru '
            b'Masehi"}}"unit":"menit kerja","amount":30,"text":"60 '
            b'hari""T07:30:00+00:00"{"at":"2026-12-01T09:00:00+00:00","text":"3 hari","unit":"hari kerja",'
            b'"amount":3,"since":"2026-11-01T00:00:00.000000+00:00","number":1,"calendar":"Indonesia '
            b'(holidays 0.109)"}'
        ),
    }
)
# An id and a time are one byte each here: see `_shortened`.
_DICTIONARIES = MappingProxyType(
    {
        **_FIRST,
        RESULT: _FIRST[_RESULT]
        + (
            b'{"instance":{"id":1,"key":"","version":1,"state":"active","end_activity_id":null,"end_name":null,'
            b'"business_key":"-2026-0","started_at":\x03,"ended_at":null},"task":{"id":\x01,"activity_id":"",'
            b'"unit":null,"instance_id":1,"state":"completed","assignee":"","form_key":"","question":null,'
            b'"due_at":\x03,"name":"","business_key":"-2026-0","lane":"","created_at":\x03,"closed_at":\x03}}'
        ),
        VALUES: _FIRST[_VALUES]
        + (
            b'{"flow":"","from":["page","{"from":["command"{"from":["clock"{"from":["api","standing":{"passed":'
            b'{"stopped":["timers":[["kept":[""],"old":{"},"passed":{"":1,"":1},"stopped":[],"timers":[[,""","task'
            b'":"values":{"_":"20{"due_at":\x03,"from":["api",\x02],"standing":{"passed":{"":1},"stopped":[\x01],'
            b'"timers":[[\x01,"_",\x03]]},"task":\x01,"values":{"":"","":1,"":true,"":"2026-1'
        ),
        DEADLINE: _FIRST[_DEADLINE]
        + (
            b'{"at":"2026-12-01T09:00:00+00:00","text":"P1D","unit":"iso","amount":null,"since":\x03,"number":1}'
            b'{"at":\x03,"text":"P1D","unit":"iso","amount":null,"since":\x03,"number":1}'
        ),
    }
)
#: Dictionaries of documents that are shortened first.
_SHORTENED = frozenset({RESULT, VALUES, DEADLINE})
_OF_CHANCE = re.compile(
    rb'"(?:([0-9a-f]{32})|([0-9a-f]{12})|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00))"'
)
_WRITTEN_SHORT = re.compile(rb"\x01(.{16})|\x02(.{6})|\x03(.{7})", re.DOTALL)
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_TEXT = 0x20
#: Level, method, window and memory. Zlib's usual ones take 256 KB for each document: thrice the time of a short one.
_SHORT = (6, zlib.DEFLATED, -13, 5)
#: A document may have megabytes: a quarter of the time of the usual level, for a seventh more bytes.
_LONG = (1, zlib.DEFLATED, -zlib.MAX_WBITS, 8)
_SHORT_BYTES = 16_384


def pack(document: bytes, dictionary: int) -> bytes | None:
    """The document, which is JSON, packed with the dictionary of that number; None where that is not shorter."""
    settings = _SHORT if len(document) <= _SHORT_BYTES else _LONG
    deflate = zlib.compressobj(*settings, zdict=_DICTIONARIES[dictionary])
    plain = _OF_CHANCE.sub(_shortened, document) if dictionary in _SHORTENED else document
    packed = bytes((dictionary,)) + deflate.compress(plain) + deflate.flush()
    return packed if len(packed) < len(document) else None


def unpack(stored: bytes) -> bytes:
    """The document that `pack` packed, or that was kept as it is.

    Raises:
        ValueError: it is damaged, or packed with a dictionary that is not known.
    """
    if not stored or stored[0] >= _TEXT:
        return stored
    if (dictionary := _DICTIONARIES.get(stored[0])) is None:
        raise ValueError(f"packed with an unknown dictionary: {stored[0]}")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS, zdict=dictionary)
    try:
        document = inflate.decompress(memoryview(stored)[1:])
    except zlib.error as error:
        raise ValueError("a packed document is damaged") from error
    if not inflate.eof:
        raise ValueError("a packed document is cut off")
    return _WRITTEN_SHORT.sub(_in_full, document) if stored[0] in _SHORTENED else document


def _shortened(found: re.Match[bytes]) -> bytes:
    """An id as 0x01 with its 16 bytes, or 0x02 with 6; a time as 0x03 and 7 bytes: its microseconds since 1970."""
    long, short, time = found.groups()
    if time is None:
        return b"\x01" + bytes.fromhex(long.decode()) if long else b"\x02" + bytes.fromhex(short.decode())
    try:
        passed = (datetime.fromisoformat(time.decode()) - _EPOCH) // _MICROSECOND
        return b"\x03" + passed.to_bytes(7, "big")
    except (ValueError, OverflowError):  # no day of the calendar; before 1970, or after 4253
        return found[0]


def _in_full(found: re.Match[bytes]) -> bytes:
    long, short, time = found.groups()
    if time is None:
        return f'"{(long or short).hex()}"'.encode()
    at = _EPOCH + int.from_bytes(time, "big") * _MICROSECOND
    return f'"{at.isoformat(timespec="microseconds")}"'.encode()
