"""Publications that wait for a date, for a second person, or for both; and what becomes of their drafts."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.base.config import Config
from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed
from app.commands import studio
from app.commands.deployment import publications
from app.commands.deployment.deployments import approve_proposal, deploy_files
from app.commands.transaction import Command
from app.history.catalogue import Event
from app.history.events.deployment import DefinitionDeployed, PublicationFailed, PublicationPlanned
from app.models import OutboxMessage, ProcessDefinition, ProcessDraft, ProposedDeployment, User
from app.services.core import clock, history
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import approvals, deployments, plans, proposals
from app.services.studio import draft_files, new_drafts, publishing, titles
from tests.services.office import Office, add_user, form, procedure, saw, text
from tests.write_locks import write_locks

LATER = timedelta(days=3)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let every transaction from now on happen at a moment."""

    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "_current", lambda _session: moment)

    return move


def with_four_eyes(office: Office, config: Config) -> Actor:
    """Every deployment waits for a second person, who is returned."""
    office.database._info["config"] = replace(config, four_eyes="all")
    with office.database.transaction() as session:
        return add_user(session, "kedua", is_process_owner=True)


def begin(office: Office, after: str = "5 hari kerja", **more: bytes) -> int:
    """A draft of the version in force with another deadline."""
    with office.database.transaction() as session:
        live = definitions.latest(session, "uji")
        assert live is not None
        draft = new_drafts.begin_from_version(session, live.id, actor=office.owner)
        files = procedure(after=after) | more
        draft_files.bring_in(
            session, draft.id, files, title=titles.title_of(files), actor=office.owner, seen=None
        )
        return draft.id


def publish(office: Office, draft_id: int, at: datetime | None = None, reason: str = "Perbup 12/2026") -> int:
    """Publish a draft; the id of what waits, 0 where it is in force."""
    done = studio.publish_draft(
        office.database,
        Command("publish_draft", str(draft_id)),
        draft_id,
        reason,
        actor=office.owner,
        seen=saw(office.database, draft_id),
        answer=lambda _session, done: {"proposal": done.proposal.id if done.proposal else 0},
        at=at,
    )
    number: int = done["proposal"]
    return number


def approve(office: Office, proposal_id: int, second: Actor) -> dict[str, Any]:
    return approve_proposal(
        office.database,
        Command("approve", str(proposal_id)),
        proposal_id,
        actor=second,
        answer=lambda _session, done: {"versions": [one.definition.version for one in done.definitions]},
    )


def now(office: Office) -> datetime:
    with office.database.reading() as session:
        return clock.now(session)


def row(office: Office, proposal_id: int) -> ProposedDeployment:
    with office.database.reading() as session:
        return session.get_one(ProposedDeployment, proposal_id)


def draft_of(office: Office, draft_id: int) -> ProcessDraft:
    with office.database.reading() as session:
        return session.get_one(ProcessDraft, draft_id)


def live(office: Office) -> ProcessDefinition:
    with office.database.reading() as session:
        found = definitions.latest(session, "uji")
    assert found is not None
    return found


def told(office: Office, kind: type[Event]) -> Any:
    with office.database.reading() as session:
        entries = history.outside_instances(session, actor=office.auditor).items
        return next(entry for entry in entries if isinstance(entry.event, kind))


def test_it_comes_in_force_at_its_date_as_it_was_when_planned(
    office: Office, at: Callable[[datetime], None]
) -> None:
    due = now(office) + LATER
    draft_id = begin(office)
    planned = publish(office, draft_id, due)
    assert publications.put_due_in_force(office.database) == 0
    at(due - timedelta(seconds=1))
    assert publications.put_due_in_force(office.database) == 0
    at(due)
    with write_locks() as seen:
        assert publications.put_due_in_force(office.database) == 1
    assert seen.costly == []
    assert publications.put_due_in_force(office.database) == 0
    found = live(office)
    assert (found.version, found.deployed_by_id, found.reason) == (2, office.owner.id, "Perbup 12/2026")
    assert (found.deployed_at, found.approved_by_id) == (due, None)
    draft = draft_of(office, draft_id)
    assert (draft.state, draft.published_id, row(office, planned).state) == ("published", found.id, "live")
    deployed, first = told(office, DefinitionDeployed), told(office, PublicationPlanned)
    assert (deployed.actor, deployed.event.planned, deployed.event.draft) == (None, True, draft_id)
    assert (first.actor.id, first.event.in_force_at) == (office.owner.id, due.isoformat())


def test_a_draft_that_is_changed_meanwhile_stays_open_from_the_version_that_came_of_it(
    office: Office, at: Callable[[datetime], None]
) -> None:
    due, draft_id = now(office) + LATER, begin(office)
    publish(office, draft_id, due)
    changed = procedure(after="9 hari kerja")["uji.bpmn"]
    studio.save_file(office.database, draft_id, "uji.bpmn", changed, began_with=2, actor=office.owner)
    at(due)
    publications.put_due_in_force(office.database)
    found, draft = live(office), draft_of(office, draft_id)
    assert (found.version, draft.state, draft.base_id) == (2, "open", found.id)
    with office.database.reading() as session:
        assert definitions.version(session, found.id).xml == procedure(after="5 hari kerja")["uji.bpmn"]
        assert draft_files.contents(session, draft_id)["uji.bpmn"] == changed


def newer_version(office: Office) -> None:
    deploy_files(office.database, procedure(after="7 hari kerja"), actor=None)


def no_owner(office: Office) -> None:
    with office.database.transaction() as session:
        session.get_one(User, office.owner.id).is_process_owner = False


def no_account(office: Office) -> None:
    with office.database.transaction() as session:
        session.get_one(User, office.owner.id).disabled_at = clock.now(session)


@pytest.mark.parametrize(
    ("happens", "why"),
    [(newer_version, "versi {n} diterapkan"), (no_owner, "Hanya pemilik proses"), (no_account, "akun aktif")],
)
def test_what_can_be_in_force_no_more_is_told_and_the_draft_stays(
    office: Office, at: Callable[[datetime], None], happens: Callable[[Office], None], why: str
) -> None:
    due, draft_id = now(office) + LATER, begin(office)
    planned = publish(office, draft_id, due)
    happens(office)
    before = live(office)
    at(due)
    assert publications.put_due_in_force(office.database) == 1
    assert publications.put_due_in_force(office.database) == 0
    found = row(office, planned)
    assert (found.state, live(office).id, draft_of(office, draft_id).state) == ("failed", before.id, "open")
    assert why in told(office, PublicationFailed).event.cause
    with office.database.reading() as session:
        [message] = session.scalars(select(OutboxMessage).where(OutboxMessage.instance_id.is_(None))).all()
    assert message.body["proposal"] == planned
    assert message.audience == {"roles": ["process_owner"]}


def test_what_todays_checks_refuse_at_its_date_is_told_with_its_findings(
    office: Office, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    due, draft_id = now(office) + LATER, begin(office)
    planned = publish(office, draft_id, due)
    with office.database.transaction() as session:
        kept = session.get_one(ProposedDeployment, planned)
        kept.files = {name: digest for name, digest in kept.files.items() if name != "periksa.form"}
        version = definitions.latest(session, "uji", files=True)
        assert version is not None
        for file in version.files:
            if file.name == "periksa.form":
                session.delete(file)
    at(due)
    publications.put_due_in_force(office.database)
    found = row(office, planned)
    assert (found.state, live(office).version) == ("failed", 1)
    assert "form_missing" in {one["code"] for one in found.findings}


def test_a_planned_one_is_cancelled_with_a_reason(office: Office, at: Callable[[datetime], None]) -> None:
    due, draft_id = now(office) + LATER, begin(office)
    planned = publish(office, draft_id, due)

    def cancel(reason: str, actor: Actor) -> None:
        command = Command("cancel-publication", str(planned))
        publications.cancel(office.database, command, planned, reason, actor=actor)

    with pytest.raises(InvalidForm):
        cancel(" ", office.owner)
    with pytest.raises(NotAllowed):
        cancel("Keliru", office.auditor)
    cancel("Keliru", office.admin)
    with pytest.raises(Conflict):
        cancel("Keliru", office.owner)
    at(due)
    assert publications.put_due_in_force(office.database) == 0
    found = row(office, planned)
    assert (found.state, found.end_reason, found.ended_by_id) == ("dropped", "Keliru", office.admin.id)
    assert publish(office, draft_id) == 0


def test_a_date_lies_ahead_and_within_a_year(office: Office) -> None:
    draft_id, today = begin(office), now(office)
    for due in (today, today - LATER, today + timedelta(days=367)):
        with pytest.raises(InvalidForm) as refused:
            publish(office, draft_id, due)
        assert set(refused.value.errors) == {"on"}
    zone = ZoneInfo("Asia/Jakarta")
    typed = publishing.moment_of("1-12-2026", "7.30", zone)
    assert typed == datetime(2026, 12, 1, 7, 30, tzinfo=zone)
    with pytest.raises(InvalidForm) as refused:
        publishing.moment_of("besok", "pagi", zone)
    assert set(refused.value.errors) == {"on", "at"}


def test_the_next_working_day_is_proposed(office: Office, at: Callable[[datetime], None]) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    at(datetime(2026, 12, 24, 15, tzinfo=zone))  # Christmas is a Friday
    with office.database.reading() as session:
        assert publishing.proposed_moment(session) == datetime(2026, 12, 28, tzinfo=zone)


def test_one_state_of_a_draft_waits_at_a_time(office: Office) -> None:
    due, draft_id = now(office) + LATER, begin(office)
    planned = publish(office, draft_id, due)
    assert publish(office, draft_id, due) == planned
    with pytest.raises(InvalidForm, match=f"usulan {planned}"):
        publish(office, draft_id)
    with pytest.raises(InvalidForm, match=f"usulan {planned}"):
        publish(office, draft_id, due + LATER)


def test_what_is_in_force_already_is_not_planned(office: Office) -> None:
    with pytest.raises(InvalidForm, match="sama dengan yang berlaku"):
        publish(office, begin(office, "3 hari kerja"), now(office) + LATER)


def test_two_workers_put_it_in_force_once(office: Office, at: Callable[[datetime], None]) -> None:
    due = now(office) + LATER
    publish(office, begin(office), due)
    at(due)
    barrier, failed = threading.Barrier(3), list[BaseException]()

    def work() -> None:
        barrier.wait()
        try:
            publications.put_due_in_force(office.database)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with office.database.reading() as session:
        assert [one.version for one in session.scalars(select(ProcessDefinition))] == [1, 2]
        assert not session.scalars(select(OutboxMessage)).all()


def test_one_that_breaks_down_holds_up_no_other(
    office: Office, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    due = now(office) + LATER
    broken, fine = publish(office, begin(office), due), publish(office, begin(office, "6 hari kerja"), due)
    contents = proposals.contents

    def odd(session: Any, found: ProposedDeployment) -> Any:
        if found.id == broken:
            raise ZeroDivisionError
        return contents(session, found)

    monkeypatch.setattr(plans.proposals, "contents", odd)
    at(due)
    assert publications.put_due_in_force(office.database) == 2
    assert [row(office, one).state for one in (broken, fine)] == ["failed", "live"]


def test_with_four_eyes_for_all_a_draft_waits_and_carries_its_reason(office: Office, config: Config) -> None:
    second, draft_id = with_four_eyes(office, config), begin(office)
    proposal = publish(office, draft_id)
    assert proposal
    assert live(office).version == 1
    with pytest.raises(NotAllowed):
        approve(office, proposal, office.owner)
    assert approve(office, proposal, second) == {"versions": [2]}
    found, draft = live(office), draft_of(office, draft_id)
    assert (found.reason, found.deployed_by_id, found.approved_by_id) == (
        "Perbup 12/2026",
        office.owner.id,
        second.id,
    )
    assert (draft.state, draft.published_id) == ("published", found.id)
    event = told(office, DefinitionDeployed).event
    assert (event.reason, event.draft, event.planned) == ("Perbup 12/2026", draft_id, False)


def test_a_rejected_one_leaves_its_draft_open_with_the_reason_and_tells_its_author(
    office: Office, config: Config
) -> None:
    second, draft_id = with_four_eyes(office, config), begin(office)
    proposal = publish(office, draft_id)
    with office.database.transaction() as session:
        approvals.reject(session, proposal, actor=second, reason="Tenggatnya keliru")
    with office.database.reading() as session:
        latest = proposals.latest_of_draft(session, draft_id)
        [_asked, message] = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert latest is not None
    assert (latest.state, latest.end_reason) == ("rejected", "Tenggatnya keliru")
    assert message.audience == {"users": [office.owner.id]}
    assert draft_of(office, draft_id).state == "open"
    assert publish(office, draft_id) == proposal + 1


def test_approved_before_its_date_it_waits_for_it_and_both_are_named(
    office: Office, config: Config, at: Callable[[datetime], None]
) -> None:
    second, due = with_four_eyes(office, config), now(office) + LATER
    proposal = publish(office, begin(office), due)
    assert publications.put_due_in_force(office.database) == 0
    assert approve(office, proposal, second) == {"versions": []}
    assert (row(office, proposal).state, live(office).version) == ("planned", 1)
    at(due)
    publications.put_due_in_force(office.database)
    found = live(office)
    assert (found.version, found.deployed_by_id, found.approved_by_id) == (2, office.owner.id, second.id)


def test_approved_after_its_date_it_is_in_force_at_once(
    office: Office, config: Config, at: Callable[[datetime], None]
) -> None:
    second, due = with_four_eyes(office, config), now(office) + LATER
    proposal = publish(office, begin(office), due)
    at(due + LATER)
    assert publications.put_due_in_force(office.database) == 0
    assert approve(office, proposal, second) == {"versions": [2]}


def test_planned_by_one_it_is_not_in_force_once_two_are_asked_for(
    office: Office, config: Config, at: Callable[[datetime], None]
) -> None:
    due = now(office) + LATER
    planned = publish(office, begin(office), due)
    with_four_eyes(office, config)
    at(due)
    publications.put_due_in_force(office.database)
    assert (row(office, planned).state, live(office).version) == ("failed", 1)


def test_scenarios_that_a_draft_dropped_are_not_in_what_is_approved(office: Office, config: Config) -> None:
    told_ = b'{"scenario": "Lama", "process": "uji", "begins": "2026-11-02T09:00+07:00", "steps": []}'
    deploy_files(office.database, {**procedure(), "lama.scenario": told_}, actor=None)
    second, draft_id = with_four_eyes(office, config), begin(office)
    with office.database.transaction() as session:
        assert "lama.scenario" in draft_files.contents(session, draft_id)
        draft_files.remove(session, draft_id, "lama.scenario", actor=office.owner)
    approve(office, publish(office, draft_id), second)
    with office.database.reading() as session:
        found = definitions.latest(session, "uji", files=True)
    assert found is not None
    assert "lama.scenario" not in {file.name for file in found.files}


def test_with_four_eyes_for_all_commands_wait_but_for_the_very_first_version(
    database: Database, config: Config
) -> None:
    database._info["config"] = replace(config, four_eyes="all")
    assert deploy_files(database, procedure(), actor=None).proposal is None
    again = deploy_files(database, procedure(after="5 hari kerja"), actor=None)
    assert (again.definitions, again.findings[0].code) == ((), "deployment_waits")
    assert deploy_files(database, procedure(), actor=None).proposal is None  # nothing new


def test_with_four_eyes_for_all_a_persons_very_first_version_waits(
    database: Database, config: Config
) -> None:
    database._info["config"] = replace(config, four_eyes="all")
    with database.transaction() as session:
        owner = add_user(session, "pemilik", is_process_owner=True)
    assert deploy_files(database, procedure(), actor=owner).proposal is not None


def test_a_note_tells_that_the_diagram_changed_and_the_revision_did_not(office: Office) -> None:
    def sop(after: str, date: str) -> dict[str, bytes]:
        files = procedure(after=after)
        block = '<ns0:property name="nomor sop" value="061/2530"/>'
        block += f'<ns0:property name="tanggal revisi" value="{date}"/>'
        content = files["uji.bpmn"].decode()
        place = content.index('name="perihal"')
        start = content.rindex("<", 0, place)
        prefix = content[start + 1 : content.index(":", start)]
        return {
            **files,
            "uji.bpmn": (content[:start] + block.replace("ns0", prefix) + content[start:]).encode(),
        }

    def notes(files: dict[str, bytes]) -> list[str]:
        with office.database.reading() as session:
            codes = [one.code for one in deployments.check_files(session, files)]
        return [code for code in codes if code == "sop_revision_unchanged"]

    first = sop("4 hari kerja", "13 Mei 2017")
    assert notes(first) == []
    deploy_files(office.database, first, actor=None)
    found = live(office)
    assert (found.sop_number, found.sop_revision_date, found.sop_revision) == ("061/2530", "13 Mei 2017", "")
    assert notes(first) == []
    assert notes(sop("5 hari kerja", "13 Mei 2017")) == ["sop_revision_unchanged"]
    assert notes(sop("5 hari kerja", "1 Desember 2026")) == []
    assert notes({"periksa.form": form(text("hasil", required=True), text("unit"), text("catatan"))}) == []
