"""The thirty synthetic reports as people enter them: the start form, each officer's answers, the reporter's reply.

Pure data for tests; nothing of `app` is imported. Answers hold only fields that are shown.
"""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
Report = dict[str, Any]
Values = dict[str, Any]

REPORTS: list[Report] = json.loads((DATA / "laporan_sintetis_wonogiri.json").read_text("utf-8"))["laporan"]
#: Category → unit code, as the routing list has it.
ROUTES: dict[str, str] = {
    row["kategori"]: row["unit_kode"]
    for row in csv.DictReader((DATA / "rute_kategori_unit.csv").read_text("utf-8").splitlines())
}
#: The channels of LAPOR! itself; a report from any other gets a number of our own.
NATIONAL = frozenset({"Website", "Android", "ios"})
#: Days that exist in every test: the report came in, the unit acted, the result was published.
RECEIVED_ON, ACTED_ON, PUBLISHED_ON = "2026-11-02", "2026-11-16", "2026-11-20"
#: Who gets a report that its unit will send back.
WRONG_UNIT = "DPUPR"


def report(report_id: str) -> Report:
    """Return the report with this id, for example ``SIN-001``."""
    return next(one for one in REPORTS if one["id"] == report_id)


def report_values(one: Report) -> Values:
    """Return the start form's values: what LAPOR! or the counter hands over, identity included."""
    kinds = one["tipe"].split("|")
    values: Values = {
        "sumber": one["sumber"],
        "tanggal_masuk": RECEIVED_ON,
        "klasifikasi": one["klasifikasi"],
        "kategori": one["kategori"],
        "judul": one["judul"],
        "isi": one["isi"],
        "tanggal_kejadian": one["tanggal_kejadian"],
        "kecamatan": one["kecamatan"] or None,
        "anonim": "Anonim" in kinds,
        "rahasia": "Rahasia" in kinds,
    }
    if one["sumber"] in NATIONAL:
        values["tracking_id"] = f"9000{_serial(one)}"
        values["waktu_masuk"] = "08:15"
    if not values["anonim"]:
        values |= identity_of(one)
    return {key: value for key, value in values.items() if value is not None}


def identity_of(one: Report) -> Values:
    """Return the made-up person behind a report that is not anonymous."""
    serial = _serial(one)
    return {
        "nama_pelapor": f"Warga Contoh {serial}",
        "kontak_pelapor": f"0812-0000-0{serial}",
        "email_pelapor": f"warga{serial}@contoh.id",
        "alamat_pelapor": f"Jalan Percontohan Nomor {serial}",
    }


def unit_of(one: Report, pass_no: int = 1) -> str:
    """Return the unit chosen in activity 4: the Inspectorate for an examination, a wrong one if it will come back."""
    path = one["jalan"]
    if path["kesimpulan"] == "perlu pemeriksaan":
        return "INSP"
    if path["hasil"][pass_no - 1] == "salah unit":
        return WRONG_UNIT
    return one["unit_harapan"] if one["unit_harapan"] in ROUTES.values() else ROUTES[one["kategori"]]


def answers_for(activity_id: str, one: Report, pass_no: int = 1) -> Values:
    """Return what is entered at ``activity_id`` so that the case takes the report's ``jalan``.

    ``pass_no`` counts the visits of the activity from 1. ``data_pelengkap`` is the reporter's reply;
    a reporter who stays silent has none (KeyError).
    """
    return _ANSWERS[activity_id](one, pass_no)


def _serial(one: Report) -> str:
    return str(one["id"]).removeprefix("SIN-")


def _penyaluran(one: Report, pass_no: int) -> Values:
    return {
        "kategori": one["kategori"],
        "hasil_verifikasi": "disalurkan",
        "instansi_tujuan": "Pemerintah Kabupaten Wonogiri",
        "catatan_penyaluran": f"Masuk lewat {one['sumber']}.",
    }


def _telaahan(one: Report, pass_no: int) -> Values:
    return {
        "inti_masalah": f"Pelapor menyampaikan hal berikut: {one['judul']}",
        "kode_masalah": "02",
        "kadar": one["klasifikasi"],
        "pihak_terlapor": "Pejabat Contoh",
        "unit_terkait": [ROUTES.get(one["kategori"], "SETDA-ORG")],
        "prioritas": "segera" if "prioritas tinggi" in one["skenario"] else "biasa",
        "sifat_sistematis": "sistematis" in one["jalan"].get("hasil", []),
        "anggota_tim": ["pengelola LAPOR! – SP4N", "APIP"],
        "ringkasan_telaah": "Laporan dapat diteruskan untuk dikonfirmasi.",
    }


def _konfirmasi(one: Report, pass_no: int) -> Values:
    path = one["jalan"]
    complete = path["data_lengkap"] if pass_no == 1 else "lengkap"
    values = {
        "unsur_5w1h": ["apa", "di mana"],
        "pihak_dikonfirmasi": "Petugas Contoh, operator, 03-11-2026, telepon, membenarkan.",
        "hasil_klarifikasi": "Keterangan pelapor sesuai dengan keadaan di lapangan.",
        "data_lengkap": complete,
    }
    if complete == "perlu dilengkapi pelapor":
        return values | {"data_diminta": "Mohon tuliskan lokasi yang lebih tepat."}
    if complete == "tidak dapat dilengkapi":
        return values | {
            "penjelasan_pelapor": "Laporan tidak dapat ditindaklanjuti karena isinya tidak jelas."
        }
    values |= {"kesimpulan": path["kesimpulan"], "alasan_kesimpulan": "Sesuai hasil klarifikasi."}
    if path["kesimpulan"] == "cukup penjelasan":
        values |= {"penjelasan_pelapor": "Terima kasih, penjelasan kami sampaikan melalui LAPOR!."}
    return values


def _data_pelengkap(one: Report, pass_no: int) -> Values:
    return {
        "melengkapi": {"pesan": "Lokasinya di pertigaan sebelah timur balai desa.", "cabut_laporan": False},
        "mencabut laporan": {"pesan": "Laporan saya cabut.", "cabut_laporan": True, "cabut_yakin": True},
    }[one["jalan"]["pelapor"]]


def _menyalurkan(one: Report, pass_no: int) -> Values:
    values: Values = {
        "unit_tujuan": unit_of(one, pass_no),
        "tembusan_unit": ["SETDA-ORG"],
        "instruksi": "Mohon ditindaklanjuti dan dijawab kepada pelapor.",
        "lampiran_disertakan": ["laporan", "telaahan"],
    }
    if one["jalan"]["kesimpulan"] != "perlu pemeriksaan":
        values["inspektorat"] = False
    if one["tipe"] == "Publik":
        values["samarkan_identitas"] = True
    return values


def _tindak_lanjut(one: Report, pass_no: int) -> Values:
    result = one["jalan"]["hasil"][pass_no - 1]
    if result == "salah unit":
        return {
            "hasil": result,
            "alasan_pengembalian": "Lokasi dan urusannya bukan tugas unit kami.",
            "unit_usulan": ROUTES[one["kategori"]],
        }
    values = {
        "hasil": result,
        "tanggal_tindak_lanjut": ACTED_ON,
        "uraian_tindak_lanjut": "Petugas memeriksa lokasi dan mengambil tindakan.",
        "tanggapan": "Terima kasih atas laporannya, sudah kami tindak lanjuti.",
        "bentuk_bukti": "penjelasan",
        "perpanjangan": False,
    }
    if result == "sistematis":
        values["alasan_sistematis"] = "Memerlukan kewenangan dan anggaran di luar kabupaten."
    if unit_of(one, pass_no) == "INSP":
        values |= {"no_surat_tugas": "ST/001/2026", "no_lhp": "LHP/001/2026"}
    return values


def _melaporkan(one: Report, pass_no: int) -> Values:
    followed_up = "hasil" in one["jalan"]
    values = {
        "ringkasan_penyelesaian": "Laporan selesai dan sudah dijawab kepada pelapor.",
        "status_penyelesaian": "selesai ditindaklanjuti" if followed_up else "selesai dengan penjelasan",
        "kualitas_tindak_lanjut": "baik",
        "akar_masalah": "sarana",
        "diumumkan_lapor": PUBLISHED_ON,
        "diumumkan_sipp": PUBLISHED_ON,
    }
    return values if "Rahasia" in one["tipe"] else values | {"boleh_dipublikasikan": True}


_ANSWERS: dict[str, Callable[[Report, int], Values]] = {
    "penyaluran": _penyaluran,
    "telaahan": _telaahan,
    "konfirmasi": _konfirmasi,
    "data_pelengkap": _data_pelengkap,
    "menyalurkan": _menyalurkan,
    "tindak_lanjut": _tindak_lanjut,
    "melaporkan": _melaporkan,
}
