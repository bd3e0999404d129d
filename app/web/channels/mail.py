"""Surat masuk: mails that wait for an officer, and what became of the others."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.commands import channels as commands
from app.services.channels import incoming
from app.web import context, entries, lists
from app.web.security_log import noting

blueprint = Blueprint("mail", __name__)

STATES = {
    "waiting": N_("Menunggu"),
    "case": N_("Menjadi laporan"),
    "message": N_("Pesan pelapor"),
    "aside": N_("Dikesampingkan"),
    "automatic": N_("Otomatis"),
}


@blueprint.get("/surat-masuk")
def listed() -> str:
    """Mails in one state, newest first; those that wait at first."""
    actor, state = context.actor(), lists.argument("keadaan")
    state = state if state in incoming.STATES else "waiting"
    with context.database().reading() as session:
        page = incoming.listed(session, state, actor=actor, after=lists.argument(lists.AFTER))
        error = incoming.place(session)[1]
    noting.mails_listed()
    return render_template(
        "channels/mails.html",
        rows=page.items,
        state=state,
        label=_(STATES[state]),
        tabs=[
            {
                "label": _(words),
                "url": lists.address({"keadaan": "" if name == "waiting" else name}),
                "current": name == state,
            }
            for name, words in STATES.items()
        ],
        is_connected=context.config().imap_url is not None,
        error=error,
        first=lists.address() if lists.argument(lists.AFTER) else "",
        following=lists.next_page(page.next),
    )


@blueprint.get("/surat-masuk/<int:mail_id>")
def show(mail_id: int) -> str:
    """A mail, and what can be done about it."""
    return _page(mail_id)


def _page(mail_id: int, reason: str = "", problem: str = "") -> str:
    actor = context.actor()
    with context.database().reading() as session:
        opened = incoming.open_mail(session, mail_id, actor=actor)
        case = opened.row.instance
    noting.mail_read(mail_id)
    return render_template(
        "channels/mail.html",
        mail=opened.row,
        content=opened.content,
        processes=opened.processes,
        case=case,
        state=_(STATES[opened.row.state]),
        can_act=opened.row.state in ("waiting", "automatic") and opened.content is not None,
        reason=reason,
        problem=problem,
    )


@blueprint.post("/surat-masuk/<int:mail_id>/laporan")
def begin_report(mail_id: int) -> Response:
    """Take the mail over into the form of a new report."""
    key = request.form.get("key", "")
    command = entries.sent_command("begin_report", mail_id, key)
    commands.begin_report(context.database(), command, mail_id, key, actor=context.actor())
    return redirect(url_for("intake.new", key=key, surat=mail_id), 303)


@blueprint.post("/surat-masuk/<int:mail_id>/kesampingkan")
def lay_aside(mail_id: int) -> Response:
    """Say that nothing follows from it, and why."""
    reason = request.form.get("reason", "")
    command = entries.sent_command("lay_mail_aside", mail_id, reason)
    try:
        commands.lay_mail_aside(context.database(), command, mail_id, reason, actor=context.actor())
    except InvalidForm as error:
        return make_response(_page(mail_id, reason, error.errors.get("reason", str(error))), 422)
    flash(_("Surat dikesampingkan."), "ok")
    return redirect(url_for("mail.listed"), 303)
