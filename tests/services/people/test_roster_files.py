"""Users and units by file: looked at first, done as by hand, once, and never past the last administrator."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.base.db import Database
from app.base.errors import Conflict, InvalidForm, NotAllowed, NotFound
from app.commands.people import roster
from app.commands.people.accounts import sign_in
from app.commands.transaction import Command, run_without_key
from app.models import HistoryEvent, RosterFile, RosterLine, Unit, User
from app.services.core.access import Actor
from app.services.people import roster_files, user_lines, users
from app.services.people.profiles import profile_of
from app.services.people.roster_lines import Kind, Verdict
from tests.services.keeping import forget
from tests.services.office import add_user

USERS = "nama pengguna;nama lengkap;surel;peran;lajur;unit;bahasa;aktif"


@pytest.fixture
def admin(database: Database) -> Actor:
    with database.transaction() as session:
        add_user(session, "budi", "Loket", "Unit", units=("DPUPR",))
        return add_user(session, "admin", is_admin=True)


def send(database: Database, admin: Actor, *lines: str, kind: Kind = "users", heading: str = USERS) -> int:
    content = "\n".join((heading, *lines)).encode()
    answer = roster.add(database, Command("add_roster", kind), kind, "orang.csv", content, actor=admin)
    return int(answer["file"])


def look(database: Database, admin: Actor, file_id: int) -> list[Verdict]:
    with database.reading() as session:
        return roster_files.judge(session, roster_files.get(session, file_id, actor=admin), actor=admin)


def begin(database: Database, admin: Actor, file_id: int) -> None:
    shown = roster_files.fingerprint(look(database, admin, file_id))
    command = Command("begin_roster", str(file_id))
    roster.begin(database, command, file_id, shown, actor=admin)


def run(database: Database, admin: Actor, file_id: int) -> Counter[str]:
    begin(database, admin, file_id)
    while roster.work(database):
        pass
    with database.reading() as session:
        found = roster_files.LINES.progress(session, file_id)[file_id]
        return Counter({state: n for state, n in found.items() if n})


def do(
    database: Database, admin: Actor, *lines: str, kind: Kind = "users", heading: str = USERS
) -> Counter[str]:
    return run(database, admin, send(database, admin, *lines, kind=kind, heading=heading))


def user(database: Database, name: str) -> User:
    with database.reading() as session:
        found = users.named(session, name)
        profile_of(found)  # loads lanes and units
        return found


def types(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(HistoryEvent.type).order_by(HistoryEvent.id)))


def test_nothing_happens_before_it_is_begun(database: Database, admin: Actor) -> None:
    before = types(database)
    file_id = send(database, admin, "siti;Siti;;;Loket;;id;ya", "budi;Budi Baru;;;Loket;;;")
    assert [one.action for one in look(database, admin, file_id)] == ["add", "change"]
    while roster.work(database):
        pass
    assert types(database) == [*before, "roster_added"]
    with pytest.raises(NotFound):
        user(database, "siti")


def test_44_officers_of_units_are_one_file(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        session.add_all(Unit(code=f"KEC-{n}", name=f"Kecamatan {n}") for n in range(44))
    lines = [f"kec-{n};Petugas {n};p{n}@wonogiri.go.id;;Unit;KEC-{n};;" for n in range(44)]
    assert do(database, admin, *lines) == {"done": 44}
    found = user(database, "kec-7")
    assert ([one.code for one in found.units], [one.name for one in found.groups]) == (["KEC-7"], ["Unit"])
    assert types(database).count("user_added") == 44


def test_the_password_shown_lets_in_and_stands_nowhere(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "siti;Siti;;;Loket;;;", "tono;Tono;;;Loket;;;")
    run(database, admin, file_id)
    with database.reading() as session:
        siti, tono = roster_files.passwords(session, file_id, actor=admin)
        held = [(row.cells, row.errors, row.given) for row in session.scalars(select(RosterLine))]
    assert siti.password != tono.password
    assert siti.password.encode() not in repr(held).encode()
    signed_in, _token = sign_in(database, "siti", siti.password, source="")
    assert signed_in.must_change_password


def test_passwords_are_for_who_began_it_and_for_an_hour(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        other = add_user(session, "lain", is_admin=True)
    file_id = send(database, admin, "siti;Siti;;;;;;")
    run(database, admin, file_id)
    with database.reading() as session, pytest.raises(NotAllowed):
        roster_files.passwords(session, file_id, actor=other)
    with database.transaction() as session:
        file = session.get_one(RosterFile, file_id)
        assert file.finished_at is not None
        file.finished_at -= timedelta(hours=1, seconds=1)
    with database.reading() as session:
        assert roster_files.passwords(session, file_id, actor=admin) == []
    run_without_key(database, lambda session: forget(session, RosterFile))
    with database.reading() as session:
        assert session.get_one(RosterFile, file_id).secret is None


def test_put_away_they_are_shown_no_more(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "siti;Siti;;;;;;")
    run(database, admin, file_id)
    roster.put_away(database, file_id, actor=admin)
    with database.reading() as session:
        assert roster_files.passwords(session, file_id, actor=admin) == []


def test_a_password_that_was_changed_since_is_not_shown(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "siti;Siti;;;;;;", "tono;Tono;;;;;;")
    run(database, admin, file_id)
    with database.transaction() as session:
        session.execute(update(User).where(User.name == "siti").values(password_hash="other"))
    with database.reading() as session:
        assert [one.name for one in roster_files.passwords(session, file_id, actor=admin)] == ["tono"]


def test_sent_again_it_changes_nothing(database: Database, admin: Actor) -> None:
    lines = ("siti;Siti;siti@x.id;auditor;Loket;DPUPR;en;ya", "budi;Budi;;;Unit;DPUPR;;")
    do(database, admin, *lines)
    before, file_id = types(database), send(database, admin, *lines)
    assert {one.action for one in look(database, admin, file_id)} == {"same"}
    with pytest.raises(Conflict):
        begin(database, admin, file_id)
    assert types(database) == [*before, "roster_added"]


def test_what_a_list_was_taken_along_as_comes_in_unchanged(database: Database, admin: Actor) -> None:
    lines = [
        ";".join(f'"{cell}"' for cell in user_lines.cells_of(user(database, n)).values())
        for n in ("budi", "admin")
    ]
    file_id = send(database, admin, *lines)
    assert [one.action for one in look(database, admin, file_id)] == ["same", "same"]


def test_a_column_that_is_not_there_stays_as_it_is(database: Database, admin: Actor) -> None:
    do(database, admin, "budi;budi@x.id", heading="nama pengguna;surel")
    budi = user(database, "budi")
    assert (budi.email, budi.full_name, [one.code for one in budi.units]) == ("budi@x.id", "Budi", ["DPUPR"])


WRONG = [
    (";Siti;;;;;;", "name"),
    ("si ti;Siti;;;;;;", "name"),
    ("siti;;;;;;;", "full_name"),
    ("siti;Siti;siti;;;;;", "email"),
    ("siti;Siti;;bupati;;;;", "roles"),
    ("siti;Siti;;;Loket Lama;;;", "groups"),
    ("siti;Siti;;;;DKK;;", "units"),
    ("siti;Siti;;;;;jv;", "language"),
    ("siti;Siti;;;;;;mungkin", "active"),
    ("siti;Siti;;;;;;tidak", "active"),
    ("admin;Admin;;administrator;;;;tidak", "active"),
    ("admin;Admin;;;;;;", "roles"),
    ('admin;Admin;;"administrator; auditor";;;;', "roles"),
]


def test_what_is_wrong_stands_at_its_column(database: Database, admin: Actor) -> None:
    for line, column in WRONG:
        (verdict,) = look(database, admin, send(database, admin, line))
        assert (verdict.action, list(verdict.errors)) == ("wrong", [column]), line


def test_wrong_lines_are_left_and_the_others_done(database: Database, admin: Actor) -> None:
    counts = do(database, admin, "siti;Siti;;;;;;", "x;X;;;;;;", "siti;Siti Lagi;;;;;;", "tono;Tono;;;;;;")
    assert counts == {"done": 2, "wrong": 2}
    assert user(database, "siti").full_name == "Siti"


def test_a_file_disables_and_lets_in_again(database: Database, admin: Actor) -> None:
    do(database, admin, "budi;tidak", heading="nama pengguna;aktif")
    assert user(database, "budi").disabled_at
    do(database, admin, "budi;ya", heading="nama pengguna;aktif")
    assert user(database, "budi").disabled_at is None
    assert {"user_disabled", "user_enabled"} <= set(types(database))


def test_an_administrator_is_always_left(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        add_user(session, "lain", is_admin=True)
    counts = do(database, admin, "lain;;ya", "admin;;ya", "budi;;ya", heading="nama pengguna;peran;aktif")
    assert counts == {"done": 1, "wrong": 1, "same": 1}
    assert (user(database, "admin").is_admin, user(database, "lain").is_admin) == (True, False)


def test_whoever_becomes_an_administrator_comes_before_who_was_one(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        add_user(session, "lain", is_admin=True)
    file_id = send(database, admin, "lain;", "budi;administrator", heading="nama pengguna;peran")
    begin(database, admin, file_id)
    with database.reading() as session:
        assert roster_files.LINES.next_parts(session, file_id, 9) == [3, 2]


def test_what_changed_since_it_was_looked_at_does_not_begin(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "budi;Budi Baru", heading="nama pengguna;nama lengkap")
    shown = roster_files.fingerprint(look(database, admin, file_id))
    do(database, admin, "budi;budi@x.id", heading="nama pengguna;surel")
    with pytest.raises(Conflict):
        roster.begin(database, Command("begin_roster", str(file_id)), file_id, shown, actor=admin)


def test_what_changes_while_it_runs_is_told_and_not_overwritten(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "budi;Budi Baru", heading="nama pengguna;nama lengkap")
    begin(database, admin, file_id)
    with database.transaction() as session:
        session.execute(update(User).where(User.name == "budi").values(full_name="Budi Tangan"))
    while roster.work(database):
        pass
    with database.reading() as session:
        (row,) = session.scalars(select(RosterLine))
        assert row.state == "refused"
        assert "diubah sejak" in roster_files.errors_of(session, row)[""]
    assert user(database, "budi").full_name == "Budi Tangan"


def test_whoever_began_it_and_was_shut_out_adds_nobody(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "siti;Siti;;;;;;", "tono;Tono;;;;;;")
    begin(database, admin, file_id)
    with database.transaction() as session:
        session.execute(update(User).where(User.name == "admin").values(is_admin=False))
    while roster.work(database):
        pass
    with database.reading() as session:
        assert session.get_one(RosterFile, file_id).state == "stopped"
    assert "user_added" not in types(database)


def test_a_line_is_carried_out_once(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "siti;Siti;;;;;;")
    run(database, admin, file_id)
    run_without_key(database, lambda session: roster_files.LINES.work_on(session, file_id, 2))
    assert types(database).count("user_added") == 1


def test_units_come_by_file_successors_first(database: Database, admin: Actor) -> None:
    heading = "kode;nama unit;berlaku mulai;berlaku sampai;unit pengganti"
    counts = do(
        database,
        admin,
        "LAMA;Dinas Lama;;31-12-2026;BARU-1; ",
        "BARU-1;Dinas Baru;2027-01-01;;",
        "DPUPR;Dinas PUPR;;;",
        kind="units",
        heading=heading,
    )
    assert counts == {"done": 3}
    with database.reading() as session:
        old = session.get_one(Unit, "LAMA")
        assert (old.successors, str(old.valid_until)) == ("BARU-1", "2026-12-31")
        assert session.get_one(Unit, "DPUPR").name == "Dinas PUPR"
    told = ["roster_added", "roster_begun", "unit_added", "unit_added", "unit_edited"]
    assert sorted(types(database)) == told


def test_units_that_succeed_each_other_in_a_circle_are_wrong(database: Database, admin: Actor) -> None:
    heading = "kode;nama unit;unit pengganti"
    file_id = send(database, admin, "A;A;B", "B;B;A", "C;C;", "D;D;X", kind="units", heading=heading)
    verdicts = look(database, admin, file_id)
    assert [list(one.errors) for one in verdicts] == [["code"], ["code"], [], ["successors"]]


def test_only_administrators_send_files(database: Database, admin: Actor) -> None:
    with database.transaction() as session:
        auditor = add_user(session, "ani", is_auditor=True, is_admin=True)
    with pytest.raises(NotAllowed):
        send(database, auditor, "siti;Siti;;;;;;")


def test_a_file_without_its_first_column_is_refused(database: Database, admin: Actor) -> None:
    with pytest.raises(InvalidForm):
        send(database, admin, "Siti", heading="nama lengkap")


def test_after_a_week_a_file_is_gone(database: Database, admin: Actor) -> None:
    file_id = send(database, admin, "siti;Siti;;;;;;")
    run(database, admin, file_id)
    with database.transaction() as session:
        session.get_one(RosterFile, file_id).begun_at -= timedelta(days=7, seconds=1)
    run_without_key(database, lambda session: forget(session, RosterFile))
    with database.reading() as session:
        assert session.scalars(select(RosterFile)).all() == session.scalars(select(RosterLine)).all() == []
