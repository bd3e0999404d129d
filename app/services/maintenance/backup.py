"""Copy an installation into a folder or an encrypted file, and bring it back.

A backup is a file of JSON lines for each table (gzip), the attachments, and ``manifest.json`` with a SHA-256 of each.
It needs no tool of the database's own and fits either database, so it is also the way from SQLite to PostgreSQL. The
keys are not in it: whoever finds it reads no identity. They go to a file of their own, to be kept elsewhere.
"""

import hashlib
import hmac
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.db import Base, Database
from app.base.errors import NotReady
from app.base.i18n import _
from app.models import Attachment, Checkpoint, Draft, IdentityValue, SealedHead
from app.services.core import commit_hooks, settings
from app.services.definitions import outlines
from app.services.evidence import remembered
from app.services.files import store
from app.services.maintenance import migrations, table_files
from app.services.maintenance.backup_targets import (
    Target,
    decrypt,
    encrypted_target,
    folder_target,
    private_file,
)
from app.services.maintenance.table_files import VOLATILE

__all__ = ["VOLATILE", "Summary", "backup", "restore", "snapshot", "verify"]

#: Those below were made before the first release, of schemas whose numbers mean others since.
FORMAT = 3
_MANIFEST = "manifest.json"
_KEYS = ("secret", "identity")
_FOLDERS = ("tables", "files")
_CHUNK = 1_000_000
_KEYS_FORMAT = "alur-keys-1"

#: Is told how much, of how much, is done.
Tell = Callable[[int, int], None]


def _quietly(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Summary:
    """What was copied; ``missing``: attachments whose files were not there. ``note``: what is to be known besides."""

    rows: int
    files: int
    missing: tuple[str, ...] = ()
    note: str = ""

    def __str__(self) -> str:
        text = _("{rows} baris dan {files} lampiran disalin.", rows=self.rows, files=self.files)
        if self.missing:
            text += " " + _("Berkas yang hilang: {names}.", names=", ".join(self.missing))
        return f"{text} {self.note}".rstrip()


def backup(
    config: Config,
    database: Database,
    target: Path,
    *,
    keys: Path | None = None,
    recipients: Sequence[str] = (),
    tell: Tell = _quietly,
) -> Summary:
    """Copy everything as it is at one moment, while the installation works on. Nobody who writes waits for it.

    ``target``: a folder; with ``recipients``, who can open it by age, a file. ``keys``: the file for the keys;
    without it they are not copied, and the summary says what that means.

    Raises:
        NotReady: there is something already, or it cannot be written; a recipient is none.
    """
    if target.exists() and (recipients or not target.is_dir() or any(target.iterdir())):
        raise NotReady(_("{folder} sudah ada dan tidak kosong; pilih nama lain.", folder=target))
    if keys is not None and keys.resolve().is_relative_to(target.resolve()):
        message = _(
            "Simpan kunci di luar {folder}: siapa pun yang menemukan keduanya membaca semua.", folder=target
        )
        raise NotReady(message)
    opened: AbstractContextManager[Target] = (
        encrypted_target(target, recipients) if recipients else folder_target(target)
    )
    try:
        with _kept_apart(config, keys), opened as into:
            summary = _write(config, database, into, tell)
    except OSError as error:
        message = _("{folder} tidak dapat ditulis: {why}.", folder=target, why=error.strerror or str(error))
        raise NotReady(message) from error
    note = _where_the_keys_lie(config) if keys is None else ""
    return Summary(summary.rows, summary.files, summary.missing, note)


def verify(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of a backup after comparing every file with it.

    Raises:
        NotReady: it is no backup, a file is missing, differs or was added, or a newer Alur made it, or one from
            before the first release.
    """
    try:
        manifest: dict[str, Any] = orjson.loads((folder / _MANIFEST).read_bytes())
        is_of_before = manifest["format"] < FORMAT
        known = manifest["format"] == FORMAT and manifest["schema"] in migrations.known()
        damaged = [name for name, kept in manifest["files"].items() if _digest(folder / name) != kept]
        damaged += _smuggled(folder, manifest["files"])
        known = known and set(manifest["keys"]) == set(_KEYS)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReady(_("Folder {folder} bukan cadangan Alur yang lengkap.", folder=folder)) from error
    if is_of_before:
        raise NotReady(_("Cadangan ini dibuat sebelum rilis pertama Alur, dan tidak dapat dipulihkan lagi."))
    if not known:
        message = _("Cadangan ini dibuat oleh versi Alur yang lebih baru. Perbarui Alur, lalu ulangi.")
        raise NotReady(message)
    if damaged:
        raise NotReady(_("Cadangan ini rusak: {names}.", names=", ".join(sorted(damaged))))
    return manifest


def restore(
    config: Config,
    source: Path,
    *,
    keys: Path | None = None,
    identity: Path | None = None,
    without_keys: bool = False,
    tell: Tell = _quietly,
) -> Summary:
    """Bring a backup into an installation that holds nothing yet, on either database.

    ``source``: a folder, or a file that the age key in ``identity`` opens. ``keys``: the file of the keys.
    ``without_keys``: go on although what they sealed is lost. A backup that an earlier release made is read in the
    shape of that time, then brought up to date.

    Raises:
        NotReady: the backup is damaged or of a later version; the keys are missing, or others; the installation is
            not empty; its identity key comes from the environment and is another one.
    """
    if source.is_dir():
        return _restore(config, source, keys, tell, without_keys=without_keys)
    if identity is None:
        raise NotReady(
            _("{name} bukan folder. Bila ini cadangan terenkripsi, sertakan --identity.", name=source)
        )
    opened = Path(tempfile.mkdtemp(prefix=".restore-", dir=config.data_dir))
    try:
        decrypt(source, identity, opened)
        return _restore(config, opened, keys, tell, without_keys=without_keys)
    finally:
        shutil.rmtree(opened, ignore_errors=True)


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """Yield a connection that sees one moment only, whatever others write meanwhile."""
    with database.engine.connect() as connection:
        if database.is_sqlite:  # its transactions are snapshots
            yield connection
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")


def _restore(config: Config, folder: Path, keys: Path | None, tell: Tell, *, without_keys: bool) -> Summary:
    manifest = verify(folder)
    kept = _kept_keys(manifest, keys)
    if kept is None and not without_keys:
        lost = _("Sertakan --keys BERKAS, atau --without-keys untuk melanjutkan tanpa itu.")
        raise NotReady(f"{_lost()} {lost}")
    total = sum(manifest["rows"].values())
    database = settings.open_database(config)
    try:
        migrations.upgrade(database)
        with database.transaction() as session:
            _require_empty(session, config)
            connection = session.connection()
            rows = _load(connection, manifest["schema"], folder / "tables", lambda done: tell(done, total))
            outlines.fill(session)
            if kept is None:
                _forget_sealed(connection)
            files = [_restore_file(session, path) for path in sorted((folder / "files").glob("*"))]
            if kept is not None:
                _restore_keys(config, kept)
        remembered.forget(config)
    finally:
        database.engine.dispose()
    return Summary(rows, len(files), note="" if kept else _lost())


def _write(config: Config, database: Database, into: Target, tell: Tell) -> Summary:
    with snapshot(database) as connection:
        schema = migrations.current(connection)
        counts = table_files.dump(connection, into.create, tell)
        wanted = _attachment_names(connection)
    missing = [name for name in wanted if not _copied(config.files_dir / name, into, f"files/{name}")]
    made = {
        "format": FORMAT,
        "made_at": datetime.now(UTC),
        "schema": schema,
        "rows": counts,
        "files": dict(sorted(into.digests.items())),
        "keys": {name: _key_digest(getattr(config, f"{name}_key")) for name in _KEYS},
    }
    with into.create(_MANIFEST) as file:
        file.write(orjson.dumps(made, option=orjson.OPT_INDENT_2))
    return Summary(sum(counts.values()), len(wanted) - len(missing), tuple(missing))


def _copied(source: Path, into: Target, name: str) -> bool:
    try:
        with source.open("rb") as file, into.create(name) as copy:
            shutil.copyfileobj(file, copy, _CHUNK)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _kept_apart(config: Config, path: Path | None) -> Iterator[None]:
    """Write the keys to ``path``; take them away again when the backup that they belong to was not made."""
    if path is None:
        yield
        return
    try:
        file = private_file(path)
    except FileExistsError as error:
        raise NotReady(_("Berkas {name} sudah ada; pilih nama lain untuk kunci.", name=path)) from error
    try:
        with file:
            keys = {name: getattr(config, f"{name}_key").decode() for name in _KEYS}
            file.write(orjson.dumps({"kind": _KEYS_FORMAT, **keys}, option=orjson.OPT_INDENT_2) + b"\n")
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _where_the_keys_lie(config: Config) -> str:
    return _(
        "Kunci tidak ikut disalin: tanpa kunci, identitas pelapor, draf, lampiran pribadi, dan kode pelacakan dalam "
        "cadangan ini tidak dapat dibaca lagi. Kunci ada di {folder} (secret.key, identity.key) atau pada "
        "ALUR_SECRET_KEY dan ALUR_IDENTITY_KEY; simpan salinannya di tempat lain, misalnya dengan --keys BERKAS.",
        folder=config.data_dir,
    )  # fmt: skip


def _lost() -> str:
    return _(
        "Tanpa kuncinya hilanglah identitas pelapor, draf, nama dan isi lampiran pribadi, dan kode pelacakan yang "
        "sudah dibagikan."
    )


def _key_digest(key: bytes) -> str:
    """Tells whether a key is the right one; 384 random bits cannot be guessed from it."""
    return hmac.new(key, b"backup", hashlib.sha256).hexdigest()


def _kept_keys(manifest: Mapping[str, Any], path: Path | None) -> dict[str, bytes] | None:
    """The keys in ``path``, which belong to a backup.

    Raises:
        NotReady: the file holds none, or those of another installation.
    """
    if path is None:
        return None
    try:
        read = orjson.loads(path.read_bytes())
        keys = {name: str(read[name]).encode() for name in _KEYS}
        fits = read["kind"] == _KEYS_FORMAT
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotReady(_("Berkas {name} tidak memuat kunci Alur.", name=path)) from error
    if not fits or any(_key_digest(keys[name]) != manifest["keys"][name] for name in _KEYS):
        raise NotReady(_("Kunci dalam {name} bukan milik cadangan ini.", name=path))
    return keys


def _smuggled(folder: Path, listed: Collection[str]) -> list[str]:
    """What lies among the files of a backup and is none of them. A link would bring in a file of this machine."""
    paths = [path for name in _FOLDERS for path in (folder / name).rglob("*")]
    names = {str(path.relative_to(folder)): path for path in paths}
    return [n for n, path in names.items() if path.is_symlink() or (path.is_file() and n not in listed)]


def _load(connection: Connection, schema: str, folder: Path, tell: Callable[[int], None]) -> int:
    is_old = schema != migrations.newest()
    if is_old:
        migrations.build(connection, schema)
    rows = table_files.load(connection, folder, tell)
    if is_old:
        migrations.finish(connection)
    return rows


def _forget_sealed(connection: Connection) -> None:
    """Remove what nobody can open any more: pages would fail at it."""
    connection.execute(delete(IdentityValue))
    connection.execute(delete(Draft))
    name = _("lampiran pribadi")
    connection.execute(update(Attachment).where(Attachment.is_private).values(name=name))
    connection.execute(update(Attachment).where(Attachment.name.startswith("sealed/")).values(name=name))
    with table_files.unguarded(connection):  # of another key, from which none of the new one could go on
        connection.execute(delete(Checkpoint))
        connection.execute(delete(SealedHead))


def _require_empty(session: Session, config: Config) -> None:
    """Refuse to mix two installations. What a first start leaves behind by itself does not count."""
    tables = [t for t in Base.metadata.sorted_tables if t.name not in VOLATILE | table_files.LEFT_BEHIND]
    filled = [t.name for t in tables if session.scalar(select(func.count()).select_from(t))]
    if filled or any(config.files_dir.iterdir()):
        raise NotReady(_("Pemasangan ini tidak kosong. Pulihkan ke ALUR_DATA_DIR atau basis data yang baru."))


def _restore_file(session: Session, source: Path) -> Path:
    to = settings.config(session).files_dir / source.name
    commit_hooks.if_undone(session, lambda: to.unlink(missing_ok=True))
    with source.open("rb") as file, private_file(to) as copy:
        shutil.copyfileobj(file, copy, _CHUNK)
    return to


def _restore_keys(config: Config, kept: Mapping[str, bytes]) -> None:
    """Put the backup's keys where the fresh ones lie: those have sealed nothing yet."""
    for name in _KEYS:
        in_use, path = getattr(config, f"{name}_key"), config.data_dir / f"{name}.key"
        if path.exists() and path.read_bytes().strip() == in_use:
            path.unlink()
            with private_file(path) as file:
                file.write(kept[name])
        elif name == "identity" and kept[name] != in_use:
            raise NotReady(_("Atur ALUR_IDENTITY_KEY ke kunci identitas cadangan ini, lalu ulangi."))


def _attachment_names(connection: Connection) -> list[str]:
    """Names in the files folder that the attachments of this snapshot need."""
    rows = connection.execute(select(Attachment.id, Attachment.is_private).order_by(Attachment.id))
    return [store.file_name(row.id, private=row.is_private) for row in rows]


def _digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
