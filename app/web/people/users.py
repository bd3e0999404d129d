"""Pengguna: who signs in, in which lanes and units, with which roles. Administrators change it, others read."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.commands.transaction import Answer, Command, run_command, run_without_key
from app.errors import InvalidForm
from app.i18n import _, use
from app.models import User
from app.services.core import rights
from app.services.core.access import actor_of
from app.services.definitions import staffing
from app.services.people import accounts, api_tokens, profiles, user_search, users
from app.services.people.profiles import Profile
from app.web import context, entries, once
from app.web.people import auth, user_form, user_list

blueprint = Blueprint("users", __name__)


@blueprint.get("/pengguna")
def listed() -> str:
    """Users by name, narrowed by what the address says."""
    with context.database().reading() as session:
        found = user_list.read_user_list(session, actor=context.actor())
    return render_template("users/list.html", found=found, may_change=context.actor().administers)


@blueprint.get("/pengguna/baru")
def new() -> str:
    """An empty form for one more user."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        return user_form.page(session, None, Profile(""))


@blueprint.post("/pengguna/baru")
def add() -> Response:
    """Add him, and go to the page that shows his password."""
    actor, secret, profile = context.actor(), _secret(), user_form.sent()
    name = request.form.get("name", "")

    def do(session: Session) -> dict[str, Any]:
        password = accounts.password_from(session, secret, name)
        return {"user_id": users.add(session, name, profile, actor=actor, password=password)[0].id}

    command = Command("add_user", name, secret, [name, _sent(profile)])
    try:
        done = run_command(context.database(), command, do, actor=actor)
    except InvalidForm as error:
        with context.database().reading() as session:
            words = "" if error.errors else _sent_before()
            page = user_form.page(session, None, profile, error.errors, name=name, words=words)
            return make_response(page, 422)
    with context.database().reading() as session:
        _warn(staffing.without_unit(session, users.get(session, done["user_id"])))
    return _to_password(done["user_id"], secret)


@blueprint.get("/pengguna/<int:user_id>")
def show(user_id: int) -> str:
    """What is decided about a user: to change, or to read."""
    with context.database().reading() as session:
        user = user_search.get(session, user_id, actor=context.actor())
        return user_form.page(session, user, profiles.profile_of(user))


@blueprint.post("/pengguna/<int:user_id>")
def edit(user_id: int) -> Response:
    """Change what is decided about a user."""
    actor, profile, shown = context.actor(), user_form.sent(), request.form.get("shown", "")

    def do(session: Session) -> tuple[User, bool, Sequence[str]]:
        lanes = staffing.lanes(session, user_id)
        user = users.edit(session, user_id, profile, actor=actor, shown=shown)
        warnings = staffing.without_unit(session, user), staffing.unattended(session, lanes)
        return user, user.id == actor.id and not actor_of(user).administers, warnings

    try:
        user, gave_up, warnings = run_without_key(context.database(), do)
    except InvalidForm as error:
        with context.database().reading() as session:
            user = user_search.get(session, user_id, actor=actor)
            return make_response(user_form.page(session, user, profile, error.errors), 422)
    own = user_id == actor.id
    if own:
        use(profile.language)
    flash(_("{name} tersimpan.", name=user.full_name), "ok")
    _warn(*warnings)
    # His own page may be closed to him now.
    place = url_for("auth.home") if gave_up else url_for("users.show", user_id=user_id)
    there = redirect(place, 303)
    return auth.remember(there, context.LANGUAGE_COOKIE, profile.language) if own else there


@blueprint.post("/pengguna/<int:user_id>/sandi")
def reset_password(user_id: int) -> Response:
    """Give him a random password, and show it once."""
    actor, secret = context.actor(), _secret()

    def do(session: Session) -> dict[str, Any]:
        name = users.get(session, user_id).name
        password = accounts.password_from(session, secret, name)
        accounts.reset_password(session, user_id, actor=actor, password=password)
        return {}

    run_command(context.database(), Command("reset_password", str(user_id), secret), do, actor=actor)
    return _to_password(user_id, secret)


@blueprint.get("/pengguna/<int:user_id>/sandi")
def password(user_id: int) -> str:
    """A password just made, for as long as it may be shown and lets him in."""
    with context.database().reading() as session:
        user = user_search.get(session, user_id, actor=context.actor())
    made = once.handed()
    fits = made and user.disabled_at is None and accounts.is_still(user, made)
    return render_template(
        "users/password.html", user=user, password=made if fits else "", url=context.config().base_url
    )


@blueprint.post("/pengguna/<int:user_id>/token")
def revoke_tokens(user_id: int) -> Response:
    """Make his API tokens worthless."""
    actor = context.actor()
    rights.require_administrator(actor)

    def do(session: Session) -> Answer:
        user = users.get(session, user_id)
        api_tokens.revoke_all(session, user, actor=actor)
        return {"name": user.full_name}

    done = run_command(context.database(), entries.sent_command("revoke_tokens", user_id), do, actor=actor)
    flash(_("Token API {name} tidak berlaku lagi.", name=done["name"]), "ok")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post("/pengguna/<int:user_id>/nonaktif")
def disable(user_id: int) -> Response:
    """Shut him out; his tasks go back to their lanes."""
    there, actor = redirect(url_for("users.show", user_id=user_id), 303), context.actor()

    def do(session: Session) -> Answer:
        user = users.disable(session, user_id, actor=actor)
        return {
            "name": user.full_name,
            "warning": staffing.unattended(session, staffing.lanes(session, user_id)),
        }

    try:
        done = run_command(context.database(), entries.sent_command("disable_user", user_id), do, actor=actor)
    except InvalidForm as error:  # he is the last administrator
        _warn(str(error))
        return there
    flash(_("{name} dinonaktifkan; tugas yang dipegangnya kembali ke lajurnya.", name=done["name"]), "ok")
    _warn(done["warning"])
    return there


@blueprint.post("/pengguna/<int:user_id>/aktif")
def enable(user_id: int) -> Response:
    """Let him in again."""
    actor = context.actor()

    def do(session: Session) -> Answer:
        user = users.enable(session, user_id, actor=actor)
        return {"name": user.full_name, "warning": staffing.without_unit(session, user)}

    done = run_command(context.database(), entries.sent_command("enable_user", user_id), do, actor=actor)
    flash(_("{name} dapat masuk lagi.", name=done["name"]), "ok")
    _warn(done["warning"])
    return redirect(url_for("users.show", user_id=user_id), 303)


def _warn(*texts: str) -> None:
    for text in filter(None, texts):
        flash(text, "warn")


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
        user = users.get(session, user_id)
        made = accounts.password_from(session, secret, user.name)
        fits = accounts.is_still(user, made)
    there = redirect(path, 303)
    return once.hand_over(there, path, made) if fits else once.forget(there, path)
