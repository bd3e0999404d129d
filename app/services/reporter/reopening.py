"""What reporters may say of a case that is over, for as long as its process names: not settled. It goes on then."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.base.errors import Conflict, InvalidForm
from app.base.i18n import _
from app.engine import timers
from app.engine.diagram import Timer
from app.engine.reading.texts.properties import UNSETTLED_FOR
from app.models import ProcessInstance
from app.services.core import clock, holidays
from app.services.definitions import definitions
from app.services.definitions.definitions import Version
from app.services.migration import reopening
from app.services.reporter import correspondence, ratings


def open_until(session: Session, main: ProcessInstance, version: Version) -> datetime | None:
    """Until when reporters of a case that reached an end may say that it is not settled; None where they may not, or
    no more."""
    text = version.diagram.properties.get(UNSETTLED_FOR, "")
    if main.state != "ended" or main.ended_at is None or timers.length_of(text) is None:
        return None
    due = timers.due(
        Timer("duration", text),
        opened_at=main.ended_at,
        day_unit=version.diagram.day_unit,
        calendar=holidays.calendar(session),
        evaluate=lambda _formula: None,
        deadline=None,
    )
    return due.at if due is not None and clock.now(session) <= due.at else None


def reopen(session: Session, instance_id: int, text: str) -> ProcessInstance:
    """Let the case that does the work of a report go on, as its reporter, whose code was checked, says that it is not
    settled; what he writes is a message to the office.

    Raises:
        Conflict: it is not over, or was over too long ago; it can go on nowhere. InvalidForm: he writes nothing, or
        too much.
    """
    instance, main = ratings.lock_report(session, instance_id)
    version = definitions.version(session, main.definition_id)
    if open_until(session, main, version) is None:
        raise Conflict(
            _("Laporan ini sedang dikerjakan lagi, atau waktu untuk menyatakan belum selesai sudah lewat.")
        )
    if not text.strip() or len(text.strip()) > correspondence.MAX_LENGTH:
        message = _("Tulis apa yang belum selesai, paling panjang 2.000 huruf.")
        raise InvalidForm(message, {"text": message}, {"text": text})
    reopening.reopen_for_reporter(session, main, version)
    correspondence.write_to_office(session, instance.id, text)
    return main
