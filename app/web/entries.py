"""A form of the process between browser and services: what was typed, and the files that came along."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from flask import flash, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app import forms
from app.base.errors import InvalidForm
from app.base.i18n import N_, _
from app.commands.transaction import Command, run_without_key
from app.forms import Component, Field, Form, Path, moments
from app.services.core import clock, settings
from app.services.core.access import Actor
from app.services.files import attachments, uploads
from app.services.files.pictures import Wanted
from app.services.instances import instances
from app.web import context, filters

#: Fields of every form that say nothing about what was typed.
_OURS = frozenset(
    {"csrf_token", "idempotency_key", "next", "daftar:", "pilih:", "sisa:", "tindakan:", "akhir:"}
)
#: The ends at which a person said that his answer may end the case. No field of a process has a colon in its name.
ENDS = "akhir:"
#: Fields that a person writes himself: one word is something there, and no choice or id.
_WRITTEN = frozenset({"reason", "text"})
#: For so long, in seconds, pictures are made anew for one request; what has begun is finished.
MOST_WORK_S = 20.0


@dataclass(frozen=True)
class Entry:
    """What came in. ``errors``: files that could not be taken in, by field; ``sent``: all of it, to know a repeat.

    ``left``: names of files that were sent and not taken, because the form is not the sender's.
    ``unfinished``: only a row was added or taken out, or the form is to be worked out anew; it is shown again.
    """

    values: dict[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)
    unfinished: bool = False
    left: Sequence[str] = ()

    @property
    def kept(self) -> dict[str, Any]:
        """The values as a draft keeps them: without the place that the page shows first."""
        return {key: value for key, value in self.values.items() if key != forms.FOCUS}


@dataclass(frozen=True)
class Drawn:
    """What the macros of components/form.html want: `form_fields` and `form_context`."""

    components: Sequence[Component] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


def read_entry(form: Form | None, *, actor: Actor | None, take_files: bool = True) -> Entry:
    """Return the request's values for ``form``; uploaded files are taken in and stand there by id.

    Files are kept although the form is refused, so that nobody sends them twice. No actor means the reporter.
    """
    if form is None:
        return Entry({}, sent=_sent())
    values, sent = forms.read_html(form, _source()), _sent()
    until = time.monotonic() + MOST_WORK_S
    pickers = [one for one in forms.pickers(form, values) if one[0].takes_input] if take_files else []
    _want_pictures([part for part, _path in pickers])
    errors = _drop(pickers, values)
    for part, path in pickers:
        _take_in(part, path, values, errors, actor, until=until)
    wish = request.form.get(forms.BUTTON)
    if wish is not None:
        values = forms.changed(form, values, wish)
    left = [] if take_files else [str(one.filename) for name in request.files for one in _uploads(name)]
    return Entry(values, errors, sent, unfinished=wish is not None, left=left)


def check_files(form: Form | None, entry: Entry, variables: Mapping[str, Any]) -> None:
    """Say what was wrong with the files together with everything else that is.

    Raises:
        InvalidForm: a file could not be taken in.
    """
    if not entry.errors:
        return
    found: dict[str, str] = {}
    try:
        with context.database().reading() as session:
            instances.check_values(session, form, entry.values, variables)
    except InvalidForm as error:
        found = error.errors
    raise InvalidForm(_("Ada isian yang perlu diperbaiki."), {**found, **entry.errors}, entry.values)


def say_left_out(form: Form | None, entry: Entry, variables: Mapping[str, Any]) -> None:
    """Tell on the page shown next what was typed and not kept, because the other answers do not ask for it."""
    if form is None:
        return
    with context.database().reading() as session:
        now = clock.now(session).astimezone(settings.config(session).timezone)
        names = forms.left_out(form, entry.values, context=variables, now=now)
    if names:
        flash(
            _(
                "Tidak disimpan, karena dengan jawaban ini tidak ditanyakan: {fields}.",
                fields=", ".join(names),
            ),
            "warn",
        )


def say_kept(at: datetime, kept: bool) -> None:
    """Tell on the page shown next that the draft was kept ``at``, or that there was nothing to keep."""
    if kept:
        time = filters.clock(at)
        flash(_("Draf tersimpan pukul {time}. Lanjutkan kapan saja di halaman ini.", time=time), "ok")
    else:
        flash(_("Isian sama seperti semula, jadi tidak ada draf yang disimpan."), "info")


def is_untouched(form: Form | None, entry: Entry, variables: Mapping[str, Any]) -> bool:
    """Whether nothing was typed into the form: a draft of it would hold nothing."""
    if form is None:
        return True
    with context.database().reading() as session:
        now = clock.now(session).astimezone(settings.config(session).timezone)
        return forms.is_untouched(form, entry.kept, context=variables, now=now)


def draw_form(
    session: Session,
    form: Form | None,
    values: Mapping[str, Any],
    problems: Mapping[str, str] | None = None,
    *,
    variables: Mapping[str, Any],
    actor: Actor | None,
    instance_id: int | None = None,
) -> Drawn:
    """Return ``form`` ready to be drawn with ``values`` in it, over the case's ``variables``."""
    if form is None:
        return Drawn()
    now = clock.now(session).astimezone(settings.config(session).timezone)
    ids = forms.held_files(form, values, variables)
    names = attachments.names(session, ids, actor=actor, instance_id=instance_id) if ids else {}
    components = forms.view(form, values, problems, context=variables, now=now, files=names)
    return Drawn(components, forms.condition_context(form, variables, now=now))


def typed() -> list[str]:
    """Every text of the request that a person may have written, to show it again."""
    sent = ((name, text.strip()) for name, texts in _source().items() if name not in _OURS for text in texts)
    return [text for name, text in sent if " " in text or (text and name in _WRITTEN)]


def only_rows() -> bool:
    """Whether the request just adds or takes out a row, and brings no files: it stores nothing."""
    return forms.BUTTON in request.form and not any(_uploads(name) for name in request.files)


def key() -> str:
    """The form's idempotency key; empty when it has none."""
    return request.form.get("idempotency_key", "")[:200]


def ends_meant() -> list[str]:
    """The ids of the ends that the page asked about, and was sent again with."""
    return request.form.getlist(ENDS)


def sent_command(name: str, target: object, body: Any = None) -> Command:
    """The command that this form is, with its key; ``body``: all that was sent, to know a repeat."""
    return Command(name, str(target), key() or None, body)


def sent_file(most: int) -> tuple[str, bytes]:
    """The name and content of the one file of a form of ours; of one above ``most`` bytes, one byte more than that.

    Raises:
        InvalidForm: none was chosen.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        missing = _("Pilih berkasnya dulu.")
        raise InvalidForm(missing, {"file": missing})
    return file.filename, file.stream.read(most + 1)


def sent_day(name: str) -> date:
    """A day as people type it.

    Raises:
        InvalidForm: it is none.
    """
    text = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(str(moments.from_text(text, "date")))
    except ValueError:
        example = N_("Tulis tanggal yang ada, misalnya 24-11-2026.")
        message = _(example if text else N_("Isi tanggal, misalnya 24-11-2026."))
        raise InvalidForm(message, {name: message}) from None


def _want_pictures(parts: Sequence[Field]) -> None:
    """Put down all pictures that came, so that they are made anew before any file is taken in.

    Raises:
        Wanted: there are some.
    """
    batch = context.pictures()
    if batch is None or batch.pictures:
        return
    for upload in (upload for part in parts for upload in _uploads(part.key)[: uploads.MOST_FILES]):
        with suppress(Wanted, InvalidForm):  # what is wrong with one is told when it is taken in
            uploads.read_upload(
                cast("BinaryIO", upload.stream), upload.filename or "", actor=None, batch=batch
            )
        upload.stream.seek(0)
    if batch.wanted:
        raise Wanted


def _take_in(
    part: Field,
    path: Path,
    values: dict[str, Any],
    errors: dict[str, str],
    actor: Actor | None,
    *,
    until: float,
) -> None:
    sent = _uploads(part.key)
    if len(sent) > 1 and not part.multiple:  # nobody can tell which one is meant
        errors[part.key] = _("{label} hanya menerima satu berkas.", label=part.name)
        return
    wrong = []
    for upload in sent[: uploads.MOST_FILES]:
        if time.monotonic() > until:
            wrong.append(_took_long(upload.filename or ""))
            break
        try:
            held = _receive(part, upload, actor)
        except InvalidForm as error:
            wrong.append(f"{upload.filename}: {next(iter(error.errors.values()), error)}")
        else:
            before = forms.get(values, path) or []
            forms.put(values, path, [*before, held] if part.multiple else [held])
    if len(sent) > uploads.MOST_FILES:
        wrong.append(_too_many(wrong))
    if wrong:
        errors[part.key] = " ".join(wrong)


def _took_long(name: str) -> str:
    return _(
        "Mengolah berkas-berkas ini terlalu lama; lampirkan {name} dan sesudahnya sekali lagi.", name=name
    )


def _too_many(wrong: Sequence[str]) -> str:
    if wrong:
        return _("Hanya {most} berkas pertama yang dibaca; lampirkan sisanya lagi.", most=uploads.MOST_FILES)
    return _(
        "Sekali kirim paling banyak {most} berkas; {most} yang pertama sudah diambil, lampirkan sisanya lagi.",
        most=uploads.MOST_FILES,
    )


def _receive(part: Field, upload: FileStorage, actor: Actor | None) -> str:
    name = upload.filename or ""
    if not forms.accepts(part, name):
        kinds = ", ".join(part.kinds)
        message = _("Jenis berkas ini tidak diterima di sini. Yang diterima: {kinds}.", kinds=kinds)
        raise InvalidForm(message, {"file": message})
    stream = cast("BinaryIO", upload.stream)
    cleaned = uploads.read_upload(stream, name, actor=actor, batch=context.pictures())
    return run_without_key(
        context.database(),
        lambda session: attachments.receive(session, cleaned, actor=actor, private=part.private).id,
    )


def _uploads(name: str) -> list[FileStorage]:
    return [upload for upload in request.files.getlist(name) if upload.filename]


def _source() -> dict[str, list[str]]:
    return {name: request.form.getlist(name) for name in request.form}


def _sent() -> dict[str, Any]:
    fields = {name: texts for name, texts in _source().items() if name not in _OURS}
    uploads = [
        [name, upload.filename, _digest(upload)] for name in request.files for upload in _uploads(name)
    ]
    return {"fields": fields, "files": sorted(uploads)}


def _digest(upload: FileStorage) -> str:
    digest = hashlib.sha256()
    while chunk := upload.stream.read(65536):
        digest.update(chunk)
    upload.stream.seek(0)
    return digest.hexdigest()


def _drop(pickers: Sequence[tuple[Field, Path]], values: dict[str, Any]) -> dict[str, str]:
    """Take them out of ``values``, or the form is refused as often as it is sent; say so by field.

    Nothing is said of a field to which a new file is uploaded.
    """
    held = {one for _part, path in pickers for one in forms.get(values, path) or []}
    if not held:
        return {}
    with context.database().reading() as session:
        gone = attachments.gone(session, held)
    without: dict[str, str] = {}
    for part, path in pickers:
        before = forms.get(values, path) or []
        if gone.isdisjoint(before):
            continue
        forms.put(values, path, [one for one in before if one not in gone])
        if not any(upload.filename for upload in request.files.getlist(part.key)):
            without[part.key] = _words(part)
    return without


def _words(part: Field) -> str:
    if part.required:
        return _("Berkas yang dilampirkan tadi tidak ada lagi. Lampirkan sekali lagi.")
    return _(
        "Berkas yang dilampirkan tadi tidak ada lagi. Lampirkan sekali lagi, atau kirim tanpa berkas itu."
    )
