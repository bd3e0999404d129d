"""Over HTTP with gunicorn: start and complete by API, the inbox and a case as pages; memory at rest."""

import time
from pathlib import Path

from tests.bench.figures import Series, memory_mb, repeat, row
from tests.reports import answers_for, report, report_values
from tests.serving import Installation, install

CASES = 40
WHO = {"LAPOR ! – SP4N": "lapor", "UPP K/L/D": "upp", "UPT": "dpupr"}


def measure(folder: Path) -> None:
    office = install(folder)
    with office.running():
        starts, completes, ids = Series(), Series(), []
        api = {name: office.api(name) for name in WHO.values()}
        for n in range(CASES):
            values = {**report_values(report("SIN-001")), "tracking_id": str(2_000_000 + n)}
            with starts.timing():
                reply = api["lapor"].post("/process-instances", {"key": "pengaduan", "variables": values})
            ids.append(reply.json["id"])
        row("start, over HTTP", starts)
        for instance_id in ids[: CASES // 2]:
            _finish(api, instance_id, completes)
        row(
            "complete, over HTTP with gunicorn",
            completes,
            "≤ 12 ms; SQL and commits: tests/web/test_api_tasks.py",
        )
        _pages(office, ids[0])
        time.sleep(3)
        _memory(office)


def _finish(api, instance_id: int, series: Series) -> None:  # type: ignore[no-untyped-def]
    task = api["lapor"].get("/tasks", instance_id=instance_id).json["items"][0]
    while task is not None:
        client = api[WHO[task["lane"]]]
        body = {"variables": answers_for(task["activity_id"], report("SIN-001")), "answers": {}}
        with series.timing():
            client.post(f"/tasks/{task['id']}/complete", body)
        open_tasks = (c.get("/tasks", instance_id=instance_id).json["items"] for c in api.values())
        task = next((found[0] for found in open_tasks if found), None)


def _pages(office: Installation, instance_id: int) -> None:
    browser = office.browser("upp")
    row("inbox page", repeat(40, lambda _n: browser.get("/tugas?tab=queue") and None))
    row("case page", repeat(40, lambda _n: browser.get(f"/perkara/{instance_id}") and None))


def _memory(office: Installation) -> None:
    ours = [
        int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _is_ours(path, office)
    ]
    for pid in ours:
        name = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[3].decode()
        row(f"RSS, {name} with its children", f"{memory_mb(pid, 'Rss'):.0f} MB")
    shared = sum(memory_mb(pid, "Pss") for pid in ours)
    row("memory together, shared pages counted once", f"{shared:.0f} MB", "≤ 200 MB at rest")


def _is_ours(path: Path, office: Installation) -> bool:
    try:
        words = (path / "cmdline").read_bytes().split(b"\0")
        environment = (path / "environ").read_bytes()
        parent = (path / "stat").read_text().rsplit(")", 1)[1].split()[1]
        above = Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:
        return False
    ours = f"ALUR_DATA_DIR={office.folder / 'data'}".encode() in environment
    return ours and words[1:3] == [b"-m", b"app"] and b"-m\0app" not in above
