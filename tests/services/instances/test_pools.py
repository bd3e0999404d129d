"""Two pools that talk: each a process of its own, and what one sends the other receives."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.base import stored_messages
from app.base.errors import InvalidDiagram
from app.commands.instances.jobs import fire_job
from app.models import Incident, Job, ProcessInstance
from app.services.core import loop_guard
from app.services.instances import incidents, instances, jobs
from app.services.tasks import tasks
from tests.engine.building import (
    Shape,
    bpmn,
    end,
    exclusive,
    flow,
    node,
    race,
    send,
    start,
    user,
)
from tests.engine.pools import FLOWS, WAITS, dinas, kecamatan
from tests.services.counting import statements
from tests.services.office import Office, form, text
from tests.services.two_pools import (
    at,
    begin,
    cases,
    deploy,
    events,
    files,
    finish,
    messages,
    process,
    tried_out,
    work,
)


@pytest.fixture
def deployed(office: Office) -> Office:
    deploy(office)
    return office


def waiting_jobs(office: Office) -> list[Job]:
    with office.database.reading() as session:
        return list(session.scalars(select(Job).where(Job.message_id.is_not(None))))


def test_pools_that_talk_are_deployed_without_a_warning_about_it(office: Office) -> None:
    assert not [code for code in deploy(office) if "message" in code]


def test_a_message_starts_a_case_of_the_other_pool_and_the_answer_comes_back(deployed: Office) -> None:
    case = begin(deployed)
    finish(deployed, case, lokasi="Desa A")
    assert cases(deployed, "dinas") == []
    work(deployed)
    [other] = cases(deployed, "dinas")
    assert other.variables["judul"] == "Jembatan"
    assert other.variables["lokasi"] == "Desa A"
    assert other.business_key != case.business_key
    assert other.started_by_id is None
    finish(deployed, other, putusan="setuju")
    work(deployed)
    [again] = cases(deployed, "kecamatan")
    assert again.variables["putusan"] == "setuju"
    assert again.business_key == again.variables["nomor"] == case.business_key
    assert at(deployed, case) == ["catat"]
    assert messages(deployed) == [("Usulan", "delivered"), ("Jawaban", "delivered")]
    assert waiting_jobs(deployed) == []


def test_both_sides_tell_what_was_sent_and_received_and_to_which_case(deployed: Office) -> None:
    case = begin(deployed)
    finish(deployed, case)
    work(deployed)
    [other] = cases(deployed, "dinas")
    finish(deployed, other, putusan="setuju")
    work(deployed)
    here, there = events(deployed, case), events(deployed, other)
    assert (here["message_sent"]["message"], here["message_sent"]["to"]) == ("Usulan", "Dinas")
    assert "judul" in here["message_sent"]["fields"]
    delivered = here["message_delivered"]
    assert (delivered["case"], delivered["case_number"]) == (other.id, other.business_key)
    assert (there["instance_started"]["case"], there["instance_started"]["message"]) == (case.id, "Usulan")
    assert here["message_received"]["case_number"] == other.business_key
    assert here["message_received"]["values"] == {"putusan": "setuju"}
    assert "by" not in here["message_received"]
    assert "notification_queued" not in here


def test_nothing_is_delivered_twice_and_nothing_lost_when_the_worker_dies(deployed: Office) -> None:
    case = begin(deployed)
    finish(deployed, case)
    [job] = waiting_jobs(deployed)

    def die() -> None:
        with deployed.database.transaction() as session:
            assert jobs.fire(session, job.id)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()
    assert cases(deployed, "dinas") == []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: fire_job(deployed.database, job.id), range(8)))
    assert len(cases(deployed, "dinas")) == 1
    assert waiting_jobs(deployed) == []


def test_all_that_one_event_sends_is_delivered(office: Office) -> None:
    asks = process("tanya", [start("mulai"), send("kirim"), end("selesai")], "mulai > kirim > selesai")
    others = [
        process(key, [node("startEvent", f"masuk_{key}", inside=WAITS), user(f"isi_{key}"), end(f"usai_{key}")],
                f"masuk_{key} > isi_{key} > usai_{key}")
        for key in ("satu", "dua", "tiga")
    ]  # fmt: skip
    deploy(
        office, files(asks, *others, flows=tuple(f"kirim > masuk_{key}" for key in ("satu", "dua", "tiga")))
    )
    begin(office, "tanya")
    work(office)
    assert [len(cases(office, key)) for key in ("satu", "dua", "tiga")] == [1, 1, 1]


def test_tasks_of_people_write_to_each_other(office: Office) -> None:
    asks = process("loket", [start("mulai"), user("minta"), user("terima"), end("usai")],
                   "mulai > minta > terima > usai")  # fmt: skip
    does = process("bidang", [start("awal"), user("kerja"), end("akhir")], "awal > kerja > akhir")
    deploy(office, files(asks, does, flows=("minta > kerja: Permintaan", "kerja > terima: Hasil")))
    case = begin(office, "loket")
    assert cases(office, "bidang") == []
    finish(office, case)
    work(office)
    [other] = cases(office, "bidang")
    assert at(office, other) == ["kerja"]
    assert "notification_queued" not in events(office, case)
    finish(office, other)
    work(office)
    assert at(office, case) == ["terima"]
    assert "message_received" in events(office, case)
    assert messages(office) == [("Permintaan", "delivered"), ("Hasil", "delivered")]
    assert len(cases(office, "bidang")) == 1


@pytest.mark.parametrize("place", ["receive task", "boundary", "event gateway"])
def test_an_answer_is_heard_wherever_one_can_wait_for_it(office: Office, place: str) -> None:
    shapes = [start("mulai"), send("kirim"), user("catat"), end("selesai")]
    if place == "receive task":
        shapes.append(node("receiveTask", "tunggu"))
        flows = "mulai > kirim > tunggu > catat > selesai"
    elif place == "boundary":
        shapes += [user("kerja"), node("boundaryEvent", "tunggu", attachedToRef="kerja", inside=WAITS)]
        flows = "mulai > kirim > kerja > selesai\ntunggu > catat > selesai"
    else:
        late = node("intermediateCatchEvent", "lama", inside="<bpmn:timerEventDefinition>"
                    "<bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition>")  # fmt: skip
        shapes += [race("mana"), node("intermediateCatchEvent", "tunggu", inside=WAITS), late]
        flows = "mulai > kirim > mana > tunggu > catat > selesai\nmana > lama > selesai"
    deploy(office, files(process("kecamatan", shapes, flows), dinas()))
    case = begin(office)
    work(office)
    finish(office, cases(office, "dinas")[0], putusan="ya")
    work(office)
    assert at(office, case) == ["catat"]
    assert cases(office, "kecamatan")[0].variables["putusan"] == "ya"


def test_a_new_version_of_the_receiver_gets_what_was_sent_before(deployed: Office) -> None:
    case = begin(deployed)
    finish(deployed, case)
    changed = dinas().replace(b'name="Telaah"', b'name="Telaah teknis"')
    deploy(deployed, files(kecamatan(), changed))
    work(deployed)
    [other] = cases(deployed, "dinas")
    assert deployed.open_task(other).name == "Telaah teknis"
    finish(deployed, other)
    work(deployed)
    assert at(deployed, case) == ["catat"]


def stuck() -> bytes:
    """A receiver whose diagram cannot go on without an amount."""
    shapes = [
        node("startEvent", "usulan_masuk", inside=WAITS), exclusive("cukup"), user("telaah"), user("tolak"),
        node("endEvent", "jawab", inside=WAITS),
    ]  # fmt: skip
    lanes = {"Unit": " ".join(shape.id for shape in shapes)}
    return bpmn(
        shapes,
        ["usulan_masuk > cukup\ntelaah > jawab\ntolak > jawab",
         flow("cukup", "telaah", condition="=lokasi = 1"), flow("cukup", "tolak", condition="=lokasi = 2")],
        lanes=lanes, key="dinas", name="Dinas",
    )  # fmt: skip


def test_a_receiver_that_cannot_begin_is_an_incident_of_its_process_and_is_tried_again(
    office: Office,
) -> None:
    deploy(office, files(kecamatan(), stuck()))
    case = begin(office)
    finish(office, case)
    for _try in range(3):
        [job] = waiting_jobs(office)
        fire_job(office.database, job.id)
    with office.database.reading() as session:
        [incident] = session.scalars(select(Incident))
        assert (incident.instance_id, incident.activity_id, incident.job_id) == (None, "cukup", job.id)
        assert session.get_one(ProcessInstance, case.id).state == "active"
    assert cases(office, "dinas") == []
    deploy(office, files(kecamatan(), dinas()))
    with office.database.transaction() as session:
        incidents.retry(session, incident.id, actor=office.owner)
    work(office)
    assert len(cases(office, "dinas")) == 1


def test_a_case_costs_the_same_however_many_others_talk(office: Office) -> None:
    deploy(office)
    counts = []
    for others in (0, 0, 12):
        for _other in range(others):
            finish(office, begin(office))
        work(office)
        case = begin(office)
        with statements(office.database) as sent:
            finish(office, case)
        with statements(office.database) as began:
            work(office)
        [*_before, other] = cases(office, "dinas")
        finish(office, other, putusan="ya")
        with statements(office.database) as heard:
            work(office)
        assert at(office, case) == ["catat"]
        counts.append([len(each) for each in (sent, began, heard)])
    assert counts[1] == counts[2]  # the first reads the versions


def answered_at(*places: str) -> tuple[str, ...]:
    return ("kirim > usulan_masuk", *(f"jawab > {place}: Jawaban" for place in places))


def waits(id: str) -> Shape:
    return node("intermediateCatchEvent", id, inside=WAITS)


def answer_question(office: Office, case: ProcessInstance, flow_id: str) -> None:
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {task.activity_id: flow_id}, actor=office.rina)


def test_an_answer_drawn_to_each_place_where_one_may_wait_is_heard_at_one(office: Office) -> None:
    shapes = [start("mulai"), send("kirim"), user("pilih"), exclusive("mana"), waits("tunggu_a"),
              waits("tunggu_b"), user("catat"), end("selesai")]  # fmt: skip
    either = process("kecamatan", shapes, "mulai > kirim > mana > tunggu_a > catat > tunggu_b > selesai\nmana > pilih"
                     " > selesai")  # fmt: skip
    deploy(office, files(either, dinas(), flows=answered_at("tunggu_a", "tunggu_b")))
    case = begin(office, "kecamatan")
    work(office)
    answer_question(office, case, "mana__tunggu_a")
    finish(office, cases(office, "dinas")[0])
    work(office)
    assert at(office, case) == ["catat"]
    assert sorted(state for _name, state in messages(office)) == ["delivered", "delivered"]
    finish(office, case)
    work(office)
    assert cases(office, "kecamatan")[0].state == "active"  # it waits for another answer, not for the old one


def test_pools_that_answer_each_other_for_ever_are_stopped(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_guard, "MOST", 20)
    asks = process("kecamatan", [start("mulai"), send("kirim"), exclusive("lagi"), waits("tunggu")],
                   "mulai > lagi > kirim > tunggu > lagi")  # fmt: skip
    answers = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), send("jawab"), end("usai")],
                      "usulan_masuk > jawab > usai")  # fmt: skip
    deploy(office, files(asks, answers))
    begin(office, "kecamatan")
    work(office)
    for _try in range(2):
        [job] = waiting_jobs(office)
        fire_job(office.database, job.id)
    assert len(cases(office, "dinas")) == loop_guard.MOST
    with office.database.reading() as session:
        [incident] = session.scalars(select(Incident))
        assert "tanpa henti" in incident.message


# -- more than two pools, more than one flow ---------------------------------------------------------------


def passed_on(office: Office, **answer: str) -> None:
    """An applicant's letter is taken in at a desk, passed on, and answered from there, past the desk."""
    applies = process("pemohon", [start("mulai", form="awal"), send("ajukan"), user("sibuk"), waits("terima"),
                                  user("ambil"), end("selesai")],
                      "mulai > ajukan > sibuk > terima > ambil > selesai", nomor="nomor_pemohon")  # fmt: skip
    desk = process("meja", [node("startEvent", "masuk", inside=WAITS), user("catat"),
                            node("endEvent", "teruskan", inside=WAITS)], "masuk > catat > teruskan")  # fmt: skip
    told = {name.replace("_", " "): value for name, value in answer.items()}
    decides = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), user("telaah", form="telaah"),
                                send("jawab", properties=told), end("usai")],
                      "usulan_masuk > telaah > jawab > usai")  # fmt: skip
    given = files(
        applies, desk, decides, flows=("ajukan > masuk", "teruskan > usulan_masuk", "jawab > terima")
    )
    deploy(office, given | {"awal.form": form(text("nomor_pemohon"), text("judul"))})


@pytest.mark.parametrize("early", [False, True])
def test_an_answer_past_the_one_who_passed_it_on_goes_to_the_number_that_the_element_names(
    office: Office, early: bool
) -> None:
    passed_on(office, nomor_penerima="nomor_pemohon")
    mine, other = begin(office, "pemohon"), begin(office, "pemohon")
    work(office)
    finish(office, cases(office, "meja")[0])
    work(office)
    if not early:
        finish(office, mine)
    [answering] = cases(office, "dinas")
    finish(office, answering, putusan="setuju")
    work(office)
    if early:
        assert messages(office)[-1][1] == "kept"
        finish(office, mine)
        work(office)
    assert (at(office, mine), at(office, other)) == (["ambil"], ["sibuk"])
    assert events(office, mine)["message_received"]["by_number"]
    assert events(office, answering)["message_delivered"]["by_number"]


def test_an_answer_past_the_one_who_passed_it_on_without_a_number_is_an_incident_of_its_sender(
    office: Office,
) -> None:
    passed_on(office)
    mine = begin(office, "pemohon")
    work(office)
    finish(office, cases(office, "meja")[0])
    work(office)
    finish(office, mine)
    [answering] = cases(office, "dinas")
    finish(office, answering, putusan="setuju")
    incident = tried_out(office)
    assert (incident.instance_id, incident.activity_id) == (answering.id, "jawab")
    assert answering.business_key in stored_messages.tell_stored(incident.message)
    assert at(office, mine) == []


def test_a_number_that_the_element_names_goes_before_the_link(office: Office) -> None:
    """The answer is for another case than the one that asked."""
    number = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), user("telaah", form="telaah"),
                               send("jawab", properties={"nomor penerima": "judul"}), end("usai")],
                     "usulan_masuk > telaah > jawab > usai")  # fmt: skip
    deploy(office, files(kecamatan(), number))
    asks, other = begin(office), begin(office, nomor="7")
    for case in (other, asks):
        finish(office, case)
    work(office)
    finish(office, cases(office, "dinas")[-1], judul="7")
    work(office)
    assert (at(office, asks), at(office, other)) == ([], ["catat"])


@pytest.mark.parametrize("written", ["", "  "])
def test_a_number_that_was_left_empty_leaves_the_answer_to_the_link(office: Office, written: str) -> None:
    number = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), user("telaah", form="telaah"),
                               send("jawab", properties={"nomor penerima": "lokasi"}), end("usai")],
                     "usulan_masuk > telaah > jawab > usai")  # fmt: skip
    deploy(office, files(kecamatan(), number))
    asks = begin(office)
    finish(office, asks)
    work(office)
    finish(office, cases(office, "dinas")[-1], lokasi=written)
    work(office)
    assert at(office, asks) == ["catat"]


def test_who_began_a_case_is_meant_before_one_that_it_once_wrote_to_by_number(office: Office) -> None:
    decides = process("dinas", [node("startEvent", "usulan_masuk", inside=WAITS), user("telaah", form="telaah"),
                                send("kabari", properties={"nomor penerima": "judul"}), user("putus"),
                                send("jawab"), end("usai")],
                      "usulan_masuk > telaah > kabari > putus > jawab > usai")  # fmt: skip
    deploy(office, files(kecamatan(), decides, flows=(*FLOWS, "kabari > tunggu: Kabar")))
    other, asks = begin(office, nomor="7"), begin(office)
    for case in (other, asks):
        finish(office, case)
    work(office)
    answering = cases(office, "dinas")[-1]
    finish(office, answering, judul="7")
    work(office)
    assert at(office, other) == ["catat"]
    finish(office, answering)
    work(office)
    assert at(office, asks) == ["catat"]


@pytest.mark.parametrize(("field", "code"), [("nama", "private_field_read"), ("tak_ada", "name_never_set")])
def test_a_number_of_the_receiver_that_cannot_be_known_is_refused(
    office: Office, field: str, code: str
) -> None:
    """A field marked `pribadi` is never among the variables, and goes into no message."""
    shapes = [start("mulai", form="awal"), send("kirim", properties={"nomor penerima": field}), user("catat"),
              end("selesai")]  # fmt: skip
    asks = process("kecamatan", shapes, "mulai > kirim > catat > selesai")
    with pytest.raises(InvalidDiagram) as refused:
        deploy(office, files(asks, dinas(), flows=("kirim > usulan_masuk",)))
    assert code in [finding.code for finding in refused.value.findings]


@pytest.fixture(params=[1, -1], ids=["start first", "start last"])
def drafts(request: pytest.FixtureRequest, office: Office) -> ProcessInstance:
    """A letter goes to a review; what is sent again goes to where the review waits for it, or to a new one."""
    writes = process("kecamatan", [start("mulai"), user("tulis"), send("kirim"), race("mana"), waits("perbaiki"),
                                   waits("setuju"), end("selesai")],
                     "mulai > tulis > kirim > mana > perbaiki > tulis\nmana > setuju > selesai")  # fmt: skip
    reviews = process("dinas", [node("startEvent", "masuk", inside=WAITS), user("tinjau"), exclusive("baik"),
                                send("kembalikan"), waits("lagi"), node("endEvent", "terima", inside=WAITS),
                                node("endEvent", "tolak", inside=WAITS)],
                      "masuk > tinjau > baik > kembalikan > lagi > tinjau\nbaik > terima\nbaik > tolak")  # fmt: skip
    sent = ("kirim > masuk: Draf", "kirim > lagi: Draf baru")[:: request.param]
    back = ("kembalikan > perbaiki: Perbaiki", "tolak > perbaiki: Tolak", "terima > setuju: Setuju")
    deploy(office, files(writes, reviews, flows=(*sent, *back)))
    case = begin(office, "kecamatan")
    finish(office, case)
    work(office)
    return case


def decide(office: Office, case: ProcessInstance, way: str) -> None:
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, case.id)
        tasks.complete(session, task.id, {}, {"baik": f"baik__{way}"}, actor=office.rina)
    work(office)


def test_what_is_drawn_to_a_start_and_to_a_wait_goes_to_the_partner_that_goes_on(
    office: Office, drafts: ProcessInstance
) -> None:
    case = drafts
    [review] = cases(office, "dinas")
    decide(office, review, "kembalikan")
    assert "message_kept" not in events(office, case)
    # It hears the next draft, not the first again.
    assert (at(office, case), at(office, review)) == (["tulis"], [])
    finish(office, case)
    work(office)
    assert len(cases(office, "dinas")) == 1
    assert at(office, review) == ["tinjau"]
    decide(office, review, "terima")
    assert cases(office, "kecamatan")[0].state == "ended"
    assert {state for _name, state in messages(office)} == {"delivered"}


def test_it_begins_another_case_where_the_partner_is_over(office: Office, drafts: ProcessInstance) -> None:
    case = drafts
    [review] = cases(office, "dinas")
    decide(office, review, "tolak")
    finish(office, case)
    work(office)
    [_first, second] = cases(office, "dinas")
    assert at(office, second) == ["tinjau"]
    decide(office, second, "terima")
    assert cases(office, "kecamatan")[0].state == "ended"
