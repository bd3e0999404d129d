"""Attachments: taken in, cleaned, tied to a case, given out to those who may see it."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.models import Attachment, Draft, HistoryEvent
from app.services.core import clock, encryption, settings
from app.services.core.access import Actor
from app.services.files import attachments, store, uploads
from app.services.maintenance import housekeeping
from app.services.tasks import drafts
from tests.services import samples
from tests.services.office import Office, add_user

TEXT = b"Lampu jalan mati.\n"


@pytest.fixture
def rina(database: Database) -> Actor:
    with database.transaction() as session:
        return add_user(session, "rina", "Loket")


def receive(
    database: Database,
    content: bytes = TEXT,
    name: str = "a.txt",
    *,
    actor: Actor | None,
    private: bool = False,
) -> Attachment:
    with database.transaction() as session:
        return attachments.receive(
            session, uploads.read_upload(BytesIO(content), name, actor=actor), actor=actor, private=private
        )


def attach(
    office: Office, row: Attachment, case_id: int, *, actor: Actor | None, private: bool = False
) -> None:
    with office.database.transaction() as session:
        attachments.attach(
            session, [row.id], instance_id=case_id, field_key="bukti", actor=actor, private=private
        )


@contextmanager
def failing(database: Database) -> Iterator[Session]:
    """A transaction that fails when the block has done its work."""
    with suppress(RuntimeError), database.transaction() as session:
        yield session
        raise RuntimeError


def folder(database: Database) -> Path:
    with database.reading() as session:
        return settings.config(session).files_dir


def on_disk(database: Database) -> list[str]:
    return sorted(path.name for path in folder(database).iterdir())


def test_a_file_lies_under_a_random_name_and_nobody_else_can_read_it(database: Database, rina: Actor) -> None:
    row = receive(database, name="Laporan Warga.TXT", actor=rina)
    assert (row.name, row.media_type, row.size_bytes) == ("Laporan Warga.TXT", "text/plain", len(TEXT))
    assert on_disk(database) == [row.id]
    assert len(row.id) == 43
    path = folder(database) / row.id
    assert path.read_bytes() == TEXT
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\budi\\foto.txt", "foto.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("gambar\u202etxt.txt", "gambartxt.txt"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
        ("  .txt", "lampiran.txt"),
    ],
)
def test_a_name_is_only_ever_a_name(sqlite_database: Database, name: str, shown: str) -> None:
    assert receive(sqlite_database, name=name, actor=None).name == shown


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.jpg", samples.picture("JPEG"), "image/jpeg"),
        ("a.JPEG", samples.picture("JPEG"), "image/jpeg"),
        ("a.png", samples.picture("PNG"), "image/png"),
        ("a.webp", samples.picture("WEBP"), "image/webp"),
        ("a.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("a.mp4", samples.video(), "video/mp4"),
        ("a.docx", samples.office_document("word"), "application/vnd.openxmlformats-officedocument.wordproc"),
        (
            "a.xlsx",
            samples.office_document("xl"),
            "application/vnd.openxmlformats-officedocument.spreadsheet",
        ),
        ("a.csv", "nomor;judul\n1;Jalan é\n".encode("latin-1"), "text/csv"),
    ],
)
def test_what_people_attach_is_taken_in(
    sqlite_database: Database, name: str, content: bytes, media_type: str
) -> None:
    assert receive(sqlite_database, content, name, actor=None).media_type.startswith(media_type)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.html", b"<script>"),
        ("a.svg", b"<svg onload='x'/>"),
        ("a", TEXT),
        ("a.pdf.exe", b"%PDF-1.7"),
        ("a.pdf", b"<html>"),
        ("a.png", samples.picture("JPEG")),
        ("a.jpg", b"\xff\xd8\xff not a picture"),
        ("a.jpg", samples.picture("JPEG", (400, 300))[:-900]),
        ("a.txt", b"MZ\x00\x01"),
        ("a.docx", samples.office_document("xl")),
        ("a.docx", samples.office_document("word", "word/vbaProject.bin")),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.mp4", samples.video()[:60]),
        ("a.mp4", samples.box(b"ftyp", b"isom0000")),
        ("a.txt", b""),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_leaves_no_file(
    sqlite_database: Database, name: str, content: bytes
) -> None:
    with pytest.raises(InvalidForm) as refused:
        receive(sqlite_database, content, name, actor=None)
    assert list(refused.value.errors) == ["file"]
    assert on_disk(sqlite_database) == []


def test_reading_stops_as_soon_as_a_file_is_too_large(database: Database, rina: Actor) -> None:
    class Endless(BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            self.given += size or 0
            return b"a" * (size or 0)

    stream = Endless()
    with pytest.raises(uploads.TooLarge):
        uploads.read_upload(stream, "a.txt", actor=rina)
    assert stream.given <= uploads.MAX_BYTES + 64 * 1024
    assert receive(database, b"a" * uploads.MAX_BYTES, actor=rina).size_bytes == uploads.MAX_BYTES


def test_a_file_goes_when_its_transaction_fails(database: Database, rina: Actor) -> None:
    with failing(database) as session:
        attachments.receive(session, uploads.read_upload(BytesIO(TEXT), "a.txt", actor=rina), actor=rina)
        assert len(on_disk(database)) == 1
    assert on_disk(database) == []
    with database._session(database.engine) as session:  # closed without a commit
        attachments.receive(session, uploads.read_upload(BytesIO(TEXT), "a.txt", actor=rina), actor=rina)
    assert on_disk(database) == []


def test_a_savepoint_released_is_no_commit(sqlite_database: Database) -> None:
    with failing(sqlite_database) as session, session.begin_nested():
        attachments.receive(session, uploads.read_upload(BytesIO(TEXT), "a.txt", actor=None), actor=None)
    assert on_disk(sqlite_database) == []


def test_auditors_upload_nothing(database: Database) -> None:
    with database.transaction() as session:
        auditor = add_user(session, "auditor", is_auditor=True)
        with pytest.raises(NotAllowed):
            uploads.read_upload(
                BytesIO(b""), "a.txt", actor=auditor
            )  # told that, and not what is wrong with it
        with pytest.raises(NotAllowed):
            attachments.receive(
                session, uploads.read_upload(BytesIO(TEXT), "a.txt", actor=None), actor=auditor
            )


def test_an_attached_file_is_for_everybody_who_sees_the_case_and_for_nobody_else(office: Office) -> None:
    case = office.start()
    row = receive(office.database, actor=office.rina)
    with office.database.reading() as session:
        with pytest.raises(NotFound):
            attachments.open_for(session, row.id, actor=office.budi)
        assert attachments.open_for(session, row.id, actor=office.rina)[1].read_bytes() == TEXT
    attach(office, row, case.id, actor=office.rina)
    with office.database.reading() as session:
        for actor in (office.budi, office.auditor, office.owner):
            found, path = attachments.open_for(session, row.id, actor=actor)
            assert (found.field_key, path.read_bytes()) == ("bukti", TEXT)
        for id_ in (row.id, "../../etc/passwd", ""):
            with pytest.raises(NotFound):
                attachments.open_for(session, id_, actor=office.dinas_a)
        assert [f.id for f in attachments.of_instance(session, case.id, actor=office.budi)] == [row.id]
        with pytest.raises(NotFound):
            attachments.of_instance(session, case.id, actor=office.dinas_a)


def test_a_file_is_attached_by_who_uploaded_it_to_one_case(office: Office) -> None:
    case, other = office.start(), office.start()
    mine, reporters = receive(office.database, actor=office.rina), receive(office.database, actor=None)
    for row, actor in ((mine, office.budi), (mine, None), (reporters, office.rina)):
        with pytest.raises(InvalidForm) as refused:
            attach(office, row, case.id, actor=actor)
        assert list(refused.value.errors) == ["bukti"]
    attach(office, mine, case.id, actor=office.rina)
    attach(office, reporters, case.id, actor=None)
    attach(office, mine, case.id, actor=office.budi)  # a later form of the case names it again
    with pytest.raises(InvalidForm):
        attach(office, mine, other.id, actor=office.rina)
    with office.database.transaction() as session, pytest.raises(InvalidForm):
        attachments.attach(
            session, [mine.id, "x" * 43], instance_id=case.id, field_key="bukti", actor=office.rina
        )


def test_a_private_file_is_sealed_nameless_and_shown_only_to_lanes_with_the_right(office: Office) -> None:
    case = office.start()
    row = receive(office.database, b"KENARI-KTP", "KTP Budi.txt", actor=office.rina, private=True)
    attach(office, row, case.id, actor=office.rina, private=True)
    assert b"KENARI" not in (folder(office.database) / f"{row.id}.sealed").read_bytes()
    with office.database.transaction() as session:
        for actor in (office.owner, office.auditor, office.admin):
            with pytest.raises(NotAllowed):
                attachments.show(session, row.id, actor=actor)
        with pytest.raises(NotFound):
            attachments.show(session, row.id, actor=office.dinas_a)
        with pytest.raises(NotAllowed):
            attachments.open_for(session, row.id, actor=office.rina)
        found, content = attachments.show(session, row.id, actor=office.budi)
        assert (found.name, content) == ("lampiran-pribadi.txt", b"KENARI-KTP")
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "identity_shown")).one()
    assert (event.actor_id, event.data) == (
        office.budi.id,
        {"fields": ["bukti"], "attachment": row.id, "activity": "periksa"},
    )


def test_a_file_that_turns_out_to_be_private_is_sealed_when_it_is_attached(office: Office) -> None:
    case = office.start()
    row = receive(office.database, b"KENARI-KTP", "KTP Budi.txt", actor=office.rina)
    with failing(office.database) as session:
        attachments.attach(
            session, [row.id], instance_id=case.id, field_key="ktp", private=True, actor=office.rina
        )
    assert on_disk(office.database) == [row.id]
    attach(office, row, case.id, actor=office.rina, private=True)
    assert on_disk(office.database) == [f"{row.id}.sealed"]
    with office.database.transaction() as session:
        assert attachments.show(session, row.id, actor=office.rina)[1] == b"KENARI-KTP"
        assert session.get_one(Attachment, row.id).name == "lampiran-pribadi.txt"


def test_what_a_killed_process_left_lying_keeps_nobody_from_attaching_the_file(office: Office) -> None:
    case = office.start()
    row = receive(office.database, actor=office.rina, private=True)
    with office.database.transaction() as session:
        session.get_one(Attachment, row.id).name = (
            "sealed/" + encryption.seal_bytes(session, b"a.txt").decode()
        )
    (folder(office.database) / row.id).write_bytes(TEXT[:3])  # written, then killed before the commit
    attach(office, row, case.id, actor=office.rina)
    assert on_disk(office.database) == [row.id]
    assert (folder(office.database) / row.id).read_bytes() == TEXT


def test_a_file_that_is_missing_from_the_folder_is_asked_for_again_at_its_field(office: Office) -> None:
    case = office.start()
    row = receive(office.database, actor=office.rina)
    (folder(office.database) / row.id).unlink()
    with pytest.raises(InvalidForm) as refused:
        attach(office, row, case.id, actor=office.rina, private=True)
    assert refused.value.errors == {"bukti": "Salah satu lampiran tidak ditemukan lagi. Unggah ulang."}


def test_files_that_belong_to_nothing_are_collected_and_others_stay(office: Office) -> None:
    case = office.start()
    kept, forgotten, drafted, fresh = (receive(office.database, actor=office.rina) for _n in range(4))
    attach(office, kept, case.id, actor=office.rina)
    stray, young = folder(office.database) / "stray", folder(office.database) / "young"
    for path in (stray, young):
        path.write_bytes(b"")
    os.utime(stray, (time.time() - 90_000,) * 2)
    with office.database.transaction() as session:
        for row in (kept, forgotten, drafted):
            session.get_one(Attachment, row.id).uploaded_at = clock.now(session) - timedelta(days=31)
        drafts.save(session, office.rina, "task:1", {"bukti": [drafted.id]})
    with office.database.transaction() as session:
        assert housekeeping.collect(session) == 2
    assert on_disk(office.database) == sorted([kept.id, drafted.id, fresh.id, "young"])
    with office.database.reading() as session:
        assert session.get(Attachment, forgotten.id) is None


def test_what_a_reporter_never_sent_is_collected_the_day_after(office: Office) -> None:
    his, officers, new = (receive(office.database, actor=actor) for actor in (None, office.rina, None))
    with office.database.transaction() as session:
        for row in (his, officers):
            session.get_one(Attachment, row.id).uploaded_at = clock.now(session) - timedelta(hours=25)
        assert housekeeping.collect(session) == 1
    assert on_disk(office.database) == sorted([officers.id, new.id])


def test_where_drafts_cannot_be_read_nothing_is_collected_that_they_may_name(office: Office) -> None:
    his, officers = (receive(office.database, actor=actor) for actor in (None, office.rina))
    with office.database.transaction() as session:
        for row in (his, officers):
            session.get_one(Attachment, row.id).uploaded_at = clock.now(session) - timedelta(days=31)
        drafts.save(session, office.rina, "task:1", {})
        session.scalars(select(Draft)).one().ciphertext = b"sealed with another key"
        session.flush()
        housekeeping.delete_unused(session)
    assert on_disk(office.database) == [officers.id]


def test_a_file_whose_field_is_not_known_yet_is_kept_like_an_identity(office: Office) -> None:
    content = b"%PDF-1.4 tanpa apa-apa %%EOF"
    case = office.start()
    for private, name in ((False, "Surat.pdf"), (True, "lampiran-pribadi.pdf")):
        with office.database.transaction() as session:
            row = attachments.receive(
                session,
                uploads.read_upload(BytesIO(content), "Surat.pdf", actor=office.rina),
                actor=office.rina,
                private=None,
            )
            assert "Surat" not in row.name
            assert attachments.names(session, [row.id], actor=office.rina) == {row.id: "Surat.pdf"}
            assert content not in store.path(session, row.id, private=True).read_bytes()
            assert row.sha256 != hashlib.sha256(content).hexdigest()
        with office.database.transaction() as session:
            attachments.attach(
                session, [row.id], instance_id=case.id, field_key="surat", private=private, actor=office.rina
            )
        with office.database.reading() as session:
            kept = session.get_one(Attachment, row.id)
            assert (kept.is_private, kept.name, store.read_content(session, kept)) == (private, name, content)
            assert (kept.sha256 == hashlib.sha256(content).hexdigest()) is not private


def test_the_database_does_not_prove_that_a_known_file_was_sent_as_identity(office: Office) -> None:
    case = office.start()
    known = receive(office.database, b"KENARI-KTP", actor=office.rina, private=True)
    later = receive(office.database, b"KENARI-KTP", actor=office.rina)
    assert later.sha256 == hashlib.sha256(b"KENARI-KTP").hexdigest()
    attach(office, later, case.id, actor=office.rina, private=True)
    with office.database.reading() as session:
        digests = set(session.scalars(select(Attachment.sha256)))
    assert digests == {known.sha256}, "one key, one fingerprint"
    assert later.sha256 not in digests


def limited(database: Database, **limits: int) -> None:
    """From now on so many MB may lie there."""
    database._info["config"] = replace(database._info["config"], **limits)


def test_who_uploads_and_sends_no_form_is_stopped_at_so_many_bytes(office: Office) -> None:
    case = office.start()
    limited(office.database, pending_files_mb=1)
    half = b"a" * (600 * 1024)
    kept = receive(office.database, half, actor=office.rina)
    with pytest.raises(InvalidForm, match="belum dikirim bersama formulir sudah 1 MB"):
        receive(office.database, half, actor=office.rina)
    assert on_disk(office.database) == [kept.id]
    receive(office.database, half, actor=office.budi)
    attach(office, kept, case.id, actor=office.rina)
    receive(office.database, half, actor=office.rina)


def test_all_reporters_together_are_stopped_too(office: Office) -> None:
    limited(office.database, pending_files_mb=1)
    for _file in range(10):
        receive(office.database, b"a" * (1024 * 1024), actor=None)
    with pytest.raises(InvalidForm, match="besok"):
        receive(office.database, actor=None)


def test_a_case_takes_so_many_bytes(office: Office) -> None:
    case = office.start()
    limited(office.database, case_files_mb=1)
    first, second = (receive(office.database, b"a" * (600 * 1024), actor=office.rina) for _n in range(2))
    attach(office, first, case.id, actor=office.rina)
    attach(office, first, case.id, actor=office.rina)  # it is there already
    with pytest.raises(InvalidForm, match="lebih dari 1 MB") as caught:
        attach(office, second, case.id, actor=office.rina)
    assert list(caught.value.errors) == ["bukti"]
    with office.database.reading() as session:
        kept = [session.get_one(Attachment, one.id).instance_id for one in (first, second)]
    assert kept == [case.id, None]
