"""What templates can do with values, and the words and addresses they may ask for."""

import datetime as dt
import secrets
from itertools import count
from typing import Any

from flask import Flask, g

from app.base import days_off, i18n, stored_messages
from app.models import UserTask
from app.services.files import uploads
from app.services.tasks import standing
from app.web import context, deadlines, lists, shell


def init_app(app: Flask) -> None:
    """Give templates their filters and globals."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        date=date,
        clock=clock,
        weekday=weekday,
        datetime=moment,
        iso=iso,
        due=due,
        relative=relative,
        filesize=filesize,
        bounded=lists.bounded,
        counted=lambda found: lists.bounded(*found),
        told=stored_messages.tell_stored,
        day_off=day_off,
        standing=standing.of_task,
    )
    env.globals.update(
        _=i18n._,
        N_=i18n.N_,
        ngettext=i18n.ngettext,
        pgettext=i18n.pgettext,
        language=i18n.language,
        languages=i18n.LANGUAGES,
        idempotency_key=idempotency_key,
        most_file_bytes=uploads.MAX_BYTES,
    )
    app.context_processor(lambda: {"shell": shell.shell()})


def idempotency_key() -> str:
    """A key for one form: sent twice, it does its work once. Those of a page begin alike: chance is slow."""
    if "keys" not in g:
        g.keys = map(f"{secrets.token_urlsafe(16)}.{{}}".format, count())
    key: str = next(g.keys)
    return key


def date(value: dt.date | dt.datetime | None) -> str:
    """24 Nov 2026; a time is told by the office's wall."""
    if value is None:
        return ""
    return i18n.day(_local(value) if isinstance(value, dt.datetime) else value)


def weekday(value: dt.date) -> str:
    """Senin, 24 Nov 2026."""
    return i18n.weekday(value)


def day_off(name: str, on: dt.date) -> str:
    """What the day off on this date is called, in the reader's language; one that was typed as it was typed."""
    return days_off.name_in(i18n.language(), on, name)


def clock(value: dt.datetime | None) -> str:
    """14.05, or 14:05 in English."""
    return _local(value).strftime("%H.%M" if i18n.language() == "id" else "%H:%M") if value else ""


def moment(value: dt.datetime | None) -> str:
    """24 Nov 2026, 14.05 WIB."""
    return i18n.moment(value, context.config().timezone) if value else ""


def iso(value: dt.date | dt.datetime | None) -> str:
    """For the attribute ``datetime``."""
    return value.isoformat() if value else ""


def due(value: UserTask | dt.datetime | None, counted_in: str = "") -> dict[str, Any]:
    """Arguments of the macro `due`, for a task or a moment: ``{{ due(**task|due) }}``."""
    return _due(value, counted_in).as_dict()


def relative(value: UserTask | dt.datetime | None, counted_in: str = "") -> str:
    """3 hari kerja lagi."""
    return deadlines.in_words(_due(value, counted_in))


def filesize(size_bytes: int) -> str:
    """12 KB, 1,4 MB."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    if size_bytes < 1024 * 1024:
        return f"{round(size_bytes / 1024)} KB"
    size = f"{size_bytes / (1024 * 1024):.1f} MB"
    return size.replace(".", ",") if i18n.language() == "id" else size


def _due(value: UserTask | dt.datetime | None, counted_in: str) -> deadlines.Due:
    if isinstance(value, UserTask):
        return deadlines.of_task(value)
    return deadlines.due(value, counted_in)


def _local(value: dt.datetime) -> dt.datetime:
    return value.astimezone(context.config().timezone)
