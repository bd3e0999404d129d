"""Copy an installation into a folder, and bring it back.

A backup is one JSON-lines file a table, the attachments, the keys, and ``manifest.json`` with a SHA-256 of each. It
needs no tool of the database's own and fits either database, so it is also the way from SQLite to PostgreSQL. It
holds the keys: whoever has it can read every identity.
"""

import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from app.config import Config
from app.db import Base, Database
from app.errors import NotReady
from app.i18n import _
from app.services.core import commit_hooks, settings
from app.services.maintenance import backup_tables, migrations
from app.services.maintenance.backup_tables import digest

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
        damaged = [name for name, kept in manifest["files"].items() if digest(folder / name) != kept]
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
    rows = backup_tables.load_tables(connection, folder)
    if is_old:
        migrations.finish(connection)
    return rows


def _write(config: Config, database: Database, folder: Path) -> Summary:
    for name in _FOLDERS:
        (folder / name).mkdir()
    with backup_tables.snapshot(database) as connection:
        schema = migrations.current(connection)
        counts = backup_tables.dump(connection, folder / "tables")
        wanted = backup_tables.attachment_names(connection)
    missing = [name for name in wanted if not _copied(config.files_dir / name, folder / "files" / name)]
    for name in _KEYS:
        _write_key(folder / "keys" / f"{name}.key", getattr(config, f"{name}_key"))
    files = {
        str(path.relative_to(folder)): digest(path) for path in sorted(folder.rglob("*")) if path.is_file()
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
    tables = [t for t in Base.metadata.sorted_tables if t.name not in backup_tables.VOLATILE | {"setting"}]
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
