"""The history of a step: everything stands where it happened, what was sent on the way included."""

from typing import Any

from app.history import reader
from app.models import ProcessInstance
from app.services.deployment import deployments
from app.services.instances import instances
from tests.engine.building import bpmn, end, exclusive, flow, node, send, start, user
from tests.engine.pools import FLOWS, WAITS
from tests.services.office import Office, form, text
from tests.services.two_pools import begin, deploy, files, finish, process

TOLD = {
    "notification_queued",
    "message_sent",
    "gateway_decided",
    "task_completed",
    "task_created",
    "instance_ended",
}


def happened(office: Office, case: ProcessInstance) -> list[tuple[str, str | None]]:
    with office.database.reading() as session:
        found = [(event.type, event.activity_id) for event in reader.of_instance(session, case.id)]
    return [one for one in found if one[0] in TOLD]


def test_a_notification_stands_after_what_led_to_it_and_before_what_follows(office: Office) -> None:
    told: dict[str, Any] = {"properties": {"pesan": "Untuk diketahui"}}
    nodes = [
        start("mulai", form="terima"), send("satu", **told), exclusive("jenis", default="jenis__lain"),
        send("dua", **told), user("kerjakan"), send("tiga", **told), end("selesai"), end("lain"),
    ]  # fmt: skip
    ways = ["mulai > satu > jenis > lain", flow("jenis", "dua", condition='=n = "1"')]
    diagram = bpmn(nodes, [*ways, "dua > kerjakan > tiga > selesai"], lanes=_desk(nodes), key="urut")
    with office.database.transaction() as session:
        deployments.deploy(session, {"urut.bpmn": diagram, "terima.form": form(text("n"))}, actor=None)
        case = instances.start(session, "urut", {"n": "1"}, actor=office.rina).instance
    begun = [
        ("notification_queued", "satu"),
        ("gateway_decided", "jenis"),
        ("notification_queued", "dua"),
        ("task_created", "kerjakan"),
    ]
    assert happened(office, case) == begun
    finish(office, case)
    ended = [("task_completed", "kerjakan"), ("notification_queued", "tiga"), ("instance_ended", "selesai")]
    assert happened(office, case) == begun + ended


def test_a_message_to_another_case_stands_where_it_was_sent(office: Office) -> None:
    nodes = [start("mulai", form="awal"), user("siapkan"), send("kirim"), user("catat"), end("selesai")]
    asking = process("kecamatan", nodes, "mulai > siapkan > kirim > catat > selesai")
    other = [node("startEvent", "usulan_masuk", inside=WAITS), user("telaah"), end("habis")]
    deploy(office, files(asking, process("dinas", other, "usulan_masuk > telaah > habis"), flows=FLOWS[:1]))
    case = begin(office)
    finish(office, case)
    assert happened(office, case)[1:] == [
        ("task_completed", "siapkan"),
        ("message_sent", "kirim"),
        ("task_created", "catat"),
    ]


def test_a_message_that_a_step_sends_twice_is_told_twice(office: Office) -> None:
    nodes = [
        start("mulai", form="awal"), user("siapkan"), node("parallelGateway", "bagi"), exclusive("lewat"),
        exclusive("gabung"), send("kirim"), end("selesai"),
    ]  # fmt: skip
    asking = process(
        "kecamatan", nodes, "mulai > siapkan > bagi > gabung > kirim > selesai\nbagi > lewat > gabung"
    )
    other = [node("startEvent", "usulan_masuk", inside=WAITS), user("telaah"), end("habis")]
    deploy(office, files(asking, process("dinas", other, "usulan_masuk > telaah > habis"), flows=FLOWS[:1]))
    case = begin(office)
    finish(office, case)
    assert happened(office, case)[2:] == [("message_sent", "kirim")] * 2 + [("instance_ended", "selesai")]


def _desk(nodes: list[Any]) -> dict[str, str]:
    return {"Loket": " ".join(each.id for each in nodes)}
