"""Whoever may not see identity learns from nothing that he types whether he guessed right: each free text that people
write in a case, by each role without that right, with right and with wrong guesses."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import AppError
from app.forms.masking import SIGN
from app.history.entry import Entry
from app.history.events import Event
from app.models import CaseHold, CaseWords, ProcessInstance, SampledCase, User
from app.services.casefile import casefile, masking, notes
from app.services.core import access, history
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.dossiers import gathering
from app.services.instances import cancellation, instances
from app.services.migration import moves
from app.services.questions import findings, samples
from app.services.reporter import correspondence, joined_reports, ratings
from app.services.retention import erasure, holds
from app.services.search import affixes, words
from app.services.tasks import tasks
from app.services.workload import transfers
from tests.services.counting import statements
from tests.services.office import Office, form, procedure, text
from tests.services.questions.asked import draw

#: What the case keeps: an identity field, what was found in its text, and words that were marked by hand.
RIGHT = {
    "nama": "Siti Rahmawati Kusuma",
    "sebagian": "Siti Rahmawati",
    "telepon": "0812-3456-7890",
    "surel": "siti.rahma@contoh.id",
    "saksi": "Wiryo Dipuro",
    "ditandai": "memukul",
}
#: As long, and of the same kinds.
WRONG = {
    "nama": "Sari Rahmadani Kusumo",
    "sebagian": "Sari Rahmadani",
    "telepon": "0812-3456-7891",
    "surel": "sari.rahmi@contoh.id",
    "saksi": "Waryo Dipura",
    "ditandai": "menebak",
}
GUESS = (
    "Menurut {nama} ({sebagian}), WA {telepon}, {surel}: {saksi} {ditandai}. nama saya {nama}. lagi {telepon}"
)

Do = Callable[[Session, Office, ProcessInstance, str, Actor, Mapping[str, str]], object]


class _Undo(Exception):
    pass


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    """The office, in which those of the first lane see no identity, those of the second do."""
    found = Office(sqlite_database)
    with sqlite_database.transaction() as session:
        diagram = procedure()["uji.bpmn"].replace(
            b'name="identitas" value="Loket"', b'name="identitas" value="Unit"'
        )
        fields = [text("hasil"), text("unit"), text("catatan")]
        deployments.deploy(session, {"uji.bpmn": diagram, "periksa.form": form(*fields)}, actor=None)
    return found


@pytest.fixture
def case(office: Office) -> ProcessInstance:
    """A case of a sample, with a mask by hand in it and a report that is joined to it."""
    told = "{saksi} {ditandai} pelapor, WA {telepon}, {surel}. Nama: {nama}"
    made = office.start(judul=told.format(**RIGHT), pelapor=RIGHT["nama"])
    draw(office, "1", 1)
    with office.database.transaction() as session:
        marked = [RIGHT["saksi"], RIGHT["ditandai"]]
        masking.mark(session, made.id, marked, "saksi", actor=office.budi)
        tasks.claim(session, office.open_task(made).id, actor=office.rina)
    return made


def _note(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    notes.add(session, case.id, said, actor=actor)


def _complete(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    [task] = instances.open_tasks(session, case.id)
    tasks.complete(session, task.id, {"hasil": "kurang", "catatan": said}, {}, actor=actor)


def _reassign(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    [task] = instances.open_tasks(session, case.id)
    tasks.reassign(session, task.id, session.get_one(User, office.budi.id), said, actor=actor)


def _hand_over(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    [task] = instances.open_tasks(session, case.id)
    rina, budi = (session.get_one(User, one.id) for one in (office.rina, office.budi))
    transfer = transfers.hand_over(session, rina, budi, said, actor=actor)
    session.flush()
    transfers.work_on(session, transfer.id, task.id)


def _write_to_reporter(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    correspondence.write_to_reporter(session, case.id, said, actor=actor)


def _hold(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    holds.hold(session, case.id, said, actor=actor)


def _lift_hold(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    holds.hold(session, case.id, "aduan", actor=actor)
    session.flush()
    holds.lift(session, case.id, said, actor=actor)


def _cancel(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    cancellation.cancel(session, case.id, said, actor=actor)


def _put_elsewhere(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    [task] = instances.open_tasks(session, case.id)
    moves.put_elsewhere(session, case.id, task.id, "kerjakan", said, actor=actor)


def _part(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    other = instances.start(session, "uji", {"judul": "Lain"}, actor=office.rina).instance
    joined_reports.join(session, case.id, other.id, actor=actor)
    session.flush()
    joined_reports.part(session, case.id, said, actor=actor)


def _find(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    row = findings.record(session, 1, 1, "flawed", said, actor=actor)
    session.flush()
    session.refresh(row)
    findings.record(session, 1, 1, "fine", f"lain {said}", shown=findings.shown(row), actor=actor)


def _erase(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    erasure.erase(session, case.id, said, actor=actor)


def _hold_and_erase(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    holds.hold(session, case.id, said, actor=actor)
    session.flush()
    erasure.erase(session, case.id, "Permohonan", actor=actor)


def _reason_of_mark(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    masking.mark(session, case.id, ["pelapor"], said, actor=actor)


def _mark_own_words(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, guess: Mapping[str, str]
) -> None:
    """Others wrote the words that are masked as well, and are read by him through the mask."""
    notes.add(session, case.id, said, actor=actor)
    for other in (office.budi, office.owner):
        notes.add(session, case.id, "lagi-lagi {saksi} {ditandai}".format(**RIGHT), actor=other)
    session.flush()
    masking.mark(session, case.id, [guess["saksi"], guess["ditandai"]], "saksi", actor=actor)


def _mark_at_once(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, guess: Mapping[str, str]
) -> None:
    """Words that another wrote who sees no identity either, or nobody."""
    notes.add(session, case.id, "lagi-lagi {saksi}".format(**RIGHT), actor=office.budi)
    session.flush()
    masking.preview(session, case.id, [guess["saksi"]], actor=actor)


INPUTS: Mapping[Do, str] = {
    _note: "rina owner admin",
    _complete: "rina",
    _reassign: "rina",
    _hand_over: "rina admin",
    _write_to_reporter: "rina",
    _hold: "owner admin",
    _lift_hold: "owner admin",
    _cancel: "owner",
    _put_elsewhere: "owner",
    _part: "rina",
    _find: "auditor",
    _erase: "admin",
    _hold_and_erase: "admin",
    _reason_of_mark: "rina",
    _mark_own_words: "rina",
    _mark_at_once: "rina",
}


def _read(
    session: Session, office: Office, case: ProcessInstance, actor: Actor, guess: Mapping[str, str]
) -> str:
    """All that the actor reads of the case afterwards: page, file, record, search, lists, and what is told to him."""
    session.flush()
    row = access.instance(session, actor, case.id)
    taken = dict(gathering.gather(session, case.id, actor=actor).data)
    hidden = taken.pop("identity")["rows"]  # in the order of their signs, which is random
    told: list[object] = [row.subject, row.variables, taken, len(hidden)]
    file = casefile.open_casefile(session, case.id, actor=actor)
    told += [len(file.identity), [_said(event) for event in file.events], [n.text for n in file.notes]]
    page = history.events_of_instance(session, case.id, actor=actor, limit=200)
    told += [_said(event) for event in page.items]
    told += [letter.text for letter, _number in correspondence.letters_of(session, case.id, actor=actor)]
    told += [one.text for one, _number in ratings.ratings_of(session, case.id, actor=actor)]
    masks = masking.of_case(session, case.id, actor=actor)
    told += [len(masks.signs), masks.texts, masks.lifted]
    held = session.get(CaseHold, case.id)
    told += [held.reason if held else "", session.get_one(SampledCase, (1, 1)).finding]
    if actor.is_auditor:
        sample = samples.get(session, 1, actor=actor)
        earlier = findings.earlier(session, 1, samples.cases_of(session, sample), actor=actor)
        told += [one.text for found in earlier.values() for one in found]
    words.store(session, words.changed(session, 0))
    index = session.get(CaseWords, case.id)
    tried = {form for one in affixes.words(" ".join(guess.values())) for form in affixes.forms(one)}
    found = set(index.body.split()) if index else set()
    told += [sorted(found - tried), bool(found & tried)]
    return repr(told)


def _said(entry: Entry[Event]) -> tuple[str, Mapping[str, object]]:
    """What an event tells; the fields of identity are in the order of their signs, which is random."""
    return entry.type, {**entry.data, "fields": len(entry.data.get("fields", ()))}


def _plain(told: str, guess: Mapping[str, str]) -> str:
    """What was read, without what differs at random: each sign by its turn, so that one which comes again is told
    from a new one, and each guess by its kind."""
    for kind, one in guess.items():
        told = re.sub(re.escape(one), f"<{kind}>", told)
    turns = dict[str, int]()
    told = SIGN.sub(lambda sign: f"[{sign.group()[1:4]} {turns.setdefault(sign.group(), len(turns))}]", told)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|gAAAA[\w=-]+|\d{2}[.:]\d{2}[.:\d]*", "#", told)


def _tried(
    office: Office, case: ProcessInstance, do: Do, actor: Actor, guess: Mapping[str, str]
) -> tuple[str, str, int]:
    """What comes of a guess that is taken back afterwards: how it ended, what is read then, and how many statements
    it took."""
    ended = "done"
    told = ""
    with statements(office.database) as sent, suppress(_Undo), office.database.transaction() as session:
        try:
            do(session, office, case, GUESS.format(**guess), actor, guess)
        except AppError as error:
            ended = f"{type(error).__name__}: {_plain(str(error), guess)}"
        else:
            told = _plain(_read(session, office, case, actor, guess), guess)
        raise _Undo
    return ended, told, len(sent)


@pytest.mark.parametrize("do", INPUTS, ids=lambda do: do.__name__.strip("_"))
def test_a_right_guess_is_answered_as_a_wrong_one(office: Office, case: ProcessInstance, do: Do) -> None:
    for name in INPUTS[do].split():
        actor = getattr(office, name)
        right, wrong = (_tried(office, case, do, actor, guess) for guess in (RIGHT, WRONG))
        assert right == wrong, name
        assert right[0] == "done" or do in (_write_to_reporter, _mark_at_once), right[0]


def test_others_read_marked_words_through_the_mask_and_their_writer_as_he_wrote_them(
    office: Office, case: ProcessInstance
) -> None:
    saksi = RIGHT["saksi"]
    with office.database.transaction() as session:
        notes.add(session, case.id, f"tanya {saksi}", actor=office.rina)
        [task] = instances.open_tasks(session, case.id)
        tasks.reassign(
            session, task.id, session.get_one(User, office.budi.id), f"kenal {saksi}", actor=office.rina
        )
    for actor, reads in ((office.rina, True), (office.budi, False), (office.auditor, False)):
        with office.database.reading() as session:
            file = casefile.open_casefile(session, case.id, actor=actor)
            told = repr([event.data for event in file.events if event.type == "task_reassigned"])
            assert (saksi in file.notes[0].text, saksi in told) == (reads, reads), actor.name
    with office.database.reading() as session:  # what was masked after it was written is masked for all
        assert saksi not in repr(casefile.open_casefile(session, case.id, actor=office.rina).events[0].data)
