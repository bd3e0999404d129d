"""What stands in the form of a table that was read: each line's fields, as they are shown and as they come back.

A page shows some of the lines; what was typed about the others goes along with it in one hidden field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from app.base.i18n import _
from app.services.core import ids
from app.services.sop_tables import answers, corrections, grids, lanes, packing
from app.services.sop_tables.corrections import NEXT, Plan
from app.services.sop_tables.drafting import SopDraft
from app.services.sop_tables.reading import Answers, SopTable

#: Lines on one page.
PAGE_LINES = 40


@dataclass
class Typed:
    """What was typed: the names of the lanes, which of them are merged into which, the plan of each line, and what is
    wrong by the name of its field. ``page`` (from 0) is the one that is shown."""

    names: list[str]
    plans: list[Plan]
    merges: dict[int, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    page: int = 0

    @property
    def places(self) -> range:
        """The lines on the page that is shown."""
        return range(self.page * PAGE_LINES, min((self.page + 1) * PAGE_LINES, len(self.plans)))

    @property
    def pages(self) -> list[range]:
        """The lines on each page."""
        starts = range(0, len(self.plans), PAGE_LINES)
        return [range(start, min(start + PAGE_LINES, len(self.plans))) for start in starts]

    @property
    def merged(self) -> dict[int, int]:
        """The lanes that are merged, each with the one that has its activities."""
        return lanes.resolved(self.merges, len(self.names))

    @property
    def merged_text(self) -> str:
        """Which lanes are merged, as the page's form tells it when it comes back."""
        return ",".join(f"{place}:{into}" for place, into in self.merged.items())

    @property
    def elsewhere(self) -> str:
        """What was typed about the lines of other pages, packed."""
        shown = self.places
        others = {place: plan for place, plan in enumerate(self.plans) if place not in shown}
        return packing.packed_plans(others) if others else ""


def shown(draft: SopDraft, typed: Typed | None = None) -> Typed:
    """What the form holds of a draft, and what of it cannot be; ``typed`` is what it was made of."""
    if typed is None:
        return checked(Typed(list(draft.performers), list(draft.plans)))
    kept = lanes.kept_places(len(typed.names), typed.merged)
    back = dict(enumerate(kept))
    plans = [lanes.moved(plan, back) for plan in draft.plans]
    return checked(Typed(typed.names or list(draft.performers), plans, typed.merges, page=typed.page))


def sent(form: MultiDict[str, str], read: SopDraft) -> Typed:
    """What came back. ``read`` is the draft of the table as it was read: of what the form does not hold, its part.

    Raises:
        InvalidForm: what was typed on other pages did not come back whole.
    """
    names = _names(form, read.performers)
    before, merges = _merges_before(form), _merges(form, len(names))
    now, elsewhere = lanes.resolved(merges, len(names)), packing.unpacked_plans(form.get("lain", ""))
    plans = list[Plan]()
    for place, plan in enumerate(read.plans):
        typed = _plan(form, place) or elsewhere.get(place)
        plans.append(_merged(typed, plan, before, now) if typed is not None else lanes.moved(plan, now))
    found = Typed(names, plans, merges)
    found.page = min(max(_number(form.get("ke") or form.get("halaman", "0")), 0), len(found.pages) - 1)
    return checked(found)


def checked(typed: Typed) -> Typed:
    """The same with what is wrong in it."""
    names, merges = typed.names, typed.merges
    found = {f"lajur-{n}": text for n, text in lanes.name_problems(names, typed.merged).items()}
    found |= {f"lajur-{n}-ke": text for n, text in lanes.merge_problems(merges, len(names)).items()}
    for place, plan in enumerate(typed.plans):
        wrong = corrections.problems(plan, len(names), len(typed.plans))
        found |= {f"b{place}-{name}": text for name, text in wrong.items()}
    return replace(typed, errors=found)


def applied(table: SopTable, read: SopDraft, typed: Typed) -> SopTable:
    """The table with the corrections in it that can be; a line with something wrong stays as it was read."""
    merges = typed.merged
    wrong = {name.partition("-")[0] for name in typed.errors}
    plans = [plan if f"b{place}" not in wrong else None for place, plan in enumerate(typed.plans)]
    names = typed.names
    if "lajur" in wrong:
        names = [*read.performers, *typed.names[len(read.performers) :]]
    if names == list(read.performers) and not merges:
        names = table.performers  # a lane that was guessed stays a guess
    was = [lanes.moved(plan, merges) for plan in read.plans]
    made = corrections.corrected(table, was, [name or "–" for name in names], plans)
    return lanes.merged(made, merges)


def _names(form: MultiDict[str, str], read: Sequence[str]) -> list[str]:
    names = [_line(form.get(f"lajur-{place}", name)) for place, name in enumerate(read)]
    while (name := form.get(f"lajur-{len(names)}")) is not None and len(names) < grids.MAX_COLUMNS:
        names.append(_line(name))
    new = _line(form.get("lajur-baru", ""))
    return [*names, new] if new else names


def _merges(form: MultiDict[str, str], count: int) -> dict[int, int]:
    chosen = {place: form.get(f"lajur-{place}-ke", "") for place in range(count)}
    return {place: _number(into) for place, into in chosen.items() if into}


def _merges_before(form: MultiDict[str, str]) -> dict[int, int]:
    """The merges under which the page was shown."""
    pairs = [one.partition(":") for one in form.get("gabungan", "").split(",")]
    return {_number(place): _number(into) for place, _colon, into in pairs if into}


def _merged(typed: Plan, read: Plan, before: Mapping[int, int], now: Mapping[int, int]) -> Plan:
    """What was typed, under the merges of now. Who does what and was not touched is told by what was read, so that a
    lane that is merged no more has its activities back."""
    was, again = lanes.moved(read, before), lanes.moved(read, now)
    found = lanes.moved(typed, now)
    if typed.performers == was.performers:
        found = replace(found, performers=again.performers)
    questions = list(found.questions)
    for place, (one, old) in enumerate(zip(typed.questions, was.questions, strict=False)):
        if one.performer == old.performer:
            questions[place] = replace(questions[place], performer=again.questions[place].performer)
    return replace(found, questions=tuple(questions))


def _plan(form: MultiDict[str, str], place: int) -> Plan | None:
    name = f"b{place}"
    if f"{name}-kegiatan" not in form:
        return None
    performers = tuple(_number(one) for one in form.getlist(f"{name}-pelaksana") if one)
    count = min(max(_number(form.get(f"{name}-pertanyaan", "0")), 0), corrections.MOST_QUESTIONS)
    plan = Plan(_line(form[f"{name}-kegiatan"]), performers, _line(form.get(f"{name}-tenggat", "")), ())
    questions = [_question(form, f"{name}-q{number}") for number in range(count)]
    return replace(plan, questions=tuple(one or _asked(plan, place) for one in questions))


def _question(form: MultiDict[str, str], name: str) -> Answers | None:
    if f"{name}-teks" not in form:
        return None
    performer = _number(form.get(f"{name}-pelaksana", ""))
    yes, no = (form.get(f"{name}-{answer}", NEXT) for answer in ("ya", "tidak"))
    words = [_line(form.get(f"{name}-kata-{answer}", ""))[: answers.LONGEST] for answer in ("ya", "tidak")]
    return Answers(_line(form[f"{name}-teks"]), performer, yes, no, *words)


def _asked(plan: Plan, place: int) -> Answers:
    """A question that was just added: it sends the work back to its own line until it is answered otherwise."""
    performer = plan.performers[-1] if plan.performers else 0
    return Answers(f"{plan.activity.rstrip('?')}?", performer, NEXT, corrections.to_line(place))


def _line(text: str) -> str:
    return " ".join(text.split())


def _number(text: str) -> int:
    """The number in a field; -1 for none."""
    number = ids.parse_number(text, 9_999)
    return -1 if number is None else number


def turn_to_errors(typed: Typed) -> None:
    """Show the first page with something wrong, where the one that is shown has nothing."""
    wrong = [typed.page if place is None else place // PAGE_LINES for place in map(_place, typed.errors)]
    if wrong and typed.page not in wrong:
        typed.page = wrong[0]


def errors_in_order(typed: Typed) -> Sequence[tuple[str, str]]:
    """(id of the field, words) for the summary above the page; of other pages only which they are."""
    here, there = list[tuple[str, str]](), dict[int, str]()
    for name, text in typed.errors.items():
        place = _place(name)
        if place is None or place in typed.places:
            here.append((f"f-{name}", text))
        else:
            page = place // PAGE_LINES
            there[page] = _("Ada yang harus dibetulkan pada halaman {number}.", number=page + 1)
    return [*here, *((f"ke-{page}", text) for page, text in sorted(there.items()))]


def _place(name: str) -> int | None:
    """The place of the line that a field is about; None for a lane's."""
    place = name.removeprefix("b").partition("-")[0]
    return ids.parse_id(place) if name.startswith("b") else None
