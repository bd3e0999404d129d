"""Who runs this installation, as its pages and slips say: what an administrator wrote, else the environment."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from urllib.parse import urlsplit

import orjson
from sqlalchemy import ScalarSelect, Text, cast, select
from sqlalchemy.orm import Session

from app.base.config import Office
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.history.events.maintenance import OfficeEdited
from app.models import Setting
from app.services.core import edit_conflicts, history, rights, settings
from app.services.core.access import Actor

_SETTING = "office"
_MOST_LETTERS = 200
FIELDS = tuple(field.name for field in fields(Office))


def office(session: Session) -> Office:
    """Who runs this. 1 SQL. Kept in a process it would deny, for a while, what another has just saved."""
    row = session.get(Setting, _SETTING)
    return _written_over(settings.config(session).office, row.value if row else {})


def stored() -> ScalarSelect[str]:
    """A column of a statement that is asked anyway, as text; `from_stored` takes what it returns."""
    return select(cast(Setting.value, Text)).where(Setting.name == _SETTING).scalar_subquery()


def from_stored(session: Session, text: str | None) -> Office:
    """What `office` returns, by what `stored` returned."""
    return _written_over(settings.config(session).office, orjson.loads(text) if text else {})


def _written_over(given: Office, written: Mapping[str, str]) -> Office:
    return replace(given, **{name: written[name] for name in FIELDS if name in written})


def edit(session: Session, wanted: Office, *, actor: Actor | None, shown: str = "") -> Office:
    """Say who runs this. What is as the environment has it is kept, too: a change of it there shows no more.

    ``shown``: the fingerprint of what the page that asks for it shows.

    Raises:
        NotAllowed: the actor is no administrator. InvalidForm: something is wrong, or was changed since.
    """
    rights.require_administrator(actor)
    wanted = Office(**{name: " ".join(text.split()) for name, text in asdict(wanted).items()})
    if wrong := _errors(wanted):
        raise InvalidForm(_("Belum disimpan. Periksa isian yang ditandai."), wrong, asdict(wanted))
    before = office(session)
    edit_conflicts.require(before, wanted, shown)
    session.merge(Setting(name=_SETTING, value=asdict(wanted)))
    old, new = asdict(before), asdict(wanted)
    if changes := {name: [old[name], new[name]] for name in FIELDS if old[name] != new[name]}:
        history.record(session, OfficeEdited(changes=changes), actor=actor)
    return wanted


def _errors(wanted: Office) -> Mapping[str, str]:
    found = {
        name: _("Paling panjang {n} huruf.", n=_MOST_LETTERS)
        for name, text in asdict(wanted).items()
        if len(text) > _MOST_LETTERS
    }
    if wanted.url and not _is_address(wanted.url):
        found["url"] = _("Tulis alamat yang utuh, misalnya https://www.example.go.id")
    if (wanted.address or wanted.phone or wanted.hours or wanted.url) and not wanted.name:
        found["name"] = _("Tulis nama kantornya; tanpa itu keterangan lain tidak ditampilkan.")
    return found


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
