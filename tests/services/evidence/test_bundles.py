"""A bundle is checked in an empty folder by the one file in it, without the application."""

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.commands import evidence
from app.services.core import masks
from app.services.evidence import bundles, checkpoints
from tests.services.evidence.attacks import config_of
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


def bundle(office: Office, *cases: int) -> bytes:
    evidence.make_checkpoint(office.database, actor=None)
    with office.database.reading() as session:
        return bundles.as_bytes(session, config_of(office.database), cases)


def checked(folder: Path, *more: str) -> tuple[int, str]:
    """What the file in a folder says, run by a bare Python that knows no package."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "periksa_bukti.py", *more],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


def test_a_bundle_is_checked_in_an_empty_folder(office: Office, tmp_path: Path) -> None:
    cases = [case_of(office, judul=f"Lampu {n} – ½ “mati” \u2028 1.0").id for n in range(3)]
    folder = unpacked(bundle(office, *cases[:2]), tmp_path / "bundle")
    key = checkpoints.public_key(config_of(office.database)).hex()
    code, said = checked(folder, "--key", key)
    assert (code, said.splitlines()[-1]) == (0, "UTUH: semuanya cocok.")
    assert f"Perkara {cases[0]}: 4 peristiwa utuh, 4 di bawah titik periksa" in said
    assert "2 berkas cocok" not in said
    assert "3 berkas cocok dengan yang diterapkan" in said
    assert checked(folder, "--key", "00" * 32)[0] == 1
    with office.database.reading() as session:
        last = checkpoints.latest(session)
        assert last is not None
    kept = tmp_path / "kept.json"
    kept.write_bytes(checkpoints.as_file(last))
    assert checked(folder, "--against", str(kept))[0] == 0


def test_any_change_to_a_bundle_is_found(office: Office, tmp_path: Path) -> None:
    dice = random.Random(18)
    cases = [case_of(office).id for _n in range(2)]
    folder = unpacked(bundle(office, *cases), tmp_path / "bundle")
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    for name in names:
        if name in ("BACA-SAYA.txt", "periksa_bukti.py"):
            continue
        before = (folder / name).read_bytes()
        for _n in range(3):
            place = dice.randrange(len(before))
            changed = bytearray(before)
            changed[place] ^= 1 << dice.randrange(7)
            (folder / name).write_bytes(changed)
            if _means_something_else(name, before, bytes(changed)):
                code, said = checked(folder)
                assert code, (name, place, said)
        (folder / name).write_bytes(before)
    events = folder / f"perkara/{cases[0]}/peristiwa.jsonl"
    before = events.read_bytes()
    lines = before.split(b"\n")
    for others in (lines[:-1], lines[1:], lines[::-1], [*lines, lines[-1]], [lines[1], lines[0], *lines[2:]]):
        events.write_bytes(b"\n".join(others))
        code, said = checked(folder)
        assert code == 1, said
        assert f"rantai {cases[0]}" in said
    events.write_bytes(before)
    assert checked(folder)[0] == 0


def _means_something_else(name: str, before: bytes, after: bytes) -> bool:
    """Another bit of what is only told, as the number of a version, is none of what is proved."""
    if name.startswith("versi/"):
        return True
    try:
        was, is_now = (json.loads(f"[{each.decode().replace(chr(10), ',')}]") for each in (before, after))
    except ValueError:
        return True
    told = ("number", "key", "version", "public_key") if name.endswith(("kepala.json", "isi.json")) else ()
    for one in (*was, *is_now):
        for key in told:
            one.pop(key, None)
    if name == "isi.json":
        return False
    if name == "titik-periksa.json":
        return any(was[0][key] != is_now[0].get(key) for key in ("statement", "grown"))
    if name.endswith("kepala.json"):
        proved = ("chain", "count", "sealed", "sealed_hash", "path")
        return [[one.get(k) for k in proved] for one in was] != [
            [one.get(k) for k in proved] for one in is_now
        ]
    return bool(was != is_now)


def test_what_was_masked_by_hand_is_not_in_it(office: Office, tmp_path: Path) -> None:
    case = case_of(office, judul="Kata rahasianya bulan")
    with office.database.transaction() as session:
        from app.models import IdentityValue, ProcessInstance
        from app.services.core import encryption

        session.get_one(ProcessInstance, case.id).masks_changed = True
        session.add(
            IdentityValue(
                instance_id=case.id, field_key="[nama 1]", ciphertext=encryption.seal(session, "rahasianya")
            )
        )
    with office.database.reading() as session:
        assert masks.overlay(session, session.get_one(ProcessInstance, case.id)).words
    folder = unpacked(bundle(office, case.id), tmp_path / "bundle")
    assert not [path for path in folder.rglob("*") if path.is_file() and b"rahasianya" in path.read_bytes()]
    code, said = checked(folder)
    assert (code, "tidak disertakan" in said) == (0, True)
