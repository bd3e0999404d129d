"""Saluran: which channels are connected, webhooks with what became of each delivery. For administrators."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.base.config import Config
from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.commands import channels as commands
from app.services.channels import incoming, reporter_notices, webhooks
from app.services.core import rights
from app.web import context, entries, lists, once

blueprint = Blueprint("channels", __name__)

STATES = {
    "waiting": N_("Menunggu"),
    "sending": N_("Sedang dikirim"),
    "sent": N_("Terkirim"),
    "failed": N_("Gagal"),
    "unknown": N_("Mungkin terkirim"),
    "withdrawn": N_("Ditarik"),
}
#: So many deliveries a page shows.
_ROWS = 20
#: Why there was no answer.
WHY = {
    "host_refused": N_("Host tidak ada dalam ALUR_WEBHOOK_HOSTS"),
    "address_refused": N_("Alamat bukan alamat publik"),
    "not_encrypted": N_("Alamat publik hanya lewat https"),
    "unknown_host": N_("Nama host tidak dikenal"),
    "certificate": N_("Sertifikat tidak dapat dipercaya"),
    "tls": N_("Sambungan aman gagal"),
    "too_slow": N_("Tidak menjawab tepat waktu"),
    "no_answer": N_("Tidak dapat dihubungi"),
    "refused": N_("Permintaan ditolak"),
    "cut_off": N_("Terputus saat dikirim"),
}


@blueprint.get("/pemasangan/saluran")
def show() -> str:
    """Which channels there are and how they are."""
    actor, config = context.actor(), context.config()
    with context.database().reading() as session:
        rows = webhooks.listed(session, actor=actor)
        channels = _channels(config, incoming.place(session)[1], reporter_notices.counts(session))
    return render_template(
        "channels/show.html",
        channels=channels,
        has_sms=config.sms is not None,
        webhooks=rows,
        codes=webhooks.CODES,
        hosts=config.webhook_hosts,
        may_change=actor.administers,
    )


def _channels(config: Config, mailbox_error: str, messages: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Name, how it is (``ok``, ``off`` or ``bad``), and what is to be known of each."""
    failed = sum(messages.get(state, 0) for state in ("failed", "unknown"))
    sms_words = _(
        "{sent} terkirim, {waiting} menunggu, {failed} gagal atau tidak pasti dalam 30 hari.",
        sent=messages.get("sent", 0),
        waiting=messages.get("waiting", 0),
        failed=failed,
    )
    mail_words = _("Kotak surel dibaca tiap setengah menit.")
    if mailbox_error:
        mail_words = _("Terakhir tidak dapat dibaca: {why}.", why=_(WHY.get(mailbox_error, mailbox_error)))
    return [
        (
            _("Surel keluar"),
            "ok" if config.smtp_url else "off",
            _("Pemberitahuan bagi petugas (ALUR_SMTP_URL)."),
        ),
        (
            _("Surel masuk"),
            ("bad" if mailbox_error else "ok") if config.imap_url else "off",
            mail_words if config.imap_url else _("Menjadi pesan atau laporan (ALUR_IMAP_URL)."),
        ),
        (
            _("SMS"),
            ("bad" if failed else "ok") if config.sms else "off",
            sms_words if config.sms else _("Pemberitahuan bagi pelapor (ALUR_SMS_URL)."),
        ),
    ]


@blueprint.get("/pemasangan/saluran/webhook")
def new_webhook() -> str:
    """The form of a webhook."""
    rights.require_administrator(context.actor())
    return _form({})


@blueprint.post("/pemasangan/saluran/webhook")
def add_webhook() -> Response:
    """Add it, and go to where its secret is shown."""
    name, url = (request.form.get(part, "") for part in ("name", "url"))
    codes = request.form.getlist("events")
    command = entries.sent_command("add_webhook", "", [name, url, codes])
    secret = _secret()
    try:
        done = commands.add_webhook(
            context.database(), command, name, url, codes, actor=context.actor(), secret=secret
        )
    except InvalidForm as error:
        values = {"name": name, "url": url, "events": codes}
        return make_response(_form(values, error.errors), 422)
    flash(_("Webhook ditambahkan. Salin rahasianya sekarang: nanti tidak dapat dilihat lagi."), "ok")
    return _go(done["webhook"], secret)


def _form(values: Mapping[str, object], problems: Mapping[str, str] | None = None) -> str:
    return render_template(
        "channels/new.html",
        values=values,
        errors=problems or {},
        options=[(code, _(words)) for code, words in webhooks.CODES.items()],
        hosts=context.config().webhook_hosts,
    )


def _secret() -> str:
    with context.database().reading() as session:
        return webhooks.new_secret(session, entries.key())


def _go(webhook_id: int, secret: str) -> Response:
    path = url_for("channels.webhook", webhook_id=webhook_id)
    return once.hand_over(redirect(path, 303), path, secret)


@blueprint.get("/pemasangan/saluran/webhook/<int:webhook_id>")
def webhook(webhook_id: int) -> str:
    """A webhook, and what became of each delivery."""
    actor, state = context.actor(), lists.argument("keadaan")
    with context.database().reading() as session:
        row = webhooks.get(session, webhook_id, actor=actor)
        page = webhooks.deliveries(
            session, webhook_id, state, actor=actor, after=lists.argument(lists.AFTER), limit=_ROWS
        )
        again = webhooks.due(session, page.items)
    return render_template(
        "channels/webhook.html",
        webhook=row,
        secret=once.handed(),
        events=[_(webhooks.CODES[code]) for code in row.events if code in webhooks.CODES],
        rows=[(one, _(webhooks.CODES.get(one.code, one.code)), _(STATES[one.state])) for one in page.items],
        again=again,
        why={code: _(words) for code, words in WHY.items()},
        options=state_tabs(webhooks.STATES, state),
        first=lists.address() if lists.argument(lists.AFTER) else "",
        following=lists.next_page(page.next),
        may_change=actor.administers,
    )


def state_tabs(names: Sequence[str], chosen: str) -> list[Mapping[str, object]]:
    """All, and each of the states, as `tabs` draws them."""
    labels = [("", _("Semua")), *((name, _(STATES[name])) for name in names)]
    return [
        {"label": label, "url": lists.address({"keadaan": name}), "current": name == chosen}
        for name, label in labels
    ]


@blueprint.get("/pemasangan/saluran/sms")
def messages() -> str:
    """SMS to reporters: about which case, and what became of each. No number, no text."""
    actor, state = context.actor(), lists.argument("keadaan")
    with context.database().reading() as session:
        page = reporter_notices.listed(session, state, actor=actor, after=lists.argument(lists.AFTER))
        again = reporter_notices.due(session, page.items)
    return render_template(
        "channels/messages.html",
        rows=[(one, _(reporter_notices.CODES[one.code]), _(STATES[one.state])) for one in page.items],
        again=again,
        why={code: _(words) for code, words in WHY.items()},
        options=state_tabs(reporter_notices.STATES, state),
        first=lists.address() if lists.argument(lists.AFTER) else "",
        following=lists.next_page(page.next),
        may_change=actor.administers and context.config().sms is not None,
    )


@blueprint.post("/pemasangan/saluran/sms/<int:message_id>")
def send_message_again(message_id: int) -> Response:
    """Send an SMS once more."""
    command = entries.sent_command("send_sms_again", message_id)
    commands.send_sms_again(context.database(), command, message_id, actor=context.actor())
    flash(_("Dikirim lagi dalam beberapa detik."), "ok")
    return redirect(url_for("channels.messages"), 303)


@blueprint.post("/pemasangan/saluran/webhook/<int:webhook_id>/rahasia")
def renew_secret(webhook_id: int) -> Response:
    """Sign with another secret from now on."""
    secret = _secret()
    command = entries.sent_command("renew_webhook_secret", webhook_id)
    commands.renew_secret(context.database(), command, webhook_id, actor=context.actor(), secret=secret)
    flash(_("Rahasia baru berlaku. Salin sekarang: nanti tidak dapat dilihat lagi."), "ok")
    return _go(webhook_id, secret)


@blueprint.post("/pemasangan/saluran/webhook/<int:webhook_id>/matikan")
def turn_off(webhook_id: int) -> Response:
    """Tell it nothing from now on."""
    return _turn(webhook_id, on=False)


@blueprint.post("/pemasangan/saluran/webhook/<int:webhook_id>/nyalakan")
def turn_on(webhook_id: int) -> Response:
    """Tell it what happens from now on."""
    return _turn(webhook_id, on=True)


def _turn(webhook_id: int, *, on: bool) -> Response:
    command = entries.sent_command("turn_webhook", webhook_id, on)
    commands.turn_webhook(context.database(), command, webhook_id, on=on, actor=context.actor())
    flash(_("Webhook dinyalakan.") if on else _("Webhook dimatikan."), "ok")
    return redirect(url_for("channels.webhook", webhook_id=webhook_id), 303)


@blueprint.post("/pemasangan/saluran/webhook/<int:webhook_id>/pengiriman/<int:delivery_id>")
def send_again(webhook_id: int, delivery_id: int) -> Response:
    """Send a delivery once more."""
    command = entries.sent_command("send_webhook_again", webhook_id, delivery_id)
    commands.send_again(context.database(), command, webhook_id, delivery_id, actor=context.actor())
    flash(_("Dikirim lagi dalam beberapa detik."), "ok")
    return redirect(url_for("channels.webhook", webhook_id=webhook_id), 303)
