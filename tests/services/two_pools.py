"""Two pools of an office that talk, and shortcuts to act in both."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app import worker
from app.commands.instances.jobs import fire_job
from app.models import HistoryEvent, Incident, InstanceMessage, Job, OutboxMessage, ProcessInstance
from app.services.deployment import deployments
from app.services.instances import cancellation, incidents, instances
from app.services.tasks import tasks
from tests.engine.building import Shape, bpmn, end, node, send, start, user
from tests.engine.pools import FLOWS, WAITS, dinas, kecamatan, pools
from tests.services.office import Office, form, text

ASKS_FIRST = [
    start("mulai", form="awal"),
    send("kirim"),
    user("sibuk"),
    node("intermediateCatchEvent", "tunggu", inside=WAITS),
    user("catat"),
    end("selesai"),
]


FORMS = {
    "awal.form": form(text("nomor"), text("judul"), text("nama", private=True)),
    "siapkan.form": form(text("judul"), text("lokasi")),
    "telaah.form": form(text("putusan"), text("judul")),
    "telaah_tertutup.form": form(text("putusan"), text("nama", private=True)),
}


def process(key: str, shapes: list[Shape], flows: str | list[str], **properties: str) -> bytes:
    """A process of one lane, which is the desk's."""
    lanes = {"Loket": " ".join(shape.id for shape in shapes)}
    given = {name.replace("_", " "): value for name, value in properties.items()}
    return bpmn(shapes, flows, lanes=lanes, key=key, name=key.title(), properties={"nomor": "nomor", **given})


def files(*processes: bytes, flows: tuple[str, ...] = FLOWS) -> dict[str, bytes]:
    """A file with these pools and the forms that they name."""
    xml = pools(processes or [kecamatan(), dinas()], *flows)
    wanted = {name: f'value="{name.removesuffix(".form")}"'.encode() for name in FORMS}
    named = {name: content for name, content in FORMS.items() if wanted[name] in xml}
    return {"dua.bpmn": xml, **named}


def deploy(office: Office, given: Mapping[str, bytes] | None = None) -> list[str]:
    """Deploy; return the codes of what was found."""
    with office.database.transaction() as session:
        done = deployments.deploy(session, given or files(), actor=office.owner)
    return [finding.code for finding in done.findings]


def begin(office: Office, key: str = "kecamatan", **values: Any) -> ProcessInstance:
    with office.database.transaction() as session:
        given = {"judul": "Jembatan", **values}
        return instances.start(session, key, given, actor=office.rina).instance


def finish(office: Office, case: ProcessInstance, **values: Any) -> None:
    """Complete the one open task of a case."""
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        who = office.rina if task.lane == "Loket" else office.dinas_a
        tasks.complete(session, task.id, values, {}, actor=who)


def at(office: Office, case: ProcessInstance) -> list[str]:
    """The activities whose tasks are open."""
    with office.database.reading() as session:
        return [task.activity_id for task in instances.open_tasks(session, case.id)]


def cases(office: Office, key: str) -> list[ProcessInstance]:
    with office.database.reading() as session:
        query = select(ProcessInstance).where(ProcessInstance.key == key).order_by(ProcessInstance.id)
        return list(session.scalars(query))


def work(office: Office) -> None:
    """Let the worker do what is due, till there is nothing."""
    while worker.tick(office.database):
        pass


def tried_out(office: Office) -> Incident:
    """The one open incident, once what cannot be delivered or fired has been tried three times."""
    work(office)
    for _try in range(2):
        with office.database.reading() as session:
            waiting = session.scalars(select(Job.id).where(Job.retries.between(1, 2))).all()
        for job_id in waiting:
            fire_job(office.database, job_id)
    with office.database.reading() as session:
        [incident] = session.scalars(select(Incident).where(Incident.resolved_at.is_(None)))
        return incident


def retry(office: Office, incident: Incident) -> None:
    """Let the process owner try again what an incident is about."""
    with office.database.transaction() as session:
        incidents.retry(session, incident.id, actor=office.owner)
    work(office)


def events(office: Office, case: ProcessInstance) -> dict[str, dict[str, Any]]:
    """What happened in a case, the last of each type."""
    with office.database.reading() as session:
        query = select(HistoryEvent).where(HistoryEvent.instance_id == case.id).order_by(HistoryEvent.id)
        return {row.type: row.data for row in session.scalars(query)}


def messages(office: Office) -> list[tuple[str, str]]:
    """Name and state of every message."""
    with office.database.reading() as session:
        rows = session.scalars(select(InstanceMessage).order_by(InstanceMessage.sent_at))
        return [(row.name, row.state) for row in rows]


def busy() -> bytes:
    """Asks the other pool, and waits for its answer only after a task of its own."""
    return process("kecamatan", ASKS_FIRST, "mulai > kirim > sibuk > tunggu > catat > selesai")


def told(office: Office) -> list[str]:
    """What the process owner was told of."""
    with office.database.reading() as session:
        rows = session.scalars(select(OutboxMessage))
        return [row.body["code"] for row in rows if row.audience.get("roles") == ["process_owner"]]


def cancel(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        cancellation.cancel(session, case.id, "dicabut", actor=office.owner)
