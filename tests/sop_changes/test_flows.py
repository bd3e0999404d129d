"""What is done: tasks, gateways and ends are drawn in; nothing else is touched."""

from typing import Any

from tests.reports import answers_for
from tests.sop_changes.conftest import WAY, Case, Office
from tests.sop_changes.editing import Drawing, new_form


def test_a_new_task_with_a_new_form_is_drawn_before_the_end(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.add_task("survei", "Survei kepuasan pelapor", "lajur_lapor", form="survei")
    drawing.lead("melaporkan_ke_selesai", "survei")
    drawing.connect("survei", "selesai")
    score = {"type": "number", "key": "nilai", "label": "Nilai", "validate": {"required": True, "max": 5}}
    office.deploy(drawing.saved(), new_form("survei", score))

    new = office.start().go_to("akhir")
    task = new.task("lapor")
    detail = office["lapor"].get(f"/tasks/{task['id']}").json
    assert (detail["name"], detail["form"]["components"][0]["key"]) == ("Survei kepuasan pelapor", "nilai")
    assert set(new.send("lapor", task, {"variables": {"nilai": 9}}).json["errors"]) == {"nilai"}
    new.complete("lapor", "survei", nilai=4)
    assert (new.state["end_name"], new.variables["nilai"]) == ("Selesai", 4)
    assert old.go_to("akhir").state["end_name"] == "Selesai"
    new.picture()


def test_a_gateway_without_conditions_asks_the_officer_and_his_answer_moves_the_case(
    office: Office, old: Case
) -> None:
    drawing = Drawing()
    drawing.add("exclusiveGateway", "perlu_rapat", "Perlu rapat koordinasi?", "lajur_upp")
    drawing.add_task("rapat", "Rapat koordinasi", "lajur_upp")
    drawing.lead("telaahan_ke_konfirmasi", "perlu_rapat")
    yes = drawing.connect("perlu_rapat", "rapat", name="ya")
    no = drawing.connect("perlu_rapat", "konfirmasi", name="tidak")
    drawing.connect("rapat", "perlu_rapat", id="rapat_lagi")
    office.deploy(drawing.saved())

    new = office.start().go_to("telaahan")
    task = new.task("upp")
    assert task["question"] == {
        "gateway_id": "perlu_rapat",
        "text": "Perlu rapat koordinasi?",
        "multiple": False,
        "answers": [{"flow_id": yes, "text": "ya"}, {"flow_id": no, "text": "tidak"}],
    }
    given = {"variables": answers_for("telaahan", new.report)}
    refused = new.send("upp", task, given)
    assert (refused.status, set(refused.json["errors"])) == (422, {"perlu_rapat"})
    assert _answer(new, given, yes) == ["rapat"]
    assert _answer(new, {}, yes) == ["rapat"], "it is asked anew on each pass"
    assert _answer(new, {}, no) == ["konfirmasi"]
    asked = new.events("question_answered")
    assert [event["data"]["answers"] for event in asked] == [[yes], [yes], [no]]
    assert {event["actor"] for event in asked} == {"upp"}
    assert old.go_to("telaahan").task("upp")["question"] is None
    new.picture()


def _answer(case: Case, content: dict[str, Any], flow_id: str) -> list[str]:
    """Complete the officer's task together with its question; what he is offered next."""
    reply = case.send("upp", case.task("upp"), {**content, "answers": {"perlu_rapat": flow_id}})
    assert reply.status == 200, reply.text
    return [task["activity_id"] for task in reply.json["next_tasks"]]


def test_a_question_in_another_lane_is_a_task_of_its_own(office: Office) -> None:
    drawing = Drawing()
    drawing.add("exclusiveGateway", "layak", "Layak ditelaah?", "lajur_upp")
    drawing.lead("penyaluran_ke_telaahan", "layak")
    drawing.connect("layak", "telaahan", name="ya")
    no = drawing.connect("layak", "tidak_ditindaklanjuti", name="tidak")
    office.deploy(drawing.saved())

    case = office.start()
    assert case.task("lapor")["question"] is None
    case.complete("lapor", "penyaluran")
    task = case.task("upp")
    assert (task["name"], task["activity_id"], task["form_key"]) == ("Layak ditelaah?", "layak", None)
    assert case.send("upp", task, {"answers": {"layak": no}}).status == 200
    assert case.state["end_name"] == "Laporan tidak ditindaklanjuti"


def test_a_review_in_parallel_loses_nothing_at_the_join(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.add("parallelGateway", "bagi", "", "lajur_upp")
    drawing.add("parallelGateway", "gabung", "", "lajur_upp")
    forms = {}
    for name, lane in (("hukum", "lajur_upp"), ("teknis", "lajur_lapor"), ("saksi", "lajur_upp")):
        field = {"type": "textfield", "key": f"catatan_{name}", "label": "Catatan"}
        again = {"type": "textfield", "key": "kategori", "label": "Kategori"}
        forms |= new_form(f"tinjau_{name}", field, again) if name != "saksi" else {}
        drawing.add_task(
            f"tinjau_{name}", f"Tinjau {name}", lane, form=f"tinjau_{name}" if name != "saksi" else ""
        )
        drawing.connect("bagi", f"tinjau_{name}")
        drawing.connect(f"tinjau_{name}", "gabung")
    drawing.lead("telaahan_ke_konfirmasi", "bagi")
    drawing.connect("gabung", "konfirmasi")
    office.deploy(drawing.saved(), forms)

    new = office.start().go_to("telaahan")
    new.complete("upp", "telaahan")
    assert {task["activity_id"] for task in new.tasks("upp")} == {"tinjau_hukum", "tinjau_saksi"}
    new.complete("upp", "tinjau_hukum", catatan_hukum="Aman.", kategori="Jembatan")
    new.complete("lapor", "tinjau_teknis", catatan_teknis="Perlu alat.")
    assert new.events("task_created")[-1]["activity_id"] != "konfirmasi", "one branch is still out"
    new.complete("upp", "tinjau_saksi")  # comes last, and wrote nothing
    assert new.task("upp")["activity_id"] == "konfirmasi"
    kept = {name: new.variables[name] for name in ("catatan_hukum", "catatan_teknis", "kategori")}
    assert kept == {"catatan_hukum": "Aman.", "catatan_teknis": "Perlu alat.", "kategori": "Jembatan"}
    for name, activity in WAY[2:]:
        new.complete(name, activity)
    assert new.state["end_name"] == "Selesai"
    assert old.go_to("konfirmasi").task("upp")["activity_id"] == "konfirmasi"
    new.picture()


def test_duplicates_and_reports_outside_our_authority_leave_after_task_1(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.add("exclusiveGateway", "hasil_penyaluran", "Disalurkan?", "lajur_lapor")
    drawing.add("endEvent", "digabung", "Digabung dengan laporan lain", "lajur_lapor")
    drawing.lead("penyaluran_ke_telaahan", "hasil_penyaluran")
    drawing.connect("hasil_penyaluran", "telaahan", name="disalurkan")
    drawing.connect(
        "hasil_penyaluran", "digabung", name="duplikat", condition='=hasil_verifikasi = "duplikat"'
    )
    drawing.connect(
        "hasil_penyaluran",
        "diteruskan_nasional",
        name="bukan wewenang",
        condition='=hasil_verifikasi = "bukan wewenang"',
    )
    office.deploy(drawing.saved())

    twice, foreign, ours = (office.start() for _n in range(3))
    twice.complete("lapor", "penyaluran", hasil_verifikasi="duplikat", duplikat_dari=ours.number)
    foreign.complete(
        "lapor", "penyaluran", hasil_verifikasi="bukan wewenang", alasan_verifikasi="Jalan milik provinsi."
    )
    ours.complete("lapor", "penyaluran")
    assert twice.state["end_activity_id"] == "digabung"
    assert foreign.state["end_activity_id"] == "diteruskan_nasional"
    assert ours.task("upp")["activity_id"] == "telaahan"
    assert [event["data"]["text"] for event in twice.events("gateway_decided")] == ["duplikat"]
    old.complete("lapor", "penyaluran", hasil_verifikasi="duplikat", duplikat_dari=ours.number)
    assert old.task("upp")["activity_id"] == "telaahan"  # its version knows no such exit
