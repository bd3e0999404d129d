"""Procedures in which a race can be run over and over: every round ends where the next one begins."""

from app.base.db import Database
from app.services.deployment import deployments
from tests.engine.building import boundary, bpmn, catch, end, exclusive, flow, parallel, send, start, user
from tests.services.office import Office, form, text


def interrupted_office(database: Database) -> Office:
    """The office of the other tests, whose deadline takes the task away and opens it anew."""
    office = Office(database)
    nodes = [
        start("terima", form="terima"),
        user("periksa", form="periksa"),
        boundary("lewat", "periksa", after="3 hari kerja", interrupting=True),
        send("ingat"),
        exclusive("cukup", name="Cukup?"),
        end("selesai", name="Selesai"),
    ]
    flows = [
        "terima > periksa > cukup\nlewat > ingat > periksa",
        flow("cukup", "selesai", condition='=hasil = "cukup"'),
        flow("cukup", "periksa", condition='=hasil = "kurang"'),
    ]
    lanes = {"Loket": "terima periksa lewat ingat cukup selesai"}
    _deploy(database, bpmn(nodes, flows, lanes=lanes, key="uji", name="Prosedur uji"))
    return office


def waiting_office(database: Database) -> Office:
    """A case that waits for the same message over and over."""
    office = Office(database)
    nodes = [
        start("terima", form="terima"),
        catch("jawaban", message="jawaban"),
        exclusive("cukup", name="Cukup?"),
        end("selesai", name="Selesai"),
    ]
    flows = [
        "terima > jawaban > cukup",
        flow("cukup", "selesai", condition='=judul = "cukup"'),
        flow("cukup", "jawaban", condition='=judul != "cukup"'),
    ]
    lanes = {"Loket": "terima jawaban cukup selesai"}
    _deploy(database, bpmn(nodes, flows, lanes=lanes, key="uji", name="Prosedur uji"))
    return office


def branching_office(database: Database) -> Office:
    """Two tasks side by side, and one after both."""
    office = Office(database)
    nodes = [
        start("terima", form="terima"),
        parallel("bagi"),
        user("kiri", form="periksa"),
        user("kanan", form="periksa"),
        parallel("gabung"),
        user("gabungan", form="periksa"),
        end("selesai", name="Selesai"),
    ]
    flows = "terima > bagi > kiri > gabung > gabungan > selesai\nbagi > kanan > gabung"
    lanes = {"Loket": "terima bagi kiri kanan gabung gabungan selesai"}
    diagram = bpmn(nodes, flows, lanes=lanes, key="uji", name="Prosedur uji")
    _deploy(database, diagram, periksa=form(text("hasil"), text("unit")))
    return office


def _deploy(database: Database, diagram: bytes, **forms: bytes) -> None:
    files = {"uji.bpmn": diagram, **{f"{key}.form": content for key, content in forms.items()}}
    with database.transaction() as session:
        deployments.deploy(session, files, actor=None)
