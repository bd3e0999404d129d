"""Check the whole record: its chains, its checkpoints, the files it tells of, and the versions of processes."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.config import Config
from app.db import Database
from app.history.canonical import OUTSIDE
from app.history.checking import Chain, Fault, Kept, chains
from app.i18n import N_, _
from app.models import Attachment, DefinitionFile, ProcessInstance, Resource
from app.services.core.encryption import fingerprint_under, unsealed_under
from app.services.evidence import checkpoint_checks
from app.services.files import store

#: What faults are called, by their kind.
KINDS = {
    "changed": N_("isi peristiwa ke-{number} berubah, atau peristiwa sebelumnya"),
    "missing": N_("peristiwa ke-{number} hilang"),
    "added": N_("pada tempat ke-{number} ada peristiwa yang bukan dari Alur"),
    "moved": N_("urutan berubah pada peristiwa ke-{number}"),
    "cut": N_("rantai terpotong sebelum peristiwa ke-{number}"),
    "head": N_("hash terakhir tidak cocok dengan peristiwa ke-{number}"),
    "removed": N_("semua peristiwanya hilang tanpa catatan pemusnahan yang cocok"),
    "chain_removed": N_("kepala rantainya hilang; peristiwanya {number}"),
    "rewritten": N_("rantai ditulis ulang: peristiwa ke-{number} bukan yang ada pada titik periksa {detail}"),
    "redacted": N_("isi peristiwa ke-{number} dihapus tanpa catatan"),
    "case_removed": N_("baris perkaranya hilang"),
    "case_added": N_("perkaranya tidak punya rantai"),
    "file_changed": N_("isi berkas {detail} berubah (peristiwa ke-{number})"),
    "file_removed": N_("berkas {detail} hilang (peristiwa ke-{number})"),
    "version_changed": N_("berkas versi proses berubah: {detail} (peristiwa ke-{number})"),
    "resource_changed": N_("isi berkas versi proses berubah: {detail}"),
    "checkpoint": N_("titik periksa {detail} tidak sah"),
    "checkpoint_missing": N_("titik periksa {detail} tidak ada: basis data ini lebih lama, atau diganti"),
    "root": N_("akar titik periksa {detail} tidak cocok dengan kepala rantai yang disimpan"),
    "outside": N_("titik periksa {detail} berbeda dari yang disimpan di luar"),
}
_BATCH = 500


@dataclass(frozen=True)
class Verified:
    """How much was read and what does not fit, in the order in which it was found."""

    chains: int
    events: int
    files: int
    faults: tuple[Fault, ...]


def told(fault: Fault) -> str:
    """A fault in a sentence."""
    where = _("Di luar perkara") if fault.chain == OUTSIDE else _("Perkara {id}", id=fault.chain)
    what = _(KINDS[fault.kind], number=fault.number, detail=fault.detail)
    return f"{where}: {what}." if fault.kind not in _OF_ALL else f"{what[0].upper()}{what[1:]}."


_OF_ALL = frozenset({"checkpoint", "checkpoint_missing", "root", "outside", "resource_changed"})


def verify(
    config: Config,
    connection: Connection,
    tell: Callable[[int], None] = lambda _done: None,
    outside: Sequence[Mapping[str, Any]] = (),
) -> Verified:
    """Check everything within the snapshot of ``connection``, and against checkpoints that were kept ``outside``
    (`checkpoint_checks.read_outside`). Changes nothing."""
    faults: list[Fault] = []
    number = events = files = 0
    cases = _Cases(connection)
    waiting: list[Kept] = []
    for chain in chains(connection, tell):
        number, events = number + 1, events + chain.count
        if chain.fault is not None:
            faults.append(chain.fault)
        faults += cases.up_to(chain)
        waiting += _standing(chain)
        if len(waiting) >= _BATCH:
            files += len(waiting)
            faults += _of_files(config, connection, waiting)
            waiting = []
    faults += cases.rest()
    files += len(waiting)
    faults += _of_files(config, connection, waiting)
    faults += _of_resources(connection)
    faults += checkpoint_checks.faults(config, connection)
    faults += checkpoint_checks.against(connection, outside)
    return Verified(number, events, files, tuple(faults))


class _Cases:
    """Compares the cases there are with the chains there are, both by id."""

    def __init__(self, connection: Connection) -> None:
        self._ids = _ids(connection)
        self._next = next(self._ids, None)

    def up_to(self, chain: Chain) -> Iterator[Fault]:
        """Cases before a chain that have none, and the chain's where it has no case."""
        if chain.id == OUTSIDE:
            return
        while self._next is not None and self._next < chain.id:
            yield Fault("case_added", self._next)
            self._next = next(self._ids, None)
        if self._next == chain.id:
            self._next = next(self._ids, None)
        elif chain.count and chain.fault is None:
            yield Fault("case_removed", chain.id)

    def rest(self) -> Iterator[Fault]:
        """Cases after the last chain."""
        while self._next is not None:
            yield Fault("case_added", self._next)
            self._next = next(self._ids, None)


def _ids(connection: Connection) -> Iterator[int]:
    after = 0
    while True:
        query = select(ProcessInstance.id).where(ProcessInstance.id > after).order_by(ProcessInstance.id)
        some = connection.scalars(query.limit(_BATCH * 20)).all()
        yield from some
        if len(some) < _BATCH * 20:
            return
        after = some[-1]


def _standing(chain: Chain) -> list[Kept]:
    """What a chain says of files that must be there still: not what was taken back, nor erased with identity."""
    found: list[Kept] = []
    for one in chain.kept:
        if one.type == "completion_taken_back":
            found = [each for each in found if each.event_id <= one.data.get("since", 0)]
        elif one.type == "identity_erased":
            found = [each._replace(type="files_erased") for each in found]
        elif one.type != "case_destroyed":
            found.append(one)
    return found


def _of_files(config: Config, connection: Connection, kept: Collection[Kept]) -> Iterator[Fault]:
    wanted = [id_ for one in kept if one.type.startswith("files_") for id_ in one.data["files"]]
    rows = _attachments(connection, wanted)
    for one in kept:
        if one.type == "definition_deployed":
            yield from _of_version(connection, one)
            continue
        for id_, digest in one.data["files"].items():
            row = rows.get(id_)
            if row is None:
                if one.type != "files_erased":
                    yield Fault("file_removed", one.chain, one.number, id_)
                continue
            found = _digest(config, row)
            if found is None:
                yield Fault("file_removed", one.chain, one.number, id_)
            elif found != digest:
                yield Fault("file_changed", one.chain, one.number, id_)


def _attachments(connection: Connection, ids: list[str]) -> dict[str, Any]:
    found = {}
    for start in range(0, len(ids), _BATCH):
        query = select(Attachment.id, Attachment.is_private).where(
            Attachment.id.in_(ids[start : start + _BATCH])
        )
        found.update({row.id: row for row in connection.execute(query)})
    return found


def _digest(config: Config, row: Any) -> str | None:
    """SHA-256 of a file's content as the record has it: of identity a keyed one. None: it is not there."""
    path: Path = config.files_dir / store.file_name(row.id, private=row.is_private)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if not row.is_private:
        return hashlib.sha256(content).hexdigest()
    plain = unsealed_under(config.identity_key, content)
    if plain is None:
        return ""
    return fingerprint_under(config.identity_key, "file", hashlib.sha256(plain).hexdigest())


def _of_version(connection: Connection, one: Kept) -> Iterator[Fault]:
    """Files of a version that are not those that were deployed. Versions of before say nothing of theirs."""
    files = one.data.get("files")
    if not files:
        return
    query = select(DefinitionFile.name, DefinitionFile.sha256)
    query = query.where(DefinitionFile.definition_id == one.data["definition_id"])
    stored = {row.name: row.sha256 for row in connection.execute(query)}
    for name in sorted(stored.keys() | files.keys()):
        if stored.get(name) != files.get(name):
            yield Fault(
                "version_changed", one.chain, one.number, f"{one.data['key']} {one.data['version']}, {name}"
            )


def _of_resources(connection: Connection) -> Iterator[Fault]:
    """Files of versions whose content is not what its hash says."""
    for row in connection.execute(select(Resource.sha256, Resource.content)):
        if hashlib.sha256(row.content).hexdigest() != row.sha256:
            yield Fault("resource_changed", OUTSIDE, 0, _names(connection, row.sha256))


def _names(connection: Connection, sha256: str) -> str:
    query = select(DefinitionFile.name).where(DefinitionFile.sha256 == sha256).limit(1)
    return connection.scalar(query) or sha256


def snapshot_verified(
    config: Config,
    database: Database,
    tell: Callable[[int], None],
    outside: Sequence[Mapping[str, Any]] = (),
) -> Verified:
    """`verify` on one moment of a database, while others go on writing."""
    with snapshot(database) as connection:
        return verify(config, connection, tell, outside)


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees one moment only."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:  # whose transactions are snapshots
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection
