"""Evidence of cases to download: a ZIP that one Python file in it checks, without Alur and its database.

It is the record as the last checkpoint has it, no event more: the events of each case as they were hashed, where its
head stands in the tree of that checkpoint, its open files, the versions of its process, and the chain of what
happened outside of cases since they were deployed, without what that tells, but for these deployments. The list of
contents names the SHA-256 of all that and is signed with the key of checkpoints.

Identity is not in it. Where words are masked that an event holds, only what its data was committed to is told.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.base.config import Config
from app.base.errors import Conflict, NotFound
from app.base.i18n import _
from app.history import proof, removals
from app.history.canonical import GENESIS, OUTSIDE, canonical, commitment, moment
from app.history.events.casefile import WordsMasked
from app.history.proof import Proven
from app.models import (
    Attachment,
    Checkpoint,
    DefinitionFile,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    SealedHead,
)
from app.services.core import masks
from app.services.core.masks import Overlay
from app.services.evidence import checkpoints
from app.services.evidence.inclusion import Tree
from app.services.files import store

VERIFIER = Path(__file__).with_name("periksa_bukti.py")
#: What of a list of contents is signed begins with this: no statement of a checkpoint does.
SIGNED = b"Alur bukti 2\n"
#: Statements of so many checkpoints before the last go along: those of a week in which something always happens.
EARLIER = 1_008
#: Types of which what they tell goes along always: hashes and numbers, in which no words are.
_ALWAYS_TOLD = frozenset({"files_kept", "history_redacted"})
_MOVES = frozenset({"instance_migrated", "migration_undone"})
#: With these a file of a case may have gone.
_TAKEN_BACK = frozenset({"completion_taken_back", "identity_erased"})
#: Types that hold what is for some people alone, if under a key.
_NEVER_TOLD = frozenset({"finding_changed"})
_CHUNK = 1 << 20
_README = """Paket bukti Alur.

Periksa dengan:  python periksa_bukti.py --key KUNCI --against TITIK-PERIKSA.json
(Python 3.9 atau lebih baru, tanpa yang lain.)  KUNCI ialah kunci publik atau sidiknya, dan TITIK-PERIKSA.json titik
periksa, yang Anda terima lewat jalan lain daripada paket ini, misalnya dari halaman Bukti atau surat. Tanpa keduanya
tidak ada yang membuktikan bahwa paket ini tidak dibuat ulang seluruhnya.
Apa yang dibuktikan dan apa yang tidak: docs/evidence.md.
"""


class _Members:
    """The ZIP being written. Each addition returns the SHA-256 of what was added, in hex."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, content: bytes) -> str:
        return self.add_parts(name, (content,))

    def add_lines(self, name: str, lines: Iterable[Mapping[str, Any]]) -> str:
        return self.add_parts(name, (orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines))

    def add_file(self, name: str, path: Path) -> str:
        with path.open("rb") as file:
            return self.add_parts(name, iter(lambda: file.read(_CHUNK), b""))

    def add_parts(self, name: str, parts: Iterable[bytes]) -> str:
        digest, made = hashlib.sha256(), zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
        made.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(made, "w") as member:
            for part in parts:
                digest.update(part)
                member.write(part)
        return digest.hexdigest()


@dataclass(frozen=True)
class _Case:
    """A case as a bundle has it: its events under the checkpoint, and those that came since.

    ``seen``: what is masked today, by the numbers of the events that tell of it; ``asker``: whose own words are not
    looked through for what was masked before he wrote them.
    """

    row: ProcessInstance
    events: Sequence[Proven]
    later: Sequence[Proven]
    seen: Overlay
    asker: int | None

    @property
    def folder(self) -> str:
        return f"perkara/{self.row.id}"

    def lines(self) -> Iterator[dict[str, Any]]:
        """Its events; what one tells stays away where a word in it is masked by now, or was erased since. What is
        signed of one that says that something is gone is there still: no words are in it."""
        explained, explained_later = _explained(self.events), _explained(self.later)
        for event in self.events:
            is_own = event.actor_id is not None and event.actor_id == self.asker
            read = self.seen.own(event.data, event.number) if is_own else self.seen.value(event.data)
            is_masked = read != event.data
            now = (str(event.number), hashlib.sha256(canonical(event.data)).hexdigest())
            is_erased_since = event.redacted and now not in explained and now in explained_later
            is_withheld = is_masked or is_erased_since or event.type in _NEVER_TOLD
            is_told = event.type in _ALWAYS_TOLD or not is_withheld
            line = _line(event, is_told=is_told)
            if not is_told and event.type in removals.TYPES:
                line["gone"] = removals.bound(event.type, event.data)
            yield line

    def versions(self) -> set[int]:
        """The numbers of the versions that its events name."""
        started = {one.data.get("version") for one in self.events if one.type == "instance_started"}
        moved = {one.data.get("to_version") for one in self.events if one.type in _MOVES}
        return {one for one in started | moved if one is not None}

    def files(self) -> dict[str, int]:
        """By the id of each file that its events name the number of the last one that does."""
        kept = (one for one in self.events if one.type == "files_kept")
        return {id_: one.number for one in kept for id_ in one.data["files"]}


def _explained(events: Iterable[Proven]) -> set[tuple[str, str]]:
    """Of which events these say that they were redacted, and the SHA-256 of what those tell since."""
    redacted = (one for one in events if one.type == "history_redacted")
    return {told for one in redacted for told in one.data["digests"].items()}


def _taken_back(events: Iterable[Proven]) -> int:
    """The number of the last event with which files may have gone; 0 without one."""
    return max((one.number for one in events if one.type in _TAKEN_BACK), default=0)


def write(
    session: Session,
    config: Config,
    case_ids: Sequence[int],
    file: IO[bytes],
    *,
    asker: int | None = None,
    may_lack: bool = True,
) -> None:
    """Write the bundle of some cases. Whoever asks has checked who may, and has a session that sees one moment only
    (`Database.snapshot`) and in which the last checkpoint covers each case.

    ``asker``: the id of who asks. ``may_lack``: a file that should be there and is not is told of in the bundle, not
    refused.

    Raises:
        NotFound: there is no such case. Conflict: no checkpoint covers it, or files of it went meanwhile.
    """
    connection, last = session.connection(), checkpoints.latest(session)
    if last is None:
        raise Conflict(_("Belum ada titik periksa yang mencakup perkara ini."))
    tree, versions = Tree(connection), set[int]()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        members = _Members(archive)
        listed = {
            "BACA-SAYA.txt": members.add("BACA-SAYA.txt", _README.encode()),
            VERIFIER.name: members.add_file(VERIFIER.name, VERIFIER),
            "titik-periksa.json": members.add("titik-periksa.json", checkpoints.file_of(session, last)),
            "titik-periksa-sebelumnya.jsonl": _earlier(session, last, members),
        }
        cases = [
            _case(session, config, case_id, tree, versions, members, may_lack, asker) for case_id in case_ids
        ]
        told = [_version(session, one, members) for one in sorted(versions)]
        listed |= _outside(connection, versions, tree, members)
        manifest = {
            "v": 2,
            "at": moment(datetime.now(UTC)),
            "checkpoint": last.id,
            "cases": cases,
            "versions": told,
            "members": listed,
        }
        _sign(config, orjson.dumps(manifest, option=orjson.OPT_INDENT_2), members)


def _sign(config: Config, manifest: bytes, members: _Members) -> None:
    members.add("isi.json", manifest)
    signature = {
        "public_key": checkpoints.public_key(config).hex(),
        "signature": checkpoints.signed(config, SIGNED + manifest).hex(),
    }
    members.add("tanda-tangan.json", orjson.dumps(signature))


def _earlier(session: Session, last: Checkpoint, members: _Members) -> str:
    """Statements of the checkpoints before the last one, each of which the next names by its hash."""
    query = select(Checkpoint.statement).where(Checkpoint.id < last.id, Checkpoint.id >= last.id - EARLIER)
    rows = session.scalars(query.order_by(Checkpoint.id))
    return members.add_parts("titik-periksa-sebelumnya.jsonl", (f"{one}\n".encode() for one in rows))


def _overlay(session: Session, row: ProcessInstance, events: Iterable[Proven]) -> Overlay:
    """What is masked in a case today, and nothing of what was lifted."""
    told = (one for one in events if one.type == WordsMasked.type)
    at = {sign: one.number for one in told for sign in one.data["signs"]}
    marks = masks.overlay(session, row).marks
    return Overlay([replace(mark, at=at.get(mark.sign, 0)) for mark in marks], {})


def _case(
    session: Session,
    config: Config,
    case_id: int,
    tree: Tree,
    versions: set[int],
    members: _Members,
    may_lack: bool,
    asker: int | None,
) -> dict[str, Any]:
    """Write a case; return its line of the list of contents."""
    row = session.get(ProcessInstance, case_id)
    if row is None:
        raise NotFound(_("Perkara ini tidak ada."))
    connection, place = session.connection(), _place(tree, case_id)
    sealed, events = _sealed(connection, case_id), list(proof.events(connection, case_id))
    inside, later = events[:sealed], events[sealed:]
    case = _Case(row, inside, later, _overlay(session, row, events), asker)
    digest = members.add_lines(f"{case.folder}/peristiwa.jsonl", case.lines())
    own = _versions_of(session, case)
    versions |= own
    files, withheld = _files(session, config, case, members, may_lack)
    head = {
        **place,
        "chain": case_id,
        "events": digest,
        "versions": sorted(own),
        "files": files,
        "withheld": withheld,
    }
    digest = members.add(f"{case.folder}/kepala.json", orjson.dumps(head))
    return {"id": case_id, "number": row.business_key, "sha256": digest}


def _place(tree: Tree, chain: int) -> dict[str, Any]:
    index = tree.index(chain)
    if index is None:
        raise Conflict(_("Belum ada titik periksa yang mencakup perkara ini."))
    return {"index": index, "path": tree.path(index)}


def _sealed(connection: Connection, chain: int) -> int:
    """How many events of a chain stand under the last checkpoint."""
    query = select(SealedHead.count).where(SealedHead.instance_id == chain)
    return connection.execute(query).scalar_one()


def _line(event: Proven, *, is_told: bool) -> dict[str, Any]:
    line: dict[str, Any] = {
        "number": event.number,
        "type": event.type,
        "at": moment(event.at),
        "actor": event.actor_id,
        "activity": event.activity_id,
        "hash": event.hash.hex(),
    }
    if is_told:
        line["data"] = event.data
    if is_told and event.redacted is None:
        return line | {"salt": event.salt.hex()}
    committed = commitment(event.data, event.salt) if event.redacted is None else event.redacted
    return line | {"commitment": committed.hex()}


def _versions_of(session: Session, case: _Case) -> set[int]:
    """The ids of the versions that a case was on; records of the first releases name none."""
    numbers = case.versions()
    if not numbers:
        return {case.row.definition_id}
    query = select(ProcessDefinition.id).where(ProcessDefinition.key == case.row.key)
    return set(session.scalars(query.where(ProcessDefinition.version.in_(numbers))))


def _files(
    session: Session, config: Config, case: _Case, members: _Members, may_lack: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Write the open files of a case; return the SHA-256 of each by its id, and why others are not there."""
    told, files, withheld = case.files(), dict[str, str](), dict[str, str]()
    query = select(Attachment.id, Attachment.is_private).where(Attachment.instance_id == case.row.id)
    rows = {id_: is_private for id_, is_private in session.execute(query) if id_ in told}
    for id_, number in told.items():
        path = config.files_dir / store.file_name(id_, private=False)
        if rows.get(id_):
            withheld[id_] = "identitas"
        elif id_ not in rows and _taken_back(case.events) > number:
            withheld[id_] = "dicabut"
        elif id_ in rows and path.exists():
            files[id_] = members.add_file(f"{case.folder}/berkas/{id_}", path)
        elif may_lack and not _taken_back(case.later):
            withheld[id_] = "hilang"
        else:
            raise Conflict(_("Berkas perkara ini baru saja dicabut. Ulangi sebentar lagi."))
    return files, withheld


def _version(session: Session, definition_id: int, members: _Members) -> dict[str, Any]:
    """Write the files of a version; return its line of the list of contents."""
    definition = session.get_one(ProcessDefinition, definition_id)
    query = select(DefinitionFile.name, Resource.content).join(Resource)
    query = query.where(DefinitionFile.definition_id == definition_id).order_by(DefinitionFile.name)
    files = {
        name: members.add(f"versi/{definition_id}/{name}", content)
        for name, content in session.execute(query)
    }
    return {"id": definition_id, "key": definition.key, "version": definition.version, "files": files}


def _outside(connection: Connection, versions: set[int], tree: Tree, members: _Members) -> dict[str, str]:
    """Write events outside of cases from the first that deployed one of ``versions`` on, without what they tell but
    for those; return what the list of contents names."""
    sealed = _sealed(connection, OUTSIDE)
    told = {number for number, id_ in proof.deployments(connection) if id_ in versions}
    first = min(told, default=sealed)
    events = proof.events(connection, OUTSIDE, first=max(first - 1, 1), last=sealed)
    before = next(events).hash if first > 1 else GENESIS
    lines = (_line(event, is_told=event.number in told) for event in events)
    head = {**_place(tree, OUTSIDE), "first": first, "previous": before.hex()}
    return {
        "luar/peristiwa.jsonl": members.add_lines("luar/peristiwa.jsonl", lines),
        "luar/kepala.json": members.add("luar/kepala.json", orjson.dumps(head)),
    }
