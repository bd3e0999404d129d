"""With four eyes, what makes identity open waits until somebody else approves it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.db import Database
from app.base.errors import Conflict, NotAllowed, NotFound
from app.commands import studio
from app.commands.transaction import Command
from app.history.events.deployment import (
    DefinitionDeployed,
    DeploymentApproved,
    DeploymentProposed,
    DeploymentRejected,
)
from app.models import OutboxMessage, Resource
from app.services.core import history
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import approvals, deployments, folder_watch, proposals
from app.services.deployment.deployments import Deployment
from app.services.notifications import texts
from app.services.studio import new_drafts, titles
from tests.services.office import Office, add_user, form, procedure, saw, text

OPEN = {"terima.form": form(text("nomor"), text("judul", required=True), text("pelapor"))}


@pytest.fixture
def office(database: Database, config: Config) -> Office:
    database._info["config"] = replace(config, four_eyes="identity")
    return Office(database)


@pytest.fixture
def second(office: Office) -> Actor:
    with office.database.transaction() as session:
        return add_user(session, "kedua", is_process_owner=True)


def propose(office: Office, files: dict[str, bytes] = OPEN, actor: Actor | None = None) -> int:
    with office.database.transaction() as session:
        done = deployments.deploy(session, files, actor=actor or office.owner)
    assert (done.definitions, done.findings[0].code) == ((), "deployment_waits")
    assert done.proposal is not None
    return done.proposal.id


def approve(session: Session, proposal_id: int, *, actor: Actor) -> Deployment:
    prepared = approvals.prepare(session, proposal_id, actor=actor)
    return approvals.approve(session, proposal_id, prepared, actor=actor)


def newest(office: Office) -> Any:
    with office.database.reading() as session:
        return definitions.latest(session, "uji")


def test_it_goes_live_when_a_second_person_approves_and_both_are_named(office: Office, second: Actor) -> None:
    proposal = propose(office)
    assert newest(office).version == 1
    with office.database.transaction() as session:
        [done] = approve(session, proposal, actor=second).definitions
    assert (done.created, done.definition.version) == (True, 2)
    assert newest(office).deployed_by_id == office.owner.id
    with office.database.reading() as session:
        deployed, approved, proposed, *_ = history.outside_instances(session, actor=office.auditor).items
        assert not proposals.waiting(session, actor=second)
    assert isinstance(proposed.event, DeploymentProposed)
    assert proposed.event.no_longer_identity == ["Pelapor"]
    assert isinstance(approved.event, DeploymentApproved)
    assert isinstance(deployed.event, DefinitionDeployed)
    assert (approved.event.proposed_by, deployed.event.proposal) == ("Pemilik", proposal)
    assert [one.actor and one.actor.name for one in (deployed, approved, proposed)] == [
        "kedua",
        "kedua",
        "pemilik",
    ]


def test_an_administrator_may_be_the_second_person(office: Office) -> None:
    proposal = propose(office)
    with office.database.transaction() as session:
        assert approve(session, proposal, actor=office.admin).definitions


def test_who_proposed_it_and_who_may_not_decide_are_refused(office: Office) -> None:
    proposal = propose(office)
    for actor, error in (
        (office.owner, NotAllowed),
        (office.auditor, NotAllowed),
        (office.rina, NotFound),
        (office.ketua, NotFound),
    ):
        with office.database.transaction() as session, pytest.raises(error):
            approve(session, proposal, actor=actor)
        if actor is not office.owner:
            with office.database.transaction() as session, pytest.raises(error):
                approvals.reject(session, proposal, actor=actor)
    with office.database.reading() as session:
        assert not proposals.waiting(session, actor=office.rina)
    assert newest(office).version == 1


def test_a_rejected_one_is_over_and_its_proposer_may_take_it_back(office: Office, second: Actor) -> None:
    for actor in (second, office.owner):
        proposal = propose(office)
        with office.database.transaction() as session:
            approvals.reject(session, proposal, actor=actor)
        with office.database.transaction() as session, pytest.raises(Conflict):
            approve(session, proposal, actor=second)
        with office.database.reading() as session:
            [told, *_] = history.outside_instances(session, actor=office.auditor).items
        assert isinstance(told.event, DeploymentRejected)
        assert told.actor is not None
        assert told.actor.id == actor.id
    assert newest(office).version == 1


def test_owners_and_administrators_are_told_that_a_proposal_waits(office: Office) -> None:
    proposal = propose(office)
    with office.database.reading() as session:
        [message] = session.scalars(select(OutboxMessage))
        assert (message.body["code"], message.body["proposal"]) == ("proposal_waits", proposal)
        assert message.audience == {"roles": ["process_owner", "admin"]}
        assert f"(usulan {proposal})" in texts.words(message.body)


def test_what_a_draft_proposes_is_no_upload_of_the_same_files(office: Office) -> None:
    uploaded = propose(office)
    with office.database.transaction() as session:
        draft = new_drafts.begin_from_files(session, OPEN, title=titles.title_of(OPEN), actor=office.owner).id
    done = studio.publish_draft(
        office.database,
        Command("publish_draft", str(draft)),
        draft,
        "Permintaan bagian",
        actor=office.owner,
        seen=saw(office.database, draft),
        answer=lambda _session, done: {"proposal": done.proposal.id if done.proposal else None},
    )
    assert done["proposal"] not in (uploaded, None)


def test_the_same_again_is_the_same_proposal_and_no_approval(office: Office, second: Actor) -> None:
    proposal = propose(office)
    assert proposal == propose(office) == propose(office, actor=second)
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        approve(session, proposal, actor=office.owner)


def test_what_came_meanwhile_is_not_undone(office: Office, second: Actor) -> None:
    proposal = propose(office)
    with office.database.transaction() as session:
        deployments.deploy(session, procedure(after="5 hari kerja"), actor=office.owner)
    with office.database.transaction() as session, pytest.raises(Conflict, match="versi 2 diterapkan"):
        approve(session, proposal, actor=second)
    assert newest(office).version == 2


def test_all_else_goes_live_by_one_person(office: Office) -> None:
    with office.database.transaction() as session:
        done = deployments.deploy(session, procedure(after="5 hari kerja"), actor=office.owner)
    assert done.proposal is None
    assert newest(office).version == 2


def test_a_command_and_the_folders_propose_and_nobody_is_asked_twice(office: Office, second: Actor) -> None:
    folder = procedure() | OPEN
    with office.database.transaction() as session:
        report = folder_watch.sync(session, folder)
    assert report.deployed == ()
    assert {one.code for one in report.findings} >= {"deployment_waits", "identity_mark_dropped"}
    with office.database.transaction() as session:
        assert folder_watch.sync(session, folder) == folder_watch.Report()
        [waits] = proposals.waiting(session, actor=second)
        assert waits.proposed_by_id is None
        approve(session, waits.id, actor=second)
    assert newest(office).version == 2


def test_what_was_sent_can_be_looked_at_before(office: Office, second: Actor) -> None:
    proposal = propose(office)
    with office.database.reading() as session:
        assert proposals.content(session, proposal, "terima.form", actor=second) == OPEN["terima.form"]
        with pytest.raises(NotFound):
            proposals.content(session, proposal, "uji.bpmn", actor=second)
        with pytest.raises(NotFound):
            proposals.content(session, proposal, "terima.form", actor=office.rina)
        assert session.scalars(select(Resource.content).where(Resource.content == OPEN["terima.form"])).one()
