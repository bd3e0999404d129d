"""The page of a start form: which form it shows, and what was typed, a form of before included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import render_template, url_for
from sqlalchemy.orm import Session

from app import forms
from app.commands.transaction import Failed
from app.errors import AppError, InvalidForm
from app.forms import Form
from app.i18n import _
from app.services.definitions.definitions import Version
from app.services.instances import instances, numbers
from app.services.reporter import tracking
from app.services.tasks import draft_compatibility, drafts
from app.services.tasks.draft_compatibility import Typed
from app.web import context, entries, lists
from app.web.entries import Entry


@dataclass(frozen=True)
class Sheet:
    """A start form as it lies on the table. ``about`` is what the start event's documentation says."""

    key: str
    version: Version
    form: Form | None
    about: str

    @property
    def reported(self) -> bool:
        """Whether the case is somebody's report, who gets a code; else officers begin it for themselves."""
        return tracking.has_reporter(self.version)


def scope(key: str) -> str:
    """Under which the draft is kept."""
    return f"start:{key}"


def current_sheet(session: Session, key: str) -> Sheet:
    """The form that starts process ``key`` now.

    Raises:
        NotFound: no such process, or nobody starts it. NotAllowed: the actor does not work in that lane.
    """
    version, node = instances.opening(session, key, actor=context.actor())
    return Sheet(key, version, version.form_of(node.form_key), node.documentation)


def of_page(session: Session) -> Sheet:
    """The form that the page showed that was sent: what was typed is read as it was asked.

    Raises:
        What `of` raises.
    """
    sheet, told = current_sheet(session, lists.argument("key")), lists.argument("version")
    known = told.isdecimal() and len(told) < 10  # a page of before does not tell
    version = draft_compatibility.of_page(session, sheet.key, int(told)) if known else None
    return replace(sheet, version=version, form=draft_compatibility.start_form(version)) if version else sheet


def ask_again(
    sheet: Sheet, entry: Entry, problems: Mapping[str, str], words: Sequence[str], taken: str = ""
) -> str:
    """The form that is in force with everything that was typed. ``taken``: the number that another case has."""
    with context.database().reading() as session:
        other = numbers.holder(session, sheet.key, taken, actor=context.actor()) if taken else None
        live = current_sheet(session, sheet.key)
        if draft_compatibility.changed(sheet.form, live.form) and changed_words() not in words:
            words = [changed_words(), *words]
        return draw_start_page(session, live, (sheet, entry), problems, words=" ".join(words), other=other)


def changed_words() -> str:
    """What one reads who sent a form that is not in force any more."""
    return _(
        "Formulir ini berubah sejak halaman Anda dibuka. Ketikan Anda sudah dipindahkan ke formulir yang baru; "
        "periksa, lalu kirim sekali lagi."
    )


def why(error: AppError, sheet: Sheet) -> str:
    """Why nothing was started, and what to do; where no field is to blame."""
    if isinstance(error, InvalidForm) and not sheet.reported:
        return _(
            "Halaman ini sudah pernah dikirim dengan isi lain. Periksa di Perkara apakah sudah dimulai; bila belum, "
            "kirim sekali lagi."
        )
    if isinstance(error, InvalidForm):  # the key was used: the page was left open, or gone back to
        return _(
            "Halaman ini sudah pernah dikirim dengan isi lain. Periksa di Perkara apakah laporannya sudah tersimpan; "
            "bila belum, kirim sekali lagi."
        )
    if isinstance(error, Failed) and not sheet.reported:
        return _(
            "{why} Perkara belum dimulai; isian Anda disimpan sebagai draf, dan pemilik proses membaca sebabnya di "
            "Kendala.",
            why=error,
        )
    if isinstance(error, Failed):
        return _(
            "{why} Laporan belum tersimpan; isian Anda disimpan sebagai draf, dan pemilik proses membaca sebabnya di "
            "Kendala.",
            why=error,
        )
    return str(error)


def draw_start_page(
    session: Session,
    sheet: Sheet,
    sent: tuple[Sheet, Entry] | None = None,
    problems: Mapping[str, str] | None = None,
    *,
    words: str = "",
    other: int | None = None,
) -> str:
    """The page with what was just ``sent``, and from which form; without it with the draft."""
    actor = context.actor()
    kept = drafts.load(session, actor, scope(sheet.key))
    pieces = draft_compatibility.typed_in(kept)
    if sent is not None:
        _filled, older = draft_compatibility.fit(session, pieces, sent[0].form)
        pieces = [*older, Typed(sent[1].kept, sent[0].version.id)]
    shown, left = draft_compatibility.fit(session, pieces, sheet.form)
    if sent is not None and forms.FOCUS in sent[1].values:
        shown[forms.FOCUS] = sent[1].values[forms.FOCUS]
    drawn = entries.draw_form(session, sheet.form, shown, problems, variables={}, actor=actor)
    return render_template(
        "intake/new.html",
        sheet=sheet,
        drawn=drawn,
        words=words,
        other=other,
        kept=kept,
        left=draft_compatibility.in_words(session, left, actor=actor),
        opened=sent is None,
        identity=[part.name for part in sheet.form.fields if part.private] if sheet.form else [],
        file_url=lambda held: url_for("files.download", attachment_id=held),
        zone=context.config().timezone.key,
    )
