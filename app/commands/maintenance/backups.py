"""Backups by schedule: the turn of the worker."""

import logging

from app.base import log_safety
from app.base.config import Config
from app.base.db import Database
from app.base.errors import AppError
from app.base.i18n import N_, _
from app.commands.security_log import recorded
from app.commands.transaction import run_without_key
from app.services.maintenance import scheduled_backups

logger = logging.getLogger(__name__)
_FAILED = N_("Gangguan yang tidak terduga; lihat rujukan {reference} di catatan server.")


def work(database: Database, config: Config) -> bool:
    """Make a backup if one is due; whether one was made. What fails is told, and tried again later."""
    with database.reading() as session:
        if not scheduled_backups.is_due(session, config):
            return False
    try:
        with recorded(database, "backup"):
            made = scheduled_backups.make(config, database)
        size = scheduled_backups.size_bytes(made)
    except AppError as error:
        logger.warning("backup: %s", error)
        why = error.said
    except Exception:
        reference = log_safety.log_fault(logger, "backup")
        why = _(_FAILED, reference=reference)
    else:
        run_without_key(database, lambda session: scheduled_backups.note_made(session, made, size))
        return True
    run_without_key(database, lambda session: scheduled_backups.note_failure(session, why))
    return False
