"""Kill the application, again and again: ``python -m tests.chaos``. See docs/decisions/0038-killed-on-purpose.md."""

import argparse
import gc
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from tests.chaos.controls import CONTROLS
from tests.chaos.hunt import Hunt
from tests.chaos.places import Places, places
from tests.chaos.victims import KINDS
from tests.conftest import postgres_server

#: After so many kills a new installation: an old one takes longer to look through.
_PART = 250


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument(
        "--server", help="the maintenance database of a PostgreSQL server; else one is started"
    )
    words.add_argument("--kills", type=int, help="without this, --control and --stop: 200")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument(
        "--record", type=Path, help="a line of JSON for each part; a run goes on after the last"
    )
    words.add_argument(
        "--control",
        action="append",
        default=[],
        choices=tuple(CONTROLS),
        help="make it wrong; must be found",
    )
    words.add_argument("--stop", type=float, metavar="S", help="stop workers for so long amid their timers")
    words.add_argument("--stops", type=int, default=3, help="how many workers are stopped")
    given = words.parse_args()
    if given.kills is None and not given.control and given.stop is None:
        given.kills = 200
    with tempfile.TemporaryDirectory(prefix="alur-chaos-") as folder, _server(given) as server:
        made = places(Path(folder), server)
        gc.collect()
        gc.freeze()  # what is loaded by now stays, and is shared with every process
        missed = sum(_find(made, control, given.seed) for control in given.control)
        stopped_wrong = _stop(made, given) if given.stop is not None else 0
        return missed + stopped_wrong + (_kill(made, given) if given.kills else 0)


@contextmanager
def _server(given: argparse.Namespace) -> Iterator[str | None]:
    started = given.database == "postgresql" and not given.server
    with postgres_server() if started else nullcontext(given.server) as server:
        yield server


def _kill(made: Places, given: argparse.Namespace) -> int:
    kept = _recorded(given)
    killed = Counter[tuple[str, str]]()
    for line in kept:
        killed += Counter({tuple(point.split(": ", 1)): n for point, n in line["points"].items()})
    part, wrong = len(kept), [one for line in kept for one in line["wrong"]]
    while killed.total() < given.kills and not wrong:
        part, began = part + 1, time.monotonic()
        with made.place() as place:
            hunt = Hunt(place, given.seed * 1_000 + part)
            _part(hunt, min(_PART, given.kills - killed.total()), given.seed * 1_000 + part)
            orphans = hunt.close()
        killed += hunt.kills
        wrong += hunt.wrong
        _record(given, part, hunt, time.monotonic() - began, orphans)
        print(
            f"part {part}: {killed.total()} of {given.kills} kills on {given.database}, "
            f"{hunt.killed / (time.monotonic() - began):.1f}/s, {len(hunt.ledger.requests)} commands, "
            f"{orphans} files left over, {len(wrong)} violations",
            flush=True,
        )
    _tell(killed, wrong, given.seed)
    return 1 if wrong else 0


def _recorded(given: argparse.Namespace) -> list[dict[str, Any]]:
    """The parts of this run that were done before."""
    if given.record is None or not given.record.exists():
        return []
    lines = map(json.loads, given.record.read_text().splitlines())
    return [one for one in lines if (one["database"], one["seed"]) == (given.database, given.seed)]


def _record(given: argparse.Namespace, part: int, hunt: Hunt, took_s: float, orphans: int) -> None:
    if given.record is None:
        return
    line = {
        "database": given.database,
        "seed": given.seed,
        "part": part,
        "kills": hunt.killed,
        "seconds": round(took_s, 1),
        "commands": len(hunt.ledger.requests),
        "orphans": orphans,
        "wrong": hunt.wrong,
        "points": {": ".join(point): times for point, times in hunt.kills.items()},
    }
    with given.record.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _part(hunt: Hunt, kills: int, seed: int) -> None:
    """Half of them at enumerated points, spread over all that can be done; then half at random moments."""
    dice = random.Random(seed)
    points = {kind: list(enumerate(hunt.points_of(kind), start=1)) for kind in KINDS}
    for kind in KINDS:
        dice.shuffle(points[kind])
        # The ends of transactions last, so that they are popped first.
        points[kind].sort(key=lambda one: "commit" in one[1])
    while hunt.killed < kills // 2 and not hunt.found(alone=True):
        for kind in KINDS:
            if points[kind] and hunt.killed < kills // 2:
                hunt.kill_at(kind, points[kind].pop()[0])
    while hunt.killed < kills and not hunt.found(alone=False):
        hunt.kill_two()


def _tell(killed: Counter[tuple[str, str]], wrong: list[str], seed: int) -> None:
    by_kind, by_way = Counter[str](), Counter[str]()
    for (kind, point), times in killed.items():
        by_kind[kind] += times
        by_way["at random" if point == "at random" else "at points"] += times
    points = sum(1 for _kind, point in killed if point != "at random")
    print(f"killed while doing: {dict(by_kind.most_common())}")
    print(f"killed {dict(by_way)}; {points} different points; seed {seed}")
    for line in wrong[:20]:
        print(f"WRONG: {line}")


def _stop(made: Places, given: argparse.Namespace) -> int:
    """Stop a worker at points spread over the firing of a timer, ``--stops`` of them."""
    with made.place() as place:
        hunt = Hunt(place, given.seed)
        points = range(2, len(hunt.points_of("timer")), max(1, 30 // given.stops))
        stopped = sum(hunt.stop_one(at, given.stop) for at in points[: given.stops])
        hunt.close()
    print(
        f"{stopped} workers stopped for {given.stop:.0f} s on {given.database}, {len(hunt.wrong)} violations"
    )
    for line in hunt.wrong[:20]:
        print(f"WRONG: {line}")
    return 1 if hunt.wrong else 0


def _find(made: Places, control: str, seed: int) -> int:
    """Kill until something is found to be wrong; 0: it was."""
    with made.place() as place:
        hunt, began = Hunt(place, seed, control), time.monotonic()
        _hunt_for(control, hunt)
        took = time.monotonic() - began
        if not hunt.wrong:
            hunt.close()
        hunt.end()
    print(f"{control}: {f'found after {hunt.killed} kills' if hunt.wrong else 'NOT FOUND'}, {took:.1f} s")
    for line in hunt.wrong[:3]:
        print(f"  {line[:300]}")
    return 0 if hunt.wrong else 1


#: What is killed while a control is looked for, and at which part of its points first; then at those before.
_WHERE = {
    "split commit": ("complete", 0.8),
    "ignored key": ("complete", 1.0),
    "marked before delivery": ("deliver", 0.9),
    "job removed apart": ("timer", 1.0),
}


def _hunt_for(control: str, hunt: Hunt) -> None:
    if control == "no lock":
        while hunt.killed < 100 and not hunt.found(alone=False):
            hunt.kill_two(("complete", "timer", "start"))
        return
    kind, part = _WHERE[control]
    for at in range(int(len(hunt.points_of(kind)) * part), 0, -1):
        if hunt.found(alone=True):
            return
        hunt.kill_at(kind, at)


if __name__ == "__main__":
    sys.exit(main())
