"""Whoever changes his own lanes, units or roles is told on; identity that is opened shortly after is marked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from app.base.config import Config
from app.base.db import Database
from app.base.i18n import speaking
from app.history.codec import entry_of
from app.history.events.deployment import OwnLanesChanged
from app.history.events.identity import IdentityShown
from app.history.sentences import plain
from app.history.vocabulary import Ids
from app.models import (
    Group,
    HistoryEvent,
    MembershipChange,
    OutboxMessage,
    ProcessInstance,
    SecurityEvent,
    User,
    membership,
)
from app.services import identity
from app.services.core import access, clock, settings
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment import approvals, deployments
from app.services.notifications import mail
from app.services.people import accounts, groups, membership_changes, profiles, users
from tests.services.bell import heard
from tests.services.counting import inserts, statements
from tests.services.office import LANES, Office, add_user, form, procedure, text


@pytest.fixture
def second(office: Office) -> Actor:
    """Another administrator."""
    with office.database.transaction() as session:
        return add_user(session, "wakil", is_admin=True)


def edit(
    office: Office, whom: Actor, *, by: Actor, lanes: tuple[str, ...] | None = None, **more: Any
) -> Actor:
    """Change a user's profile; return him as he is afterwards."""
    with office.database.transaction() as session:
        profile = profiles.profile_of(users.get(session, whom.id))
        if lanes is not None:
            ids = session.scalars(select(Group.id).where(Group.name.in_(lanes)))
            profile = replace(profile, groups=frozenset(ids))
        users.edit(session, whom.id, replace(profile, **more), actor=by)
    with office.database.reading() as session:
        return access.actor_of(users.get(session, whom.id))


def opened(office: Office, case: ProcessInstance, actor: Actor) -> IdentityShown:
    """What the record says once the actor has opened the identity."""
    with office.database.transaction() as session:
        row = session.get_one(ProcessInstance, case.id)
        identity.show(session, actor, row, definitions.version(session, row.definition_id))
    with office.database.reading() as session:
        event = entry_of(ledger(session)).event
        assert isinstance(event, IdentityShown)
        return event


def ledger(session: Any) -> HistoryEvent:
    query = select(HistoryEvent).where(HistoryEvent.type == "identity_shown")
    return session.scalars(query.order_by(HistoryEvent.id.desc())).first()


def told(office: Office) -> str:
    """The line of the ledger, as it is read."""
    with office.database.reading() as session:
        return plain(entry_of(ledger(session)).describe(Ids(settings.config(session).timezone)).meta)


def later(office: Office, **by: float) -> None:
    with office.database.transaction() as session:
        session.execute(update(MembershipChange).values(at=clock.real() - timedelta(**by)))


def test_an_administrator_who_takes_a_lane_and_leaves_it_is_told_on_both_times(
    office: Office, second: Actor
) -> None:
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    edit(office, office.admin, by=office.admin, lanes=())
    expected = [
        "Admin (admin) melepas dari dirinya sendiri: lajur Loket.",
        "Admin (admin) memberi dirinya sendiri: lajur Loket.",
    ]
    assert heard(office, second) == expected
    assert heard(office, office.auditor) == expected
    for other in (office.admin, office.owner, office.rina):
        assert heard(office, other) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"units": frozenset({"A"})}, "memberi dirinya sendiri: unit A."),
        ({"is_process_owner": True}, "memberi dirinya sendiri: Pemilik proses."),
        ({"is_process_owner": True, "full_name": "Orang Lain"}, "Admin (admin) memberi dirinya sendiri"),
        ({"is_admin": False}, "melepas dari dirinya sendiri: Administrator."),
    ],
)
def test_units_and_roles_are_told_as_well(
    office: Office, second: Actor, more: dict[str, Any], said: str
) -> None:
    edit(office, office.admin, by=office.admin, **more)
    [notice] = heard(office, second)
    assert said in notice


def test_what_is_no_membership_and_what_others_are_given_is_told_to_nobody(
    office: Office, second: Actor
) -> None:
    edit(office, office.admin, by=office.admin, full_name="Nama Baru", email="a@contoh.go.id")
    edit(office, office.budi, by=office.admin, lanes=("Loket", "Unit"))
    assert heard(office, second) == []


def test_a_notice_is_read_in_the_language_of_its_reader(office: Office, second: Actor) -> None:
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    with speaking("en"):
        assert heard(office, second) == ["Admin (admin) gave themselves: lane Loket."]


def test_the_history_of_the_office_names_it(office: Office) -> None:
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    with office.database.reading() as session:
        row = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "user_edited")).one()
        sentence = entry_of(row).describe(Ids(settings.config(session).timezone))
    assert plain(sentence.title) == "admin mengubah lajur, unit, atau perannya sendiri"


def test_a_letter_leads_to_the_record_and_names_nobody(office: Office, second: Actor) -> None:
    with office.database.transaction() as session:
        session.get_one(User, second.id).email = "wakil@contoh.go.id"
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    heard(office, second)
    with office.database.reading() as session:
        session.info["config"] = config = replace(settings.config(session), smtp_url="smtp://localhost")
        letter, _again = mail.letter(session, second.id)
    assert letter is not None
    message = mail.compose(config, letter)
    assert message["Subject"] == "Alur: pengguna dan unit"
    assert "/notifikasi" in message.get_content()
    assert "Loket" not in message.get_content()


def test_whether_anybody_can_be_told(office: Office) -> None:
    with office.database.transaction() as session:
        assert membership_changes.is_overseen(session, office.admin)
        session.get_one(User, office.auditor.id).disabled_at = clock.real()
        session.flush()
        assert not membership_changes.is_overseen(session, office.admin)


# The ledger --------------------------------------------------------------------------------------------------------


def test_identity_opened_within_a_day_of_ones_own_change_is_marked(office: Office) -> None:
    case = office.start(pelapor="Siti")
    actor = edit(office, office.admin, by=office.admin, lanes=("Loket",))
    event = opened(office, case, actor)
    assert event.membership_changed_by == "admin"
    assert told(office).startswith("DITANDAI: ia mengubah lajur, unit, atau perannya sendiri pada ")
    with office.database.reading() as session:
        row = session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "identity")).one()
        assert (row.outcome, row.actor_id, row.target_id) == ("marked", office.admin.id, str(case.id))


def test_after_a_day_it_is_not(office: Office) -> None:
    case = office.start(pelapor="Siti")
    actor = edit(office, office.admin, by=office.admin, lanes=("Loket",))
    later(office, hours=23.9)
    assert opened(office, case, actor).membership_changed_at
    later(office, hours=24.1)
    assert not opened(office, case, actor).membership_changed_at
    assert told(office) == ""


def test_a_change_by_somebody_else_is_marked_with_his_name_and_hides_no_own_one(
    office: Office, second: Actor
) -> None:
    case = office.start(pelapor="Siti")
    actor = edit(office, office.budi, by=second, lanes=("Loket", "Unit"))
    assert opened(office, case, actor).membership_changed_by == "wakil"
    assert told(office).startswith("ditandai: wakil mengubah")
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    actor = edit(office, office.admin, by=second, lanes=("Loket", "Unit"))
    assert opened(office, case, actor).membership_changed_by == "admin"


def test_an_account_that_an_administrator_made_today_is_marked(office: Office) -> None:
    case = office.start(pelapor="Siti")
    with office.database.transaction() as session:
        loket = session.scalars(select(Group.id).where(Group.name == "Loket")).one()
        profile = profiles.Profile("Akun Kedua", groups=frozenset({loket}))
        made, _password = users.add(session, "kedua", profile, actor=office.admin)
    with office.database.reading() as session:
        actor = access.actor_of(users.get(session, made.id))
    assert opened(office, case, actor).membership_changed_by == "admin"


def test_who_has_long_been_in_the_lane_is_not_marked(office: Office) -> None:
    case = office.start(pelapor="Siti")
    event = opened(office, case, office.rina)
    assert (event.membership_changed_at, event.membership_changed_by) == ("", "")


def test_a_password_that_an_administrator_resets_is_told_and_marks_what_is_opened_with_it(
    office: Office, second: Actor
) -> None:
    case = office.start(pelapor="Siti")
    with office.database.transaction() as session:
        accounts.reset_password(session, office.rina.id, actor=office.admin, password="x" * 20)
    expected = ["Admin (admin) menyetel ulang kata sandi rina."]
    assert [heard(office, one) for one in (second, office.auditor, office.rina)] == [expected] * 3
    for other in (office.admin, office.owner, office.budi):
        assert heard(office, other) == []
    event = opened(office, case, office.rina)
    assert (event.password_reset_by, event.membership_changed_at) == ("admin", "")
    assert told(office).startswith("ditandai: admin menyetel ulang kata sandinya pada ")
    later(office, hours=24.1)
    assert not opened(office, case, office.rina).password_reset_at


def test_a_password_that_a_command_resets_is_told_as_well(office: Office) -> None:
    with office.database.transaction() as session:
        accounts.reset_password(session, office.rina.id, actor=None, password="x" * 20)
    with speaking("en"):
        assert heard(office, office.auditor) == ["The password of rina was reset by a command on the server."]


# By a deployment ---------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(office: Office) -> Actor:
    """A process owner who works in a lane of his own, which has nothing to do with the procedure."""
    with office.database.transaction() as session:
        return add_user(session, "penggambar", "Arsip", is_process_owner=True)


def lane_called(name: str) -> dict[str, bytes]:
    """The procedure, its first lane with another name."""
    files = procedure(lanes={name if lane == "Loket" else lane: nodes for lane, nodes in LANES.items()})
    return {**files, "uji.bpmn": files["uji.bpmn"].replace(b'value="Loket"', f'value="{name}"'.encode())}


def deploy(office: Office, owner: Actor, files: dict[str, bytes]) -> None:
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=owner)


def test_a_lane_that_gets_the_name_of_his_group_is_told_on_who_deploys(office: Office, owner: Actor) -> None:
    deploy(office, owner, lane_called("Arsip"))
    [notice] = heard(office, office.admin)
    assert notice.startswith(
        "Penggambar (penggambar) memberi dirinya sendiri: identitas pelapor pada proses uji, "
    )
    assert "lajur Arsip (uji)" in notice
    assert heard(office, office.auditor) == [notice]
    case = office_case(office, owner)
    assert opened(office, case, owner).membership_changed_by == "penggambar"


def office_case(office: Office, starter: Actor) -> ProcessInstance:
    from app.services.instances import instances

    with office.database.transaction() as session:
        values = {"judul": "Lampu mati", "pelapor": "Siti"}
        return instances.start(session, "uji", values, actor=starter).instance


def test_who_names_his_group_in_identitas_is_told_on(office: Office, owner: Actor) -> None:
    with office.database.transaction() as session:
        users.get(session, owner.id).groups = list(session.scalars(select(Group).where(Group.name == "Unit")))
    files = procedure()
    assert b'name="identitas" value="Loket"' in files["uji.bpmn"]
    files["uji.bpmn"] = files["uji.bpmn"].replace(
        b'name="identitas" value="Loket"', b'name="identitas" value="Loket, Unit"'
    )
    deploy(office, owner, files)
    assert heard(office, office.admin) == [
        "Penggambar (penggambar) memberi dirinya sendiri: identitas pelapor pada proses uji."
    ]


def test_a_deployment_that_gives_its_author_nothing_is_told_to_nobody(office: Office, owner: Actor) -> None:
    deploy(office, owner, procedure(after="5 hari kerja"))
    deploy(office, office.owner, lane_called("Meja"))
    assert heard(office, office.admin) == []


def test_a_second_lane_of_his_group_is_told_on(office: Office, owner: Actor) -> None:
    deploy(office, office.owner, lane_called("Arsip"))
    files = lane_called("Arsip")
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'id="lane_2" name="Unit"', b'id="lane_2" name="Arsip"')
    deploy(office, owner, files)
    assert heard(office, office.admin) == [
        "Penggambar (penggambar) memberi dirinya sendiri: lajur Arsip (uji)."
    ]


def test_a_lane_that_is_drawn_anew_is_told_to_nobody(office: Office, owner: Actor) -> None:
    deploy(office, office.owner, lane_called("Arsip"))
    files = lane_called("Arsip")
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'"lane_1"', b'"lajur_baru"')
    deploy(office, owner, files)
    with office.database.reading() as session:
        assert definitions.latest(session, "uji").version == 3
    assert heard(office, office.admin) == []


def test_others_whom_a_deployment_gives_a_lane_are_marked_and_not_told_on(office: Office) -> None:
    with office.database.transaction() as session:
        archivist = add_user(session, "arsiparis", "Arsip")
    deploy(office, office.owner, lane_called("Arsip"))
    assert heard(office, office.admin) == heard(office, office.auditor) == []
    assert opened(office, office_case(office, archivist), archivist).membership_changed_by == "pemilik"
    assert told(office).startswith("ditandai: pemilik mengubah")
    for other in (office.rina, office.dinas_a, office.owner):
        assert membership_mark(office, other) == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'name="identitas" value="Loket"', b'name="identitas" value="Loket, Unit"'),
        (b'name="koordinator" value="Ketua"', b'name="koordinator" value="Unit"'),
    ],
)
def test_others_whom_a_deployment_lets_see_identities_are_marked(
    office: Office, before: bytes, after: bytes
) -> None:
    files = procedure()
    assert before in files["uji.bpmn"]
    deploy(office, office.owner, {**files, "uji.bpmn": files["uji.bpmn"].replace(before, after)})
    assert membership_mark(office, office.dinas_a)["membership_changed_by"] == "pemilik"
    assert membership_mark(office, office.dinas_b)["membership_changed_by"] == "pemilik"
    assert membership_mark(office, office.rina) == membership_mark(office, office.ketua) == {}


def test_who_comes_along_when_a_lane_gets_a_new_name_is_not_marked(office: Office) -> None:
    deploy(office, office.owner, lane_called("Meja"))
    assert membership_mark(office, office.rina) == {}


def test_a_deployment_by_a_command_marks_as_well(office: Office) -> None:
    with office.database.transaction() as session:
        archivist = add_user(session, "arsiparis", "Arsip")
        deployments.deploy(session, lane_called("Arsip"), actor=None)
    assert membership_mark(office, archivist)["membership_changed_at"]
    assert opened(office, office_case(office, archivist), archivist).membership_changed_by == ""
    assert told(office).startswith("ditandai: sebuah perintah mengubah")


def test_many_whom_a_deployment_gives_a_lane_are_marked_by_one_statement(office: Office) -> None:
    with office.database.transaction() as session:
        people = [add_user(session, f"arsiparis{number}") for number in range(500)]
        group = groups.get_or_add(session, "Arsip").id
        rows = [{"user_id": person.id, "group_id": group} for person in people]
        session.execute(insert(membership), rows)
    with inserts(office.database, "membership_change") as marks, statements(office.database) as sent:
        deploy(office, office.owner, lane_called("Arsip"))
    assert (len(marks), len(sent) <= 32) == (1, True), len(sent)
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MembershipChange)) == 500


@pytest.mark.parametrize("both", [False, True])
def test_with_four_eyes_both_who_proposes_and_who_approves_are_told_on(
    office: Office, owner: Actor, config: Config, both: bool
) -> None:
    with office.database.transaction() as session:
        approver = add_user(session, "penyetuju", *(["Arsip"] if both else []), is_process_owner=True)
    office.database._info["config"] = replace(config, four_eyes="identity")
    files = {**lane_called("Arsip"), "terima.form": form(text("nomor"), text("judul"), text("pelapor"))}
    with office.database.transaction() as session:
        proposal = deployments.deploy(session, files, actor=owner).proposal
        assert proposal is not None
    [waits] = heard(office, office.admin)
    assert waits.endswith("Usulan ini menunggu persetujuan orang kedua.")
    with office.database.transaction() as session:
        prepared = approvals.prepare(session, proposal.id, actor=approver)
        approvals.approve(session, proposal.id, prepared, actor=approver)
    told_on = ["Penggambar (penggambar)", "Penyetuju (penyetuju)"] if both else ["Penggambar (penggambar)"]
    notices = [one for one in heard(office, office.admin) if one != waits]
    assert sorted(one.split(" memberi")[0] for one in notices) == told_on
    assert all("lajur Arsip (uji)" in one for one in notices)
    assert heard(office, office.auditor) == notices
    assert membership_mark(office, owner)["membership_changed_by"] == "penggambar"
    assert membership_mark(office, approver).get("membership_changed_by") == ("penyetuju" if both else None)
    with office.database.reading() as session:
        kept = [
            entry_of(row) for row in session.scalars(select(HistoryEvent)) if row.type == "own_lanes_changed"
        ]
        named = [one.event.user for one in kept if isinstance(one.event, OwnLanesChanged)]
    assert sorted(named) == ["penggambar", *(["penyetuju"] if both else [])]


def membership_mark(office: Office, actor: Actor) -> Mapping[str, str]:
    with office.database.reading() as session:
        return membership_changes.mark(session, actor)


def test_what_queued_before_is_still_delivered(database: Database) -> None:
    """The tables of notices were made anew for messages that are about no case."""
    office = Office(database)
    case = office.start()
    with database.transaction() as session:
        body = {"code": "incident_opened", "params": {"place": "x"}}
        about = {"instance_id": case.id, "audience": {"users": [office.rina.id]}}
        session.add(OutboxMessage(body=body, queued_at=clock.real(), **about))
    assert heard(office, office.rina) == ["Perkara ini berhenti di x. Sebabnya ada di Kendala."]


# By who would have been told --------------------------------------------------------------------------------------


def disable(office: Office, whom: Actor, *, by: Actor | None) -> None:
    with office.database.transaction() as session:
        users.disable(session, whom.id, actor=by)


def test_who_disables_an_auditor_first_is_told_on_to_him_as_well(office: Office, second: Actor) -> None:
    disable(office, office.auditor, by=office.admin)
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    expected = [
        "Admin (admin) memberi dirinya sendiri: lajur Loket.",
        "Admin (admin) menonaktifkan akun auditor (Auditor).",
    ]
    assert heard(office, second) == expected
    assert heard(office, office.auditor) == expected  # he reads it when he is enabled again
    assert heard(office, office.admin) == []


def test_who_takes_the_role_of_an_auditor_first_is_told_on_to_him_as_well(office: Office) -> None:
    edit(office, office.auditor, by=office.admin, is_auditor=False)
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    with office.database.transaction() as session:
        accounts.reset_password(session, office.rina.id, actor=office.admin, password="x" * 20)
    expected = [
        "Admin (admin) menyetel ulang kata sandi rina.",
        "Admin (admin) memberi dirinya sendiri: lajur Loket.",
        "Admin (admin) mencabut peran auditor: Auditor.",
    ]
    assert heard(office, office.auditor) == expected
    with speaking("en"):
        assert heard(office, office.auditor)[2] == "Admin (admin) took from auditor: Auditor."


def test_who_disables_an_auditor_before_the_notice_is_delivered_is_told_on_to_him(office: Office) -> None:
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    disable(office, office.auditor, by=office.admin)
    assert heard(office, office.auditor)[1] == "Admin (admin) memberi dirinya sendiri: lajur Loket."


def test_who_oversaw_nothing_for_a_day_is_told_nothing_more(office: Office, second: Actor) -> None:
    disable(office, office.auditor, by=office.admin)
    edit(office, second, by=office.admin, is_admin=False)
    before = [heard(office, one) for one in (office.auditor, second)]
    with office.database.transaction() as session:
        session.get_one(User, office.auditor.id).disabled_at = clock.real() - timedelta(hours=25)
    later(office, hours=25)
    edit(office, office.admin, by=office.admin, lanes=("Loket",))
    assert [heard(office, one) for one in (office.auditor, second)] == before


def test_an_officer_who_is_disabled_is_told_to_nobody(office: Office, second: Actor) -> None:
    disable(office, office.rina, by=office.admin)
    assert heard(office, second) == heard(office, office.auditor) == []


def test_an_auditor_whom_a_command_disables_is_told_of_as_well(office: Office) -> None:
    disable(office, office.auditor, by=None)
    with speaking("en"):
        assert heard(office, office.admin) == ["auditor (Auditor) was disabled by a command on the server."]
