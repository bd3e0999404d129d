"""The timeline of a case as its page shows it: by day, folded, narrowed to a kind or to an element of the diagram."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from flask import request, url_for

from app.base.i18n import _, ngettext
from app.history.catalogue import Entry, Event
from app.services.casefile import timeline
from app.services.casefile.casefile import CaseFile
from app.services.casefile.timeline import GROUPS, Told
from app.services.casefile.vocabulary import Vocabulary
from app.services.core import ids
from app.web import context, lists, sentences

#: So many events stand open; older ones are folded away, so that what the case holds is not a screen's length below.
_OPEN_EVENTS = 8
#: Fewer are not worth a press.
_FEWEST_FOLDED = 3
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

Day = tuple[date, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Timeline:
    """``days``: (date, its entries), the latest first; ``older``: those that are folded away. ``tabs``: the kinds.

    ``element``: what the address narrows it to, by name; ``everything``: the address without. ``earlier``: the page
    of events before these, "" where there are none; ``count``: how many entries there are.
    """

    days: Sequence[Day]
    older: Sequence[Day]
    folded: int
    count: int
    tabs: Sequence[Mapping[str, Any]]
    element: str
    everything: str
    earlier: str
    #: What the address says that is not known in this case, in sentences.
    unknown: Sequence[str] = ()


def marked() -> str:
    """The id of the element that the address marks in the diagram; "" for none."""
    return request.args.get("elemen", "")


def before() -> int | None:
    """The id of the event before which the address wants those that happened earlier."""
    return lists.number("sebelum", ids.MAX_EVENT_ID)


def address(instance_id: int, **narrowed: str | int | None) -> str:
    """The page of a case at its timeline, narrowed to ``elemen``, ``jenis`` and ``sebelum``."""
    given: dict[str, Any] = {name: value for name, value in narrowed.items() if value}
    return url_for("casefile.show", instance_id=instance_id, _anchor="riwayat", **given)


def draw(file: CaseFile, events: Sequence[Entry[Event]], more: bool, words: Vocabulary) -> Timeline:
    """The timeline of ``events``, which are those of ``file`` or a page before them."""
    id_, element, kind = file.instance.id, marked(), request.args.get("jenis", "")
    unknown = _unknown(file, element, kind)
    kind = kind if kind in GROUPS else ""
    told = timeline.folded(events)
    if element:
        told = timeline.at_element(told, file.version.diagram, element)
    items = [(each, _item(file, each, words)) for each in reversed(told)]
    wanted = GROUPS[kind][1] if kind else frozenset[str]()
    shown = [(each, item) for each, item in items if not kind or item["kind"] in wanted]
    open_ = len(shown) if kind or element or len(shown) <= _OPEN_EVENTS + _FEWEST_FOLDED else _OPEN_EVENTS
    oldest = events[0].id if events else 0
    return Timeline(
        _by_day(shown[:open_]),
        _by_day(shown[open_:]),
        len(shown) - open_,
        len(shown),
        _tabs(id_, [item for _each, item in items], kind, element),
        words.activity(element) if element in file.version.diagram.nodes else _flow(file, element, words),
        address(id_),
        address(id_, elemen=element, jenis=kind, sebelum=oldest) if more else "",
        unknown,
    )


def _unknown(file: CaseFile, element: str, kind: str) -> list[str]:
    """What the address narrows the timeline to that there is not: an element of no version that the case was in, a
    kind, the id of an event."""
    diagrams = [one.diagram for one in (file.version, *file.earlier)]
    drawn = any(element in one.nodes or any(flow.id == element for flow in one.flows) for one in diagrams)
    earlier = request.args.get("sebelum", "")
    wrong = (
        (_("Elemen"), element, not drawn),
        (_("Jenis"), kind, kind not in GROUPS),
        (_("Sebelum"), earlier, before() is None),
    )
    return [lists.unknown_value(label, given) for label, given, is_so in wrong if given and is_so]


def _flow(file: CaseFile, element: str, words: Vocabulary) -> str:
    return words.flow(element) if element else ""


def _item(file: CaseFile, told: Told, words: Vocabulary) -> dict[str, Any]:
    entry = told.entry
    diagram = file.version.diagram
    node = diagram.nodes.get(entry.activity_id or "")
    place = (diagram.host_of(node) or diagram.nodes.get(node.copy_of, node)) if node is not None else None
    return {
        **sentences.entry(entry, words),
        "id": entry.id,
        "gap": in_words(told.since) if told.since is not None else "",
        "beside": [sentences.entry(one, words) for one in told.beside],
        "place": words.activity(place.id) if place is not None else "",
        "mark": url_for("casefile.show", instance_id=file.instance.id, elemen=place.id, _anchor="kedudukan")
        if place is not None
        else "",
    }


def _tabs(id_: int, items: Sequence[Mapping[str, Any]], kind: str, element: str) -> list[Mapping[str, Any]]:
    """A tab for each kind that there is, with how many."""
    counts = {name: sum(item["kind"] in kinds for item in items) for name, (_label, kinds) in GROUPS.items()}
    first = {
        "label": _("Semua"),
        "url": address(id_, elemen=element),
        "current": not kind,
        "count": len(items),
    }
    return [
        first,
        *(
            {
                "label": _(GROUPS[name][0]),
                "url": address(id_, elemen=element, jenis=name),
                "current": kind == name,
                "count": count,
            }
            for name, count in counts.items()
            if count or kind == name
        ),
    ]


def _by_day(items: Sequence[tuple[Told, Mapping[str, Any]]]) -> list[Day]:
    zone = context.config().timezone
    dated = [(told.entry.at.astimezone(zone).date(), item) for told, item in items]
    return [(on, [item for _on, item in some]) for on, some in groupby(dated, key=itemgetter(0))]


def in_words(span: timedelta) -> str:
    """A span of time by the wall's clock: 3 hari 2 jam, 2 jam 5 menit, 40 menit; "" for less than a minute."""
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    parts = [
        ngettext("{count} hari", "{count} hari", days) if days else "",
        ngettext("{count} jam", "{count} jam", hours) if hours else "",
        ngettext("{count} menit", "{count} menit", minutes) if minutes and not days else "",
    ]
    return " ".join(part for part in parts if part)
