"""Hours in which no letter goes out: the office's, as administrators set them, or somebody's own."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from app.base.calendar import Calendar
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.history.events.notifications import QuietHoursEdited
from app.models import Setting
from app.services.core import edit_conflicts, history, rights
from app.services.core.access import Actor

_SETTING = "quiet_hours"
_TIME = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
#: No row of days off is longer: the calendar would have none at all.
_MOST_DAYS = 60


@dataclass(frozen=True)
class QuietHours:
    """From one time of each day to another, over midnight where it ends earlier; equal times: never. With
    ``days_off`` whole days on which the office is closed, too. Times are HH:MM of the office's clock."""

    begins: str = "17:00"
    ends: str = "07:00"
    days_off: bool = True

    @cached_property
    def _window(self) -> tuple[time, time]:
        return time.fromisoformat(self.begins), time.fromisoformat(self.ends)

    def end(self, at: datetime, calendar: Calendar) -> datetime:
        """When it is quiet no more; ``at`` itself where it is not quiet then."""
        found = at
        for _day in range(_MOST_DAYS):
            later = self._left(found, calendar)
            if later == found:
                break
            found = later
        return found

    def _left(self, at: datetime, calendar: Calendar) -> datetime:
        """The end of what makes this moment quiet; the moment itself where nothing does."""
        local, (begins, ends) = at.astimezone(calendar.zone), self._window
        on, clock = local.date(), local.time()
        if self.days_off and not calendar.is_working_day(on):
            return calendar.moment(on + timedelta(days=1), time())
        if begins < ends and begins <= clock < ends:
            return calendar.moment(on, ends)
        if begins > ends and clock < ends:
            return calendar.moment(on, ends)
        if begins > ends and clock >= begins:
            return calendar.moment(on + timedelta(days=1), ends)
        return at


@dataclass(frozen=True)
class OfficeHours:
    """What holds for whoever chose nothing else: the quiet hours, and from when on digests go out."""

    begins: str = "17:00"
    ends: str = "07:00"
    days_off: bool = True
    digest_at: str = "07:00"

    @property
    def quiet(self) -> QuietHours:
        """The hours alone."""
        return QuietHours(self.begins, self.ends, self.days_off)


def parse(text: str) -> str | None:
    """A time of day as HH:MM; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    return f"{int(found[1]):02d}:{found[2]}" if found else None


def of_office(session: Session) -> OfficeHours:
    """What holds in this office. 1 SQL."""
    row = session.get(Setting, _SETTING)
    return OfficeHours(**row.value) if row else OfficeHours()


def edit(session: Session, wanted: dict[str, Any], *, actor: Actor | None, shown: str = "") -> OfficeHours:
    """Change what holds for the office; letters that wait keep their time. ``shown``: as of `edit_conflicts`.

    Raises:
        NotAllowed: the actor is no administrator. InvalidForm: a time is none, or it was changed since.
    """
    rights.require_administrator(actor)
    times = {name: parse(str(wanted.get(name, ""))) for name in ("begins", "ends", "digest_at")}
    wrong = {name: wrong_time() for name, found in times.items() if found is None}
    if wrong:
        raise InvalidForm(_("Belum disimpan. Periksa isian yang ditandai."), wrong, wanted)
    changed = OfficeHours(
        begins=str(times["begins"]),
        ends=str(times["ends"]),
        days_off=bool(wanted.get("days_off")),
        digest_at=str(times["digest_at"]),
    )
    before = of_office(session)
    edit_conflicts.require(before, changed, shown)
    session.merge(Setting(name=_SETTING, value=asdict(changed)))
    old, new = asdict(before), asdict(changed)
    if changes := {name: [old[name], new[name]] for name in old if old[name] != new[name]}:
        history.record(session, QuietHoursEdited(changes=changes), actor=actor)
    return changed


def wrong_time() -> str:
    """What is said of a text that is no time of day."""
    return _("Tulis jam dan menit, misalnya 17.00.")
