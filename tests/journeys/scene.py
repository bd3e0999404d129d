"""An office in the middle of its work: something of everything that a page can show."""

import re
import time
from base64 import b32decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.models import (
    DefinitionFile,
    DestroyedCase,
    Destruction,
    Incident,
    ProcessDefinition,
    ProcessInstance,
    ProposedDeployment,
)
from app.services.core.access import actor_of
from app.services.files import phone_photos
from app.services.migration import batches
from app.services.migration.decisions import Decisions
from app.services.people import second_steps, users
from app.services.questions import findings, samples, saved
from app.services.search.question import question_of
from app.services.studio import draft_files, drafts, new_drafts, titles
from app.services.workload import transfers
from tests.journeys.office import Office
from tests.journeys.paths import Receipt
from tests.reports import answers_for, report, report_values
from tests.services.channels.planting import plant
from tests.services.importing import sop_file
from tests.sop_changes.editing import Drawing, changed_form, shipped

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)

#: Who signs in with a code of his app as well.
TWO_STEPS = "dishub"


_MAIL = {
    "sender": "warga.eromoko@example.id",
    "sender_name": "Warga Eromoko",
    "subject": "Lampu jalan di depan balai desa mati sejak Senin",
    "text": "Selamat pagi,\n\nlampu jalan di depan balai desa mati sejak Senin. Mohon diperbaiki.\n\nTerima kasih.",
}


@dataclass
class Scene:
    """``words`` fill the addresses of pages: ids of cases, tasks, files; ``receipts``: what reporters hold."""

    words: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)


def play(office: Office) -> Scene:
    """Let the office work for some days."""
    scene = Scene()
    _stop_a_case(office, scene)
    take_a_second_step(office, TWO_STEPS)
    cases = {
        "fresh": office.case("SIN-001"),
        "taken": office.case("SIN-003", until="telaahan"),
        "long": office.case("SIN-026", until="telaahan"),
        "odd": office.case("SIN-028", until="konfirmasi"),
        "sent": office.case("SIN-016", until="menyalurkan"),
        "unit": office.case("SIN-017", until="tindak_lanjut"),
        "waiting": office.case("SIN-002", until=""),
        "ended": office.case("SIN-005", until=""),
        "cancelled": office.case("SIN-010"),
    }
    office.api(
        "pemilik", "DELETE", f"/process-instances/{cases['cancelled']['id']}", {"reason": "Dikirim dua kali."}
    )
    for name, case in cases.items():
        scene.words[name] = str(case["id"])
        task = office.task(case["business_key"])
        if task:
            scene.words[f"{name}_task"] = task["id"]
    office.api("upp", "POST", f"/tasks/{scene.words['taken_task']}/claim")
    scene.words["done_task"] = _finished_task(office)
    for name in ("waiting", "ended"):
        scene.receipts[name] = hand_out(office, cases[name]["id"], cases[name]["business_key"])
    scene.words["proposal"] = _propose(office)
    scene.words["draft"], scene.words["broken_draft"] = _begin_drafts(office)
    scene.words["import"] = _import(office)
    scene.words["photos"] = _code_for_a_phone(office)
    scene.words["transfer"] = _spread(office, scene)
    scene.words["destruction"] = _destroyed(office)
    scene.words["sample"] = _draw_sample(office)
    scene.words["batch"], scene.words["incident"] = _move_cases(office, scene)
    with office.installation.database.transaction() as session:
        plant(session, _MAIL, mails=3)
    later = office.installation.now() + timedelta(days=8)
    office.installation.command("fire", "--at", later.isoformat())
    scene.words["new"] = str(office.case("SIN-013", until="telaahan")["id"])
    return scene


def _code_for_a_phone(office: Office) -> str:
    """What the address holds by which a telephone sends pictures."""
    with office.installation.database.transaction() as session:
        lapor = actor_of(users.named(session, "lapor"))
        return phone_photos.begin(session, "start:pengaduan", "lampiran", private=False, actor=lapor)[0]


def _draw_sample(office: Office) -> str:
    """The id of an auditor's sample of all cases, one of which he found something about."""
    with office.installation.database.transaction() as session:
        auditor = actor_of(users.named(session, "auditor"))
        asked = question_of("k1.1=proses&k1.1.nilai=pengaduan")
        saved.save(session, "Semua pengaduan", asked, shared=True, actor=auditor)
        ids = list(session.scalars(select(ProcessInstance.id).limit(4)))
        wanted = samples.wanted("Uji petik triwulan", asked, "2026", str(len(ids)), actor=auditor)
        drawn = samples.keep(session, wanted, ids, len(ids), actor=auditor)
        findings.record(session, drawn.id, 1, "flawed", "Lewat lima hari kerja", actor=auditor)
        return str(drawn.id)


def _begin_drafts(office: Office) -> tuple[str, str]:
    """The ids of a draft of the SOP, and of one with errors; a third one is laid aside."""
    with office.installation.database.transaction() as session:
        owner = actor_of(users.named(session, "pemilik"))
        good = new_drafts.begin_from_version(session, 1, actor=owner).id
        files = {**draft_files.contents(session, good), "laporan.form": b"{"}
        bad = new_drafts.begin_from_files(session, files, title=titles.title_of(files), actor=owner).id
        drafts.discard(session, new_drafts.begin_empty(session, "Izin usaha", actor=owner).id, actor=owner)
    return str(good), str(bad)


def _move_cases(office: Office, scene: Scene) -> tuple[str, str]:
    """The ids of a batch that was stopped before the turn of its case, which is the stopped one, and of that one's
    incident."""
    stopped = int(scene.words["stopped"])
    with office.installation.database.transaction() as session:
        owner = actor_of(users.named(session, "pemilik"))
        target = session.scalars(select(ProcessDefinition.id).where(ProcessDefinition.in_force)).first() or 0
        incident = session.scalars(select(Incident.id).where(Incident.instance_id == stopped)).one()
        batch = batches.begin(session, target, [stopped], Decisions(), "Gerbangnya diperbaiki", actor=owner)
        batches.BATCHES.stop(session, batch.id, actor=owner)
        return str(batch.id), str(incident)


def _spread(office: Office, scene: Scene) -> str:
    """The id of a transfer of a task to somebody who may not have it."""
    with office.installation.database.transaction() as session:
        coordinator, other = users.named(session, "koordinator"), users.named(session, "dlh")
        wanted = {scene.words["fresh_task"]: other.id}
        return str(transfers.spread(session, wanted, "Lewat tenggat", actor=actor_of(coordinator)).id)


def _destroyed(office: Office) -> str:
    """The id of a destruction of a process that is no more."""
    at = datetime(2026, 1, 5, 3, tzinfo=UTC)
    with office.installation.database.transaction() as session:
        admin = users.named(session, "admin")
        made = Destruction(
            key="surat",
            process="Surat masuk",
            rule="5 tahun",
            before=at,
            reason="Berita acara 1/2026",
            state="stopped",
            begun_at=at,
            begun_by_id=admin.id,
            total=2,
            destroyed=1,
            checksum="0" * 64,
        )
        session.add(made)
        session.flush()
        session.add(
            DestroyedCase(
                destruction_id=made.id,
                instance_id=0,
                key="surat",
                business_key="SURAT-2019-00001",
                version=1,
                state="ended",
                end_name="Diarsipkan",
                started_at=at.replace(year=2019),
                ended_at=at.replace(year=2020),
                destroyed_at=at,
                files=2,
                events=14,
                checksum="0" * 64,
            )
        )
        return str(made.id)


def _import(office: Office) -> str:
    """The id of a file that the worker looked at: one of its lines is ready, the other is wrong."""
    browser = office.installation.browser("lapor")
    browser.get("/impor")
    file = {"file": ("laporan.csv", sop_file(1, 1))}
    address = browser.post_files("/impor?key=pengaduan", {}, file).headers["Location"]
    end = time.monotonic() + 60
    while "Sedang diperiksa" in browser.get(address).text:
        assert time.monotonic() < end, "the worker does not look at the file"
        time.sleep(0.1)
    return address.rpartition("/")[2]


def _propose(office: Office) -> str:
    """A deployment that waits for a second person. As a row: the installation does not ask for two."""
    with office.installation.database.transaction() as session:
        file = session.scalars(
            select(DefinitionFile).where(DefinitionFile.name == "laporan.form").limit(1)
        ).one()
        row = ProposedDeployment(
            state="waiting",
            digest="",
            files={file.name: file.sha256},
            beside={},
            base={"pengaduan": 3},
            no_longer_identity=["Nama pelapor"],
            findings=[],
            proposed_at=office.installation.now(),
        )
        session.add(row)
        session.flush()
        return str(row.id)


def take_a_second_step(office: Office, name: str) -> None:
    """Let an officer sign in with a code as well."""
    with office.installation.database.transaction() as session:
        actor = actor_of(users.named(session, name))
        setup = second_steps.begin_setup(session, actor=actor, issuer="Alur")
        key = b32decode(setup.key.replace(" ", ""))
        code = second_steps.code_at(key, int(time.time()) // 30)
        second_steps.store_setup(session, setup.sealed, code, actor=actor)


def _stop_a_case(office: Office, scene: Scene) -> None:
    """Deploy a version whose gateway leads nowhere, let a case run into it, and put the SOP back in force."""
    drawing = Drawing()
    for flow_id in ("lengkap", "perlu_dilengkapi", "tidak_dapat_dilengkapi"):
        for condition in drawing.element(flow_id):
            if condition.text and condition.text.startswith("="):
                condition.text = '=data_lengkap = "belum"'
    private = changed_form("laporan", lambda fields: fields["lampiran"].update(properties={"pribadi": "ya"}))
    pemilik = office.installation.api("pemilik")
    assert pemilik.upload("/deployments", "files", drawing.saved() | private).status == 201
    one = report("SIN-020")
    uploaded = office.installation.api("lapor").upload("/files", "file", {"ktp.png": PNG}).json
    variables = report_values(one) | {"lampiran": [uploaded["id"]]}
    case = office.api("lapor", "POST", "/process-instances", {"key": "pengaduan", "variables": variables})
    office.drive(case["business_key"], "SIN-020", until="konfirmasi")
    task = office.task(case["business_key"])
    assert task is not None
    values = {"variables": answers_for("konfirmasi", one)}
    reply = office.installation.api("upp").post(f"/tasks/{task['id']}/complete", values)
    assert reply.status == 422, reply.text
    assert pemilik.upload("/deployments", "files", shipped()).status == 201
    scene.words |= {"stopped": str(case["id"]), "stopped_task": task["id"], "private_file": uploaded["id"]}


def _finished_task(office: Office) -> str:
    [first, *_others] = office.api("upp", "GET", "/tasks?tab=done")["items"]
    return str(first["id"])


def hand_out(office: Office, case_id: int, number: str) -> Receipt:
    """Give the reporter a new code. By the page: V8 does not run in a process in which Playwright does."""
    lapor = office.installation.browser("lapor")
    lapor.get(f"/laporan/{case_id}/slip")
    slip = lapor.follow(lapor.post(f"/laporan/{case_id}/kode")).text
    found = re.search(r"\d{4} \d{4} \d{4} \d{4}", slip)
    assert found is not None, slip
    return Receipt(number, found[0])
