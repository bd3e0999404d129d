"""Times told in sentences: which are read, and that nothing else is."""

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine import timers
from app.engine.diagram import Timer
from app.engine.timers import grammar, vocabulary

ROOT = Path(__file__).parents[3]


def meaning(text: str, *, typed: bool = False) -> str | None:
    try:
        return timers.read_sentence(text, typed=typed).text
    except timers.Unreadable:
        return None


@pytest.mark.parametrize(
    ("words", "understood", "rest"),
    [
        ("5 hari kerja", "5 hari kerja", ""),
        ("H+3", "3 hari kerja", ""),
        ("maks. 60 hari", "60 hari kerja", ""),
        ("Maks 60 (enam puluh) hari kerja", "60 hari kerja", ""),
        ("2x24 jam", "48 jam kalender", ""),
        ("3 × 24 jam sejak diterima", "72 jam kalender", "diterima"),
        ("within 3 days", "3 hari kerja", ""),
        ("setelah 2 minggu", "10 hari kerja", ""),
        ("30'", "30 menit kerja", ""),
        ("Belum ada jawaban selama 5 hari kerja", "5 hari kerja", "belum ada jawaban"),
        ("Batas waktu: 14 hari kalender!", "14 hari kalender", ""),
        ("no reply after two weeks", "10 hari kerja", "no reply"),
        ("5 business days passed", "5 hari kerja", ""),
        ("nach 14 Tagen", "14 hari kerja", ""),
        ("14 Tage sind vergangen", "14 hari kerja", ""),
        ("2 Wochen später", "10 hari kerja", ""),
        ("täglich", "setiap 1 hari kerja", ""),
        ("bulanan", "setiap 1 bulan", ""),
        ("Jeden Tag", "setiap 1 hari kerja", ""),
        ("Waktu normal: 3 hari", "3 hari kerja", "waktu normal"),  # words of another language spoil none
        ("Fast track: 3 days", "3 hari kerja", "fast track"),
        ("Tiket bis (3 hari)", "3 hari kerja", "tiket bis"),
        ("innerhalb von 5 Werktagen", "5 hari kerja", ""),
        ("Frist: 30 Kalendertage", "30 hari kalender", ""),
        ("Keine Antwort nach zwei Wochen", "10 hari kerja", "keine antwort"),
        ("einundzwanzig Minuten", "21 menit kalender", ""),
        ("jeden Montag und Freitag um 9.00", "setiap senin dan jumat pukul 09.00", ""),
        ("Warten: eine Stunde", "1 jam kalender", ""),
        ("seminggu kemudian", "5 hari kerja", ""),
        ("sebulan", "1 bulan", ""),
        ("3 bulan", "3 bulan", ""),
        ("10 detik", "10 detik", ""),
        ("H-14", "H-14", ""),
        ("Tunggu 1 (satu) hari", "1 hari kerja", ""),
        ("ingatkan setiap 3 hari", "setiap 3 hari kerja", ""),
        ("ingatkan 3 hari sebelum jatuh tempo", "H-3", ""),
        ("every day", "setiap 1 hari kerja", ""),
        ("tiga hari", "3 hari kerja", ""),
        ("batas 5 hari-kerja", "5 hari kerja", ""),
        ("SLA: 2 HK", "2 hari kerja", ""),
        ("tiap Senin", "setiap senin pukul 07.30", ""),
        ("Laporan setiap hari Jumat pukul 15.00", "setiap jumat pukul 15.00", "laporan"),
        ("every Monday at 9.00", "setiap senin pukul 09.00", ""),
        ("tanggal 5 tiap bulan", "setiap tanggal 5 pukul 07.30", ""),
        ("setiap akhir bulan", "setiap akhir bulan pukul 07.30", ""),
        ("akhir bulan", "akhir bulan pukul 07.30", ""),
        ("Verifikasi berkas (3 hari kerja)", "3 hari kerja", "verifikasi berkas"),
        ("Batas: 31-12-2026", "31 Desember 2026", ""),
    ],
)
def test_words_that_tell_a_time_are_understood(words: str, understood: str, rest: str) -> None:
    told = timers.read_sentence(words)
    assert (timers.explicit(told.text, "kerja"), told.rest) == (understood, rest)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Tenggat",
        "Menunggu jawaban",
        "Documents and reply received",
        "Tanda tangan Pak Amin",
        "Tend",
        "ad",
        "an",
        "a. d.",
        "ten",
        "a second",
        "Syarat Pasal 5 d terpenuhi",
        "butir 2 d",
        "angka 5 h",
        "ayat 3 d",
        "Pasal 5d",
        "48h",
        "5 d",
        "3 (lima) hari",
        "3-5 hari",
        "3 s.d. 5 hari",
        "3 hari sebelum rapat",
        "2 hari kerja setelah tanggal 5",
        "3 hari, kecuali hari libur",
        "3 hari, 2 kali",
        "3 hari ± 1",
        "3 hari (kalender atau kerja)",
        "minimal 3 hari",
        "Jawaban, paling cepat 3 hari",
        "Rapat, Senin",
        "paling lambat Senin",
        "Surat, 5 Maret 2027",
        "Biaya sewa per hari",
        "2 jam per hari",
        "Umur 17 tahun",
        "Lampiran 5 halaman, 3 rangkap",
        "5 hari, atau 3 hari bila mendesak",
        "Pasal 5",
        "1.000 hari",
        "2026",
        "pukul 08.00",
        "hari kerja",
        "0 hari",
        "99999 hari",
        "3 harian",
        "tiga hari-an",
        "berkas A5 hari ini",
        "tiap Senin dan tiap Kamis",
        "Senin s/d Jumat 08.00-15.00",
        "rapat tiap Senin selama 2 jam",
        "tiap tanggal 45",
        "setiap Seninan",
        "= 3",
        "Syarat: = lengkap",
        "mindestens 5 Tage",
        "ca. 5 Tage",
        "5 bis 10 Tage",
        "bis 5 Tage nach Eingang",
        "dreimal in 5 Tagen",
        "nach 5 Tagen oder 2 Wochen",
        "3 Tage vor Ablauf",
        "frühestens nach 3 Tagen",
        "mehr als 3 Tage",
        "über 5 Tage",
        "halbe Stunde",
        "x" * 301 + " 3 hari",
    ],
)
def test_words_that_tell_no_time_or_two_are_not(words: str) -> None:
    assert meaning(words) is None


def test_a_letter_is_a_unit_directly_behind_figures_in_a_value_only() -> None:
    assert (meaning("48h", typed=True), meaning("3d", typed=True)) == ("48 hours", "3 days")
    for text in ("48h", "3d"):
        assert meaning(text) is None
    for text in ("5 d", "Pasal 5d", "an d", "ten d", "a h", "5d terpenuhi", "5 h"):
        assert (meaning(text, typed=True), meaning(text)) == (None, None), text


def test_a_unit_means_the_same_short_or_long_in_a_value_and_in_a_label() -> None:
    alike = [
        ("48 hours", ["48 hrs", "48hrs"], "48h"),
        ("5 minutes", ["5 min", "5min", "5 mins"], None),
        ("5 menit", ["5 mnt", "5'"], None),
        ("3 days", ["3 day", "three days"], "3d"),
        ("2 minggu", ["2 mgg", "2 pekan", "dua minggu", "two weeks"], None),
        ("3 bulan", ["3 bln", "1 triwulan", "3 months"], None),
        ("2 tahun", ["2 thn", "24 bulan", "two years"], None),
        ("9 detik", ["9 dtk", "9 sec", "9 seconds"], None),
    ]
    for long, others, typed in alike:
        for unit in ("kerja", "kalender"):
            wanted = timers.explicit(long, unit)  # type: ignore[arg-type]
            labels = [meaning(other) or "" for other in others]
            values = [meaning(other, typed=True) or "" for other in [*others, *([typed] if typed else [])]]
            found = {timers.explicit(text, unit) for text in [*labels, *values]}  # type: ignore[arg-type]
            assert found == {wanted}, long


def test_every_unit_that_a_label_may_name_may_stand_in_a_timer_and_means_the_same() -> None:
    for word in vocabulary.UNITS:
        numbers = ["2", "2 (dua)"] + ([] if word in vocabulary.BEHIND_FIGURES else ["dua", "two"])
        for text in (f"{number} {word}" for number in numbers):
            assert timers.timer_fault(Timer("duration", text), "kerja") is None, text
            label = meaning(f"{text} sesudah surat diterima")
            assert label is not None, text
            assert timers.explicit(label, "kerja") == timers.explicit(text, "kerja")
            assert not timers.differ(text, label)


def test_every_kind_of_days_that_a_label_may_name_may_stand_in_a_timer() -> None:
    for kind, meant in vocabulary.KINDS.items():
        assert timers.explicit(f"2 hari {kind}", "kerja") == f"2 hari {meant}"
        assert timers.explicit(meaning(f"2 {kind} hari, lalu") or "", "kerja") == f"2 hari {meant}"


def test_every_number_in_words_may_stand_in_a_timer() -> None:
    for word, number in vocabulary.NUMBERS.items():
        assert timers.explicit(f"{word} hari", "kerja") == f"{number} hari kerja"
    assert {12, 21, 60, 90, 120, 999} <= {vocabulary.NUMBERS[word] for word in (
        "dua belas", "dua puluh satu", "enam puluh", "ninety", "seratus dua puluh",
        "sembilan ratus sembilan puluh sembilan",
    )}  # fmt: skip


# -- nothing is a time that is none ----------------------------------------------------------------

#: What a sentence must hold to tell a time: a word of three letters or more that is one of time, a sign, or a date.
TIMELY = re.compile(
    r"hari|jam|menit|mnt|minggu|mgg|pekan|bulan|bln|triwulan|kuartal|semester|tahun|thn|detik|dtk|\bhk\b|second|\bsecs?\b"
    r"|(?:\b|\d)mins?\b|minute|hour|hrs\b|tanggal|day|week|month|quarter|year|senin|selasa|rabu|kamis|jum.?at|sabtu|ahad"
    r"|\d{4}|\d ?['’′]|\b[htd] ?[-–−+] ?\d|\br?\d*/?p\d|\bpt\d|cron|tage?n?\b|montag|freitag|stunde"
    r"|\bstd\b|woche|monat|t[äa]e?glich|daily",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("10s", "PT10S"),
        ("500ms", "PT0.5S"),
        ("1m", "PT1M"),
        ("1d 12h", "P1DT12H"),
        ("1h30m", "PT1H30M"),
        ("0 9 * * MON", "setiap senin pukul 09.00"),
        ("0 0 9 * * MON", "setiap senin pukul 09.00"),
        ("0 9 * * 1-5", "setiap senin, selasa, rabu, kamis dan jumat pukul 09.00"),
        ("30 7 * * 0,7", "setiap hari minggu pukul 07.30"),
        ("0 0 9 1 * ?", "setiap tanggal 1 pukul 09.00"),
        ("0 0 12 L * ?", "setiap akhir bulan pukul 12.00"),
        ("0 9 31 * *", "setiap cron 0 9 31 * *"),  # not in a month of thirty days
        ("0 0 9-17 * JAN-MAR MON-FRI", "setiap cron 0 9-17 * 1-3 1-5"),
        ("0 15 10 ? * FRI#3", "setiap cron 15 10 * * 5#3"),
        ("*/10 * * * * *", "setiap cron * * * * *"),
        ("@hourly", "setiap cron 0 * * * *"),
        ("R3/PT10S", "R3/PT1M"),
        ("R/PT0.5S", "R/PT1M"),
        ("1M", None),  # a month for some, a minute for others
        ("0 0 9 ? * 2", None),  # Monday for Quartz, Tuesday for Spring
        ("R/PT0S", None),
    ],
)
def test_values_that_other_engines_read_are_read(text: str, understood: str | None) -> None:
    assert meaning(text, typed=True) == understood
    assert meaning(text) is None, "in a sentence they are none"
    if understood is not None:
        assert timers.timer_fault(Timer("duration", understood), "kerja") is None
        assert meaning(understood, typed=True) == understood


def everything_written() -> Iterator[str]:
    """All texts of our diagrams, forms and tables, of the sources of our tests, and of the pages of docs."""
    drawn = [
        *ROOT.glob("processes/*"),
        *ROOT.glob("forms/*"),
        *ROOT.glob("tests/**/*.bpmn"),
        *ROOT.glob("tests/**/*.form"),
    ]
    for path in drawn:
        content = path.read_bytes().decode("utf-8", "ignore")
        yield from re.findall(r'"([^"<>]{1,300})"', content)
        yield from re.findall(r">([^<>]{1,300})<", content)
    for path in ROOT.glob("tests/**/*.py"):
        yield from re.findall(r'"([^"\n]{1,300})"', path.read_text(encoding="utf-8"))
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield line
            yield from re.split(r"[|`“”\"]", line)


def test_nothing_that_we_ever_wrote_is_a_time_without_a_word_of_time() -> None:
    texts = {" ".join(text.split()) for text in everything_written()}
    bare = [text for text in texts if 0 < len(text) <= 300 and not TIMELY.search(text)]
    assert len(bare) > 20_000
    assert [text for text in bare if timers.mentioned(text)] == []  # which reads the sentence first
    typed = [text for text in bare if text[:1].isdecimal() and meaning(text, typed=True)]
    foreign = r"\d{1,6}[dhDH]|(\d+[dhms]|\d+ms)( ?(\d+[dhms]|\d+ms))*|[\d*/,-]+( [\w*?/,#-]+){4,6}"
    assert [text for text in typed if not re.fullmatch(foreign, text)] == []


WORDS = {
    "id": (
        [
            "Berkas",
            "Syarat",
            "Tanda tangan Pak Amin",
            "Bukti bayar",
            "Surat kuasa",
            "Pemohon",
            "Camat",
            "Ad hoc",
            "Data dan peta",
        ],
        [
            "diterima",
            "lengkap",
            "sesuai",
            "terpenuhi",
            "ditolak",
            "disetujui",
            "diteruskan ke",
            "diperiksa oleh",
            "a.n.",
        ],
        [
            "Kepala Dinas",
            "dan",
            "atau",
            "UPP",
            "RT 5 RW 3",
            "loket B",
            "ahli waris",
            "dalam daftar",
            "setelah diperiksa",
        ],
    ),
    "en": (
        [
            "Documents and reply",
            "A form",
            "An officer",
            "Ten copies",
            "The second opinion",
            "Tend the ad",
            "Adam and Ann",
            "A min",
        ],
        [
            "received",
            "complete",
            "approved and sent",
            "an d",
            "within limits",
            "after review",
            "for a unit",
            "rejected",
        ],
        [
            "by ten people",
            "in a hall",
            "and a stamp",
            "at the desk",
            "per item",
            "from an agent",
            "since approved",
            "to Mr D",
        ],
    ),
    "de": (
        [
            "Antrag an das Amt",
            "Die Anlage a",
            "Zehn Unterlagen",
            "Herr Amin a. D.",
            "Bescheid und Akte",
            "Eine Unterschrift",
        ],
        [
            "eingegangen",
            "liegt vor",
            "an Frau D",
            "und an alle",
            "in Kopie",
            "ad acta",
            "mit Anhang d",
            "ist erteilt",
        ],
        [
            "im Sinne von § 5 d",
            "Nr. 2 h",
            "Abs. 3 d",
            "durch zehn Personen",
            "an der Kasse",
            "und Tend",
            "am Schalter",
        ],
    ),
}


def citation(chance: random.Random) -> str:
    number, letter = chance.randrange(1, 99), chance.choice("abdhm")
    return chance.choice([
        f"Pasal {number} {letter}", f"Pasal {number}{letter}", f"butir {number} {letter}", f"angka {number} {letter}",
        f"ayat ({number}) huruf {letter}", f"ayat {number} d", f"angka {number} h", f"Lampiran {number}.{letter}",
        f"Rp {number}.000.000", f"Rp{number}.500,00", f"{number} %", f"0812-{number:04}-77{number:02}",
        f"(021) 555-{number:04}",
        f"800/{number}/BKD/XI", f"No. {number}/PER-{number}", f"{number} orang", f"{number} berkas",
        f"{number} m2", f"{number} d",
        f"{number} h", f"A{number} d", f"§ {number} Abs. {number} d", f"Art. {number} h",
        f"{number} x {number} m", f"NIK 3273{number:010}",
        f"{number},5 kg", f"form {number}-{number + 2}", f"min {number} orang", f"({number})", f"an {number}",
        f"ten {letter}",
    ])  # fmt: skip


def invented(chance: random.Random) -> str:
    subjects, predicates, others = WORDS[chance.choice(list(WORDS))]
    parts = [chance.choice(subjects), chance.choice(predicates)]
    parts += [chance.choice(others)] * chance.randrange(2) + [citation(chance)] * chance.randrange(2)
    if chance.random() < 0.3:
        chance.shuffle(parts)
    joint = chance.choice(
        [
            " ",
            " ",
            ", ",
            ": ",
            " – ",
            " dan ",
            " and ",
            " dalam ",
            " setelah ",
            " after ",
            " within ",
            " sejak ",
        ]
    )
    text = " ".join(parts[:-1]) + joint + parts[-1]
    return chance.choice(
        [text, text, text.lower(), text.upper(), f"{text} ({citation(chance)})", citation(chance)]
    )


def test_two_thousand_invented_sentences_without_a_time_tell_none() -> None:
    chance = random.Random(20261201)
    texts = {invented(chance) for _number in range(3000)}
    assert len(texts) > 2000
    assert [text for text in sorted(texts) if timers.mentioned(text)] == []  # which reads the sentence first
    assert [text for text in sorted(texts) if meaning(text, typed=True)] == []


@pytest.mark.parametrize(
    "piece", ["9", "a", " ", "1 ", "hari ", "(", "3 (", "tiga (3) ", "1.", "setiap ", "- "]
)
def test_long_texts_are_read_in_the_time_of_their_length(piece: str) -> None:
    """Where it grows with its square this takes half a minute."""
    begun = time.process_time()
    for read in (meaning, timers.mentioned, vocabulary.plain):
        read(piece * (40_000 // len(piece)))
    assert time.process_time() - begun < 8


def test_hours_in_english_are_mentioned_as_those_of_the_clock() -> None:
    assert grammar.mentions("within 2 hours") == {"2 jam kalender"}
    assert grammar.mentions("dalam 2 jam") == {"2 jam"}
