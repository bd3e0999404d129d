"""What is asked and suggested: one form or one table is deployed alone, the rest is carried over."""

from tests.sop_changes.conftest import Case, Office, answers
from tests.sop_changes.editing import Drawing, changed_form, replaced


def test_a_field_becomes_required(office: Office, old: Case) -> None:
    def require(fields: dict[str, dict[str, object]]) -> None:
        fields["catatan_penyaluran"]["validate"] = {"required": True}

    [made] = office.deploy(changed_form("penyaluran", require))["definitions"]
    new = office.start()
    assert (made["key"], made["version"]) == ("pengaduan", new.version)
    assert new.version == old.version + 1

    without = {k: v for k, v in answers("penyaluran", new.report).items() if k != "catatan_penyaluran"}
    refused = new.send("lapor", new.task("lapor"), {"variables": without})
    assert (refused.status, set(refused.json["errors"])) == (422, {"catatan_penyaluran"})
    assert old.send("lapor", old.task("lapor"), {"variables": without}).status == 200
    new.complete("lapor", "penyaluran")
    assert new.task("upp")["activity_id"] == "telaahan"


def test_the_routing_table_suggests_another_unit(office: Office, old: Case) -> None:
    table = replaced("rute-unit.dmn", *_other_unit())
    office.deploy(table)

    new = office.start().go_to("menyalurkan")
    assert new.variables["unit_tujuan"] == "DISHUB"
    [decided] = new.events("table_decided")
    assert (decided["data"]["rules"], decided["data"]["values"]) == (["rute_01"], {"unit_tujuan": "DISHUB"})
    assert old.go_to("menyalurkan").variables["unit_tujuan"] == "DPUPR"


def _other_unit() -> tuple[str, str]:
    cell = '<outputEntry id="rute_01_unit">\n          <text>"{}"</text>'
    return cell.format("DPUPR"), cell.format("DISHUB")


def test_the_subject_gets_another_name_and_inbox_and_search_still_know_it(office: Office, old: Case) -> None:
    def rename(fields: dict[str, dict[str, object]]) -> None:
        fields["judul"]["key"] = "pokok_laporan"

    drawing = Drawing()
    drawing.describe("pengaduan", "perihal", "pokok_laporan")
    office.deploy(drawing.saved(), changed_form("laporan", rename))

    new = office.start(judul=None, pokok_laporan="Trotoar amblas di depan pasar")
    assert new.state["subject"] == "Trotoar amblas di depan pasar"
    assert "judul" not in new.variables
    found = office["lapor"].get("/tasks", q="trotoar amblas").json["items"]
    assert [task["instance_id"] for task in found] == [new.id]
    assert [case["id"] for case in office["lapor"].get("/process-instances", q="amblas").json["items"]] == [
        new.id
    ]
    both = office["lapor"].get("/process-instances", key="pengaduan", limit=2).json["items"]
    assert [case["id"] for case in both] == [new.id, old.id]
    assert both[1]["subject"] == old.report["judul"]
