"""Beban kerja: who holds what and what is late, and how it is spread, handed over and taken back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus, urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.base.errors import AppError, Conflict, InvalidForm, NotAllowed
from app.base.i18n import N_, _, pgettext
from app.commands import workload as commands
from app.models import User, UserTask
from app.services.casefile import casefile
from app.services.core import ids, paging
from app.services.core.access import Actor
from app.services.core.paging import Page
from app.services.people import absences, loads, units, users
from app.services.workload import listing, overview, spreading, transfers
from app.services.workload.listing import Filters
from app.services.workload.overview import Row
from app.web import context, deadlines, entries, errors, lists
from app.web.lists import Column, Filter, List
from app.web.loads import load_in_words
from app.web.tasks import columns as task_columns
from app.web.tasks import inbox

blueprint = Blueprint("workload", __name__)

STATES = {
    "waiting": N_("Menunggu"),
    "moved": N_("Dialihkan"),
    "refused": N_("Tidak dialihkan"),
    "returning": N_("Sedang ditarik"),
    "undone": N_("Ditarik kembali"),
    "kept": N_("Tidak dapat ditarik"),
}
TRANSFER_STATES = {
    "running": N_("Sedang berjalan"),
    "stopped": N_("Dihentikan"),
    "done": N_("Selesai"),
}
DUE = {
    "overdue": N_("Lewat tenggat"),
    "today": N_("Jatuh tempo hari ini"),
    "week": N_("7 hari ke depan"),
    "fortnight": N_("14 hari ke depan"),
}
#: Of a hand-over so many tasks stand on the page that is looked at before.
_SHOWN = 50
#: What a filter is called in addresses.
_NAMES = {"officer": "petugas", "lane": "lajur", "unit": "unit", "due": "tenggat"}


def link(**filters: str) -> str:
    """Where the tasks behind a figure are."""
    query = urlencode({_NAMES[name]: value for name, value in filters.items() if value})
    return url_for("workload.listed") + (f"?{query}" if query else "")


@blueprint.get("/beban")
def show() -> str:
    """Counts by officer, lane and unit, each leading to its tasks."""
    actor = context.actor()
    with context.database().reading() as session:
        return render_template(
            "workload/show.html",
            found=overview.overview(session, actor=actor),
            columns=_count_columns,
            link=link,
            nobody=listing.NOBODY,
            transfers=[
                (one, _(TRANSFER_STATES[one.state])) for one in transfers.begun_by(session, actor=actor)
            ],
            may_act=not actor.is_auditor,
            files=lists.files(url_for("workload.download_counts")),
        )


@blueprint.get("/beban/unduh")
def download_counts() -> Response:
    """The counts as a file: officers, lanes and units one after the other."""
    with context.database().reading() as session:
        found = overview.overview(session, actor=context.actor())
    rows = [*found.officers, *found.lanes, *found.units]
    return lists.download("beban-kerja", "workload", _count_columns(), rows)


def _count_columns(kind: str = "officer") -> list[Column[Row]]:
    """``kind``: of which rows the page shows the counts."""
    names = {"officer": _("Petugas"), "lane": _("Lajur"), "unit": _("Unit")}
    short = {"week": _("7 hari"), "fortnight": _("14 hari")}
    queue = kind != "officer"
    known = f"{link()}?{_NAMES[kind]}="

    def figure(
        name: str, text: str, about: str, of: Callable[[Row], int], *, shown: bool = True
    ) -> Column[Row]:
        def show(row: Row) -> tuple[int, str, str]:
            return of(row), f"{known}{quote_plus(row.id)}{more}", f"{row.name}, {about}"

        more = {"open": "", "nobody": f"&{_NAMES['officer']}={listing.NOBODY}"}.get(
            name, f"&{_NAMES['due']}={name}"
        )
        value = of if name not in DUE else None
        return Column(text, value, "figure", show, key=name, shown=shown)

    return [
        lists.own("lead", names[kind]),
        Column(_("Menurut"), lambda row: names[row.kind]),
        Column(_("Nama"), lambda row: row.name),
        figure("open", _("Terbuka"), _("terbuka"), lambda row: row.counts.open),
        *(Column(_(text), _due(name)) for name, text in DUE.items()),
        *(figure(name, short.get(name, _(text)), _(text), _due(name)) for name, text in DUE.items()),
        figure(
            "nobody",
            _("Belum dipegang"),
            _("belum dipegang"),
            lambda row: row.counts.unclaimed,
            shown=queue,
        ),
        Column(_("Tertua sejak"), None, "date", lambda row: row.counts.oldest, kind="when", shown=queue),
    ]


def _due(name: str) -> Callable[[Row], int]:
    return lambda row: row.counts.due[name]


# Spreading ---------------------------------------------------------------------------------------------------------


@blueprint.get("/beban/tugas")
def listed() -> str:
    """The tasks behind a figure, to choose from."""
    with context.database().reading() as session:
        return _list_page(session)


@blueprint.get("/beban/tugas/unduh")
def download() -> Response:
    """The same list as a file, all of its pages, without identity."""
    actor, filters = context.actor(), _filters()
    with context.database().reading() as session:
        overview.require_part(session, actor=actor)

    def page(session: Session, after: str) -> Page[UserTask]:
        return listing.page(session, filters, actor=actor, after=after, limit=paging.MAX_LIMIT)

    return lists.download_pages(
        "beban-tugas", "workload_tasks", task_columns.of_file(), page, inbox.task_rows
    )


def _list_page(session: Session, missing: Mapping[str, str] | None = None) -> str:
    actor, filters = context.actor(), _filters()
    page = listing.page(session, filters, actor=actor, after=lists.argument(lists.AFTER))
    people = spreading.candidates(session, page.items) if not actor.is_auditor else []
    load = loads.of_users(session, [user.id for user in people])
    about = _about(session, page.items)
    return render_template(
        "workload/list.html",
        rows=page.items,
        columns=_task_columns(**about, may_act=not actor.is_auditor),
        number=listing.count(session, filters, actor=actor),
        most=spreading.MOST,
        found=List(filters=_bar(session, filters, actor)),
        here=_here(),
        people=[(user, load_in_words(load[user.id]), load[user.id]) for user in people],
        following=lists.next_page(page.next),
        may_act=not actor.is_auditor,
        missing=missing or {},
        chosen=request.form.getlist("task"),
        ticked=request.form.getlist("officer"),
        all_chosen=bool(request.form.get("semua")),
        absences=absences.away(session, {task.assignee_id for task in page.items if task.assignee_id}),
    )


def _task_columns(
    titles: Mapping[int, str], units: Mapping[str, str], *, may_act: bool
) -> list[Column[UserTask]]:
    def lead(task: UserTask) -> tuple[str, str, str, str]:
        address = url_for("tasks.show", task_id=task.id)
        return address, titles[task.instance_id], "", f"{task.instance.business_key} · {task.name}"

    return [
        Column(_("Pilih"), cell="own", key="pick", shown=may_act),
        Column(pgettext("satu", "Perkara"), cell="lead", show=lead),
        Column(_("Tenggat"), cell="due", show=lambda task: deadlines.of_task(task).as_dict()),
        Column(
            _("Lajur"),
            cell="lines",
            show=lambda task: (task.lane, units.get(task.unit_code or "", task.unit_code)),
        ),
        Column(_("Petugas"), cell="own", key="officer"),
    ]


def _filters() -> Filters:
    given = {name: lists.argument(known) for name, known in _NAMES.items()}
    return Filters(**{**given, "due": given["due"] if given["due"] in overview.DUE else ""})


def _here() -> dict[str, str]:
    """What the address says of the list. What is sent from it goes to an address that says the same: a page that is
    shown again, and the one after it, are about the same tasks."""
    return {name: value for name in (*_NAMES.values(), lists.AFTER) if (value := lists.argument(name))}


def _bar(session: Session, filters: Filters, actor: Actor) -> Sequence[Filter]:
    found = overview.overview(session, actor=actor)
    people = sorted(((row.id, row.name) for row in found.officers), key=lambda pair: pair[1].casefold())
    offered = (
        ("petugas", _("Petugas"), [(listing.NOBODY, _("Belum ada yang memegang")), *people], filters.officer),
        ("tenggat", _("Tenggat"), [(name, _(text)) for name, text in DUE.items()], filters.due),
        ("lajur", _("Lajur"), [(row.id, row.name) for row in found.lanes], filters.lane),
        ("unit", _("Unit"), [(row.id, row.name) for row in found.units], filters.unit),
    )
    return [Filter(*one) for one in offered if one[3] or len(one[2]) > 1]


def _about(session: Session, rows: Sequence[UserTask]) -> dict[str, Any]:
    """What the rows of tasks need beside themselves."""
    return {
        "titles": lists.titles(session, (task.instance for task in rows)),
        "units": casefile.unit_names(session, (task.unit_code or "" for task in rows)),
    }


@blueprint.post("/beban/tugas")
def preview() -> Response | str:
    """Show who would get what; nothing is changed yet."""
    actor = context.actor()
    with context.database().reading() as session:
        overview.require_part(session, actor=actor)
        chosen = request.form.getlist("task")[: spreading.MOST]
        if request.form.get("semua"):
            chosen = listing.matching(session, _filters(), actor=actor, most=spreading.MOST)
        people = [id_ for text in request.form.getlist("officer") if (id_ := ids.parse_id(text)) is not None]
        missing = {}
        if not chosen:
            missing["task"] = _("Pilih tugas yang dibagikan.")
        if not people:
            missing["officer"] = _("Pilih sedikitnya satu petugas.")
        if missing:
            return make_response(_list_page(session, missing=missing), 422)
        listed = (
            ids.parse_number(request.form.get("jumlah", ""), ids.MAX_ID)
            if request.form.get("semua")
            else None
        )
        return _plan_page(session, chosen, people, actor, listed=listed)


def _plan_page(
    session: Session,
    chosen: Sequence[str],
    people: Sequence[int],
    actor: Actor,
    *,
    listed: int | None = None,
    refused: Mapping[str, str] | None = None,
) -> str:
    """``listed``: how many tasks the list had when all of them were chosen."""
    plan = spreading.plan(session, chosen, people, actor=actor)
    return render_template(
        "workload/plan.html",
        plan=plan,
        totals=[(user, number, load_in_words(plan.loads[user.id])) for user, number in plan.totals],
        here=_here(),
        filters=[text for text, _url in List(filters=_bar(session, _filters(), actor)).chips],
        listed=listed if listed is not None and min(listed, spreading.MOST) != len(chosen) else None,
        reason=request.form.get("reason", ""),
        errors=refused or {},
        **_about(session, [share.task for share in plan.shares]),
    )


@blueprint.post("/beban/bagikan")
def spread() -> Response:
    """Give each task to whom the page looked at before said."""
    actor, reason = context.actor(), request.form.get("reason", "")
    wanted = _wanted(request.form.getlist("bagian"))
    command = entries.sent_command("spread_tasks", "", [sorted(wanted.items()), reason])
    try:
        done = commands.spread(context.database(), command, wanted, reason, actor=actor)
    except InvalidForm as error:
        with context.database().reading() as session:
            refused = error.errors or {"reason": errors.tell_error(error)}
            people = list(dict.fromkeys(wanted.values()))
            page = _plan_page(session, list(wanted), people, actor, refused=refused)
        return make_response(page, 422)
    return redirect(url_for("workload.transfer", transfer_id=done["transfer"]), 303)


def _wanted(parts: Sequence[str]) -> dict[str, int]:
    """Who gets which task, by their ids: ``task:user`` as `workload/plan.html` has them."""
    found: dict[str, int] = {}
    for part in parts[: spreading.MOST]:
        task_id, _colon, user_id = part.partition(":")
        if (number := ids.parse_id(user_id)) is not None:
            found[task_id] = number
    return found


# Handing over ------------------------------------------------------------------------------------------------------


@blueprint.get("/beban/serah-terima")
def hand_over() -> str:
    """What somebody holds, or what is open of a unit, and to whom it may go."""
    with context.database().reading() as session:
        return _hand_over_page(session, lists.argument("orang"), lists.argument("unit"))


def _hand_over_page(
    session: Session, person: str, unit: str, problems: Mapping[str, str] | None = None
) -> str:
    actor = context.actor()
    if not person and not unit:
        return _choose_page(session, actor)
    given: dict[str, Any] = {
        "person": None,
        "unit": None,
        "sent": {"to": request.form.get("to", ""), "reason": request.form.get("reason", "")},
        "errors": problems or {},
        "may_act": not actor.is_auditor,
    }
    if person:
        user = users.get(session, ids.parse_id(person) or 0)
        stands_in = absences.stands_in(session, actor=actor, user_id=user.id)
        if user.id != actor.id and not stands_in:
            overview.require_part(session, actor=actor)
        found = transfers.of_person(session, user, actor=actor)
        rows = listing.tasks_of(session, found[:_SHOWN], actor=actor)
        choices = _receivers(session, user, rows, actor, own=bool(stands_in))
        given |= {"person": user, "stands_in": bool(stands_in), "choices": choices}
    else:
        overview.require_part(session, actor=actor)
        of = units.get(session, unit)
        found = transfers.of_unit(session, unit, actor=actor)
        rows = listing.tasks_of(session, found[:_SHOWN], actor=actor)
        given |= {"unit": of, "choices": _successors(session, unit), "stands_in": False}
    return render_template(
        "workload/hand_over.html", rows=rows, number=len(found), **given, **_about(session, rows)
    )


def _choose_page(session: Session, actor: Actor) -> str:
    overview.require_part(session, actor=actor)
    found = overview.overview(session, actor=actor)
    return render_template(
        "workload/choose.html",
        people=sorted(((row.id, row.name) for row in found.officers), key=lambda pair: pair[1].casefold()),
        units=[(row.id, row.name) for row in found.units],
    )


def _receivers(
    session: Session, user: User, rows: Sequence[UserTask], actor: Actor, *, own: bool
) -> Sequence[tuple[str, str]]:
    """(id, name and load) of those to whom the tasks of a user may go; a substitute takes them himself."""
    people = [one for one in spreading.candidates(session, rows) if one.id != user.id]
    if own:
        people = [one for one in people if one.id == actor.id]
    load = loads.of_users(session, [one.id for one in people])
    return [(str(one.id), f"{one.full_name} ({load_in_words(load[one.id])})") for one in people]


def _successors(session: Session, code: str) -> Sequence[tuple[str, str]]:
    """The units that can take over, the successors first."""
    first = units.details_of(units.get(session, code)).successors
    everything = [one for one in units.everything(session) if one.code != code]
    ordered = sorted(everything, key=lambda one: (one.code not in first, one.name.casefold()))
    return [
        (one.code, _("{name} (unit pengganti)", name=one.name) if one.code in first else one.name)
        for one in ordered
    ]


@blueprint.post("/beban/serah-terima")
def begin_hand_over() -> Response:
    """Hand over all of it, in the background."""
    person, unit = request.form.get("orang", ""), request.form.get("unit", "")
    try:
        done = _begin(person, unit, request.form.get("to", ""), request.form.get("reason", ""))
    except (InvalidForm, Conflict) as error:
        told = error.errors if isinstance(error, InvalidForm) and error.errors else {}
        with context.database().reading() as session:
            page = _hand_over_page(session, person, unit, told or {"": errors.tell_error(error)})
        return make_response(page, errors.problem_of(error).status)
    return redirect(url_for("workload.transfer", transfer_id=done["transfer"]), 303)


def _begin(person: str, unit: str, to: str, reason: str) -> dict[str, Any]:
    actor, database = context.actor(), context.database()
    command = entries.sent_command("hand_over", person or unit, [to, reason])
    if unit:
        return commands.succeed(database, command, unit, to, reason, actor=actor)
    user_id, to_id = ids.parse_id(person), ids.parse_id(to)
    if to_id is None:
        missing = {"to": _("Pilih petugas yang menerima tugas ini.")}
        if not reason.strip():
            missing["reason"] = _("Tulis alasan pengalihan.")
        raise InvalidForm(_("Tugas belum dialihkan."), missing)
    return commands.hand_over(database, command, user_id or 0, to_id, reason, actor=actor)


# What came of it ---------------------------------------------------------------------------------------------------


@blueprint.get("/beban/pengalihan/<int:transfer_id>")
def transfer(transfer_id: int) -> str:
    """What became of each task, and how far it is."""
    return _transfer_page(transfer_id)


def _transfer_page(transfer_id: int, problem: str = "") -> str:
    actor, state = context.actor(), lists.argument("keadaan")
    with context.database().reading() as session:
        found = transfers.get(session, transfer_id, actor=actor)
        counts = transfers.TASKS.progress(session, transfer_id)[transfer_id]
        page = transfers.rows(session, transfer_id, state, actor=actor, after=lists.argument(lists.AFTER))
        total, left = sum(counts.values()), counts["waiting"] + counts["returning"]
        return render_template(
            "workload/transfer.html",
            found=found,
            state=_(TRANSFER_STATES[found.state]),
            counts=[(one, _(STATES[one]), n) for one, n in counts.items() if n or one == state],
            filter=state,
            total=total,
            done=total - left,
            rows=[(row, _(STATES[row.state])) for row in page.items],
            may_take_back=transfers.may_take_back(found, actor) and found.state != "running",
            to_take_back=counts["moved"] + counts["kept"],
            first=lists.address() if lists.argument(lists.AFTER) else "",
            following=lists.next_page(page.next),
            problem=problem,
            **_about(session, [row.task for row in page.items]),
        )


@blueprint.post("/beban/pengalihan/<int:transfer_id>/tarik")
def take_back(transfer_id: int) -> Response:
    """Undo it, or one task of it."""
    task_id = request.form.get("task", "")
    command = entries.sent_command("undo_transfer", transfer_id, task_id)
    try:
        commands.take_back(context.database(), command, transfer_id, actor=context.actor(), task_id=task_id)
    except (Conflict, NotAllowed) as error:
        return _refused(transfer_id, error)
    return redirect(url_for("workload.transfer", transfer_id=transfer_id), 303)


def _refused(transfer_id: int, error: AppError) -> Response:
    page = _transfer_page(transfer_id, errors.tell_error(error))
    return make_response(page, errors.problem_of(error).status)
