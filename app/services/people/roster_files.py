"""Files of users and units: kept, looked at, begun, and carried out line by line."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.base import stored_messages
from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed, NotFound
from app.base.i18n import N_, _
from app.history.events.people import RosterAdded, RosterBegun, RosterPutAway
from app.models import RosterFile, RosterLine, User
from app.services.core import access, bulk, clock, edit_conflicts, encryption, history, rights
from app.services.core.access import Actor
from app.services.core.batches import Batches, Parts
from app.services.core.paging import Page
from app.services.people import accounts, roster_lines, unit_lines, user_lines
from app.services.people.roster_lines import COLUMNS, Kind, Line, Verdict

#: Lines of a file: judged all at once, whenever it is looked at.
MAX_LINES = 2_000
#: So long passwords are shown after it was carried out.
SHOWN = timedelta(hours=1)
_MISSING = N_("Berkas ini tidak ada, atau sudah dihapus.")


@dataclass(frozen=True)
class Given:
    """A user whom a file added, and the password that he was given, as long as it holds."""

    name: str
    full_name: str
    password: str


def add(
    session: Session,
    kind: Kind,
    name: str,
    headings: Sequence[str],
    numbered: Sequence[tuple[int, Sequence[str]]],
    *,
    actor: Actor,
) -> RosterFile:
    """Keep a file to look at; nothing is changed. Columns that are not known are not kept.

    ``numbered``: lines by number, with a text for each heading.

    Raises:
        NotAllowed: the actor is no administrator.
        InvalidForm: it lacks the column that says whom a line is about, or has too many lines.
    """
    rights.require_administrator(actor)
    columns = COLUMNS[kind]
    plain = [roster_lines.plain(text) for text in headings]
    places = {column: plain.index(heading) for column, heading in columns.items() if heading in plain}
    first = next(iter(columns))
    if first not in places:
        message = _("Kolom “{name}” tidak ada dalam berkas ini.", name=columns[first])
        raise InvalidForm(message, {"file": message})
    if len(numbered) > MAX_LINES:
        message = _("Paling banyak {n} baris dalam satu berkas.", n=MAX_LINES)
        raise InvalidForm(message, {"file": message})
    file = RosterFile(
        kind=kind,
        state="ready",
        sheet=encryption.seal(session, {"name": name, "columns": list(places)}),
        begun_at=clock.now(session),
        begun_by_id=actor.id,
    )
    session.add(file)
    session.flush()
    rows = [
        {
            "file_id": file.id,
            "line": number,
            "state": "new",
            "cells": encryption.seal(session, [texts[place] for place in places.values()]),
        }
        for number, texts in numbered
    ]
    bulk.insert_rows(session, RosterLine, rows)
    history.record(session, RosterAdded(roster=file.id, kind=kind, lines=len(rows)), actor=actor)
    return file


def get(session: Session, file_id: int, *, actor: Actor, lock: bool = False) -> RosterFile:
    """Return a file.

    Raises:
        NotFound: there is none. NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    found = session.get(RosterFile, file_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise NotFound(_(_MISSING))
    return found


def recent(
    session: Session, kind: Kind, *, actor: Actor, after: str = "", limit: int = 20
) -> Page[RosterFile]:
    """Files of a kind, the newest first.

    Raises:
        NotAllowed: the actor is no administrator.
    """
    rights.require_administrator(actor)
    return FILES.newest(session, select(RosterFile).where(RosterFile.kind == kind), after, limit)


def file_name(session: Session, file: RosterFile) -> str:
    """What the file was called where it came from."""
    return str(encryption.unseal(session, file.sheet)["name"])


def lines_of(session: Session, file: RosterFile) -> list[tuple[RosterLine, Line]]:
    """Its lines with their cells, by line. 1 SQL."""
    columns = encryption.unseal(session, file.sheet)["columns"]
    rows = session.scalars(
        select(RosterLine).where(RosterLine.file_id == file.id).order_by(RosterLine.line)
    ).all()
    return [(row, _line(session, row, columns)) for row in rows]


def _line(session: Session, row: RosterLine, columns: Sequence[str]) -> Line:
    return Line(row.line, dict(zip(columns, encryption.unseal(session, row.cells), strict=True)))


def judge(session: Session, file: RosterFile, *, actor: Actor) -> list[Verdict]:
    """Say what would come of each of its lines now."""
    wanted = [line for _row, line in lines_of(session, file)]
    return (user_lines.judge_users if file.kind == "users" else unit_lines.judge_units)(
        session, wanted, actor=actor
    )


def fingerprint(verdicts: Sequence[Verdict]) -> str:
    """What a page shows of a file, in a few letters: it begins only while that is still so."""
    return edit_conflicts.fingerprint([verdict.decided for verdict in verdicts])


def begin(session: Session, file_id: int, shown: str, *, actor: Actor) -> RosterFile:
    """Let the worker carry out what a file adds and changes; what is wrong or the same is left.

    ``shown``: the `fingerprint` of what the actor saw.

    Raises:
        Conflict: it began before, nothing is to be done, or something was changed since it was shown.
    """
    file = get(session, file_id, actor=actor, lock=True)
    if file.state != "ready":
        raise Conflict(_("Berkas ini sudah dijalankan."))
    verdicts = judge(session, file, actor=actor)
    if not any(one.action in ("add", "change") for one in verdicts):
        raise Conflict(_("Tidak ada yang perlu ditambah atau diubah."))
    if fingerprint(verdicts) != shown:
        raise Conflict(_("Datanya berubah sejak ditampilkan. Periksa lagi, lalu jalankan."))
    session.execute(update(RosterLine), [_begun(session, file, one) for one in verdicts])
    file.state = "running"
    file.begun_by_id = actor.id  # in whose name it is done, and who is shown the passwords
    file.secret = encryption.seal(session, secrets.token_urlsafe(24))
    counted = Counter(one.action for one in verdicts if one.action in ("add", "change"))
    event = RosterBegun(roster=file.id, kind=file.kind, actions=dict(sorted(counted.items())))
    history.record(session, event, actor=actor)
    return file


def _begun(session: Session, file: RosterFile, verdict: Verdict) -> dict[str, Any]:
    """A line's row once its file began: what is wrong stays told."""
    is_due = verdict.action in ("add", "change")
    return {
        "file_id": file.id,
        "line": verdict.line.number,
        "state": "ready" if is_due else verdict.action,
        "action": verdict.action if is_due else "",
        "shown": verdict.shown,
        "position": verdict.position,
        "errors": _sealed(session, verdict.errors) if verdict.errors else None,
    }


def _sealed(session: Session, errors: Mapping[str, str]) -> bytes:
    told = {column: stored_messages.store_texts(text) for column, text in errors.items()}
    return encryption.seal(session, told)


def _carry_out(session: Session, file: RosterFile, row: RosterLine, actor: Actor) -> None:
    """Carry out a line. Raises: InvalidForm: what is wrong with the line now."""
    line = _line(session, row, encryption.unseal(session, file.sheet)["columns"])
    if file.kind == "users" and file.secret is not None:
        user_lines.carry_out(session, row, line, encryption.unseal(session, file.secret), actor=actor)
    else:
        unit_lines.carry_out(session, row, line, actor=actor)
    row.state = "done"


def _note(session: Session, row: RosterLine, error: AppError) -> None:
    errors = error.errors if isinstance(error, InvalidForm) and error.errors else {"": error.said}
    row.errors = _sealed(session, errors)
    if isinstance(error, NotAllowed):  # nobody stands for the file any more
        file = session.get_one(RosterFile, row.file_id)
        file.state, file.finished_at = "stopped", clock.now(session)


def _end(session: Session, file: RosterFile) -> None:
    """Where a file gave nobody a password, there is none to show."""
    gave = select(RosterLine.line).where(RosterLine.file_id == file.id, RosterLine.user_id.is_not(None))
    if session.scalar(gave.limit(1)) is None:
        file.secret = None


def errors_of(session: Session, row: RosterLine) -> dict[str, str]:
    """Why a line was refused, by column, in the language in use."""
    stored = encryption.unseal(session, row.errors) if row.errors is not None else {}
    return {key: stored_messages.tell_stored(text) for key, text in stored.items()}


def passwords(session: Session, file_id: int, *, actor: Actor) -> list[Given]:
    """The passwords that a file gave, for whoever began it, until they are put away or their time is over.

    Left out is who was disabled, or has another password by now.

    Raises:
        NotFound; NotAllowed: the actor is no administrator, or did not begin it.
    """
    file = get(session, file_id, actor=actor)
    if file.begun_by_id != actor.id:
        raise NotAllowed(_("Kata sandi ini hanya untuk administrator yang menjalankan berkasnya."))
    if file.secret is None or (file.finished_at and file.finished_at < clock.now(session) - SHOWN):
        return []
    secret = encryption.unseal(session, file.secret)
    query = select(User, RosterLine.given).join(RosterLine, RosterLine.user_id == User.id)
    added = session.execute(
        query.where(RosterLine.file_id == file_id, User.disabled_at.is_(None)).order_by(User.name)
    )
    return [
        Given(user.name, user.full_name, accounts.password_from(session, secret, user.name))
        for user, given in added
        if user_lines.mark_of(user) == given
    ]


def put_away(session: Session, file_id: int, *, actor: Actor) -> None:
    """Show the passwords that a file gave to nobody any more.

    Raises:
        Conflict: it is still running. And what `passwords` raises.
    """
    passwords(session, file_id, actor=actor)
    file = get(session, file_id, actor=actor)
    if file.state == "running":
        raise Conflict(_("Berkas ini masih dijalankan."))
    file.secret = None
    history.record(session, RosterPutAway(roster=file.id, kind=file.kind), actor=actor)


def drop_lines(session: Session, ids: Sequence[int]) -> None:
    """Drop the lines of files that are about to go. 1 SQL."""
    session.execute(delete(RosterLine).where(RosterLine.file_id.in_(ids)))


def _stand(session: Session, file: RosterFile) -> Actor:
    """Raises: NotAllowed: whoever began it administers nothing any more."""
    actor = access.standing_actor(session, file.begun_by_id)
    if actor is None:
        raise NotAllowed(_("Administrator yang menjalankan berkas ini tidak aktif lagi."))
    rights.require_administrator(actor)
    return actor


FILES = Batches(RosterFile, _stand, get)
LINES = Parts(
    FILES,
    RosterLine.file_id,
    RosterLine.line,
    (RosterLine.position, RosterLine.line),
    _carry_out,
    _note,
    waiting=("ready",),
    states=("new", "ready", "wrong", "same", "done", "refused"),
    ended=_end,
)
