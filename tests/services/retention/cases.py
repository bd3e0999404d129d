"""Cases that ended long ago, of a process that says for how long it keeps them."""

from datetime import UTC, datetime, timedelta

from app.models import ProcessInstance
from app.services.core import clock
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, start, user
from tests.services.office import Office, form
from tests.services.office import text as field

LONG_AGO = datetime(2027, 5, 3, 4, tzinfo=UTC)


def deploy(office: Office, period: str) -> None:
    nodes = [start("terima", form="terima"), user("periksa", form="periksa"), end("selesai", name="Selesai")]
    diagram = bpmn(
        nodes,
        ["terima > periksa > selesai"],
        lanes={"Loket": "terima periksa selesai"},
        properties={
            "nomor": "nomor",
            "perihal": "judul",
            "kategori": "kategori",
            "identitas": "Loket",
            "awalan nomor": "UJI",
            "simpan": period,
        },
        key="uji",
        name="Prosedur uji",
    )
    first = form(field("nomor"), field("judul"), field("kategori"), field("pelapor", private=True))
    files = {"uji.bpmn": diagram, "terima.form": first, "periksa.form": form(field("hasil"))}
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=None)


def case_of(office: Office, at: datetime = LONG_AGO, **values: str) -> ProcessInstance:
    """A case that was begun and ended then."""
    with office.database.transaction() as session:
        clock.fix(session, at)
        made = instances.start(session, "uji", {"judul": "Lampu mati", **values}, actor=office.rina).instance
        task = instances.open_tasks(session, made.id)[0]
        clock.fix(session, at + timedelta(days=1))
        tasks.complete(session, task.id, {"hasil": values.get("hasil", "baik")}, {}, actor=office.rina)
        return made
