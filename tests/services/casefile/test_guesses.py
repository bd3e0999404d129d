"""Whoever may not see identity learns from nothing that he types whether he guessed right: each free text that people
write in a case, by each role without that right, and by who has a reporter's code without being him, with right and
with wrong guesses."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.base.errors import AppError, NotAllowed
from app.forms.masking import SIGN
from app.history.catalogue import Entry, Event
from app.history.events.deployment import ProcessResumed, ProcessRetired
from app.models import (
    Attachment,
    CaseHold,
    CaseWords,
    HistoryEvent,
    Note,
    ProcessInstance,
    SampledCase,
    SavedQuestion,
    SavedView,
    User,
)
from app.services.casefile import casefile, masking, notes
from app.services.core import access, history
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.dossiers import gathering
from app.services.files import attachments, uploads
from app.services.instances import cancellation, instances, linked_instances, messages
from app.services.migration import moves, reopening
from app.services.questions import findings, samples, saved
from app.services.reporter import correspondence, joined_reports, ratings, reporter, tracking
from app.services.reporter import reopening as unsettled
from app.services.retention import erasure, holds
from app.services.search import affixes, words
from app.services.tasks import received_messages, saved_views, tasks
from app.services.workload import transfers
from tests.engine.building import bpmn, catch, end, race, start, user
from tests.services.counting import statements
from tests.services.office import Office, form, procedure, text
from tests.services.questions import asked
from tests.web.access.bodies import BODIES
from tests.web.access.matrix import rows

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

Do = Callable[[Session, Office, ProcessInstance, str, Any, Mapping[str, str]], object]


_FILE = {"type": "filepicker", "key": "surat", "label": "Surat"}


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
        fields = [text("hasil"), text("unit"), text("catatan"), _FILE]
        deployments.deploy(session, {"uji.bpmn": diagram, "periksa.form": form(*fields)}, actor=None)
    return found


@pytest.fixture
def case(office: Office) -> ProcessInstance:
    """A case of a sample, with a mask by hand in it and a report that is joined to it."""
    told = "{saksi} {ditandai} pelapor, WA {telepon}, {surel}. Nama: {nama}"
    made = office.start(judul=told.format(**RIGHT), pelapor=RIGHT["nama"])
    asked.draw(office, "1", 1)
    with office.database.transaction() as session:
        marked = [RIGHT["saksi"], RIGHT["ditandai"]]
        masking.mark(session, made.id, marked, "saksi", actor=office.budi)
        tasks.claim(session, office.open_task(made).id, actor=office.rina)
    return made


@pytest.fixture
def waiting(office: Office, case: ProcessInstance) -> ProcessInstance:
    """A case that waits for a message, or for its reporter, in a process that lets him say that it is not settled."""
    nodes = [
        start("terima", form="terima"),
        user("cek"),
        race("menunggu"),
        catch("surat", message="surat", form="isi"),
    ]
    nodes += [catch("jawab", message="jawab", form="isi", properties={"untuk": "pelapor"}), user("tutup")]
    diagram = bpmn(
        [*nodes, end("selesai")],
        "terima > cek > menunggu\nmenunggu > surat > tutup\nmenunggu > jawab > tutup\ntutup > selesai",
        lanes={"Loket": "terima cek menunggu surat jawab selesai", "Unit": "tutup"},
        properties={"perihal": "judul", "identitas": "Unit", "belum selesai": "30 hari", "awalan nomor": "T"},
        key="tunggu",
    )
    fields = form(text("judul"), text("pelapor", private=True))
    with office.database.transaction() as session:
        files = {"tunggu.bpmn": diagram, "terima.form": fields, "isi.form": form(text("catatan"), _FILE)}
        deployments.deploy(session, files, actor=None)
        told = "{saksi} {ditandai} pelapor, WA {telepon}, {surel}".format(**RIGHT)
        values = {"judul": told, "pelapor": RIGHT["nama"]}
        made = instances.start(session, "tunggu", values, actor=office.rina).instance
        session.flush()
        masking.mark(session, made.id, [RIGHT["saksi"], RIGHT["ditandai"]], "saksi", actor=office.budi)
        [task] = instances.open_tasks(session, made.id)
        tasks.complete(session, task.id, {}, {}, actor=office.rina)
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
    transfers.TASKS.work_on(session, transfer.id, task.id)


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


def _reopen(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    cancellation.cancel(session, case.id, "Keliru", actor=office.owner)
    session.flush()
    reopening.reopen(session, case.id, "periksa", said, actor=actor)


def _name_a_file(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, guess: Mapping[str, str]
) -> None:
    name = f"Surat {guess['nama']} {guess['saksi']} {guess['telepon']}.txt"
    row = attachments.receive(session, uploads.read_upload(BytesIO(b"x"), name, actor=actor), actor=actor)
    [task] = instances.open_tasks(session, case.id)
    tasks.complete(session, task.id, {"hasil": "kurang", "surat": [row.id]}, {}, actor=actor)


def _give_reasons_for_many(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    """What is done to many cases, or to the process: versions, batches, destructions, and their comments."""
    for kind in (ProcessRetired, ProcessResumed):
        event = kind(key="uji", version=1, definition_id=1, reason=said)
        history.record(session, event, actor=actor)


def _save_names(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, guess: Mapping[str, str]
) -> None:
    looked_for = asked.every(asked.one("kata", nilai=guess["nama"]))
    saved.save(session, guess["nama"], looked_for, shared=False, actor=actor)
    saved_views.save(session, guess["nama"], {"q": guess["nama"]}, None, actor=actor)


def _send_message(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    messages.send(session, "surat", case.business_key, {"catatan": said}, actor=actor)


def _note_message(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> None:
    received_messages.record(session, case.id, _wait(session, case, "surat"), {"catatan": said}, actor=actor)


def _answer(
    session: Session,
    office: Office,
    case: ProcessInstance,
    said: str,
    _a: Actor | None,
    guess: Mapping[str, str],
) -> None:
    name = f"KTP {guess['nama']} {guess['telepon']}.txt"
    row = attachments.receive(session, uploads.read_upload(BytesIO(b"x"), name, actor=None), actor=None)
    values = {"catatan": said, "surat": [row.id]}
    messages.from_reporter(session, case, _wait(session, case, "jawab"), values)


def _write_to_office(
    session: Session,
    office: Office,
    case: ProcessInstance,
    said: str,
    _a: Actor | None,
    guess: Mapping[str, str],
) -> None:
    correspondence.write_to_office(session, case.id, said)
    telephone = "0811-1111-1111"  # a name alone takes as many statements as it is masked by
    correspondence.write_to_office(session, case.id, f"{guess['nama'].upper()} {telephone}", by_mail=True)


def _end(session: Session, office: Office, case: ProcessInstance) -> None:
    messages.send(session, "surat", case.business_key, {"catatan": "Sudah."}, actor=office.rina)
    session.flush()
    [task] = instances.open_tasks(session, case.id)
    tasks.complete(session, task.id, {}, {}, actor=office.dinas_a)
    session.flush()


def _rate(
    session: Session,
    office: Office,
    case: ProcessInstance,
    said: str,
    _a: Actor | None,
    _g: Mapping[str, str],
) -> None:
    _end(session, office, case)
    ratings.rate(session, case.id, "2", said)


def _say_unsettled(
    session: Session,
    office: Office,
    case: ProcessInstance,
    said: str,
    _a: Actor | None,
    _g: Mapping[str, str],
) -> None:
    _end(session, office, case)
    unsettled.reopen(session, case.id, said)


def _wait(session: Session, case: ProcessInstance, name: str) -> str:
    return next(one.id for one in messages.waiting(session, case.id) if one.message == name)


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


def _start(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> ProcessInstance:
    """He was an officer when he took it in."""
    values = {"judul": said, "pelapor": RIGHT["nama"]}
    his = replace(actor, groups=office.rina.groups)
    return instances.start(session, "tunggu", values, actor=his).instance


def _linked(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, _g: Mapping[str, str]
) -> ProcessInstance:
    """What he wrote came by way of another case, as the two beyond it tell each other."""
    between, far = (
        instances.start(
            session, "tunggu", {"judul": "x", "pelapor": RIGHT["nama"]}, actor=office.rina
        ).instance
        for _ in range(2)
    )
    session.flush()
    for one, other in ((case, between), (between, far)):
        linked_instances.join(session, one, other, {}, {}, rounds=())
    _send_message(session, office, case, said, actor, _g)
    return far


def _add_a_file(
    session: Session, office: Office, case: ProcessInstance, said: str, actor: Actor, guess: Mapping[str, str]
) -> None:
    name = f"Surat {guess['nama']}.txt"
    row = attachments.receive(session, uploads.read_upload(BytesIO(b"x"), name, actor=actor), actor=actor)
    attachments.attach(session, [row.id], instance_id=case.id, field_key="surat", private=False, actor=actor)


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
    _reopen: "owner",
    _name_a_file: "rina",
    _give_reasons_for_many: "owner admin",
    _save_names: "rina owner auditor",
    _send_message: "rina owner admin",
    _note_message: "rina owner",
    _answer: "reporter",
    _write_to_office: "reporter",
    _rate: "reporter",
    _say_unsettled: "reporter",
}
#: These are written where a case waits for messages.
WAITING = (_send_message, _note_message, _answer, _write_to_office, _rate, _say_unsettled)
#: By which routes they come, as the matrix of access has them: `tests/web/access`.
ROUTES: Mapping[Do, str] = {
    _note: "casefile.note tasks.note",
    _complete: """tasks.complete selection.complete api-api.api-tasks.complete intake.save
        api-api.api-process-instances.start""",
    _reassign: "tasks.reassign selection.reassign",
    _hand_over: "workload.begin_hand_over workload.spread",
    _write_to_reporter: "casefile.message",
    _hold: "casefile.hold",
    _cancel: "casefile.cancel api-api.api-process-instances.cancel",
    _put_elsewhere: "stopped_cases.put",
    _part: "joining.part",
    _find: "samples.record",
    _erase: "casefile.erase",
    _reason_of_mark: "masking.mark masking.lift",
    _reopen: "casefile.reopen api-api.api-process-instances.reopen",
    _name_a_file: "api-api.api-files.upload phone_photos.send",
    _give_reasons_for_many: """lifecycle.retire lifecycle.resume lifecycle.reinstate lifecycle.withdraw
        proposals.reject proposals.cancel api-api.api-deployments.reject studio.publish migration.begin
        migration.take_back
        retention.begin mail.lay_aside identities.download""",
    _save_names: "saved_questions.save saved_views.save saved_views.change samples.draw",
    _send_message: "api-api.api-messages.send",
    _note_message: "waits.record",
    _answer: "tracking.reply",
    _write_to_office: "tracking.write",
    _rate: "tracking.rate",
    _say_unsettled: "tracking.reopen",
}
#: What is sent there is no text that is read with a case: why. Drafts are their writer's, and stored whole.
NO_TEXT: Mapping[str, str] = {
    "passwords, names of people and of the office, settings of one's own": """auth.enter auth.end_sessions
        auth.language auth.password auth.theme second_steps.remove second_steps.renew_codes second_steps.set_up
        second_steps.store_demand passkeys.begin users.add users.edit units.add units.edit installation.save_office
        notice_choices.store office_notices.save_hours office_notices.save_text channels.add_webhook rosters.add
        rosters.begin days_off.add days_off.remove absences.add tasks.choose_columns reply_templates.save""",
    "choices, numbers, moments and ids": """workload.preview imports.add migration.forget_survey
        studio_publishing.forget_survey mail.begin_report evidence.download dossiers.download eventlogs.download
        casefile.follow notices.read_all snoozing.snooze selection.act joining.join tracking.knock
        casefile.show_identity files.show""",
    "what is typed is compared with what is masked: tests/services/search/test_similar.py": "intake.similar",
    "drafts": "intake.save_draft tasks.save_draft",
    "diagrams, forms and tables": """api-api.api-deployments.deploy definitions.deploy
        performance.conformance_with_file
        studio.bring_in studio.begin_from_files studio.begin_from_process studio.begin_empty studio.new_form
        studio.new_table sop_tables.look sop_tables.correct sop_tables.begin studio_editors.save studio_editors.check
        studio_editors.preview studio_editors.deadline studio_editors.rename studio_editors.try_table""",
    "rehearsals, of invented cases": """sandbox.begin sandbox.act sandbox.run_clock sandbox.go_back
        sandbox.keep_scenario""",
}


def _read_by_reporter(session: Session, case: ProcessInstance) -> str:
    """All that stands on the page of who has the reporter's code."""
    row = session.get_one(ProcessInstance, case.id, populate_existing=True)
    face = reporter.overview(session, row)
    told: list[object] = [face.way, face.said, face.sent, face.status, [one.text for one in face.messages]]
    told += [face.rating.text if face.rating else "", face.wanted and face.wanted.name, dict(face.variables)]
    return repr(told)


def _read(
    session: Session,
    office: Office,
    case: ProcessInstance,
    actor: Actor | None,
    guess: Mapping[str, str],
) -> str:
    """All that the actor reads of the case afterwards: page, file, record, search, lists, and what is told to him."""
    session.flush()
    if actor is None:
        return _read_by_reporter(session, case)
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
    held, sampled = session.get(CaseHold, case.id), session.get_one(SampledCase, (1, 1))
    told += [held.reason if held else "", sampled.finding]
    told += [(view.name, view.filters) for view in session.scalars(select(SavedView))]
    told += [(kept.name, kept.query) for kept in session.scalars(select(SavedQuestion))]
    told += [file.name for file in session.scalars(select(Attachment))]
    outside = session.scalars(select(HistoryEvent).where(HistoryEvent.instance_id.is_(None)).order_by("id"))
    told += [event.data for event in outside]
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
        for spelt in (one, quote_plus(one)):
            told = re.sub(re.escape(spelt), f"<{kind}>", told, flags=re.IGNORECASE)
    turns = dict[str, int]()
    told = SIGN.sub(lambda sign: f"[{sign.group()[1:4]} {turns.setdefault(sign.group(), len(turns))}]", told)
    return re.sub(
        r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|gAAAA[\w=-]+|datetime\(.*?utc\)|(?<![\w-])[\w-]{43}(?![\w-])|\d{2}[.:]\d{2}[.:\d]*",
        "#",
        told,
    )


def _tried(
    office: Office, case: ProcessInstance, do: Do, actor: Actor | None, guess: Mapping[str, str]
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
def test_a_right_guess_is_answered_as_a_wrong_one(
    office: Office, case: ProcessInstance, do: Do, request: pytest.FixtureRequest
) -> None:
    about = request.getfixturevalue("waiting") if do in WAITING else case
    for name in INPUTS[do].split():
        actor = None if name == "reporter" else getattr(office, name)
        right, wrong = (_tried(office, about, do, actor, guess) for guess in (RIGHT, WRONG))
        assert right == wrong, name
        assert right[0] == "done" or do in (_write_to_reporter, _mark_at_once), right[0]


def test_of_each_route_that_is_sent_something_it_is_known_which_text_that_is() -> None:
    """A new one fails here until it is said which of the inputs it is, and a new input is tried above."""
    known = set(" ".join([*ROUTES.values(), *NO_TEXT.values()]).split())
    sending = {row.endpoint for row in rows() if row.method != "GET"}
    assert sending & BODIES.keys() == known
    assert set(INPUTS) - ROUTES.keys() == {_lift_hold, _hold_and_erase, _mark_own_words, _mark_at_once}


@pytest.mark.parametrize("do", [_note_message, _send_message, _start, _linked, _add_a_file])
def test_who_filled_in_a_case_and_sees_no_identity_lets_another_erase_it(
    office: Office, waiting: ProcessInstance, do: Do
) -> None:
    """A variable and the name of a file are the same for all who read them: the signs in it would tell him."""
    both = replace(office.owner, is_admin=True)
    for guess in (RIGHT, WRONG):
        with suppress(_Undo), office.database.transaction() as session:
            row = session.get_one(ProcessInstance, waiting.id)
            case = do(session, office, row, GUESS.format(**guess), both, guess)
            about = case if isinstance(case, ProcessInstance) else row
            session.flush()
            with pytest.raises(NotAllowed, match="administrator lain"):
                erasure.erase(session, about.id, "Permohonan", actor=both)
            erasure.erase(session, about.id, "Permohonan", actor=office.admin)
            raise _Undo


def test_who_only_wrote_notes_erases_and_they_stay_as_he_typed_them(
    office: Office, case: ProcessInstance
) -> None:
    said = "telepon dari siti rahmawati kusuma tadi"
    with office.database.transaction() as session:
        for actor in (office.admin, office.owner):
            notes.add(session, case.id, said, actor=actor)
        session.flush()
        erasure.erase(session, case.id, "Permohonan", actor=office.admin)
        texts = [one.text for one in session.scalars(select(Note).order_by(Note.id))]
    assert texts[0] == said
    assert SIGN.sub("*", texts[1]) == "telepon dari * tadi"


def test_a_new_code_of_a_case_is_issued_by_who_may_see_its_identity(
    office: Office, waiting: ProcessInstance
) -> None:
    with office.database.transaction() as session:
        case = session.get_one(ProcessInstance, waiting.id)
        assert tracking.issue(session, case.id, actor=office.rina, taking_in=True)  # the slip of the intake
        for actor in (office.rina, office.budi):
            with pytest.raises(NotAllowed, match="melihat identitasnya"):
                tracking.issue(session, case.id, actor=actor)
        messages.send(session, "surat", case.business_key, {"catatan": "Sudah."}, actor=office.rina)
        session.flush()
        assert tracking.issue(session, case.id, actor=office.dinas_a)  # no lane both takes in and sees


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
