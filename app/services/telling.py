"""Who is to be told, and in which words. What is queued here the outbox delivers once the step is stored."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.engine.diagram import Node
from app.i18n import N_, _
from app.models import OutboxMessage, ProcessInstance
from app.services import clock
from app.services.definitions import Version
from app.services.units import Staff

_WORDS = {
    "task_reassigned": N_("{by} mengalihkan tugas {task} kepada Anda: {reason}"),
    "incident_opened": N_("Perkara ini berhenti di {place}. Sebabnya ada di Kendala."),
    "reporter_answered": N_("Pelapor menjawab permintaan data; perkara ini berjalan lagi."),
    "message_kept": N_(
        "Pesan {message} belum punya penerima. Sebabnya dan yang perlu dilakukan ada di riwayat perkara ini."
    ),
    "message_unheard": N_("Pesan {message} datang terlambat: perkara yang dituju sudah berakhir."),
    "unit_empty": N_(
        "{unit} belum punya petugas untuk {task} (lajur {lane}). Tambahkan petugasnya atau alihkan tugasnya."
    ),
}


def words(body: Mapping[str, Any]) -> str:
    """What a notice says, in the reader's language; what a diagram says stands as it is."""
    known = _WORDS.get(str(body.get("code")))
    return _(known, **body.get("params", {})) if known else str(body.get("text", ""))


def queue(
    session: Session,
    instance: ProcessInstance,
    activity_id: str | None,
    code: str,
    to: Mapping[str, Any],
    **params: str,
) -> None:
    """Queue what `words` knows as ``code``. ``to``: ``users``, ``groups``, ``roles``, as the outbox reads them."""
    session.add(
        OutboxMessage(
            instance_id=instance.id,
            activity_id=activity_id,
            body={"code": code, "params": params},
            audience=dict(to),
            queued_at=clock.now(session),
        )
    )


def of_empty_unit(
    session: Session, instance: ProcessInstance, version: Version, node: Node, unit: Staff
) -> None:
    """Tell coordinators and administrators of a task that opens for a unit where nobody can do it. 1 SQL then."""
    if version.group_of(node.lane_id) in unit.groups:
        return
    coordinator = version.coordinator_of(node.lane_id)
    to = {"groups": [coordinator] if coordinator else [], "roles": ["admin"]}
    about = {"task": node.name or node.id, "lane": version.diagram.lane(node.lane_id).name}
    queue(session, instance, node.id, "unit_empty", to, unit=unit.name, **about)


def audience(version: Version, node: Node, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Whom an element of the diagram tells: its lane, of it the unit, the coordinators, as ``untuk`` says."""
    lane = version.diagram.lane(node.lane_id)
    groups = [version.group_of(lane.id)]
    coordinator = version.coordinator_of(lane.id)
    to = node.properties.get("untuk", "lajur")
    if to == "koordinator":
        groups = [coordinator] if coordinator else groups
    elif to == "lajur dan koordinator":
        groups += [coordinator] if coordinator else []
    variable = node.properties.get("unit") or lane.properties.get("unit")
    unit = variables.get(variable) if variable else None
    return {"groups": groups, "unit": str(unit) if unit else None, "coordinator": coordinator, "users": []}
