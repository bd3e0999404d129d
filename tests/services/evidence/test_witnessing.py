"""Another installation signs the checkpoints of this one that go on from each other, and none that does not."""

import contextlib
import io
import threading
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import orjson
import pytest

from app.base.config import Config
from app.base.db import Database
from app.cli.witness import server
from app.commands import evidence
from app.services.evidence import checkpoints, periksa_bukti, remembered
from tests.services.evidence.attacks import config_of, run, unguarded
from tests.services.evidence.bundling import bundle, checked
from tests.services.office import Office
from tests.services.retention.cases import case_of, deploy
from tests.shell import Shell


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Office:
    office = Office(sqlite_database)
    deploy(office, "2 tahun")
    change(office, checkpoint_dir=tmp_path / "luar")
    return office


def change(office: Office, **changes: object) -> Config:
    config = replace(config_of(office.database), **changes)  # type: ignore[arg-type]
    office.database._info["config"] = config
    return config


def another(office: Office) -> int:
    """A case; the id of one under a new checkpoint, which leaves the house."""
    case = case_of(office).id
    assert evidence.make_checkpoint(office.database, actor=None)
    evidence.send_checkpoints(office.database)
    return case


def witnessed(folder: Path) -> list[int]:
    """The numbers of the checkpoints that were signed by a witness, once for each."""
    return [
        orjson.loads(orjson.loads(path.read_bytes())["statement"])["number"] for path in signatures(folder)
    ]


def signatures(folder: Path) -> list[Path]:
    return sorted(folder.glob("saksi-*.json"))


def rewritten(office: Office) -> None:
    """All checkpoints are made anew, by whoever has key, database and data folder."""
    with unguarded(office.database) as connection:
        run(connection, "DELETE FROM checkpoint")
        run(connection, "DELETE FROM sealed_head")
    remembered.forget(config_of(office.database))


def test_a_second_installation_signs_what_goes_on_and_nothing_else(
    office: Office, migrated_sqlite: Path, tmp_path: Path
) -> None:
    shell = Shell(tmp_path / "saksi", migrated_sqlite)
    folder, key = tmp_path / "luar", checkpoints.public_key(config_of(office.database)).hex()
    case = another(office)
    assert shell("witness", str(folder)).exit_code == 1  # whose is it?
    assert shell("witness", str(folder), "--key", "00" * 32).exit_code == 1
    assert shell("witness", str(folder), "--key", key).exit_code == 0
    another(office)
    another(office)
    assert shell("witness", str(folder)).exit_code == 0
    assert shell("witness", str(folder)).exit_code == 0
    assert witnessed(folder) == [1, 2, 3]
    code, said = checked(bundle(office, case), tmp_path, "--witness", str(signatures(folder)[-1]))
    assert (code, "Disaksikan: titik periksa 3" in said) == (0, True), said
    both = [str(folder / f"titik-periksa-0000000{n}.json") for n in (1, 2)]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert periksa_bukti.main(["--compare", *both, "--witness", str(signatures(folder)[1])]) == 0
        assert periksa_bukti.main(["--compare", *both, "--witness", str(signatures(folder)[2])]) == 1
    assert "Disaksikan: titik periksa 2" in out.getvalue()
    rewritten(office)
    for _n in range(5):
        another(office)
    done = shell("witness", str(folder))
    assert (done.exit_code, "Tidak disaksikan" in str(done.exception)) == (1, True), done.output
    assert witnessed(folder) == [1, 2, 3]


def test_a_witness_that_is_told_by_http_refuses_what_does_not_go_on(office: Office, tmp_path: Path) -> None:
    config = config_of(office.database)
    other = replace(config, data_dir=tmp_path / "saksi", identity_key=bytes(range(32)))
    folder = tmp_path / "tanda"
    with server(other, folder, checkpoints.public_key(config), 0) as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        host = f"127.0.0.1:{one.server_address[1]}"
        networks = (ip_network("127.0.0.0/8"),)
        change(office, checkpoint_url=f"http://{host}/", webhook_hosts=(host,), private_networks=networks)
        for _n in range(2):
            another(office)
        assert witnessed(folder) == [1, 2]
        rewritten(office)
        for _n in range(3):
            another(office)
        told = evidence.send_checkpoints(office.database)
        assert told["web"].endswith("HTTP 409")
        assert witnessed(folder) == [1, 2]
        one.shutdown()
        thread.join()
