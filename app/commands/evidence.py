"""Evidence: checkpoints by the clock and on demand, their way out of the house, and that the record was checked."""

import smtplib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from app.commands.transaction import run_without_key
from app.config import Config
from app.db import Database
from app.errors import Conflict
from app.history.events import CheckpointDemanded, EvidenceExported, HistoryVerified
from app.models import Checkpoint
from app.services.channels.guarded_http import Guard, Unreachable, post
from app.services.core import history, settings
from app.services.core.access import Actor
from app.services.evidence import checkpoints, overview, verifying
from app.services.evidence.verifying import Verified
from app.services.notifications import mail

#: So often a checkpoint is made while something happens.
EVERY_S = 600.0
#: Cases that an event names.
_FEW = 100
#: Checkpoints that one turn sends.
_TURN = 20


def make_checkpoint(database: Database, *, actor: Actor | None, demanded: bool = False) -> Checkpoint | None:
    """Sign how far every chain is; None where nothing happened since the last one, or another was made meanwhile.

    Heads are read outside of the transaction. ``demanded``: somebody asked for it, which is an event of its own.

    Raises:
        NotAllowed: the actor may not ask for it.
    """
    if demanded:
        run_without_key(database, lambda session: _demand(session, actor))
    with verifying.snapshot(database) as connection:
        drawn = checkpoints.draw(connection)
    if not drawn.grown:
        return None
    try:
        return run_without_key(database, lambda session: checkpoints.keep(session, drawn))
    except Conflict:
        return None


def make_due_checkpoint(database: Database) -> Checkpoint | None:
    """`make_checkpoint` where the last one is 10 minutes old, or there is none."""
    with database.reading() as session:
        last = checkpoints.latest(session)
    if last is not None and (datetime.now(UTC) - last.at).total_seconds() < EVERY_S:
        return None
    return make_checkpoint(database, actor=None)


def _demand(session: Session, actor: Actor | None) -> None:
    if actor is not None:
        overview.require_reader(actor)
    history.record(session, CheckpointDemanded(), actor=actor)


def note_verified(database: Database, found: Verified, actor: Actor | None = None) -> None:
    """Record that the record was checked, and what was found."""
    first = found.faults[0] if found.faults else None
    event = HistoryVerified(
        events=found.events,
        chains=found.chains,
        faults=len(found.faults),
        first=[first.chain, first.number] if first else [],
    )
    run_without_key(database, lambda session: history.record(session, event, actor=actor))


def note_exported(database: Database, case_ids: Sequence[int], actor: Actor | None = None) -> None:
    """Record that evidence is taken along, before it is: of whose cases, by their ids where they are few."""
    few = list(case_ids) if len(case_ids) <= _FEW else []
    event = EvidenceExported(cases=len(case_ids), instances=few)
    run_without_key(database, lambda session: history.record(session, event, actor=actor))


def send_checkpoints(database: Database) -> int:
    """Leave checkpoints that have not left yet where the settings say; how many. No transaction is open meanwhile."""
    with database.reading() as session:
        config = settings.config(session)
        if not (config.checkpoint_dir or config.checkpoint_mail or config.checkpoint_url):
            return 0
        waiting = overview.unsent(session, _TURN)
    for row in waiting:
        why = _sent(config, row)
        run_without_key(database, partial(overview.note_sent, checkpoint_id=row.id, why=why))
        if why:
            return 0
    return len(waiting)


def _sent(config: Config, row: Checkpoint) -> str:
    """Send one everywhere; why it could not, empty where it went."""
    name, content = f"titik-periksa-{row.id:08}.json", checkpoints.as_file(row)
    try:
        if config.checkpoint_dir is not None:
            _leave(config.checkpoint_dir, name, content)
        if config.checkpoint_url is not None:
            _post(config, content)
        if config.checkpoint_mail and config.smtp_url:
            _mail(config, row, name, content)
    except (OSError, smtplib.SMTPException, Unreachable) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def _leave(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}"
    part.write_bytes(content)
    part.replace(folder / name)


def _post(config: Config, content: bytes) -> None:
    url = config.checkpoint_url or ""
    guard = Guard(config.webhook_hosts, config.private_networks)
    if not guard.names(url):
        raise Unreachable("host not in ALUR_WEBHOOK_HOSTS")
    status = post(url, content, {"Content-Type": "application/json"}, guard)
    if not 200 <= status < 300:
        raise Unreachable(f"HTTP {status}")


def _mail(config: Config, row: Checkpoint, name: str, content: bytes) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = config.mail_from, config.checkpoint_mail
    letter["Subject"] = f"Titik periksa Alur {row.id}"
    letter.set_content(
        f"{row.statement}\n\nTanda tangan Ed25519: {row.signature.hex()}\n"
        f"Kunci publik: {row.public_key.hex()}\n"
    )
    letter.add_attachment(content, maintype="application", subtype="json", filename=name)
    with mail.connected(config) as server:
        server.send_message(letter)
