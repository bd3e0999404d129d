"""A backup holds everything, notices damage, and fits an empty installation on either database."""

import errno
import gzip
import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import orjson
import pyrage
import pytest
from sqlalchemy import inspect, select, text

from app.base import packing
from app.base.config import Config, from_environment
from app.base.db import Base, Database
from app.base.errors import NotReady
from app.commands import evidence
from app.models import Attachment, IdentityValue, Incident, LoginSession, User, UserTask
from app.services.core import access, encryption, settings
from app.services.files import attachments, uploads
from app.services.instances import instances, jobs
from app.services.maintenance import backup, backup_targets, migrations, table_files
from app.services.maintenance.backup import Summary
from app.services.maintenance.backup_targets import FolderTarget
from app.services.tasks import drafts, tasks
from tests.services.filling import fill
from tests.services.migrating import add_revision
from tests.services.office import Office
from tests.write_locks import write_locks

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("backup-*.zip"))


@pytest.fixture
def filled(office: Office) -> Office:
    fill(office)
    return office


def settings_of(database: Database) -> Config:
    with database.reading() as session:
        return settings.config(session)


@pytest.fixture
def source(filled: Office) -> Config:
    return settings_of(filled.database)


ODD: tuple[object, ...] = ([], None, 1, {}, {"x": 1})
AGE = pyrage.x25519.Identity.generate()


def copied(config: Config, database: Database, folder: Path) -> Summary:
    """A backup in ``folder``/copy, its keys in keys.json beside it."""
    return backup.backup(config, database, folder / "copy", keys=folder / "keys.json")


def restored(folder: Path, **more: str) -> Summary:
    return backup.restore(empty_installation(folder, **more), folder / "copy", keys=folder / "keys.json")


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in backup.VOLATILE
        }


def empty_installation(tmp_path: Path, **more: str) -> Config:
    return from_environment({"ALUR_DATA_DIR": str(tmp_path / "other"), **more})


def reopened(tmp_path: Path, **more: str) -> Database:
    return settings.open_database(empty_installation(tmp_path, **more))


def test_everything_comes_back_as_it_was_and_identities_can_be_read(
    filled: Office, source: Config, tmp_path: Path
) -> None:
    made = copied(source, filled.database, tmp_path)
    assert (made.files, made.missing) == (2, ())
    assert restored(tmp_path) == made
    database = reopened(tmp_path)
    assert contents(database) == contents(filled.database)
    with database.transaction() as session:
        draft = drafts.load(session, filled.rina, "task:1")
        assert draft is not None
        assert draft.values == {"isi": "setengah jalan"}
        [value] = session.scalars(select(IdentityValue))
        assert encryption.unseal(session, value.ciphertext) == "KENARI-IDENTITAS"
        [private] = session.scalars(select(Attachment).where(Attachment.is_private))
        assert attachments.show(session, private.id, actor=filled.budi)[1] == b"KENARI-KTP"
    database.engine.dispose()


def test_a_case_goes_on_after_the_restore_where_it_was(
    filled: Office, source: Config, tmp_path: Path
) -> None:
    copied(source, filled.database, tmp_path)
    restored(tmp_path)
    filled.database = reopened(tmp_path)
    second = filled.start()  # ids and numbers go on, too
    assert second.business_key.endswith("00002")
    task = filled.open_task(second)
    with filled.database.transaction() as session:
        tasks.complete(session, task.id, {"hasil": "cukup", "unit": "A"}, {}, actor=filled.rina)
    filled.database.engine.dispose()


def test_a_sqlite_installation_moves_to_postgresql(
    config: Config, sqlite_database: Database, postgres_database: Database, tmp_path: Path
) -> None:
    office = Office(sqlite_database)
    office.start(pelapor="KENARI-IDENTITAS")
    copied(config, sqlite_database, tmp_path)
    url = postgres_database.engine.url.render_as_string(hide_password=False)
    restored(tmp_path, ALUR_DATABASE_URL=url)
    assert contents(postgres_database) == contents(sqlite_database)
    office.database = settings.open_database(empty_installation(tmp_path, ALUR_DATABASE_URL=url))
    assert office.start().business_key.endswith("00002")
    office.database.engine.dispose()


def test_documents_stand_plainly_in_a_copy_and_are_packed_again_where_sqlite_takes_them(
    database: Database, tmp_path: Path
) -> None:
    office = Office(database)
    case = office.start(judul="Lampu mati di jalan, sudah dilaporkan kepada petugas")
    copied(settings_of(database), database, tmp_path)
    with gzip.open(tmp_path / "copy/tables/process_instance.jsonl.gz") as file:
        assert orjson.loads(file.readline())["variables"] == case.variables
    with gzip.open(tmp_path / "copy/tables/history_event.jsonl.gz") as file:
        assert {type(orjson.loads(line)["data"]) for line in file} == {dict}
    restored(tmp_path)
    again = reopened(tmp_path)
    with again.engine.connect() as connection:
        [variables] = connection.exec_driver_sql("SELECT variables FROM process_instance").scalars()
    assert orjson.loads(packing.unpack(variables)) == case.variables
    assert b"Lampu mati" not in variables
    again.engine.dispose()


def test_signed_in_browsers_are_not_copied(filled: Office, source: Config, tmp_path: Path) -> None:
    with filled.database.reading() as session:
        assert session.scalars(select(LoginSession)).all()
    backup.backup(source, filled.database, tmp_path / "copy")
    assert not list((tmp_path / "copy/tables").glob("login_session*"))


def test_the_copy_and_its_keys_are_for_its_owner_alone_from_the_first_byte(
    filled: Office, source: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = dict[str, int]()

    def look(_done: int, _total: int) -> None:
        paths = [tmp_path / "copy.part", *(tmp_path / "copy.part").rglob("*"), tmp_path / "keys.json"]
        modes.update({path.name: path.stat().st_mode & 0o077 for path in paths})

    before = os.umask(0)
    try:
        backup.backup(source, filled.database, tmp_path / "copy", keys=tmp_path / "keys.json", tell=look)
    finally:
        os.umask(before)
    assert {"copy.part", "tables", "user.jsonl.gz", "keys.json"} <= modes.keys()
    for path in (tmp_path / "copy", *(tmp_path / "copy").rglob("*"), tmp_path / "keys.json"):
        modes[path.name] = path.stat().st_mode & 0o077
    assert set(modes.values()) == {0}


def test_the_keys_are_not_among_what_they_open(filled: Office, source: Config, tmp_path: Path) -> None:
    made = copied(source, filled.database, tmp_path)
    assert made.note == ""
    for path in (tmp_path / "copy").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        plain = gzip.decompress(content) if path.suffix == ".gz" else content
        assert source.identity_key not in plain
        assert source.secret_key not in plain
    assert source.identity_key in (tmp_path / "keys.json").read_bytes()


def test_without_a_file_for_them_it_is_said_where_the_keys_lie_and_what_is_lost_without(
    filled: Office, source: Config, tmp_path: Path
) -> None:
    told = str(backup.backup(source, filled.database, tmp_path / "copy"))
    for word in (
        "identitas pelapor",
        "draf",
        "lampiran pribadi",
        "kode pelacakan",
        str(source.data_dir),
        "--keys",
    ):
        assert word in told


def test_the_keys_lie_neither_in_the_copy_nor_over_another_file(
    filled: Office, source: Config, tmp_path: Path
) -> None:
    with pytest.raises(NotReady, match="Simpan kunci di luar"):
        backup.backup(source, filled.database, tmp_path / "copy", keys=tmp_path / "copy/keys.json")
    (tmp_path / "keys.json").write_text("lain")
    with pytest.raises(NotReady, match="sudah ada"):
        copied(source, filled.database, tmp_path)
    assert (tmp_path / "keys.json").read_text() == "lain"
    assert not (tmp_path / "copy").exists()


def test_a_copy_that_fails_leaves_no_keys_behind(
    filled: Office, source: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(table_files, "dump", full)
    for recipients in ((), (str(AGE.to_public()),)):
        with pytest.raises(NotReady, match="No space left"):
            backup.backup(
                source, filled.database, tmp_path / "cadangan", keys=tmp_path / "k", recipients=recipients
            )
        assert not (tmp_path / "k").exists()
        assert list(tmp_path.glob("cadangan*")) == []


def test_without_its_keys_a_restore_says_what_is_lost_and_goes_on_only_when_told_so(
    filled: Office, source: Config, tmp_path: Path
) -> None:
    for _n in range(2):
        assert evidence.make_checkpoint(filled.database, actor=None, demanded=True)
    copied(source, filled.database, tmp_path)
    target = empty_installation(tmp_path)
    with pytest.raises(NotReady, match=r"identitas pelapor, draf.*--without-keys"):
        backup.restore(target, tmp_path / "copy")
    assert not (target.data_dir / "alur.sqlite3").exists()
    done = backup.restore(target, tmp_path / "copy", without_keys=True)
    assert "identitas pelapor" in str(done)
    database = reopened(tmp_path)
    with database.reading() as session:
        assert session.scalars(select(IdentityValue)).all() == []
        assert drafts.load(session, filled.rina, "task:1") is None
        rows = session.scalars(select(Attachment)).all()
        assert [attachments.name_of(session, row) for row in rows if row.is_private] == ["lampiran pribadi"]
        assert session.scalars(select(UserTask)).all()
    made = evidence.make_checkpoint(database, actor=None)
    assert made is not None
    assert made.id == 1  # the key is another one, so its checkpoints begin anew
    database.engine.dispose()


def test_checkpoints_go_on_in_a_restored_installation(filled: Office, source: Config, tmp_path: Path) -> None:
    evidence.make_checkpoint(filled.database, actor=None, demanded=True)
    copied(source, filled.database, tmp_path)
    evidence.make_checkpoint(filled.database, actor=None, demanded=True)
    backup.restore(empty_installation(tmp_path), tmp_path / "copy", keys=tmp_path / "keys.json")
    database = reopened(tmp_path)
    made = evidence.make_checkpoint(database, actor=None, demanded=True)
    assert made is not None
    assert made.id == 2
    database.engine.dispose()


def test_the_keys_of_another_installation_are_refused(filled: Office, source: Config, tmp_path: Path) -> None:
    copied(source, filled.database, tmp_path)
    other = tmp_path / "other.json"
    content = orjson.loads((tmp_path / "keys.json").read_bytes())
    odd: list[object] = [{**content, "identity": "x"}, {**content, "kind": "x"}, {}, []]
    for wrong in odd:
        other.write_bytes(orjson.dumps(wrong))
        with pytest.raises(NotReady, match=r"bukan milik cadangan ini|tidak memuat kunci"):
            backup.restore(empty_installation(tmp_path), tmp_path / "copy", keys=other)


def test_nothing_is_written_over(filled: Office, source: Config, tmp_path: Path) -> None:
    copied(source, filled.database, tmp_path)
    with pytest.raises(NotReady, match="tidak kosong"):
        backup.backup(source, filled.database, tmp_path / "copy")
    with pytest.raises(NotReady, match="tidak kosong"):
        backup.restore(source, tmp_path / "copy", keys=tmp_path / "keys.json")
    restored(tmp_path)
    with pytest.raises(NotReady, match="tidak kosong"):
        restored(tmp_path)


def test_a_missing_attachment_is_named_and_the_rest_is_copied(
    filled: Office, source: Config, tmp_path: Path
) -> None:
    gone = next(path for path in source.files_dir.iterdir() if not path.name.endswith(".sealed"))
    gone.unlink()
    made = backup.backup(source, filled.database, tmp_path / "copy")
    assert made.missing == (gone.name,)
    assert gone.name in str(made)


def _one_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _link(path: Path) -> None:
    """The content stays the same, and lies elsewhere."""
    elsewhere = path.parent.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a byte of a table": lambda copy: _one_byte(copy / "tables/process_instance.jsonl.gz"),
    "a byte of an attachment": lambda copy: _one_byte(next((copy / "files").iterdir())),
    "a missing table": lambda copy: (copy / "tables/user.jsonl.gz").unlink(),
    "a missing manifest": lambda copy: (copy / "manifest.json").unlink(),
    "a file that it does not know": lambda copy: (copy / "files/x").write_bytes(b"x"),
    "a table that it does not know": lambda copy: (copy / "tables/login_session.jsonl").write_bytes(b""),
    "a link in place of a file": lambda copy: _link(next((copy / "files").iterdir())),
    "a broken manifest": lambda copy: (copy / "manifest.json").write_bytes(b"{}"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_is_noticed_before_anything_is_restored(
    config: Config, sqlite_database: Database, tmp_path: Path, damage: str
) -> None:
    office = Office(sqlite_database)
    office.start()
    with sqlite_database.transaction() as session:
        attachments.receive(
            session,
            uploads.read_upload(BytesIO(b"Lampu mati"), "a.txt", actor=office.rina),
            actor=office.rina,
        )
    copied(config, sqlite_database, tmp_path)
    backup.verify(tmp_path / "copy")
    DAMAGES[damage](tmp_path / "copy")
    target = empty_installation(tmp_path)
    with pytest.raises(NotReady):
        backup.restore(target, tmp_path / "copy", keys=tmp_path / "keys.json")
    assert not (target.data_dir / "alur.sqlite3").exists()


def test_a_failing_restore_leaves_an_empty_installation(
    config: Config, sqlite_database: Database, tmp_path: Path
) -> None:
    office = Office(sqlite_database)
    with sqlite_database.transaction() as session:
        attachments.receive(
            session,
            uploads.read_upload(BytesIO(b"Lampu mati"), "a.txt", actor=office.rina),
            actor=office.rina,
        )
    copied(config, sqlite_database, tmp_path)
    other_key = empty_installation(tmp_path, ALUR_IDENTITY_KEY="another")
    with pytest.raises(NotReady, match="ALUR_IDENTITY_KEY"):
        backup.restore(other_key, tmp_path / "copy", keys=tmp_path / "keys.json")
    assert list(other_key.files_dir.iterdir()) == []
    same_key = replace(other_key, identity_key=config.identity_key)
    assert backup.restore(same_key, tmp_path / "copy", keys=tmp_path / "keys.json").files == 1


def test_a_copy_of_a_later_version_or_from_before_the_first_release_is_refused(
    config: Config, sqlite_database: Database, tmp_path: Path
) -> None:
    backup.backup(config, sqlite_database, tmp_path / "copy")
    path = tmp_path / "copy/manifest.json"
    manifest = orjson.loads(path.read_bytes())
    for later in ({"schema": "9999"}, {"format": backup.FORMAT + 1}):
        path.write_bytes(orjson.dumps({**manifest, **later}))
        with pytest.raises(NotReady, match="versi Alur yang lebih baru"):
            backup.restore(empty_installation(tmp_path), tmp_path / "copy")
    for earlier in (1, 2):
        path.write_bytes(orjson.dumps({**manifest, "format": earlier}))
        with pytest.raises(NotReady, match="sebelum rilis pertama Alur"):
            backup.restore(empty_installation(tmp_path), tmp_path / "copy")


def test_a_copy_of_every_revision_so_far_is_at_hand() -> None:
    assert {path.stem.removeprefix("backup-") for path in SAMPLES} == migrations.known()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_copy_made_by_an_earlier_version_is_restored_and_brought_up_to_date(
    database: Database, migrated_sqlite: Path, tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = add_revision(monkeypatch, tmp_path)
    columns = shape(database)
    url = database.engine.url.render_as_string(hide_password=False)
    more = {} if database.is_sqlite else {"ALUR_DATABASE_URL": url}
    copy = tmp_path / "copy"
    shutil.unpack_archive(sample, copy)
    empty = empty_installation(tmp_path, **more)
    if database.is_sqlite:  # made anew, half of the test's time went by
        shutil.copy(migrated_sqlite, empty.data_dir / "alur.sqlite3")
    done = backup.restore(empty, copy, keys=copy / "keys.json")
    assert done.rows == sum(orjson.loads((copy / "manifest.json").read_bytes())["rows"].values())
    again = reopened(tmp_path, **more)
    restored_shape = shape(again)
    assert {one for one in restored_shape["setting"] if one[0] == "mood"} == restored_shape[
        "setting"
    ] - columns["setting"]
    assert restored_shape == columns | {"setting": restored_shape["setting"]}
    with again.transaction() as session:
        assert migrations.current(session.connection()) == newest
        assert set(session.scalars(text("SELECT mood FROM setting"))) == {"new"}
        [value] = session.scalars(select(IdentityValue))
        assert encryption.unseal(session, value.ciphertext) == "KENARI-IDENTITAS"
        rina = access.actor_of(session.scalars(select(User).where(User.name == "rina")).one())
        draft = drafts.load(session, rina, "task:1")
        assert draft is not None
        assert draft.values == {"isi": "setengah jalan"}
        [private] = session.scalars(select(Attachment).where(Attachment.is_private))
        assert attachments.show(session, private.id, actor=rina)[1] == b"KENARI-KTP"
        assert session.scalars(select(Incident.message)).one() == "Gerbang buntu"
        assert jobs.next_due(session) == session.scalars(select(UserTask.due_at)).one()
        started = instances.start(session, "uji", {"judul": "Sesudahnya"}, actor=rina)
        assert started.instance.id == private.instance_id + 1  # type: ignore[operator]
    again.engine.dispose()


def shape(database: Database) -> dict[str, set[tuple[str, str, bool]]]:
    """Every column of every table: name, type, whether it may be empty."""
    found = inspect(database.engine).get_multi_columns()
    return {
        table: {(str(one["name"]), str(one["type"]), one["nullable"]) for one in columns}
        for (_, table), columns in found.items()
    }


def test_the_copy_is_of_one_moment_while_others_write(database: Database, tmp_path: Path) -> None:
    office = Office(database)
    office.start()
    with backup.snapshot(database) as connection:
        first = FolderTarget(_made(tmp_path / "first"))
        table_files.dump(connection, first.create, lambda _done, _total: None)
        office.start()
        second = FolderTarget(_made(tmp_path / "second"))
        table_files.dump(connection, second.create, lambda _done, _total: None)
    assert first.digests == second.digests


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_nobody_who_writes_waits_for_a_copy(
    config: Config, sqlite_database: Database, tmp_path: Path
) -> None:
    office = Office(sqlite_database)
    seen: list[int] = []

    def write(_done: int, _total: int) -> None:
        if not seen:
            seen.append(office.start().id)

    with write_locks() as locks:
        backup.backup(config, sqlite_database, tmp_path / "copy", tell=write)
    assert len(seen) == 1
    assert len(locks.seconds) == 1  # the writer's own


def test_a_copy_without_attachments_is_restored(
    config: Config, sqlite_database: Database, tmp_path: Path
) -> None:
    office = Office(sqlite_database)
    office.start()
    made = copied(config, sqlite_database, tmp_path)
    assert not (tmp_path / "copy/files").exists()  # no attachment, no folder
    assert restored(tmp_path) == made


@pytest.mark.parametrize(
    "manifest",
    [
        *({"files": given} for given in (*ODD, "x")),
        *({"schema": given} for given in ODD),
        {"format": "1"},
        *({"keys": given} for given in ODD),
        [],
    ],
    ids=str,
)
def test_a_manifest_of_another_shape_is_told_in_one_sentence(
    config: Config, sqlite_database: Database, tmp_path: Path, manifest: dict[str, object] | list[object]
) -> None:
    backup.backup(config, sqlite_database, tmp_path / "copy")
    path = tmp_path / "copy/manifest.json"
    known = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps(known | manifest if isinstance(manifest, dict) else manifest))
    with pytest.raises(NotReady):
        backup.restore(empty_installation(tmp_path), tmp_path / "copy")


def encrypted(config: Config, database: Database, folder: Path, *recipients: pyrage.x25519.Identity) -> Path:
    keys = [str(one.to_public()) for one in recipients or (AGE,)]
    backup.backup(config, database, folder / "copy.age", keys=folder / "keys.json", recipients=keys)
    for number, one in enumerate(recipients or (AGE,)):
        (folder / f"age{number}.txt").write_text(f"# created\n{one}\n")
    return folder / "copy.age"


def test_an_encrypted_copy_comes_back_whoever_of_its_recipients_opens_it(
    filled: Office, source: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_targets, "_PART_BYTES", 700)
    made = encrypted(source, filled.database, tmp_path, AGE, pyrage.x25519.Identity.generate())
    assert made.stat().st_mode & 0o777 == 0o600
    assert b"KENARI" not in made.read_bytes()
    assert b"process_instance" not in made.read_bytes()
    target = empty_installation(tmp_path)
    done = backup.restore(target, made, keys=tmp_path / "keys.json", identity=tmp_path / "age1.txt")
    assert done.files == 2
    assert not list(target.data_dir.glob(".restore-*"))
    database = reopened(tmp_path)
    assert contents(database) == contents(filled.database)
    database.engine.dispose()


def test_the_archive_holds_what_tar_and_gzip_read(filled: Office, source: Config, tmp_path: Path) -> None:
    made = encrypted(source, filled.database, tmp_path)
    with tarfile.open(fileobj=BytesIO(pyrage.decrypt(made.read_bytes(), [AGE]))) as archive:
        archive.extractall(tmp_path / "copy", filter="data")
    backup.verify(tmp_path / "copy")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("damage", [_one_byte, _cut])
def test_a_damaged_archive_is_noticed_before_anything_is_restored(
    filled: Office, source: Config, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    made = encrypted(source, filled.database, tmp_path)
    damage(made)
    target = empty_installation(tmp_path)
    with pytest.raises(NotReady):
        backup.restore(target, made, keys=tmp_path / "keys.json", identity=tmp_path / "age0.txt")
    assert not (target.data_dir / "alur.sqlite3").exists()
    assert not list(target.data_dir.glob(".restore-*"))


def test_who_is_no_recipient_opens_nothing(filled: Office, source: Config, tmp_path: Path) -> None:
    made = encrypted(source, filled.database, tmp_path)
    target = empty_installation(tmp_path)
    with pytest.raises(NotReady, match="--identity"):
        backup.restore(target, made, keys=tmp_path / "keys.json")
    stranger = tmp_path / "stranger.txt"
    for content in (str(pyrage.x25519.Identity.generate()), "AGE-SECRET-KEY-1", "", "PRIVATE KEY"):
        stranger.write_text(content)
        with pytest.raises(NotReady, match=r"kunci age ini|tidak memuat kunci rahasia"):
            backup.restore(target, made, keys=tmp_path / "keys.json", identity=stranger)


@pytest.mark.parametrize("recipient", ["age1x", "ssh-ed25519 x", "", "AGE-SECRET-KEY-1"])
def test_a_recipient_that_is_no_key_is_told(
    config: Config, sqlite_database: Database, tmp_path: Path, recipient: str
) -> None:
    with pytest.raises(NotReady, match="bukan kunci publik"):
        backup.backup(
            config, sqlite_database, tmp_path / "copy", keys=tmp_path / "k", recipients=["age1x", recipient]
        )
    assert list(tmp_path.glob("copy*")) == []
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "files/../../x", "files/a/b", "keys/identity.key", "x"])
def test_an_archive_writes_nowhere_but_where_a_copy_has_files(tmp_path: Path, name: str) -> None:
    plain = BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = 1
        archive.addfile(member, BytesIO(b"x"))
    (tmp_path / "copy.age").write_bytes(pyrage.encrypt(plain.getvalue(), [AGE.to_public()]))
    (tmp_path / "age.txt").write_text(str(AGE))
    (tmp_path / "into").mkdir()
    with pytest.raises(NotReady):
        backup_targets.decrypt(tmp_path / "copy.age", tmp_path / "age.txt", tmp_path / "into")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["age.txt", "copy.age", "into"]
