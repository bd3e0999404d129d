"""The page of evidence: a checkpoint on demand, and the evidence of a case as a file."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from app.db import Database
from app.history import reader
from app.history.events import CheckpointDemanded, CheckpointTaken, SessionBegun
from app.services.core import history
from app.services.evidence import checkpoint_checks, checkpoints
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
    assert file.data == checkpoints.as_file(last)
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
