"""Pindahkan perkara: what a version does to the cases of older ones, moving them, and taking that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.base.errors import Conflict, InvalidForm
from app.base.i18n import N_, _, ngettext
from app.commands.migration import migration as commands
from app.commands.migration import surveys as survey_commands
from app.history.codec import decode_as
from app.history.events.migration import Change
from app.models import MigrationCase, ProcessDefinition
from app.services.core import ids as numbers
from app.services.core.access import Actor
from app.services.definitions import definitions, details
from app.services.definitions.definitions import Version
from app.services.migration import batches, decisions, moves, surveys, targets, unasked
from app.services.migration import effect_lists as found_effects
from app.services.migration.decisions import Decisions, Pairing
from app.services.migration.effect_lists import Asked as AskedEffects
from app.services.migration.selection import CaseFilters, Source
from app.web import context, entries, errors, lists
from app.web.migration import effect_lists

blueprint = Blueprint("migration", __name__)

#: Cases that an address can name one by one.
_MOST_NAMED = 50
#: Names of fields: which element becomes which, and what becomes of a timer.
_ELEMENT, _TIMER, _VALUE = "e", "w", "n"
WAYS = {
    "keep": N_("Tetap seperti sekarang"),
    "shift": N_("Digeser sebanyak selisihnya"),
    "recompute": N_("Dihitung ulang sejak langkahnya dibuka"),
    "restart": N_("Dihitung lagi mulai saat dipindahkan"),
}
STATES = {
    "waiting": N_("Menunggu giliran"),
    "moved": N_("Dipindahkan"),
    "refused": N_("Tidak dipindahkan"),
    "returning": N_("Menunggu ditarik kembali"),
    "undone": N_("Ditarik kembali"),
    "kept": N_("Tidak dapat ditarik kembali"),
}
BATCH_STATES = {"running": N_("Sedang berjalan"), "stopped": N_("Dihentikan"), "done": N_("Selesai")}


@dataclass(frozen=True)
class Asked:
    """What the page was asked for: which cases, what was decided, and which verdicts are shown."""

    filters: CaseFilters
    decided: Decisions
    kind: str

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What a form has to send along to be asked the same."""
        found = [("q", self.filters.q), ("jenis", self.kind)]
        found += [("versi", str(self.filters.source))] if self.filters.source is not None else []
        found += [("perkara", str(id_)) for id_ in self.filters.only]
        for source, names in self.decided.elements.items():
            found += [(f"{_ELEMENT}.{source}.{old}", new or "-") for old, new in names.items()]
        found += [(f"{_TIMER}.{timer}", way) for timer, way in self.decided.timers.items()]
        return found + [(f"{_VALUE}.{name}", text) for name, text in self.decided.values.items()]


@blueprint.get("/proses/<int:definition_id>/perkara-lama")
def choose(definition_id: int) -> str:
    """The open cases of older versions, and what moving to this one does to each."""
    return _page(definition_id, request.args)


@blueprint.post("/proses/<int:definition_id>/perkara-lama")
def begin(definition_id: int) -> Response:
    """Move the chosen cases, or all that the filters let through."""
    actor, asked = context.actor(), _asked(request.form)
    moves.require_may_move(actor)
    reason, chosen = request.form.get("reason", ""), request.form.getlist("pilih")
    try:
        with context.database().reading() as session:
            target = definitions.get(session, definition_id)
            found = _chosen(session, target, asked, chosen, actor)
        command = entries.sent_command("migrate", definition_id, {"chosen": chosen, "asked": asked.fields})
        given = (definition_id, found, asked.decided, reason)
        done = commands.begin(context.database(), command, *given, actor=actor)
    except (InvalidForm, Conflict) as error:
        page = _page(definition_id, request.form, problem=errors.tell_error(error), reason=reason)
        return make_response(page, errors.problem_of(error).status)
    return redirect(url_for("migration.show", batch_id=done["batch"]), 303)


def _chosen(
    session: Session, target: ProcessDefinition, asked: Asked, chosen: Sequence[str], actor: Actor
) -> list[int]:
    """The cases that were ticked; all that the filters let through where that was asked for."""
    if request.form.get("mana") != "semua":
        ticked = [number for text in chosen if (number := numbers.parse_id(text)) is not None]
        if not ticked:
            message = _("Centang perkara yang dipindahkan, atau pilih semuanya.")
            raise InvalidForm(message, {"pilih": message})
        return ticked
    judged = targets.stored_target(session, target.id)
    found = targets.ids_after(session, judged, 0, batches.MOST_CASES, actor=actor, filters=asked.filters)
    if not asked.kind:
        return found
    wanted = AskedEffects(asked.filters, asked.kind)
    if len(found) <= surveys.AT_ONCE:
        verdicts = targets.judge(session, judged, found, asked.decided, actor=actor)
        return [one.instance_id for one in verdicts if asked.kind in one.kinds]
    survey = surveys.require_done(session, judged, asked.decided, actor=actor)
    return found_effects.surveyed_ids(session, survey, judged, wanted, actor=actor)


def _asked(values: MultiDict[str, str]) -> Asked:
    only = [number for text in values.getlist("perkara") if (number := numbers.parse_id(text)) is not None]
    source = numbers.parse_id(values.get("versi", ""))
    kind = values.get("jenis", "")
    filters = CaseFilters(values.get("q", "").strip()[:300], source, only[:_MOST_NAMED])
    return Asked(filters, _decided(values), kind if kind in effect_lists.KINDS else "")


def _decided(values: MultiDict[str, str]) -> Decisions:
    """What the selects say; one that says what was proposed says nothing."""
    elements: dict[int, dict[str, str]] = {}
    timers: dict[str, Any] = {}
    typed: dict[str, str] = {}
    for name, value in values.items():
        kind, _dot, rest = name.partition(".")
        if kind == _TIMER and value in decisions.WAYS and value != "keep":
            timers[rest] = value
        if kind == _VALUE and value.strip():
            typed[rest[:100]] = value.strip()[:300]
        source, _dot, old = rest.partition(".")
        number = numbers.parse_id(source)
        if kind == _ELEMENT and value and number is not None and old:
            elements.setdefault(number, {})[old] = decisions.NOWHERE if value == "-" else value
    return Decisions(elements, timers, typed)


def _page(definition_id: int, values: MultiDict[str, str], *, problem: str = "", reason: str = "") -> str:
    actor, asked = context.actor(), _asked(values)
    batches.require_reader(actor)
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        target = definitions.version(session, definition_id)
        judged = targets.stored_target(session, definition_id)
        from_where = targets.sources(session, judged, actor=actor)
        found = effect_lists.effect_list(
            session,
            judged,
            asked.decided,
            filters=asked.filters,
            kind=asked.kind,
            actor=actor,
            fields=asked.fields,
        )
        if effect_lists.is_part_wanted():
            return render_template("migration/choose_effects.html", **_effect_words(definition, found, asked))
        wanted = [one for one in from_where if asked.filters.source in (None, one.id)]
        latest = batches.of_key(session, definition.key, actor=actor, limit=5)
        choices = decisions.targets(target)
        return render_template(
            "migration/choose.html",
            **_effect_words(definition, found, asked),
            kept=dict(_decisions_of(asked)),
            versions=[(str(one.id), _("Versi {n}", n=one.number)) for one in from_where],
            kind_options=[(kind, _(text)) for kind, text in effect_lists.KINDS.items()],
            target_ids={id_ for id_, _name, _kind in choices},
            sources=from_where,
            sheets=[_sheet(session, one, target, asked, actor) for one in wanted[:3]],
            targets=choices,
            timers=_timers(session, wanted, target, asked),
            unasked=_unasked(session, wanted, target, asked),
            ways=[(way, _(WAYS[way])) for way in decisions.WAYS],
            latest=latest,
            progress=batches.CASES.progress(session, *(one.id for one in latest)),
            batch_states={state: _(text) for state, text in BATCH_STATES.items()},
            problem=problem,
            reason=reason,
        )


def _effect_words(
    definition: ProcessDefinition, found: effect_lists.EffectList, asked: Asked
) -> dict[str, Any]:
    """What the part of the page says that tells of the effect."""
    file = url_for("migration.effect_file", definition_id=definition.id, **_query(asked.fields))
    return {
        "definition": definition,
        "found": found,
        "asked": asked,
        "effect_file": file,
        "may_move": found.may_ask,
    }


def _query(fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Fields as `url_for` takes them."""
    found: dict[str, Any] = {}
    for name, value in fields:
        if value:
            found.setdefault(name, []).append(value)
    return found


@blueprint.get("/proses/<int:definition_id>/perkara-lama/akibat.csv")
def effect_file(definition_id: int) -> Response:
    """What moving to this version does to each case, as a file."""
    actor, asked = context.actor(), _asked(request.args)
    batches.require_reader(actor)
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        name = f"{definition.key}-versi-{definition.version}-akibat.csv"
        target = targets.stored_target(session, definition_id)
        return effect_lists.as_file(session, target, asked.decided, name, filters=asked.filters, actor=actor)


@blueprint.post("/proses/<int:definition_id>/perkara-lama/akibat")
def survey(definition_id: int) -> Response:
    """Have all open cases judged in the background."""
    actor, asked = context.actor(), _asked(request.form)
    survey_commands.begin(
        context.database(),
        entries.sent_command("survey_version", definition_id, asked.fields),
        lambda session: targets.stored_target(session, definition_id),
        lambda _session, _target: asked.decided,
        actor=actor,
    )
    return _back_to_effects(definition_id, asked)


@blueprint.post("/proses/<int:definition_id>/perkara-lama/akibat/lupakan")
def forget_survey(definition_id: int) -> Response:
    """Stop judging them and drop what was found."""
    survey_id = numbers.parse_id(request.form.get("survey", "")) or 0
    command = entries.sent_command("forget_survey", survey_id)
    survey_commands.forget(context.database(), command, survey_id, actor=context.actor())
    flash(_("Hitungan dihentikan dan dilupakan."), "info")
    return _back_to_effects(definition_id, _asked(request.form))


def _back_to_effects(definition_id: int, asked: Asked) -> Response:
    where = url_for("migration.choose", definition_id=definition_id, **_query(asked.fields), _anchor="akibat")
    return redirect(where, 303)


def _decisions_of(asked: Asked) -> list[tuple[str, str]]:
    """The fields that hold what was decided."""
    return [one for one in asked.fields if one[0].partition(".")[0] in (_ELEMENT, _TIMER, _VALUE)]


@dataclass(frozen=True)
class Sheet:
    """An older version beside the target: what has to be decided, what is clear, and both diagrams."""

    source: Source
    undecided: Sequence[Pairing]
    clear: int
    old: str
    new: str


def _sheet(session: Session, one: Source, target: Version, asked: Asked, actor: Actor) -> Sheet | None:
    """None for a version that cannot be read."""
    version = definitions.readable(session, one.id)
    if version is None:
        return None
    standing = details.open_instance_counts(session, one.id, actor=actor)
    counts = {element: place.cases for element, place in standing.items()}
    pairs = decisions.pairings(version, target, asked.decided, counts)
    open_ones = [pair for pair in pairs if not pair.target or pair.by != "id"]
    marked = {pair.id: str(n) for n, pair in enumerate(open_ones, 1)}
    back = {pair.target: str(n) for n, pair in enumerate(open_ones, 1) if pair.target}
    labels = {id_: _label(marked.get(id_), counts.get(id_, 0)) for id_ in {*marked, *counts}}
    return Sheet(
        one,
        open_ones,
        len(pairs) - len(open_ones),
        details.marked_picture(version, version.diagram.name, labels),
        details.marked_picture(target, target.diagram.name, back),
    )


def _label(number: str | None, cases: int) -> str:
    told = ngettext("{count} perkara", "{count} perkara", cases, count=cases) if cases else ""
    return " · ".join(part for part in (number, told) if part)


def _timers(
    session: Session, sources: Sequence[Source], target: Version, asked: Asked
) -> list[tuple[str, str, str, str, str]]:
    """(id, of which step, text before, text now, what was decided) of the timers to decide about."""
    found: dict[str, tuple[str, str, str, str, str]] = {}
    for one in sources:
        version = definitions.readable(session, one.id)
        for id_, name, before, after in decisions.changed_timers(version, target) if version else ():
            found.setdefault(id_, (id_, name, before, after, asked.decided.timers.get(id_, "keep")))
    return list(found.values())


def _unasked(
    session: Session, sources: Sequence[Source], target: Version, asked: Asked
) -> list[tuple[str, str, str, str]]:
    """(name, what it is called, which step reads it, what was typed) of fields that cases were never asked for."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for one in sources:
        version = definitions.readable(session, one.id)
        for field in unasked.asked(version, target) if version else ():
            typed = asked.decided.values.get(field.name, "")
            found.setdefault(field.name, (field.name, field.field.name or field.name, field.reader, typed))
    return list(found.values())


# -- a batch ---------------------------------------------------------------------------------------


@blueprint.get("/pemindahan/<int:batch_id>")
def show(batch_id: int) -> str:
    """How far a batch is, and how each of its cases came out."""
    return _batch_page(batch_id)


def _batch_page(batch_id: int, *, problem: str = "", reason: str = "") -> str:
    actor, state = context.actor(), lists.argument("keadaan")
    with context.database().reading() as session:
        batch = batches.get(session, batch_id, actor=actor)
        counts = batches.CASES.progress(session, batch.id)[batch.id]
        page = batches.cases(
            session, batch_id, batches.Filters(state), actor=actor, after=lists.argument(lists.AFTER)
        )
        titles = lists.titles(session, (row.instance for row in page.items))
        total, left = sum(counts.values()), counts["waiting"] + counts["returning"]
        return render_template(
            "migration/show.html",
            batch=batch,
            state=_(BATCH_STATES[batch.state]),
            counts=[(name, _(STATES[name]), n) for name, n in counts.items() if n or name == state],
            total=total,
            done=total - left,
            filter=state,
            rows=[
                (row, titles[row.instance_id], _(STATES[row.state]), *_told_row(row)) for row in page.items
            ],
            first=lists.address() if lists.argument(lists.AFTER) else "",
            following=lists.next_page(page.next),
            may_move=moves.may_move(actor),
            can_undo=counts["moved"] + counts["kept"] > 0 and batch.state != "running",
            problem=problem,
            reason=reason,
        )


def _told_row(row: MigrationCase) -> tuple[Any, list[str]]:
    changes = [decode_as(Change, one) for one in row.changes]
    return effect_lists.told_changes(changes), moves.told_obstacles(row.obstacles)


@blueprint.post("/pemindahan/<int:batch_id>/hentikan")
def stop(batch_id: int) -> Response:
    """Stop a batch after the case that it is at."""
    command = entries.sent_command("stop_migration", batch_id)
    commands.stop(context.database(), command, batch_id, actor=context.actor())
    flash(_("Pemindahan dihentikan. Yang sudah dipindahkan tetap dipindahkan."), "info")
    return redirect(url_for("migration.show", batch_id=batch_id), 303)


@blueprint.post("/pemindahan/<int:batch_id>/lanjutkan")
def resume(batch_id: int) -> Response:
    """Let a stopped batch go on."""
    command = entries.sent_command("resume_migration", batch_id)
    commands.resume(context.database(), command, batch_id, actor=context.actor())
    return redirect(url_for("migration.show", batch_id=batch_id), 303)


@blueprint.post("/pemindahan/<int:batch_id>/tarik")
def take_back(batch_id: int) -> Response:
    """Undo a batch, or one case of it."""
    reason, case = request.form.get("reason", ""), request.form.get("perkara", "")
    only = numbers.parse_id(case) or 0 if case else None  # 0 is the id of none
    try:
        commands.take_back(
            context.database(),
            entries.sent_command("undo_migration", batch_id, {"case": only}),
            batch_id,
            reason,
            actor=context.actor(),
            instance_id=only,
        )
    except (InvalidForm, Conflict) as error:
        page = _batch_page(batch_id, problem=errors.tell_error(error), reason=reason)
        return make_response(page, errors.problem_of(error).status)
    return redirect(url_for("migration.show", batch_id=batch_id), 303)
