"""Parts that the page of a case and the page of a task share: picture, timeline, report, notes, files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.base.i18n import N_, _
from app.forms import Component
from app.history.catalogue import REPORTER, Entry, Event
from app.history.events.instances import InstanceStarted, MessageReceived
from app.history.events.tasks import TaskCompleted
from app.history.sentences import say
from app.history.telling import other_instance
from app.models import Attachment, InstanceMessage, MessageWait, ProcessInstance, UserTask
from app.services.casefile import casefile, queries
from app.services.casefile import notes as case_notes
from app.services.casefile.casefile import CaseFile
from app.services.casefile.queries import Submission
from app.services.casefile.vocabulary import Vocabulary, vocabulary_of
from app.services.definitions import outlines
from app.services.definitions.definitions import Version
from app.services.people.units import Vain
from app.web import context, deadlines, filters, sentences
from app.web.entries import Drawn


def states(session: Session, file: CaseFile) -> dict[str, Any]:
    """The states of the diagram's elements, open tasks with their deadline in words."""
    found = casefile.picture_states(session, file)
    for task in file.tasks:
        if task.due_at is not None:
            label = deadlines.in_words(deadlines.of_task(task))
            found[task.activity_id] = replace(found[task.activity_id], label=label)
    return found


def picture(
    session: Session, file: CaseFile, *, links: Callable[[str], str] | None = None, marked: str = ""
) -> tuple[Markup, Sequence[Any]]:
    """The diagram as SVG and in words. ``links``: where an element at which the case was leads; ``marked``: see
    `drawing.draw_svg`."""
    found = states(session, file)
    nodes = file.version.diagram.nodes
    to = {id_: links(id_) for id_ in found if id_ in nodes} if links is not None else None
    svg, lines = queries.drawn(file.version, file.instance, found, links=to, marked=marked)
    return Markup(svg), lines  # noqa: S704 drawn by us, every text in it escaped


def vocabulary(file: CaseFile) -> Vocabulary:
    """The words of a case."""
    return vocabulary_of(file, context.config().timezone)


def timeline(file: CaseFile, vocabulary: Vocabulary, most: int | None = None) -> list[dict[str, Any]]:
    """What happened, the latest first, and of it the first ``most``."""
    return [sentences.entry(entry, vocabulary) for entry in file.events[::-1][:most]]


def deadline(case: ProcessInstance, name: str, why: Mapping[str, Any], back: tuple[str, str]) -> str:
    """The page that explains a date, or the days of it alone where a page fetches a part."""
    template = "casefile/deadline_part.html" if "bagian" in request.args else "casefile/deadline.html"
    return render_template(template, case=case, name=name, why=why, back=back)


def reports(file: CaseFile) -> list[Submission]:
    """What the case is about: the start form, and every reply of the reporter, as they were submitted."""
    brought = [
        entry for entry in file.valid_events if isinstance(entry.event, InstanceStarted | MessageReceived)
    ]
    return queries.submissions(file.version, brought, file.file_names)


def handed_in(file: CaseFile, task: UserTask) -> list[Submission]:
    """What officers handed in before a task, the latest first."""
    before: list[Entry[Event]] = []
    for entry in file.valid_events:
        if isinstance(entry.event, TaskCompleted):
            if entry.event.task == task.id:
                break
            before.append(entry)
    return queries.submissions(file.version, before, file.file_names)[::-1]


def awaited(version: Version, wait: MessageWait) -> str:
    """Whom or what a case waits for."""
    node = version.diagram.nodes[wait.activity_id]
    return _("pelapor") if outlines.is_for_reporter(node) else outlines.name_of_wait(version.diagram, node)


def to_note(version: Version, wait: MessageWait) -> str:
    """What somebody does who ends what a case waits for, in a few words."""
    asks = version.diagram.nodes[wait.activity_id].asks
    if asks == "time":
        return _("Sampai kapan?")
    return _("Nyatakan terpenuhi") if asks == "condition" else _("Catat pesan diterima")


def undelivered(message: InstanceMessage, instance_id: int, vocabulary: Vocabulary) -> Markup:
    """Where a message waits that the instance of the page sent or is to receive."""
    if message.receiver is None:
        return sentences.html(say(N_("Pesan {message} belum punya penerima."), message=message.name))
    to, origin = (
        other_instance(one.id, one.business_key, vocabulary) for one in (message.receiver, message.sender)
    )
    if message.receiver_id == instance_id:
        text = N_("Pesan {message} dari perkara {case} siap diterima begitu perkara ini menunggunya.")
        return sentences.html(say(text, message=message.name, case=origin))
    text = N_("Pesan {message} diterima begitu perkara {case} menunggunya.")
    return sentences.html(say(text, message=message.name, case=to))


def say_unknown_names(text: str) -> None:
    """Tell on the page shown next whom a note named in vain."""
    with context.database().reading() as session:
        names = case_notes.unknown_names(session, text)
    if names:
        told = ", ".join(f"@{name}" for name in names)
        words = _("Tidak ada petugas bernama {names}, jadi tidak ada yang diberi tahu karenanya.", names=told)
        flash(words, "warn")


def notes(file: CaseFile) -> list[dict[str, Any]]:
    """Internal notes, oldest first."""
    return [
        {"author": note.written_by.full_name, "at": note.written_at, "text": note.text} for note in file.notes
    ]


def files(file: CaseFile, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Attachments with where they belong; one that holds identity asks before it opens."""
    origins = _origins(file, vocabulary)
    return [
        {"url": file_url(row.id), "name": row.name, "meta": _about(row, vocabulary, origins.get(row.id, ""))}
        for row in file.files
    ]


def _origins(file: CaseFile, vocabulary: Vocabulary) -> dict[str, str]:
    """From which step each file came and through whom; the reporter has no name here."""
    found: dict[str, str] = {}
    for entry in file.valid_events:
        event = entry.event
        if isinstance(event, InstanceStarted | MessageReceived | TaskCompleted):
            words = _(
                "{step}: {who}", step=vocabulary.activity(entry.activity_id), who=_whose(entry, event.by)
            )
            found |= {one: words for one in _texts(event.values) if one not in found}
    return {row.id: found[row.id] for row in file.files if row.id in found}


def _whose(entry: Entry[Event], by: str) -> str:
    if by == REPORTER:
        return _("pelapor")
    return entry.actor.full_name if entry.actor else _("Jam sistem")


def _texts(held: Any) -> Iterator[str]:
    """Every text inside values, however deep: a file stands there by its id."""
    if isinstance(held, str):
        yield held
    inner = held.values() if isinstance(held, Mapping) else held if isinstance(held, list) else ()
    for one in inner:
        yield from _texts(one)


def _about(row: Attachment, vocabulary: Vocabulary, origin: str) -> str:
    parts = [
        vocabulary.label(row.field_key or ""),
        origin,
        filters.filesize(row.size_bytes),
        filters.date(row.uploaded_at),
    ]
    if row.is_private:
        parts.append(_("memuat identitas; membukanya tercatat"))
    return " · ".join(part for part in parts if part)


def file_url(attachment_id: str) -> str:
    """Where an attachment is downloaded."""
    return url_for("files.download", attachment_id=attachment_id)


def mark_choices(drawn: Drawn, in_vain: Mapping[str, Mapping[str, Vain]]) -> Drawn:
    """Say at every choice in ``in_vain`` (field key → unit → why) why nobody would take the task there."""
    return Drawn([_marked(part, in_vain) for part in drawn.components], drawn.variables)


def _marked(part: Component, in_vain: Mapping[str, Mapping[str, Vain]]) -> Component:
    inner = tuple(_marked(child, in_vain) for child in part.components)
    why = in_vain.get(part.field.key, {})
    choices = tuple(
        replace(choice, label=_doubted(str(choice.label), why[choice.value]))
        if isinstance(choice.value, str) and choice.value in why
        else choice
        for choice in part.choices
    )
    return replace(part, components=inner, choices=choices)


def _doubted(unit: str, why: Vain) -> str:
    if why == "ended":
        return _("{unit} (sudah tidak berlaku)", unit=unit)
    if why == "not_begun":
        return _("{unit} (belum berlaku)", unit=unit)
    return _("{unit} (belum ada petugas)", unit=unit)
