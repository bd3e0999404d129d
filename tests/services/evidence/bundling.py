"""Bundles taken as the commands take them, and what somebody does to one afterwards."""

import contextlib
import io
import zipfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson

from app.base.config import Config
from app.commands import evidence
from app.models import ProcessInstance
from app.services.evidence import bundles, checkpoints, periksa_bukti
from app.services.files import attachments, uploads
from tests.services.evidence.attacks import config_of
from tests.services.office import Office
from tests.services.retention.cases import case_of

#: Members of a ZIP, by name.
Members = dict[str, bytes]


def bundle(office: Office, *cases: int) -> bytes:
    """The evidence of cases."""
    made = BytesIO()
    evidence.export_bundle(office.database, config_of(office.database), cases, made)
    return made.getvalue()


def attach(office: Office, case: ProcessInstance, content: str, *, private: bool = False) -> str:
    """A file that becomes a case's; its id."""
    with office.database.transaction() as session:
        upload = uploads.read_upload(BytesIO(content.encode()), "catatan.txt", actor=office.rina)
        row = attachments.receive(session, upload, actor=office.rina, private=private)
        attachments.attach(
            session, [row.id], instance_id=case.id, field_key="foto", private=private, actor=office.rina
        )
        return row.id


def furnished_cases(office: Office) -> tuple[ProcessInstance, ProcessInstance, str]:
    """Two cases among others, and the id of an open file of the first, which has one of identity, too."""
    case, other = case_of(office, judul="Lampu – ½ “mati” \u2028 1.0"), case_of(office)
    case_of(office)
    attach(office, case, "Surat yang memuat pelapor", private=True)
    return case, other, attach(office, case, "Foto lampu")


def kept_outside(office: Office, folder: Path, number: int | None = None) -> Path:
    """A checkpoint in a file; the last one without a number."""
    with office.database.reading() as session:
        last = checkpoints.latest(session)
        assert last is not None
        row = session.get(type(last), number or last.id)
        assert row is not None
        path = folder / f"titik-{row.id}.json"
        path.write_bytes(checkpoints.as_file(row))
    return path


def opened(content: bytes) -> Members:
    """What a ZIP holds."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Members, more: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A ZIP of members, and of ``more``, whose names may be there already."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*members.items(), *more]:
            archive.writestr(name, content)
    return made.getvalue()


def edit(members: Members, name: str, change: Callable[[Any], Any]) -> None:
    """Change a member that is JSON in place."""
    document = orjson.loads(members[name])
    change(document)
    members[name] = orjson.dumps(document)


def edit_line(members: Members, name: str, place: int, change: Callable[[Any], Any]) -> None:
    """Change one of the lines of a member, each of which is JSON."""
    lines = members[name].splitlines()
    document = orjson.loads(lines[place])
    change(document)
    lines[place] = orjson.dumps(document)
    members[name] = b"\n".join(lines) + b"\n"


def listed_anew(members: Members) -> None:
    """Let the lists of contents name what is there now, as anybody can who rewrites a bundle."""
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
        manifest = orjson.loads(members["isi.json"])
        for case in manifest["cases"]:
            head = orjson.loads(members[f"perkara/{case['id']}/kepala.json"])
            head["events"] = sha256(members[f"perkara/{case['id']}/peristiwa.jsonl"]).hexdigest()
            for id_ in head["files"]:
                head["files"][id_] = sha256(members[f"perkara/{case['id']}/berkas/{id_}"]).hexdigest()
            name = f"perkara/{case['id']}/kepala.json"
            if _keeps(members[name], head):
                members[name] = orjson.dumps(head)
            case["sha256"] = sha256(members[name]).hexdigest()
        for version in manifest["versions"]:
            for file in version["files"]:
                version["files"][file] = sha256(members[f"versi/{version['id']}/{file}"]).hexdigest()
        for name in manifest["members"]:
            manifest["members"][name] = sha256(members[name]).hexdigest()
        if _keeps(members["isi.json"], manifest):
            members["isi.json"] = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)


def _keeps(before: bytes, after: Any) -> bool:
    """Whether writing a document anew changes nothing but what it says, as keys that were there twice."""
    return before.count(b'":') == orjson.dumps(after).count(b'":')


def signed_anew(members: Members, config: Config) -> None:
    """Sign the list of contents as whoever has the key can."""
    signature = checkpoints.signed(config, bundles.SIGNED + members["isi.json"]).hex()
    made = {"public_key": checkpoints.public_key(config).hex(), "signature": signature}
    members["tanda-tangan.json"] = orjson.dumps(made)


def checked(content: bytes, folder: Path, *more: str) -> tuple[int, str]:
    """What the checker says of a bundle: its exit code, and all that it prints."""
    path = folder / "bukti.zip"
    path.write_bytes(content)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = periksa_bukti.main([str(path), *more])
    return code, out.getvalue()
