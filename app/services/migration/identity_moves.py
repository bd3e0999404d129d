"""What of identity keeps a case where it is: who moves must neither open it nor show it to more lanes.

A reporter gave it under the version that the case began on; another version decides for cases of its own.
"""

from collections.abc import Iterator
from datetime import datetime

from app.base.calendar import Calendar
from app.base.i18n import _
from app.engine.reading.texts import properties
from app.engine.running.migration import Obstacle
from app.models import ProcessInstance
from app.services import identity
from app.services.definitions.definitions import Version
from app.services.deployment import identity_openings


def obstacles(
    instance: ProcessInstance, source: Version, target: Version, *, now: datetime, calendar: Calendar
) -> Iterator[Obstacle]:
    """Yield what is in the way. No SQL; V8 is asked only where the source version hides identity by a condition."""
    yield from _open_identity(instance, source, target)
    yield from _opened(source, target)
    yield from _disclosed(instance, source, target, now.astimezone(calendar.zone))


def _open_identity(instance: ProcessInstance, source: Version, target: Version) -> Iterator[Obstacle]:
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
    """What the target version opens: what was typed as identity, in drafts too, would be handed in as an open field,
    more people would see it, or what is typed from now on would stand unmasked."""
    unstored = not target.lane_groups
    rules = [identity_openings.rules_of(one, by_name=unstored) for one in (source, target)]
    names: dict[str, list[str]] = {}
    for one in identity_openings.openings(*rules):
        names.setdefault(one.code, []).append(f"“{one.name}”")
    shown = [*names.get(identity_openings.LANE, ()), *names.get(identity_openings.COORDINATOR, ())]
    if fields := names.get(identity_openings.FIELD):
        text = _(
            "Isian {fields} adalah identitas dalam versi perkara ini, tetapi terbuka dalam versi tujuan.",
            fields=", ".join(dict.fromkeys(fields)),
        )
        yield Obstacle("identity_dropped", None, text)
    if shown:
        text = _(
            "Dalam versi tujuan identitas juga terlihat oleh lajur {lanes}; dalam versi perkara ini tidak.",
            lanes=", ".join(dict.fromkeys(shown)),
        )
        yield Obstacle("identity_shown", None, text)
    if lanes := names.get(identity_openings.UNIT):
        text = _(
            "Dalam versi tujuan identitas juga terlihat oleh petugas unit lain di lajur {lanes}.",
            lanes=", ".join(dict.fromkeys(lanes)),
        )
        yield Obstacle("identity_shown", None, text)
    if elements := names.get(identity_openings.HANDED):
        text = _(
            "Versi tujuan dapat mengirim identitas ke proses lain, lewat pesan dari {elements}.",
            elements=", ".join(dict.fromkeys(elements)),
        )
        yield Obstacle("identity_handed_over", None, text)
    if fields := names.get(identity_openings.UNASKED, []) + names.get(identity_openings.ALTERED, []):
        text = _(
            "Dalam versi tujuan isian {fields}, yang menentukan syarat identitas tertutup, ditanyakan atau diisi "
            "dengan cara lain.",
            fields=", ".join(dict.fromkeys(fields)),
        )
        yield Obstacle("identity_disclosed", None, text)
    if identity_openings.GONE in names:
        text = _("Versi tujuan tidak menyebut identitas, jadi teks bebas tidak disamarkan lagi.")
        yield Obstacle("identity_unmasked", None, text)
    elif fields := names.get(identity_openings.UNMASKED):
        text = _(
            "Yang ditulis di {fields} tidak disamarkan lagi dalam versi tujuan.",
            fields=", ".join(dict.fromkeys(fields)),
        )
        yield Obstacle("identity_unmasked", None, text)


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
