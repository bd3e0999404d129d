"""Every command once, on a small office, each taken back where it can be."""

import sys
from base64 import b32decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from importlib import import_module
from inspect import getmembers, isfunction, signature
from pkgutil import walk_packages
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import pytest
from sqlalchemy import select

import app.commands
from app.base.errors import ExecutionFailed, NotReady
from app.commands import (
    channels,
    eventlogs,
    evidence,
    imports,
    numbers,
    questions,
    reporter,
    retention,
    studio,
    workload,
)
from app.commands.deployment import deployments, publications
from app.commands.files import downloads
from app.commands.instances import instances, jobs, messages
from app.commands.maintenance import backups, keeping
from app.commands.maintenance import work as work_again
from app.commands.migration import migration, recounts, surveys
from app.commands.notifications import digests, mail
from app.commands.people import accounts, passkeys, roster
from app.commands.tasks import selections, tasks
from app.commands.transaction import Command, run_without_key
from app.models import (
    DestroyedCase,
    Incident,
    IncomingMail,
    Job,
    MessageWait,
    Passkey,
    ProcessDraftFile,
    ProcessInstance,
    ProposedDeployment,
    ReporterNotice,
    SampledCase,
    TaskTransfer,
    WebhookDelivery,
    Work,
)
from app.services.casefile import masking, notes
from app.services.casefile.instance_lists import InstanceFilters
from app.services.core import clock, holidays, settings
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.deployment.same_process import renamed
from app.services.dossiers import taking
from app.services.evidence import verifying
from app.services.evidence.sending import Place
from app.services.instances import cancellation, incidents
from app.services.migration import reopening
from app.services.migration import targets as move_targets
from app.services.migration.decisions import Decisions
from app.services.notifications import followers
from app.services.people import accounts as passwords
from app.services.people import passkeys as keys
from app.services.people import roster_files as rosters
from app.services.people import second_steps, users
from app.services.questions import findings, samples
from app.services.reporter import correspondence, joined_reports
from app.services.reporter import tracking as codes
from app.services.retention import erasure, holds, periods
from app.services.studio import drafts, new_drafts, renaming
from app.services.tasks import selections as selections_of
from app.services.tasks import snoozing
from app.services.tasks import tasks as desk
from tests.authenticator import make
from tests.engine.building import bpmn, catch, end, exclusive, flow, start, user
from tests.services.channels import planting
from tests.services.evidence.attacks import config_of
from tests.services.evidence.targets import case_with_a_file
from tests.services.importing import as_csv, line, start_form
from tests.services.office import Office, add_user, form, procedure, saw, text
from tests.services.questions.asked import EVERY
from tests.services.retention import cases as old_cases
from tests.services.worker_jobs import Post

_Do = Callable[..., Any]
ORIGIN = "https://alur.example"


def every_command() -> Mapping[_Do, str]:
    """Each public function of `app.commands` that takes the database, with its name."""
    found = {}
    for module in walk_packages(app.commands.__path__, "app.commands."):
        held = import_module(module.name)
        for name, function in getmembers(held, isfunction):
            own = function.__module__ == held.__name__ and not name.startswith("_")
            if own and next(iter(signature(function).parameters), "") == "database":
                found[function] = f"{module.name.rsplit('.', 1)[-1]}.{name}"
    return found


@contextmanager
def noting(done: set[str]) -> Iterator[None]:
    """Note which commands are called, by whatever name a module knows them."""
    known = every_command()

    def noted(function: _Do) -> _Do:
        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            done.add(known[function])
            return function(*given, **named)

        return call

    instead = {function: noted(function) for function in known}
    with pytest.MonkeyPatch.context() as patched:
        for module in [
            held for name, held in sys.modules.items() if name.startswith(("app.", "tests.commands"))
        ]:
            for name, value in list(vars(module).items()):
                if isfunction(value) and value in instead:
                    patched.setattr(module, name, instead[value])
        yield


def talkative() -> dict[str, bytes]:
    """A process that waits for its reporter, and stops where nothing leads on."""
    nodes = [
        start("masuk", form="masuk"),
        catch("kabar", message="kabar datang", form="kabar", properties={"untuk": "pelapor"}),
        exclusive("lanjut"),
        user("periksa"),
        end("selesai"),
    ]
    flows = [
        "masuk > kabar > lanjut\nperiksa > selesai",
        flow("lanjut", "periksa", condition='=isi = "baik"'),
    ]
    flows += [flow("lanjut", "selesai", condition='=isi = "cukup"')]
    lanes = {"Loket": "masuk kabar lanjut periksa selesai"}
    properties = {"nomor": "nomor", "perihal": "judul", "awalan nomor": "BCR", "pelacakan": "ya"}
    properties |= {"belum selesai": "10 hari kerja", "belum selesai kembali ke": "periksa"}
    return {
        "bicara.bpmn": bpmn(nodes, flows, lanes=lanes, properties=properties, key="bicara", name="Bicara"),
        "masuk.form": form(text("nomor"), text("judul", required=True)),
        "kabar.form": form(text("isi", required=True)),
    }


class Walk:
    """An office in which everything is done. ``verify`` is called after each deed, with what was done."""

    def __init__(self, office: Office, verify: Callable[[str], None]) -> None:
        self.office, self.database, self.verify = office, office.database, verify
        self.numbers = 0

    def all(self) -> None:
        """Do it, noun by noun."""
        with self.database.transaction() as session:
            self.second = add_user(session, "kedua", "Loket", is_process_owner=True)
            self.head = add_user(session, "kepala", is_admin=True)
        for deed in (
            self.destroyed, self.cases, self.undone, self.reporters, self.moves, self.days_off, self.timers,
            self.workload, self.versions, self.drafts, self.imports, self.questions, self.people, self.channels,
            self.taken, self.checkpoints, self.worker_jobs, self.failed_work,
        ):  # fmt: skip
            deed()
            self.verify(deed.__name__)

    # -- shortcuts -----------------------------------------------------------------------------------

    def command(self, name: str) -> Command:
        self.numbers += 1
        return Command(name, str(self.numbers), f"{name} {self.numbers}")

    def act(self, do: _Do, *given: Any, actor: Actor) -> Any:
        """A deed of a service, in a transaction of its own."""
        return run_without_key(self.database, lambda session: do(session, *given, actor=actor))

    def get(self, model: Any, *where: Any) -> Any:
        """The newest row."""
        with self.database.reading() as session:
            query = select(model).where(*where)
            return session.scalars(
                query.order_by(*[key.desc() for key in model.__table__.primary_key])
            ).first()

    def now(self) -> datetime:
        with self.database.reading() as session:
            return clock.now(session)

    def work(self, turn: Callable[..., Any], *given: Any) -> None:
        while turn(self.database, *given):
            pass

    def begun(self, key: str = "uji", **values: str) -> ProcessInstance:
        given = {"judul": "Lampu jalan mati", **values}
        answer = instances.start_instance(
            self.database, self.command("start"), key, given, actor=self.office.rina,
            answer=lambda _session, done: {"id": done.instance.id}, typed=given,
        )  # fmt: skip
        found: ProcessInstance = self.get(ProcessInstance, ProcessInstance.id == answer["id"])
        return found

    def completed(self, case: ProcessInstance, **values: str) -> str:
        task = self.office.open_task(case).id
        given = values or {"hasil": "cukup", "unit": "A"}
        tasks.complete_task(
            self.database, self.command("complete_task"), task, given, {}, actor=self.office.rina,
            answer=lambda _session, _work: {}, typed=given, undoable=True,
        )  # fmt: skip
        return task

    # -- deeds ---------------------------------------------------------------------------------------

    def cases(self) -> None:
        office = self.office
        case = self.begun(pelapor="Bu Sri Rahayu")
        task = office.open_task(case).id
        self.act(desk.claim, task, actor=office.rina)
        self.act(desk.release, task, actor=office.rina)
        self.act(desk.claim, task, actor=office.rina)
        self.act(
            lambda s, **by: desk.reassign(s, task, users.named(s, "budi"), "Cuti", **by), actor=office.ketua
        )
        self.act(lambda s, **by: snoozing.snooze(s, task, None, moved=True, **by), actor=office.budi)
        self.act(snoozing.wake, task, actor=office.budi)
        self.act(correspondence.write_to_reporter, case.id, "Sedang diperiksa.", actor=office.budi)
        self.act(notes.add, case.id, "Lampu di jalan Mawar", actor=office.rina)
        self.act(followers.follow, case.id, actor=office.rina)
        self.act(followers.unfollow, case.id, actor=office.rina)
        self.act(masking.mark, case.id, ["Mawar"], "nama", actor=office.rina)
        signs = self.act(masking.of_case, case.id, actor=office.rina).signs
        self.act(masking.lift, case.id, signs[0], "keliru", actor=office.rina)
        self.act(holds.hold, case.id, "Sengketa", actor=self.head)
        self.act(holds.lift, case.id, "Selesai", actor=self.head)
        main = self.begun()
        shown = selections_of.Shown(office.open_task(main).id, 0, main.revision)
        [outcome] = selections.change_each(
            self.database, [shown], "claim", lambda s, id_: desk.claim(s, id_, actor=office.rina),
            actor=office.rina, key="pilih",
        )  # fmt: skip
        assert outcome.state == "done"
        self.act(joined_reports.join, case.id, main.id, actor=office.rina)
        self.act(joined_reports.part, case.id, "lain", actor=office.ketua)
        self.act(masking.mark, case.id, ["jalan"], "nama", actor=office.rina)
        self.act(erasure.erase, case.id, "Diminta", actor=self.head)
        self.act(cancellation.cancel, case.id, "Dikirim dua kali", actor=office.owner)
        self.act(reopening.reopen, case.id, "periksa", "Keliru dibatalkan", actor=office.ketua)

    def undone(self) -> None:
        case = self.begun()
        task = self.completed(case)
        tasks.undo_completion(
            self.database, self.command("undo_completion"), task, actor=self.office.rina,
            answer=lambda _session, _task: {},
        )  # fmt: skip
        self.verify("completion taken back")
        self.completed(case)
        case_with_a_file(self.office, back=True)

    def reporters(self) -> None:
        office, database = self.office, self.database
        deployments.deploy_files(database, talkative(), actor=office.owner)
        case = self.begun("bicara")
        self.act(codes.issue, case.id, actor=office.rina)
        code = self.act(codes.issue, case.id, actor=office.rina)
        reporter.look_up_case(database, case.business_key, code)
        messages.send_reporters_message(database, self.command("reporters_message"), case.id, "Mohon kabar.")
        self.told_by_reporter(case, "cukup")
        messages.rate_report(database, self.command("rate_report"), case.id, "4", "Cepat.")
        messages.reopen_report(database, self.command("reopen_report"), case.id, "Belum beres.")
        case = self.begun("bicara")
        messages.send_message(
            database, self.command("message"), "kabar datang", case.business_key, {"isi": "baik"},
            actor=office.rina, answer=lambda _session, _case: {},
        )  # fmt: skip
        case = self.begun("bicara")
        wait = self.noted(case, "baik")
        self.verify("a message noted")
        messages.undo_message(
            database, self.command("undo_message"), case.id, wait, actor=office.rina,
            answer=lambda _session, _noted: {},
        )  # fmt: skip
        self.verify("a message taken back")
        self.noted(case, "cukup")
        stopped = self.begun("bicara")
        with suppress(ExecutionFailed):
            self.told_by_reporter(stopped, "entah")
        incident = self.get(Incident, Incident.instance_id == stopped.id)
        self.verify("an incident")
        self.act(incidents.retry, incident.id, actor=office.owner)

    def told_by_reporter(self, case: ProcessInstance, said: str) -> None:
        wait = self.get(MessageWait, MessageWait.instance_id == case.id)
        command = self.command("reporters_form")
        messages.send_reporters_form(self.database, command, case.id, wait.id, {"isi": said})

    def noted(self, case: ProcessInstance, said: str) -> str:
        wait = str(self.get(MessageWait, MessageWait.instance_id == case.id).id)
        messages.record_message(
            self.database, self.command("record_message"), case.id, wait, {"isi": said},
            actor=self.office.rina, answer=lambda _session, _noted: {}, typed={"isi": said},
        )  # fmt: skip
        return wait

    def moves(self) -> None:
        office, database = self.office, self.database
        one, other = self.begun(), self.begun()
        batches = []
        for days in (5, 9):
            target = self.deployed(procedure(after=f"{days} hari kerja"))
            given = ([one.id, other.id], Decisions(timers={"lewat": "recompute"}), "Direvisi")
            command = self.command("migrate")
            batch = migration.begin(database, command, target, *given, actor=office.owner)["batch"]
            migration.stop(database, self.command("stop_migration"), batch, actor=office.owner)
            migration.resume(database, self.command("resume_migration"), batch, actor=office.owner)
            self.work(migration.work)
            batches.append(batch)
            self.verify("moved")
        for batch in reversed(batches):
            for case in (one.id, None):
                migration.take_back(
                    database, self.command("undo_migration"), batch, "keliru", actor=office.owner,
                    instance_id=case,
                )  # fmt: skip
                self.work(migration.work)
                self.verify("a move taken back")
        migration.put_elsewhere(
            database, self.command("move_token"), one.id, office.open_task(one).id, "kerjakan", "keliru",
            actor=office.owner,
        )  # fmt: skip

    def deployed(self, files: Mapping[str, bytes]) -> int:
        done = deployments.deploy_files(self.database, files, actor=self.office.owner)
        return done.definitions[0].definition.id

    def days_off(self) -> None:
        self.begun()
        on = (self.now() + timedelta(days=1)).date()
        for change in (
            lambda s, **by: holidays.add(s, on, "Pilkada", **by),
            lambda s, **by: holidays.remove(s, on, **by),
        ):
            self.act(change, actor=self.head)
            recounts.begin(self.database, self.command("recount_deadlines"), actor=self.head)
            self.work(recounts.work)
            self.verify("counted anew")

    def timers(self) -> None:
        cases_of_two = self.begun(), self.begun()
        late, failing = (self.get(Job, Job.instance_id == case.id) for case in cases_of_two)
        for _time in range(3):
            jobs.fail_job(self.database, failing.id, "gangguan")
        jobs.fire_job(self.database, late.id, at=late.due_at)
        jobs.fire_due(self.database, 1, set())
        incident = self.get(Incident, Incident.job_id == failing.id)
        self.act(incidents.retry, incident.id, actor=self.office.owner)

    def worker_jobs(self) -> None:
        post = Post(self.office)
        for ending in (post.complete, lambda taken: post.throw(taken, "ditolak"), post.fail):
            post.start()
            [taken] = post.take()
            post.extend(taken, 600)
            ending(taken)
            self.verify("a job ended")

    def failed_work(self) -> None:
        row = Work(kind="mail", key="", lane=2, due_at=None, tries=3, deaths=0, error="NotReady")
        run_without_key(self.database, lambda session: session.add(row))
        piece = self.get(Work, Work.kind == "mail")
        work_again.try_again(self.database, self.command("try_work_again"), piece.id, actor=self.office.admin)

    def workload(self) -> None:
        office, database = self.office, self.database
        held = self.begun()
        self.act(desk.claim, office.open_task(held).id, actor=office.rina)
        for_unit = self.begun()
        self.completed(for_unit)
        spread = {office.open_task(self.begun()).id: office.budi.id}
        workload.spread(database, self.command("spread_tasks"), spread, "Menumpuk", actor=office.ketua)
        given = (office.rina.id, office.budi.id, "Pindah tugas")
        workload.hand_over(database, self.command("hand_over"), *given, actor=self.head)
        workload.succeed(database, self.command("succeed_unit"), "A", "B", "Digabung", actor=self.head)
        self.work(workload.work)
        self.verify("handed over")
        with database.reading() as session:
            begun = session.execute(select(TaskTransfer.id, TaskTransfer.begun_by_id)).all()
        for id_, by_id in reversed(begun):
            actor = self.head if by_id == self.head.id else office.ketua
            workload.take_back(database, self.command("undo_transfer"), id_, actor=actor)
            self.work(workload.work)
            self.verify("a transfer taken back")
        days = (date(2031, 4, 7), date(2031, 4, 8))
        away = workload.add_absence(
            database,
            self.command("add_absence"),
            office.rina.id,
            office.budi.id,
            days,
            actor=self.head,
        )
        workload.end_absence(database, self.command("end_absence"), away["absence"], actor=self.head)

    def versions(self) -> None:
        office, database = self.office, self.database

        def latest() -> int:
            with database.reading() as session:
                found = definitions.latest(session, "uji")
                assert found is not None
                return found.id

        upload = deployments.deploy_upload(
            database, self.command("deploy"), procedure(after="11 hari kerja"), actor=office.owner,
            seen=saw(database).versions,
            answer=lambda _session, done: {"id": done.definitions[0].definition.id},
        )  # fmt: skip
        mistaken = self.deployed(procedure(after="12 hari kerja"))
        for do, about in (
            (deployments.withdraw_version, mistaken),
            (deployments.retire_process, upload["id"]),
            (deployments.resume_process, upload["id"]),
        ):
            seen = {"seen": saw(database).versions} if do is deployments.resume_process else {}
            do(database, self.command(do.__name__), about, "Keliru", actor=office.owner, **seen)
        deployments.reinstate_version(
            database, self.command("reinstate_version"), latest() - 2, "Keliru", actor=office.owner,
            seen=saw(database).versions,
            answer=lambda _session, _done: {},
        )  # fmt: skip
        with self.settings(uploads_wait=True):
            drafted = procedure(after="13 hari kerja")
            deployments.draft_upload(database, self.command("draft_upload"), drafted, actor=office.owner)
        deployments.sync_folders(database, talkative())
        with self.settings(four_eyes="all"):
            deployments.deploy_files(database, procedure(after="14 hari kerja"), actor=office.owner)
            proposed = self.get(ProposedDeployment)
            deployments.approve_proposal(
                database, self.command("approve"), proposed.id, actor=self.second,
                answer=lambda _session, _done: {},
            )  # fmt: skip

    @contextmanager
    def settings(self, **changes: Any) -> Iterator[None]:
        before = self.database._info["config"]
        self.database._info["config"] = replace(before, **changes)
        try:
            yield
        finally:
            self.database._info["config"] = before

    def drafts(self) -> None:
        office, database = self.office, self.database
        draft = self.drafted()
        row = self.get(
            ProcessDraftFile, ProcessDraftFile.draft_id == draft, ProcessDraftFile.name == "uji.bpmn"
        )
        changed = procedure(after="15 hari kerja")["uji.bpmn"]
        studio.save_file(database, draft, "uji.bpmn", changed, began_with=row.revision, actor=office.owner)
        studio.bring_in_files(
            database,
            self.command("bring_in"),
            draft,
            {"lain.form": form(text("lain"))},
            actor=office.owner,
            seen={},
        )
        with database.reading() as session:
            plan = renaming.plan(session, draft, "lain.form", "lain", "baru", actor=office.owner)
        studio.rename_field(database, draft, "lain.form", "lain", "baru", seen=plan.seen, actor=office.owner)
        for change in (drafts.discard, drafts.restore):

            def do(session: Any, change: _Do = change) -> dict[str, Any]:
                return {"id": change(session, draft, actor=office.owner).id}

            studio.change_draft(database, self.command("change_draft"), draft, do, actor=office.owner)
        other = renamed(procedure(after="14 hari kerja")["uji.bpmn"], "uji", "lain_id")
        with database.transaction() as session:
            strange = new_drafts.begin_from_files(
                session, {"l.bpmn": other}, title=None, actor=office.owner
            ).id
        studio.same_process(
            database, self.command("same_process"), strange, "lain_id", "uji", actor=office.owner
        )
        self.published(draft)
        later = self.now() + timedelta(days=3)
        planned = self.published(self.drafted("16 hari kerja"), later)
        publications.cancel(database, self.command("cancel"), planned, "Ditunda", actor=office.owner)
        self.published(self.drafted("17 hari kerja"), later)
        with self.at(later + timedelta(minutes=1)):
            publications.put_due_in_force(database)

    def drafted(self, after: str = "") -> int:
        with self.database.reading() as session:
            live = definitions.latest(session, "uji")
            assert live is not None
        draft: int = studio.begin_draft(
            self.database, self.command("begin_draft"),
            lambda s: new_drafts.begin_from_version(s, live.id, actor=self.office.owner),
            actor=self.office.owner,
        )["draft"]  # fmt: skip
        if after:
            given = (self.database, self.command("bring_in"), draft, procedure(after=after))
            studio.bring_in_files(*given, actor=self.office.owner, seen=saw(self.database, draft).files)
        return draft

    def published(self, draft: int, at: datetime | None = None) -> int:
        done = studio.publish_draft(
            self.database, self.command("publish_draft"), draft, "Perbup 12/2026",
            actor=self.office.owner, seen=saw(self.database, draft),
            answer=lambda _session, done: {"proposal": done.proposal.id if done.proposal else 0}, at=at,
        )  # fmt: skip
        number: int = done["proposal"]
        return number

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let every transaction happen at a moment."""
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(clock, "_current", lambda _session: moment)
            yield

    def imports(self) -> None:
        office, database = self.office, self.database
        self.deployed(procedure() | {"terima.form": start_form()})
        for number in range(2):
            content = as_csv(line(f"85072{number}"), line(f"85073{number}", Klasifikasi="Aspirasi"))
            command = self.command("add_import")
            batch = imports.add(database, command, "uji", "laporan.csv", content, actor=office.rina)["batch"]
            self.work(imports.work)
            by = {"actor": office.rina}
            imports.choose(database, self.command("choose_import"), batch, ["aspirasi"], {}, **by)
            self.work(imports.work)
            for do in (imports.begin, imports.stop, imports.resume):
                do(database, self.command(do.__name__), batch, **by)
            self.work(imports.work)
        self.deployed(procedure())

    def questions(self) -> None:
        office, database = self.office, self.database
        self.begun()
        kept = questions.save(
            database, self.command("save_question"), "Semua", EVERY, shared=True, actor=office.auditor
        )
        questions.remove(database, self.command("remove_question"), kept["id"], actor=office.auditor)
        wanted = samples.wanted("Uji petik", EVERY, "2026", "2", actor=office.auditor)
        sample = questions.draw(database, self.command("draw_sample"), wanted, actor=office.auditor)["id"]
        for verdict in ("flawed", "fine"):
            with database.reading() as session:
                shown = findings.shown(session.get_one(SampledCase, (sample, 1)))
            questions.record_finding(
                database, self.command("record_finding"), sample, 1, verdict, "Lewat lima hari",
                shown=shown, actor=office.auditor,
            )  # fmt: skip

    def people(self) -> None:
        office, database = self.office, self.database
        first = self.act(lambda s, **by: passwords.reset_password(s, office.rina.id, **by), actor=self.head)
        accounts.change_password(database, first, "kereta-malam-42", actor=office.rina)
        _user, token = accounts.sign_in(database, "rina", "kereta-malam-42", source="192.0.2.7")
        by: dict[str, Any] = {"actor": office.rina, "keep": token}
        setup = self.act(lambda s, **by: second_steps.begin_setup(s, issuer="Alur", **by), actor=office.rina)
        code = second_steps.code_at(
            b32decode(setup.key.replace(" ", "")), int(clock.real().timestamp()) // 30
        )
        left = accounts.set_second_step(database, "kereta-malam-42", setup.sealed, code, **by)
        due = accounts.sign_in(database, "rina", "kereta-malam-42", source="192.0.2.7")
        assert isinstance(due, accounts.SecondStepDue)
        accounts.take_second_step(database, due.ticket, left[0])
        with self.settings(base_url=ORIGIN):
            self.passkeys(by)
        accounts.renew_recovery_codes(database, "kereta-malam-42", actor=office.rina)
        accounts.remove_second_step(database, "kereta-malam-42", **by)
        accounts.end_sessions(database, "kereta-malam-42", None, **by)
        accounts.sign_out(database, token, actor_id=office.rina.id)
        content = (
            b"nama pengguna;nama lengkap;surel;peran;lajur;unit;bahasa;aktif\nsari;Sari;;;Loket;;id;ya\n"
        )
        command = self.command("add_roster")
        file = roster.add(database, command, "users", "orang.csv", content, actor=self.head)["file"]
        with database.reading() as session:
            shown = rosters.fingerprint(
                rosters.judge(session, rosters.get(session, file, actor=self.head), actor=self.head)
            )
        roster.begin(database, self.command("begin_roster"), file, shown, actor=self.head)
        self.work(roster.work)
        roster.put_away(database, file, actor=self.head)

    def passkeys(self, by: Mapping[str, Any]) -> None:
        database, password = self.database, "kereta-malam-42"
        asked = passkeys.begin_adding(database, password, "Ponsel", actor=self.office.rina)
        key, answer = make(asked.options, ORIGIN)
        passkeys.add(database, asked.sealed, answer, **by)
        with database.reading() as session:
            entering = keys.begin_entering(session)
        passkeys.sign_in(database, entering.sealed, key.answer(entering.options, ORIGIN))
        due = accounts.sign_in(database, "rina", password, source="192.0.2.7")
        assert isinstance(due, accounts.SecondStepDue)
        second = passkeys.begin_second_step(database, due.ticket)
        passkeys.take_second_step(database, due.ticket, second.sealed, key.answer(second.options, ORIGIN))
        passkeys.remove(database, password, self.get(Passkey).id, **by)

    def channels(self) -> None:
        database, by = self.database, {"actor": self.head}
        with database.transaction() as session:
            planting.plant(
                session,
                {"sender": "warga@example.id", "sender_name": "Bu Sri", "subject": "Jalan", "text": "Rusak"},
                mails=2,
            )
        with self.settings(webhook_hosts=("pusat.example.go.id",)):
            hook = channels.add_webhook(
                database, self.command("add_webhook"), "Pusat", "https://pusat.example.go.id/alur",
                ["case_started"], **by, secret="rahasia",
            )["webhook"]  # fmt: skip
        channels.renew_secret(database, self.command("renew"), hook, **by, secret="lain")
        for on in (False, True):
            channels.turn_webhook(database, self.command("turn_webhook"), hook, on=on, **by)
        failed = self.get(WebhookDelivery, WebhookDelivery.state == "failed")
        command = self.command("send_webhook_again")
        channels.send_again(database, command, failed.webhook_id, failed.id, **by)
        with pytest.raises(NotReady):
            channels.deliver(database, f"{failed.webhook_id}/{failed.id}")
        notice = self.get(ReporterNotice, ReporterNotice.state == "failed")
        channels.send_sms_again(database, self.command("send_sms_again"), notice.id, **by)
        channels.tell_reporter(database, f"sms/{notice.id}")
        channels.take_mail(database)
        one = self.get(IncomingMail)
        channels.lay_mail_aside(
            database, self.command("lay_mail_aside"), one.id, "Bukan laporan", actor=self.office.rina
        )
        other = self.get(IncomingMail, IncomingMail.id != one.id)
        given = (other.id, "uji")
        channels.begin_report(database, self.command("begin_report"), *given, actor=self.office.rina)
        mail.Letters().send(database, f"server/{self.office.rina.id}")
        digests.deliver_digests(database)

    def taken(self) -> None:
        office, database = self.office, self.database
        case = self.begun(pelapor="Bu Sri Rahayu")
        downloads.record_list_taken(database, "perkara", "csv", actor=office.auditor)
        downloads.record_report_taken(database, "uji", "2026-11", "pdf", actor=office.auditor)
        eventlogs.record_taken(database, "xes", InstanceFilters(), actor=office.auditor)
        self.act(
            lambda s, **by: taking.take(s, case.id, archive=False, with_identity=False, **by),
            actor=office.rina,
        )
        with database.reading() as session:
            config = settings.config(session)
        with TemporaryFile() as file:
            evidence.export_bundle(database, config, [case.id], file, office.auditor)
        target = self.deployed(procedure(after="21 hari kerja"))
        survey = surveys.begin(
            database, self.command("survey_version"), lambda s: move_targets.stored_target(s, target),
            lambda _s, _t: Decisions(),
            actor=office.owner,
        )["survey"]  # fmt: skip
        self.work(surveys.work)
        surveys.forget(database, self.command("forget_survey"), survey, actor=office.owner)
        self.work(numbers.fold)
        numbers.follow(database)
        numbers.publish(database)
        backups.work(database, config)
        keeping.forget_old(database)

    def destroyed(self) -> None:
        old_cases.deploy(self.office, "2 tahun")
        for judul in ("Lampu", "Jalan"):
            old_cases.case_of(self.office, judul=judul)
        by = {"actor": self.head}
        with self.at(datetime(2031, 3, 1, 3, tzinfo=UTC)):
            for last in (retention.end, None):
                with self.database.reading() as session:
                    typed = str(periods.overdue_of(session, "uji", actor=self.head).cases)
                command = self.command("destroy_cases")
                begun = retention.begin(self.database, command, "uji", typed, "Masa simpan lewat", **by)
                for do in (retention.stop, retention.resume if last is None else last):
                    do(self.database, self.command(do.__name__), begun["destruction"], **by)
                self.work(retention.work)
        assert self.get(DestroyedCase) is not None
        self.deployed(procedure())

    def checkpoints(self) -> None:
        made = evidence.make_checkpoint(self.database, actor=self.office.auditor, demanded=True)
        evidence.make_due_checkpoint(self.database)
        found = verifying.snapshot_verified(config_of(self.database), self.database, lambda _done: None)
        command = self.command("verify_record")
        evidence.begin_verification(self.database, command, actor=self.office.auditor)
        evidence.verify(self.database)
        evidence.note_verified(self.database, found, self.office.auditor)
        assert made is not None
        evidence.take_checkpoint(self.database, made.id, self.office.auditor)
        evidence.send_checkpoints(self.database)
        with TemporaryDirectory() as folder:
            evidence.send_to(self.database, Place("folder", folder))
