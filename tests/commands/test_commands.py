"""A command that the diagram refuses to follow: nothing is left behind, nothing typed is lost, the owner is told."""

import logging
from typing import Any

import pytest
from sqlalchemy import select, update

from app.base import stored_messages
from app.base.db import Database
from app.base.errors import Conflict, ExecutionFailed, InvalidDiagram, InvalidForm
from app.base.i18n import speaking
from app.bpmnio import feelin
from app.commands.failures import for_the_owner
from app.commands.instances.instances import start_instance
from app.commands.instances.messages import send_message, send_reporters_form
from app.commands.tasks.tasks import as_draft, complete_task
from app.commands.transaction import Command
from app.models import IdempotencyRecord, Incident, ProcessInstance, Resource
from app.services.casefile import instance_lists
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core.access import Actor, actor_of
from app.services.definitions import definitions
from app.services.deployment import checks, deployments
from app.services.instances import incidents, instances, messages
from app.services.people import users
from app.services.tasks import drafts, tasks
from tests.engine.building import bpmn, catch, end, exclusive, flow, start, user
from tests.services.office import add_user, form, text
from tests.write_locks import write_locks

NOTHING: dict[str, Any] = {}


@pytest.fixture
def office(database: Database) -> Database:
    """An installation with a process owner."""
    with database.transaction() as session:
        add_user(session, "pemilik", is_process_owner=True)
    return database


@pytest.fixture
def rina(office: Database) -> Actor:
    """An officer of a procedure: masuk > ada? > kabar (message) > lanjut? > periksa > selesai."""
    nodes = [
        start("masuk", form="masuk"),
        exclusive("ada"),
        catch("kabar", message="kabar datang", form="kabar", properties={"untuk": "pelapor"}),
        exclusive("lanjut"),
        user("periksa"),
        end("selesai"),
        end("lain"),
    ]
    flows = [
        "masuk > ada\nkabar > lanjut\nperiksa > selesai",
        flow("ada", "kabar", condition='=judul = "baik"'),
        flow("ada", "lain", condition='=judul = "lain"'),
        flow("lanjut", "periksa", condition='=isi = "baik"'),
        flow("lanjut", "lain", condition='=isi = "lain"'),
    ]
    lanes = {"Loket": "masuk ada kabar lanjut periksa selesai lain"}
    files = {
        "coba.bpmn": bpmn(nodes, flows, lanes=lanes, key="coba", name="Coba"),
        "masuk.form": form(text("judul", required=True)),
        "kabar.form": form(text("isi", required=True)),
    }
    with office.transaction() as session:
        actor = add_user(session, "rina", "Loket")
        deployments.deploy(session, files, actor=None)
    return actor


def begin(office: Database, actor: Actor, judul: str, key: str | None = None) -> dict[str, Any]:
    return start_instance(
        office,
        Command("start", "coba", key, {"judul": judul}),
        "coba",
        {"judul": judul},
        actor=actor,
        answer=lambda _session, started: {"id": started.instance.id, "number": started.instance.business_key},
        typed={"judul": judul},
    )


def open_incidents(office: Database, actor: Actor) -> list[Incident]:
    with office.reading() as session:
        return list(incidents.page(session, actor=actor).items)


def test_a_start_that_fails_is_a_draft_and_in_the_log(
    office: Database, rina: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(ExecutionFailed):
        begin(office, rina, "entah")
    assert "start of coba" in caplog.text
    assert "entah" not in caplog.text  # what was typed is for the incident
    with office.reading() as session:
        kept = drafts.load(session, rina, "start:coba")
        assert instance_lists.page(session, InstanceFilters(key="coba"), actor=rina).items == []
    assert kept is not None
    assert kept.values == as_draft({"judul": "entah"}, {})


def test_a_repeated_start_is_one_case(office: Database, rina: Actor) -> None:
    assert begin(office, rina, "baik", "k") == begin(office, rina, "baik", "k")
    with office.reading() as session:
        assert len(instance_lists.page(session, InstanceFilters(key="coba"), actor=rina).items) == 1


def test_an_officers_message_that_fails_is_an_incident_of_its_case(office: Database, rina: Actor) -> None:
    case = begin(office, rina, "baik")
    with pytest.raises(ExecutionFailed):
        send_message(
            office,
            Command("message", case["number"]),
            "kabar datang",
            case["number"],
            {"isi": "entah"},
            actor=rina,
            answer=lambda _session, _instance: NOTHING,
        )
    [incident] = open_incidents(office, rina)
    assert (incident.instance_id, incident.activity_id) == (case["id"], "lanjut")


def test_the_reporters_form_that_fails_is_an_incident_and_may_be_sent_again(
    office: Database, rina: Actor
) -> None:
    case = begin(office, rina, "baik")
    with office.reading() as session:
        [wait] = messages.waiting(session, case["id"])

    def send(isi: str, key: str) -> None:
        command = Command("reporter", wait.id, key, isi)
        send_reporters_form(office, command, case["id"], wait.id, {"isi": isi})

    with pytest.raises(ExecutionFailed):
        send("entah", "k")
    assert [i.instance_id for i in open_incidents(office, rina)] == [case["id"]]
    send("baik", "k")
    send("baik", "k")
    with office.reading() as session:
        [task] = instances.open_tasks(session, case["id"])
        assert task.activity_id == "periksa"


def test_who_comes_too_late_keeps_what_he_typed(office: Database, rina: Actor) -> None:
    case = begin(office, rina, "baik")
    with office.transaction() as session:
        budi = add_user(session, "budi", "Loket")
        instance = session.get_one(ProcessInstance, case["id"])
        messages.send(session, "kabar datang", instance.business_key, {"isi": "baik"}, actor=rina)
    with office.transaction() as session:
        [task] = instances.open_tasks(session, case["id"])
        tasks.complete(session, task.id, {}, {}, actor=budi)
    for keep in (False, True):
        with pytest.raises(Conflict, match="Budi"):
            complete_task(
                office,
                Command("complete", task.id),
                task.id,
                {},
                {},
                actor=rina,
                answer=lambda _session, _work: NOTHING,
                typed={"catatan": "panjang sekali"},
                keep_on_conflict=keep,
            )
        with office.reading() as session:
            kept = drafts.load(session, rina, f"task:{task.id}")
        assert (kept is not None) is keep


def test_a_body_is_remembered_by_a_keyed_hash_only(office: Database, rina: Actor) -> None:
    begin(office, rina, "baik", "k")
    with office.reading() as session:
        [row] = session.scalars(select(IdempotencyRecord))
    assert "baik" not in str((row.body, row.result))
    assert len(row.body) == 16


def test_a_start_that_fails_is_an_incident_of_its_process_and_a_second_one_is_the_same(
    office: Database, rina: Actor
) -> None:
    for key in ("k1", "k2"):
        with pytest.raises(ExecutionFailed) as failed:
            begin(office, rina, "entah", key)
    with office.reading() as session:
        owner = actor_of(users.named(session, "pemilik"))
        definition = definitions.latest(session, "coba")
    assert definition is not None
    [incident] = open_incidents(office, owner)
    assert (incident.instance_id, incident.definition_id) == (None, definition.id)
    assert (incident.activity_id, incident.message) == ("ada", for_the_owner(failed.value))
    with speaking("en"):
        assert stored_messages.tell_stored(incident.message).startswith(
            "No way out of “Ada” fits these entries. "
        )
    assert open_incidents(office, rina) == []  # no case of hers


def test_a_message_that_starts_nothing_for_its_diagram_failed_is_an_incident_too(
    office: Database, rina: Actor
) -> None:
    shapes = [start("surat", message="surat datang"), exclusive("ada"), end("selesai"), end("lain")]
    flows = [
        "surat > ada",
        flow("ada", "selesai", condition='=judul = "baik"'),
        flow("ada", "lain", condition='=judul = "lain"'),
    ]
    lanes = {"Loket": "surat ada selesai lain"}
    with office.transaction() as session:
        files = {"surat.bpmn": bpmn(shapes, flows, lanes=lanes, key="persuratan", name="Surat")}
        deployments.deploy(session, files, actor=None)
        owner = actor_of(users.named(session, "pemilik"))
    with pytest.raises(ExecutionFailed):
        send_message(
            office,
            Command("message", "S-1"),
            "surat datang",
            "S-1",
            {"judul": "entah"},
            actor=rina,
            answer=lambda _session, _instance: NOTHING,
        )
    [incident] = open_incidents(office, owner)
    assert incident.definition is not None
    assert (incident.definition.key, incident.activity_id) == ("persuratan", "ada")


def test_a_version_is_read_and_v8_started_before_the_transaction(office: Database, rina: Actor) -> None:
    with office.reading() as session:
        session.info["versions"].clear()
    feelin.isolate.drop()
    with write_locks() as seen:
        begin(office, rina, "baik")
    assert {"XML", "form", "spec", "start of V8"} & set(seen.costly) == set()
    assert len(seen.seconds) > 1  # the first found something missing
    with write_locks() as seen:
        begin(office, rina, "baik")
    assert len(seen.seconds) == 1


def test_a_version_that_cannot_be_read_is_refused_as_ever(office: Database, rina: Actor) -> None:
    with office.transaction() as session:
        session.info["versions"].clear()
        session.execute(update(Resource).values(content=b"<"))
    with pytest.raises(InvalidDiagram):
        begin(office, rina, "baik")


def test_patterns_without_end_are_tried_before_the_transaction(
    office: Database, rina: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_check_patterns", lambda _bundle: [])  # as a version of before that check
    judul = text("judul") | {"validate": {"pattern": "^(?=(a+)+N)a"}}
    with office.transaction() as session:
        deployments.deploy(session, {"masuk.form": form(judul)}, actor=None)
    with write_locks() as seen, pytest.raises(InvalidForm):
        begin(office, rina, "a" * 50 + "!")
    assert "V8 patterns.match" not in seen.costly
    assert "V8 patterns.matchSteadily" in seen.costly  # which takes no time
