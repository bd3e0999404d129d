"""Sentences of the record as HTML: names in bold, other cases as links."""

from collections.abc import Iterable
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from app.base.i18n import _, ngettext
from app.history.catalogue import Entry, Event
from app.history.events.deployment import DefinitionDeployed, PublicationFailed
from app.history.sentences import Part, Ref, Sentence, Text
from app.history.vocabulary import Ids, Vocabulary
from app.web import context
from app.web.security_log.words import channel


def html(text: Text) -> Markup:
    """A text with its names in bold and its references as links."""
    return Markup("").join(_part(part) for part in text)


def entry(row: Entry[Event], vocabulary: Vocabulary) -> dict[str, Any]:
    """An event as the macro ``timeline`` wants it. No actor: the clock."""
    found = row.describe(vocabulary)
    return {
        "kind": found.kind,
        "what": html(found.title),
        "actor": row.who(),
        "at": row.at,
        "channel": channel(row.origin),
        "meta": html(found.meta),
        "reason": found.reason,
        "detail": _detail(found.lines),
        "changes": found.changes,
        "detail_label": _label(found),
    }


def entry_outside_instances(row: Entry[Event]) -> dict[str, Any]:
    """The same for what happened outside of cases. No actor: the command line or the watched folders; of what waited
    for its date the clock."""
    told = entry(row, Ids(context.config().timezone))
    at_its_date = isinstance(row.event, PublicationFailed) or (
        isinstance(row.event, DefinitionDeployed) and row.event.planned
    )
    told["actor"] = told["actor"] or (_("Jam sistem") if at_its_date else _("Perintah atau folder"))
    return {**told, "detail_label": ""}  # facts are no fields of a form


def _part(part: Part) -> Markup:
    if part.ref is not None:
        return Markup('<a href="{}">{}</a>').format(_address(part.ref), part.text)
    return Markup("<b>{}</b>").format(part.text) if part.role == "name" else escape(part.text)


def _address(ref: Ref) -> str:
    return url_for("casefile.show", instance_id=ref.id)


def _detail(lines: Iterable[tuple[str, str]]) -> Markup:
    return Markup("").join(Markup("<p>{}: {}</p>").format(*line) for line in lines)


def _label(found: Sentence) -> str:
    """What stands on the fold over the details; empty for the usual word."""
    if found.kind == "decision":
        return _("Mengapa?")
    count = len(found.changes)
    return ngettext("{count} isian", "{count} isian", count) if found.changes else ""
