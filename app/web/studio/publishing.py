"""Terbitkan: what a process owner publishes, read in order: findings, changes, effect, scenarios; then the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from app.base.errors import InvalidForm, NotFound
from app.base.i18n import _, ngettext
from app.commands.migration import surveys
from app.commands.sandbox.scenarios import play_scenarios
from app.findings import Finding, errors_first
from app.models import ProcessDraft
from app.services.comparison import contents
from app.services.comparison.changes import Comparison
from app.services.comparison.comparison import compare
from app.services.comparison.contents import Contents, FileContents
from app.services.comparison.pictures import Picture
from app.services.core import ids
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import scenario_files, unstored
from app.services.deployment.bundle import Bundle
from app.services.deployment.preconditions import Between
from app.services.deployment.unstored import Examined
from app.services.migration import decisions, targets
from app.services.migration.selection import CaseFilters
from app.services.migration.targets import Target
from app.services.sandbox import scenarios
from app.services.studio import draft_files, drafts
from app.services.studio import effects as draft_effects
from app.web import changes, context, entries, lists, seen
from app.web.definitions.definitions import in_language
from app.web.migration import effect_lists
from app.web.migration.migration import WAYS
from app.web.studio import publications

blueprint = Blueprint("studio_publishing", __name__)

#: In the address: what becomes of the timers of running cases.
TIMERS = "tenggat"
#: Cases on one page of the list: below it stands what the page is for.
_CASES = 20
#: More changes than this stand folded.
_MANY_CHANGES = 12
#: Findings of a scenario that does not come out as it was kept.
DIFFERING = ("scenario_differs", "scenario_unreadable", "scenario_not_run")


@dataclass(frozen=True)
class Changed:
    """What differs between a process in force and what the draft makes of it; no ``version`` where none is."""

    key: str
    name: str
    version: int | None
    comparison: Comparison
    parts: Sequence[changes.Part]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many changes of each kind there are."""
        return changes.counts(self.comparison)

    @property
    def is_long(self) -> bool:
        """Whether the list stands folded."""
        return sum(part.count for part in self.parts) > _MANY_CHANGES


@dataclass(frozen=True)
class Played:
    """A scenario of the draft and how it came out; no ``finding``: as it was kept."""

    file: str
    name: str
    finding: Mapping[str, Any] | None


@blueprint.get("/studio/<int:draft_id>/terbitkan")
def show(draft_id: int) -> AnyResponse | str:
    """What publishing the draft would do, and the form that does it."""
    with context.database().reading() as session:
        if drafts.get(session, draft_id, actor=context.actor()).state != "open":
            return redirect(url_for("studio.show", draft_id=draft_id), 303)
    if effect_lists.is_part_wanted():
        return _part(draft_id)
    return page(draft_id)


def page(
    draft_id: int,
    *,
    problems: Mapping[str, str] | None = None,
    refused: Sequence[Mapping[str, Any]] | None = None,
    between: Sequence[Between] = (),
    reason: str = "",
) -> str:
    """The page, also with what was typed and refused.

    Raises:
        What `drafts.get_open` raises.
    """
    actor = context.actor()
    with context.database().reading() as session:
        draft = drafts.get_open(session, draft_id, actor=actor)
        stored = draft_files.files_of(session, draft_id)
        files = {row.name: row.content for row in stored}
        examined = unstored.examine(session, files)
        played = play_scenarios(context.database(), session, files, context.config())
        told = [in_language(one.as_dict()) for one in errors_first([*examined.findings, *played])]
        found = told if refused is None else [in_language(one) for one in refused]
        errors = [one for one in found if one["severity"] == "error"]
        stops = not files or any(one["severity"] == "error" for one in (*found, *told))
        return render_template(
            "studio/publish.html",
            draft=draft,
            findings=found,
            errors=errors,
            editors=_editors(draft_id, files, errors),
            stops=stops,
            is_empty=not files,
            differing=[one for one in found if one["code"] in DIFFERING],
            scenarios=_played(files, played),
            problems=problems or {},
            refused=refused is not None,
            between=between,
            alike=publications.alike(session, draft, stored, examined.findings),
            seen=seen.fields(session, stored),
            reason=reason,
            planning=publications.planning(session, draft),
            **({} if stops or examined.unstored is None else _judged(session, draft, examined, actor)),
        )


def _editors(
    draft_id: int, files: Mapping[str, bytes], errors: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Where the files with errors are mended: (file, address)."""
    names = dict.fromkeys(str(one["file"]) for one in errors if one["file"] in files)
    kinds = {"bpmn": "diagram", "form": "form", "dmn": "table"}
    found = ((name, kinds.get(name.rsplit(".", 1)[-1])) for name in names)
    return [
        (name, url_for(f"studio_editors.{kind}", draft_id=draft_id, name=name))
        for name, kind in found
        if kind
    ]


def _judged(session: Session, draft: ProcessDraft, examined: Examined, actor: Actor) -> dict[str, Any]:
    """What the page says of a draft without errors."""
    assert examined.unstored is not None  # noqa: S101 asked before
    target = draft_effects.as_target(draft.id, examined.unstored)
    live = {one.key: one for one in definitions.live(session)}
    own = live.get(draft.key)
    return {
        **_effect_words(session, draft.id, target, actor),
        "changed": [_changed(session, bundle) for bundle in examined.changed],
        "live": own,
        "overtaken": own if own is not None and draft.base_id and own.id != draft.base_id else None,
    }


def _changed(session: Session, bundle: Bundle) -> Changed:
    key, name = bundle.diagram.key, bundle.diagram.name
    live = definitions.latest(session, key)
    found = compare(_in_force(session, live.id), bundle) if live is not None else Comparison()
    none = Picture("", "")
    return Changed(key, name, live.version if live else None, found, changes.parts(found, none, none))


def _in_force(session: Session, definition_id: int) -> Contents:
    return contents.stored_contents(session, definition_id)


def _played(files: Mapping[str, bytes], found: Sequence[Finding]) -> list[Played]:
    """The scenarios of a draft, in the order of their files, each with what was found of it."""
    of_file = {one.file: in_language(one.as_dict()) for one in found}
    names = sorted(name for name in files if scenario_files.is_scenario(name))
    return [Played(name, _name_of(name, files[name]), of_file.get(name)) for name in names]


def _name_of(file: str, content: bytes) -> str:
    try:
        return scenarios.unpack(content).name or file
    except InvalidForm:
        return file


def say_who_stays(done: Mapping[str, Any]) -> None:
    """Say how many cases stay on older versions, after a publication, and lead to where they are moved."""
    actor = context.actor()
    with context.database().reading() as session:
        for one in done["definitions"]:
            target = targets.stored_target(session, one["id"])
            count = sum(source.cases for source in targets.sources(session, target, actor=actor))
            if count:
                text = ngettext(
                    "{count} perkara tetap pada versinya.", "{count} perkara tetap pada versinya.", count
                )
                where = url_for("migration.choose", definition_id=one["id"])
                link = Markup('<a href="{}">{}</a>').format(where, _("Lihat atau pindahkan perkara lama"))
                flash(Markup("{} {}").format(text, link), "info")


# -- the effect on open cases ----------------------------------------------------------------------


def _part(draft_id: int) -> str:
    actor = context.actor()
    with context.database().reading() as session:
        target = draft_effects.target_of(session, draft_id, actor=actor)
        return render_template(
            "studio/publish_effects.html", **_effect_words(session, draft_id, target, actor)
        )


def _effect_words(session: Session, draft_id: int, target: Target, actor: Actor) -> dict[str, Any]:
    """What the part of the page says that tells of the effect."""
    way, q = _way(lists.argument(TIMERS)), lists.argument("q")
    from_where = targets.sources(session, target, actor=actor)
    versions = [one.id for one in from_where]
    found = effect_lists.effect_list(
        session,
        target,
        targets.all_timers(session, target, versions, way),
        filters=CaseFilters(q),
        kind=effect_lists.kind_asked_for(),
        actor=actor,
        limit=_CASES,
        fields=[(TIMERS, way)],
    )
    kept = {effect_lists.KIND: found.kind, TIMERS: way, "q": q}
    query: dict[str, Any] = {name: value for name, value in kept.items() if value}
    return {
        "draft_id": draft_id,
        "found": found,
        "open_cases": sum(one.cases for one in from_where),
        "way": way,
        "ways": [(one, _(WAYS[one])) for one in decisions.WAYS],
        "has_timers": bool(targets.all_timers(session, target, versions, "recompute").timers),
        "q": q,
        "effect_file": url_for("studio_publishing.effect_file", draft_id=draft_id, **query),
    }


def _way(text: str) -> str:
    return text if text in decisions.WAYS else "keep"


@blueprint.get("/studio/<int:draft_id>/akibat.csv")
def effect_file(draft_id: int) -> AnyResponse:
    """What publishing the draft would do to each open case, as a file."""
    actor = context.actor()
    with context.database().reading() as session:
        target = draft_effects.target_of(session, draft_id, actor=actor)
        versions = [one.id for one in targets.sources(session, target, actor=actor)]
        decided = targets.all_timers(session, target, versions, _way(lists.argument(TIMERS)))
        filters = CaseFilters(lists.argument("q"))
        name = f"draf-{draft_id}-akibat.csv"
        return effect_lists.as_file(session, target, decided, name, filters=filters, actor=actor)


@blueprint.post("/studio/<int:draft_id>/akibat")
def survey(draft_id: int) -> AnyResponse:
    """Have all open cases judged in the background."""
    actor, way = context.actor(), _way(request.form.get(TIMERS, ""))

    def decide(session: Session, target: Target) -> decisions.Decisions:
        versions = [one.id for one in targets.sources(session, target, actor=actor)]
        return targets.all_timers(session, target, versions, way)

    surveys.begin(
        context.database(),
        entries.sent_command("survey_draft", draft_id, {TIMERS: way}),
        lambda session: draft_effects.target_of(session, draft_id, actor=actor),
        decide,
        actor=actor,
    )
    return _back_to_effects(draft_id, way)


@blueprint.post("/studio/<int:draft_id>/akibat/lupakan")
def forget_survey(draft_id: int) -> AnyResponse:
    """Stop judging them and drop what was found."""
    survey_id = ids.parse_id(request.form.get("survey", "")) or 0
    command = entries.sent_command("forget_survey", survey_id)
    surveys.forget(context.database(), command, survey_id, actor=context.actor())
    flash(_("Hitungan dihentikan dan dilupakan."), "info")
    return _back_to_effects(draft_id, _way(request.form.get(TIMERS, "")))


def _back_to_effects(draft_id: int, way: str) -> AnyResponse:
    query: dict[str, Any] = {TIMERS: way} if way != "keep" else {}
    where = url_for("studio_publishing.show", draft_id=draft_id, **query, _anchor="akibat")
    return redirect(where, 303)


# -- the whole comparison --------------------------------------------------------------------------


@blueprint.get("/studio/<int:draft_id>/bandingkan")
def comparison(draft_id: int) -> str:
    """What differs between the draft and what is in force, in words and on both diagrams.

    A draft with errors is compared as far as it can be read.
    """
    actor, wanted = context.actor(), lists.argument("proses")
    with context.database().reading() as session:
        draft = drafts.get(session, draft_id, actor=actor)
        key = wanted or draft.key
        live = definitions.latest(session, key) if key else None
        if live is None:
            raise NotFound(_("Belum ada versi yang berlaku untuk dibandingkan dengan draf ini."))
        before = contents.stored_contents(session, live.id)
        after = _contents_of(session, draft_id, key, before)
        older, newer = _("versi {n}", n=live.version), _("draf")
        titles = (
            _("Diagram {name}, versi {n}", name=live.name, n=live.version),
            _("Diagram {name}, draf", name=draft.name),
        )
        return render_template(
            "studio/comparison.html",
            draft=draft,
            live=live,
            **changes.report(before, after, older=older, newer=newer, titles=titles),
        )


def _contents_of(session: Session, draft_id: int, key: str, before: Contents) -> Bundle | FileContents:
    """What the draft makes of a process, with all that is carried over into it; its own files while it has errors."""
    files = draft_files.contents(session, draft_id)
    examined = unstored.examine(session, files)
    own = next((one for one in examined.bundles if one.diagram.key == key), None)
    if own is None or examined.unstored is None:
        return contents.draft_contents(files, before)
    return own
