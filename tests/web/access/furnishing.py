"""An office with one of everything that a request can be about, and everybody who may send one."""

from base64 import b32decode
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import models
from app.base.config import Config
from app.base.db import Database
from app.commands.people import roster as roster_commands
from app.commands.sandbox import sandbox
from app.commands.transaction import Command
from app.models import ProcessDefinition, User, UserTask, Work
from app.services.casefile import masking
from app.services.core import clock, holidays, masks
from app.services.core.access import Actor, actor_of
from app.services.deployment import deployments, versions
from app.services.evidence import checkpoints, drawing
from app.services.files import attachments, phone_photos, sheets, uploads
from app.services.imports import batches as imports
from app.services.imports import targets as targets_of_imports
from app.services.instances import instances
from app.services.migration import batches, surveys, targets
from app.services.migration.decisions import Decisions
from app.services.numbers import publication
from app.services.numbers.publication import Quarter
from app.services.people import absences, api_tokens, groups, second_steps, users
from app.services.people import roster_files as rosters
from app.services.people.profiles import Profile
from app.services.people.roster_lines import COLUMNS
from app.services.questions import samples, saved
from app.services.reporter import tracking
from app.services.search.question import question_of
from app.services.studio import drafts, effects, new_drafts
from app.services.tasks import drafts as task_drafts
from app.services.tasks import permissions, reply_templates, saved_views, snoozing, tasks
from app.services.workload import transfers
from tests.reports import answers_for, report, report_values
from tests.services.channels import planting as channels
from tests.services.importing import sop_file
from tests.services.office import add_user, procedure
from tests.sop_changes.editing import Drawing
from tests.web.access.place import PEOPLE, Person, Place
from tests.web.conftest import Browser

#: That of the demo data.
PASSWORD = "demo"
#: Users of the columns that are not called like the column.
USERS = {"koord": "koordinator", "owner": "pemilik", "audit": "auditor", "idle": "tanpa", "off": "mantan"}
_IMPORTS = ("ready", "stopped")
REPORTERS = {"his": "waiting", "other": "ended"}
#: Kinds of cases: which report it is, and who completed what of it.
_STEPS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "lane": ("SIN-008", ()),
    "upp": ("SIN-003", (("lapor", "penyaluran"),)),
    "unit": (
        "SIN-007",
        (("lapor", "penyaluran"), ("upp", "telaahan"), ("upp", "konfirmasi"), ("upp", "menyalurkan")),
    ),
    "waiting": ("SIN-002", (("lapor", "penyaluran"), ("upp", "telaahan"), ("upp", "konfirmasi"))),
    "ended": (
        "SIN-005",
        (("lapor", "penyaluran"), ("upp", "telaahan"), ("upp", "konfirmasi"), ("upp", "melaporkan")),
    ),
}


class Furnishing:
    """Fills an office that has the demo data and the SOP."""

    def __init__(self, app: Flask, config: Config, database: Database) -> None:
        self.app, self.config, self.database = app, config, database
        self.things: dict[str, dict[str, object]] = {}
        self.words: dict[Any, Any] = {"cases": {}, "shown": {}}

    def furnish(self) -> Place:
        """The office, open to everybody."""
        with self.database.transaction() as session:
            self._hire(session)
            self._start_cases(session)
            self._look_for_tasks(session)
            self._upload(session)
            self._arrange_desks(session)
            self._count_and_move(session)
            self._draw(session)
            self._note_rows(session)
            self._connect(session)
        self._read_files()
        people = {name: self._let_in(name) for name in PEOPLE}
        with self.database.transaction() as session:
            self._set_second_step(session)
            self._look_at_pages(session)
            self._hold_the_moment(session)
        return Place(self.app, self.config, self.database, self.things, people, self.words)

    def actor(self, session: Session, column: str) -> Actor:
        return actor_of(users.named(session, USERS.get(column, column)))

    # -- people --------------------------------------------------------------------------------------

    def _hire(self, session: Session) -> None:
        lanes = {name: groups.get_or_add(session, name).id for name in ("LAPOR ! – SP4N", "UPT")}
        for name, lane in (("upt", "UPT"), ("tanpa", ""), ("mantan", "LAPOR ! – SP4N")):
            profile = Profile(name.title(), groups=frozenset({lanes[lane]} if lane else ()))
            users.create(session, name, profile, PASSWORD, must_change=False, actor=None)
        self.words["lanes"] = dict(session.execute(select(models.Group.name, models.Group.id)).all())
        deployments.deploy(session, procedure(), actor=None)
        add_user(session, "rina", "Loket")
        self.words["users"] = dict(session.execute(select(User.name, User.id)).all())

    @staticmethod
    def _hold_the_moment(session: Session) -> None:
        """Disable one, who keeps what let him in. However long the requests take, the worker lives, and sessions need
        not be noted as in use."""
        later = clock.real() + timedelta(minutes=20)
        session.execute(update(User).where(User.name == USERS["off"]).values(disabled_at=clock.now(session)))
        session.merge(models.Setting(name="worker", value={"at": later.isoformat()}))
        publication.publish(session, "pengaduan", Quarter("2026-Q1", "2026-04", None, {}, {}, [], [], {}))
        session.execute(update(models.LoginSession).values(seen_at=later))

    def _let_in(self, column: str) -> Person:
        """Whoever it is, in front of his browser."""
        browser = Browser(self.app.test_client())
        jar: dict[str, str] = {}

        def keep(answer: Any) -> Any:
            for line in answer.headers.getlist("Set-Cookie"):
                name, _equals, value = line.partition(";")[0].partition("=")
                jar[name] = value
            return answer

        keep(browser.get("/lacak"))
        if column in REPORTERS:
            number, code = self.words["codes"][REPORTERS[column]]
            keep(browser.post("/lacak", number=number, code=code))
            self.words["wait", column] = _hidden(keep(browser.get("/lacak/laporan")).text, "_wait")
        elif column != "nobody":
            name = USERS.get(column, column)
            if column == "lapor":  # in another browser as well
                Browser(self.app.test_client()).sign_in(name)
            keep(browser.get("/masuk"))
            assert keep(browser.post("/masuk", username=name, password=PASSWORD)).status_code == 302
            keep(browser.get("/kata-sandi"))
        person = Person("; ".join(f"{k}={v}" for k, v in jar.items()), browser.token)
        if column not in ("nobody", *REPORTERS):
            with self.database.transaction() as session:
                user = users.named(session, USERS.get(column, column))
                person.user_id = user.id
                person.token = api_tokens.issue(session, user, actor=None)
                api_tokens.touch(session, person.token)  # as it is within an hour of any request
        return person

    def _set_second_step(self, session: Session) -> None:
        """The officer of LAPOR has one, which he can take away; everybody else gets what he needs for his own."""
        for column in PEOPLE:
            if column not in ("nobody", *REPORTERS):
                actor = self.actor(session, column)
                setup = second_steps.begin_setup(session, actor=actor, issuer="Alur")
                key = b32decode(setup.key.replace(" ", ""))
                code = second_steps.code_at(key, int(clock.real().timestamp()) // 30)
                self.words["setup", column] = setup.sealed, key
                if column == "lapor":
                    second_steps.store_setup(session, setup.sealed, code, actor=actor)

    def _look_at_pages(self, session: Session) -> None:
        """What forms carry of the page that they stand on."""
        rows = {kind: session.get(UserTask, str(id_)) for kind, id_ in self.things["task_id"].items()}
        self.words["shown"] = {
            kind: f"{task.id}.{task.assignee_id or 0}.{task.instance.revision}"
            for kind, task in rows.items()
            if task
        }
        admin = self.actor(session, "admin")
        ready = rosters.get(session, int(str(self.things["roster_id"]["ready"])), actor=admin)
        self.words["roster"] = rosters.fingerprint(rosters.judge(session, ready, actor=admin))
        lapor, upp = self.actor(session, "lapor"), self.actor(session, "upp")
        for kind in ("lane", "upp"):
            permissions.keep_draft(
                session, str(self.things["task_id"][kind]), {"catatan": "Belum"}, actor=lapor
            )
        task_drafts.save(session, lapor, "start:pengaduan", {"judul": "Jalan"})
        snoozing.snooze(session, str(self.things["task_id"]["upp"]), None, moved=True, actor=upp)

    # -- cases ---------------------------------------------------------------------------------------

    def _start_cases(self, session: Session) -> None:
        lapor, codes = self.actor(session, "lapor"), {}
        for kind, (number, steps) in _STEPS.items():
            one = report(number)
            started = instances.start(session, "pengaduan", report_values(one), actor=lapor).instance
            codes[kind] = started.business_key, tracking.issue(session, started.id, actor=lapor)
            for by, activity in steps:
                [task] = instances.open_tasks(session, started.id)
                assert task.activity_id == activity
                tasks.complete(
                    session, task.id, answers_for(activity, one), {}, actor=self.actor(session, by)
                )
            self.words["cases"][kind] = started.id
        foreign = instances.start(
            session, "uji", {"judul": "Lampu mati"}, actor=self.actor(session, "rina")
        ).instance
        self.words["cases"]["foreign"] = foreign.id
        self.words["codes"] = codes
        kept = {kind: id_ for kind, id_ in self.words["cases"].items() if kind != "waiting"}
        awaits = self.words["cases"]["waiting"]
        self.things["instance_id"] = {**kept, "awaits": awaits, "none": 999_999}
        of_case = select(models.MessageWait.id).where(models.MessageWait.instance_id == awaits)
        self.things["wait_id"] = {"awaits": session.scalars(of_case).one()}
        self.words["reports"] = {kind: report(number) for kind, (number, _steps) in _STEPS.items()}
        self.words["signs"] = {kind: self._mask(session, kind) for kind in kept if kind != "foreign"}

    def _mask(self, session: Session, kind: str) -> str:
        """Mask a word of a case; its sign."""
        word, other, *_more = (
            w for w in self.words["reports"][kind]["isi"].split() if w.isalpha() and len(w) > 4
        )
        self.words["word", kind] = other
        case = self.words["cases"][kind]
        before = set(masks.sealed(session, case))
        masking.mark(session, case, [word], "Nama orang", actor=self.actor(session, "lapor"))
        [sign] = set(masks.sealed(session, case)) - before
        return sign

    def _look_for_tasks(self, session: Session) -> None:
        cases: Mapping[str, int] = self.words["cases"]
        found, jobs = dict[str, object](), dict[str, object]()
        for kind, case in cases.items():
            task = self._task(session, kind, case)
            if kind != "waiting":
                found[kind] = task.id
                job = session.scalar(select(models.Job.id).where(models.Job.instance_id == case).limit(1))
                jobs |= {kind: job} if job else {}
        tasks.claim(session, str(found["upp"]), actor=self.actor(session, "upp"))
        for kind, id_ in found.items():
            self.words["activity", kind] = session.get_one(UserTask, id_).activity_id
        self.things["task_id"] = {**found, "none": "0" * 32}
        self.things["clock_id"] = jobs

    @staticmethod
    def _task(session: Session, kind: str, case: int) -> UserTask:
        """The one that is open, or the one that was completed last."""
        of_case = select(UserTask).where(UserTask.instance_id == case)
        if found := session.scalars(of_case.where(UserTask.state == "open")).one_or_none():
            return found
        return session.scalars(of_case.where(UserTask.activity_id == _STEPS[kind][1][-1][1])).one()

    def _upload(self, session: Session) -> None:
        """A file of each case, one that is identity, and one that belongs to none yet."""
        found = dict[str, object]()
        lapor = self.actor(session, "lapor")
        for kind in ("lane", "unit", "ended", "foreign", "private", "pending"):
            sent = uploads.read_upload(BytesIO(b"%PDF-1.7"), f"{kind}.pdf", actor=lapor)
            row = attachments.receive(session, sent, actor=lapor, private=kind == "private")
            if kind != "pending":
                case = self.words["cases"]["unit" if kind == "private" else kind]
                attachments.attach(
                    session,
                    [row.id],
                    instance_id=case,
                    field_key="lampiran",
                    actor=lapor,
                    private=kind == "private",
                )
            found[kind] = row.id
        self.things["attachment_id"] = {**found, "none": "0" * 32}

    # -- what people keep ------------------------------------------------------------------------------

    def _arrange_desks(self, session: Session) -> None:
        lapor, coordinator = self.actor(session, "lapor"), self.actor(session, "koord")
        lanes = self.words["lanes"]
        own = saved_views.save(session, "Terlambat", {"deadline": "overdue"}, None, actor=lapor)
        shared = saved_views.save(session, "Jalan", {"q": "jalan"}, lanes["LAPOR ! – SP4N"], actor=lapor)
        self.things["view_id"] = {"lapor": own.id, "shared": shared.id, "none": 999_999}
        template = reply_templates.save(
            session, None, lanes["UPP K/L/D"], "Terima kasih", "Sudah.", actor=coordinator
        )
        self.things["template_id"] = {"upp": template.id, "none": 999_999}
        away = {}
        for name, by in (("upp", "koord"), ("rina", "admin")):
            days = (date(2031, 1, 6), date(2031, 1, 10))
            away[name] = absences.add(
                session, users.named(session, name), None, *days, actor=self.actor(session, by)
            ).id
        self.things["absence_id"] = {"upp": away["upp"], "foreign": away["rina"], "none": 999_999}
        transfer = transfers.spread(
            session,
            {str(self.things["task_id"]["unit"]): self.words["users"]["dpupr"]},
            "Menumpuk",
            actor=coordinator,
        )
        while following := transfers.TASKS.next_parts(session, transfer.id, 1):
            transfers.TASKS.work_on(session, transfer.id, following[0])
        transfers.TASKS.finish(session, transfer.id)
        self.things["transfer_id"] = {"koord": transfer.id, "none": 999_999}
        self.things["user_id"] = {
            "lapor": self.words["users"]["lapor"],
            "off": self.words["users"]["mantan"],
            "none": 999_999,
        }
        auditor, asked = self.actor(session, "audit"), question_of("k1.1=keadaan&k1.1.nilai=active")
        kept = saved.save(session, "Berjalan", asked, shared=True, actor=auditor)
        self.things["question_id"] = {"audit": kept.id, "none": 999_999}
        wanted = samples.wanted("Uji petik", asked, "2026", "1", actor=auditor)
        sample = samples.keep(session, wanted, [self.words["cases"]["unit"]], 1, actor=auditor)
        self.things["sample_id"] = {"audit": sample.id, "none": 999_999}
        self.things["code"] = {"unit": "DPUPR", "none": "TIDAK-ADA"}
        failing = Work(
            kind="mail", key="", lane=2, due_at=clock.now(session), tries=1, deaths=0, error="NotReady"
        )
        session.add(failing)
        session.flush()
        self.things["work_id"] = {"failing": failing.id, "none": 999_999}
        self.things["on"] = {"day": "2026-12-24", "none": "2031-01-01"}
        holidays.add(session, date(2026, 12, 24), "Cuti bersama", actor=self.actor(session, "admin"))

    def _count_and_move(self, session: Session) -> None:
        """Imports and rosters, versions and what moves to them."""
        lapor, admin = self.actor(session, "lapor"), self.actor(session, "admin")
        goal = targets_of_imports.target(session, "pengaduan", actor=lapor)
        sheet = sheets.read_sheet("laporan.csv", sop_file(1, 1), goal.headings)
        found = {
            state: imports.add(session, "pengaduan", "laporan.csv", sheet, actor=lapor).id
            for state in _IMPORTS
        }
        for state, id_ in found.items():
            chosen = imports.choices(session, id_)
            verdicts = imports.judge(session, id_, imports.next_lines(session, id_, 10), chosen)
            imports.note(session, id_, chosen, verdicts)
            row = update(models.ImportBatch).where(models.ImportBatch.id == id_)
            session.execute(row.values(state=state, is_begun=state != "ready", begun_by_id=lapor.id))
        self.things["import_id"] = {**found, "none": 999_999}
        lines = [
            sheets.read_sheet(
                "petugas.csv",
                f"nama pengguna;nama lengkap\n{name};Petugas".encode(),
                COLUMNS["users"].values(),
            )
            for name in ("siti", "wulan")
        ]
        ready, done = (
            rosters.add(session, "users", "petugas.csv", one.headings, one.lines, actor=admin)
            for one in lines
        )
        rosters.begin(
            session, done.id, rosters.fingerprint(rosters.judge(session, done, actor=admin)), actor=admin
        )
        self.things["roster_id"] = {"ready": ready.id, "done": done.id, "none": 999_999}

    def _draw(self, session: Session) -> None:
        """Drafts, versions, proposals, and cases that move."""
        owner = self.actor(session, "owner")
        old = session.scalars(select(ProcessDefinition.id).where(ProcessDefinition.key == "pengaduan")).one()
        drawing = Drawing()
        drawing.element("telaahan").set("name", "Telaahan")
        files = drawing.saved()
        live = next(one.definition.id for one in deployments.deploy(session, files, actor=owner).definitions)
        ended = session.scalars(select(ProcessDefinition.id).where(ProcessDefinition.key == "uji")).one()
        versions.retire(session, ended, reason="Tidak dipakai lagi", actor=owner)
        kept, away = (new_drafts.begin_from_version(session, live, actor=owner).id for _n in range(2))
        drafts.discard(session, away, actor=owner)
        self.things["draft_id"] = {"open": kept, "away": away, "none": 999_999}
        cases = self.words["cases"]
        stopped = batches.begin(session, live, [cases["lane"]], Decisions(), "Diperbaiki", actor=owner)
        batches.BATCHES.stop(session, stopped.id, actor=owner)
        moved = self._moved(session, live, owner)
        self.things["batch_id"] = {"stopped": stopped.id, "done": moved, "none": 999_999}
        self.words["surveys"] = {
            "live": surveys.begin(
                session, targets.stored_target(session, live), Decisions(), 1, actor=owner
            ).id,
            "open": surveys.begin(
                session, effects.target_of(session, kept, actor=owner), Decisions(), 1, actor=owner
            ).id,
        }
        self.things["proposal_id"] = {
            state: self._propose(session, state, old) for state in ("waiting", "planned")
        }
        self.things["proposal_id"]["none"] = 999_999
        self.things["definition_id"] = {"live": live, "old": old, "retired": ended, "none": 999_999}

    def _moved(self, session: Session, target: int, owner: Actor) -> int:
        batch = batches.begin(
            session, target, [self.words["cases"]["upp"]], Decisions(), "Diperbaiki", actor=owner
        )
        for case in batches.CASES.next_parts(session, batch.id, 5):
            batches.CASES.work_on(session, batch.id, case)
        batches.CASES.finish(session, batch.id)
        assert batch.state == "done"
        return batch.id

    def _propose(self, session: Session, state: str, old: int) -> int:
        """A deployment of an older version that waits, for a second person or for its date."""
        file = session.scalars(
            select(models.DefinitionFile).where(
                models.DefinitionFile.definition_id == old, models.DefinitionFile.name == "pengaduan.bpmn"
            )
        ).one()
        row = models.ProposedDeployment(
            state=state,
            digest=state,
            files={file.name: file.sha256},
            beside={},
            base={"pengaduan": 2},
            no_longer_identity=[],
            findings=[],
            proposed_at=clock.now(session),
            in_force_at=clock.now(session) + timedelta(days=30) if state == "planned" else None,
        )
        session.add(row)
        session.flush()
        return row.id

    def _note_rows(self, session: Session) -> None:
        """What the worker writes: a notice, and what stopped a case."""
        now, cases = clock.now(session), self.words["cases"]
        message = models.OutboxMessage(body={}, audience={}, queued_at=now)
        session.add(message)
        session.flush()
        notice = models.Notice(
            user_id=self.words["users"]["lapor"],
            instance_id=cases["lane"],
            task_id=str(self.things["task_id"]["lane"]),
            outbox_id=message.id,
            body={"code": "task_overdue", "params": {}},
            created_at=now,
        )
        stopped = {
            kind: models.Incident(
                instance_id=cases[kind],
                activity_id=self.words["activity", kind],
                task_id=str(self.things["task_id"][kind]),
                message="Gerbang ini tidak dapat memilih.",
                opened_at=now,
            )
            for kind in ("unit", "foreign")
        }
        session.add_all([notice, *stopped.values()])
        session.flush()
        self.things["notice_id"] = {"lapor": notice.id, "none": 999_999}
        self.things["incident_id"] = {**{kind: row.id for kind, row in stopped.items()}, "none": 999_999}

    def _connect(self, session: Session) -> None:
        """What comes in and goes out by other ways, and what is destroyed."""
        channels.plant(
            session,
            {
                "sender": "siti@contoh.id",
                "sender_name": "Siti",
                "subject": "Jalan rusak",
                "text": "Jalan rusak.",
            },
        )

        def first(model: Any) -> int:
            return int(session.scalars(select(model.id).order_by(model.id)).first() or 0)

        checkpoints.keep(session, drawing.draw(self.config, session.connection())[0])
        now, admin = clock.now(session), self.actor(session, "admin")
        destruction = models.Destruction(
            key="pengaduan",
            process="Pengaduan",
            rule="5 tahun",
            before=now - timedelta(days=5 * 365),
            reason="Jadwal retensi",
            state="stopped",
            begun_at=now,
            begun_by_id=admin.id,
            total=1,
            checksum="",
        )
        session.add(destruction)
        session.flush()
        token, _until = phone_photos.begin(
            session, "start:pengaduan", "lampiran", private=False, actor=self.actor(session, "lapor")
        )
        self.things |= {
            "webhook_id": {"on": first(models.Webhook), "none": 999_999},
            "delivery_id": {"on": first(models.WebhookDelivery), "none": 999_999},
            "message_id": {"failed": first(models.ReporterNotice), "none": 999_999},
            "mail_id": {"waiting": first(models.IncomingMail), "none": 999_999},
            "destruction_id": {"begun": destruction.id, "none": 999_999},
            "token": {"lapor": token, "none": "a" * 22},
        }

    def _read_files(self) -> None:
        """What makes transactions of its own: the worker's turn, and a run of a draft."""
        while roster_commands.work(self.database):
            pass
        with self.database.reading() as session:
            owner = self.actor(session, "owner")
        draft, command = int(str(self.things["draft_id"]["open"])), Command("begin_run", "", "", {})
        begun_at = datetime(2026, 11, 24, 1, tzinfo=UTC)
        sandbox.begin_run(self.database, command, draft, begun_at, actor=owner)


def _hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]
