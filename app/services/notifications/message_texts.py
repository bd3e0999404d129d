"""Texts of letters and notices as administrators wrote them; every earlier one is kept with who wrote it and when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.base import i18n
from app.base.errors import InvalidForm, NotFound
from app.base.i18n import LANGUAGES, _, speaking
from app.history.events.notifications import MessageTextEdited
from app.models import MessageText
from app.services.core import clock, edit_conflicts, history, rights
from app.services.core.access import Actor
from app.services.notifications import placeholders, text_kinds, texts
from app.services.notifications.text_kinds import MAIL, SMS, TEXT_KINDS, TextKind

_MOST_SUBJECT, _MOST_BODY, _MOST_SENTENCE = 150, 4_000, 400


@dataclass(frozen=True)
class Wording:
    """What a kind says in one language. ``subject`` is empty where it is no letter."""

    subject: str
    body: str

    def filled(self, values: Mapping[str, str]) -> "Wording":
        """The same with its values; the subject in one line, whatever they hold."""
        subject = " ".join(placeholders.fill(self.subject, values).split())
        return Wording(subject, placeholders.fill(self.body, values))


#: By language: kind → what an administrator wrote. What is delivered is not in it.
Edited = Mapping[str, Mapping[str, Wording]]


def kind_named(name: str) -> TextKind:
    """A kind by its name.

    Raises:
        NotFound: there is none.
    """
    if name not in TEXT_KINDS:
        raise NotFound(_("Teks ini tidak ada."))
    return TEXT_KINDS[name]


def edited(session: Session) -> Edited:
    """All texts that are not as delivered. 1 SQL."""
    newest = select(func.max(MessageText.id)).group_by(MessageText.kind, MessageText.language)
    rows = session.scalars(
        select(MessageText).where(MessageText.id.in_(newest), MessageText.is_delivered.is_(False))
    )
    found: dict[str, dict[str, Wording]] = {language: {} for language in LANGUAGES}
    for row in rows:
        found.setdefault(row.language, {})[row.kind] = Wording(row.subject, row.body)
    return found


def wording(name: str, language: str, written: Edited) -> Wording:
    """What a kind says in a language: as it was edited, else as delivered. No SQL."""
    language = language if language in LANGUAGES else "id"
    found = written.get(language, {}).get(name)
    return found or Wording(*kind_named(name).delivered(language))


def in_force(session: Session, name: str, language: str) -> Wording:
    """The same for whoever needs one. 1 SQL."""
    return wording(name, language, edited(session))


def notice_words(session: Session) -> Callable[[Mapping[str, Any]], str]:
    """What notices say in the language in use, by their body. 1 SQL, here."""
    of_language = edited(session)[i18n.language()]

    def told(code: str, params: Mapping[str, str]) -> str | None:
        found = of_language.get(code)
        return placeholders.fill(found.body, text_kinds.written_values(params)) if found else None

    return lambda body: texts.words(body, told)


def versions(
    session: Session, name: str, language: str, *, actor: Actor, most: int = 50
) -> Sequence[MessageText]:
    """What was written of a kind in a language, the newest first. 1 SQL.

    Raises:
        NotAllowed: the actor is no administrator. NotFound: there is no such kind.
    """
    rights.require_administrator(actor)
    kind_named(name)
    query = select(MessageText).where(MessageText.kind == name, MessageText.language == language)
    return session.scalars(
        query.options(joinedload(MessageText.written_by)).order_by(MessageText.id.desc()).limit(most)
    ).all()


def preview(name: str, language: str, wanted: Wording) -> Wording:
    """What would be read of an example that is no real case."""
    kind = kind_named(name)
    with speaking(language):
        return wanted.filled(kind.example)


def edit(
    session: Session, name: str, language: str, wanted: Wording, *, actor: Actor | None, shown: str = ""
) -> Wording:
    """Write a text anew. What is as it stands is no new version. ``shown``: as of `edit_conflicts`.

    Raises:
        NotAllowed: the actor is no administrator. NotFound: there is no such kind or language.
        InvalidForm: it is empty, too long, holds what is no placeholder, or was changed since.
    """
    rights.require_administrator(actor)
    kind, before = _asked(session, name, language)
    wanted = tidy(wanted)
    if wrong := errors(kind, wanted):
        raise InvalidForm(_("Belum disimpan. Periksa isian yang ditandai."), wrong)
    edit_conflicts.require(before, wanted, shown)
    if wanted != before:
        _add(
            session, kind, language, wanted, actor, is_delivered=wanted == Wording(*kind.delivered(language))
        )
    return wanted


def reset(session: Session, name: str, language: str, *, actor: Actor | None, shown: str = "") -> Wording:
    """Let a kind say again what it says as delivered; what was written stays among its versions.

    Raises:
        As `edit`.
    """
    rights.require_administrator(actor)
    kind, before = _asked(session, name, language)
    delivered = Wording(*kind.delivered(language))
    edit_conflicts.require(before, delivered, shown)
    if before != delivered:
        _add(session, kind, language, delivered, actor, is_delivered=True)
    return delivered


def _asked(session: Session, name: str, language: str) -> tuple[TextKind, Wording]:
    kind = kind_named(name)
    if language not in kind.languages:
        raise NotFound(_("Bahasa ini tidak tersedia."))
    return kind, in_force(session, name, language)


def _add(
    session: Session,
    kind: TextKind,
    language: str,
    wanted: Wording,
    actor: Actor | None,
    *,
    is_delivered: bool,
) -> None:
    row = MessageText(
        kind=kind.name,
        language=language,
        subject=wanted.subject,
        body=wanted.body,
        is_delivered=is_delivered,
        written_at=clock.now(session),
        written_by_id=actor.id if actor else None,
    )
    session.add(row)
    told = MessageTextEdited(kind=kind.name, language=language, is_delivered=is_delivered)
    history.record(session, told, actor=actor)


def tidy(wanted: Wording) -> Wording:
    """The text as it is kept: lines end as ours do, and nothing stands around it."""
    body = "\n".join(line.rstrip() for line in wanted.body.replace("\r\n", "\n").split("\n"))
    return Wording(" ".join(wanted.subject.split()), body.strip())


def errors(kind: TextKind, wanted: Wording) -> dict[str, str]:
    """What is wrong with a text: ``subject`` or ``body`` → message."""
    most = _MOST_BODY if kind.form == MAIL else _MOST_SENTENCE
    found = {}
    if kind.form == MAIL and (wrong := _wrong(kind, wanted.subject, _MOST_SUBJECT)):
        found["subject"] = wrong
    if wrong := _wrong(kind, wanted.body, most) or _wrong_body(kind, wanted.body):
        found["body"] = wrong
    return found


def _wrong(kind: TextKind, text: str, most: int) -> str:
    if not text:
        return _("Tulis teksnya.")
    if len(text) > most:
        return _("Paling panjang {n} huruf.", n=most)
    if any(letter != "\n" and not letter.isprintable() for letter in text):
        return _("Ada huruf yang tidak dapat dicetak.")
    if unknown := placeholders.misplaced(text, kind.known):
        first = unknown[0]
        return _(
            "“{text}” (baris {line}, huruf {column}) bukan isian yang dikenal. Yang dikenal: {known}.",
            text=first.text,
            line=first.line,
            column=first.column,
            known=", ".join(f"{{{name}}}" for name in kind.known) or "–",
        )
    return ""


def _wrong_body(kind: TextKind, body: str) -> str:
    if missing := [name for name in kind.needed if name not in placeholders.names_in(body)]:
        return _("Isian {name} harus ada.", name=", ".join(f"{{{name}}}" for name in missing))
    if kind.form != MAIL and "\n" in body:
        return _("Tulis dalam satu baris.")
    if kind.form == SMS:
        count = len(placeholders.fill(body, kind.example))
        if count > text_kinds.SMS_LETTERS:
            return _("SMS ini menjadi {n} huruf; paling banyak {most}.", n=count, most=text_kinds.SMS_LETTERS)
    return ""
