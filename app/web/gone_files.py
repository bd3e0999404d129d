"""Files that a form still names and that are no more."""

from collections.abc import Sequence
from typing import Any

from flask import request

from app import forms
from app.forms import Field, Path
from app.i18n import _
from app.services.files import held_files
from app.web import context


def drop(pickers: Sequence[tuple[Field, Path]], values: dict[str, Any]) -> dict[str, str]:
    """Take them out of ``values``, or the form is refused as often as it is sent; say so by field.

    Nothing is said of a field to which a new file is uploaded.
    """
    held = {one for _part, path in pickers for one in forms.get(values, path) or []}
    if not held:
        return {}
    with context.database().reading() as session:
        gone = held_files.gone(session, held)
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
