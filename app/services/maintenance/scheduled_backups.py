"""Backups that the worker makes by itself: when one is due, making it, rotation, and telling what failed."""

import fcntl
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.db import Database
from app.base.errors import NotReady
from app.base.i18n import _
from app.base.stored_messages import store_texts
from app.models import OutboxMessage, Setting
from app.services.core import clock
from app.services.maintenance import backup

_SETTING = "scheduled backup"
#: What is called otherwise is not ours, and never removed.
_OURS = re.compile(r"alur-\d{8}-\d{6}(\.age)?")
_UNFINISHED = re.compile(r"\.alur-\d{8}-\d{6}(\.age)?\.part")
#: After a failure it is tried again so soon; administrators are told once in so long.
AGAIN_AFTER = timedelta(hours=1)
TOLD_EVERY = timedelta(hours=24)
#: What a notice says, see `notifications.texts`.
NOTICE = "backup_failed"


def is_due(session: Session, config: Config) -> bool:
    """Whether a backup is to be made now: none was made since the last time of day that is set. 1 SQL."""
    if config.backup_dir is None:
        return False
    now, known = clock.real(), state(session)
    failed = known.get("failed_at")
    if failed and now - datetime.fromisoformat(failed) < AGAIN_AFTER:
        return False
    made = known.get("made_at")
    return not made or datetime.fromisoformat(made) < _last_time(now, config)


def _last_time(now: datetime, config: Config) -> datetime:
    """The last moment at which one was due."""
    here = now.astimezone(config.timezone)
    today = datetime.combine(here.date(), config.backup_at, config.timezone)
    return today if today <= here else today - timedelta(days=1)


def state(session: Session) -> Mapping[str, Any]:
    """What is known of the last one: ``made_at``, ``name`` and ``bytes``; ``failed_at`` and ``error``, where the last
    try failed. 1 SQL."""
    row = session.get(Setting, _SETTING)
    return row.value if row is not None else {}


def age(session: Session) -> timedelta | None:
    """How old the newest one is; None where there is none. 1 SQL."""
    made = state(session).get("made_at")
    return clock.real() - datetime.fromisoformat(made) if made else None


def make(config: Config, database: Database) -> Path:
    """Make one, look at it again, and remove the oldest beyond those that are kept. No transaction is open.

    Raises:
        NotReady: it cannot be written, is not what was written, or another worker is at it.
    """
    folder = config.backup_dir
    assert folder is not None  # noqa: S101 it is due
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            found = _make(config, database, folder)
            for old in kept(folder)[: -config.backup_keep]:
                _remove(old)
            return found
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotReady(_("{folder} tidak dapat ditulis: {why}.", folder=folder, why=why)) from error


def _make(config: Config, database: Database, folder: Path) -> Path:
    for left in folder.iterdir():  # what was not finished when a worker was killed
        if _UNFINISHED.fullmatch(left.name):
            _remove(left)
    name = f"alur-{clock.real():%Y%m%d-%H%M%S}" + (".age" if config.backup_recipients else "")
    unfinished = folder / f".{name}.part"
    try:
        backup.backup(config, database, unfinished, recipients=config.backup_recipients)
        if not config.backup_recipients:
            backup.verify(unfinished)
        return unfinished.rename(folder / name)
    except BaseException:
        _remove(unfinished)
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".alur.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise NotReady(_("Cadangan lain sedang dibuat di {folder}.", folder=folder)) from error
        yield


def kept(folder: Path) -> list[Path]:
    """The backups in a folder, the oldest first."""
    return sorted(path for path in folder.iterdir() if _OURS.fullmatch(path.name))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def size_bytes(path: Path) -> int:
    """How much a backup takes."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files if one.is_file())


def note_made(session: Session, path: Path, size: int) -> None:
    """Note that one was made."""
    value = {"made_at": clock.real().isoformat(), "name": path.name, "bytes": size}
    session.merge(Setting(name=_SETTING, value=value))


def note_failure(session: Session, why: str) -> None:
    """Note that one could not be made, and tell administrators, once a day."""
    now, known = clock.real(), dict(state(session))
    told = known.get("told_at")
    if not told or now - datetime.fromisoformat(told) >= TOLD_EVERY:
        known["told_at"] = now.isoformat()
        body = {"code": NOTICE, "params": {}}
        audience = {"roles": ["admin"]}
        session.add(OutboxMessage(body=body, audience=audience, queued_at=clock.now(session)))
    value = known | {"failed_at": now.isoformat(), "error": store_texts(why)}
    session.merge(Setting(name=_SETTING, value=value))
