"""Evidence: checkpoints by the clock and on demand, their way out of the house, and that the record was checked."""

import smtplib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from app.commands.transaction import run_without_key
from app.config import Config
from app.db import Database
from app.errors import Conflict, NotFound
from app.history.events import CheckpointDemanded, CheckpointTaken, EvidenceExported, HistoryVerified
from app.i18n import _
from app.models import Checkpoint
from app.services.channels.guarded_http import Guard, Unreachable, post
from app.services.core import history, settings
from app.services.core.access import Actor
from app.services.evidence import bundles, checkpoints, overview, sending, verifying
from app.services.evidence.sending import Place
from app.services.evidence.verifying import Verified
from app.services.notifications import mail

#: So often a checkpoint is made while something happens.
EVERY_S = 600.0
#: Cases that an event names.
_FEW = 100
#: So often a bundle is begun anew where somebody took files back while it was made.
_TRIES = 3
#: Checkpoints that one turn sends to a place.
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
        kind=first.kind if first else "",
        detail=first.detail if first else "",
        unproved=len(found.unproved),
    )
    run_without_key(database, lambda session: history.record(session, event, actor=actor))


def take_along(
    database: Database, config: Config, case_ids: Sequence[int], file: IO[bytes], actor: Actor | None = None
) -> None:
    """Write the evidence of cases to a file in which one can go back, once it is recorded that they are taken along
    and a checkpoint covers that.

    Raises:
        NotFound: there is no such case. Conflict: files of a case went at this moment, or others made checkpoints,
            again and again.
    """
    _note_exported(database, case_ids, actor)
    for turn in range(1, _TRIES + 1):
        make_checkpoint(database, actor=None)
        file.seek(0)
        file.truncate()
        try:
            with database.snapshot() as session:
                bundles.write(session, config, case_ids, file, may_lack=turn == _TRIES)
        except Conflict:
            if turn == _TRIES:
                raise
        else:
            return


def _note_exported(database: Database, case_ids: Sequence[int], actor: Actor | None) -> None:
    """Record that evidence is taken along: of whose cases, by their ids where they are few."""
    few = list(case_ids) if len(case_ids) <= _FEW else []
    event = EvidenceExported(cases=len(case_ids), instances=few)
    run_without_key(database, lambda session: history.record(session, event, actor=actor))


def take_checkpoint(database: Database, number: int, actor: Actor) -> bytes:
    """A checkpoint to be kept outside, as `--against` takes it, once it is recorded that it is taken along.

    Raises:
        NotAllowed: evidence is not for him. NotFound: there is no such checkpoint.
    """

    def take(session: Session) -> bytes:
        overview.require_reader(actor)
        row = session.get(Checkpoint, number)
        if row is None:
            raise NotFound(_("Titik periksa {number} tidak ada.", number=number))
        history.record(session, CheckpointTaken(number=number), actor=actor)
        return checkpoints.as_file(row)

    return run_without_key(database, take)


def send_checkpoints(database: Database, *, at_once: bool = False) -> dict[str, str]:
    """Leave checkpoints where the settings say; by each kind of place why it could not, empty where it has all that
    it was tried with. Each place is tried apart. ``at_once``: also one that failed a moment ago.

    No transaction is open meanwhile.
    """
    with database.reading() as session:
        config = settings.config(session)
    told = {place.kind: _send(database, config, place, at_once) for place in sending.places(config)}
    if told:
        run_without_key(database, lambda session: sending.note_out(session, config))
    return told


def _send(database: Database, config: Config, place: Place, at_once: bool) -> str:
    with database.reading() as session:
        done = sending.progress(session, place)
        if not at_once and done.next_at is not None and done.next_at > datetime.now(UTC):
            return done.why
        waiting = sending.waiting(session, done, _TURN)
    for row in waiting:
        why = _sent(config, place, row)
        run_without_key(database, partial(sending.note, place=place, number=row.id, why=why))
        if why:
            return why
    return ""


def _sent(config: Config, place: Place, row: Checkpoint) -> str:
    """Send one to one place; why it could not, empty where it went."""
    name, content = f"titik-periksa-{row.id:08}.json", checkpoints.as_file(row)
    try:
        if place.kind == "folder":
            _leave(Path(place.address), name, content)
        elif place.kind == "web":
            _post(config, place.address, content)
        else:
            _mail(config, row, name, content)
    except (OSError, smtplib.SMTPException, Unreachable) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _leave(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}"
    part.write_bytes(content)
    part.replace(folder / name)


def _post(config: Config, url: str, content: bytes) -> None:
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
    # The same when it is sent again, as its answer was lost: mailboxes tell that it is one letter.
    letter["Message-ID"] = f"<titik-periksa-{row.id}.{row.signature.hex()[:32]}@alur>"
    letter.set_content(
        f"{row.statement}\n\nTanda tangan Ed25519: {row.signature.hex()}\n"
        f"Kunci publik: {row.public_key.hex()}\n"
    )
    letter.add_attachment(content, maintype="application", subtype="json", filename=name)
    with mail.connected(config) as server:
        server.send_message(letter)
