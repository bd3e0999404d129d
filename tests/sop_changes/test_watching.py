"""Save in a modeler, look at the browser: the folders are watched while the server runs."""

import time
from pathlib import Path

from tests.reports import report, report_values
from tests.serving import Api, install
from tests.sop_changes.editing import Drawing, shipped


def test_a_saved_file_is_live_without_a_restart_and_a_broken_one_is_not(tmp_path: Path) -> None:
    folders = {"processes": tmp_path / "processes", "forms": tmp_path / "forms"}
    for folder in folders.values():
        folder.mkdir()
    for name, content in shipped().items():
        (folders["forms" if name.endswith(".form") else "processes"] / name).write_bytes(content)
    dirs = {f"ALUR_{name.upper()}_DIR": str(folder) for name, folder in folders.items()}
    drawing, diagram = Drawing(), folders["processes"] / Drawing.NAME
    with install(tmp_path, forked=True, **dirs, ALUR_WATCH="1").running() as served:
        pemilik = served.api("pemilik")
        assert live(pemilik) == 1
        diagram.write_bytes(diagram.read_bytes()[:-300])
        _wait_for(lambda: "Galat" in served.log)
        assert live(pemilik) == 1
        drawing.rename("telaahan", "Telaahan Cepat")
        diagram.write_bytes(drawing.saved()[Drawing.NAME])
        _wait_for(lambda: live(pemilik) == 2)
        started = served.api("lapor").post(
            "/process-instances", {"key": "pengaduan", "variables": report_values(report("SIN-001"))}
        )
        assert started.json["version"] == 2


def live(pemilik: Api) -> int:
    [definition] = pemilik.get("/process-definitions").json["items"]
    version: int = definition["version"]
    return version


def _wait_for(true: object, *, longest_s: float = 20) -> None:
    end = time.monotonic() + longest_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)
