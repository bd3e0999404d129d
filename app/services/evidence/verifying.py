"""Check the whole record: its chains, its checkpoints, the files it tells of, and the versions of processes."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.base.config import Config
from app.base.db import Database
from app.base.i18n import N_, _
from app.history.canonical import OUTSIDE
from app.history.checking import Chain, Fault, Kept, chains
from app.models import (
    Attachment,
    DefinitionFile,
    DestroyedCase,
    ProcessDefinition,
    ProcessInstance,
    Resource,
)
from app.services.core import signing
from app.services.core.encryption import fingerprint_under, unsealed_under
from app.services.evidence import checkpoint_checks, remembered, tables
from app.services.evidence.replay import Replay
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
    "taken_back": N_("peristiwa ke-{number}, yang mengurungkan penyelesaian, bukan dari Alur"),
    "vanished": N_(
        "seluruh perkaranya hilang tanpa catatan pemusnahan; titik periksa {detail} memuat {number} peristiwanya"
    ),
    "case_removed": N_("baris perkaranya hilang"),
    "case_added": N_("perkaranya tidak punya rantai"),
    "case_version": N_("perkaranya memakai versi {detail}, bukan yang disebut riwayatnya"),
    "version_added": N_("versi proses {detail} tidak pernah diterapkan menurut riwayat"),
    "file_changed": N_("isi berkas {detail} berubah (peristiwa ke-{number})"),
    "file_removed": N_("berkas {detail} hilang (peristiwa ke-{number})"),
    "version_changed": N_("berkas versi proses berubah: {detail} (peristiwa ke-{number})"),
    "resource_changed": N_("isi berkas versi proses berubah: {detail}"),
    "row_changed": N_("{detail} berbeda dari yang disebut riwayat"),
    "row_missing": N_("baris {detail} hilang, padahal disebut riwayat"),
    "row_added": N_("baris {detail} ada, padahal tidak disebut riwayat"),
    "checkpoint": N_("titik periksa {detail} tidak sah"),
    "checkpoint_missing": N_("titik periksa {detail} tidak ada: basis data ini lebih lama, atau diganti"),
    "root": N_("akar titik periksa {detail} tidak cocok dengan kepala rantai yang disimpan"),
    "log": N_("titik periksa {detail} tidak memuat semua yang ditandatangani sebelumnya"),
    "counts": N_(
        "jumlah rantai atau peristiwa pada titik periksa {detail} tidak cocok dengan yang sebelumnya"
    ),
    "outside": N_("titik periksa {detail} berbeda dari yang disimpan di luar"),
    "unreadable": N_(
        "ada baris kepala rantai atau titik periksa yang tidak terbaca; sebabnya di catatan server"
    ),
}
_BATCH = 500


@dataclass(frozen=True)
class Verified:
    """How much was read and what does not fit, in the order in which it was found.

    ``numbers``: those of the cases in it, by their ids.

    ``checkpoints``: how many are stored, the last of which has the number ``last``; ``outside``: the numbers of those
    that were kept outside. ``heads``: how many of what they signed was held against the events, of how many chains
    ``bound`` by them.
    """

    chains: int
    events: int
    files: int
    faults: tuple[Fault, ...]
    numbers: Mapping[int, str] = field(default_factory=dict)
    checkpoints: int = 0
    last: int = 0
    outside: tuple[int, ...] = ()
    heads: int = 0
    bound: int = 0

    def fault_text(self, fault: Fault) -> str:
        """A fault in a sentence, with the case's number as pages show it."""
        return fault_text(fault, self.numbers.get(fault.chain, ""))


def fault_text(fault: Fault, number: str = "") -> str:
    """A fault in a sentence. ``number``: that of the case, empty where it is not known."""
    where = _("Di luar perkara")
    if fault.chain != OUTSIDE:
        where = (
            _("Perkara {number} (id {id})", number=number, id=fault.chain)
            if number
            else _("Perkara dengan id {id}", id=fault.chain)
        )
    what = _(KINDS[fault.kind], number=fault.number, detail=fault.detail)
    return f"{where}: {what}." if fault.kind not in _OF_ALL else f"{what[0].upper()}{what[1:]}."


_OF_ALL = frozenset(
    {
        "checkpoint",
        "checkpoint_missing",
        "root",
        "log",
        "counts",
        "unreadable",
        "outside",
        "resource_changed",
        "version_added",
    }
)


def verify(
    config: Config,
    connection: Connection,
    tell: Callable[[int], None] = lambda _done: None,
    outside: Sequence[Mapping[str, Any]] = (),
) -> Verified:
    """Check everything within the snapshot of ``connection``, and against checkpoints that were kept ``outside``
    (`checkpoint_checks.read_outside`). The snapshot begins with the first statement here. Changes nothing."""
    known, faults = remembered.signed_last(config), list[Fault]()
    number = events = files = 0
    cases = _Cases(connection)
    waiting: list[Kept] = []
    replay, broken = Replay(config, connection, outside), set[int]()
    for chain in chains(connection, signing.own(config), replay.by_chain(), tell):
        number, events = number + 1, events + chain.count
        if chain.fault is not None:
            faults.append(chain.fault)
            broken.add(chain.id)
        faults += chain.unsigned
        if chain.id == OUTSIDE:
            faults += cases.deployed(chain)
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
    faults += tables.compare(config, connection, broken)
    faults += replay.faults
    faults += replay.of_heads()
    faults += remembered.faults(connection, known)
    faults += checkpoint_checks.against(connection, outside)
    named = numbers(connection, {one.chain for one in faults} - {OUTSIDE})
    return Verified(
        number,
        events,
        files,
        tuple(dict.fromkeys(faults)),
        named,
        checkpoints=replay.number,
        last=replay.last.id if replay.last is not None else 0,
        outside=tuple(sorted({one["number"] for one in outside})),
        heads=replay.heads,
        bound=replay.chains,
    )


def sentences(connection: Connection, faults: Sequence[Fault]) -> list[str]:
    """Faults in sentences, with the numbers of their cases."""
    named = numbers(connection, {one.chain for one in faults} - {OUTSIDE})
    return [fault_text(one, named.get(one.chain, "")) for one in faults]


def numbers(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """The numbers of cases by their ids, of destroyed ones too. 2 SQL for each 500."""
    found: dict[int, str] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _BATCH):
        some = wanted[start : start + _BATCH]
        for id_, number in (
            (DestroyedCase.instance_id, DestroyedCase.business_key),
            (ProcessInstance.id, ProcessInstance.business_key),
        ):
            rows = connection.execute(select(id_, number).where(id_.in_(some)))
            found.update({row[0]: row[1] for row in rows})
    return found


class _Cases:
    """Compares the cases there are with the chains there are, both by id, and the versions they are on."""

    def __init__(self, connection: Connection) -> None:
        d = ProcessDefinition
        self._versions: dict[tuple[str, int], int] = {}
        self._names: dict[int, tuple[str, int]] = {}
        for id_, key, version in connection.execute(select(d.id, d.key, d.version)):
            self._versions[key, version], self._names[id_] = id_, (key, version)
        self._rows = _case_rows(connection)
        self._next = next(self._rows, None)

    def deployed(self, outside: Chain) -> Iterator[Fault]:
        """Versions that no event put in force."""
        told = {
            one.data["definition_id"]: (one.data["key"], one.data["version"])
            for one in outside.kept
            if one.type == "definition_deployed"
        }
        for id_, name in sorted(self._names.items()):
            if told.get(id_) != name and outside.fault is None:
                yield Fault("version_added", OUTSIDE, 0, f"{name[0]} {name[1]}")

    def up_to(self, chain: Chain) -> Iterator[Fault]:
        """Cases before a chain that have none; and the chain's, where it has none or is on another version."""
        if chain.id == OUTSIDE:
            return
        while self._next is not None and self._next.id < chain.id:
            yield self._after(Fault("case_added", self._next.id))
        if self._next is not None and self._next.id == chain.id:
            yield from self._fitting(self._next, chain)
            self._next = next(self._rows, None)
        elif chain.count and chain.fault is None:
            yield Fault("case_removed", chain.id)

    def _fitting(self, row: Any, chain: Chain) -> Iterator[Fault]:
        if chain.is_destroyed:
            yield Fault("case_added", chain.id)
        elif chain.fault is None and chain.definition is not None:
            on = chain.definition
            wanted = on[0] if isinstance(on, tuple) else self._versions.get((row.key, on))
            if wanted != row.definition_id:
                key, version = self._names.get(row.definition_id, ("", row.definition_id))
                yield Fault("case_version", chain.id, 0, f"{key} {version}".strip())

    def rest(self) -> Iterator[Fault]:
        """Cases after the last chain."""
        while self._next is not None:
            yield self._after(Fault("case_added", self._next.id))

    def _after(self, fault: Fault) -> Fault:
        self._next = next(self._rows, None)
        return fault


def _case_rows(connection: Connection) -> Iterator[Any]:
    i, after = ProcessInstance, None
    while True:
        query = select(i.id, i.key, i.definition_id).order_by(i.id).limit(_BATCH * 20)
        some = connection.execute(query if after is None else query.where(i.id > after)).all()
        yield from some
        if len(some) < _BATCH * 20:
            return
        after = some[-1].id


def _standing(chain: Chain) -> list[Kept]:
    """What a chain says of files that must be there still: not what was taken back, nor erased with identity."""
    found: list[Kept] = []
    for one in chain.kept:
        if one.type == "completion_taken_back":
            found = [_taken_back(each, one) for each in found]
        elif one.type == "identity_erased":
            found = [_without(each, one) for each in found]
        elif one.type in ("files_kept", "definition_deployed"):
            found.append(one)
    return found


def _taken_back(kept: Kept, back: Kept) -> Kept:
    """Files of which some are no longer the case's: those that the installation says."""
    if kept.type != "files_kept" or not back.is_signed:
        return kept
    if not back.data["place"] < kept.number <= back.data["until"]:
        return kept
    gone = back.data.get("file_ids", ())
    files = {id_: digest for id_, digest in kept.data["files"].items() if id_ not in gone}
    return kept._replace(data={**kept.data, "files": files})


def _without(kept: Kept, erased: Kept) -> Kept:
    """Files of which some may be gone: those that the erasure names, where the installation signed it."""
    gone = erased.data.get("file_ids", ()) if erased.is_signed else ()
    return kept._replace(gone=kept.gone.union(gone))


def _of_files(config: Config, connection: Connection, kept: Collection[Kept]) -> Iterator[Fault]:
    """Files that are not what was recorded."""
    wanted = [id_ for one in kept if one.type == "files_kept" for id_ in one.data["files"]]
    rows = _attachments(connection, wanted)
    for one in kept:
        if one.type == "definition_deployed":
            yield from _of_version(connection, one)
            continue
        for id_, digest in one.data["files"].items():
            row = rows.get(id_)
            found = _digest(config, row) if row is not None else None
            if found == digest:
                continue
            if found is not None or id_ not in one.gone:
                kind = "file_removed" if found is None else "file_changed"
                yield Fault(kind, one.chain, one.number, id_)


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
    """Files of a version that are not those that were deployed."""
    files = one.data.get("files", {})
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
