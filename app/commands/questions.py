"""Questions that are kept, samples that are drawn, findings that are written down."""

from collections.abc import Iterator

from app.commands.transaction import Answer, Command, run_command
from app.db import Database
from app.errors import InvalidForm
from app.i18n import _
from app.services.core.access import Actor
from app.services.questions import cases, findings, samples, saved
from app.services.questions.question import Question
from app.services.questions.samples import Wanted


def save(
    database: Database, name: str, question: Question, *, shared: bool, actor: Actor, command: Command
) -> Answer:
    """Keep a question; answers with its id. Raises: what `saved.save` raises, and `run_command`."""
    return run_command(
        database,
        command,
        lambda session: {"id": saved.save(session, name, question, shared=shared, actor=actor).id},
        actor=actor,
        allowed=lambda _session: None,
    )


def remove(database: Database, question_id: int, *, actor: Actor, command: Command) -> Answer:
    """Remove a question; answers with its name. Raises: what `saved.remove` raises, and `run_command`."""
    return run_command(
        database,
        command,
        lambda session: {"name": saved.remove(session, question_id, actor=actor)},
        actor=actor,
        allowed=lambda _session: None,
    )


def draw(database: Database, found: Wanted, *, actor: Actor, command: Command) -> Answer:
    """Draw a sample; answers with its id. All cases of the answer are looked at first, in transactions of their own.

    Raises:
        InvalidForm: there is no such case, or there are too many. And what `samples.keep` and `run_command` raise.
    """
    population = list(_population(database, found, actor))
    if not population:
        raise InvalidForm(_("Tidak ada perkara yang cocok."), {"size": _("Tidak ada perkara yang cocok.")})
    chosen = samples.drawn(population, found.seed, found.size)
    return run_command(
        database,
        command,
        lambda session: {"id": samples.keep(session, found, chosen, len(population), actor=actor).id},
        actor=actor,
        allowed=lambda _session: samples.require_auditor(actor),
    )


def _population(database: Database, found: Wanted, actor: Actor) -> Iterator[int]:
    after, count = None, 0
    while True:
        with database.reading() as session:
            ids, after = cases.every_id(session, found.question, actor=actor, after=after)
        yield from ids
        count += len(ids)
        if count > samples.MOST_POPULATION:
            message = _("Lebih dari {n} perkara cocok. Persempit pertanyaannya.", n=samples.MOST_POPULATION)
            raise InvalidForm(message, {"size": message})
        if after is None:
            return


def record_finding(
    database: Database,
    sample_id: int,
    position: int,
    verdict: str,
    text: str,
    *,
    shown: str = "",
    actor: Actor,
    command: Command,
) -> Answer:
    """Write down a finding. Raises: what `findings.record` raises, and `run_command`."""
    return run_command(
        database,
        command,
        lambda session: {
            "position": findings.record(
                session, sample_id, position, verdict, text, shown=shown, actor=actor
            ).position
        },
        actor=actor,
        allowed=lambda _session: samples.require_auditor(actor),
    )
