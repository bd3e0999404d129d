"""A walk over HTTP, by which other engines were measured too: ``python -m tests.bench walk``.

A walk is a start, then seven times: find the task of the case, open its form, complete it. The web runs with the
worker as ``make run`` has them. Processor time is that of all their processes, and of the database's.
"""

import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.services.deployment import deployments
from app.services.people import groups, users
from app.services.people.profiles import Profile
from tests.bench.figures import Series, children_of, databases, processor_s, rested_s, row, server_of
from tests.engine.building import boundary, bpmn, end, exclusive, flow, start, user
from tests.forms.schemas import component, must, rules, schema, values
from tests.serving import Caller, Installation

CLIENTS, ROUND_S = (1, 4, 16), float(os.environ.get("ALUR_BENCH_SECONDS", "20"))
#: So many walks come first: until then something is read, or compiled, for the first time.
WARMING = 10
TASKS = ("t1", "t2", "t3", "t4", "t5")
#: Those of the demo users, and which tasks are theirs.
LANES = {"LAPOR ! – SP4N": ("t1", "t5"), "UPP K/L/D": ("t2", "t4"), "UPT": ("t3",)}
#: An officer of all lanes for each client: of one user few requests are answered at once.
WHO = "semua{}"
#: Milliseconds of processor time a completion, as asked.
ASKED = {"SQLite": 12, "PostgreSQL": 20}


def measure(folder: Path) -> None:
    for name, office in databases(folder):
        _furnish(office)
        with office.running(together=True):
            _measure(name, office)


@dataclass
class _Round:
    """What walks took: each kind of request, and milliseconds of processor time a completion."""

    steps: dict[str, Series] = field(default_factory=lambda: defaultdict(Series))
    rate: float = 0.0
    cpu: float = 0.0
    of_worker: float = 0.0
    #: Which share of the machine was at work, the clients too.
    full: float = 0.0


def _measure(name: str, office: Installation) -> None:
    for opens in ("API", "pages"):
        clients = [_Client(office, WHO.format(n), pages=opens == "pages") for n in range(max(CLIENTS))]
        for _n in range(WARMING):
            clients[0].walk(_Round())
        rounds = {count: _walk(office, clients[:count]) for count in CLIENTS}
        alone, most = rounds[CLIENTS[0]], " · ".join(map(str, CLIENTS))
        costs = " · ".join(f"{one.cpu:.1f}" for one in rounds.values())
        asked = f"≤ {ASKED[name]} ms" * (opens == "API")
        row(f"{name}, {opens}: CPU a completion", f"{costs} ms: {most} clients", asked)
        row("  of it the worker's own", f"{alone.of_worker:.1f} ms", "≤ 1.5 ms")
        for step, series in alone.steps.items():
            row(f"  {step}", series, "≤ 2 ms" * (step == "tasks of a case"))
        rates = " · ".join(f"{one.rate:.0f}" for one in rounds.values())
        growth = " · ".join(f"{one.rate / alone.rate:.2f}" for one in rounds.values())
        asked = "4 ≥ 1.6 ×, 16 ≥ 4" + ", 4 ≥ 70/s" * (opens == "pages")
        row("  completions/s", f"{rates}: {growth} ×", asked)
        row("  the machine at work", " · ".join(f"{one.full:.0%}" for one in rounds.values()))
        for client in clients:
            client.close()


def _walk(office: Installation, clients: Sequence["_Client"]) -> _Round:
    """All walk beside each other, and end the walk that they are at when the time is over."""
    found, worker = _Round(), office.processes["worker"].pid
    server = [] if office.database.is_sqlite else [server_of(office.database)]
    [web] = children_of(worker)
    end = time.monotonic() + ROUND_S

    def work(client: _Client) -> None:
        while time.monotonic() < end:
            client.walk(found)

    def spent() -> tuple[float, float]:
        all_ = sum(map(processor_s, [worker, *server]))
        return all_, processor_s(worker) - processor_s(web)

    before, at_rest, began = spent(), rested_s(), time.monotonic()
    threads = [threading.Thread(target=work, args=(one,)) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = len(found.steps["complete"].seconds)
    took = time.monotonic() - began
    found.rate, found.full = done / took, 1 - (rested_s() - at_rest) / took / (os.cpu_count() or 1)
    found.cpu, found.of_worker = (
        (now - then) * 1000 / done for now, then in zip(spent(), before, strict=True)
    )
    return found


class _Client:
    """An officer; ``pages``: he opens tasks in the browser."""

    def __init__(self, office: Installation, name: str, *, pages: bool) -> None:
        self._api, self._page = office.api(name), None
        if pages:
            cookies = office.browser(name).cookies
            header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            self._page = Caller("127.0.0.1", office.port, header)

    def close(self) -> None:
        """Hang up the browser; the API hangs up as the server ends."""
        if self._page:
            self._page.close()

    def walk(self, seen: _Round) -> None:
        """Take a case from its start to its end."""
        body = {"key": "jalan", "variables": {"judul": f"Laporan {uuid4().hex}", **_answers("m")}}
        with seen.steps["start"].timing():
            reply = self._api.post("/process-instances", body)
        assert reply.status == 201, reply.text
        case = reply.json["id"]
        for place, name in enumerate(("t1", "t2", "t3", "t4", "t3", "t4", "t5")):
            with seen.steps["tasks of a case"].timing():
                [task] = self._api.get("/tasks", instance_id=case).json["items"]
            assert task["name"] == name, task
            with seen.steps["open"].timing():
                opened = self._open(task["id"])
            assert f"{name}_uraian" in opened, opened
            answers = {"variables": _answers(name, again=place == 3)}
            with seen.steps["complete"].timing():
                reply = self._api.post(f"/tasks/{task['id']}/complete", answers)
            assert reply.status == 200, reply.text

    def _open(self, task: str) -> str:
        reply = self._page.send("GET", f"/tugas/{task}") if self._page else self._api.get(f"/tasks/{task}")
        return reply.text


def _answers(of: str, *, again: bool = False) -> dict[str, Any]:
    """About 300 bytes, other ones each time."""
    told = "warga melaporkan jalan berlubang di depan pasar desa, lampu padam sejak pekan lalu, saluran tersumbat"
    last: Any = again if of == "t4" else f"Desa {uuid4().hex[:12]}"
    given = (f"{uuid4().hex} {told} {uuid4().hex}", "penting", 7, "2026-11-24", last)
    return dict(zip((one["key"] for one in _fields(of)), given, strict=True))


def _furnish(office: Installation) -> None:
    """Deploy the model, and let officers work in all its lanes."""
    with office.database.transaction() as session:
        deployments.deploy(session, _model(), actor=None)
        all_ = frozenset(groups.get_or_add(session, lane).id for lane in LANES)
        for n in range(max(CLIENTS)):
            officer = Profile(f"Petugas {n}", groups=all_)
            users.create(session, WHO.format(n), officer, "demo", must_change=False, actor=None)
    office.database.engine.dispose()


def _model() -> dict[str, bytes]:
    """Three lanes, five tasks with a form of five fields and a timer that leaves them open, and a way back."""
    nodes = [start("mulai", form="m"), exclusive("lagi", default="cukup"), end("selesai")]
    for days, one in enumerate(TASKS, 3):
        nodes += [user(one, name=one, form=one), boundary(f"{one}_waktu", one, after=f"P{days}D")]
        nodes.append(end(f"{one}_lewat"))
    back, on = flow("lagi", "t3", condition="=t4_ulang = true"), flow("lagi", "t5", id="cukup")
    late = "\n".join(f"{one}_waktu > {one}_lewat" for one in TASKS)
    lanes = {lane: " ".join(f"{one} {one}_waktu {one}_lewat" for one in own) for lane, own in LANES.items()}
    lanes["UPP K/L/D"] += " lagi"
    lanes["LAPOR ! – SP4N"] += " mulai selesai"
    flows = ["mulai > t1 > t2 > t3 > t4 > lagi\nt5 > selesai", late, back, on]
    told = {"perihal": "judul", "awalan nomor": "JALAN"}
    diagram = bpmn(nodes, flows, lanes=lanes, properties=told, key="jalan", name="Jalan")
    forms = {"m": [component("textfield", "judul", **must(maxLength=200)), *_fields("m")]}
    forms |= {one: _fields(one) for one in TASKS}
    made = {f"{one}.form": json.dumps({**schema(*parts), "id": one}) for one, parts in forms.items()}
    return {"jalan.bpmn": diagram, **{name: text.encode() for name, text in made.items()}}


def _fields(of: str) -> list[dict[str, Any]]:
    choice = {"values": values("biasa", "penting", "mendesak")}
    return [
        component("textarea", f"{of}_uraian", **must(maxLength=2000)),
        component("select", f"{of}_tingkat", **choice, **must()),
        component("number", f"{of}_jumlah", **rules(min=0)),
        component("datetime", f"{of}_tanggal", subtype="date"),
        component("checkbox", "t4_ulang")
        if of == "t4"
        else component("textfield", f"{of}_tempat", **rules(maxLength=200)),
    ]
