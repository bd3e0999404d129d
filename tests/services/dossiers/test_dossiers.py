"""The file of a case holds all that is recorded of it, is PDF/A, and tells of nobody unless that was asked for."""

import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from app.base.errors import InvalidForm, NotAllowed, NotFound
from app.history import reader
from app.history.events.dossiers import CaseFileTaken
from app.history.events.identity import IdentityShown
from app.models import Note, ProcessInstance
from app.services.casefile import notes
from app.services.core.access import Actor
from app.services.dossiers import archive, gathering, paper, taking
from app.services.dossiers.gathering import Dossier
from app.services.evidence import chains
from app.services.files import attachments, uploads
from app.services.tasks import tasks
from tests.services.dossiers import pdf_a
from tests.services.office import Office

OPEN, PRIVATE = b"Lampu jalan mati.\n", b"KTP Kanari Pelapor\n"


def furnish(office: Office) -> int:
    """A case with a form, a note, and two attachments, of which one holds identity."""
    case = office.start(unit="A", pelapor="Kanari Pelapor", judul="Lampu mati 漢字")
    task = office.open_task(case)
    for content, name, private in ((OPEN, "foto jalan.txt", False), (PRIVATE, "ktp.txt", True)):
        with office.database.transaction() as session:
            read = uploads.read_upload(BytesIO(content), name, actor=office.rina)
            row = attachments.receive(session, read, actor=office.rina, private=private)
            attachments.attach(
                session, [row.id], instance_id=case.id, field_key="bukti", actor=office.rina, private=private
            )
    with office.database.transaction() as session:
        notes.add(session, case.id, "Sudah ditelepon", actor=office.rina)
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=office.rina)
    return int(case.id)


def gathered(office: Office, case_id: int, actor: Actor, **asked: object) -> Dossier:
    given = {"archive": False, "with_identity": False, "reason": "", **asked}
    with office.database.transaction() as session:
        shown = taking.take(session, case_id, actor=actor, **given)  # type: ignore[arg-type]
    with office.database.reading() as session:
        return gathering.gather(session, case_id, actor=actor, shown=shown)


def test_the_file_holds_the_parts_of_the_case_and_is_pdf_a(office: Office) -> None:
    case_id = furnish(office)
    found = gathered(office, case_id, office.owner)
    data = found.data
    text = json.dumps(data, ensure_ascii=False)
    assert "Kanari" not in text
    assert [one["title"] for one in data["forms"]["items"]] == ["Terima", "Periksa"]
    assert "Cukup?" in data["reasons"]["items"][0]["what"]
    assert [one["text"] for one in data["notes"]["items"]] == ["Sudah ditelepon"]
    assert data["files"]["items"][0]["sha256"] == hashlib.sha256(OPEN).hexdigest()
    [version] = data["sop"]
    assert {name for name, _hash in version["files"]} == {"uji.bpmn", "terima.form", "periksa.form"}
    assert data["identity"]["rows"] == [("Pelapor", "••••••")]
    with office.database.reading() as session:
        head = chains.head_of(session, case_id)
        assert head is not None
    assert ("Ujung rantai", head.hash) in data["verify"]["facts"]
    made = paper.pdf(found)
    assert pdf_a.faults(made) == []
    said = [page.extract_text() for page in PdfReader(BytesIO(made)).pages]
    assert head.hash in said[-1].replace("\u200b", "").replace("\n", "")
    assert "python -m app verify" in said[-1], "the head of the chain and how to check it stand on one page"
    usual = pdf_a.faults(paper.typeset(found, plain=True, format="pdf"))
    assert {"that it is PDF/A-2u", "an output intent with a profile"} <= set(usual)
    with office.database.reading() as session:
        [entry] = reader.of_kinds(session, case_id, CaseFileTaken)
        assert entry.actor is not None
        assert entry.actor.name == "pemilik"
        assert not reader.of_kinds(session, case_id, IdentityShown)


def test_identity_is_in_it_for_who_may_see_it_and_says_why(office: Office) -> None:
    case_id = furnish(office)
    with pytest.raises(NotAllowed):
        gathered(office, case_id, office.owner, with_identity=True, reason="Rapat")
    with pytest.raises(InvalidForm):
        gathered(office, case_id, office.rina, with_identity=True)
    with pytest.raises(NotFound):
        gathered(office, case_id, office.dinas_b)
    found = gathered(office, case_id, office.rina, with_identity=True, reason="Rapat koordinasi")
    assert found.data["identity"]["rows"] == [("Pelapor", "Kanari Pelapor")]
    with office.database.reading() as session:
        [shown] = reader.of_kinds(session, case_id, IdentityShown)
        assert shown.data["reason"] == "Rapat koordinasi"
        [taken] = [one.event for one in reader.of_kinds(session, case_id, CaseFileTaken)]
        assert isinstance(taken, CaseFileTaken)
        assert taken.identity


def test_letters_and_words_that_no_paper_holds_are_left_out_and_broken(office: Office) -> None:
    case_id = furnish(office)
    word = "ж" * 17_000
    with office.database.transaction() as session:
        case = session.get_one(ProcessInstance, case_id)
        case.subject = f"bel\x07l\x0b {word}"  # as a case of before holds it
        session.add(
            Note(instance_id=case_id, text="tanda\x01 " * 5_000, written_at=case.started_at, written_by_id=1)
        )
    made = paper.pdf(gathered(office, case_id, office.owner))
    assert pdf_a.faults(made) == []
    first = PdfReader(BytesIO(made)).pages[0].extract_text()
    assert "bell" in first


def test_attachments_lie_beside_it_with_their_hashes(office: Office) -> None:
    case_id = furnish(office)
    found = gathered(office, case_id, office.owner, archive=True)
    pieces = archive.pieces(office.database, case_id, found, b"%PDF", actor=office.owner, private=False)
    content = b"".join(pieces)
    assert b"Kanari" not in content
    with ZipFile(BytesIO(content)) as file:
        assert file.testzip() is None
        names = file.namelist()
        assert names == [
            f"{found.title}.pdf",
            "riwayat.jsonl",
            "lampiran/001 foto jalan.txt",
            "tidak-disertakan.txt",
            "SHA256SUMS",
        ]
        for line in file.read("SHA256SUMS").decode().splitlines():
            digest, _, name = line.partition("  ")
            assert hashlib.sha256(file.read(name)).hexdigest() == digest
        told = [json.loads(line)["type"] for line in file.read("riwayat.jsonl").splitlines()]
    assert told[0] == "instance_started"
    assert told[-1] == "case_file_taken"
    opened = gathered(office, case_id, office.rina, archive=True, with_identity=True, reason="Rapat")
    whole = archive.pieces(office.database, case_id, opened, b"%PDF", actor=office.rina, private=True)
    with ZipFile(BytesIO(b"".join(whole))) as file:
        [private] = [name for name in file.namelist() if name.startswith("lampiran/002")]
        assert file.read(private) == PRIVATE
    with office.database.reading() as session:
        assert len(reader.of_kinds(session, case_id, IdentityShown)) == 2


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a:b?.pdf", "a_b_.pdf"),
        ("", "berkas"),
        ("x" * 300 + ".pdf", "x" * 111 + ".pdf"),
    ],
)  # fmt: skip
def test_names_in_the_archive_are_names_everywhere(name: str, safe: str) -> None:
    assert archive.safe_name(name) == safe
