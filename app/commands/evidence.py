"""Evidence: checkpoints by the clock and on demand, their way out of the house, and that the record was checked."""

import logging
import smtplib
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from app.base import log_safety
from app.base.config import Config
from app.base.db import Database
from app.base.errors import Conflict, NotFound, NotReady
from app.base.i18n import N_, _
from app.commands.transaction import by_actor, command_of, run_without_key
from app.history.events.evidence import CheckpointDemanded, CheckpointTaken, EvidenceExported, HistoryVerified
from app.models import Checkpoint
from app.services.channels.guarded_http import Guard, Unreachable, post
from app.services.core import history, settings
from app.services.core.access import Actor
from app.services.evidence import (
    bundles,
    checkpoints,
    drawing,
    overview,
    refusals,
    remembered,
    sending,
    verifications,
    verifying,
)
from app.services.evidence.checkpoints import Drawn
from app.services.evidence.sending import Place
from app.services.evidence.verifying import Verified
from app.services.notifications import mail

logger = logging.getLogger(__name__)
#: So often a checkpoint is made while something happens.
EVERY_S = 600.0
#: Cases, or faults, that an event names.
_FEW = 100
#: So often a check of the record says how far it is.
_TOLD_EVERY_S = 1.0
_FAILED = N_("Gangguan yang tidak terduga; lihat rujukan {reference} di catatan server.")
#: So often a bundle is begun anew where somebody took files back while it was made.
_TRIES = 3
#: Checkpoints that one turn sends to a place.
_TURN = 20


def make_checkpoint(database: Database, *, actor: Actor | None, demanded: bool = False) -> Checkpoint | None:
    """Sign how far every chain is; None where nothing happened since the last one, or another was made meanwhile.

    Heads are read outside of the transaction. ``demanded``: somebody asked for it, which is an event of its own.

    Raises:
        NotAllowed: the actor may not ask for it.
        RecordChanged: the record is no longer what was signed of it; that is recorded and told.
    """
    if demanded:
        run_without_key(database, lambda session: _demand(session, actor))
    with database.reading() as session:
        config = settings.config(session)
    with verifying.snapshot(database) as connection:
        drawn, faults = drawing.draw(config, connection)
    if faults:
        run_without_key(database, lambda session: refusals.note(session, faults))
        with database.reading() as session:
            raise refusals.error(session, faults)
    if drawn is None or not drawn.grown:
        return None
    try:
        made = run_without_key(database, lambda session: _keep(session, drawn))
    except Conflict:
        return None
    remembered.remember(config, made)
    return made


def _keep(session: Session, drawn: Drawn) -> Checkpoint:
    refusals.clear(session)
    return checkpoints.keep(session, drawn)


def make_due_checkpoint(database: Database) -> Checkpoint | None:
    """`make_checkpoint` where the last one is 10 minutes old, or there is none; and as long after a refusal.

    Raises:
        RecordChanged: as there.
    """
    with database.reading() as session:
        last, refused = checkpoints.latest(session), refusals.state(session).get("at")
    times = [last.at if last is not None else None, datetime.fromisoformat(refused) if refused else None]
    if any(at is not None and (datetime.now(UTC) - at).total_seconds() < EVERY_S for at in times):
        return None
    return make_checkpoint(database, actor=None)


def _demand(session: Session, actor: Actor | None) -> None:
    if actor is not None:
        overview.require_reader(actor)
    history.record(session, CheckpointDemanded(), actor=actor)


begin_verification = command_of(verifications.ask, allowed=by_actor(overview.require_reader))


def verify(database: Database) -> bool:
    """Check the record where somebody asked for it; whether somebody did. The worker's turn."""
    actor = run_without_key(database, verifications.start)
    if actor is None:
        return False
    with database.reading() as session:
        config = settings.config(session)
    heard_at = time.monotonic()

    def tell(done: int) -> None:
        nonlocal heard_at
        if time.monotonic() - heard_at >= _TOLD_EVERY_S:
            run_without_key(database, lambda session: verifications.advance(session, done))
            heard_at = time.monotonic()

    try:
        found = verifying.snapshot_verified(config, database, tell)
    except NotReady:
        raise
    except Exception:
        why = _(_FAILED, reference=log_safety.log_fault(logger, "verification"))
        run_without_key(database, lambda session: verifications.stop(session, why))
        return True
    note_verified(database, found, actor)
    return True


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
        checkpoints=found.checkpoints,
        outside=found.outside,
        bound=found.bound,
        found=[[one.kind, one.chain, one.number, one.detail] for one in found.faults[:_FEW]],
    )

    def note(session: Session) -> None:
        if actor is not None:
            verifications.end(session)
        history.record(session, event, actor=actor)

    run_without_key(database, note)


def export_bundle(
    database: Database, config: Config, case_ids: Sequence[int], file: IO[bytes], actor: Actor | None = None
) -> None:
    """Write the evidence of cases to a file in which one can go back, once it is recorded that they are downloaded
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
                asker = actor.id if actor else None
                bundles.write(session, config, case_ids, file, asker=asker, may_lack=turn == _TRIES)
        except Conflict:
            if turn == _TRIES:
                raise
        else:
            return


def _note_exported(database: Database, case_ids: Sequence[int], actor: Actor | None) -> None:
    """Record that evidence is downloaded: of whose cases, by their ids where they are few."""
    few = list(case_ids) if len(case_ids) <= _FEW else []
    event = EvidenceExported(cases=len(case_ids), instances=few)
    run_without_key(database, lambda session: history.record(session, event, actor=actor))


def take_checkpoint(database: Database, number: int, actor: Actor | None, since: int | None = None) -> bytes:
    """A checkpoint to be kept outside, as `--against` takes it, once it is recorded that it is downloaded.

    ``since``: the one from which it is proved to go on; the one before without any.

    Raises:
        NotAllowed: evidence is not for him. NotFound: there is no such checkpoint, or nothing to prove it with.
    """

    def take(session: Session) -> bytes:
        if actor is not None:
            overview.require_reader(actor)
        row = session.get(Checkpoint, number)
        if row is None:
            raise NotFound(_("Titik periksa {number} tidak ada.", number=number))
        history.record(session, CheckpointTaken(number=number), actor=actor)
        return checkpoints.file_of(session, row, since)

    return run_without_key(database, take)


def send_to(database: Database, place: Place) -> None:
    """Leave the next checkpoints at a place.

    Raises:
        NotReady: it could not take them; why stands with the place.
    """
    if send_checkpoints(database, place)[place.kind]:
        raise NotReady(_("Titik periksa belum sampai di tempatnya."))


def send_checkpoints(database: Database, *only: Place) -> dict[str, str]:
    """Leave checkpoints where the settings say, or at these places alone; by each kind of place why it could not,
    empty where it has all that it was tried with. Each place is tried apart. No transaction is open meanwhile.
    """
    with database.reading() as session:
        config = settings.config(session)
    told = {place.kind: _send(database, config, place) for place in only or sending.places(config)}
    if told:
        run_without_key(database, lambda session: sending.note_out(session, config))
    return told


def _send(database: Database, config: Config, place: Place) -> str:
    with database.reading() as session:
        done = sending.progress(session, place)
        waiting = [(row, checkpoints.file_of(session, row)) for row in sending.waiting(session, done, _TURN)]
    for row, content in waiting:
        why = _sent(config, place, row, content)
        run_without_key(database, partial(sending.note, place=place, number=row.id, why=why))
        if why:
            return why
    return ""


def _sent(config: Config, place: Place, row: Checkpoint, content: bytes) -> str:
    """Send one to one place; why it could not, empty where it went."""
    name = f"titik-periksa-{row.id:08}.json"
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
