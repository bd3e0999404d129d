"""Pictures from a telephone: a QR code beside the start form leads to a page that takes them into its draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import forms
from app.base.errors import InvalidForm, TooManyAttempts
from app.base.i18n import _, ngettext
from app.commands.transaction import run_without_key
from app.forms import Field, Form
from app.services.core.access import Actor
from app.services.files import attachments, phone_photos
from app.services.files.phone_photos import Sender
from app.web import context, entries, errors

blueprint = Blueprint("phone_photos", __name__)

FIELD = "foto"


@dataclass(frozen=True)
class Shown:
    """The QR code of an address, the address itself, and until when it is good."""

    picture: Markup
    address: str
    until: datetime


def picker(form: Form | None) -> Field | None:
    """The first file field of a form that pictures can go into."""
    parts = form.leaves if form is not None else ()
    fitting = (one for one in parts if one.type == "filepicker" and one.takes_input and one.multiple is True)
    return next((one for one in fitting if "." not in one.key and forms.accepts(one, "foto.jpg")), None)


def begin(scope: str, part: Field, *, actor: Actor) -> Shown:
    """A new address for a draft of the actor, drawn: black on white in either theme, as cameras want it."""
    token, until = run_without_key(
        context.database(),
        lambda session: phone_photos.begin(session, scope, part.key, private=part.private, actor=actor),
    )
    address = context.config().base_url + url_for("phone_photos.show", token=token)
    made = segno.make(address, error="m", micro=False)
    svg = made.svg_inline(scale=4, border=4, dark="#000", light="#fff")
    return Shown(Markup(svg), address, until)  # noqa: S704 segno's own


def sent_photos(session: Session, scope: str, *, actor: Actor) -> tuple[str, Sequence[tuple[str, str]]]:
    """The field of the draft, and what came for it: (id, name)."""
    key, ids = phone_photos.photos_of(session, scope, actor=actor)
    names = attachments.names(session, ids, actor=actor) if ids else {}
    return key, [(one, names[one]) for one in ids if one in names]


def list_of(scope: str, *, actor: Actor) -> Response:
    """The pictures that came for a draft, for the script of its page."""
    with context.database().reading() as session:
        key, photos = sent_photos(session, scope, actor=actor)
        part = render_template("instances/photo_list.html", key=key, photos=photos)
    return jsonify(part=part, count=len(photos))


@blueprint.get("/foto/<token>")
@context.public
def show(token: str) -> str:
    """Ask for pictures, and nothing else: the page tells nothing of the report."""
    with context.database().reading() as session:
        found = phone_photos.sender(session, token)
    return _drawn(found)


@blueprint.post("/foto/<token>")
@context.public
def send(token: str) -> Response:
    """Take pictures in for the form of the officer who showed the code."""
    with context.database().reading() as session:
        found = phone_photos.sender(session, token)
    try:
        sent = sum(bool(one.filename) for one in request.files.getlist(FIELD))
        _require_some(sent, found)
        if not context.begun_before():
            run_without_key(context.database(), lambda session: phone_photos.admit(session, token))
        ids, wrong = _taken_in(found)
        left = run_without_key(context.database(), lambda session: phone_photos.add(session, token, ids))
    except (InvalidForm, TooManyAttempts) as error:
        problem = errors.problem_of(error)
        return make_response(_drawn(found, str(error)), problem.status, problem.headers)
    if wrong:
        return make_response(_drawn(found, wrong, left), 422)
    flash(ngettext("{count} foto terkirim.", "{count} foto terkirim.", len(ids)), "ok")
    return redirect(url_for("phone_photos.show", token=token), 303)


def _require_some(sent: int, found: Sender) -> None:
    if not 0 < sent <= found.left:
        message = (
            _("Pilih fotonya dulu.")
            if not sent
            else _("Paling banyak {most} foto untuk satu laporan.", most=phone_photos.MOST)
        )
        raise InvalidForm(message, {FIELD: message})


def _taken_in(found: Sender) -> tuple[list[str], str]:
    """The ids of what could be taken in, and what was wrong with the rest."""
    private = {"pribadi": "ya"} if found.is_private else {}
    part = Field(
        "filepicker", FIELD, FIELD, _("Foto"), multiple=True, accept=phone_photos.KINDS, properties=private
    )
    entry = entries.read_entry(Form(FIELD, {}, (part,)), actor=found.actor)
    return entry.values.get(FIELD) or [], entry.errors.get(FIELD, "")


def _drawn(found: Sender, wrong: str = "", left: int | None = None) -> str:
    left = found.left if left is None else left
    return render_template(
        "instances/phone.html", left=left, taken=phone_photos.MOST - left, until=found.until, wrong=wrong
    )
