"""What moving would do to open cases, as pages show it: totals, list, file, and how far a survey is.

The markup is in ``migration/effects.html``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.i18n import N_, _
from app.history.events.migration import Change, by_step
from app.history.vocabulary import Ids
from app.models import EffectSurvey
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.migration import effect_lists, effects, moves, surveys, targets
from app.services.migration.decisions import Decisions
from app.services.migration.effect_lists import Asked, Effects
from app.services.migration.effects import Verdict
from app.services.migration.selection import CaseFilters
from app.services.migration.targets import Target
from app.web import context, lists, sheet_files

#: In the address: which kind is shown, and that only this part of the page is wanted.
KIND, PART = "jenis", "bagian"
KINDS = {
    "blocked": N_("Tidak dapat dipindahkan"),
    "deadline": N_("Tenggat bergeser"),
    "task": N_("Tugas berubah"),
    "unaffected": N_("Tidak terpengaruh"),
}
#: now: judged for this page; unasked, running, outdated, done: what there is of a survey; none: no open cases.
State = Literal["now", "unasked", "running", "outdated", "done", "none"]
Told = list[tuple[str, list[tuple[str, str | None, str]]]]


@dataclass(frozen=True)
class Row:
    """A case as the list shows it: its kinds with their words, what changes at which step, or why it stays."""

    verdict: Verdict
    kinds: Sequence[tuple[str, str]]
    changes: Told
    reasons: Sequence[str]


@dataclass(frozen=True)
class EffectList:
    """``open``: the cases that the filters let through, judged or not; ``fields``: what asks for the same again."""

    state: State
    open: int
    effects: Effects
    rows: Sequence[Row]
    kind: str
    survey: EffectSurvey | None = None
    fields: Sequence[tuple[str, str]] = field(default_factory=tuple)
    may_ask: bool = False

    @property
    def totals(self) -> list[tuple[str, str, int]]:
        """(kind, its words, how many)."""
        return [(kind, _(KINDS[kind]), n) for kind, n in self.effects.totals.items()]

    @property
    def matching(self) -> int:
        """How many cases are of the kind that is shown."""
        return self.effects.totals[self.kind] if self.kind else self.open

    @property
    def links(self) -> Mapping[str, str]:
        """The addresses of the same page with each kind, and with all."""
        return {kind: _here({KIND: kind}) for kind in ("", *KINDS)}

    @property
    def first(self) -> str:
        """The first page; "" when this is it."""
        return _here({}) if lists.argument(lists.AFTER) else ""

    @property
    def following(self) -> str:
        """The next page; "" on the last."""
        return _here({lists.AFTER: self.effects.page.next}) if self.effects.page.next else ""

    @property
    def again(self) -> str:
        """This page, for a browser without scripts to load anew: one at a ``#`` of it would stay where it is."""
        return _here({})

    @property
    def part(self) -> str:
        """Where this part of the page is."""
        return _here({PART: "akibat"})

    @property
    def is_told(self) -> bool:
        """Whether there is a list to show."""
        return self.state in ("now", "done")


def effect_list(
    session: Session,
    target: Target,
    decided: Decisions,
    *,
    filters: CaseFilters,
    kind: str,
    actor: Actor,
    limit: int = 50,
    fields: Sequence[tuple[str, str]] = (),
) -> EffectList:
    """What a page shows; where its list begins stands in the address.

    Up to `surveys.AT_ONCE` cases are judged now, more are looked up in a survey.
    """
    asked = Asked(filters, kind, lists.argument(lists.AFTER), limit)
    ids = targets.ids_after(session, target, 0, surveys.AT_ONCE + 1, actor=actor, filters=filters)
    made = EffectList("none", len(ids), _nothing(), (), kind, fields=fields, may_ask=moves.may_move(actor))
    if not ids:
        return made
    if len(ids) <= surveys.AT_ONCE:
        found = effect_lists.judged_now(session, target, ids, decided, asked, actor=actor)
        return replace(made, state="now", effects=found, rows=_rows(found))
    survey = surveys.find(session, target, decided, actor=actor)
    many = targets.count(session, target, actor=actor, filters=filters)
    made = replace(made, open=many, survey=survey, state=_state(survey, target))
    if survey is None or made.state == "running":
        return made
    found = effect_lists.surveyed(session, survey, target, asked, actor=actor)
    return replace(made, effects=found, rows=_rows(found) if made.is_told else ())


def kind_asked_for() -> str:
    """The kind that the address names; "" for all."""
    kind = lists.argument(KIND)
    return kind if kind in KINDS else ""


def _state(survey: EffectSurvey | None, target: Target) -> State:
    if survey is None:
        return "unasked"
    if not surveys.is_of(survey, target):
        return "outdated"
    return "running" if survey.state == "running" else "done"


def _nothing() -> Effects:
    return Effects(0, effects.totals(()), Page((), None))


def _rows(found: Effects) -> list[Row]:
    return [Row(one, _kinds(one), told_changes(one.changes), _reasons(one)) for one in found.page.items]


def _kinds(verdict: Verdict) -> list[tuple[str, str]]:
    """(kind, its words) of a verdict, the gravest first."""
    return [(kind, _(KINDS[kind])) for kind in effects.KINDS if kind in verdict.kinds]


def told_changes(changes: Sequence[Change]) -> Told:
    """Changes by step, in words."""
    return by_step(changes, Ids(context.config().timezone))


def _reasons(verdict: Verdict) -> list[str]:
    return list(dict.fromkeys(obstacle.text for obstacle in verdict.obstacles))


def _here(changes: Mapping[str, str]) -> str:
    """This page with other values, also where only a part of it was asked for."""
    return lists.address({PART: "", **changes})


def is_part_wanted() -> bool:
    """Whether a script asks for this part of the page alone."""
    return PART in request.args


def as_file(
    session: Session,
    target: Target,
    decided: Decisions,
    name: str,
    *,
    filters: CaseFilters,
    actor: Actor,
) -> Response:
    """The whole list as a CSV file, without what cases are about: that may name somebody."""
    asked = Asked(filters, kind_asked_for(), limit=None)
    ids = targets.ids_after(session, target, 0, surveys.AT_ONCE + 1, actor=actor, filters=filters)
    if len(ids) <= surveys.AT_ONCE:
        found = effect_lists.judged_now(session, target, ids, decided, asked, actor=actor)
    else:
        survey = surveys.require_done(session, target, decided, actor=actor)
        found = effect_lists.surveyed(session, survey, target, asked, actor=actor)
    heading = [_("Nomor perkara"), _("Versi sekarang"), _("Akibat"), _("Rincian")]
    rows = (
        (
            row.verdict.number,
            row.verdict.source_number or "",
            ", ".join(text for _kind, text in row.kinds),
            "; ".join([*row.reasons, *(_line(name, each) for name, each in row.changes)]),
        )
        for row in _rows(found)
    )
    return sheet_files.csv_download(name, heading, rows)


def _line(name: str, changes: Sequence[tuple[str, str | None, str]]) -> str:
    parts = (
        f"{label} {before} → {after}" if before else f"{label} {after}" for label, before, after in changes
    )
    return f"{name}: {', '.join(parts)}"
