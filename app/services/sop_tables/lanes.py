"""The lanes of a table that was read: their names, and which the owner merges into another. A lane's place stays the
same while it is corrected; only the table that becomes the draft is without those that were merged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.base.i18n import _
from app.services.sop_tables.corrections import LONGEST_NAME, Plan
from app.services.sop_tables.reading import Choice, Line, SopTable

#: The place of a lane that is merged, and of the one that takes its activities.
Merges = Mapping[int, int]


def name_problems(names: Sequence[str], merges: Merges) -> dict[int, str]:
    """What cannot be in the names of lanes, by their places; those that are merged may have any."""
    found, taken = dict[int, str](), set[str]()
    for place, name in enumerate(names):
        if place in merges:
            continue
        if not 0 < len(name) <= LONGEST_NAME:
            found[place] = _("Isi nama lajurnya, paling panjang {most} huruf.", most=LONGEST_NAME)
        elif name.casefold() in taken:
            found[place] = _("Nama lajur ini sudah dipakai. Gabungkan lajurnya, atau beri nama lain.")
        taken.add(name.casefold())
    return found


def merge_problems(merges: Merges, lanes: int) -> dict[int, str]:
    """Which lanes cannot be merged as chosen, by their places."""
    return {
        place: _("Lajur-lajur ini saling digabungkan; satu di antaranya harus tetap ada.")
        if 0 <= into < lanes
        else _("Pilih lajur yang ada.")
        for place, into in merges.items()
        if not 0 <= into < lanes or _last(place, merges) is None
    }


def _last(place: int, merges: Merges) -> int | None:
    """Where a lane's activities end up; None where merges go round."""
    seen = set[int]()
    while place in merges:
        if place in seen:
            return None
        seen.add(place)
        place = merges[place]
    return place


def resolved(merges: Merges, lanes: int) -> dict[int, int]:
    """Each merged lane with the one that its activities end up in; those are left out that go round or nowhere."""
    ends = {place: _last(place, merges) for place in merges if place < lanes}
    return {place: end for place, end in ends.items() if end is not None and 0 <= end < lanes}


def moved(plan: Plan, merges: Merges) -> Plan:
    """The plan of a line with each merged lane's part done by the one that it is merged into."""
    performers = tuple(dict.fromkeys(merges.get(one, one) for one in plan.performers))
    questions = tuple(
        replace(one, performer=merges.get(one.performer, one.performer)) for one in plan.questions
    )
    return replace(plan, performers=performers, questions=questions)


def merged(table: SopTable, merges: Merges) -> SopTable:
    """The table without the merged lanes, all that is done in them moved."""
    if not merges:
        return table
    kept = kept_places(len(table.performers), merges)
    new = {place: kept.index(merges.get(place, place)) for place in range(len(table.performers))}
    lines = [_renumbered(line, new) for line in table.lines]
    return replace(table, performers=[table.performers[place] for place in kept], lines=lines)


def kept_places(lanes: int, merges: Merges) -> list[int]:
    """The places of the lanes that stay."""
    return [place for place in range(lanes) if place not in merges]


def _renumbered(line: Line, new: Mapping[int, int]) -> Line:
    marks = [replace(mark, performer=new[mark.performer]) for mark in line.marks]
    choice = line.choice
    if choice is not None:
        performers, questions = choice.performers, choice.questions
        choice = Choice(
            choice.activity,
            tuple(new[one] for one in performers) if performers is not None else None,
            choice.deadline,
            tuple(replace(one, performer=new[one.performer]) for one in questions)
            if questions is not None
            else None,
        )
    return replace(line, marks=marks, choice=choice)
