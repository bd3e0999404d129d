"""What is found in free text, and what must not be: numbers of other kinds, words after "nama" that name nobody."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.personal_data import EMAIL, NAME, NIK, TELEPHONE, personal_data

_BEFORE = st.sampled_from(
    ["", "WA ", "hp ", "Hubungi ", "nomor saya ", "(", "telp: ", "Jalan rusak.\n", "lihat, "]
)
_AFTER = st.sampled_from(["", ".", ", terima kasih", ")", " segera", "\n12 warga", "/ kantor", "!"])


def found(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in personal_data(text)]


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    """As people write them: 10 to 13 digits, in groups, from here or from abroad."""
    digits = draw(st.sampled_from("123589")) + draw(st.text("0123456789", min_size=7, max_size=10))
    mark = draw(st.sampled_from(["", "-", " ", "."]))
    groups = [digits[:2], digits[2:6], digits[6:]] if mark else [digits]
    return draw(st.sampled_from(["08", "+628", "628", "+62 8", "(+62) 8", "o8"])) + mark.join(groups)


@given(mobiles(), _BEFORE, _AFTER)
def test_a_mobile_number_is_found_whole(number: str, before: str, after: str) -> None:
    [(hidden, kind)] = found(before + number + after)
    assert kind == TELEPHONE
    assert hidden.removeprefix("(") == number.removeprefix("(")


@given(
    st.integers(11, 94),
    st.integers(1, 99),
    st.sampled_from([*range(1, 32), *range(41, 72)]),
    st.integers(1, 12),
    st.sampled_from(["", " ", ".", "-"]),
    st.sampled_from(["", "NIK ", "NIK: ", "no ktp ", "saya "]),
)
def test_a_nik_is_found_however_it_is_spaced(
    province: int, regency: int, day: int, month: int, gap: str, before: str
) -> None:
    digits = f"{province:02}{regency:02}12{day:02}{month:02}900001"
    number = gap.join((digits[:4], digits[4:8], digits[8:12], digits[12:]))
    assert found(f"{before}{number}, alamat") == [(number, NIK)]


@pytest.mark.parametrize(
    ("text", "what", "kind"),
    [
        ("WA 0812-3456-7890 terima kasih", "0812-3456-7890", TELEPHONE),
        ("hp +62 812 3456 7890", "+62 812 3456 7890", TELEPHONE),
        ("Kantor (0273) 321456", "(0273) 321456", TELEPHONE),
        ("telp 0273-321456.", "0273-321456", TELEPHONE),
        ("hubungi kami di nomor 321456", "321456", TELEPHONE),
        ("0812.3456.7890 2 kali", "0812.3456.7890", TELEPHONE),
        ("wa.me/6281234567890", "6281234567890", TELEPHONE),
        ("anak saya di +65 8123 4567", "+65 8123 4567", TELEPHONE),
        ("NIK 331208120390000", "331208120390000", NIK),
        ("KK 3312081203900002", "3312081203900002", NIK),
        ("surel budi.s+lapor@gmail.com.", "budi.s+lapor@gmail.com", EMAIL),
        ("nama saya Budi Santoso dari Desa X", "Budi Santoso", NAME),
        ("nama saya budi santoso mau lapor", "budi santoso", NAME),
        ("Nama : SITI AMINAH ALAMAT : Desa X", "SITI AMINAH", NAME),
        ("Nama:\nbudi\nAlamat: Desa X", "budi", NAME),
        (
            "Nama Lengkap Pelapor: Hj. Siti Nur'aini binti Ahmad, umur 40",
            "Hj. Siti Nur'aini binti Ahmad",
            NAME,
        ),
        ("Saya bernama Joko Widodo bin Noto.", "Joko Widodo bin Noto", NAME),
    ],
)
def test_what_people_write_is_found(text: str, what: str, kind: str) -> None:
    assert found(text) == [(what, kind)]


def test_a_name_is_found_again_in_the_rest_of_the_text() -> None:
    text = "Kata Budi Santoso: lampu mati. Nama: Budi Santoso"
    assert found(text) == [("Budi Santoso", NAME)] * 2


@pytest.mark.parametrize(
    "text",
    [
        # numbers of cases and letters
        "Tracking ID 8507247 dan 1234567890",
        "WNG-2026-00001",
        "Nomor 005/0812/2024",
        "Surat 094/0812345/2024 tanggal 3",
        "SK 188.45/081/2024",
        # amounts
        "Rp 85.000.000",
        "Rp62.812.345.678",
        "62.812.345.678 rupiah",
        "IDR 6281234567",
        "dana 628.123.456.789",
        # days and times
        "tanggal 08-12-2024 10.30.45",
        "12-08-1999 10.20.30",
        "2026-11-28 10:20:30 2",
        "telepon tanggal 12-08-2024",
        "jam 08.00 sampai 10.00",
        # houses, ways, places
        "RT 02 RW 05 No. 12",
        "km 3,5 - 08.00-12.00 WIB 2024",
        "koordinat -7.8123456789, 110.92",
        # officials and hotlines
        "NIP 19800101 200501 1 001",
        "198001012005011001",
        "call center 1500567",
        # words after "nama" that name nobody
        "nama jalan: Jl. Pemuda",
        "Nama jalan: Pemuda",
        "nama desa Wuryantoro",
        "nama saya tidak ingin disebut",
        "nama saya dicatut",
        "nama saya tercantum dua kali",
        "Nama: rahasia",
        "Nama kegiatan: Perbaikan Jalan",
        "Nama: Dinas Perhubungan",
        "dinamakan Waduk: besar",
        "a@b dan @warga",
    ],
)
def test_what_tells_nobody_is_left(text: str) -> None:
    assert found(text) == []


@given(st.integers(10_000, 9_999_999_999))
def test_no_tracking_id_is_a_telephone(number: int) -> None:
    assert not [
        one for one in found(f"Laporan {number} belum dijawab") if one[1] != TELEPHONE or number < 10**9
    ]
    assert found(f"Laporan #{number}") == [] or str(number).startswith("628")


@given(st.text("08+62 -.()@anma:Nk\n", max_size=300))
def test_findings_lie_in_the_text_and_apart(text: str) -> None:
    spans = personal_data(text)
    assert all(0 <= one.start < one.end <= len(text) for one in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    "piece",
    ["0", "08", "0 8 ", "nama ", "nama saya ", "nama: ", "@", "a@", "a.a@a.a.", "(0273", "hp ", "hp saya ", " ",
     "62(62)", "Nama: Ab Cd ", "hp::::", "3312 ", ".", "Jalan rusak di depan pasar, sudah 3 bulan. "],
)  # fmt: skip
def test_time_grows_with_the_length_of_the_text_alone(piece: str) -> None:
    def seconds(length: int) -> float:
        text, times = (piece * length)[:length], []
        for _run in range(3):
            begun = time.thread_time()
            personal_data(text)
            times.append(time.thread_time() - begun)
        return min(times)

    seconds(1_000)
    ten, fifty = seconds(10_000), seconds(50_000)
    assert ten < 0.1
    assert fifty < 15 * max(ten, 0.001)
