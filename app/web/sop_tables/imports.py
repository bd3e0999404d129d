"""Impor tabel SOP: a table in Word, a spreadsheet or CSV becomes a draft, once one has seen and corrected what was
guessed. The page carries the read table and the corrections; nothing is kept in between."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.base.errors import InvalidForm, KeyReused
from app.base.i18n import _, ngettext
from app.commands import studio
from app.findings import errors_first
from app.services.deployment import deployments
from app.services.sop_tables import accounts, drafting, grids, packing, reading
from app.services.sop_tables import corrections as rules
from app.services.sop_tables.reading import SopTable
from app.services.studio import draft_files, new_drafts, titles
from app.services.studio.titles import Title
from app.web import context, entries
from app.web.definitions.definitions import in_language
from app.web.sop_tables import corrections
from app.web.sop_tables.corrections import Typed

blueprint = Blueprint("sop_tables", __name__)

_LONGEST_NAME = 120


@blueprint.get("/studio/tabel-sop")
def ask() -> str:
    """Ask for the file."""
    deployments.require_may_deploy(context.actor())
    return render_template("sop_tables/ask.html", problem="")


@blueprint.post("/studio/tabel-sop")
def look() -> Response:
    """Show what was read in the file, and what was guessed; nothing is made yet."""
    deployments.require_may_deploy(context.actor())
    upload = request.files.get("table")
    try:
        if upload is None or not upload.filename:
            raise grids.refused(_("Pilih berkas tabel SOP."))
        table = reading.read_table(upload.filename, upload.stream.read(grids.MAX_BYTES + 1))
        _require_few_lines(table)
        packed = packing.packed(table)
        _require_a_draft(table)
    except InvalidForm as error:
        return _asked_again(error)
    return make_response(_preview(table, packed, table.name))


@blueprint.post("/studio/tabel-sop/periksa")
def correct() -> Response:
    """Show the draft with the corrections in it; nothing is made yet."""
    deployments.require_may_deploy(context.actor())
    try:
        table, typed, name = _sent()
    except InvalidForm as error:
        return _asked_again(error)
    page = _preview(table, request.form["packed"], name, typed=typed)
    return make_response(page, 422 if typed.errors else 200)


@blueprint.post("/studio/tabel-sop/draf")
def begin() -> Response:
    """Make the draft of what was shown and corrected."""
    actor = context.actor()
    deployments.require_may_deploy(actor)
    try:
        table, typed, name = _sent()
    except InvalidForm as error:
        return _asked_again(error)
    packed = request.form["packed"]
    if not 0 < len(name) <= _LONGEST_NAME:
        problem = _("Isi nama prosesnya, paling panjang {most} huruf.", most=_LONGEST_NAME)
        return make_response(_preview(table, packed, name, problem, typed), 422)
    if typed.errors:
        corrections.turn_to_errors(typed)
        return make_response(_preview(table, packed, name, typed=typed), 422)
    key = titles.key_of(name)
    made = corrections.applied(table, drafting.draft_of(table, key), typed)
    made = rules.renamed(made, name)
    files = drafting.draft_of(made, key).files
    sent = {
        "name": name,
        "packed": packed,
        "lanes": typed.names,
        "merged": typed.merged_text,
        "plans": _plain(typed),
    }
    try:
        done = studio.begin_draft(
            context.database(),
            entries.sent_command("begin_draft", "", sent),
            lambda session: new_drafts.begin_from_files(session, files, title=Title(key, name), actor=actor),
            actor=actor,
        )
    except KeyReused:  # the page is shown with another key
        again = _(
            "Dari halaman ini sudah dibuat draf dengan isi lain; draf itu ada di Studio. Isian yang sekarang ada di "
            "bawah. Tekan “Buat draf” sekali lagi bila ini harus menjadi draf tersendiri."
        )
        return make_response(_preview(table, packed, name, typed=typed, again=again), 409)
    flash(_("Draf dibuat dari tabel SOP. Periksa yang ditebak, lalu lengkapi formulirnya."), "ok")
    return redirect(url_for("studio.show", draft_id=done["draft"]), 303)


def _require_few_lines(table: SopTable) -> None:
    """Raise `InvalidForm` where there are more lines than forms in a draft: before anything is worked out of them."""
    if len(table.lines) >= draft_files.MOST_FILES:
        reason = _("Paling banyak {most} berkas dalam satu draf.", most=draft_files.MOST_FILES)
        raise grids.refused(_("{reason} Bagi tabelnya menjadi beberapa SOP.", reason=reason))


def _require_a_draft(table: SopTable) -> None:
    """Raise `InvalidForm` where no draft holds so many rows: before they are corrected, not after."""
    try:
        draft_files.require_takable(drafting.draft_of(table, "sop").files)
    except InvalidForm as error:
        raise grids.refused(_("{reason} Bagi tabelnya menjadi beberapa SOP.", reason=str(error))) from error


def _plain(typed: Typed) -> list[Any]:
    return [asdict(plan) for plan in typed.plans]


def _asked_again(error: InvalidForm) -> Response:
    return make_response(render_template("sop_tables/ask.html", problem=error.errors["table"]), 422)


def _sent() -> tuple[SopTable, Typed, str]:
    """The table as it was read, what was typed about it, and the name of the process.

    Raises:
        InvalidForm: the page's table did not come back whole.
    """
    table = packing.unpacked(request.form.get("packed", ""))
    _require_few_lines(table)
    read = drafting.draft_of(table, "sop")
    return table, corrections.sent(request.form, read), " ".join(request.form.get("name", "").split())


def _all_lanes(typed: Typed) -> list[tuple[int, str]]:
    return [(place, name or _("Lajur {number}", number=place + 1)) for place, name in enumerate(typed.names)]


def _performers(typed: Typed) -> list[tuple[int, str]]:
    """The lanes that a line can be done in."""
    return [one for one in _all_lanes(typed) if one[0] not in typed.merged]


def _counts() -> list[tuple[int, str]]:
    most = range(1, rules.MOST_QUESTIONS + 1)
    return [(count, ngettext("{count} pertanyaan", "{count} pertanyaan", count)) for count in most]


def _entries(table: SopTable) -> dict[str, list[tuple[str, str, str]]]:
    """What is not used of the file, and what is kept as words: (where it stands, its words, where it is kept)."""
    found = dict[str, list[tuple[str, str, str]]](unused=[], words=[])
    for one in table.entries:
        if one.use in found:
            place = accounts.place_of(one.at, is_sheet=table.is_sheet)
            found[one.use].append((place, one.text, one.where))
    return found


def _preview(
    table: SopTable,
    packed: str,
    name: str,
    problem: str = "",
    typed: Typed | None = None,
    again: str = "",
) -> str:
    key = titles.key_of(name or "sop")
    made = table
    if typed is not None:
        made = corrections.applied(table, drafting.draft_of(table, key), typed)
    draft = drafting.draft_of(rules.renamed(made, name), key)
    if typed is None or not typed.errors:
        typed = corrections.shown(draft, typed)
    with context.database().reading() as session:
        findings = deployments.check_files(session, draft.files)
    names = accounts.names()
    rows = {row for line in table.lines for row in line.rows}
    shown: list[Any] = [in_language(one.as_dict()) for one in errors_first(findings)]
    return render_template(
        "sop_tables/preview.html",
        table=table,
        draft=draft,
        packed=packed,
        name=name,
        problem=problem,
        again=again,
        typed=typed,
        loose=[guess for guess in draft.guesses if guess.row not in rows],
        counts_of_uses=[(names[use], count) for use, count in accounts.counts(table.entries).items()],
        entries=_entries(table),
        targets=rules.targets(table, typed.plans),
        performers=_performers(typed),
        others=lambda place: [one for one in _all_lanes(typed) if one[0] != place],
        counts=[(0, _("langsung ke berikutnya")), *_counts()],
        problems=[
            *([("f-name", problem)] if problem else []),
            *corrections.errors_in_order(typed),
        ],
        picture=drafting.picture(draft),
        findings=shown,
        errors=[one for one in findings if one.severity == "error"],
    )
