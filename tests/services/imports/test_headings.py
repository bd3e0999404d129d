"""Headings of a file beside the columns that the form names."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.base.db import Database
from app.models import ImportBatch
from app.services.core import clock, encryption
from app.services.imports import batches, headings, targets
from app.services.imports.headings import HeadingsFound
from tests.services.importing import Importing, as_csv, line
from tests.services.keeping import forget


@pytest.fixture
def office(database: Database) -> Importing:
    return Importing(database)


def found(office: Importing, batch_id: int) -> HeadingsFound:
    with office.database.reading() as session:
        goal = targets.target(session, "uji", actor=office.rina)
        return headings.of_batch(session, batches.get(session, batch_id, actor=office.rina), goal)


def renamed(content: bytes, **names: str) -> bytes:
    head, rest = content.decode().split("\n", maxsplit=1)
    for old, new in names.items():
        head = head.replace(old.replace("_", " "), new)
    return f"{head}\n{rest}".encode()


def test_what_a_file_lacks_and_what_is_ignored_in_it_is_told(office: Importing) -> None:
    content = renamed(as_csv(line()), Judul_Laporan="Judul", Klasifikasi_Laporan="Klasifikasi Lapran")
    told = found(office, office.add(content))
    assert [(one.heading, one.required, one.near) for one in told.lost] == [
        ("Klasifikasi Laporan", False, "Klasifikasi Lapran"),
        ("Judul Laporan", True, "Judul"),
    ]
    assert told.others == []
    assert told.ignored == ("Klasifikasi Lapran", "Judul", "Status Laporan")


def test_a_file_with_all_columns_lacks_none(office: Importing) -> None:
    told = found(office, office.add(as_csv(line())))
    assert (told.missing, told.ignored, told.untold) == ((), ("Status Laporan",), 0)


def test_headings_that_hold_personal_data_or_are_long_are_counted_alone(office: Importing) -> None:
    for heading in ("Telepon 081234567890", "x" * 70):
        told = found(office, office.add(renamed(as_csv(line()), Status_Laporan=heading)))
        assert (told.ignored, told.untold) == ((), 1)


def test_ignored_headings_are_sealed_and_go_with_the_cells(office: Importing) -> None:
    batch_id = office.add(as_csv(line()))
    with office.database.reading() as session:
        batch = batches.get(session, batch_id, actor=office.rina)
        assert batch.sheet is not None
        assert b"Status" not in batch.sheet
        assert encryption.unseal(session, batch.sheet)["ignored"] == ["Status Laporan"]
    with office.database.transaction() as session:
        session.execute(update(ImportBatch).values(begun_at=clock.now(session) - timedelta(days=31)))
        forget(session, ImportBatch)
    assert found(office, batch_id) == HeadingsFound()


@pytest.mark.parametrize(
    ("heading", "others", "meant"),
    [
        ("Isi Laporan Awal", ["Isi Laporan", "Nama"], "Isi Laporan"),
        ("Klasifikasi", ["KLASIFIKASI LAPORAN"], "KLASIFIKASI LAPORAN"),
        ("nama_pelapor", ["Nama Pelapor"], "Nama Pelapor"),
        ("Tracking ID", ["TrackingID"], "TrackingID"),
        ("Judul Laporan", ["Laporan", "Judul"], ""),
        ("Judul Laporan", ["Status Laporan"], ""),
        ("Nomor", [], ""),
    ],
)
def test_a_heading_that_resembles_one_is_offered(heading: str, others: list[str], meant: str) -> None:
    assert headings.near(heading, others) == meant
