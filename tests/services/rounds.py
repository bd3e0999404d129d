"""Activities that are repeated, signals, files, and shortcuts to begin and finish a case with them."""

from app.models import ProcessInstance
from app.services.deployment import deployments
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.building import bpmn, end, node, start, user
from tests.services.office import Office, form, text

COLLECTED = ' outputCollection="jawaban_unit" outputElement="=jawaban"'

EACH = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
    '<zeebe:loopCharacteristics inputCollection="=[&quot;A&quot;,&quot;B&quot;]" inputElement="tujuan"'
    f"{COLLECTED}/></bpmn:extensionElements>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)


def begun(office: Office, files: dict[str, bytes], key: str) -> ProcessInstance:
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=office.owner)
    with office.database.transaction() as session:
        return instances.start(session, key, {"judul": "x"}, actor=office.rina).instance


def signals(kind: str) -> dict[str, bytes]:
    """A case that waits for a signal, or throws it after a task."""
    event = node(
        "intermediateCatchEvent" if kind == "tunggu" else "intermediateThrowEvent",
        "bubar",
        inside='<bpmn:signalEventDefinition signalRef="s"/>',
    )
    diagram = bpmn(
        [start("mulai", form="awal"), user("isi"), event, user("lanjut"), end("selesai")],
        "mulai > isi > bubar > lanjut > selesai",
        lanes={"Loket": "mulai isi bubar lanjut selesai"},
        key=kind,
        outside='<bpmn:signal id="s" name="Bubar"/>',
    )
    return {f"{kind}.bpmn": diagram, "awal.form": form(text("judul"))}


def asks_for_a_file(*, then: bool = False) -> dict[str, bytes]:
    """A process whose form takes files; ``then``: another activity follows."""
    steps = ["isi", *["lalu"] * then]
    return {
        "berkas.bpmn": bpmn(
            [start("mulai"), user("isi", form="isi"), *[user("lalu")] * then, end("selesai")],
            " > ".join(["mulai", *steps, "selesai"]),
            lanes={"Loket": " ".join(["mulai", *steps, "selesai"])},
            key="berkas",
        ),
        "isi.form": form({"type": "filepicker", "key": "bukti", "label": "Bukti"}),
    }


def finish(office: Office, case: ProcessInstance) -> None:
    with office.database.transaction() as session:
        tasks.complete(session, office.open_task(case).id, {}, {}, actor=office.rina)
