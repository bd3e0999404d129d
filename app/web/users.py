"""Pengguna: who signs in, in which lanes and units, with which roles. Administrators change it, others read."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.errors import InvalidForm
from app.i18n import LANGUAGES, _
from app.models import User
from app.services import accounts, directory, groups, ids, profiles, rights, staffing, tokens, units, users
from app.services.profiles import Profile
from app.web import commands, context, entries, once, user_list
from app.web.commands import Command

blueprint = Blueprint("users", __name__)

_ROLES = ("is_admin", "is_process_owner", "is_auditor")
#: No lane has this id: what a form sends instead of one is refused at its field.
_UNKNOWN = 0


@blueprint.get("/pengguna")
def listed() -> str:
    """Users by name, narrowed by what the address says."""
    with context.database().reading() as session:
        found = user_list.read(session, actor=context.actor())
    return render_template("users/list.html", found=found, may_change=context.actor().administers)


@blueprint.get("/pengguna/baru")
def new() -> str:
    """An empty form for one more user."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        return _form_page(session, None, Profile(""))


@blueprint.post("/pengguna/baru")
def add() -> Response:
    """Add him, and go to the page that shows his password."""
    actor, secret, profile = context.actor(), _secret(), _profile()
    name = request.form.get("name", "")

    def do(session: Session) -> dict[str, Any]:
        password = accounts.password_from(session, secret)
        return {"user_id": users.add(session, name, profile, actor=actor, password=password)[0].id}

    command = Command("add_user", name, secret, [name, _sent(profile)])
    try:
        done = commands.run(context.database(), command, do, actor=actor)
    except InvalidForm as error:
        with context.database().reading() as session:
            words = "" if error.errors else _sent_before()
            page = _form_page(session, None, profile, error.errors, name=name, words=words)
            return make_response(page, 422)
    with context.database().reading() as session:
        _warn(staffing.without_unit(session, users.get(session, done["user_id"])))
    return _to_password(done["user_id"], secret)


@blueprint.get("/pengguna/<int:user_id>")
def show(user_id: int) -> str:
    """What is decided about a user: to change, or to read."""
    with context.database().reading() as session:
        user = directory.get(session, user_id, actor=context.actor())
        return _form_page(session, user, profiles.of(user))


@blueprint.post("/pengguna/<int:user_id>")
def edit(user_id: int) -> Response:
    """Change what is decided about a user."""
    actor, profile = context.actor(), _profile()
    try:
        with context.database().transaction() as session:
            user = users.edit(session, user_id, profile, actor=actor)
            warning = staffing.without_unit(session, user)
    except InvalidForm as error:
        with context.database().reading() as session:
            user = directory.get(session, user_id, actor=actor)
            return make_response(_form_page(session, user, profile, error.errors), 422)
    flash(_("{name} tersimpan.", name=user.full_name), "ok")
    _warn(warning)
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post("/pengguna/<int:user_id>/sandi")
def reset_password(user_id: int) -> Response:
    """Give him a random password, and show it once."""
    actor, secret = context.actor(), _secret()

    def do(session: Session) -> dict[str, Any]:
        password = accounts.password_from(session, secret)
        accounts.reset_password(session, user_id, actor=actor, password=password)
        return {}

    commands.run(context.database(), Command("reset_password", str(user_id), secret), do, actor=actor)
    return _to_password(user_id, secret)


@blueprint.get("/pengguna/<int:user_id>/sandi")
def password(user_id: int) -> str:
    """A password just made, for as long as it may be shown."""
    with context.database().reading() as session:
        user = directory.get(session, user_id, actor=context.actor())
    return render_template(
        "users/password.html", user=user, password=once.handed(), url=context.config().base_url
    )


@blueprint.post("/pengguna/<int:user_id>/token")
def revoke_tokens(user_id: int) -> Response:
    """Make his API tokens worthless."""
    actor = context.actor()
    rights.require_administrator(actor)
    with context.database().transaction() as session:
        user = users.get(session, user_id)
        tokens.revoke_all(session, user, actor=actor)
    flash(_("Token API {name} tidak berlaku lagi.", name=user.full_name), "ok")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post("/pengguna/<int:user_id>/nonaktif")
def disable(user_id: int) -> Response:
    """Shut him out; his tasks go back to their lanes."""
    there = redirect(url_for("users.show", user_id=user_id), 303)
    try:
        with context.database().transaction() as session:
            user = users.disable(session, user_id, actor=context.actor())
    except InvalidForm as error:  # he is the last administrator
        _warn(str(error))
        return there
    flash(_("{name} dinonaktifkan; tugas yang dipegangnya kembali ke lajurnya.", name=user.full_name), "ok")
    return there


@blueprint.post("/pengguna/<int:user_id>/aktif")
def enable(user_id: int) -> Response:
    """Let him in again."""
    with context.database().transaction() as session:
        user = users.enable(session, user_id, actor=context.actor())
        warning = staffing.without_unit(session, user)
    flash(_("{name} dapat masuk lagi.", name=user.full_name), "ok")
    _warn(warning)
    return redirect(url_for("users.show", user_id=user_id), 303)


def _warn(text: str) -> None:
    if text:
        flash(text, "warn")


def _form_page(
    session: Session,
    user: User | None,
    profile: Profile,
    problems: Mapping[str, str] | None = None,
    *,
    name: str = "",
    words: str = "",
) -> str:
    return render_template(
        "users/form.html",
        user=user,
        profile=profile,
        errors=problems or {},
        words=words,
        name=user.name if user else name,
        groups=groups.with_counts(session),
        units=sorted(units.everything(session), key=lambda unit: unit.code not in profile.units),
        work=user_list.work_of(user) if user else "",
        roles=_role_words(),
        chosen_roles=[role for role in _ROLES if getattr(profile, role)],
        languages=LANGUAGES,
        held=directory.holding(session, user.id) if user else 0,
        live_tokens=tokens.count(session, user.id) if user else 0,
        may_change=context.actor().administers,
        own=user is not None and user.id == context.actor().id,
    )


def _role_words() -> list[tuple[str, str]]:
    return [
        ("is_admin", _("Administrator: pengguna, unit, hari libur, kendala")),
        ("is_process_owner", _("Pemilik proses: menerapkan diagram, membatalkan perkara, mengatasi kendala")),
        ("is_auditor", _("Auditor: membaca semua perkara, tidak mengubah apa pun")),
    ]


def _profile() -> Profile:
    roles = request.form.getlist("roles")
    return Profile(
        full_name=request.form.get("full_name", ""),
        email=request.form.get("email", "").strip() or None,
        groups=frozenset(ids.read(one) or _UNKNOWN for one in request.form.getlist("groups")),
        units=frozenset(request.form.getlist("units")),
        language=request.form.get("language", "id"),
        **{role: role in roles for role in _ROLES},
    )


def _sent(profile: Profile) -> list[Any]:
    """All of it: a repeat that asks for something else must be told so."""
    return [asdict(profile) | {"groups": sorted(profile.groups), "units": sorted(profile.units)}]


def _sent_before() -> str:
    return _("Halaman ini sudah pernah dikirim dengan isi lain. Periksa isiannya, lalu kirim sekali lagi.")


def _secret() -> str:
    return entries.key() or secrets.token_urlsafe(16)


def _to_password(user_id: int, secret: str) -> Response:
    """Go to the page that shows it. It follows from the form's key, so a form sent twice shows the same."""
    path = url_for("users.password", user_id=user_id)
    with context.database().reading() as session:
        made = accounts.password_from(session, secret)
        fits = accounts.is_still(users.get(session, user_id), made)
    there = redirect(path, 303)
    return once.hand_over(there, path, made) if fits else there
