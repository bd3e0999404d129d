"""What cannot run is refused with a reason, and the version of before goes on."""

from tests.sop_changes.conftest import Case, Office
from tests.sop_changes.editing import Drawing, shipped


def refused(office: Office, files: dict[str, bytes]) -> dict[str, str | None]:
    """The findings of a deployment that must not stand: code → element."""
    reply = office["pemilik"].upload("/deployments", "files", files)
    assert reply.status == 422, reply.text
    return {f["code"]: f["element_id"] for f in reply.json["findings"] if f["severity"] == "error"}


def test_a_broken_change_leaves_the_live_version_as_it_was(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.set_timer("tenggat_telaahan", "99999 hari")
    assert refused(office, drawing.saved()) == {"timer_too_long": "tenggat_telaahan"}
    assert refused(office, {"pengaduan.bpmn": shipped()["pengaduan.bpmn"][:5000]})
    assert office.start().version == old.version


def test_a_condition_over_a_name_that_nothing_sets_is_refused(office: Office, old: Case) -> None:
    drawing = Drawing()
    drawing.element("lengkap")[0].text = '=data_lengkpa = "lengkap"'
    assert refused(office, drawing.saved()) == {"name_never_set": "lengkap"}
    assert office.start().version == old.version


def test_only_the_process_owner_deploys(office: Office) -> None:
    for name in ("upp", "auditor", "admin", "koordinator"):
        assert office[name].upload("/deployments", "files", shipped()).status == 403


def test_the_same_content_again_is_the_version_that_stands(office: Office, old: Case) -> None:
    reply = office["pemilik"].upload("/deployments", "files", shipped())
    assert reply.status == 200
    assert [made["version"] for made in reply.json["definitions"]] == [old.version]
