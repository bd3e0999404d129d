"""Evidence of cases to take along: a ZIP that one Python file in it checks, without Alur and its database.

It holds the events of each case as they were hashed, where its head stands in the tree of the last checkpoint, its
open files, the versions of its process, and the chain of what happened outside of cases without what that tells, but
for the deployments concerned. Identity is not in it. What words were masked by hand later is in events as it was
written: of such an event only what its data was committed to is told.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.config import Config
from app.errors import NotFound
from app.history import proof
from app.history.canonical import OUTSIDE, commitment, moment
from app.i18n import _
from app.models import (
    Attachment,
    DefinitionFile,
    EventChain,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    SealedHead,
)
from app.services.core import masks
from app.services.evidence import checkpoints
from app.services.files import store

VERIFIER = Path(__file__).with_name("periksa_bukti.py")
_README = """Paket bukti Alur.

Periksa dengan:  python periksa_bukti.py        (Python 3.9 atau lebih baru, tanpa yang lain)
Bandingkan kunci publiknya dengan yang Anda terima lewat jalan lain, misalnya halaman Bukti atau surat.
Apa yang dibuktikan dan apa yang tidak: docs/evidence.md.
"""


@dataclass(frozen=True)
class _Tree:
    """The tree of the last checkpoint, from its leaves up, and where each chain stands in it."""

    places: dict[int, int]
    levels: list[list[bytes]]

    def path(self, chain: int) -> list[tuple[str, str]]:
        """What a chain's leaf is hashed with on its way to the root."""
        index, found = self.places[chain], []
        for level in self.levels[:-1]:
            other = index ^ 1
            if other < len(level):
                found.append(("L" if other < index else "R", level[other].hex()))
            index //= 2
        return found


def write(session: Session, config: Config, case_ids: Sequence[int], file: IO[bytes]) -> None:
    """Write the bundle of some cases. Whoever asks has checked who may.

    Raises:
        NotFound: there is no such case.
    """
    connection = session.connection()
    tree, last = _tree(connection), checkpoints.latest(session)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BACA-SAYA.txt", _README)
        archive.write(VERIFIER, VERIFIER.name)
        if last is not None:
            archive.writestr("titik-periksa.json", checkpoints.as_file(last))
        versions: set[int] = set()
        for case_id in case_ids:
            versions.add(_case(session, config, case_id, tree, archive))
        told = _versions(session, sorted(versions), archive)
        _outside(connection, versions, tree, archive)
        manifest = {
            "v": 1,
            "cases": list(case_ids),
            "versions": told,
            "checkpoint": last.id if last else None,
        }
        archive.writestr("isi.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))


def as_bytes(session: Session, config: Config, case_ids: Sequence[int]) -> bytes:
    """The same, in memory: for few cases."""
    made = io.BytesIO()
    write(session, config, case_ids, made)
    return made.getvalue()


def _case(session: Session, config: Config, case_id: int, tree: _Tree, archive: zipfile.ZipFile) -> int:
    instance = session.get(ProcessInstance, case_id)
    if instance is None:
        raise NotFound(_("Perkara ini tidak ada."))
    connection, seen = session.connection(), masks.overlay(session, instance)
    lines = []
    for event in proof.events(connection, case_id):
        line = _line(event)
        if seen.value(event.data) != event.data and event.redacted is None:
            line |= {"commitment": commitment(event.data, event.salt).hex()}
            del line["data"], line["salt"]
        lines.append(orjson.dumps(line))
    folder = f"perkara/{case_id}"
    archive.writestr(f"{folder}/peristiwa.jsonl", b"\n".join(lines))
    files = []
    is_open = select(Attachment).where(Attachment.instance_id == case_id, Attachment.is_private.is_(False))
    kept = proof.files_of(connection, case_id)
    for row in session.scalars(is_open):
        path = config.files_dir / store.file_name(row.id, private=False)
        if row.id in kept and path.exists():
            archive.write(path, f"{folder}/berkas/{row.id}")
            files.append(row.id)
    head = _head(connection, case_id, tree) | {"files": files, "number": instance.business_key}
    archive.writestr(f"{folder}/kepala.json", orjson.dumps(head))
    return instance.definition_id


def _line(event: proof.Proven) -> dict[str, Any]:
    line: dict[str, Any] = {
        "number": event.number,
        "type": event.type,
        "at": moment(event.at),
        "actor": event.actor_id,
        "activity": event.activity_id,
        "data": event.data,
        "hash": event.hash.hex(),
    }
    if event.redacted is not None:
        return line | {"commitment": event.redacted.hex()}
    return line | {"salt": event.salt.hex()}


def _head(connection: Connection, chain: int, tree: _Tree) -> dict[str, Any]:
    query = select(EventChain.count, EventChain.head, SealedHead.count, SealedHead.head)
    query = query.outerjoin(SealedHead, SealedHead.instance_id == EventChain.instance_id)
    count, head, sealed, sealed_hash = connection.execute(query.where(EventChain.instance_id == chain)).one()
    return {
        "chain": chain,
        "count": count,
        "head": head.hex(),
        "sealed": sealed or 0,
        "sealed_hash": sealed_hash.hex() if sealed_hash else "",
        "path": tree.path(chain) if sealed else [],
    }


def _tree(connection: Connection) -> _Tree:
    query = select(SealedHead.instance_id, SealedHead.count, SealedHead.head).order_by(SealedHead.instance_id)
    places: dict[int, int] = {}
    leaves: list[bytes] = []
    for chain, count, head in connection.execute(query.execution_options(yield_per=5_000)):
        places[chain] = len(leaves)
        leaves.append(checkpoints.leaf(chain, count, head))
    levels = [leaves]
    while len(levels[-1]) > 1:
        levels.append(list(_next_level(levels[-1])))
    return _Tree(places, levels)


def _next_level(level: list[bytes]) -> Iterator[bytes]:
    for index in range(0, len(level), 2):
        pair = level[index : index + 2]
        yield checkpoints.node(*pair) if len(pair) == 2 else pair[0]


def _versions(session: Session, ids: Sequence[int], archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    found = []
    for definition_id in ids:
        definition = session.get_one(ProcessDefinition, definition_id)
        query = select(DefinitionFile.name, Resource.content).join(Resource)
        files = session.execute(query.where(DefinitionFile.definition_id == definition_id)).all()
        for name, content in files:
            archive.writestr(f"versi/{definition_id}/{name}", content)
        names = sorted(name for name, _content in files)
        found.append(
            {"id": definition_id, "key": definition.key, "version": definition.version, "files": names}
        )
    return found


def _outside(connection: Connection, versions: set[int], tree: _Tree, archive: zipfile.ZipFile) -> None:
    """Events outside of cases without what they tell, but for those that deployed ``versions``."""
    lines = []
    for event in proof.events(connection, OUTSIDE):
        line = _line(event)
        is_told = event.deployed_id in versions
        if not is_told and event.redacted is None:
            line |= {"commitment": commitment(event.data, event.salt).hex()}
            del line["data"], line["salt"]
        lines.append(orjson.dumps(line))
    archive.writestr("luar/peristiwa.jsonl", b"\n".join(lines))
    archive.writestr("luar/kepala.json", orjson.dumps(_head(connection, OUTSIDE, tree)))
