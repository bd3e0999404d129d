"""Questions that are kept, samples that are drawn, findings that are written down."""

from collections.abc import Iterator

from app.base.db import Database
from app.base.errors import InvalidForm
from app.base.i18n import _
from app.commands.transaction import Answer, Command, anybody, by_actor, command_of, run_command, with_id
from app.services.core.access import Actor
from app.services.questions import cases, findings, samples, saved
from app.services.questions.samples import Wanted

save = command_of(saved.save, allowed=anybody, answer=with_id("id"))
remove = command_of(saved.remove, allowed=anybody, answer=lambda name: {"name": name})


def draw(database: Database, command: Command, found: Wanted, *, actor: Actor) -> Answer:
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


record_finding = command_of(
    findings.record,
    allowed=by_actor(samples.require_auditor),
    answer=lambda case: {"position": case.position},
)
