"""A bundle is checked in an empty folder by the one file in it, without the application."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import event, select

from app.base.errors import Conflict
from app.commands import evidence
from app.forms import masking
from app.history.events.casefile import NoteAdded, WordsMasked
from app.history.events.questions import FindingChanged
from app.models import HistoryEvent, IdentityValue, ProcessInstance
from app.services.core import encryption, history
from app.services.evidence import bundles, checkpoints
from app.services.retention import erasure
from tests.services.evidence.attacks import config_of, run, unguarded
from tests.services.evidence.bundling import (
    attach,
    bundle,
    checked,
    furnished_cases,
    kept_outside,
    opened,
)
from tests.services.office import Office, add_user
from tests.services.retention.cases import case_of, deploy


@pytest.fixture
def office(furnished: Office) -> Office:
    deploy(furnished, "2 tahun")
    return furnished


def checked_alone(folder: Path, *more: str) -> tuple[int, list[str]]:
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
    return done.returncode, done.stdout.splitlines()


def test_a_bundle_is_checked_in_an_empty_folder(office: Office, tmp_path: Path) -> None:
    case, other, _file = furnished_cases(office)
    content = bundle(office, case.id, other.id)
    folder = tmp_path / "bundle"
    with ZipFile(BytesIO(content)) as archive:
        archive.extractall(folder)
    key = checkpoints.public_key(config_of(office.database))
    kept = kept_outside(office, tmp_path)
    code, said = checked_alone(folder, "--key", key.hex(), "--against", str(kept))
    assert (code, said[-2]) == (
        0,
        "UTUH: semuanya cocok, juga dengan kunci yang diberikan, titik periksa 1 yang disimpan di luar; "
        "2 dari 2 perkara terikat seluruhnya pada yang disimpan di luar.",
    )
    assert (
        f"Perkara {case.business_key} [id {case.id}]: 6 peristiwa utuh, semuanya di bawah titik periksa; 1 berkas; "
        "1 berkas tidak disertakan karena memuat identitas; "
        "6 peristiwa pertama terikat pada yang disimpan di luar." in said
    )
    assert "Versi proses: 3 berkas cocok dengan yang diterapkan." in said
    assert said[-4].startswith(
        f"Paket ini memuat 2 perkara ({case.business_key}, {other.business_key}), dari 4 rantai di bawah"
    )
    code, said = checked_alone(folder)
    assert (code, said[-2]) == (
        0,
        "UTUH DI DALAMNYA SAJA: tanpa --key atau --against tidak ada yang membuktikan bahwa paket ini tidak "
        "dibuat ulang seluruhnya.",
    )
    assert checked(content, tmp_path, "--key", checkpoints.fingerprint_of(key))[0] == 0
    code, text = checked(content, tmp_path, "--key", "00" * 32)
    assert (code, "kunci lain daripada yang diberikan" in text) == (1, True)


def test_a_checkpoint_kept_outside_is_compared_with_those_of_the_bundle(
    office: Office, tmp_path: Path
) -> None:
    evidence.make_checkpoint(office.database, actor=None)
    first = kept_outside(office, tmp_path)
    case = case_of(office)
    older = bundle(office, case.id)
    with office.database.transaction() as session:
        history.record(session, NoteAdded(note=1), actor=None, instance_id=case.id)
    newer = bundle(office, case.id)
    second, third = (kept_outside(office, tmp_path, number) for number in (2, 3))
    for path, bound in ((first, 0), (second, 4), (third, 5)):  # the first one was before the case
        code, said = checked(newer, tmp_path, "--against", str(path))
        assert (code, f"; {bound} peristiwa pertama terikat" in said) == (0, True), said
        assert f"; {bound // 5} dari 1 perkara terikat seluruhnya" in said.splitlines()[-2]
    every = tmp_path / "semua.jsonl"
    every.write_bytes(b"".join(path.read_bytes() for path in (first, second, third)))
    code, said = checked(older, tmp_path, "--against", str(every))
    assert (code, said.count("titik periksa 3 yang disimpan di luar: cocok")) == (0, 0), said
    assert "Titik periksa 3 yang disimpan di luar: cocok; 0 rantai" in said
    evidence.make_checkpoint(office.database, actor=None, demanded=True)
    fourth = kept_outside(office, tmp_path)
    code, said = checked(older, tmp_path, "--against", str(fourth))
    assert (code, said.splitlines()[-2][:60]) == (
        1,
        "BELUM TERBUKTI: titik periksa 4 yang disimpan di luar lebih baru daripada paket ini"[:60],
    )


def hidden(office: Office, case: ProcessInstance, word: str) -> None:
    """A word that somebody marked by hand in a case."""
    sign = masking.new_sign(masking.WORDS)
    with office.database.transaction() as session:
        session.get_one(ProcessInstance, case.id).masks_changed = True
        sealed = encryption.seal(session, word)
        session.add(IdentityValue(instance_id=case.id, field_key=sign, ciphertext=sealed))
        history.record(session, WordsMasked(signs=[sign], reason="saksi"), actor=None, instance_id=case.id)


def test_no_word_that_is_marked_today_is_in_it_nor_identity(office: Office, tmp_path: Path) -> None:
    case = case_of(office, judul="Rumah Suryatmaja dan Wiryodikromo", pelapor="Kertonegoro")
    attach(office, case, "KTP Kertonegoro", private=True)
    with office.database.transaction() as session:
        finding = FindingChanged(sample=1, position=1, sealed=encryption.seal_as_text(session, "Kertonegoro"))
        history.record(session, finding, actor=office.auditor, instance_id=case.id)
    words = (b"Suryatmaja", b"Wiryodikromo", b"Kertonegoro", finding.sealed.encode())

    def found() -> list[bytes]:
        content = bundle(office, case.id)
        code, said = checked(content, tmp_path, "--key", key)
        assert code == 0, said
        told.append(said)
        held = b"\n".join(opened(content).values())
        return [word for word in words if word in held]

    told: list[str] = []
    key = checkpoints.public_key(config_of(office.database)).hex()
    assert found() == [b"Suryatmaja", b"Wiryodikromo"]
    hidden(office, case, "Suryatmaja")
    assert found() == []
    assert "isi 2 peristiwa tidak disertakan (ke-1, ke-6); nomornya hanya menurut isi.json" in told[-1]
    with office.database.transaction() as session:
        admin = add_user(session, "kepala", is_admin=True)
    with office.database.transaction() as session:
        erasure.erase(session, case.id, "Diminta", actor=admin)
    assert found() == [b"Wiryodikromo"]
    assert "isi 1 peristiwa tidak disertakan (ke-6)." in told[-1]
    hidden(office, case, "Wiryodikromo")  # in what was redacted before
    assert found() == []
    with office.database.transaction() as session:
        erasure.erase(session, case.id, "Diminta", actor=admin)
    assert found() == []


def test_a_bundle_is_of_one_moment_while_others_work(office: Office, tmp_path: Path) -> None:
    """Between every two statements somebody else redacts, adds events in and outside of the case, and signs."""
    case = case_of(office, judul="Rumah Suryatmaja")
    config, done = config_of(office.database), [0]
    with office.database.transaction() as session:
        admin = add_user(session, "kepala", is_admin=True)

    def meddle(*_told: Any) -> None:
        done[0] += 1
        if done[0] == 1:
            hidden(office, case, "Suryatmaja")
        with office.database.transaction() as session:
            history.record(session, NoteAdded(note=done[0]), actor=None, instance_id=case.id)
            if done[0] == 2:
                erasure.erase(session, case.id, "Diminta", actor=admin)
        evidence.make_checkpoint(office.database, actor=None, demanded=True)

    evidence.make_checkpoint(office.database, actor=None)
    made = BytesIO()
    with office.database.snapshot() as session:
        connection = session.connection()
        checkpoints.latest(session)  # a moment is that of the first statement
        event.listen(connection, "after_cursor_execute", meddle)
        bundles.write(session, config, [case.id], made)
    assert done[0] > 5
    code, said = checked(made.getvalue(), tmp_path, "--against", str(kept_outside(office, tmp_path, 1)))
    assert code == 0, said
    assert "4 peristiwa utuh" in said
    after = bundle(office, case.id)
    assert checked(after, tmp_path, "--against", str(kept_outside(office, tmp_path, 1)))[0] == 0
    assert b"Suryatmaja" not in b"".join(opened(after).values())


def test_what_was_erased_after_the_checkpoint_is_left_out_until_the_next_one(
    office: Office, tmp_path: Path
) -> None:
    case = case_of(office, judul="Rumah Suryatmaja")
    with office.database.transaction() as session:
        admin = add_user(session, "kepala", is_admin=True)
    evidence.make_checkpoint(office.database, actor=None)
    hidden(office, case, "Suryatmaja")
    with office.database.transaction() as session:
        erasure.erase(session, case.id, "Diminta", actor=admin)
    made = BytesIO()
    with office.database.snapshot() as session:
        bundles.write(session, config_of(office.database), [case.id], made)
    code, said = checked(made.getvalue(), tmp_path)
    assert (code, "isi 1 peristiwa tidak disertakan (ke-1)" in said) == (0, True), said
    with unguarded(office.database) as connection:  # one that no event tells of is no reason to leave it out
        run(connection, "UPDATE history_event SET data = '{\"a\": 1}' WHERE redacted IS NOT NULL")
    code, said = checked(bundle(office, case.id), tmp_path)
    assert (code, f"isi peristiwa ke-1 perkara {case.business_key}" in said) == (1, True), said


def test_a_file_that_is_gone_is_told_of(office: Office, tmp_path: Path) -> None:
    case, _other, file = furnished_cases(office)
    [path] = config_of(office.database).files_dir.rglob(f"*{file}*")
    content = path.read_bytes()
    path.write_bytes(b"lain")
    code, said = checked(bundle(office, case.id), tmp_path)
    assert (code, f"isi berkas {file} berubah (peristiwa ke-6 perkara {case.business_key}" in said) == (
        1,
        True,
    )
    path.unlink()
    code, said = checked(bundle(office, case.id), tmp_path)
    assert (code, f"berkas {file}, yang disebut peristiwa ke-6" in said) == (1, True), said
    path.write_bytes(content)
    assert checked(bundle(office, case.id), tmp_path)[0] == 0


def test_without_a_checkpoint_over_a_case_there_is_no_bundle(office: Office) -> None:
    for _n in range(2):
        case = case_of(office)
        with pytest.raises(Conflict, match="titik periksa"), office.database.snapshot() as session:
            bundles.write(session, config_of(office.database), [case.id], BytesIO())
        evidence.make_checkpoint(office.database, actor=None)


def test_a_bundle_begins_where_the_version_was_deployed(office: Office) -> None:
    with office.database.transaction() as session:
        for _n in range(30):
            history.record(session, NoteAdded(note=1), actor=None)
    deploy(office, "3 tahun")
    members = opened(bundle(office, case_of(office).id))
    with office.database.reading() as session:
        outside = session.scalars(select(HistoryEvent.id).where(HistoryEvent.instance_id.is_(None))).all()
    assert len(outside) > 30
    assert len(members["luar/peristiwa.jsonl"].splitlines()) == 2
