"""Where a backup is written: a folder, or one file encrypted by age. Only its owner may read either, from the start.

The encrypted file is a tar archive (a longer file in parts of some megabytes, named .0001 and on) under the format of
age-encryption.org: ``age -d -i KEY copy.age | tar x`` opens it without Alur. Neither is ever whole in memory, and
nothing of it lies unencrypted on a disk while it is made.
"""

import hashlib
import io
import os
import re
import shutil
import tarfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from app.base.errors import NotReady
from app.base.i18n import _

_PART_BYTES = 4_000_000
_PART = re.compile(r"(?P<name>.+)\.\d{4,}")
_NAME = re.compile(r"manifest\.json|(?:tables|files)/[\w.-]+", re.ASCII)


class Target(Protocol):
    """``digests``: SHA-256 in hex of every file that was written, by its name."""

    digests: dict[str, str]

    def create(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a new file to write."""


class _Hashing(io.RawIOBase):
    """Hands on what is written, and hashes it."""

    def __init__(self, write: Any) -> None:
        self._write, self.digest = write, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self._write(data)
        return len(data)


class FolderTarget:
    """Files in a folder that is there and empty."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.digests = folder, dict[str, str]()

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Open a new file to write."""
        path = self._folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with private_file(path) as file:
            hashing = _Hashing(file.write)
            yield cast("BinaryIO", hashing)
        self.digests[name] = hashing.digest.hexdigest()


class _ArchiveTarget:
    """Members of a tar archive."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive, self.digests = archive, dict[str, str]()

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Open a new file to write."""
        parts = _Parts(self._archive, name)
        hashing = _Hashing(parts.write)
        yield cast("BinaryIO", hashing)
        parts.close()
        self.digests[name] = hashing.digest.hexdigest()


class _Parts:
    """One file as one member, or as several where it is long: a member's size comes before its content."""

    def __init__(self, archive: tarfile.TarFile, name: str) -> None:
        self._archive, self._name, self._held, self._count = archive, name, bytearray(), 0

    def write(self, data: bytes) -> None:
        self._held += data
        while len(self._held) >= _PART_BYTES:
            self._add(f"{self._name}.{self._count + 1:04d}", bytes(self._held[:_PART_BYTES]))
            del self._held[:_PART_BYTES]

    def close(self) -> None:
        if self._held or not self._count:
            self._add(f"{self._name}.{self._count + 1:04d}" if self._count else self._name, bytes(self._held))

    def _add(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._archive.addfile(member, io.BytesIO(content))
        self._count += 1


@contextmanager
def folder_target(folder: Path) -> Iterator[FolderTarget]:
    """Yield the folder; it bears its name only when it is whole."""
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.mkdir(mode=0o700)
    try:
        yield FolderTarget(unfinished)
        os.replace(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


@contextmanager
def encrypted_target(path: Path, recipients: Sequence[str]) -> Iterator[_ArchiveTarget]:
    """Yield an archive that ``recipients``, age's or SSH's public keys, can open. It bears its name only when whole.

    Raises:
        NotReady: one of them is no such key.
    """
    import pyrage  # noqa: PLC0415 needed once in a while

    keys = [_recipient(one) for one in recipients]
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        with private_file(unfinished) as file:

            def encrypt(plain: BinaryIO) -> None:
                pyrage.encrypt_io(plain, file, keys)

            with _piped(encrypt) as into, tarfile.open(fileobj=into, mode="w|") as archive:
                yield _ArchiveTarget(archive)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def decrypt(path: Path, identity: Path, folder: Path) -> None:
    """Open an encrypted archive into ``folder``, which is there, empty and private.

    Raises:
        NotReady: the identity is none, or does not fit; the archive is damaged or no backup.
    """
    import pyrage  # noqa: PLC0415

    keys = _identities(identity)
    damaged = NotReady(_("Berkas {name} bukan cadangan Alur yang lengkap.", name=path.name))
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as plain, path.open("rb") as file:
                pyrage.decrypt_io(file, plain, keys)
        except BaseException as error:  # told to the thread that reads
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as plain, tarfile.open(fileobj=plain, mode="r|") as archive:
            for member in archive:
                _take_out(archive, member, folder, damaged)
            while plain.read(1_000_000):  # what stands behind the archive's end
                pass
    except tarfile.TarError as error:
        thread.join()
        if failed and isinstance(failed[0], pyrage.DecryptError):
            told = _("Cadangan {name} tidak dapat dibuka dengan kunci age ini, atau rusak.", name=path.name)
            raise NotReady(told) from failed[0]
        raise damaged from error
    thread.join()
    if failed:
        raise damaged from failed[0]


def _take_out(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, damaged: NotReady) -> None:
    """Add a member to its file. Only names that a backup has are taken: others could lie anywhere."""
    parted = _PART.fullmatch(member.name)
    name = parted["name"] if parted else member.name
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or not _NAME.fullmatch(name) or ".." in name:
        raise damaged
    (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)


def private_file(path: Path) -> BinaryIO:
    """Open a file that must not be there yet, for its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


@contextmanager
def _piped(work: Any) -> Iterator[BinaryIO]:
    """Yield what is to be written to; ``work`` reads it in a thread of its own.

    Raises:
        OSError: what ``work`` raised, e.g. a full disk.
    """
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        with os.fdopen(reading, "rb") as plain:
            try:
                work(plain)
            except BaseException as error:  # told to the thread that writes
                failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(writing, "wb") as into:
            yield into
    except BrokenPipeError:
        thread.join()
        if not failed:
            raise
    finally:
        thread.join()
    if failed:
        raise failed[0] if isinstance(failed[0], OSError) else OSError(str(failed[0])) from failed[0]


def _recipient(text: str) -> Any:
    import pyrage  # noqa: PLC0415

    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    with suppress(pyrage.RecipientError):
        return kind.from_str(text.strip())
    raise NotReady(_("“{text}” bukan kunci publik age (age1…) atau SSH (ssh-…).", text=text[:80]))


def _identities(path: Path) -> list[Any]:
    """The private keys in a file as age-keygen writes it, or an SSH key without a passphrase."""
    import pyrage  # noqa: PLC0415

    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotReady(
            _("Berkas {name} tidak dapat dibaca: {why}.", name=path, why=error.strerror)
        ) from error
    message = _("Berkas {name} tidak memuat kunci rahasia age (AGE-SECRET-KEY-…) atau SSH.", name=path.name)
    try:
        if b"PRIVATE KEY" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode().splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise NotReady(message) from error
    if not found:
        raise NotReady(message)
    return found
