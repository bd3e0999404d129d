"""The page of evidence: a checkpoint on demand, and the evidence of a case as a file."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from app.base.db import Database
from app.commands import evidence as commands
from app.history import reader
from app.history.events.evidence import CheckpointDemanded, CheckpointTaken, HistoryVerified
from app.history.events.people import SessionBegun
from app.services.core import history
from app.services.evidence import checkpoint_checks, checkpoints, verifications
from app.services.maintenance import condition
from tests.services.evidence.attacks import run, unguarded
from tests.web.conftest import Browser, Case

SignIn = Callable[[str], Browser]


def test_an_auditor_lets_a_checkpoint_be_made_and_takes_evidence_along(
    sign_in: SignIn, office: Database, case: Case, tmp_path: Path
) -> None:
    auditor = sign_in("auditor")
    assert "Belum ada titik periksa" in auditor.get("/bukti").text
    made = auditor.post("/bukti/titik-periksa")
    assert "Titik periksa 1 dibuat." in auditor.get(made.headers["Location"]).text
    assert auditor.post("/bukti/unduh", numbers="tidak-ada").status_code == 404
    assert auditor.post("/bukti/unduh", numbers=" ").status_code == 422
    taken = auditor.post("/bukti/unduh", numbers=case.started["business_key"])
    assert taken.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(taken.data)) as archive:
        archive.extractall(tmp_path / "paket")
    with office.reading() as session:
        last = checkpoints.latest(session)
        assert last is not None
    file = auditor.post(f"/bukti/titik-periksa/{last.id}/unduh")
    assert f"titik-periksa-{last.id:08}.json" in file.headers["Content-Disposition"]
    with office.reading() as session:
        assert file.data == checkpoints.file_of(session, last)
    kept = tmp_path / "kept.json"
    kept.write_bytes(file.data)
    assert [one["number"] for one in checkpoint_checks.read_outside(kept)] == [last.id]
    said = subprocess.run(
        [sys.executable, "-I", "periksa_bukti.py", "--against", str(kept)],
        cwd=tmp_path / "paket",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "UTUH: semuanya cocok" in said.stdout
    told = sign_in("admin").get("/pengguna/riwayat").text
    assert "perkara diunduh" in told
    with office.reading() as session:
        event = reader.latest_outside(session, CheckpointTaken)
    assert event is not None
    assert event.event == CheckpointTaken(number=last.id)
    assert auditor.post("/bukti/titik-periksa/99/unduh").status_code == 404
    assert f'action="/bukti/titik-periksa/{last.id}/unduh"' in auditor.get("/bukti").text


def test_it_is_for_auditors_and_administrators(sign_in: SignIn, office: Database) -> None:
    assert sign_in("upp").get("/bukti").status_code == 403
    assert sign_in("upp").post("/bukti/titik-periksa").status_code == 403
    sign_in("auditor").post("/bukti/titik-periksa")
    assert sign_in("upp").post("/bukti/titik-periksa/1/unduh").status_code == 403


def test_an_event_tells_from_where_it_came(sign_in: SignIn, office: Database, case: Case) -> None:
    sign_in("auditor").post("/bukti/titik-periksa")
    with office.transaction() as session:
        history.record(session, CheckpointDemanded(), actor=None)
    with office.reading() as session:
        newest, demanded, *_rest = reader.outside_instances(session, before=None, limit=9)
        begun = reader.latest_outside(session, SessionBegun)
        [first, *_more] = reader.of_instance(session, case.started["id"])
    assert newest.origin == ()
    assert begun is not None
    assert demanded.origin == ("page", begun.event.session)
    assert begun.origin == ("page",)
    assert first.origin[0] == "api"
    assert "from" not in demanded.data
    rows = sign_in("admin").get("/pengguna/riwayat-unduh?format=csv").text
    assert f"Peramban {begun.event.session}" in rows


def test_an_auditor_lets_the_record_be_checked_one_at_a_time(sign_in: SignIn, office: Database) -> None:
    auditor, admin = sign_in("auditor"), sign_in("admin")
    auditor.post("/bukti/titik-periksa")
    assert sign_in("upp").post("/bukti/pemeriksaan").status_code == 403
    assert auditor.post("/bukti/pemeriksaan").status_code == 303
    assert admin.post("/bukti/pemeriksaan").status_code == 409
    page = auditor.get("/bukti").text
    assert "Menunggu pekerja waktu" in page
    assert 'action="/bukti/pemeriksaan"' not in page
    with office.transaction() as session:
        assert verifications.start(session) is not None
        verifications.advance(session, 7)
    assert "7 dari" in admin.get("/bukti").text
    assert commands.verify(office)
    assert not commands.verify(office)
    page = auditor.get("/bukti").text
    assert "1 titik periksa dicocokkan dengan" in page
    assert "Utuh" in page
    with office.reading() as session:
        types = [entry.event.type for entry in reader.outside_instances(session, before=None, limit=3)]
        checked = reader.latest_outside(session, HistoryVerified)
    assert "verification_demanded" in types
    assert checked is not None
    assert checked.actor is not None


def test_a_record_that_was_changed_is_told_in_red_with_all_faults(
    sign_in: SignIn, office: Database, case: Case
) -> None:
    auditor = sign_in("auditor")
    auditor.post("/bukti/titik-periksa")
    with unguarded(office) as connection:
        run(
            connection,
            "UPDATE history_event SET actor_id = NULL WHERE instance_id = :id",
            id=case.started["id"],
        )
        run(connection, "UPDATE event_chain SET head = :head WHERE instance_id = 0", head=bytes(32))
    assert auditor.post("/bukti/titik-periksa").status_code == 409
    auditor.post("/bukti/pemeriksaan")
    assert commands.verify(office)
    page = auditor.get("/bukti").text
    assert page.count("notice--danger") == 2
    assert "Riwayat tidak utuh: 2 kejanggalan" in page
    assert (
        f"Perkara {case.started['business_key']} (id {case.started['id']}): isi peristiwa ke-1 berubah"
        in page
    )
    assert "Di luar perkara: " in page
    assert "Titik periksa baru ditolak sejak" in page
    with office.reading() as session:
        assert condition.measure(session).checkpoint_refused == 1
