"""Users and units by file: what a file would add and change is shown, and done once that was seen."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import Conflict, InvalidForm, NotFound
from app.base.i18n import N_, _
from app.commands.people import roster as commands
from app.models import RosterFile
from app.services.core import clock, ids, rights
from app.services.core.access import Actor
from app.services.definitions import staffing
from app.services.files import sheets
from app.services.people import groups, roster_files, units
from app.services.people.roster_lines import ACTIONS, BETWEEN, COLUMNS, USER_COLUMNS, Change, Kind, Verdict
from app.web import context, entries, errors, lists
from app.web.security_log import noting
from app.web.sheet_files import csv_download, sheet_download

blueprint = Blueprint("rosters", __name__)

#: Lines on a page.
_ROWS = 100
#: How a file that came is called in a list.
FILE_STATES = {
    "ready": N_("Menunggu dijalankan"),
    "running": N_("Sedang berjalan"),
    "done": N_("Selesai"),
    "stopped": N_("Dihentikan"),
}
#: What would come of a line, and what came of it.
LINE_STATES = {
    "add": N_("Akan ditambahkan"),
    "change": N_("Akan diubah"),
    "same": N_("Tetap"),
    "wrong": N_("Perlu diperbaiki"),
    "ready": N_("Menunggu giliran"),
    "added": N_("Ditambahkan"),
    "changed": N_("Diubah"),
    "refused": N_("Gagal"),
}
#: Columns of somebody new that are told beside him, or are as they are unless one says otherwise.
_TOLD = ("name", "full_name", "code", "language", "active")
_AFTER = ("ready", "added", "changed", "refused")


@dataclass(frozen=True)
class _Row:
    """A line as its page shows it."""

    number: int
    subject: str
    title: str
    state: str
    words: str
    changes: Sequence[Change]
    errors: Sequence[tuple[str, str]]


@blueprint.get("/pengguna/berkas")
def choose() -> str:
    """Where a file is sent, what stands in it, and what was sent before."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        return _file_page(session, _kind(), context.actor())


def _kind() -> Kind:
    return "units" if lists.argument("jenis") == "unit" else "users"


def _file_page(session: Session, kind: Kind, actor: Actor, problem: str = "") -> str:
    page = roster_files.recent(session, kind, actor=actor, after=lists.argument(lists.AFTER))
    rows = [(one, roster_files.file_name(session, one), _(FILE_STATES[one.state])) for one in page.items]
    return render_template(
        "people/roster_file.html",
        kind=kind,
        columns=list(zip(COLUMNS[kind].values(), _explained(kind), strict=True)),
        most_lines=roster_files.MAX_LINES,
        empty_units=len(units.without_officers(session, clock.today(session))) if kind == "users" else 0,
        rows=rows,
        first=lists.address() if lists.argument(lists.AFTER) else "",
        following=lists.next_page(page.next),
        problem=problem,
    )


def _explained(kind: Kind) -> list[str]:
    """What stands in each column, in words."""
    if kind == "units":
        return [
            _("Wajib. Kode yang sudah ada diubah, yang belum ada ditambahkan."),
            _("Wajib untuk unit baru."),
            _("Tanggal, misalnya {text}; kosong bila tanpa batas.", text="24-11-2026"),
            _("Tanggal hari terakhirnya; kosong bila tanpa batas."),
            _("Kode unit pengganti; pisahkan dengan titik koma."),
        ]
    return [
        _("Wajib. Nama yang sudah ada diubah, yang belum ada ditambahkan."),
        _("Wajib untuk pengguna baru."),
        _("Boleh kosong."),
        _("{roles}; pisahkan dengan titik koma.", roles="administrator, pemilik proses, auditor"),
        _("Nama lajur; pisahkan dengan titik koma."),
        _("Kode unit; pisahkan dengan titik koma."),
        _("id atau en."),
        _("ya atau tidak; “tidak” menonaktifkan."),
    ]


@blueprint.post("/pengguna/berkas")
def add() -> Response:
    """Keep a file, and show what it would do."""
    actor, kind = context.actor(), _kind()
    try:
        name, content = entries.sent_file(sheets.MAX_BYTES)
        command = entries.sent_command("add_roster", kind, [name, hashlib.sha256(content).hexdigest()])
        done = commands.add(context.database(), command, kind, name, content, actor=actor)
    except InvalidForm as error:
        with context.database().reading() as session:
            page = _file_page(session, kind, actor, errors.tell_error(error))
        return make_response(page, errors.problem_of(error).status)
    return redirect(url_for("rosters.show", roster_id=done["file"]), 303)


@blueprint.get("/pengguna/berkas-templat")
def template() -> Response:
    """A file to fill in: a line for each unit that has no officer, with its lane where there is but one."""
    rights.require_administrator(context.actor())
    with context.database().reading() as session:
        split = staffing.split_by_unit(session)
        lanes = [group.name for group, _members in groups.with_counts(session) if group.id in split]
        rows = [
            [
                {"groups": BETWEEN.join(lanes), "units": unit.code, "active": "ya"}.get(key, "")
                for key in USER_COLUMNS
            ]
            for unit in units.without_officers(session, clock.today(session))
        ]
    name = "petugas-unit-tanpa-petugas"
    return sheet_download(name, lists.argument("format"), list(USER_COLUMNS.values()), rows)


@blueprint.get("/pengguna/berkas/<int:roster_id>")
def show(roster_id: int) -> str:
    """What would come of each line; once it began, what came of it."""
    return _page(roster_id)


def _page(roster_id: int, problem: str = "") -> str:
    actor, state = context.actor(), lists.argument("keadaan")
    with context.database().reading() as session:
        file = roster_files.get(session, roster_id, actor=actor)
        verdicts = roster_files.judge(session, file, actor=actor) if file.state == "ready" else []
        rows = _foreseen(verdicts) if file.state == "ready" else _done(session, file)
        counts = {one: sum(row.state == one for row in rows) for one in (*ACTIONS, *_AFTER)}
        begin = max(ids.parse_id(lists.argument(lists.AFTER)) or 0, 0)
        shown = [row for row in rows if row.number > begin and state in ("", row.state)]
        return render_template(
            "people/roster.html",
            file=file,
            name=roster_files.file_name(session, file),
            state=_(FILE_STATES[file.state]),
            counts=[(one, _(LINE_STATES[one]), n) for one, n in counts.items() if n],
            column_names=COLUMNS[file.kind],
            filter=state,
            rows=shown[:_ROWS],
            first=lists.address() if begin else "",
            following=lists.next_page(str(shown[_ROWS - 1].number) if len(shown) > _ROWS else None),
            due=counts["add"] + counts["change"],
            fingerprint=roster_files.fingerprint(verdicts),
            total=sum(counts[one] for one in _AFTER),
            done=counts["added"] + counts["changed"] + counts["refused"],
            passwords=len(roster_files.passwords(session, file.id, actor=actor))
            if file.begun_by_id == actor.id
            else 0,
            problem=problem,
        )


def _foreseen(verdicts: Sequence[Verdict]) -> list[_Row]:
    return [
        _Row(
            one.line.number,
            one.line.subject,
            _title(one.line.cells),
            one.action,
            _(LINE_STATES[one.action]),
            [change for change in one.changes if one.action == "change" or change.column not in _TOLD],
            _labelled(one.errors),
        )
        for one in verdicts
    ]


def _done(session: Session, file: RosterFile) -> list[_Row]:
    found = []
    for row, line in roster_files.lines_of(session, file):
        state = {"add": "added", "change": "changed"}[row.action] if row.state == "done" else row.state
        wrong = _labelled(roster_files.errors_of(session, row))
        title = _title(line.cells)
        found.append(_Row(row.line, line.subject, title, state, _(LINE_STATES[state]), [], wrong))
    return found


def _title(cells: Mapping[str, str]) -> str:
    """What a user or a unit is called in a line, beside what tells it apart."""
    return cells.get("full_name") or (cells.get("name", "") if "code" in cells else "")


def _labelled(wrong: Mapping[str, str]) -> list[tuple[str, str]]:
    headings = {**COLUMNS["units"], **COLUMNS["users"]}
    return [(headings.get(column, ""), text) for column, text in wrong.items()]


@blueprint.post("/pengguna/berkas/<int:roster_id>/jalankan")
def begin(roster_id: int) -> Response:
    """Add and change what the page showed."""
    shown = request.form.get("shown", "")
    command = entries.sent_command("begin_roster", roster_id, shown)
    try:
        commands.begin(context.database(), command, roster_id, shown, actor=context.actor())
    except Conflict as error:
        return make_response(_page(roster_id, errors.tell_error(error)), errors.problem_of(error).status)
    return redirect(url_for("rosters.show", roster_id=roster_id), 303)


@blueprint.get("/pengguna/berkas/<int:roster_id>/sandi")
def passwords(roster_id: int) -> str:
    """The passwords that a file gave, to print: for whoever began it, for an hour."""
    with context.database().reading() as session:
        given = roster_files.passwords(session, roster_id, actor=context.actor())
        state = roster_files.get(session, roster_id, actor=context.actor()).state
    if given:
        noting.passwords_shown()
    return render_template(
        "people/roster_passwords.html",
        id=roster_id,
        given=given,
        running=state == "running",
        url=context.config().base_url,
    )


@blueprint.get("/pengguna/berkas/<int:roster_id>/sandi.csv")
def passwords_file(roster_id: int) -> Response:
    """The same as a file.

    Raises:
        NotFound: none is shown any more.
    """
    with context.database().reading() as session:
        given = roster_files.passwords(session, roster_id, actor=context.actor())
    if not given:
        raise NotFound(_("Kata sandi berkas ini tidak ditampilkan lagi."))
    noting.passwords_shown()
    heading = [_("Nama lengkap"), _("Nama pengguna"), _("Kata sandi")]
    rows = ((one.full_name, one.name, one.password) for one in given)
    return csv_download(f"kata-sandi-{roster_id}.csv", heading, rows)


@blueprint.post("/pengguna/berkas/<int:roster_id>/sandi")
def put_away(roster_id: int) -> Response:
    """Show the passwords no more."""
    commands.put_away(context.database(), roster_id, actor=context.actor())
    flash(_("Kata sandi dari berkas ini tidak ditampilkan lagi."), "info")
    return redirect(url_for("rosters.show", roster_id=roster_id), 303)
