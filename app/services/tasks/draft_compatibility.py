"""Start forms that changed under what was typed: a case keeps its version, but before it begins there is none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import forms
from app.base.errors import NotFound
from app.forms import Field, Form
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.files import attachments
from app.services.tasks import drafts
from app.services.tasks.drafts import Kept

#: Types between which what was typed stays what it is.
_ALIKE = ({"textfield", "textarea"}, {"radio", "select"}, {"checklist", "taglist"})


@dataclass(frozen=True)
class Typed:
    """``values`` by key, as they were typed into the start form of a version; None: which one is not known."""

    values: Mapping[str, Any]
    version_id: int | None = None


def start_form(version: Version) -> Form | None:
    """The form of the start event that a person starts by; None where there is no such event, or no form."""
    node = version.diagram.start_node()
    return version.form_of(node.form_key) if node else None


def of_page(session: Session, key: str, version_id: int) -> Version | None:
    """The version of process ``key`` that a page says it shows; None when it is none of it."""
    try:
        version = definitions.version(session, version_id)
    except NotFound:
        return None
    return version if version.key == key else None


def changed(old: Form | None, new: Form | None) -> bool:
    """Whether one asks other things, or asks them otherwise. Who wrote the file and with what is nobody's concern."""
    return (old.components if old else ()) != (new.components if new else ())


def typed_in(kept: Kept | None) -> list[Typed]:
    """What a draft of a start form holds: the words of fields that were no more when it was saved, then the rest."""
    if kept is None:
        return []
    left = [Typed(one["values"], one["version"]) for one in kept.values.get("left", ())]
    return [*left, Typed(kept.values.get("values", {}), kept.values.get("version"))]


def fit(session: Session, pieces: Sequence[Typed], form: Form | None) -> tuple[dict[str, Any], list[Typed]]:
    """Return what ``form`` can show of ``pieces``, the last one first, and what is not, or not whole, in it."""
    filled: dict[str, Any] = {}
    left: list[Typed] = []
    for piece in pieces:
        old = _form_of(session, piece)
        if piece.version_id is not None and not changed(old, form):
            filled.update(piece.values)
            continue
        rest = {}
        for key, value in piece.values.items():
            before, now = (old.by_key.get(key) if old else None), (form.by_key.get(key) if form else None)
            if now is not None and _takes(now, before):
                filled[key] = value
            if not (now and _shows(now, before, value)) and not _is_blank(value, before):
                rest[key] = value
        if rest:
            left.append(Typed(rest, piece.version_id))
    return filled, left


def keep(session: Session, actor: Actor, key: str, typed: Typed, form: Form | None) -> datetime:
    """Save the draft of process ``key``; words of the one before for which ``form`` has no field stay in it.

    Raises:
        InvalidForm: it is larger than 200 KB.
    """
    scope = f"start:{key}"
    _filled, left = fit(session, typed_in(drafts.load(session, actor, scope)), form)
    draft: dict[str, Any] = {"values": dict(typed.values), "answers": {}}
    if typed.version_id is not None:
        draft["version"] = typed.version_id
    if left:
        draft["left"] = [{"version": piece.version_id, "values": dict(piece.values)} for piece in left]
    return drafts.save(session, actor, scope, draft)


def in_words(session: Session, left: Sequence[Typed], *, actor: Actor) -> list[tuple[str, str]]:
    """(label, text) of all that is ``left``, as its own form calls it, else by key."""
    return [row for piece in left for row in _rows(session, piece, actor)]


def _rows(session: Session, piece: Typed, actor: Actor) -> Iterator[tuple[str, str]]:
    form = _form_of(session, piece)
    if form is not None:
        ids = forms.held_files(form, piece.values, {})
        names = attachments.names(session, ids, actor=actor) if ids else {}
        yield from forms.display(form, piece.values, files=names)
    known = form.by_key if form else {}
    yield from ((key, forms.plain(value)) for key, value in piece.values.items() if key not in known)


def _form_of(session: Session, piece: Typed) -> Form | None:
    return start_form(definitions.version(session, piece.version_id)) if piece.version_id else None


def _takes(now: Field, before: Field | None) -> bool:
    """Whether a value may go into the field. Identity goes into no field that would keep it in the open."""
    if not now.takes_input or before is None:
        return now.takes_input
    alike = now.type == before.type or any({now.type, before.type} <= kinds for kinds in _ALIKE)
    return alike and (now.private or not before.private)


def _shows(now: Field, before: Field | None, value: Any) -> bool:
    """Whether nothing of the value is lost to who reads the field."""
    if not _takes(now, before):
        return False
    inner = {part.key: part for part in now.components}
    for part in before.components if before else ():
        if part.key and (part.key not in inner or not _shows(inner[part.key], part, None)):
            return False
    offered = {option.text for option in now.options}
    held = value if isinstance(value, list) else [value]
    return not offered or all(one in offered for one in held if isinstance(one, str) and one)


def _is_blank(value: Any, part: Field | None) -> bool:
    if part is not None and value == part.untouched:
        return True
    if isinstance(value, Mapping):
        return all(_is_blank(one, None) for one in value.values())
    if isinstance(value, list):
        return all(_is_blank(one, None) for one in value)
    return value is None or value is False or value == ""
