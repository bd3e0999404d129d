"""Whom a case is about stands in no text of it that who may see identity writes, and in none once he is erased."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from app.history.checking import chains
from app.models import CaseWords, Note, ProcessInstance, ReporterMessage, UserTask
from app.services.casefile import masking, notes
from app.services.core import settings, signing
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.evidence import tables
from app.services.files import attachments, uploads
from app.services.instances import instances
from app.services.migration import batches
from app.services.migration.decisions import Decisions
from app.services.reporter import correspondence
from app.services.retention import erasure, holds
from app.services.search import words
from app.services.tasks import tasks
from app.services.workload import transfers
from tests.canaries.crawling import in_database
from tests.services.migration.moving import deploy, work
from tests.services.office import Office, form, procedure, text

NAME, TOWN = "Siti Rahmawati Wulandari", "Krajan Lor"
#: As people write it: all of it, some of it, in other letters, over a line.
WAYS = (NAME, "Bu Siti Rahmawati", NAME.upper(), "rahmawati\nwulandari", "siti rahmawatinya")
#: What is left of the name wherever it stands open.
LEFT = {"rahmawati"}


@pytest.fixture
def office(office: Office) -> Office:
    """The office, with free text in each form, a file, and a private choice."""
    sex = {"type": "select", "key": "jenis", "label": "Jenis", "properties": {"pribadi": "ya"}}
    sex["values"] = [{"label": one, "value": one} for one in ("perempuan", "laki-laki")]
    fields = [text("nomor"), text("judul"), text("isi"), text("pelapor", private=True), sex]
    fields.append(text("alamat", private=True))
    file = {"type": "filepicker", "key": "surat", "label": "Surat"}
    with office.database.transaction() as session:
        changed = {
            "terima.form": form(*fields),
            "periksa.form": form(text("hasil"), text("unit"), text("catatan"), file),
        }
        deployments.deploy(session, changed, actor=None)
    return office


@pytest.fixture
def case(office: Office) -> ProcessInstance:
    return office.start(pelapor=NAME, alamat=TOWN, jenis="perempuan")


def complete(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, **more: object
) -> None:
    task = instances.open_tasks(session, case.id)[0]
    tasks.complete(session, task.id, {"hasil": "kurang", "catatan": said, **more}, {}, actor=actor)


def _answer(session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor) -> None:
    complete(session, office, case, said, actor)


def _note(session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor) -> None:
    notes.add(session, case.id, said, actor=actor)


def _letter(session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor) -> None:
    correspondence.write_to_reporter(session, case.id, said, actor=actor)


def _file(session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor) -> None:
    name = " ".join(said.split())
    upload = uploads.read_upload(BytesIO(b"x"), f"{name}.txt", actor=actor)
    row = attachments.receive(session, upload, actor=actor)
    complete(session, office, case, "terlampir", actor, surat=[row.id])


def _mark(session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor) -> None:
    word = said.encode().hex()[16:60]  # another each time: what is masked once is in the case no more
    notes.add(session, case.id, word, actor=actor)
    masking.mark(session, case.id, [word], said, actor=actor)


Write = Callable[[Session, Office, ProcessInstance, str, Actor], None]
#: What officers of the lane write; its coordinator answers no tasks. Reasons: test_reasons.
WRITTEN: tuple[tuple[Write, tuple[str, ...]], ...] = (
    (_answer, ("rina", "budi")),
    (_file, ("rina",)),
    (_note, ("rina", "ketua")),
    (_letter, ("rina",)),
    (_mark, ("rina",)),
)


def test_a_name_that_the_form_asks_for_stands_in_no_other_field_of_it(office: Office) -> None:
    case = office.start(pelapor=NAME, alamat=TOWN, judul=f"Lampu {NAME} mati", isi=f"di {TOWN}, kata {NAME}")
    assert in_database(office.database, LEFT | {TOWN.lower()}) == {}
    with office.database.reading() as session:
        held = session.get_one(ProcessInstance, case.id).variables
    assert held["judul"].startswith("Lampu [kata •••")
    assert held["isi"].count("•••") == 2


@pytest.mark.parametrize(("write", "names"), WRITTEN, ids=lambda one: getattr(one, "__name__", ""))
def test_who_may_see_a_name_writes_it_nowhere_in_the_open(
    office: Office, case: ProcessInstance, write: Write, names: tuple[str, ...]
) -> None:
    for name in names:
        for said in WAYS:
            with office.database.transaction() as session:
                write(session, office, case, f"Menurut {said} begitu", office.actors[name])
    assert in_database(office.database, LEFT) == {}


def test_why_many_tasks_are_handed_on_names_nobody_whose_cases_these_are(
    office: Office, case: ProcessInstance
) -> None:
    office.start(pelapor="Joko Susilo")
    with office.database.transaction() as session:
        for task in instances.open_tasks(session, case.id):
            wanted = {task.id: office.budi.id}
            transfers.spread(session, wanted, f"Bu {NAME} kenal Rina", actor=office.ketua)
    assert in_database(office.database, LEFT) == {}


def test_why_many_cases_are_moved_and_moved_back_names_nobody_whom_they_are_about(
    office: Office, case: ProcessInstance
) -> None:
    owner_of_lane = replace(office.owner, groups=office.rina.groups)
    target = deploy(office, procedure(after="5 hari kerja"))
    said = f"Bu {NAME} kenal Rina"
    with office.database.transaction() as session:
        batch = batches.begin(session, target, [case.id], Decisions(), said, actor=owner_of_lane).id
    work(office)
    with office.database.transaction() as session:
        batches.take_back(session, batch, said, actor=owner_of_lane)
    assert in_database(office.database, LEFT) == {}


def test_words_that_one_chooses_from_are_left(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        complete(session, office, case, "seorang perempuan", office.rina)
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).variables["catatan"] == "seorang perempuan"


def test_a_reporter_who_signs_his_letter_is_not_named_in_it(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        correspondence.write_to_office(session, case.id, f"Mohon dibantu. Salam, {NAME}")
    assert in_database(office.database, LEFT) == {}


def test_whom_officers_wrote_down_is_not_confirmed_to_the_reporter(office: Office) -> None:
    with office.database.transaction() as session:
        fields = [text("hasil"), text("unit"), text("saksi", private=True)]
        deployments.deploy(session, {"periksa.form": form(*fields)}, actor=None)
    case = office.start(pelapor="Joko Susilo")
    with office.database.transaction() as session:
        task = instances.open_tasks(session, case.id)[0]
        tasks.complete(session, task.id, {"hasil": "kurang", "saksi": NAME}, {}, actor=office.rina)
    with office.database.transaction() as session:
        said = f"Apakah {NAME} saksinya?"
        assert correspondence.write_to_office(session, case.id, said).text == said


def written_in_the_open(office: Office, case: ProcessInstance) -> None:
    """By people who do not know whom they name, in every text of the case."""
    said = f"Rupanya {NAME} dari {TOWN}"
    with office.database.transaction() as session:
        session.add(
            Note(instance_id=case.id, text=said, written_at=case.started_at, written_by_id=office.budi.id)
        )
        letter = ReporterMessage(instance_id=case.id, text=said, written_at=case.started_at)
        session.add(letter)
        notes.add(session, case.id, said, actor=office.owner)
        holds.hold(session, case.id, said, actor=office.owner)
        [task] = instances.open_tasks(session, case.id)
        session.get_one(UserTask, task.id).locals = {"putaran": said}
    with office.database.transaction() as session:
        words.store(session, words.changed(session, 0))


def test_erasing_a_person_erases_him_from_every_text(office: Office) -> None:
    with office.database.transaction() as session:
        fields = [text("hasil"), text("unit"), text("pelapor", private=True), text("alamat", private=True)]
        deployments.deploy(session, {"periksa.form": form(*fields, text("catatan"))}, actor=None)
    case = office.start(
        judul=f"Lampu {NAME}", isi=f"Kata {NAME} lampunya mati"
    )  # nobody knows yet who that is
    written_in_the_open(office, case)
    with office.database.transaction() as session:
        complete(session, office, case, "hadir", office.rina, pelapor=NAME, alamat=TOWN)
    assert in_database(office.database, LEFT)["rahmawati"] >= {
        "process_instance.variables",
        "process_instance.subject",
        "instance_text.body",
        "note.text",
        "reporter_message.text",
        "case_hold.reason",
        "user_task.locals",
        "history_event.data",
        "case_words.body",
        "word_slip.slip",
    }
    with office.database.transaction() as session:
        erasure.erase(session, case.id, f"Permohonan {NAME}", actor=office.admin)
    assert in_database(office.database, LEFT | {TOWN.lower()}) == {}
    with office.database.transaction() as session:
        words.store(session, words.changed(session, 0))
    assert in_database(office.database, LEFT | {TOWN.lower()}) == {}
    with office.database.reading() as session:
        assert "hadir" in session.get_one(CaseWords, case.id).body
        config = settings.config(session)
        found = list(chains(session.connection(), signing.own(config)))
        assert [chain.fault for chain in found if chain.fault] == []
        assert list(tables.compare(config, session.connection(), set())) == []
