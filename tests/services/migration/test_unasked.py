"""Fields of a new version that a case which moves was never asked for, and that lie ahead of it."""

import pytest

from app.base.errors import InvalidForm
from app.history import reader, standing
from app.models import ProcessInstance
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.building import boundary, bpmn, end, exclusive, flow, start, user
from tests.services.evidence.attacks import verified
from tests.services.migration.moving import deploy, judge, move, rows, undo
from tests.services.office import Office, form, text

LANE = "terima periksa nilai kerjakan cepat lewat diingatkan selesai"


def process(*, graded: bool = False, timed: bool = False) -> dict[str, bytes]:
    """terima → periksa → kerjakan → selesai; ``graded``: periksa asks for a grade, by which it branches afterwards;
    ``timed``: another task is due by a formula over it."""
    nodes = [
        start("terima", form="terima"),
        user("periksa", form="periksa"),
        user("kerjakan", form="kerjakan"),
    ]
    nodes += [end("selesai", name="Selesai")]
    flows: list[str] = ["terima > periksa > kerjakan"]
    if graded:
        nodes += [exclusive("nilai", name="Gawat?"), user("cepat", name="Tangani segera")]
        flows += [
            "kerjakan > nilai",
            "cepat > selesai",
            flow("nilai", "cepat", condition='=derajat = "gawat"'),
        ]
        flows += [flow("nilai", "selesai", condition='=derajat != "gawat"')]
    else:
        flows += ["kerjakan > selesai"]
    if timed:
        nodes += [boundary("lewat", "cepat", after='=if derajat = "gawat" then "3 hari" else "5 hari"')]
        nodes += [end("diingatkan")]
        flows += ["lewat > diingatkan"]
    named = {"nomor": "nomor", "perihal": "judul", "awalan nomor": "GWT"}
    asked = [text("hasil"), *([text("derajat")] if graded else [])]
    return {
        "gawat.bpmn": bpmn(nodes, flows, lanes={"Loket": LANE}, properties=named, key="gawat", name="Gawat"),
        "terima.form": form(text("nomor"), text("judul")),
        "periksa.form": form(*asked),
        "kerjakan.form": form(text("catatan")),
    }


def begun(office: Office, *, checked: bool = False) -> ProcessInstance:
    with office.database.transaction() as session:
        case = instances.start(session, "gawat", {"judul": "Lampu"}, actor=office.rina).instance
        if checked:
            [task] = instances.open_tasks(session, case.id)
            tasks.complete(session, task.id, {"hasil": "baik"}, {}, actor=office.rina)
        return case


def told(office: Office, target: int, case: ProcessInstance) -> list[tuple[str, str]]:
    [verdict] = judge(office, target, case)
    return sorted((change.name, change.after) for change in verdict.changes if change.kind == "unasked")


def test_what_lies_ahead_of_a_case_and_reads_what_it_was_never_asked_is_told(office: Office) -> None:
    deploy(office, process())
    before, behind = begun(office), begun(office, checked=True)
    target = deploy(office, process(graded=True))
    assert told(office, target, before) == []  # it will be asked
    assert told(office, target, behind) == [("Gawat?", "Derajat")]
    move(office, target, before, behind)
    again = deploy(office, process(graded=True, timed=True))
    assert told(office, again, behind) == []  # the version that it is on asks for it: nothing new


def test_the_value_that_was_typed_goes_to_those_who_read_it_and_back(office: Office) -> None:
    deploy(office, process())
    before, behind = begun(office), begun(office, checked=True)
    held = rows(office, behind)
    target = deploy(office, process(graded=True))
    given = {"values": {"derajat": "gawat"}}
    told = {
        (verdict.instance_id, change.kind, change.name, change.after)
        for verdict in judge(office, target, before, behind, **given)
        for change in verdict.changes
        if change.kind != "form"
    }
    assert told == {(behind.id, "given", "Derajat", "gawat")}
    batch = move(office, target, before, behind, **given)
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, behind.id).variables["derajat"] == "gawat"
        assert "derajat" not in session.get_one(ProcessInstance, before.id).variables
        entries = reader.of_instance(session, behind.id)
        assert standing.around(entries, len(entries))[0].variables["derajat"] == "gawat"
        filled = [reader.has_filled_in(session, [one.id], office.owner.id) for one in (before, behind)]
        assert filled == [False, True]  # who gave the value; see `erasure`
    undo(office, batch)
    assert rows(office, behind) == held
    assert verified(office.database).faults == ()
    move(office, target, behind, **given)
    with office.database.transaction() as session:
        [task] = instances.open_tasks(session, behind.id)
        tasks.complete(session, task.id, {"catatan": "baik"}, {}, actor=office.rina)
        assert [one.activity_id for one in instances.open_tasks(session, behind.id)] == ["cepat"]


def test_what_is_no_value_of_the_field_is_refused(office: Office) -> None:
    graded = process(graded=True)
    deploy(office, process())
    case = begun(office, checked=True)
    options = {"values": [{"label": "Gawat", "value": "gawat"}, {"label": "Biasa", "value": "biasa"}]}
    graded["periksa.form"] = form(
        text("hasil"), {"type": "select", "key": "derajat", "label": "Derajat", **options}
    )
    target = deploy(office, graded)
    with pytest.raises(InvalidForm, match="Derajat"):
        move(office, target, case, values={"derajat": "entah"})
    move(office, target, case, values={"derajat": "Gawat"})
    with office.database.reading() as session:
        assert session.get_one(ProcessInstance, case.id).variables["derajat"] == "gawat"
