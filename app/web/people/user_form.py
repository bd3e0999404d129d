"""The page on which a user is added and changed: what it shows, and what it sends."""

from collections.abc import Mapping

from flask import render_template, request
from sqlalchemy.orm import Session

from app.i18n import LANGUAGES, _
from app.models import User
from app.services.core import edit_conflicts, ids
from app.services.people import api_tokens, groups, profiles, units, user_search
from app.services.people.profiles import Profile
from app.web import context
from app.web.people import user_list

_ROLES = ("is_admin", "is_process_owner", "is_auditor")
#: No lane has this id: what a form sends instead of one is refused at its field.
_UNKNOWN = 0


def page(
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
        "users/form.html",
        user=user,
        profile=profile,
        errors=problems or {},
        words=words or (problems or {}).get("shown", ""),
        shown=_shown(user, problems or {}),
        name=user.name if user else name,
        groups=groups.with_counts(session),
        units=sorted(units.everything(session), key=lambda unit: unit.code not in profile.units),
        work=user_list.work_of(user) if user else "",
        roles=_role_words(),
        chosen_roles=[role for role in _ROLES if getattr(profile, role)],
        languages=LANGUAGES,
        held=user_search.holding(session, user.id) if user else 0,
        live_tokens=api_tokens.count(session, user.id) if user else 0,
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


def sent() -> Profile:
    """The profile that a form sends."""
    roles = request.form.getlist("roles")
    return Profile(
        full_name=request.form.get("full_name", ""),
        email=request.form.get("email", "").strip() or None,
        groups=frozenset(ids.parse_id(one) or _UNKNOWN for one in request.form.getlist("groups")),
        units=frozenset(request.form.getlist("units")),
        language=request.form.get("language", "id"),
        **{role: role in roles for role in _ROLES},
    )
