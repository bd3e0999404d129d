"""A bundle that was forged to deceive whoever reads what the checker prints, or to take his machine's memory."""

import random
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.base.db import Database
from app.commands import evidence
from app.services.evidence import bundles, checkpoints
from tests.services.evidence.attacks import config_of
from tests.services.evidence.bundling import (
    Members,
    bundle,
    checked,
    furnished_cases,
    kept_outside,
    listed_anew,
    opened,
    signed_anew,
    zipped,
)
from tests.services.office import Office
from tests.services.retention.cases import deploy

#: Clears the line, ends it, goes up, turns the direction of writing, and says what is not so.
PAINT = "\x1b[2K\x1b[1A\r\nUTUH: semuanya cocok.\u202e\u2028\u0085\x9b0m\b\x07"
_MB = 1 << 20


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    office = Office(sqlite_database)
    deploy(office, "2 tahun")
    return office


def painted(document: Any) -> Iterator[Any]:
    """The document with each of its texts, and each of its keys, painted; one at a time. Of lists the first."""
    if isinstance(document, str):
        yield PAINT
        yield document + PAINT
    elif isinstance(document, list) and document:
        for one in painted(document[0]):
            yield [one, *document[1:]]
    elif isinstance(document, dict):
        for key, value in document.items():
            others = {name: one for name, one in document.items() if name != key}
            yield {**others, key + PAINT: value}
            for one in painted(value):
                yield {**document, key: one}


def forged(whole: Members) -> Iterator[Members]:
    """Bundles in which one text of one member is painted."""
    for name, content in whole.items():
        if name.endswith(".json"):
            for document in painted(orjson.loads(content)):
                yield {**whole, name: orjson.dumps(document)}
        elif name.endswith(".jsonl"):
            first, _end, rest = content.partition(b"\n")
            for document in painted(orjson.loads(first)):
                yield {**whole, name: orjson.dumps(document) + b"\n" + rest}
        if name.startswith(("perkara/", "versi/")):
            others = {other: one for other, one in whole.items() if other != name}
            yield {**others, name + PAINT: content}


def test_nothing_in_a_bundle_moves_or_hides_what_is_printed(office: Office, tmp_path: Path) -> None:
    """Whoever has the key signs it anew, so that every value is reached."""
    case, other, _file = furnished_cases(office)
    evidence.make_checkpoint(office.database, actor=None)
    whole, config = opened(bundle(office, case.id, other.id)), config_of(office.database)
    given = ("--key", checkpoints.public_key(config).hex(), "--against", str(kept_outside(office, tmp_path)))
    number = 0
    for members in forged(whole):
        for arguments in ((), given):
            if arguments:
                listed_anew(members)
                signed_anew(members, config)
            _code, said = checked(zipped(members), tmp_path, *arguments)
            lines = said.rstrip("\n").split("\n")
            assert all(line.isprintable() for line in lines), said
            assert not any(line.startswith("UTUH") for line in lines[:-2]), said
            assert lines[-2].startswith(f"{lines[-1]}:"), said
            number += 1
    assert number > 200


def test_a_checkpoint_from_outside_paints_nothing_either(office: Office, tmp_path: Path) -> None:
    case, _other, _file = furnished_cases(office)
    content = bundle(office, case.id)
    kept = orjson.loads(kept_outside(office, tmp_path).read_bytes())
    for document in painted(kept):
        path = tmp_path / "luar.json"
        path.write_bytes(orjson.dumps(document))
        for arguments in (("--against", str(path)), ("--compare", str(path), str(path))):
            _code, said = checked(content, tmp_path, *arguments)
            assert all(line.isprintable() for line in said.rstrip("\n").split("\n")), said
            assert not said.startswith("UTUH")


def test_a_bundle_is_unpacked_within_bounds(office: Office, tmp_path: Path) -> None:
    case, _other, _file = furnished_cases(office)
    whole = opened(bundle(office, case.id))
    checker = bundles.VERIFIER
    names = ["isi.json", "titik-periksa.json", "titik-periksa-sebelumnya.jsonl", "luar/peristiwa.jsonl"]
    names += [f"perkara/{case.id}/kepala.json", f"perkara/{case.id}/peristiwa.jsonl"]
    for name in names:
        path = tmp_path / "bom.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for other, content in whole.items():
                if other != name:
                    archive.writestr(other, content)
            archive.writestr(name, b"[" + b"[]," * (40 * _MB))  # JSON makes gigabytes of it
        done = subprocess.run(
            [sys.executable, "-I", str(checker), str(path)],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=_bounded,
        )
        assert (done.returncode, done.stdout[-200:].splitlines()[-1]) == (1, "TIDAK UTUH"), (name, done)
        assert "MemoryError" not in done.stdout, (name, done.stdout)


def test_no_value_fills_the_screen_before_the_verdict(office: Office, tmp_path: Path) -> None:
    """A long name that is blank, or is as wide as a screen, does not stand as lines of its own."""
    case, _other, _file = furnished_cases(office)
    whole, config = opened(bundle(office, case.id)), config_of(office.database)
    verdict = "UTUH: semuanya cocok, juga dengan kunci yang diberikan."
    for filling in (" " * 19_960, "x" * 19_960, "x " * 9_980):
        for name in ("isi.json", "titik-periksa.json", "tanda-tangan.json", "luar/kepala.json"):
            document = orjson.loads(whole[name])
            members = {**whole, name: orjson.dumps({**document, f"a{filling}{verdict}": 1})}
            code, said = checked(zipped(members), tmp_path)
            lines = said.rstrip("\n").split("\n")
            assert (code, lines[-1]) == (1, "TIDAK UTUH"), said
            assert max(map(len, lines)) < 500, said
            assert "  " not in said
    members = {**whole, f"perkara/{' ' * 19_960}{verdict}": b"x"}
    listed_anew(members)
    signed_anew(members, config)
    code, said = checked(zipped(members), tmp_path)
    assert (code, said.splitlines()[-1], "  " in said) == (1, "TIDAK UTUH", False), said


def test_a_list_of_earlier_checkpoints_is_read_line_by_line(office: Office, tmp_path: Path) -> None:
    case, _other, _file = furnished_cases(office)
    whole = opened(bundle(office, case.id))
    junk = random.Random(1).randbytes(900_000).replace(b"\n", b"x")  # so that it packs as little as it may
    path = tmp_path / "bom.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            is_list = name == "titik-periksa-sebelumnya.jsonl"
            archive.writestr(name, junk + b"\n" * (170 * _MB) if is_list else content)
    done = subprocess.run(
        [sys.executable, "-I", str(bundles.VERIFIER), str(path)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_bounded,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "TIDAK UTUH"), done
    assert "bukan JSON" in done.stdout


def test_one_checkpoint_twice_goes_on_from_nothing(office: Office, tmp_path: Path) -> None:
    furnished_cases(office)
    evidence.make_checkpoint(office.database, actor=None)
    path = str(kept_outside(office, tmp_path))
    code, said = checked(b"", tmp_path, "--compare", path, path)
    assert (code, said.splitlines()[-1]) == (1, "BELUM TERBUKTI"), said


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (300 * _MB, 300 * _MB))
