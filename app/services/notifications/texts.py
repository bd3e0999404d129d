"""Who is to be told, and in which words. What is queued here the outbox delivers once the step is stored."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.base.i18n import N_, _, moment
from app.engine.diagram import Node
from app.models import OutboxMessage, ProcessInstance
from app.services.core import clock
from app.services.definitions.definitions import Version
from app.services.notifications import membership_notices
from app.services.people import membership_changes

_WORDS = {
    "task_opened": N_("Tugas baru untuk {unit}: {task}"),
    "task_opened_due": N_("Tugas baru untuk {unit}: {task}, tenggat {due}"),
    "task_reassigned": N_("{by} mengalihkan tugas {task} kepada Anda: {reason}"),
    "task_handed_on": N_("{by} mengalihkan tugas {task} dari Anda kepada {whom}: {reason}"),
    "task_taken_over": N_("{by} mengambil alih tugas {task} dari Anda: {reason}"),
    "task_to_unit": N_("Tugas {task} tidak lagi pada Anda: tugas itu beralih ke {unit}."),
    "task_handed_back": N_("{by} menarik kembali pengalihan tugas {task}."),
    "task_cancelled": N_("{by} membatalkan perkara ini, dan dengan itu tugas Anda {task}: {reason}"),
    "task_joined": N_(
        "{by} menggabungkan laporan ini ke perkara {number}, dan dengan itu tugas Anda {task} ditutup."
    ),
    "report_joined": N_("Laporan {number} digabungkan ke perkara ini."),
    "task_timed_out": N_("Waktu tugas Anda {task} habis ({cause}); tugas itu ditutup tanpa diselesaikan."),
    "task_not_needed": N_("Tugas Anda {task} tidak diperlukan lagi: syarat selesainya sudah terpenuhi."),
    "task_passed": N_("Perkara ini berjalan lewat {cause}; tugas Anda {task} ditutup tanpa diselesaikan."),
    "followed_moved": N_("Perkara yang Anda ikuti berlanjut, sekarang di: {places}."),
    "followed_done": N_("Perkara yang Anda ikuti berlanjut."),
    "followed_ended": N_("Perkara yang Anda ikuti berakhir: {end}."),
    "mentioned": N_("{by} menyebut Anda dalam catatan perkara ini."),
    "incident_opened": N_("Perkara ini berhenti di {place}. Sebabnya ada di Kendala."),
    "publication_failed": N_(
        "Penerbitan {keys} yang dijadwalkan pada {due} tidak dapat berlaku. Sebabnya ada di usulan {n}."
    ),
    "proposal_waits": N_(
        "{by} mengusulkan penerbitan {keys} (usulan {n}). Usulan ini menunggu persetujuan orang kedua."
    ),
    "proposal_rejected": N_("{by} menolak usulan {n} ({keys}): {reason}"),
    "case_reopened": N_("Perkara yang sudah berakhir ini dibuka kembali dan berlanjut di {place}."),
    "reporter_answered": N_("Pelapor menjawab permintaan data; perkara ini berjalan lagi."),
    "reporter_ended": N_("Pelapor menjawab permintaan data; dengan itu perkara ini berakhir: {end}."),
    "reporter_wrote": N_("Pelapor menulis pesan tentang perkara ini."),
    "message_unheard": N_("Pesan {message} datang terlambat: perkara yang dituju sudah berakhir."),
    "backup_failed": N_(
        "Cadangan terjadwal tidak dapat dibuat. Sebabnya ada di halaman Pemasangan; dicoba lagi setiap jam."
    ),
    "checkpoint_refused": N_(
        "Titik periksa baru ditolak: riwayat bukan lagi yang terakhir ditandatangani. Apa yang berubah ada di "
        "halaman Bukti."
    ),
    "unit_empty": N_(
        "{unit} belum punya petugas untuk {task} (lajur {lane}). Tambahkan petugasnya atau alihkan tugasnya."
    ),
}

#: By code and parameters what an administrator wrote for it.
Telling = Callable[[str, Mapping[str, str]], str | None]


def delivered(code: str) -> str:
    """What a notice of this code says as delivered, untranslated."""
    return _WORDS[code]


def words(body: Mapping[str, Any], edited: Telling | None = None) -> str:
    """What a notice says, in the reader's language; what a diagram says stands as it is.

    ``edited``: says what an administrator wrote instead for a code and its parameters; None for what is as delivered.
    """
    if body.get("code") in membership_changes.NOTICES:
        return membership_notices.words(body)
    known, params = _WORDS.get(str(body.get("code"))), _shown(body.get("params", {}))
    if known and edited and (told := edited(str(body["code"]), params)) is not None:
        return told
    if known:
        return _(known, **params)
    text = str(body.get("text", ""))
    if "due" not in params:
        return text
    return _("{said} Tenggat: {due}.", said=text if text.endswith((".", "!", "?")) else f"{text}.", **params)


def _shown(params: Mapping[str, str]) -> dict[str, str]:
    """Parameters as they are read: a time in words."""
    if "due" not in params:
        return dict(params)
    return {**params, "due": moment(datetime.fromisoformat(params["due"]), ZoneInfo(params["zone"]))}


def queue(
    session: Session,
    instance: ProcessInstance,
    activity_id: str | None,
    code: str,
    to: Mapping[str, Any],
    task_id: str | None = None,
    **params: str,
) -> None:
    """Queue what `words` knows as ``code``. ``to``: ``users``, ``groups``, ``roles``, as the outbox reads them.

    ``task_id``: the open task that somebody is asked to do something about.
    """
    session.add(OutboxMessage(**message(session, instance, activity_id, code, to, task_id, **params)))


def queue_outside_instances(
    session: Session, code: str, to: Mapping[str, Any], *, proposal: int, **params: str
) -> None:
    """Queue what `words` knows as ``code`` about a proposed deployment; ``to`` as for `queue`."""
    body = {"code": code, "params": {"n": str(proposal), **params}, "proposal": proposal}
    session.add(OutboxMessage(body=body, audience=dict(to), queued_at=clock.now(session)))


def message(
    session: Session,
    instance: ProcessInstance,
    activity_id: str | None,
    code: str,
    to: Mapping[str, Any],
    task_id: str | None = None,
    **params: str,
) -> dict[str, Any]:
    """The outbox row of what `queue` queues, for those who write many at once."""
    return {
        "instance_id": instance.id,
        "activity_id": activity_id,
        "body": {"code": code, "params": params},
        "audience": dict(to),
        "task_id": task_id,
        "queued_at": clock.now(session),
    }


def audience(version: Version, node: Node, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Whom an element of the diagram tells: its lane, of it the unit, the coordinators, as ``untuk`` says.

    ``untuk`` = ``unit`` tells everybody of the units that a variable names, whatever their lane; nobody if none.
    """
    lane = version.diagram.lane(node.lane_id)
    groups = [version.group_of(lane.id)]
    coordinator = version.coordinator_of(lane.id)
    to = node.properties.get("untuk", "lajur").strip().lower()
    variable = version.unit_variable(node)
    unit = variables.get(variable) if variable else None
    if to == "unit":
        return {"groups": [], "units": _codes(unit), "users": []}
    if to == "koordinator":
        groups = [coordinator] if coordinator else groups
    elif to == "lajur dan koordinator":
        groups += [coordinator] if coordinator else []
    return {"groups": groups, "unit": str(unit) if unit else None, "coordinator": coordinator, "users": []}


def _codes(value: Any) -> list[str]:
    """The units that a variable names: one, or a list of them."""
    found = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(str(code) for code in found if isinstance(code, str | int) and code))
