"""Pengguna: who signs in, in which lanes and units, with which roles. Administrators change it, others read."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm
from app.base.i18n import LANGUAGES, N_, _, use
from app.commands.transaction import Answer, Command, run_command, run_without_key
from app.models import User
from app.services.core import edit_conflicts, ids, paging, rights
from app.services.core.access import Actor, actor_of
from app.services.core.paging import Page
from app.services.definitions import staffing
from app.services.people import (
    accounts,
    api_tokens,
    groups,
    membership_changes,
    profiles,
    provider_accounts,
    sessions,
    units,
    user_lines,
    user_search,
    users,
)
from app.services.people.profiles import Profile
from app.services.people.roster_lines import USER_COLUMNS
from app.services.people.user_search import UserFilters
from app.web import context, entries, lists, once
from app.web.lists import Column, Filter, List
from app.web.people import auth

_ROLES = ("is_admin", "is_process_owner", "is_auditor")
#: No lane has this id: what a form sends instead of one is refused at its field.
_UNKNOWN = 0

_Cells = Mapping[str, object]

blueprint = Blueprint("users", __name__)


@blueprint.get("/pengguna")
def listed() -> str:
    """Users by name, narrowed by what the address says."""
    with context.database().reading() as session:
        found = _read_user_list(session, actor=context.actor())
    return render_template("people/users.html", found=found, may_change=context.actor().administers)


@blueprint.get("/pengguna/unduh")
def download() -> Response:
    """The same list as a file, all of its pages, in the columns that `rosters` takes."""
    user_search.require_reader(context.actor())
    actor, filters = context.actor(), _wanted()

    def page(session: Session, after: str) -> Page[User]:
        return user_search.page(session, filters, actor=actor, after=after, limit=paging.MAX_LIMIT)

    headings = {**USER_COLUMNS, "signed_in_at": "terakhir masuk"}
    columns = [Column[_Cells](label, itemgetter(key)) for key, label in headings.items()]
    return lists.download_pages("pengguna", "users", columns, page, _cells)


def _cells(_session: Session, found: Sequence[User]) -> list[_Cells]:
    return [{**user_lines.cells_of(user), "signed_in_at": user.signed_in_at} for user in found]


@blueprint.get("/pengguna/baru")
def new() -> str:
    """An empty form for one more user."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        return _page(session, None, Profile(""))


@blueprint.post("/pengguna/baru")
def add() -> Response:
    """Add him, and go to the page that shows his password."""
    actor, secret, profile = context.actor(), _secret(), _sent_profile()
    name = request.form.get("name", "")

    def do(session: Session) -> dict[str, Any]:
        password = accounts.password_from(session, secret, name)
        return {"user_id": users.add(session, name, profile, actor=actor, password=password)[0].id}

    command = Command("add_user", name, secret, [name, _sent(profile)])
    try:
        done = run_command(
            context.database(), command, do, actor=actor, allowed=context.require_administrator
        )
    except InvalidForm as error:
        with context.database().reading() as session:
            words = "" if error.errors else _sent_before()
            page = _page(session, None, profile, error.errors, name=name, words=words)
            return make_response(page, 422)
    with context.database().reading() as session:
        _warn(staffing.without_unit(session, users.get(session, done["user_id"])))
    return _to_password(done["user_id"], secret)


@blueprint.get("/pengguna/<int:user_id>")
def show(user_id: int) -> str:
    """What is decided about a user: to change, or to read."""
    with context.database().reading() as session:
        user = user_search.get(session, user_id, actor=context.actor())
        return _page(session, user, profiles.profile_of(user))


@blueprint.post("/pengguna/<int:user_id>")
def edit(user_id: int) -> Response:
    """Change what is decided about a user."""
    actor, profile, shown = context.actor(), _sent_profile(), request.form.get("shown", "")
    rights.require_administrator(actor)  # nobody else is told whether there is such a user

    def do(session: Session) -> tuple[User, bool, Sequence[str]]:
        lanes = staffing.lanes(session, user_id)
        before = membership_changes.belongings(users.get(session, user_id))
        user = users.edit(session, user_id, profile, actor=actor, shown=shown)
        on_himself = user.id == actor.id and before != membership_changes.belongings(user)
        told = _told_on(session, actor) if on_himself else ""
        warnings = staffing.without_unit(session, user), staffing.unattended(session, lanes), told
        return user, user.id == actor.id and not actor_of(user).administers, warnings

    try:
        user, gave_up, warnings = run_without_key(context.database(), do)
    except InvalidForm as error:
        with context.database().reading() as session:
            user = user_search.get(session, user_id, actor=actor)
            return make_response(_page(session, user, profile, error.errors), 422)
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
    rights.require_administrator(actor)

    def do(session: Session) -> dict[str, Any]:
        name = users.get(session, user_id).name
        password = accounts.password_from(session, secret, name)
        accounts.reset_password(session, user_id, actor=actor, password=password)
        return {}

    command = Command("reset_password", str(user_id), secret)
    run_command(context.database(), command, do, actor=actor, allowed=context.require_administrator)
    return _to_password(user_id, secret)


@blueprint.get("/pengguna/<int:user_id>/sandi")
def password(user_id: int) -> str:
    """A password just made, for as long as it may be shown and lets him in."""
    with context.database().reading() as session:
        user = user_search.get(session, user_id, actor=context.actor())
    made = once.handed()
    fits = made and user.disabled_at is None and accounts.is_still(user, made)
    return render_template(
        "people/new_password.html", user=user, password=made if fits else "", url=context.config().base_url
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

    command = entries.sent_command("revoke_tokens", user_id)
    done = run_command(context.database(), command, do, actor=actor, allowed=context.require_administrator)
    flash(_("Token API {name} tidak berlaku lagi.", name=done["name"]), "ok")
    return redirect(url_for("users.show", user_id=user_id), 303)


@blueprint.post("/pengguna/<int:user_id>/sesi")
def end_sessions(user_id: int) -> Response:
    """Put him out of one browser, or of all."""
    actor, session_id = context.actor(), request.form.get("session", "")[:64]

    def do(session: Session) -> Answer:
        return {"name": accounts.end_sessions(session, user_id, session_id, actor=actor).full_name}

    command = entries.sent_command("end_sessions", user_id, session_id)
    done = run_command(context.database(), command, do, actor=actor, allowed=context.require_administrator)
    words = N_("Sesi {name} berakhir.") if session_id else N_("Semua sesi {name} berakhir.")
    flash(_(words, name=done["name"]), "ok")
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
        command = entries.sent_command("disable_user", user_id)
        done = run_command(
            context.database(), command, do, actor=actor, allowed=context.require_administrator
        )
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

    command = entries.sent_command("enable_user", user_id)
    done = run_command(context.database(), command, do, actor=actor, allowed=context.require_administrator)
    flash(_("{name} dapat masuk lagi.", name=done["name"]), "ok")
    _warn(done["warning"])
    return redirect(url_for("users.show", user_id=user_id), 303)


def _told_on(session: Session, actor: Actor) -> str:
    """Who learns that the actor changed what he himself belongs to."""
    if membership_changes.is_overseen(session, actor):
        return _(
            "Anda mengubah lajur, unit, atau peran Anda sendiri: administrator lain dan auditor diberi tahu."
        )
    return _(
        "Anda mengubah lajur, unit, atau peran Anda sendiri. Tidak ada administrator lain atau auditor yang dapat "
        "diberi tahu; perubahan ini tercatat di riwayat dan di catatan keamanan."
    )


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


def _page(
    session: Session,
    user: User | None,
    profile: Profile,
    problems: Mapping[str, str] | None = None,
    *,
    name: str = "",
    words: str = "",
) -> str:
    """The form for ``user``, or for one to add, with what is wrong in it: field → message."""
    return render_template(
        "people/user.html",
        user=user,
        profile=profile,
        errors=problems or {},
        words=words or (problems or {}).get("shown", ""),
        shown=_shown(user, problems or {}),
        name=user.name if user else name,
        groups=groups.with_counts(session),
        units=sorted(units.everything(session), key=lambda unit: unit.code not in profile.units),
        work=_work_of(user) if user else "",
        roles=_role_words(),
        chosen_roles=[role for role in _ROLES if getattr(profile, role)],
        languages=LANGUAGES,
        held=user_search.holding(session, user.id) if user else 0,
        sessions=sessions.open_sessions(session, user.id, None) if user else (),
        live_tokens=api_tokens.live(session, user.id) if user else (),
        provider_account=provider_accounts.account_of(session, user.id) if user else None,
        ends_soon=api_tokens.ends_soon,
        may_change=context.actor().administers,
        own=user is not None and user.id == context.actor().id,
    )


def _shown(user: User | None, problems: Mapping[str, str]) -> str:
    """The fingerprint of what the page shows. Refused for what was typed, it is as old as it was."""
    if user is None or (problems and "shown" not in problems):
        return request.form.get("shown", "")
    return edit_conflicts.fingerprint(profiles.profile_of(user))


def _role_words() -> list[tuple[str, str]]:
    return [
        ("is_admin", _("Administrator: pengguna, unit, hari libur, kendala")),
        ("is_process_owner", _("Pemilik proses: menerapkan diagram, membatalkan perkara, mengatasi kendala")),
        ("is_auditor", _("Auditor: membaca semua perkara, tidak mengubah apa pun")),
    ]


def _sent_profile() -> Profile:
    roles = request.form.getlist("roles")
    return Profile(
        full_name=request.form.get("full_name", ""),
        email=request.form.get("email", "").strip() or None,
        groups=frozenset(ids.parse_id(one) or _UNKNOWN for one in request.form.getlist("groups")),
        units=frozenset(request.form.getlist("units")),
        language=request.form.get("language", "id"),
        **{role: role in roles for role in _ROLES},
    )


@dataclass(frozen=True)
class _Row:
    """A user, his roles and lanes in a line, and whether a lane of his gives him nothing for want of a unit."""

    user: User
    work: str
    lacks_unit: bool


@dataclass(frozen=True, kw_only=True)
class _UserList(List[_Row]):
    """Everything the template shows."""

    total: int


def _read_user_list(session: Session, *, actor: Actor) -> _UserList:
    """Return the list that the address asks for.

    Raises:
        NotAllowed: the actor may not read about others.
    """
    page = user_search.page(session, _wanted(), actor=actor, after=lists.argument(lists.AFTER))
    split = staffing.split_by_unit(session)
    return _UserList(
        q=lists.argument("q"),
        filters=_filters(session),
        rows=[_Row(user, _work_of(user), bool(staffing.lanes_in_vain(user, split))) for user in page.items],
        following=lists.next_page(page.next),
        total=user_search.count(session),
    )


def _work_of(user: User) -> str:
    """Roles and lanes in a line; the units stand beside it."""
    roles = [
        (user.is_admin, _("Administrator")),
        (user.is_process_owner, _("Pemilik proses")),
        (user.is_auditor, _("Auditor")),
    ]
    return ", ".join([word for holds, word in roles if holds] + [group.name for group in user.groups])


def _wanted() -> UserFilters:
    group = lists.argument("group")
    return UserFilters(
        q=lists.argument("q"),
        role=lists.argument("role"),
        group_id=(ids.parse_id(group) or 0) if group else None,  # nobody belongs to a lane that is none
        unit=lists.argument("unit"),
        state=lists.argument("state"),
    )


def _filters(session: Session) -> list[Filter]:
    roles = [
        ("officer", _("Petugas")),
        ("process_owner", _("Pemilik proses")),
        ("auditor", _("Auditor")),
        ("admin", _("Administrator")),
    ]
    lanes = [(str(group.id), group.name) for group, _members in groups.with_counts(session)]
    offices = [(unit.code, unit.name) for unit in units.everything(session)]
    states = [
        ("enabled", _("Aktif")),
        ("disabled", _("Dinonaktifkan")),
        ("never", _("Belum pernah masuk")),
    ]
    return [
        Filter("role", _("Peran"), roles, lists.argument("role")),
        Filter("group", _("Lajur"), lanes, lists.argument("group")),
        Filter("unit", _("Unit"), offices, lists.argument("unit")),
        Filter("state", _("Keadaan"), states, lists.argument("state")),
    ]
