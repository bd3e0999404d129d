"""Files as LAPOR! exports them, and an office that imports them."""

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from types import MappingProxyType
from typing import Any

from app.base.db import Database
from app.commands import imports
from app.commands.transaction import Command
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.imports import batches, foreign_values, outcomes, targets
from app.services.imports.foreign_values import ForeignValue
from tests.services.office import Office, form, procedure, text

COLUMNS = (
    "Tracking ID",
    "Tanggal Laporan Masuk",
    "Waktu Laporan Masuk",
    "Klasifikasi Laporan",
    "Judul Laporan",
    "Tipe Laporan (Anonim/Rahasia)",
    "Status Laporan",
    "nama_pelapor",
)
KINDS = ("Pengaduan", "Aspirasi", "Permintaan Informasi")


def line(number: object = "8507247", **cells: Any) -> dict[str, Any]:
    """A line of the export; ``cells`` by the first word of the heading."""
    values = {
        "Tracking": number,
        "Tanggal": "18 Jan 2024",
        "Waktu": "02:15:30",
        "Klasifikasi": "Pengaduan",
        "Judul": "Lampu jalan mati",
        "Tipe": "",
        "Status": "Ditutup oleh Sistem",
        "nama_pelapor": "",
    } | cells
    return {heading: values[heading.split(" ", maxsplit=1)[0]] for heading in COLUMNS}


def as_csv(*lines: Mapping[str, Any], delimiter: str = ",") -> bytes:
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def as_xlsx(*lines: Mapping[str, Any]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.append(COLUMNS)
    for one in lines:
        page.append([one[heading] for heading in COLUMNS])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def columned(part: Mapping[str, Any], column: str, **properties: str) -> dict[str, Any]:
    return {**part, "properties": {**part.get("properties", {}), "kolom impor": column, **properties}}


def start_form() -> bytes:
    def moment(key: str, kind: str) -> dict[str, Any]:
        return {"type": "datetime", "key": key, "subtype": kind, f"{kind}Label": key}

    options = [{"label": kind, "value": kind.lower()} for kind in KINDS]
    radio = {"type": "radio", "key": "klasifikasi", "label": "Klasifikasi", "values": options}
    return form(
        columned(text("nomor"), "Tracking ID"),
        columned(moment("tanggal", "date"), "Tanggal Laporan Masuk", **{"zona impor": "UTC"}),
        columned(moment("waktu", "time"), "Waktu Laporan Masuk", **{"zona impor": "UTC"}),
        columned(radio, "Klasifikasi Laporan", **{"impor kecuali": "aspirasi; permintaan informasi"}),
        columned(text("judul", required=True), "Judul Laporan"),
        columned({"type": "checkbox", "key": "anonim", "label": "Anonim"}, "Tipe Laporan (Anonim/Rahasia)"),
        columned({"type": "checkbox", "key": "rahasia", "label": "Rahasia"}, "Tipe Laporan (Anonim/Rahasia)"),
        columned(text("pelapor", private=True), "nama_pelapor"),
    )


class Importing(Office):
    """An office whose procedure can be imported into."""

    def __init__(self, database: Database, **properties: str) -> None:
        super().__init__(database)
        files = procedure(properties=properties) | {"terima.form": start_form()}
        with database.transaction() as session:
            deployments.deploy(session, files, actor=None)

    def add(self, content: bytes, name: str = "laporan.csv", actor: Actor | None = None) -> int:
        answer = imports.add(
            self.database,
            Command("add_import", "uji"),
            "uji",
            name,
            content,
            actor=actor or self.rina,
        )
        batch: int = answer["batch"]
        return batch

    def judged(self, content: bytes, name: str = "laporan.csv") -> int:
        batch = self.add(content, name)
        self.work()
        return batch

    def imported(self, content: bytes, name: str = "laporan.csv") -> int:
        batch = self.judged(content, name)
        self.begin(batch)
        self.work()
        return batch

    def begin(self, batch: int) -> None:
        imports.begin(self.database, Command("begin_import", str(batch)), batch, actor=self.rina)

    def choose(
        self, batch: int, wanted: Sequence[str] = (), options: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        command = Command("choose_import", str(batch))
        imports.choose(self.database, command, batch, list(wanted), options, actor=self.rina)

    def foreign(self, batch: int) -> list[ForeignValue]:
        with self.database.reading() as session:
            goal = targets.target(session, "uji", actor=self.rina)
            return foreign_values.listed(session, batch, goal)

    def work(self) -> None:
        while imports.work(self.database):
            pass

    def state(self, batch: int) -> str:
        with self.database.reading() as session:
            return batches.get(session, batch, actor=self.rina).state

    def states(self, batch: int) -> dict[int, str]:
        with self.database.reading() as session:
            found = outcomes.rows(session, batch, "", actor=self.rina).items
            return {row.line: row.state for row in found}

    def errors(self, batch: int, number: int) -> dict[str, str]:
        with self.database.reading() as session:
            found = outcomes.rows(session, batch, "", actor=self.rina).items
            [row] = [row for row in found if row.line == number]
            return outcomes.errors_of(session, row)


def sop_file(good: int, bad: int = 0) -> bytes:
    """A file as LAPOR! exports it, for the form of the SOP; ``bad`` of its lines, evenly spread, have no subject."""
    headings = (
        "Tracking ID",
        "Tanggal Laporan Masuk",
        "Waktu Laporan Masuk",
        "Klasifikasi Laporan",
        "Sumber Laporan",
        "Kategori",
        "Judul Laporan",
        "Isi Laporan Awal",
        "Kecamatan",
    )
    total, out = good + bad, StringIO()
    without = {n * total // bad for n in range(bad)} if bad else set()
    writer = csv.writer(out)
    writer.writerow(headings)
    for number in range(total):
        subject = "" if number in without else f"Jalan berlubang di RT {number % 90}"
        kind = "Pengaduan Tidak Berkadar Pengawasan"
        text = f"Lubang nomor {number} di jalan desa membahayakan pengendara pada malam hari. " * 4
        line = (
            8_500_000 + number,
            "18 Nov 2026",
            "02:15:30",
            kind,
            "SMS",
            "Jalan Berlubang",
            subject,
            text,
            "",
        )
        writer.writerow(line)
    return out.getvalue().encode()
