"""The page of one task: the form, and beside it everything that is needed to fill it in well."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template
from sqlalchemy.orm import Session

from app import forms
from app.base.i18n import _
from app.commands.tasks.tasks import as_draft
from app.history.events.tasks import QuestionAnswered, TaskCompleted
from app.models import Absence, MessageWait, User, UserTask
from app.services.casefile import casefile, queries
from app.services.casefile.casefile import CaseFile
from app.services.casefile.vocabulary import Vocabulary
from app.services.core.access import Actor
from app.services.definitions import outlines, staffing
from app.services.instances import messages
from app.services.people import absences, loads, officers
from app.services.people.loads import Load
from app.services.tasks import inbox, permissions, reply_templates, tabs, tasks
from app.services.tasks.drafts import Kept
from app.services.tasks.permissions import Standing
from app.services.tasks.tasks import Work
from app.web import context, entries
from app.web.casefile import clocks, page_parts
from app.web.entries import Drawn
from app.web.loads import load_in_words
from app.web.security_log import noting
from app.web.tasks import cells_read
from app.web.tasks.presence import in_words

#: The cells of the SOP, as the properties of an activity name them, and their headings in the SOP's table.
CELLS = ("input", "persyaratan", "waktu", "output", "ket")
#: The control that answers a gateway: no field of a form can have a colon in its name.
ANSWER = "answer:{}"
#: So many forms that officers handed in before are shown beside a task.
EARLIER = 6


@dataclass(frozen=True)
class Refusal:
    """Why a command was refused, and what is to be shown again.

    ``words`` is the sentence on top; ``problems`` go to fields, ``question_problem`` to the question; ``lost``: the
    heading when the task is no longer his to do, and another one is offered; ``left``: names of files that were not
    taken then. ``ends``: the id of the end to which his answer leads the case, which he has to say he means. ``act``,
    ``sent`` and ``act_problems`` belong to the smaller forms of the page.
    """

    words: str = ""
    values: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    question_problem: str = ""
    lost: str = ""
    left: Sequence[str] = ()
    ends: str | None = None
    act: str = ""
    act_problems: Mapping[str, str] = field(default_factory=dict)
    sent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskPage:
    """What the template shows. ``typed``: (label, text) of what cannot be submitted any more."""

    work: Work
    file: CaseFile
    standing: Standing
    refusal: Refusal
    kept: Kept | None
    drawn: Drawn
    answers: Sequence[str]
    typed: Sequence[tuple[str, str]]
    why: Mapping[str, Any]
    officers: Sequence[tuple[User, Load]]
    absent: Absence | None
    stands_in: bool
    across_units: bool
    words: Vocabulary
    may_write: bool
    following: UserTask | None

    @property
    def node(self) -> Any:
        """The activity in the diagram; the gateway for a question."""
        return self.file.version.diagram.nodes[self.work.task.activity_id]

    @property
    def is_kept(self) -> bool:
        """Whether what the page shows as typed is what the draft holds: not where it was too large for one."""
        if self.refusal.values is None or self.kept is None:
            return self.kept is not None
        values = {key: value for key, value in self.refusal.values.items() if key != forms.FOCUS}
        return self.kept.values == as_draft(values, self.refusal.answers)

    @property
    def typed_text(self) -> str:
        """What was typed, to be copied."""
        return "\n".join(f"{label}: {text}" for label, text in self.typed)

    @property
    def officer_choices(self) -> list[tuple[str, str]]:
        """To whom the task may be handed."""
        names = Counter(user.full_name for user, _load in self.officers)
        return [
            (str(user.id), self._named(user, load, names[user.full_name] > 1)) for user, load in self.officers
        ]

    def _named(self, user: User, load: Load, again: bool) -> str:
        """His name; the user name behind it where a colleague has the same, the units he would take it to, and his
        load."""
        name = f"{user.full_name} ({user.name})" if again else user.full_name
        units = ", ".join(unit.name for unit in user.units) if self.across_units else ""
        return f"{name} ({units}): {load_in_words(load)}" if units else f"{name}: {load_in_words(load)}"

    @property
    def answer_name(self) -> str:
        """The name of the control that answers the question."""
        return ANSWER.format(self.work.question.gateway_id) if self.work.question else ""


def draw_task_page(session: Session, task_id: str, *, actor: Actor, refusal: Refusal | None = None) -> str:
    """Return the page as HTML.

    Raises:
        NotFound: the task is not the actor's to see.
    """
    page = _read(session, task_id, actor, refusal or Refusal())
    noting.case_read(page.file.instance.id)
    shown = [(heading, queries.filled(session, page.work.task, text)) for heading, text in cells(page.node)]
    explanations = {task.id: queries.why(task, session) for task in page.file.tasks}
    return render_template(
        "tasks/task.html",
        page=page,
        task=page.work.task,
        case=page.file.instance,
        cells=shown,
        cells_known=bool(shown) and cells_read.are_known(shown),
        begun=_("Laporan") if outlines.has_reporter(page.file.version) else _("Isian awal"),
        reports=page_parts.reports(page.file),
        earlier=page_parts.handed_in(page.file, page.work.task)[:EARLIER],
        clocks=clocks.all_of(page.file, explanations, page.words),
        waits=_waits(session, page, actor),
        notes=page_parts.notes(page.file),
        present=in_words([name for name, _nothing in page.file.beside.get("present", ())]),
        replies=_replies(page),
        snoozed=tabs.is_put_off(session, page.work.task),
        mentionable=[(name, full_name) for full_name, name in page.file.beside.get("mentionable", ())],
        files=page_parts.files(page.file, page.words),
        done=_done(page),
        zone=context.config().timezone.key,
        file_url=page_parts.file_url,
    )


def _waits(session: Session, page: TaskPage, actor: Actor) -> list[tuple[MessageWait, str, str]]:
    """What may come while the task is open, and the actor may say: the wait, its name, and what he does. 1 SQL, where
    something may."""
    version, task = page.file.version, page.work.task
    around = version.diagram.around(page.node)
    events = {
        e.id for one in around for e in version.diagram.boundary.get(one.id, ()) if e.message is not None
    }
    if not events or task.state != "open":
        return []
    waiting = [wait for wait in messages.waiting(session, task.instance_id) if wait.activity_id in events]
    return [
        (wait, page_parts.awaited(version, wait), page_parts.to_note(version, wait))
        for wait in messages.recordable(session, task.instance, waiting, actor)
    ]


def _replies(page: TaskPage) -> list[tuple[str, str]]:
    """The templates of the task's lane, with the fields of its case in them, for who may write."""
    found = page.file.beside.get("reply", ()) if page.standing == "work" else ()
    return [(name, reply_templates.filled(text, page.file.instance)) for name, text in found]


def cells(node: Any, *, even_empty: bool = False) -> list[tuple[str, str]]:
    """The activity's cells of the SOP, with the headings of the SOP's table.

    None for one of which the SOP says nothing, unless ``even_empty``.
    """
    headings = dict(
        zip(
            CELLS, (_("Input"), _("Persyaratan/Kelengkapan"), _("Waktu"), _("Output"), _("Ket.")), strict=True
        )
    )
    found = [(headings[name], node.properties.get(name, "")) for name in CELLS]
    return found if even_empty or any(text for _heading, text in found) else []


def _read(session: Session, task_id: str, actor: Actor, refusal: Refusal) -> TaskPage:
    work = tasks.get(session, task_id, actor=actor)
    instance = work.task.instance
    file = casefile.task_file(session, work.task, actor=actor, others=work.others)
    standing = permissions.holding(actor, work.task)
    kept = permissions.draft(session, task_id, actor=actor) if work.has_draft else None
    values, answers = _typed(refusal, kept)
    his = standing == "work"
    drawn = entries.draw_form(
        session, work.form, values if his else {}, refusal.problems if his else {},
        variables=work.task.variables, actor=actor, instance_id=instance.id,
    )  # fmt: skip
    across_units = officers.across_units(session, work.task, actor)
    colleagues = (
        loads.of_officers(session, work.task, across_units=across_units)
        if officers.may_reassign(actor, work.task)
        else ()
    )
    holder = work.task.assignee_id if work.task.state == "open" else None
    absent = absences.away(session, [holder]).get(holder) if holder not in (None, actor.id) else None
    return TaskPage(
        work=work,
        file=file,
        standing=standing,
        refusal=refusal,
        kept=kept,
        drawn=_with_warnings(session, work, drawn) if his else drawn,
        answers=_chosen(work, answers),
        typed=[] if his else _lost(work, file, values, answers),
        why=clocks.why_task(work.task, queries.why(work.task, session)),
        officers=colleagues,
        absent=absent,
        stands_in=absent is not None and absent.substitute_id == actor.id,
        across_units=across_units,
        words=page_parts.vocabulary(file),
        may_write=not actor.is_auditor,
        following=inbox.following(session, actor=actor, besides=task_id)
        if refusal.lost and not his
        else None,
    )


def _typed(refusal: Refusal, kept: Kept | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What goes into the form: what was just refused, else the draft, else nothing."""
    if refusal.values is not None:
        return refusal.values, refusal.answers
    held = kept.values if kept else {}
    return held.get("values", {}), held.get("answers", {})


def _chosen(work: Work, answers: Mapping[str, Any]) -> list[str]:
    given = answers.get(work.question.gateway_id, []) if work.question else []
    return [given] if isinstance(given, str) else list(given)


def _lost(
    work: Work, file: CaseFile, values: Mapping[str, Any], answers: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """What was typed into a form that can no longer be sent, in words, empty fields left out."""
    filled = {key: value for key, value in values.items() if value not in (None, "", [], False)}
    rows = forms.display(work.form, filled, files=file.file_names) if work.form else []
    texts = dict(work.question.answers) if work.question else {}
    chosen = [texts[flow_id] for flow_id in _chosen(work, answers) if flow_id in texts]
    return [*rows, (work.question.text, ", ".join(chosen))] if chosen and work.question else rows


def _done(page: TaskPage) -> Any:
    """The form of a completed task as it was submitted; None where there was none, or none is known any more."""
    found = [
        entry
        for entry in page.file.events
        if isinstance(entry.event, TaskCompleted | QuestionAnswered) and entry.event.task == page.work.task.id
    ]
    submitted = queries.submissions(page.file.version, found, page.file.file_names)
    return submitted[0] if submitted else None


def _with_warnings(session: Session, work: Work, drawn: Drawn) -> Drawn:
    """Say at each choice of a unit where nobody works who could take the task."""
    if work.form is None:
        return drawn
    in_vain = staffing.choices_in_vain(session, work.version, work.form.fields)
    return page_parts.mark_choices(drawn, in_vain) if any(in_vain.values()) else drawn
