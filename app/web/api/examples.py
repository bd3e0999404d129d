"""What the document shows beside the schemas: one case of a small procedure, and how requests are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.base.errors import AppError, InvalidForm, NotAllowed, NotFound, TaskTaken
from app.base.i18n import _
from app.web import context, errors
from app.web.api.schemas.instances import Instance
from app.web.api.schemas.tasks import Task

_CASE = {
    "id": 41,
    "key": "permohonan",
    "version": 2,
    "business_key": "PRM-2026-00041",
    "state": "active",
    "end_activity_id": None,
    "end_name": None,
    "started_at": datetime(2026, 11, 24, 2, 5, tzinfo=UTC),
    "ended_at": None,
    "subject": "Lampu jalan padam",
    "category": "Penerangan jalan",
    "unit": "",
    "priority": "",
    "area": "",
}
_TASK = {
    "id": "0f6c1d2e3b4a59687786a5b4c3d2e1f0",
    "activity_id": "periksa",
    "name": "Periksa permohonan",
    "lane": "Loket",
    "unit": None,
    "instance_id": _CASE["id"],
    "business_key": _CASE["business_key"],
    "state": "open",
    "created_at": _CASE["started_at"],
    "due_at": datetime(2026, 11, 27, 9, 0, tzinfo=UTC),
    "closed_at": None,
    "assignee": None,
    "form_key": "periksa",
    "question": {
        "gateway_id": "cukup",
        "text": "Cukup?",
        "multiple": False,
        "answers": [{"flow_id": "cukup_ya", "text": "Ya"}, {"flow_id": "cukup_tidak", "text": "Tidak"}],
    },
}
_DONE = {
    **_TASK,
    "state": "completed",
    "assignee": "petugas",
    "closed_at": datetime(2026, 11, 25, 3, 30, tzinfo=UTC),
}
_NEXT = {
    **_TASK,
    "id": "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "activity_id": "kerjakan",
    "name": "Kerjakan",
    "form_key": None,
    "question": None,
    "created_at": _DONE["closed_at"],
    "due_at": None,
}

INSTANCE: Mapping[str, Any] = Instance().dump(_CASE)
START: Mapping[str, Any] = {
    "key": "permohonan",
    "variables": {"judul": "Lampu jalan padam", "kategori": "Penerangan jalan"},
}
STARTED: Mapping[str, Any] = {**INSTANCE, "tracking_code": "4821 0937 5516 2048"}
TASKS: Mapping[str, Any] = {"items": [Task().dump(_TASK)], "next": None}
COMPLETE: Mapping[str, Any] = {"variables": {"hasil": "cukup"}, "answers": {"cukup": "cukup_ya"}}
COMPLETED: Mapping[str, Any] = {
    "instance": INSTANCE,
    "task": Task().dump(_DONE),
    "next_tasks": [Task().dump(_NEXT)],
}
MESSAGE: Mapping[str, Any] = {
    "name": "Data pelengkap",
    "business_key": _CASE["business_key"],
    "variables": {"pesan": "Tiang ketiga dari utara."},
}


def problem(status: int | None) -> dict[str, Any] | None:
    """The problem document of a status as a client could receive it; of None, the default; None for others."""
    address, error = _REFUSED.get(status or 422, ("", None))
    return None if error is None else errors.document(errors.problem_of(error), f"/api/v1{address}")


_COMPLETE_IT = f"/tasks/{_TASK['id']}/complete"
#: The address that was asked, and why it was refused, by status.
_REFUSED: Mapping[int, tuple[str, AppError]] = {
    401: ("/tasks", context.SignInRequired(_("Token ini tidak dikenal atau sudah dicabut."))),
    403: ("/messages", NotAllowed(_("Pesan ini hanya dapat dikirim petugas lajur yang menunggunya."))),
    404: ("/process-instances/42", NotFound(_("Perkara ini tidak ada, atau bukan perkara Anda."))),
    409: (_COMPLETE_IT, TaskTaken(_("Tugas ini sedang dikerjakan oleh {name}.", name="Petugas Loket"))),
    422: (
        _COMPLETE_IT,
        InvalidForm(_("Ada isian yang perlu diperbaiki."), {"hasil": _("Isi {label}.", label="Hasil")}),
    ),
}
