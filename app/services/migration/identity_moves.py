"""What of identity keeps a case where it is: who moves must neither open it nor show it to more lanes.

A reporter gave it under the version that the case began on; another version decides for cases of its own.
"""

from collections.abc import Iterator
from datetime import datetime

from app.calendar import Calendar
from app.engine.reading.texts import properties
from app.engine.running.migration import Obstacle
from app.i18n import _
from app.models import ProcessInstance
from app.services import identity
from app.services.definitions.definitions import Version


def obstacles(
    instance: ProcessInstance, source: Version, target: Version, *, now: datetime, calendar: Calendar
) -> Iterator[Obstacle]:
    """Yield what is in the way. No SQL; V8 is asked only where the versions hide identity by different conditions."""
    yield from _told(instance, source, target)
    yield from _opened(source, target)
    yield from _shown(source, target)
    yield from _disclosed(instance, source, target, now.astimezone(calendar.zone))


def _told(instance: ProcessInstance, source: Version, target: Version) -> Iterator[Obstacle]:
    """The case holds openly what the target version keeps as identity."""
    open_ones = target.private_keys - source.private_keys
    held = sorted(key for key in open_ones if instance.variables.get(key) not in (None, "", []))
    if held:
        text = _(
            "Isian {fields} adalah identitas dalam versi tujuan, tetapi perkara ini menyimpannya terbuka.",
            fields=", ".join(held),
        )
        yield Obstacle("identity_open", None, text)


def _opened(source: Version, target: Version) -> Iterator[Obstacle]:
    """What was typed as identity, in drafts too, would be handed in as an open field."""
    fields = (field for form in target.forms.values() for field in form.fields)
    opened = sorted({field.key for field in fields if field.key and not field.private} & source.private_keys)
    if opened:
        text = _(
            "Isian {fields} adalah identitas dalam versi perkara ini, tetapi terbuka dalam versi tujuan.",
            fields=", ".join(opened),
        )
        yield Obstacle("identity_dropped", None, text)


def _shown(source: Version, target: Version) -> Iterator[Obstacle]:
    """More lanes would see identity."""
    before = source.diagram.identity_lanes
    ids, names = {lane.id for lane in before}, {lane.name.casefold() for lane in before}
    new = [
        lane.name or lane.id
        for lane in target.diagram.identity_lanes
        if lane.id not in ids and lane.name.casefold() not in names
    ]
    if new:
        text = _(
            "Dalam versi tujuan identitas juga terlihat oleh lajur {lanes}; dalam versi perkara ini tidak.",
            lanes=", ".join(f"“{name}”" for name in new),
        )
        yield Obstacle("identity_shown", None, text)


def _disclosed(
    instance: ProcessInstance, source: Version, target: Version, at: datetime
) -> Iterator[Obstacle]:
    """Identity is closed in this case (``identitas tertutup``), and would not be any more."""
    before, after = (properties.closed_identity(one.diagram) for one in (source, target))
    same_kinds = bool(source.diagram.kinds.names) == bool(target.diagram.kinds.names)
    if not before or (before == after and same_kinds):
        return
    closed = identity.holds(before, instance.variables, source, at)
    if closed and not (after and identity.holds(after, instance.variables, target, at)):
        text = _("Identitas perkara ini tertutup, dan tidak tertutup lagi dalam versi tujuan.")
        yield Obstacle("identity_disclosed", None, text)
