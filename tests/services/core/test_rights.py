"""Who may do what, as one table: every command on a case by everybody there is."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.base.errors import AppError, Conflict, NotAllowed, NotFound
from app.models import MessageWait, User
from app.services import identity
from app.services.casefile import instance_lists, notes
from app.services.core import access, clock, holidays
from app.services.core.access import Actor
from app.services.definitions.definitions import version
from app.services.deployment import deployments
from app.services.files import attachments
from app.services.instances import cancellation, incidents, instances, messages
from app.services.people import accounts, api_tokens, groups, units, users
from app.services.people.profiles import Profile
from app.services.people.units import Details
from app.services.reporter import tracking
from app.services.tasks import tasks
from tests.services.office import Office, add_user, procedure

#: The case waits in the lane Loket, which Ketua coordinates.
PEOPLE = ("officer", "other_lane", "coordinator", "owner", "auditor", "admin", "auditor_and_all_else")
DONE, NO, HIDDEN = None, NotAllowed, NotFound


def _claim(session: Session, office: Office, case: Any, actor: Actor) -> None:
    tasks.claim(session, office.open_task(case).id, actor=actor)


def _release(session: Session, office: Office, case: Any, actor: Actor) -> None:
    tasks.release(session, office.open_task(case).id, actor=actor)


def _complete(session: Session, office: Office, case: Any, actor: Actor) -> None:
    tasks.complete(session, office.open_task(case).id, {"hasil": "kurang"}, {}, actor=actor)


def _reassign(session: Session, office: Office, case: Any, actor: Actor) -> None:
    budi = session.get_one(User, office.budi.id)
    tasks.reassign(session, office.open_task(case).id, budi, "cuti", actor=actor)


def _start(session: Session, office: Office, case: Any, actor: Actor) -> None:
    instances.start(session, "uji", {"judul": "Lampu mati"}, actor=actor)


def _cancel(session: Session, office: Office, case: Any, actor: Actor) -> None:
    cancellation.cancel(session, case.id, "ganda", actor=actor)


def _note(session: Session, office: Office, case: Any, actor: Actor) -> None:
    notes.add(session, case.id, "sudah ditelepon", actor=actor)


def _show_identity(session: Session, office: Office, case: Any, actor: Actor) -> None:
    instance = access.instance(session, actor, case.id)
    identity.show(session, actor, instance, version(session, instance.definition_id))


def _retry(session: Session, office: Office, case: Any, actor: Actor) -> None:
    incident = incidents.open_one(session, access.instance(session, office.owner, case.id), "x", actor=None)
    session.flush()
    incidents.retry(session, incident.id, actor=actor)


def _deploy(session: Session, office: Office, case: Any, actor: Actor) -> None:
    deployments.deploy(session, procedure(after="5 hari kerja"), actor=actor)


def _reissue(session: Session, office: Office, case: Any, actor: Actor) -> None:
    tracking.issue(session, case.id, actor=actor)


def _files(session: Session, office: Office, case: Any, actor: Actor) -> None:
    attachments.of_instance(session, case.id, actor=actor)


def _look(session: Session, office: Office, case: Any, actor: Actor) -> None:
    listed = [
        row.id for row in instance_lists.page(session, instance_lists.InstanceFilters(), actor=actor).items
    ]
    instance = access.instance(session, actor, case.id)
    assert listed == [instance.id]


def _send(session: Session, office: Office, case: Any, actor: Actor) -> None:
    """To an event that the engine knows nothing of: that comes after the rights."""
    lane, now = groups.get_or_add(session, "Loket").id, clock.now(session)
    wait = {"activity_id": "periksa", "message": "kabar", "group_id": lane, "opened_at": now}
    session.add(MessageWait(id="kabar", instance_id=case.id, **wait))
    session.flush()
    with suppress(Conflict):
        messages.send(session, "kabar", case.business_key, {"hasil": "cukup"}, actor=actor)


def _add_user(session: Session, office: Office, case: Any, actor: Actor) -> None:
    users.add(session, "baru", Profile("Baru"), actor=actor)


def _edit_user(session: Session, office: Office, case: Any, actor: Actor) -> None:
    users.edit(session, office.budi.id, Profile("Budi", is_admin=True), actor=actor)


def _disable_user(session: Session, office: Office, case: Any, actor: Actor) -> None:
    users.disable(session, office.budi.id, actor=actor)
    users.enable(session, office.budi.id, actor=actor)


def _reset_password(session: Session, office: Office, case: Any, actor: Actor) -> None:
    accounts.reset_password(session, office.budi.id, actor=actor)


def _make_token(session: Session, office: Office, case: Any, actor: Actor) -> None:
    api_tokens.issue(session, users.get(session, office.budi.id), actor=actor)


def _unit(session: Session, office: Office, case: Any, actor: Actor) -> None:
    units.add(session, "D", Details("Dinas D"), actor=actor)
    units.edit(session, "D", Details("Dinas D baru"), actor=actor)


def _day_off(session: Session, office: Office, case: Any, actor: Actor) -> None:
    holidays.add(session, date(2026, 7, 15), "Hari jadi", actor=actor)
    holidays.remove(session, date(2026, 7, 15), actor=actor)


_ADMINISTERING = (NO, NO, NO, NO, NO, DONE, NO)
#: Outcome for each of PEOPLE.
TABLE: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
    (_look, (DONE, HIDDEN, DONE, DONE, DONE, DONE, DONE)),
    (_files, (DONE, HIDDEN, DONE, DONE, DONE, DONE, DONE)),
    (_claim, (DONE, HIDDEN, NO, NO, NO, NO, NO)),
    (_release, (NO, HIDDEN, NO, NO, NO, NO, NO)),
    (_complete, (DONE, HIDDEN, NO, NO, NO, NO, NO)),
    (_reassign, (NO, HIDDEN, DONE, NO, NO, NO, NO)),
    (_start, (DONE, NO, NO, NO, NO, NO, NO)),
    (_cancel, (NO, HIDDEN, DONE, DONE, NO, NO, NO)),
    (_note, (DONE, HIDDEN, DONE, DONE, NO, DONE, NO)),
    (_show_identity, (DONE, HIDDEN, DONE, NO, NO, NO, NO)),
    (_retry, (NO, HIDDEN, NO, DONE, NO, DONE, NO)),
    (_deploy, (NO, NO, NO, DONE, NO, NO, NO)),
    (_send, (DONE, HIDDEN, NO, DONE, NO, DONE, NO)),
    (_reissue, (DONE, HIDDEN, NO, NO, NO, NO, NO)),
    (_add_user, _ADMINISTERING),
    (_edit_user, _ADMINISTERING),
    (_disable_user, _ADMINISTERING),
    (_reset_password, _ADMINISTERING),
    (_make_token, _ADMINISTERING),
    (_unit, _ADMINISTERING),
    (_day_off, _ADMINISTERING),
]


def _person(session: Session, office: Office, who: str) -> Actor:
    if who == "auditor_and_all_else":
        roles = {"is_auditor": True, "is_process_owner": True, "is_admin": True}
        return add_user(session, "pengawas", "Loket", "Ketua", **roles)
    found = {
        "officer": office.rina,
        "other_lane": office.dinas_a,
        "coordinator": office.ketua,
        "owner": office.owner,
        "auditor": office.auditor,
        "admin": office.admin,
    }
    return found[who]


@pytest.mark.parametrize(("act", "outcomes"), TABLE, ids=[act.__name__.strip("_") for act, _o in TABLE])
def test_everybody_may_do_what_the_table_says_and_nothing_else(
    office: Office, act: Callable[..., None], outcomes: tuple[Any, ...]
) -> None:
    case = office.start(pelapor="Sri")
    found = [_outcome(office, act, case, who) for who in PEOPLE]
    assert dict(zip(PEOPLE, found, strict=True)) == dict(zip(PEOPLE, outcomes, strict=True))


def _outcome(office: Office, act: Callable[..., None], case: Any, who: str) -> type[AppError] | None:
    """What happens; nothing stays done, so that the next person finds the case as it was."""
    try:
        with office.database.transaction() as session:
            act(session, office, case, _person(session, office, who))
            session.rollback()
    except AppError as refusal:
        return type(refusal)
    return None
