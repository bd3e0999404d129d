"""What the reporter sees of his case once number and code fit, and the one thing he may do: reply when asked."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import forms
from app.base.i18n import _
from app.engine.diagram import Node
from app.forms import Field, Form
from app.history import reader
from app.history.catalogue import REPORTER, Entry, Event
from app.history.events.instances import (
    GatewayDecided,
    InstanceCancelled,
    InstanceEnded,
    InstanceStarted,
    MessageReceived,
)
from app.history.events.migration import CaseReopened
from app.history.events.reporter import ReportJoined, ReportParted
from app.history.events.tasks import TaskCompleted, TaskCreated
from app.history.validity import still_valid
from app.models import JoinedReport, ProcessInstance, ReporterMessage, ReporterRating, TrackingCode
from app.services.casefile import casefile, queries, responsible_units
from app.services.casefile.queries import PublicStatus
from app.services.core import clock, masks, sealed_values
from app.services.definitions import definitions, outlines
from app.services.definitions.definitions import Version
from app.services.files import attachments
from app.services.instances import instances, messages
from app.services.reporter import correspondence, joined_reports, ratings, reopening
from app.services.reporter.next_steps import NextStep, next_steps

#: How long a browser may look at a case before it is asked for the code again. Each look begins the hour anew,
#: until the longest is over.
LOOK = timedelta(hours=1)
LONGEST = timedelta(hours=12)
_PURPOSE = "tracking"


#: So many processes' forms are read for a page that everybody may ask for.
_MOST_PROCESSES = 20


@dataclass(frozen=True)
class Look:
    """A case that a browser may look at, and since when. ``nonce`` is the same in all tickets of this look."""

    instance: ProcessInstance
    since: datetime
    nonce: str


#: What a station of the way is: something that was ``done``, a state that is ``passed``, or where the case ``ended``.
Meaning = Literal["done", "passed", "ended"]


@dataclass(frozen=True)
class Station:
    """A public status that the case reached, and when."""

    text: str
    at: datetime
    meaning: Meaning = "passed"


@dataclass(frozen=True)
class Said:
    """What the office told the reporter in one form: (label, text) of the fields marked ``tampil pelapor``."""

    at: datetime
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Wanted:
    """The form that waits for the reporter."""

    wait_id: str
    name: str
    form: Form


@dataclass(frozen=True)
class PublicInstance:
    """Everything about a case that its reporter may read. ``said`` has the latest first.

    ``sent`` is what he himself wrote last on this page. ``unit``: the names of the units that handle the case, or
    did last; see ``with_unit``. ``late``: the date of this step has passed. ``ahead``: what can follow it.
    ``joined``: another case does the work for it, and all but ``sent`` and his messages is told of that one.
    ``variables``: what his case holds, as his form shows it. ``rating``: what he gave it; ``rate_until``: the last
    day on which he may say or change that, None where not.
    ``unsettled_until``: until when he may say that it is not settled, None where not.
    """

    instance: ProcessInstance
    joined: bool
    ended_at: datetime | None
    status: PublicStatus
    unit: str
    with_unit: bool
    way: Sequence[Station]
    said: Sequence[Said]
    sent: Said | None
    wanted: Wanted | None
    late: bool
    ahead: Sequence[NextStep]
    messages: Sequence[ReporterMessage]
    variables: Mapping[str, Any]
    rating: ReporterRating | None
    rate_until: date | None
    unsettled_until: datetime | None


def ticket(
    session: Session, instance: ProcessInstance, since: datetime | None = None, nonce: str | None = None
) -> str:
    """Return what the reporter's browser keeps instead of the code, good for `LOOK`. A new code voids it, and so does
    `end_look`.

    ``since``: when the code was entered, if that is a while ago; after `LONGEST` no ticket is good. ``nonce``: of the
    look that goes on.
    """
    since = since or clock.real()
    content = {
        "case": instance.id,
        "code": _mark(session, instance.id),
        "since": since.isoformat(),
        "nonce": nonce or secrets.token_urlsafe(16),
    }
    return sealed_values.seal(session, _PURPOSE, content, min(LOOK, since + LONGEST - clock.real()))


def by_ticket(session: Session, token: str) -> Look | None:
    """The case that a ticket lets one look at; None when it does not any more."""
    held = sealed_values.unseal(session, _PURPOSE, token) if token else None
    if held is None or held["code"] != _mark(session, held["case"]):
        return None
    if sealed_values.is_void(session, nonce := held["nonce"]):
        return None
    instance = session.get(ProcessInstance, held["case"])
    return Look(instance, datetime.fromisoformat(held["since"]), nonce) if instance else None


def end_look(session: Session, token: str) -> None:
    """Make this ticket, and all others of the same look, worthless; nothing happens when it is already."""
    look = by_ticket(session, token)
    if look is not None:
        sealed_values.void(session, look.nonce, look.since + LONGEST)


def _mark(session: Session, instance_id: int) -> str:
    row = session.get(TrackingCode, instance_id)
    return row.code_hmac[:16] if row else ""


def overview(session: Session, instance: ProcessInstance) -> PublicInstance:
    """Return the public face of a case; whoever calls this has checked code or ticket."""
    joined = joined_reports.join_of(session, instance.id)
    main = instance if joined is None else session.get_one(ProcessInstance, joined.main_id)
    version = definitions.version(session, main.definition_id)
    events = _events(session, main)
    tasks = instances.open_tasks(session, main.id)
    held = responsible_units.units_of(session, version, main, tasks)
    status = queries.public_status(session, main, tasks)
    names = casefile.unit_names(session, held.codes)
    here = _to_here(way(version, events), status, min((t.opened_at for t in tasks), default=events[-1].at))
    own_version, own = version, events
    if joined is not None:
        own_version, own = definitions.version(session, instance.definition_id), _events(session, instance)
        here = _by_way_of(way(own_version, own), here, joined)
    letters = correspondence.read_by_reporter(session, instance.id, joined)
    rating = ratings.rating_of(session, instance.id)
    mine = [row for row in (*letters, rating) if row is not None and _is_by_reporter(row)]
    last, replies = sent(session, own_version, instance, own), _replies(own)
    written = [[row.text for row in mine], last.rows if last else [], replies]
    texts, rows, typed = masks.as_typed(session, instance, written)
    for row, text in zip(mine, texts, strict=True):
        set_committed_value(row, "text", text)
    return PublicInstance(
        instance=instance,
        joined=joined is not None,
        ended_at=main.ended_at,
        status=status,
        unit=", ".join(names.get(code, code) for code in held.codes),
        with_unit=held.now,
        way=here,
        said=public_values(version, events),
        sent=replace(last, rows=[(label, text) for label, text in rows]) if last else None,
        wanted=wanted(session, instance),
        late=status.next_on is not None and status.next_on < clock.now(session),
        ahead=next_steps(session, version, main, tasks, status),
        messages=letters,
        variables=_as_replied(instance, replies, typed),
        rating=rating,
        rate_until=ratings.open_until(session, main),
        unsettled_until=reopening.open_until(session, main, version),
    )


def _is_by_reporter(row: ReporterMessage | ReporterRating) -> bool:
    return isinstance(row, ReporterRating) or row.written_by_id is None


def _replies(entries: Sequence[Entry[Event]]) -> list[Mapping[str, Any]]:
    """The values that the reporter sent with forms of this page."""
    received = (entry.event for entry in entries if isinstance(entry.event, MessageReceived))
    return [event.values for event in received if event.by == REPORTER]


def _as_replied(
    instance: ProcessInstance, kept: Sequence[Mapping[str, Any]], typed: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """What the case holds, each value that is still what he sent as he typed it."""
    his = {
        key: told[key]
        for masked, told in zip(kept, typed, strict=True)
        for key, value in masked.items()
        if value == instance.variables.get(key)
    }
    return {**instance.variables, **his}


def _events(session: Session, instance: ProcessInstance) -> list[Entry[Event]]:
    events = reader.of_instance(session, instance.id)
    return still_valid(masks.as_read(session, instance, events, actor=None))


def _by_way_of(own: list[Station], main: list[Station], joined: JoinedReport) -> list[Station]:
    """The way of a joined report: its own, and that of the main case from where it stood when it was joined."""
    before = [one for one in main if one.at <= joined.joined_at]
    there = [replace(one, at=joined.joined_at) for one in before[-1:]]
    return [*own, *there, *main[len(before) :]]


def wanted(session: Session, instance: ProcessInstance) -> Wanted | None:
    """The form that waits for the reporter, if the case waits for him."""
    version = definitions.version(session, instance.definition_id)
    found = messages.reporter_form(version, messages.waiting(session, instance.id))
    form = version.form_of(found[1].form_key) if found else None
    return Wanted(found[0].id, found[1].name, form) if found and form else None


def forms_of(session: Session, instance: ProcessInstance | None) -> list[Form]:
    """The forms that reporters are asked with: of the case's process, or without a case of those that run.

    Strangers may ask: of very many processes only the newest are read.
    """
    if instance is not None:
        versions = [definitions.version(session, instance.definition_id)]
    else:
        versions = list(definitions.newest_with_reporter(session, _MOST_PROCESSES))
    asked = (
        version.form_of(node.form_key)
        for version in versions
        for node in version.diagram.nodes.values()
        if outlines.is_for_reporter(node)
    )
    return [form for form in asked if form is not None]


def way(version: Version, entries: Sequence[Entry[Event]]) -> list[Station]:
    """The public statuses that a case went through, oldest first, each once in a row."""
    stations: list[Station] = []
    for entry in entries:
        text, meaning = _reached(version, entry)
        if text and (not stations or stations[-1].text != text):
            stations.append(Station(text, entry.at, meaning))
        elif text and meaning != "passed":  # an end is known already when the way to it was chosen
            stations[-1] = replace(stations[-1], meaning=meaning)
    return stations


def _to_here(stations: list[Station], status: PublicStatus, since: datetime) -> list[Station]:
    """The way up to where the case is: a step that tells no status of its own is a station as well."""
    same = status.ended or stations[-1].text.casefold() == status.text.casefold()
    return stations if same else [*stations, Station(status.text, max(since, stations[-1].at))]


def _reached(version: Version, entry: Entry[Event]) -> tuple[str, Meaning]:
    node, event = version.diagram.nodes.get(entry.activity_id or ""), entry.event
    if isinstance(event, InstanceStarted):
        return _("Laporan dicatat"), "done"
    if isinstance(event, InstanceCancelled):
        return _("Dibatalkan"), "ended"
    if isinstance(event, CaseReopened):
        return _("Dibuka kembali"), "done"
    if isinstance(event, ReportJoined):
        return _("Digabung dengan laporan lain tentang hal yang sama"), "done"
    if isinstance(event, ReportParted):
        return _("Ditangani sendiri lagi"), "done"
    if isinstance(event, MessageReceived) and node is not None and outlines.is_for_reporter(node):
        return _("Data dari Anda diterima"), "done"
    if isinstance(event, GatewayDecided):
        flows = (flow for flow in version.diagram.flows if flow.id == event.flow)
        return next((_status(version.diagram.nodes.get(flow.target)) for flow in flows), ""), "passed"
    if isinstance(event, InstanceEnded):
        text = _status(node) or event.name or _("Berakhir")
        return text, "done" if node is not None and node.is_resolution else "ended"
    return _status(node) if isinstance(event, TaskCreated) else "", "passed"


def _status(node: Node | None) -> str:
    return node.properties.get("status publik", "") if node else ""


def public_values(version: Version, entries: Sequence[Entry[Event]]) -> list[Said]:
    """What fields marked ``tampil pelapor`` told the reporter, form by form, the latest first."""
    said = [
        Said(entry.at, rows)
        for entry in entries
        if isinstance(event := entry.event, TaskCompleted)
        and (rows := _public_rows(version, entry.activity_id, event.values))
    ]
    return said[::-1]


def sent(
    session: Session, version: Version, instance: ProcessInstance, entries: Sequence[Entry[Event]]
) -> Said | None:
    """What the reporter sent last, on this page and nowhere else: what an officer noted for him is the office's.

    Identity is not in the history, so his own is not shown either: the page may lie open on a table.
    """
    found = [
        (entry.at, event.values, node)
        for entry in entries
        if isinstance(event := entry.event, MessageReceived)
        and event.by == REPORTER
        and (node := version.diagram.nodes.get(entry.activity_id or "")) is not None
        and outlines.is_for_reporter(node)
    ]
    if not found:
        return None
    at, values, node = found[-1]
    form = version.form_of(node.form_key)
    if form is None:
        return None
    ids = forms.held_files(form, values, {})
    names = attachments.names(session, ids, actor=None, instance_id=instance.id) if ids else {}
    asked = {part.key: values[part.key] for part in form.fields if _is_his(part, values)}
    return Said(at, forms.display(form, asked, files=names))


def _is_his(part: Field, values: Mapping[str, Any]) -> bool:
    """Whether he filled it in: what stands there unchanged for him to read is not his."""
    return part.takes_input and not part.private and values.get(part.key) not in (None, "", [], False)


def _public_rows(
    version: Version, activity_id: str | None, values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    node = version.diagram.nodes.get(activity_id or "")
    form = version.forms.get(node.form_key or "") if node else None
    parts = [part for part in form.fields if part.public and part.type != "filepicker"] if form else []
    return [(part.name, forms.text_of(part, value)) for part in parts if (value := values.get(part.key))]
