"""Forecasts of drafts: what they need is read first, then they are played without a database, two at a time."""

import hashlib
import threading
from dataclasses import replace
from datetime import datetime

import orjson

from app.base.db import Database
from app.base.errors import NotReady
from app.base.i18n import _
from app.base.lru import ByteBoundCache
from app.services.core import clock
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.forecast import forecast
from app.services.forecast.forecast import Forecast, Options
from app.services.studio import draft_files, drafts

#: So long a forecast may keep the processor busy.
MOST_SECONDS = 10.0
#: So many are played at a time in a process, and so long others wait for their turn: officers come first.
_AT_A_TIME, _PATIENCE_S = 2, 10.0
_turns = threading.BoundedSemaphore(_AT_A_TIME)
#: What was played last, for the file beside the page and for who reads the page again.
_made: ByteBoundCache[str, Forecast] = ByteBoundCache(
    64 << 20, lambda made: 4_000_000 + 64 * made.draft.commands
)


def forecast_draft(
    database: Database, draft_id: int, options: Options, begun_at: datetime | None, *, actor: Actor
) -> Forecast:
    """Play a forecast of a draft, or return the same that was played already. Nothing is stored.

    ``begun_at``: when it begins; None: now. Copies begin now, as the cases stand now.

    Raises:
        NotReady: others play, and do not come to an end. And what `forecast.prepare` raises.
    """
    with database.reading() as session:
        draft = drafts.get_open(session, draft_id, actor=actor)
        live = definitions.newest_ids(session).get(draft.key)
        now = clock.now(session).replace(second=0, microsecond=0)
        files = [(row.name, row.revision) for row in draft_files.files_of(session, draft_id)]
        told = [draft_id, files, live, vars(options), actor.id, str(database.engine.url)]
    if begun_at is not None and (found := _made.get(_key(told, begun_at))) is not None:
        return found
    at = begun_at if begun_at is not None and options.source == "synthetic" else now
    if not _turns.acquire(timeout=_PATIENCE_S):
        raise NotReady(_("Server sedang menjalankan perkiraan lain. Coba lagi sebentar lagi."))
    try:
        with database.reading() as session:
            prepared = forecast.prepare(session, draft_id, options, actor=actor, begun_at=at)
        made = forecast.play(prepared, seconds=MOST_SECONDS)
    finally:
        _turns.release()
    made.prepared = replace(made.prepared, cases=())  # the copies are much, and nobody asks for them again
    _made[_key(told, at)] = made
    return made


def _key(told: list[object], at: datetime) -> str:
    return hashlib.sha256(orjson.dumps([told, at.isoformat()])).hexdigest()
