"""Hostile texts in everything that an office keeps; each kind of text has a number, which tells it on a page."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import models
from app.base.config import Office
from app.models import ProcessDefinition
from app.services.casefile import masking, notes
from app.services.channels import incoming
from app.services.channels.mail_reading import Mail
from app.services.channels.mailbox import Place
from app.services.core import clock, encryption, office
from app.services.core.access import Actor, actor_of
from app.services.files import sheets
from app.services.imports import batches as imports
from app.services.imports import targets as import_targets
from app.services.instances import cancellation, instances
from app.services.notifications import message_texts
from app.services.notifications.message_texts import Wording
from app.services.people import absences, groups, users
from app.services.people import roster_files as rosters
from app.services.people.profiles import Profile
from app.services.people.roster_lines import COLUMNS
from app.services.reporter import correspondence, joined_reports, ratings
from app.services.retention import erasure, holds
from app.services.studio import new_drafts
from app.services.tasks import presence, reply_templates, saved_views, tasks
from app.services.workload import transfers
from tests.reports import report, report_values
from tests.services.importing import sop_file

#: Of the texts that are told apart; what is named by the smaller ones was planted before.
_FIRST = 100


class Planter:
    """Writes hostile texts into an office that has the demo data and the SOP."""

    def __init__(self, session: Session) -> None:
        self.session = session
        #: How a page tells the text → what it is.
        self.planted: dict[str, str] = {}
        self.lanes = {name: groups.get_or_add(session, name).id for name in ("UPP K/L/D", "LAPOR ! – SP4N")}

    def word(self, what: str) -> str:
        """A text that breaks out of elements, attributes and scripts, and fits into 60 letters."""
        number = _FIRST + len(self.planted)
        self.planted[f"alert({number})"] = what
        return f"\"'><script>alert({number})</script><b onclick=a>{{{{7*7}}}}"

    def actor(self, name: str) -> Actor:
        return actor_of(users.named(self.session, name))

    def plant(self) -> dict[str, str]:
        """All of it; mark → what it is."""
        self._person()
        self._desks()
        self._cases()
        self._workload()
        self._files()
        self._office()
        self._process()
        self._channels()
        self._ended()
        return self.planted

    def _person(self) -> None:
        """Somebody who works in a lane and is called that; his name stands wherever people are named."""
        profile = Profile(self.word("name of an officer"), groups=frozenset(self.lanes.values()))
        self.jahat = users.create(
            self.session, "jahat", profile, "kereta-malam-42", must_change=False, actor=None
        )

    def _desks(self) -> None:
        lapor, coordinator = self.actor("lapor"), self.actor("koordinator")
        filters = {"q": self.word("filter of a saved view")}
        saved_views.save(self.session, self.word("name of a saved view"), filters, None, actor=lapor)
        shared = self.word("name of a shared view")
        saved_views.save(self.session, shared, {"q": "x"}, self.lanes["UPP K/L/D"], actor=coordinator)
        name, text = self.word("name of a reply template"), self.word("text of a reply template")
        reply_templates.save(self.session, None, self.lanes["UPP K/L/D"], name, text, actor=coordinator)

    def _start(self, **values: Any) -> int:
        given = {k: v for k, v in report_values(report("SIN-001")).items() if k != "tracking_id"}
        started = instances.start(self.session, "pengaduan", {**given, **values}, actor=self.actor("lapor"))
        return started.instance.id

    def _cases(self) -> None:
        session, jahat = self.session, actor_of(self.jahat)
        self.case = case = self._start(
            judul=self.word("subject of a case"), isi=f"Jalan rusak {self.word('text of a case')}"
        )
        [task] = instances.open_tasks(session, case)
        notes.add(session, case, f"@lapor {self.word('note that mentions somebody')}", actor=jahat)
        correspondence.write_to_reporter(
            session, case, self.word("message to a reporter"), actor=self.actor("lapor")
        )
        correspondence.write_to_office(session, case, self.word("message of a reporter"))
        masking.mark(session, case, ["rusak"], self.word("reason of a mask"), actor=jahat)
        tasks.reassign(
            session,
            task.id,
            self.jahat,
            self.word("reason of a reassignment"),
            actor=self.actor("koordinator"),
        )
        presence.note(session, task.id, actor=jahat)
        cancelled, erased = self._start(), self._start()
        cancellation.cancel(
            session, cancelled, self.word("reason of a cancellation"), actor=self.actor("pemilik")
        )
        erasure.erase(session, erased, self.word("reason of an erasure"), actor=self.actor("admin"))

    def _workload(self) -> None:
        session, coordinator = self.session, self.actor("koordinator")
        first = clock.today(session)
        days = first, first + timedelta(days=3)
        absences.add(session, self.jahat, users.named(session, "upp").id, *days, actor=self.actor("admin"))
        [task] = instances.open_tasks(session, self._start())
        wanted = {task.id: users.named(session, "lapor").id}
        transfers.spread(session, wanted, self.word("reason of a transfer"), actor=coordinator)

    def _files(self) -> None:
        """Imports and rosters: names of files, and their cells."""
        session, lapor, admin = self.session, self.actor("lapor"), self.actor("admin")
        goal = import_targets.target(session, "pengaduan", actor=lapor)
        cell = self.word("cell of an import").replace('"', "").encode()
        content = sop_file(1, 1).replace(b"8500000", cell)
        sheet = sheets.read_sheet("laporan.csv", content, goal.headings)
        batch = imports.add(
            session, "pengaduan", self.word("name of an imported file") + ".csv", sheet, actor=lapor
        )
        chosen = imports.choices(session, batch.id)
        lines = imports.next_lines(session, batch.id, 10)
        imports.note(session, batch.id, chosen, imports.judge(session, batch.id, lines, chosen))
        session.execute(update(models.ImportBatch).values(state="ready"))
        for kind, heading in (("users", "nama pengguna;nama lengkap;surel"), ("units", "kode;nama unit")):
            good, bad = (
                self.word(f"{how} cell of a file of {kind}").replace('"', "") for how in ("good", "wrong")
            )
            lines = f"{heading}\nbaru-{kind};{good};\n{bad};{'x' * 300};".encode()
            name = self.word(f"name of a file of {kind}") + ".csv"
            sheet = sheets.read_sheet("x.csv", lines, COLUMNS[kind].values())
            rosters.add(session, kind, name, sheet.headings, sheet.lines, actor=admin)

    def _office(self) -> None:
        wanted = {name: self.word(f"office, {name}") for name in ("name", "address", "hours")}
        office.edit(self.session, Office(**wanted), actor=self.actor("admin"))

    def _process(self) -> None:
        """Drafts, proposals, cases that move and that stop."""
        session, owner = self.session, self.actor("pemilik")
        new_drafts.begin_empty(session, self.word("name of a draft"), actor=owner)
        target = session.scalars(
            select(ProcessDefinition.id).where(ProcessDefinition.key == "pengaduan")
        ).one()
        row = models.ProposedDeployment(
            state="planned",
            digest="x",
            files={},
            beside={},
            base={"pengaduan": 1},
            no_longer_identity=[self.word("label of a field that is no identity any more")],
            findings=[],
            proposed_at=clock.now(session),
            proposed_by_id=self.jahat.id,
            reason=self.word("reason of a proposal"),
            in_force_at=clock.now(session) + timedelta(days=30),
        )
        moved = models.MigrationBatch(
            key="pengaduan",
            target_id=target,
            decisions={},
            reason=self.word("reason of a move"),
            state="stopped",
            begun_at=clock.now(session),
            begun_by_id=self.jahat.id,
        )
        stopped = models.Incident(
            instance_id=self.case,
            activity_id="penyaluran",
            message=self.word("message of an incident"),
            opened_at=clock.now(session),
        )
        session.add_all([row, moved, stopped])

    def _channels(self) -> None:
        """Webhooks, mails, what letters say, passkeys."""
        session, now = self.session, clock.now(self.session)
        hook = {"events": ["case_started"], "secret": encryption.seal(session, "x"), "after_event": 0}
        name = self.word("name of a webhook")
        session.add(models.Webhook(name=name, url="https://contoh.example.go.id/", added_at=now, **hook))
        mail = Mail(
            "<1@contoh.id>",
            "warga@contoh.id",
            self.word("name of who sent a mail"),
            self.word("subject of a mail"),
            self.word("text of a mail"),
            attachments=[(self.word("name of a file of a mail"), 12)],
        )
        incoming.take(session, mail, Place(1, 1))
        subject, body = (
            self.word(f"{part} of a letter as edited").translate({ord("{"): None, ord("}"): None})
            for part in ("subject", "text")
        )
        wording = Wording(subject, f"{body} {{daftar}}")
        message_texts.edit(session, "mail", "id", wording, actor=self.actor("admin"))
        for user in session.scalars(select(models.User)):
            key = models.Passkey(
                user_id=user.id,
                credential_id=f"kunci-{user.id}",
                public_key=b"x",
                sign_count=0,
                created_at=now,
            )
            key.name = self.word("name of a passkey") if user.name == "lapor" else "Laptop"
            session.add(key)

    def _ended(self) -> None:
        """Ratings, holds, reports that were joined and parted, destructions."""
        session, admin, lapor = self.session, self.actor("admin"), self.actor("lapor")
        main, report_id, ended = self._start(), self._start(), self._start()
        joined_reports.join(session, report_id, main, actor=lapor)
        joined_reports.part(session, report_id, self.word("reason of a parting"), actor=lapor)
        case = session.get_one(models.ProcessInstance, ended)
        case.state, case.ended_at = "ended", clock.now(session)
        ratings.rate(session, ended, "4", self.word("reason of a rating"))
        holds.hold(session, ended, self.word("reason of a hold"), actor=admin)
        session.add(
            models.Destruction(
                key="pengaduan",
                process=self.word("name of a process at a destruction"),
                rule="P5Y",
                before=clock.now(session),
                reason=self.word("reason of a destruction"),
                state="stopped",
                begun_at=clock.now(session),
                begun_by_id=self.jahat.id,
                total=1,
                checksum="x",
            )
        )
