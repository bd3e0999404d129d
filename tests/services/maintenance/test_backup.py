"""A backup holds everything, notices damage, and fits an empty installation on either database."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from sqlalchemy import inspect, select

from app.config import Config, from_environment
from app.db import Base, Database
from app.errors import NotReady
from app.models import Attachment, IdentityValue, Incident, LoginSession, User, UserTask
from app.services.core import access, encryption, settings
from app.services.files import attachments, uploads
from app.services.instances import instances, jobs
from app.services.maintenance import backup, migrations
from app.services.tasks import drafts, tasks
from tests.services.filling import fill
from tests.services.office import Office

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("backup-*.zip"))


@pytest.fixture
def filled(office: Office) -> Office:
    fill(office)
    return office


@pytest.fixture
def source(filled: Office) -> Config:
    with filled.database.reading() as session:
        return settings.config(session)


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
    made = backup.backup(source, filled.database, tmp_path / "copy")
    assert (made.files, made.missing) == (2, ())
    assert backup.restore(empty_installation(tmp_path), tmp_path / "copy") == made
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
    backup.backup(source, filled.database, tmp_path / "copy")
    backup.restore(empty_installation(tmp_path), tmp_path / "copy")
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
    backup.backup(config, sqlite_database, tmp_path / "copy")
    url = postgres_database.engine.url.render_as_string(hide_password=False)
    elsewhere = empty_installation(tmp_path, ALUR_DATABASE_URL=url)
    backup.restore(elsewhere, tmp_path / "copy")
    assert contents(postgres_database) == contents(sqlite_database)
    office.database = settings.open_database(empty_installation(tmp_path, ALUR_DATABASE_URL=url))
    assert office.start().business_key.endswith("00002")
    office.database.engine.dispose()


def test_signed_in_browsers_are_not_copied(filled: Office, source: Config, tmp_path: Path) -> None:
    with filled.database.reading() as session:
        assert session.scalars(select(LoginSession)).all()
    backup.backup(source, filled.database, tmp_path / "copy")
    assert not list((tmp_path / "copy/tables").glob("login_session*"))


def test_the_copy_and_its_keys_are_for_its_owner_alone(
    filled: Office, source: Config, tmp_path: Path
) -> None:
    backup.backup(source, filled.database, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "copy/keys/identity.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "copy/keys/identity.key").read_bytes() == source.identity_key


def test_nothing_is_written_over(filled: Office, source: Config, tmp_path: Path) -> None:
    backup.backup(source, filled.database, tmp_path / "copy")
    with pytest.raises(NotReady, match="tidak kosong"):
        backup.backup(source, filled.database, tmp_path / "copy")
    with pytest.raises(NotReady, match="tidak kosong"):
        backup.restore(source, tmp_path / "copy")
    target = empty_installation(tmp_path)
    backup.restore(target, tmp_path / "copy")
    with pytest.raises(NotReady, match="tidak kosong"):
        backup.restore(empty_installation(tmp_path), tmp_path / "copy")


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
    "a byte of a table": lambda copy: _one_byte(copy / "tables/process_instance.jsonl"),
    "a byte of an attachment": lambda copy: _one_byte(next((copy / "files").iterdir())),
    "a byte of a key": lambda copy: _one_byte(copy / "keys/identity.key"),
    "a missing table": lambda copy: (copy / "tables/user.jsonl").unlink(),
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
    backup.backup(config, sqlite_database, tmp_path / "copy")
    backup.verify(tmp_path / "copy")
    DAMAGES[damage](tmp_path / "copy")
    target = empty_installation(tmp_path)
    with pytest.raises(NotReady):
        backup.restore(target, tmp_path / "copy")
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
    backup.backup(config, sqlite_database, tmp_path / "copy")
    other_key = empty_installation(tmp_path, ALUR_IDENTITY_KEY="another")
    with pytest.raises(NotReady, match="ALUR_IDENTITY_KEY"):
        backup.restore(other_key, tmp_path / "copy")
    assert list(other_key.files_dir.iterdir()) == []
    same_key = replace(other_key, identity_key=config.identity_key)
    assert backup.restore(same_key, tmp_path / "copy").files == 1


def test_a_copy_of_a_later_version_is_refused(
    config: Config, sqlite_database: Database, tmp_path: Path
) -> None:
    backup.backup(config, sqlite_database, tmp_path / "copy")
    path = tmp_path / "copy/manifest.json"
    manifest = orjson.loads(path.read_bytes())
    for later in ({"schema": "9999"}, {"format": 2}):
        path.write_bytes(orjson.dumps({**manifest, **later}))
        with pytest.raises(NotReady, match="versi Alur yang lebih baru"):
            backup.restore(empty_installation(tmp_path), tmp_path / "copy")


def test_a_copy_of_every_revision_so_far_is_at_hand() -> None:
    assert {path.stem.removeprefix("backup-") for path in SAMPLES} == migrations.known()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_copy_made_by_an_earlier_version_is_restored_and_brought_up_to_date(
    database: Database, tmp_path: Path, sample: Path
) -> None:
    columns = shape(database)
    url = database.engine.url.render_as_string(hide_password=False)
    more = {} if database.is_sqlite else {"ALUR_DATABASE_URL": url}
    copy = tmp_path / "copy"
    shutil.unpack_archive(sample, copy)
    restored = backup.restore(empty_installation(tmp_path, **more), copy)
    assert restored.rows == sum(orjson.loads((copy / "manifest.json").read_bytes())["rows"].values())
    again = reopened(tmp_path, **more)
    assert shape(again) == columns
    with again.transaction() as session:
        assert migrations.current(session.connection()) == migrations.newest()
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
    found = inspect(database.engine)
    return {
        table: {(str(one["name"]), str(one["type"]), one["nullable"]) for one in found.get_columns(table)}
        for table in found.get_table_names()
    }


def test_the_copy_is_of_one_moment_while_others_write(database: Database, tmp_path: Path) -> None:
    office = Office(database)
    office.start()
    with backup.snapshot(database) as connection:
        first = backup.dump(connection, _made(tmp_path / "first"))
        office.start()
        second = backup.dump(connection, _made(tmp_path / "second"))
    assert first == second


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_a_copy_whose_empty_folder_was_lost_on_the_way_is_restored(
    config: Config, sqlite_database: Database, tmp_path: Path
) -> None:
    office = Office(sqlite_database)
    office.start()
    made = backup.backup(config, sqlite_database, tmp_path / "copy")
    (tmp_path / "copy/files").rmdir()  # git keeps no empty folders
    assert backup.restore(empty_installation(tmp_path), tmp_path / "copy") == made


@pytest.mark.parametrize(
    "manifest",
    [
        *({"files": given} for given in ([], "x", None, 1, {}, {"x": 1})),
        *({"schema": given} for given in ([], {}, None, 1)),
        {"format": "1"},
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


def test_a_manifest_that_names_no_keys_is_not_restored(
    config: Config, sqlite_database: Database, tmp_path: Path
) -> None:
    backup.backup(config, sqlite_database, tmp_path / "copy")
    path = tmp_path / "copy/manifest.json"
    known = orjson.loads(path.read_bytes())
    known["files"].pop("keys/identity.key")
    path.write_bytes(orjson.dumps(known))
    (tmp_path / "copy/keys/identity.key").unlink()
    with pytest.raises(NotReady):
        backup.restore(empty_installation(tmp_path), tmp_path / "copy")
