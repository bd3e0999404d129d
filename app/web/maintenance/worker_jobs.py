"""Pekerjaan luar: what waits for which worker outside, since when, and who has it."""

from flask import Blueprint, render_template

from app.base.i18n import N_, _
from app.services.instances import worker_jobs
from app.services.instances.worker_jobs import Standing
from app.web import context, lists

blueprint = Blueprint("worker_jobs", __name__)

#: In words, with the tone and the shape of its badge.
_STATES = {
    "aside": (N_("Kendala"), "danger", "incident"),
    "held": (N_("Sedang dikerjakan"), "info", "now"),
    "resting": (N_("Dicoba lagi"), "warn", "waiting"),
    "waiting": (N_("Menunggu pekerja"), "neutral", "waiting"),
}


@blueprint.get("/pemasangan/pekerjaan-luar")
def listed() -> str:
    """Each job, the oldest first; of one type where the address says so."""
    type_ = lists.argument("jenis")
    with context.database().reading() as session:
        page = worker_jobs.waiting(
            session, actor=context.actor(), type_=type_, after=lists.argument(lists.AFTER)
        )
    return render_template(
        "maintenance/worker_jobs.html",
        rows=page.items,
        type=type_,
        badge_of=_badge_of,
        first=lists.address() if lists.argument(lists.AFTER) else "",
        following=lists.next_page(page.next),
    )


def _badge_of(job: Standing) -> tuple[str, str, str]:
    words, tone, shape = _STATES[job.state]
    return _(words), tone, shape
