"""What stands in the form of a table that was read: each line's fields, as they are shown and as they come back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from app.services.sop_tables import corrections, grids
from app.services.sop_tables.corrections import NEXT, Plan
from app.services.sop_tables.drafting import SopDraft
from app.services.sop_tables.reading import Answers, SopTable

#: Lines of a table that can be corrected on the page; what comes after them is corrected in the Studio.
MOST_LINES = 80


@dataclass
class Typed:
    """What was typed: the names of the lanes, the plan of each line (None past `MOST_LINES`), and what is wrong by
    the name of its field."""

    lanes: list[str]
    plans: list[Plan | None]
    errors: dict[str, str] = field(default_factory=dict)


def shown(draft: SopDraft) -> Typed:
    """What the form holds of a draft."""
    plans = [plan if place < MOST_LINES else None for place, plan in enumerate(draft.plans)]
    return Typed(list(draft.performers), plans)


def sent(form: MultiDict[str, str], table: SopTable, read: SopDraft) -> Typed:
    """What came back. ``read`` is the draft of the table as it was read: of what the form does not hold, its part."""
    lanes = _lanes(form, read.performers)
    found = Typed(lanes, [_plan(form, place, plan) for place, plan in enumerate(read.plans)])
    found.errors = {f"lajur-{place}": text for place, text in corrections.lane_problems(lanes).items()}
    for place, plan in enumerate(found.plans):
        if plan is not None:
            wrong = corrections.problems(plan, len(lanes), len(table.lines))
            found.errors |= {f"b{place}-{name}": text for name, text in wrong.items()}
    return found


def applied(table: SopTable, read: SopDraft, typed: Typed) -> SopTable:
    """The table with the corrections in it that can be; a line with something wrong stays as it was read."""
    plans = [
        plan if not any(name.startswith(f"b{place}-") for name in typed.errors) else None
        for place, plan in enumerate(typed.plans)
    ]
    lanes = typed.lanes
    if any(name.startswith("lajur-") for name in typed.errors):
        lanes = [*read.performers, *typed.lanes[len(read.performers) :]]
    if lanes == list(read.performers):
        lanes = table.performers  # a lane that was guessed stays a guess
    return corrections.corrected(table, read.plans, [lane or "–" for lane in lanes], plans)


def _lanes(form: MultiDict[str, str], read: Sequence[str]) -> list[str]:
    lanes = [_line(form.get(f"lajur-{place}", name)) for place, name in enumerate(read)]
    while (name := form.get(f"lajur-{len(lanes)}")) is not None and len(lanes) < grids.MAX_COLUMNS:
        lanes.append(_line(name))
    new = _line(form.get("lajur-baru", ""))
    return [*lanes, new] if new else lanes


def _plan(form: MultiDict[str, str], place: int, read: Plan) -> Plan | None:
    if place >= MOST_LINES:
        return None
    name = f"b{place}"
    if f"{name}-kegiatan" not in form:
        return read
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
    return Answers(_line(form[f"{name}-teks"]), performer, yes, no)


def _asked(plan: Plan, place: int) -> Answers:
    """A question that was just added: it sends the work back to its own line until it is answered otherwise."""
    performer = plan.performers[-1] if plan.performers else 0
    return Answers(f"{plan.activity.rstrip('?')}?", performer, NEXT, corrections.to_line(place))


def _line(text: str) -> str:
    return " ".join(text.split())


def _number(text: str) -> int:
    """The number in a field; -1 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


def errors_in_order(typed: Typed) -> Sequence[tuple[str, str]]:
    """(id of the field, words) for the summary above the page."""
    return [(f"f-{name}", text) for name, text in typed.errors.items()]
