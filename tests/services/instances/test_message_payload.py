"""What travels between pools: variables, but nothing stale; identity only where it is marked; files as copies."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from app.forms import masking
from app.models import Attachment, HistoryEvent, IdentityValue, InstanceMessage, Job, ProcessInstance
from app.services.core import clock, encryption
from app.services.files import attachments as attachments
from app.services.files import uploads
from app.services.instances import instances, jobs
from app.services.tasks import inbox, tasks
from tests.engine.building import Shape, bpmn, end, flow, inside, marker, node, parallel, send, start, user
from tests.engine.pools import WAITS, dinas, kecamatan
from tests.services.office import Office, form, text
from tests.services.two_pools import at, begin, cases, deploy, events, files, finish, process, work

CANARY = "KENARI-IDENTITAS"


def identities(office: Office, case: ProcessInstance) -> dict[str, Any]:
    with office.database.reading() as session:
        rows = session.scalars(select(IdentityValue).where(IdentityValue.instance_id == case.id))
        return {row.field_key: encryption.unseal(session, row.ciphertext) for row in rows}


def asked(office: Office, *processes: bytes, **values: Any) -> ProcessInstance:
    """The case of the other pool, after the first has sent its message."""
    deploy(office, files(*processes))
    finish(office, begin(office, **values), lokasi="Desa A")
    work(office)
    [other] = cases(office, "dinas")
    return other


@pytest.mark.parametrize("marked", [True, False])
def test_identity_goes_only_where_the_receiver_marks_it(office: Office, marked: bool) -> None:
    other = asked(office, kecamatan(), dinas(private=marked), nama=CANARY)
    assert identities(office, other) == ({"nama": CANARY} if marked else {})
    assert events(office, cases(office, "kecamatan")[0])["message_delivered"]["identity"] == (
        ["nama"] if marked else []
    )
    with office.database.reading() as session:
        rows = [*session.scalars(select(HistoryEvent.data)), *session.scalars(select(InstanceMessage.values))]
        assert CANARY not in str([*rows, other.variables])


def test_identity_that_nobody_else_may_see_stays(office: Office) -> None:
    shut = kecamatan().replace(
        b'<spiffworkflow:property name="identitas"',
        b'<spiffworkflow:property name="identitas tertutup" value="=judul = &quot;Rahasia&quot;"/>'
        b'<spiffworkflow:property name="identitas"',
    )
    assert identities(office, asked(office, shut, dinas(private=True), nama=CANARY, judul="Rahasia")) == {}


@pytest.mark.parametrize("closed", [False, True])
def test_what_signs_in_a_text_hide_goes_along_unless_it_is_closed(office: Office, closed: bool) -> None:
    sender = kecamatan()
    if closed:
        tag = b'<spiffworkflow:property name="identitas'
        sender = sender.replace(tag + b'"', tag + b' tertutup" value="=true"/>' + tag + b'"', 1)
    other = asked(office, sender, dinas(), judul="Jembatan, WA 0812-3456-7890")
    [sign] = masking.signs_in(other.variables["judul"])
    assert other.variables["judul"] == cases(office, "kecamatan")[0].variables["judul"]
    assert identities(office, other) == ({} if closed else {sign: "0812-3456-7890"})


def test_what_the_receiver_marks_as_identity_becomes_identity(office: Office) -> None:
    marks = {"telaah.form": form(text("putusan"), text("lokasi", private=True))}
    deploy(office, files(kecamatan(), dinas()) | marks)
    finish(office, begin(office), lokasi="Rumah pelapor")
    work(office)
    [other] = cases(office, "dinas")
    assert "lokasi" not in other.variables
    assert identities(office, other) == {"lokasi": "Rumah pelapor"}
    assert "Rumah" not in str(events(office, other))


def test_an_element_may_say_what_its_messages_carry(office: Office) -> None:
    other = asked(office, kecamatan(sends="lokasi, nama"), dinas(private=True), nama=CANARY)
    assert {name for name in other.variables if name != "nomor"} == {"lokasi"}
    assert identities(office, other) == {"nama": CANARY}


def test_identity_that_is_not_named_is_not_carried(office: Office) -> None:
    other = asked(office, kecamatan(sends="lokasi"), dinas(private=True), nama=CANARY)
    assert identities(office, other) == {}


def by_number(carries: str = "") -> dict[str, bytes]:
    """Writes twice to a case that somebody began: first by the number in `lokasi`, then along the link."""
    carried = {"isi pesan": carries} if carries else {}
    asks = process("kecamatan", [
        start("mulai", form="awal"), user("siapkan", form="siapkan"),
        send("kirim", properties={"nomor penerima": "lokasi", **carried}), user("tambah"),
        send("susul", properties=carried), user("catat"), end("selesai"),
    ], "mulai > siapkan > kirim > tambah > susul > catat > selesai", identitas="Loket")  # fmt: skip
    hears = [node("intermediateCatchEvent", name, inside=WAITS) for name in ("tunggu", "dengar")]
    listens = process("dinas", [
        start("awal_dinas", form="telaah_tertutup"), *hears, user("telaah", form="telaah_tertutup"), end("habis"),
    ], "awal_dinas > tunggu > dengar > telaah > habis", identitas="Loket")  # fmt: skip
    return files(asks, listens, flows=("kirim > tunggu: Usulan", "susul > dengar: Susulan"))


def told_to(office: Office, given: dict[str, bytes]) -> tuple[ProcessInstance, ProcessInstance]:
    """Both cases, after the first message."""
    deploy(office, given)
    other = begin(office, "dinas", nomor="D-9")
    case = begin(office, nama=CANARY)
    finish(office, case, lokasi=other.business_key, judul="Jembatan")
    work(office)
    return case, other


def test_identity_does_not_go_to_a_case_that_only_a_number_named(office: Office) -> None:
    """The number may be mistyped: whose case it is nobody has seen."""
    case, other = told_to(office, by_number())
    for _message in range(2):  # nor along the link that the number made
        assert events(office, case)["message_delivered"]["identity"] == []
        assert events(office, case)["message_delivered"]["withheld"] == ["nama"]
        assert events(office, other)["message_received"]["withheld"] == ["nama"]
        finish(office, case)
        work(office)
    assert at(office, other) == ["telaah"]
    assert identities(office, other) == {}
    assert cases(office, "dinas")[0].variables["lokasi"] == other.business_key
    with office.database.reading() as session:
        assert CANARY not in str(list(session.scalars(select(HistoryEvent.data))))


def test_identity_goes_to_a_case_that_only_a_number_named_where_the_element_names_it(office: Office) -> None:
    case, other = told_to(office, by_number("nama, judul"))
    assert identities(office, other) == {"nama": CANARY}
    assert events(office, case)["message_delivered"]["identity"] == ["nama"]
    assert "withheld" not in events(office, case)["message_delivered"]


def test_identity_goes_by_its_number_to_a_case_that_the_sender_began(office: Office) -> None:
    asks = process("kecamatan", [
        start("mulai", form="awal"), send("kirim", properties={"isi pesan": "judul"}),
        user("siapkan", form="siapkan"), send("susul", properties={"nomor penerima": "lokasi"}),
        user("catat"), end("selesai"),
    ], "mulai > kirim > siapkan > susul > catat > selesai", identitas="Loket")  # fmt: skip
    answers = process("dinas", [
        node("startEvent", "usulan_masuk", inside=WAITS), node("intermediateCatchEvent", "dengar", inside=WAITS),
        user("telaah", form="telaah_tertutup"), end("usai"),
    ], "usulan_masuk > dengar > telaah > usai", identitas="Loket")  # fmt: skip
    deploy(office, files(asks, answers, flows=("kirim > usulan_masuk", "susul > dengar")))
    case = begin(office, nama=CANARY)
    work(office)
    [other] = cases(office, "dinas")
    assert identities(office, other) == {}
    finish(office, case, lokasi=other.business_key)
    work(office)
    assert identities(office, other) == {"nama": CANARY}


def test_identity_that_nobody_else_may_see_is_not_said_to_be_withheld_by_the_number(office: Office) -> None:
    shut = by_number()
    shut["dua.bpmn"] = shut["dua.bpmn"].replace(
        b'<spiffworkflow:property name="identitas"',
        b'<spiffworkflow:property name="identitas tertutup" value="=judul = &quot;Jembatan&quot;"/>'
        b'<spiffworkflow:property name="identitas"',
        1,
    )
    case, other = told_to(office, shut)
    assert identities(office, other) == {}
    assert "withheld" not in events(office, case)["message_delivered"]


def test_what_was_left_as_it_was_is_not_told_back(office: Office) -> None:
    """Else the answer would undo what was changed here meanwhile."""
    edits = process("kecamatan", [
        start("mulai", form="awal"), send("kirim"), user("ubah", form="siapkan"),
        node("intermediateCatchEvent", "tunggu", inside=WAITS), user("catat"), end("selesai"),
    ], "mulai > kirim > ubah > tunggu > catat > selesai")  # fmt: skip
    deploy(office, files(edits, dinas()))
    case = begin(office, judul="Jembatan")
    work(office)
    [other] = cases(office, "dinas")
    finish(office, other, putusan="setuju", judul="Jembatan")
    finish(office, case, judul="Jembatan gantung", lokasi="Desa A")
    work(office)
    [case] = cases(office, "kecamatan")
    assert (case.variables["judul"], case.variables["putusan"]) == ("Jembatan gantung", "setuju")


def test_what_the_other_side_changed_is_told_back(office: Office) -> None:
    other = asked(office, kecamatan(), dinas())
    finish(office, other, judul="Jembatan beton")
    work(office)
    assert cases(office, "kecamatan")[0].variables["judul"] == "Jembatan beton"


PICKER = {"type": "filepicker", "key": "denah", "label": "Denah"}
PICKS = form(text("judul"), text("lokasi"), PICKER)


def uploaded(office: Office) -> str:
    """The id of a file that the desk has just sent in."""
    with office.database.transaction() as session:
        upload = uploads.read_upload(BytesIO(b"denah jembatan"), "denah.txt", actor=office.rina)
        return attachments.receive(session, upload, actor=office.rina).id


def files_of(office: Office, case: ProcessInstance) -> list[str]:
    with office.database.reading() as session:
        return list(session.scalars(select(Attachment.id).where(Attachment.instance_id == case.id)))


def test_files_go_along_as_copies_that_the_other_side_may_open(office: Office) -> None:
    deploy(office, files(kecamatan(), dinas()) | {"siapkan.form": PICKS})
    case = begin(office)
    file_id = uploaded(office)
    finish(office, case, denah=[file_id])
    work(office)
    [other] = cases(office, "dinas")
    with office.database.reading() as session:
        [copy] = session.scalars(select(Attachment).where(Attachment.instance_id == other.id))
        assert other.variables["denah"] == [copy.id] != [file_id]
        _row, path = attachments.open_for(session, copy.id, actor=office.dinas_a)
    assert path.read_bytes() == b"denah jembatan"


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("carried", [{}, {"isi pesan": "denah"}])
def test_a_file_is_copied_once_however_often_it_goes_back_and_forth(
    office: Office, carried: dict[str, str], private: bool
) -> None:
    hears = node("intermediateCatchEvent", "dengar", inside=WAITS)
    asks = process("kecamatan", [
        start("mulai", form="awal"), user("siapkan", form="siapkan"), send("kirim", properties=carried),
        node("intermediateCatchEvent", "tunggu", inside=WAITS), user("tambah"), send("susul", properties=carried),
        user("catat"), end("selesai"),
    ], "mulai > siapkan > kirim > tunggu > tambah > susul > catat > selesai")  # fmt: skip
    answers = process("dinas", [
        node("startEvent", "usulan_masuk", inside=WAITS), user("telaah"), send("jawab", properties=carried), hears,
        user("baca", form="baca"), end("usai"),
    ], "usulan_masuk > telaah > jawab > dengar > baca > usai")  # fmt: skip
    given = files(asks, answers, flows=("kirim > usulan_masuk", "jawab > tunggu", "susul > dengar"))
    marks = {"properties": {"pribadi": "ya"}} if private else {}
    given["siapkan.form"] = given["baca.form"] = form(PICKER | marks)
    deploy(office, given)
    case = begin(office)
    finish(office, case, denah=[uploaded(office)])
    work(office)
    [other] = cases(office, "dinas")
    first = files_of(office, other)
    assert len(first) == 1
    finish(office, other)
    work(office)
    finish(office, case)
    work(office)
    assert at(office, other) == ["baca"]
    assert files_of(office, other) == first
    assert len(files_of(office, case)) == 1
    if not private:
        assert cases(office, "dinas")[0].variables["denah"] == first


def test_a_file_that_was_left_as_it_was_does_not_undo_another_one_there(office: Office) -> None:
    asks = process("kecamatan", [
        start("mulai", form="awal"), user("siapkan", form="siapkan"), send("kirim"), user("tambah"), send("susul"),
        user("catat"), end("selesai"),
    ], "mulai > siapkan > kirim > tambah > susul > catat > selesai")  # fmt: skip
    answers = process("dinas", [
        node("startEvent", "usulan_masuk", inside=WAITS), user("ganti", form="siapkan"),
        node("intermediateCatchEvent", "dengar", inside=WAITS), user("baca"), end("usai"),
    ], "usulan_masuk > ganti > dengar > baca > usai")  # fmt: skip
    given = files(asks, answers, flows=("kirim > usulan_masuk", "susul > dengar"))
    deploy(office, given | {"siapkan.form": PICKS})
    case = begin(office)
    finish(office, case, denah=[uploaded(office)])
    work(office)
    [other] = cases(office, "dinas")
    newer = uploaded(office)
    finish(office, other, denah=[newer])
    finish(office, case)
    work(office)
    assert at(office, other) == ["baca"]
    assert cases(office, "dinas")[0].variables["denah"] == [newer]


def each_asks() -> bytes:
    """For each of two things asks the other pool and waits, all at the same time; the answers come together."""
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=[&quot;jalan&quot;,&quot;jembatan&quot;,&quot;irigasi&quot;]"'
        ' inputElement="perihal" outputCollection="putusan_semua" outputElement="=putusan"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    content = inside(
        start("awal_tanya"), send("kirim"), node("intermediateCatchEvent", "tunggu", inside=WAITS), end("usai_tanya"),
        flows="awal_tanya > kirim > tunggu > usai_tanya",
    )  # fmt: skip
    shapes = [start("mulai", form="awal"), node("subProcess", "tanyakan", inside=content + loop),
              user("catat"), end("selesai")]  # fmt: skip
    return bpmn(shapes, "mulai > tanyakan > catat > selesai", key="kecamatan", name="Kecamatan",
                lanes={"Loket": "mulai tanyakan catat selesai"})  # fmt: skip


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_each_round_hears_the_answer_to_its_own_question(office: Office, order: list[int]) -> None:
    deploy(office, files(each_asks(), dinas()))
    case = begin(office)
    work(office)
    others = cases(office, "dinas")
    assert sorted(other.variables["perihal"] for other in others) == ["irigasi", "jalan", "jembatan"]
    assert all("loopCounter" not in other.variables for other in others)
    others.sort(key=lambda other: ["jalan", "jembatan", "irigasi"].index(other.variables["perihal"]))
    for place in order:
        with office.database.transaction() as session:
            [task] = instances.open_tasks(session, others[place].id)
            answer = {"putusan": f"tentang {others[place].variables['perihal']}"}
            tasks.complete(session, task.id, answer, {}, actor=office.dinas_a)
        work(office)
    assert at(office, case) == ["catat"]
    [case] = cases(office, "kecamatan")
    assert case.variables["putusan_semua"] == ["tentang jalan", "tentang jembatan", "tentang irigasi"]


def test_an_answer_to_a_round_that_is_busy_is_kept_though_another_round_waits(office: Office) -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=[&quot;jalan&quot;,&quot;irigasi&quot;]" inputElement="perihal"'
        ' outputCollection="putusan_semua" outputElement="=putusan"/>'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    content = inside(
        start("a"), send("kirim"), user("pikir"), node("intermediateCatchEvent", "tunggu", inside=WAITS), end("b"),
        flows="a > kirim > pikir > tunggu > b",
    )  # fmt: skip
    asks = process("kecamatan", [start("mulai", form="awal"), node("subProcess", "tiap", inside=content + loop),
                                 user("catat"), end("selesai")], "mulai > tiap > catat > selesai")  # fmt: skip
    deploy(office, files(asks, dinas()))
    case = begin(office)
    work(office)

    def go_on(perihal: str) -> None:
        with office.database.transaction() as session:
            [task] = [t for t in instances.open_tasks(session, case.id) if t.locals["perihal"] == perihal]
            tasks.complete(session, task.id, {}, {}, actor=office.rina)
        work(office)

    go_on("irigasi")
    for other in cases(office, "dinas"):
        finish(office, other, putusan=f"tentang {other.variables['perihal']}")
        if other.variables["perihal"] == "jalan":
            work(office)
            assert at(office, case) == ["pikir"]
    work(office)
    go_on("jalan")
    assert at(office, case) == ["catat"]
    assert cases(office, "kecamatan")[0].variables["putusan_semua"] == ["tentang jalan", "tentang irigasi"]


def test_rounds_in_rounds_each_hear_and_tell_their_own(office: Office) -> None:
    def each(name: str, values: str, content: str) -> Shape:
        loop = (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
            f'<zeebe:loopCharacteristics inputCollection="=[{values}]" inputElement="{name}"'
            f' outputCollection="semua_{name}" outputElement="=if {name} = &quot;&quot; then null else '
            f'{"putusan" if name == "dalam" else "semua_dalam"}"/>'
            "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
        )
        return node("subProcess", f"tiap_{name}", inside=content + loop)

    two = "&quot;{}&quot;,&quot;{}&quot;"
    asking = inside(
        start("a"), send("kirim"), node("intermediateCatchEvent", "tunggu", inside=WAITS), user("pikir"),
        send("susul"), end("b"), flows="a > kirim > tunggu > pikir > susul > b",
    )  # fmt: skip
    inner = each("dalam", two.format("1", "2"), asking)
    outer = each(
        "luar", two.format("x", "y"), inside(start("c"), inner, end("d"), flows="c > tiap_dalam > d")
    )
    asks = process("kecamatan", [start("mulai", form="awal"), outer, user("catat"), end("selesai")],
                   "mulai > tiap_luar > catat > selesai")  # fmt: skip
    answers = process("dinas", [
        node("startEvent", "usulan_masuk", inside=WAITS), user("telaah", form="telaah"), send("jawab"),
        node("intermediateCatchEvent", "dengar", inside=WAITS), user("baca"), end("usai"),
    ], "usulan_masuk > telaah > jawab > dengar > baca > usai")  # fmt: skip
    deploy(office, files(asks, answers, flows=("kirim > usulan_masuk", "jawab > tunggu", "susul > dengar")))
    case = begin(office)
    work(office)
    others = cases(office, "dinas")
    for place in (2, 0, 3, 1):
        about = others[place].variables
        finish(office, others[place], putusan=about["luar"] + about["dalam"])
        work(office)
    for place in (1, 3, 0, 2):
        about = others[place].variables
        with office.database.transaction() as session:
            thinking = instances.open_tasks(session, case.id)
            [mine] = [t for t in thinking if all(t.locals[name] == about[name] for name in ("luar", "dalam"))]
            tasks.complete(session, mine.id, {}, {}, actor=office.rina)
        work(office)
        assert at(office, others[place]) == ["baca"]
    assert at(office, case) == ["catat"]
    assert cases(office, "kecamatan")[0].variables["semua_luar"] == [["x1", "x2"], ["y1", "y2"]]


@pytest.mark.parametrize("order", [{}, {"isSequential": "true"}])
def test_rounds_that_wait_after_the_rounds_that_asked_each_hear_an_answer(
    office: Office, order: dict[str, str]
) -> None:
    loop = marker("<bpmn:loopCardinality>2</bpmn:loopCardinality>", **order)
    asks = process("kecamatan", [
        start("mulai", form="awal"), send("kirim", inside=loop), node("receiveTask", "tunggu", inside=loop),
        user("catat"), end("selesai"),
    ], "mulai > kirim > tunggu > catat > selesai")  # fmt: skip
    deploy(office, files(asks, dinas()))
    case = begin(office)
    work(office)
    for other in cases(office, "dinas"):
        assert at(office, case) == []
        finish(office, other)
        work(office)
    assert at(office, case) == ["catat"]


def test_each_round_begins_a_case_of_its_own_though_its_message_is_drawn_to_a_wait_too(
    office: Office,
) -> None:
    """What a round sends again goes to the case that this round began."""
    content = inside(start("a"), send("kirim"), user("ubah"), send("susul"), end("b"),
                     flows="a > kirim > ubah > susul > b")  # fmt: skip
    loop = marker("<bpmn:loopCardinality>2</bpmn:loopCardinality>")
    asks = process("kecamatan", [start("mulai", form="awal"), node("subProcess", "tiap", inside=content + loop),
                                 end("selesai")], "mulai > tiap > selesai")  # fmt: skip
    reads = process("dinas", [node("startEvent", "masuk", inside=WAITS),
                              node("intermediateCatchEvent", "lagi", inside=WAITS), user("baca"), end("usai")],
                    "masuk > lagi > baca > usai")  # fmt: skip
    flows = tuple(f"{one} > {other}" for one in ("kirim", "susul") for other in ("masuk", "lagi"))
    deploy(office, files(asks, reads, flows=flows))
    case = begin(office)
    work(office)
    first, second = cases(office, "dinas")
    with office.database.transaction() as session:
        task = max(instances.open_tasks(session, case.id), key=lambda each: each.locals["loopCounter"])
        tasks.complete(session, task.id, {}, {}, actor=office.rina)
    work(office)
    assert len(cases(office, "dinas")) == 2
    assert sorted((at(office, first), at(office, second))) == [[], ["baca"]]


def test_nobody_sees_more_cases_than_before(office: Office) -> None:
    """Whoever works in one pool sees the other's case only when a task was offered to him there."""
    other = asked(office, kecamatan(), dinas())
    with office.database.reading() as session:
        assert [
            t.instance_id for t in inbox.page(session, inbox.Filters(tab="queue"), actor=office.dinas_a).items
        ] == [other.id]
        assert inbox.page(session, inbox.Filters(tab="queue"), actor=office.rina).items == []


@pytest.mark.parametrize("carried", [{}, {"isi pesan": "status"}])
def test_what_was_changed_and_changed_back_is_told(office: Office, carried: dict[str, str]) -> None:
    hears = [node("intermediateCatchEvent", f"dengar{n}", inside=WAITS) for n in (1, 2)]
    asks = process(
        "satu",
        [
            start("mulai", form="awal"),
            send("kirim"),
            hears[0],
            user("baca"),
            hears[1],
            user("akhir"),
            end("e"),
        ],
        "mulai > kirim > dengar1 > baca > dengar2 > akhir > e",
    )
    answers = process(
        "dua",
        [node("startEvent", "masuk", inside=WAITS), user("olah1", form="olah"), send("jawab1"),
         user("olah2", form="olah"), send("jawab2", properties=carried), end("z")],
        "masuk > olah1 > jawab1 > olah2 > jawab2 > z",
    )  # fmt: skip
    flows = ("kirim > masuk: Usulan", "jawab1 > dengar1: Pertama", "jawab2 > dengar2: Kedua")
    given = files(asks, answers, flows=flows)
    given["awal.form"] = form(text("nomor"), text("judul"), text("status"))
    given["olah.form"] = form(text("status"))
    deploy(office, given)
    case = begin(office, "satu", status="baru")
    work(office)
    [other] = cases(office, "dua")
    for status in ("proses", "baru"):
        finish(office, other, status=status)
        work(office)
        assert cases(office, "satu")[0].variables["status"] == status
        if at(office, case) == ["baca"]:
            finish(office, case)


def test_two_sendings_of_one_moment_are_two_messages(office: Office) -> None:
    asks = process(
        "satu",
        [start("mulai", form="awal"), send("buka"), user("siap"), parallel("g"), send("kirim"), end("e")],
        "mulai > buka > siap > g > kirim > e",
    ).replace(b"</bpmn:process>", flow("g", "kirim", id="kedua").encode() + b"</bpmn:process>")
    hears = [node("intermediateCatchEvent", f"dengar{n}", inside=WAITS) for n in (1, 2)]
    answers = process(
        "dua",
        [
            node("startEvent", "masuk", inside=WAITS),
            hears[0],
            user("antara"),
            hears[1],
            user("akhir"),
            end("z"),
        ],
        "masuk > dengar1 > antara > dengar2 > akhir > z",
    )
    flows = ("buka > masuk: Buka", "kirim > dengar1: Jawaban", "kirim > dengar2: Jawaban")
    deploy(office, files(asks, answers, flows=flows))
    case = begin(office, "satu")
    work(office)
    finish(office, case)
    work(office)
    [other] = cases(office, "dua")
    assert at(office, other) == ["antara"]
    finish(office, other)
    work(office)
    assert at(office, other) == ["akhir"]


@pytest.mark.parametrize("order", [("umum", "ktp"), ("ktp", "umum")])
def test_a_file_that_is_named_as_identity_too_is_private(office: Office, order: tuple[str, str]) -> None:
    marked: dict[str, Any] = {"properties": {"pribadi": "ya"}}
    pickers = [
        {"type": "filepicker", "key": key, "label": key, **(marked if key == "ktp" else {})} for key in order
    ]
    shapes = [start("mulai", form="awal"), user("baca"), end("e")]
    plain = process("satu", shapes, "mulai > baca > e", identitas="Loket")
    deploy(office, {"satu.bpmn": plain, "awal.form": form(text("nomor"), text("judul"), *pickers)})
    with office.database.transaction() as session:
        upload = uploads.read_upload(BytesIO(b"isi"), "a.txt", actor=office.rina)
        file = attachments.receive(session, upload, actor=office.rina).id
    begin(office, "satu", umum=[file], ktp=[file])
    with office.database.reading() as session:
        assert session.scalars(select(Attachment.is_private)).all() == [True]


def test_an_identity_that_nobody_can_read_stops_its_own_message_and_no_other_clock(office: Office) -> None:
    deploy(office, files(kecamatan(), dinas(private=True)))
    finish(office, begin(office, nama=CANARY))
    office.start()
    with office.database.transaction() as session:
        session.scalars(select(IdentityValue)).one().ciphertext = b"sealed with another key"
        timer = session.scalars(select(Job).where(Job.message_id.is_(None))).one()
        timer.run_at = clock.now(session)
    work(office)
    with office.database.reading() as session:
        message = session.scalars(select(Job).where(Job.message_id.is_not(None))).one()
        assert message.retries == len(jobs.PAUSES)
        assert session.get_one(Job, timer.id).run_at == timer.due_at  # looked at: it is not due yet
