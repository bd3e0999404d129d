"""Pekerjaan: what work there is that no request does, and to try again what failed."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.base.i18n import N_, _
from app.commands.maintenance import work as commands
from app.history.events.maintenance import KINDS
from app.services.maintenance import work
from app.services.maintenance.work import Piece
from app.web import context, entries
from app.work import Lane, queue

blueprint = Blueprint("work", __name__)

_LANES = {
    Lane.SOON: N_("Segera"),
    Lane.LISTS: N_("Daftar"),
    Lane.POST: N_("Kirim"),
    Lane.LONG: N_("Lama"),
}
#: In words, with the tone and the shape of its badge.
_STATES = {
    "aside": (N_("Disisihkan"), "danger", "overdue"),
    "failing": (N_("Gagal, dicoba lagi"), "warn", "incident"),
    "late": (N_("Terlambat dimulai"), "warn", "overdue"),
    "held": (N_("Sedang dikerjakan"), "info", "now"),
    "waiting": (N_("Menunggu"), "neutral", "waiting"),
}


@blueprint.get("/pemasangan/pekerjaan")
def show() -> str:
    """Each piece of work: what it is, how it is, and why it failed."""
    actor = context.actor()
    with context.database().reading() as session:
        found = work.pieces(session, actor=actor)
    return render_template(
        "maintenance/work.html",
        pieces=found,
        lanes=[(int(lane), _(label)) for lane, label in _LANES.items()],
        called=_called,
        reason=_reason,
        states={state: (_(words), tone, shape) for state, (words, tone, shape) in _STATES.items()},
        needing=sum(one.state in ("aside", "failing", "late") for one in found),
        may_change=actor.administers,
        most=work.MOST,
    )


@blueprint.post("/pemasangan/pekerjaan/<int:work_id>")
def try_again(work_id: int) -> Response:
    """Have it tried now."""
    command = entries.sent_command("try_work_again", work_id)
    commands.try_again(context.database(), command, work_id, actor=context.actor())
    flash(_("Pekerjaan dicoba lagi begitu seorang pekerja sempat."), "ok")
    return redirect(url_for("work.show"), 303)


def _called(piece: Piece) -> str:
    return _(KINDS[piece.kind]) if piece.kind in KINDS else piece.kind


def _reason(piece: Piece) -> str:
    """Why it failed: the runner stores the name of the error, and what it says or, of a fault, its reference."""
    name, _colon, told = piece.error.partition(": ")
    if piece.error == queue.KILLED:
        return _("Pekerjanya berhenti di tengah jalan.")
    if " " in told or not told:
        return told or name
    return _("Gangguan yang tidak terduga; lihat rujukan {reference} di catatan server.", reference=told)
