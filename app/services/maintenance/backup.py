"""Copy an installation into a folder, and bring it back.

A backup is one JSON-lines file a table, the attachments, the keys, and ``manifest.json`` with a SHA-256 of each. It
needs no tool of the database's own and fits either database, so it is also the way from SQLite to PostgreSQL. It
holds the keys: whoever has it can read every identity.
"""

import hashlib
import os
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Base, Database
from app.errors import NotReady
from app.i18n import _
from app.models import Attachment
from app.services.core import commit_hooks, settings
from app.services.files import store
from app.services.maintenance import migrations

#: Not worth keeping, and better not: sign-ins, looks of reporters and counted attempts end with the installation.
VOLATILE = frozenset({"login_session", "attempt", "void_nonce"})
_BATCH = 500

FORMAT = 1
_MANIFEST = "manifest.json"
_KEYS = ("secret", "identity")
_FOLDERS = ("tables", "files", "keys")


@dataclass(frozen=True)
class Summary:
    """What was copied; ``missing``: attachments whose files were not there."""

    rows: int
    files: int
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = _("{rows} baris dan {files} lampiran disalin.", rows=self.rows, files=self.files)
        if self.missing:
            text += " " + _("Berkas yang hilang: {names}.", names=", ".join(self.missing))
        return text


def backup(config: Config, database: Database, folder: Path) -> Summary:
    """Copy everything as it is at one moment, while the installation works on.

    Raises:
        NotReady: the folder holds something already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotReady(_("Folder {folder} tidak kosong; pilih folder lain.", folder=folder))
    unfinished = folder.with_name(folder.name + ".part")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        summary = _write(config, database, unfinished)
        os.replace(unfinished, folder)  # whole or not at all
    except OSError as error:
        message = _("Folder {folder} tidak dapat ditulis: {why}.", folder=folder, why=error.strerror)
        raise NotReady(message) from error
    return summary


def verify(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of a backup after comparing every file with it.

    Raises:
        NotReady: it is no backup, a file is missing, differs or was added, or a newer Alur made it.
    """
    try:
        manifest: dict[str, Any] = orjson.loads((folder / _MANIFEST).read_bytes())
        known = manifest["format"] == FORMAT and manifest["schema"] in migrations.known()
        damaged = [name for name, kept in manifest["files"].items() if _digest(folder / name) != kept]
        damaged += _smuggled(folder, manifest["files"])
        damaged += {f"keys/{name}.key" for name in _KEYS} - manifest["files"].keys()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReady(_("Folder {folder} bukan cadangan Alur yang lengkap.", folder=folder)) from error
    if not known:
        message = _("Cadangan ini dibuat oleh versi Alur yang lebih baru. Perbarui Alur, lalu ulangi.")
        raise NotReady(message)
    if damaged:
        raise NotReady(_("Cadangan ini rusak: {names}.", names=", ".join(sorted(damaged))))
    return manifest


def _smuggled(folder: Path, listed: Collection[str]) -> list[str]:
    """What lies among the files of a backup and is none of them. A link would bring in a file of this machine."""
    paths = [path for name in _FOLDERS for path in (folder / name).rglob("*")]
    names = {str(path.relative_to(folder)): path for path in paths}
    return [n for n, path in names.items() if path.is_symlink() or (path.is_file() and n not in listed)]


def restore(config: Config, folder: Path) -> Summary:
    """Bring a backup into an installation that holds nothing yet, on either database.

    One that an earlier version made is read in the shape of that time, then brought up to date.

    Raises:
        NotReady: the backup is damaged or of a later version; the installation is not empty; its identity key
            comes from the environment and is another one.
    """
    schema = verify(folder)["schema"]
    database = settings.open_database(config)
    try:
        migrations.upgrade(database)
        with database.transaction() as session:
            _require_empty(session)
            rows = _load(session.connection(), schema, folder / "tables")
            files = [_restore_file(session, path) for path in sorted((folder / "files").glob("*"))]
            _restore_keys(config, folder / "keys")
    finally:
        database.engine.dispose()
    return Summary(rows, len(files))


def _load(connection: Connection, schema: str, folder: Path) -> int:
    is_old = schema != migrations.newest()
    if is_old:
        migrations.build(connection, schema)
    rows = _load_tables(connection, folder)
    if is_old:
        migrations.finish(connection)
    return rows


def _write(config: Config, database: Database, folder: Path) -> Summary:
    for name in _FOLDERS:
        (folder / name).mkdir()
    with snapshot(database) as connection:
        schema = migrations.current(connection)
        counts = dump(connection, folder / "tables")
        wanted = _attachment_names(connection)
    missing = [name for name in wanted if not _copied(config.files_dir / name, folder / "files" / name)]
    for name in _KEYS:
        _write_key(folder / "keys" / f"{name}.key", getattr(config, f"{name}_key"))
    files = {
        str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    made = {"format": FORMAT, "made_at": datetime.now(UTC), "schema": schema, "rows": counts, "files": files}
    (folder / _MANIFEST).write_bytes(orjson.dumps(made, option=orjson.OPT_INDENT_2))
    return Summary(sum(counts.values()), len(wanted) - len(missing), tuple(missing))


def _copied(source: Path, to: Path) -> bool:
    try:
        shutil.copyfile(source, to)
    except FileNotFoundError:
        return False
    return True


def _write_key(path: Path, key: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)


def _require_empty(session: Session) -> None:
    """Refuse to mix two installations. What a first start leaves behind by itself does not count."""
    tables = [t for t in Base.metadata.sorted_tables if t.name not in VOLATILE | {"setting"}]
    filled = [t.name for t in tables if session.scalar(select(func.count()).select_from(t))]
    if filled or any(settings.config(session).files_dir.iterdir()):
        raise NotReady(_("Pemasangan ini tidak kosong. Pulihkan ke ALUR_DATA_DIR atau basis data yang baru."))


def _restore_file(session: Session, source: Path) -> Path:
    to = settings.config(session).files_dir / source.name
    commit_hooks.if_undone(session, lambda: to.unlink(missing_ok=True))
    shutil.copyfile(source, to)
    to.chmod(0o600)
    return to


def _restore_keys(config: Config, folder: Path) -> None:
    """Put the backup's keys where the fresh ones lie: those have sealed nothing yet."""
    for name in _KEYS:
        kept, in_use = (folder / f"{name}.key").read_bytes(), getattr(config, f"{name}_key")
        path = config.data_dir / f"{name}.key"
        if path.exists() and path.read_bytes().strip() == in_use:
            _write_key(path, kept)
        elif name == "identity" and kept != in_use:
            raise NotReady(
                _("Atur ALUR_IDENTITY_KEY ke kunci di dalam cadangan (keys/identity.key), lalu ulangi.")
            )


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """Yield a connection that sees one moment only, whatever others write meanwhile."""
    with database.engine.connect() as connection:
        if database.is_sqlite:  # its transactions are snapshots
            yield connection
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")


def dump(connection: Connection, folder: Path) -> dict[str, int]:
    """Write every table but the volatile ones to ``folder``; return how many rows each has."""
    return {str(table.name): _dump_table(connection, table, folder) for table in _tables()}


def _load_tables(connection: Connection, folder: Path) -> int:
    """Fill the empty tables from ``folder``; return how many rows there were.

    The tables are taken as they stand, which need not be as the models have them.
    """
    standing = MetaData()
    standing.reflect(connection)
    connection.execute(delete(standing.tables["setting"]))
    tables = [table for table in standing.sorted_tables if _file(folder, table).exists()]
    return sum(_load_table(connection, table, folder) for table in tables)


def _attachment_names(connection: Connection) -> list[str]:
    """Names in the files folder that the attachments of this snapshot need."""
    rows = connection.execute(select(Attachment.id, Attachment.is_private).order_by(Attachment.id))
    return [store.file_name(row.id, private=row.is_private) for row in rows]


def _digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tables() -> list[Table]:
    """Tables in an order in which each finds the rows that it refers to."""
    return [table for table in Base.metadata.sorted_tables if table.name not in VOLATILE]


def _dump_table(connection: Connection, table: Table, folder: Path) -> int:
    names = [str(column.name) for column in table.columns]
    query = select(table).order_by(*table.primary_key)
    rows = connection.execute(query.execution_options(stream_results=True, yield_per=_BATCH))
    count = 0
    with _file(folder, table).open("wb") as file:
        for row in rows:
            file.write(orjson.dumps(dict(zip(names, map(_plain, row), strict=True))) + b"\n")
            count += 1
    return count


def _plain(value: Any) -> Any:
    return b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _load_table(connection: Connection, table: Table, folder: Path) -> int:
    read = {column.name: _reader(column) for column in table.columns}
    count = 0
    with _file(folder, table).open("rb") as file:
        while lines := list(islice(file, _BATCH)):
            rows = [_values(orjson.loads(line), read) for line in lines]
            connection.execute(insert(table), rows)
            count += len(rows)
    if connection.dialect.name == "postgresql":
        _count_on(connection, table)
    return count


def _values(row: dict[str, Any], read: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {key: None if value is None else read[key](value) for key, value in row.items()}


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, LargeBinary):
        return b64decode
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat  # all of them are written in UTC
    return date.fromisoformat if isinstance(column.type, Date) else lambda value: value


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after the restored ones."""
    column = table.autoincrement_column
    if column is not None and (highest := connection.scalar(select(func.max(column)))):
        name = connection.dialect.identifier_preparer.format_table(table)
        connection.execute(select(func.setval(func.pg_get_serial_sequence(name, column.name), highest)))


def _file(folder: Path, table: Table) -> Path:
    return folder / f"{table.name}.jsonl"
