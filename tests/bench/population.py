"""An office of some size: its officers, and real cases at every stage, made by the services, to be cloned."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.base.db import Database
from app.commands.instances.jobs import fire_job
from app.commands.transaction import run_without_key
from app.models import IdempotencyRecord, Job, Unit, User, UserTask, membership, user_unit
from app.services.core import access, clock
from app.services.core.access import Actor
from app.services.instances import instances
from app.services.notifications import outbox
from app.services.tasks import tasks
from tests.reports import Report, answers_for, report, report_values

#: Reports whose numbers come from outside, by the way that their cases take.
FULL = ("SIN-001", "SIN-003", "SIN-017", "SIN-028")
SHORT = ("SIN-005", "SIN-019", "SIN-025")
LONG = ("SIN-006", "SIN-014", "SIN-007", "SIN-020")
SILENT = "SIN-029"  # it waits for its reporter
#: Every stage of these is cloned as an open case.
STAGED, STAGES = ("SIN-001", "SIN-003", "SIN-006"), 6
#: Who works on the tasks of a lane in the demo data; of a lane of units it is the unit's officer.
WORKERS = {"lajur_lapor": "lapor", "lajur_upp": "upp"}
UNIT_WORKERS = {"DPUPR": "dpupr", "DISHUB": "dishub", "DLHPRKP": "dlh", "INSP": "inspektorat"}
#: Of all officers, how many work in each lane; the rest in units.
SHARES = {"LAPOR ! – SP4N": 0.1, "UPP K/L/D": 0.3}
UNITS = "UPT"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Template:
    """A case to clone. ``weight``: how often, beside the others of its kind (open, waiting, ended)."""

    instance_id: int
    kind: str
    weight: int


@dataclass(frozen=True)
class Officers:
    """Ids of users by their group, those of units by unit too; and the demo users that they stand for."""

    groups: Mapping[str, Sequence[int]]
    units: Mapping[str, Sequence[int]]
    #: Demo user → his group, or "" where he works for the unit of the case.
    stands_for: Mapping[int, str]


def make_templates(database: Database) -> list[Template]:
    """Run some dozens of cases through the services: ended ones, and open ones at every stage, claimed and not."""
    made = list(_templates(_Line(database)))
    while run_without_key(database, outbox.deliver):
        pass
    run_without_key(database, lambda session: session.execute(delete(IdempotencyRecord)) and None)
    return made


def _templates(line: "_Line") -> Iterator[Template]:
    for name in FULL:
        yield Template(line.run(report(name)), "ended", 6)
    for name in SHORT:
        yield Template(line.run(report(name)), "ended", 3)
    for name in LONG:
        yield Template(line.run(report(name)), "ended", 2)
    yield Template(line.run(report("SIN-001"), late="telaahan"), "ended", 4)
    for name in STAGED:
        for stage in range(STAGES):
            yield Template(line.run(report(name), stages=stage, claim=True), "open", 3)
            yield Template(line.run(report(name), stages=stage), "open", 2)
    for stage in ("telaahan", "tindak_lanjut"):  # past its deadline: its lane was told
        yield Template(line.run(report("SIN-001"), stages=stage, late=stage, claim=True), "open", 3)
    yield Template(line.run(report(SILENT)), "waiting", 1)


class _Line:
    """Carries a report through its procedure as the officers of the demo data would."""

    def __init__(self, database: Database) -> None:
        self._database, self._number = database, 700_000_000
        with database.reading() as session:
            users = session.scalars(select(User)).all()
            self._actors = {user.name: access.actor_of(user) for user in users}

    def run(self, one: Report, *, stages: int | str = 99, late: str = "", claim: bool = False) -> int:
        """Take a case over so many stages, or to the named one; ``late``: the deadline of that activity passes."""
        self._number += 1
        values = {
            **report_values(one),
            "tracking_id": str(self._number),
            "judul": f"{SUBJECT} {self._number}",
        }
        case = self._do(
            lambda s: instances.start(s, "pengaduan", values, actor=self._actors["lapor"]).instance.id
        )
        passes: dict[str, int] = {}
        while (task := self._open_task(case)) is not None:
            if task.activity_id == late:
                self._let_pass(task)
            actor = self._worker(task)
            if len(passes) == stages or task.activity_id == stages:
                if claim:
                    self._do(lambda s, t=task, a=actor: tasks.claim(s, t.id, actor=a) and None)
                break
            number = passes[task.activity_id] = passes.get(task.activity_id, 0) + 1
            given = answers_for(task.activity_id, one, number)
            self._do(lambda s, t=task, g=given, a=actor: tasks.complete(s, t.id, g, {}, actor=a) and None)
        return case

    def _open_task(self, case: int) -> UserTask | None:
        with self._database.reading() as session:
            open_ = select(UserTask).where(UserTask.instance_id == case, UserTask.state == "open")
            return session.scalars(open_).one_or_none()

    def _worker(self, task: UserTask) -> Actor:
        return self._actors[WORKERS.get(task.lane_id) or UNIT_WORKERS.get(task.unit_code or "", "")]

    def _let_pass(self, task: UserTask) -> None:
        """Fire the deadline of a task at its moment."""
        with self._database.reading() as session:
            job = session.scalars(
                select(Job)
                .where(Job.instance_id == task.instance_id, Job.attached_to == task.activity_id)
                .order_by(Job.due_at.desc())
            ).first()
        assert job is not None
        fire_job(self._database, job.id, at=job.due_at)

    def _do(self, do: Callable[[Session], Result]) -> Result:
        return run_without_key(self._database, do)


def add_officers(database: Database, count: int) -> Officers:
    """Add so many officers, spread over lanes and units, with the password of the demo users."""
    return run_without_key(database, lambda session: _add_officers(session, count))


def _add_officers(session: Session, count: int) -> Officers:
    demo = {user.name: user for user in session.scalars(select(User))}
    group_ids = {group.name: group.id for user in demo.values() for group in user.groups}
    units = sorted(session.scalars(select(Unit.code).where(Unit.valid_until.is_(None))))
    places = [(lane, None) for lane, share in SHARES.items() for _n in range(max(1, round(count * share)))]
    places += [(UNITS, units[n % len(units)]) for n in range(count - len(places))]
    groups: dict[str, list[int]] = defaultdict(list)
    of_units: dict[str, list[int]] = defaultdict(list)
    for number, (lane, unit) in enumerate(places):
        name = {"name": f"petugas{number:04}", "full_name": f"Petugas Nomor {number:04}"}
        row = {**name, "password_hash": demo["upp"].password_hash, "created_at": clock.now(session)}
        user_id = session.execute(insert(User).values(row).returning(User.id)).scalar_one()
        session.execute(insert(membership).values(user_id=user_id, group_id=group_ids[lane]))
        if unit is not None:
            session.execute(insert(user_unit).values(user_id=user_id, unit_code=unit))
            of_units[unit].append(user_id)
        groups[lane].append(user_id)
    stands = {demo[name].id: "" for name in UNIT_WORKERS.values()}
    stands |= {demo["lapor"].id: "LAPOR ! – SP4N", demo["upp"].id: "UPP K/L/D"}
    return Officers(groups, of_units, stands)


#: What stands before the number in the subject of a template.
SUBJECT = "Perihal contoh"
#: How many of 100,000 subjects hold each of these words.
PLANTED = {"jalan": 30_000, "trembesi": 20}
RARE, COMMON, ABSENT = "trembesi", "jalan", "zamrudkhatulistiwa"
_SYLLABLES = [first + last for first in "bdgjklmnprstw" for last in "aeiou"]
_WORDS = re.findall(
    r"\w+",
    """lampu air sampah jembatan pasar sekolah desa kecamatan rusak lubang banjir izin warga pelayanan antre bantuan
    saluran pagar taman parkir puskesmas pupuk pungutan kartu keluarga akta tanah irigasi longsor penerangan""",
)


class Subjects:
    """Subjects of about seven words: common ones, and names of places, of which there are thousands."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._places = ["".join(self._random.choices(_SYLLABLES, k=3)).title() for _n in range(6_000)]

    def next(self) -> str:
        """Another subject."""
        draw = self._random
        words = draw.choices(_WORDS, k=draw.randint(3, 5)) + draw.choices(self._places, k=2)
        planted = [word for word, often in PLANTED.items() if draw.random() * 100_000 < often]
        return " ".join([*planted, *words]).capitalize()
