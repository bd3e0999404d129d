"""Adding, editing, disabling users, and their passwords."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound, TooManyAttempts
from app.commands.people.accounts import change_password, sign_in
from app.models import HistoryEvent, LoginSession, User
from app.services.core import edit_conflicts
from app.services.core.access import Actor, actor_of
from app.services.people import accounts, api_tokens, groups, profiles, sessions, users
from app.services.people.profiles import Profile
from app.services.tasks import tasks
from tests.services.office import Office, add_user


@pytest.fixture
def admin(database: Database) -> Actor:
    with database.transaction() as session:
        return add_user(session, "admin", is_admin=True)


def events(database: Database, type_: str) -> list[dict[str, Any]]:
    with database.reading() as session:
        rows = session.scalars(
            select(HistoryEvent).where(HistoryEvent.type == type_).order_by(HistoryEvent.id)
        )
        return [row.data for row in rows]


def add(database: Database, name: str, actor: Actor | None = None, **profile: Any) -> tuple[int, str]:
    with database.transaction() as session:
        user, password = users.add(session, name, Profile(name.title(), **profile), actor=actor)
        return user.id, password


def test_a_new_user_signs_in_with_the_password_shown_once_and_must_change_it(
    database: Database, admin: Actor
) -> None:
    _id, password = add(database, "Siti", admin)
    user, _token = sign_in(database, "siti", password, source="")
    assert user.must_change_password
    assert events(database, "user_added")[0]["user"] == "siti"
    assert password not in str(events(database, "user_added"))


@pytest.mark.parametrize(
    ("name", "profile", "field"),
    [
        ("x", {}, "name"),
        ("nama lengkap", {}, "name"),
        ("admin", {}, "name"),
        ("siti", {"email": "siti"}, "email"),
        ("siti", {"email": "a@b.id\nBcc: c@d.id"}, "email"),
        ("siti", {"groups": frozenset({999})}, "groups"),
        ("siti", {"units": frozenset({"TIDAK-ADA"})}, "units"),
        ("siti", {"language": "xx"}, "language"),
        ("siti", {"full_name": " "}, "full_name"),
    ],
)
def test_a_wrong_profile_is_refused_at_its_field(
    database: Database, admin: Actor, name: str, profile: dict[str, Any], field: str
) -> None:
    with database.transaction() as session, pytest.raises(InvalidForm) as refused:
        users.add(session, name, replace(Profile("Siti"), **profile), actor=admin)
    assert list(refused.value.errors) == [field]


def test_nobody_but_an_administrator_manages_users(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        owner = add_user(session, "pemilik", is_process_owner=True)
        auditor = add_user(session, "auditor", is_auditor=True)
        officer = add_user(session, "rina", "Loket")
    for actor in (owner, auditor, officer):
        with database.transaction() as session:
            for act in (
                lambda: users.add(session, "siti", Profile("Siti"), actor=actor),  # noqa: B023
                lambda: users.edit(session, admin.id, Profile("Siti"), actor=actor),  # noqa: B023
                lambda: users.disable(session, officer.id, actor=actor),  # noqa: B023
                lambda: users.enable(session, officer.id, actor=actor),  # noqa: B023
                lambda: accounts.reset_password(session, officer.id, actor=actor),  # noqa: B023
            ):
                with pytest.raises(NotAllowed):
                    act()


def test_an_edit_is_recorded_with_what_changed_and_without_the_address(
    database: Database, admin: Actor
) -> None:
    user_id, _password = add(database, "siti", admin)
    with database.transaction() as session:
        loket = groups.get_or_add(session, "Loket")
        profile = Profile(
            "Siti", email="siti@example.id", is_process_owner=True, groups=frozenset({loket.id})
        )
        users.edit(session, user_id, profile, actor=admin)
    [event] = events(database, "user_edited")
    assert event["changes"] == {"roles": [[], ["process_owner"]], "groups": [[], ["Loket"]], "email": True}
    with database.reading() as session:
        assert profiles.profile_of(users.named(session, "SITI")) == profile


def test_an_edit_that_changes_nothing_is_not_recorded(database: Database, admin: Actor) -> None:
    user_id, _password = add(database, "siti", admin)
    with database.transaction() as session:
        users.edit(session, user_id, profiles.profile_of(users.get(session, user_id)), actor=admin)
    assert events(database, "user_edited") == []


def test_the_last_administrator_stays(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        with pytest.raises(InvalidForm, match=r"^Tidak ada administrator lain selain"):
            users.disable(session, admin.id, actor=admin)
        with pytest.raises(InvalidForm, match=r"^Tidak ada administrator lain selain"):
            users.edit(session, admin.id, Profile("Admin"), actor=admin)
    second, _password = add(database, "kedua", admin, is_admin=True)
    with database.transaction() as session:
        users.disable(session, admin.id, actor=None)
        with pytest.raises(InvalidForm, match=r"^Tidak ada administrator lain selain"):
            users.disable(session, second, actor=None)


def test_the_last_administrator_becomes_no_auditor_for_he_would_change_nothing_any_more(
    database: Database, admin: Actor
) -> None:
    both = Profile("Admin", is_admin=True, is_auditor=True)
    with (
        database.transaction() as session,
        pytest.raises(InvalidForm, match=r"^Tidak ada administrator lain selain"),
    ):
        users.edit(session, admin.id, both, actor=admin)
    add(database, "kedua", admin, is_admin=True, is_auditor=True)
    with (
        database.transaction() as session,
        pytest.raises(InvalidForm, match=r"^Tidak ada administrator lain selain"),
    ):
        users.disable(session, admin.id, actor=admin)
    add(database, "ketiga", admin, is_admin=True)
    with database.transaction() as session:
        users.edit(session, admin.id, both, actor=admin)


def test_where_every_administrator_is_an_auditor_the_machine_makes_another(
    database: Database, admin: Actor
) -> None:
    with database.transaction() as session:
        session.get_one(User, admin.id).is_auditor = True  # as an installation of before may have it
    with database.transaction() as session:
        users.disable(session, admin.id, actor=None)
        users.enable(session, admin.id, actor=None)
        accounts.first_administrator(session, "penyelamat")
        assert actor_of(users.named(session, "penyelamat")).administers


def test_disabling_ends_sessions_and_gives_claimed_tasks_back(office: Office) -> None:
    case = office.start()
    task = office.open_task(case)
    with office.database.transaction() as session:
        session.get_one(User, office.rina.id).password_hash = "-"
        password = accounts.reset_password(session, office.rina.id, actor=office.admin)
        tasks.claim(session, task.id, actor=office.rina)
    _user, token = sign_in(office.database, "rina", password, source="")
    with office.database.transaction() as session:
        users.disable(session, office.rina.id, actor=office.admin)
        with pytest.raises(Conflict):
            users.disable(session, office.rina.id, actor=office.admin)
    with office.database.reading() as session:
        assert sessions.resume(session, token) is None
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.type == "task_released")).one()
    assert office.open_task(case).assignee_id is None
    assert (event.instance_id, event.activity_id, event.actor_id) == (case.id, "periksa", office.admin.id)
    assert event.data == {"task": task.id, "user": "rina", "reason": "user_disabled"}
    with office.database.transaction() as session:
        tasks.claim(session, task.id, actor=office.budi)


def test_disabling_leaves_finished_tasks_and_those_of_others_alone(office: Office) -> None:
    done, held = office.start(), office.start()
    with office.database.transaction() as session:
        work = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, office.open_task(done).id, work, {}, actor=office.rina)
    with office.database.transaction() as session:
        tasks.claim(session, office.open_task(held).id, actor=office.budi)
        users.disable(session, office.rina.id, actor=office.admin)
    assert office.open_task(held).assignee_id == office.budi.id
    assert events(office.database, "task_released") == []


def test_who_leaves_a_lane_gives_back_the_tasks_of_that_lane(office: Office) -> None:
    case = office.start()
    with office.database.transaction() as session:
        tasks.claim(session, office.open_task(case).id, actor=office.rina)
        profile = profiles.profile_of(users.get(session, office.rina.id))
        users.edit(session, office.rina.id, replace(profile, full_name="Rina Wati"), actor=office.admin)
    assert office.open_task(case).assignee_id == office.rina.id
    with office.database.transaction() as session:
        users.edit(session, office.rina.id, replace(profile, groups=frozenset()), actor=office.admin)
    assert office.open_task(case).assignee_id is None
    assert events(office.database, "task_released")[0]["reason"] == "not_offered"


def test_an_enabled_user_signs_in_as_before(database: Database, admin: Actor) -> None:
    user_id, password = add(database, "siti", admin)
    with database.transaction() as session:
        users.disable(session, user_id, actor=admin)
        users.enable(session, user_id, actor=admin)
    sign_in(database, "siti", password, source="")


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(
    database: Database, admin: Actor
) -> None:
    _user_id, password = add(database, "siti", admin)
    user, here = sign_in(database, "siti", password, source="")
    _user, there = sign_in(database, "siti", password, source="")
    actor = Actor(user.id, "siti", "Siti", frozenset(), frozenset())
    change_password(database, password, "kereta-malam-42", actor=actor, keep=here)
    with database.reading() as session:
        found = sessions.resume(session, here)
        assert found is not None
        assert not found.user.must_change_password
        assert sessions.resume(session, there) is None
    sign_in(database, "siti", "kereta-malam-42", source="")
    assert events(database, "password_changed") == [{"user": "siti"}]


@pytest.mark.parametrize("how", ["changed", "reset"])
def test_a_new_password_makes_api_tokens_worthless_and_ends_sessions(
    database: Database, admin: Actor, how: str
) -> None:
    user_id, password = add(database, "siti", admin)
    _user, there = sign_in(database, "siti", password, source="")
    with database.transaction() as session:
        token = api_tokens.issue(session, users.get(session, user_id), actor=None)
        others = api_tokens.issue(session, users.get(session, admin.id), actor=None)
    if how == "changed":
        actor = Actor(user_id, "siti", "Siti", frozenset(), frozenset())
        change_password(database, password, "kereta-malam-42", actor=actor)
    else:
        with database.transaction() as session:
            accounts.reset_password(session, user_id, actor=admin)
    with database.reading() as session:
        assert api_tokens.find(session.connection(), token) is None
        assert sessions.resume(session, there) is None
        assert api_tokens.find(session.connection(), others) is not None
    assert [event["user"] for event in events(database, "token_revoked")] == ["siti"]


def test_who_signs_in_while_his_password_is_reset_stays_outside(
    database: Database, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, password = add(database, "siti", admin)
    proved = sessions.prove

    def prove_then_reset(*args: Any) -> Any:
        found = proved(*args)
        with database.transaction() as session:
            accounts.reset_password(session, user_id, actor=admin)
        return found

    monkeypatch.setattr(sessions, "prove", prove_then_reset)
    with pytest.raises(InvalidForm):
        sign_in(database, "siti", password, source="")
    with database.reading() as session:
        assert session.scalars(select(LoginSession)).all() == []


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("salah", "kereta-malam-42", "old"),
        (None, "demo", "new"),
        (None, None, "new"),
    ],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(
    database: Database, admin: Actor, old: str | None, new: str | None, field: str
) -> None:
    user_id, password = add(database, "siti", admin)
    actor = Actor(user_id, "siti", "Siti", frozenset(), frozenset())
    with pytest.raises(InvalidForm) as refused:
        change_password(database, old or password, new or password, actor=actor)
    assert list(refused.value.errors) == [field]


def test_guessing_the_old_password_is_slowed_down_and_success_forgets_it(
    database: Database, admin: Actor
) -> None:
    user_id, password = add(database, "siti", admin)
    other_id, others_password = add(database, "tono", admin)
    actor = Actor(user_id, "siti", "Siti", frozenset(), frozenset())

    def guess(old: str, new: str = "kereta-malam-42") -> None:
        change_password(database, old, new, actor=actor)

    for _free in range(4):
        with pytest.raises(InvalidForm):
            guess("salah")
    guess(password)
    for _free in range(5):
        with pytest.raises(InvalidForm):
            guess("salah")
    with pytest.raises(TooManyAttempts) as refused:
        guess("kereta-malam-42", "kereta-siang-42")  # even with the right one
    assert refused.value.retry_after_s > 0
    sign_in(database, "siti", "kereta-malam-42", source="")  # its own limit: nobody is locked out
    other = Actor(other_id, "tono", "Tono", frozenset(), frozenset())
    change_password(database, others_password, "kereta-siang-42", actor=other)


def test_a_new_password_that_will_not_do_is_no_guess(database: Database, admin: Actor) -> None:
    user_id, password = add(database, "siti", admin)
    actor = Actor(user_id, "siti", "Siti", frozenset(), frozenset())
    for _time in range(7):
        with pytest.raises(InvalidForm):
            change_password(database, password, "pendek", actor=actor)
    change_password(database, password, "kereta-malam-42", actor=actor)


def test_the_first_administrator_is_made_once(database: Database) -> None:
    with database.transaction() as session:
        password = accounts.first_administrator(session)
    user, _token = sign_in(database, "admin", password, source="")
    assert user.is_admin
    with database.transaction() as session, pytest.raises(Conflict, match="admin"):
        accounts.first_administrator(session, "lain")


def test_where_there_is_no_lane_yet_a_command_says_where_lanes_come_from(database: Database) -> None:
    said = "Lajur Loket tidak ada; belum ada lajur satu pun. Lajur berasal dari diagram"
    with database.transaction() as session, pytest.raises(InvalidForm, match=said) as refused:
        accounts.add_from_command(session, "siti", "Siti", ["Loket"], [], [])
    assert str(refused.value).endswith("dengan python -m app deploy.")


def test_a_command_adds_a_user_by_names_and_refuses_a_lane_that_does_not_exist(database: Database) -> None:
    with database.transaction() as session:
        groups.get_or_add(session, "Loket")
        accounts.add_from_command(session, "siti", "Siti", ["Loket"], [], ["auditor"])
        with pytest.raises(InvalidForm, match="Yang ada: Loket"):
            accounts.add_from_command(session, "tono", "Tono", ["Lokett"], [], [])
        siti = users.named(session, "siti")
        assert (siti.is_auditor, siti.is_admin, [g.name for g in siti.groups]) == (True, False, ["Loket"])
        with pytest.raises(NotFound):
            users.named(session, "tono")


def test_a_chosen_language_is_remembered_and_an_unknown_one_ignored(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        users.speak(session, admin.id, "en")
        users.speak(session, admin.id, "xx")
    with database.reading() as session:
        assert users.get(session, admin.id).language == "en"


def test_a_profile_changed_since_it_was_shown_stays_as_it_is(database: Database, admin: Actor) -> None:
    user_id, _password = add(database, "siti", admin, is_process_owner=True)
    with database.transaction() as session:
        before = profiles.profile_of(users.get(session, user_id))
        shown = edit_conflicts.fingerprint(before)
        after = replace(
            before, is_process_owner=False, groups=frozenset({groups.get_or_add(session, "Loket").id})
        )
        users.edit(session, user_id, after, actor=admin, shown=shown)
    with database.transaction() as session:
        with pytest.raises(InvalidForm) as refused:
            users.edit(session, user_id, replace(before, email="s@b.id"), actor=admin, shown=shown)
        assert list(refused.value.errors) == ["shown"]
        assert profiles.profile_of(users.edit(session, user_id, after, actor=admin, shown=shown)) == after
        users.edit(session, user_id, before, actor=admin, shown=edit_conflicts.fingerprint(after))


def test_who_saves_a_user_at_the_same_moment_waits_and_is_told(database: Database, admin: Actor) -> None:
    user_id, _password = add(database, "siti", admin)
    with database.transaction() as session:
        before, lane = (
            profiles.profile_of(users.get(session, user_id)),
            groups.get_or_add(session, "Loket").id,
        )
    shown = edit_conflicts.fingerprint(before)

    def rename() -> None:
        with database.transaction() as session:
            users.edit(session, user_id, replace(before, full_name="Siti Baru"), actor=admin, shown=shown)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            moved = replace(before, groups=frozenset({lane}))
            users.edit(session, user_id, moved, actor=admin, shown=shown)
            second = pool.submit(rename)
            with suppress(TimeoutError):
                second.result(timeout=0.3)
        with pytest.raises(InvalidForm):
            second.result()
